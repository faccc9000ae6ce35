"""A walk through the service in Chromium: a server with a clock, and people at browsers of their own.

Fields are found by name and buttons by their place, so the same walk serves three languages and pages without
scripts. Every page opened is checked by axe (where scripts run) and for scrolling sideways at 320 px.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from babel.support import Translations
from playwright.sync_api import BrowserContext, Page

from models.database import Database
from models.enums import Phase
from seeds.people import Account
from tests.harness.browser import axe, overflow, press
from tests.harness.processes import Server, demo_environment, serve, stop
from tests.harness.texts import CATALOGS

DAY = timedelta(days=1)
LENGTH_DAYS = {
    Phase.ANNOUNCEMENT: 1,
    Phase.SUBMISSION: 2,
    Phase.SCREENING: 2,
    Phase.VOTING: 2,
    Phase.DECISION: 2,
    Phase.IMPLEMENTATION: 30,
}
GOLD = "main button.govuk-button:not(.govuk-button--secondary):not(.govuk-button--warning)"

_ID = re.compile(r"[0-9a-z]{10}(?=/|$)|[0-9A-Za-z_-]{43}")
_SKELETON = """() => {
  const said = "main :is(h1, h2, caption, legend, label, button, .pb-banner, .govuk-error-summary)";
  return [document.documentElement.lang, document.querySelectorAll("h1").length,
    [...document.querySelectorAll(said)].map(element => element.innerText)];
}"""


@contextmanager
def walking(
    seeded: Path, directory: Path, new_page: Callable[..., Page], language: str, *, scripts: bool
) -> Iterator["Walk"]:
    """A walk through a server of its own in `directory`, over a copy of the seeded demo, with a clock to move."""
    shutil.copytree(seeded, directory, dirs_exist_ok=True)
    clock = directory / "clock"
    clock.write_text("0")
    environment = demo_environment(directory, CLOCK_FILE=str(clock), LOG_LEVEL="info")
    server = serve(environment, directory, "tests.e2e.clocked:clocked_app()")
    try:
        yield Walk(server, language, clock, new_page, scripts)
    finally:
        stop(server)


@dataclass
class Walk:
    """A language, a server, and its clock; `scripts` says whether JavaScript is on."""

    server: Server
    language: str
    clock_file: Path
    new_page: Callable[..., Page]
    scripts: bool = True
    opened: set[str] = field(default_factory=set)
    shares: dict[str, str] = field(default_factory=dict)
    """What the trustees have on paper, by the name of their field."""
    begins: datetime = field(default_factory=lambda: datetime.now(UTC).replace(second=0, microsecond=0))

    def to_phase(self, phase: Phase) -> None:
        """Move the clock into the middle of the first day of `phase`."""
        order = list(Phase)
        days = sum(LENGTH_DAYS[each] for each in order[: order.index(phase)])
        wanted = self.begins + days * DAY + timedelta(hours=2)
        self.clock_file.write_text(str((wanted - datetime.now(UTC)).total_seconds()))

    def now(self) -> datetime:
        """What the server takes for now."""
        return datetime.now(UTC) + timedelta(seconds=float(self.clock_file.read_text()))

    def let_pass(self, span: timedelta) -> None:
        """Move the clock forward: a telephone is sent few codes an hour."""
        self.clock_file.write_text(str(float(self.clock_file.read_text()) + span.total_seconds()))

    def say(self, english: str, *, language: str = "", **facts: object) -> str:
        """A sentence of the code in the walk's (or another) language; without its facts, what it begins with."""
        text = Translations.load(str(CATALOGS), [language or self.language]).gettext(english)
        return text % facts if facts else text.split("%(", maxsplit=1)[0]

    def database(self) -> Database:
        """The server's database, for what a walk does not open pages for."""
        return Database(self.server.database_url)

    @contextmanager
    def browser_of(self, language: str = "") -> Iterator["Walker"]:
        """A browser of somebody's own: nothing is shared between the roles. `language` where it is not the walk's."""
        page = self.new_page(base_url=self.server.url, java_script_enabled=self.scripts)
        try:
            yield Walker(self, page, language or self.language)
        finally:
            context: BrowserContext = page.context
            context.close()


