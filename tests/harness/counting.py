"""A vote that is over and waits for its count, for the tests of the office: `hold(5, 3)` (see its conftest)."""

from collections.abc import Callable
from datetime import timedelta

from sqlmodel import col, select

from budget import audit
from models.database import Database
from models.service import AuditEvent
from tests.harness.elections import Election

AFTER = timedelta(days=20)
"""So long after the ballots the voting of `hold` is over."""

Hold = Callable[..., Election]
"""Project n gets `votes[n]` ballots; `costs` and settings by keyword; then the clock stands after the close."""


def acts_of(database: Database) -> list[str]:
    """The acts in the audit chain after those that made the vote; the chain is whole."""
    with database.reading() as session:
        found = list(session.exec(select(AuditEvent.action).order_by(col(AuditEvent.id))))
        assert audit.verify(session) == []
    return found[3:]
