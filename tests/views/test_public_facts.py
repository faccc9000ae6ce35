"""What a process keeps of the public tables: read once, never old, and nothing that is not public."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import col, select

from budget.permissions import VISITOR, Actor
from models.cycle import PhaseWindow
from models.database import Database
from models.enums import Phase, Role
from tests.harness.application import Clock
from tests.harness.projects import sign_in
from tests.harness.public_rows import add_cycle
from tests.harness.queries import counted

PAGE = "/en/cycles/2027/projects"
DATA = "/api/v1/cycles/2027"


@pytest.fixture(autouse=True)
def cycle(app_database: Database, now) -> None:
    with app_database.writing() as session:
        add_cycle(session, now)


def phase(client: FlaskClient) -> str:
    """The phase the open data tell."""
    found = client.get(DATA).json
    assert found is not None
    return str(found["phase"])


def test_the_second_language_asks_for_the_version_and_the_list_only(
    raw_client: FlaskClient, app_database: Database
) -> None:
    raw_client.get(PAGE)
    with counted(app_database.engine) as statements:
        assert raw_client.get(PAGE.replace("/en/", "/kk/")).status_code == 200
    tables = ["FROM public_version", "FROM project JOIN cycle", "FROM project_address"]
    assert len(statements) == len(tables)
    for statement, table in zip(statements, tables, strict=True):
        assert table in " ".join(statement.split())


def test_a_changed_calendar_is_seen_at_once(raw_client: FlaskClient, app_database: Database, now) -> None:
    assert phase(raw_client) == Phase.VOTING
    with app_database.writing() as session:
        window = session.exec(select(PhaseWindow).where(col(PhaseWindow.phase) == Phase.VOTING)).one()
        window.ends_at = now - timedelta(minutes=1)
    assert phase(raw_client) == "None"


def test_a_phase_ends_by_the_clock_though_nobody_writes(raw_client: FlaskClient, clock: Clock) -> None:
    assert phase(raw_client) == Phase.VOTING
    clock.instant += timedelta(days=20)
    assert phase(raw_client) == Phase.DECISION


def test_a_hidden_cycle_a_coordinator_looked_at_stays_hidden(
    raw_client: FlaskClient, app: Flask, app_database: Database, now, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app_database.writing() as session:
        add_cycle(session, now, slug="secret", published=False)
    sign_in(monkeypatch, Actor(Role.COORDINATOR, 1))
    assert raw_client.get("/en/cycles/secret").status_code == 200
    sign_in(monkeypatch, VISITOR)
    app.extensions["page_cache"].clear()
    assert raw_client.get("/en/cycles/secret").status_code == 404


def test_asking_for_unknown_cycles_keeps_nothing(raw_client: FlaskClient, app: Flask) -> None:
    raw_client.get("/en/cycles/2027")
    kept = len(app.extensions["public_facts"][1])
    for number in range(3):
        assert raw_client.get(f"/en/cycles/never-{number}").status_code == 404
    assert len(app.extensions["public_facts"][1]) == kept
