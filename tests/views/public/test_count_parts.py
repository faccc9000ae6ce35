"""Beside the result: who took part, sums that add up with every term, and the winners without ballots by SMS."""

import re
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, col, delete, select, update

from budget.keys import KeyRing
from models.database import Database
from models.enums import Origin, Phase
from models.project import Project
from models.result import Count, Turnout
from tests.harness.application import Clock
from tests.harness.client import PageClient
from tests.harness.elections import Election
from tests.harness.mixed import AFTER, annul, count, mixed_vote, publish, vote_again
from tests.harness.pages import text_of
from tests.harness.public_rows import add_cycle, add_district
from tests.harness.queries import counted
from views.api.schemas import ResultsSchema
from views.keys import keyring_for

PAGE = "/en/cycles/2027/results"


@pytest.fixture
def ring(app: Flask) -> KeyRing:
    return keyring_for(app.extensions["config"])


def hold(session: Session, ring: KeyRing, now: datetime, **ways: object) -> Election:
    """Votes in two areas and of people without one; every thirteenth of 24 lives in the second."""
    areas = add_district(session)
    homes = [areas["koktal-1"]] * 12 + [areas["agro"]] + [None] * 11
    made = mixed_vote(session, ring, now, slug="2027", areas=homes, **ways)
    vote_again(session, ring, made, made.projects[1], now=now)
    annul(session, made, 2, now=now)
    return made


@pytest.fixture
def held(app_database: Database, ring: KeyRing, now: datetime, clock: Clock) -> None:
    """48 ballots: 20 by SMS and one of them twice, 11 by signature, 13 at the desk of which 2 are set aside, 3 papers."""
    with app_database.writing() as session:
        made = hold(session, ring, now, sms=[0] * 20, eds=[1] * 11, desk=[2] * 13, papers=[1] * 3)
        publish(session, ring, made, now)
    clock.instant = now + AFTER


def tables(page: object, css: str) -> dict[str, list[str]]:
    """Rows by caption, each with its words and numbers."""
    return {
        text_of(table.find(".//caption")): [
            " ".join(text_of(cell) for cell in row).replace("\u00a0", " ")
            for row in table.iter()
            if str(row.tag).endswith("tr")
        ][1:]
        for table in page.find_all("table", class_=css)  # type: ignore[attr-defined]
    }


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_page_is_whole_in_each_language(client: PageClient, held: None, language: str) -> None:
    page = client.get(f"/{language}/cycles/2027/results")
    assert len(page.find_all("table", class_="pb-turnout")) == 3
    assert len(page.find_all("table", class_="pb-sum")) == 3
    area = {"kk": "Көктал 1", "ru": "Коктал 1", "en": "Koktal 1"}[language]
    assert area in page.visible


def test_who_took_part_stands_in_three_tables_with_small_groups_together(
    client: PageClient, held: None
) -> None:
    assert tables(client.get(PAGE), "pb-turnout") == {
        "Where people voted": ["On the site 31 68.9%", "Other ways together 14 31.1%"],
        "How they proved who they are": [
            "IIN and a code sent to a mobile phone 20 44.4%",
            "Document seen at the front office 14 31.1%",
            "Electronic signature 11 24.4%",
        ],
        "Where they live": ["Koktal 1 26 57.8%", "Other areas together 19 42.2%"],
    }


def test_no_group_of_one_to_nine_is_on_the_page(client: PageClient, held: None) -> None:
    for rows in tables(client.get(PAGE), "pb-turnout").values():
        found = [int(re.findall(r" (\d+) [\d.]+%$", row)[0]) for row in rows]
        assert sum(found) == 45
        assert min(found) >= 10


def test_every_sum_stands_there_with_its_terms(client: PageClient, held: None) -> None:
    page = client.get(PAGE)
    assert tables(page, "pb-sum") == {
        "What became of the ballots in the log": [
            "Opened 45",
            "Replaced: the voter voted again + 1",
            "Set aside unopened after an objection or a check + 2",
            "Ballots in the log adds up = 48",
        ],
        "What was in the opened ballots": [
            "Valid ballots 45",
            "Empty ballots + 0",
            "Invalid ballots + 0",
            "Opened adds up = 45",
        ],
        "One person, one ballot": [
            "Ballots in the log 48",
            "Replaced: the voter voted again − 1",
            "Entered from paper − 3",
            "People who voted on the site and at the front office, with those set aside adds up = 44",
        ],
    }
    assert "/en/cycles/2027/log" in page.links
    assert "/en/cycles/2027/results.zip" in page.links


def test_papers_that_do_not_count_are_told_beside_the_people_who_took_them(
    client: PageClient, app_database: Database, held: None
) -> None:
    visible = client.get(PAGE).visible
    assert "3 people took a paper ballot. Valid papers, counted with the other ballots: 3." in visible
    assert "The other papers" not in visible
    with app_database.writing() as session:
        session.exec(update(Count).values(participations=Count.participations + 1))
    visible = client.get(PAGE).visible
    assert "4 people took a paper ballot. Valid papers, counted with the other ballots: 3." in visible
    assert "The other papers were spoiled or not handed in." in visible


def test_a_sum_that_does_not_come_out_says_so(client: PageClient, app_database: Database, held: None) -> None:
    with app_database.writing() as session:
        session.exec(update(Count).values(leaves=49))
    page = client.get(PAGE)
    rows = [rows[-1] for rows in tables(page, "pb-sum").values()]
    assert ["does not add up" in row for row in rows] == [True, False, True]


