"""One's own account: language, password, the app set up anew, recovery codes, and other browsers."""

import pytest
from sqlmodel import select

from budget import staff
from models.enums import Language
from models.people import WebSession
from tests.harness.staff import PASSWORD, add, database_of, secret_on, show_password, sign_in, stored

ACCOUNT = "/en/staff/account"
NEW = "another horse battery"


@pytest.fixture
def person(app):
    """Signed in below where a test needs it."""
    return add(app, "a@demo.kz", with_app=True)


@pytest.fixture
def signed_in(client, person):
    """The person's browser."""
    sign_in(client, person)
    return client


def step_up(client, page, person):
    """Answer the page that asks once more."""
    values = {"step_up-current_password": PASSWORD, "step_up-code": person.next_code()}
    return client.submit(page, values, status=303)


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_the_page_tells_what_there_is(signed_in, person, lang):
    page = signed_in.get(f"/{lang}/staff/account")
    assert "a@demo.kz" in page.text
    assert page.find("form", id="language-form") is not None
    if lang == "en":
        assert "Recovery codes left" in page.text
        assert ">10<" in page.text


@pytest.mark.parametrize("role", staff.ROLES)
def test_every_role_of_staff_has_the_page_and_a_link_to_it(client, app, role):
    first = client.get(show_password(client, add(app, "o@demo.kz", role), status=303).location)
    assert ACCOUNT in first.text
    assert "In the demonstration the second step is a choice." in client.get(ACCOUNT).text


def test_the_language_of_messages_is_changed(signed_in, app, person):
    page = signed_in.get(ACCOUNT)
    signed_in.submit(page, {"language": "ru"}, form="#language-form", status=303)
    assert stored(app, person).language is Language.RU
    wrong = signed_in.submit(page, extra={"language": "de"}, form="#language-form", status=422)
    assert list(wrong.errors) == ["language"]


# --- the password -------------------------------------------------------------------------------------------


def test_a_new_password_needs_the_old_one(signed_in, app, person):
    page = signed_in.get(f"{ACCOUNT}/password")
    wrong = signed_in.submit(page, {"current_password": "wrong", "password": NEW}, status=422)
    assert wrong.errors == {"current_password": "This is not your password."}
    short = signed_in.submit(page, {"current_password": PASSWORD, "password": "eleven char"}, status=422)
    assert list(short.errors) == ["password"]
    signed_in.submit(page, {"current_password": PASSWORD, "password": NEW}, status=303)
    other = app.test_client()
    show_password(other, person, status=422)
    page = other.get("/en/staff/sign-in")
    other.submit(page, {"email": person.email, "password": NEW}, status=303)


def test_a_new_password_signs_the_other_browsers_out(signed_in, app, person):
    other = app.test_client()
    sign_in(other, person)
    signed_in.submit(
        signed_in.get(f"{ACCOUNT}/password"), {"current_password": PASSWORD, "password": NEW}, status=303
    )
    signed_in.get(ACCOUNT, status=200)
    assert "sign-in?next=" in other.get(ACCOUNT, status=303).location


def test_guesses_at_the_old_password_are_slowed_down(signed_in, person):
    page = signed_in.get(f"{ACCOUNT}/password")
    for _ in range(5):
        signed_in.submit(page, {"current_password": "wrong", "password": NEW}, status=422)
    page = signed_in.submit(page, {"current_password": PASSWORD, "password": NEW}, status=422)
    assert "Wait 2 seconds" in page.errors["current_password"]


# --- the app and the codes ----------------------------------------------------------------------------------


def test_an_app_set_up_anew_ends_the_old_one(signed_in, app, person):
    asked = signed_in.get(f"{ACCOUNT}/app")
    page = signed_in.get(step_up(signed_in, asked, person).location)
    old = person.code(1)
    person.secret = secret_on(page)
    signed_in.submit(page, {"code": person.code()}, status=303)
    other = app.test_client()
    show_password(other, person)
    other.submit(other.get("/en/staff/sign-in/code"), {"code": old}, status=422)
    other.submit(other.get("/en/staff/sign-in/code"), {"code": person.next_code()}, status=303)


def test_a_set_up_broken_off_leaves_the_old_app(signed_in, app, person):
    kept = stored(app, person).totp_secret
    signed_in.get(step_up(signed_in, signed_in.get(f"{ACCOUNT}/app"), person).location)
    assert stored(app, person).totp_secret == kept


def test_new_recovery_codes_take_the_place_of_the_old(signed_in, app, person):
    asked = signed_in.get(f"{ACCOUNT}/recovery-codes/new")
    page = signed_in.get(step_up(signed_in, asked, person).location)
    assert "10 codes are unused" in page.text
    shown = signed_in.submit(page, follow_redirects=True)
    codes = ["".join("".join(one.itertext()).split()) for one in shown.find("ol", class_="pb-codes")]
    assert len(codes) == 10
    assert not set(codes) & set(person.recovery_codes)
    other = app.test_client()
    show_password(other, person)
    other.submit(other.get("/en/staff/sign-in/code"), {"code": person.recovery_codes[0]}, status=422)
    other.submit(other.get("/en/staff/sign-in/code"), {"code": codes[0]}, status=303)


def test_fresh_codes_are_shown_to_their_owner_alone(signed_in, app, person):
    page = signed_in.get(step_up(signed_in, signed_in.get(f"{ACCOUNT}/recovery-codes/new"), person).location)
    signed_in.submit(page, status=303)
    signed_in.post(
        "/en/staff/sign-out",
        data={"csrf_token": signed_in.get(ACCOUNT).find("input", id="csrf_token").get("value")},
    )
    sign_in(signed_in, add(app, "b@demo.kz"))
    assert signed_in.get(f"{ACCOUNT}/recovery-codes", status=303).location == ACCOUNT


def test_without_an_app_there_are_no_recovery_codes_to_make(client, app):
    bare = add(app, "b@demo.kz")
    sign_in(client, bare)
    asked = client.get(f"{ACCOUNT}/recovery-codes/new")
    answer = client.submit(asked, {"step_up-current_password": PASSWORD}, status=303)
    assert client.get(answer.location, status=303).location == ACCOUNT


# --- other browsers -----------------------------------------------------------------------------------------


def test_the_other_browsers_can_be_signed_out(signed_in, app, person):
    assert signed_in.get(ACCOUNT).find_all("form", id="others-form") == []
    other, stranger = app.test_client(), app.test_client()
    sign_in(other, person)
    sign_in(stranger, add(app, "b@demo.kz"))
    page = signed_in.get(ACCOUNT)
    told = signed_in.submit(page, form="#others-form", follow_redirects=True)
    assert "1 other browser is signed out." in told.text
    assert "sign-in?next=" in other.get(ACCOUNT, status=303).location
    stranger.get(ACCOUNT, status=200)
    with database_of(app).reading() as session:
        assert len(session.exec(select(WebSession)).all()) == 2
