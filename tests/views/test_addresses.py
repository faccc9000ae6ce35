"""Addresses are Flask's own, however often they were asked for before."""

import flask
import pytest
from flask import Flask

from models.enums import Language
from views import addresses
from views.i18n import switch_language_url

LANGUAGES = [language.value for language in Language]
ASKED = (
    ("public.home", {}),
    ("public.projects", {"slug": "2027"}),
    ("public.projects", {"slug": "2027", "state": "won", "page": None}),
    ("public.projects", {"slug": "2027", "q": "аула & сад", "page": 2}),
    ("public.rules", {"slug": "2027", "_anchor": "count"}),
    ("public.project", {"public_id": "p1", "_external": True}),
    ("public.cycle", {"slug": "2027", "lang": "ru"}),
    ("api.results", {"slug": "2027"}),
)


@pytest.mark.parametrize(("endpoint", "values"), ASKED)
def test_an_address_is_the_one_flask_builds(app: Flask, endpoint: str, values: dict[str, object]) -> None:
    for base in ("http://one.example", "http://two.example", "http://two.example/under"):
        for language in LANGUAGES * 2:
            with app.test_request_context(f"/{language}/", base_url=base):
                assert addresses.url_for(endpoint, **values) == flask.url_for(endpoint, **values)


def test_many_addresses_are_those_of_one_each(app: Flask) -> None:
    with app.test_request_context("/ru/"):
        href = addresses.many("public.project", "public_id")
        assert [href(one) for one in ("p1", "p2")] == ["/ru/projects/p1", "/ru/projects/p2"]


@pytest.mark.parametrize(
    ("page", "in_russian"),
    [
        ("/kk/", "/ru/"),
        ("/kk/cycles/kk/projects?q=%D3%99&state=won&x=1&x=2", "/ru/cycles/kk/projects?q=%D3%99&state=won&x=1&x=2"),
        ("/kk/no/such/page", "/ru/"),
        ("/healthz", "/ru/"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("base", ["http://one.example", "http://one.example/under"])
def test_the_same_page_in_another_language(app: Flask, page: str, in_russian: str, base: str) -> None:
    under = base.removeprefix("http://one.example")
    with app.test_request_context(page, base_url=base):
        app.preprocess_request()
        assert [switch_language_url(code) for code in ("ru", "ru")] == [under + in_russian] * 2


@pytest.mark.parametrize(
    ("target", "sent"),
    [("/kk/me", "/kk/me"), ("/kk/?q=ауыл сад", "/kk/?q=%D0%B0%D1%83%D1%8B%D0%BB%20%D1%81%D0%B0%D0%B4")],
)
def test_a_redirect_is_an_address_and_no_page_in_another_language(app: Flask, target: str, sent: str) -> None:
    with app.test_request_context("/kk/"):
        response = flask.redirect(target, 303)
    headers = response.get_wsgi_headers({"REQUEST_METHOD": "POST"})
    assert (response.status_code, headers["Location"], headers["Content-Length"]) == (303, sent, "0")
    assert response.get_data() == b""
