"""Single statements outside any transaction, given to the driver as they are.

What: `Asking.first` takes a core statement that lives as long as the program. It is made into the driver's own text once;
after that only its types stand between our values and the driver's.
Why: the version of public data and the look-up of the session begin every request, and on PostgreSQL a cast is one statement
more. SQLAlchemy's way around a statement costs three times the statement itself (budget/decisions/0025-asking.md).
"""

import time
from collections import deque, namedtuple
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

IDLE_SECONDS = 5.0
"""A connection that was used less long ago is alive: asking it first would be a third of a cast."""


class Asking:
    """The connections that ask, the one used last first; `connect` makes one that begins no transaction by itself."""

    def __init__(self, connect: Callable[[], Any], dialect: Dialect) -> None:
        self._connect, self._dialect = connect, dialect
        self._free: deque[tuple[Any, float]] = deque()
        self._prepared: dict[sa.Select[Any], Prepared] = {}

    def first(self, statement: sa.Select[Any], **values: Any) -> Any:
        """The first row, with the names of its columns, or None. Raises what SQLAlchemy would."""
        prepared = self._prepared.get(statement)
        if prepared is None:
            prepared = self._prepared[statement] = Prepared(statement, self._dialect)
        given, connection = prepared.given(values), self._take()
        try:
            cursor = connection.execute(prepared.text, given)
            row = cursor.fetchone()
            cursor.close()  # SQLite would go on reading
        except self._dialect.loaded_dbapi.Error as error:
            connection.close()
            raise self._told(error, connection, prepared.text) from error
        self._free.append((connection, time.monotonic()))
        return None if row is None else prepared.row(row)

    def close(self) -> None:
        """Close the connections that nobody uses now."""
        while self._free:
            self._free.pop()[0].close()

    def _take(self) -> Any:
        try:
            connection, used_at = self._free.pop()
        except IndexError:
            return self._connect()
        if time.monotonic() - used_at < IDLE_SECONDS:
            return connection
        try:
            connection.execute("SELECT 1").close()
        except self._dialect.loaded_dbapi.Error:
            connection.close()
            return self._take()
        return connection

    def _told(self, error: Exception, connection: Any, text: str) -> BaseException:
        is_gone = self._dialect.is_disconnect(error, connection, None)  # type: ignore[arg-type]
        if is_gone:  # and the others with it, most likely
            self.close()
        return sa.exc.DBAPIError.instance(
            text, None, error, self._dialect.loaded_dbapi.Error,
            hide_parameters=True, connection_invalidated=is_gone, dialect=self._dialect,
        )  # fmt: skip


class Prepared:
    """A statement as the driver of one kind of database takes it, with what turns values over on both ways."""

    def __init__(self, statement: sa.Select[Any], dialect: Dialect) -> None:
        compiled = statement.compile(dialect=_with_names(dialect))
        if compiled.post_compile_params:
            raise ValueError("a list of values makes another text each time")
        self.text = str(compiled)
        binds = compiled.bind_names.items()
        self._fixed = {name: bind.value for bind, name in binds if not bind.required}
        self._inward = [
            (name, process)
            for bind, name in binds
            if (process := _impl(bind.type, dialect).bind_processor(dialect)) is not None
        ]
        columns = statement.selected_columns
        self._outward = [_impl(column.type, dialect).result_processor(dialect, None) for column in columns]
        self._is_plain = not any(self._outward)
        self._row: Any = namedtuple("Asked", [str(column.key) for column in columns])  # type: ignore[misc]  # noqa: PYI024

    def given(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters for the driver."""
        given = {**self._fixed, **values}
        for name, process in self._inward:
            given[name] = process(given[name])
        return given

    def row(self, values: tuple[Any, ...]) -> Any:
        """A row of the driver as our code expects it."""
        if self._is_plain:
            return self._row._make(values)
        return self._row._make(
            [
                value if process is None else process(value)
                for process, value in zip(self._outward, values, strict=True)
            ]
        )


def _with_names(dialect: Dialect) -> Dialect:
    """psycopg has names for parameters from the start; SQLite's driver takes them as well as question marks."""
    return sqlite.dialect(paramstyle="named") if dialect.name == "sqlite" else dialect


def _impl(kind: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return kind.dialect_impl(dialect)
