"""Paper at the front office: the batches, marking people, and every ordered pair of ways to vote of which paper is one.
On both databases."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from flask import Flask
from sqlmodel import select

from models.case import Objection
from models.enums import Assurance, Channel, Role, SheetState
from models.people import Resident
from models.service import Notice
from tests.harness.application import Clock, MakeApp
from tests.harness.ballots import (
    BALLOT,
    IIN,
    OTHER_IIN,
    RECEIPT,
    SLUG,
    THIRD_IIN,
    ballots_in,
    closes_at,
    contents,
    database_of,
    ids,
    open_session,
)
from tests.harness.client import PageClient
from tests.harness.desk import find, hand_over
from tests.harness.elections import Election
from tests.harness.paper import DESK, batch_in, enter, hand_out, issue, member, open_paper_vote, sheets_in
from tests.harness.people import add_to_roll
from views.keys import keyring_for

HOME = "/en/desk"
MY_VOTE = f"/cycles/{SLUG}/my-vote"


@pytest.fixture
def app(make_app: MakeApp, database_url: str) -> Flask:
    """The application over each database."""
    return make_app(database_url)


@pytest.fixture
def election(app: Flask, now: datetime) -> Election:
    return open_paper_vote(app, now)


def states(app: Flask) -> list[SheetState]:
    return [sheet.state for sheet in sheets_in(app)]


# --- the batches --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_every_page_speaks_every_language(
    ann: PageClient, bek: PageClient, cem: PageClient, batch: str, language: str
) -> None:
    enter(ann, batch, "1 1", "2 0")
    enter(bek, batch, "1 2")
    base = f"/{language}{DESK.removeprefix('/en')}"
    assert "№ 1–6" in cem.get(base).visible
    for page in ("hand-out", "enter", "one", "differences", "differences/1"):
        cem.get(f"{base}/{batch}/{page}")
    page = cem.get(f"{base}/{batch}/enter")
    refused = cem.submit(page, {"lines": "1 1\n9 1\n3 99\nx\n3 1 1\n3 1 2 3 4\n3 x"}, status=422)
    assert len(refused.find_all("td", data_label=refused.find_all("thead")[0][0][1].text)) == 7
    cem.submit(cem.get(f"{base}/{batch}/hand-out"), {"iin": OTHER_IIN, "seen": "y"}, status=422)
    cem.submit(cem.get(f"{base}/{batch}/one"), {"serial": "3"}, status=422)


def test_the_first_page_leads_to_the_papers_that_are_at_work(
    app: Flask, ann: PageClient, now: datetime, clock: Clock
) -> None:
    assert DESK in ann.get(HOME).links
    clock.instant = closes_at(now) + timedelta(days=2)
    late = member(app, "late")
    assert DESK in late.get(HOME).links, "papers come back after the voting has ended"


def test_without_a_batch_there_is_nothing_to_do_and_it_is_said(app: Flask, election: Election) -> None:
    client = member(app, "ann")
    assert DESK not in client.get(HOME).links
    assert "There is no batch to work with" in client.get(DESK).visible


def test_a_cycle_without_paper_has_no_such_pages(app: Flask, now: datetime) -> None:
    open_paper_vote(app, now, paper=False)
    page = member(app, "ann").get(DESK, status=409)
    assert "The rules of this cycle have no voting on paper." in page.visible


@pytest.mark.parametrize("page", ["hand-out", "enter", "one", "differences"])
def test_a_batch_nobody_issued_is_not_found(ann: PageClient, page: str) -> None:
    ann.get(f"{DESK}/0000000000/{page}", status=404)


# --- marking people -----------------------------------------------------------------------------------


def test_a_person_is_marked_and_nothing_says_which_paper(app: Flask, ann: PageClient, batch: str) -> None:
    page = hand_out(ann, batch, follow_redirects=True)
    assert "The person is marked. Give any paper of this batch" in page.visible
    assert IIN not in page.request.url
    assert IIN not in page.text
    [row] = ballots_in(app)
    assert (row.channel, row.assurance) == (Channel.PAPER, Assurance.DESK)
    assert (row.sealed, row.receipt) == (None, None)
    assert batch_in(app).handed == 1
    assert states(app) == [SheetState.ISSUED] * 6
    for rows in contents(database_of(app)).values():
        assert not any(IIN in row for row in rows)


def test_the_owner_of_the_iin_is_told(app: Flask, ann: PageClient, batch: str) -> None:
    add_to_roll(app, OTHER_IIN)
    hand_out(ann, batch, OTHER_IIN)
    with database_of(app).reading() as session:
        [notice] = session.exec(select(Notice)).all()
    assert notice.facts["channel"] == "paper"
    assert notice.facts["url"].endswith("/my/votes/test-2027") or "/cycles/test-2027" in notice.facts["url"]


FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({"iin": "", "seen": "y"}, "iin", "Write the IIN: 12 digits."),
    ({"iin": "123", "seen": "y"}, "iin", "12 digits"),
    ({"iin": IIN, "seen": None}, "seen", "Look at the document or the signed stub first."),
    ({"iin": OTHER_IIN, "seen": "y"}, "iin", "Nobody on the roll has this IIN."),
]


@pytest.mark.parametrize(("values", "field", "said"), FAULTS)
def test_what_is_wrong_stands_beside_the_field_and_nobody_is_marked(
    app: Flask, ann: PageClient, batch: str, values: dict[str, Any], field: str, said: str
) -> None:
    page = ann.submit(ann.get(f"{DESK}/{batch}/hand-out"), values, status=422)
    assert said in page.errors[field]
    assert ballots_in(app) == []
    assert batch_in(app).handed == 0


def test_who_is_too_young_takes_no_paper(app: Flask, ann: PageClient, batch: str, now: datetime) -> None:
    add_to_roll(app, OTHER_IIN, born=date(now.year - 17, 1, 1))
    page = hand_out(ann, batch, OTHER_IIN, status=422)
    assert "this person is younger by the roll" in page.errors["iin"]
    assert ballots_in(app) == []


def test_a_cycle_whose_only_other_way_is_a_telephone_still_has_paper(app: Flask, now: datetime) -> None:
    open_paper_vote(app, now, methods=(Assurance.SMS,))
    hand_out(member(app, "ann"), issue(app), status=303)
    assert len(ballots_in(app)) == 1


def test_nobody_takes_two_papers_and_no_more_are_given_than_there_are(app: Flask, election: Election) -> None:
    batch, client = issue(app, 1), member(app, "ann")
    hand_out(client, batch, status=303)
    again = hand_out(client, batch, status=422)
    assert "All papers of this batch are with people already." in again.errors["iin"]
    other = issue(app, 12, first=11)
    again = hand_out(client, other, status=422)
    assert "This person has voted already: 1\u00a0March 2027, 14:00 (on paper)." in again.errors["iin"]
    assert len(ballots_in(app)) == 1


def test_stubs_are_entered_after_the_voting_and_age_counts_on_its_last_day(
    app: Flask, ann: PageClient, batch: str, now: datetime, clock: Clock
) -> None:
    last_day = (closes_at(now) - timedelta(seconds=1)).date()
    add_to_roll(app, OTHER_IIN, born=last_day.replace(year=last_day.year - 18) + timedelta(days=1))
    add_to_roll(app, THIRD_IIN, born=last_day.replace(year=last_day.year - 18))
    clock.instant = closes_at(now) + timedelta(days=5)
    late = member(app, "late")
    assert "younger" in hand_out(late, batch, OTHER_IIN, status=422).errors["iin"]
    hand_out(late, batch, THIRD_IIN, status=303)
    [row] = ballots_in(app)
    assert row.cast_at < closes_at(now)


# --- every ordered pair of ways ------------------------------------------------------------------------


class OnTheSite:
    """A person on the site, proven by a telephone or a signature, with the ballot open before them."""

    def __init__(self, app: Flask, election: Election, assurance: Assurance) -> None:
        self.client: Any = app.test_client()
        self.choice = ids(election)[0]
        how: Any = {"assurance": assurance}
        open_session(self.client, app, IIN, resident_id=resident_id(app), **how)
        self.ballot = self.client.get(BALLOT)

    def go(self) -> None:
        answer = self.client.submit(self.ballot, {"choices": [self.choice]}, button="Cast my vote")
        assert answer.location == RECEIPT

    def refused(self) -> str:
        page = self.client.submit(
            self.ballot, {"choices": [self.choice]}, button="Cast my vote", follow_redirects=True
        )
        return str(page.visible)


class AtTheDesk(OnTheSite):
    """The same on the device of the front office."""

    def __init__(self, app: Flask, election: Election, _assurance: Assurance) -> None:
        self.client = member(app, "desk")
        self.choice = ids(election)[0]
        self.ballot = hand_over(self.client)


class OnPaper:
    """An operator at the polling point, with the form filled in."""

    def __init__(self, app: Flask, _election: Election, _assurance: Assurance) -> None:
        self.client, self.batch = member(app, "point"), issue(app)
        self.page = self.client.get(f"{DESK}/{self.batch}/hand-out")

    def go(self) -> None:
        self.client.submit(self.page, {"iin": IIN, "seen": "y"}, status=303)

    def refused(self) -> str:
        page = self.client.submit(self.page, {"iin": IIN, "seen": "y"}, status=422)
        return str(page.visible)


WAYS: dict[str, tuple[Callable[..., Any], Channel, Assurance]] = {
    "sms": (OnTheSite, Channel.WEB, Assurance.SMS),
    "eds": (OnTheSite, Channel.WEB, Assurance.EDS),
    "desk": (AtTheDesk, Channel.DESK, Assurance.DESK),
    "paper": (OnPaper, Channel.PAPER, Assurance.DESK),
}
TOLD = {Channel.WEB: "(on the site)", Channel.DESK: "(at the front office)", Channel.PAPER: "on paper"}


def resident_id(app: Flask) -> int:
    roll_key = keyring_for(app.extensions["config"]).roll_key_of(IIN)
    with database_of(app).reading() as session:
        return session.exec(select(Resident).where(Resident.roll_key == roll_key)).one().id or 0


@pytest.mark.parametrize(("first", "second"), [pair for pair in permutations(WAYS, 2) if "paper" in pair])
def test_whoever_comes_second_is_refused_whatever_the_way(
    app: Flask, election: Election, first: str, second: str
) -> None:
    make_first, channel, assurance = WAYS[first]
    one = make_first(app, election, assurance)
    other = WAYS[second][0](app, election, WAYS[second][2])
    one.go()
    said = other.refused()
    [row] = ballots_in(app)
    assert (row.channel, row.assurance) == (channel, assurance)
    if second == "paper":
        assert f"This person has voted already: 1\u00a0March 2027, 14:00 {TOLD[channel]}." in said
    else:
        assert "You have taken a paper ballot, so this one is not accepted: one person, one vote." in said


def test_who_took_a_paper_finds_no_ballot_on_the_site_and_none_at_the_desk(
    app: Flask, election: Election, ann: PageClient, batch: str
) -> None:
    hand_out(ann, batch)
    voter: Any = app.test_client()
    open_session(voter, app, IIN, resident_id=resident_id(app))
    assert voter.get(BALLOT).location == RECEIPT
    for language in ("kk", "ru", "en"):
        page = voter.get(RECEIPT.replace("/en/", f"/{language}/"))
    assert page.h1 == "You have taken a paper ballot"
    assert "There is no receipt: which paper you took is written nowhere." in page.visible
    assert "separated" not in page.visible, "it is not, while voting lasts"
    assert "This person has voted already" in find(ann).visible


def test_the_owner_learns_of_a_paper_and_that_an_objection_can_not_set_it_aside(
    app: Flask, election: Election, ann: PageClient, batch: str
) -> None:
    hand_out(ann, batch)
    owner: Any = app.test_client()
    open_session(owner, app, IIN, resident_id=resident_id(app))
    for language in ("kk", "ru", "en"):
        page = owner.get(f"/{language}{MY_VOTE}")
        form = owner.get(f"/{language}{MY_VOTE}/object")
    assert "Yes. A paper ballot was taken with your IIN." in page.visible
    for one in (page, form):
        assert "A paper can't be set aside: nobody can tell which one it is." in one.visible
    owner.submit(form, {"text": "I was abroad."}, status=303)
    chief = member(app, "chief", Role.COORDINATOR)
    with database_of(app).reading() as session:
        case = session.exec(select(Objection)).one()
    for language in ("kk", "ru", "en"):
        page = chief.get(f"/{language}/office/objections/{case.public_id}")
    assert [one.get("value") for one in page.find_all("input", name="outcome")] == ["dismissed"]
    assert "A paper ballot can't be set aside" in page.visible


def test_a_second_vote_on_the_site_does_not_replace_a_paper(app: Flask, now: datetime) -> None:
    election = open_paper_vote(app, now, revote=True)
    hand_out(member(app, "ann"), issue(app))
    voter: Any = app.test_client()
    open_session(voter, app, IIN, resident_id=resident_id(app))
    assert voter.get(BALLOT).location == RECEIPT
    assert ids(election)
    assert [row.channel for row in ballots_in(app)] == [Channel.PAPER]
