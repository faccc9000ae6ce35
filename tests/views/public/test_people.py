"""Can I vote? And the messages of the demo."""

from datetime import timedelta

import pytest

from budget.phases import ORDER
from models.enums import Phase
from tests.harness.cycles import calendar_from, frozen, proposal, published
from tests.harness.people import PHONE, newest_code
from views.keys import keyring_for


def voting_starts(start):
    return calendar_from(start)[ORDER.index(Phase.VOTING)].starts_at


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_without_a_cycle_the_conditions_are_told_in_general(client, lang):
    page = client.get(f"/{lang}/can-i-vote")
    if lang == "en":
        assert "No vote is open or planned now." in page.visible


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_the_conditions_are_those_of_the_settings(client, app, app_database, now, lang):
    with app_database.writing() as session:
        published(session, now, minimum_age=16, votes_per_resident=3)
    page = client.get(f"/{lang}/can-i-vote")
    assert "16" in page.visible
    if lang == "en":
        assert "You are at least 16 years old on the day you vote." in page.visible
        assert "You choose up to 3 projects, or none of them." in page.visible
        assert "by a code sent to your mobile number of Kazakhstan" in page.visible
        assert "electronic signature, in NCALayer" not in page.visible
        assert "Voting begins on 31 March 2027" in page.visible.replace("\u00a0", " ")
    assert page.find_all("a", class_="govuk-button") == []


def test_while_voting_is_open_the_page_leads_to_the_ballot(client, app, app_database, now):
    with app_database.writing() as session:
        frozen(session, now, keyring_for(app.extensions["config"]))
    app.extensions["clock"].instant = voting_starts(now) + timedelta(days=1)
    page = client.get("/en/can-i-vote")
    assert [link.get("href") for link in page.find_all("a", class_="govuk-button")] == [
        "/en/cycles/2027/ballot"
    ]
    assert "Voting is open until" in page.visible


def test_the_vote_that_is_open_comes_before_the_next_one(client, app, app_database, now):
    keys = keyring_for(app.extensions["config"])
    with app_database.writing() as session:
        frozen(session, now, keys)
        published(session, now + timedelta(days=20), slug="2028", minimum_age=21)
    app.extensions["clock"].instant = voting_starts(now) + timedelta(days=1)
    assert "18 years" in client.get("/en/can-i-vote").visible
    app.extensions["clock"].instant = voting_starts(now) + timedelta(days=11)
    assert "21 years" in client.get("/en/can-i-vote").visible


def test_an_unpublished_cycle_is_not_told(client, app_database, now):
    from budget import cycles
    from budget.permissions import SYSTEM

    with app_database.writing() as session:
        cycles.create(session, SYSTEM, proposal(now, minimum_age=35), now=now)
    assert "35" not in client.get("/en/can-i-vote").visible


def ask(client, lang="en"):
    page = client.get(f"/{lang}/sign-in")
    return client.submit(page, {"iin": "990230300608", "phone": PHONE}, follow_redirects=True)


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_the_demo_shows_the_code_in_the_language_it_was_asked_in(client, app, lang):
    ask(client, lang)
    page = client.get("/en/messages")
    assert newest_code(app) in page.visible
    assert "+7\u00a0701\u00a0123\u00a045\u00a067" in page.visible
    assert "exists only in the demonstration" in page.visible
    assert [link.get("href") for link in page.find_all("a", class_="govuk-button")] == ["/en/sign-in/code"]


def test_a_used_and_an_expired_code_are_not_shown(client, app):
    page = ask(client)
    code = newest_code(app)
    client.submit(page, {"code": code}, form="#code-form", status=422)
    page = client.get("/en/messages")
    assert code not in page.visible
    assert "The code was used or has expired." in page.visible
    app.extensions["clock"].instant += timedelta(minutes=2)
    ask(client)
    code = newest_code(app)
    app.extensions["clock"].instant += timedelta(minutes=10)
    assert code not in client.get("/en/messages").visible


def test_an_empty_page_says_what_to_do(client):
    assert "Ask for a code, and it appears here." in client.get("/en/messages").visible


def test_outside_the_demo_there_is_no_such_page(make_app, sqlite_url):
    client = make_app(sqlite_url, demo=False).test_client()
    client.get("/en/messages", status=404)
    assert "/en/messages" not in client.get("/en/sign-in", status=503).get_data(as_text=True)
