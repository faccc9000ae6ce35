"""A vote brought to its published files, and the verifier run on them in this process or as anybody runs it."""

import contextlib
import hashlib
import io
import random
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session

from budget import ballot_log, ballots, results
from budget.keys import KeyRing
from budget.published import verify
from budget.published.bundle import write_directory
from budget.published.files import HASHES
from budget.results import Draw
from models.enums import Assurance
from tests.harness.elections import COORDINATOR, Election, impossible_iins, open_election
from tests.harness.opening import opened
from tests.harness.voting import choose, voter

AFTER = timedelta(days=20)


def voted(
    session: Session, keyring: KeyRing, now: datetime, *, voters: int = 60, **settings: object
) -> Election:
    """Seven projects; voters with up to three choices each, a third of them by electronic signature, in batches."""
    source = random.Random(7)
    settings = {"votes_per_resident": 3, "methods": (Assurance.SMS, Assurance.EDS), **settings}
    made = open_election(session, keyring, now=now, projects=7, **settings)
    box = ballots.ballot_box(session, made.cycle)
    for number, iin in enumerate(impossible_iins(voters)):
        at = now + timedelta(minutes=number)
        count = min(source.randint(0, 3), made.cycle.votes_per_resident)
        chosen = choose(*source.sample(made.projects, count))
        person = voter(
            keyring, made.cycle, iin, assurance=Assurance.EDS if number % 3 == 0 else Assurance.SMS
        )
        ballots.cast(session, box, person, chosen, on=at.date(), now=at)
        ballot_log.close_batch(session, keyring, made.cycle, now=at)
    return made


def published(session: Session, keyring: KeyRing, made: Election, now: datetime) -> None:
    """Opened, counted with a draw, published."""
    at, slug = now + AFTER, made.cycle.slug
    opened(session, keyring, slug, now=at)
    results.count(session, COORDINATOR, slug, draw=Draw("0417", "Hall", "A. and B."), now=at)
    results.publish(session, COORDINATOR, slug, now=at)
    session.flush()


def exported(session: Session, made: Election, directory: Path, *, sealed: bool = False) -> Path:
    """The published files in a new directory."""
    write_directory(session, made.cycle, directory, sealed=sealed)
    return directory


def reseal(directory: Path) -> None:
    """Make the list of hashes anew, as somebody would who changed a file."""
    names = [line.split("  ")[1] for line in (directory / HASHES).read_text().splitlines()]
    rows = [f"{hashlib.sha256((directory / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (directory / HASHES).write_text("".join(rows))


def difference(directory: Path, key_file: Path | None = None) -> str:
    """What the verifier finds first; "" when everything is the same."""
    files = verify.Directory(directory)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            verify.check(files, key_file)
    except verify.Different as found:
        return str(found)
    except Exception as error:  # noqa: BLE001  # the program's own last resort
        return f"{files.last}: can't be read: {error!r}"
    return ""


def run(directory: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and output of the exported program, run as anybody runs it: isolated, with nothing of ours."""
    command = [sys.executable, "-I", str(directory / "verify.py"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd="/", check=False)
    return done.returncode, done.stdout + done.stderr
