"""Every kind of page in Chromium, in each language: no axe violation, no sideways scroll at 320 px, nothing left in English.

The pages are found by following links, from the start page for a visitor and from their own first page for each role,
two of each route, so a new page is checked from the day something links to it.
"""

from collections import Counter, deque
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page, ViewportSize
from sqlmodel import col, select
from werkzeug.exceptions import HTTPException

from models.cycle import Cycle
from models.database import Database
from models.enums import ProjectState, Role
from models.project import Project
from seeds.people import COORDINATOR, COUNCIL, NOT_VOTED, OBSERVER, OPERATOR, VOTED, Account
from tests.harness.browser import PHONE, axe, overflow, press
from tests.harness.processes import Server
from tests.harness.signing_in import sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

NewPage = Callable[..., Page]
LANGUAGES = ("kk", "ru", "en")
PER_ROUTE = 2
SWITCHES = {"public.large_view"}  # change how every later page looks
VISITOR_SEES = {
    "public.home", "public.cycle", "public.projects", "public.project", "public.rules", "public.results",
    "public.council", "public.council_session", "public.protocol_page", "public.versions",
    "public.archive", "public.about", "public.accessibility", "public.can_i_vote", "public.messages",
    "resident.sign_in", "staff.sign_in",
}  # fmt: skip
ROLES = {
    "resident who may vote": (NOT_VOTED, "/my", {"resident.my", "resident.ballot", "resident.submit"}),
    "resident who has voted": (VOTED, "/my", {"resident.my", "resident.receipt", "resident.edit_project"}),
    "council member": (COUNCIL, "/council", {"council.queue", "council.project", "council.declare", "council.session", "council.protocols"}),
    "coordinator": (COORDINATOR, "/office", {"office.home", "office.cycle", "office.new_cycle", "office.works", "office.council", "office.checks", "office.check_project", "office.sessions", "office.council_session", "office.motion", "office.protocol", "office.plan_session", "office.reserve", "office.appeals", "office.mergers", "office.criteria", "office.bodies", "office.log", "office.members", "office.invite", "staff.account", "staff.set_up"}),
    "operator": (OPERATOR, "/desk", {"desk.home", "desk.find", "staff.account"}),
    "observer": (OBSERVER, "/office/log", {"office.log", "staff.account"}),
}  # fmt: skip


DESK: ViewportSize = {"width": 1280, "height": 800}


class Walk:
    """Follows links of one language, breadth first, to the routes it is told to judge."""

    def __init__(self, page: Page, app: Flask, language: str, judged: Callable[[str], bool]) -> None:
        self.page = page
        self.visits: Counter[str] = Counter()
        self.faults: list[str] = []
        self.password = ""
        self.language = language
        self._app = app
        self._judged = judged

    def from_(self, *paths: str) -> None:
        """Walk from these pages."""
        queue = deque(paths)
        known = set(paths)
        while queue:
            path = queue.popleft()
            endpoint = self._endpoint(path)
            if endpoint is None or not self._judged(endpoint) or self.visits[endpoint] >= PER_ROUTE:
                continue
            self.visits[endpoint] += 1
            answer = self.page.goto(path)
            assert answer is not None
            found = self._judge() if answer.ok else [f"status {answer.status}"]
            self.faults += [f"{path}: {fault}" for fault in found]
            if self.page.locator("#step-up-form").count():
                self._step_up()
                self.faults += [f"{path}: {fault}" for fault in self._judge()]
            fresh = [target for target in self._targets() if target not in known]
            known.update(fresh)
            queue.extend(fresh)

    def turn_to(self, language: str) -> None:
        """Walk the pages of another language."""
        self.language = language
        self.visits.clear()

    def _judge(self) -> list[str]:
        """What stands against the page: its words, on a phone, at 320 px, and (once, the words make no difference there)
        on a desk."""
        faults = [*english(self.page, self.language), *axe(self.page), *overflow(self.page, width=320)]
        if self.language == "kk":
            self.page.set_viewport_size(DESK)
            faults += axe(self.page)
            self.page.set_viewport_size(PHONE)
        return faults

    def _step_up(self) -> None:
        """Show the password again, as decisive pages ask; the page itself comes after that."""
        self.page.fill("[name='step_up-current_password']", self.password)
        press(self.page, "#step-up-form .govuk-button")

    def _endpoint(self, path: str) -> str | None:
        """The route of a page; None for a file and where there is none."""
        if "." in path.rsplit("/", 1)[-1]:
            return None
        try:
            endpoint, _ = self._app.url_map.bind("localhost").match(path)
        except HTTPException:
            return None
        return str(endpoint)

    def _targets(self) -> list[str]:
        here = urlsplit(self.page.url)
        hrefs = self.page.eval_on_selector_all(
            "a[href]", "links => links.map(link => link.getAttribute('href'))"
        )
        parts = [urlsplit(urljoin(self.page.url, href)) for href in hrefs]
        prefix = f"/{self.language}/"
        own = [part.path for part in parts if part.netloc == here.netloc and part.path.startswith(prefix)]
        return list(dict.fromkeys(own))


