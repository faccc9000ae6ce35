"""`kill -9` of a worker, thirty times, while ballots come in: no acknowledged ballot is lost, none is there twice.

The service runs as deployed (gunicorn, 2 processes × 8 threads), on both databases. A browser that got the receipt's
address looks at the receipt at once and keeps it; one whose connection died does what a person would do afterwards:
it presses again. The same storm over a service that answers before it commits must lose ballots, or the test could
not fail.
"""

import http.client
import os
import random
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from models.ballot import Participation
from models.database import Database
from tests.harness.elections import add_residents, impossible_iins, open_election
from tests.harness.figures import FIGURES
from tests.harness.processes import Server, demo_environment, serve, stop
from tests.harness.voters import VoterBrowser, connect, sign_in_all
from views.app import create_app
from views.config import from_environment
from views.keys import keyring_for

pytestmark = [pytest.mark.race, pytest.mark.slow]

KILLS = 30
VOTERS = KILLS * 24
AT_ONCE = 16
PATIENCE_SECONDS = 30.0
GROUP = re.compile(r'<span class="pb-group">([0-9a-f]{4})</span>')
Ask = Callable[[http.client.HTTPConnection], tuple[int, str]]


@dataclass
class Person:
    """A voter in the storm, with what the service has told them."""

    browser: VoterBrowser
    choice: str
    other_choice: str
    acknowledged: bool = False
    receipt: str | None = None


