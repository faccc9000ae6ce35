"""A rejected project goes on to the body that is competent: from the list, or written by hand."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from budget.council import criteria
from budget.council.criteria import Body
from budget.settings import Text
from models.council import CompetentBody
from models.database import Database
from models.screening import Forwarding
from tests.harness import council
from tests.harness.client import PageClient
from tests.harness.council_desk import PAGE, Desk, make_desk

GROUND = "ҚР ӘРПК 65-бабы"
LIGHT = Body(
    Text("Көше жарығы", "Уличное освещение", "Street lighting"),
    Text("Энергетика басқармасы", "Управление энергетики", "Department of energy"),
    "109",
)


@pytest.fixture
def app(make_app: Callable[..., Flask], database_url: str) -> Flask:
    return make_app(database_url)


@pytest.fixture
def world(desk: PageClient, app_database: Database, now: datetime) -> Desk:
    """One project rejected as outside the competence, one that waits; one body in the list."""
    world = make_desk(app_database, now, projects_=2)
    with app_database.writing() as session:
        motions = {world.projects[0]: council.rejection(world.project(0))}
        council.screen(session, world.cycle(), motions, now=now - timedelta(days=3))
        criteria.set_bodies(session, council.COORDINATOR, [LIGHT], now=now)
    return world


def address(world: Desk, place: int = 0, language: str = "en") -> str:
    return f"/{language}/office/projects/{world.projects[place]}/forward"


def test_a_body_is_chosen_from_the_list(desk: PageClient, world: Desk) -> None:
    assert "1 rejected project is not sent on" in desk.get(f"{PAGE}/council").visible
    listed = desk.get(f"{PAGE}?state=rejected")
    assert address(world) in listed.links
    assert "Send on to the competent body" in listed.visible
    page = desk.get(address(world))
    assert "Department of energy – Street lighting" in page.visible
    (body,) = world.rows(CompetentBody)
    values = {"body": body.public_id, "ground": GROUND, "number": "03-12/77", "forwarded_on": "2027-02-27"}
    told = desk.submit(page, values, button="Write it down", follow_redirects=True)
    assert "Project 1 is sent on." in told.visible
    assert "Sent on 27\u00a0February 2027." in told.visible
    assert not told.main.findall(".//form")
    (row,) = world.rows(Forwarding)
    assert (row.body_kk, row.body_ru, row.contact) == (
        "Энергетика басқармасы",
        "Управление энергетики",
        "109",
    )
    assert (row.ground, row.number, row.forwarded_on) == (GROUND, "03-12/77", date(2027, 2, 27))
    assert world.acts()[-1] == "project.forward"
    assert "Sent on to the competent body" in desk.get(f"{PAGE}?state=rejected").visible
    assert "Nothing is to be sent on." in desk.get(f"{PAGE}/council").visible
    for language in ("kk", "ru"):
        desk.get(address(world, language=language))
    again = desk.submit(page, values, follow_redirects=True)
    assert again.request.path == address(world)
    assert len(world.rows(Forwarding)) == 1


def test_another_body_is_written_by_hand(desk: PageClient, world: Desk) -> None:
    values = {"body": "other", "body_kk": "Жол басқармасы", "body_ru": "Управление дорог", "ground": GROUND}
    desk.submit(desk.get(address(world)), values, status=303)
    (row,) = world.rows(Forwarding)
    assert (row.body_kk, row.body_ru, row.number) == ("Жол басқармасы", "Управление дорог", "")
    assert row.forwarded_on == date(2027, 3, 1)


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({}, ["body", "ground"]),
        ({"body": "other", "ground": GROUND, "body_ru": "Управление"}, ["body_kk"]),
        ({"body": "other", "ground": GROUND, "body_kk": "Басқарма"}, ["body_ru"]),
        ({"body": "other", "ground": GROUND, "forwarded_on": ""}, ["forwarded_on"]),
    ],
)
def test_what_is_missing_is_said_beside_its_field(
    desk: PageClient, world: Desk, values: dict[str, Any], fields: list[str]
) -> None:
    refused = desk.submit(desk.get(address(world)), {"number": "77", **values}, status=422)
    assert list(refused.errors) == fields
    assert refused.find("input", id="number").get("value") == "77"
    assert world.rows(Forwarding) == []


def test_only_a_rejected_project_is_sent_on(desk: PageClient, world: Desk) -> None:
    page = desk.get(address(world, 1))
    assert "Only a rejected project is sent on. The state now is: being reviewed." in page.visible
    assert not page.main.findall(".//form")
    filled = {"body": "other", "body_kk": "Б", "body_ru": "У", "ground": GROUND, "forwarded_on": "2027-03-01"}
    token = desk.get(address(world)).find("input", id="csrf_token").get("value")
    answer = desk.post(address(world, 1), data={**filled, "csrf_token": token}, status=422)
    assert list(answer.errors) == [""]


def test_without_a_list_the_body_is_written_by_hand(desk: PageClient, world: Desk) -> None:
    world.do(lambda s, _: criteria.set_bodies(s, council.COORDINATOR, [], now=world.now))
    page = desk.get(address(world))
    (radio,) = page.find_all("input", name="body")
    assert (radio.get("value"), radio.get("checked")) == ("other", "")
