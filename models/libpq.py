"""One statement to PostgreSQL in one call of its own library: prepared the first time, then only executed.

What: the connection behind `models.asking` on PostgreSQL. Values are turned over by psycopg's transformer as in its
cursors; only the waiting is libpq's own (psycopg's documented `pgconn`).
Why: psycopg's cursors send, wait and read step by step and take the interpreter's lock between the steps. With eight
threads that cost a cast an eighth of its time (budget/decisions/0025-asking.md).
"""

import itertools
from typing import Any

import psycopg
from psycopg import errors, pq
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq.abc import PGresult

_numbers = itertools.count()
"""Of prepared statements: a connection may have been somebody else's before."""


class PreparedOnConnection:
    """A connection with the statements that were prepared on it."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self._names: dict[tuple[str, tuple[int, ...] | None], bytes] = {}
        self._transformer = Transformer(connection)

    def row(self, text: str, given: list[Any]) -> tuple[Any, ...] | None:
        """The first row of a statement with `$1 …` for its values. Raises psycopg's errors."""
        values = self._transformer
        dumped = values.dump_sequence(given, [PyFormat.AUTO] * len(given))
        name = self._names.get((text, values.types)) or self._prepare(text, values.types)
        result = self.connection.pgconn.exec_prepared(name, dumped, values.formats)  # type: ignore[arg-type]  # None is NULL
        if result.status != pq.ExecStatus.TUPLES_OK:
            raise self._error(result)
        if not result.ntuples:
            return None
        values.set_pgresult(result)
        return values.load_row(0, tuple)

    def is_alive(self) -> bool:
        """Ask the server; False where the connection is lost."""
        try:
            return self.connection.pgconn.exec_(b"SELECT 1").status == pq.ExecStatus.TUPLES_OK
        except psycopg.OperationalError:
            return False

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def _prepare(self, text: str, types: tuple[int, ...] | None) -> bytes:
        name = f"asked_{next(_numbers)}".encode()
        result = self.connection.pgconn.prepare(name, text.encode(), types)
        if result.status != pq.ExecStatus.COMMAND_OK:
            raise self._error(result)
        self._names[text, types] = name
        return name

    def _error(self, result: PGresult) -> psycopg.Error:
        if self.connection.closed:  # the server could not say why
            return errors.OperationalError(result.get_error_message())
        return errors.error_from_result(result)
