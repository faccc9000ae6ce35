"""Staff of the service: council members and coordinators, their passwords, and the back-off after failures.

Passwords: argon2id with 19 MiB, two passes, one lane (OWASP's minimum; about 35 ms, so that eight sign-ins at once do
not choke two cores). An unknown e-mail costs the same time as a wrong password and gets the same answer.

Back-off and not lock-out: after five failures a growing wait of at most a minute, so that nobody can shut a member
out by typing wrong passwords. An attempt is noted *before* the password is hashed and forgotten when it was right:
a hundred simultaneous guesses can't all pass a check made before any of them has failed.
"""

import hashlib
import hmac
import math
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from budget import audit
from budget.errors import EmailTaken, SignInRefused, TooManySignIns, WeakPassword
from budget.keys import KeyRing
from budget.permissions import SYSTEM, Actor
from models.enums import Language, Role
from models.people import SignInFailure, Staff

MINIMUM_PASSWORD = 12
FREE_FAILURES = 5
LONGEST_WAIT = timedelta(minutes=1)
WINDOW = timedelta(hours=1)

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# The hash of a random password nobody has kept: checked for an unknown e-mail, to take the same time.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$X/ketei2/fESTlWI/Y0Q1g$Cy20JjqdTqq2WUjrQas8vBWvu1o4CC9G9uxU+Cvtg40"


def add(
    session: Session,
    *,
    email: str,
    name: str,
    role: Role,
    password: str,
    now: datetime,
    language: Language = Language.KK,
    actor: Actor = SYSTEM,
) -> Staff:
    """A new member of staff, council or coordinator.

    Raises: WeakPassword(minimum), EmailTaken.
    """
    if len(password) < MINIMUM_PASSWORD:
        raise WeakPassword(minimum=MINIMUM_PASSWORD)
    member = Staff(
        email=normal_email(email),
        name=name.strip(),
        role=role,
        language=language,
        password_hash=_HASHER.hash(password),
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(member)
    except IntegrityError as fault:
        if "email" in str(fault.orig):
            raise EmailTaken from None
        raise
    audit.record(session, actor, "staff.add", now=now, subject=f"staff:{member.id}", role=str(role))
    return member


def note_attempt(session: Session, keyring: KeyRing, *, email: str, now: datetime) -> None:
    """Note an attempt to sign in, to be committed before `authenticate` hashes anything.

    Raises: TooManySignIns(wait_seconds) while the back-off of this e-mail lasts.
    """
    key = _email_key(keyring, email)
    _lock(session, key)
    query = select(SignInFailure.failed_at).where(
        SignInFailure.email_key == key, SignInFailure.failed_at > now - WINDOW
    )
    failed = session.exec(query.order_by(col(SignInFailure.failed_at).desc())).all()
    wait = _wait_seconds(failed, now)
    if wait:
        raise TooManySignIns(wait_seconds=wait)
    session.add(SignInFailure(email_key=key, failed_at=now))


def authenticate(session: Session, *, email: str, password: str) -> Staff:
    """The member with this e-mail and password; takes the same time whatever is wrong. Reads only.

    Raises: SignInRefused.
    """
    member = session.exec(select(Staff).where(Staff.email == normal_email(email))).first()
    is_right = _verify(_NOBODY if member is None else member.password_hash, password)
    if member is None or member.disabled_at is not None or not is_right:
        raise SignInRefused
    return member


def forget_failures(session: Session, keyring: KeyRing, *, email: str) -> None:
    """After a right password: the attempts on this e-mail count no more."""
    mine = col(SignInFailure.email_key) == _email_key(keyring, email)
    session.exec(sa.delete(SignInFailure).where(mine))


def forget_old(session: Session, now: datetime) -> int:
    """Delete failures no back-off counts any more. Returns how many."""
    old = sa.delete(SignInFailure).where(col(SignInFailure.failed_at) <= now - WINDOW)
    return session.exec(old).rowcount


def normal_email(email: str) -> str:
    """E-mail addresses are compared without case and surrounding space."""
    return email.strip().casefold()


def _wait_seconds(failed: Sequence[datetime], now: datetime) -> int:
    """2, 4, 8 … seconds after the fifth, sixth, seventh failure, from the newest one."""
    if len(failed) < FREE_FAILURES:
        return 0
    pause = min(timedelta(seconds=2.0 ** min(len(failed) - FREE_FAILURES + 1, 10)), LONGEST_WAIT)
    return max(0, math.ceil((failed[0] + pause - now).total_seconds()))


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _email_key(keyring: KeyRing, email: str) -> bytes:
    return hmac.new(keyring.roll_key, f"email:{normal_email(email)}".encode(), hashlib.sha256).digest()


def _lock(session: Session, key: bytes) -> None:
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(key[:8], "big", signed=True)
        session.exec(select(sa.func.pg_advisory_xact_lock(number)))
