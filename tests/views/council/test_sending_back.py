"""A member sends a project back to its author, with remarks by part of the application."""

from collections.abc import Callable

import pytest

from budget.council import returns
from models.enums import Language, ProjectPart, ProjectState
from models.project import Project
from tests.harness.client import PageClient
from tests.harness.member_pages import (
    MEETS,
    Sitting,
    kept,
    path_of,
)

Sit = Callable[..., Sitting]
FORM = {"form": "#conclusion-form"}


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_a_project_goes_back_to_its_author_with_remarks_by_part(
    client: PageClient, sit: Sit, lang: str
) -> None:
    world = sit()
    page = client.get(f"{path_of(world.projects[0], lang)}/send-back")
    typed = {"title": "Атауын нақтылаңыз.", "estimate": "Қымбат.\nҚайта есептеңіз."}
    client.submit(page, typed, status=303)
    with world.database.reading() as session:
        row = session.get_one(Project, world.projects[0].id)
        assert row.state is ProjectState.RETURNED
        [correction] = returns.corrections.of_project(session, row.id)
        remarks = returns.corrections.remarks_of(session, [correction.id or 0])[correction.id or 0]
    assert correction.language is Language(lang)
    assert remarks == {ProjectPart.TITLE: typed["title"], ProjectPart.ESTIMATE: typed["estimate"]}
    done = client.get(path_of(world.projects[0], lang))
    assert done.find("a", class_="govuk-button").get("href") == path_of(world.projects[1], lang)


def test_the_page_says_until_when_the_author_has_time_and_takes_over_ones_own_remarks(
    client: PageClient, sit: Sit
) -> None:
    world = sit()
    said = {**MEETS, "cost": "correctable", "cost_remark": "Қымбат.", "completeness": "correctable", "completeness_remark": "Сызба жоқ."}  # fmt: skip
    client.submit(client.get(path_of(world.projects[0])), said, **FORM)
    page = client.get(f"{path_of(world.projects[0])}/send-back")
    assert "The author gets 5 working days, until 9\u00a0March 2027, 24:00, Astana time" in page.visible
    assert (kept(page, "estimate"), kept(page, "whole"), kept(page, "title")) == ("Қымбат.", "Сызба жоқ.", "")
    assert "Now: 14\u00a0850\u00a0000\u00a0₸" in page.visible


def test_without_a_remark_nothing_goes_back(client: PageClient, sit: Sit) -> None:
    world = sit()
    page = client.get(f"{path_of(world.projects[0])}/send-back")
    refused = client.submit(page, {"photo": "  "}, status=422)
    assert list(refused.errors) == ["whole"]
    long = client.submit(page, {"photo": "ж" * 2001, "title": "Атауы"}, status=422)
    assert list(long.errors) == ["photo"]
    assert kept(long, "title") == "Атауы"


def test_who_sends_back_second_is_told_and_keeps_the_remarks(client: PageClient, sit: Sit) -> None:
    world = sit()
    page = client.get(f"{path_of(world.projects[0])}/send-back")
    with world.database.writing() as session:
        remarks = {ProjectPart.WHOLE: "Толықтырыңыз."}
        returns.send_back(
            session,
            world.others[0].actor,
            world.projects[0].public_id,
            remarks,
            language=Language.KK,
            now=world.now,
        )
    refused = client.submit(page, {"title": "Атауы"}, status=422)
    assert "This can't be done any more." in refused.errors[""]
    assert kept(refused, "title") == "Атауы"
