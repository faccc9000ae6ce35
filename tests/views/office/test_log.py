"""The log of acts: who did what, of one cycle or of all; a broken chain is said aloud. And words for every code."""

import ast
import re
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from budget import audit, cycles
from budget.permissions import SYSTEM, Actor
from budget.reading import office
from models.database import Database
from models.enums import ScreeningOutcome
from tests.harness.client import PageClient
from tests.harness.cycles import proposal
from tests.harness.pages import PageResponse, text_of
from views.messages import UNMET
from views.office import wording

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def acts(app_database: Database, coordinator: Actor, now: datetime) -> None:
    with app_database.writing() as session:
        for slug in ("2027", "2028"):
            cycles.create(session, coordinator, proposal(now, slug=slug), now=now)
        audit.record(session, SYSTEM, "roll.import", now=now, lines=12)


def rows(page: PageResponse) -> list[str]:
    return [" ".join("".join(row.itertext()).split()) for row in page.find_all("tr")][1:]


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_an_empty_log_is_whole(desk: PageClient, language: str) -> None:
    page = desk.get(f"/{language}/office/log")
    assert page.find_all("div", class_="pb-banner--good")


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_log_says_who_did_what_the_latest_first(desk: PageClient, acts: None, language: str) -> None:
    found = rows(desk.get(f"/{language}/office/log"))
    assert len(found) == 3
    assert "lines: 12" in found[0]
    assert "Айгүл Сериковна (демо)" in found[1]
    assert "2028" in found[1]


def test_the_log_of_one_cycle_is_its_own(desk: PageClient, acts: None) -> None:
    page = desk.submit(desk.get("/en/office/log"), {"cycle": "2028"})
    assert len(rows(page)) == 1
    assert "2028" in rows(page)[0]
    assert len(rows(desk.get("/en/office/log?cycle=nowhere&page=x"))) == 3


def test_a_changed_act_is_said_aloud(desk: PageClient, acts: None, app_database: Database) -> None:
    with app_database.writing() as session:
        session.execute(sa.text("DROP TRIGGER audit_event_no_update"))
        session.execute(sa.text("UPDATE audit_event SET subject = '2030' WHERE subject = '2028'"))
    page = desk.get("/en/office/log")
    assert "First broken act: № 2." in page.visible
    assert "broken" in rows(page)[1]


def test_a_long_log_has_pages(desk: PageClient, app_database: Database, now: datetime) -> None:
    with app_database.writing() as session:
        for place in range(office.PAGE + 1):
            audit.record(session, SYSTEM, "roll.import", now=now, place=place)
    first = desk.get("/en/office/log")
    assert len(rows(first)) == office.PAGE
    assert len(rows(desk.get("/en/office/log?page=2"))) == 1
    assert len(rows(desk.get("/en/office/log?page=99"))) == 1
    assert any("page=2" in link for link in first.links)


def test_the_known_facts_are_told_in_words_and_empty_ones_left_out(
    desk: PageClient, app_database: Database, now: datetime
) -> None:
    facts = {
        "competence": True,
        "regulation": False,
        "cost_tenge": None,
        "estimate_tenge": 5_000_000,
        "reason": "",
    }
    with app_database.writing() as session:
        audit.record(session, SYSTEM, "screening.rejected", now=now, subject="p", **facts)
        audit.record(session, SYSTEM, "cycle.extend", now=now, phase="voting", new_end="2027", reason="Кеш")
        audit.record(session, SYSTEM, "works.status", now=now, status="of another version", reason="")
    page = desk.get("/en/office/log")
    told = [[text_of(one) for one in cell.findall("./p")] for cell in page.find_all("div", class_="pb-log")]
    assert told == [
        [],
        ["Reason: Кеш", "Phase: Voting"],
        [
            "Within the competence of the akimat: yes",
            "Conforms to the Regulation: no",
            "The author's estimate: 5\u00a0000\u00a0000\u00a0₸",
        ],
    ]
    raw = [text_of(box) for box in page.find_all("details")]
    assert any("cost_tenge: null" in box for box in raw)
    for language in ("kk", "ru"):
        desk.get(f"/{language}/office/log")


CODE = re.compile(r"[a-z_]+\.[a-z_]*")


def recorded_actions() -> set[str]:
    """Every action something records, read off the source; `screening.{outcome}` stands for each outcome."""
    found = set()
    for path in (*(ROOT / "budget").rglob("*.py"), *(ROOT / "seeds").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("audit.record", "_record"):
                texts = [
                    part.value
                    for arg in node.args
                    for part in ast.walk(arg)
                    if isinstance(part, ast.Constant)
                ]
                found |= {text for text in texts if isinstance(text, str) and CODE.fullmatch(text)}
    if "screening." in found:
        found = found - {"screening."} | {f"screening.{outcome}" for outcome in ScreeningOutcome}
    return found


def test_every_act_that_is_recorded_has_words() -> None:
    assert {"cycle.create", "works.status", "project.submit", "screening.rejected"} <= recorded_actions()
    assert recorded_actions() == set(wording.ACTS)


def test_every_condition_has_words_both_ways(app: Flask) -> None:
    with app.test_request_context("/en/"):
        for codes in (wording.PUBLISHING, wording.FREEZING):
            met = wording.conditions("2027", codes, ())
            unmet = wording.conditions("2027", codes, codes)
            assert all(one.is_met for one in met)
            assert not any(one.is_met for one in unmet)
            assert {one.text for one in met}.isdisjoint(one.text for one in unmet)
    assert {*wording.PUBLISHING, *wording.FREEZING} <= set(UNMET)
