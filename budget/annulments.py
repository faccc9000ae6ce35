"""Annulment: an outer envelope is set aside unopened. One person proposes it with a reason, another confirms it.

Possible until the envelopes are separated and never after: then there is no link between voter and ballot left. The
participation stays and is counted in public as annulled; it loses its voter key, so that the owner of the IIN may
vote while voting lasts. The telephone that served it serves nobody else. A paper ballot can't be annulled: nobody can
tell which one it is.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget import audit
from budget.errors import (
    AlreadyDone,
    NotFound,
    ObjectionsClosed,
    PaperUntraceable,
    ReasonRequired,
    SecondPersonNeeded,
)
from budget.permissions import Action, Actor, require_role
from models.ballot import Participation
from models.base import new_public_id
from models.case import Annulment
from models.cycle import Cycle
from models.enums import Channel


def propose(
    session: Session, actor: Actor, participation_ids: Iterable[int], *, reason: str, now: datetime
) -> list[Annulment]:
    """Propose to annul these participations of one cycle. One that was proposed before keeps its proposal.

    Raises: NotPermitted, ReasonRequired, NotFound, ObjectionsClosed, PaperUntraceable.
    """
    require_role(actor, Action.DECIDE_CASES)
    if not reason.strip():
        raise ReasonRequired
    return [
        _propose(session, actor, participation_id, reason.strip(), now)
        for participation_id in sorted(set(participation_ids))
    ]


def _propose(session: Session, actor: Actor, participation_id: int, reason: str, now: datetime) -> Annulment:
    found = session.get(Participation, participation_id)
    if found is None:
        raise NotFound(participation=participation_id)
    _locked_unseparated(session, found.cycle_id)
    if found.channel is Channel.PAPER:
        raise PaperUntraceable
    earlier = session.exec(select(Annulment).where(Annulment.participation_id == participation_id)).first()
    if earlier is not None and earlier.declined_at is None:
        return earlier
    annulment = earlier or Annulment(
        public_id=new_public_id(),
        cycle_id=found.cycle_id,
        participation_id=participation_id,
        reason=reason,
        proposed_by=actor.id or 0,
        proposed_at=now,
    )
    annulment.reason, annulment.proposed_by, annulment.proposed_at = reason, actor.id or 0, now
    annulment.declined_at, annulment.declined_by = None, None
    session.add(annulment)
    session.flush()
    _record(session, actor, annulment, "annulment.propose", now)
    return annulment


def confirm(session: Session, actor: Actor, public_id: str, *, now: datetime) -> Annulment:
    """A second person confirms: the envelope is set aside.

    Raises: NotPermitted, NotFound, AlreadyDone, SecondPersonNeeded, ObjectionsClosed.
    """
    annulment = _waiting(session, actor, public_id)
    if actor.id == annulment.proposed_by:
        raise SecondPersonNeeded
    found = session.get_one(Participation, annulment.participation_id)
    annulment.voter_key, found.voter_key = found.voter_key, None
    annulment.confirmed_by, annulment.confirmed_at, found.annulled_at = actor.id, now, now
    session.add_all([annulment, found])
    session.flush()
    _record(session, actor, annulment, "annulment.confirm", now)
    return annulment


def decline(session: Session, actor: Actor, public_id: str, *, now: datetime) -> Annulment:
    """The ballot stays. The proposer may withdraw the own proposal. Raises: NotPermitted, NotFound, AlreadyDone,
    ObjectionsClosed."""
    annulment = _waiting(session, actor, public_id)
    annulment.declined_by, annulment.declined_at = actor.id, now
    session.add(annulment)
    session.flush()
    _record(session, actor, annulment, "annulment.decline", now)
    return annulment


def undecided(session: Session, cycle_id: int) -> Sequence[Annulment]:
    """Proposals that wait for a second person, oldest first."""
    waiting = select(Annulment).where(
        Annulment.cycle_id == cycle_id,
        col(Annulment.confirmed_at).is_(None),
        col(Annulment.declined_at).is_(None),
    )
    return session.exec(waiting.order_by(col(Annulment.proposed_at))).all()


def of_voter(session: Session, cycle_id: int, voter_key: bytes) -> Sequence[Annulment]:
    """Annulments of ballots cast with this person's IIN. For the owner's own page only."""
    mine = select(Annulment).where(Annulment.cycle_id == cycle_id, Annulment.voter_key == voter_key)
    return session.exec(mine.order_by(col(Annulment.confirmed_at))).all()


def number_annulled(session: Session, cycle_id: int) -> int:
    """Envelopes set aside so far; a public number."""
    annulled = (Participation.cycle_id == cycle_id, col(Participation.annulled_at).is_not(None))
    return session.exec(select(sa.func.count()).select_from(Participation).where(*annulled)).one()


def _waiting(session: Session, actor: Actor, public_id: str) -> Annulment:
    require_role(actor, Action.CONFIRM_ANNULMENT)
    annulment = session.exec(
        select(Annulment).where(Annulment.public_id == public_id).with_for_update()
    ).first()
    if annulment is None:
        raise NotFound(public_id=public_id)
    done_at = annulment.confirmed_at or annulment.declined_at
    if done_at is not None:
        raise AlreadyDone(at=done_at)
    _locked_unseparated(session, annulment.cycle_id)
    return annulment


def _locked_unseparated(session: Session, cycle_id: int) -> None:
    """The cycle's row is locked, so that a separation waits for us or we for it. Raises ObjectionsClosed."""
    cycle = session.exec(select(Cycle).where(Cycle.id == cycle_id).with_for_update()).one()
    session.refresh(cycle)
    if cycle.separated_at is not None:
        raise ObjectionsClosed(until=cycle.separated_at)


def _record(session: Session, actor: Actor, annulment: Annulment, act: str, now: datetime) -> None:
    audit.record(
        session,
        actor,
        act,
        now=now,
        cycle_id=annulment.cycle_id,
        subject=f"annulment:{annulment.public_id}",
        reason=annulment.reason,
    )
