"""Signed-in browsers: the cookie holds a random token, the row its SHA-256, so a stolen table opens nothing.

Policy: staff 30 minutes without a request, 8 hours in all; residents 20 minutes without a request, 2 hours in all.
After a ballot was cast 5 minutes are left, so that a borrowed phone is not left signed in (users_and_trust.md). At the
front office, where the next person waits, it is 10 minutes without a request, and 2 after the ballot.
`seen_at` moves at most once a minute: a write for every page read would cost more than the page.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from budget import back_off, notices
from budget.identity import codes, eds_challenges
from budget.permissions import Actor
from models.asking import Asking, written
from models.enums import Assurance, Channel, Role
from models.people import Resident, Staff, WebSession

STAFF_IDLE = timedelta(minutes=30)
STAFF_LONGEST = timedelta(hours=8)
RESIDENT_IDLE = timedelta(minutes=20)
RESIDENT_LONGEST = timedelta(hours=2)
AFTER_BALLOT = timedelta(minutes=5)
DESK_IDLE = timedelta(minutes=10)
DESK_AFTER_BALLOT = timedelta(minutes=2)
SEEN_EVERY = timedelta(minutes=1)
_FIND = (
    sa.select(
        *(
            col(getattr(WebSession, name))
            for name in ("id", "staff_id", "resident_id", "seen_at", "expires_at", "stepped_up_at")
        ),
        *(col(getattr(WebSession, name)) for name in ("channel", "assurance", "operator_id")),
        *(col(getattr(Staff, name)) for name in ("role", "name", "disabled_at")),
        *(col(getattr(Resident, name)) for name in ("birth_on", "phone", "area_id", "line")),
    )
    .join(Staff, col(WebSession.staff_id) == col(Staff.id), isouter=True)
    .join(Resident, col(WebSession.resident_id) == col(Resident.id), isouter=True)
    .where(col(WebSession.token_hash) == sa.bindparam("token_hash"))
)  # in core: every page of a signed-in person begins with it
_END_BY = (
    sa.update(WebSession)
    .where(col(WebSession.id) == sa.bindparam("session"), col(WebSession.expires_at) > sa.bindparam("last"))
    .values(expires_at=sa.bindparam("last"))
)  # in core: part of every cast


@dataclass(frozen=True)
class SignedIn:
    """A session that is good now: whose it is, when it was last used, and when it ends if nothing happens.

    `birth_on` and what follows `operator_id` are a resident's, from the roll: casting a ballot needs them, and they cost
    no query here. So are
    `channel` and `assurance`, where and by what they were identified, and `operator_id`, who did it at the desk."""

    session_id: int
    actor: Actor
    seen_at: datetime
    ends_at: datetime
    birth_on: date | None = field(default=None, repr=False)
    stepped_up_at: datetime | None = None
    channel: Channel | None = None
    assurance: Assurance | None = None
    operator_id: int | None = None
    phone: str | None = field(default=None, repr=False)
    area_id: int | None = None
    roll_line: int | None = None

    def is_stale(self, now: datetime) -> bool:
        """Is it time to note the use?"""
        return now - self.seen_at >= SEEN_EVERY


def start(
    session: Session,
    *,
    now: datetime,
    staff_id: int | None = None,
    resident_id: int | None = None,
    channel: Channel = Channel.WEB,
    assurance: Assurance = Assurance.SMS,
    operator_id: int | None = None,
) -> str:
    """Begin a session for one person; the token for the cookie, 43 characters.

    How they were identified is kept for residents alone: it is recorded with their ballot.
    """
    is_resident = resident_id is not None
    token = secrets.token_urlsafe(32)
    longest = STAFF_LONGEST if staff_id is not None else RESIDENT_LONGEST
    session.add(
        WebSession(
            token_hash=_hash(token),
            staff_id=staff_id,
            resident_id=resident_id,
            created_at=now,
            seen_at=now,
            expires_at=now + longest,
            channel=channel if is_resident else None,
            assurance=assurance if is_resident else None,
            operator_id=operator_id,
        )
    )
    session.flush()
    return token


def find(asking: Asking, token: str, *, now: datetime) -> SignedIn | None:
    """Whose session this is, in one query; None when it is unknown, over, or of someone disabled.

    Every page of a signed-in person begins with it."""
    row = asking.first(_FIND, token_hash=_hash(token))
    if row is None:
        return None
    is_staff = row.staff_id is not None
    ends_at = min(row.expires_at, row.seen_at + (STAFF_IDLE if is_staff else _idle(row.channel)))
    if ends_at <= now or row.disabled_at is not None:
        return None
    actor = Actor(row.role, row.staff_id, row.name) if is_staff else Actor(Role.RESIDENT, row.resident_id)
    return SignedIn(
        row.id,
        actor,
        row.seen_at,
        ends_at,
        row.birth_on,
        stepped_up_at=row.stepped_up_at,
        channel=row.channel,
        assurance=row.assurance,
        operator_id=row.operator_id,
        phone=row.phone,
        area_id=row.area_id,
        roll_line=row.line,
    )


def touch(session: Session, session_id: int, *, now: datetime) -> None:
    """Note that the session is in use."""
    used = sa.update(WebSession).where(col(WebSession.id) == session_id).values(seen_at=now)
    session.exec(used)


def end_after_ballot(
    session: Session, session_id: int, *, now: datetime, channel: Channel = Channel.WEB
) -> None:
    """A ballot was cast in this session: it ends `AFTER_BALLOT` from `now`, at the desk sooner, if it would not end
    before."""
    written(session, _END_BY, {"session": session_id, "last": last_moment(channel, now=now)})


def last_moment(channel: Channel, *, now: datetime) -> datetime:
    """When a session in which a ballot was cast now ends at the latest."""
    return now + (DESK_AFTER_BALLOT if channel is Channel.DESK else AFTER_BALLOT)


def step_up(session: Session, session_id: int, *, now: datetime) -> None:
    """A member of staff showed password and code again in this session."""
    shown = sa.update(WebSession).where(col(WebSession.id) == session_id).values(stepped_up_at=now)
    session.exec(shown)


def end_all_of(session: Session, staff_id: int, *, but: int | None = None) -> int:
    """Sign a member of staff out everywhere, except in the session `but`. Returns how many sessions ended."""
    theirs = sa.delete(WebSession).where(col(WebSession.staff_id) == staff_id)
    if but is not None:
        theirs = theirs.where(col(WebSession.id) != but)
    return session.exec(theirs).rowcount


def end(session: Session, token: str) -> None:
    """Sign out: the row goes, and with it every copy of the cookie."""
    session.exec(sa.delete(WebSession).where(col(WebSession.token_hash) == _hash(token)))


def forget_old(session: Session, now: datetime) -> dict[str, int]:
    """The job that deletes what is over: sessions, codes, failed sign-ins, old notices. Returns counts by table."""
    over = sa.or_(
        col(WebSession.expires_at) <= now,
        sa.and_(col(WebSession.staff_id).is_not(None), col(WebSession.seen_at) <= now - STAFF_IDLE),
        sa.and_(col(WebSession.resident_id).is_not(None), col(WebSession.seen_at) <= now - RESIDENT_IDLE),
    )
    return {
        "web_session": session.exec(sa.delete(WebSession).where(over)).rowcount,
        "login_code": codes.forget_old(session, now),
        "eds_challenge": eds_challenges.forget_old(session, now),
        "sign_in_failure": back_off.forget_old(session, now),
        "notice": notices.forget_old(session, now),
    }


def _idle(channel: Channel | None) -> timedelta:
    return DESK_IDLE if channel is Channel.DESK else RESIDENT_IDLE


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
