"""Look for signals among the ballots in the box and keep them as cases; for the job, and before the separation.

A pattern that grows keeps its case while nobody has decided it. One that was decided and has doubled since comes back
as a case of its own, so that a dismissal is not a licence. Traces are gone with the separation, and the look with them.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget.signals.rules import Finding, Trace, find
from models.ballot import Participation
from models.base import new_public_id
from models.case import Signal, SignalMember
from models.cycle import Cycle
from models.enums import Channel

_SEEN = ("id", "cast_at", "assurance", "network_key", "phone_block_key", "roll_line", "age")


def scan_due(session: Session, *, now: datetime) -> int:
    """Look at every cycle that has ballots with their voters still in the box; the number of new cases."""
    waiting = select(Cycle).where(col(Cycle.frozen_at).is_not(None), col(Cycle.separated_at).is_(None))
    return sum(scan(session, cycle, now=now) for cycle in session.exec(waiting).all())


def scan(session: Session, cycle: Cycle, *, now: datetime) -> int:
    """Find what there is to find; the number of new cases."""
    if cycle.separated_at is not None:
        return 0
    return sum(_keep(session, cycle, finding, now) for finding in find(_traces(session, cycle)))


def _traces(session: Session, cycle: Cycle) -> list[Trace]:
    """Web ballots: at the desk and on paper somebody has seen the person."""
    query = sa.select(*(col(getattr(Participation, name)) for name in _SEEN)).where(
        col(Participation.cycle_id) == cycle.id,
        col(Participation.channel) == Channel.WEB,
        col(Participation.annulled_at).is_(None),
    )
    return [Trace(*row) for row in session.connection().execute(query)]


def _keep(session: Session, cycle: Cycle, finding: Finding, now: datetime) -> bool:
    """Make or renew the case of a finding; is it new?"""
    subject = finding.subject
    known = _known(session, cycle, finding, subject)
    while known is not None and known.decided_at is not None:
        if len(finding.ballots) < 2 * known.ballots:
            return False
        subject = f"{finding.subject}/{known.ballots}"
        known = _known(session, cycle, finding, subject)
    is_new = known is None
    case = known or Signal(
        public_id=new_public_id(),
        cycle_id=cycle.id or 0,
        rule=finding.rule,
        subject=subject,
        ballots=0,
        found_at=now,
    )
    if case.ballots != len(finding.ballots):
        case.ballots, case.facts = len(finding.ballots), dict(finding.facts)
        session.add(case)
        session.flush()
        _add_members(session, case.id or 0, finding)
    return is_new


def _known(session: Session, cycle: Cycle, finding: Finding, subject: str) -> Signal | None:
    of_subject = (
        Signal.cycle_id == cycle.id,
        col(Signal.rule) == finding.rule,
        Signal.subject == subject,
    )
    return session.exec(select(Signal).where(*of_subject)).first()


def _add_members(session: Session, signal_id: int, finding: Finding) -> None:
    members = select(SignalMember.participation_id).where(SignalMember.signal_id == signal_id)
    fresh = set(finding.ballots) - set(session.exec(members).all())
    if fresh:
        rows = [{"signal_id": signal_id, "participation_id": id_} for id_ in sorted(fresh)]
        session.connection().execute(sa.insert(SignalMember), rows)