class Storm:
    """An open election, its voters, and a server whose workers die."""

    def __init__(self, url: str, directory: Path) -> None:
        self.database = Database(url)
        environment = demo_environment(directory, DATABASE_URL=url)
        settings = from_environment(environment)
        keyring = keyring_for(settings)
        now = datetime.now(UTC)
        iins = impossible_iins(VOTERS)
        with self.database.writing() as session:
            election = open_election(session, keyring, now=now)
            residents = add_residents(session, keyring, iins, now=now)
            choices = [project.public_id for project in election.projects]
        self.path = f"/kk/cycles/{election.cycle.slug}/ballot"
        self.receipt_path = f"/kk/cycles/{election.cycle.slug}/receipt"
        app = create_app(settings)
        browsers = sign_in_all(app, self.database, residents, iins)
        app.extensions["database"].dispose()
        self.people = [Person(browser, choices[0], choices[1]) for browser in browsers]
        self._environment, self._directory = environment, directory
        self.server: Server | None = None
        self.kills = 0
        self._pressed = 0
        self._counting = threading.Lock()

    def start(self, application: str) -> None:
        """Serve `application` as deployed."""
        self.server = serve(self._environment, self._directory, application)

    def rage(self) -> None:
        """Everybody presses once, sixteen at a time; after each 24th press a worker is killed."""
        killer = threading.Thread(target=self._kill)
        killer.start()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(self._press, self.people))
        killer.join()

    def _press(self, person: Person) -> None:
        answer = self._once(self._ballot(person, person.choice))
        with self._counting:
            self._pressed += 1
        if answer is not None:
            assert answer == (303, self.receipt_path)
            person.acknowledged = True
            person.receipt = self.receipt_of(person)

    def press_again(self, person: Person) -> None:
        """The retry, with another choice than the first."""
        assert self._surely(self._ballot(person, person.other_choice)) == (303, self.receipt_path)

    def receipt_of(self, person: Person) -> str | None:
        """What the voter's own page shows; None when it says that there is no ballot. Asks until it is answered."""
        status, page = self._surely(self._page(person))
        assert status in (200, 303)
        return "".join(GROUP.findall(page)) if status == 200 else None

    def in_the_box(self) -> tuple[int, int]:
        """(ballots, persons among them)."""
        counts = (
            sa.func.count(col(Participation.sealed)),
            sa.func.count(sa.distinct(col(Participation.voter_key))),
        )
        with self.database.reading() as session:
            return session.exec(select(*counts).select_from(Participation)).one()

    def _kill(self) -> None:
        chance = random.Random(9)
        assert self.server is not None
        for number in range(1, KILLS + 1):
            self._wait_for(lambda due=number * VOTERS // (KILLS + 1): self._pressed >= due)
            workers: list[int] = []
            self._wait_for(lambda found=workers: found.extend(children_of(self.server.process.pid)) or found)
            os.kill(chance.choice(workers), signal.SIGKILL)
            self.kills += 1

    def _wait_for(self, happens: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while not happens():
            assert time.monotonic() < end
            time.sleep(0.001)

    def _ballot(self, person: Person, choice: str) -> Ask:
        def ask(connection: http.client.HTTPConnection) -> tuple[int, str]:
            status, location = person.browser.post(connection, self.path, [choice])
            return status, location[location.find("/kk/") :]

        return ask

    def _page(self, person: Person) -> Ask:
        def ask(connection: http.client.HTTPConnection) -> tuple[int, str]:
            connection.request("GET", self.receipt_path, headers={"Cookie": person.browser.cookie})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

        return ask

    def _once(self, ask: Ask) -> tuple[int, str] | None:
        """The answer, or None when the connection died."""
        assert self.server is not None
        try:
            with closing(connect(self.server.url)) as connection:
                return ask(connection)
        except (OSError, http.client.HTTPException):
            return None

    def _surely(self, ask: Ask) -> tuple[int, str]:
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            answer = self._once(ask)
            if answer is not None:
                return answer
            time.sleep(0.01)
        raise AssertionError("the service did not come back")

    def stop(self) -> None:
        """End what was started."""
        if self.server is not None:
            stop(self.server)
        self.database.dispose()


def children_of(process: int) -> list[int]:
    """The workers of a gunicorn master, from the kernel's own list."""
    return [int(pid) for pid in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


@pytest.fixture
def storm(database_url: str, tmp_path: Path) -> Iterator[Storm]:
    made = Storm(database_url, tmp_path)
    yield made
    made.stop()


@dataclass(frozen=True)
class Outcome:
    """What became of the ballots."""

    acknowledged: int
    unanswered: int
    unanswered_in_box: int
    lost: int
    changed: int


def outcome(storm: Storm) -> Outcome:
    """Look at every voter's own page, let everybody press again, look once more."""
    with ThreadPoolExecutor(4) as pool:
        before = list(pool.map(storm.receipt_of, storm.people))
        list(pool.map(storm.press_again, storm.people))
        after = list(pool.map(storm.receipt_of, storm.people))
    triples = list(zip(storm.people, before, after, strict=True))
    answered = [triple for triple in triples if triple[0].acknowledged]
    silent = [triple for triple in triples if not triple[0].acknowledged]
    return Outcome(
        acknowledged=len(answered),
        unanswered=len(silent),
        unanswered_in_box=sum(found is not None for _, found, _ in silent),
        lost=sum(found is None for _, found, _ in answered),
        changed=sum(
            later is None or {earlier, person.receipt} - {None} - {later} != set()
            for person, earlier, later in triples
        ),
    )


def test_thirty_kills_lose_no_acknowledged_ballot_and_double_none(
    storm: Storm, record_property: Callable[[str, object], None]
) -> None:
    storm.start("wsgi:app")
    storm.rage()
    seen = outcome(storm)
    ballots, persons = storm.in_the_box()
    record_property(
        FIGURES,
        f"{storm.kills} kills; {seen.acknowledged} acknowledged, {seen.lost} of them lost; {seen.unanswered} unanswered"
        f" ({seen.unanswered_in_box} were in the box); {VOTERS} retried, {seen.changed} got another receipt;"
        f" {ballots} ballots of {persons} persons, {ballots - persons} doubled",
    )
    assert storm.kills == KILLS
    assert seen.acknowledged > VOTERS / 2
    assert seen.unanswered > 0  # the kills did hit somebody
    assert (seen.lost, seen.changed) == (0, 0)
    assert (ballots, persons) == (VOTERS, VOTERS)


def test_the_storm_sees_ballots_lost_by_a_service_that_answers_before_it_commits(
    storm: Storm, record_property: Callable[[str, object], None]
) -> None:
    storm.start("tests.faults.forgetful:forgetful_app()")
    storm.rage()
    time.sleep(1)  # whatever still lives has written
    lost = sum(person.acknowledged and storm.receipt_of(person) is None for person in storm.people)
    record_property(FIGURES, f"{storm.kills} kills, {lost} acknowledged ballots lost, as planted")
    assert lost > 0
