"""The page an invitation's link opens, in each of the states of the link."""

from datetime import timedelta

import pytest
from sqlmodel import select

from budget import invitations
from budget.permissions import SYSTEM
from models.enums import Language, Role
from models.people import Staff
from tests.harness.staff import PASSWORD, add, database_of, sign_in


def invite(app, **other):
    given = {
        "email": "new@demo.kz",
        "name": "Demo new",
        "role": Role.OBSERVER,
        "language": Language.KK,
        **other,
    }
    with database_of(app).writing() as session:
        row, token = invitations.invite(session, SYSTEM, now=app.extensions["clock"].instant, **given)
    return row, f"/en/staff/invitations/{token}"


def accounts(app):
    with database_of(app).reading() as session:
        return session.exec(select(Staff)).all()


def test_a_password_makes_the_account_and_the_second_step_is_next(strict, strict_app):
    _, link = invite(strict_app)
    page = strict.get(link)
    assert "new@demo.kz" in page.text
    assert "Observer" in page.text
    answer = strict.submit(page, {"password": PASSWORD}, status=303)
    assert answer.location == "/en/staff/sign-in/set-up"
    page = strict.get(answer.location)
    assert "Your account is made." in page.text
    assert [(one.email, one.role) for one in accounts(strict_app)] == [("new@demo.kz", Role.OBSERVER)]


def test_in_the_demo_the_new_member_is_in(client, app):
    _, link = invite(app)
    answer = client.submit(client.get(link), {"password": PASSWORD}, status=303)
    assert answer.location == "/en/office/log"
    assert "Your account is made." in client.get(answer.location).text


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_a_short_password_is_told_and_makes_no_account(strict, strict_app, lang):
    _, link = invite(strict_app)
    page = strict.submit(strict.get(link.replace("/en/", f"/{lang}/")), {"password": "short"}, status=422)
    assert list(page.errors) == ["password"]
    assert accounts(strict_app) == []


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
@pytest.mark.parametrize("state", ["used", "withdrawn", "expired"])
def test_a_link_that_is_over_says_why_and_makes_nothing(strict, strict_app, state, lang):
    row, link = invite(strict_app)
    form = strict.get(link)
    clock = strict_app.extensions["clock"]
    if state == "used":
        other = strict_app.test_client()
        other.submit(other.get(link), {"password": PASSWORD}, status=303)
    elif state == "withdrawn":
        with database_of(strict_app).writing() as session:
            invitations.withdraw(session, SYSTEM, row.id, now=clock.instant)
    else:
        clock.instant += timedelta(days=7)
    before = len(accounts(strict_app))
    page = strict.get(link.replace("/en/", f"/{lang}/"), status=410)
    if lang == "en":
        told = {"used": "was used already", "withdrawn": "was withdrawn", "expired": "older than a week"}
        assert told[state] in page.text
    strict.submit(form, {"password": PASSWORD}, status=410)
    assert len(accounts(strict_app)) == before


def test_an_unknown_link_is_not_found(strict):
    strict.get("/en/staff/invitations/nothing", status=404)


def test_an_account_made_meanwhile_is_told(strict, strict_app):
    _, link = invite(strict_app)
    page = strict.get(link)
    add(strict_app, "new@demo.kz")
    told = strict.submit(page, {"password": PASSWORD}, status=422)
    assert "A member of staff has this e-mail already." in told.text


def test_a_browser_of_somebody_else_is_signed_out_first(strict, strict_app):
    sign_in(strict, add(strict_app, "coordinator@demo.kz", Role.COORDINATOR, with_app=True))
    strict.get("/en/office", status=200)
    _, link = invite(strict_app, role=Role.OPERATOR)
    strict.submit(strict.get(link), {"password": PASSWORD}, status=303)
    assert "sign-in?next=" in strict.get("/en/office", status=303).location


def test_in_the_demo_a_browser_of_somebody_else_becomes_the_new_members(client, app):
    sign_in(client, add(app, "coordinator@demo.kz", Role.COORDINATOR))
    _, link = invite(app, role=Role.OPERATOR)
    client.submit(client.get(link), {"password": PASSWORD}, status=303)
    client.get("/en/office", status=403)
    assert "new@demo.kz" in client.get("/en/staff/account").text


def test_the_new_password_signs_in(strict, strict_app):
    _, link = invite(strict_app)
    strict.submit(strict.get(link), {"password": PASSWORD}, status=303)
    other = strict_app.test_client()
    page = other.get("/en/staff/sign-in")
    answer = other.submit(page, {"email": "new@demo.kz", "password": PASSWORD}, status=303)
    assert answer.location == "/en/staff/sign-in/set-up"
