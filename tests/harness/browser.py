"""Chromium: Debian's program without a window, driven by Playwright, with nothing but our own server in its world.

`axe` and `overflow` return readable lines, so that `assert axe(page) == []` says what is wrong and where.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from tests.harness.processes import Server

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium-headless-shell")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE: ViewportSize = {"width": 320, "height": 740}
"""The narrowest: WCAG 2.2 asks that at 320 CSS pixels nothing scrolls sideways."""
AXE = ROOT / "views" / "assets" / "node_modules" / "axe-core" / "axe.min.js"
AXE_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")

OVERFLOW = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const wide = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > width + 0.5);
  const named = wide.map(e => `${e.tagName.toLowerCase()}.${e.getAttribute('class') ?? ''}: ` +
    `${Math.round(e.getBoundingClientRect().right)} of ${width} px`);
  return named.length ? named : [`the page is ${document.documentElement.scrollWidth} of ${width} px wide`];
}"""

RUN_AXE = """async tags => {
  if (typeof axe === 'undefined') return null;
  const found = await axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']});
  return found.violations.flatMap(rule => rule.nodes.map(
    node => `${rule.id}: ${rule.help} at ${node.target.join(' ')} (${node.html.slice(0, 120)})`));
}"""


def axe(page: Page) -> list[str]:
    """Violations of WCAG 2.2 A and AA that axe-core can see, one line per element."""
    found: list[str] | None = page.evaluate(RUN_AXE, list(AXE_TAGS))
    if found is None:  # made elsewhere than by `new_page`
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate(RUN_AXE, list(AXE_TAGS))
    return found or []


def overflow(page: Page, width: int = 320) -> list[str]:
    """Elements that make the page scroll sideways at `width` CSS pixels; the size is put back afterwards."""
    before = page.viewport_size
    if before is None or before["width"] == width:
        found: list[str] = page.evaluate(OVERFLOW)
        return found
    page.set_viewport_size({"width": width, "height": 740})
    found = page.evaluate(OVERFLOW)
    page.set_viewport_size(before)
    return found


def press(page: Page, selector: str) -> None:
    """Press the first of these and wait for the page it leads to: after a click alone that is still coming."""
    with page.expect_navigation():
        page.locator(selector).first.click()


class Watch:
    """What went wrong in a context while nobody looked: errors, failed loads, requests to elsewhere."""

    def __init__(self, context: BrowserContext) -> None:
        self.faults: list[str] = []
        self.allowed_statuses: set[int] = set()
        context.on("console", self._console)
        context.on("weberror", lambda error: self.faults.append(f"script error: {error.error}"))
        context.on("request", self._request)
        context.on("response", self._response)

    def _console(self, message: Any) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(f"console: {message.text}")

    def _request(self, request: Any) -> None:
        host = urlsplit(request.url).hostname
        if host not in ("127.0.0.1", "localhost") and not request.url.startswith(
            ("data:", "blob:", "about:")
        ):
            self.faults.append(f"a request leaves the machine: {request.url}")

    def _response(self, response: Any) -> None:
        is_document = response.request.resource_type == "document"
        if response.status >= 400 and not is_document:
            self.faults.append(f"{response.status} for {response.url}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the test process."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield launched
        launched.close()


@pytest.fixture
def new_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Make pages, each in a context of its own: `new_page(base_url=…, java_script_enabled=False, viewport=…)`.

    The test fails at its end when a page logged an error, broke the content policy, missed a file or asked
    another machine for something.
    """
    contexts: list[BrowserContext] = []
    watches: list[Watch] = []

    def make(**options: Any) -> Page:
        if "base_url" not in options:
            live: Server = request.getfixturevalue("live_server")
            options["base_url"] = live.url
        context = browser.new_context(**{"viewport": PHONE, "locale": "kk-KZ", **options})
        context.set_default_timeout(10_000)
        if options.get("java_script_enabled", True):
            context.add_init_script(path=AXE)  # twice as quick as to hand it to each page
        contexts.append(context)
        watches.append(Watch(context))
        return context.new_page()

    yield make
    for context in contexts:
        context.close()
    faults = [fault for watch in watches for fault in watch.faults]
    assert not faults, "in the browser:\n  " + "\n  ".join(faults)


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A phone's page on `live_server`."""
    return new_page()
