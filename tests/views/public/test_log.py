"""The log in public: heads, the look-up of a receipt, the feed, and the zip of what is published."""

import io
import xml.etree.ElementTree as ET
import zipfile
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert
from sqlmodel import select

from budget import ballot_log
from models.cycle import Cycle
from models.database import Database
from models.enums import Origin
from models.log import LogHead, LogLeaf
from tests.harness.application import Clock
from tests.harness.ballots import RECEIPT, open_vote, sign_in_voter, vote
from tests.harness.client import PageClient
from tests.harness.elections import Election, impossible_iins
from tests.harness.published import AFTER, published, voted
from views.keys import keyring_for

LOG = "/en/cycles/test-2027/log"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def made(app: Flask, app_database: Database, now: datetime, clock: Clock) -> Election:
    """Sixty ballots in three batches, voting still open an hour later."""
    with app_database.writing() as session:
        election = voted(session, keyring_for(app.extensions["config"]), now)
    clock.instant = now + timedelta(hours=1)
    return election


def leaves(database: Database) -> list[bytes]:
    with database.reading() as session:
        return list(session.exec(select(LogLeaf.leaf).order_by(LogLeaf.position)).all())


def stored_heads(database: Database) -> list[LogHead]:
    with database.reading() as session:
        return list(session.exec(select(LogHead).order_by(LogHead.number)).all())


def publish(app: Flask, database: Database, election: Election, now: datetime, clock: Clock) -> None:
    with database.writing() as session:
        published(session, keyring_for(app.extensions["config"]), election, now)
    clock.instant = now + AFTER + timedelta(hours=1)


# --- the page ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_page_shows_every_head_whole(
    client: PageClient, made: Election, app_database: Database, language: str
) -> None:
    page = client.get(f"/{language}/cycles/test-2027/log")
    heads = stored_heads(app_database)
    assert len(heads) == 3
    for head in heads:
        for shown in (head.root, head.hash, head.previous_hash, head.signature):
            assert shown in page.visible
    assert [row.get("id") for row in page.find_all("tr") if row.get("id")] == ["head-3", "head-2", "head-1"]


def test_before_the_first_batch_it_says_when_one_comes(
    client: PageClient, app: Flask, now: datetime, app_database: Database
) -> None:
    open_vote(app, now)
    page = client.get(LOG)
    assert "There is no head yet." in page.visible
    assert page.find_all("table") == []


def test_the_next_batch_is_announced_while_it_is_ahead(
    client: PageClient, made: Election, app_database: Database, clock: Clock
) -> None:
    last = stored_heads(app_database)[-1].at
    clock.instant = last + timedelta(minutes=5)
    assert "The next batch closes no earlier than" in client.get(LOG).visible
    clock.instant = last + ballot_log.EVERY
    assert "The next batch closes" not in client.get(LOG).visible


def test_thousands_of_heads_stand_on_pages(
    client: PageClient, made: Election, app_database: Database
) -> None:
    last = stored_heads(app_database)[-1]
    rows = [{**last.model_dump(), "number": number, "hash": f"{number:064x}"} for number in range(4, 1501)]
    with app_database.writing() as session:
        session.connection().execute(insert(LogHead), rows)
    first = client.get(LOG)
    assert len([row for row in first.find_all("tr") if row.get("id")]) == 50
    assert f"{LOG}?page=30" in first.links
    last_page = client.get(f"{LOG}?page=30")
    assert "head-1" in {row.get("id") for row in last_page.find_all("tr")}
    for nonsense in ("0", "31", "-1", "x", "9" * 30, "٣"):
        client.get(f"{LOG}?page={nonsense}")


@pytest.mark.parametrize("part", ["log", "log/receipt", "log.atom", "results.zip"])
def test_a_cycle_without_a_log_has_no_such_page(
    client: PageClient, made: Election, app_database: Database, part: str
) -> None:
    client.get(f"/en/cycles/nowhere/{part}", status=404)
    with app_database.writing() as session:
        session.add(
            Cycle(
                slug="old", origin=Origin.PABULIB, year=2020, title_kk="x", title_ru="x", title_en="x",
                allotted_tenge=1, created_at=made.cycle.created_at, published_at=made.cycle.created_at,
            )
        )  # fmt: skip
    client.get(f"/en/cycles/old/{part}", status=404)


