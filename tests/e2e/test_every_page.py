"""Every kind of public page in Chromium, in each language: no axe violation, no sideways scroll at 320 px.

The pages are found by following links from the start page, two of each route, so a new page is checked from the day
something links to it.
"""

from collections import Counter, deque
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page
from werkzeug.exceptions import HTTPException

from tests.harness.browser import axe, overflow
from tests.harness.processes import Server

pytestmark = pytest.mark.e2e

PER_ROUTE = 2
EXPECTED = {
    "public.home", "public.cycle", "public.projects", "public.project", "public.rules", "public.results",
    "public.can_i_vote", "resident.sign_in", "staff.sign_in",
}  # fmt: skip


def endpoint_of(app: Flask, address: str) -> str | None:
    """The route behind an address, None where there is none or it is a file."""
    if "." in address.rsplit("/", 1)[-1]:
        return None
    try:
        endpoint, _ = app.url_map.bind("localhost").match(urlsplit(address).path)
    except HTTPException:
        return None
    return str(endpoint)


def visit_all(
    page: Page, app: Flask, language: str, judge: Callable[[Page], list[str]]
) -> tuple[set[str], list[str]]:
    """Follow links from the start page; the routes seen, and all faults found."""
    queue = deque([f"/{language}/"])
    known = set(queue)
    visits: Counter[str] = Counter()
    faults: list[str] = []
    while queue:
        path = queue.popleft()
        endpoint = endpoint_of(app, path)
        if endpoint is None or visits[endpoint] >= PER_ROUTE:
            continue
        visits[endpoint] += 1
        answer = page.goto(path)
        if answer is None or not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        if not answer.ok:
            faults.append(f"{path}: {answer.status}")
        faults += [f"{path}: {fault}" for fault in judge(page)]
        for href in page.eval_on_selector_all(
            "a[href]", "links => links.map(link => link.getAttribute('href'))"
        ):
            target = urlsplit(urljoin(page.url, href))
            inside = target.netloc == urlsplit(page.url).netloc and target.path.startswith(f"/{language}/")
            if inside and target.path not in known:
                known.add(target.path)
                queue.append(target.path)
    return set(visits), faults


def judge(page: Page) -> list[str]:
    """What stands against a page at a phone's width, at 320 px and on a desk."""
    faults = [*axe(page), *overflow(page, width=320)]
    page.set_viewport_size({"width": 1280, "height": 800})
    faults += axe(page)
    page.set_viewport_size({"width": 360, "height": 740})
    return faults


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_every_public_page_is_accessible_and_fits_a_phone(
    new_page: Callable[..., Page], live_server: Server, app: Flask, language: str
) -> None:
    seen, faults = visit_all(new_page(base_url=live_server.url), app, language, judge)
    assert not faults, "\n".join(faults)
    assert seen >= EXPECTED, f"no link leads to {sorted(EXPECTED - seen)}"