@dataclass
class Walker:
    """A person at a browser."""

    walk: Walk
    page: Page
    language: str
    password: str = ""
    """Of a member of staff: decisive pages ask for it again."""
    is_hurried: bool = False
    """Pages of one kind by the dozen are looked at once: axe does not judge them again."""

    def open(self, path: str) -> None:
        """Go to a page of the own language and look at it."""
        self.page.goto(f"/{self.language}{path}")
        self._arrive()

    def follow(self, selector: str) -> None:
        """Follow the first of these links and look at what comes."""
        press(self.page, selector)
        self._arrive()

    def follow_menu(self, path: str) -> None:
        """Open the menu of the telephone and follow its link to this path."""
        self.page.locator(".pb-menu summary").click()
        self.follow(f".pb-menu a[href$='{path}']")

    def _arrive(self) -> None:
        self.look()
        if self.page.locator("#step-up-form").count():
            self.fill(**{"step_up-current_password": self.password})
            self.press()

    def path(self) -> str:
        """The address of the page without server and language."""
        return urlsplit(self.page.url).path.removeprefix(f"/{self.language}")

    def main(self) -> str:
        """What the page says."""
        return self.page.locator("main").inner_text()

    def sees(self, english: str, **facts: object) -> bool:
        """Does the page say this sentence of the code, in its own language?"""
        return self.walk.say(english, language=self.language, **facts) in self.main()

    def look(self) -> None:
        """Check the page that is shown, once per address and what its headings, labels and buttons say."""
        language, headings, said = self.page.evaluate(_SKELETON)
        assert (language, headings) == (self.language, 1), self.page.url
        if self.is_hurried:
            return
        key = " | ".join([_ID.sub("*", self.page.url), *said])
        if key in self.walk.opened:
            return
        self.walk.opened.add(key)
        wide = overflow(self.page, width=320)
        assert wide == [], f"{self.page.url}: {wide}"
        if self.walk.scripts:
            assert axe(self.page) == [], self.page.url

    def fill(self, **values: str) -> None:
        """Type into fields by name; choose radios and options; tick boxes given as "on"."""
        for name, value in values.items():
            fields = self.page.locator(f"main [name='{name}']")
            kind = fields.first.evaluate("element => element.type")
            if kind in ("radio", "checkbox"):
                self.page.locator(f"main [name='{name}'][value='{value}']").check()
            elif kind == "select-one":
                fields.first.select_option(value)
            else:
                fields.first.fill(value)

    def press(self, selector: str = GOLD) -> None:
        """Press the gold button (or another one) and look at what comes."""
        assert self.page.locator(selector).count(), f"{self.page.url}: nothing to press: {self.main()}"
        press(self.page, selector)
        faults = self.page.locator(".govuk-error-summary")
        assert faults.count() == 0, f"{self.page.url}: {faults.first.inner_text()}"
        self.look()

    def press_in_vain(self, selector: str = GOLD) -> str:
        """Press a button that is refused; why, as the page says it."""
        press(self.page, selector)
        self.look()
        return self.page.locator(".govuk-error-summary").inner_text()

    def download(self, selector: str) -> bytes:
        """Follow a link or press a button that gives a file."""
        with self.page.expect_download() as download:
            self.page.locator(selector).first.click()
        return download.value.path().read_bytes()

    def sign_in_staff(self, account: Account) -> None:
        """With e-mail and password; the demo's accounts have no second step."""
        self.password = account.password
        self.open("/staff/sign-in")
        self.fill(email=account.email, password=account.password)
        self.press()

    def sign_in_resident(self, account: Account) -> None:
        """With IIN, phone, and the code from the page of messages."""
        self.open("/sign-in")
        self.prove(account)

    def prove(self, account: Account) -> None:
        """On the page of signing in: the same."""
        self.fill(iin=account.iin, phone=account.phone)
        self.press()
        code_page = self.page.url
        self.open("/messages")
        text = self.page.locator("main tbody tr").first.inner_text()
        code = re.search(r"(?<![0-9])[0-9]{6}(?![0-9])", text)
        assert code is not None, text
        self.page.goto(code_page)
        self.fill(code=code.group())
        self.press("#code-form button")
