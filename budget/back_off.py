"""Guessing slowed down, nobody locked out: after five failures a growing wait of at most a minute.

So nobody can shut a member of staff out by typing wrong passwords. An attempt is noted *before* the secret is checked
and forgotten when it was right: a hundred simultaneous guesses can't all pass a check made before any of them has
failed. What is guessed counts apart (`Guess`): a right password must not forget wrong codes, and somebody who only
knows an e-mail must not slow down the confirmation of a person signed in.
"""

import hashlib
import hmac
import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget.errors import TooManySignIns
from budget.keys import KeyRing
from models.people import SignInFailure

FREE_FAILURES = 5
LONGEST_WAIT = timedelta(minutes=1)
WINDOW = timedelta(hours=1)


class Guess(StrEnum):
    """What an attempt is at: the password, the code after it, or both again before a decisive act."""

    PASSWORD = "email"  # noqa: S105  # the label under which these failures have always been kept
    CODE = "code"
    STEP_UP = "step_up"


_FIELDS = {Guess.PASSWORD: "password", Guess.CODE: "code", Guess.STEP_UP: "current_password"}


def note_attempt(
    session: Session, keyring: KeyRing, *, email: str, now: datetime, guess: Guess = Guess.PASSWORD
) -> None:
    """Note an attempt, to be committed before anything is hashed or compared.

    Raises: TooManySignIns(wait_seconds) while the back-off of this e-mail lasts.
    """
    key = _key(keyring, email, guess)
    _lock(session, key)
    query = select(SignInFailure.failed_at).where(
        SignInFailure.email_key == key, SignInFailure.failed_at > now - WINDOW
    )
    failed = session.exec(query.order_by(col(SignInFailure.failed_at).desc())).all()
    wait = _wait_seconds(failed, now)
    if wait:
        refusal = TooManySignIns(wait_seconds=wait)
        refusal.field = _FIELDS[guess]
        raise refusal
    session.add(SignInFailure(email_key=key, failed_at=now))


def forget_failures(session: Session, keyring: KeyRing, *, email: str, guess: Guess = Guess.PASSWORD) -> None:
    """After a right answer: the attempts on this e-mail count no more."""
    mine = col(SignInFailure.email_key) == _key(keyring, email, guess)
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


def _key(keyring: KeyRing, email: str, guess: Guess) -> bytes:
    return hmac.new(keyring.roll_key, f"{guess}:{normal_email(email)}".encode(), hashlib.sha256).digest()


def _lock(session: Session, key: bytes) -> None:
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(key[:8], "big", signed=True)
        session.exec(select(sa.func.pg_advisory_xact_lock(number)))
