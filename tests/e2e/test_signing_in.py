"""The pages of signing in that no link leads to: errors, the code, and "we could not confirm you"."""

import pytest

from tests.harness.browser import axe, overflow
from tests.harness.people import test_iin
from tests.harness.signing_in import newest_code

pytestmark = pytest.mark.e2e

BUTTON = "main form .govuk-button"


@pytest.mark.parametrize(
    ("lang", "phone"), [("kk", "+77015550001"), ("ru", "+77015550002"), ("en", "+77015550003")]
)
def test_every_step_and_every_slip_is_accessible_and_fits_a_small_phone(page, live_server, lang, phone):
    faults = []

    def look(name):
        faults.extend(f"{name}: {fault}" for fault in [*axe(page), *overflow(page, width=320)])

    page.goto(f"/{lang}/sign-in")
    page.fill("#iin", "123")
    page.fill("#phone", "+7 916 123 45 67")
    page.click(BUTTON)
    assert page.evaluate("document.activeElement.className") == "govuk-error-summary"
    look("two slips")
    page.fill("#iin", test_iin(999))
    page.fill("#phone", phone)
    page.click(BUTTON)
    look("code")
    page.goto(f"/{lang}/messages")
    look("messages")
    right = newest_code(page, phone, lang)
    page.click("main .govuk-button")
    page.fill("#code", f"{(int(right) + 1) % 1_000_000:06d}")
    page.click("#code-form .govuk-button")
    look("wrong code")
    page.fill("#code", right)
    page.click("#code-form .govuk-button")
    look("not confirmed")
    page.goto(f"/{lang}/staff/sign-in")
    page.click(BUTTON)
    look("staff")
    assert faults == []
