"""The cookies of a device that was handed over: taken away, forged, put back by hand, or kept for later."""

from typing import Any

from flask import Flask

from tests.harness.ballots import BALLOT, OTHER_IIN, RECEIPT
from tests.harness.client import PageClient
from tests.harness.desk import FIND, HOME, LOCK, cookie, hand_over, unlock
from tests.harness.people import add_to_roll, sign_in
from views import parking, sealed_cookies
from views.sessions import COOKIE

PARKED = sealed_cookies.PARKED
SIGN_IN = "/en/staff/sign-in"


def test_the_operators_token_is_in_the_sealed_cookie_alone(device: PageClient, app: Flask) -> None:
    with app.test_request_context(headers={"Cookie": f"{PARKED}={cookie(device, PARKED)}"}):
        parked = parking.current()
    assert parked is not None
    assert parked.token not in cookie(device, PARKED) + cookie(device, COOKIE)
    assert parked.token not in device.get(BALLOT).text


def test_the_parked_cookie_in_the_place_of_a_session_opens_nothing(device: PageClient) -> None:
    device.set_cookie(COOKIE, cookie(device, PARKED))
    device.delete_cookie(PARKED)
    answer = device.get(HOME)
    assert (answer.status_code, answer.location.split("?")[0]) == (303, SIGN_IN)


def test_without_the_parked_cookie_the_session_of_the_desk_is_worth_nothing(device: PageClient) -> None:
    device.delete_cookie(PARKED)
    assert device.get(BALLOT).location.split("?")[0] == "/en/sign-in"
    assert device.get(HOME).location.split("?")[0] == SIGN_IN
    assert device.get(LOCK).location == SIGN_IN


def test_a_forged_parked_cookie_is_none(device: PageClient) -> None:
    device.set_cookie(PARKED, "A" * 200)
    assert device.get(BALLOT).location.split("?")[0] == "/en/sign-in"
    assert device.get(LOCK).location == SIGN_IN


def test_without_the_residents_cookie_the_device_is_locked(device: PageClient) -> None:
    device.delete_cookie(COOKIE)
    for address in (BALLOT, RECEIPT, HOME, "/en/office", "/en/"):
        assert device.get(address).location == LOCK


def test_the_operators_own_cookie_put_back_by_hand_opens_nothing_while_parked(desk: PageClient) -> None:
    kept = cookie(desk, COOKIE)
    hand_over(desk)
    desk.set_cookie(COOKIE, kept)
    for address in (HOME, FIND, "/en/staff/account", BALLOT):
        assert desk.get(address).location == LOCK


def test_who_signs_in_elsewhere_is_not_at_the_desk(app: Flask, device: PageClient) -> None:
    add_to_roll(app, OTHER_IIN)
    browser: Any = app.test_client()
    assert sign_in(browser, app, OTHER_IIN, lang="en").location == "/en/my"
    assert browser.get("/en/my").status_code == 200


def test_a_parked_cookie_kept_from_before_needs_the_password_again(device: PageClient, app: Flask) -> None:
    kept = cookie(device, PARKED)
    device.submit(device.get(BALLOT), form=1)
    unlock(device, status=303)
    thief: Any = app.test_client()
    thief.set_cookie(PARKED, kept)
    assert thief.get(HOME).location == LOCK
    unlock(thief, "wrong horse battery", status=422)
