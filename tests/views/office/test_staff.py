"""Accounts of staff on the coordinator's pages."""

import re

import pytest
from sqlmodel import select

from budget.permissions import Actor
from models.enums import Role
from models.people import Invitation
from models.service import AuditEvent
from tests.harness.ballots import open_session
from tests.harness.staff import add, database_of, show_password, stored

STAFF = "/en/office/staff"
PERSON = {"name": "Demo", "email": " New@Demo.kz ", "role": "operator", "language": "ru"}


@pytest.fixture
def desk(app, client, coordinator: Actor):
    """The coordinator's browser, with a session of its own: other browsers here are other people."""
    open_session(client, app, staff_id=coordinator.id)
    return client


@pytest.fixture
def member(app):
    """Somebody of the council, with an app."""
    return add(app, "m@demo.kz", with_app=True)


def acts(app):
    with database_of(app).reading() as session:
        return list(session.exec(select(AuditEvent).order_by(AuditEvent.id)))


def invite(desk, **other):
    return desk.submit(desk.get(f"{STAFF}/invite"), {**PERSON, **other}, status=303)


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_the_list_tells_of_every_account(desk, app, member, lang):
    add(app, "o@demo.kz", Role.OBSERVER)
    show_password(app.test_client(), add(app, "p@demo.kz", Role.OPERATOR))
    page = desk.get(f"/{lang}/office/staff")
    for email in ("coordinator@example.kz", "m@demo.kz", "o@demo.kz", "p@demo.kz"):
        assert email in page.text
    if lang == "en":
        assert page.text.count("never") == 3
        assert page.text.count(">set up<") == 1
    assert desk.get("/en/office").find_all("a", href="/en/office/staff") != []


# --- invitations --------------------------------------------------------------------------------------------


def test_the_link_is_shown_and_opens_the_page_of_the_invited(desk, app):
    page = desk.get(invite(desk).location)
    link = "".join(page.find("p", id="invitation-link").itertext()).strip()
    assert re.fullmatch(r"http://localhost/ru/staff/invitations/[\w-]{43}", link)
    opened = app.test_client().get(link.removeprefix("http://localhost"))
    assert "new@demo.kz" in opened.text
    assert desk.get("/kk/office/staff/invited").status_code == 200  # a change of language loses nothing
    assert "new@demo.kz" in desk.get(STAFF).text
    event = acts(app)[-1]
    assert (event.action, event.facts) == ("staff.invite", '{"role":"operator"}')


def test_the_page_of_the_link_is_the_inviters(desk, app):
    assert desk.get(f"{STAFF}/invited", status=303).location == STAFF


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": ""}, "email"),
        ({"name": " "}, "name"),
        ({"role": None}, "role"),
    ],
)
def test_a_slip_is_told_beside_its_field(desk, app, change, field):
    page = desk.submit(desk.get(f"{STAFF}/invite"), {**PERSON, **change}, status=422)
    assert list(page.errors) == [field]
    assert acts(app) == []


@pytest.mark.parametrize("role", ["resident", "system", "visitor", "x"])
def test_nobody_is_invited_as_anything_else(desk, role):
    page = desk.submit(desk.get(f"{STAFF}/invite"), PERSON, extra={"role": role}, status=422)
    assert list(page.errors) == ["role"]


def test_an_e_mail_that_has_an_account_is_told(desk, member):
    page = desk.submit(desk.get(f"{STAFF}/invite"), {**PERSON, "email": member.email}, status=422)
    assert list(page.errors) == ["email"]


def test_an_invitation_is_withdrawn_once(desk, app):
    link = "".join(desk.get(invite(desk).location).find("p", id="invitation-link").itertext()).strip()
    address = f"{STAFF}/invitations/1/withdraw"
    form = desk.get(address)
    assert "is withdrawn" in desk.submit(form, follow_redirects=True).text
    app.test_client().get(link.removeprefix("http://localhost"), status=410)
    desk.submit(form, status=404)
    with database_of(app).reading() as session:
        assert session.exec(select(Invitation)).one().withdrawn_at is not None


# --- accounts -----------------------------------------------------------------------------------------------


def test_an_account_is_disabled_and_enabled(desk, app, member):
    form = desk.get(f"{STAFF}/{member.id}/disable")
    assert "m@demo.kz" in form.text
    desk.submit(form, status=303)
    assert stored(app, member).disabled_at is not None
    show_password(app.test_client(), member, status=422)
    assert "disabled" in desk.get(STAFF).text
    again = desk.submit(form, follow_redirects=True)
    assert again.request.path == STAFF  # told politely when it was done
    desk.submit(desk.get(f"{STAFF}/{member.id}/enable"), status=303)
    assert stored(app, member).disabled_at is None
    assert [event.action for event in acts(app)][-2:] == ["staff.disable", "staff.enable"]


@pytest.mark.parametrize("act", ["disable", "enable", "reset-second-factor"])
def test_the_own_account_is_for_others(desk, app, coordinator: Actor, member, act):
    add(app, "c2@demo.kz", Role.COORDINATOR)
    page = desk.get(f"{STAFF}/{coordinator.id}/{act}")
    assert "This is your own account" in page.text
    form = desk.get(f"{STAFF}/{member.id}/{act}")
    token = form.find("input", id="csrf_token").get("value")
    data = {"csrf_token": token, "reason": "x"}
    desk.post(f"{STAFF}/{coordinator.id}/{act}", data=data, status=422)
    assert stored(app, member).disabled_at is None


def test_the_second_step_is_taken_away_with_a_reason(desk, app, member):
    form = desk.get(f"{STAFF}/{member.id}/reset-second-factor")
    assert list(desk.submit(form, {"reason": " "}, status=422).errors) == ["reason"]
    assert stored(app, member).totp_secret is not None
    desk.submit(form, {"reason": "Телефон жоғалды"}, status=303)
    assert stored(app, member).totp_secret is None
    event = acts(app)[-1]
    assert (event.action, event.subject) == ("staff.reset_totp", f"staff:{member.id}")
    assert "Телефон жоғалды" in event.facts


@pytest.mark.parametrize("act", ["disable", "enable", "reset-second-factor"])
def test_an_unknown_account_is_not_found(desk, act):
    desk.get(f"{STAFF}/999/{act}", status=404)


def test_every_act_here_has_words_in_the_log(desk, app, member):
    invite(desk)
    for act, values in (("disable", {}), ("enable", {}), ("reset-second-factor", {"reason": "x"})):
        desk.submit(desk.get(f"{STAFF}/{member.id}/{act}"), values, status=303)
    text = desk.get("/en/office/log").text
    assert "Invited a member of staff" in text
    assert not re.search(r">[^<]*staff\.[a-z_]+[^<]*<", text)
