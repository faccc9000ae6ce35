"""What a coordinator does with the accounts of others: disable, enable, take a lost second factor away.

Nobody does it to the own account, and the last coordinator who can sign in stays: the service must not shut its own
office. Both are looked at with the rows of all coordinators locked, so that two who disable each other at one moment
do not both succeed.
"""

from datetime import datetime

from sqlmodel import Session, col, select

from budget import audit, second_factor, staff, web_sessions
from budget.errors import AlreadyDone, LastCoordinator, NotPermitted, OwnAccount, ReasonRequired
from budget.permissions import Action, Actor, has_role
from budget.second_factor import subject
from models.enums import Role
from models.people import Staff


def require_manager(actor: Actor) -> None:
    """Raises: NotPermitted unless the actor manages accounts."""
    if not has_role(actor.role, Action.MANAGE_STAFF):
        raise NotPermitted(action=Action.MANAGE_STAFF)


def disable(session: Session, actor: Actor, staff_id: int, *, now: datetime) -> Staff:
    """The account opens nothing any more, and its sessions end.

    Raises: NotPermitted, NotFound, OwnAccount, LastCoordinator, AlreadyDone(at).
    """
    member = _another(session, actor, staff_id)
    query = select(Staff).where(Staff.role == Role.COORDINATOR, col(Staff.disabled_at).is_(None))
    able = session.exec(query.order_by(col(Staff.id)).with_for_update()).all()
    session.refresh(member)
    if member.disabled_at is not None:
        raise AlreadyDone(at=member.disabled_at)
    if [row.id for row in able] == [member.id]:
        raise LastCoordinator
    member.disabled_at = now
    session.add(member)
    web_sessions.end_all_of(session, staff_id)
    audit.record(session, actor, "staff.disable", now=now, subject=subject(member))
    return member


def enable(session: Session, actor: Actor, staff_id: int, *, now: datetime) -> Staff:
    """The account can sign in again. Raises: NotPermitted, NotFound, OwnAccount."""
    member = _another(session, actor, staff_id)
    member.disabled_at = None
    session.add(member)
    audit.record(session, actor, "staff.enable", now=now, subject=subject(member))
    return member


def reset_second_factor(
    session: Session, actor: Actor, staff_id: int, *, reason: str, now: datetime
) -> Staff:
    """The member lost phone and recovery codes: the next sign-in sets the second factor up anew.

    Raises: NotPermitted, NotFound, OwnAccount, ReasonRequired.
    """
    member = _another(session, actor, staff_id)
    if not reason.strip():
        raise ReasonRequired
    second_factor.reset(session, actor, member, reason=reason.strip(), now=now)
    return member


def _another(session: Session, actor: Actor, staff_id: int) -> Staff:
    require_manager(actor)
    member = staff.by_id(session, staff_id)
    if actor.role is not Role.SYSTEM and actor.id == member.id:
        raise OwnAccount
    return member
