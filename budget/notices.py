"""The outbox: what is to be sent to whom, never how. A row is queued in the transaction of the act it tells of, and
sent after its commit (`views/outbox.py`), so there is no message about something that was rolled back.

Facts are plain values; the sentence is made at sending time in the person's language. Facts are emptied once sent,
and at the latest when they expire. A notice is claimed before it is sent, so two senders send it once. Whether a try
that timed out reached the phone is unknown: it counts as a sending, and there are two of them at most.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget import sms_spending
from budget.sms_spending import Tariff
from models.enums import Language, NoticeFailure
from models.people import Resident
from models.project import Project
from models.service import Notice

ATTEMPTS = 10
SENDINGS = 2
RETRY_AFTER = timedelta(minutes=1)
KEEP = timedelta(days=7)
FRESH = timedelta(minutes=10)
IN_GOOD_TIME = timedelta(seconds=5)


class NoticeKind(StrEnum):
    """Everything we write to people about; each kind has a text in `views/notice_texts.py`, which names its facts."""

    LOGIN_CODE = "login_code"
    BALLOT_CAST = "ballot_cast"
    OBJECTION_DECIDED = "objection_decided"
    PROJECT_RETURNED = "project_returned"
    CORRECTION_REMINDER = "correction_reminder"
    PROJECT_DECIDED = "project_decided"
    MERGER_PROPOSED = "merger_proposed"
    APPEAL_HEARING = "appeal_hearing"
    APPEAL_DECIDED = "appeal_decided"


class Health(StrEnum):
    """What the newest tries say of the gateway."""

    WORKING = "working"
    FAILING = "failing"


def queue(
    session: Session,
    kind: NoticeKind,
    recipient: str,
    *,
    language: Language,
    facts: Mapping[str, Any],
    now: datetime,
    expires_at: datetime | None = None,
    cost_tenge: int = 0,
) -> Notice:
    """Put a notice into the outbox; it has its id. After `expires_at` it is not sent any more. `cost_tenge` is money
    the caller has set aside for its first sending (`sms_spending`)."""
    notice = Notice(
        kind=kind,
        recipient=recipient,
        language=language,
        facts=dict(facts),
        created_at=now,
        expires_at=expires_at,
        cost_tenge=cost_tenge,
        charged_at=now if cost_tenge else None,
    )
    session.add(notice)
    session.flush()
    return notice


def tell_author(
    session: Session,
    project: Project,
    kind: NoticeKind,
    facts: Mapping[str, object] | None = None,
    *,
    language: Language | None = None,
    now: datetime,
) -> None:
    """Queue a notice about a project to its author, by telephone, where the roll has the number."""
    author = session.get(Resident, project.author_id) if project.author_id is not None else None
    if author is None or author.phone is None:
        return
    told = {"number": project.number, **(facts or {})}
    queue(session, kind, author.phone, language=language or project.language, facts=told, now=now)


def due(session: Session, *, now: datetime, limit: int = 100) -> Sequence[Notice]:
    """Notices to send now: codes first, then oldest first; each pause between tries is twice the one before."""
    waited = (
        sa.and_(col(Notice.attempts) == tries, col(Notice.tried_at) <= now - RETRY_AFTER * 2 ** (tries - 1))
        for tries in range(1, ATTEMPTS)
    )
    query = select(Notice).where(*_open(now), sa.or_(col(Notice.attempts) == 0, *waited))
    codes_first = sa.case((col(Notice.kind) == NoticeKind.LOGIN_CODE, 0), else_=1)
    return session.exec(query.order_by(codes_first, col(Notice.id)).limit(limit)).all()


def claim(
    session: Session,
    notice_id: int,
    *,
    attempts: int,
    now: datetime,
    parts: int = 1,
    tariff: Tariff | None = None,
) -> bool:
    """Take a notice of so many parts for one try of sending, as it was seen after `attempts` tries; False when
    another has it, it is sent, refused for good or expired, or there is no money for it under the cap.

    Commit before sending: a crash then costs one try, not a third message.
    """
    if tariff is not None:
        sms_spending.lock(session)
    is_this = (col(Notice.id) == notice_id, col(Notice.attempts) == attempts, *_open(now))
    values: dict[str, Any] = {"attempts": attempts + 1, "sendings": Notice.sendings + 1}
    values |= {"parts": parts, "tried_at": now}
    if tariff is not None:
        charge = _charge(session, notice_id, tariff, parts * tariff.price_tenge, now)
        if charge is None:
            return False
        values |= charge
    return bool(_change(session, sa.update(Notice).where(*is_this).values(**values)))


def mark_sent(
    session: Session,
    notice_id: int,
    *,
    now: datetime,
    keep_facts: bool = False,
    gateway_id: str | None = None,
    parts: int | None = None,
) -> None:
    """It is on its way. Its facts are emptied, unless the demo's page still has to show them. The gateway's own count
    of `parts` corrects ours, and the cost with it."""
    values: dict[str, Any] = {"sent_at": now, "failure": None, "gateway_id": gateway_id}
    if not keep_facts:
        values["facts"] = {}
    if parts:
        corrected = col(Notice.cost_tenge) * parts // col(Notice.parts)
        values["cost_tenge"] = sa.case((col(Notice.parts) > 0, corrected), else_=Notice.cost_tenge)
        values["parts"] = parts
    _change(session, sa.update(Notice).where(col(Notice.id) == notice_id).values(**values))


def mark_failed(session: Session, notice_id: int, failure: NoticeFailure) -> None:
    """The try failed. Unless it is unknown whether it went out, it was no sending; refused for good, it is free."""
    values: dict[str, Any] = {"failure": failure}
    if failure is not NoticeFailure.UNKNOWN:
        values["sendings"] = col(Notice.sendings) - 1
    if failure is NoticeFailure.REJECTED:
        values["cost_tenge"] = sa.case((col(Notice.sendings) == 1, 0), else_=Notice.cost_tenge)
        values["facts"] = {}
    _change(session, sa.update(Notice).where(col(Notice.id) == notice_id).values(**values))


def delivery_health(session: Session, *, now: datetime) -> Health:
    """FAILING when the newest try of the last ten minutes got no answer in good time, or none that takes messages.
    A number refused for good is an answer."""
    has_outcome = sa.or_(col(Notice.sent_at).is_not(None), col(Notice.failure).is_not(None))
    is_late = col(Notice.tried_at) <= now - IN_GOOD_TIME
    newest = (
        select(Notice.sent_at, Notice.failure)
        .where(col(Notice.tried_at) > now - FRESH, sa.or_(has_outcome, is_late))
        .order_by(col(Notice.tried_at).desc(), col(Notice.sent_at).is_(None), col(Notice.id).desc())
    )
    row = session.exec(newest.limit(1)).first()
    is_answer = row is None or row[0] is not None or row[1] is NoticeFailure.REJECTED
    return Health.WORKING if is_answer else Health.FAILING


def forget_facts(session: Session, kind: NoticeKind, recipient: str, *, now: datetime) -> None:
    """Empty the facts of all notices of a kind to one recipient (a code that was used); none is sent any more."""
    query = sa.update(Notice).where(col(Notice.kind) == kind, col(Notice.recipient) == recipient)
    _change(session, query.values(facts={}, expires_at=now))


def recent(session: Session, *, now: datetime, limit: int = 30) -> Sequence[Notice]:
    """The newest notices of the last day, newest first (the demo's page "messages")."""
    query = select(Notice).where(col(Notice.created_at) > now - timedelta(days=1))
    return session.exec(query.order_by(col(Notice.id).desc()).limit(limit)).all()


def forget_old(session: Session, now: datetime) -> int:
    """Empty the facts of expired notices and delete those older than a week. Returns how many were deleted."""
    _change(session, sa.update(Notice).where(col(Notice.expires_at) <= now).values(facts={}))
    return _change(session, sa.delete(Notice).where(col(Notice.created_at) <= now - KEEP))


def _charge(
    session: Session, notice_id: int, tariff: Tariff, tenge: int, now: datetime
) -> dict[str, Any] | None:
    """What to write for one sending more; {} when its money is set aside already, None when there is none."""
    query = select(Notice.kind, Notice.sendings, Notice.cost_tenge, Notice.charged_at)
    seen = session.exec(query.where(Notice.id == notice_id)).first()
    if seen is None:
        return None
    kind, sendings, cost_tenge, charged_at = seen
    is_set_aside = charged_at is not None and charged_at > now - sms_spending.WINDOW
    if is_set_aside and cost_tenge - sendings * tenge >= tenge:
        return {}
    is_code = kind == NoticeKind.LOGIN_CODE
    if sms_spending.full_until(session, tariff, now=now, tenge=tenge, is_code=is_code):
        return None
    return {"cost_tenge": (sendings + 1) * tenge, "charged_at": now}


def _open(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Neither sent, nor refused for good, nor perhaps sent twice, nor too late."""
    return (
        col(Notice.sent_at).is_(None),
        sa.or_(col(Notice.failure).is_(None), col(Notice.failure) != NoticeFailure.REJECTED),
        col(Notice.sendings) < SENDINGS,
        sa.or_(col(Notice.expires_at).is_(None), col(Notice.expires_at) > now),
    )


def _change(session: Session, statement: sa.Update | sa.Delete) -> int:
    return session.exec(statement).rowcount
