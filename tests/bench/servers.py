"""Programs under test: gunicorn as deployed over our application or over a bare one, and single commands.

Ends only what it started. Each server has its own free port of the loopback address.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import make_url

from tests.bench import baselines
from tests.bench.load import Address
from tests.harness.databases import ROOT, migrate
from tests.harness.postgresql import Cluster, free_port
from tests.harness.processes import BIN, Server, wait_until_up
from views.config import Config

SECRETS = {
    "SECRET_KEY": "bench-secret-key-of-at-least-32-characters",
    "VOTER_KEY": "bench-voter-key-of-at-least-32-characters",
    "ROLL_KEY": "bench-roll-key-of-at-least-32-characters",
}
_LOOK_EVERY = 0.02


def environment(database_url: str, key_dir: Path) -> dict[str, str]:
    """The environment of the service as in production, but without HTTPS in front."""
    return {
        **bare_environment(),
        **SECRETS,
        "DATABASE_URL": database_url,
        "KEY_DIR": str(key_dir),
        "TRUSTED_HOSTS": "127.0.0.1",
        "SECURE_COOKIES": "0",
        "LOG_LEVEL": "error",
    }


def config(database_url: str, key_dir: Path) -> Config:
    """The same as a value, for the parts of the bench that call the application themselves."""
    return Config(
        database_url=database_url,
        secret_key=SECRETS["SECRET_KEY"].encode(),
        voter_key=SECRETS["VOTER_KEY"].encode(),
        roll_key=SECRETS["ROLL_KEY"].encode(),
        key_dir=key_dir,
        trusted_hosts=("127.0.0.1",),
        secure_cookies=False,
    )


def bare_environment() -> dict[str, str]:
    """The caller's environment without the settings of a service and without those of the `make` that runs us."""
    ours = {
        *SECRETS,
        "DATABASE_URL",
        "KEY_DIR",
        "TRUSTED_HOSTS",
        "SECURE_COOKIES",
        "DEMO",
        "PORT",
        "PROXY_HOPS",
    }
    makes = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "WEB_WORKERS", "WEB_THREADS", "BIND_ADDRESS"}
    kept = {name: value for name, value in os.environ.items() if name not in ours | makes}
    return {**kept, "PYTHONPATH": str(ROOT)}


