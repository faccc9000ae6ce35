"""What a correction changed is seen by everybody, word by word, and said in words too."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session

from budget import photos, projects
from budget.addresses import Address
from budget.council import mergers, returns
from budget.differences import Change, pieces_of
from budget.permissions import Actor
from models.cycle import Cycle
from models.database import Database
from models.enums import Direction, Language, Phase, ProjectPart
from models.project import Project
from tests.harness import council
from tests.harness.client import PageClient
from tests.harness.pages import PageResponse, text_of
from tests.harness.projects import make_area, make_cycle, make_resident, photo_file, proposal
from tests.harness.public_rows import add_cycle
from tests.harness.queries import counted

MINUTE = timedelta(minutes=1)
NEW = proposal(
    title="Есенберлин 38: балалар алаңы және жарық",
    addresses=(Address("Есенберлин к-сі", "7/1"), Address("Есенберлин к-сі", "40")),
    direction=Direction.LIGHTING,
    estimate_tenge=13_000_000,
)


@pytest.fixture
def world(app_database: Database, now: datetime) -> tuple[Cycle, Actor, Project]:
    """A project that came back to its author."""
    with app_database.writing() as session:
        cycle, author = make_cycle(session, now), make_resident(session)
        make_area(session, "agro")
        picture = photos.prepare(photo_file())
        project = projects.submit(session, author, cycle, proposal(), picture, now=now)
        council.make_council(session, cycle, now=now)
        send_back(session, project, now)
    return cycle, author, project


def send_back(session: Session, project: Project, now: datetime) -> None:
    returns.send_back(
        session,
        council.COORDINATOR,
        project.public_id,
        {ProjectPart.WHOLE: "Түзетіңіз."},
        language=Language.KK,
        now=now,
    )


def corrected(
    database: Database, world: tuple[Cycle, Actor, Project], now: datetime, **changes: object
) -> str:
    """The address of the changes after a correction."""
    _, author, project = world
    with database.writing() as session:
        text = NEW if not changes else proposal(**changes)
        projects.correct(session, author, project.public_id, text, None, now=now + MINUTE)
    return f"projects/{project.public_id}/changes"


def marks(page: PageResponse, tag: str) -> list[str]:
    """The marked texts below the legend."""
    sections = page.find_all("section", class_="pb-version")
    return [text_of(one) for section in sections for one in section.iter(tag)]


def test_before_a_correction_there_is_nothing_to_compare(
    client: PageClient, world: tuple[Cycle, Actor, Project]
) -> None:
    page = client.get(f"/en/projects/{world[2].public_id}/changes")
    assert "The text is as its author first sent it in." in page.visible


def test_added_and_removed_are_marked_and_said(
    client: PageClient, app_database: Database, world: tuple[Cycle, Actor, Project], now: datetime
) -> None:
    page = client.get(f"/en/{corrected(app_database, world, now)}")
    assert "[removed: мен end of the removed]" in marks(page, "del")
    assert "[added: және end of the added]" in marks(page, "ins")
    assert "Есенберлин к-сі, 38" in marks(page, "del")
    assert "Есенберлин к-сі, 40" in marks(page, "ins")
    assert "14\u00a0850\u00a0000\u00a0₸" in marks(page, "del")
    assert "13\u00a0000\u00a0000\u00a0₸" in marks(page, "ins")
    assert "Lighting of common places" in marks(page, "ins")
    assert [text_of(one) for one in page.find_all("h3")] == [
        "Title",
        "Addresses",
        "Direction",
        "Estimated cost",
    ]
    assert page.find("section", id="version-2") is not None
    difference = page.find("div", class_="pb-difference")
    assert difference.get("lang") == "kk"


@pytest.mark.parametrize("language", list(Language))
def test_the_page_is_there_in_three_languages(
    client: PageClient, app_database: Database, world: tuple[Cycle, Actor, Project], now: datetime, language: Language
) -> None:  # fmt: skip
    page = client.get(f"/{language}/{corrected(app_database, world, now)}")
    marked = [one.get("lang") for one in page.find_all("div", class_="pb-difference")]
    assert marked == [None if language is Language.KK else "kk"]


def test_the_photo_is_told_as_removed_added_or_replaced(
    client: PageClient, app_database: Database, world: tuple[Cycle, Actor, Project], now: datetime
) -> None:
    _, author, project = world
    picture = photos.prepare(photo_file((640, 480)))
    steps = [({"remove_photo": True}, None), ({}, picture), ({}, picture)]
    for number, (more, photo) in enumerate(steps, start=1):
        at = now + number * MINUTE
        with app_database.writing() as session:
            projects.correct(session, author, project.public_id, proposal(), photo, now=at, **more)
            send_back(session, session.get_one(Project, project.id), at)
    told = client.get(f"/en/projects/{project.public_id}/changes").visible
    places = [told.index(f"The photo was {what}.") for what in ("replaced", "removed")]
    assert places[0] < told.index("A photo was added.") < places[1], "the newest first"


def test_houses_in_another_order_and_the_same_text_again(
    client: PageClient, app_database: Database, world: tuple[Cycle, Actor, Project], now: datetime
) -> None:
    _, author, project = world
    turned = tuple(reversed(proposal().addresses))
    for number, text in enumerate((proposal(), proposal(addresses=turned)), start=1):
        at = now + number * MINUTE
        with app_database.writing() as session:
            projects.correct(session, author, project.public_id, text, None, now=at)
            send_back(session, session.get_one(Project, project.id), at)
    told = client.get(f"/en/projects/{project.public_id}/changes").visible
    assert "The author sent the same text in again." in told
    assert "The houses are the same, in another order." in told


def test_another_area_is_told_by_its_name(
    client: PageClient, app_database: Database, world: tuple[Cycle, Actor, Project], now: datetime
) -> None:
    page = client.get(f"/en/{corrected(app_database, world, now, area='agro')}")
    assert (marks(page, "del"), marks(page, "ins")) == (["Area koktal-1"], ["Area agro"])


def test_houses_of_a_merged_project_are_told_as_such(
    client: PageClient, app_database: Database, now: datetime
) -> None:
    with app_database.writing() as session:
        cycle, first, second = make_cycle(session, now), make_resident(session), make_resident(session)
        kept = projects.submit(session, first, cycle, proposal(), None, now=now)
        houses = proposal(addresses=(Address("Кенесары к-сі", "8"),))
        joined = projects.submit(session, second, cycle, houses, None, now=now)
        council.make_council(session, cycle, now=now)
        row = mergers.propose(
            session, council.COORDINATOR, kept.public_id, joined.public_id, note_kk="-", note_ru="-", now=now
        )
        for author in (first, second):
            mergers.answer(session, author, row.public_id, agrees=True, now=now + MINUTE)
    page = client.get(f"/en/projects/{kept.public_id}/changes")
    assert (
        f"The houses of project {joined.number}, which became part of this one, were added." in page.visible
    )
    assert marks(page, "ins") == ["Кенесары к-сі, 8"]


def test_a_withdrawn_or_hidden_project_has_no_such_page(
    client: PageClient, app_database: Database, world: tuple[Cycle, Actor, Project], now: datetime
) -> None:
    address = f"/en/{corrected(app_database, world, now)}"
    assert client.get(address).status_code == 200
    with app_database.writing() as session:
        projects.withdraw(session, world[1], world[2].public_id, now=now + 2 * MINUTE)
        add_cycle(session, now, slug="secret", phase=Phase.SUBMISSION, published=False)
    client.get(address, status=404)
    client.get("/en/projects/psecr00001/changes", status=404)
    client.get("/en/projects/nothing/changes", status=404)


def test_it_asks_at_most_six_things_of_the_database(
    raw_client: FlaskClient, app: Flask, app_database: Database, world: tuple[Cycle, Actor, Project], now: datetime
) -> None:  # fmt: skip
    address = f"/kk/{corrected(app_database, world, now, area='agro')}"
    with counted(app_database.engine) as statements:
        assert raw_client.get(address).status_code == 200
    assert len(statements) <= 6


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("ескі алаң мен жарық", "жаңа жол және жарық", ["-ескі алаң мен", "+жаңа жол және", " жарық"]),
        ("а б", "а б в", ["а б", "+ в"]),
        ("бір\nекі үш", "бір\nтөрт бес", ["бір\n", "-екі үш", "+төрт бес"]),
        ("", "жаңа", ["+жаңа"]),
        ("сол", "сол", ["сол"]),
    ],
)
def test_a_changed_sentence_is_one_piece_and_not_word_by_word(
    before: str, after: str, told: list[str]
) -> None:
    signs = {Change.SAME: "", Change.REMOVED: "-", Change.ADDED: "+"}
    pieces = pieces_of(before, after)
    assert [signs[piece.change] + piece.text for piece in pieces] == told
    assert "".join(one.text for one in pieces if one.change is not Change.ADDED) == before
    assert "".join(one.text for one in pieces if one.change is not Change.REMOVED) == after
