"""The device in a resident's hands: the ballot and nothing else is within reach, and only the operator's password gives
the desk back. (Cookies taken away, forged and put back: test_parked_cookies.)"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from budget import web_sessions
from models.database import Database
from models.enums import Assurance, Channel, Language
from models.people import Staff
from tests.harness import staff
from tests.harness.application import Clock
from tests.harness.ballots import (
    BALLOT,
    IIN,
    RECEIPT,
    SLUG,
    ballots_in,
    chosen,
    closes_at,
    database_of,
    ids,
    offered,
    vote,
)
from tests.harness.client import PageClient
from tests.harness.desk import (
    FIND,
    HOME,
    LOCK,
    hand_over,
    note_document,
    open_desk_vote,
    operator,
    sessions_in,
    unlock,
)
from tests.harness.elections import Election
from tests.harness.pages import text_of
from tests.harness.staff import PASSWORD, Person
from views import sealed_cookies
from views.desk import serving
from views.sessions import COOKIE

ALWAYS = {"service.static_file", "service.favicon", "public.large_view"}
WITH_BALLOT = ALWAYS | {"resident.ballot", "resident.receipt", "desk.finish"}
AT_LOCK = ALWAYS | {"desk.lock", "desk.sign_in_anew"}
"""What is within reach, by a second hand: a longer list in views/parking.py shows up here."""
PARKED = sealed_cookies.PARKED
SIGN_IN = "/en/staff/sign-in"


# --- handed over ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", list(Language))
def test_the_ballot_on_the_device_has_no_menu_and_leads_nowhere(device: PageClient, language: str) -> None:
    page = device.get(BALLOT.replace("/en/", f"/{language}/"))
    said = {
        "kk": "Қабылдау бөлімінде дауыс беру",
        "ru": "Голосование во фронт-офисе",
        "en": "Voting at the front",
    }
    assert said[language] in page.visible
    assert page.find_all("nav", class_="pb-nav") == []
    ways = {link.get("href", "").split("?")[0] for link in page.find_all("a")}
    own = {"#main-content", f"/{language}/large-view"}
    assert ways == own | {BALLOT.replace("/en/", f"/{one}/") for one in Language}
    targets = {form.get("action") for form in page.find_all("form")}
    assert targets == {None, f"/{language}/desk/finish"}


def test_the_ballot_is_the_residents_own_at_the_desk(
    device: PageClient, app: Flask, election: Election
) -> None:
    assert sorted(offered(device.get(BALLOT))) == sorted([*ids(election), "none"])
    vote(device, ids(election)[0])
    [row] = ballots_in(app)
    assert (row.channel, row.assurance, row.phone_key, row.network_key) == (
        Channel.DESK,
        Assurance.DESK,
        None,
        None,
    )


def test_the_residents_session_knows_its_operator(device: PageClient, app_database: Database) -> None:
    staff_row, resident_row = sessions_in(app_database)
    assert resident_row.operator_id == staff_row.staff_id
    assert (resident_row.channel, resident_row.assurance) == (Channel.DESK, Assurance.DESK)


def test_whom_the_operator_found_is_forgotten_when_the_device_is_handed_over(desk: PageClient) -> None:
    page = note_document(desk)
    assert desk.get_cookie(serving.COOKIE) is not None
    desk.submit(page, button="Resident votes now", status=303)
    assert desk.get_cookie(serving.COOKIE) is None


def routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method


def every_address(app: Flask) -> Iterator[tuple[str, str, str]]:
    """(endpoint, method, address) of all routes, with what exists here."""
    known = {
        "lang": "en", "slug": SLUG, "phase": "voting", "name": "main.css", "way": "egov", "token": "x",
        "public_id": "0000000000",
    }  # fmt: skip
    for rule, method in routes(app):
        with app.test_request_context():
            values = {name: known.get(name, "1") for name in rule.arguments}
            yield rule.endpoint, method, app.url_for(rule.endpoint, **values)


def token_on(page: Any) -> str:
    return str(page.find_all("input", name="csrf_token")[0].get("value"))


@pytest.mark.parametrize("is_second_tab", [False, True])
def test_on_the_device_every_other_address_leads_back_to_the_ballot(
    device: PageClient, app: Flask, app_database: Database, is_second_tab: bool
) -> None:
    """A tab opened before has the same cookies; the token of its forms is another one."""
    token = "of another tab" if is_second_tab else token_on(device.get(BALLOT))
    seen = set()
    rows = len(sessions_in(app_database))
    for endpoint, method, address in every_address(app):
        if endpoint in WITH_BALLOT:
            continue
        answer = device.open(address, method=method, data={"csrf_token": token} if method == "POST" else None)
        assert (answer.status_code, answer.location) == (303, address_of_ballot(address)), (endpoint, method)
        seen.add(endpoint.split(".", maxsplit=1)[0])
    assert {"staff", "office", "council", "desk", "public", "resident", "api"} <= seen
    assert device.get("/en/no-such-page").location == BALLOT
    assert len(sessions_in(app_database)) == rows


def address_of_ballot(address: str) -> str:
    """In the language of the address; an address without one takes the browser's, here Kazakh."""
    return BALLOT if address.startswith("/en/") else BALLOT.replace("/en/", "/kk/")


