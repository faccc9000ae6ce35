"""Steps of the log and of the published files at the size of a city, each in a process of its own.

`python -m tests.bench.heavy_log STEP DATABASE_URL DIRECTORY BALLOTS` prints the seconds of the step itself as JSON.
The steps: `log` fills the box in twenty portions, each closed as a batch, and tells the time of the batches; `batch`
closes one more over all of them; `publish` puts opened ballots beside it and counts; `export` writes the files.
"""

import json
import random
import secrets
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session, select

from budget import ballot_log, results, sums
from budget.allocation import LotOrder
from budget.keys import KeyRing
from budget.published.bundle import write_directory
from budget.sealing import receipt_of
from budget.settings import EnvelopeDraft, Text
from models.ballot import Ballot, BallotChoice, Participation
from models.database import Database
from models.enums import Assurance, BallotStatus, Channel
from models.result import Count
from tests.bench.heavy import CLOSED_AT, MONEY, OPENED_AT, PROJECTS, _timed, cycle_of
from tests.harness.elections import open_election
from tests.harness.voting import make_keyring

PORTIONS = 20
FILES = "files"
_SEALED_LENGTH = 112
_AT_ONCE = 10_000


def log(database: Database, directory: Path, count: int) -> float:
    """The time of twenty batches, from an empty log to `count` leaves."""
    keyring = make_keyring(directory)
    with database.writing() as session:
        open_election(
            session, keyring, now=OPENED_AT, projects=PROJECTS, votes_per_resident=3, allotted_tenge=MONEY,
            envelopes=(EnvelopeDraft(Text("Аулалар", "Дворы", "Yards"), MONEY),),
        )  # fmt: skip
    return sum(_portion(database, keyring, count // PORTIONS, number) for number in range(1, PORTIONS + 1))


def batch(database: Database, directory: Path, _count: int) -> float:
    """One more batch, of twenty ballots."""
    return _portion(database, make_keyring(directory), ballot_log.AT_LEAST, PORTIONS + 1)


def publish(database: Database, directory: Path, _count: int) -> float:
    """The final head, one to three choices for each leaf, the count: all that the files are made of."""
    source = random.Random(2020)
    with database.writing() as session:
        cycle = cycle_of(session)
        ballot_log.close_log(session, make_keyring(directory), cycle, now=CLOSED_AT)
        listed = [project.id for project in results.projects_on_ballot(session, cycle)]
        leaves = session.exec(select(sa.func.count()).select_from(Participation)).one()
        for start in range(1, leaves + 1, _AT_ONCE):
            _insert_ballots(
                session, cycle.id or 0, range(start, min(leaves + 1, start + _AT_ONCE)), listed, source
            )
        cycle.separated_at = cycle.opened_at = CLOSED_AT
        session.flush()
        votes = results.tally(session, cycle.id or 0)
        order = LotOrder(results.ranks_by_draw(session, cycle, "7"))
        terms = sums.of_cycle(session, cycle)
        results.certify(session, cycle, votes, terms=terms, order=order, now=CLOSED_AT)
        session.get_one(Count, cycle.id).draw = "7"
        cycle.results_published_at = CLOSED_AT
    return 0.0


def export(database: Database, directory: Path, _count: int) -> float:
    """Write all files."""
    with database.reading() as session:
        return _timed(lambda: write_directory(session, cycle_of(session), directory / FILES))


STEPS: dict[str, Callable[[Database, Path, int], float]] = {
    "log": log,
    "batch": batch,
    "publish": publish,
    "export": export,
}


def _portion(database: Database, keyring: KeyRing, count: int, number: int) -> float:
    with database.writing() as session:
        cycle_id = cycle_of(session).id
        for start in range(0, count, _AT_ONCE):
            rows = [_row(cycle_id) for _ in range(start, min(count, start + _AT_ONCE))]
            session.connection().execute(sa.insert(Participation), rows)
    at = OPENED_AT + number * timedelta(hours=1)

    def close() -> None:
        with database.writing() as session:
            assert ballot_log.close_batch(session, keyring, cycle_of(session), now=at) is not None

    return _timed(close)


def _row(cycle_id: int | None) -> dict[str, object]:
    """Somebody who took part; what is sealed is noise, for nothing of this opens it."""
    sealed = secrets.token_bytes(_SEALED_LENGTH)
    return {
        "cycle_id": cycle_id,
        "voter_key": secrets.token_bytes(32),
        "channel": Channel.WEB,
        "assurance": Assurance.SMS,
        "cast_at": OPENED_AT,
        "sealed": sealed,
        "receipt": receipt_of(sealed),
    }


def _insert_ballots(
    session: Session, cycle_id: int, numbers: range, listed: list[int | None], source: random.Random
) -> None:
    common = {
        "cycle_id": cycle_id,
        "envelope_id": 1,
        "assurance": Assurance.SMS,
        "status": BallotStatus.VALID,
    }
    session.connection().execute(sa.insert(Ballot), [{"id": n, "reason": "", **common} for n in numbers])
    chosen = [(n, project) for n in numbers for project in source.sample(listed, source.randint(1, 3))]
    rows = [{"ballot_id": number, "project_id": project} for number, project in chosen]
    session.connection().execute(sa.insert(BallotChoice), rows)


def main(step: str, url: str, directory: str, size: str) -> None:
    """Run one step and print how long it took."""
    database = Database(url)
    seconds = STEPS[step](database, Path(directory), int(size))
    database.dispose()
    sys.stdout.write(json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main(*sys.argv[1:])
