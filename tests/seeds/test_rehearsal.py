"""The rehearsal itself: a cycle of the size of 2020 through the domain functions, the same outcome every time."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from budget import audit, cycles
from budget.cycles import document_to_freeze
from budget.keys import KeyRing
from budget.settings import frozen_hash
from models.ballot import Participation
from models.cycle import Cycle
from models.database import Database
from models.enums import ProjectState
from models.project import Project
from models.result import VerdictRow
from models.screening import Screening
from models.works import Works
from seeds import rehearsal, rehearsal_plan
from seeds.rehearsal import NotEmpty, rehearse, summary

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def sqlite(sqlite_url: str) -> Database:
    return Database(sqlite_url)


def keyring(directory: Path) -> KeyRing:
    return KeyRing(directory / "keys", b"v" * 32, b"r" * 32)


def outcome(session: Session, slug: str) -> list[tuple[int, int, int, str]]:
    """Number, votes, cost and verdict of every project in the official order."""
    cycle = cycles.by_slug(session, slug)
    rows = session.exec(
        select(Project.number, VerdictRow)
        .join(VerdictRow, col(VerdictRow.project_id) == Project.id)
        .where(VerdictRow.cycle_id == cycle.id)
        .order_by(col(VerdictRow.position))
    )
    return [(number, row.votes, row.cost_tenge, str(row.kind)) for number, row in rows]


def numbers(session: Session, slug: str) -> dict[str, str]:
    return {name.strip(): value for name, value in summary(session, slug)}


@pytest.mark.slow
def test_a_whole_cycle_of_the_size_of_2020_runs(sqlite: Database, tmp_path: Path) -> None:
    steps: list[int] = []
    rehearse(sqlite, keyring(tmp_path), number=2020, slug="rehearsal", now=NOW, heard=steps.append)
    assert sum(steps) == rehearsal.STEPS
    with sqlite.reading() as session:
        told = numbers(session, "rehearsal")
        assert told["Allotted, tenge"] == "200 000 000"
        assert told["Projects submitted"] == "68"
        assert told["from Koktal 1, Koktal 2 and Agrogorodok"] == "22"
        assert (told["Projects admitted"], told["Projects rejected"], told["with a reason"]) == (
            "40",
            "28",
            "28",
        )
        road = {
            "Applications merged into others": "1",
            "Projects returned and corrected": "2",
            "Members who stood aside": "3",
            "Appeals upheld": "1",
            "Appeals dismissed": "1",
            "Sessions of the council": "3",
            "Winners confirmed": "13",
        }
        assert {name: told[name] for name in road} == road
        assert told["Residents who voted"] == "8 935"
        assert told["Winners"] == told["Works planned"] == "13"
        assert audit.verify(session) == []
        cycle = cycles.by_slug(session, "rehearsal")
        assert cycle.is_demo
        assert frozen_hash(document_to_freeze(session, cycle)) == cycle.frozen_hash
        assert len(session.exec(select(Works)).all()) == 13
        linked = select(Participation).where(col(Participation.sealed).is_not(None))
        assert session.exec(linked).all() == []


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same with 400 ballots: what is tested does not depend on their number."""
    monkeypatch.setattr(rehearsal_plan, "BALLOTS", 400)
    monkeypatch.setattr(rehearsal, "ROLL", 450)


@pytest.mark.usefixtures("small")
def test_the_outcome_depends_on_the_number_alone(database: Database, tmp_path: Path, sqlite_url: str) -> None:
    rehearse(database, keyring(tmp_path / "a"), number=7, slug="first", now=NOW)
    other = Database(sqlite_url) if not database.is_sqlite else database
    with database.reading() as session:
        first = outcome(session, "first")
        told = numbers(session, "first")
    assert len(first) == 40
    plan = rehearsal_plan.make(7)
    votes = [sum(choice == place for choice in plan.ballots) for place in range(68)]
    assert {(number, count) for number, count, *_ in first} == {
        (place + 1, votes[place]) for place, one in enumerate(plan.projects) if one.cost is not None
    }
    assert told["Residents who voted"] == "400"
    if other is not database:
        rehearse(
            other, keyring(tmp_path / "b"), number=7, slug="second", now=datetime(2030, 8, 8, tzinfo=UTC)
        )
        with other.reading() as session:
            assert outcome(session, "second") == first


@pytest.mark.usefixtures("small")
def test_every_rejection_has_its_reason_and_every_winner_was_admitted(
    sqlite: Database, tmp_path: Path
) -> None:
    rehearse(sqlite, keyring(tmp_path), number=3, slug="rehearsal", now=NOW)
    with sqlite.reading() as session:
        rejected = session.exec(select(Project).where(Project.state == ProjectState.REJECTED)).all()
        said = {
            row.project_id: (row.criterion, row.clause, row.reason_kk, row.reason_ru)
            for row in session.exec(select(Screening).order_by(col(Screening.id)))
        }
        assert len(rejected) == 28
        assert all(all(said[project.id or 0]) for project in rejected)


def test_a_database_with_rows_is_left_alone(sqlite: Database, tmp_path: Path) -> None:
    with sqlite.writing() as session:
        session.add(
            Cycle(
                slug="2020",
                year=2020,
                title_kk="а",
                title_ru="а",
                title_en="a",
                allotted_tenge=1,
                created_at=NOW,
            )
        )
    with pytest.raises(NotEmpty, match="cycle"):
        rehearse(sqlite, keyring(tmp_path), number=1, slug="rehearsal", now=NOW)
    with sqlite.reading() as session:
        assert session.exec(select(Project)).all() == []
    assert not (tmp_path / "keys").exists()
