"""One cycle as people walk it in Chromium: each step opens pages, fills forms and presses the one gold button.

Fields are found by name and buttons by their place, so the same walk serves three languages and pages without
scripts. Every page opened is checked by axe (where scripts run) and for scrolling sideways at 320 px.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import BrowserContext, Page

from models.enums import Phase
from seeds.people import COORDINATOR, COUNCIL, Account
from tests.harness.browser import axe, overflow

ALMATY = ZoneInfo("Asia/Almaty")
DAY = timedelta(days=1)
SLUG = "walk"
LENGTH_DAYS = {
    Phase.ANNOUNCEMENT: 1,
    Phase.SUBMISSION: 2,
    Phase.SCREENING: 2,
    Phase.VOTING: 2,
    Phase.DECISION: 2,
    Phase.IMPLEMENTATION: 30,
}
GOLD = "main button.govuk-button:not(.govuk-button--secondary):not(.govuk-button--warning)"


@dataclass
class Walk:
    """A language, a server, and its clock; `scripts` says whether JavaScript is on."""

    url: str
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

    @contextmanager
    def browser_of(self) -> Iterator["Walker"]:
        """A browser of somebody's own: nothing is shared between the roles."""
        page = self.new_page(base_url=self.url, java_script_enabled=self.scripts)
        try:
            yield Walker(self, page)
        finally:
            context: BrowserContext = page.context
            context.close()


@dataclass
class Walker:
    """A person at a browser."""

    walk: Walk
    page: Page
    password: str = ""
    """Of a member of staff: decisive pages ask for it again."""

    def open(self, path: str) -> None:
        """Go to a page of the walk's language and look at it."""
        self.page.goto(f"/{self.walk.language}{path}")
        self.look()
        if self.page.locator("#step-up-form").count():
            self.fill(**{"step_up-current_password": self.password})
            self.press()

    def look(self) -> None:
        """Check the page that is shown, once per address and heading."""
        assert self.page.locator("html").get_attribute("lang") == self.walk.language
        heading = self.page.locator("h1")
        assert heading.count() == 1, self.page.url
        key = f"{re.sub(r'[0-9a-z]{10}(?=/|$)', '*', self.page.url)} {heading.inner_text()}"
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
            kind = fields.first.get_attribute("type")
            tag = fields.first.evaluate("element => element.tagName")
            if kind in ("radio", "checkbox"):
                self.page.locator(f"main [name='{name}'][value='{value}']").check()
            elif tag == "SELECT":
                fields.first.select_option(value)
            else:
                fields.first.fill(value)

    def press(self, selector: str = GOLD) -> None:
        """Press the gold button (or another one) and look at what comes."""
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()
        faults = self.page.locator(".govuk-error-summary")
        assert faults.count() == 0, f"{self.page.url}: {faults.first.inner_text()}"
        self.look()

    def sign_in_staff(self, account: Account) -> None:
        """With e-mail and password; the demo's accounts have no second step."""
        self.password = account.password
        self.open("/staff/sign-in")
        self.fill(email=account.email, password=account.password)
        self.press()

    def sign_in_resident(self, account: Account) -> None:
        """With IIN, phone, and the code from the page of messages."""
        self.open("/sign-in")
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


def create_cycle(walk: Walk) -> None:
    """The coordinator makes a draft, sees nothing missing, publishes it."""
    with walk.browser_of() as coordinator:
        coordinator.sign_in_staff(COORDINATOR)
        coordinator.open("/office/cycles/new")
        coordinator.fill(
            title_kk="Серуен кезеңі",
            title_ru="Цикл прогулки",
            title_en="Walk",
            year=str(walk.begins.year),
            slug=SLUG,
            allotted_tenge="10 000 000",
            cost_cap_tenge="6 000 000",
            votes_per_resident="2",
            rule="skip",
            minimum_votes="0",
            minimum_age="18",
            projects_per_author="1",
            methods="sms",
            directions="lighting",
            key_holder="trustees",
            objection_days="0",
            opening="commission",
        )
        _fill_calendar(walk, coordinator)
        coordinator.press()
        assert f"/office/cycles/{SLUG}" in coordinator.page.url, coordinator.page.locator("main").inner_text()
        coordinator.open(f"/office/cycles/{SLUG}/publish")
        coordinator.press()


def _fill_calendar(walk: Walk, coordinator: Walker) -> None:
    starts_at = walk.begins
    for phase in Phase:
        coordinator.fill(**{f"{phase}_starts_at": _local(starts_at)})
        if phase in LENGTH_DAYS:
            starts_at += LENGTH_DAYS[phase] * DAY
            coordinator.fill(**{f"{phase}_ends_at": _local(starts_at)})


