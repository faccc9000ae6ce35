"""Signing in with an electronic signature: NCALayer's page, the phone's way, and what each refusal says."""

import base64
import json
import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from models.eds import EdsChallenge
from models.enums import Assurance, Channel
from models.people import Resident, WebSession
from tests.harness.ballots import BALLOT, IIN, SLUG, open_vote
from tests.harness.client import PageClient
from tests.harness.ncanode import sign
from tests.harness.pages import text_of
from tests.harness.people import add_to_roll, test_iin
from tests.harness.people import sign_in as sign_in_by_code
from views.resident.eds_phone import LARGEST_BODY
from views.security import CONTENT_POLICY, NCALAYER

PERSON = test_iin(1)
UNKNOWN = test_iin(2)
REFUSED = {
    "organisation": "an organisation’s key",
    "expired": "out of its dates",
    "revoked": "certificate was revoked",
    "broken": "could not be confirmed",
    "unknown": "could not be confirmed",
    "foreign": "Something else was signed",
    "garbage": "could not be confirmed",
    "empty": "could not be confirmed",
}


@pytest.fixture
def app(make_app, sqlite_url, ncanode):
    """The application over a fresh database, with an NCANode to ask."""
    return make_app(sqlite_url, ncanode_url=ncanode.url, egov_bin="123456789021")


def begin(client, way="ncalayer", lang="en", target=None):
    """The page of a way to sign, as reached by its button."""
    page = client.get(f"/{lang}/sign-in", query_string={"next": target} if target else {})
    return client.submit(page, form=f"#{way}-form", follow_redirects=True)


def to_sign(page):
    return page.find(id="to-sign").text.encode()


def signature(page, iin=PERSON, kind="individual", **how):
    """What NCALayer would give back for the page's text; "foreign" signs something else."""
    match kind:
        case "foreign":
            return sign(b"a contract of sale", iin, **how)
        case "garbage":
            return base64.b64encode(b"no signature").decode()
        case "empty":
            return ""
        case _:
            return sign(to_sign(page), iin, kind, **how)


def send(client, page, cms, **kwargs):
    return client.submit(page, extra={"cms": cms}, form="#signature-form", **kwargs)


def rows(app, model):
    with app.extensions["database"].reading() as session:
        return session.exec(select(model)).all()


def phone(app):
    """A telephone: no cookie, no form."""
    return FlaskClient(app, app.response_class)


def told(page):
    """The one complaint at the head of the page."""
    (complaint,) = page.errors.values()
    return complaint


# --- where it is offered ----------------------------------------------------------------------


def test_the_sign_in_page_offers_both_ways_where_an_ncanode_is_set_up(client):
    page = client.get("/kk/sign-in")
    for part in ("ncalayer-form", "egov-form", "iin"):
        page.find(id=part)


def test_without_an_ncanode_nothing_of_it_is_there(make_app, sqlite_url):
    client = make_app(sqlite_url).test_client()
    page = client.get("/kk/sign-in")
    assert not page.find_all(id="ncalayer-form")
    for way in ("ncalayer", "egov"):
        assert client.get(f"/kk/sign-in/eds/{way}").location == "/kk/sign-in"
        token = page.find_all("input", name="csrf_token")[0].get("value")
        client.post(f"/kk/sign-in/eds/{way}/start", data={"csrf_token": token}, status=404)


def test_without_sms_the_signature_is_still_a_way_in(make_app, sqlite_url, ncanode):
    app = make_app(sqlite_url, ncanode_url=ncanode.url, demo=False)
    page = app.test_client().get("/kk/sign-in")
    assert page.find(id="ncalayer-form")
    assert not page.find_all(id="iin")


@pytest.mark.parametrize("way", ["ncalayer", "egov"])
def test_a_page_without_its_challenge_leads_back_to_the_ways_in(client, way):
    assert client.get(f"/kk/sign-in/eds/{way}").location == "/kk/sign-in"


