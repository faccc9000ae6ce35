"""Two hundred people press across the closing second: nothing is accepted at or after the close.

The service runs as deployed (gunicorn, 2 processes × 8 threads) with the real clock, on both databases; once all are
signed in, the end of voting is put a few seconds ahead. Each has a thread and a moment of its own, a second and a half
around the close. Whoever comes late, or came in time and waited for the write lock past the close, gets the ballot back
with the choice in it and the hour at which voting ended. A service that looks at the calendar before the transaction
must fail this.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlmodel import select

from models.ballot import Participation
from models.cycle import PhaseWindow
from models.database import Database
from models.enums import Phase
from tests.harness.elections import add_residents, impossible_iins, open_election
from tests.harness.figures import FIGURES
from tests.harness.processes import Server, demo_environment, serve, stop
from tests.harness.voters import VoterBrowser, connect, sign_in_all
from views.app import create_app
from views.config import Config, from_environment
from views.keys import keyring_for

pytestmark = [pytest.mark.race, pytest.mark.slow]

VOTERS = 200
WAITING = 8
SPREAD_SECONDS = 1.5
AHEAD_SECONDS = 4.0
ENDED = "Voting ended on"
CHECKED = re.compile(r'<input[^>]*name="choices"[^>]*value="([^"]+)" checked')


@dataclass(frozen=True)
class Press:
    """What one of the two hundred was told."""

    status: int
    page: str


@dataclass
class World:
    """A vote that ends at `ends_at`, and people who will press."""

    database: Database
    server: Server
    browsers: list[VoterBrowser]
    path: str
    choice: str
    ends_at: datetime

    def press_at(self, moments: list[float]) -> list[Press]:
        """Each voter presses so many seconds after the close; the answers, in the order of the moments."""
        answers: dict[int, Press] = {}

        def press(number: int) -> None:
            time.sleep(max(0.0, self.until_close() + moments[number]))
            with closing(connect(self.server.url)) as connection:
                browser = self.browsers[number]
                body = urlencode({"csrf_token": browser.csrf_token, "choices": self.choice})
                kind = {"Content-Type": "application/x-www-form-urlencoded"}
                connection.request("POST", self.path, body, {"Cookie": browser.cookie, **kind})
                answer = connection.getresponse()
                answers[number] = Press(answer.status, answer.read().decode())

        assert self.until_close() + min(moments) > 0.3, "too slow to start: raise AHEAD_SECONDS"
        threads = [threading.Thread(target=press, args=(number,)) for number in range(len(moments))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return [answers[number] for number in range(len(moments))]

    def until_close(self) -> float:
        """Seconds."""
        return (self.ends_at - datetime.now(UTC)).total_seconds()

    def cast_at(self) -> list[datetime]:
        """When each ballot was put into the box."""
        with self.database.reading() as session:
            return list(session.exec(select(Participation.cast_at)).all())


Begin = Callable[[str, str], World]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    """Serve an application on a database, over a vote that ends soon."""
    started: list[tuple[Server, Database]] = []

    def made(url: str, application: str) -> World:
        environment = demo_environment(tmp_path, DATABASE_URL=url)
        server, database = serve(environment, tmp_path, application), Database(url)
        started.append((server, database))
        return vote_that_ends_soon(from_environment(environment), database, server)

    yield made
    for server, database in started:
        stop(server)
        database.dispose()


def vote_that_ends_soon(settings: Config, database: Database, server: Server) -> World:
    now = datetime.now(UTC)
    iins = impossible_iins(VOTERS)
    with database.writing() as session:
        election = open_election(session, keyring_for(settings), now=now)
        residents = add_residents(session, keyring_for(settings), iins, now=now)
    app = create_app(settings)
    browsers = sign_in_all(app, database, residents, iins)
    app.extensions["database"].dispose()
    path = f"/en/cycles/{election.cycle.slug}/ballot"
    warm(server, browsers, path)
    ends_at = datetime.now(UTC) + timedelta(seconds=AHEAD_SECONDS)
    with database.writing() as session:
        of_vote = (PhaseWindow.cycle_id == election.cycle.id, PhaseWindow.phase == Phase.VOTING)
        session.exec(select(PhaseWindow).where(*of_vote)).one().ends_at = ends_at
    warm(server, browsers, path)
    return World(database, server, browsers, path, election.projects[0].public_id, ends_at)


def warm(server: Server, browsers: list[VoterBrowser], path: str) -> None:
    """Let the service do beforehand what it does once: the first page of a process takes as long as fifty."""
    for browser in browsers[:WAITING]:
        with closing(connect(server.url)) as connection:
            connection.request("GET", path, headers={"Cookie": browser.cookie})
            assert connection.getresponse().status == 200


def across() -> list[float]:
    """Moments before and after the close, evenly."""
    return [SPREAD_SECONDS * (2 * number / (VOTERS - 1) - 1) for number in range(VOTERS)]


def test_of_two_hundred_who_press_across_the_close_none_is_accepted_at_or_after_it(
    begin: Begin, database_url: str, record_property: Callable[[str, object], None]
) -> None:
    world = begin(database_url, "wsgi:app")
    answers = world.press_at(across())
    accepted = [answer for answer in answers if answer.status == 303]
    refused = [answer for answer in answers if answer.status == 422]
    cast_at = world.cast_at()
    left = min((world.ends_at - at for at in cast_at), default=timedelta(0))
    record_property(
        FIGURES,
        f"{VOTERS} pressed, {len(accepted)} accepted, the last {left / timedelta(milliseconds=1):.0f} ms before the"
        f" close; {len(refused)} refused; {sum(at >= world.ends_at for at in cast_at)} accepted at or after the close",
    )
    assert len(accepted) + len(refused) == VOTERS
    assert min(len(accepted), len(refused)) > VOTERS / 10  # the close did fall among them
    assert len(cast_at) == len(accepted)
    assert all(at < world.ends_at for at in cast_at)
    for answer in refused:
        assert ENDED in answer.page
        assert CHECKED.findall(answer.page) == [world.choice]


def test_the_close_is_not_kept_by_a_service_that_looks_before_the_transaction(
    begin: Begin, database_url: str
) -> None:
    world = begin(database_url, "tests.faults.early:early_looking_app()")
    world.press_at(across())
    assert any(at >= world.ends_at for at in world.cast_at())


def hold_the_lock_across_the_close(world: World) -> list[Press]:
    """Eight press in time while somebody else writes; the lock is free again a moment after the close."""
    answers: list[Press] = []
    pressing = threading.Thread(target=lambda: answers.extend(world.press_at([-0.7] * WAITING)))
    pressing.start()
    time.sleep(world.until_close() - 1.0)
    with world.database.writing():
        time.sleep(world.until_close() + 0.3)
    pressing.join()
    return answers


def test_who_waits_for_the_write_lock_past_the_close_is_refused(begin: Begin, sqlite_url: str) -> None:
    """On SQLite, where writers wait for one another; PostgreSQL has no such queue."""
    world = begin(sqlite_url, "wsgi:app")
    answers = hold_the_lock_across_the_close(world)
    assert [answer.status for answer in answers] == [422] * WAITING
    assert all(CHECKED.findall(answer.page) == [world.choice] for answer in answers)
    assert world.cast_at() == []


def test_the_wait_is_seen_by_a_service_that_looks_before_the_transaction(
    begin: Begin, sqlite_url: str
) -> None:
    world = begin(sqlite_url, "tests.faults.early:early_looking_app()")
    assert 303 in {answer.status for answer in hold_the_lock_across_the_close(world)}
    assert any(at >= world.ends_at for at in world.cast_at())
