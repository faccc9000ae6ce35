"""The council's queue: what is left to read and how far everybody is; sessions and protocols that call for the member."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from budget import projects
from budget.council import agenda, members, returns, reviews, sessions, votes
from budget.permissions import VISITOR, Actor
from budget.reading import council_queue
from models.cycle import Cycle
from models.database import Database
from models.enums import ConflictKind, CouncilChoice, Language, Phase, ProjectPart, ProjectState, Role
from models.project import Project
from models.screening import Review
from tests.harness import council
from tests.harness.client import PageClient
from tests.harness.council import COORDINATOR
from tests.harness.member_pages import Sitting, path_of
from tests.harness.pages import PageResponse, text_of
from tests.harness.projects import make_area, make_cycle, sign_in
from tests.harness.queries import counted

Sit = Callable[..., Sitting]
REMARKS = {ProjectPart.WHOLE: "Толықтырыңыз."}


def listed(page: PageResponse, rows: list[Project]) -> list[int]:
    """The numbers of the projects in the table."""
    links = {link.get("href") for table in page.find_all("table") for link in table.iter("a")}
    return [row.number for row in rows if path_of(row, page.lang) in links]


def gold(page: PageResponse) -> list[str]:
    quiet = "govuk-button--secondary"
    return [
        e.get("href", "")
        for e in page.find_all("a", class_="govuk-button")
        if quiet not in e.get("class", "")
    ]


def conclude(world: Sitting, *indexes: int) -> None:
    with world.database.writing() as session:
        for index in indexes:
            said = council.conclusion()
            reviews.conclude(session, world.me.actor, world.projects[index].public_id, said, now=world.now)


def be_late(world: Sitting, *indexes: int) -> None:
    """The member's reviews of these are overdue."""
    with world.database.writing() as session:
        for index in indexes:
            row = reviews.of_member(session, session.get_one(Project, world.projects[index].id), world.me.row)
            assert row is not None
            row.due_at = world.now - timedelta(hours=1)
            session.add(row)


# --- the queue ------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_the_queue_shows_what_is_left_and_leads_to_the_first(client: PageClient, sit: Sit, lang: str) -> None:
    world = sit()
    page = client.get(f"/{lang}/council")
    assert listed(page, world.projects) == [1, 2, 3]
    assert gold(page) == [path_of(world.projects[0], lang)]


def test_the_most_urgent_project_is_the_one_to_read_wherever_one_looks(client: PageClient, sit: Sit) -> None:
    world = sit()
    be_late(world, 2)
    for show in ("", "?show=undecided", "?area=koktal-1"):
        assert gold(client.get(f"/en/council{show}")) == [path_of(world.projects[2])]


def test_the_numbers_come_first_and_what_is_overdue_is_red(client: PageClient, sit: Sit) -> None:
    world = sit(count=5)
    conclude(world, 0, 1)
    be_late(world, 3)
    with world.database.writing() as session:
        returns.send_back(
            session,
            world.others[0].actor,
            world.projects[4].public_id,
            REMARKS,
            language=Language.KK,
            now=world.now,
        )
    page = client.get("/en/council")
    assert "2 of your 4 projects are left." in page.visible
    assert [text_of(e) for e in page.find_all("strong", class_="pb-late")] == ["1 is overdue."]
    figures = [text_of(e) for e in page.find("dl", class_="pb-figures")]
    assert figures == [
        "projects are decided0 / 5",
        "conclusions on the undecided are written2 / 12",
        "projects are with their authors1",
        "projects have an overdue conclusion1",
    ]
    assert "until 9\u00a0March" in text_of(page.find("table"))


@pytest.mark.parametrize(
    ("show", "numbers"),
    [
        ("", [2, 3]),
        ("mine", [2, 3]),
        ("undecided", [1, 2, 3]),
        ("overdue", [2]),
        ("returned", [4]),
        ("decided", [5]),
        ("?", [2, 3]),
    ],
)
def test_the_queue_is_narrowed_by_the_address(
    client: PageClient, sit: Sit, show: str, numbers: list[int]
) -> None:
    world = sit(count=5)
    conclude(world, 0)
    be_late(world, 1)
    with world.database.writing() as session:
        fourth = world.projects[3].public_id
        returns.send_back(session, world.me.actor, fourth, REMARKS, language=Language.KK, now=world.now)
        fifth = session.get_one(Project, world.projects[4].id)
        council.review_all(session, fifth, now=world.now)
        world.finish(session, world.held(session, {4: council.admission()}), publish=True)
    page = client.get(f"/en/council?show={show}&page=7")
    assert listed(page, world.projects) == numbers


@pytest.mark.parametrize("show", ["mine", "undecided", "overdue", "returned", "decided"])
def test_a_part_with_nothing_in_it_says_so(client: PageClient, sit: Sit, show: str) -> None:
    sit(count=0)
    page = client.get(f"/en/council?show={show}")
    page.find("div", class_="pb-empty")
    assert page.find_all("table") == []


