"""Refusals and failures: a page that says what happened, in three languages; JSON for programs."""

import logging
import sqlite3
from datetime import UTC, datetime

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from budget.errors import AlreadyVoted, Frozen, NotFound, NotPermitted
from views.access import public

SECRET = "990230300608"


@pytest.fixture
def broken(app: Flask) -> Flask:
    """The application with addresses that fail in every way."""

    @public
    def fail(how: str) -> str:
        if how.isdecimal():
            abort(int(how))
        raise {
            "not-found": NotFound(),
            "not-permitted": NotPermitted(),
            "frozen": Frozen(frozen_at=datetime(2027, 3, 1, tzinfo=UTC)),
            "disk": OperationalError(f"INSERT {SECRET}", {"iin": SECRET}, sqlite3.OperationalError("full")),
            "bug": RuntimeError("bug"),
        }[how]

    for prefix in ("/<any(kk, ru, en):lang>", "/api"):
        app.add_url_rule(f"{prefix}/fail/<how>", f"fail{len(prefix)}", fail)
    app.testing = False
    return app


PAGES = [("400", 400), ("403", 403), ("404", 404), ("413", 413), ("429", 429), ("500", 500), ("503", 503)]
FAILURES = [*PAGES, ("418", 418), ("not-found", 404), ("not-permitted", 403), ("bug", 500)]


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize(("how", "status"), FAILURES)
def test_each_failure_has_its_page(broken: Flask, language: str, how: str, status: int) -> None:
    broken.test_client().get(f"/{language}/fail/{how}", status=status)


@pytest.mark.parametrize(("how", "status"), [*FAILURES, ("disk", 503)])
def test_a_program_gets_the_same_as_json(broken: Flask, how: str, status: int) -> None:
    answer = FlaskClient(broken, broken.response_class).get(f"/api/fail/{how}")
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["status"] == status


def test_a_refusal_without_a_form_says_its_sentence(broken: Flask) -> None:
    assert "frozen" in broken.test_client().get("/en/fail/frozen", status=409).text.lower()


def test_a_database_that_refuses_is_503_in_plain_words_and_leaves_nothing_in_the_log(
    broken: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = FlaskClient(broken, broken.response_class).get("/kk/fail/disk")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"
    assert "Сервис временно недоступен" in answer.get_data(as_text=True)
    assert SECRET not in caplog.text
    assert "OperationalError" in caplog.text


def test_an_error_page_that_fails_still_answers(broken: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> str:
        raise RuntimeError

    monkeypatch.setattr("views.errors.render_template", fails)
    answer = FlaskClient(broken, broken.response_class).get("/kk/fail/404")
    assert answer.status_code == 404
    assert "Қызмет уақытша" in answer.get_data(as_text=True)


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_form_without_its_token_explains_and_keeps_a_way_back(app: Flask, language: str) -> None:
    page = app.test_client().post(f"/{language}/sign-in", data={"iin": "1"}, status=400)
    assert f"/{language}/sign-in" in page.links


def test_a_wrong_method_names_the_right_ones(raw_client: FlaskClient) -> None:
    answer = raw_client.put("/en/about")
    assert answer.status_code in (400, 405)


def test_a_host_that_is_not_ours_is_refused(make_app, sqlite_url: str) -> None:
    app = make_app(sqlite_url, trusted_hosts=("localhost",))
    client = FlaskClient(app, app.response_class)
    assert client.get("/kk/").status_code == 200
    assert client.get("/kk/", base_url="http://evil.example").status_code == 400


def test_a_refusal_of_two_kinds_is_told_by_its_code(app: Flask) -> None:
    with app.test_request_context("/api/v1/x"):
        from views.errors import _refused

        answer = _refused(AlreadyVoted(cast_at=None))
    assert (answer.status_code, answer.get_json()["code"]) == (409, "already_voted")
