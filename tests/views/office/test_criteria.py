"""The criteria of a cycle's regulation, and the district's list of who is competent for the rest."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask

from budget.council import criteria
from models.council import CompetentBody, CycleCriterion
from models.database import Database
from models.enums import Criterion
from tests.harness.client import PageClient
from tests.harness.council_desk import PAGE, Desk, make_desk
from tests.harness.pages import PageResponse, text_of

CRITERIA = f"{PAGE}/criteria"
BODIES = "/en/office/bodies"
ADD = "Add another line"
LIGHT = {
    "bodies-0-matter_kk": "Көше жарығы",
    "bodies-0-matter_ru": "Уличное освещение",
    "bodies-0-matter_en": "Street lighting",
    "bodies-0-name_kk": "Энергетика басқармасы",
    "bodies-0-name_ru": "Управление энергетики",
    "bodies-0-name_en": "Department of energy",
    "bodies-0-contact": "109, iKOMEK",
}


@pytest.fixture
def app(make_app: Callable[..., Flask], database_url: str) -> Flask:
    return make_app(database_url)


@pytest.fixture
def world(desk: PageClient, app_database: Database, now: datetime) -> Desk:
    return make_desk(app_database, now, projects_=1, size=0)


def clauses(world: Desk) -> dict[Criterion, str]:
    with world.database.reading() as session:
        found = criteria.of_cycle(session, world.cycle().id or 0)
        return {one.criterion: one.clause for one in found}


def test_a_regulation_has_some_of_the_criteria_each_with_its_clause(desk: PageClient, world: Desk) -> None:
    page = desk.get(CRITERIA)
    assert "Our text: May the district akimat pay" in page.visible
    assert not page.find_all("input", id="competence")
    values = {
        "land": None,
        "direction": None,
        "completeness": None,
        "competence_clause": "14",
        "cost_clause": "3.2",
        "cost_help_kk": "Құны шектен аспайды.",
        "cost_help_ru": "Не дороже предела.",
        "cost_help_en": "Within the cap.",
    }
    desk.submit(page, values, button="Save the criteria", status=303)
    wanted = {Criterion.COMPETENCE: "14", Criterion.CONFORMITY: "", Criterion.COST: "3.2"}
    assert clauses(world) == wanted
    assert world.acts()[-1] == "council.criteria"
    again = desk.get(CRITERIA)
    assert again.find("input", id="land").get("checked") is None
    assert again.find("input", id="cost").get("checked") is not None
    assert text_of(again.find("textarea", id="cost_help_kk")) == "Құны шектен аспайды."
    opened = [
        one
        for one in again.find_all("details")
        if one.get("open") is not None and one.get("class") == "govuk-details"
    ]
    assert len(opened) == 1
    told = desk.submit(again, follow_redirects=True)
    assert "The criteria are written down." in told.visible
    assert clauses(world) == wanted
    for language in ("kk", "ru"):
        desk.get(CRITERIA.replace("/en/", f"/{language}/"))


def test_a_text_that_is_too_long_is_said_beside_its_field(desk: PageClient, world: Desk) -> None:
    values = {"land_help_ru": "о" * 501, "land_clause": "1" * 41, "cost_clause": "7"}
    refused = desk.submit(desk.get(CRITERIA), values, status=422)
    assert list(refused.errors) == ["land_clause", "land_help_ru"]
    assert refused.find("input", id="cost_clause").get("value") == "7"
    assert world.rows(CycleCriterion) == []


def test_after_the_freeze_the_criteria_are_only_read(
    desk: PageClient, world: Desk, app_database: Database
) -> None:
    page = desk.get(CRITERIA)

    def freeze(session, cycle):
        cycle.frozen_at, cycle.frozen_hash = world.now, "0" * 64
        session.add(cycle)

    world.do(freeze)
    assert not desk.get(CRITERIA).main.findall(".//form")
    refused = desk.submit(page, {"land": None}, status=422)
    assert list(refused.errors) == [""]
    assert world.rows(CycleCriterion) == []


# --- who is competent for the rest ----------------------------------------------------------------


def filled(page: PageResponse) -> list[str]:
    """What stands in the first field of each line."""
    fields = page.find_all("input", lang="kk")
    return [one.get("value", "") for one in fields if one.get("name", "").endswith("matter_kk")]


def test_lines_are_added_kept_and_dropped_without_a_script(desk: PageClient, world: Desk) -> None:
    page = desk.submit(desk.get(BODIES), LIGHT, button=ADD)
    assert filled(page) == ["Көше жарығы", ""]
    second = {name.replace("-0-", "-1-"): f"{text} 2" for name, text in LIGHT.items()}
    page = desk.submit(page, second, button=ADD)
    assert filled(page) == ["Көше жарығы", "Көше жарығы 2", ""]
    told = desk.submit(page, button="Save the list", follow_redirects=True)
    assert "The list is written down." in told.visible
    assert filled(told) == ["Көше жарығы", "Көше жарығы 2"]
    rows = world.rows(CompetentBody)
    assert [(row.position, row.name_en, row.contact) for row in rows] == [
        (1, "Department of energy", "109, iKOMEK"),
        (2, "Department of energy 2", "109, iKOMEK 2"),
    ]
    desk.submit(told, dict.fromkeys(LIGHT), follow_redirects=True)
    assert [row.matter_kk for row in world.rows(CompetentBody)] == ["Көше жарығы 2"]
    assert world.acts()[-2:] == ["council.bodies"] * 2
    for language in ("kk", "ru"):
        desk.get(BODIES.replace("/en/", f"/{language}/"))
    assert "/en/office/bodies" in desk.get("/en/office").links


def test_a_line_stands_in_three_languages(desk: PageClient, world: Desk) -> None:
    values = {**LIGHT, "bodies-0-matter_en": "", "bodies-0-name_ru": ""}
    refused = desk.submit(desk.get(BODIES), values, button="Save the list", status=422)
    assert list(refused.errors) == ["bodies-0-matter_en", "bodies-0-name_ru"]
    assert filled(refused) == ["Көше жарығы"]
    refused = desk.submit(desk.get(BODIES), {"bodies-0-contact": "109"}, button="Save the list", status=422)
    assert len(refused.errors) == 6
    assert world.rows(CompetentBody) == []


def test_an_empty_list_is_told_so(desk: PageClient, world: Desk) -> None:
    refused = desk.submit(desk.get(BODIES), button="Save the list", status=422)
    assert refused.errors == {"bodies-0-matter_kk": "Write at least one line."}