# --- NCALayer ---------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
@pytest.mark.parametrize("attached", [True, False])
def test_a_resident_signs_in_with_their_signature(client, app, lang, attached):
    person = add_to_roll(app, PERSON, phone=None)
    page = begin(client, lang=lang)
    answer = send(client, page, signature(page, attached=attached))
    assert (answer.status_code, answer.location) == (303, f"/{lang}/my")
    client.get(f"/{lang}/my")
    (session,) = rows(app, WebSession)
    assert (session.resident_id, session.assurance, session.channel) == (
        person.id,
        Assurance.EDS,
        Channel.WEB,
    )
    assert rows(app, Resident)[0].phone is None  # a signature claims no number


def test_what_is_signed_names_host_purpose_and_the_cycle_one_comes_from(client, app, now):
    open_vote(app, now)
    content = json.loads(to_sign(begin(client, target=BALLOT)))
    assert (content["cycle"], content["purpose"], content["host"]) == (SLUG, "sign-in", "localhost")
    elsewhere = app.test_client()
    assert json.loads(to_sign(begin(elsewhere)))["cycle"] == ""


def test_the_page_asked_for_comes_after_signing_in(client, app, now):
    open_vote(app, now)
    add_to_roll(app, PERSON)
    page = begin(client, target=BALLOT)
    assert send(client, page, signature(page)).location == BALLOT


@pytest.mark.parametrize("kind", REFUSED)
def test_a_bad_signature_is_refused_in_its_own_words_and_its_challenge_is_over(client, app, kind):
    add_to_roll(app, PERSON)
    page = begin(client)
    refused = send(client, page, signature(page, kind=kind), status=422)
    assert REFUSED[kind] in told(refused)
    assert not refused.find_all(id="to-sign")
    assert rows(app, WebSession) == []
    again = client.submit(refused, form="#restart-form", follow_redirects=True)
    assert to_sign(again) != to_sign(page)
    assert send(client, again, signature(again)).status_code == 303


def test_a_signature_works_once(client, app):
    add_to_roll(app, PERSON)
    page = begin(client)
    cms = signature(page)
    jar = {cookie.key: cookie.value for cookie in client._cookies.values()}
    assert send(client, page, cms).status_code == 303
    thief = PageClient(app)
    for name, value in jar.items():
        thief.set_cookie(name, value)
    again = send(thief, page, cms, status=422)
    assert "has been used" in told(again)
    assert len(rows(app, WebSession)) == 1


def test_a_signature_of_another_browsers_challenge_is_foreign(client, app):
    add_to_roll(app, PERSON)
    theirs = begin(app.test_client())
    mine = begin(client)
    refused = send(client, mine, signature(theirs), status=422)
    assert "Something else was signed" in told(refused)


def test_a_challenge_ends_after_ten_minutes(client, app, clock):
    add_to_roll(app, PERSON)
    page = begin(client)
    cms = signature(page)
    clock.instant += timedelta(minutes=10)
    late = send(client, page, cms, status=422)
    assert "time for this signature is over" in told(late)
    assert rows(app, WebSession) == []


@pytest.mark.parametrize("fault", ["500", "words"])
def test_an_outage_uses_nothing_up(client, app, ncanode, fault):
    add_to_roll(app, PERSON)
    page = begin(client)
    ncanode.fault = fault
    down = send(client, page, signature(page), status=422)
    assert "can’t be checked" in told(down)
    assert to_sign(down) == to_sign(page)
    ncanode.fault = ""
    assert send(client, down, signature(down)).status_code == 303


def test_nobody_learns_who_is_on_the_roll_without_a_good_signature(app):
    add_to_roll(app, PERSON)
    seen = set()
    for iin in (PERSON, UNKNOWN):
        for kind in ("broken", "foreign", "organisation", "expired", "revoked"):
            client = app.test_client()
            page = begin(client)
            refused = send(client, page, signature(page, iin, kind), status=422)
            seen.add((kind, text_of(refused.main)))
    assert len(seen) == 5


