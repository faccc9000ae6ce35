"""The second factor of staff: an authenticator app, and ten recovery codes for the day the phone is lost.

The app's secret is encrypted with a key that is not in the database (libsodium's secret box) and bound to its
account, so a dump opens nothing and a secret copied to another account is worth nothing there. A code is good once:
the newest step accepted is taken by one UPDATE that only moves forward, a recovery code by one UPDATE that only
finds it unused; of two simultaneous uses one wins, on both databases.

Recovery codes are twelve digits: they can be typed on any keyboard. Kept is an HMAC under the roll key, which makes
40 bits enough: without the key a dump can't be searched, and guessing at the door is slowed down (`back_off`).
"""

import hashlib
import hmac
import secrets
from datetime import datetime

import sqlalchemy as sa
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from sqlmodel import Session, col, func, select

from budget import audit, web_sessions
from budget.errors import SecondFactorRefused
from budget.identity import totp
from budget.keys import KeyRing
from budget.permissions import Actor
from models.people import RecoveryCode, Staff

RECOVERY_CODES = 10
RECOVERY_DIGITS = 12


def set_up(
    session: Session, keyring: KeyRing, key: bytes, member: Staff, *, secret: str, code: str, now: datetime
) -> list[str]:
    """The app shows the right code for `secret`: it is the member's second factor from now on. Returns ten fresh
    recovery codes, which can't be read again.

    Raises: SecondFactorRefused(why="wrong").
    """
    steps = totp.matching_steps(secret, digits_of(code), now=now)
    if not steps:
        raise SecondFactorRefused(why="wrong")
    member.totp_secret = _sealed(key, member, secret)
    member.totp_confirmed_at, member.totp_last_step = now, steps[0]
    session.add(member)
    session.flush()
    audit.record(session, actor_of(member), "staff.second_factor", now=now, subject=subject(member))
    return renew_codes(session, keyring, member, now=now)


def renew_codes(session: Session, keyring: KeyRing, member: Staff, *, now: datetime) -> list[str]:
    """Ten new recovery codes; the ones from before are worth nothing."""
    codes: set[str] = set()
    while len(codes) < RECOVERY_CODES:
        codes.add("".join(secrets.choice("0123456789") for _ in range(RECOVERY_DIGITS)))
    session.exec(sa.delete(RecoveryCode).where(col(RecoveryCode.staff_id) == member.id))
    session.add_all(
        RecoveryCode(staff_id=member.id or 0, code_hash=_code_hash(keyring, member, code)) for code in codes
    )
    audit.record(session, actor_of(member), "staff.recovery_codes", now=now, subject=subject(member))
    return sorted(codes)


def check(session: Session, keyring: KeyRing, key: bytes, member: Staff, code: str, *, now: datetime) -> bool:
    """The code is right and used up by this. True when it was a recovery code.

    Raises: SecondFactorRefused(why: wrong|used).
    """
    typed = digits_of(code)
    if len(typed) == RECOVERY_DIGITS:
        _use_recovery_code(session, keyring, member, typed, now)
        return True
    secret = _opened(key, member)
    steps = totp.matching_steps(secret, typed, now=now) if secret else []
    if not steps:
        raise SecondFactorRefused(why="wrong")
    if not any(_take_step(session, member, step) for step in steps):
        raise SecondFactorRefused(why="used")
    return False


def codes_left(session: Session, member: Staff) -> int:
    """How many recovery codes are unused."""
    mine = select(func.count()).where(
        col(RecoveryCode.staff_id) == member.id, col(RecoveryCode.used_at).is_(None)
    )
    return session.exec(mine).one()


def reset(session: Session, actor: Actor, member: Staff, *, reason: str, now: datetime) -> None:
    """Take the second factor away, for somebody who lost phone and codes: the next sign-in sets it up anew.

    Every session of the account ends. Who may, and on whose account, is the caller's to check (`staff_care`).
    """
    member.totp_secret = member.totp_confirmed_at = member.totp_last_step = None
    session.add(member)
    session.exec(sa.delete(RecoveryCode).where(col(RecoveryCode.staff_id) == member.id))
    web_sessions.end_all_of(session, member.id or 0)
    audit.record(session, actor, "staff.reset_totp", now=now, subject=subject(member), reason=reason)


def digits_of(code: str) -> str:
    """A code as people type it, without spaces and hyphens."""
    return "".join(code.replace("-", "").split())


def subject(member: Staff) -> str:
    """How the log names an account: by its number, not by its e-mail."""
    return f"staff:{member.id}"


def actor_of(member: Staff) -> Actor:
    """The member as the one who acts."""
    return Actor(member.role, member.id, member.name)


def _use_recovery_code(session: Session, keyring: KeyRing, member: Staff, code: str, now: datetime) -> None:
    unused = (
        col(RecoveryCode.staff_id) == member.id,
        col(RecoveryCode.code_hash) == _code_hash(keyring, member, code),
        col(RecoveryCode.used_at).is_(None),
    )
    if session.exec(sa.update(RecoveryCode).where(*unused).values(used_at=now)).rowcount != 1:
        raise SecondFactorRefused(why="wrong")
    left = codes_left(session, member)
    audit.record(
        session, actor_of(member), "staff.recovery_code", now=now, subject=subject(member), left=left
    )


def _take_step(session: Session, member: Staff, step: int) -> bool:
    """The step is the newest one used, by this statement and no other."""
    newer = sa.or_(col(Staff.totp_last_step).is_(None), col(Staff.totp_last_step) < step)
    taken = sa.update(Staff).where(col(Staff.id) == member.id, newer).values(totp_last_step=step)
    return session.exec(taken).rowcount == 1


def _sealed(key: bytes, member: Staff, secret: str) -> bytes:
    return bytes(SecretBox(key).encrypt(f"{member.id}:{secret}".encode()))


def _opened(key: bytes, member: Staff) -> str | None:
    """The app's secret; None where there is none, or the key is another one than it was sealed with."""
    if member.totp_secret is None:
        return None
    try:
        owner, _, secret = SecretBox(key).decrypt(member.totp_secret).decode().partition(":")
    except CryptoError:
        return None
    return secret if owner == str(member.id) else None


def _code_hash(keyring: KeyRing, member: Staff, code: str) -> bytes:
    return hmac.new(keyring.roll_key, f"recovery:{member.id}:{code}".encode(), hashlib.sha256).digest()
