"""Statements given to the driver as they are: single ones outside any transaction, and those that write a ballot.

What: `Asking.first` and `written` take a core statement that lives as long as the program. It is made into the driver's own
text once; after that only its types stand between our values and the driver's.
Why: the version of public data and the look-up of the session begin every request, and a cast is one to three statements
more. SQLAlchemy's way around a statement costs three times the statement itself (budget/decisions/0025-asking.md).
"""

import sqlite3
import threading
import time
from collections import deque, namedtuple
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Union, cast

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.psycopg import dialect as psycopg_dialect
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine
from sqlmodel import Session

if TYPE_CHECKING:
    from models.libpq import PreparedOnConnection

Statement = sa.Select[Any] | sa.Insert | sa.Update
IDLE_SECONDS = 5.0
"""A connection that was used less long ago is alive: asking it first would be a third of a cast."""


class _Sqlite:
    """A connection to SQLite that asks."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def row(self, text: str, given: list[Any]) -> tuple[Any, ...] | None:
        """The first row. Raises the driver's errors."""
        cursor = self.connection.execute(text, given)
        row: tuple[Any, ...] | None = cursor.fetchone()
        cursor.close()  # it would go on reading
        return row

    def is_alive(self) -> bool:
        """A file does not hang up."""
        return True

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


_Asker = Union[_Sqlite, "PreparedOnConnection"]


def _asker(connection: Any, dialect: Dialect) -> _Asker:
    if dialect.name == "sqlite":
        return _Sqlite(connection)
    from models.libpq import PreparedOnConnection  # psycopg takes two megabytes, which SQLite has no use for

    return PreparedOnConnection(connection)


class Asking:
    """The connections that ask, the one used last first; `connect` makes one that begins no transaction by itself. There
    are at most so many as `most`: further questions wait for their turn."""

    def __init__(self, connect: Callable[[], Any], dialect: Dialect, *, most: int) -> None:
        self._connect, self._dialect = connect, dialect
        self._turns = threading.BoundedSemaphore(most)
        self._free: deque[tuple[_Asker, float]] = deque()

    def first(self, statement: sa.Select[Any], **values: Any) -> Any:
        """The first row, with the names of its columns, or None. Raises what SQLAlchemy would."""
        prepared = _prepared(statement, self._dialect)
        given = prepared.given(values)
        with self._turns:
            asker = self._take()
            try:
                row = asker.row(prepared.text, given)
            except self._dialect.loaded_dbapi.Error as error:
                asker.close()
                is_gone = self._dialect.is_disconnect(error, asker.connection, None)  # type: ignore[arg-type]
                if is_gone:  # and the others with it, most likely
                    self.close()
                raise _told(error, prepared.text, self._dialect, is_gone=is_gone) from error
            self._free.append((asker, time.monotonic()))
        return None if row is None else prepared.row(row)

    def close(self) -> None:
        """Close the connections that nobody uses now."""
        while self._free:
            self._free.pop()[0].close()

    def _take(self) -> _Asker:
        try:
            asker, used_at = self._free.pop()
        except IndexError:
            return _asker(self._connect(), self._dialect)
        if time.monotonic() - used_at < IDLE_SECONDS or asker.is_alive():
            return asker
        asker.close()
        return self._take()


def written(session: Session, statement: Statement, values: Mapping[str, Any]) -> int:
    """How many rows a statement wrote, in the caller's transaction. Raises what SQLAlchemy would."""
    connection = session.connection()
    dialect = connection.dialect
    prepared = _prepared(statement, dialect)
    given, driver = prepared.given(values), cast(Any, connection.connection.driver_connection)
    try:
        cursor = prepared.cursor(driver).execute(prepared.text, given)
        number: int = cursor.rowcount
        cursor.close()
    except dialect.loaded_dbapi.Error as error:
        raise _told(error, prepared.text, dialect) from error
    return number


class Prepared:
    """A statement as the driver of one kind of database takes it, with what turns values over on both ways."""

    def __init__(self, statement: Statement, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=_by_position(dialect))
        if compiled.post_compile_params:
            raise ValueError("a list of values makes another text each time")
        self.text = str(compiled)
        self.cursor: Callable[[Any], Any] = getattr(dialect.loaded_dbapi, _CURSORS[dialect.name])
        self._order = compiled.positiontup or []
        binds = compiled.bind_names.items()
        self._fixed = {name: bind.value for bind, name in binds if not bind.required}
        self._inward = {  # a name may stand in several places
            name: process
            for bind, name in binds
            if (process := _impl(bind.type, dialect).bind_processor(dialect)) is not None
        }
        columns = list(statement.selected_columns) if isinstance(statement, sa.Select) else []
        self._outward = [_impl(column.type, dialect).result_processor(dialect, None) for column in columns]
        self._is_plain = not any(self._outward)
        self._row: Any = namedtuple("Asked", [str(column.key) for column in columns])  # type: ignore[misc]  # noqa: PYI024

    def given(self, values: Mapping[str, Any]) -> list[Any]:
        """The parameters in the driver's order. Raises KeyError where one is missing."""
        given = {**self._fixed, **values}
        for name, process in self._inward.items():
            given[name] = process(given[name])
        return [given[name] for name in self._order]

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


_CURSORS = {"sqlite": "Cursor", "postgresql": "RawCursor"}
_kept: dict[tuple[Statement, str], Prepared] = {}


def _prepared(statement: Statement, dialect: Dialect) -> Prepared:
    key = (statement, dialect.name)
    found = _kept.get(key)
    if found is None:
        found = _kept[key] = Prepared(statement, dialect)
    return found


def _told(error: Exception, text: str, dialect: Dialect, *, is_gone: bool = False) -> BaseException:
    return sa.exc.DBAPIError.instance(
        text, None, error, dialect.loaded_dbapi.Error,
        hide_parameters=True, connection_invalidated=is_gone, dialect=dialect,
    )  # fmt: skip


def _by_position(dialect: Dialect) -> Dialect:
    """PostgreSQL itself numbers the parameters; with names, psycopg would number them anew each time."""
    return psycopg_dialect(paramstyle="numeric_dollar") if dialect.name == "postgresql" else dialect  # type: ignore[no-untyped-call]


def _impl(kind: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return kind.dialect_impl(dialect)
