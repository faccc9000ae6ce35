"""The council's page on the coordinator's desk, and its composition: appointed, published, replaced, ended, taken back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from budget.council import formal, members, reviews
from models.council import CouncilMember
from models.database import Database
from models.enums import ConflictKind, MemberKind
from tests.harness import council
from tests.harness.application import Clock
from tests.harness.client import PageClient
from tests.harness.council_desk import PAGE, Desk, make_desk
from tests.harness.pages import text_of
from tests.harness.queries import counted

HUB = f"{PAGE}/council"
WHO = {
    "kind": "resident",
    "name_kk": "Ахметова Гүлнар",
    "name_ru": "Ахметова Гульнар",
    "organisation_kk": "Үй кеңесі",
    "organisation_ru": "Совет дома",
    "appointed_by": "15.01.2027 № 12 бұйрық",
    "from_on": "2027-03-01",
}


@pytest.fixture
def app(make_app: Callable[..., Flask], database_url: str) -> Flask:
    return make_app(database_url)


@pytest.fixture
def world(desk: PageClient, app_database: Database, now: datetime) -> Desk:
    """A published council of five and three projects."""
    return make_desk(app_database, now)


@pytest.fixture
def bare(desk: PageClient, app_database: Database, now: datetime) -> Desk:
    """Three projects and nobody to judge them."""
    return make_desk(app_database, now, size=0)


def account(world: Desk) -> str:
    """Somebody to appoint, as the form names them."""
    return str(world.do(lambda session, _: council.make_account(session)).id)


def appoint(desk: PageClient, world: Desk, **values: Any) -> Any:
    filled = {**WHO, "staff": account(world), **values}
    return desk.submit(desk.get(f"{HUB}/appoint"), filled, status=303)


# --- composition ---------------------------------------------------------------------------------


def test_a_council_is_appointed_and_published_from_its_page(desk: PageClient, bare: Desk) -> None:
    page = desk.get(HUB)
    assert "Nobody is appointed yet" in page.visible
    assert f"{HUB}/appoint" in page.links
    for kind, chair in (("resident", "y"), ("public_organisation", None), ("akimat", None)):
        appoint(desk, bare, kind=kind, is_chair=chair)
    account(bare)
    told = desk.get(f"{HUB}/appoint")
    assert told.find("input", id="appointed_by").get("value") == WHO["appointed_by"]
    page = desk.get(HUB)
    assert "The composition keeps the rule." in page.visible
    ask = desk.get(f"{HUB}/publish")
    assert "3 members:" in ask.visible
    answer = desk.submit(ask, button="Publish the composition", follow_redirects=True)
    assert "The composition is published." in answer.visible
    assert bare.cycle().council_published_at == bare.now
    assert bare.acts()[-4:] == ["council.appoint"] * 3 + ["council.publish"]
    again = desk.submit(ask, button="Publish the composition", follow_redirects=True)
    assert again.request.path == HUB
    assert bare.acts().count("council.publish") == 1
    assert "was published" in desk.get(f"{HUB}/publish").visible


def test_the_rule_stands_before_the_publication(desk: PageClient, bare: Desk) -> None:
    appoint(desk, bare, kind="akimat")
    page = desk.get(HUB)
    assert "at least 3 members" in page.visible
    assert "Say which member is the chair." in page.visible
    assert "the akimat may have 0 members at most" in page.visible
    refused = desk.get(f"{HUB}/publish")
    assert not refused.main.findall(".//form")
    account(bare)
    token = desk.get(f"{HUB}/appoint").find("input", id="csrf_token").get("value")
    answer = desk.post(f"{HUB}/publish", data={"csrf_token": token}, status=422)
    assert list(answer.errors) == [""]
    assert bare.cycle().council_published_at is None


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"staff": None, "kind": None}, ["staff", "kind"]),
        ({"name_kk": None, "name_ru": ""}, ["name_kk", "name_ru"]),
        ({"appointed_by": "", "from_on": ""}, ["appointed_by", "from_on"]),
        ({"name_kk": "ә" * 161}, ["name_kk"]),
    ],
)
def test_what_an_appointment_lacks_is_said_beside_its_field(
    desk: PageClient, bare: Desk, changes: dict[str, Any], fields: list[str]
) -> None:
    filled = {**WHO, "staff": account(bare), **changes}
    answer = desk.submit(desk.get(f"{HUB}/appoint"), filled, status=422)
    assert list(answer.errors) == fields
    assert answer.find("input", id="organisation_kk").get("value") == WHO["organisation_kk"]
    assert bare.memberships() == []


def test_an_account_is_in_the_council_once(desk: PageClient, bare: Desk) -> None:
    appoint(desk, bare)
    taken = str(bare.memberships()[0].staff_id)
    account(bare)
    page = desk.get(f"{HUB}/appoint")
    assert taken not in [option.get("value") for option in page.find("select", id="staff")]
    answer = desk.submit(page, WHO, extra={"staff": taken}, status=422)
    assert list(answer.errors) == ["staff"]


def test_somebody_quicker_took_the_account(desk: PageClient, bare: Desk) -> None:
    """The list was right when the page was made; the domain has the last word, beside the same field."""
    account(bare)
    staff = account(bare)
    form = desk.get(f"{HUB}/appoint")
    who = council.appointment(council.Actor(council.Role.COUNCIL, int(staff)), 1)
    bare.do(
        lambda session, cycle: members.appoint(session, council.COORDINATOR, cycle.slug, who, now=bare.now)
    )
    answer = desk.submit(form, {**WHO, "staff": staff}, status=422)
    assert list(answer.errors) == ["staff"]
    assert answer.find("input", id="name_kk").get("value") == WHO["name_kk"]


def test_without_a_free_account_the_page_says_whom_to_invite(desk: PageClient, world: Desk) -> None:
    page = desk.get(f"{HUB}/appoint")
    assert "Invite somebody first" in page.visible
    assert "/en/office/staff/invite" in page.links
    assert not page.main.findall(".//form")


def test_a_published_council_keeps_the_rule_after_every_change(desk: PageClient, world: Desk) -> None:
    """Two of five are the akimat's already: with two more it would have more than half."""
    for _ in range(2):
        account(world)
    appoint(desk, world, kind="akimat")
    staff = account(world)
    page = desk.submit(desk.get(f"{HUB}/appoint"), {**WHO, "staff": staff, "kind": "akimat"}, status=422)
    assert list(page.errors) == ["kind"]
    page = desk.submit(desk.get(f"{HUB}/appoint"), {**WHO, "staff": staff, "is_chair": "y"}, status=422)
    assert list(page.errors) == ["is_chair"]
    assert page.find("input", id="name_ru").get("value") == WHO["name_ru"]