_ENGLISH = """language => {
    const body = document.body.cloneNode(true);
    const others = `[lang]:not([lang=${language}]), code, script, textarea`;
    body.querySelectorAll(others).forEach(element => element.remove());
    return body.textContent.match(/[A-Za-z][a-z']+(?:,? [a-z']+){2,}/g) || [];
}"""
"""Three words of English in a row that no element says are in another language."""


def english(page: Page, language: str) -> list[str]:
    """What was left in English on a Kazakh or Russian page, whatever catalog it should have stood in."""
    found = page.evaluate(_ENGLISH, language) if language != "en" else []
    return [f"in English: {words}" for words in found]


def is_no_switch(endpoint: str) -> bool:
    """What changes how every later page looks is not walked to."""
    return endpoint not in SWITCHES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_public_page_is_accessible_and_fits_a_phone(
    new_page: NewPage, live_server: Server, app: Flask, language: str
) -> None:
    walk = Walk(new_page(base_url=live_server.url), app, language, is_no_switch)
    counted = f"/{language}/cycles/{finished(live_server)}"
    walk.from_(
        f"/{language}/",
        f"/{language}/projects/{corrected(live_server)}/changes",
        *(counted + part for part in ("", "/results", "/council", "/log")),
    )
    assert not walk.faults, "\n".join(walk.faults)
    assert set(walk.visits) >= VISITOR_SEES, f"no link leads to {sorted(VISITOR_SEES - set(walk.visits))}"


@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_a_role_is_accessible_and_fits_a_phone(
    new_page: NewPage, fresh_server: Server, app: Flask, role: str
) -> None:
    account, first, seen = ROLES[role]
    walk = Walk(new_page(base_url=fresh_server.url), app, "", own_pages(account))
    walk.password = account.password
    for language in LANGUAGES:
        walk.turn_to(language)
        if account.role is not Role.RESIDENT or language == LANGUAGES[0]:  # a telephone is sent few codes
            walk.page.context.clear_cookies()
            sign_in(walk.page, account, language)
        walk.from_(f"/{language}{first}")
        assert set(walk.visits) >= seen, f"no link in {language} leads to {sorted(seen - set(walk.visits))}"
    assert not walk.faults, "\n".join(walk.faults)


def finished(server: Server) -> str:
    """The address of the cycle that was counted: its pages say most, and links lead to others first."""
    with Database(server.database_url).reading() as session:
        [slug] = session.exec(
            select(Cycle.slug).where(Cycle.is_demo, col(Cycle.results_published_at).is_not(None))
        )
        return slug


def corrected(server: Server) -> str:
    """A project of the demo whose author changed it: few pages have a link to what changed."""
    with Database(server.database_url).reading() as session:
        rows = select(Project.public_id).where(
            Project.version > 1, col(Project.state) == ProjectState.ADMITTED
        )
        return session.exec(rows.limit(1)).one()


def own_pages(account: Account) -> Callable[[str], bool]:
    """The pages only this role sees; the others were judged for a visitor."""
    own = {
        Role.RESIDENT: ("resident.",),
        Role.COUNCIL: ("council.", "staff."),
        Role.OPERATOR: ("desk.", "staff."),
    }
    return lambda endpoint: endpoint.startswith(own.get(account.role, ("office.", "staff.")))


def test_the_large_view_fits_a_phone_too(new_page: NewPage, live_server: Server, app: Flask) -> None:
    walk = Walk(new_page(base_url=live_server.url), app, "kk", is_no_switch)
    walk.page.goto("/kk/large-view")
    assert walk.page.locator("html.pb-large").count() == 1
    walk.from_("/kk/")
    assert not walk.faults, "\n".join(walk.faults)
