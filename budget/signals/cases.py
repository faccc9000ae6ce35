"""Deciding a signal: people looked at the pattern. Upholding it proposes annulments of the ballots they chose."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, select

from budget import annulments, audit
from budget.errors import AlreadyDone, NotFound, NothingChosen, ReasonRequired
from budget.permissions import Action, Actor, require_role
from models.case import Signal, SignalMember
from models.enums import CaseOutcome


def decide(
    session: Session,
    actor: Actor,
    public_id: str,
    outcome: CaseOutcome,
    *,
    reason: str,
    ballots: Iterable[int] = (),
    now: datetime,
) -> Signal:
    """Dismiss the signal, or uphold it and propose to annul these of its ballots.

    Raises: NotPermitted, NotFound, AlreadyDone, ReasonRequired, NothingChosen (upheld without a ballot),
    ObjectionsClosed.
    """
    require_role(actor, Action.DECIDE_CASES)
    case = session.exec(select(Signal).where(Signal.public_id == public_id).with_for_update()).first()
    if case is None:
        raise NotFound(public_id=public_id)
    if case.decided_at is not None:
        raise AlreadyDone(at=case.decided_at)
    if not reason.strip():
        raise ReasonRequired
    proposed = 0
    if outcome is CaseOutcome.UPHELD:
        members = select(SignalMember.participation_id).where(SignalMember.signal_id == case.id)
        chosen = set(ballots) & set(session.exec(members).all())
        if not chosen:
            raise NothingChosen
        proposed = len(annulments.propose(session, actor, chosen, reason=reason, now=now))
    case.outcome, case.reason = outcome, reason.strip()
    case.decided_at, case.decided_by = now, actor.id
    session.add(case)
    session.flush()
    audit.record(
        session,
        actor,
        "signal.decide",
        now=now,
        cycle_id=case.cycle_id,
        subject=f"signal:{public_id}",
        outcome=str(outcome),
        reason=reason.strip(),
        proposed=proposed,
    )
    return case
