"""The outbox: what is to be sent to whom, never how. A row is queued in the transaction of the act it tells of, and
sent after its commit (`views/outbox.py`), so there is no message about something that was rolled back.

Facts are plain values; the sentence is made at sending time in the person's language. Facts are emptied once sent,
and at the latest when they expire. A notice is claimed before it is sent, so two senders send it once.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.enums import Language
from models.service import Notice

ATTEMPTS = 5
RETRY_AFTER = timedelta(minutes=1)
KEEP = timedelta(days=7)


class NoticeKind(StrEnum):
    """Everything we write to people about; each kind has a text in `views/outbox.py`."""

    LOGIN_CODE = "login_code"


def queue(
    session: Session,
    kind: NoticeKind,
    recipient: str,
    *,
    language: Language,
    facts: Mapping[str, Any],
    now: datetime,
    expires_at: datetime | None = None,
) -> Notice:
    """Put a notice into the outbox; it has its id. After `expires_at` it is not sent any more."""
    notice = Notice(
        kind=kind,
        recipient=recipient,
        language=language,
        facts=dict(facts),
        created_at=now,
        expires_at=expires_at,
    )
    session.add(notice)
    session.flush()
    return notice


def due(session: Session, *, now: datetime, limit: int = 100) -> Sequence[Notice]:
    """Notices to send now, oldest first: unsent, not expired, and a minute more between tries each time."""
    waited = (
        sa.and_(col(Notice.attempts) == tries, col(Notice.created_at) <= now - RETRY_AFTER * tries)
        for tries in range(ATTEMPTS)
    )
    query = select(Notice).where(col(Notice.sent_at).is_(None), _not_expired(now), sa.or_(*waited))
    return session.exec(query.order_by(col(Notice.id)).limit(limit)).all()


def claim(session: Session, notice_id: int, *, attempts: int, now: datetime) -> bool:
    """Take a notice for one try of sending, as it was seen after `attempts` tries; False when another has it,
    it is sent, or it has expired.

    Commit before sending: a crash then costs one try, not a second message.
    """
    return bool(
        _change(
            session,
            sa.update(Notice)
            .where(
                col(Notice.id) == notice_id,
                col(Notice.attempts) == attempts,
                col(Notice.sent_at).is_(None),
                _not_expired(now),
            )
            .values(attempts=attempts + 1),
        )
    )


def mark_sent(session: Session, notice_id: int, *, now: datetime, keep_facts: bool = False) -> None:
    """It is on its way. Its facts are emptied, unless the demo's page still has to show them."""
    values: dict[str, Any] = {"sent_at": now} if keep_facts else {"sent_at": now, "facts": {}}
    _change(session, sa.update(Notice).where(col(Notice.id) == notice_id).values(**values))


def forget_facts(session: Session, kind: NoticeKind, recipient: str) -> None:
    """Empty the facts of all notices of a kind to one recipient (a code that was used)."""
    query = sa.update(Notice).where(col(Notice.kind) == kind, col(Notice.recipient) == recipient)
    _change(session, query.values(facts={}))


def recent(session: Session, *, now: datetime, limit: int = 30) -> Sequence[Notice]:
    """The newest notices of the last day, newest first (the demo's page "messages")."""
    query = select(Notice).where(col(Notice.created_at) > now - timedelta(days=1))
    return session.exec(query.order_by(col(Notice.id).desc()).limit(limit)).all()


def forget_old(session: Session, now: datetime) -> int:
    """Empty the facts of expired notices and delete those older than a week. Returns how many were deleted."""
    _change(session, sa.update(Notice).where(col(Notice.expires_at) <= now).values(facts={}))
    return _change(session, sa.delete(Notice).where(col(Notice.created_at) <= now - KEEP))


def _not_expired(now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(col(Notice.expires_at).is_(None), col(Notice.expires_at) > now)


def _change(session: Session, statement: sa.Update | sa.Delete) -> int:
    return session.exec(statement).rowcount
