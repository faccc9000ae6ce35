"""When there is a ballot and for whom; everybody else is told why there is none."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from flask import Flask

from budget import ballots, cycles
from budget.permissions import Actor
from models.enums import Language, Origin, Role
from tests.harness.application import Clock
from tests.harness.ballots import (
    BALLOT,
    OTHER_IIN,
    RECEIPT,
    SLUG,
    ballots_in,
    chosen,
    closes_at,
    database_of,
    ids,
    open_vote,
    sign_in_voter,
)
from tests.harness.client import PageClient
from tests.harness.elections import COORDINATOR, Election, draft
from tests.harness.people import PHONE, add_to_roll, newest_code
from tests.harness.projects import sign_in

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("language", list(Language))
def test_before_voting_the_page_says_when_it_begins(
    client: PageClient, app: Flask, now: datetime, clock: Clock, language: str
) -> None:
    open_vote(app, now)
    clock.instant = now - DAY - SECOND  # frozen, not yet open
    sign_in_voter(client, app)
    page = client.get(f"/{language}/cycles/{SLUG}/ballot")
    when = {"kk": "2027 ж. 28\u00a0ақпан", "ru": "28\u00a0февраля 2027 г.", "en": "28\u00a0February 2027"}
    assert when[language].replace("\u00a0", " ") in page.visible.replace("\u00a0", " ")
    assert "14:00" in page.visible
    assert page.find_all("input", name="choices") == []
    assert page.find_all("button", class_="govuk-button") == []


@pytest.mark.parametrize("language", list(Language))
def test_after_the_close_the_page_says_when_it_ended_and_that_no_ballot_was_cast(
    voter: PageClient, app: Flask, election: Election, clock: Clock, now: datetime, language: str
) -> None:
    clock.instant = closes_at(now)
    sign_in_voter(voter, app)
    page = voter.get(f"/{language}/cycles/{SLUG}/ballot")
    assert page.find_all("input", name="choices") == []
    assert page.find_all("button", class_="govuk-button") == []
    assert "14:00" in page.visible
    assert f"/{language}/cycles/{SLUG}/results" in page.links
    if language == "en":
        assert "Voting ended: " in page.visible
        assert "No ballot was cast in your name." in page.visible


@pytest.mark.parametrize("days", [-30, 0, 30])
def test_a_cycle_that_is_not_frozen_takes_no_ballots_and_says_so(
    client: PageClient, app: Flask, now: datetime, clock: Clock, days: int
) -> None:
    election = open_vote(app, now, freeze=False)
    clock.instant = now + timedelta(days=days)
    sign_in_voter(client, app)
    page = client.get(BALLOT)
    said = {-30: "Voting begins on 28", 0: "the ballot list is still being made", 30: "Voting ended: 14"}
    assert said[days] in page.visible
    assert "No ballot was cast" not in page.visible
    assert client.get(RECEIPT).location == BALLOT
    token = client.get("/en/my").find_all("input", name="csrf_token")[0].get("value")
    sent = {"csrf_token": token, "choices": ids(election)[0]}
    assert said[days] in client.post(BALLOT, data=sent, status=422).visible
    assert ballots_in(app) == []


def test_before_the_opening_a_frozen_cycle_takes_no_ballots(
    voter: PageClient, app: Flask, election: Election, clock: Clock, now: datetime
) -> None:
    page = voter.get(BALLOT)
    clock.instant = now - DAY - SECOND
    sign_in_voter(voter, app)
    refused = voter.submit(page, {"choices": ids(election)[:1]}, status=422)
    assert "Voting begins on 28" in refused.errors["choices"]
    assert chosen(refused) == set(ids(election)[:1])
    assert ballots_in(app) == []


# --- who may ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", list(Language))
def test_who_is_too_young_gets_a_page_that_says_so_and_no_ballot(
    client: PageClient, app: Flask, now: datetime, language: str
) -> None:
    open_vote(app, now)
    sign_in_voter(client, app, born=date(2009, 3, 2))  # 18 tomorrow
    page = client.get(f"/{language}/cycles/{SLUG}/ballot")
    assert "18" in page.visible
    assert page.find_all("input", name="choices") == []
    assert f"/{language}/can-i-vote" in page.links


def test_a_forged_ballot_of_who_is_too_young_is_refused(
    client: PageClient, app: Flask, now: datetime
) -> None:
    election = open_vote(app, now)
    sign_in_voter(client, app)
    page = client.get(BALLOT)
    sign_in_voter(client, app, OTHER_IIN, born=date(2009, 3, 2))
    refused = client.submit(page, {"choices": ids(election)[0]}, status=422)
    assert refused.h1 == "You can’t vote in this cycle"
    assert ballots_in(app) == []


def test_the_age_is_that_of_the_day_in_almaty(
    client: PageClient, app: Flask, now: datetime, clock: Clock
) -> None:
    """At 18:59 UTC on 1 March it is 23:59 there; a minute later the 2nd has begun, and with it the 19th year."""
    open_vote(app, now)
    clock.instant = now.replace(hour=18, minute=59)
    sign_in_voter(client, app, born=date(2009, 3, 2))
    assert client.get(BALLOT).h1 == "You can’t vote in this cycle"
    clock.instant += timedelta(minutes=1)
    assert client.get(BALLOT).h1 == "Your ballot"


@pytest.mark.parametrize("page", ["can-i-vote", f"cycles/{SLUG}/rules"])
def test_the_conditions_name_the_day_that_counts(
    client: PageClient, app: Flask, now: datetime, page: str
) -> None:
    open_vote(app, now)
    said = client.get(f"/en/{page}").visible
    assert "at least 18 years old on the day you vote" in said or "18 years old on the day they vote" in said


def test_a_method_the_cycle_does_not_accept_is_named(
    client: PageClient, app: Flask, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_vote(app, now)
    box_of = ballots.ballot_box
    monkeypatch.setattr(
        ballots, "ballot_box", lambda *args: replace(box_of(*args), methods=frozenset({"eds"}))
    )
    sign_in_voter(client, app)
    page = client.get(BALLOT)
    assert "This cycle accepts only: Electronic signature" in page.visible
    assert page.find_all("input", name="choices") == []


def test_a_visitor_signs_in_and_comes_back_to_the_ballot(
    client: PageClient, app: Flask, now: datetime
) -> None:
    open_vote(app, now)
    add_to_roll(app, OTHER_IIN)
    asked = client.get(BALLOT)
    assert asked.location == f"/en/sign-in?next={BALLOT}"
    page = client.submit(
        client.get(asked.location), {"iin": OTHER_IIN, "phone": PHONE}, follow_redirects=True
    )
    answer = client.submit(page, {"code": newest_code(app)}, form="#code-form", follow_redirects=True)
    assert (answer.request.path, answer.h1) == (BALLOT, "Your ballot")


@pytest.mark.parametrize("role", [Role.COUNCIL, Role.COORDINATOR])
@pytest.mark.parametrize("address", [BALLOT, RECEIPT])
def test_council_and_coordinator_have_no_ballot(
    client: PageClient, app: Flask, now: datetime, monkeypatch: pytest.MonkeyPatch, role: Role, address: str
) -> None:
    open_vote(app, now)
    sign_in(monkeypatch, Actor(role, 1))
    client.get(address, status=403)


def test_an_unknown_cycle_an_unpublished_one_and_the_archive_have_no_ballot(
    client: PageClient, app: Flask, now: datetime
) -> None:
    with database_of(app).writing() as session:
        cycles.create(session, COORDINATOR, draft(now, slug="hidden"), now=now - 60 * DAY)
    open_vote(app, now)
    with database_of(app).writing() as session:
        old = cycles.create(session, COORDINATOR, draft(now, slug="2020"), now=now - 60 * DAY)
        old.origin, old.published_at = Origin.ARCHIVE, now
    sign_in_voter(client, app)
    for slug in ("hidden", "nowhere", "2020"):
        client.get(f"/en/cycles/{slug}/ballot", status=404)
        client.get(f"/en/cycles/{slug}/receipt", follow_redirects=True, status=404)
