"""Signing in with IIN and code: the pages, and what an outsider can't learn or do there."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from budget.identity import codes
from budget.identity.sms import Sent
from models.people import LoginCode, Resident, WebSession
from models.service import Notice
from tests.harness.people import PHONE, add_to_roll, newest_code, sign_in, test_iin
from views.notice_texts import text_of

IIN = test_iin(1)
UNKNOWN = test_iin(2)
OTHER_PHONE = "+77017654321"
TOKEN = re.compile(r'name="csrf_token"[^>]*>')
NUMBER = re.compile(r"\+7\s701\s\d{3}\s\d{2}\s\d{2}")


def ask(client, iin=IIN, phone=PHONE, lang="kk", **kwargs):
    return client.submit(client.get(f"/{lang}/sign-in"), {"iin": iin, "phone": phone}, **kwargs)


def code_page(client, **kwargs):
    return ask(client, follow_redirects=True, **kwargs)


def cookies(client):
    return {cookie.key: cookie for cookie in client._cookies.values()}


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_a_resident_signs_in_with_iin_and_code(client, app, lang):
    add_to_roll(app, IIN)
    answer = sign_in(client, app, IIN, lang=lang, follow_redirects=False)
    assert (answer.status_code, answer.location) == (303, f"/{lang}/my")
    assert client.get(f"/{lang}/sign-in").location == f"/{lang}/my"


def test_the_page_asked_for_comes_after_signing_in(client, app):
    add_to_roll(app, IIN)
    asked = client.get("/kk/my")
    assert asked.location == "/kk/sign-in?next=/kk/my"
    page = client.get("/kk/sign-in?next=/kk/can-i-vote?a%3D1")
    page = client.submit(page, {"iin": IIN, "phone": PHONE}, follow_redirects=True)
    answer = client.submit(page, {"code": newest_code(app)}, form="#code-form")
    assert answer.location == "/kk/can-i-vote?a=1"


@pytest.mark.parametrize(
    "target",
    [
        "https://elsewhere.kz/", "//elsewhere.kz/kk/", "/kk//elsewhere.kz", "/\\elsewhere.kz", "/kk\\", "kk/my",
        "javascript:alert(1)", "/api/v1/cycles", "/healthz", "/kk/\u0000", "/kk/\n//elsewhere.kz", "",
    ],
)  # fmt: skip
def test_nobody_is_sent_elsewhere(client, app, target):
    add_to_roll(app, IIN)
    page = client.get("/kk/sign-in", query_string={"next": target})
    page = client.submit(page, {"iin": IIN, "phone": PHONE}, follow_redirects=True)
    answer = client.submit(page, {"code": newest_code(app)}, form="#code-form")
    assert answer.location == "/kk/my"


def test_the_language_switched_on_the_way_is_kept(client, app):
    add_to_roll(app, IIN)
    page = client.get("/ru/sign-in", query_string={"next": "/kk/can-i-vote"})
    page = client.submit(page, {"iin": IIN, "phone": PHONE}, follow_redirects=True)
    answer = client.submit(page, {"code": newest_code(app)}, form="#code-form")
    assert answer.location == "/ru/can-i-vote"


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"iin": "", "phone": PHONE}, ["iin"]),
        ({"iin": "990230300607", "phone": PHONE}, ["iin"]),
        ({"iin": IIN, "phone": ""}, ["phone"]),
        ({"iin": IIN, "phone": "+7 916 123 45 67"}, ["phone"]),
        ({"iin": IIN, "phone": "8 7172 55 55 55"}, ["phone"]),
        ({"iin": "123", "phone": "123"}, ["iin", "phone"]),
    ],
)
@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_a_slip_is_said_beside_its_field_and_nothing_typed_is_lost(client, app, typed, wrong, lang):
    page = ask(client, typed["iin"], typed["phone"], lang=lang, status=422)
    assert list(page.errors) == wrong
    for name, value in typed.items():
        assert page.find("input", id=name).get("value") == value
    with app.extensions["database"].reading() as session:
        assert session.exec(select(LoginCode)).all() == []


def test_unknown_and_known_iins_look_the_same_until_the_code_is_right(app, raw_client):
    """Three kinds of IIN, sixty times each: one answer. (Whether somebody voted is not even looked at here.)"""
    app.config["WTF_CSRF_ENABLED"] = False
    known, phoneless = IIN, test_iin(3)
    add_to_roll(app, known)
    add_to_roll(app, phoneless, phone=None)
    seen = {}
    for turn in range(60):
        for kind, iin in enumerate((known, phoneless, UNKNOWN)):
            browser = FlaskClient(app, app.response_class)
            first = browser.post("/kk/sign-in", data={"iin": iin, "phone": f"+7701{kind}{turn:06d}"})
            second = browser.get("/kk/sign-in/code")
            wrong = browser.post("/kk/sign-in/code", data={"code": "000000"})
            shown = [
                (
                    answer.status_code,
                    answer.location,
                    TOKEN.sub("", NUMBER.sub("", answer.get_data(as_text=True))),
                )
                for answer in (first, second, wrong)
            ]
            lengths = [len(text) for text in first.headers.getlist("Set-Cookie")]
            seen.setdefault(repr((shown, lengths)), set()).add(kind)
    assert list(seen.values()) == [{0, 1, 2}]


def test_the_right_code_for_nobody_on_the_roll_says_what_to_do(client, app):
    answer = sign_in(client, app, UNKNOWN, status=422, lang="en")
    assert answer.h1 == "We could not confirm you"
    assert "front office" in answer.visible
    assert client.get("/kk/my").status_code == 303


def test_the_right_code_of_another_phone_says_the_same(client, app):
    add_to_roll(app, IIN)
    assert sign_in(client, app, IIN, OTHER_PHONE, status=422, lang="en").h1 == "We could not confirm you"


def test_one_code_asks_about_one_iin_only(client, app):
    add_to_roll(app, IIN)
    sign_in(client, app, UNKNOWN, status=422)
    with app.extensions["database"].reading() as session:
        assert session.exec(select(LoginCode)).one().used_at is not None
    page = ask(client, IIN, status=422)  # the code is used: another is needed, and it comes a minute later
    assert list(page.errors) == ["phone"]


def test_a_phone_serves_one_person(app, client):
    add_to_roll(app, IIN, phone=None)
    add_to_roll(app, UNKNOWN, phone=None)
    sign_in(client, app, IIN)
    client.post("/kk/sign-out", data={"csrf_token": token(client)})
    app.extensions["clock"].instant += timedelta(minutes=2)
    assert sign_in(client, app, UNKNOWN, status=422)


def token(client, path="/kk/can-i-vote"):
    """A CSRF token of this browser, from the sign-out button or a form."""
    page = client.get(path)
    return page.find_all("input", name="csrf_token")[0].get("value")


def test_wrong_codes_count_down_and_then_a_new_code_is_needed(client, app):
    add_to_roll(app, IIN)
    page = code_page(client, lang="en")
    wrong = f"{(int(newest_code(app)) + 1) % 1_000_000:06d}"
    said = []
    for _ in range(6):
        page = client.submit(page, {"code": wrong}, form="#code-form", status=422)
        said.append(page.errors["code"])
    assert said[0] == "This is not the code. You have 4 tries left."
    assert said[3] == "This is not the code. You have 1 try left."
    assert said[4] == said[5] == "This code is no longer valid. Ask for a new one."
    page = client.submit(page, {"code": newest_code(app)}, form="#code-form", status=422)
    assert page.errors["code"] == said[5]


def test_a_code_is_read_with_spaces_and_refused_by_its_shape_without_costing_a_try(client, app):
    add_to_roll(app, IIN)
    page = code_page(client, lang="en")
    page = client.submit(page, {"code": "12345"}, form="#code-form", status=422)
    assert page.errors["code"] == "The code has 6 digits."
    code = newest_code(app)
    client.submit(page, {"code": f"{code[:3]} {code[3:]}"}, form="#code-form", follow_redirects=False)
    with app.extensions["database"].reading() as session:
        assert session.exec(select(LoginCode)).one().tries == 1


def test_a_code_of_another_browser_is_worth_nothing(client, app):
    add_to_roll(app, IIN)
    code_page(client)
    code = newest_code(app)
    thief = app.test_client()
    app.extensions["clock"].instant += timedelta(minutes=2)
    page = ask(thief, follow_redirects=True)
    thief.submit(page, {"code": code}, form="#code-form", status=422)


def test_another_code_is_sent_on_request_and_only_the_newest_is_good(client, app):
    add_to_roll(app, IIN)
    page = code_page(client, lang="en")
    old = newest_code(app)
    page = client.submit(page, form="#resend-form", status=422)
    assert "Wait 1 minute" in page.errors[""]
    app.extensions["clock"].instant += timedelta(minutes=1)
    page = client.submit(page, form="#resend-form", follow_redirects=True)
    new = newest_code(app)
    if old != new:
        page = client.submit(page, {"code": old}, form="#code-form", status=422)
    assert client.submit(page, {"code": new}, form="#code-form").location == "/en/my"


def test_who_corrects_the_iin_needs_no_second_code(client, app):
    add_to_roll(app, IIN)
    ask(client, UNKNOWN)
    code = newest_code(app)
    page = ask(client, IIN, follow_redirects=True)
    with app.extensions["database"].reading() as session:
        assert len(session.exec(select(LoginCode)).all()) == 1
    assert client.submit(page, {"code": code}, form="#code-form").location == "/kk/my"


def test_too_many_codes_are_said_beside_the_phone(client, app):
    for browser in (app.test_client(), client):
        page = ask(browser, lang="en", status=303 if browser is not client else 422)
    assert "Wait 1 minute" in page.errors["phone"]


def test_the_second_page_without_the_first_leads_back(client):
    assert client.get("/kk/sign-in/code").location == "/kk/sign-in"


def test_a_used_code_leaves_no_way_back_to_the_second_page(client, app):
    add_to_roll(app, IIN)
    sign_in(client, app, IIN)
    assert client.get("/kk/sign-in/code").location == "/kk/sign-in"


def test_the_iin_is_in_no_table_page_address_or_readable_cookie(client, app, sqlite_url, caplog):
    add_to_roll(app, IIN)
    pages = [
        ask(client),
        client.get("/kk/sign-in/code"),
        sign_in_rest(client, app),
        client.get("/kk/can-i-vote"),
    ]
    for page in pages:
        assert IIN not in page.get_data(as_text=True)
        assert IIN not in (page.location or "")
    for cookie in cookies(client).values():
        assert IIN not in cookie.value
    app.extensions["database"].dispose()
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    files = [file for file in path.parent.iterdir() if file.name.startswith(path.name)]
    assert path in files
    for file in files:
        assert IIN.encode() not in file.read_bytes()
    assert IIN not in caplog.text


def sign_in_rest(client, app):
    page = client.get("/kk/sign-in/code")
    return client.submit(page, {"code": newest_code(app)}, form="#code-form")


def test_sealed_cookies_are_closed_to_scripts_and_other_sites(make_app, sqlite_url):
    app = make_app(sqlite_url, secure_cookies=True)
    add_to_roll(app, IIN)
    client = app.test_client()
    page = client.get("/kk/sign-in", base_url="https://localhost")
    referrer = {"Referer": "https://localhost/kk/sign-in"}
    answer = client.submit(page, {"iin": IIN, "phone": PHONE}, headers=referrer)
    sent = next(text for text in answer.headers.getlist("Set-Cookie") if "proof" in text)
    assert sent.startswith("__Host-proof=")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in sent


def test_the_session_gets_a_new_token_and_the_old_one_opens_nothing(client, app):
    add_to_roll(app, IIN)
    sign_in(client, app, IIN)
    first = cookies(client)["who"].value
    csrf = token(client)
    app.extensions["clock"].instant += timedelta(minutes=2)
    client.post("/kk/sign-out", data={"csrf_token": csrf})
    assert "who" not in cookies(client)
    sign_in(client, app, IIN)
    assert cookies(client)["who"].value != first
    assert token(client) != csrf
    client.set_cookie("who", first)
    assert client.get("/kk/my").location.startswith("/kk/sign-in")


def test_a_token_planted_before_is_not_taken_over(client, app):
    """Session fixation: whatever the browser brought, the signed-in session is another."""
    add_to_roll(app, IIN)
    client.set_cookie("who", "planted")
    sign_in(client, app, IIN)
    assert cookies(client)["who"].value != "planted"


def test_a_form_token_from_before_signing_in_is_worth_nothing_after(client, app):
    add_to_roll(app, IIN)
    before = token(client, "/kk/sign-in")
    sign_in(client, app, IIN)
    client.post("/kk/sign-out", data={"csrf_token": before}, status=400)
    client.post("/kk/sign-out", data={"csrf_token": token(client)})


def test_signing_out_is_a_post_with_a_token(client, app):
    add_to_roll(app, IIN)
    sign_in(client, app, IIN)
    client.get("/kk/sign-out", status=405)
    client.post("/kk/sign-out", status=400)
    assert client.get("/kk/sign-in").status_code == 303
    client.post("/kk/sign-out", data={"csrf_token": token(client)})
    with app.extensions["database"].reading() as session:
        assert session.exec(select(WebSession)).all() == []


@pytest.mark.parametrize("path", ["/kk/sign-in", "/kk/sign-in/code"])
def test_a_forged_post_is_refused(client, path):
    client.post(path, data={"iin": IIN, "phone": PHONE, "code": "123456"}, status=400)


def test_a_resident_is_signed_out_after_twenty_minutes(client, app):
    add_to_roll(app, IIN)
    sign_in(client, app, IIN)
    app.extensions["clock"].instant += timedelta(minutes=19)
    assert client.get("/kk/sign-in").location == "/kk/my"
    app.extensions["clock"].instant += timedelta(minutes=19)  # the look before counted as use
    assert client.get("/kk/sign-in").location == "/kk/my"
    app.extensions["clock"].instant += timedelta(minutes=20)
    assert client.get("/kk/sign-in").status_code == 200


def test_the_page_knows_when_the_session_ends(client, app):
    add_to_roll(app, IIN)
    sign_in(client, app, IIN)
    page = client.get("/kk/can-i-vote")
    assert page.find("div", role="alert").get("data-session-seconds") == str(20 * 60)


def test_outside_the_demo_without_a_gateway_the_page_says_so(make_app, sqlite_url):
    app = make_app(sqlite_url, demo=False)
    page = app.test_client().get("/en/sign-in", status=503)
    assert page.h1 == "Signing in is not possible now"
    assert page.find_all("form", class_="pb-form") == []


def test_a_real_sender_gets_the_text_and_the_outbox_forgets_it(app, client):
    sent = []

    class Phone:
        shows_texts = False
        tariff = None

        def send(self, recipient, text):
            sent.append((recipient, text))
            return Sent("1", 1)

    app.extensions["sender"] = Phone()
    ask(client, lang="en")
    [(recipient, text)] = sent
    assert recipient == PHONE
    assert re.fullmatch(r"[0-9]{6} is your code for signing in\. Tell it to nobody\.", text)
    with app.extensions["database"].reading() as session:
        notice = session.exec(select(Notice)).one()
    assert (notice.facts, notice.sent_at) == ({}, app.extensions["clock"].instant)


def test_a_code_fits_one_part_of_an_sms_in_every_language(client, app):
    for lang, phone in (("kk", "+77010000001"), ("ru", "+77010000002"), ("en", "+77010000003")):
        ask(client, phone=phone, lang=lang)
    page = client.get("/en/messages")
    assert len([row for row in page.find_all("td") if "Text" in row.get("data-label", "")]) == 3
    with app.test_request_context("/kk/"):
        for row in app.extensions["database"].reading().__enter__().exec(select(Notice)):
            assert len(text_of(row)) <= 70


def test_the_life_of_a_code_is_the_one_the_page_tells(client):
    page = code_page(client, lang="en")
    assert f"It is good for {codes.LIFETIME.seconds // 60} minutes." in page.visible


def test_the_claimed_phone_is_on_the_roll_afterwards(client, app):
    add_to_roll(app, IIN, phone=None)
    sign_in(client, app, IIN)
    with app.extensions["database"].reading() as session:
        assert session.exec(select(Resident)).one().phone == PHONE
