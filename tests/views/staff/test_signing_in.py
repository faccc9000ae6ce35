"""Signing in for the council and the akimat."""

from datetime import timedelta

import pytest
from sqlmodel import select

from budget import staff
from models.enums import Role
from models.people import SignInFailure, WebSession

PASSWORD = "correct horse battery"
EMAIL = "chair@demo.kz"


@pytest.fixture
def member(app, now):
    return add(app, now)


def add(app, now, email=EMAIL, role=Role.COUNCIL):
    with app.extensions["database"].writing() as session:
        return staff.add(session, email=email, name="Demo", role=role, password=PASSWORD, now=now)


def sign_in(client, email=EMAIL, password=PASSWORD, *, lang="kk", path="", **kwargs):
    page = client.get(f"/{lang}/staff/sign-in{path}")
    return client.submit(page, {"email": email, "password": password}, **kwargs)


@pytest.mark.parametrize(
    ("role", "first_page"), [(Role.COUNCIL, "/kk/council"), (Role.COORDINATOR, "/kk/office")]
)
def test_each_role_comes_to_its_own_page(client, app, now, role, first_page):
    add(app, now, role=role)
    answer = sign_in(client, " Chair@Demo.kz")
    assert (answer.status_code, answer.location.rstrip("/")) == (303, first_page)
    assert client.get("/kk/staff/sign-in").location.rstrip("/") == first_page


def test_the_page_asked_for_comes_after_signing_in_and_nothing_elsewhere(client, app, member):
    assert sign_in(client, path="?next=/kk/council?x=1").location == "/kk/council?x=1"
    other = app.test_client()
    assert sign_in(other, path="?next=//elsewhere.kz/").location.rstrip("/") == "/kk/council"


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
@pytest.mark.parametrize(("email", "password"), [(EMAIL, "wrong"), ("nobody@demo.kz", PASSWORD)])
def test_the_answer_does_not_say_which_was_wrong(client, member, email, password, lang):
    page = sign_in(client, email, password, lang=lang, status=422)
    assert list(page.errors) == ["password"]
    assert page.find("input", id="email").get("value") == email
    assert page.find("input", id="password").get("value") is None
    if lang == "en":
        assert page.errors["password"] == "The e-mail or the password is wrong. Check both and try again."


def test_empty_fields_are_named_and_count_as_no_attempt(client, app, member):
    page = sign_in(client, "", "", status=422)
    assert list(page.errors) == ["email", "password"]
    with app.extensions["database"].reading() as session:
        assert session.exec(select(SignInFailure)).all() == []


def test_after_five_failures_there_is_a_wait_even_for_the_right_password_and_then_it_opens(
    client, app, member
):
    for _ in range(5):
        sign_in(client, password="wrong", status=422)
    page = sign_in(client, lang="en", status=422)
    assert "Wait 2 seconds" in page.errors["password"]
    app.extensions["clock"].instant += timedelta(seconds=2)
    assert sign_in(client).status_code == 303
    with app.extensions["database"].reading() as session:
        assert session.exec(select(SignInFailure)).all() == []


def test_nothing_is_hashed_while_the_back_off_lasts(client, member, monkeypatch):
    for _ in range(5):
        sign_in(client, password="wrong", status=422)
    monkeypatch.setattr(staff, "_verify", lambda *_: pytest.fail("hashed"))
    sign_in(client, status=422)


def test_a_new_session_takes_the_place_of_the_old_one(client, app, member):
    sign_in(client)
    old = client.get_cookie("who").value
    token = client.get("/kk/can-i-vote").find_all("input", name="csrf_token")[0].get("value")
    client.post("/kk/staff/sign-out", data={"csrf_token": token})
    with app.extensions["database"].reading() as session:
        assert session.exec(select(WebSession)).all() == []
    client.set_cookie("who", old)
    assert client.get("/kk/council").location.startswith("/kk/staff/sign-in")


def test_a_resident_page_is_not_open_to_staff(client, member):
    sign_in(client)
    client.get("/kk/my", status=403)


def test_signing_out_is_a_post_with_a_token(client, member):
    sign_in(client)
    client.get("/kk/staff/sign-out", status=405)
    client.post("/kk/staff/sign-out", status=400)
    assert client.get("/kk/staff/sign-in").status_code == 303


def test_a_forged_sign_in_is_refused(client, member):
    client.post("/kk/staff/sign-in", data={"email": EMAIL, "password": PASSWORD}, status=400)


def test_staff_is_signed_out_after_half_an_hour_without_a_request(client, app, member):
    sign_in(client)
    app.extensions["clock"].instant += timedelta(minutes=29)
    assert client.get("/kk/staff/sign-in").status_code == 303
    app.extensions["clock"].instant += timedelta(minutes=30)
    assert client.get("/kk/staff/sign-in").status_code == 200
