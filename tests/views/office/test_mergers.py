"""Similar projects: hints, the question to two authors, their answers, taking it back."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlmodel import Session

from budget import projects
from budget.addresses import Address
from budget.council import mergers
from budget.reading import council_mergers
from models.database import Database
from models.enums import Direction, ProjectState
from models.screening import Merger
from tests.harness import council
from tests.harness.client import PageClient
from tests.harness.council_desk import AGO, PAGE, Desk, make_desk
from tests.harness.pages import text_of
from tests.harness.projects import make_cycle, make_resident, proposal
from tests.harness.queries import counted

MERGERS = f"{PAGE}/mergers"
NOTES = {"note_kk": "Екі жоба бір аулада.", "note_ru": "Оба проекта в одном дворе."}

SAME: dict[str, Any] = {}
"""Nothing changed but the second project: it is the first once more."""


@pytest.fixture
def app(make_app: Callable[..., Flask], database_url: str) -> Flask:
    return make_app(database_url)


@pytest.fixture
def world(desk: PageClient, app_database: Database, now: datetime) -> Desk:
    return make_desk(app_database, now)


def propose(world: Desk, kept: int = 0, joined: int = 1) -> Merger:
    pair = (world.projects[kept], world.projects[joined])
    found: Merger = world.do(
        lambda s, _: mergers.propose(s, council.COORDINATOR, *pair, **NOTES, now=world.now)
    )
    return found


def answer(world: Desk, merger: Merger, place: int, *, agrees: bool = True) -> None:
    author = world.authors[place]
    world.do(lambda s, _: mergers.answer(s, author, merger.public_id, agrees=agrees, now=world.now))


def test_two_authors_are_asked_and_their_answers_are_seen(desk: PageClient, world: Desk) -> None:
    page = desk.get(MERGERS)
    assert "No authors are asked now." in page.visible
    hint = f"{MERGERS}/propose?kept={world.projects[0]}&joined={world.projects[1]}"
    assert hint in page.links
    form = desk.get(hint)
    chosen = [one.get("value") for one in form.find_all("option") if one.get("selected") is not None]
    assert chosen == world.projects[:2]
    told = desk.submit(form, NOTES, button="Ask both authors", follow_redirects=True)
    assert "Both authors are asked." in told.visible
    assert told.visible.count("no answer yet") == 2
    assert world.acts()[-1] == "merger.propose"
    (merger,) = world.rows(Merger)
    assert (merger.note_kk, merger.note_ru) == (NOTES["note_kk"], NOTES["note_ru"])
    answer(world, merger, 1)
    page = desk.get(MERGERS)
    assert page.visible.count("no answer yet") == 1
    assert "agrees" in page.visible
    assert hint not in page.links
    for language in ("kk", "ru"):
        desk.get(MERGERS.replace("/en/", f"/{language}/"))
        desk.get(form.request.path.replace("/en/", f"/{language}/"))


def test_the_joined_project_goes_on_as_a_part_of_the_other(desk: PageClient, world: Desk) -> None:
    merger = propose(world)
    for place in (0, 1):
        answer(world, merger, place)
    page = desk.get(MERGERS)
    assert "became one, 1\u00a0March 2027" in page.visible
    assert world.project(1).state is ProjectState.MERGED
    listed = desk.get(f"{PAGE}?state=merged")
    assert "Goes on as part of another project" in listed.visible
    assert "with № 1" in listed.visible


def test_a_no_ends_the_question(desk: PageClient, world: Desk) -> None:
    answer(world, propose(world), 0, agrees=False)
    assert "declined by an author" in desk.get(MERGERS).visible
    assert world.project(0).state is ProjectState.SUBMITTED


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"kept": "", "joined": ""}, ["kept", "joined"]),
        ({"note_kk": "", "note_ru": " "}, ["note_kk", "note_ru"]),
        (SAME, ["joined"]),
    ],
)
def test_what_a_question_lacks_is_said_beside_its_field(
    desk: PageClient, world: Desk, values: dict[str, Any], fields: list[str]
) -> None:
    joined = world.projects[int(values != SAME)]
    filled = {"kept": world.projects[0], "joined": joined, **NOTES, **values}
    refused = desk.submit(desk.get(f"{MERGERS}/propose"), filled, status=422)
    assert list(refused.errors) == fields
    if "note_ru" not in values:
        assert text_of(refused.find("textarea", id="note_ru")) == NOTES["note_ru"]
    assert world.rows(Merger) == []


def test_nobody_is_asked_twice_at_once(desk: PageClient, world: Desk) -> None:
    page = desk.get(f"{MERGERS}/propose")
    propose(world)
    filled = {"kept": world.projects[2], "joined": world.projects[1], **NOTES}
    refused = desk.submit(page, filled, status=422)
    assert list(refused.errors) == ["joined"]
    assert "asked already" in refused.errors["joined"]
    forged = desk.submit(page, filled, extra={"joined": "0000000000"}, status=422)
    assert list(forged.errors) == ["joined"]


def test_a_question_is_taken_back_after_a_confirmation(desk: PageClient, world: Desk) -> None:
    merger = propose(world)
    answer(world, merger, 0)
    link = f"/en/office/mergers/{merger.public_id}/withdraw"
    assert link in desk.get(MERGERS).links
    ask = desk.get(link)
    told = desk.submit(ask, button="Take the question back", follow_redirects=True)
    assert "The question is taken back." in told.visible
    assert world.acts()[-1] == "merger.withdraw"
    again = desk.submit(ask, follow_redirects=True)
    assert again.request.path == MERGERS
    assert world.acts().count("merger.withdraw") == 1
    desk.get("/en/office/mergers/0000000000/withdraw", status=404)
    for language in ("kk", "ru"):
        desk.get(link.replace("/en/", f"/{language}/"))


def test_the_page_asks_the_same_of_the_database_however_many_projects(
    desk: PageClient, app_database: Database, now: datetime
) -> None:
    make_desk(app_database, now, projects_=12)
    desk.get(MERGERS)
    with counted(app_database.engine) as statements:
        desk.get(MERGERS)
    assert len(statements) <= 7, [one[:90] for one in statements]


# --- hints ---------------------------------------------------------------------------------------


def test_the_same_house_or_area_and_direction_is_a_hint_and_nothing_less(
    session: Session, now: datetime
) -> None:
    cycle = make_cycle(session, now + AGO, slug="2027")
    other = make_cycle(session, now + AGO, slug="2028")
    lighting = Direction.LIGHTING

    def submit(into: Any, street: str, house: str, direction: Direction = lighting) -> int:
        wanted = proposal(addresses=(Address(street, house),), direction=direction)
        row = projects.submit(session, make_resident(session), into, wanted, None, now=now + AGO)
        return row.id or 0

    first = submit(cycle, "Абай даңғ.", "8")
    second = submit(cycle, "Абай даңғ.", "8", Direction.PLAYGROUNDS)
    third = submit(cycle, "Абай даңғ.", "8а")
    submit(cycle, "Сейфуллин к-сі", "8", Direction.LANDSCAPING)
    submit(other, "Абай даңғ.", "8")
    found = council_mergers.same_house(session, cycle.id)
    assert [(one.first, one.second, one.street_kk, one.house) for one in found] == [
        (first, second, "Абай даңғ.", "8")
    ]
    kinds = council_mergers.same_kind(session, cycle.id)
    assert [(one.direction, one.name_en, one.projects) for one in kinds] == [
        (lighting, "Area koktal-1", (first, third))
    ]


def test_a_pair_that_was_asked_is_no_hint_any_more(desk: PageClient, world: Desk) -> None:
    merger = propose(world)
    answer(world, merger, 1, agrees=False)
    with world.database.reading() as session:
        pairs = [(one.first, one.second) for one in council_mergers.same_house(session, world.cycle().id)]
    ids = [world.project(place).id for place in range(3)]
    assert pairs == [(ids[0], ids[2]), (ids[1], ids[2])]
