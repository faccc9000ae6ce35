"""One cycle as people walk it in Chromium: each step opens pages, fills forms and presses the one gold button."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import select

from budget import cycles
from models.enums import Phase, ProjectState, SessionKind
from models.project import Project
from seeds.council import SEATS
from seeds.people import COORDINATOR, COUNCIL, Account
from tests.e2e import council_steps as council
from tests.e2e.walker import DAY, LENGTH_DAYS, Walk, Walker
from tests.harness.council import admission, screen

ALMATY = ZoneInfo("Asia/Almaty")
SLUG = "walk"


def create_cycle(walk: Walk, **settings: str) -> None:
    """The coordinator makes a draft, sees nothing missing, publishes it. `settings` are more fields of the form."""
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
            reviewers_per_project="1",
            opening="commission",
        )
        coordinator.fill(**settings)
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
    """A council of three takes everything that waits to the vote: composition, interests, check, reviews, session."""
    with walk.browser_of() as coordinator, walk.browser_of() as first, walk.browser_of() as second:
        colleagues = council.accounts(walk, 2)
        coordinator.sign_in_staff(COORDINATOR)
        council.compose(coordinator, SLUG, zip([COUNCIL, *colleagues], SEATS[2:5], strict=True))
        first.sign_in_staff(COUNCIL)
        second.sign_in_staff(colleagues[0])
        for member in (first, second):
            council.declare(member, SLUG)
        council.pass_checks(coordinator, SLUG)
        assert sum(council.review_all(member, SLUG) for member in (first, second)) == 2
        _hold(coordinator, (first, second), SessionKind.SCREENING)


def confirm(walk: Walk) -> None:
    """The council confirms the winners as they were counted."""
    with walk.browser_of() as coordinator, walk.browser_of() as first, walk.browser_of() as second:
        coordinator.sign_in_staff(COORDINATOR)
        first.sign_in_staff(COUNCIL)
        second.sign_in_staff(council.accounts(walk, 1)[0])
        _hold(coordinator, (first, second), SessionKind.DECISION)


def _hold(coordinator: Walker, present: Sequence[Walker], kind: SessionKind) -> None:
    path = council.plan_session(coordinator, SLUG, kind)
    council.open_session(coordinator, path, absent=SEATS[4].name)
    for member in present:
        council.vote(member, path)
    council.end_session(coordinator, path)
    for member in present:
        assert council.sign(member) == 1


def screened(walk: Walk) -> None:
    """The same for walks that are about something else: the domain's functions decide, nobody opens a page."""
    with walk.database().writing() as session:
        cycle = cycles.by_slug(session, SLUG)
        waiting = select(Project.public_id).where(
            Project.cycle_id == cycle.id, Project.state == ProjectState.SUBMITTED
        )
        outcomes = dict.fromkeys(session.exec(waiting).all(), admission())
        screen(session, cycle, outcomes, now=walk.now())


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


def votes(visitor: Walker) -> dict[str, str]:
    """The votes of each project by its title, on the page of the result."""
    rows = visitor.page.locator("table.pb-results tbody tr:has(a)").all()
    return {
        row.locator("a").inner_text(): row.locator(".pb-results__votes span").inner_text() for row in rows
    }


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