def test_a_good_signature_of_a_person_who_is_not_on_the_roll_is_told_so(client, app):
    page = begin(client)
    answer = send(client, page, signature(page, UNKNOWN), status=422)
    assert answer.h1 == "You are not on the roll"
    assert rows(app, WebSession) == []
    assert rows(app, EdsChallenge)[0].used_at is not None


def test_only_ncalayers_page_may_connect_to_it(client):
    page = begin(client)
    assert f"connect-src 'self' {NCALAYER};" in page.headers["Content-Security-Policy"]
    for path in ("/en/sign-in", "/en/"):
        assert client.get(path).headers["Content-Security-Policy"] == CONTENT_POLICY
    assert begin(client, "egov").headers["Content-Security-Policy"] == CONTENT_POLICY


def test_a_forged_post_starts_nothing(app, raw_client):
    app.testing = False
    assert raw_client.post("/en/sign-in/eds/ncalayer/start").status_code == 400
    assert rows(app, EdsChallenge) == []


def test_no_log_has_the_person_or_the_signature(client, app, caplog):
    caplog.set_level("DEBUG")
    add_to_roll(app, PERSON)
    page = begin(client)
    cms = signature(page)
    send(client, page, cms)
    assert "/cms/verify" in caplog.text
    assert PERSON not in caplog.text
    assert cms not in caplog.text


# --- eGov Mobile ------------------------------------------------------------------------------


@pytest.fixture
def qr(monkeypatch):
    """The texts the pages drew as QR codes, newest last."""
    from views.resident import eds

    drawn, draw = [], eds.svg

    def noted(text, name):
        drawn.append(text)
        return draw(text, name)

    monkeypatch.setattr(eds, "svg", noted)
    return drawn


def path_of(qr_text):
    scheme, address = qr_text.split(":", 1)
    assert scheme == "mobileSign"
    assert address.startswith("http://localhost/api/egov/")
    return address.removeprefix("http://localhost")


def ask_document(telephone, path):
    """Both questions of the telephone: who asks, and what to sign; with the headers it goes on with."""
    info = telephone.get(path).get_json()
    headers = {"Authorization": f"Bearer {info['document']['auth_token']}"}
    uri = info["document"]["uri"].removeprefix("http://localhost")
    return info, uri, headers, telephone.get(uri, headers=headers).get_json()


def signed(documents, iin=PERSON, kind="individual", place="documentCms"):
    """The telephone's answer: the same shape with the signature in it."""
    (one,) = documents["documentsToSign"]
    content = base64.b64decode(one["documentCms"]) if kind != "foreign" else b"a contract of sale"
    cms = sign(content, iin, "individual" if kind == "foreign" else kind)
    filled = {**one, "documentCms": cms}
    if place == "document":
        filled = {**one, "documentCms": None, "document": {"file": {"mime": "", "data": cms}}}
    return {**documents, "documentsToSign": [filled]}


def test_the_telephone_is_told_who_asks_and_what_to_sign(client, app, qr, clock):
    page = begin(client, "egov")
    info, uri, _, documents = ask_document(phone(app), path_of(qr[-1]))
    number = re.search(r"\d{3}", text_of(page.find(class_="pb-qr__number")))[0]
    assert number in info["description"]
    assert info["expiry_date"] == "2027-03-01T09:03:00.000+00:00"
    assert set(info["organisation"]) == {"nameRu", "nameKz", "nameEn", "bin"}
    assert info["organisation"]["bin"] == "123456789021"
    assert info["document"]["auth_type"] == "Token"
    assert uri == path_of(qr[-1]) + "/document"
    assert documents["signMethod"] == "CMS"
    (one,) = documents["documentsToSign"]
    assert set(one) == {"id", "nameRu", "nameKz", "nameEn", "meta", "documentCms"}
    assert number in one["nameKz"]
    content = json.loads(base64.b64decode(one["documentCms"]))
    assert (content["purpose"], content["expires"]) == ("sign-in", "2027-03-01T09:03:00Z")


