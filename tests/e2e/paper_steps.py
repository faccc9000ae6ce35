"""Voting on paper as people walk it in Chromium: issued and printed, handed out, read twice, settled, accounted for."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.enums import Role
from seeds.people import COORDINATOR, Account
from tests.e2e.walk import SLUG
from tests.e2e.walker import Walk, Walker

POINT = "№ 5 мектеп, Абай даңғылы 13"
PASSWORD = "ashyq terezeden samal"


@dataclass(frozen=True)
class Printed:
    """A batch of papers: its public id, and the files the coordinator printed."""

    batch: str
    papers: bytes
    voters: bytes


def invite_operator(walk: Walk, name: str) -> Account:
    """The coordinator hands over a link, and an operator makes the account with it."""
    email = f"{name.casefold()}@demo.example"
    with walk.browser_of() as coordinator:
        coordinator.sign_in_staff(COORDINATOR)
        coordinator.follow("main a[href$='/office/staff']")
        coordinator.follow("main a[href$='/staff/invite']")
        coordinator.fill(name=name, email=email, role=Role.OPERATOR, language=walk.language)
        coordinator.press()
        link = coordinator.page.locator("#invitation-link").inner_text()
    with walk.browser_of() as invited:
        invited.page.goto(link)
        invited.look()
        invited.fill(password=PASSWORD)
        invited.press()
        assert invited.page.url.endswith("/desk")
    return Account(Role.OPERATOR, "invited", email=email, password=PASSWORD, name=name)


def issue(walk: Walk, papers: int) -> Printed:
    """The coordinator issues a batch to a polling point, and prints it and the list of voters."""
    with walk.browser_of() as coordinator:
        coordinator.sign_in_staff(COORDINATOR)
        coordinator.open(f"/office/cycles/{SLUG}")
        coordinator.follow("main a[href$='/paper']")
        coordinator.follow("main a[href$='/paper/issue']")
        coordinator.fill(point=POINT, last_serial=str(papers))
        coordinator.press()
        batch = coordinator.page.url.rsplit("/", 1)[-1]
        printed = coordinator.download("main a[href*='papers.pdf']")
        coordinator.open(f"/office/cycles/{SLUG}/paper")
        coordinator.follow("main a[href$='/paper/voters']")
        return Printed(batch, printed, coordinator.download("main form[method='post'] button"))


def to_papers(operator: Walker, page: str) -> None:
    """From the first page of the front office to a page of the one batch."""
    operator.open("/desk")
    operator.follow("main a[href$='/paper']")
    operator.follow(f"main a[href$='/{page}']")


def note(operator: Walker, *lines: str) -> None:
    """Type papers, one a line."""
    operator.fill(lines="\n".join(lines))
    operator.press()


def numbers(operator: Walker) -> Mapping[str, str]:
    """The number of each project by its title, as the page where papers are entered lists them."""
    lines = operator.page.locator("main ul.govuk-list li:has(b)").all()
    return {one.locator("span").inner_text(): one.locator("b").inner_text() for one in lines}


def settle(operator: Walker, title: str) -> None:
    """The third person follows the one difference and says that the paper has this project alone."""
    operator.follow("main a[href*='/differences/']")
    operator.fill(outcome="projects")
    operator.page.get_by_label(title).check()
    operator.press()
