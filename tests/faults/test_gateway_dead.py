"""The gateway for SMS is dead: its port is closed, or it takes connections and never answers.

The service runs as deployed (gunicorn, 2 processes × 8 threads), on both databases. Strangers ask for codes all at
once; whoever has signed in votes meanwhile, no slower than a person would bear, and the pages say what is the matter.
"""

import http.client
import json
import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from sqlmodel import select

from models.ballot import Participation
from models.database import Database
from models.service import Notice
from tests.harness.elections import add_residents, impossible_iins, open_election
from tests.harness.gateways import LocalGateway, take
from tests.harness.processes import Server, demo_environment, serve, stop
from tests.harness.voters import VoterBrowser, connect, sign_in_all
from views import outbox
from views.app import create_app
from views.config import Config, from_environment
from views.keys import keyring_for

pytestmark = [pytest.mark.race, pytest.mark.slow]

VOTERS, STRANGERS = 20, 24
BEARABLE_SECONDS = 3.0
MAY_FAIL = "Қазір SMS-код кешігуі немесе мүлде келмеуі мүмкін."
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass
class World:
    """An open election on a server whose gateway is dead."""

    server: Server
    settings: Config
    database: Database
    browsers: list[VoterBrowser]
    ballot_path: str
    choice: str


@pytest.fixture(params=["closed", "hanging"])
def fault(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
def sms_url(fault: str, gateway: LocalGateway) -> str:
    if fault == "hanging":
        gateway.always = take(after_seconds=60)
        return gateway.url
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}"


@pytest.fixture
def world(database_url: str, sms_url: str, tmp_path: Path) -> Iterator[World]:
    environment = {
        **demo_environment(tmp_path, DATABASE_URL=database_url),
        **{name: name[0] * 40 for name in ("SECRET_KEY", "VOTER_KEY", "ROLL_KEY")},
        "DEMO": "",
        "SECURE_COOKIES": "0",
        "TRUSTED_HOSTS": "127.0.0.1",
        "SMS_GATEWAY": "smsc",
        "SMS_LOGIN": "akimat",
        "SMS_PASSWORD": "s3cret",
        "SMS_URL": sms_url,
        "SMS_PRICE_TENGE": "20",
        "SMS_HOURLY_CAP_TENGE": "20000",
    }
    settings, database, now = from_environment(environment), Database(database_url), datetime.now(UTC)
    iins = impossible_iins(VOTERS)
    with database.writing() as session:
        election = open_election(session, keyring_for(settings), now=now)
        residents = add_residents(session, keyring_for(settings), iins, now=now)
        path = f"/kk/cycles/{election.cycle.slug}/ballot"
        choice = election.projects[0].public_id
    app = create_app(settings)
    browsers = sign_in_all(app, database, residents, iins)
    app.extensions["database"].dispose()
    server = serve(environment, tmp_path)
    yield World(server, settings, database, browsers, path, choice)
    stop(server)
    database.dispose()


def asks_for_a_code(world: World, number: int) -> tuple[int, float]:
    """A stranger's two requests; status of the second, and its seconds."""
    with closing(connect(world.server.url)) as connection:
        page, cookie = _get(connection, "/kk/sign-in")
        found = TOKEN.search(page)
        assert found is not None
        form = {"csrf_token": found[1], "iin": impossible_iins(1, first=900 + number)[0]}
        body = urlencode({**form, "phone": f"+7701000{number:04d}"})
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        started = time.monotonic()
        connection.request("POST", "/kk/sign-in", body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, time.monotonic() - started


def votes(world: World, browser: VoterBrowser) -> tuple[int, float]:
    """Status of a ballot's post, and its seconds."""
    with closing(connect(world.server.url)) as connection:
        started = time.monotonic()
        status, _location = browser.post(connection, world.ballot_path, [world.choice])
        return status, time.monotonic() - started


def _get(connection: http.client.HTTPConnection, path: str) -> tuple[str, str]:
    connection.request("GET", path)
    answer = connection.getresponse()
    text = answer.read().decode()
    assert answer.status == 200
    return text, "; ".join(line.split(";")[0] for line in answer.headers.get_all("Set-Cookie", []))


def page(world: World, path: str) -> str:
    with closing(connect(world.server.url)) as connection:
        return _get(connection, path)[0]


def test_a_dead_gateway_holds_nobody_up_and_is_told(world: World, fault: str, gateway: LocalGateway) -> None:
    assert MAY_FAIL not in page(world, "/kk/sign-in")
    with ThreadPoolExecutor(STRANGERS + VOTERS) as people:
        asking = [people.submit(asks_for_a_code, world, number) for number in range(STRANGERS)]
        time.sleep(0.5)  # the strangers wait already
        voting = [people.submit(votes, world, browser) for browser in world.browsers]
        asked, voted = [one.result() for one in asking], [one.result() for one in voting]
    assert {status for status, _ in asked + voted} == {303}
    assert max(seconds for _, seconds in asked) < outbox.PATIENCE_SECONDS + BEARABLE_SECONDS
    assert max(seconds for _, seconds in voted) < BEARABLE_SECONDS
    with world.database.reading() as session:
        assert session.exec(select(sa.func.count()).select_from(Participation)).one() == VOTERS
    time.sleep(1.5)  # a try is late after five seconds
    assert MAY_FAIL in page(world, "/kk/sign-in")
    assert json.loads(page(world, "/healthz"))["sms"] == "failing"
    status, seconds = asks_for_a_code(world, STRANGERS)
    assert (status, seconds < BEARABLE_SECONDS) == (303, True)
    if fault == "hanging":
        _recovers(world, gateway)


def _recovers(world: World, gateway: LocalGateway) -> None:
    """The job sends what waited, and the pages are well again."""
    gateway.always = None
    sender = outbox.sender_for(world.settings)
    assert sender is not None
    with world.database.reading() as session:
        untried = session.exec(
            select(sa.func.count()).select_from(Notice).where(Notice.attempts == 0)  # type: ignore[arg-type]
        ).one()
    assert untried > 0
    assert outbox.deliver(world.database, sender, now=datetime.now(UTC)) == untried
    assert MAY_FAIL not in page(world, "/kk/sign-in")
    assert json.loads(page(world, "/healthz"))["sms"] == "ok"
    assert not re.search(r"\+?7701000\d{4}|s3cret", world.server.log())
