"""Counting what a page asks of the database, and asking inside a test's own transaction."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlmodel import Session

from models.asking import Asking, Prepared

_NOT_COUNTED = ("BEGIN", "ROLLBACK", "COMMIT", "PRAGMA")


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements run on `engine`, and those given to a driver past it, while the block runs, without the brackets
    of transactions."""
    statements: list[str] = []
    given = Prepared.given

    def noted(prepared: Prepared, values: Mapping[str, Any]) -> list[Any]:
        statements.append(" ".join(prepared.text.split()))
        return given(prepared, values)

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(_NOT_COUNTED):
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    Prepared.given = noted  # type: ignore[method-assign]
    try:
        yield statements
    finally:
        Prepared.given = given  # type: ignore[method-assign]
        event.remove(engine, "before_cursor_execute", note)


def asking_in(session: Session) -> Asking:
    """What asks on the connection of `session`, so that it sees what was flushed there."""
    connection = session.connection().connection.driver_connection
    return Asking(lambda: connection, session.get_bind().dialect, most=1)
