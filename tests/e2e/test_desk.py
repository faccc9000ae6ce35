"""The front office as it goes in Chromium: find, note the document, hand over, vote, receipt, lock, unlock."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from seeds.people import NOT_VOTED, OPERATOR
from tests.harness.browser import axe, overflow, press
from tests.harness.processes import Server

pytestmark = pytest.mark.e2e

NewPage = Callable[..., Page]
MAIN = "main .govuk-button"


class Desk:
    """One device; each page it shows is judged once it is there."""

    def __init__(self, page: Page, language: str, *, has_scripts: bool) -> None:
        self.page, self.language, self.has_scripts = page, language, has_scripts
        self.faults: list[str] = []

    def look(self, name: str) -> None:
        found = [*overflow(self.page, width=320), *(axe(self.page) if self.has_scripts else [])]
        self.faults += [f"{name}: {fault}" for fault in found]

    def press(self, selector: str, name: str) -> None:
        press(self.page, selector)
        self.look(name)

    def at(self, path: str) -> bool:
        return self.page.url.split("?")[0].endswith(f"/{self.language}{path}")


@pytest.mark.parametrize(("language", "has_scripts"), [("kk", True), ("ru", False)])
def test_a_person_without_a_phone_votes_at_the_front_office(
    new_page: NewPage, fresh_server: Server, language: str, *, has_scripts: bool
) -> None:
    page = new_page(base_url=fresh_server.url, java_script_enabled=has_scripts)
    desk = Desk(page, language, has_scripts=has_scripts)
    page.goto(f"/{language}/staff/sign-in")
    page.fill("#email", OPERATOR.email)
    page.fill("#password", OPERATOR.password)
    desk.press(MAIN, "home")
    assert desk.at("/desk")
    desk.press("main a.govuk-button", "find")
    page.fill("#iin", NOT_VOTED.iin)
    desk.press(MAIN, "person")
    desk.press(MAIN, "person with slips")
    assert page.locator(".govuk-error-summary").count() == 1
    page.check("[name='document_kind'][value='id_card']")
    page.fill("#document_last", "4567")
    desk.press(MAIN, "hand over")

    desk.press(MAIN, "ballot")
    assert page.locator(".pb-nav a").count() == 0
    for path in ("/desk", "/staff/account", "/my"):
        page.goto(f"/{language}{path}")
        assert page.url.endswith("/ballot")
    second = page.context.new_page()
    second.goto(f"/{language}/desk")
    assert second.url.endswith("/ballot")
    second.close()
    page.locator("[name='choices']").first.check()
    desk.press(".pb-ballot__bar button", "receipt")
    assert page.locator("#receipt-code").count() == 1
    page.go_back()
    assert page.url.endswith("/receipt")
    assert page.locator("[name='choices']").count() == 0
    assert page.locator("[data-print]").is_visible() is has_scripts

    desk.press(".pb-finish", "lock")
    assert desk.at("/desk/lock")
    page.go_back()
    assert desk.at("/desk/lock")
    page.fill("#current_password", OPERATOR.password)
    desk.press(MAIN, "home again")
    assert desk.at("/desk")
    desk.press("main a.govuk-button", "find again")
    page.fill("#iin", NOT_VOTED.iin)
    desk.press(MAIN, "person who has voted")
    assert page.locator("#document_last").count() == 0
    assert desk.faults == []
