"""The operator's pages: whom the desk finds, what it says of them, and what it never says."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlmodel import select

from models.case import Objection
from models.enums import Assurance, Channel, Language, Phase, Role
from models.service import AuditEvent
from tests.harness import staff
from tests.harness.application import Clock
from tests.harness.ballots import (
    IIN,
    OTHER_IIN,
    SLUG,
    THIRD_IIN,
    closes_at,
    database_of,
    ids,
    open_vote,
    sign_in_voter,
    vote,
)
from tests.harness.client import PageClient
from tests.harness.desk import (
    DOCUMENT,
    FIND,
    HAND_OVER,
    HOME,
    OBJECTION,
    PERSON,
    find,
    hand_over,
    note_document,
    open_desk_vote,
    operator,
    visits_in,
)
from tests.harness.elections import Election
from tests.harness.people import PHONE, add_to_roll
from views.sessions import COOKIE

LANGUAGES = list(Language)


def voted_on_the_site(app: Flask, election: Election, iin: str = IIN) -> None:
    browser: Any = app.test_client()
    sign_in_voter(browser, app, iin)
    vote(browser, ids(election)[0])


# --- the first page ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_operator_begins_with_the_cycles_the_desk_serves(desk: PageClient, language: str) -> None:
    page = desk.get(f"/{language}/desk")
    assert {"kk": "2027 жылғы кезең", "ru": "Цикл 2027 года", "en": "Cycle of 2027"}[language] in page.visible
    assert page.find_all("a", href=FIND.replace("/en/", f"/{language}/")) != []
    assert desk.get(f"/{language}/staff/sign-in").location == f"/{language}/desk"


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_vote_the_page_says_when_the_next_one_begins(
    client: PageClient, app: Flask, now: datetime, language: str
) -> None:
    open_vote(app, now, phase=Phase.SUBMISSION, freeze=False)
    operator(app, client)
    page = client.get(f"/{language}/desk")
    assert page.find_all("a", href=FIND.replace("/en/", f"/{language}/")) == []
    day = {"kk": "2027 ж. 19 сәуір", "ru": "19 апреля 2027 г.", "en": "19 April 2027"}[language]
    assert day in page.visible.replace("\u00a0", " ")


def test_a_cycle_without_the_desk_among_its_ways_is_said_to_be_so(
    client: PageClient, app: Flask, now: datetime
) -> None:
    open_desk_vote(app, now, methods=(Assurance.SMS,))
    operator(app, client)
    assert "know no voting at the front office" in client.get(HOME).visible
    page = find(client)
    assert "know no voting at the front office" in page.visible
    assert page.find_all("input", name="document_last") == []


def test_after_the_vote_the_desk_still_takes_objections_until_their_time_is_over(
    client: PageClient, app: Flask, clock: Clock, now: datetime
) -> None:
    open_desk_vote(app, now, objection_days=3)
    person = operator(app, client)
    clock.instant = closes_at(now)
    staff.sign_in(client, person)
    assert "Ballots may still be objected to." in client.get(HOME).visible
    clock.instant += timedelta(days=20)
    staff.sign_in(client, person)
    assert "No voting is open now" in client.get(HOME).visible


# --- finding ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_person_on_the_roll_is_shown_as_the_document_should_show_them(
    desk: PageClient, language: str
) -> None:
    page = desk.submit(
        desk.get(FIND.replace("/en/", f"/{language}/")),
        {"iin": f" {IIN[:6]} {IIN[6:]}"},
        follow_redirects=True,
    )
    assert page.request.path == PERSON.replace("/en/", f"/{language}/")
    assert IIN not in page.request.url
    assert "01.01.1980" in page.visible
    assert [box.get("value") for box in page.find_all("input", name="document_kind")] == [
        "id_card",
        "passport",
        "residence_permit",
        "digital",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_is_not_on_the_roll_is_not_found_and_the_page_says_what_to_do(
    desk: PageClient, language: str
) -> None:
    page = desk.submit(
        desk.get(FIND.replace("/en/", f"/{language}/")), {"iin": THIRD_IIN}, follow_redirects=True
    )
    assert page.find_all("input", name="document_last") == []
    assert THIRD_IIN in page.visible  # to be compared with the document
    if language == "en":
        assert page.h1 == "Nobody on the roll has this IIN"
        assert "Tell the coordinator" in page.visible


@pytest.mark.parametrize("typed", ["", "12345", f"{IIN[:-1]}{(int(IIN[-1]) + 1) % 10}"])
def test_a_slip_in_the_iin_is_told_beside_the_field(desk: PageClient, typed: str) -> None:
    page = desk.submit(desk.get(FIND), {"iin": typed}, status=422)
    assert list(page.errors) == ["iin"]


def test_the_iin_is_in_no_address_and_in_no_cookie_in_the_clear(desk: PageClient) -> None:
    answer = desk.submit(desk.get(FIND), {"iin": IIN}, status=303)
    assert answer.location == PERSON
    assert all(IIN not in value for value in answer.headers.values())


def test_nobody_is_served_without_being_found_first(desk: PageClient) -> None:
    for address in (PERSON, HAND_OVER, OBJECTION):
        assert desk.get(address).location == FIND


def test_whom_one_operator_found_another_does_not_see(desk: PageClient, app: Flask) -> None:
    find(desk)
    desk.delete_cookie(COOKIE)
    staff.sign_in(desk, staff.add(app, "second@demo.kz", Role.OPERATOR))
    assert desk.get(PERSON).location == FIND


def test_who_was_found_is_forgotten_after_a_quarter_of_an_hour(desk: PageClient, clock: Clock) -> None:
    find(desk)
    clock.instant += timedelta(minutes=14)
    assert desk.get(PERSON).status_code == 200
    clock.instant += timedelta(minutes=2)
    assert desk.get(PERSON).location == FIND


def test_a_person_too_young_gets_no_ballot(desk: PageClient, app: Flask, now: datetime) -> None:
    add_to_roll(app, OTHER_IIN, phone=None, born=now.date().replace(year=now.year - 17))
    page = find(desk, OTHER_IIN)
    assert "from the age of 18 years" in page.visible
    assert page.find_all("input", name="document_last") == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_who_has_voted_only_when_and_where_is_told(
    desk: PageClient, app: Flask, election: Election, language: str
) -> None:
    voted_on_the_site(app, election)
    page = desk.submit(desk.get(FIND.replace("/en/", f"/{language}/")), {"iin": IIN}, follow_redirects=True)
    assert "14:00" in page.visible
    assert {"kk": "сайтта", "ru": "на сайте", "en": "on the site"}[language] in page.visible
    assert page.find_all("input", name="document_last") == []
    assert page.find_all(id="receipt-code") == []
    assert not any(public_id in page.text for public_id in ids(election))


# --- the document -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("last", ["", "123", "12345", "12-4", "👍👍👍👍"])
def test_the_last_four_characters_are_letters_and_digits(desk: PageClient, last: str) -> None:
    page = desk.submit(find(desk), {**DOCUMENT, "document_last": last}, status=422)
    assert list(page.errors) == ["document_last"]


def test_the_document_must_be_chosen(desk: PageClient) -> None:
    page = desk.submit(find(desk), {"document_last": "1234"}, status=422)
    assert list(page.errors) == ["document_kind"]


def test_nothing_is_noted_before_the_device_is_handed_over(desk: PageClient, app: Flask) -> None:
    page = note_document(desk)
    assert page.request.path == HAND_OVER
    assert "456B" in page.visible
    assert visits_in(app) == []
    desk.get(PERSON)
    assert visits_in(app) == []


def test_handing_over_notes_who_saw_which_document_and_the_log_has_neither_iin_nor_digits(
    desk: PageClient, app: Flask
) -> None:
    hand_over(desk)
    [visit] = visits_in(app)
    assert (str(visit.document_kind), visit.document_last) == ("passport", "456B")
    with database_of(app).reading() as session:
        event = session.exec(select(AuditEvent).where(AuditEvent.action == "desk.visit")).one()
        assert (event.actor_id, event.subject) == (visit.staff_id, f"visit:{visit.id}")
        assert "456B" not in event.facts
        assert IIN not in event.facts + event.subject


def test_who_voted_while_the_document_was_noted_gets_no_second_ballot(
    desk: PageClient, app: Flask, election: Election
) -> None:
    page = note_document(desk)
    voted_on_the_site(app, election)
    refused = desk.submit(page, button="Resident votes now", status=422)
    assert "This person has voted already" in refused.visible
    assert visits_in(app) == []
    assert desk.get(HOME).status_code == 200


# --- "it was not me" --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_owner_objects_at_the_desk(
    desk: PageClient, app: Flask, election: Election, language: str
) -> None:
    voted_on_the_site(app, election)
    find(desk)
    page = desk.get(OBJECTION.replace("/en/", f"/{language}/"))
    assert [one.get("value") for one in page.find_all("option") if "selected" in one.attrib] == [language]
    answer = desk.submit(page, {"text": "Мен емес.", "phone": "8 701 123 45 67"}, follow_redirects=True)
    assert answer.request.path.endswith("/person")
    with database_of(app).reading() as session:
        row = session.exec(select(Objection)).one()
        assert (row.channel, row.text, row.phone, row.language) == (
            Channel.DESK,
            "Мен емес.",
            PHONE,
            language,
        )
        event = session.exec(select(AuditEvent).where(AuditEvent.action == "desk.objection")).one()
        assert event.subject == f"objection:{row.public_id}"
    assert desk.get(OBJECTION).location == PERSON  # once
    assert desk.get(PERSON).find_all("a", href=OBJECTION) == []


def test_an_objection_says_something_and_its_phone_is_one(
    desk: PageClient, app: Flask, election: Election
) -> None:
    voted_on_the_site(app, election)
    find(desk)
    page = desk.submit(desk.get(OBJECTION), {"text": " ", "phone": "123"}, status=422)
    assert list(page.errors) == ["text", "phone"]


def test_without_a_ballot_there_is_nothing_to_object_to(desk: PageClient) -> None:
    page = find(desk)
    assert page.find_all("a", href=OBJECTION) == []
    assert desk.get(OBJECTION).location == PERSON


def test_before_the_freeze_nobody_is_looked_up(client: PageClient, app: Flask, now: datetime) -> None:
    open_vote(app, now, phase=Phase.SUBMISSION, freeze=False)
    operator(app, client)
    page = client.get(f"/en/desk/cycles/{SLUG}/find", status=409)
    assert "Voting begins on" in page.visible
