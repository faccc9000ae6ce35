"""Bare programs that show what the machine, gunicorn and the databases give before any of our code runs.

Served by the same gunicorn configuration as the service: `gunicorn -c deploy/gunicorn.conf.py tests.bench.baselines:NAME`.
`BENCH_TARGET` names the SQLite file, or the address of the PostgreSQL database.
"""

import os
import queue
import sqlite3
import threading

import psycopg
from flask import Flask

TARGET = os.environ.get("BENCH_TARGET", "")
POOL = 8


def _bare() -> Flask:
    made = Flask("bare")

    @made.get("/healthz")
    def healthz() -> str:
        return "ok"

    return made


hello = _bare()
sqlite_insert = _bare()
postgresql_insert = _bare()
_local = threading.local()
_pool: queue.LifoQueue[psycopg.Connection] = queue.LifoQueue()
_made = threading.Semaphore(POOL)


@hello.get("/")
def _hello() -> str:
    return "hello"


@sqlite_insert.get("/")
def _insert_sqlite() -> str:
    connection = getattr(_local, "connection", None)
    if connection is None:
        connection = sqlite3.connect(TARGET, timeout=10, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        _local.connection = connection
    connection.execute("INSERT INTO row (key) VALUES (?)", (os.urandom(16),))
    return "inserted"


@postgresql_insert.get("/")
def _insert_postgresql() -> str:
    connection = _take()
    try:
        connection.execute("INSERT INTO row (key) VALUES (%s)", (os.urandom(16),))
    finally:
        _pool.put(connection)
    return "inserted"


def _take() -> psycopg.Connection:
    """A pooled connection: the last one given back, or a new one while there are fewer than POOL."""
    try:
        return _pool.get_nowait()
    except queue.Empty:
        if _made.acquire(blocking=False):
            return psycopg.connect(TARGET, autocommit=True)
        return _pool.get()


def prepare_sqlite(path: str) -> None:
    """The file with its empty table."""
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE)")
    connection.close()


def prepare_postgresql(url: str) -> None:
    """The empty table."""
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE row (id bigserial PRIMARY KEY, key bytea NOT NULL UNIQUE)")
