"""One-time codes that prove a phone number: six digits, ten minutes, once, five tries, in the browser that asked.

Source of the numbers: shared policy of this service (OWASP ASVS 5.0, 6.6: out-of-band codes). The limits on sending
are counted from rows, so they hold across processes: one a minute, three an hour, ten a day for a number. They count
by number and not by network address, because a block of flats shares one. Thousands of numbers together are stopped
by the hourly money cap (`budget.sms_spending`).

The code itself is never stored: `code_hash` is an HMAC of flow and code. The flow is a random token in the browser's
sealed cookie; without it a code is worth nothing. The IIN is not seen here at all.
"""

import hashlib
import hmac
import math
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget import notices, sms_spending
from budget.errors import BudgetRefusal, CodeExpired, CodeWrong, SmsPaused, TooManyCodes
from budget.keys import KeyRing
from budget.notices import NoticeKind
from budget.sms_spending import Tariff
from models.enums import Language
from models.people import LoginCode

LIFETIME = timedelta(minutes=10)
TRIES = 5
LIMITS: tuple[tuple[timedelta, int], ...] = (
    (timedelta(minutes=1), 1),
    (timedelta(hours=1), 3),
    (timedelta(days=1), 10),
)
_LONGEST = max(window for window, _ in LIMITS)


@dataclass(frozen=True)
class AskedCode:
    """A code on its way. `flow` belongs into the browser's sealed cookie, `notice_id` is to be sent."""

    flow: str
    notice_id: int


def request_code(
    session: Session,
    keyring: KeyRing,
    *,
    phone: str,
    language: Language,
    now: datetime,
    tariff: Tariff | None = None,
) -> AskedCode:
    """Make a code for `phone` (E.164) and queue its message, the money for it set aside where messages cost any.

    Raises: TooManyCodes(wait_seconds), SmsPaused(retry_at).
    """
    phone_key = keyring.phone_key_of(phone)
    _lock(session, phone_key)
    wait = _wait_seconds(session, phone_key, now)
    if wait:
        raise TooManyCodes(wait_seconds=wait)
    if tariff is not None:
        sms_spending.lock(session)
        retry_at = sms_spending.full_until(session, tariff, now=now)
        if retry_at is not None:
            raise SmsPaused(retry_at=retry_at)
    flow, code = secrets.token_urlsafe(32), f"{secrets.randbelow(1_000_000):06d}"
    expires_at = now + LIFETIME
    session.add(
        LoginCode(
            flow_hash=_flow_hash(flow),
            phone_key=phone_key,
            code_hash=_code_hash(keyring, flow, code),
            sent_at=now,
            expires_at=expires_at,
        )
    )
    notice = notices.queue(
        session,
        NoticeKind.LOGIN_CODE,
        phone,
        language=language,
        facts={"code": code},
        now=now,
        expires_at=expires_at,
        cost_tenge=tariff.price_tenge if tariff else 0,
    )
    return AskedCode(flow, notice.id or 0)


def is_waiting(session: Session, keyring: KeyRing, *, flow: str, phone: str, now: datetime) -> bool:
    """Is a code for this number and browser still good? Then a person who corrects the IIN needs no second one."""
    query = select(LoginCode.id).where(*_usable(keyring, flow, phone, now))
    return session.exec(query).first() is not None


def check_code(
    session: Session, keyring: KeyRing, *, flow: str, phone: str, code: str, now: datetime
) -> BudgetRefusal | None:
    """Spend one try on `code`; None when it is right (and used up now), else CodeWrong or CodeExpired.

    The refusal is returned and not raised: the caller must commit the spent try. The try is counted before the
    comparison in one statement, so simultaneous guesses get no more than five comparisons together.
    """
    counted = (
        sa.update(LoginCode)
        .where(*_usable(keyring, flow, phone, now))
        .values(tries=LoginCode.tries + 1)
        .returning(col(LoginCode.id), col(LoginCode.code_hash), col(LoginCode.tries))
    )
    row = session.exec(counted).first()
    if row is None:
        return CodeExpired()
    if not hmac.compare_digest(row.code_hash, _code_hash(keyring, flow, code)):
        return CodeWrong(tries_left=TRIES - row.tries) if row.tries < TRIES else CodeExpired()
    used = sa.update(LoginCode).where(col(LoginCode.id) == row.id).values(used_at=now)
    session.exec(used)
    notices.forget_facts(session, NoticeKind.LOGIN_CODE, phone, now=now)
    return None


def forget_old(session: Session, now: datetime) -> int:
    """Delete codes no limit counts any more. Returns how many."""
    old = sa.delete(LoginCode).where(col(LoginCode.sent_at) <= now - _LONGEST)
    return session.exec(old).rowcount


def _usable(keyring: KeyRing, flow: str, phone: str, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        col(LoginCode.flow_hash) == _flow_hash(flow),
        col(LoginCode.phone_key) == keyring.phone_key_of(phone),
        col(LoginCode.used_at).is_(None),
        col(LoginCode.expires_at) > now,
        col(LoginCode.tries) < TRIES,
    )


def _wait_seconds(session: Session, phone_key: bytes, now: datetime) -> int:
    query = select(LoginCode.sent_at).where(
        LoginCode.phone_key == phone_key, LoginCode.sent_at > now - _LONGEST
    )
    sent = session.exec(query.order_by(col(LoginCode.sent_at).desc())).all()
    waits = [0.0]
    for window, most in LIMITS:
        if len(sent) >= most:  # the oldest of the newest `most` must leave the window first
            waits.append((sent[most - 1] + window - now).total_seconds())
    return math.ceil(max(waits))


def _lock(session: Session, phone_key: bytes) -> None:
    """Two requests for one number wait for each other (on SQLite every writer is alone anyway)."""
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(phone_key[:8], "big", signed=True)
        session.exec(select(sa.func.pg_advisory_xact_lock(number)))


def _flow_hash(flow: str) -> bytes:
    return hashlib.sha256(flow.encode()).digest()


def _code_hash(keyring: KeyRing, flow: str, code: str) -> bytes:
    return hmac.new(keyring.roll_key, f"code:{flow}:{code}".encode(), hashlib.sha256).digest()
