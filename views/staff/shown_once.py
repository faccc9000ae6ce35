"""What is shown once – fresh recovery codes, the link of an invitation – between the act and the page that shows it.

It travels in a sealed cookie, bound to whom it is for, for ten minutes at most, so that the page survives a change of
language, a reload and printing. Nothing of it is stored in the clear: the tables hold hashes.
"""

from datetime import timedelta
from typing import cast

from views import sealed_cookies

RECOVERY_CODES = "codes"
INVITATION = "invitation"
SHARES = "shares"
LIFETIME = timedelta(minutes=10)


def keep(what: str, staff_id: int | None, content: list[str]) -> None:
    """Let the next page of this person show `content`."""
    sealed_cookies.write(what, {"staff": staff_id, "content": content}, lifetime=LIFETIME)


def kept(what: str, staff_id: int | None) -> list[str] | None:
    """What there is to show this person; None when it is over, or somebody else's."""
    found = sealed_cookies.read(what)
    return cast(list[str], found["content"]) if found and found["staff"] == staff_id else None


def forget(what: str) -> None:
    """It was read."""
    sealed_cookies.forget(what)
