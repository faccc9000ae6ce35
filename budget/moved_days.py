"""Days the government moved: the akimat writes them down after the yearly decree, and periods in working days follow.

An entry says of one day whether it works; it may be changed or taken back, each time with a line in the log.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session, col, select

from budget import audit
from budget.errors import NotFound
from budget.permissions import Action, Actor, require_role
from models.district import MovedDay


def all_days(session: Session) -> Sequence[MovedDay]:
    """Every entry, the latest day first."""
    return session.exec(select(MovedDay).order_by(col(MovedDay.on).desc())).all()


def put(session: Session, actor: Actor, on: date, *, is_working: bool, note: str, now: datetime) -> MovedDay:
    """Say of a day whether it works, whatever was said of it before. Raises NotPermitted."""
    require_role(actor, Action.MANAGE_CYCLE)
    row = session.get(MovedDay, on) or MovedDay(on=on, is_working=is_working)
    row.is_working, row.note = is_working, note.strip()
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor,
        "moved_day.put",
        now=now,
        subject=on.isoformat(),
        is_working=is_working,
        note=note.strip(),
    )
    return row


def take_back(session: Session, actor: Actor, on: date, *, now: datetime) -> None:
    """The day is again what the calendar says. Raises: NotPermitted, NotFound."""
    require_role(actor, Action.MANAGE_CYCLE)
    row = session.get(MovedDay, on)
    if row is None:
        raise NotFound(on=on.isoformat())
    session.delete(row)
    session.flush()
    audit.record(session, actor, "moved_day.take_back", now=now, subject=on.isoformat())
