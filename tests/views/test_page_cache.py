"""The page cache: the same page for everybody, never an old one, never a personal one, never too large."""

import gzip
import random
from datetime import timedelta

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from models.database import Database
from models.enums import Phase
from tests.harness.application import Clock
from tests.harness.public_rows import add_cycle
from tests.harness.queries import counted
from views.page_cache import PageCache, page_of

HOME = "/en/"


@pytest.fixture(autouse=True)
def cycle(app_database: Database, now) -> None:
    with app_database.writing() as session:
        add_cycle(session, now)


def test_the_second_request_asks_only_for_the_version(
    raw_client: FlaskClient, app_database: Database
) -> None:
    first = raw_client.get(HOME)
    with counted(app_database.engine) as statements:
        second = raw_client.get(HOME)
    assert statements == ["SELECT public_version.version FROM public_version"]
    assert second.data == first.data
    assert second.headers["ETag"] == first.headers["ETag"]
    assert second.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]


def test_a_browser_that_has_the_page_gets_304_and_no_body(raw_client: FlaskClient) -> None:
    tag = raw_client.get(HOME).headers["ETag"]
    again = raw_client.get(HOME, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == tag
    assert raw_client.get(HOME, headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_first_answer_too_may_be_304(raw_client: FlaskClient, app: Flask) -> None:
    tag = raw_client.get(HOME).headers["ETag"]
    app.extensions["page_cache"].clear()
    assert raw_client.get(HOME, headers={"If-None-Match": tag}).status_code == 304


def test_compressed_and_plain_have_their_own_validators(raw_client: FlaskClient) -> None:
    plain = raw_client.get(HOME)
    zipped = raw_client.get(HOME, headers={"Accept-Encoding": "gzip"})
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert len(zipped.data) < len(plain.data)
    assert zipped.headers["ETag"] != plain.headers["ETag"]
    assert "Accept-Encoding" in zipped.headers["Vary"]


def test_a_page_kept_compressed_is_unpacked_for_who_can_not(raw_client: FlaskClient) -> None:
    made, kept = (raw_client.get(HOME, headers={"Accept-Encoding": "gzip"}) for _ in range(2))
    plain = raw_client.get(HOME)
    assert gzip.decompress(kept.data) == gzip.decompress(made.data) == plain.data
    assert int(plain.headers["Content-Length"]) == len(plain.data)
    assert "Content-Encoding" not in plain.headers


def test_a_change_is_seen_at_once(raw_client: FlaskClient, app_database: Database, now) -> None:
    assert b"2031" not in raw_client.get(HOME).data
    with app_database.writing() as session:
        add_cycle(session, now, slug="2031", phase=Phase.SUBMISSION)
    assert b"2031" in raw_client.get(HOME).data


def test_the_time_left_is_never_older_than_a_minute(raw_client: FlaskClient, clock: Clock) -> None:
    first = raw_client.get(HOME).data
    clock.instant += timedelta(days=1)
    assert raw_client.get(HOME).data != first


def test_who_has_a_cookie_gets_no_kept_page(raw_client: FlaskClient, app: Flask) -> None:
    raw_client.get(HOME)
    raw_client.set_cookie("anything", "1")
    for address in (HOME, "/ru/"):
        answer = raw_client.get(address)
        assert "ETag" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
    assert len(app.extensions["page_cache"]) == 1


def test_languages_queries_and_hosts_are_different_pages(raw_client: FlaskClient, app: Flask) -> None:
    for address in ("/kk/", "/ru/", "/en/", "/en/?x=1"):
        raw_client.get(address)
    raw_client.get(HOME, base_url="http://other.example")
    assert len(app.extensions["page_cache"]) == 5


def test_errors_are_not_kept(raw_client: FlaskClient, app: Flask) -> None:
    assert raw_client.get("/en/cycles/never").status_code == 404
    assert len(app.extensions["page_cache"]) == 0


def test_a_very_long_query_is_not_kept(raw_client: FlaskClient, app: Flask) -> None:
    raw_client.get(HOME + "?q=" + "a" * 500)
    assert len(app.extensions["page_cache"]) == 0


def test_the_cache_stays_within_its_bytes_and_drops_what_is_unused() -> None:
    pages = [page_of(Response(random.Random(i).randbytes(900)), 1, 1) for i in range(4)]
    limit = 3 * max(page.size for page in pages)
    cache = PageCache(limit_bytes=limit)
    for number, page in enumerate(pages[:3]):
        cache.put((str(number),), page)
    cache.get(("0",))
    cache.put(("3",), pages[3])
    assert 0 < cache.size <= limit
    assert cache.get(("1",)) is None
    assert cache.get(("0",)) is pages[0]


def test_a_page_larger_than_the_cache_is_not_kept() -> None:
    cache = PageCache(limit_bytes=100)
    cache.put(("a",), page_of(Response(b"x" * 200), 1, 1))
    assert (len(cache), cache.size) == (0, 0)


def test_a_replaced_page_is_counted_once() -> None:
    cache = PageCache()
    page = page_of(Response(b"x" * 200), 1, 1)
    cache.put(("a",), page)
    cache.put(("a",), page)
    assert cache.size == page.size
