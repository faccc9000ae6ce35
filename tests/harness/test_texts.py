"""A text that is asked for and stands in no catalog fails the page; one that stands there does not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from flask import Flask, Response

from tests.harness.client import IGNORES_UNTRANSLATED, PageClient
from views import texts
from views.texts import gettext, ngettext

PAGE = """<!doctype html><html lang="kk"><head><title>%(h1)s</title></head>
<body><main><h1>%(h1)s</h1></main></body></html>"""


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PageClient]:
    catalog = Catalog(locale="kk")
    catalog.add("Projects", "Жобалар")
    catalog.add(("%(num)s vote", "%(num)s votes"), ("%(num)s дауыс", "%(num)s дауыс"))
    (tmp_path / "kk" / "LC_MESSAGES").mkdir(parents=True)
    with (tmp_path / "kk" / "LC_MESSAGES" / "messages.mo").open("wb") as target:
        write_mo(target, catalog)
    app = Flask(__name__, static_folder=None)
    monkeypatch.setattr(texts, "CATALOGS", tmp_path)
    _forget()
    app.test_client_class = PageClient
    pages = {
        "known": lambda: gettext("Projects"),
        "counted": lambda: ngettext("%(num)s vote", "%(num)s votes", 3),
        "unknown": lambda: gettext("Nobody wrote this"),
        "uncounted": lambda: ngettext("%(num)s ballot", "%(num)s ballots", 3),
    }
    for name, text in pages.items():
        app.add_url_rule(f"/kk/{name}", name, lambda text=text: Response(PAGE % {"h1": text()}))
    made = app.test_client()
    assert isinstance(made, PageClient)
    yield made
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    texts.catalog.cache_clear()
    texts.said_in.cache_clear()


def test_translated_texts_pass(client: PageClient) -> None:
    assert client.get("/kk/known").h1 == "Жобалар"
    assert client.get("/kk/counted").h1 == "3 дауыс"


@pytest.mark.parametrize(
    ("address", "msgid"),
    [("unknown", "Nobody wrote this"), ("uncounted", "%(num)s ballot")],
)
def test_an_untranslated_text_fails_its_page(client: PageClient, address: str, msgid: str) -> None:
    with pytest.raises(AssertionError) as failure:
        client.get(f"/kk/{address}")
    assert f"not in the kk catalog: {msgid!r}" in str(failure.value)


def test_untranslated_texts_can_be_let_pass_while_pages_are_written(client: PageClient) -> None:
    client.application.config[IGNORES_UNTRANSLATED] = True
    assert client.get("/kk/unknown").h1 == "Nobody wrote this"
