"""Bare programs that show what the machine, gunicorn and the databases give before any of our code runs.

Served by the same gunicorn configuration as the service: `gunicorn -c deploy/gunicorn.conf.py tests.bench.baselines:NAME`.
`BENCH_TARGET` names the SQLite file, or the address of the PostgreSQL database.

The bare insert on PostgreSQL is psycopg 3 with its own pool as its manual shows it: a transaction for the row, as a
ballot has one. That is the program the goals were set beside (0.40 × hello in performance.md). The same without
BEGIN and COMMIT is measured for information.
"""

import os
import sqlite3
import threading

import psycopg
from flask import Flask
from psycopg_pool import ConnectionPool

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
postgresql_autocommit = _bare()
_local = threading.local()
_pool = ConnectionPool(TARGET, min_size=POOL, open=False)
_autocommit_pool = ConnectionPool(TARGET, min_size=POOL, kwargs={"autocommit": True}, open=False)


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
    return _insert(_pool)


@postgresql_autocommit.get("/")
def _insert_autocommit() -> str:
    return _insert(_autocommit_pool)


def _insert(pool: ConnectionPool) -> str:
    if pool.closed:
        pool.open()  # in the worker: the pool's own threads would not outlive the fork
    with pool.connection() as connection:
        connection.execute("INSERT INTO row (key) VALUES (%s)", (os.urandom(16),))
    return "inserted"


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