@pytest.mark.parametrize("place", ["documentCms", "document"])
def test_a_resident_signs_in_by_their_telephone(client, app, qr, place):
    person = add_to_roll(app, PERSON, phone=None)
    page = begin(client, "egov", target="/en/can-i-vote")
    telephone = phone(app)
    _, uri, headers, documents = ask_document(telephone, path_of(qr[-1]))
    answer = telephone.put(uri, json=signed(documents, place=place), headers=headers)
    assert (answer.status_code, answer.get_json()) == (200, [])
    assert answer.headers.getlist("Set-Cookie") == []
    assert rows(app, WebSession) == []  # the browser has not asked yet
    assert PERSON.encode() not in rows(app, EdsChallenge)[0].answer
    done = client.submit(page, form="#continue-form")
    assert (done.status_code, done.location) == (303, "/en/can-i-vote")
    (session,) = rows(app, WebSession)
    assert (session.resident_id, session.assurance) == (person.id, Assurance.EDS)
    assert rows(app, EdsChallenge)[0].answer is None


def test_pressing_continue_too_early_keeps_the_code(client, app, qr):
    add_to_roll(app, PERSON)
    page = begin(client, "egov")
    early = client.submit(page, form="#continue-form", status=422)
    assert "No signature has come" in told(early)
    assert qr[-1] == qr[0]
    telephone = phone(app)
    _, uri, headers, documents = ask_document(telephone, path_of(qr[-1]))
    telephone.put(uri, json=signed(documents), headers=headers)
    waiting = client.get("/en/sign-in/eds/egov")  # reloaded: the telephone has answered
    assert not waiting.find_all(class_="pb-qr")
    assert client.submit(waiting, form="#continue-form").status_code == 303


@pytest.mark.parametrize("kind", ["organisation", "expired", "revoked", "broken", "foreign"])
def test_telephone_and_browser_both_hear_why_a_signature_was_refused(client, app, qr, kind):
    add_to_roll(app, PERSON)
    page = begin(client, "egov")
    telephone = phone(app)
    _, uri, headers, documents = ask_document(telephone, path_of(qr[-1]))
    refused = telephone.put(uri, json=signed(documents, kind=kind), headers=headers)
    assert refused.status_code == 403
    assert refused.content_type == "application/problem+json"
    assert refused.get_json()["code"].startswith("eds_")
    heard = client.submit(page, form="#continue-form", status=422)
    assert REFUSED[kind] in told(heard)
    assert telephone.put(uri, json=signed(documents), headers=headers).status_code == 409
    assert rows(app, WebSession) == []


def test_one_code_takes_one_signature(client, app, qr):
    add_to_roll(app, PERSON)
    begin(client, "egov")
    telephone = phone(app)
    _, uri, headers, documents = ask_document(telephone, path_of(qr[-1]))
    assert telephone.put(uri, json=signed(documents), headers=headers).status_code == 200
    again = telephone.put(uri, json=signed(documents, test_iin(3)), headers=headers)
    assert (again.status_code, again.get_json()["code"]) == (409, "eds_reused")
    assert telephone.get(path_of(qr[-1])).status_code == 409


def test_another_browser_gets_nothing_of_it(client, app, qr):
    add_to_roll(app, PERSON)
    begin(client, "egov")
    first = path_of(qr[-1])
    stranger = app.test_client()
    page = begin(stranger, "egov")
    telephone = phone(app)
    _, uri, headers, documents = ask_document(telephone, first)
    telephone.put(uri, json=signed(documents), headers=headers)
    early = stranger.submit(page, form="#continue-form", status=422)
    assert "No signature has come" in told(early)


def test_a_code_is_good_for_three_minutes(client, app, qr, clock):
    add_to_roll(app, PERSON)
    page = begin(client, "egov")
    telephone = phone(app)
    _, uri, headers, documents = ask_document(telephone, path_of(qr[-1]))
    clock.instant += timedelta(seconds=180)
    assert telephone.get(path_of(qr[-1])).get_json()["code"] == "eds_expired"
    assert telephone.put(uri, json=signed(documents), headers=headers).status_code == 404
    late = client.submit(page, form="#continue-form", status=422)
    assert "time for this signature is over" in told(late)
    again = client.submit(late, form="#restart-form", follow_redirects=True)
    assert again.find(class_="pb-qr")


