"""A private PostgreSQL cluster for one test process.

Debian's programs, a temporary directory, a free port of the loopback address, no sockets in the file system.
initdb refuses root, so root lends it to the user `postgres`. `fsync` stays on: what is measured and killed in
tests must behave as in production. The cluster dies with its parent, even when that is killed.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "log_min_messages": "fatal",
    "timezone": "UTC",
}
START_SECONDS = 30.0


def programs() -> Path:
    """The newest server programs Debian installed."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parent.parent.name)
    )
    if not found:
        raise RuntimeError("PostgreSQL's server programs are missing: `make test` installs them")
    return found[-1].parent


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Cluster:
    """A running server; a context manager that stops it and removes its files."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="budget-postgresql-"))
        self.data = self.directory / "data"
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self._start()
            self._assert_own()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def url(self, database: str) -> str:
        """SQLAlchemy's address of one database."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def run(self, statement: str) -> None:
        """One statement outside a transaction, as the owner."""
        with self.connect() as connection:
            connection.execute(statement)  # type: ignore[call-overload]  # psycopg wants a literal

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """A connection of the owner, each statement for itself."""
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user="postgres", dbname=database, autocommit=True
        )

    def _as_owner(self) -> list[str]:
        lend = ["--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
        return ["setpriv", "--pdeathsig=INT", *lend]

    def _start(self) -> None:
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.directory, owner.pw_uid, owner.pw_gid)
        initdb = [programs() / "initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        subprocess.run(
            [*self._as_owner(), *initdb, "--no-locale", "--no-sync"],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.directory,
        )
        options = [f"-c{name}={value}" for name, value in SETTINGS.items()]
        with (self.directory / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [*self._as_owner(), programs() / "postgres", "-D", self.data, "-p", str(self.port), *options],
                stdout=log,
                stderr=log,
                cwd=self.directory,
                start_new_session=True,
            )
        self._wait()

    def _wait(self) -> None:
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                self.connect().close()
                return
            except psycopg.OperationalError:
                dead = self._process is None or self._process.poll() is not None
                if dead or time.monotonic() > end:
                    log = (self.directory / "log").read_text(errors="replace")
                    raise RuntimeError(f"PostgreSQL did not start:\n{log}") from None
                time.sleep(0.05)

    def _assert_own(self) -> None:
        """Before anything is written: this is the server we started, not one that took the port."""
        with self.connect() as connection:
            row = connection.execute("SHOW data_directory").fetchone()
        assert row is not None
        assert Path(str(row[0])) == self.data, f"port {self.port} belongs to another server: {row[0]}"

    def _stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)  # "fast": ends sessions, writes a checkpoint
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGQUIT)
                self._process.wait(20)
        shutil.rmtree(self.directory, ignore_errors=True)
