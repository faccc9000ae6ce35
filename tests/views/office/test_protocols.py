"""Protocols at the coordinator's desk: read as a draft, made once, corrected by another one, signed by name."""

import hashlib
import io
from datetime import datetime

import pypdf
import pytest
from flask import Flask
from sqlmodel import select

from budget.council import protocols, sessions
from models.council_session import Protocol
from models.cycle import Cycle
from models.database import Database
from models.enums import Language, Phase
from tests.harness import council
from tests.harness.application import MakeApp
from tests.harness.client import PageClient
from tests.harness.council_pages import gold, page_of, planned, reviewed
from tests.harness.projects import make_cycle
from views.documents import Words

SLUG = "2027"


@pytest.fixture
def app(make_app: MakeApp, database_url: str) -> Flask:
    """The application over each database."""
    return make_app(database_url)


@pytest.fixture
def cycle(app_database: Database, now: datetime) -> Cycle:
    with app_database.writing() as session:
        return make_cycle(session, now, Phase.SUBMISSION, slug=SLUG)


def closed(database: Database, cycle: Cycle, *, now: datetime, publish: bool = False) -> str:
    """A session in which four of five members admitted one project."""
    reviewed(database, cycle, 1, now=now)
    public_id = planned(database, cycle, now=now)
    with database.writing() as session:
        row = sessions.by_public_id(session, public_id)
        council.hold(session, row, council.members_of(session, cycle, now=now)[:4], now=now, publish=publish)
    return public_id


def kept(database: Database) -> list[Protocol]:
    with database.reading() as session:
        return list(session.exec(select(Protocol).order_by(Protocol.number)))  # type: ignore[arg-type]


