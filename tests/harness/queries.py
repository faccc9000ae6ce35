"""Counting what a page asks of the database, and asking inside a test's own transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlmodel import Session

from models.asking import Asking

_NOT_COUNTED = ("BEGIN", "ROLLBACK", "COMMIT", "PRAGMA")


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements run on `engine`, and those asked past it, while the block runs, without the brackets of
    transactions."""
    statements: list[str] = []
    ask = Asking.first

    def noted(asking: Asking, statement: Any, **values: Any) -> Any:
        statements.append(" ".join(str(statement).split()))
        return ask(asking, statement, **values)

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(_NOT_COUNTED):
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    Asking.first = noted  # type: ignore[method-assign]
    try:
        yield statements
    finally:
        Asking.first = ask  # type: ignore[method-assign]
        event.remove(engine, "before_cursor_execute", note)


def asking_in(session: Session) -> Asking:
    """What asks on the connection of `session`, so that it sees what was flushed there."""
    connection = session.connection().connection.driver_connection
    return Asking(lambda: connection, session.get_bind().dialect)
