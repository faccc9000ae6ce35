"""After the ballot: the receipt, the end of the session, and no trace of the choice."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, request
from sqlmodel import select

from models.asking import Prepared
from models.enums import Language
from models.people import WebSession
from tests.harness.application import Clock
from tests.harness.ballots import (
    BALLOT,
    IIN,
    RECEIPT,
    SLUG,
    ballots_in,
    closes_at,
    database_of,
    ids,
    sign_in_voter,
    vote,
)
from tests.harness.client import PageClient
from tests.harness.elections import Election
from tests.harness.opening import separated
from tests.harness.pages import text_of
from views.keys import keyring_for

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def test_after_the_ballot_the_session_ends_in_five_minutes_and_the_page_says_so(
    voter: PageClient, app: Flask, election: Election, clock: Clock, now: datetime
) -> None:
    page = vote(voter, ids(election)[0], follow_redirects=True)
    assert "You will be signed out in 5 minutes" in page.visible
    with database_of(app).reading() as session:
        assert session.exec(select(WebSession)).one().expires_at == now + timedelta(minutes=5)
    clock.instant = now + timedelta(minutes=4, seconds=20)
    assert "You will be signed out in 1 minute," in voter.get(RECEIPT).visible
    clock.instant = now + timedelta(minutes=5)
    assert voter.get(RECEIPT).location == f"/en/sign-in?next={RECEIPT}"


def test_a_refused_ballot_does_not_end_the_session(
    voter: PageClient, app: Flask, election: Election, clock: Clock
) -> None:
    vote(voter, status=422)
    clock.instant += timedelta(minutes=19)
    assert voter.get(BALLOT).h1 == "Your ballot"


def test_who_signs_in_again_later_has_a_whole_session(
    voter: PageClient, app: Flask, election: Election, clock: Clock
) -> None:
    vote(voter, ids(election)[0])
    clock.instant += DAY
    sign_in_voter(voter, app)
    assert "You will be signed out" not in voter.get(RECEIPT).visible
    clock.instant += timedelta(minutes=19)
    assert voter.get(RECEIPT).h1 == "You have voted"


def test_the_receipt_can_be_finished_with_one_press(voter: PageClient, election: Election) -> None:
    page = vote(voter, ids(election)[0], follow_redirects=True)
    voter.submit(page, button="Finish and sign out", follow_redirects=True)
    assert voter.get(RECEIPT).location == f"/en/sign-in?next={RECEIPT}"


@pytest.mark.parametrize("language", list(Language))
def test_after_the_separation_the_receipt_page_explains(
    voter: PageClient, app: Flask, election: Election, clock: Clock, now: datetime, language: str
) -> None:
    vote(voter, ids(election)[0])
    code = ballots_in(app)[0].receipt
    assert code is not None
    clock.instant = closes_at(now) + timedelta(hours=1)
    sign_in_voter(voter, app)
    before = voter.get(f"/{language}/cycles/{SLUG}/receipt")
    assert code.hex() in text_of(before.find(id="receipt-code"))
    with database_of(app).writing() as session:
        separated(session, keyring_for(app.extensions["config"]), SLUG, now=clock.instant)
    page = voter.get(f"/{language}/cycles/{SLUG}/receipt")
    assert page.find_all(id="receipt-code") == []
    assert code.hex() not in page.text.replace('<span class="pb-group">', "").replace("</span>", "")
    if language == "en":
        assert "The ballots have been separated from the list of voters." in page.visible
        assert "The result is not published yet." in page.visible


def test_nothing_of_the_ballot_is_in_a_log_or_an_address(
    voter: PageClient,
    app: Flask,
    election: Election,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app.logger.setLevel(logging.DEBUG)
    seen: list[str] = []
    app.before_request_funcs.setdefault(None, []).append(lambda: seen.append(request_address()))
    statements: list[str] = []
    engine = database_of(app).engine
    sa.event.listen(engine, "before_cursor_execute", lambda *args: statements.append(repr(args[2:4])))
    given = Prepared.given

    def noted(prepared: Prepared, values: Mapping[str, Any]) -> list[Any]:
        statements.append(f"{prepared.text} {values!r}")
        return given(prepared, values)

    monkeypatch.setattr(Prepared, "given", noted)
    with caplog.at_level(logging.DEBUG):
        page = voter.get(BALLOT)
        voter.submit(page, extra={"choices": [*ids(election)[:3], "none"]}, status=422)
        voter.submit(page, {"choices": ids(election)[:2]}, follow_redirects=True)
        voter.submit(page, {"choices": ids(election)[2:3]}, follow_redirects=True)
        voter.get(RECEIPT)
    code = ballots_in(app)[0].receipt
    assert code is not None
    said = caplog.text + "\n".join(seen)
    assert len(seen) >= 6
    for secret in (IIN, code.hex(), *ids(election)):
        assert secret not in said
    sent = "\n".join(statements)
    assert "INSERT INTO participation" in sent
    assert "FROM web_session" in sent
    assert not any(secret in sent for secret in (IIN, *ids(election)))


def request_address() -> str:
    return f"{request.full_path} {request.referrer or ''}"
