"""The council's page: who is in it, when it meets, what it did; nothing before its day, what is late in red."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlmodel import Session

from budget import projects
from budget.council import appeals, members, sessions
from budget.council.sessions import Plan
from budget.permissions import Actor
from models.database import Database
from models.enums import Language, MemberKind, Origin, Phase, Role
from seeds import saryarka
from tests.harness import council
from tests.harness.application import Clock
from tests.harness.client import PageClient
from tests.harness.council import COORDINATOR
from tests.harness.pages import text_of
from tests.harness.projects import make_cycle, make_resident, proposal, sign_in
from tests.harness.public_council import Screened, Step, correct, screened
from tests.harness.public_rows import add_cycle

LANGUAGES = ("kk", "ru", "en")


def page_of(slug: str, language: str = "en") -> str:
    return f"/{language}/cycles/{slug}/council"


def rows(page, caption: str) -> list[str]:
    """Texts of the rows of the table with this caption."""
    table = next(one for one in page.find_all("table") if caption in text_of(one.find("./caption")))
    return [" ".join(text_of(cell) for cell in row).replace("\u00a0", " ") for row in table.find("./tbody")]


@pytest.fixture
def decided(app_database: Database, now: datetime) -> Screened:
    with app_database.writing() as session:
        return screened(session, now)


def started(session: Session, now: datetime, **ways: object):
    """A published council of five in a cycle that is being screened."""
    cycle = make_cycle(session, now - timedelta(days=10), Phase.SUBMISSION)
    return cycle, council.make_council(session, cycle, now=now, **ways)


# --- before its day ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_before_the_composition_is_published_nothing_of_it_is_shown(
    client: PageClient, app_database: Database, now: datetime, language: str
) -> None:
    with app_database.writing() as session:
        cycle, _ = started(session, now, publish=False)
    page = client.get(page_of(cycle.slug, language))
    for hidden in ("Мүше", "Член 1", "№ 12 бұйрық", "33"):
        assert hidden not in page.visible
    assert page.find_all("table") == []
    if language == "en":
        assert "The composition of the council is not published yet." in page.visible


def test_the_composition_appears_the_moment_it_is_published(
    client: PageClient, app_database: Database, now: datetime
) -> None:
    with app_database.writing() as session:
        cycle, _ = started(session, now, publish=False)
    client.get(page_of(cycle.slug))
    with app_database.writing() as session:
        members.publish(session, COORDINATOR, cycle.slug, now=now)
    assert "Мүше 1" in client.get(page_of(cycle.slug)).visible


def test_a_session_that_is_only_planned_is_nowhere(
    client: PageClient, app_database: Database, now: datetime
) -> None:
    with app_database.writing() as session:
        world = screened(session, now, Step.PLANNED)
    page = client.get(page_of(world.cycle.slug))
    assert "Session 1" not in page.visible
    assert "No session is announced now." in page.visible
    assert "The council has not met yet." in page.visible


@pytest.mark.parametrize("slug", ["none", "2020", "pabulib"])
def test_archives_and_imported_elections_have_no_council(
    client: PageClient, app_database: Database, now: datetime, slug: str
) -> None:
    with app_database.writing() as session:
        saryarka.load(session, now=now)
        add_cycle(session, now, slug="pabulib", phase=Phase.ARCHIVE, origin=Origin.PABULIB)
    client.get(page_of(slug), status=404)
    if slug != "none":
        assert page_of(slug) not in client.get(f"/en/cycles/{slug}").links


def test_an_unpublished_cycle_is_seen_by_the_coordinator_alone(
    client: PageClient, app_database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app_database.writing() as session:
        cycle = add_cycle(session, now, phase=Phase.SCREENING, published=False)
    client.get(page_of(cycle.slug), status=404)
    sign_in(monkeypatch, Actor(Role.COORDINATOR, 1, "Test"))
    client.get(page_of(cycle.slug))


# --- who is in it ------------------------------------------------------------------------------------------


def test_names_stand_in_the_language_of_the_page_and_in_kazakh_for_readers_of_english(
    client: PageClient, app_database: Database, now: datetime
) -> None:
    with app_database.writing() as session:
        cycle, _ = started(session, now)
    said = {language: client.get(page_of(cycle.slug, language)) for language in LANGUAGES}
    assert "Член 1" in said["ru"].visible
    assert "Мүше 1" in said["kk"].visible
    marked = [text_of(one) for one in said["en"].find_all("span", lang="kk")]
    assert marked.count("Мүше 1") == 1
    assert said["kk"].find_all("span", lang="kk") == []


def test_each_member_has_kind_organisation_field_act_and_day(
    client: PageClient, app_database: Database, now: datetime
) -> None:
    with app_database.writing() as session:
        cycle, five = started(session, now)
        row = five[1].row
        row.organisation_kk, row.organisation_ru, row.field_kk, row.field_ru = (
            "Бірлестік",
            "Союз",
            "Құқық",
            "Право",
        )
        session.add(row)
    page = client.get(page_of(cycle.slug, "ru"))
    told = rows(page, "5")
    assert len(told) == 5
    assert any("Член 2" in row and "Союз" in row and "Право" in row for row in told)
    assert all("№ 12 бұйрық" in row and "2020" in row for row in told)
    english = rows(client.get(page_of(cycle.slug)), "5 members in office")
    assert english[0].startswith("Мүше 1 chair")
    assert "Divisions of the akimat" in next(row for row in english if "Мүше 2" in row)


def test_the_share_of_each_kind_stands_beside_the_rule(
    client: PageClient, app_database: Database, now: datetime
) -> None:
    with app_database.writing() as session:
        cycle, _ = started(session, now)
    page = client.get(page_of(cycle.slug))
    assert rows(page, "Where the members come from") == [
        "Active residents 1 20%",
        "Public organisations 2 40%",
        "Divisions of the akimat 2 40%",
    ]
    assert "at most 50% of the members may come from the akimat" in page.visible


def test_who_left_stays_with_the_reason_and_whoever_came_instead(
    client: PageClient, app_database: Database, now: datetime
) -> None:
    with app_database.writing() as session:
        cycle, five = started(session, now, size=6)
        who = council.appointment(
            council.make_account(session), 3, name_kk="Жаңа мүше", kind=MemberKind.RESIDENT
        )
        members.replace(session, COORDINATOR, five[2].row.public_id, who, reason="Көшіп кетті", now=now)
        members.dismiss(session, COORDINATOR, five[5].row.public_id, reason="Өз еркімен", now=now)
    page = client.get(page_of(cycle.slug))
    assert len(rows(page, "5 members in office")) == 5
    left = rows(page, "Memberships that ended")
    assert any("Мүше 3" in row and "Көшіп кетті" in row and "Жаңа мүше" in row for row in left)
    assert any("Мүше 6" in row and "Өз еркімен" in row and row.endswith("nobody") for row in left)


def test_who_is_appointed_for_a_later_day_is_not_counted_yet(
    client: PageClient, app_database: Database, now: datetime
) -> None:
    with app_database.writing() as session:
        cycle, _ = started(session, now)
        later = (now + timedelta(days=5)).date()
        who = council.appointment(council.make_account(session), 6, from_on=later, kind=MemberKind.RESIDENT)
        members.appoint(session, COORDINATOR, cycle.slug, who, now=now)
    page = client.get(page_of(cycle.slug))
    [row] = [row for row in rows(page, "5 members in office") if "Мүше 6" in row]
    assert "not in office yet" in row
    assert "Active residents 1 20%" in rows(page, "Where the members come from")


# --- when it meets -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("step", list(Step))
def test_every_step_of_a_session_has_its_page(
    client: PageClient, app_database: Database, now: datetime, step: Step, language: str
) -> None:
    with app_database.writing() as session:
        world = screened(session, now, step)
    client.get(page_of(world.cycle.slug, language))


def test_an_announced_session_stands_in_the_calendar_with_place_and_link(
    client: PageClient, app_database: Database, now: datetime
) -> None:
    with app_database.writing() as session:
        world = screened(session, now, Step.PLANNED)
        plan = Plan(now + timedelta(days=2), "Зал", "Зал", "https://meet.example.kz/1")
        held = world.held
        sessions.change(session, COORDINATOR, held.public_id, plan, revision=held.revision, now=now)
        sessions.announce(session, COORDINATOR, held.public_id, now=now)
    page = client.get(page_of(world.cycle.slug))
    lines = rows(page, "What the council has to do")
    assert lines[0].startswith("Screening of projects 24 February – 6 March")
    assert "3 March 2027, 14:00, Astana time" in lines[1]
    assert "Зал" in lines[1]
    assert f"{page_of(world.cycle.slug)}/sessions/1" in page.links
    assert "https://meet.example.kz/1" in page.links


def test_a_link_that_is_no_address_is_only_words(
    client: PageClient, app_database: Database, now: datetime
) -> None:
    with app_database.writing() as session:
        world = screened(session, now, Step.PLANNED)
        plan = Plan(now + timedelta(days=2), "Зал", "Зал", "javascript:alert(1)")
        held = world.held
        sessions.change(session, COORDINATOR, held.public_id, plan, revision=held.revision, now=now)
        sessions.announce(session, COORDINATOR, held.public_id, now=now)
    for address in (page_of(world.cycle.slug), f"{page_of(world.cycle.slug)}/sessions/1"):
        page = client.get(address)
        assert "javascript:alert(1)" in page.visible
        assert "javascript:alert(1)" not in page.links


def test_a_session_is_told_as_it_goes_on(client: PageClient, app_database: Database, now: datetime) -> None:
    told = {
        Step.VOTING: "under way",
        Step.CLOSED: "not published yet: all of them will be published together",
        Step.PUBLISHED: "1 admitted · 1 returned · 1 rejected · 1 nothing decided",
    }
    for step, words in told.items():
        with app_database.writing() as session:
            world = screened(session, now, step)
        [row] = rows(client.get(page_of(world.cycle.slug)), "Sessions of the council")
        assert words in row
        assert ("№ 1" in row) is (step is Step.PUBLISHED)


def test_its_protocol_stands_there_with_the_sha_256_and_the_signatures(
    client: PageClient, app_database: Database, decided: Screened, now: datetime
) -> None:
    assert decided.protocol is not None
    page = client.get(page_of(decided.cycle.slug))
    [row] = rows(page, "Sessions of the council")
    assert f"SHA-256 {decided.protocol.sha256[:12]}" in row
    assert "signed by 2 of 7" in row
    assert f"/en/protocols/{decided.protocol.public_id}" in page.links
    with app_database.writing() as session:
        correct(session, decided.protocol, now=now)
    [row] = rows(client.get(page_of(decided.cycle.slug)), "Sessions of the council")
    assert "№ 1 (corrected)" in row
    assert "№ 2 signed by 0 of 7" in row


# --- what it did -------------------------------------------------------------------------------------------


def test_the_numbers_are_of_published_decisions(client: PageClient, decided: Screened) -> None:
    page = client.get(page_of(decided.cycle.slug))
    numbers = {
        text_of(row.find("./dt")): text_of(row.find("./dd"))
        for row in page.find_all("div")
        if row.find("./dt") is not None
    }
    assert numbers["Applications received"] == "4"
    assert numbers["Decided for good"] == "2"
    assert numbers["Returned for correction"] == "1 time"
    assert numbers["admitted to the vote"] == "1"
    assert numbers["rejected, with reasons"] == "1"
    assert "Reviews overdue" not in numbers
    assert rows(page, "Rejected, by the criterion") == ["On public land 1"]
    assert "within 6 working days after they were submitted" in page.visible


def test_what_is_overdue_is_in_red(
    client: PageClient, app_database: Database, now: datetime, clock: Clock
) -> None:
    with app_database.writing() as session:
        world = screened(session, now, Step.PUBLISHED, count=5)
        appeals.file(
            session, world.authors[1], world.projects[1].public_id, text="Жоқ", language=Language.KK,
            wants_hearing=False, now=now,
        )  # fmt: skip
    page = client.get(page_of(world.cycle.slug))
    [line] = rows(page, "Appeals, those without")
    assert line.endswith("not yet")
    assert page.find_all(class_="pb-late") == []
    assert page.find_all("span", class_="pb-tag--late") == []
    clock.instant = now + timedelta(days=40)
    late = client.get(page_of(world.cycle.slug))
    [line] = rows(late, "Appeals, those without")
    assert line.endswith("the answer is overdue")
    tags = [text_of(one) for one in late.find_all("span", class_="pb-tag--late")]
    assert tags == ["the answer is overdue"] * 2  # in the calendar and in the list of appeals
    assert [text_of(one) for one in late.find_all("dd", class_="pb-late")] == ["1"]


def test_overdue_reviews_are_counted_and_not_named(
    client: PageClient, app_database: Database, now: datetime, clock: Clock
) -> None:
    with app_database.writing() as session:
        cycle = make_cycle(session, now - timedelta(days=10), Phase.SUBMISSION)
        at = now - timedelta(days=10)
        submitted = projects.submit(session, make_resident(session), cycle, proposal(), None, now=at)
        council.make_council(session, cycle, now=now)
        council.pass_check(session, cycle, submitted, now=now)
        council.reviews.assign(session, COORDINATOR, cycle, now=now)
    clock.instant = now + timedelta(days=30)
    page = client.get(page_of(cycle.slug))
    assert [text_of(one) for one in page.find_all("dd", class_="pb-late")] == ["2", "2"]
    assert "Reviews overdue" in page.visible


def test_an_answered_appeal_says_how(
    client: PageClient, app_database: Database, decided: Screened, now: datetime
) -> None:
    later = now + timedelta(hours=1)
    with app_database.writing() as session:
        second = decided.projects[1]
        appeals.file(
            session, decided.authors[1], second.public_id, text="Жоқ", language=Language.KK,
            wants_hearing=False, now=now,
        )  # fmt: skip
        who = council.appointment(council.make_account(session), 10, kind=MemberKind.RESIDENT)
        fresh = [members.appoint(session, COORDINATOR, decided.cycle.slug, who, now=now)]
        held = council.plan_session(session, decided.cycle, now=now)
        item = council.agenda.put(session, COORDINATOR, held.public_id, second.public_id, now=now)
        council.agenda.change_motion(
            session, COORDINATOR, item.public_id, council.admission(), revision=held.revision, now=now
        )
        took_part = appeals.took_part(session, second.id)
        others = [one for one in decided.council if one.row.id not in took_part]
        account = Actor(Role.COUNCIL, fresh[0].staff_id, "")
        newcomer = council.Member(fresh[0], account)
        members.declare(session, account, decided.cycle, {}, now=now)
        council.hold(session, held, [*others, newcomer], now=later)
    page = client.get(page_of(decided.cycle.slug))
    [line] = rows(page, "Appeals, those without")
    assert "Upheld" in line
    assert "1 appeal, 1 upheld." in page.visible
    assert "Rejected, by the criterion" not in page.visible


def test_nobody_has_appealed_is_said_with_the_way_to_do_it(client: PageClient, decided: Screened) -> None:
    assert "Nobody has appealed." in client.get(page_of(decided.cycle.slug)).visible


# --- who leads here ----------------------------------------------------------------------------------------


def test_the_cycle_its_rules_and_the_start_page_lead_to_it(
    client: PageClient, app: Flask, decided: Screened
) -> None:
    slug = decided.cycle.slug
    for address in ("/en/", f"/en/cycles/{slug}", f"/en/cycles/{slug}/rules"):
        assert page_of(slug) in client.get(address).links
