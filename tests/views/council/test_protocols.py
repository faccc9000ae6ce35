"""Protocols: read as they were kept, signed once by who was there, with the password shown again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlmodel import select

from budget.council import members, protocols
from budget.permissions import VISITOR, Actor
from models.council_session import CouncilSession, ProtocolSignature
from models.database import Database
from models.enums import Role, SigningMethod
from tests.harness import council, member_pages, staff
from tests.harness.client import PageClient
from tests.harness.member_pages import Sitting
from tests.harness.pages import text_of
from tests.harness.projects import sign_in
from views.staff.step_up import is_demanded

Sit = Callable[..., Sitting]
LIST = "/en/council/protocols"


def sign_page(protocol: Any, lang: str = "en") -> str:
    return f"/{lang}/council/protocols/{protocol.public_id}/sign"


def signatures(database: Database) -> list[ProtocolSignature]:
    with database.reading() as session:
        return list(session.exec(select(ProtocolSignature)).all())


@pytest.fixture
def world(sit: Sit) -> Sitting:
    return sit(reviewed=True, count=4)


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_a_protocol_waits_is_signed_and_stays_in_the_list(
    client: PageClient, world: Sitting, app_database: Database, lang: str
) -> None:
    with app_database.writing() as session:
        protocol = world.recorded(session)
    listed = client.get(f"/{lang}/council/protocols")
    assert listed.find("a", class_="govuk-button").get("href") == sign_page(protocol, lang)
    page = client.get(sign_page(protocol, lang))
    assert text_of(page.find("code")) == protocol.sha256
    done = client.submit(page, form="#sign-form", follow_redirects=True)
    assert done.request.path == f"/{lang}/council/protocols"
    assert done.find_all("a", class_="govuk-button") == []
    assert "1 / 3" in done.visible
    [row] = signatures(app_database)
    assert (row.member_id, row.sha256, row.method) == (
        world.me.row.id,
        protocol.sha256,
        SigningMethod.ACCOUNT,
    )
    assert (row.certificate, row.signed_at) == ("", world.now)


def test_the_document_is_shown_as_it_was_kept(
    client: PageClient, world: Sitting, app_database: Database
) -> None:
    with app_database.writing() as session:
        protocol = world.recorded(session)
    answer = client.get(f"/kk/council/protocols/{protocol.public_id}.pdf")
    assert answer.data == protocol.content
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("inline;")
    assert answer.headers["Cache-Control"] == "no-store"


def test_signing_demands_the_password_again(app: Flask) -> None:
    for endpoint in ("council.sign", "council.start_eds", "council.sign_eds"):
        assert is_demanded(app.view_functions[endpoint]), endpoint


def test_who_signs_shows_password_and_code_and_the_signature_goes_on(
    app: Flask, app_database: Database, now: datetime
) -> None:
    person = staff.add(app, "member@demo.kz", Role.COUNCIL, with_app=True)
    world = member_pages.sit(app_database, now, reviewed=True)
    with app_database.writing() as session:
        who = council.appointment(Actor(Role.COUNCIL, person.id), 9)
        row = members.appoint(session, council.COORDINATOR, world.cycle.slug, who, now=now)
        there = [*world.members, council.Member(row, Actor(Role.COUNCIL, person.id))]
        members.declare(session, there[-1].actor, world.cycle, {}, now=now)
        protocol = world.recorded(session, present=there)
    browser = app.test_client()
    staff.sign_in(browser, person)
    person.clock.instant += timedelta(minutes=6)
    asked = browser.get(sign_page(protocol))
    answer = {"step_up-current_password": staff.PASSWORD, "step_up-code": person.next_code()}
    page = browser.submit(asked, answer, form="#step-up-form", follow_redirects=True)
    assert page.h1 == "Sign protocol 1?"
    person.clock.instant += timedelta(minutes=6)
    held_up = browser.submit(page, form="#sign-form", status=422)
    assert signatures(app_database) == []
    answer["step_up-code"] = person.next_code()
    browser.submit(held_up, answer, form="#step-up-form", status=303)
    assert [one.member_id for one in signatures(app_database)] == [row.id]


def test_a_full_disk_never_shows_the_password_again(
    app: Flask, app_database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = staff.add(app, "member@demo.kz", Role.COUNCIL, with_app=True)
    world = member_pages.sit(app_database, now, reviewed=True)
    with app_database.writing() as session:
        protocol = world.recorded(session)
    browser = app.test_client()
    staff.sign_in(browser, person)
    person.clock.instant += timedelta(minutes=6)
    asked = browser.get(sign_page(protocol))
    answer = {"step_up-current_password": staff.PASSWORD, "step_up-code": person.next_code()}
    monkeypatch.setattr("budget.back_off.note_attempt", member_pages.no_room)
    refused = browser.submit(asked, answer, form="#step-up-form", status=503)
    assert staff.PASSWORD not in refused.text
    assert answer["step_up-code"] not in refused.text


def test_a_protocol_is_signed_once(
    client: PageClient, world: Sitting, app_database: Database, clock: Any
) -> None:
    with app_database.writing() as session:
        protocol = world.recorded(session)
    page = client.get(sign_page(protocol))
    client.submit(page, form="#sign-form", status=303)
    clock.instant += timedelta(hours=1)
    again = client.submit(page, form="#sign-form", follow_redirects=True)
    assert "You signed this protocol on 1\u00a0March 2027, 14:00." in again.visible
    shown = client.get(sign_page(protocol))
    assert shown.find_all("form", id="sign-form") == []
    assert len(signatures(app_database)) == 1


def test_a_corrected_protocol_is_not_signed_any_more_and_the_new_one_is(
    client: PageClient, world: Sitting, app_database: Database
) -> None:
    with app_database.writing() as session:
        old = world.recorded(session)
    page = client.get(sign_page(old))
    with app_database.writing() as session:
        row = session.get_one(CouncilSession, old.session_id)
        corrects = protocols.by_public_id(session, old.public_id)
        texts = {"correction_kk": "Есімі қате.", "correction_ru": "Ошибка в имени."}
        new = world.protocol_of(session, row, corrects=corrects, **texts)
    refused = client.submit(page, form="#sign-form", status=422)
    assert "This protocol was corrected by protocol 2." in refused.errors[""]
    listed = client.get("/ru/council/protocols")
    assert listed.find("a", class_="govuk-button").get("href") == sign_page(new, "ru")
    assert "Ошибка в имени." in client.get(sign_page(new, "ru")).visible
    assert client.get(sign_page(old)).find_all("form", id="sign-form") == []


def test_who_was_not_there_reads_and_does_not_sign(
    client: PageClient, world: Sitting, app_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app_database.writing() as session:
        protocol = world.recorded(session, present=world.members[:2])
    page = client.get(sign_page(protocol))
    sign_in(monkeypatch, world.members[2].actor)
    assert "you were not at this session" in client.get(LIST).visible
    assert "protocol waits for your signature" not in client.get("/en/council").visible
    shown = client.get(sign_page(protocol))
    assert shown.find_all("form", id="sign-form") == []
    refused = client.submit(page, form="#sign-form", status=422)
    assert "Those who were at the session sign its protocol." in refused.errors[""]
    assert signatures(app_database) == []


def test_the_protocols_of_another_council_are_not_found(
    client: PageClient, sit: Sit, app_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = sit(reviewed=True)
    with app_database.writing() as session:
        protocol = world.recorded(session)
        stranger = council.make_account(session)
    page = client.get(sign_page(protocol))
    sign_in(monkeypatch, stranger)
    assert "There are no protocols yet." in client.get(LIST).visible
    client.get(sign_page(protocol), status=404)
    client.submit(page, form="#sign-form", status=404)
    client.get(f"/en/council/protocols/{protocol.public_id}.pdf", status=404)
    client.get("/en/council/protocols/nosuchone1.pdf", status=404)
    client.get("/en/council/protocols/nosuchone1/sign", status=404)


def test_only_the_council_comes_here(
    client: PageClient, world: Sitting, app_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app_database.writing() as session:
        protocol = world.recorded(session)
    for path in (LIST, sign_page(protocol), f"/en/council/protocols/{protocol.public_id}.pdf"):
        sign_in(monkeypatch, VISITOR)
        assert "/en/staff/sign-in?next=" in client.get(path, status=303).location
        for role in (Role.RESIDENT, Role.COORDINATOR, Role.OPERATOR, Role.OBSERVER):
            sign_in(monkeypatch, Actor(role, 1))
            client.get(path, status=403)


def test_two_protocols_wait_in_one_list_with_one_gold_button(
    client: PageClient, world: Sitting, app_database: Database
) -> None:
    with app_database.writing() as session:
        world.recorded(session)
        row = world.held(session, {1: council.admission()})
        world.protocol_of(session, world.finish(session, row))
    assert "2 protocols wait for your signature" in client.get("/en/council").visible
    assert len(client.get(LIST).find_all("a", class_="govuk-button")) == 2


def test_without_an_ncanode_the_electronic_signature_is_not_offered(
    client: PageClient, world: Sitting, app_database: Database
) -> None:
    with app_database.writing() as session:
        protocol = world.recorded(session)
    page = client.get(sign_page(protocol))
    assert page.find_all("form", id="eds-form") == []
    token = page.find("form", id="sign-form").find("input").get("value")
    client.post(f"{sign_page(protocol)}/eds/start", data={"csrf_token": token}, status=404)
    client.get(f"{sign_page(protocol)}/eds", status=404)
