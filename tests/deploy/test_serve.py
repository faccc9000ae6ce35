"""The supervisor of `make run`, with stand-ins for the two programs it starts: they live and die together."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.postgresql import free_port

ROOT = Path(__file__).resolve().parents[2]

WEB = """#!{python}
import http.server, os, pathlib, signal, sys
pathlib.Path("web.pid").write_text(str(os.getpid()))
class Healthy(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_):
        pass
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Healthy).serve_forever()
"""

BUDGET = """#!/bin/sh
echo "$*" >> calls
case "$1" in
upgrade) touch "${DATABASE_URL#sqlite:///}" ;;
seed) [ ! -e seed-fails ] || exit 1 ;;
demo-accounts) echo "coordinator@demo.example  correct-horse" ;;
jobs) echo $$ > jobs.pid; exec sleep 600 ;;
esac
"""


class Demo:
    """A directory with the supervisor and its stand-ins."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port = free_port()
        self.data = directory / ".data"
        self.started: list[subprocess.Popen[str]] = []
        (directory / "deploy").mkdir()
        shutil.copy(ROOT / "deploy" / "serve.py", directory / "deploy")
        for name, text in (("gunicorn", WEB.replace("{python}", sys.executable)), ("budget", BUDGET)):
            program = directory / ".venv" / "bin" / name
            program.parent.mkdir(parents=True, exist_ok=True)
            program.write_text(text)
            program.chmod(0o755)

    def start(self, command: str = "run", **environment: str) -> subprocess.Popen[str]:
        """Start the supervisor."""
        process = subprocess.Popen(
            [sys.executable, "deploy/serve.py", command],
            cwd=self.directory,
            env={"PATH": os.environ["PATH"], "PORT": str(self.port), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process

    def finished(self, command: str = "run", **environment: str) -> tuple[int, str, str]:
        """Run it to its own end: exit code, output, errors."""
        process = self.start(command, **environment)
        output, errors = process.communicate(timeout=30)
        return process.returncode, output, errors

    def serving(self) -> subprocess.Popen[str]:
        """Start it, read its announcement, and wait until both programs run."""
        for name in ("web", "jobs"):
            (self.directory / f"{name}.pid").unlink(missing_ok=True)
        process = self.start()
        assert process.stdout is not None
        lines = []
        while not lines or "Ctrl-C" not in lines[-1]:
            lines.append(process.stdout.readline())
            assert lines[-1], "it ended before it served"
        self.announcement = "".join(lines)
        end = time.monotonic() + 10
        while not all(self.has_started(name) for name in ("web", "jobs")) and time.monotonic() < end:
            time.sleep(0.02)
        return process

    def has_started(self, name: str) -> bool:
        """Whether a stand-in has written its process number."""
        path = self.directory / f"{name}.pid"
        return path.exists() and path.read_text().strip() != ""

    def calls(self) -> list[str]:
        """Every `budget` command so far."""
        return (self.directory / "calls").read_text().splitlines()

    def pid(self, name: str) -> int:
        """The process of a stand-in."""
        return int((self.directory / f"{name}.pid").read_text())


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    made = Demo(tmp_path)
    yield made
    for process in made.started:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=30)


def is_alive(pid: int) -> bool:
    """Whether a process runs (a dead one nobody waited for does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until_dead(*pids: int) -> None:
    end = time.monotonic() + 10
    while any(is_alive(pid) for pid in pids) and time.monotonic() < end:
        time.sleep(0.02)
    assert not [pid for pid in pids if is_alive(pid)]


def test_a_first_start_fills_the_demo_and_tells_address_and_accounts(demo: Demo) -> None:
    demo.serving()
    assert demo.calls() == ["upgrade", "seed demo", "demo-accounts", "jobs"]
    assert f"http://127.0.0.1:{demo.port}" in demo.announcement
    assert "coordinator@demo.example" in demo.announcement
    assert (demo.data.stat().st_mode & 0o777) == 0o700


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_and_ends_well(demo: Demo, number: signal.Signals) -> None:
    process = demo.serving()
    process.send_signal(number)
    assert process.wait(5) == 0  # politely: force would come after twelve seconds
    wait_until_dead(demo.pid("web"), demo.pid("jobs"))


def test_a_second_start_keeps_the_data(demo: Demo) -> None:
    for _ in range(2):
        process = demo.serving()
        process.send_signal(signal.SIGINT)
        process.wait(20)
    assert demo.calls() == ["upgrade", "seed demo", "demo-accounts", "jobs", "upgrade", "jobs"]
    assert "coordinator@demo.example" in demo.announcement


def test_a_start_that_failed_half_way_begins_again(demo: Demo) -> None:
    (demo.directory / "seed-fails").touch()
    code, _, errors = demo.finished()
    assert (code, errors) == (1, "The demo could not be loaded. (budget seed demo ended with 1)\n")
    (demo.data / "demo.sqlite3-wal").write_text("half")
    (demo.directory / "seed-fails").unlink()
    demo.serving()
    assert demo.calls().count("seed demo") == 2
    assert not (demo.data / "demo.sqlite3-wal").exists()


@pytest.mark.parametrize(
    ("dying", "staying", "told"), [("web", "jobs", "web server"), ("jobs", "web", "job process")]
)
def test_when_one_program_dies_the_other_is_stopped(demo: Demo, dying: str, staying: str, told: str) -> None:
    process = demo.serving()
    os.kill(demo.pid(dying), signal.SIGKILL)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert errors == f"The {told} ended by itself (exit code -9): stopping everything.\n"
    wait_until_dead(demo.pid(staying))


def test_killing_the_supervisor_leaves_nobody_behind(demo: Demo) -> None:
    process = demo.serving()
    process.kill()
    process.wait(20)
    wait_until_dead(demo.pid("web"), demo.pid("jobs"))


def test_a_taken_port_is_one_clear_line(demo: Demo) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", demo.port))
        other.listen()
        code, output, errors = demo.finished()
    assert (code, output) == (2, "")
    assert (
        errors
        == f"Port {demo.port} can't be used (Address already in use): choose another, PORT={demo.port + 1} make run\n"
    )
    assert not (demo.directory / "calls").exists()


@pytest.mark.parametrize("port", ["0", "70000", "http", "８０００"])
def test_a_port_that_is_none_is_refused(demo: Demo, port: str) -> None:
    code, _, errors = demo.finished(PORT=port)
    assert code == 2
    assert errors == f"PORT must be a number from 1 to 65535, not {port!r}.\n"


def test_the_callers_database_is_never_used(demo: Demo, tmp_path: Path) -> None:
    theirs = tmp_path / "production.sqlite3"
    (demo.directory / "seed-fails").touch()
    demo.finished(DATABASE_URL=f"sqlite:///{theirs}", DEMO="0")
    assert not theirs.exists()
    assert (demo.data / "demo.sqlite3").exists()


def test_a_second_copy_and_a_reset_are_refused_while_it_runs(demo: Demo) -> None:
    process = demo.serving()
    told = f"The demo is running (process {process.pid}): stop it first with Ctrl-C.\n"
    assert demo.finished() == (1, "", told)
    assert demo.finished("reset") == (1, "", told)
    assert (demo.data / "demo.sqlite3").exists()


def test_reset_empties_the_demo(demo: Demo) -> None:
    demo.data.mkdir()
    (demo.data / "demo.sqlite3").touch()
    code, output, _ = demo.finished("reset")
    assert (code, output) == (0, "The demo is empty. `make run` fills it anew.\n")
    assert not demo.data.exists()


def test_wrong_usage_is_said(demo: Demo) -> None:
    assert demo.finished("dance") == (2, "", "usage: serve.py run|reset\n")
