"""From the close to the opened ballots, in the order of voting.md."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from budget import opening
from budget.keys import KeyRing
from tests.harness.elections import COORDINATOR


def separated(session: Session, keyring: KeyRing, slug: str, *, now: datetime) -> int:
    """Close the log and separate; the number of ballots taken out."""
    opening.close_log(session, COORDINATOR, slug, keyring, now=now)
    return opening.separate(session, COORDINATOR, slug, now=now)


def opened(
    session: Session,
    keyring: KeyRing,
    slug: str,
    *,
    now: datetime,
    entered: Mapping[int, str] | None = None,
) -> int:
    """The same, and open the ballots; their number."""
    separated(session, keyring, slug, now=now)
    return opening.open_ballots(session, COORDINATOR, slug, keyring, now=now, entered=entered)
