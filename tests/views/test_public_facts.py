"""What a process keeps of the public tables: read once, never old, and nothing that is not public."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import col, select

from budget.permissions import VISITOR, Actor
from models.cycle import PhaseWindow
from models.database import Database
from models.enums import Phase, Role
from models.project import Project
from tests.harness.application import Clock
from tests.harness.projects import sign_in
from tests.harness.public_rows import add_cycle
from tests.harness.queries import counted
from views import public_facts
from views.request_scope import reading

PAGE = "/en/cycles/2027/projects"
KAZAKH = "/kk/cycles/2027/projects"
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


@pytest.mark.parametrize(
    ("query", "tables"),
    [
        ("", ["FROM public_version"]),
        ("?q=x", ["FROM public_version", "FROM project JOIN cycle"]),
    ],
)
def test_the_second_language_asks_for_the_version_and_for_words_alone(
    raw_client: FlaskClient, app_database: Database, query: str, tables: list[str]
) -> None:
    raw_client.get(PAGE + query)
    with counted(app_database.engine) as statements:
        assert raw_client.get(PAGE.replace("/en/", "/kk/") + query).status_code == 200
    assert len(statements) == len(tables)
    for statement, table in zip(statements, tables, strict=True):
        assert table in " ".join(statement.split())


def test_a_project_that_changed_is_seen_in_the_list_and_the_result_at_once(
    raw_client: FlaskClient, app: Flask, app_database: Database, now
) -> None:
    with app_database.writing() as session:
        add_cycle(session, now, slug="done", phase=Phase.IMPLEMENTATION, results=True, envelopes=2)
    pages = ["/kk/cycles/done/projects", "/kk/cycles/done/results", "/ru/cycles/done/results"]
    before = [raw_client.get(page).text for page in pages]
    with app_database.writing() as session:
        row = session.exec(select(Project).where(col(Project.public_id) == "pdone00001")).one()
        row.title_kk = row.title_ru = "Жаңа атау"
    after = [raw_client.get(page).text for page in pages]
    assert ["Жаңа атау" in text for text in before + after] == [False] * 3 + [True] * 3


def test_the_two_languages_of_a_result_are_not_mixed_up(
    raw_client: FlaskClient, app_database: Database, now
) -> None:
    with app_database.writing() as session:
        add_cycle(session, now, slug="done", phase=Phase.IMPLEMENTATION, results=True)
    said = {language: raw_client.get(f"/{language}/cycles/done/results").text for language in ("kk", "ru")}
    assert "жеңді" in said["kk"].lower()
    assert "победил" in said["ru"].lower()
    assert "победил" not in said["kk"].lower()
    assert "жеңді" not in said["ru"].lower()


@pytest.mark.parametrize(
    ("page", "heading"),
    [("results", {"kk": "Дауыс", "ru": "Голоса"}), ("projects", {"kk": "Бағыты", "ru": "Направление"})],
)
def test_the_two_languages_of_a_table_are_not_mixed_up(
    raw_client: FlaskClient, app_database: Database, now, page: str, heading: dict[str, str]
) -> None:
    with app_database.writing() as session:
        add_cycle(session, now, slug="done", phase=Phase.IMPLEMENTATION, results=True)
    said = {language: raw_client.get(f"/{language}/cycles/done/{page}").text for language in ("kk", "ru")}
    found = [f'data-label="{heading[wanted]}"' in said[shown] for wanted in said for shown in said]
    assert found == [True, False, False, True]


def test_below_another_path_the_links_of_a_kept_list_lead_there(raw_client: FlaskClient) -> None:
    roots = [
        re.search(r'href="(\S*)/kk/projects/p2027', raw_client.get(KAZAKH, environ_overrides=at).text)
        for at in ({}, {"SCRIPT_NAME": "/budget"})
    ]
    assert [found and found[1] for found in roots] == ["", "/budget"]


def test_what_is_kept_is_bounded_and_the_unused_goes_first(
    raw_client: FlaskClient, app: Flask, app_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public_facts, "MOST", 5)
    raw_client.get(f"{PAGE}?area=often")
    for number in range(8):
        assert raw_client.get(f"{PAGE}?area=once-{number}").status_code == 200
        with counted(app_database.engine) as statements:
            raw_client.get(f"{PAGE}?area=often&unread={number}")
        assert len(statements) == 1
    assert len(app.extensions[public_facts.EXTENSION]) == 5


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
    kept = len(app.extensions[public_facts.EXTENSION])
    for number in range(3):
        assert raw_client.get(f"/en/cycles/never-{number}").status_code == 404
    assert len(app.extensions[public_facts.EXTENSION]) == kept


def test_what_a_request_read_before_a_change_is_not_kept_for_after_it(
    app: Flask, app_database: Database, now
) -> None:
    with app.test_request_context("/en/"):
        before = reading().exec(select(col(Project.id))).all()
        assert before, "this request sees what is there now"
        with app_database.writing() as session:
            add_cycle(session, now, slug="later")
        public_facts.published_cycles()
    with app.test_request_context("/en/"):
        assert "later" in {view.settings.slug for view in public_facts.published_cycles()}
