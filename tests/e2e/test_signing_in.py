"""The pages of signing in that no link leads to: errors, the code, and "we could not confirm you"."""

import pytest

from tests.harness.browser import axe, overflow, press
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
    press(page, BUTTON)
    assert page.evaluate("document.activeElement.className") == "govuk-error-summary"
    look("two slips")
    page.fill("#iin", test_iin(999))
    page.fill("#phone", phone)
    press(page, BUTTON)
    look("code")
    page.goto(f"/{lang}/messages")
    look("messages")
    right = newest_code(page, phone, lang)
    press(page, "main .govuk-button")
    page.fill("#code", f"{(int(right) + 1) % 1_000_000:06d}")
    press(page, "#code-form .govuk-button")
    look("wrong code")
    page.fill("#code", right)
    press(page, "#code-form .govuk-button")
    look("not confirmed")
    page.goto(f"/{lang}/staff/sign-in")
    press(page, BUTTON)
    look("staff")
    assert faults == []
