"""Accounts made by a link: the coordinator invites, the person sets the password.

The link holds a random token, the row its SHA-256; it is good for seven days and once. There is no gateway for
e-mail, so the page shows the link to be handed over; it can't be read again, and a second invitation to the same
e-mail withdraws the first.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget import audit, staff
from budget.back_off import normal_email
from budget.errors import EmailTaken, InvitationOver, NotFound
from budget.permissions import Actor
from budget.second_factor import actor_of, subject
from budget.staff_care import require_manager
from models.enums import Language, Role
from models.people import Invitation, Staff

LIFETIME = timedelta(days=7)


def invite(
    session: Session, actor: Actor, *, email: str, name: str, role: Role, language: Language, now: datetime
) -> tuple[Invitation, str]:
    """The invitation and the token of its link.

    Raises: NotPermitted, EmailTaken.
    """
    require_manager(actor)
    if role not in staff.ROLES:
        raise ValueError(f"{role} is no role of staff")
    if staff.by_email(session, email) is not None:
        raise EmailTaken
    for older in session.exec(select(Invitation).where(Invitation.email == normal_email(email), *_open(now))):
        withdraw(session, actor, older.id or 0, now=now)
    token = secrets.token_urlsafe(32)
    row = Invitation(
        token_hash=_hash(token),
        email=normal_email(email),
        name=name.strip(),
        role=role,
        language=language,
        invited_by=actor.id,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    session.add(row)
    session.flush()
    audit.record(session, actor, "staff.invite", now=now, subject=f"invitation:{row.id}", role=str(role))
    return row, token


def withdraw(session: Session, actor: Actor, invitation_id: int, *, now: datetime) -> None:
    """The link opens nothing any more.

    Raises: NotPermitted, NotFound, InvitationOver(why) when it was over already.
    """
    require_manager(actor)
    row = session.get(Invitation, invitation_id)
    if row is None:
        raise NotFound(invitation=invitation_id)
    if not _close(session, row, now, withdrawn_at=now):
        raise InvitationOver(why=_why(session, row))
    audit.record(session, actor, "staff.withdraw_invitation", now=now, subject=f"invitation:{row.id}")


def by_token(session: Session, token: str, *, now: datetime) -> Invitation:
    """The invitation of this link, while it is good.

    Raises: NotFound, InvitationOver(why: used|withdrawn|expired).
    """
    row = session.exec(select(Invitation).where(Invitation.token_hash == _hash(token))).first()
    if row is None:
        raise NotFound(invitation="token")
    if row.accepted_at is not None or row.withdrawn_at is not None or row.expires_at <= now:
        raise InvitationOver(why=_why(session, row))
    return row


def accept(session: Session, token: str, *, password_hash: str, now: datetime) -> Staff:
    """Make the account; the link is used up by one statement, so a link posted twice makes one account.

    Raises: NotFound, InvitationOver(why), EmailTaken.
    """
    row = by_token(session, token, now=now)
    if not _close(session, row, now, accepted_at=now):
        raise InvitationOver(why=_why(session, row))
    member = staff.create(
        session,
        email=row.email,
        name=row.name,
        role=row.role,
        language=row.language,
        password_hash=password_hash,
        now=now,
    )
    audit.record(
        session,
        actor_of(member),
        "staff.accept",
        now=now,
        subject=subject(member),
        role=str(member.role),
        invitation=row.id,
    )
    return member


def _open(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        col(Invitation.accepted_at).is_(None),
        col(Invitation.withdrawn_at).is_(None),
        col(Invitation.expires_at) > now,
    )


def _close(session: Session, row: Invitation, now: datetime, **moment: datetime) -> bool:
    closed = sa.update(Invitation).where(col(Invitation.id) == row.id, *_open(now)).values(**moment)
    return session.exec(closed).rowcount == 1


def _why(session: Session, row: Invitation) -> str:
    session.refresh(row)
    if row.accepted_at is not None:
        return "used"
    return "withdrawn" if row.withdrawn_at is not None else "expired"


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