def test_the_ballot_of_another_cycle_is_out_of_reach(device: PageClient) -> None:
    assert device.get("/en/cycles/another/ballot").location == BALLOT
    assert device.get("/en/cycles/another/receipt").location == BALLOT


# --- leaving, the receipt, the lock -----------------------------------------------------------------------


def test_no_ballot_on_the_device_is_kept_by_the_browser(device: PageClient, election: Election) -> None:
    shown = device.get(BALLOT)
    refused = device.submit(shown, extra={"choices": [*ids(election), "none"]}, status=422)
    assert chosen(refused) == {*ids(election), "none"}
    for page in (shown, refused):
        assert page.headers["Cache-Control"] == "no-store"


def test_after_the_press_the_choice_is_on_no_page(device: PageClient, app: Flask, election: Election) -> None:
    picked = ids(election)[1]
    receipt = device.submit(
        device.get(BALLOT), {"choices": [picked]}, button="Cast my vote", follow_redirects=True
    )
    assert receipt.request.path == RECEIPT
    [row] = ballots_in(app)
    assert row.receipt is not None
    assert text_of(receipt.find(id="receipt-code")) == row.receipt.hex()
    back = device.get(BALLOT)
    assert back.location == RECEIPT
    lock = device.submit(receipt, button="Finish", follow_redirects=True)
    assert lock.request.path == LOCK
    opened = unlock(device, follow_redirects=True)
    assert opened.request.path == HOME
    for page in (receipt, lock, opened, device.get(FIND)):
        assert not any(public_id in page.text for public_id in ids(election))
        assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("language", list(Language))
def test_the_receipt_on_the_device_has_one_way_on(
    device: PageClient, election: Election, language: str
) -> None:
    vote(device, ids(election)[0])
    page = device.get(RECEIPT.replace("/en/", f"/{language}/"))
    assert [form.get("action") for form in page.main.iter("form")] == [f"/{language}/desk/finish"]
    assert list(page.main.iter("a")) == []


def test_nobody_replaces_the_ballot_on_the_device_even_where_one_may_vote_again(
    client: PageClient, app: Flask, now: Any
) -> None:
    """After the receipt the next hand is the operator's."""
    election = open_desk_vote(app, now, revote=True)
    operator(app, client)
    hand_over(client)
    vote(client, ids(election)[0])
    assert client.get(f"{BALLOT}?again=1").location == RECEIPT
    assert "again=1" not in client.get(RECEIPT).text


def test_leaving_casts_nothing_and_the_person_can_come_again(
    device: PageClient, app: Flask, election: Election, app_database: Database
) -> None:
    page = device.get(BALLOT)
    locked = device.submit(page, form=1, button="Leave without voting", follow_redirects=True)
    assert locked.request.path == LOCK
    assert ballots_in(app) == []
    assert [row.resident_id for row in sessions_in(app_database)] == [None]
    unlock(device, status=303)
    assert hand_over(device).request.path == BALLOT


def test_the_ballot_closes_over_a_person_at_the_desk(
    desk: PageClient, app: Flask, election: Election, clock: Clock, now: Any
) -> None:
    clock.instant = closes_at(now) - timedelta(minutes=1)
    desk.delete_cookie(COOKIE)
    staff.sign_in(desk, Person(app, 1, "operator@demo.kz"))
    page = hand_over(desk)
    clock.instant += timedelta(minutes=1)
    refused = desk.submit(page, {"choices": ids(election)[:1]}, button="Cast my vote", status=422)
    assert "Voting ended on" in refused.errors["choices"]
    assert list(refused.main.iter("a")) == [] or all(
        a.get("href") == "#choices" for a in refused.main.iter("a")
    )
    closed = desk.get(BALLOT)
    assert closed.h1 == "You can’t vote now"
    assert list(closed.main.iter("a")) == []
    assert desk.submit(closed, button="Leave without voting", status=303).location == LOCK


def test_left_alone_for_ten_minutes_the_device_is_locked(
    device: PageClient, clock: Clock, election: Election
) -> None:
    assert device.get(BALLOT).headers["Refresh"] == f"601; url={LOCK}"
    clock.instant += timedelta(minutes=9, seconds=59)
    assert device.get(BALLOT).status_code == 200
    clock.instant += timedelta(minutes=10)
    assert device.get(BALLOT).location == LOCK
    assert device.get(LOCK).status_code == 200


def test_two_minutes_after_the_ballot_the_device_is_locked(
    device: PageClient, clock: Clock, election: Election
) -> None:
    vote(device, ids(election)[0])
    page = device.get(RECEIPT)
    assert page.headers["Refresh"] == f"121; url={LOCK}"
    assert "in 2 minutes" in page.visible
    clock.instant += timedelta(seconds=119)
    assert device.get(RECEIPT).headers["Refresh"] == f"2; url={LOCK}"
    clock.instant += timedelta(seconds=1)
    assert device.get(RECEIPT).location == LOCK


