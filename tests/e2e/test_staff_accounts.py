"""A member of staff in Chromium, outside the demo: invited, the second step set up, decisive pages asked for again.

Each page is judged by axe and at 320 px. The clock of the service is the real one, so the walk reads the phone as a
person does: it waits for the next code when one was used.
"""

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page

from budget.identity import totp
from tests.harness.browser import axe, overflow, press
from tests.harness.processes import Server, demo_environment, run_budget, serve, stop

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

PASSWORD = "correct horse battery"
SECRETS = {"SECRET_KEY": "1" * 64, "VOTER_KEY": "2" * 64, "ROLL_KEY": "3" * 64}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A fresh installation, on loopback without TLS."""
    directory: Path = tmp_path_factory.mktemp("strict")
    own = demo_environment(directory, DEMO="", TRUSTED_HOSTS="127.0.0.1", SECURE_COOKIES="0", **SECRETS)
    done = run_budget(own, "upgrade")
    assert done.returncode == 0, done.stderr
    return own


@pytest.fixture(scope="module")
def strict_server(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The service as it is deployed."""
    server = serve(environment, tmp_path_factory.mktemp("log"))
    yield server
    stop(server)


class Member:
    """Somebody at a browser, with a phone that shows codes."""

    def __init__(self, page: Page, language: str) -> None:
        self.page = page
        self.language = language
        self.secret = ""
        self.faults: list[str] = []
        self._used = 0

    def look(self, name: str) -> None:
        """Judge the page that is shown."""
        assert self.page.locator("h1").count() == 1, self.page.url
        assert self.page.locator("html").get_attribute("lang") == self.language
        self.faults += [f"{name}: {fault}" for fault in [*axe(self.page), *overflow(self.page, width=320)]]

    def press(self, selector: str = "main .govuk-button") -> None:
        """Press a button and wait for what comes."""
        press(self.page, selector)

    def code(self) -> str:
        """The code the phone shows, or the next one, which is good, too; a used one is not."""
        step = max(totp.step_at(datetime.now(UTC)), self._used + 1)
        while step > totp.step_at(datetime.now(UTC)) + 1:
            time.sleep(1)
        self._used = step
        return totp.code_of(self.secret, step)

    def step_up(self, selector: str = "#step-up-form .govuk-button") -> None:
        """Show password and code again."""
        self.page.fill("[name='step_up-current_password']", PASSWORD)
        self.page.fill("[name='step_up-code']", self.code())
        self.press(selector)


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_from_the_invitation_to_the_own_office(
    new_page: Callable[..., Page], strict_server: Server, environment: dict[str, str], language: str
) -> None:
    asked = run_budget(
        environment, "staff", "invite", f"{language}@demo.kz", "--name", "Айгүл Серікқызы Нұрмұханбетова",
        "--role", "coordinator", "--language", language, "--site", strict_server.url,
    )  # fmt: skip
    assert asked.returncode == 0, asked.stderr
    member = Member(new_page(base_url=strict_server.url), language)
    page = member.page
    page.goto(asked.stdout.strip())
    member.look("invitation")
    page.fill("#password", PASSWORD)
    member.press()
    member.look("set-up")
    member.secret = re.sub(r"\s", "", page.locator("#secret").inner_text())
    page.fill("#code", member.code())
    member.press()
    member.look("recovery codes")
    assert page.locator(".pb-codes li").count() == 10
    member.press()
    assert page.url.endswith(f"/{language}/office")
    page.goto(asked.stdout.strip())
    member.look("used invitation")
    page.goto(f"/{language}/office/staff/invite")
    member.look("step-up")
    member.step_up()
    member.look("invite")
    member.press()
    assert page.evaluate("document.activeElement.className") == "govuk-error-summary"
    member.look("slips")
    page.fill("#name", "Демо Оператор")
    page.fill("#email", f"operator-{language}@demo.kz")
    page.locator("[name='role'][value='operator']").check()
    member.press()
    member.look("invited")
    for path in ("/office/staff", "/staff/account", "/staff/account/password", "/staff/account/app", "/staff/account/recovery-codes/new"):  # fmt: skip
        page.goto(f"/{language}{path}")
        member.look(path)
    page.goto(f"/{language}/office/staff")
    member.press("main a[href$='/withdraw']")
    member.look("withdraw")
    member.press()
    page.context.clear_cookies()
    page.goto(f"/{language}/staff/sign-in")
    page.fill("#email", f"{language}@demo.kz")
    page.fill("#password", PASSWORD)
    member.press()
    member.look("code")
    page.fill("#code", member.code())
    member.press()
    assert page.url.endswith(f"/{language}/office")
    assert member.faults == []
