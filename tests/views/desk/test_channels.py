"""Two ways of voting at once, through the pages, on both databases: whichever ballot comes first stands, and the second
way is told so. Both ways are under way before the first ballot is cast."""

from collections.abc import Callable
from datetime import datetime
from itertools import permutations
from typing import Any

import pytest
from flask import Flask
from sqlmodel import select

from models.enums import Assurance, Channel
from models.people import Resident
from tests.harness.application import MakeApp
from tests.harness.ballots import BALLOT, IIN, RECEIPT, ballots_in, database_of, ids, open_session, vote
from tests.harness.client import PageClient
from tests.harness.desk import find, hand_over, open_desk_vote, operator
from tests.harness.elections import Election
from tests.harness.pages import text_of
from views.keys import keyring_for

PAIRS = [pair for pair in permutations(("sms", "eds", "desk"), 2) if "desk" in pair]


@pytest.fixture
def app(make_app: MakeApp, database_url: str) -> Flask:
    """The application over each database."""
    return make_app(database_url)


@pytest.fixture
def election(app: Flask, now: datetime) -> Election:
    return open_desk_vote(app, now)


def at_the_desk(app: Flask) -> PageClient:
    """The device in the hands of the person."""
    client: Any = app.test_client()
    operator(app, client)
    hand_over(client)
    return client


def on_the_site(assurance: Assurance) -> Callable[[Flask], PageClient]:
    def signed_in(app: Flask) -> PageClient:
        client: Any = app.test_client()
        roll_key = keyring_for(app.extensions["config"]).roll_key_of(IIN)
        with database_of(app).reading() as session:
            person = session.exec(select(Resident).where(Resident.roll_key == roll_key)).one()
        how: Any = {"assurance": assurance}
        open_session(client, app, IIN, resident_id=person.id, **how)
        return client

    return signed_in


WAYS: dict[str, tuple[Callable[[Flask], PageClient], Channel, Assurance]] = {
    "sms": (on_the_site(Assurance.SMS), Channel.WEB, Assurance.SMS),
    "eds": (on_the_site(Assurance.EDS), Channel.WEB, Assurance.EDS),
    "desk": (at_the_desk, Channel.DESK, Assurance.DESK),
}


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_the_first_ballot_stands_and_the_second_way_shows_its_receipt(
    app: Flask, election: Election, first: str, second: str
) -> None:
    enter_first, channel, assurance = WAYS[first]
    one, other = enter_first(app), WAYS[second][0](app)
    waiting = other.get(BALLOT)
    vote(one, ids(election)[0])
    refused = other.submit(
        waiting, {"choices": ids(election)[1:2]}, button="Cast my vote", follow_redirects=True
    )
    assert refused.request.path == RECEIPT
    assert "Your first ballot stands." in refused.visible
    [row] = ballots_in(app)
    assert (row.channel, row.assurance) == (channel, assurance)
    assert row.receipt is not None
    assert text_of(refused.find(id="receipt-code")) == row.receipt.hex()
    assert other.get(BALLOT).location == RECEIPT


@pytest.mark.parametrize("first", ["sms", "eds"])
def test_the_desk_opens_no_ballot_for_who_has_voted_on_the_site(
    app: Flask, election: Election, first: str
) -> None:
    vote(WAYS[first][0](app), ids(election)[0])
    client: Any = app.test_client()
    operator(app, client)
    page = find(client)
    assert "This person has voted already" in page.visible
    assert page.find_all("input", name="document_last") == []