def test_a_member_is_replaced_in_one_act_with_history(desk: PageClient, world: Desk) -> None:
    chair, staff = world.members[0].row, account(world)
    page = desk.get(f"/en/office/council/{chair.public_id}/replace")
    assert [
        one.get("value") for one in page.find_all("input", name="kind") if one.get("checked") is not None
    ] == [chair.kind]
    filled = {**WHO, "staff": staff, "kind": chair.kind.value}
    refused = desk.submit(page, filled, status=422)
    assert list(refused.errors) == ["reason"]
    answer = desk.submit(page, {**filled, "reason": "Астанадан көшті"}, follow_redirects=True)
    assert "Past members" in answer.visible
    past = [text_of(cell) for cell in answer.find_all("table")[-1].findall("./tbody/tr/td")]
    assert past[1:] == ["Астанадан көшті", WHO["name_kk"]]
    old, new = world.memberships()[0], world.memberships()[-1]
    assert (old.left_reason, new.replaces_id, new.is_chair) == ("Астанадан көшті", old.id, True)
    assert world.acts()[-1] == "council.replace"
    log = desk.get("/en/office/log").visible
    assert "Replaced a member of the council" in log
    assert "Appointed by which act: 15.01.2027 № 12 бұйрық" in log
    for language in ("kk", "ru"):
        assert (
            WHO["name_kk" if language == "kk" else "name_ru"]
            in desk.get(HUB.replace("/en/", f"/{language}/")).visible
        )


def test_a_membership_ends_with_a_reason_and_not_against_the_rule(desk: PageClient, world: Desk) -> None:
    chair, second = world.members[0].row, world.members[1].row
    page = desk.get(f"/en/office/council/{second.public_id}/dismiss")
    assert list(desk.submit(page, status=422).errors) == ["reason"]
    desk.submit(page, {"reason": "Өз өтініші бойынша"}, status=303)
    assert world.memberships()[1].left_reason == "Өз өтініші бойынша"
    told = desk.submit(page, {"reason": "Тағы"}, follow_redirects=True)
    assert world.memberships()[1].left_reason == "Өз өтініші бойынша"
    assert told.request.path == HUB
    page = desk.submit(
        desk.get(f"/en/office/council/{chair.public_id}/dismiss"), {"reason": "Кетті"}, status=422
    )
    assert "Say which member is the chair." in page.visible
    assert "Кетті" in page.get_data(as_text=True)
    assert world.memberships()[0].left_at is None


