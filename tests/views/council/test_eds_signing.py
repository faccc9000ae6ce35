"""Signing a protocol electronically: exactly this document, a person's good key, once; of it the name and nothing else."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlmodel import SQLModel, select

from models.council_session import Protocol, ProtocolSignature
from models.database import Database
from models.eds import EdsChallenge
from models.enums import SigningMethod
from tests.harness import council
from tests.harness.client import PageClient
from tests.harness.eds import PERSON, REFUSED, begin, rows, send, signature, to_sign, told
from tests.harness.member_pages import Sitting
from tests.harness.ncanode import StandIn, certificate
from tests.harness.pages import PageResponse
from tests.harness.projects import sign_in
from views.security import CONTENT_POLICY, NCALAYER

Sit = Callable[..., Sitting]
NAME = "ТЕСТОВ ТЕСТ ТЕСТОВИЧ"


@pytest.fixture
def app(make_app: Callable[..., Flask], database_url: str, ncanode: StandIn) -> Flask:
    """The application with an NCANode to ask."""
    return make_app(database_url, ncanode_url=ncanode.url)


@pytest.fixture
def world(sit: Sit) -> Sitting:
    return sit(reviewed=True, count=4)


@pytest.fixture
def protocol(world: Sitting, app_database: Database) -> Protocol:
    with app_database.writing() as session:
        return world.recorded(session)


def start(client: PageClient, protocol: Protocol, lang: str = "en") -> PageResponse:
    """The page with the text to sign, as reached by its button."""
    page = client.get(f"/{lang}/council/protocols/{protocol.public_id}/sign")
    found: PageResponse = client.submit(page, form="#eds-form", follow_redirects=True)
    return found


def signed(app: Flask) -> list[ProtocolSignature]:
    return rows(app, ProtocolSignature)


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
@pytest.mark.parametrize("attached", [True, False])
def test_a_member_signs_with_their_key(
    client: PageClient, app: Flask, world: Sitting, protocol: Protocol, lang: str, attached: bool
) -> None:
    page = start(client, protocol, lang)
    answer = send(client, page, signature(page, attached=attached))
    assert (answer.status_code, answer.location) == (303, f"/{lang}/council/protocols")
    [row] = signed(app)
    assert (row.member_id, row.method, row.certificate) == (world.me.row.id, SigningMethod.EDS, NAME)
    assert row.sha256 == protocol.sha256
    assert NAME in client.get(f"/{lang}/council/protocols/{protocol.public_id}/sign").visible


def test_what_is_signed_names_the_document_and_the_purpose(
    client: PageClient, world: Sitting, protocol: Protocol
) -> None:
    content = json.loads(to_sign(start(client, protocol)))
    assert (content["purpose"], content["sha256"]) == ("protocol", protocol.sha256)
    assert (content["cycle"], content["host"]) == (world.cycle.slug, "localhost")


def test_nothing_anywhere_has_the_iin_or_the_signature(
    client: PageClient, app: Flask, protocol: Protocol, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    caplog.set_level("DEBUG", logger="urllib3")  # an SMS gateway in the same process keeps it silent
    page = start(client, protocol)
    cms = signature(page)
    send(client, page, cms, status=303)
    assert len(signed(app)) == 1
    with app.extensions["database"].reading() as session:
        for table in SQLModel.metadata.tables:
            for row in session.connection().execute(text(f'SELECT * FROM "{table}"')):
                assert PERSON not in str(row)
                assert cms not in str(row)
    assert PERSON not in caplog.text
    assert cms not in caplog.text


@pytest.mark.parametrize("kind", REFUSED)
def test_a_bad_signature_is_refused_in_its_own_words_and_its_challenge_is_over(
    client: PageClient, app: Flask, protocol: Protocol, kind: str
) -> None:
    page = start(client, protocol)
    refused = send(client, page, signature(page, kind=kind), status=422)
    assert REFUSED[kind] in told(refused)
    assert refused.find_all(id="to-sign") == []
    assert "has been used" in told(send(client, page, signature(page), status=422))
    assert signed(app) == []
    again = client.submit(refused, form="#restart-form", follow_redirects=True)
    assert to_sign(again) != to_sign(page)
    assert send(client, again, signature(again)).status_code == 303


def test_the_signature_of_another_protocol_is_foreign(
    client: PageClient, app: Flask, world: Sitting, protocol: Protocol, app_database: Database
) -> None:

    with app_database.writing() as session:
        row = world.held(session, {1: council.admission()})
        other = world.protocol_of(session, world.finish(session, row))
    theirs = start(client, other)
    mine = start(client, protocol)
    refused = send(client, mine, signature(theirs), status=422)
    assert "Something else was signed" in told(refused)
    assert signed(app) == []
    # nor does the page of the one take the challenge of the other
    assert client.get(f"/en/council/protocols/{other.public_id}/sign/eds", status=303).location.endswith(
        "/sign"
    )


def test_the_signature_of_a_signing_in_is_foreign(client: PageClient, app: Flask, protocol: Protocol) -> None:
    entering = begin(app.test_client())
    page = start(client, protocol)
    assert "Something else was signed" in told(send(client, page, signature(entering), status=422))
    assert signed(app) == []


def test_a_protocols_signature_signs_nobody_in(client: PageClient, app: Flask, protocol: Protocol) -> None:
    page = start(client, protocol)
    entering = begin(client)
    refused = send(client, entering, signature(page), status=422)
    assert "Something else was signed" in told(refused)


def test_a_signature_works_once(
    client: PageClient, app: Flask, world: Sitting, protocol: Protocol, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = start(client, protocol)
    cms = signature(page)
    jar = {cookie.key: cookie.value for cookie in client._cookies.values()}
    send(client, page, cms, status=303)
    sign_in(monkeypatch, world.others[0].actor)
    thief = PageClient(app)
    for name, value in jar.items():
        thief.set_cookie(name, value)
    assert "has been used" in told(send(thief, page, cms, status=422))
    assert len(signed(app)) == 1


def test_who_has_signed_in_the_account_meanwhile_is_told_so(
    client: PageClient, app: Flask, protocol: Protocol
) -> None:
    page = start(client, protocol)
    account = client.get(f"/en/council/protocols/{protocol.public_id}/sign")
    client.submit(account, form="#sign-form", status=303)
    told_so = send(client, page, signature(page), follow_redirects=True)
    assert "You signed this protocol on" in told_so.visible
    [row] = signed(app)
    assert row.method is SigningMethod.ACCOUNT


def test_a_challenge_ends_after_ten_minutes(
    client: PageClient, app: Flask, protocol: Protocol, clock: Any
) -> None:
    page = start(client, protocol)
    cms = signature(page)
    clock.instant += timedelta(minutes=10)
    assert "time for this signature is over" in told(send(client, page, cms, status=422))
    assert signed(app) == []


def test_an_outage_uses_nothing_up(
    client: PageClient, app: Flask, protocol: Protocol, ncanode: StandIn
) -> None:
    page = start(client, protocol)
    ncanode.fault = "500"
    down = send(client, page, signature(page), status=422)
    assert "can’t be checked" in told(down)
    assert to_sign(down) == to_sign(page)
    ncanode.fault = ""
    assert send(client, down, signature(down)).status_code == 303


@pytest.mark.parametrize("subject", [{"commonName": "", "lastName": ""}, {"commonName": f"ТЕСТ {PERSON}"}])
def test_a_certificate_without_a_name_to_show_is_no_signature(
    client: PageClient,
    app: Flask,
    protocol: Protocol,
    monkeypatch: pytest.MonkeyPatch,
    subject: dict[str, str],
) -> None:
    made = certificate(PERSON, "individual")
    made["subject"] |= subject
    monkeypatch.setattr("tests.harness.ncanode.certificate", lambda *_: made)
    page = start(client, protocol)
    assert "could not be confirmed" in told(send(client, page, signature(page), status=422))
    assert signed(app) == []


def test_who_was_not_there_signs_by_no_key(
    client: PageClient, app: Flask, world: Sitting, app_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app_database.writing() as session:
        protocol = world.recorded(session, present=world.members[:2])
    page = start(client, protocol)
    sign_in(monkeypatch, world.members[2].actor)
    refused = send(client, page, signature(page), status=422)
    assert "Those who were at the session sign its protocol." in told(refused)
    assert signed(app) == []


def test_only_this_page_may_connect_to_ncalayer(client: PageClient, protocol: Protocol) -> None:
    page = start(client, protocol)
    assert f"connect-src 'self' {NCALAYER};" in page.headers["Content-Security-Policy"]
    shown = client.get(f"/en/council/protocols/{protocol.public_id}/sign")
    assert shown.headers["Content-Security-Policy"] == CONTENT_POLICY


def test_a_challenge_names_nobody_and_no_document(client: PageClient, app: Flask, protocol: Protocol) -> None:
    start(client, protocol)
    with app.extensions["database"].reading() as session:
        [row] = session.exec(select(EdsChallenge)).all()
    assert (row.purpose, row.answer, row.refusal) == ("protocol", None, None)
