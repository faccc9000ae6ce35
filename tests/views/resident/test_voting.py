"""The ballot as a voter meets it: one screen, one press, one ballot; against the rules it is refused and kept."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlmodel import select

from budget import ballots
from budget.ballot_rules import Choice
from models.enums import Language, ProjectState
from models.project import Project
from tests.harness.application import Clock
from tests.harness.ballots import (
    BALLOT,
    IIN,
    OTHER_IIN,
    RECEIPT,
    SLUG,
    THIRD_IIN,
    ballots_in,
    chosen,
    closes_at,
    database_of,
    ids,
    offered,
    open_vote,
    opened,
    sign_in_voter,
    vote,
)
from tests.harness.client import PageClient
from tests.harness.elections import Election
from tests.harness.pages import text_of

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)

# --- the ballot -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", list(Language))
def test_the_ballot_shows_each_admitted_project_with_its_cost(
    voter: PageClient, election: Election, language: str
) -> None:
    page = voter.get(f"/{language}/cycles/{SLUG}/ballot")
    assert sorted(offered(page)) == sorted([*ids(election), "none"])
    assert offered(page)[-1] == "none"
    assert page.visible.count("3\u00a0000\u00a0000\u00a0₸") == 4
    for number in (1, 2, 3, 4):
        assert {"kk": f"{number}-аула", "ru": f"Двор {number}", "en": f"Yard {number}"}[
            language
        ] in page.visible
    assert {box.get("type") for box in page.find_all("input", name="choices")} == {"checkbox"}
    assert chosen(page) == set()
    assert len(page.find_all("button", class_="govuk-button")) == 1
    assert [link for link in page.links if "/projects/" in link]


def test_one_vote_is_a_choice_of_one(client: PageClient, app: Flask, now: datetime) -> None:
    election = open_vote(app, now)
    sign_in_voter(client, app)
    page = client.get(BALLOT)
    assert {box.get("type") for box in page.find_all("input", name="choices")} == {"radio"}
    client.submit(page, {"choices": ids(election)[1]})
    [choice] = opened(app, election)
    assert isinstance(choice, Choice)
    assert choice.projects == (ids(election)[1],)


def test_the_order_is_the_voters_own_and_stays(client: PageClient, app: Flask, now: datetime) -> None:
    open_vote(app, now, projects=12)
    orders = []
    for iin in (IIN, OTHER_IIN, THIRD_IIN):
        sign_in_voter(client, app, iin)
        orders.append(offered(client.get(BALLOT)))
        assert offered(client.get(BALLOT)) == orders[-1]
        assert offered(client.get(BALLOT.replace("/en/", "/kk/"))) == orders[-1]
    assert len({tuple(order) for order in orders}) == 3
    assert len({frozenset(order) for order in orders}) == 1


def test_several_envelopes_stand_apart_with_their_sums(client: PageClient, app: Flask, now: datetime) -> None:
    election = open_vote(app, now, envelopes=2, votes_per_resident=2)
    sign_in_voter(client, app)
    page = client.get(BALLOT)
    legends = [text_of(legend) for legend in page.find_all("legend")]
    assert legends[:2] == ["Part 1 – 10\u00a0000\u00a0000\u00a0₸", "Part 2 – 10\u00a0000\u00a0000\u00a0₸"]
    groups = [{box.get("value", "") for box in group.iter("input")} for group in page.find_all("fieldset")]
    assert groups == [set(ids(election)[0::2]), set(ids(election)[1::2]), {"none"}]
    assert "All your choices must be in one part of the budget." in page.visible
    client.submit(page, {"choices": ids(election)[1::2]})
    assert opened(app, election)[0].projects == tuple(sorted(ids(election)[1::2]))  # type: ignore[union-attr]


def test_none_of_these_is_a_ballot(voter: PageClient, app: Flask, election: Election) -> None:
    assert vote(voter, "none", follow_redirects=True).h1 == "You have voted"
    assert opened(app, election) == [Choice("", ())]


def test_a_withdrawn_project_is_not_offered_and_a_page_opened_before_still_works(
    voter: PageClient, app: Flask, election: Election, now: datetime
) -> None:
    """It stood on the frozen list, so a ballot for it is whole; the count passes it over."""
    page = voter.get(BALLOT)
    with database_of(app).writing() as session:
        row = session.exec(select(Project).where(Project.public_id == ids(election)[0])).one()
        row.state, row.withdrawn_at = ProjectState.WITHDRAWN, now
    assert ids(election)[0] not in offered(voter.get(BALLOT))
    app.extensions.pop("ballot_boxes")  # another process, which never saw the project admitted
    voter.submit(page, {"choices": ids(election)[:2]})
    assert opened(app, election)[0].projects == tuple(sorted(ids(election)[:2]))  # type: ignore[union-attr]


# --- cast, once -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", list(Language))
def test_a_ballot_is_cast_by_one_press_and_the_receipt_says_so(
    voter: PageClient, app: Flask, election: Election, language: str
) -> None:
    address = f"/{language}/cycles/{SLUG}/ballot"
    answer = voter.submit(voter.get(address), {"choices": ids(election)[:3]})
    assert (answer.status_code, answer.location) == (303, f"/{language}/cycles/{SLUG}/receipt")
    [row] = ballots_in(app)
    page = voter.get(answer.location)
    assert row.receipt is not None
    assert text_of(page.find(id="receipt-code")) == row.receipt.hex()
    assert "14:00" in page.visible  # when it was cast
    assert not any(public_id in page.text for public_id in ids(election))
    assert opened(app, election)[0].projects == tuple(sorted(ids(election)[:3]))  # type: ignore[union-attr]


def test_reload_back_and_a_second_press_lead_to_the_first_receipt(
    voter: PageClient, app: Flask, election: Election, clock: Clock
) -> None:
    page = voter.get(BALLOT)
    first = voter.submit(page, {"choices": ids(election)[:1]}, follow_redirects=True)
    code = text_of(first.find(id="receipt-code"))
    polite = "Your first ballot stands."
    assert polite not in first.visible
    clock.instant += timedelta(minutes=2)
    again = voter.get(RECEIPT)
    assert text_of(again.find(id="receipt-code")) == code
    back = voter.get(BALLOT, follow_redirects=True)
    assert (back.request.path, text_of(back.find(id="receipt-code"))) == (RECEIPT, code)
    assert polite not in back.visible
    second = voter.submit(page, {"choices": ids(election)[1:3]}, follow_redirects=True)
    assert (second.request.path, text_of(second.find(id="receipt-code"))) == (RECEIPT, code)
    assert polite in second.visible
    assert len(ballots_in(app)) == 1
    assert opened(app, election)[0].projects == (ids(election)[0],)  # type: ignore[union-attr]


def test_another_browser_of_the_same_person_gets_the_same_receipt(
    voter: PageClient, app: Flask, election: Election
) -> None:
    page = voter.get(BALLOT)
    sign_in_voter(voter, app)
    vote(voter, ids(election)[0])
    answer = voter.submit(page, {"choices": ids(election)[1]}, follow_redirects=True)
    assert text_of(answer.find(id="receipt-code")) == ballots_in(app)[0].receipt.hex()  # type: ignore[union-attr]
    assert len(ballots_in(app)) == 1


def test_who_lost_the_race_to_the_box_is_told_politely(
    voter: PageClient, app: Flask, election: Election, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both presses found an empty box; the database took one."""
    page = voter.get(BALLOT)
    vote(voter, ids(election)[0])
    find = ballots.find
    empty = iter([None])
    monkeypatch.setattr(ballots, "find", lambda *args: next(empty, find(*args)))
    answer = voter.submit(page, {"choices": ids(election)[1]})
    assert (answer.status_code, answer.location) == (303, RECEIPT)
    assert "Your first ballot stands." in voter.get(RECEIPT).visible
    assert len(ballots_in(app)) == 1


