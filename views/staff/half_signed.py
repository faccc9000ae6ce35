"""Between the password and the second factor: who showed a right password and nothing more.

This is no session: it is a sealed cookie, good for ten minutes, that opens the page of the code and the first set-up
and nothing else; for every other page its bearer is a visitor. It dies with the password it was made for.
"""

import hashlib
from datetime import timedelta

from budget.errors import NotFound
from budget.staff import by_id
from models.people import Staff
from views import sealed_cookies
from views.request_scope import reading

COOKIE = "half"
LIFETIME = timedelta(minutes=10)


def begin(member: Staff, target: str | None) -> None:
    """The password was right; `target` is the page asked for."""
    content = {"staff": member.id, "stamp": _stamp(member), "next": target}
    sealed_cookies.write(COOKIE, content, lifetime=LIFETIME)


def current() -> Staff | None:
    """Whose second factor is awaited; None when nobody's, or too much time has passed."""
    content = sealed_cookies.read(COOKIE)
    if content is None:
        return None
    try:
        member = by_id(reading(), content["staff"])
    except NotFound:
        return None
    is_good = member.disabled_at is None and content["stamp"] == _stamp(member)
    return member if is_good else None


def target() -> str | None:
    """The page asked for before signing in."""
    content = sealed_cookies.read(COOKIE)
    return content["next"] if content else None


def end() -> None:
    """The person is signed in, or began anew."""
    sealed_cookies.forget(COOKIE)


def _stamp(member: Staff) -> str:
    return hashlib.sha256(member.password_hash.encode()).hexdigest()[:32]
