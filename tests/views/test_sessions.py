"""Sealed cookies and who acts: what they cost, and what a tampered one is worth."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import select

from budget.permissions import VISITOR
from models.people import WebSession
from tests.harness.people import add_to_roll, sign_in, test_iin
from tests.harness.queries import counted
from views import sealed_cookies, sessions

IIN = test_iin(1)


def sealed(app, name, content, lifetime=timedelta(minutes=5)):
    with app.test_request_context("/kk/"):
        return sealed_cookies._seal(name, content, lifetime)


def opened(app, name, value):
    with app.test_request_context("/kk/", headers={"Cookie": f"{name}={value}"}):
        return sealed_cookies.read(name)


def test_a_sealed_cookie_gives_back_what_was_put_in(app):
    value = sealed(app, "who", {"iin": IIN})
    assert IIN not in value
    assert opened(app, "who", value) == {"iin": IIN}


def test_two_seals_of_one_content_differ(app):
    assert sealed(app, "who", {"iin": IIN}) != sealed(app, "who", {"iin": IIN})


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value[:-4],
        lambda value: ("B" if value[0] == "A" else "A") + value[1:],
        lambda value: value[::-1],
        lambda value: value + "=",
        lambda _: "",
        lambda _: "%%%",
        lambda _: "AAAA",
    ],
)
def test_a_changed_cookie_is_none(app, change):
    value = sealed(app, "who", {"iin": IIN})
    changed = change(value)
    assert opened(app, "who", changed) is None or changed.rstrip("=") == value.rstrip("=")


def test_a_cookie_of_one_kind_is_not_taken_for_another(app):
    assert opened(app, "proof", sealed(app, "who", {"iin": IIN})) is None


def test_a_cookie_of_another_installation_is_none(app, make_app, sqlite_url):
    other = make_app(sqlite_url, secret_key=b"another-secret-key-of-32-characters")
    assert opened(app, "who", sealed(other, "who", {"iin": IIN})) is None


def test_a_cookie_ends_whatever_the_browser_keeps(app):
    value = sealed(app, "who", {"iin": IIN}, timedelta(minutes=5))
    app.extensions["clock"].instant += timedelta(minutes=5)
    assert opened(app, "who", value) is None


@pytest.fixture
def statements(app):
    """SQL sent by the application from now on."""
    with counted(app.extensions["database"].engine) as seen:
        yield seen


def current_of(app, cookie=None):
    headers = {"Cookie": f"{sessions.COOKIE}={cookie}"} if cookie else {}
    with app.test_request_context("/kk/", headers=headers):
        found = sessions.current()
        assert sessions.current() is found
        return found


def test_a_visitor_costs_no_query(app, statements):
    assert current_of(app).actor == VISITOR
    assert current_of(app, "tampered").actor == VISITOR
    assert statements == []


def test_a_signed_in_person_costs_one_query(app, client, statements):
    add_to_roll(app, IIN)
    sign_in(client, app, IIN)
    cookie = client.get_cookie(sessions.COOKIE).value
    statements.clear()
    found = current_of(app, cookie)
    assert found.iin == IIN
    assert len([text for text in statements if text.startswith("SELECT")]) == 1
    assert IIN not in repr(found)


def seen_at(app):
    with app.extensions["database"].reading() as session:
        return session.exec(select(WebSession)).one().seen_at


def test_use_is_written_once_a_minute_and_never_by_a_post(app, client, now):
    add_to_roll(app, IIN)
    sign_in(client, app, IIN)
    clock = app.extensions["clock"]
    clock.instant = now + timedelta(seconds=59)
    client.get("/kk/can-i-vote")
    assert seen_at(app) == now
    clock.instant = now + timedelta(seconds=61)
    client.post("/kk/staff/sign-in", status=400)
    assert seen_at(app) == now
    client.get("/kk/can-i-vote")
    assert seen_at(app) == clock.instant


def test_a_full_disk_does_not_take_the_page_away(app, client, now, monkeypatch, caplog):
    add_to_roll(app, IIN)
    sign_in(client, app, IIN)

    def refuse(*_args, **_kwargs):
        raise sa.exc.OperationalError("", {}, Exception("disk full"))

    monkeypatch.setattr(sessions.web_sessions, "touch", refuse)
    app.extensions["clock"].instant = now + timedelta(minutes=2)
    client.get("/kk/can-i-vote")
    assert "was not noted" in caplog.text
    assert IIN not in caplog.text