# --- a receipt --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        str,
        str.upper,
        lambda text: " ".join(text[n : n + 4] for n in range(0, 64, 4)),
        lambda text: f"  {text[:32]}-{text[32:]} ",
    ],
)
def test_a_receipt_is_found_however_it_is_typed(
    client: PageClient, made: Election, app_database: Database, typed: Any
) -> None:
    leaf = leaves(app_database)[41]
    page = client.submit(client.get(LOG), {"receipt": typed(leaf.hex())})
    assert page.h1 == "The ballot is in the log"
    assert "Batch 3, place 42 of 60." in page.visible
    assert page.find_all("ol")
    assert f"/api/v1/cycles/test-2027/log/proof?leaf={leaf.hex()}" in page.links


def test_a_receipt_that_is_in_no_batch_is_the_same_whether_it_was_cast_or_not(
    client: PageClient, app: Flask, made: Election, now: datetime
) -> None:
    sign_in_voter(client, app, impossible_iins(1, 70000)[0])
    vote(client, made.projects[0].public_id)
    receipt = client.get(RECEIPT)
    code = "".join(receipt.find_all("p", class_="pb-receipt__code")[0].itertext())
    assert any(f"receipt={code}" in link for link in receipt.links)
    assert receipt.find_all("div", class_="pb-qr")
    outsider = app.test_client()
    cast = outsider.get(f"{LOG}/receipt?receipt={code}")
    invented = outsider.get(f"{LOG}/receipt?receipt={'ab' * 32}")
    assert cast.h1 == invented.h1 == "Not in the log yet"
    assert cast.visible.replace(code, "").replace(" ".join(code), "")[:80] == invented.visible[:80]
    assert len(cast.text) == len(invented.text)


@pytest.mark.parametrize("typed", ["", "  ", "abc", "z" * 64, "ab" * 33, "<b>"])
def test_what_is_no_receipt_is_said_to_be_none(client: PageClient, made: Election, typed: str) -> None:
    status = 422 if typed.strip() else 200
    page = client.get(f"{LOG}/receipt", query_string={"receipt": typed}, status=status)
    assert ("This is no receipt" in page.visible) == bool(typed.strip())


# --- the feed ---------------------------------------------------------------------------------------------


def test_the_feed_brings_every_head_under_an_id_that_stays(
    client: PageClient, made: Election, app_database: Database
) -> None:
    answer = client.get(f"{LOG}.atom")
    assert answer.mimetype == "application/atom+xml"
    feed = ET.fromstring(answer.get_data())
    heads = stored_heads(app_database)
    assert feed.findtext(f"{ATOM}updated") == heads[-1].at.strftime("%Y-%m-%dT%H:%M:%SZ")
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}id") for entry in entries] == [
        f"urn:sha256:{h.hash}" for h in reversed(heads)
    ]
    for entry, head in zip(entries, reversed(heads), strict=True):
        content = entry.findtext(f"{ATOM}content") or ""
        assert f"root {head.root}" in content
        assert f"signature {head.signature}" in content
    russian = ET.fromstring(client.get("/ru/cycles/test-2027/log.atom").get_data())
    assert [e.findtext(f"{ATOM}id") for e in russian.findall(f"{ATOM}entry")] == [
        e.findtext(f"{ATOM}id") for e in entries
    ]


def test_an_empty_feed_is_a_feed(client: PageClient, app: Flask, now: datetime) -> None:
    open_vote(app, now)
    feed = ET.fromstring(client.get(f"{LOG}.atom").get_data())
    assert feed.findall(f"{ATOM}entry") == []
    assert feed.findtext(f"{ATOM}updated")


# --- the archive ------------------------------------------------------------------------------------------


def test_the_zip_is_there_after_the_publication_and_not_before(
    client: PageClient, app: Flask, made: Election, app_database: Database, now: datetime, clock: Clock
) -> None:
    address = "/en/cycles/test-2027/results.zip"
    client.get(address, status=404)
    publish(app, app_database, made, now, clock)
    page = client.get("/en/cycles/test-2027/results")
    assert address in page.links
    assert LOG in page.links
    assert "A. and B." in page.visible
    with client.get(address) as first, client.get(address) as again:
        sent = first.get_data()
        assert sent == again.get_data()
    with zipfile.ZipFile(io.BytesIO(sent)) as archive:
        assert archive.testzip() is None
        names = {name.removeprefix("test-2027/") for name in archive.namelist()}
    assert {"verify.py", "leaves.txt", "heads.jsonl", "ballots.csv", "1.pb", "SHA256SUMS"} <= names
    assert "sealed.txt" not in names
