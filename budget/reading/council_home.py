"""What a member of the council comes to: the cycles they sit in, sessions ahead or under way, protocols to sign.

Two statements, whatever the number of cycles and sessions. A session is shown from its announcement to its end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from budget import screening
from budget.council.members import has_begun
from budget.permissions import Actor
from budget.phases import Calendar, Window, calendar_of, stage_at
from models.council import Conflict, CouncilMember
from models.council_session import (
    AgendaItem,
    Attendance,
    CouncilSession,
    CouncilVote,
    Protocol,
    ProtocolSignature,
)
from models.cycle import Cycle, PhaseWindow
from models.enums import ItemKind, Origin, Phase, SessionKind
from models.screening import Review


class SeatMember(NamedTuple):
    """A membership, as far as the pages around the queue need it."""

    id: int
    declared_at: datetime | None
    from_on: date


class SeatCycle(NamedTuple):
    """Its cycle."""

    id: int
    slug: str
    title_kk: str
    title_ru: str
    title_en: str
    frozen_at: datetime | None


@dataclass(frozen=True)
class Seat:
    """A membership in office: the cycle, and whether its projects are screened now."""

    member: SeatMember
    cycle: SeatCycle
    is_screened: bool
    until: datetime | None
    """When the phase of screening ends."""


@dataclass(frozen=True)
class Home:
    """The seats of an account, the newest cycle first, and how many protocols wait for its signature."""

    seats: tuple[Seat, ...]
    to_sign: int


class Meeting(NamedTuple):
    """A session that is announced or under way. `votes` are the open votes this account has still to cast."""

    public_id: str
    cycle_id: int
    number: int
    kind: SessionKind
    starts_at: datetime
    place_kk: str
    place_ru: str
    link: str
    opened_at: datetime | None
    votes: int
    place_en: str = ""


_Later = aliased(Protocol)
_MINE = sa.select(col(CouncilMember.id)).where(col(CouncilMember.staff_id) == sa.bindparam("staff"))
_TO_SIGN = (
    sa.select(sa.func.count())
    .select_from(Protocol)
    .where(
        sa.exists().where(
            col(Attendance.session_id) == col(Protocol.session_id), col(Attendance.member_id).in_(_MINE)
        ),
        ~sa.exists().where(
            col(ProtocolSignature.protocol_id) == col(Protocol.id),
            col(ProtocolSignature.member_id).in_(_MINE),
        ),
        ~sa.exists().where(col(_Later.corrects_id) == col(Protocol.id)),
    )
    .scalar_subquery()
)
_MEMBER = [col(getattr(CouncilMember, name)) for name in SeatMember._fields]
_CYCLE = [col(getattr(Cycle, name)) for name in SeatCycle._fields]
_WINDOW = [col(getattr(PhaseWindow, name)) for name in ("phase", "starts_at", "ends_at")]
_SEATS = (
    sa.select(*_MEMBER, *_CYCLE, *_WINDOW, _TO_SIGN)
    .select_from(CouncilMember)
    .join(Cycle, col(Cycle.id) == col(CouncilMember.cycle_id))
    .outerjoin(PhaseWindow, col(PhaseWindow.cycle_id) == col(Cycle.id))
    .where(
        col(CouncilMember.staff_id) == sa.bindparam("staff"),
        col(CouncilMember.left_at).is_(None),
        col(Cycle.origin) == Origin.SERVICE,
        col(Cycle.published_at).is_not(None),
    )
    .order_by(col(Cycle.id).desc())
)
_VOTED = sa.exists().where(
    col(CouncilVote.item_id) == col(AgendaItem.id), col(CouncilVote.member_id).in_(_MINE)
)
_ASIDE = sa.exists().where(
    col(Conflict.project_id) == col(AgendaItem.project_id), col(Conflict.member_id).in_(_MINE)
)
_Earlier = aliased(AgendaItem)
_TOOK_PART = sa.or_(
    sa.exists().where(
        col(Review.project_id) == col(AgendaItem.project_id),
        col(Review.member_id).in_(_MINE),
        col(Review.concluded_at).is_not(None),
    ),
    sa.exists().where(
        col(_Earlier.project_id) == col(AgendaItem.project_id),
        col(_Earlier.kind) == ItemKind.SCREENING,
        col(CouncilVote.item_id) == col(_Earlier.id),
        col(CouncilVote.member_id).in_(_MINE),
    ),
)
_VOTES = (
    sa.select(sa.func.count())
    .select_from(AgendaItem)
    .where(
        col(AgendaItem.session_id) == col(CouncilSession.id),
        col(AgendaItem.opened_at).is_not(None),
        col(AgendaItem.closed_at).is_(None),
        ~_VOTED,
        ~_ASIDE,
        sa.or_(col(AgendaItem.kind) != ItemKind.APPEAL, ~_TOOK_PART),
    )
    .correlate(CouncilSession)
    .scalar_subquery()
)
_COLUMNS = (
    "public_id",
    "cycle_id",
    "number",
    "kind",
    "starts_at",
    "place_kk",
    "place_ru",
    "link",
    "opened_at",
)
_MEETINGS = (
    sa.select(*(col(getattr(CouncilSession, name)) for name in _COLUMNS), _VOTES)
    .where(
        col(CouncilSession.cycle_id).in_(sa.bindparam("cycles", expanding=True)),
        col(CouncilSession.announced_at).is_not(None),
        col(CouncilSession.closed_at).is_(None),
    )
    .order_by(col(CouncilSession.starts_at), col(CouncilSession.id))
)


def home(session: Session, actor: Actor, *, now: datetime) -> Home:
    """Where this account sits now. One statement."""
    rows: Any = session.connection().execute(_SEATS, {"staff": actor.id}).all()
    seats: dict[SeatMember, SeatCycle] = {}
    windows: dict[SeatMember, list[Window]] = {}
    for row in rows:
        member = SeatMember(*row[: len(_MEMBER)])
        if not has_begun(member.from_on, now):
            continue
        seats[member] = SeatCycle(*row[len(_MEMBER) : -len(_WINDOW) - 1])
        *window, _to_sign = row[-len(_WINDOW) - 1 :]
        if window[0] is not None:
            windows.setdefault(member, []).append(Window(*window))
    found = (
        _seat(member, cycle, calendar_of(windows.get(member, ())), now) for member, cycle in seats.items()
    )
    return Home(tuple(found), rows[0][-1] if rows else 0)


def meetings(session: Session, actor: Actor, seats: Sequence[Seat]) -> tuple[Meeting, ...]:
    """The sessions of these seats that are announced or under way, the next one first. One statement."""
    asked = {"staff": actor.id, "cycles": [seat.cycle.id for seat in seats]}
    rows: Any = session.connection().execute(_MEETINGS, asked)
    return tuple(Meeting(*row) for row in rows)


def _seat(member: SeatMember, cycle: SeatCycle, calendar: Calendar, now: datetime) -> Seat:
    window = calendar.window(Phase.SCREENING)
    is_screened = screening.is_open_at(cycle.frozen_at, stage_at(calendar, now))
    return Seat(member, cycle, is_screened, window.ends_at if window else None)
