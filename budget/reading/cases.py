"""What the coordinator and the observers see of objections, signals and annulments: of a ballot when, where and by what
proof it was cast, never whose it is and never what it says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget.errors import NotFound
from models.ballot import Participation
from models.case import Annulment, Objection, Signal, SignalMember
from models.cycle import Cycle
from models.enums import Assurance, Channel
from models.people import Staff

MOST_SHOWN = 1000


@dataclass(frozen=True)
class BallotFacts:
    """An outer envelope. `is_proposed`: somebody has proposed to set it aside, and nobody has declined."""

    id: int
    cast_at: datetime
    channel: Channel
    assurance: Assurance
    annulled_at: datetime | None
    is_proposed: bool


@dataclass(frozen=True)
class AnnulmentCase:
    """A proposal with the names of the staff who made and decided it."""

    case: Annulment
    cycle: Cycle
    ballot: BallotFacts
    proposer: str
    second: str


def objections(session: Session, cycle_id: int) -> Sequence[Objection]:
    """The objections of a cycle, undecided ones first, then the newest."""
    query = select(Objection).where(Objection.cycle_id == cycle_id)
    order = (col(Objection.decided_at).is_not(None), col(Objection.created_at).desc())
    return session.exec(query.order_by(*order)).all()


def objection(session: Session, public_id: str) -> tuple[Objection, BallotFacts, Cycle]:
    """An objection, its ballot and its cycle. Raises NotFound."""
    found = session.exec(select(Objection).where(Objection.public_id == public_id)).first()
    if found is None:
        raise NotFound(public_id=public_id)
    [ballot] = _ballots(session, col(Participation.id) == found.participation_id)
    return found, ballot, session.get_one(Cycle, found.cycle_id)


def signals(session: Session, cycle_id: int) -> Sequence[Signal]:
    """The signals of a cycle, undecided ones first, then the newest."""
    query = select(Signal).where(Signal.cycle_id == cycle_id)
    return session.exec(
        query.order_by(col(Signal.decided_at).is_not(None), col(Signal.found_at).desc())
    ).all()


def signal(session: Session, public_id: str) -> tuple[Signal, Sequence[BallotFacts], Cycle]:
    """A signal, its ballots in the order of casting (at most MOST_SHOWN) and its cycle. Raises NotFound."""
    found = session.exec(select(Signal).where(Signal.public_id == public_id)).first()
    if found is None:
        raise NotFound(public_id=public_id)
    members = sa.select(col(SignalMember.participation_id)).where(col(SignalMember.signal_id) == found.id)
    ballots = _ballots(session, col(Participation.id).in_(members))
    return found, ballots, session.get_one(Cycle, found.cycle_id)


def annulments(session: Session, *, cycle_id: int | None = None) -> Sequence[AnnulmentCase]:
    """Proposals of a cycle or of all, those that wait first, then the newest."""
    second = sa.orm.aliased(Staff)
    query = (
        select(Annulment, Cycle, Staff.name, second.name)
        .join(Cycle, col(Cycle.id) == Annulment.cycle_id)
        .join(Staff, col(Staff.id) == Annulment.proposed_by)
        .join(
            second,
            col(second.id) == sa.func.coalesce(Annulment.confirmed_by, Annulment.declined_by),
            isouter=True,
        )
        .order_by(
            col(Annulment.confirmed_at).is_not(None),
            col(Annulment.declined_at).is_not(None),
            col(Annulment.proposed_at).desc(),
        )
    )
    if cycle_id is not None:
        query = query.where(Annulment.cycle_id == cycle_id)
    rows = session.exec(query.limit(MOST_SHOWN)).all()
    ids = [row[0].participation_id for row in rows]
    ballots = {ballot.id: ballot for ballot in _ballots(session, col(Participation.id).in_(ids))}
    return [
        AnnulmentCase(case, cycle, ballots[case.participation_id], proposer, name or "")
        for case, cycle, proposer, name in rows
    ]


def _ballots(session: Session, which: sa.ColumnElement[bool]) -> Sequence[BallotFacts]:
    proposed = sa.exists().where(
        col(Annulment.participation_id) == col(Participation.id), col(Annulment.declined_at).is_(None)
    )
    query = sa.select(
        col(Participation.id),
        col(Participation.cast_at),
        col(Participation.channel),
        col(Participation.assurance),
        col(Participation.annulled_at),
        proposed,
    ).where(which)
    in_order = query.order_by(col(Participation.cast_at), col(Participation.id)).limit(MOST_SHOWN)
    return [
        BallotFacts(row[0] or 0, row[1], row[2], row[3], row[4], row[5])
        for row in session.connection().execute(in_order)
    ]
