"""Protocols in public: the very bytes that were signed, who signed them, and what corrects what."""

from datetime import datetime, timedelta
from hashlib import sha256

import pytest
from flask.testing import FlaskClient

from budget.council import protocols
from models.database import Database
from tests.harness.client import PageClient
from tests.harness.pages import text_of
from tests.harness.public_council import PDF, Screened, Step, correct, screened


def page_of(public_id: str, language: str = "en") -> str:
    return f"/{language}/protocols/{public_id}"


@pytest.fixture
def decided(app_database: Database, now: datetime) -> Screened:
    with app_database.writing() as session:
        return screened(session, now)


def paper(world: Screened) -> protocols.Protocol:
    assert world.protocol is not None
    return world.protocol


def signatures(page) -> list[str]:
    [table] = page.find_all("table")
    return [" ".join(text_of(cell) for cell in row).replace("\u00a0", " ") for row in table.find("./tbody")]


def facts(page) -> dict[str, str]:
    rows = [row for row in page.find_all("div") if row.find("./dt") is not None]
    return {text_of(row.find("./dt")): text_of(row.find("./dd")) for row in rows}


def test_the_file_is_what_the_sha_256_is_of_and_may_be_kept_for_ever(
    raw_client: FlaskClient, decided: Screened
) -> None:
    answer = raw_client.get(f"{page_of(paper(decided).public_id)}.pdf")
    assert answer.content_type == "application/pdf"
    assert answer.data == PDF
    assert sha256(answer.data).hexdigest() == paper(decided).sha256
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["ETag"] == f'"{paper(decided).sha256}"'
    assert "Set-Cookie" not in answer.headers
    again = raw_client.get(
        f"{page_of(paper(decided).public_id)}.pdf", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("step", [Step.CLOSED])
def test_before_its_session_is_published_there_is_none(
    client: PageClient, raw_client: FlaskClient, app_database: Database, now: datetime, step: Step
) -> None:
    with app_database.writing() as session:
        world = screened(session, now, step)
    client.get(page_of(paper(world).public_id), status=404)
    assert raw_client.get(f"{page_of(paper(world).public_id)}.pdf").status_code == 404
    client.get(page_of("nothere234"), status=404)


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_its_page_names_session_hash_and_signatures(
    client: PageClient, decided: Screened, language: str
) -> None:
    page = client.get(page_of(paper(decided).public_id, language))
    assert paper(decided).sha256 in page.visible
    assert f"/{language}/protocols/{paper(decided).public_id}.pdf" in page.links
    assert f"/{language}/cycles/{decided.cycle.slug}/council/sessions/1" in page.links
    assert len(signatures(page)) == 2


def test_who_signed_stands_there_with_the_way_and_the_time(client: PageClient, decided: Screened) -> None:
    page = client.get(page_of(paper(decided).public_id))
    first, second = signatures(page)
    assert first.startswith("Мүше 1 chair In the account, with the password shown again 1 March 2027, 14:00")
    assert "Мүше 3 Electronic signature" in second
    assert "the certificate names: ҮШІНШІ МҮШЕ" in second
    assert all(f"{paper(decided).sha256[:12]}… this file" in row for row in (first, second))
    assert "Signed by 2 of 7." in page.visible


def test_who_did_not_sign_is_not_named(client: PageClient, decided: Screened) -> None:
    """Whoever was there and has not signed stands on the page of the session, not here."""
    page = client.get(page_of(paper(decided).public_id))
    assert "Мүше 2" not in page.visible


def test_nobody_has_signed_is_said(
    client: PageClient, app_database: Database, decided: Screened, now
) -> None:
    with app_database.writing() as session:
        fresh = correct(session, paper(decided), now=now)
    page = client.get(page_of(fresh.public_id))
    assert "Nobody has signed yet." in page.visible
    assert page.find_all("table") == []


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_correction_and_the_corrected_one_lead_to_each_other(
    client: PageClient, app_database: Database, decided: Screened, now: datetime, language: str
) -> None:
    with app_database.writing() as session:
        fresh = correct(session, paper(decided), now=now + timedelta(hours=1))
        old = paper(decided)
    page = client.get(page_of(fresh.public_id, language))
    assert page_of(old.public_id, language) in page.links
    said = "Исправлено имя." if language == "ru" else "Аты түзетілді."
    assert said in page.visible
    before = client.get(page_of(old.public_id, language))
    assert page_of(fresh.public_id, language) in before.links
    if language == "en":
        assert "Protocol № 1" in facts(page)["Corrects"]
        assert "This protocol was corrected by another one and stays as it is." in before.visible
        assert "Corrects" not in facts(before)


def test_a_signature_is_seen_at_once(
    client: PageClient, app_database: Database, decided: Screened, now: datetime
) -> None:
    assert len(signatures(client.get(page_of(paper(decided).public_id)))) == 2
    with app_database.writing() as session:
        protocols.sign(session, decided.council[4].actor, paper(decided).public_id, now=now)
    assert signatures(client.get(page_of(paper(decided).public_id)))[2].startswith("Мүше 5")
