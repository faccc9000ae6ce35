"""Signing in by eGov Mobile: the telephone's questions in JSON, and what its browser gets of the answer."""

import base64
import json
import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from models.eds import EdsChallenge
from models.enums import Assurance
from models.people import WebSession
from tests.harness.eds import PERSON, REFUSED, begin, rows, told
from tests.harness.ncanode import sign
from tests.harness.pages import text_of
from tests.harness.people import add_to_roll, test_iin
from views.resident.eds_phone import LARGEST_BODY


@pytest.fixture
def app(make_app, sqlite_url, ncanode):
    """The application over a fresh database, with an NCANode to ask."""
    return make_app(sqlite_url, ncanode_url=ncanode.url, egov_bin="123456789021")


def phone(app):
    """A telephone: no cookie, no form."""
    return FlaskClient(app, app.response_class)


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
