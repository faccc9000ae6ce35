"""Signing in with an electronic signature: where it is offered, NCALayer's page, and what each refusal says."""

import json
from datetime import timedelta

import pytest

from models.eds import EdsChallenge
from models.enums import Assurance, Channel
from models.people import Resident, WebSession
from tests.harness.ballots import BALLOT, IIN, SLUG, open_vote
from tests.harness.client import PageClient
from tests.harness.eds import PERSON, REFUSED, UNKNOWN, begin, rows, send, signature, to_sign, told
from tests.harness.pages import text_of
from tests.harness.people import add_to_roll
from tests.harness.people import sign_in as sign_in_by_code
from views.security import CONTENT_POLICY, NCALAYER


@pytest.fixture
def app(make_app, sqlite_url, ncanode):
    """The application over a fresh database, with an NCANode to ask."""
    return make_app(sqlite_url, ncanode_url=ncanode.url, egov_bin="123456789021")


def vote(client, iin):
    page = begin(client, target=BALLOT)
    ballot = client.get(send(client, page, signature(page, iin)).location)
    assert client.submit(ballot, {"choices": ["none"]}).status_code == 303


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
    assert "has been used" in told(send(client, page, signature(page), status=422))
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


def test_nobody_learns_who_is_on_the_roll_or_has_voted_without_a_good_signature(app, now):
    open_vote(app, now, methods=("eds",))
    for iin in (PERSON, IIN):
        add_to_roll(app, iin)
    vote(app.test_client(), IIN)
    seen = set()
    for iin in (PERSON, UNKNOWN, IIN):
        for kind in ("broken", "foreign", "organisation", "expired", "revoked"):
            client = app.test_client()
            page = begin(client, target=BALLOT)
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
    caplog.set_level("DEBUG", logger="urllib3")  # an SMS gateway in the same process keeps it silent
    add_to_roll(app, PERSON)
    page = begin(client)
    cms = signature(page)
    send(client, page, cms)
    assert "/cms/verify" in caplog.text
    assert PERSON not in caplog.text
    assert cms not in caplog.text


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
