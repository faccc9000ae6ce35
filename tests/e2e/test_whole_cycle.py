"""Chromium walks the whole cycle – submit, screen, vote, count, publish, works – in each language, once without scripts."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page

from models.enums import Phase
from seeds.people import NOT_VOTED, VOTED
from tests.e2e import walk as steps
from tests.e2e.walk import SLUG
from tests.e2e.walker import Walk, walking

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture(
    params=[("kk", True), ("ru", True), ("en", True), ("kk", False)], ids=["kk", "ru", "en", "no-script"]
)
def walk(
    request: pytest.FixtureRequest, seeded_demo: Path, tmp_path: Path, new_page: Callable[..., Page]
) -> Iterator[Walk]:
    language, scripts = request.param
    with walking(seeded_demo, tmp_path, new_page, language, scripts=scripts) as walk:
        yield walk


def photo() -> bytes:
    content = BytesIO()
    Image.new("RGB", (640, 400), "#88aa77").save(content, "JPEG")
    return content.getvalue()


def test_a_cycle_from_its_creation_to_its_works(walk: Walk) -> None:
    steps.create_cycle(walk)
    walk.to_phase(Phase.SUBMISSION)
    steps.submit_project(walk, VOTED, "Аула А", "6 000 000", photo())
    steps.submit_project(walk, NOT_VOTED, "Аула Б", "5 000 000")
    walk.to_phase(Phase.SCREENING)
    steps.screen_all(walk)
    steps.freeze(walk)
    walk.to_phase(Phase.VOTING)
    receipts = {steps.vote(walk, VOTED, first=0), steps.vote(walk, NOT_VOTED, first=0)}
    assert len(receipts) == 2
    with walk.browser_of() as visitor:
        visitor.open(f"/cycles/{SLUG}/results")
        assert visitor.page.locator("main table").count() == 0
    walk.to_phase(Phase.DECISION)
    steps.count_and_publish(walk)
    steps.confirm(walk)
    steps.set_works(walk, "underway")
    with walk.browser_of() as visitor:
        for path in ("/", f"/cycles/{SLUG}", f"/cycles/{SLUG}/rules", f"/cycles/{SLUG}/projects"):
            visitor.open(path)
        visitor.open(f"/cycles/{SLUG}/results")
        rows = visitor.page.locator("main table tbody tr", has_text="Аула").all_inner_texts()
        assert "Аула А" in rows[0]
        assert "6\u00a0000\u00a0000" in rows[0]
        assert "Аула Б" in rows[1]
        visitor.follow("main a:has-text('Аула А')")