def test_an_appointment_is_taken_back_until_the_publication(desk: PageClient, bare: Desk) -> None:
    appoint(desk, bare)
    (row,) = bare.memberships()
    link = f"/en/office/council/{row.public_id}/take-back"
    assert link in desk.get(HUB).links
    desk.submit(desk.get(link), status=303)
    assert bare.memberships() == []
    desk.get(link, status=404)


def test_after_the_publication_nobody_is_taken_back(desk: PageClient, world: Desk) -> None:
    link = f"/en/office/council/{world.members[0].row.public_id}/take-back"
    assert link not in desk.get(HUB).links
    answer = desk.submit(desk.get(link), follow_redirects=True)
    assert answer.request.path == HUB
    assert len(world.memberships()) == 5


def test_unknown_members_and_councils_of_the_archive_are_not_there(desk: PageClient, world: Desk) -> None:
    for act in ("replace", "dismiss", "take-back"):
        desk.get(f"/en/office/council/0000000000/{act}", status=404)
    desk.get("/en/office/cycles/nowhere/council", status=404)


# --- where it stands -----------------------------------------------------------------------------


def band(page: Any) -> str:
    """What to do next."""
    return " ".join(page.find("section", class_="pb-now").itertext())


def test_the_page_says_what_to_do_next_from_the_first_day_to_the_session(
    desk: PageClient, world: Desk, clock: Clock
) -> None:
    assert "3 applications wait for the formal check." in band(desk.get(HUB))
    world.do(lambda s, c: formal.pass_all(s, council.COORDINATOR, c, world.projects, now=world.now))
    assert "without reviewers" in band(desk.get(HUB))
    world.do(lambda s, c: reviews.assign(s, council.COORDINATOR, c, now=world.now - timedelta(days=7)))
    assert "The members are reading." in band(desk.get(HUB))
    clock.instant += timedelta(days=1)
    with world.database.writing() as session:
        council.review_all(session, world.project(0), now=clock.instant)
    page = desk.get(HUB)
    assert "4 reviews are overdue." in band(page)
    assert len(page.find_all("span", class_="pb-tag--late")) == 4 or page.find_all(
        "li", class_="pb-road__late"
    )
    for place in (1, 2):
        with world.database.writing() as session:
            council.review_all(session, world.project(place), now=clock.instant)
    assert "3 projects are read by all their reviewers" in band(desk.get(HUB))


def test_nobody_is_given_a_project_before_the_declarations(
    desk: PageClient, app_database: Database, now: datetime
) -> None:
    world = make_desk(app_database, now, size=0)
    world.do(lambda s, c: council.make_council(s, c, now=now, declared=False))
    world.do(lambda s, c: formal.pass_all(s, council.COORDINATOR, c, world.projects, now=now))
    page = desk.get(HUB)
    assert "before the members have declared their interests" in band(page)
    assert page.visible.count("not declared yet") == 5
    assert "Nobody can be given a project" in desk.get(f"{PAGE}/assign").visible


def test_interests_and_progress_of_each_member_are_seen(desk: PageClient, world: Desk) -> None:
    first = world.members[0].actor
    interests = {world.projects[0]: ConflictKind.OWN}
    world.do(lambda s, c: members.declare(s, first, c, interests, now=world.now))
    world.do(lambda s, c: formal.pass_all(s, council.COORDINATOR, c, world.projects, now=world.now))
    world.do(lambda s, c: reviews.assign(s, council.COORDINATOR, c, now=world.now))
    for language in ("kk", "ru", "en"):
        page = desk.get(HUB.replace("/en/", f"/{language}/"))
        assert page.find("table", id="members") is not None
    assert "in 1 project" in page.visible
    assert "0 of 1" in page.visible


def test_the_page_asks_the_same_of_the_database_however_many_projects(
    desk: PageClient, app_database: Database, now: datetime
) -> None:
    make_desk(app_database, now, projects_=20, size=9)
    desk.get(HUB)
    with counted(app_database.engine) as statements:
        desk.get(HUB)
    assert len(statements) <= 9, statements


def test_the_cycle_leads_to_its_council(desk: PageClient, world: Desk) -> None:
    page = desk.get(PAGE)
    assert HUB in page.links
    assert "The council has 3 projects to decide on" in page.visible


def test_a_screening_without_a_council_is_late(desk: PageClient, bare: Desk) -> None:
    page = desk.get(PAGE)
    assert page.find_all("p", class_="pb-now__late")
    assert HUB in page.links


def test_a_member_of_a_day_to_come_is_marked(desk: PageClient, bare: Desk) -> None:
    appoint(desk, bare, from_on="2027-03-20")
    assert "from 20\u00a0March 2027" in desk.get(HUB).visible
    (row,) = bare.rows(CouncilMember)
    assert row.kind is MemberKind.RESIDENT
