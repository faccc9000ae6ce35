"""After the appeal period the voters are forgotten: nobody can find out any more who took part.

The file with the cycle's voter salt is destroyed, so a voter key can't be computed from an IIN again, and with it goes
what the desk noted of its visitors. What stays is counted and has no name. The period is 15 working days from the
publication of the results: the time for an answer to an appeal (Administrative Procedural Code, art. 76).
"""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from budget import audit, working_days
from budget.cycles import own
from budget.errors import AppealOpen
from budget.keys import KeyRing
from budget.permissions import Action, Actor
from models.case import Annulment, Objection
from models.cycle import Cycle
from models.desk import DeskVisit

APPEAL_DAYS = 15


def appeal_until(session: Session, cycle: Cycle) -> datetime | None:
    """When the appeal period ends; None while the results are not published."""
    if cycle.results_published_at is None:
        return None
    moved = working_days.moved_days(session)
    return working_days.end_of(cycle.results_published_at, APPEAL_DAYS, moved)


def forget_voters(session: Session, actor: Actor, slug: str, keyring: KeyRing, *, now: datetime) -> bool:
    """Destroy what ties persons to their participation; False when it was done before.

    The file goes first: after a crash between the two, the call repeated finishes the work.
    Raises: NotPermitted, NotFound, AppealOpen(until).
    """
    cycle = own(session, actor, Action.MANAGE_CYCLE, slug)
    until = appeal_until(session, cycle)
    if until is None or now < until:
        raise AppealOpen(until=until)
    keyring.forget_voters(slug)
    if cycle.voters_forgotten_at is not None:
        return False
    visits = session.exec(sa.delete(DeskVisit).where(col(DeskVisit.cycle_id) == cycle.id)).rowcount
    _empty_cases(session, cycle.id or 0)
    cycle.voters_forgotten_at = now
    session.add(cycle)
    audit.record(
        session, actor, "cycle.forget_voters", now=now, cycle_id=cycle.id, subject=slug, visits=visits
    )
    return True


def _empty_cases(session: Session, cycle_id: int) -> None:
    """Objections keep their decisions and lose what their authors wrote and their numbers; annulments lose the voter."""
    session.exec(sa.update(Objection).where(col(Objection.cycle_id) == cycle_id).values(text="", phone=None))
    session.exec(sa.update(Annulment).where(col(Annulment.cycle_id) == cycle_id).values(voter_key=None))
