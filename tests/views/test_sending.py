"""Sending through a gateway: what it answers, what it does not, how long anybody waits, and what pages say of it."""

import json
from datetime import timedelta

import pytest
import structlog
from sqlmodel import select

from budget.sms_spending import Tariff
from models.service import Notice
from tests.harness.gateways import drop, garbage, refuse, status, take, wait_until
from tests.harness.people import PHONE, test_iin
from views import outbox
from views.config import SmsSettings

IIN = test_iin(1)
MINUTE = timedelta(minutes=1)


def settings(gateway, kind="smsc", cap=2000):
    return SmsSettings(
        kind, Tariff(20, cap), login="akimat", password="s3cret", api_key="k3y", url=gateway.url
    )


@pytest.fixture(params=["smsc", "mobizon"])
def kind(request):
    return request.param


@pytest.fixture
def sms_app(make_app, database_url, gateway, kind):
    return make_app(database_url, demo=False, sms=settings(gateway, kind))


@pytest.fixture
def browser(sms_app):
    return sms_app.test_client()


@pytest.fixture
def logged():
    with structlog.testing.capture_logs() as lines:
        yield lines


def ask(browser, phone=PHONE, lang="en"):
    return browser.submit(
        browser.get(f"/{lang}/sign-in"), {"iin": IIN, "phone": phone}, follow_redirects=True
    )


def rows(app):
    with app.extensions["database"].reading() as session:
        return session.exec(select(Notice).order_by(Notice.id)).all()


def job(app, at):
    """One round of the job `deliver_notices` at another time."""
    return outbox.deliver(app.extensions["database"], outbox.sender_for(app.extensions["config"]), now=at)


def sms_state(browser):
    return json.loads(browser.get("/healthz").get_data())["sms"]


def code_in(text):
    return next(word for word in text.split() if word.isdecimal())


def test_the_code_that_came_by_the_gateway_signs_in_to_the_next_page(sms_app, browser, gateway):
    page = ask(browser)
    [(number, text)] = gateway.taken
    assert number.lstrip("+") == PHONE[1:]
    [row] = rows(sms_app)
    assert (row.facts, row.sendings, row.cost_tenge, row.parts) == ({}, 1, 20, 1)
    assert row.gateway_id
    answer = browser.submit(page, {"code": code_in(text)}, form="#code-form", status=422)
    assert answer.h1 == "We could not confirm you"  # nobody is on this roll: the code itself was right
    assert sms_state(browser) == "ok"


@pytest.mark.parametrize("act", [status(503), refuse(9), refuse(2)])
def test_what_was_not_taken_is_tried_again_until_it_is(sms_app, browser, gateway, kind, now, act):
    if kind == "mobizon" and act.code == 9:
        act = refuse(30)
    gateway.acts = [act, act]
    ask(browser)
    assert [job(sms_app, now + n * MINUTE) for n in range(5)] == [0, 0, 0, 1, 0]
    assert len(gateway.taken) == 1
    assert (rows(sms_app)[0].sendings, rows(sms_app)[0].attempts) == (1, 3)


@pytest.mark.parametrize("act", [drop(), garbage(), status(502)])
def test_a_code_that_may_have_arrived_is_sent_twice_at_most(sms_app, browser, gateway, now, act):
    gateway.always = act
    ask(browser)
    for minute in range(10):
        job(sms_app, now + minute * MINUTE)
    assert len(gateway.seen) == 2
    assert rows(sms_app)[0].cost_tenge == 40


def test_a_refused_number_is_never_tried_again_and_says_nothing_of_the_gateway(
    sms_app, browser, gateway, kind, now
):
    gateway.always = refuse(8) if kind == "smsc" else refuse(1, recipient="not reachable")
    ask(browser)
    for minute in range(10):
        job(sms_app, now + minute * MINUTE)
    assert len(gateway.seen) == 1
    [row] = rows(sms_app)
    assert (row.cost_tenge, row.facts) == (0, {})
    assert sms_state(browser) == "ok"


def test_a_code_used_meanwhile_is_not_sent_again(sms_app, browser, gateway, now):
    gateway.acts = [drop()]
    page = ask(browser)
    browser.submit(page, {"code": code_in(gateway.taken[0][1])}, form="#code-form", status=422)
    for minute in range(10):
        job(sms_app, now + minute * MINUTE)
    assert len(gateway.seen) == 1


def test_a_slow_gateway_holds_a_request_for_its_patience_and_the_code_still_goes(
    sms_app, browser, gateway, monkeypatch
):
    monkeypatch.setattr(outbox, "PATIENCE_SECONDS", 0.3)
    gateway.acts = [take(after_seconds=3.0)]
    assert ask(browser).h1 == "Enter the code"
    assert rows(sms_app)[0].sent_at is None  # the page came before the gateway's answer
    wait_until(lambda: rows(sms_app)[0].sent_at is not None)
    assert len(gateway.taken) == 1