def test_no_page_off_the_device_goes_anywhere_by_itself(desk: PageClient) -> None:
    for address in (HOME, FIND, "/en/"):
        assert "Refresh" not in desk.get(address).headers
    assert "Refresh" not in note_document(desk).headers


@pytest.mark.parametrize("language", list(Language))
def test_at_the_lock_every_other_address_leads_to_the_lock(
    device: PageClient, app: Flask, language: str
) -> None:
    device.submit(device.get(BALLOT), form=1)
    token = token_on(device.get(LOCK))
    lock = LOCK.replace("/en/", f"/{language}/")
    page = device.get(lock)
    assert page.find_all("nav", class_="pb-nav") == []
    for endpoint, method, address in every_address(app):
        if endpoint in AT_LOCK:
            continue
        there = address.replace("/en/", f"/{language}/", 1)
        answer = device.open(there, method=method, data={"csrf_token": token} if method == "POST" else None)
        assert answer.status_code == 303, (endpoint, method)
        assert answer.location == (
            lock if there.startswith(f"/{language}/") else LOCK.replace("/en/", "/kk/")
        )


def test_only_the_operators_password_unlocks(device: PageClient) -> None:
    device.submit(device.get(BALLOT), form=1)
    page = unlock(device, "wrong horse battery", status=422)
    assert list(page.errors) == ["current_password"]
    assert device.get(HOME).location == LOCK
    assert unlock(device, status=303).location == HOME
    assert device.get(HOME).status_code == 200
    assert device.get(LOCK).location == SIGN_IN
    assert device.get_cookie(PARKED) is None


def test_the_browser_is_not_asked_to_fill_the_password_in(device: PageClient) -> None:
    device.submit(device.get(BALLOT), form=1)
    field = device.get(LOCK).find("input", id="current_password")
    assert field.get("autocomplete") == "off"


def test_guessing_at_the_lock_slows_down_and_a_right_password_does_not_help_then(
    device: PageClient, clock: Clock
) -> None:
    device.submit(device.get(BALLOT), form=1)
    for _ in range(5):
        unlock(device, "wrong horse battery", status=422)
    assert "several wrong attempts" in unlock(device, PASSWORD, status=422).visible
    clock.instant += timedelta(seconds=3)
    assert unlock(device, PASSWORD, status=303).location == HOME


def test_the_second_step_is_not_asked_again_while_the_operators_session_is_good(
    client: PageClient, app: Flask, election: Election, clock: Clock
) -> None:
    operator(app, client, with_app=True)
    hand_over(client)
    client.submit(client.get(BALLOT), form=1)
    clock.instant += timedelta(minutes=20)
    assert unlock(client, status=303).location == HOME
    clock.instant += timedelta(minutes=20)  # unlocking was a use of the session
    assert client.get(HOME).status_code == 200


def test_when_the_operators_session_is_over_the_lock_leads_to_the_whole_sign_in(
    device: PageClient, clock: Clock
) -> None:
    device.submit(device.get(BALLOT), form=1)
    page = device.get(LOCK)
    clock.instant += web_sessions.STAFF_IDLE
    answer = device.submit(page, {"current_password": PASSWORD}, status=303)
    assert answer.location == f"{SIGN_IN}?next=/en/desk"
    page = device.get(answer.location)
    assert "Your session is over." in page.visible
    assert device.get_cookie(PARKED) is None
    assert device.get(HOME).location.split("?")[0] == SIGN_IN


def test_a_disabled_operator_does_not_unlock(device: PageClient, app: Flask, clock: Clock) -> None:
    device.submit(device.get(BALLOT), form=1)
    with database_of(app).writing() as session:
        row = session.get(Staff, sessions_in(database_of(app))[0].staff_id)
        assert row is not None
        row.disabled_at = clock.instant
    assert device.get(LOCK).location == f"{SIGN_IN}?next=/en/desk"


def test_another_operator_takes_over_and_the_parked_session_is_gone(
    device: PageClient, app_database: Database
) -> None:
    device.submit(device.get(BALLOT), form=1)
    answer = device.submit(device.get(LOCK), form=1, button="Sign in anew", status=303)
    assert answer.location == f"{SIGN_IN}?next=/en/desk"
    assert sessions_in(app_database) == []
    assert device.get(HOME).location.split("?")[0] == SIGN_IN


def test_the_large_view_works_on_the_device(device: PageClient) -> None:
    page = device.get(f"/en/large-view?page={BALLOT}", follow_redirects=True)
    assert page.request.path == BALLOT
    assert page.find("html").get("class") == "pb-large"
    assert device.get("/en/large-view?page=/en/desk", follow_redirects=True).request.path == BALLOT


def test_at_the_lock_nothing_of_the_resident_is_left(
    device: PageClient, election: Election, app_database: Database
) -> None:
    vote(device, ids(election)[0])
    device.submit(device.get(RECEIPT), button="Finish")
    assert device.get_cookie(COOKIE) is None
    assert IIN not in device.get(LOCK).text
    assert [row.resident_id for row in sessions_in(app_database)] == [None]
