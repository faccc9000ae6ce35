"""Voters for tests: a key ring, a person proven to be on the roll, and the plain way to cast a ballot."""

from datetime import date, datetime
from pathlib import Path

from sqlmodel import Session

from budget import ballots
from budget.ballot_rules import Selection
from budget.keys import KeyRing
from models.cycle import Cycle
from models.enums import Assurance, Channel
from models.project import Project

BORN = date(1985, 5, 17)


def make_keyring(directory: Path) -> KeyRing:
    """Keys of a test installation."""
    return KeyRing(directory / "keys", b"v" * 32, b"r" * 32)


def voter(
    keyring: KeyRing,
    cycle: Cycle,
    iin: str,
    *,
    born: date = BORN,
    channel: Channel = Channel.WEB,
    assurance: Assurance = Assurance.SMS,
) -> ballots.Voter:
    """A proven person of this cycle."""
    return ballots.Voter(keyring.voter_key_of(cycle.slug, iin), born, channel, assurance)


def choose(*projects: Project) -> Selection:
    """These projects, or "none of these" without any."""
    chosen = tuple(project.public_id for project in projects)
    return Selection(chosen, none_of_these=not chosen)


def cast(
    session: Session, keyring: KeyRing, cycle: Cycle, iin: str, *projects: Project, now: datetime
) -> ballots.Cast:
    """One person of 40 votes on the site."""
    box = ballots.ballot_box(session, cycle)
    return ballots.cast(session, box, voter(keyring, cycle, iin), choose(*projects), on=now.date(), now=now)