def test_while_the_gateway_fails_only_the_job_tries_and_pages_say_so(sms_app, browser, gateway, now):
    assert "may come late" not in browser.get("/en/sign-in").visible
    gateway.always = status(503)
    page = ask(browser)
    assert "Codes by SMS may come late now, or not at all." in page.visible
    assert "is waiting to be sent" in page.visible
    assert "We sent a code" not in page.visible
    assert "may come late" in sms_app.test_client().get("/en/sign-in").visible
    assert sms_state(browser) == "failing"
    ask(sms_app.test_client(), phone="+77010000002")
    assert len(gateway.seen) == 1  # the second request did not even try
    gateway.always = None
    assert job(sms_app, now) == 1
    assert sms_state(browser) == "ok"
    assert "may come late" not in sms_app.test_client().get("/en/sign-in").visible


def test_a_round_ends_after_three_faults_in_a_row(sms_app, gateway, now):
    gateway.always = status(503)
    for number in range(6):
        ask(sms_app.test_client(), phone=f"+7701000000{number}")
    gateway.seen.clear()
    job(sms_app, now + 2 * MINUTE)
    assert len(gateway.seen) == 3


def test_at_the_cap_codes_are_refused_with_a_time_and_the_other_ways(
    make_app, database_url, gateway, now, logged
):
    app = make_app(database_url, demo=False, sms=settings(gateway, cap=200))
    for number in range(10):
        ask(app.test_client(), phone=f"+7701000000{number}")
    for number in range(10, 13):
        browser = app.test_client()
        page = browser.submit(
            browser.get("/en/sign-in"), {"iin": IIN, "phone": f"+770100000{number}"}, status=422
        )
        assert "Codes by SMS are paused until 15:00, Astana time." in page.visible
        assert "come to the front office of the akimat" in page.visible
    assert len(gateway.taken) == 10
    banner = app.test_client().get("/en/sign-in")
    assert "Codes by SMS are paused until 15:00, Astana time." in banner.visible
    assert sms_state(app.test_client()) == "paused"
    alarms = [line for line in logged if line["log_level"] == "error"]
    assert [line["event"] for line in alarms] == ["sms paused: hourly cap reached"]
    assert (alarms[0]["spent_tenge"], alarms[0]["cap_tenge"]) == (200, 200)
    app.extensions["clock"].instant = now + timedelta(hours=1)
    assert ask(app.test_client(), phone="+77010000099").h1 == "Enter the code"


def test_the_job_raises_the_alarm_too_once_an_hour(make_app, database_url, gateway, logged, monkeypatch):
    app = make_app(database_url, demo=False, sms=settings(gateway, cap=200))
    monkeypatch.setattr(outbox, "datetime", FixedClock(app))
    for number in range(10):
        ask(app.test_client(), phone=f"+7701000000{number}")
    for _round in range(3):
        outbox.send_due(app.extensions["database"], app.extensions["config"])
    assert len([line for line in logged if line["log_level"] == "error"]) == 1


class FixedClock:
    """`datetime` for the job, standing where the clock of the application stands."""

    def __init__(self, app):
        self.app = app

    def now(self, _zone):
        return self.app.extensions["clock"].instant


@pytest.mark.parametrize("code", [2, 8, 14])
def test_a_refused_account_is_an_alarm_once_an_hour(sms_app, gateway, kind, now, logged, code):
    gateway.always = refuse(code if kind == "mobizon" else {2: 2, 8: 3, 14: 4}[code])
    ask(sms_app.test_client())
    for minute in range(3):
        job(sms_app, now + minute * MINUTE)
    alarms = [line for line in logged if line["log_level"] == "error"]
    assert [line["event"] for line in alarms] == ["sms gateway refuses the account"]
    job(sms_app, now + timedelta(hours=1))  # too late for the code: nothing is tried, nothing said
    assert len([line for line in logged if line["log_level"] == "error"]) == 1


@pytest.mark.parametrize("act", [take(), status(503), refuse(2), refuse(7), drop(), garbage()])
def test_no_log_line_has_the_number_the_code_the_text_or_a_secret(
    sms_app, browser, gateway, now, logged, act
):
    gateway.always = act
    ask(browser)
    job(sms_app, now + MINUTE)
    text = gateway.seen[0].message[1]
    told = repr(logged)
    assert [part for part in (PHONE[1:], text, code_in(text), "s3cret", "k3y", IIN) if part in told] == []
    assert logged or act == take()


def test_without_a_gateway_the_health_check_says_off(make_app, sqlite_url):
    assert sms_state(make_app(sqlite_url, demo=False).test_client()) == "off"


def test_the_demo_is_always_well(client):
    assert sms_state(client) == "ok"
