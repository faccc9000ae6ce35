"""The rules of the council, written out of the settings; the criteria with their clauses; whose the rest is."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlmodel import col, update

from budget.council import criteria, members
from budget.settings import Text
from models.cycle import Cycle
from models.database import Database
from models.enums import Criterion, Majority, Phase, Quorum
from seeds import saryarka
from tests.harness import council
from tests.harness.client import PageClient
from tests.harness.council import COORDINATOR
from tests.harness.elections import open_election
from tests.harness.pages import text_of
from tests.harness.projects import make_cycle
from views.keys import keyring_for

SETTINGS = {
    "council_akimat_percent": 40,
    "council_quorum": Quorum.TWO_THIRDS,
    "council_majority": Majority.OF_MEMBERS,
    "reviewers_per_project": 3,
    "review_days": 7,
    "correction_days": 6,
    "appeal_days": 8,
    "appeal_decision_days": 11,
}


@pytest.fixture
def slug(app_database: Database, now: datetime) -> str:
    with app_database.writing() as session:
        return make_cycle(session, now, Phase.SCREENING, **SETTINGS).slug


def rules(client: PageClient, slug: str, language: str = "en"):
    return client.get(f"/{language}/cycles/{slug}/rules")


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_every_setting_of_the_council_stands_in_each_language(
    client: PageClient, slug: str, language: str
) -> None:
    page = rules(client, slug, language)
    for told in ("40", "3", "7", "6", "8", "11"):
        assert told in page.visible
    assert page.find("h2", id="council") is not None
    assert f"/{language}/cycles/{slug}/council" in page.links


def test_the_procedure_is_told_in_plain_words(client: PageClient, slug: str) -> None:
    told = rules(client, slug).visible
    for sentence in (
        "at most 40% of its members may come from the akimat",
        "Then 3 members of the council read it, each on their own. The time for it: 7 working days.",
        "goes back to the author with remarks, for 6 working days.",
        "Quorum: at least two thirds of those who may decide.",
        "A motion is carried by: more than half of all who may decide.",
        "within 8 working days.",
        "answer within 11 working days; the author may ask to be heard.",
        "departs from the count with a written reason",
    ):
        assert sentence in told
    assert "checks two things" not in told


def criteria_rows(page) -> dict[str, str]:
    rows = [row for row in page.find_all("div") if row.find("./dt") is not None]
    return {text_of(row.find("./dt")): text_of(row.find("./dd")) for row in rows}


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_without_a_regulation_of_its_own_all_criteria_stand_with_our_help(
    client: PageClient, slug: str, language: str
) -> None:
    page = rules(client, slug, language)
    listed = criteria_rows(page)
    assert len(listed) == len(Criterion)
    assert all(text.endswith(("?", ".")) for text in listed.values())
    if language == "en":
        assert listed["The cost is within the cap"].endswith("cost no more than the cap?")
        assert "write below" not in page.visible


def test_the_clauses_and_help_texts_are_the_regulations(
    client: PageClient, app_database: Database, slug: str, now: datetime
) -> None:
    own = [
        criteria.Clause(Criterion.COMPETENCE, "12"),
        criteria.Clause(Criterion.CONFORMITY, "13", "Қазақша", "По-русски", "In English"),
        criteria.Clause(Criterion.LAND, "14-1", "Тек қазақша"),
    ]
    with app_database.writing() as session:
        criteria.set_criteria(session, COORDINATOR, slug, own, now=now)
    page = rules(client, slug)
    listed = criteria_rows(page)
    assert list(listed) == [
        "Within the competence of the akimatclause 12 of the Regulation",
        "Conforms to the Regulationclause 13 of the Regulation",
        "On public landclause 14-1 of the Regulation",
    ]
    assert listed["Conforms to the Regulationclause 13 of the Regulation"] == "In English"
    assert [text_of(one) for one in page.find_all("span", lang="kk")] == ["Тек қазақша"]


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_what_is_not_the_akimats_has_somebody_else_to_turn_to(
    client: PageClient, app_database: Database, slug: str, now: datetime, language: str
) -> None:
    matter, name = Text("Көлік", "Автобусы", "Buses"), Text("Басқарма", "Управление", "Department")
    assert "109" not in rules(client, slug).visible
    with app_database.writing() as session:
        criteria.set_bodies(session, COORDINATOR, [criteria.Body(matter, name, "109, iKOMEK")], now=now)
    page = rules(client, slug, language)
    listed = criteria_rows(page)
    assert listed[getattr(matter, language)] == f"{getattr(name, language)}109, iKOMEK"


def test_the_frozen_hash_says_whether_the_councils_rules_are_in_it(
    client: PageClient, app: Flask, app_database: Database, now: datetime
) -> None:
    """They are where the council was published before the freeze, and only there (budget.cycles)."""
    part, apart = "are part of it.", "are not part of it, because the council was published after the freeze."
    with app_database.writing() as session:
        cycle = open_election(session, keyring_for(app.extensions["config"]), now=now).cycle
        slug, frozen_at = cycle.slug, cycle.frozen_at
    told = rules(client, slug).visible
    assert "The rules of the council" not in told
    assert "council_quorum" not in client.get(f"/en/cycles/{slug}/frozen.json").get_json()["settings"]
    for at, said, names in ((now, apart, False), (frozen_at - timedelta(days=1), part, True)):
        with app_database.writing() as session:
            where = update(Cycle).where(col(Cycle.slug) == slug)
            session.exec(where.values(council_published_at=at))
        assert said in rules(client, slug).visible
        settings = client.get(f"/en/cycles/{slug}/frozen.json").get_json()["settings"]
        assert ("council_quorum" in settings) is names


def test_archives_have_no_rules_of_a_council(client: PageClient, app_database: Database, now) -> None:
    with app_database.writing() as session:
        saryarka.load(session, now=now)
    assert rules(client, "2020").find_all("h2", id="council") == []


def test_a_composition_published_later_changes_no_rule(
    client: PageClient, app_database: Database, slug: str, now: datetime
) -> None:
    before = rules(client, slug).visible
    with app_database.writing() as session:
        cycle = session.exec(council.select(Cycle).where(Cycle.slug == slug)).one()
        council.make_council(session, cycle, now=now, publish=False)
        members.publish(session, COORDINATOR, slug, now=now)
    assert rules(client, slug).visible == before
