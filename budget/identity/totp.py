"""Codes of an authenticator app: six digits that change every thirty seconds (TOTP, RFC 6238), by pyotp.

Clocks differ: the code of the step before and of the one after are good, too. Which codes were used already is the
caller's to know (`second_factor`). No database here.
"""

import hmac
from datetime import datetime

from pyotp import TOTP, random_base32

STEP_SECONDS = 30
DIGITS = 6
SKEW = 1


def new_secret() -> str:
    """A fresh secret, 160 bits in base32 (the length RFC 4226 recommends)."""
    return random_base32()


def step_at(now: datetime) -> int:
    """The number of the time step `now` is in."""
    return int(now.timestamp()) // STEP_SECONDS


def code_of(secret: str, step: int) -> str:
    """The code of one step."""
    return TOTP(secret).generate_otp(step)


def matching_steps(secret: str, code: str, *, now: datetime) -> list[int]:
    """The steps near `now` whose code this is, the newest first; [] when it is none. All are compared, always."""
    here = step_at(now)
    steps = range(here + SKEW, here - SKEW - 1, -1)
    return [step for step in steps if hmac.compare_digest(code_of(secret, step).encode(), code.encode())]


def address(secret: str, *, account: str, issuer: str) -> str:
    """The `otpauth://` address an app reads from a QR code."""
    return TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)