def test_what_was_counted_anew_is_shown_at_once(
    client: PageClient, app_database: Database, held: None
) -> None:
    """A page that is kept must not outlive the turnout it shows."""
    assert "44.4%" in client.get(PAGE).text
    with app_database.writing() as session:
        sms = (col(Turnout.dimension) == "assurance", col(Turnout.key) == "sms")
        session.exec(update(Turnout).where(*sms).values(voters=30))
    assert "44.4%" not in client.get(PAGE).text


# --- without ballots by SMS ---------------------------------------------------------------------------------------


def section(page: object) -> str:
    visible: str = page.visible.replace("\u00a0", " ")  # type: ignore[attr-defined]
    return visible.split("not who that person is.")[1].split("Recount it yourself", maxsplit=1)[0]


def test_other_winners_are_named_with_links(client: PageClient, held: None) -> None:
    page = client.get(PAGE)
    told = section(page)
    assert "25 valid ballots are left." in told
    assert "The winners would not be the same. These would not win: Yard 1" in told
    assert "instead" not in told


WORDS = {
    "same": "The same projects would win.",
    "undecided": "a lot is drawn for the result only",
    "no_sms": "No ballot was cast with a code by SMS.",
    "only_sms": "All ballots were cast with a code by SMS",
    "too_few": "fewer than 10 valid ballots",
}


@pytest.mark.parametrize("outcome", list(WORDS))
def test_each_other_answer_has_its_words(
    client: PageClient, app_database: Database, held: None, outcome: str
) -> None:
    answer = {"outcome": outcome, "ballots": 25, "winners": []}
    with app_database.writing() as session:
        session.exec(update(Count).values(without_sms=answer))
    told = section(client.get(PAGE))
    assert [name for name, words in WORDS.items() if words in told] == [outcome]
    for language in ("kk", "ru"):
        client.get(f"/{language}/cycles/2027/results")


def test_who_would_win_instead_is_named(client: PageClient, app_database: Database, held: None) -> None:
    with app_database.writing() as session:
        row = session.exec(select(Count)).one()
        session.exec(update(Count).values(without_sms={**row.without_sms, "winners": [_loser(session)]}))
    told = section(client.get(PAGE))
    assert "These would win instead: Yard 4" in told


def _loser(session: Session) -> str:
    return session.exec(select(Project.public_id).where(Project.number == 4)).one()


# --- where there is nothing of it ---------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", [Origin.SERVICE, Origin.PABULIB])
def test_a_count_without_these_numbers_is_shown_as_before(
    client: PageClient, app_database: Database, now: datetime, origin: Origin
) -> None:
    with app_database.writing() as session:
        add_cycle(session, now, phase=Phase.IMPLEMENTATION, results=True, origin=origin)
    page = client.get(PAGE)
    for absent in ("Who took part", "Do the numbers add up?", "Without ballots by SMS"):
        assert absent not in page.visible
    assert "Valid ballots" in page.visible


def test_the_page_asks_at_most_six_things_of_the_database(
    app: Flask, raw_client: FlaskClient, app_database: Database, held: None
) -> None:
    for page in ("/kk/cycles/2027/results", "/api/v1/cycles/2027/results"):
        app.extensions["page_cache"].clear()
        app.extensions.pop("public_facts", None)
        with counted(app_database.engine) as statements:
            assert raw_client.get(page).status_code == 200
        assert len(statements) <= 6, page


# --- open data, and the coordinator before everybody ---------------------------------------------------------------


def test_programs_get_the_same_numbers(raw_client: FlaskClient, held: None) -> None:
    found = raw_client.get("/api/v1/cycles/2027/results").get_json()
    ResultsSchema().load(found)
    assert found["turnout"]["channel"] == [{"key": "web", "voters": 31}, {"key": "others", "voters": 14}]
    assert found["turnout"]["area"][0] == {"key": "koktal-1", "voters": 26}
    sums = found["sums"]
    assert sums["leaves"] == sums["opened"] + sums["replaced"] + sums["annulled"] == 48
    assert sums["leaves"] - sums["replaced"] - sums["papers"] == sums["electronic"] == 44
    assert sums["leaves_add_up"] is sums["people_add_up"] is True
    assert found["without_sms"]["outcome"] == "different"
    assert found["without_sms"]["ballots"] == 25
    assert len(found["without_sms"]["winners"]) == 2


def test_programs_get_null_where_nothing_was_kept(
    raw_client: FlaskClient, app_database: Database, held: None
) -> None:
    with app_database.writing() as session:
        session.exec(update(Count).values(leaves=0, without_sms=None))
        session.exec(delete(Turnout))
    found = raw_client.get("/api/v1/cycles/2027/results").get_json()
    ResultsSchema().load(found)
    assert [found[name] for name in ("turnout", "sums", "without_sms")] == [None, None, None]


def test_nothing_of_it_is_seen_before_the_publication(
    client: PageClient,
    raw_client: FlaskClient,
    app_database: Database,
    ring: KeyRing,
    now: datetime,
    clock: Clock,
) -> None:
    with app_database.writing() as session:
        count(session, ring, hold(session, ring, now, sms=[0] * 20, eds=[1] * 13), now)
    clock.instant = now + AFTER
    page = client.get(PAGE)
    assert tables(page, "pb-turnout") == tables(page, "pb-sum") == {}
    assert "turnout" not in raw_client.get("/api/v1/cycles/2027/results").get_json()