def words_of(content: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def made(desk: PageClient, public_id: str) -> None:
    desk.submit(desk.get(f"{page_of(public_id)}/protocol/make"), button="Make the protocol", status=303)


def test_what_will_stand_in_it_is_shown_first_and_a_draft_says_that_it_is_one(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    public_id = closed(app_database, cycle, now=now)
    page = desk.get(f"{page_of(public_id)}/protocol")
    assert gold(page) == "Make the protocol"
    assert "Absent Мүше 5" in page.visible
    assert "4 for, 0 against, 0 abstained" in page.visible
    draft = desk.get(f"{page_of(public_id)}/protocol/draft.pdf")
    assert draft.mimetype == "application/pdf"
    assert draft.headers["Cache-Control"] == "no-store"
    assert "Мүше 5" in words_of(draft.data)
    assert Words(Language.KK).gettext("Draft: not a protocol yet") in words_of(draft.data)
    assert kept(app_database) == []


def test_a_protocol_is_made_once_and_shown_as_it_was_made(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    public_id = closed(app_database, cycle, now=now)
    question = desk.get(f"{page_of(public_id)}/protocol/make")
    answer = desk.submit(question, button="Make the protocol", follow_redirects=True)
    assert answer.h1 == "Protocol № 1"
    [protocol] = kept(app_database)
    assert protocol.sha256 in answer.visible
    assert protocol.sha256 == hashlib.sha256(protocol.content).hexdigest()
    assert "0 of 4 members who were there have signed." in answer.visible
    file = desk.get(f"/en/office/protocols/{protocol.public_id}.pdf")
    assert file.data == protocol.content
    assert file.headers["Content-Disposition"] == f'inline; filename="{SLUG}-protocol-1.pdf"'
    assert "Член 4" in words_of(file.data)
    assert Words(Language.KK).gettext("Draft: not a protocol yet") not in words_of(file.data)
    again = desk.submit(question, button="Make the protocol", follow_redirects=True)
    assert again.h1 == "Protocol № 1"
    assert "and is done only once." in again.visible
    assert len(kept(app_database)) == 1
    assert gold(desk.get(page_of(public_id))) == "Publish the decisions"


def test_who_has_signed_and_who_has_not_stands_by_name(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    public_id = closed(app_database, cycle, now=now)
    made(desk, public_id)
    [protocol] = kept(app_database)
    with app_database.writing() as session:
        first, second, *_ = council.members_of(session, cycle, now=now)
        protocols.sign(session, first.actor, protocol.public_id, now=now)
        protocols.sign(session, second.actor, protocol.public_id, certificate="МҮШЕ ЕКІ", now=now)
    page = desk.get(f"{page_of(public_id)}/protocol")
    assert "2 of 4 members who were there have signed." in page.visible
    assert "МҮШЕ ЕКІ" in page.visible
    assert page.visible.count("not yet") == 2


def test_a_correction_is_another_protocol_and_the_corrected_one_stays(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    public_id = closed(app_database, cycle, now=now)
    made(desk, public_id)
    [first] = kept(app_database)
    path = f"/en/office/protocols/{first.public_id}/correct"
    told = desk.submit(desk.get(path), {"correction_kk": "Ұйым атауы"}, status=422)
    assert told.errors == {"correction_ru": "Write in Russian what is corrected."}
    assert told.find("textarea", id="correction_kk").text.strip() == "Ұйым атауы"
    answer = desk.submit(told, {"correction_ru": "Название организации"}, follow_redirects=True)
    assert answer.h1 == "Protocol № 2"
    assert "Corrected before" in answer.visible
    before, after = kept(app_database)
    assert (before.content, after.corrects_id) == (first.content, first.id)
    assert "Название организации" in words_of(after.content)
    over = desk.get(path)
    assert "This protocol was corrected by protocol 2." in over.visible
    assert not list(over.main.iter("form"))
    late = desk.post(
        path,
        data={
            "csrf_token": told.find_all("input", name="csrf_token")[0].get("value"),
            "correction_kk": "a",
            "correction_ru": "b",
        },
        status=422,
    )
    assert "This protocol was corrected by protocol 2." in late.visible


def test_before_the_session_is_closed_there_is_no_protocol(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    reviewed(app_database, cycle, 1, now=now)
    public_id = planned(app_database, cycle, now=now)
    assert "made after the session is closed" in desk.get(f"{page_of(public_id)}/protocol").visible
    page = desk.get(f"{page_of(public_id)}/protocol/make")
    assert not list(page.main.iter("form"))
    token = desk.get(f"{page_of(public_id)}/change").find_all("input", name="csrf_token")[0].get("value")
    told = desk.post(f"{page_of(public_id)}/protocol/make", data={"csrf_token": token}, status=422)
    assert "only after the session is closed" in told.visible
    desk.get(f"{page_of(public_id)}/protocol/draft.pdf", status=409)


def test_a_protocol_may_be_made_after_the_decisions_are_published(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    public_id = closed(app_database, cycle, now=now, publish=True)
    assert gold(desk.get(page_of(public_id))) == "Make the protocol"
    made(desk, public_id)
    assert gold(desk.get(page_of(public_id))) == ""


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_every_page_speaks_every_language(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime, language: str
) -> None:
    public_id = closed(app_database, cycle, now=now)
    own = f"/{language}/office/sessions/{public_id}"
    desk.get(f"{own}/protocol")
    desk.submit(desk.get(f"{own}/protocol/make"), status=303)
    desk.get(f"{own}/protocol")
    desk.get(f"{own}/protocol/make")
    [protocol] = kept(app_database)
    correct = f"/{language}/office/protocols/{protocol.public_id}/correct"
    page = desk.submit(desk.get(correct), {}, status=422)
    desk.submit(page, {"correction_kk": "x", "correction_ru": "y"}, follow_redirects=True)
    desk.get(correct)


def test_foreign_protocols_are_not_found(desk: PageClient, cycle: Cycle) -> None:
    for path in (".pdf", "/correct"):
        desk.get(f"/en/office/protocols/0000000000{path}", status=404)
