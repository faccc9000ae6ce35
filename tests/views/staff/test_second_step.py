"""The second step of signing in: the app's code, recovery codes, and what a password alone opens – nothing."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from models.enums import Role
from models.people import Staff, WebSession
from tests.harness.staff import (
    add,
    database_of,
    secret_on,
    show_password,
    sign_in,
    stored,
)
from views.access import declared
from views.staff import half_signed
from views.staff.first_pages import FIRST_PAGE

CODE = "/en/staff/sign-in/code"
SET_UP = "/en/staff/sign-in/set-up"


def sessions_in(app):
    with database_of(app).reading() as session:
        return session.exec(select(WebSession)).all()


def first_address(app, role):
    with app.test_request_context("/en/"):
        return app.url_for(FIRST_PAGE[role], lang="en")


def test_a_fresh_installation_has_no_account(strict_app):
    with database_of(strict_app).reading() as session:
        assert session.exec(select(Staff)).all() == []


@pytest.mark.parametrize("role", list(FIRST_PAGE))
def test_password_and_code_lead_to_the_roles_own_page(strict, strict_app, role):
    person = add(strict_app, "a@demo.kz", role, with_app=True)
    answer = show_password(strict, person, status=303)
    assert answer.location == CODE
    assert sessions_in(strict_app) == []
    answer = strict.submit(strict.get(CODE), {"code": person.code()}, status=303)
    assert answer.location == first_address(strict_app, role)
    strict.get(answer.location, status=200)
    assert stored(strict_app, person).signed_in_at == strict_app.extensions["clock"].instant


def test_the_page_asked_for_survives_both_steps(strict, strict_app):
    person = add(strict_app, "a@demo.kz", with_app=True)
    show_password(strict, person, "/en/staff/sign-in?next=/en/council?cycle=x", status=303)
    answer = strict.submit(strict.get(CODE), {"code": person.code()}, status=303)
    assert answer.location == "/en/council?cycle=x"


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_a_wrong_code_is_told_beside_its_field(strict, strict_app, lang):
    person = add(strict_app, "a@demo.kz", with_app=True)
    show_password(strict, person)
    page = strict.submit(strict.get(f"/{lang}/staff/sign-in/code"), {"code": person.wrong_code()}, status=422)
    assert list(page.errors) == ["code"]
    assert sessions_in(strict_app) == []


@pytest.mark.parametrize(("steps", "status"), [(-2, 422), (-1, 303), (1, 303), (2, 422)])
def test_the_phones_clock_may_be_one_step_off(strict, strict_app, steps, status):
    person = add(strict_app, "a@demo.kz", with_app=True)
    show_password(strict, person)
    strict.submit(strict.get(CODE), {"code": person.code(steps)}, status=status)


def test_a_code_does_not_sign_in_twice(strict, strict_app):
    person = add(strict_app, "a@demo.kz", with_app=True)
    sign_in(strict, person)
    other = strict_app.test_client()
    show_password(other, person)
    page = other.submit(other.get(CODE), {"code": person.code()}, status=422)
    assert page.errors["code"] == "This code was used already. Wait until the app shows the next one."
    other.submit(other.get(CODE), {"code": person.next_code()}, status=303)


def test_a_recovery_code_signs_in_once_and_says_what_is_left(strict, strict_app):
    person = add(strict_app, "a@demo.kz", with_app=True)
    show_password(strict, person)
    page = strict.submit(strict.get(CODE), {"code": person.recovery_codes[0]}, follow_redirects=True)
    assert "9 are left" in page.text
    other = strict_app.test_client()
    show_password(other, person)
    other.submit(other.get(CODE), {"code": person.recovery_codes[0]}, status=422)


def test_guesses_at_the_code_are_slowed_down_and_the_password_does_not_help(strict, strict_app):
    person = add(strict_app, "a@demo.kz", with_app=True)
    for _ in range(5):
        show_password(strict, person)
        strict.submit(strict.get(CODE), {"code": person.wrong_code()}, status=422)
    show_password(strict, person, status=303)
    page = strict.submit(strict.get(CODE), {"code": person.code()}, status=422)
    assert page.errors["code"].startswith("There were several wrong attempts. Wait 2")
    assert sessions_in(strict_app) == []
    strict_app.extensions["clock"].instant += timedelta(seconds=2)
    strict.submit(page, {"code": person.code()}, status=303)


# --- half signed in -----------------------------------------------------------------------------------------


def routes(app):
    """Every address of staff that is not open to everybody, with its methods."""
    values = {
        "lang": "en", "slug": "x", "public_id": "x", "phase": "voting", "name": "main.css", "token": "x",
        "member_id": 1, "invitation_id": 1, "way": "egov", "area": "x", "number": 1, "year": 2027, "path": "x",
    }  # fmt: skip
    for rule in app.url_map.iter_rules():
        is_open = declared(app.view_functions[rule.endpoint]) == "public"
        if rule.endpoint.split(".")[0] in ("staff", "office", "council", "desk") and not is_open:
            known = {name: values.get(name, 1) for name in rule.arguments}
            with app.test_request_context():
                address = app.url_for(rule.endpoint, **known)
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield method, address


@pytest.mark.parametrize("with_app", [True, False])
def test_a_password_alone_opens_nothing(strict, strict_app, with_app):
    person = add(strict_app, "a@demo.kz", Role.COORDINATOR, with_app=with_app)
    answer = show_password(strict, person, status=303)
    assert answer.location == (CODE if with_app else SET_UP)
    token = strict.get(answer.location).find("input", id="csrf_token").get("value")
    raw = FlaskClient(strict_app, strict_app.response_class)
    raw._cookies = strict._cookies
    asked = 0
    for method, address in routes(strict_app):
        found = raw.open(address, method=method, data={"csrf_token": token} if method == "POST" else None)
        assert found.status_code == 303, (method, address)
        assert "/en/staff/sign-in?next=" in found.location, (method, address)
        asked += 1
    assert asked > 30
    assert sessions_in(strict_app) == []


def test_after_the_walk_a_signed_in_coordinator_gets_in(strict, strict_app):
    """The walk above could pass for a wrong reason: the same addresses do open for whoever is signed in."""
    sign_in(strict, add(strict_app, "a@demo.kz", Role.COORDINATOR, with_app=True))
    opened = [address for method, address in routes(strict_app) if method == "GET"]
    raw = FlaskClient(strict_app, strict_app.response_class)
    raw._cookies = strict._cookies
    assert not any("sign-in?next" in raw.get(address).headers.get("Location", "") for address in opened)


def test_the_first_step_is_good_for_ten_minutes(strict, strict_app):
    person = add(strict_app, "a@demo.kz", with_app=True)
    show_password(strict, person)
    page = strict.get(CODE)
    strict_app.extensions["clock"].instant += half_signed.LIFETIME
    answer = strict.submit(page, {"code": person.code()}, status=303)
    assert answer.location == "/en/staff/sign-in"
    assert "ten minutes" in strict.get(answer.location).text


@pytest.mark.parametrize("change", ["password", "disabled"])
def test_the_first_step_dies_with_its_password_and_its_account(strict, strict_app, change):
    person = add(strict_app, "a@demo.kz", with_app=True)
    show_password(strict, person)
    page = strict.get(CODE)
    with database_of(strict_app).writing() as session:
        row = session.get(Staff, person.id)
        if change == "password":
            row.password_hash = "-"
        else:
            row.disabled_at = strict_app.extensions["clock"].instant
    assert strict.submit(page, {"code": person.code()}, status=303).location == "/en/staff/sign-in"


def test_without_the_first_step_there_is_no_second(strict):
    for address in (CODE, SET_UP):
        assert strict.get(address, status=303).location == "/en/staff/sign-in"


def test_a_cookie_made_up_is_nobodys(strict, strict_app):
    add(strict_app, "a@demo.kz", with_app=True)
    strict.set_cookie("__Host-half", "AAAA")
    strict.set_cookie(half_signed.COOKIE, "AAAA")
    assert strict.get(CODE, status=303).location == "/en/staff/sign-in"


# --- setting up ---------------------------------------------------------------------------------------------


def test_the_first_sign_in_sets_the_app_up_and_shows_ten_codes_once(strict, strict_app):
    person = add(strict_app, "a@demo.kz", Role.OBSERVER)
    page = strict.get(show_password(strict, person, status=303).location)
    person.secret = secret_on(page)
    assert len(person.secret) == 32
    assert "<svg" in page.text
    wrong = strict.submit(page, {"code": person.wrong_code()}, status=422)
    assert secret_on(wrong) == person.secret  # the phone has read it already
    answer = strict.submit(wrong, {"code": person.code()}, status=303)
    assert answer.location == "/en/staff/account/recovery-codes"
    shown = strict.get(answer.location)
    codes = ["".join("".join(one.itertext()).split()) for one in shown.find("ol", class_="pb-codes")]
    assert len(set(codes)) == 10
    assert strict.get("/ru/staff/account/recovery-codes").status_code == 200
    assert strict.submit(shown, status=303).location == "/en/office/log"
    assert strict.get("/en/staff/account/recovery-codes", status=303).location == "/en/staff/account"
    strict.get("/en/office/log", status=200)
    other = strict_app.test_client()
    show_password(other, person)
    other.submit(other.get(CODE), {"code": codes[3]}, status=303)


def test_a_password_alone_does_not_replace_an_app_that_is_there(strict, strict_app):
    person = add(strict_app, "a@demo.kz", with_app=True)
    kept = stored(strict_app, person).totp_secret
    show_password(strict, person)
    assert strict.get(SET_UP, status=303).location == CODE
    token = strict.get(CODE).find("input", id="csrf_token").get("value")
    answer = strict.post(SET_UP, data={"csrf_token": token, "code": person.code()}, status=303)
    assert answer.location == CODE
    assert stored(strict_app, person).totp_secret == kept


def test_of_two_first_set_ups_the_second_is_refused(strict, strict_app):
    person = add(strict_app, "a@demo.kz")
    other = strict_app.test_client()
    pages = []
    for client in (strict, other):
        show_password(client, person)
        pages.append(client.get(SET_UP))
    person.secret = secret_on(pages[0])
    strict.submit(pages[0], {"code": person.code()}, status=303)
    kept = stored(strict_app, person).totp_secret
    person.secret = secret_on(pages[1])
    assert other.submit(pages[1], {"code": person.code()}, status=303).location == CODE
    assert stored(strict_app, person).totp_secret == kept


def test_in_the_demo_a_password_is_enough_until_an_app_is_set_up(client, app):
    person = add(app, "a@demo.kz")
    assert show_password(client, person, status=303).location == "/en/council"
    equipped = add(app, "b@demo.kz", with_app=True)
    other = app.test_client()
    assert show_password(other, equipped, status=303).location == CODE


def test_the_database_and_the_cookie_do_not_show_the_secret(strict, strict_app):
    person = add(strict_app, "a@demo.kz")
    page = strict.get(show_password(strict, person).location)
    secret = secret_on(page)
    assert all(secret not in cookie.value for cookie in strict._cookies.values())
    assert page.headers["Cache-Control"] == "no-store"


def test_a_lost_secret_key_leaves_the_recovery_codes(make_app, sqlite_url, strict_app, now):
    person = add(strict_app, "a@demo.kz", with_app=True)
    moved = make_app(sqlite_url, demo=False, secret_key=b"another-secret-key-of-32-letters!")
    client = moved.test_client()
    show_password(client, person)
    client.submit(client.get(CODE), {"code": person.code()}, status=422)
    client.submit(client.get(CODE), {"code": person.recovery_codes[0]}, status=303)
