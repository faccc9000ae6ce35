"""Calendars of cycles: phases, extended deadlines with their reasons, and the announced sessions of the council."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from budget.phases import Calendar, Window, calendar_of
from models.council_session import CouncilSession
from models.cycle import CalendarChange, PhaseWindow
from models.enums import Phase, SessionKind


@dataclass(frozen=True, slots=True)
class Change:
    """An extension of a deadline, with its reason in the words and the language of the akimat."""

    phase: Phase
    old_end: datetime
    new_end: datetime
    reason: str
    language: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Meeting:
    """An announced session of the council that has not begun."""

    number: int
    kind: SessionKind
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Planned:
    """The calendar of a cycle with its extensions, and the sessions of the council that are announced."""

    calendar: Calendar
    changes: tuple[Change, ...]
    meetings: tuple[Meeting, ...]


_WINDOW = [col(getattr(PhaseWindow, name)) for name in ("cycle_id", "phase", "starts_at", "ends_at")]
_CHANGE = [col(getattr(CalendarChange, name)) for name in Change.__dataclass_fields__]
_MEETING = [col(getattr(CouncilSession, name)) for name in Meeting.__dataclass_fields__]
_CALENDARS = (
    sa.select(*_WINDOW, *_MEETING, col(CalendarChange.id), *_CHANGE)
    .outerjoin(
        CalendarChange,
        sa.and_(
            col(CalendarChange.cycle_id) == col(PhaseWindow.cycle_id),
            col(CalendarChange.phase) == col(PhaseWindow.phase),
        ),
    )
    .outerjoin(
        CouncilSession,
        sa.and_(
            col(CouncilSession.cycle_id) == col(PhaseWindow.cycle_id),
            col(PhaseWindow.phase) == Phase.SCREENING,
            col(CouncilSession.announced_at).is_not(None),
            col(CouncilSession.opened_at).is_(None),
        ),
    )
    .where(col(PhaseWindow.cycle_id).in_(sa.bindparam("cycles", expanding=True)))
)


def of_cycles(session: Session, ids: list[int]) -> dict[int, Planned]:
    """The calendars of these cycles, by id. One statement."""
    windows: dict[int, dict[Phase, Window]] = defaultdict(dict)
    meetings: dict[int, dict[int, Meeting]] = defaultdict(dict)
    changes: dict[int, dict[int, Change]] = defaultdict(dict)
    width = len(_MEETING)
    rows = session.connection().execute(_CALENDARS, {"cycles": ids})
    for cycle, phase, starts_at, ends_at, *rest in rows:
        windows[cycle][phase] = Window(phase, starts_at, ends_at)
        meeting, change_id, change = rest[:width], rest[width], rest[width + 1 :]
        if meeting[0] is not None:
            meetings[cycle][meeting[0]] = Meeting(*meeting)
        if change_id is not None:
            changes[cycle][change_id] = Change(*change)
    return {
        cycle: Planned(
            calendar_of(windows[cycle].values()),
            tuple(change for _, change in sorted(changes[cycle].items())),
            tuple(meeting for _, meeting in sorted(meetings[cycle].items())),
        )
        for cycle in ids
    }
