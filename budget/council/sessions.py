"""Sessions of the council: planned, announced with their agenda, opened, closed, published; each step once.

Screening sessions decide before the vote, decision sessions after it. Whoever changes a session says which revision they
saw: of two coordinators who edit it at once the second is told, and nothing is overwritten.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget import audit, cycles
from budget.council import members
from budget.errors import NotFound, SessionChanged, SessionFault, SessionStep
from budget.permissions import Action, Actor, require_role
from models.base import new_public_id
from models.council import CouncilMember
from models.council_session import AgendaItem, Attendance, CouncilSession
from models.cycle import Cycle
from models.enums import SessionKind


class Step(StrEnum):
    """Where a session stands, read off its instants."""

    DRAFT = "draft"
    ANNOUNCED = "announced"
    UNDERWAY = "underway"
    CLOSED = "closed"
    PUBLISHED = "published"


@dataclass(frozen=True)
class Plan:
    """When and where. `link` is for those who take part from afar."""

    starts_at: datetime
    place_kk: str
    place_ru: str
    link: str = ""


def step_of(row: CouncilSession) -> Step:
    """The step a session is at."""
    if row.published_at is not None:
        return Step.PUBLISHED
    if row.closed_at is not None:
        return Step.CLOSED
    if row.opened_at is not None:
        return Step.UNDERWAY
    return Step.ANNOUNCED if row.announced_at is not None else Step.DRAFT


def of_cycle(session: Session, cycle_id: int | None) -> Sequence[CouncilSession]:
    """The sessions of a cycle, oldest first."""
    rows = select(CouncilSession).where(CouncilSession.cycle_id == cycle_id)
    return session.exec(rows.order_by(col(CouncilSession.number))).all()


def by_public_id(session: Session, public_id: str) -> CouncilSession:
    """Raises NotFound."""
    row = session.exec(select(CouncilSession).where(CouncilSession.public_id == public_id)).first()
    if row is None:
        raise NotFound(session=public_id)
    return row


def plan(
    session: Session, actor: Actor, slug: str, kind: SessionKind, proposed: Plan, *, now: datetime
) -> CouncilSession:
    """A new session with the next number of the cycle.

    Raises: NotPermitted, NotFound, CouncilMissing, SessionFault(why).
    """
    cycle = cycles.own(session, actor, Action.MANAGE_SESSIONS, slug)
    members.require_published(cycle)
    _check(proposed, now)
    last = select(sa.func.max(CouncilSession.number)).where(CouncilSession.cycle_id == cycle.id)
    row = CouncilSession(
        public_id=new_public_id(),
        cycle_id=cycle.id or 0,
        number=(session.exec(last).one() or 0) + 1,
        kind=kind,
        created_at=now,
        **asdict(proposed),
    )
    session.add(row)
    session.flush()
    _record(session, actor, "session.plan", row, now)
    return row


def change(
    session: Session, actor: Actor, public_id: str, proposed: Plan, *, revision: int, now: datetime
) -> CouncilSession:
    """Another time or place, until the session begins.

    Raises: NotFound, NotPermitted, SessionChanged, SessionStep, SessionFault(why).
    """
    row = locked(session, actor, public_id, revision=revision)
    require_step(row, Step.DRAFT, Step.ANNOUNCED)
    _check(proposed, now)
    for name, value in asdict(proposed).items():
        setattr(row, name, value)
    touch(session, row)
    _record(session, actor, "session.change", row, now)
    return row


def announce(session: Session, actor: Actor, public_id: str, *, now: datetime) -> CouncilSession:
    """Show the session and its agenda to everybody.

    Raises: NotFound, NotPermitted, SessionStep, SessionFault(why="empty").
    """
    row = locked(session, actor, public_id)
    require_step(row, Step.DRAFT)
    if session.exec(select(AgendaItem.id).where(AgendaItem.session_id == row.id).limit(1)).first() is None:
        raise SessionFault(why="empty")
    row.announced_at = now
    touch(session, row)
    _record(session, actor, "session.announce", row, now)
    return row


def begin(
    session: Session, actor: Actor, public_id: str, present: Iterable[str], *, now: datetime
) -> CouncilSession:
    """Open the session with those who are there, by public ids of members.

    Raises: NotFound, NotPermitted, SessionStep.
    """
    row = locked(session, actor, public_id)
    require_step(row, Step.ANNOUNCED)
    row.opened_at = now
    touch(session, row)
    _mark(session, row, set(present), now)
    _record(session, actor, "session.begin", row, now)
    return row


def mark_present(
    session: Session, actor: Actor, public_id: str, present: Iterable[str], *, now: datetime
) -> CouncilSession:
    """Say who is there now: somebody came later or left before the end.

    Raises: NotFound, NotPermitted, SessionStep.
    """
    row = locked(session, actor, public_id)
    require_step(row, Step.UNDERWAY)
    _mark(session, row, set(present), now)
    touch(session, row)
    _record(session, actor, "session.attendance", row, now)
    return row


def close(session: Session, actor: Actor, public_id: str, *, now: datetime) -> CouncilSession:
    """End the session; what was not put to the vote waits for another one.

    Raises: NotFound, NotPermitted, SessionStep, SessionFault(why="votes") while a vote is open.
    """
    row = locked(session, actor, public_id)
    require_step(row, Step.UNDERWAY)
    under_vote = select(AgendaItem.id).where(
        AgendaItem.session_id == row.id,
        col(AgendaItem.opened_at).is_not(None),
        col(AgendaItem.closed_at).is_(None),
    )
    if session.exec(under_vote.limit(1)).first() is not None:
        raise SessionFault(why="votes")
    row.closed_at = now
    touch(session, row)
    _record(session, actor, "session.close", row, now)
    return row


def attendance(session: Session, row: CouncilSession) -> dict[int, Attendance]:
    """Who was there, by member."""
    rows = session.exec(select(Attendance).where(Attendance.session_id == row.id))
    return {one.member_id: one for one in rows}


def present_now(session: Session, row: CouncilSession, *, now: datetime) -> list[CouncilMember]:
    """The members in office who are there at `now`."""
    there = {id_ for id_, one in attendance(session, row).items() if one.left_at is None or now < one.left_at}
    return [one for one in members.in_office(session, row.cycle_id, now=now) if one.id in there]


def locked(session: Session, actor: Actor, public_id: str, *, revision: int | None = None) -> CouncilSession:
    """The session for a change by the coordinator, fresh and locked; its cycle before it, as everything does that changes
    projects. Raises: NotPermitted, NotFound, SessionChanged."""
    require_role(actor, Action.MANAGE_SESSIONS)
    found = by_public_id(session, public_id)
    fresh = {"populate_existing": True}
    cycle = select(Cycle).where(Cycle.id == found.cycle_id).with_for_update(key_share=True)
    session.exec(cycle.execution_options(**fresh)).one()
    rows = select(CouncilSession).where(CouncilSession.id == found.id).with_for_update()
    row = session.exec(rows.execution_options(**fresh)).one()
    if revision is not None and revision != row.revision:
        raise SessionChanged
    return row


def require_step(row: CouncilSession, *wanted: Step) -> None:
    """One of these steps, in their order. Raises SessionStep(step, wanted, last)."""
    if step_of(row) not in wanted:
        raise SessionStep(step=step_of(row), wanted=wanted[0], last=wanted[-1])


def touch(session: Session, row: CouncilSession) -> None:
    """The session or its agenda is another one now."""
    row.revision += 1
    session.add(row)
    session.flush()


def cycle_of(session: Session, row: CouncilSession) -> Cycle:
    """The cycle of a session."""
    return session.get_one(Cycle, row.cycle_id)


def _mark(session: Session, row: CouncilSession, present: set[str], now: datetime) -> None:
    """Write who is there; unknown ids are refused by NotFound, nobody's past attendance is lost."""
    known = {one.public_id: one for one in members.in_office(session, row.cycle_id, now=now)}
    if unknown := present - known.keys():
        raise NotFound(member=min(unknown))
    noted = attendance(session, row)
    for public_id, member in known.items():
        line = noted.get(member.id or 0)
        if public_id in present and line is None:
            session.add(Attendance(session_id=row.id or 0, member_id=member.id or 0, arrived_at=now))
        elif public_id in present and line is not None:
            line.left_at = None
        elif line is not None and line.left_at is None:
            line.left_at = now
    session.flush()


def _check(proposed: Plan, now: datetime) -> None:
    if proposed.starts_at <= now:
        raise SessionFault(why="past")
    if not (proposed.place_kk.strip() and proposed.place_ru.strip()):
        raise SessionFault(why="place")


def _record(session: Session, actor: Actor, act: str, row: CouncilSession, now: datetime) -> None:
    audit.record(
        session, actor, act, now=now, cycle_id=row.cycle_id, subject=f"session:{row.public_id}",
        number=row.number, revision=row.revision,
    )  # fmt: skip
