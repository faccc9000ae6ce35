"""Signing in with an electronic signature in a browser: NCALayer mocked at its WebSocket, a telephone over HTTP."""

import base64
import hashlib
import hmac
import json
import re
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from nacl.secret import SecretBox
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from seeds import people
from tests.harness.browser import axe, overflow, press
from tests.harness.ncanode import StandIn, sign
from tests.harness.processes import Server
from views.config import _DEMO_DEFAULTS
from views.qr import svg
from views.security import NCALAYER

pytestmark = pytest.mark.e2e

IIN = people.NOT_VOTED.iin
DEMO_KEY = _DEMO_DEFAULTS["SECRET_KEY"].encode()
GREETING = {"result": {"version": "1.4"}}
CANCELLED = {"status": True, "body": {}}
WRONG_KEY = {"status": False, "code": "SIGNING_FAILURE", "message": "-"}
OLD = {"success": False, "errorCode": "MODULE_NOT_FOUND"}
MakePage = Callable[..., Page]


@pytest.fixture
def server(start_server: Callable[..., Server], ncanode: StandIn) -> Server:
    """The demo with an NCANode to ask."""
    return start_server(NCANODE_URL=ncanode.url, WEB_WORKERS="1")


def mock(page: Page, answer: Callable[[dict[str, Any]], Any]) -> list[dict[str, Any]]:
    """NCALayer as it speaks: a greeting, a heartbeat, one answer to each request. The requests it gets."""
    asked: list[dict[str, Any]] = []

    def serve(socket: WebSocketRoute) -> None:
        def reply(message: str | bytes) -> None:
            asked.append(json.loads(message))
            socket.send("--heartbeat--")
            socket.send(json.dumps(answer(asked[-1])))

        socket.on_message(reply)
        socket.send(json.dumps(GREETING))

    page.route_web_socket(re.compile(re.escape(NCALAYER) + "/?"), serve)
    return asked


def signs(request: dict[str, Any]) -> dict[str, Any]:
    """The person chose a key: the signature of what was asked."""
    return {"status": True, "body": {"result": [sign(base64.b64decode(request["args"]["data"]), IIN)]}}


def open_way(page: Page, way: str, lang: str = "kk") -> None:
    page.goto(f"/{lang}/sign-in")
    page.click(f"#{way}-form button")
    page.wait_for_url(f"**/sign-in/eds/{way}")


def looks(page: Page) -> list[str]:
    return [*axe(page), *overflow(page, width=320)]


def test_a_resident_signs_by_ncalayer(new_page: MakePage, server: Server) -> None:
    page = new_page(base_url=server.url)
    asked = mock(page, signs)
    page.goto("/kk/sign-in")
    assert looks(page) == []
    open_way(page, "ncalayer")
    assert not page.locator("#without-script").is_visible()
    assert looks(page) == []
    page.click("button[data-ncalayer]")
    page.wait_for_url("**/kk/my")
    (request,) = asked
    assert (request["module"], request["method"]) == ("kz.gov.pki.knca.basics", "sign")
    assert request["args"]["format"] == "cms"
    assert request["args"]["signerParams"]["extKeyUsageOids"] == ["1.3.6.1.5.5.7.3.4", "1.2.398.3.3.4.1.1"]
    assert request["args"]["locale"] == "kk"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (CANCELLED, "You closed the window of NCALayer"),
        (WRONG_KEY, "could not sign with this key"),
        (OLD, "too old"),
    ],
)
def test_each_failure_of_ncalayer_is_told_and_can_be_repeated(
    new_page: MakePage, server: Server, answer: dict[str, Any], told: str
) -> None:
    page = new_page(base_url=server.url)
    asked = mock(page, lambda request: answer if len(asked) == 1 else signs(request))
    open_way(page, "ncalayer", "en")
    page.click("button[data-ncalayer]")
    expect(page.get_by_role("status")).to_contain_text(told)
    assert looks(page) == []
    page.click("button[data-ncalayer]")
    page.wait_for_url("**/en/my")


def test_without_ncalayer_the_page_says_so_and_its_policy_lets_it_ask(
    browser: Browser, server: Server
) -> None:
    """A real connection to a port where nothing listens: refused by the machine and not by the page's policy."""
    with browser.new_context(base_url=server.url, locale="kk-KZ") as context:
        page, said = context.new_page(), []
        page.on("console", lambda message: said.append(message.text))
        open_way(page, "ncalayer", "en")
        page.click("button[data-ncalayer]")
        expect(page.get_by_role("status")).to_contain_text("NCALayer does not answer")
        assert "ERR_CONNECTION_REFUSED" in " ".join(said)
        assert "Content Security Policy" not in " ".join(said)
        page.goto("/en/sign-in")
        page.evaluate(f"new Promise(done => new WebSocket('{NCALAYER}').addEventListener('error', done))")
        assert "Content Security Policy" in " ".join(said)


def test_without_scripts_ncalayers_page_names_the_other_ways(new_page: MakePage, server: Server) -> None:
    page = new_page(base_url=server.url, java_script_enabled=False)
    open_way(page, "ncalayer", "en")
    assert page.locator("#without-script").is_visible()
    assert not page.locator("button[data-ncalayer]").is_visible()


def test_a_resident_signs_by_telephone_without_scripts(new_page: MakePage, server: Server) -> None:
    page = new_page(base_url=server.url, java_script_enabled=False)
    open_way(page, "egov", "ru")
    number = page.locator(".pb-qr__number").inner_text()
    answer_by_telephone(read_code(page, server), number)
    page.click("#continue-form button")
    page.wait_for_url("**/ru/my")


def test_the_pages_of_the_telephones_way_are_accessible_and_fit(new_page: MakePage, server: Server) -> None:
    page = new_page(base_url=server.url)
    open_way(page, "egov")
    assert looks(page) == []
    press(page, "#continue-form button")
    assert page.locator(".govuk-error-summary").is_visible()
    assert looks(page) == []


def read_code(page: Page, server: Server) -> str:
    """The text of the QR code. No camera here: the browser's cookie holds the token, by the demo's known key, and the
    picture must be the code of the address with it."""
    sealed = next(one["value"] for one in page.context.cookies() if one["name"] == "eds")
    key = hmac.new(DEMO_KEY, b"cookie:eds", hashlib.sha256).digest()
    token = json.loads(SecretBox(key).decrypt(base64.urlsafe_b64decode(sealed)))["content"]["nonce"]
    text = f"mobileSign:{server.url}/api/egov/{token}"
    drawn = re.search(r' d="([^"]+)"', str(svg(text, "")).rpartition("<path")[2])
    assert drawn
    assert page.locator(".pb-qr svg path").last.get_attribute("d") == drawn[1]
    return text


def answer_by_telephone(code: str, number: str) -> None:
    """What eGov Mobile does with the code: who asks, the document, the signature."""
    address = code.removeprefix("mobileSign:")
    info = json.load(urllib.request.urlopen(address, timeout=10))
    assert re.search(r"\d{3}", number)[0] in info["description"]  # type: ignore[index]
    headers = {
        "Authorization": f"Bearer {info['document']['auth_token']}",
        "Content-Type": "application/json",
    }
    uri = info["document"]["uri"]
    documents = json.load(urllib.request.urlopen(urllib.request.Request(uri, headers=headers), timeout=10))
    one = documents["documentsToSign"][0]
    one["documentCms"] = sign(base64.b64decode(one["documentCms"]), IIN)
    put = urllib.request.Request(uri, json.dumps(documents).encode(), headers, method="PUT")
    assert urllib.request.urlopen(put, timeout=10).status == 200