@dataclass
class Servers:
    """All programs of one run; `close` ends them."""

    directory: Path
    _stack: ExitStack = field(default_factory=ExitStack)
    _cluster: Cluster | None = None
    _masters: dict[Address, int] = field(default_factory=dict)

    def close(self) -> None:
        """End every program, the newest first."""
        self._stack.close()

    @property
    def cluster(self) -> Cluster:
        """Our own PostgreSQL, started at the first use."""
        if self._cluster is None:
            self._cluster = self._stack.enter_context(Cluster())
        return self._cluster

    def sqlite_url(self, name: str) -> str:
        """A fresh migrated SQLite database."""
        template, path = self.directory / "template.sqlite3", self.directory / f"{name}.sqlite3"
        if not template.exists():
            migrate(f"sqlite:///{template}")
        shutil.copyfile(template, path)
        return f"sqlite:///{path}"

    def postgresql_url(self, name: str) -> str:
        """A fresh migrated PostgreSQL database."""
        self.cluster.run(f"CREATE DATABASE {name}")
        migrate(self.cluster.url(name))
        return self.cluster.url(name)

    def hello(self) -> Address:
        """Bare Flask saying hello."""
        return self._start("tests.bench.baselines:hello", bare_environment())

    def bare_sqlite(self) -> Address:
        """Bare Flask inserting one row a request into SQLite, `synchronous=FULL`."""
        path = self.directory / "bare.sqlite3"
        baselines.prepare_sqlite(str(path))
        target = {"BENCH_TARGET": str(path)}
        return self._start("tests.bench.baselines:sqlite_insert", bare_environment() | target)

    def bare_postgresql(self, *, autocommit: bool = False) -> Address:
        """Bare Flask inserting one row a request into PostgreSQL through psycopg's pool."""
        name = "autocommit" if autocommit else "insert"
        self.cluster.run(f"CREATE DATABASE bare_{name}")
        url = make_url(self.cluster.url(f"bare_{name}")).set(drivername="postgresql").render_as_string()
        baselines.prepare_postgresql(url)
        target = {"BENCH_TARGET": url}
        return self._start(f"tests.bench.baselines:postgresql_{name}", bare_environment() | target)

    def service(self, database_url: str, key_dir: Path) -> Address:
        """Our application."""
        return self._start("wsgi:app", environment(database_url, key_dir))

    def start(self, application: str, settings: Mapping[str, str]) -> Server:
        """gunicorn with the configuration that is deployed, over any application."""
        port = free_port()
        directory = self.directory / f"server-{port}"
        directory.mkdir()
        with (directory / "server.log").open("wb") as log:
            process = subprocess.Popen(
                [BIN / "gunicorn", "-c", "deploy/gunicorn.conf.py", application],
                env={**settings, "PORT": str(port)},
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )
        self._stack.callback(end, process)
        server = Server(f"http://127.0.0.1:{port}", directory, "", directory, process)
        wait_until_up(server)
        self._masters[address_of(server)] = process.pid
        return server

    def cpu_seconds(self, address: Address) -> float:
        """What the workers of a server have computed so far: unlike a rate, no neighbour changes it much."""
        return sum(_cpu_seconds(worker) for worker in children_of(self._masters[address]))

    def _start(self, application: str, settings: Mapping[str, str]) -> Address:
        return address_of(self.start(application, settings))


def address_of(server: Server) -> Address:
    """Host and port of a server."""
    return "127.0.0.1", int(server.url.rpartition(":")[2])


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask a program to end; insist after a while."""
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def children_of(process_id: int) -> list[int]:
    """The processes a process started: gunicorn's workers."""
    listed = Path(f"/proc/{process_id}/task/{process_id}/children").read_text()
    return [int(number) for number in listed.split()]


def _cpu_seconds(process_id: int) -> float:
    """User and system time of a process. Fields 14 and 15 of proc(5)'s stat, in ticks."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def proportional_bytes(process_id: int) -> int:
    """PSS: its own memory, and its share of what several processes map."""
    return _kilobytes(Path(f"/proc/{process_id}/smaps_rollup"), "Pss:") * 1024


@dataclass(frozen=True)
class Measured:
    """A command that ran to its end. `peak` in bytes of resident memory."""

    seconds: float
    peak: int
    output: str


def run_measured(command: Sequence[str | Path], settings: Mapping[str, str]) -> Measured:
    """Run a command, watch the high-water mark of its memory. Raises RuntimeError with what it said if it fails.

    The mark is read from /proc: the one `wait4` gives begins with the memory of the process that started it.
    """
    began = time.perf_counter()
    with subprocess.Popen(
        command, env=dict(settings), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        peak = 0
        while process.poll() is None:
            peak = max(peak, _high_water(process.pid))
            time.sleep(_LOOK_EVERY)
        seconds = time.perf_counter() - began
        output, errors = process.communicate()
    if process.returncode:
        raise RuntimeError(
            f"{' '.join(map(str, command))} ended with {process.returncode}:\n{output}{errors}"
        )
    return Measured(seconds, peak, output)


def python(*arguments: str | Path) -> list[str | Path]:
    """A command for this Python."""
    return [sys.executable, *arguments]


def _high_water(process_id: int) -> int:
    try:
        return _kilobytes(Path(f"/proc/{process_id}/status"), "VmHWM:") * 1024
    except (FileNotFoundError, ProcessLookupError):
        return 0


def _kilobytes(path: Path, name: str) -> int:
    for line in path.read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1])
    return 0
