"""Engine, sessions and transactions for SQLite and PostgreSQL.

SQLite: WAL, `synchronous=FULL` (an acknowledged ballot survives a power cut), foreign keys on, and every
write starts with BEGIN IMMEDIATE: a read that later writes loses updates or fails (measured, see
budget/decisions/0003-sqlite-writes.md). A `flock` around writes queues the processes without busy polling.
PostgreSQL: plain transactions.

`reading()` and `writing()` are the doors; `writing()` commits when its block ends well. Beside them are two narrow ones:
`asking` for a single look-up that every request makes (no session, no BEGIN), and `write()` for one short act that many
do at the same moment (one commit for several).
"""

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlmodel import Session, create_engine

import models.public_version  # its listeners belong to every session
import models.tables  # noqa: F401  # every foreign key finds its table, whatever a test or command imports
from models.asking import IDLE_SECONDS, Asking
from models.together import Together

T = TypeVar("T")
_BUSY_MILLISECONDS = 10_000
_PAUSE = 0.05
_MOST = {True: 2, False: 16}
"""Connections that ask, by whether it is SQLite: there one is opened in two milliseconds and takes 0.3 MB to wait, and
an answer is there in a tenth of one. On PostgreSQL each thread has one."""
_LOCK_NOT_AVAILABLE = "55P03"
_LINKED = "participation, signal_member, paper_sheet, paper_entry"
"""The tables whose rows tied a person or a paper to a ballot."""


class StorageBusy(Exception):
    """Somebody went on reading: the storage is not rewritten, and what was deleted may still be in the files."""


class Database:
    """One engine with its two kinds of transaction. Made after fork, one per process."""

    rewrite_seconds = 10.0
    """How long a rewriting waits for readers to end."""

    def __init__(self, url: str) -> None:
        self.url = normal_url(url)
        self.is_sqlite = self.url.startswith("sqlite")
        self.engine = _sqlite_engine(self.url) if self.is_sqlite else _postgresql_engine(self.url)
        self._write_engine = self.engine.execution_options(write=True)
        self.asking = Asking(self._connect, self.engine.dialect, most=_MOST[self.is_sqlite])
        self._lock = _WriteLock(Path(_sqlite_path(self.url) + ".lock")) if self.is_sqlite else None
        self._together = Together(self.writing)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that never commits."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        if self._lock is None:
            with Session(self._write_engine, expire_on_commit=False) as session, session.begin():
                yield session
            return
        with self._lock, Session(self._write_engine, expire_on_commit=False) as session, session.begin():
            yield session

    def write(self, act: Callable[[Session], T], *, traceless: type[Exception]) -> T:
        """Do one short act in a transaction and return its result after the commit; on SQLite in one shared with other
        threads, see `models.together`. PostgreSQL groups commits itself.

        `act` may use nothing of its thread, and where it raises `traceless` it must have written nothing.
        """
        if self.is_sqlite:
            return self._together.do(act, traceless=traceless)
        with self.writing() as session:
            return act(session)

    def rewrite_storage(self) -> None:
        """Make deleted values unreadable in the files (after the envelopes are separated).

        Raises StorageBusy when a reader holds on for longer than `rewrite_seconds`.
        """
        if self._lock is None:
            self._vacuum_postgresql()
            return
        until = time.monotonic() + self.rewrite_seconds
        for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
            while not self._sqlite_done(self._lock, statement):
                if time.monotonic() >= until:
                    raise StorageBusy
                time.sleep(_PAUSE)

    def _vacuum_postgresql(self) -> None:
        """The tables are written anew; their locks wait for readers."""
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"SET lock_timeout = {int(self.rewrite_seconds * 1000)}")
            try:
                connection.exec_driver_sql(f"VACUUM FULL {_LINKED}")
            except sa.exc.OperationalError as error:
                if getattr(error.orig, "sqlstate", "") != _LOCK_NOT_AVAILABLE:
                    raise
                raise StorageBusy from error
            finally:
                connection.exec_driver_sql("RESET lock_timeout")

    def _sqlite_done(self, lock: "_WriteLock", statement: str) -> bool:
        """Try once, past the "begin" event (neither statement stands in a transaction); False while others read.

        Writers go on between two tries: SQLite's own waiting would keep them out, hence no timeout here.
        """
        with lock:
            pooled = self.engine.raw_connection()
            connection: Any = pooled.driver_connection
            try:
                connection.execute("PRAGMA busy_timeout=0")
                row = connection.execute(statement).fetchone()  # a checkpoint tells: busy, pages, pages done
                return row is None or row[0] == 0
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    raise
                return False
            finally:
                connection.execute(f"PRAGMA busy_timeout={_BUSY_MILLISECONDS}")
                pooled.close()

    def dispose(self) -> None:
        """Close all connections (worker exit, end of a test)."""
        self.asking.close()
        self.engine.dispose()

    def _connect(self) -> Any:
        """A connection of its own, in which no transaction begins by itself."""
        pooled = self.engine.raw_connection()
        connection: Any = pooled.driver_connection
        pooled.detach()
        if self.is_sqlite:
            connection.execute("PRAGMA cache_size=-64")  # for one row at a time; there is one for each thread
        else:
            connection.autocommit = True
        return connection


class _WriteLock:
    """A lock between the threads of this process and, by flock, between processes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = threading.Lock()
        self._file: int | None = None

    def __enter__(self) -> None:
        self._threads.acquire()
        try:
            if self._file is None:
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX)
        except BaseException:
            self._threads.release()
            raise

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        self._threads.release()


def normal_url(url: str) -> str:
    """Name the driver where the short form of a PostgreSQL URL is given."""
    for short in ("postgresql://", "postgres://"):
        if url.startswith(short):
            return "postgresql+psycopg://" + url.removeprefix(short)
    return url


def _sqlite_path(url: str) -> str:
    path = url.removeprefix("sqlite:///")
    if not url.startswith("sqlite:///") or path in ("", ":memory:"):
        raise ValueError("an SQLite database needs a file: sqlite:///path/to/file.sqlite3")
    return path


def _sqlite_engine(url: str) -> Engine:
    _sqlite_path(url)  # one in memory is refused before it gets a pool of another kind
    engine = create_engine(
        url,
        connect_args={"timeout": 10, "check_same_thread": False},
        pool_size=5,
        max_overflow=15,
        pool_use_lifo=True,  # few connections with what they have prepared, not ten
        hide_parameters=True,  # an error text goes into logs; keys and choices must not
    )

    @sa.event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we emit BEGIN ourselves
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-200"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.execute(f"PRAGMA busy_timeout={_BUSY_MILLISECONDS}")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        is_write = connection.get_execution_options().get("write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")

    return engine


def _postgresql_engine(url: str) -> Engine:
    engine = create_engine(url, pool_size=8, max_overflow=8, hide_parameters=True)

    @sa.event.listens_for(engine, "checkin")
    def _note(_connection: Any, record: Any) -> None:
        record.info["used_at"] = time.monotonic()

    @sa.event.listens_for(engine, "checkout")
    def _ping_idle(connection: Any, record: Any, _proxy: object) -> None:
        """The pool's own ping asks before every use, which is a third of a cast; a connection in use is alive."""
        if time.monotonic() - record.info.get("used_at", 0.0) < IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise sa.exc.DisconnectionError from error

    return engine