def test_the_queue_is_narrowed_to_an_area_and_says_when_nothing_is_there(
    client: PageClient, sit: Sit, app_database: Database
) -> None:
    world = sit()
    with app_database.writing() as session:
        make_area(session, "agrogorodok")
    page = client.get("/en/council?show=undecided")
    empty = client.submit(page, {"area": "agrogorodok"})
    assert "Nothing here in this residential area." in empty.visible
    assert empty.find("input", name="show").get("value") == "undecided"
    assert listed(client.submit(empty, {"area": "koktal-1"}), world.projects) == [1, 2, 3]


def test_a_long_queue_has_pages_and_one_too_far_is_the_last(
    client: PageClient, sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(council_queue, "PER_PAGE", 2)
    world = sit(count=5)
    assert listed(client.get("/en/council?page=2"), world.projects) == [3, 4]
    last = client.get("/en/council?show=undecided&page=99")
    assert listed(last, world.projects) == [5]
    assert (
        last.find(
            "a", aria_current="page", href="/en/council?cycle=" + world.cycle.slug + "&show=undecided&page=3"
        )
        is not None
    )


def test_after_the_last_conclusion_nothing_of_ones_own_is_left(client: PageClient, sit: Sit) -> None:
    world = sit()
    conclude(world, 0, 1, 2)
    page = client.get("/en/council")
    assert "Nothing of yours is left to review." in page.visible
    assert gold(page) == []


def test_a_project_one_stands_aside_from_is_marked_and_never_the_one_to_read(
    client: PageClient, sit: Sit
) -> None:
    world = sit(assigned=False)
    with world.database.writing() as session:
        interest = {world.projects[0].public_id: ConflictKind.RELATIVE}
        members.declare(session, world.me.actor, world.cycle, interest, now=world.now)
        council.pass_check(session, world.cycle, *world.projects, now=world.now)
        reviews.assign(session, COORDINATOR, session.get_one(Cycle, world.cycle.id), now=world.now)
    page = client.get("/en/council?show=undecided")
    assert "you stand aside" in page.visible
    assert gold(page) == [path_of(world.projects[1])]
    assert listed(client.get("/en/council"), world.projects) == [2, 3]


def test_several_cycles_have_a_queue_each(client: PageClient, sit: Sit, app_database: Database) -> None:
    old = sit(count=1)
    with app_database.writing() as session:
        cycle = make_cycle(session, old.now)
        who = council.appointment(old.me.actor, is_chair=True)
        member = members.appoint(session, COORDINATOR, cycle.slug, who, now=old.now)
        member.declared_at = old.now
    page = client.get("/en/council")
    assert listed(page, old.projects) == []
    other = f"/en/council?cycle={old.cycle.slug}"
    assert other in page.links
    assert listed(client.get(other), old.projects) == [1]


# --- before and without a queue --------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_before_interests_are_declared_the_page_leads_to_the_declaration(
    client: PageClient, sit: Sit, lang: str
) -> None:
    world = sit(declared=False, assigned=False)
    page = client.get(f"/{lang}/council")
    assert gold(page) == [f"/{lang}/council/{world.cycle.slug}/interests"]
    assert page.find_all("table") == []
    assert world.projects[0].title_kk not in page.visible


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_who_sits_in_no_council_is_told_so(
    client: PageClient, sit: Sit, monkeypatch: pytest.MonkeyPatch, app_database: Database, lang: str
) -> None:
    world = sit()
    with app_database.writing() as session:
        stranger = council.make_account(session)
    sign_in(monkeypatch, stranger)
    page = client.get(f"/{lang}/council")
    assert listed(page, world.projects) == []
    assert f"/{lang}/council/protocols" in page.links


def test_whose_membership_has_ended_sees_no_queue(client: PageClient, sit: Sit) -> None:
    world = sit(size=4)
    with world.database.writing() as session:
        council_chair = session.get_one(type(world.me.row), world.others[0].row.id)
        council_chair.is_chair = True
        session.add(council_chair)
        session.flush()
        members.dismiss(session, COORDINATOR, world.me.row.public_id, reason="Ауысты.", now=world.now)
    assert "You are not in the council of any cycle now." in client.get("/en/council").visible


def test_when_no_cycle_is_screened_the_page_says_so(client: PageClient, sit: Sit) -> None:
    sit(count=0, phase=Phase.ANNOUNCEMENT)
    assert "No projects are screened now." in client.get("/en/council").visible


