"""One person, one vote under a race: 1,250 persons × 8 simultaneous posts over HTTP, on both databases.

The service runs as deployed (gunicorn, 2 processes × 8 threads). The same race against a naive variant without the
constraint must store double ballots, or the test could not fail.
"""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlmodel import Session, col, select

from models.ballot import Participation
from models.database import Database
from tests.harness.elections import add_residents, impossible_iins, open_election
from tests.harness.processes import Server, demo_environment, serve, stop
from tests.harness.voters import connect, sign_in_all
from views.app import create_app
from views.config import from_environment
from views.keys import keyring_for

pytestmark = [pytest.mark.race, pytest.mark.slow]

POSTS_EACH = 8
AT_ONCE = 16


class Race:
    """A server over an open election, and signed-in voters to race with."""

    def __init__(self, url: str, directory: Path, persons: int) -> None:
        self.database = Database(url)
        environment = demo_environment(directory, DATABASE_URL=url)
        settings = from_environment(environment)
        keyring = keyring_for(settings)
        now = datetime.now(UTC)
        iins = impossible_iins(persons)
        with self.database.writing() as session:
            election = open_election(session, keyring, now=now)
            residents = add_residents(session, keyring, iins, now=now)
            self.choices = [project.public_id for project in election.projects]
        self.path = f"/kk/cycles/{election.cycle.slug}/ballot"
        self.receipt_path = f"/kk/cycles/{election.cycle.slug}/receipt"
        app = create_app(settings)
        self.browsers = sign_in_all(app, self.database, residents, iins)
        app.extensions["database"].dispose()
        self._environment = environment
        self._directory = directory
        self.server: Server | None = None

    def start(self, application: str) -> None:
        """Serve `application` as deployed."""
        self.server = serve(self._environment, self._directory, application)

    def run(self) -> list[tuple[int, str]]:
        """Every person posts 8 ballots at once, each for another project; all answers."""
        assert self.server is not None
        url = self.server.url
        posts = [(browser, number) for browser in self.browsers for number in range(POSTS_EACH)]
        orders = iter(posts)
        turn = threading.Lock()

        def work(_worker: int) -> list[tuple[int, str]]:
            answers = []
            with closing(connect(url)) as connection:
                while True:
                    with turn:
                        order = next(orders, None)
                    if order is None:
                        return answers
                    browser, number = order
                    choice = self.choices[number % len(self.choices)]
                    answers.append(browser.post(connection, self.path, [choice]))

        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = [answer for part in pool.map(work, range(AT_ONCE)) for answer in part]
        assert len(answers) == len(posts)
        return answers

    def ballots(self) -> tuple[int, int]:
        """(participations, persons among them)."""
        with self.database.reading() as session:
            return _count(session)

    def stop(self) -> None:
        """End what was started."""
        if self.server is not None:
            stop(self.server)
        self.database.dispose()


def _count(session: Session) -> tuple[int, int]:
    keys = select(sa.func.count(), sa.func.count(sa.distinct(col(Participation.voter_key))))
    return session.exec(keys.select_from(Participation)).one()


@pytest.fixture
def race(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[Race]:
    made = Race(database_url, tmp_path, request.param)
    yield made
    made.stop()


def drop_the_constraint(database: Database) -> None:
    with database.engine.execution_options(write=True).begin() as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("participation") as table:
            table.drop_constraint("uq_participation_cycle_id_voter_key", type_="unique")


@pytest.mark.parametrize("race", [1250], indirect=True)
def test_1250_persons_posting_8_times_at_once_have_1250_ballots(race: Race) -> None:
    race.start("wsgi:app")
    answers = race.run()
    assert {status for status, _ in answers} == {303}
    assert all(location.endswith(race.receipt_path) for _, location in answers)
    assert race.ballots() == (1250, 1250)


@pytest.mark.parametrize("race", [40], indirect=True)
def test_every_retry_leads_to_the_same_receipt(race: Race) -> None:
    race.start("wsgi:app")
    race.run()
    assert race.server is not None
    with race.database.reading() as session:
        receipts = {receipt.hex() for receipt in session.exec(select(Participation.receipt)).all() if receipt}
    with closing(connect(race.server.url)) as connection:
        for browser in race.browsers:
            first = browser.get(connection, race.receipt_path)
            browser.post(connection, race.path, [race.choices[0]])
            again = browser.get(connection, race.receipt_path)
            shown = [receipt for receipt in receipts if _grouped(receipt) in _flat(first)]
            assert len(shown) == 1
            assert _grouped(shown[0]) in _flat(again)
    assert race.ballots() == (40, 40)


@pytest.mark.parametrize("race", [250], indirect=True)
def test_the_race_sees_naive_code_store_double_ballots(race: Race) -> None:
    drop_the_constraint(race.database)
    race.start("tests.faults.naive:naive_app()")
    race.run()
    ballots, persons = race.ballots()
    assert persons == 250
    assert ballots > persons


def _grouped(receipt: str) -> str:
    return "".join(
        f'<span class="pb-group">{receipt[at : at + 4]}</span>' for at in range(0, len(receipt), 4)
    )


def _flat(page: str) -> str:
    return page.replace("\n", "")
