"""Guessing one code over HTTP, sixteen at once at two processes: five guesses are checked, whatever their number.

That ten thousand guesses get five comparisons is shown where the comparison is (tests/budget/identity/test_codes.py);
here the tries are counted between processes, as deployed, on both databases.
"""

import http.client
import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlmodel import Session, select

from models.database import Database
from models.people import LoginCode
from tests.harness.elections import impossible_iins
from tests.harness.figures import FIGURES
from tests.harness.people import PHONE, sent_code
from tests.harness.processes import Server, demo_environment, serve, stop
from tests.harness.voters import connect

pytestmark = [pytest.mark.race, pytest.mark.slow]

GUESSES, AT_ONCE, TRIES = 400, 16, 5
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass
class Browser:
    """The browser that asked for the code; whoever guesses has its cookies."""

    url: str
    cookies: dict[str, str]
    token: str = ""

    def take(self, path: str, **form: str) -> None:
        """Open a page or send a form, and keep what a browser keeps."""
        answer, page = self._ask("POST" if form else "GET", path, form)
        for line in answer.headers.get_all("Set-Cookie", []):
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        found = TOKEN.search(page)
        self.token = found[1] if found else self.token

    def guess(self, code: str) -> tuple[int, str]:
        """Status and page."""
        answer, page = self._ask("POST", "/en/sign-in/code", {"code": code})
        return answer.status, page

    def _ask(self, method: str, path: str, form: dict[str, str]) -> tuple[http.client.HTTPResponse, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = urlencode({"csrf_token": self.token, **form}) if form else None
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        with closing(connect(self.url)) as connection:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer, answer.read().decode()


@dataclass
class World:
    """A server, its database, and a browser that waits for its code."""

    database: Database
    browser: Browser


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    server: Server = serve(demo_environment(tmp_path, DATABASE_URL=database_url), tmp_path)
    database = Database(database_url)
    browser = Browser(server.url, {})
    browser.take("/en/sign-in")
    browser.take("/en/sign-in", iin=impossible_iins(1)[0], phone=PHONE)
    browser.take("/en/sign-in/code")
    yield World(database, browser)
    stop(server)
    database.dispose()


def code_of(session: Session) -> LoginCode:
    return session.exec(select(LoginCode)).one()


def test_of_four_hundred_guesses_at_two_processes_five_are_checked(
    world: World, record_property: Callable[[str, object], None]
) -> None:
    with world.database.reading() as session:
        right = sent_code(session)
    wrong = [f"{number:06d}" for number in range(GUESSES + 1) if f"{number:06d}" != right][:GUESSES]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(world.browser.guess, wrong))
    assert Counter(status for status, _ in answers) == {422: GUESSES}
    counted_down = sum("tries left" in page or "try left" in page for _, page in answers)
    with world.database.reading() as session:
        assert code_of(session).tries == TRIES
    status, _ = world.browser.guess(right)
    record_property(FIGURES, f"{GUESSES} guesses, {TRIES} checked; then the right code: {status}")
    assert status == 422
    assert counted_down <= TRIES
    with world.database.reading() as session:
        assert code_of(session).used_at is None


def test_the_right_code_is_good_after_four_wrong_ones(world: World) -> None:
    """Or the test above would pass with a code that is never good."""
    with world.database.reading() as session:
        right = sent_code(session)
    for number in range(TRIES - 1):
        code = f"{(int(right) + 1 + number) % 1_000_000:06d}"
        assert world.browser.guess(code)[0] == 422
    world.browser.guess(right)
    with world.database.reading() as session:
        assert code_of(session).used_at is not None
