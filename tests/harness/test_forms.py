"""Forms are filled in as a browser would: what the page does not offer can't be sent by mistake."""

from io import BytesIO
from typing import Any

import pytest
from flask import Flask, Response, redirect, request

from tests.harness.client import PageClient

FORM = """<!doctype html><html lang="en"><head><title>Form</title></head><body><main><h1>Form</h1>
<form method="post" action="/en/sent" enctype="multipart/form-data"><input type="hidden" name="csrf_token" value="tok">
<label for="t">Title</label><input id="t" name="title" value="Old"><label for="w">Words</label>
<textarea id="w" name="words">
Some</textarea><label for="s">Area</label><select id="s" name="area"><option value="">-</option>
<option value="k" selected>Koktal</option></select>
<label><input type="checkbox" name="box" value="1" checked> One</label>
<label><input type="checkbox" name="box" value="2"> Two</label>
<label for="f">Photo</label><input id="f" type="file" name="photo">
<button name="do" value="send">Send</button><button name="do" value="keep" formaction="/en/kept">Keep</button></form>
<form action="/en/sent"><label>Query <input name="q"></label></form></main></body></html>"""


@pytest.fixture
def client() -> PageClient:
    app = Flask(__name__, static_folder=None)
    app.test_client_class = PageClient
    app.add_url_rule("/en/", view_func=lambda: Response(FORM), endpoint="form")

    def told() -> dict[str, Any]:
        return {
            "path": request.path,
            "data": request.values.to_dict(flat=False),
            "files": {name: file.filename for name, file in request.files.items()},
        }

    app.add_url_rule("/en/sent", view_func=told, methods=["GET", "POST"])
    app.add_url_rule("/en/kept", view_func=lambda: redirect("/en/"), methods=["POST"], endpoint="kept")
    made = app.test_client()
    assert isinstance(made, PageClient)
    return made


def test_an_untouched_form_sends_what_it_shows(client: PageClient) -> None:
    sent = client.submit(client.get("/en/")).json
    assert sent["data"] == {
        "csrf_token": ["tok"],
        "title": ["Old"],
        "words": ["Some"],
        "area": ["k"],
        "box": ["1"],
        "do": ["send"],
    }


def test_values_replace_clear_and_attach(client: PageClient) -> None:
    photo = (BytesIO(b"x"), "yard.jpg")
    values = {"title": "New", "area": "", "box": ["1", "2"], "words": None, "photo": photo}
    sent = client.submit(client.get("/en/"), values).json
    assert sent["data"]["title"] == ["New"]
    assert sent["data"]["box"] == ["1", "2"]
    assert "words" not in sent["data"]
    assert sent["files"] == {"photo": "yard.jpg"}


def test_a_button_brings_its_own_address_and_redirects_are_followed(client: PageClient) -> None:
    assert client.submit(client.get("/en/"), button="Keep").location == "/en/"
    page = client.submit(client.get("/en/"), button="Keep", follow_redirects=True)
    assert page.h1 == "Form"


def test_a_get_form_sends_a_query(client: PageClient) -> None:
    sent = client.submit(client.get("/en/"), {"q": "двор"}, form=1).json
    assert sent["data"] == {"q": ["двор"]}


def test_what_the_page_does_not_offer_fails(client: PageClient) -> None:
    page = client.get("/en/")
    with pytest.raises(AssertionError, match="no field 'colour'"):
        client.submit(page, {"colour": "red"})
    with pytest.raises(AssertionError, match="does not offer"):
        client.submit(page, {"area": "almaty"})
    with pytest.raises(AssertionError, match="no button 'Delete'"):
        client.submit(page, button="Delete")
    assert client.submit(page, extra={"area": "almaty"}).json["data"]["area"] == ["almaty"]
