"""Cases of the vote as people walk them in Chromium: the owner objects, two people decide, the owner votes again."""

import re
from datetime import UTC, datetime

from budget import signals
from models.database import Database
from seeds.people import COORDINATOR, COUNCIL, OBSERVER, Account, Person, roll_lines
from tests.e2e.walk import SLUG
from tests.e2e.walker import Walk, Walker
from tests.harness.processes import demo_environment, run_budget

CASES = f"/office/cycles/{SLUG}/cases"


def add_to_roll(walk: Walk, person: Person) -> None:
    """The akimat's roll gets one more line."""
    directory = walk.server.directory
    roll = directory / "roll.csv"
    roll.write_text("".join(roll_lines([person])), encoding="utf-8")
    done = run_budget(demo_environment(directory), "import-roll", str(roll))
    assert done.returncode == 0, done.stdout + done.stderr


def look_for_signals(walk: Walk) -> None:
    """What the job does every ten minutes."""
    with Database(walk.server.database_url).writing() as session:
        signals.scan_due(session, now=datetime.now(UTC))


def told(walk: Walk, account: Account) -> str:
    """The newest message on the telephone of this person; the demo shows it on a page."""
    with walk.browser_of() as owner:
        owner.open("/messages")
        digits = account.phone.removeprefix("+7")
        rows = owner.page.locator("main tbody tr").all()
        mine = [
            row.inner_text()
            for row in rows
            if re.sub(r"\D", "", row.locator("th").inner_text()).endswith(digits)
        ]
        return mine[0]


def object_to(walk: Walk, account: Account, text: str) -> None:
    """The owner follows the link of the message, proves who they are, and says that it was somebody else."""
    address = re.search(r"http\S+", told(walk, account))
    assert address is not None
    with walk.browser_of() as owner:
        owner.page.goto(address.group())
        owner.look()
        owner.prove(account)
        assert owner.sees("Yes. A ballot was cast with your IIN.")
        owner.follow("main a[href$='/my-vote/object']")
        owner.fill(text=text)
        owner.press()
        assert owner.sees("Your objection is received. What becomes of it is shown on this page.")
        assert owner.sees("It is being looked into.")


def to_cases(coordinator: Walker) -> None:
    """From the page of the cycle to its cases."""
    coordinator.open(f"/office/cycles/{SLUG}")
    coordinator.follow("main a[href$='/cases']")


def propose(walk: Walk, reason: str) -> None:
    """The coordinator upholds the objection, and can't confirm the own proposal."""
    with walk.browser_of() as coordinator:
        coordinator.sign_in_staff(COORDINATOR)
        coordinator.follow(f"main a[href$='{CASES}']")  # the first page says that it waits
        coordinator.follow("main a[href*='/office/objections/']")
        coordinator.fill(outcome="upheld", reason=reason)
        coordinator.press()
        coordinator.follow("main a[href*='/staff/annulments/']")
        assert coordinator.page.locator("main [name='confirm']").count() == 0
        assert coordinator.sees(
            "You proposed this. Another person must confirm it; you may withdraw the proposal."
        )


def confirm(walk: Walk, reason: str) -> None:
    """A member of the council finds the proposal and its reason, and sets the ballot aside."""
    with walk.browser_of() as member:
        member.sign_in_staff(COUNCIL)
        member.follow_menu("/staff/annulments")
        assert reason in member.main()
        member.follow("main a[href*='/staff/annulments/']")
        member.press("main [name='confirm']")
        assert member.page.locator("main a[href*='/staff/annulments/']").count() == 0


def dismiss_the_signal(walk: Walk, reason: str) -> None:
    """An observer reads it and decides nothing; the coordinator dismisses it."""
    with walk.browser_of() as observer:
        observer.sign_in_staff(OBSERVER)
        observer.follow_menu("/office/cases")
        observer.follow(f"main a[href$='{CASES}']")
        observer.follow("main a[href*='/office/signals/']")
        assert observer.page.locator("main textarea").count() == 0
    with walk.browser_of() as coordinator:
        coordinator.sign_in_staff(COORDINATOR)
        to_cases(coordinator)
        coordinator.follow("main a[href*='/office/signals/']")
        coordinator.fill(outcome="dismissed", reason=reason)
        coordinator.press()
