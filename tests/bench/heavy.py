"""Steps of a count at the size of a city, each in a process of its own so that its time and memory are its own.

`python -m tests.bench.heavy STEP DATABASE_URL KEY_DIR [BALLOTS]` prints the seconds of the step itself as JSON. The
steps: `prepare` an election of 500 projects with its sealed ballots, `separate`, `bare_open`, `open`, `count`,
`without_sms`, `root`.
"""

import json
import random
import secrets
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session, select

from budget import ballots, opening, results, sums
from budget.allocation import LotOrder, lot_ranks
from budget.ballot_rules import Selection, check, encode
from budget.keys import KeyRing
from budget.permissions import Actor
from budget.sealing import opener, receipt_of, seal
from budget.settings import EnvelopeDraft, Text
from models.ballot import Participation, SealedBallot
from models.cycle import Cycle
from models.database import Database
from models.district import Area
from models.enums import Assurance, Channel, Role
from tests.harness.elections import open_election
from tests.harness.voting import make_keyring

SLUG = "test-2027"
PROJECTS = 500
MONEY = 500_000_000
AREAS = 12
SEALED_AT_MOST = 100_000  # different ballots sealed; more voters repeat them, which opens no faster
OPENED_AT = datetime(2027, 3, 1, 9, tzinfo=UTC)
CLOSED_AT = OPENED_AT + timedelta(days=14)
_CLERK = Actor(Role.COORDINATOR, None, "Bench")
_BATCH = 10_000
BARE = 5_000  # ballots opened with libsodium alone
_WAYS = (
    [(Channel.WEB, Assurance.SMS)] * 50
    + [(Channel.WEB, Assurance.EDS)] * 32
    + [(Channel.DESK, Assurance.DESK)] * 18
)


def prepare(database: Database, keyring: KeyRing, count: int) -> float:
    """A frozen election of 500 projects with `count` persons who took part."""
    with database.writing() as session:
        election = open_election(
            session,
            keyring,
            now=OPENED_AT,
            projects=PROJECTS,
            votes_per_resident=3,
            allotted_tenge=MONEY,
            envelopes=(EnvelopeDraft(Text("Аулалар", "Дворы", "Yards"), MONEY),),
        )
    with database.writing() as session:
        box = ballots.ballot_box(session, cycle_of(session))
        ids = [project.public_id for project in election.projects]
        areas = _add_areas(session)
        sealed = [_sealed(box, chosen) for chosen in _choices(ids, min(count, SEALED_AT_MOST))]
        for start in range(0, count, _BATCH):
            numbers = range(start, min(count, start + _BATCH))
            rows = [_row(box, sealed[n % len(sealed)], n, areas) for n in numbers]
            session.connection().execute(sa.insert(Participation), rows)
    return 0.0


def separate(database: Database, _keyring: KeyRing, _count: int) -> float:
    """Take the inner envelopes out and rewrite the storage."""
    with database.writing() as session:
        cycle_of(session).log_closed_at = CLOSED_AT  # the log has a measurement of its own
        seconds = _timed(lambda: opening.separate(session, _CLERK, SLUG, now=CLOSED_AT))
    return seconds + _timed(database.rewrite_storage)


def bare_open(database: Database, keyring: KeyRing, _count: int) -> float:
    """Open some ballots with libsodium and do nothing with them: what this hour's machine takes for that alone."""
    with database.reading() as session:
        sealed = session.exec(select(SealedBallot.sealed).limit(BARE)).all()
    unseal = opener(keyring.cycle_keys(SLUG).ballot_private_key or b"")
    return _timed(lambda: [unseal(ballot) for ballot in sealed])


def open_all(database: Database, keyring: KeyRing, _count: int) -> float:
    """Open all ballots, to the commit."""
    began = time.perf_counter()
    with database.writing() as session:
        opening.open_ballots(session, _CLERK, SLUG, keyring, now=CLOSED_AT)
    return time.perf_counter() - began


def count(database: Database, _keyring: KeyRing, _count: int) -> float:
    """Count the opened ballots, add the sums and the turnout up, allocate, store every verdict; ties are drawn."""
    with database.writing() as session:
        return _timed(lambda: _count_and_allocate(session, cycle_of(session)))


def without_sms(database: Database, _keyring: KeyRing, _count: int) -> float:
    """What if the ballots by SMS were not there, which every count asks as well."""
    with database.reading() as session:
        return _timed(lambda: _ask_without_sms(session, cycle_of(session)))


def root(database: Database, _keyring: KeyRing, _count: int) -> float:
    """The Merkle root over the receipts of all envelopes, which every count stores."""
    with database.reading() as session:
        return _timed(lambda: opening.ballots_root(session, cycle_of(session).id or 0))


STEPS: dict[str, Callable[[Database, KeyRing, int], float]] = {
    "prepare": prepare,
    "separate": separate,
    "bare_open": bare_open,
    "open": open_all,
    "count": count,
    "without_sms": without_sms,
    "root": root,
}


def cycle_of(session: Session) -> Cycle:
    """The election."""
    return session.exec(select(Cycle).where(Cycle.slug == SLUG)).one()


def _count_and_allocate(session: Session, cycle: Cycle) -> None:
    votes = results.tally(session, cycle.id or 0)
    ids = [project.public_id for project in results.projects_on_ballot(session, cycle)]
    order = LotOrder(lot_ranks(b"root of the bench", "7", ids))
    terms = sums.of_cycle(session, cycle)
    results.certify(session, cycle, votes, terms=terms, order=order, now=CLOSED_AT)


def _ask_without_sms(session: Session, cycle: Cycle) -> None:
    ids = [project.public_id for project in results.projects_on_ballot(session, cycle)]
    results.without_sms(session, cycle, (), LotOrder(lot_ranks(b"root of the bench", "7", ids)))


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _add_areas(session: Session) -> list[int]:
    rows = [Area(code=f"area-{n}", name_kk=f"{n}", name_ru=f"{n}", name_en=f"{n}") for n in range(AREAS)]
    session.add_all(rows)
    session.flush()
    return [row.id or 0 for row in rows]


def _choices(ids: list[str], many: int) -> Iterator[tuple[str, ...]]:
    """One to three projects each; the first projects of the list are liked more."""
    source = random.Random(2020)
    weights = [1 / (place + 10) for place in range(len(ids))]
    for _ in range(many):
        yield tuple(set(source.choices(ids, weights, k=source.randint(1, 3))))


def _sealed(box: ballots.BallotBox, chosen: tuple[str, ...]) -> bytes:
    return seal(encode(check(Selection(chosen), box.ballot_list), box.ballot_length), box.public_key)


def _row(box: ballots.BallotBox, sealed: bytes, number: int, areas: Sequence[int]) -> dict[str, object]:
    """As in the demo: of a hundred 50 by SMS, 32 with a signature, 18 at the front office; from every area."""
    channel, assurance = _WAYS[number % 100]
    return {
        "cycle_id": box.cycle_id,
        "voter_key": secrets.token_bytes(32),
        "channel": channel,
        "assurance": assurance,
        "area_id": areas[number * 7 % len(areas)],
        "cast_at": OPENED_AT,
        "sealed": sealed,
        "receipt": receipt_of(sealed),
    }


def main(step: str, url: str, key_dir: str, size: str = "0") -> None:
    """Run one step and print how long it took."""
    database = Database(url)
    seconds = STEPS[step](database, make_keyring(Path(key_dir)), int(size))
    database.dispose()
    sys.stdout.write(json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main(*sys.argv[1:])
