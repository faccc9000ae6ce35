"""Step-up: what decides something asks for password and code again, and loses nothing of what was typed."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from budget import cycles, invitations
from budget.permissions import SYSTEM
from models.enums import Language, Role
from tests.harness.ballots import contents, open_vote
from tests.harness.cycles import proposal
from tests.harness.staff import PASSWORD, add, database_of, sign_in
from views.staff.step_up import GOOD_FOR, is_demanded

DECISIVE = {
    "office.publish_cycle",
    "office.freeze",
    "office.count",
    "office.publish_results",
    "office.publish_council",
    "office.invite",
    "office.withdraw_invitation",
    "office.disable_member",
    "office.enable_member",
    "office.reset_second_factor",
    "staff.set_up",
    "staff.new_recovery_codes",
}
SIGNING = {"council.sign", "council.start_eds", "council.sign_eds"}
INVITE = "/en/office/staff/invite"
PERSON = {"name": "Demo", "email": "new@demo.kz", "role": "operator", "language": "ru"}


@pytest.fixture
def coordinator(app):
    return add(app, "c@demo.kz", Role.COORDINATOR, with_app=True)


@pytest.fixture
def office(client, coordinator):
    """The browser of a coordinator who has just signed in."""
    sign_in(client, coordinator)
    return client


def answer(coordinator, **other):
    values = {"current_password": PASSWORD, "code": coordinator.next_code(), **other}
    return {f"step_up-{name}": value for name, value in values.items()}


def asks(page):
    return len(page.find_all("form", id="step-up-form")) == 1


def test_the_decisive_endpoints_demand_it_and_no_others(app):
    demanding = {name for name, view in app.view_functions.items() if is_demanded(view)}
    assert demanding >= DECISIVE | SIGNING
    assert all(name.split(".")[0] in ("office", "staff") for name in demanding - SIGNING)


def test_every_decisive_page_asks_and_every_decisive_post_changes_nothing(app, office, coordinator, now):
    election = open_vote(app, now)
    other = add(app, "m@demo.kz")
    with database_of(app).writing() as session:
        row, _ = invitations.invite(
            session, SYSTEM, email="i@demo.kz", name="D", role=Role.COUNCIL, language=Language.KK, now=now
        )
    known = {
        "lang": "en",
        "slug": election.cycle.slug,
        "member_id": other.id,
        "invitation_id": row.id,
    }
    token = office.get("/en/staff/account").find("input", id="csrf_token").get("value")
    raw = FlaskClient(app, app.response_class)
    raw._cookies = office._cookies
    before = contents(database_of(app))
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in DECISIVE:
            continue
        with app.test_request_context():
            address = app.url_for(rule.endpoint, **{name: known[name] for name in rule.arguments})
        page = office.get(address, status=200)
        assert asks(page), rule.endpoint
        posted = raw.post(address, data={"csrf_token": token, **PERSON, "reason": "x"})
        assert posted.status_code == 422, rule.endpoint
        assert 'id="step-up-form"' in posted.text, rule.endpoint
    assert contents(database_of(app)) == before


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_the_right_answer_leads_to_the_page_asked_for(office, coordinator, lang):
    address = f"/{lang}/office/staff/invite?x=1"
    page = office.get(address)
    assert asks(page)
    done = office.submit(page, answer(coordinator), status=303)
    assert done.location == address
    assert not asks(office.get(done.location))


def test_it_is_good_for_five_minutes(office, coordinator, clock):
    office.submit(office.get(INVITE), answer(coordinator), status=303)
    clock.instant += GOOD_FOR - timedelta(seconds=1)
    assert not asks(office.get(INVITE))
    clock.instant += timedelta(seconds=1)
    assert asks(office.get(INVITE))


def test_a_form_posted_too_late_is_kept_and_goes_on(app, office, coordinator, clock):
    office.submit(office.get(INVITE), answer(coordinator), status=303)
    form = office.get(INVITE)
    clock.instant += GOOD_FOR
    asked = office.submit(form, PERSON, status=422)
    assert asks(asked)
    assert "What you have entered is kept" in asked.text
    wrong = office.submit(asked, answer(coordinator, current_password="wrong"), status=422)
    assert list(wrong.errors) == ["step_up-current_password"]
    done = office.submit(wrong, answer(coordinator), status=303)
    assert done.location == "/en/office/staff/invited"
    page = office.get(done.location)
    assert "Demo" in page.text
    assert "/ru/staff/invitations/" in page.text


def test_a_form_with_a_slip_comes_back_after_the_step_up(office, coordinator, clock):
    office.submit(office.get(INVITE), answer(coordinator), status=303)
    form = office.get(INVITE)
    clock.instant += GOOD_FOR
    asked = office.submit(form, {**PERSON, "email": "no e-mail"}, status=422)
    page = office.submit(asked, answer(coordinator), status=422)
    assert list(page.errors) == ["email"]
    assert page.find("input", id="name").get("value") == "Demo"


@pytest.mark.parametrize("wrong", ["current_password", "code", "used code", "empty"])
def test_a_wrong_answer_opens_nothing(office, coordinator, wrong):
    page = office.get(INVITE)
    values = {
        "current_password": {"current_password": "wrong horse battery"},
        "code": {"code": coordinator.wrong_code()},
        "used code": {"code": coordinator.code()},
        "empty": {"current_password": "", "code": ""},
    }[wrong]
    refused = office.submit(
        page, {**answer(coordinator), **{f"step_up-{k}": v for k, v in values.items()}}, status=422
    )
    assert asks(refused)
    assert refused.errors
    assert asks(office.get(INVITE))


def test_guesses_are_slowed_down(office, coordinator):
    page = office.get(INVITE)
    guess = {"step_up-current_password": "wrong", "step_up-code": coordinator.code(1)}
    for _ in range(5):
        refused = office.submit(page, guess, status=422)
        assert refused.errors == {"step_up-current_password": "This is not your password."}
    held = office.submit(page, {**guess, "step_up-current_password": PASSWORD}, status=422)
    assert "Wait 2 seconds" in held.errors["step_up-current_password"]
    assert asks(office.get(INVITE))
    coordinator.clock.instant += timedelta(seconds=2)
    office.submit(page, {**guess, "step_up-current_password": PASSWORD}, status=303)


def test_wrong_passwords_at_the_door_do_not_hold_up_who_is_inside(app, office, coordinator):
    stranger = app.test_client()
    for _ in range(6):
        page = stranger.get("/en/staff/sign-in")
        stranger.submit(page, {"email": coordinator.email, "password": "wrong"}, status=422)
    office.submit(office.get(INVITE), answer(coordinator), status=303)


def test_a_recovery_code_will_do(app, office, coordinator):
    office.submit(office.get(INVITE), answer(coordinator, code=coordinator.recovery_codes[2]), status=303)
    assert not asks(office.get(INVITE))


def test_without_an_app_the_demo_asks_for_the_password_alone(app, client):
    person = add(app, "d@demo.kz", Role.COORDINATOR)
    sign_in(client, person)
    page = client.get(INVITE)
    assert page.find_all("input", name="step_up-code") == []
    client.submit(page, {"step_up-current_password": PASSWORD}, status=303)
    assert not asks(client.get(INVITE))


def test_another_browser_of_the_same_person_is_asked_too(app, office, coordinator):
    office.submit(office.get(INVITE), answer(coordinator), status=303)
    other = app.test_client()
    sign_in(other, coordinator)
    assert asks(other.get(INVITE))


def test_the_count_is_asked_for_before_it_is_told_whether_it_is_possible(app, office, now):
    with database_of(app).writing() as session:
        cycle = cycles.create(session, SYSTEM, proposal(now), now=now)
    assert asks(office.get(f"/en/office/cycles/{cycle.slug}/publish"))


def test_the_password_typed_here_is_not_shown_again(office, coordinator):
    page = office.submit(office.get(INVITE), answer(coordinator, code=coordinator.wrong_code()), status=422)
    assert PASSWORD not in page.text
