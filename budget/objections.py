""" "It was not me": the owner of an IIN objects to a ballot cast with it, and the coordinator decides with a reason.

Open until the objection window of the cycle is over, that is so many working days after the voting (voting.md), and
never after the envelopes were separated: then nobody can tell which ballot it was. Upholding an objection proposes an
annulment, which a second person must confirm (`budget.annulments`).
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from budget import annulments, audit, notices, working_days
from budget.cycles import calendar, locked
from budget.errors import (
    AlreadyDone,
    AlreadyObjected,
    NotFound,
    NothingToObject,
    ObjectionsClosed,
    ReasonRequired,
)
from budget.notices import NoticeKind
from budget.permissions import Action, Actor, require_role
from models.ballot import Participation
from models.base import new_public_id
from models.case import Objection
from models.cycle import Cycle
from models.enums import CaseOutcome, Channel, Language, Phase


def open_until(session: Session, cycle: Cycle) -> datetime | None:
    """When the objection window ends; None without a calendar."""
    voting = calendar(session, cycle.id or 0).window(Phase.VOTING)
    if voting is None or voting.ends_at is None:
        return None
    return working_days.end_of(voting.ends_at, cycle.objection_days, working_days.moved_days(session))


def may_object(session: Session, cycle: Cycle, now: datetime) -> bool:
    """May a ballot of the cycle still be objected to, and annulled?"""
    until = open_until(session, cycle)
    return cycle.separated_at is None and until is not None and now < until


def submit(
    session: Session,
    slug: str,
    voter_key: bytes,
    *,
    text: str,
    channel: Channel,
    language: Language,
    phone: str | None,
    now: datetime,
) -> Objection:
    """The proven owner of `voter_key` objects. `phone` is where the decision is told.

    Raises: NothingToObject, AlreadyObjected(at), ObjectionsClosed(until), ReasonRequired.
    """
    cycle = locked(session, slug)
    if not may_object(session, cycle, now):
        raise ObjectionsClosed(until=open_until(session, cycle))
    if not text.strip():
        raise ReasonRequired
    found = session.exec(
        select(Participation).where(Participation.cycle_id == cycle.id, Participation.voter_key == voter_key)
    ).first()
    if found is None:
        raise NothingToObject
    earlier = of_participation(session, found.id or 0)
    if earlier is not None:
        raise AlreadyObjected(at=earlier.created_at)
    objection = Objection(
        public_id=new_public_id(),
        cycle_id=cycle.id or 0,
        participation_id=found.id or 0,
        channel=channel,
        text=text.strip(),
        phone=phone,
        language=language,
        created_at=now,
    )
    session.add(objection)
    session.flush()
    return objection


def of_participation(session: Session, participation_id: int) -> Objection | None:
    """The objection to a participation, if there is one."""
    return session.exec(select(Objection).where(Objection.participation_id == participation_id)).first()


def of_voter(session: Session, cycle_id: int, voter_key: bytes) -> Objection | None:
    """This person's objection to the ballot in the box. For the owner's own page only."""
    mine = (
        select(Objection)
        .join(Participation, col(Participation.id) == Objection.participation_id)
        .where(Participation.cycle_id == cycle_id, Participation.voter_key == voter_key)
    )
    return session.exec(mine).first()


def undecided(session: Session, cycle_id: int) -> Sequence[Objection]:
    """What the coordinator still has to decide, oldest first."""
    waiting = select(Objection).where(Objection.cycle_id == cycle_id, col(Objection.decided_at).is_(None))
    return session.exec(waiting.order_by(col(Objection.created_at))).all()


def decide(
    session: Session,
    actor: Actor,
    public_id: str,
    outcome: CaseOutcome,
    *,
    reason: str,
    url: str,
    now: datetime,
) -> Objection:
    """Dismiss the objection, or uphold it and propose the annulment. `url` is the page the owner is told of.

    Raises: NotPermitted, NotFound, AlreadyDone, ReasonRequired, ObjectionsClosed, PaperUntraceable.
    """
    require_role(actor, Action.DECIDE_CASES)
    objection = session.exec(
        select(Objection).where(Objection.public_id == public_id).with_for_update()
    ).first()
    if objection is None:
        raise NotFound(public_id=public_id)
    if objection.decided_at is not None:
        raise AlreadyDone(at=objection.decided_at)
    if not reason.strip():
        raise ReasonRequired
    if outcome is CaseOutcome.UPHELD:
        annulments.propose(session, actor, [objection.participation_id], reason=reason, now=now)
    objection.outcome, objection.reason = outcome, reason.strip()
    objection.decided_at, objection.decided_by = now, actor.id
    session.add(objection)
    _tell(session, objection, url, now)
    facts = {"outcome": str(outcome), "reason": reason.strip()}
    audit.record(
        session,
        actor,
        "objection.decide",
        now=now,
        cycle_id=objection.cycle_id,
        subject=f"objection:{public_id}",
        **facts,
    )
    return objection


def _tell(session: Session, objection: Objection, url: str, now: datetime) -> None:
    if objection.phone is None:
        return
    notices.queue(
        session,
        NoticeKind.OBJECTION_DECIDED,
        objection.phone,
        language=objection.language,
        facts={"outcome": str(objection.outcome), "url": url},
        now=now,
    )
