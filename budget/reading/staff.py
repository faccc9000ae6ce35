"""What the pages of accounts read: all accounts, open invitations, and one's own sessions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from budget.web_sessions import STAFF_IDLE
from models.enums import Role
from models.people import Invitation, Staff, WebSession


@dataclass(frozen=True, slots=True)
class Account:
    """A line of the coordinator's list."""

    id: int
    name: str
    email: str
    role: Role
    has_second_factor: bool
    signed_in_at: datetime | None
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnSession:
    """A browser somebody is signed in with."""

    began_at: datetime
    seen_at: datetime
    is_this: bool


def accounts(session: Session) -> list[Account]:
    """Every account by name, the disabled ones last."""
    rows = session.exec(select(Staff).order_by(col(Staff.disabled_at).is_not(None), col(Staff.name)))
    return [
        Account(
            row.id or 0,
            row.name,
            row.email,
            row.role,
            row.totp_secret is not None,
            row.signed_in_at,
            row.disabled_at,
        )
        for row in rows
    ]


def open_invitations(session: Session, *, now: datetime) -> Sequence[Invitation]:
    """Invitations nobody has used, withdrawn or let pass, the newest first."""
    query = select(Invitation).where(
        col(Invitation.accepted_at).is_(None),
        col(Invitation.withdrawn_at).is_(None),
        col(Invitation.expires_at) > now,
    )
    return session.exec(query.order_by(col(Invitation.id).desc())).all()


def sessions_of(session: Session, staff_id: int, *, this: int | None, now: datetime) -> list[OwnSession]:
    """The sessions of an account that are good now, this one first."""
    query = select(WebSession).where(
        col(WebSession.staff_id) == staff_id,
        col(WebSession.expires_at) > now,
        col(WebSession.seen_at) > now - STAFF_IDLE,
    )
    rows = session.exec(query.order_by(col(WebSession.seen_at).desc()))
    found = [OwnSession(row.created_at, row.seen_at, row.id == this) for row in rows]
    return sorted(found, key=lambda one: not one.is_this)
