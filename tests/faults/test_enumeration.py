"""Whoever types IINs learns nothing: unknown, known and already-voted look the same until a code proves the phone.

500 requests of each class. Status, headers, page and the statements asked of the database are compared after what
differs from browser to browser was masked; statements instead of seconds, because a clock on a busy machine proves
nothing, and a page that asks the same things takes the same time. Three planted leaks must be seen.
"""

import re
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask, flash
from flask.testing import FlaskClient
from sqlmodel import select

from models.people import Resident
from tests.harness.ballots import database_of, open_vote, sign_in_voter, vote
from tests.harness.elections import impossible_iins
from tests.harness.figures import FIGURES
from tests.harness.queries import counted
from views.keys import keyring_for
from views.request_scope import reading
from views.resident import signing_in

WALKS, REQUESTS_A_WALK = 125, 4
KNOWN, VOTED, UNKNOWN = "known", "voted", "unknown"
IIN_OF = dict(zip((KNOWN, VOTED, UNKNOWN), impossible_iins(3, first=500), strict=True))
MASKS = (
    (re.compile(r'(name="csrf_token"[^>]*value=")[^"]+'), r"\1"),
    (re.compile(r"\+7\s?701[\d\s]{7,10}"), "PHONE"),
)


@pytest.fixture
def app(make_app: Callable[..., Flask], database_url: str, now: datetime) -> Flask:
    """An open vote with one who has not voted and one who has; the third is nobody."""
    app = make_app(database_url)
    election = open_vote(app, now)
    browser = app.test_client()
    sign_in_voter(browser, app, IIN_OF[KNOWN])
    sign_in_voter(browser, app, IIN_OF[VOTED])
    vote(browser, election.projects[0].public_id)
    return app


def masked(answer: Any) -> tuple[object, ...]:
    """What an onlooker can compare; of a cookie its name, length and attributes without the hour at which it ends."""
    text = answer.get_data(as_text=True)
    for pattern, instead in MASKS:
        text = pattern.sub(instead, text)
    headers = tuple(
        (name, cookie(value) if name == "Set-Cookie" else value) for name, value in answer.headers
    )
    return answer.status_code, headers, text


def cookie(line: str) -> str:
    name, rest = line.split("=", 1)
    value, _, attributes = rest.partition(";")
    return f"{name} of {len(value)};{re.sub('Expires=[^;]*', 'Expires', attributes)}"


def walk(app: Flask, iin: str, phone: str) -> tuple[object, ...]:
    """Ask for a code, read the page, guess wrongly, ask for another: all answers and all statements."""
    browser = FlaskClient(app, app.response_class)
    with counted(database_of(app).engine) as statements:
        answers = [
            browser.post("/kk/sign-in", data={"iin": iin, "phone": phone}),
            browser.get("/kk/sign-in/code"),
            browser.post("/kk/sign-in/code", data={"code": "000000"}),
            browser.post("/kk/sign-in/code", data={"resend": "1"}),
        ]
    assert [answer.status_code for answer in answers] == [303, 200, 422, 422]
    return *(masked(answer) for answer in answers), tuple(statements)


def classes_seen(app: Flask, walks: int) -> list[set[str]]:
    """The classes of IIN behind each different walk; one set of all three where nothing can be learned."""
    app.config["WTF_CSRF_ENABLED"] = False
    seen: dict[tuple[object, ...], set[str]] = defaultdict(set)
    for turn in range(walks):
        for number, (kind, iin) in enumerate(IIN_OF.items()):
            seen[walk(app, iin, f"+7701{number}{turn:06d}")].add(kind)
    return list(seen.values())


@pytest.mark.slow
def test_five_hundred_requests_of_each_class_get_the_same_answers(
    app: Flask, record_property: Callable[[str, object], None]
) -> None:
    seen = classes_seen(app, WALKS)
    record_property(
        FIGURES,
        f"3 classes of {WALKS * REQUESTS_A_WALK} requests: {len(seen)} kind of walk, the same for all three",
    )
    assert seen == [{KNOWN, VOTED, UNKNOWN}]


def is_on_roll(app: Flask, iin: str) -> bool:
    key = keyring_for(app.extensions["config"]).roll_key_of(iin)
    return reading().exec(select(Resident.id).where(Resident.roll_key == key)).first() is not None


@pytest.mark.parametrize("leak", ["word", "cookie", "statement"])
def test_a_leak_is_seen(app: Flask, monkeypatch: pytest.MonkeyPatch, leak: str) -> None:
    remember = signing_in._remember

    def leaking(flow: signing_in.Flow) -> None:
        remember(flow)
        if leak == "word" and flow.iin == IIN_OF[VOTED]:
            flash("You have voted already.")
        if leak == "cookie" and flow.iin == IIN_OF[KNOWN]:
            remember(signing_in.Flow(flow.code, flow.iin, flow.phone, "/kk/my/longer"))
        if leak == "statement" and flow.iin != IIN_OF[UNKNOWN]:
            assert is_on_roll(app, flow.iin)

    monkeypatch.setattr(signing_in, "_remember", leaking)
    assert len(classes_seen(app, 1)) == 2