def test_only_the_council_reads_the_queue(
    client: PageClient, sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = sit()
    paths = ["/kk/council", f"/kk/council/{world.cycle.slug}/interests", path_of(world.projects[0], "kk")]
    for path in [*paths, f"{paths[2]}/send-back"]:
        sign_in(monkeypatch, VISITOR)
        assert "/kk/staff/sign-in?next=" in client.get(path, status=303).location
        for role in (Role.RESIDENT, Role.COORDINATOR, Role.OPERATOR, Role.OBSERVER):
            sign_in(monkeypatch, Actor(role, 1))
            client.get(path, status=403)


# --- sessions and protocols -------------------------------------------------------------------------


def test_an_open_vote_comes_before_everything_until_it_is_cast(client: PageClient, sit: Sit) -> None:
    world = sit(reviewed=True)
    with world.database.writing() as session:
        row, items = world.opened(session, 2)
    page = client.get("/en/council")
    assert gold(page) == [f"/en/council/sessions/{row.public_id}"]
    assert "2 votes of yours are awaited." in page.visible
    with world.database.writing() as session:
        for item in items:
            votes.cast(session, world.me.actor, item.public_id, CouncilChoice.FOR, now=world.now)
    after = client.get("/en/council")
    assert gold(after) == []
    assert f"/en/council/sessions/{row.public_id}" in after.links
    assert "awaited" not in after.visible


def test_an_open_vote_on_a_project_one_stands_aside_from_calls_nobody(client: PageClient, sit: Sit) -> None:
    world = sit(reviewed=True)
    with world.database.writing() as session:
        world.opened(session, 1)
        interest = {world.projects[0].public_id: ConflictKind.OWN}
        members.declare(session, world.me.actor, world.cycle, interest, now=world.now)
    assert gold(client.get("/en/council")) == []


def test_a_session_is_listed_from_its_announcement_to_its_end(client: PageClient, sit: Sit) -> None:
    world = sit(reviewed=True)
    with world.database.writing() as session:
        row = council.plan_session(session, world.cycle, now=world.now)
        agenda.fill(session, COORDINATOR, row.public_id, now=world.now)
    address = f"/en/council/sessions/{row.public_id}"
    assert address not in client.get("/en/council").links
    with world.database.writing() as session:
        sessions.announce(session, COORDINATOR, row.public_id, now=world.now)
    page = client.get("/en/council")
    assert address in page.links
    assert "1\u00a0March 2027, 15:00, Astana time" in page.visible
    with world.database.writing() as session:
        sessions.begin(session, COORDINATOR, row.public_id, [], now=world.now)
        sessions.close(session, COORDINATOR, row.public_id, now=world.now)
    assert address not in client.get("/en/council").links


def test_sessions_and_protocols_call_for_a_member_when_nothing_is_screened_too(
    client: PageClient, sit: Sit, clock: Any
) -> None:
    world = sit(count=4, reviewed=True)
    with world.database.writing() as session:
        world.recorded(session)
        row = world.held(session, {1: council.admission()})
    clock.instant = world.now + timedelta(days=20)
    page = client.get("/en/council")
    assert "No projects are screened now." in page.visible
    assert "1 protocol waits for your signature" in page.visible
    assert f"/en/council/sessions/{row.public_id}" in page.links


# --- speed --------------------------------------------------------------------------------------------


def test_the_number_of_statements_does_not_grow_with_the_projects(
    raw_client: FlaskClient, sit: Sit, app_database: Database, now: datetime
) -> None:
    found: dict[str, set[int]] = {"front": set(), "rest": set()}
    for count in (10, 40, 400):
        world = sit(count=0)
        fill(app_database, world, count)
        address = f"/kk/council?cycle={world.cycle.slug}"
        raw_client.get(address)
        for name, query in (("front", ""), ("rest", "&show=undecided&area=koktal-1")):
            with counted(app_database.engine) as statements:
                assert raw_client.get(address + query).status_code == 200
            found[name].add(len(statements))
    assert all(len(numbers) == 1 for numbers in found.values()), found
    assert max(*found["front"], *found["rest"]) <= 6, found


def fill(database: Database, world: Sitting, count: int) -> None:
    """So many submitted projects, each with a review of the member, written straight into the tables."""
    with database.writing() as session:
        area = make_area(session)
        for number in range(1, count + 1):
            project = Project(
                public_id=f"{world.cycle.id:03}{number:07}", cycle_id=world.cycle.id or 0, number=number, folded="алан",
                language=Language.KK, title_kk="Алаң", area_id=area.id, state=ProjectState.SUBMITTED,
                estimate_tenge=1_000_000, submitted_at=world.now,
            )  # fmt: skip
            session.add(project)
            session.flush()
            session.add(
                Review(
                    project_id=project.id or 0, version=1, member_id=world.me.row.id or 0, assigned_at=world.now,
                    due_at=world.now + timedelta(days=3),
                )
            )  # fmt: skip


def test_a_submitted_project_that_nobody_has_to_review_is_in_no_members_part(
    client: PageClient, sit: Sit
) -> None:
    world = sit(assigned=False)
    page = client.get("/en/council")
    assert "No project is assigned to you yet." in page.visible
    assert listed(page, world.projects) == []
    assert "not yours" in client.get("/en/council?show=undecided").visible
    with world.database.writing() as session:
        projects.withdraw(
            session, world.author(world.projects[0]), world.projects[0].public_id, now=world.now
        )
    assert listed(client.get("/en/council?show=undecided"), world.projects) == [2, 3]
