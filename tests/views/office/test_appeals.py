"""Appeals on the coordinator's desk: urgency, text, the rejection, the hearing, and who may decide."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask

from budget.council import appeals, members
from models.database import Database
from models.enums import CaseOutcome, ConflictKind, Criterion, Language
from models.screening import Appeal
from tests.harness import council
from tests.harness.application import Clock
from tests.harness.client import PageClient
from tests.harness.council_desk import PAGE, Desk, make_desk
from tests.harness.office import typed
from tests.harness.pages import text_of
from tests.harness.queries import counted

APPEALS = f"{PAGE}/appeals"
TEXT = "Жер ортақ пайдаланудағы жер.\nАнықтаманы қоса беремін."


@pytest.fixture
def app(make_app: Callable[..., Flask], database_url: str) -> Flask:
    return make_app(database_url)


@pytest.fixture
def world(desk: PageClient, app_database: Database, now: datetime) -> Desk:
    """One project admitted, one rejected by three of seven members; its author appealed two days ago."""
    world = make_desk(app_database, now, projects_=2, size=7)
    at = now - timedelta(days=4)
    with app_database.writing() as session:
        cycle, rejected = world.cycle(), world.project(1)
        motions = {
            world.projects[0]: council.admission(),
            world.projects[1]: council.rejection(rejected, Criterion.LAND),
        }
        council.screen(session, cycle, motions, now=at)
        appeals.file(
            session, world.authors[1], rejected.public_id, text=TEXT, language=Language.KK, wants_hearing=True,
            now=now - timedelta(days=2),
        )  # fmt: skip
    return world


def the_appeal(world: Desk) -> Appeal:
    (row,) = world.rows(Appeal)
    found: Appeal = row
    return found


def address(world: Desk, act: str = "", language: str = "en") -> str:
    return f"/{language}/office/appeals/{the_appeal(world).public_id}{act}"


def test_the_list_says_what_is_urgent(desk: PageClient, world: Desk, clock: Clock) -> None:
    page = desk.get(APPEALS)
    assert "1 appeal" in page.visible
    assert "wanted" in page.visible
    assert "undecided" in page.visible
    assert address(world) in page.links
    assert not page.find_all("span", class_="pb-tag--late")
    assert "1 appeal waits for an answer." in desk.get(f"{PAGE}/council").visible
    clock.instant += timedelta(days=30)
    page = desk.get(APPEALS)
    assert [text_of(one) for one in page.find_all("span", class_="pb-tag--late")] == ["overdue"]
    council_page = desk.get(f"{PAGE}/council")
    assert "1 appeal should have been decided already." in council_page.visible
    assert council_page.find_all("p", class_="pb-now__late")
    for language in ("kk", "ru"):
        desk.get(APPEALS.replace("/en/", f"/{language}/"))


def test_an_appeal_shows_its_text_and_the_rejection(desk: PageClient, world: Desk) -> None:
    page = desk.get(address(world))
    (quote,) = page.find_all("blockquote")
    assert quote.get("lang") == "kk"
    assert "Анықтаманы қоса беремін." in text_of(quote)
    assert "On public land, clause 14" in page.visible
    assert "не входит в компетенцию акимата" in page.visible
    assert "To be decided by" in page.visible
    for language in ("kk", "ru"):
        desk.get(address(world, language=language))
    desk.get("/en/office/appeals/0000000000", status=404)
    desk.get("/en/office/appeals/0000000000/heard", status=404)


def test_who_took_part_or_stands_aside_does_not_decide(desk: PageClient, world: Desk, now: datetime) -> None:
    page = desk.get(address(world))
    assert "Nobody: every member took part" in page.visible
    assert page.find_all("p", class_="pb-now__late")
    assert f"{PAGE}/council/appoint" in page.links

    def add(number: int, *, aside: bool) -> None:
        def act(session, cycle):
            actor = council.make_account(session)
            who = council.appointment(actor, number, name_kk=f"Жаңа {number}", name_ru=f"Новый {number}")
            members.appoint(session, council.COORDINATOR, cycle.slug, who, now=now)
            interests = {world.projects[1]: ConflictKind.RELATIVE} if aside else {}
            members.declare(session, actor, cycle, interests, now=now)

        world.do(act)

    add(10, aside=True)
    add(12, aside=False)
    page = desk.get(address(world, language="ru"))
    assert "Новый 12" in page.visible
    assert "Новый 10" in page.visible
    assert page.visible.index("Новый 12") < page.visible.index("Новый 10")


def test_the_author_is_invited_and_noted_as_heard(desk: PageClient, world: Desk, now: datetime) -> None:
    values = {
        "hearing_at": typed(now + timedelta(days=3)),
        "hearing_place_kk": "Әкімдік, 214-бөлме",
        "hearing_place_ru": "Акимат, кабинет 214",
    }
    page = desk.get(address(world))
    told = desk.submit(page, values, button="Invite the author", follow_redirects=True)
    assert "Invited for 4\u00a0March 2027, 14:00, Astana time:" in told.visible
    assert told.find("input", id="hearing_place_ru").get("value") == values["hearing_place_ru"]
    assert the_appeal(world).hearing_at == now + timedelta(days=3)
    assert "4\u00a0March 2027, 14:00" in desk.get(APPEALS).visible
    ask = desk.get(address(world, "/heard"))
    told = desk.submit(ask, button="The author was heard", follow_redirects=True)
    assert "The author was heard: noted 1\u00a0March 2027, 14:00." in told.visible
    assert the_appeal(world).heard_at == now
    assert world.acts()[-2:] == ["appeal.hearing", "appeal.heard"]
    again = desk.submit(ask, follow_redirects=True)
    assert again.request.path == address(world)
    assert world.acts().count("appeal.heard") == 1
    for language in ("kk", "ru"):
        desk.get(address(world, "/heard", language))
        desk.get(address(world, language=language))


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"hearing_at": "2027-02-28T10:00"}, ["hearing_at"]),
        ({"hearing_at": "2027-06-01T10:00"}, ["hearing_at"]),
        ({"hearing_at": "", "hearing_place_kk": ""}, ["hearing_at", "hearing_place_kk"]),
    ],
)
def test_a_hearing_that_can_not_be_is_refused_beside_its_field(
    desk: PageClient, world: Desk, values: dict[str, str], fields: list[str]
) -> None:
    filled = {"hearing_place_kk": "Әкімдік", "hearing_place_ru": "Акимат", **values}
    refused = desk.submit(desk.get(address(world)), filled, status=422)
    assert list(refused.errors) == fields
    assert refused.find("input", id="hearing_place_ru").get("value") == "Акимат"
    assert the_appeal(world).hearing_at is None


def test_a_decided_appeal_is_only_read(
    desk: PageClient, world: Desk, app_database: Database, now: datetime
) -> None:
    page = desk.get(address(world))
    with app_database.writing() as session:
        row = session.get_one(Appeal, the_appeal(world).id)
        row.outcome, row.decided_at = CaseOutcome.UPHELD, now
        session.add(row)
    told = desk.get(address(world))
    assert "Upheld" in told.visible
    assert not told.main.findall(".//form")
    values = {"hearing_at": typed(now + timedelta(days=3)), "hearing_place_kk": "Ә", "hearing_place_ru": "А"}
    answer = desk.submit(page, values, follow_redirects=True)
    assert answer.request.path == address(world)
    assert the_appeal(world).hearing_at is None


def test_the_project_list_leads_to_its_appeal(desk: PageClient, world: Desk) -> None:
    assert address(world) in desk.get(f"{PAGE}?state=rejected").links


def test_the_list_asks_the_same_of_the_database_however_long_it_is(
    desk: PageClient, world: Desk, app_database: Database
) -> None:
    desk.get(APPEALS)
    with counted(app_database.engine) as statements:
        desk.get(APPEALS)
    assert len(statements) <= 6, [one[:90] for one in statements]
