"""Challenges in the database: made for one browser and one purpose, signed once, gone soon after.

Whoever signs first spends the row (`UPDATE … WHERE used_at IS NULL`), so of two answers at the same instant one
counts. A refused signature spends it too: a browser can't make NCANode check one challenge over and over. An outage
of NCANode spends nothing.

A phone answers for a browser. What it proved is sealed to the key in that browser's cookie (libsodium sealed box),
so a copy of the database never shows an IIN; the browser takes it once, and the row forgets it.
"""

import hashlib
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from sqlmodel import Session, col, select

from budget.errors import BudgetRefusal
from budget.identity.eds import LIFETIME, PURPOSE, Challenge
from budget.identity.eds_refusals import (
    EdsExpired,
    EdsForeign,
    EdsInvalid,
    EdsNotSigned,
    EdsOrganisation,
    EdsReused,
    EdsRevoked,
)
from models.cycle import Cycle
from models.eds import EdsChallenge
from models.enums import EdsWay

KEPT = timedelta(hours=1)
_KEPT_KINDS: tuple[type[BudgetRefusal], ...] = (EdsForeign, EdsOrganisation, EdsRevoked, EdsInvalid)
_BY_CODE = {kind.code: kind for kind in _KEPT_KINDS}


@dataclass(frozen=True)
class Asked:
    """A challenge as its browser's sealed cookie holds it. `private_key` opens what a phone proves."""

    flow: str = field(repr=False)
    nonce: str = field(repr=False)
    private_key: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Open:
    """A challenge somebody may sign now."""

    row_id: int
    challenge: Challenge


def ask(
    session: Session, way: EdsWay, *, cycle_id: int | None, purpose: str = PURPOSE, now: datetime
) -> Asked:
    """Make a challenge for one browser."""
    key = PrivateKey.generate() if way is EdsWay.EGOV else None
    asked = Asked(secrets.token_urlsafe(32), secrets.token_urlsafe(32), bytes(key) if key else None)
    session.add(
        EdsChallenge(
            nonce_hash=_hash(asked.nonce),
            flow_hash=_hash(asked.flow),
            cycle_id=cycle_id,
            purpose=purpose,
            way=way,
            created_at=now,
            expires_at=now + LIFETIME[way],
            box_key=bytes(key.public_key) if key else None,
        )
    )
    session.flush()
    return asked


def of_browser(
    session: Session,
    way: EdsWay,
    *,
    flow: str,
    nonce: str,
    host: str,
    purpose: str = PURPOSE,
    sha256: str = "",
    now: datetime,
) -> Open:
    """The challenge this browser asked for, for this purpose and, where one is signed, the document with this `sha256`.

    Raises EdsReused, EdsExpired.
    """
    which = sa.and_(
        col(EdsChallenge.flow_hash) == _hash(flow),
        col(EdsChallenge.way) == way,
        col(EdsChallenge.purpose) == purpose,
    )
    found = _open(session, which, nonce, host, now)
    return replace(found, challenge=replace(found.challenge, sha256=sha256))


def of_phone(session: Session, *, nonce: str, host: str, now: datetime) -> Open:
    """The challenge a phone read from the screen; its address is the nonce. Raises EdsReused, EdsExpired."""
    which = sa.and_(col(EdsChallenge.nonce_hash) == _hash(nonce), col(EdsChallenge.way) == EdsWay.EGOV)
    return _open(session, which, nonce, host, now)


def spend(session: Session, row_id: int, *, now: datetime, refusal: BudgetRefusal | None = None) -> None:
    """Use the challenge up, for good or with what was wrong. Raises EdsReused for whoever comes second."""
    code = refusal.code if refusal else None
    _spend(session, row_id, now, {"refusal": code})


def spend_for_browser(session: Session, row_id: int, iin: str, *, now: datetime) -> None:
    """The phone's signature was good: leave the IIN sealed to the browser. Raises EdsReused."""
    key = session.exec(select(EdsChallenge.box_key).where(EdsChallenge.id == row_id)).one()
    if key is None:
        raise EdsInvalid
    _spend(session, row_id, now, {"answer": SealedBox(PublicKey(key)).encrypt(iin.encode())})


def take_answer(session: Session, asked: Asked, *, now: datetime) -> str:
    """The IIN the phone proved, once.

    Raises: EdsNotSigned (nobody has signed yet), EdsExpired (nobody signed in time), EdsReused (taken before), or the
    refusal of the phone's signature.
    """
    row = session.exec(select(EdsChallenge).where(EdsChallenge.flow_hash == _hash(asked.flow))).first()
    if row is None:
        raise EdsExpired(what="challenge")
    if row.refusal is not None:
        raise _refusal(row.refusal)
    if row.used_at is None:
        if row.expires_at <= now:
            raise EdsExpired(what="challenge")
        raise EdsNotSigned
    if row.answer is None or asked.private_key is None:
        raise EdsReused
    _take(session, row.id or 0)
    if row.used_at + LIFETIME[EdsWay.EGOV] <= now:
        raise EdsExpired(what="challenge")
    try:
        return SealedBox(PrivateKey(asked.private_key)).decrypt(row.answer).decode()
    except CryptoError:
        raise EdsForeign from None


def forget_old(session: Session, now: datetime) -> int:
    """Delete what is over; a little later than its end, so that a second use is still called one."""
    over = sa.delete(EdsChallenge).where(col(EdsChallenge.expires_at) <= now - KEPT)
    return session.exec(over).rowcount


def _open(session: Session, which: sa.ColumnElement[bool], nonce: str, host: str, now: datetime) -> Open:
    found = session.exec(select(EdsChallenge, Cycle.slug).join(Cycle, isouter=True).where(which)).first()
    if found is None or found[0].nonce_hash != _hash(nonce):
        raise EdsExpired(what="challenge")
    row, slug = found
    if row.used_at is not None:
        raise EdsReused
    if row.expires_at <= now:
        raise EdsExpired(what="challenge")
    challenge = Challenge(nonce, slug or "", host, row.created_at, row.expires_at, row.purpose)
    return Open(row.id or 0, challenge)


def _spend(session: Session, row_id: int, now: datetime, values: dict[str, object]) -> None:
    unused = sa.update(EdsChallenge).where(
        col(EdsChallenge.id) == row_id, col(EdsChallenge.used_at).is_(None)
    )
    if session.connection().execute(unused.values(used_at=now, **values)).rowcount != 1:
        raise EdsReused


def _take(session: Session, row_id: int) -> None:
    waiting = sa.update(EdsChallenge).where(
        col(EdsChallenge.id) == row_id, col(EdsChallenge.answer).is_not(None)
    )
    if session.connection().execute(waiting.values(answer=None)).rowcount != 1:
        raise EdsReused


def _refusal(code: str) -> BudgetRefusal:
    """The refusal whose code was kept."""
    return EdsExpired(what="certificate") if code == EdsExpired.code else _BY_CODE[code]()


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