def test_without_a_ballot_the_receipt_leads_to_the_ballot(voter: PageClient) -> None:
    assert voter.get(RECEIPT).location == BALLOT


def test_the_other_voters_receipt_is_nobody_elses(voter: PageClient, app: Flask, election: Election) -> None:
    vote(voter, ids(election)[0])
    sign_in_voter(voter, app, OTHER_IIN)
    assert voter.get(RECEIPT).location == BALLOT
    vote(voter, ids(election)[1])
    assert len(ballots_in(app)) == 2
    assert len({row.receipt for row in ballots_in(app)}) == 2


# --- refused ----------------------------------------------------------------------------------------------

REFUSED = {
    "nothing chosen": ([], "Choose at least one project"),
    "n+1 projects": ([0, 1, 2, 3], "You may choose up to 3 projects, and you chose 4."),
    "two envelopes": ([0, 1], "Choose projects of one envelope only."),
    "a rejected project": ([4], "One of the chosen projects is not on the ballot."),
    "an unknown id": ([0, "0000000000"], "One of the chosen projects is not on the ballot."),
    "the same twice": ([0, 0], "The same project was chosen twice."),
    "none together with projects": ([0, "none"], "Leave one or the other."),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_ballot_against_the_rules_is_told_beside_the_list_and_keeps_what_was_chosen(
    client: PageClient, app: Flask, now: datetime, case: str
) -> None:
    sent, message = REFUSED[case]
    election = open_vote(app, now, envelopes=2 if case == "two envelopes" else 1, votes_per_resident=3)
    sign_in_voter(client, app)
    choices = [one if isinstance(one, str) else election.projects[one].public_id for one in sent]
    page = client.submit(client.get(BALLOT), extra={"choices": choices}, status=422)
    assert list(page.errors) == ["choices"]
    assert message in page.errors["choices"]
    assert message in text_of(page.find("p", id="choices-error"))
    assert page.find("input", id="choices").get("name") == "choices"
    assert chosen(page) == set(choices) & set(offered(page))
    assert ballots_in(app) == []
    if case == "n+1 projects":
        client.submit(page, {"choices": choices[:3]})
        assert len(ballots_in(app)) == 1


def test_one_second_after_the_close_nothing_is_stored_and_the_choice_is_kept(
    voter: PageClient, app: Flask, election: Election, clock: Clock, now: datetime
) -> None:
    clock.instant = closes_at(now) - SECOND
    sign_in_voter(voter, app)
    page = voter.get(BALLOT)
    clock.instant += SECOND  # the interval is half-open: at the close it is over
    for _ in range(2):
        refused = voter.submit(page, {"choices": ids(election)[:2]}, status=422)
        assert "Voting ended on" in refused.errors["choices"]
        assert chosen(refused) == set(ids(election)[:2])
        assert refused.find_all("button", class_="govuk-button") == []
        clock.instant += SECOND
    assert ballots_in(app) == []


def test_a_ballot_in_the_last_second_counts(
    voter: PageClient, app: Flask, election: Election, clock: Clock, now: datetime
) -> None:
    clock.instant = closes_at(now) - timedelta(microseconds=1)
    sign_in_voter(voter, app)
    vote(voter, ids(election)[0])
    assert len(ballots_in(app)) == 1


def test_who_waited_for_the_lock_past_the_close_is_refused(
    voter: PageClient,
    app: Flask,
    election: Election,
    clock: Clock,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock.instant = closes_at(now) - SECOND
    sign_in_voter(voter, app)
    page = voter.get(BALLOT)
    prepare = ballots.prepare

    def slowly(*args, **kwargs):
        clock.instant += SECOND
        return prepare(*args, **kwargs)

    monkeypatch.setattr(ballots, "prepare", slowly)
    refused = voter.submit(page, {"choices": ids(election)[:1]}, status=422)
    assert "Voting ended on" in refused.errors["choices"]
    assert ballots_in(app) == []
