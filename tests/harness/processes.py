"""Real servers for tests: gunicorn as deployed, over a seeded demo of its own."""

import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

import pytest

from tests.harness.postgresql import free_port

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
START_SECONDS = 30.0


@dataclass(frozen=True)
class Server:
    """A running gunicorn and where its things are."""

    url: str
    directory: Path
    database_url: str
    key_dir: Path
    process: subprocess.Popen[bytes]

    def path(self, path: str) -> str:
        """The full address of a path."""
        return self.url + path

    def log(self) -> str:
        """All it has said so far."""
        return (self.directory / "server.log").read_text(errors="replace")


def demo_environment(directory: Path, **more: str) -> dict[str, str]:
    """The environment of a demo that keeps everything in `directory`."""
    return {
        **os.environ,
        "DEMO": "1",
        "DATABASE_URL": f"sqlite:///{directory / 'demo.sqlite3'}",
        "KEY_DIR": str(directory / "keys"),
        **more,
    }


def run_budget(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """One `budget` command to its end, whatever that is."""
    return subprocess.run(
        [BIN / "budget", *arguments], env=environment, cwd=ROOT, text=True, capture_output=True, check=False
    )


@pytest.fixture(scope="session")
def seeded_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the seeded demo (database and keys) nobody writes to; tests copy it."""
    directory = tmp_path_factory.mktemp("demo")
    environment = demo_environment(directory)
    for command in (("upgrade",), ("seed", "demo")):
        done = run_budget(environment, *command)
        assert done.returncode == 0, f"budget {' '.join(command)}:\n{done.stdout}{done.stderr}"
    return directory


def serve(environment: dict[str, str], directory: Path, application: str = "wsgi:app") -> Server:
    """gunicorn as deployed, on a free port, answering; its log and keys lie in `directory`."""
    port = free_port()
    settings = {**environment, "PORT": str(port)}
    with (directory / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [BIN / "gunicorn", "-c", "deploy/gunicorn.conf.py", application],
            env=settings,
            cwd=ROOT,
            stdout=log,
            stderr=log,
        )
    server = Server(
        url=f"http://127.0.0.1:{port}",
        directory=directory,
        database_url=settings["DATABASE_URL"],
        key_dir=Path(settings["KEY_DIR"]),
        process=process,
    )
    wait_until_up(server)
    return server


def stop(server: Server) -> None:
    """End a server and wait for it."""
    server.process.terminate()
    try:
        server.process.wait(20)
    except subprocess.TimeoutExpired:
        server.process.kill()
        server.process.wait()


class Servers:
    """Starts servers over copies of the demo, and stops them all at the end."""

    def __init__(self, seeded: Path, make_directory: Callable[[str], Path]) -> None:
        self._seeded = seeded
        self._make_directory = make_directory
        self._running: list[Server] = []

    def start(self, **environment: str) -> Server:
        """A server of its own; keywords become environment variables (DATABASE_URL, WEB_WORKERS …)."""
        directory = self._make_directory("server")
        shutil.copytree(self._seeded, directory, dirs_exist_ok=True)
        server = serve(demo_environment(directory, LOG_LEVEL="info", **environment), directory)
        self._running.append(server)
        return server

    def stop_all(self) -> None:
        """End every server still running."""
        for server in self._running:
            stop(server)


def wait_until_up(server: Server) -> None:
    """Wait for /healthz, or fail with the server's log."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.process.poll() is None:
        try:
            with urllib.request.urlopen(server.path("/healthz"), timeout=2) as answer:
                if answer.status == 200:
                    return
        except (OSError, HTTPException, urllib.error.URLError):
            time.sleep(0.05)
    raise AssertionError(f"the server did not come up:\n{server.log()}")


@pytest.fixture(scope="session")
def live_server(seeded_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests that only look."""
    servers = Servers(seeded_demo, tmp_path_factory.mktemp)
    yield servers.start()
    servers.stop_all()


@pytest.fixture
def start_server(
    seeded_demo: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Server]]:
    """A factory of servers over copies of the demo: `start_server(WEB_WORKERS="1")`."""
    servers = Servers(seeded_demo, tmp_path_factory.mktemp)
    yield servers.start
    servers.stop_all()


@pytest.fixture
def fresh_server(start_server: Callable[..., Server]) -> Server:
    """A server over a copy of the demo that this test may change."""
    return start_server()