def submit_project(walk: Walk, author: Account, title: str, cost: str, photo: bytes | None = None) -> None:
    """A resident submits a project and finds it on the own page."""
    with walk.browser_of() as resident:
        resident.sign_in_resident(author)
        resident.open(f"/cycles/{SLUG}/submit")
        resident.fill(title=title, description=f"{title}. " * 4, estimate_tenge=cost, direction="lighting")
        resident.page.locator("select[name='area'] option").nth(1).evaluate("o => o.selected = true")
        resident.fill(**{"addresses-0-street": "Жеңіс", "addresses-0-house": "7/1"})
        if photo is not None:
            resident.page.locator("[name='photo']").set_input_files(
                {"name": "yard.jpg", "mimeType": "image/jpeg", "buffer": photo}
            )
        resident.press()
        resident.open("/my")
        assert title in resident.page.locator("main").inner_text()


def screen_all(walk: Walk) -> None:
    """A council member admits everything that waits."""
    with walk.browser_of() as member:
        member.sign_in_staff(COUNCIL)
        member.open(f"/council?cycle={SLUG}")
        while (link := member.page.locator("main a[href*='/council/projects/']")).count():
            member.page.goto(link.first.get_attribute("href") or "")
            member.look()
            member.fill(meets_competence="yes", meets_regulation="yes", outcome="admitted")
            member.press()
            member.open(f"/council?cycle={SLUG}")


def freeze(walk: Walk) -> None:
    """The coordinator names the trustees and freezes settings and ballot list; the trustees rehearse the opening."""
    with walk.browser_of() as coordinator:
        coordinator.sign_in_staff(COORDINATOR)
        coordinator.open(f"/office/cycles/{SLUG}/trustees")
        for place, name in enumerate(("Айгүл", "Берік", "Вера"), start=1):
            coordinator.fill(**{f"name_{place}": name, f"organisation_{place}": f"Ұйым {place}"})
        coordinator.press()
        coordinator.open(f"/office/cycles/{SLUG}/freeze")
        coordinator.press()
        links = coordinator.page.locator(".pb-link").all_inner_texts()
        walk.shares = {f"share_{place}": _take_share(walk, link) for place, link in enumerate(links, start=1)}
        assert len(walk.shares) == 3
        coordinator.open(f"/office/cycles/{SLUG}/trustees/rehearsal")
        coordinator.fill(**walk.shares)
        coordinator.press()


def _take_share(walk: Walk, link: str) -> str:
    """A trustee opens the link and writes the words down."""
    with walk.browser_of() as trustee:
        trustee.page.goto(link)
        trustee.look()
        trustee.press()
        return " ".join(trustee.page.locator(".pb-codes li").all_inner_texts())


def vote(walk: Walk, voter: Account, *, first: int) -> str:
    """A resident casts one ballot for the project with number `first` in the list; the receipt."""
    with walk.browser_of() as resident:
        resident.sign_in_resident(voter)
        resident.open(f"/cycles/{SLUG}/ballot")
        boxes = resident.page.locator("[name='choices']:not([value='none'])")
        titles = resident.page.locator("li:has([name='choices']:not([value='none'])) label")
        order = sorted(range(boxes.count()), key=lambda at: titles.nth(at).inner_text())
        boxes.nth(order[first]).check()
        resident.press(".pb-ballot__bar button")
        receipt = resident.page.locator("#receipt-code").inner_text()
        resident.open(f"/cycles/{SLUG}/ballot")
        assert resident.page.locator("#receipt-code").inner_text() == receipt
        return receipt


def count_and_publish(walk: Walk) -> None:
    """The coordinator separates, two trustees open and count, and the results are published."""
    with walk.browser_of() as coordinator:
        coordinator.sign_in_staff(COORDINATOR)
        coordinator.open(f"/office/cycles/{SLUG}/count")
        coordinator.press()  # the link is deleted; then two trustees open
        coordinator.fill(share_1=walk.shares["share_1"], share_3=walk.shares["share_3"])
        coordinator.press()
        coordinator.open(f"/office/cycles/{SLUG}/publish-results")
        coordinator.press()


def set_works(walk: Walk, status: str) -> None:
    """The coordinator says where the works of the first winner stand."""
    with walk.browser_of() as coordinator:
        coordinator.sign_in_staff(COORDINATOR)
        coordinator.open(f"/office/cycles/{SLUG}/works")
        href = coordinator.page.locator("main a[href*='/works/']").first.get_attribute("href")
        coordinator.page.goto(href or "")
        coordinator.look()
        coordinator.fill(status=status)
        coordinator.press()


def _local(moment: datetime) -> str:
    return moment.astimezone(ALMATY).strftime("%Y-%m-%dT%H:%M")
