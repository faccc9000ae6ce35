"""Decisions from before the council's procedure was data: they come out as answers and reasons, and can be taken back."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from budget import corrections, projects, screening, versions
from budget.addresses import Address
from budget.council import agenda, returns
from budget.differences import differences
from budget.permissions import Actor
from models.database import Database
from models.enums import (
    Answer,
    Criterion,
    DecidedBy,
    Language,
    ProjectPart,
    ProjectState,
    Role,
    ScreeningOutcome,
)
from models.project import Project
from models.screening import Screening
from tests.harness import council
from tests.harness.application import NOW
from tests.harness.databases import TEMPLATE
from tests.harness.projects import make_cycle, make_resident, proposal
from tests.harness.sittings import finish, underway
from tests.models.test_migrations import migrate

BEFORE = "20261129_counting"
AT = "2027-03-01 09:00:00+00:00"
ROWS = [
    # project, outcome, competence, regulation, reason, language
    (1, "admitted", True, True, "", "kk"),
    (2, "rejected", False, True, "Не наша компетенция.", "ru"),
    (3, "rejected", True, False, "Ережеге сай емес.", "kk"),
    (4, "rejected", False, False, "Neither.", "en"),
    (5, "returned", True, False, "Бірінші ескерту.", "kk"),
    (5, "returned", True, False, "Уточните адрес.", "ru"),
    (6, "returned", False, True, "Мекенжай?", "kk"),
    (6, "admitted", True, True, "", "kk"),
]
STATES = {
    1: "admitted",
    2: "rejected",
    3: "rejected",
    4: "rejected",
    5: "returned",
    6: "admitted",
    7: "submitted",
}
CRITERIA = (Criterion.COMPETENCE, Criterion.CONFORMITY)


def put(session: Session) -> None:
    """A cycle with seven projects, and its decisions as they were kept then."""
    cycle = make_cycle(session, NOW)
    for number in STATES:
        author = make_resident(session)
        title = {"title": f"Жоба {number}", "addresses": (Address("Тың к-сі", str(number)),)}
        projects.submit(session, author, cycle, proposal(**title), None, now=NOW)
    session.flush()


def decide(database: Database) -> None:
    """In the words of the old tables."""
    row = (
        "INSERT INTO screening (project_id, staff_id, outcome, meets_competence, meets_regulation, reason, language,"
        " decided_at) SELECT id, NULL, :outcome, :competence, :regulation, :reason, :language, :at FROM project"
        " WHERE number = :number"
    )
    with database.engine.execution_options(write=True).begin() as connection:
        for number, state in STATES.items():
            change = "UPDATE project SET state = :state WHERE number = :number"
            connection.execute(text(change), {"state": state, "number": number})
        for number, outcome, competence, regulation, reason, language in ROWS:
            connection.execute(
                text(row),
                {
                    "number": number, "outcome": outcome, "competence": competence, "regulation": regulation,
                    "reason": reason, "language": language, "at": AT,
                },
            )  # fmt: skip


def old_rows(database: Database) -> list[Any]:
    query = (
        "SELECT p.number, s.outcome, s.meets_competence, s.meets_regulation, s.reason, s.language FROM screening s"
        " JOIN project p ON p.id = s.project_id ORDER BY s.id"
    )
    with database.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


@dataclass(frozen=True)
class World:
    """The old rows brought to the newest revision; `taken_back` are they as they came out on the way down again."""

    database: Database
    taken_back: list[Any]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Made once for each kind of database: up, down, and up again. Nothing is committed to it afterwards."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("old") / "budget.sqlite3"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        url = f"sqlite:///{path}"
    else:
        cluster = request.getfixturevalue("postgresql_template")
        cluster.run(f"CREATE DATABASE old TEMPLATE {TEMPLATE}")
        url = cluster.url("old")
    database = Database(url)
    with database.writing() as session:
        put(session)
    database.dispose()
    migrate("downgrade", url, BEFORE)
    decide(database)
    database.dispose()
    migrate("upgrade", url, "head")
    migrate("downgrade", url, BEFORE)
    taken_back = old_rows(database)
    database.dispose()
    migrate("upgrade", url, "head")
    yield World(database, taken_back)
    database.dispose()


@pytest.fixture
def upgraded(world: World) -> Iterator[Session]:
    """A session on the upgraded rows; rolled back."""
    with Session(world.database.engine.execution_options(write=True), expire_on_commit=False) as session:
        yield session


def by_number(session: Session) -> dict[int, Project]:
    return {one.number: one for one in session.exec(select(Project))}


def decisions(session: Session) -> list[tuple[int, Screening]]:
    numbers = {one.id: number for number, one in by_number(session).items()}
    rows = session.exec(select(Screening).order_by(Screening.id))  # type: ignore[arg-type]
    return [(numbers[row.project_id], row) for row in rows]


def test_two_answers_and_one_reason_become_answers_and_reasons_by_language(upgraded: Session) -> None:
    session = upgraded
    found = decisions(session)
    answers = screening.answers_of(session, [row.id or 0 for _, row in found])
    assert [(number, row.outcome) for number, row in found] == [(row[0], row[1]) for row in ROWS]
    assert {row.decided_by for _, row in found} == {DecidedBy.COUNCIL}
    assert {(row.version, row.item_id, row.clause, row.appeal_until) for _, row in found} == {
        (1, None, "", None)
    }
    assert {row.decided_at for _, row in found} == {NOW}
    assert [(row.reason_kk, row.reason_ru) for _, row in found] == [
        ("", ""), ("", "Не наша компетенция."), ("Ережеге сай емес.", ""), ("", "Neither."),
        ("Бірінші ескерту.", ""), ("", "Уточните адрес."), ("Мекенжай?", ""), ("", ""),
    ]  # fmt: skip
    assert [row.criterion for _, row in found] == [
        None, Criterion.COMPETENCE, Criterion.CONFORMITY, Criterion.COMPETENCE, None, None, None, None,
    ]  # fmt: skip
    meets, fails, correctable = Answer.MEETS, Answer.FAILS, Answer.CORRECTABLE
    assert [tuple(answers[row.id or 0][criterion] for criterion in CRITERIA) for _, row in found] == [
        (meets, meets), (fails, meets), (meets, fails), (fails, fails),
        (meets, correctable), (meets, correctable), (correctable, meets), (meets, meets),
    ]  # fmt: skip


def test_only_a_project_that_is_with_its_author_has_an_open_correction_by_the_last_decision(
    upgraded: Session,
) -> None:
    session = upgraded
    rows = by_number(session)
    open_ = {number: corrections.open_of(session, one.id) for number, one in rows.items()}
    assert {number for number, one in open_.items() if one is not None} == {5}
    begun = open_[5]
    assert begun is not None
    assert (begun.version, begun.language, begun.due_at, begun.reminded_at) == (1, Language.RU, NOW, None)
    remarks = corrections.remarks_of(session, [begun.id or 0])[begun.id or 0]
    assert remarks == {ProjectPart.WHOLE: "Уточните адрес."}
    linked = [(number, row.reason_ru) for number, row in decisions(session) if row.correction_id == begun.id]
    assert linked == [(5, "Уточните адрес.")]


def test_its_author_is_reminded_first_and_has_time_again(upgraded: Session) -> None:
    session, later = upgraded, NOW + timedelta(days=1)
    assert returns.lapse_due(session, now=later) == 0
    assert returns.remind_due(session, now=later) == 1
    project = by_number(session)[5]
    begun = corrections.open_of(session, project.id)
    assert begun is not None
    assert begun.due_at == datetime(2027, 3, 3, 19, tzinfo=UTC)
    author = Actor(Role.RESIDENT, project.author_id)
    text_ = proposal(title="Жоба 5", addresses=(Address("Тың к-сі", "5а"),))
    projects.correct(session, author, project.public_id, text_, None, now=later)
    assert project.state is ProjectState.SUBMITTED
    first, second = versions.of_project(session, project.id)
    assert (first.number, second.number, first.made_at) == (1, 2, NOW)
    assert [one.part for one in differences(first.content, second.content)] == [ProjectPart.ADDRESSES]


def test_every_text_has_its_first_version(upgraded: Session) -> None:
    session = upgraded
    for number, one in by_number(session).items():
        [kept] = versions.of_project(session, one.id)
        assert kept.content == {
            "language": "kk", "title": f"Жоба {number}", "description": proposal().description,
            "addresses": [["Тың к-сі", str(number)]], "area": "koktal-1", "direction": "playgrounds",
            "estimate_tenge": 14_850_000, "photo": None,
        }  # fmt: skip


def test_new_decisions_come_after_the_old_ones(upgraded: Session) -> None:
    session = upgraded
    last = max(row.id or 0 for _, row in decisions(session))
    waits = by_number(session)[7]
    row = Screening(
        project_id=waits.id or 0,
        outcome=ScreeningOutcome.RETURNED,
        decided_by=DecidedBy.COORDINATOR,
        decided_at=NOW,
    )
    session.add(row)
    session.flush()
    assert (row.id or 0) > last


def test_taken_back_the_old_decisions_are_what_they_were(world: World) -> None:
    english = {3: (4, "rejected", False, False, "Neither.", "ru")}  # reasons have two languages now
    assert world.taken_back == [english.get(place, row) for place, row in enumerate(ROWS)]


def test_taken_back_the_new_decisions_can_be_read_by_the_old_code(database_url: str, now: datetime) -> None:
    database = Database(database_url)
    with database.writing() as session:
        held = underway(session, now, projects=2)
        said = council.rejection(held.projects[1], Criterion.LAND)
        item = held.items(session)[1]
        agenda.change_motion(
            session, council.COORDINATOR, item.public_id, said, revision=held.row.revision, now=now
        )
        finish(session, held, now=now)
        back, _ = council.submit(session, held.cycle, now=now)
        council.send_back(session, held.cycle, back, now=now)
        silent, _ = council.submit(session, held.cycle, now=now)
        council.send_back(session, held.cycle, silent, now=now)
        returns.remind_due(session, now=now + timedelta(days=20))
        returns.lapse_due(session, now=now + timedelta(days=30))
    database.dispose()
    migrate("downgrade", database_url, BEFORE)
    found = old_rows(database)
    assert [(row[1], bool(row[2]), bool(row[3])) for row in found] == [
        ("admitted", True, True), ("rejected", True, False), ("returned", True, False), ("returned", True, False),
        ("rejected", True, False), ("rejected", True, False),
    ]  # fmt: skip
    reasons = [row[4] for row in found]
    assert reasons[1] == said.reason_kk
    assert reasons[2:4] == ["Мекенжайды нақтылаңыз."] * 2
    assert all(reasons[1:])
    migrate("upgrade", database_url, "head")
    database.dispose()
