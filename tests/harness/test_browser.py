"""The browser's own checks are green on a good page and red on planted faults."""

import http.server
import threading
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from tests.harness.browser import Watch, axe, overflow

pytestmark = pytest.mark.e2e

GOOD = """<!doctype html><html lang="kk"><head><title>Жобалар</title></head><body><main><h1>Жобалар</h1>
<p>Мәтін</p></main></body></html>"""
TINY = '<a href="/%s" style="display:inline-block;width:9px;height:9px;overflow:hidden">a</a>'
TINY_LINKS = TINY % 1 + TINY % 2
POLICY = "default-src 'none'; style-src 'self'"
PAGES = {
    "/good": GOOD,
    "/inline": GOOD.replace("<p>", '<p style="color: red">'),
    "/broken": GOOD.replace("</head>", '<link rel="stylesheet" href="/missing.css"></head>'),
    "/away": GOOD.replace("</head>", '<link rel="stylesheet" href="http://example.invalid/a.css"></head>'),
}


@pytest.fixture
def site() -> Iterator[str]:
    """A small site under our policy."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            text = PAGES.get(self.path)
            self.send_response(404 if text is None else 200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write((text or "").encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_good_page_has_no_violation_and_does_not_scroll_sideways(
    new_page: Callable[..., Page], site: str
) -> None:
    page = new_page(base_url=site)
    page.goto("/good")
    assert axe(page) == []
    assert overflow(page) == []


def test_the_size_of_a_page_is_put_back_after_its_narrow_look(
    new_page: Callable[..., Page], site: str
) -> None:
    desk: ViewportSize = {"width": 1280, "height": 800}
    page = new_page(base_url=site, viewport=desk)
    page.set_content('<div style="width: 400px">x</div>')
    assert overflow(page, width=320) == ["div.: 408 of 320 px"]
    assert page.viewport_size == desk


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        ("<p>", "<img src='data:,'><p>", "image-alt"),
        (' lang="kk"', "", "html-has-lang"),
        ("<p>", '<input type="text"><p>', "label"),
        ("<p>", '<p style="color: #ccc; background: #fff">', "color-contrast"),
        ("<p>", f"{TINY_LINKS}<p>", "target-size"),
    ],
)
def test_axe_finds_a_planted_fault(new_page: Callable[..., Page], before: str, after: str, rule: str) -> None:
    page = new_page(base_url="http://127.0.0.1")
    page.set_content(GOOD.replace(before, after))
    assert any(line.startswith(f"{rule}: ") for line in axe(page)), axe(page)


def test_a_wide_page_is_found_and_its_widest_part_named(new_page: Callable[..., Page]) -> None:
    page = new_page(base_url="http://127.0.0.1")
    page.set_content(GOOD.replace("<p>", '<p class="wide" style="width: 400px">'))
    assert overflow(page, width=320) == ["p.wide: 408 of 320 px"]
    assert overflow(page, width=1280) == []


@pytest.mark.parametrize(
    ("path", "told"),
    [("/inline", "console: "), ("/broken", "404 for "), ("/away", "a request leaves the machine: ")],
)
def test_what_goes_wrong_unseen_is_noted(browser: Browser, site: str, path: str, told: str) -> None:
    context = browser.new_context(base_url=site)
    watch = Watch(context)
    page = context.new_page()
    page.goto("/good")
    assert watch.faults == []
    page.goto(path)
    context.close()
    assert any(fault.startswith(told) for fault in watch.faults), watch.faults
