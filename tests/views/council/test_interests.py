"""Declaring interests: none or some, found by words, never lost, added to later; what is declared stays."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from budget import projects
from budget.reading import council_interests
from models.council import Conflict, CouncilMember
from models.cycle import Cycle
from models.database import Database
from models.enums import ConflictKind
from models.project import Project
from tests.harness import council
from tests.harness.client import PageClient
from tests.harness.member_pages import Sitting
from tests.harness.pages import PageResponse, text_of
from tests.harness.projects import make_cycle, make_resident, proposal, sign_in

Sit = Callable[..., Sitting]


def address(world: Sitting, lang: str = "en") -> str:
    return f"/{lang}/council/{world.cycle.slug}/interests"


def mark(project: Project, kind: str = "own") -> dict[str, str]:
    return {f"kind-{project.public_id}": kind}


def offered(page: PageResponse) -> list[str]:
    """Public ids of the projects with a choice beside them, marked ones first."""
    return [e.get("name", "").removeprefix("kind-") for e in page.find_all("select")]


def declared(database: Database, world: Sitting) -> dict[str, ConflictKind]:
    with database.reading() as session:
        rows = session.exec(
            select(Project.public_id, Conflict.kind)
            .join(Project, Project.id == Conflict.project_id)  # type: ignore[arg-type]
            .where(Conflict.member_id == world.me.row.id)
        )
        return dict(rows.all())


def is_declared(database: Database, world: Sitting) -> bool:
    with database.reading() as session:
        return session.get_one(CouncilMember, world.me.row.id).declared_at is not None


@pytest.fixture
def world(sit: Sit) -> Sitting:
    """A council that has not declared yet."""
    return sit(declared=False, assigned=False)


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_every_project_of_the_cycle_may_be_marked(client: PageClient, world: Sitting, lang: str) -> None:
    page = client.get(address(world, lang))
    assert offered(page) == [one.public_id for one in world.projects]
    assert len(page.find_all("input", name="answer")) == 2
    assert "Есенберлин к-сі, 38" in page.visible
    labels = [text_of(e) for e in page.find_all("option")[:4]]
    assert len(set(labels)) == 4


def test_having_none_is_said_explicitly_and_opens_the_queue(
    client: PageClient, world: Sitting, app_database: Database
) -> None:
    done = client.submit(
        client.get(address(world)), {"answer": "none"}, button="Declare this", follow_redirects=True
    )
    assert done.request.path == "/en/council"
    assert "Kept: you have no interest in any project of this cycle." in done.visible
    assert is_declared(app_database, world)
    assert declared(app_database, world) == {}


def test_what_is_marked_is_declared(client: PageClient, world: Sitting, app_database: Database) -> None:
    first, second, _ = world.projects
    marks = {**mark(first), **mark(second, "employer")}
    done = client.submit(
        client.get(address(world)), {"answer": "some", **marks}, button="Declare this", follow_redirects=True
    )
    assert "Kept: you stand aside from 2 projects." in done.visible
    assert declared(app_database, world) == {
        first.public_id: ConflictKind.OWN,
        second.public_id: ConflictKind.EMPLOYER,
    }


@pytest.mark.parametrize(
    ("answer", "marked", "message"),
    [
        (None, True, "Say whether you have an interest in any project."),
        (None, False, "Say whether you have an interest in any project."),
        ("none", True, "You marked projects below."),
        ("some", False, "Mark at least one project"),
    ],
)
def test_a_contradiction_is_told_beside_the_answer_and_the_marks_stay(
    client: PageClient,
    world: Sitting,
    app_database: Database,
    answer: str | None,
    marked: bool,
    message: str,
) -> None:
    marks = mark(world.projects[1]) if marked else {}
    refused = client.submit(
        client.get(address(world)), {"answer": answer, **marks}, button="Declare this", status=422
    )
    assert list(refused.errors) == ["answer"]
    assert message in refused.errors["answer"]
    assert not is_declared(app_database, world)
    if marked:
        assert offered(refused)[0] == world.projects[1].public_id
        chosen = [e.get("value") for e in refused.find_all("option", selected="")]
        assert chosen == ["own"]


def test_a_project_is_found_by_words_and_by_number_and_marks_stay_in_sight(
    client: PageClient, sit: Sit, app_database: Database
) -> None:
    world = sit(declared=False, assigned=False, count=3)
    with app_database.writing() as session:
        fourth = projects.submit(
            session, make_resident(session), session.get_one(Cycle, world.cycle.id), proposal(title="Пандус"), None, now=world.now
        )  # fmt: skip
    marks = mark(world.projects[0], "relative")
    found = client.submit(
        client.get(address(world)), {**marks, "answer": "some", "words": "пандус"}, button="Find"
    )
    assert offered(found) == [world.projects[0].public_id, fourth.public_id]
    by_number = client.submit(found, {"words": "2"}, button="Find")
    assert world.projects[1].public_id in offered(by_number)
    nothing = client.submit(by_number, {"words": "жоқ нәрсе"}, button="Find")
    assert "No project has these words." in nothing.visible
    everything = client.submit(nothing, button="Show all projects")
    assert len(offered(everything)) == 4
    assert everything.find("input", name="words").get("value") == ""
    client.submit(everything, button="Declare this", status=303)
    assert declared(app_database, world) == {world.projects[0].public_id: ConflictKind.RELATIVE}


def test_a_long_list_has_pages_and_the_marks_go_along(
    client: PageClient, sit: Sit, app_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(council_interests, "PER_PAGE", 2)
    world = sit(declared=False, assigned=False, count=5)
    ids = [one.public_id for one in world.projects]
    first = client.get(address(world))
    assert offered(first) == ids[:2]
    second = client.submit(first, mark(world.projects[0]), button="Page 2")
    assert offered(second) == [ids[0], *ids[3:]]
    last = client.submit(second, {**mark(world.projects[4]), "answer": "some"}, button="Declare this")
    assert last.status_code == 303
    assert set(declared(app_database, world)) == {ids[0], ids[4]}


def test_more_may_be_declared_later_and_what_is_declared_stays_with_its_time(
    client: PageClient, sit: Sit, app_database: Database, clock: Any
) -> None:
    world = sit()
    page = client.get(address(world))
    assert "you declared that you have no interest" in page.visible
    assert page.find_all("input", name="answer") == []
    clock.instant = world.now + timedelta(days=1)
    client.submit(page, mark(world.projects[1]), button="Declare this", status=303)
    clock.instant = world.now + timedelta(days=2)
    after = client.get(address(world))
    assert "2\u00a0March 2027, 14:00" in text_of(after.find("table"))
    assert "My own project" in text_of(after.find("table"))
    assert world.projects[1].public_id not in offered(after)
    tampered = client.submit(
        after, mark(world.projects[0], "relative"), extra=mark(world.projects[1], "employer"), button="Declare this"
    )  # fmt: skip
    assert tampered.status_code == 303
    assert declared(app_database, world) == {
        world.projects[1].public_id: ConflictKind.OWN,
        world.projects[0].public_id: ConflictKind.RELATIVE,
    }


def test_adding_nothing_is_no_declaration(client: PageClient, sit: Sit, app_database: Database) -> None:
    world = sit()
    refused = client.submit(client.get(address(world)), button="Declare this", status=422)
    assert "Mark at least one project" in refused.errors["words"]
    assert declared(app_database, world) == {}


def test_a_project_that_came_after_the_declaration_is_marked_as_such(
    client: PageClient, sit: Sit, app_database: Database, clock: Any
) -> None:
    world = sit()
    clock.instant = world.now + timedelta(days=1)
    assert "came later" not in client.get(address(world)).visible
    with app_database.writing() as session:
        projects.submit(
            session,
            make_resident(session),
            session.get_one(Cycle, world.cycle.id),
            proposal(),
            None,
            now=clock.instant,
        )
    assert "came later" in client.get(address(world)).visible


def test_foreign_and_unknown_things_are_not_found(
    client: PageClient, sit: Sit, app_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = sit(declared=False)
    with app_database.writing() as session:
        hidden = make_cycle(session, world.now, publish=False).slug
        stranger = council.make_account(session)
    for slug in ("nowhere", hidden):
        client.get(f"/en/council/{slug}/interests", status=404)
    other = sit(count=1)
    sign_in(monkeypatch, world.me.actor)
    page = client.get(address(world))
    client.submit(page, {"answer": "some"}, extra=mark(other.projects[0]), button="Declare this", status=404)
    assert not is_declared(app_database, world)
    client.get(address(other), status=403)
    sign_in(monkeypatch, stranger)
    client.get(address(world), status=403)