def test_an_outage_lets_the_telephone_try_again(client, app, qr, ncanode):
    add_to_roll(app, PERSON)
    begin(client, "egov")
    telephone = phone(app)
    _, uri, headers, documents = ask_document(telephone, path_of(qr[-1]))
    ncanode.fault = "500"
    down = telephone.put(uri, json=signed(documents), headers=headers)
    assert (down.status_code, down.get_json()["code"]) == (503, "eds_unavailable")
    ncanode.fault = ""
    assert telephone.put(uri, json=signed(documents), headers=headers).status_code == 200


@pytest.mark.parametrize("authorization", ["", "Bearer ", "Bearer wrong", "ә"])
def test_the_document_needs_the_token_that_came_with_its_address(client, app, qr, authorization):
    begin(client, "egov")
    path, telephone = path_of(qr[-1]) + "/document", phone(app)
    headers = {"Authorization": authorization.encode().decode("latin-1")}
    for answer in (telephone.get(path, headers=headers), telephone.put(path, json={}, headers=headers)):
        assert (answer.status_code, answer.get_json()["code"]) == (401, "unauthorized")


def test_an_unknown_code_is_an_error_a_program_can_read(app):
    answer = phone(app).get("/api/egov/nothing")
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


@pytest.mark.parametrize(
    "body",
    [
        None, [], "text", {}, {"documentsToSign": []}, {"documentsToSign": [1]}, {"documentsToSign": [{}, {}]},
        {"documentsToSign": [{"documentCms": 7}]}, {"documentsToSign": [{"document": "x"}]},
        {"documentsToSign": [{"document": {"file": "x"}}]},
    ],
)  # fmt: skip
def test_what_is_not_a_signed_document_is_refused(client, app, qr, body):
    begin(client, "egov")
    telephone = phone(app)
    _, uri, headers, _ = ask_document(telephone, path_of(qr[-1]))
    answer = telephone.put(uri, json=body, headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "eds_invalid")


def test_a_body_that_is_too_large_is_not_read(client, app, qr):
    begin(client, "egov")
    telephone = phone(app)
    _, uri, headers, _ = ask_document(telephone, path_of(qr[-1]))
    large = {"documentsToSign": [{"documentCms": "A" * LARGEST_BODY}]}
    answer = telephone.put(uri, json=large, headers=headers)
    assert (answer.status_code, answer.content_type) == (413, "application/problem+json")


# --- what a cycle accepts ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("methods", "is_open"), [(("eds",), True), (("sms",), False), (("sms", "eds"), True)]
)
def test_a_cycle_says_whether_it_accepts_a_signature(client, app, now, methods, is_open):
    open_vote(app, now, methods=methods)
    add_to_roll(app, IIN, phone=None)
    page = begin(client, target=BALLOT)
    send(client, page, signature(page, IIN))
    shown = client.get(BALLOT)
    assert bool(shown.find_all("input", name="choices")) is is_open
    if not is_open:
        assert "You signed in this way: Electronic signature" in text_of(shown.main)
        assert "accepts only: IIN and a code sent to a mobile phone" in text_of(shown.main)


def test_who_came_by_a_code_may_sign_and_vote_in_a_cycle_that_wants_signatures(client, app, now):
    open_vote(app, now, methods=("eds",))
    add_to_roll(app, IIN)
    sign_in_by_code(client, app, IIN, lang="en")
    shown = client.get(BALLOT)
    assert "accepts only: Electronic signature" in text_of(shown.main)
    again = client.get(next(link for link in shown.links if "again" in link))
    page = client.submit(again, form="#ncalayer-form", follow_redirects=True)
    assert send(client, page, signature(page, IIN)).location == BALLOT
    assert client.get(BALLOT).find_all("input", name="choices")
    assert [row.assurance for row in rows(app, WebSession)] == [Assurance.EDS]
