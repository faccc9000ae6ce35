"""Signing in to a demo server in a browser, as a person would: `sign_in(page, seeds.people.COUNCIL, "ru")`."""

import re

from playwright.sync_api import Page

from models.enums import Role
from seeds.people import Account


def sign_in(page: Page, account: Account, language: str = "kk") -> None:
    """Sign in through the pages; `page` has the server as its base_url."""
    if account.role is not Role.RESIDENT:
        page.goto(f"/{language}/staff/sign-in")
        page.fill("#email", account.email)
        page.fill("#password", account.password)
        page.press("#password", "Enter")
        page.wait_for_url(re.compile(r"/(?:council|office|office/log|desk)$"))
        return
    page.goto(f"/{language}/sign-in")
    page.fill("#iin", account.iin)
    page.fill("#phone", account.phone)
    page.press("#phone", "Enter")
    page.wait_for_url("**/sign-in/code")
    page.fill("#code", newest_code(page, account.phone, language))
    page.press("#code", "Enter")
    page.wait_for_url(lambda address: "/sign-in" not in address)


def newest_code(page: Page, phone: str, language: str = "kk") -> str:
    """The newest code sent to a phone, read from the demo's page of messages in a tab of its own."""
    tab = page.context.new_page()
    tab.goto(f"/{language}/messages")
    wanted = re.sub(r"\D", "", phone)
    rows = [(row.locator("th").inner_text(), row.inner_text()) for row in tab.locator("tbody tr").all()]
    tab.close()
    for number, text in rows:
        if re.sub(r"\D", "", number) == wanted and (code := re.search(r"\b\d{6}\b", text)):
            return code.group()
    raise AssertionError(f"no code for {phone} among {rows}")
