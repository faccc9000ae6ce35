"""PostgreSQL databases that go from test to test, emptied in between.

Emptying takes 0.03 s, making and dropping a database 0.4. What is given back must be as the template is: rows are deleted
past every trigger and foreign key, the template's few rows and the sequences put back. A database whose schema was
changed, or that grew large, is dropped instead.
"""

import itertools
import time
from typing import Any

import psycopg

from tests.harness.postgresql import Cluster

LARGEST_GROWTH = 32 * 1024 * 1024
_CATALOGS = ("pg_class", "pg_attribute", "pg_constraint", "pg_trigger", "pg_proc", "pg_db_role_setting")
_SCHEMA = "SELECT " + ", ".join(
    f"(SELECT (count(*), sum(xmin::text::bigint))::text FROM {catalog})" for catalog in _CATALOGS
)
"""Every change of a schema writes rows in these; VACUUM and ANALYZE do not."""
_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
_SEQUENCES = """SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE last_value IS NOT NULL"""
_LEAVE = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
)
_LEFT_WITHIN = 5.0
_SIZE = "SELECT pg_database_size(current_database())"


class Lending:
    """The databases of one test process."""

    def __init__(self, cluster: Cluster, template: str, prefix: str = "lent") -> None:
        self.cluster = cluster
        self._template, self._prefix = template, prefix
        self._numbers = itertools.count(1)
        self._free: list[str] = []
        self._schemas: dict[str, Any] = {}
        with cluster.connect(template) as connection:
            self._tables = [str(row[0]) for row in connection.execute(_TABLES)]
            self._rows = {name: rows for name in self._tables if (rows := _copied(connection, name))}
            self._size = _value(connection, _SIZE)
            assert not connection.execute(_SEQUENCES).fetchall(), "the template has used its sequences"

    def take(self) -> str:
        """The name of a database as the template is."""
        if self._free:
            return self._free.pop()
        name = f"{self._prefix}_{next(self._numbers)}"
        self.cluster.run(f"CREATE DATABASE {name} TEMPLATE {self._template}")
        with self.cluster.connect(name) as connection:
            self._schemas[name] = connection.execute(_SCHEMA).fetchone()
        return name

    def give_back(self, name: str) -> None:
        """Whoever is still connected is put out; the database is emptied for the next, or dropped."""
        with self.cluster.connect(name) as connection:
            _put_out(connection, name)
            is_as_before = connection.execute(_SCHEMA).fetchone() == self._schemas[name]
            if is_as_before and _value(connection, _SIZE) - self._size < LARGEST_GROWTH:
                self._empty(connection)
                self._free.append(name)
                return
        self.cluster.run(f"DROP DATABASE {name} WITH (FORCE)")

    def _empty(self, connection: psycopg.Connection[Any]) -> None:
        with connection.transaction():
            connection.execute("SET LOCAL session_replication_role = replica")
            connection.execute("; ".join(f'DELETE FROM "{table}"' for table in self._tables).encode())
            for table, rows in self._rows.items():
                with connection.cursor().copy(f'COPY "{table}" FROM STDIN'.encode()) as copy:
                    copy.write(rows)
            connection.execute(_SEQUENCES)


def _put_out(connection: psycopg.Connection[Any], name: str) -> None:
    """End all other connections. The server's own waiting for one looks every 0.1 s."""
    until = time.monotonic() + _LEFT_WITHIN
    while connection.execute(_LEAVE, [name]).fetchall():
        assert time.monotonic() < until, f"somebody does not leave {name}"
        time.sleep(0.001)


def _copied(connection: psycopg.Connection[Any], table: str) -> bytes:
    with connection.cursor().copy(f'COPY "{table}" TO STDOUT'.encode()) as copy:
        return b"".join(bytes(part) for part in copy)


def _value(connection: psycopg.Connection[Any], statement: str) -> int:
    row = connection.execute(statement).fetchone()  # type: ignore[call-overload]  # psycopg wants a literal
    assert row is not None
    return int(row[0])
