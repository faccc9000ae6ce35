"""Chromium walks the vote on paper: issued, printed, handed out, read twice, settled, accounted for, counted."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from models.enums import Phase, SheetFault
from seeds.people import COORDINATOR, NOT_VOTED, OPERATOR, VOTED, Account, invented_iins
from tests.e2e import paper_steps as paper
from tests.e2e import walk as steps
from tests.e2e.walk import SLUG
from tests.e2e.walker import Walk, walking
from views.labels import LABELS

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

UNSIGNED = LABELS[SheetFault][SheetFault.UNSIGNED]
NEIGHBOURS = invented_iins(8)[3:6]
"""People on the demo's roll without a telephone."""


@pytest.fixture(params=[("kk", True), ("ru", False)], ids=["kk", "ru-no-script"])
def walk(
    request: pytest.FixtureRequest, seeded_demo: Path, tmp_path: Path, new_page: Callable[..., Page]
) -> Iterator[Walk]:
    language, scripts = request.param
    with walking(seeded_demo, tmp_path, new_page, language, scripts=scripts) as walk:
        yield walk


def test_papers_are_handed_out_read_twice_and_counted_with_the_ballots_of_the_site(walk: Walk) -> None:
    open_a_vote_with_paper(walk)
    second, third = (paper.invite_operator(walk, name) for name in ("Bek", "Cem"))
    printed = paper.issue(walk, 6)
    for content in (printed.papers, printed.voters):
        assert content.startswith(b"%PDF-")
        assert content.rstrip().endswith(b"%%EOF")
    walk.to_phase(Phase.VOTING)
    steps.vote(walk, VOTED, first=0)
    one_person_one_vote_whichever_way(walk)
    walk.to_phase(Phase.DECISION)
    two_people_read_the_papers(walk, second)
    a_third_one_decides(walk, third)
    a_batch_closes_when_every_paper_is_accounted_for(walk, printed.batch)
    steps.count_and_publish(walk)
    everybody_sees_the_papers_in_the_sums(walk)


def open_a_vote_with_paper(walk: Walk) -> None:
    steps.create_cycle(walk, paper="y")
    walk.to_phase(Phase.SUBMISSION)
    steps.submit_project(walk, VOTED, "Аула А", "6 000 000")
    steps.submit_project(walk, NOT_VOTED, "Аула Б", "5 000 000")
    walk.to_phase(Phase.SCREENING)
    steps.screened(walk)
    steps.freeze(walk)


def one_person_one_vote_whichever_way(walk: Walk) -> None:
    """A paper is handed to somebody whose ballot is open on the site, to two neighbours, and not to who has voted."""
    with walk.browser_of() as resident, walk.browser_of() as operator:
        resident.sign_in_resident(NOT_VOTED)
        resident.open(f"/cycles/{SLUG}/ballot")
        resident.page.locator("[name='choices']").first.check()
        operator.sign_in_staff(OPERATOR)
        paper.to_papers(operator, "hand-out")
        for iin in (NOT_VOTED.iin, *NEIGHBOURS[:2]):
            operator.fill(iin=iin, seen="y")
            operator.press()
            assert operator.sees("The person is marked. Give any paper of this batch from the shuffled pile.")
        operator.fill(iin=VOTED.iin, seen="y")
        told = "This person has voted already: %(moment)s (%(channel)s). One person, one vote."
        assert walk.say(told) in operator.press_in_vain()
        resident.press(".pb-ballot__bar button")
        assert resident.sees(
            "You have taken a paper ballot, so this one is not accepted: one person, one vote."
        )
        assert resident.page.locator("#receipt-code").count() == 0
        resident.open(f"/cycles/{SLUG}/ballot")
        assert resident.page.locator("[name='choices']").count() == 0
        resident.open(f"/cycles/{SLUG}/my-vote")
        assert resident.sees("Yes. A paper ballot was taken with your IIN.")


def two_people_read_the_papers(walk: Walk, second: Account) -> None:
    """They differ on paper 3; paper 4 is spoiled; a line that fails stays in the field."""
    reason = walk.say(UNSIGNED)
    with walk.browser_of() as operator:
        operator.sign_in_staff(OPERATOR)
        paper.to_papers(operator, "enter")
        a, b = (paper.numbers(operator)[title] for title in ("Аула А", "Аула Б"))
        paper.note(operator, f"1 {a}", f"2 {a}", f"3 {a} {b}", f"4 x {reason}", "5 -", "6 -")
        assert operator.page.locator("main [name='lines']").input_value() == ""
    with walk.browser_of() as operator:
        operator.sign_in_staff(second)
        paper.to_papers(operator, "enter")
        operator.fill(lines=f"1 {a}\n2 {a}\n3 {b}\n4 x {reason}\n5 -\n6 99")
        operator.press_in_vain()
        assert operator.page.locator("main [name='lines']").input_value() == "6 99"
        paper.note(operator, "6 -")


def a_third_one_decides(walk: Walk, third: Account) -> None:
    with walk.browser_of() as operator:
        operator.sign_in_staff(OPERATOR)
        paper.to_papers(operator, "differences")
        assert operator.page.locator("main a[href*='/differences/']").count() == 0
    with walk.browser_of() as operator:
        operator.sign_in_staff(third)
        paper.to_papers(operator, "differences")
        paper.settle(operator, "Аула Б")
        assert operator.sees("No readings differ.")


def a_batch_closes_when_every_paper_is_accounted_for(walk: Walk, batch: str) -> None:
    """Four papers were used and three people are marked: the fourth is marked from the stub."""
    with walk.browser_of() as coordinator, walk.browser_of() as operator:
        coordinator.sign_in_staff(COORDINATOR)
        page = f"/office/cycles/{SLUG}/paper/batches/{batch}"
        coordinator.open(page)
        coordinator.press("main form button")
        assert f"{walk.say(UNSIGNED)}: 1" in coordinator.main()
        told = "More papers came back used than people are marked. Operators mark the missing people from the stubs."
        assert coordinator.sees(told)
        coordinator.open(f"{page}/close")
        assert coordinator.sees("It can't be closed yet: the batch's page says what is missing.")
        assert coordinator.page.locator("main form").count() == 0
        coordinator.open(f"/office/cycles/{SLUG}/count")
        waits = "Some paper ballots are not accounted for yet: close their batches first."
        assert coordinator.sees(waits)
        assert coordinator.page.locator("main form").count() == 0
        operator.sign_in_staff(OPERATOR)
        paper.to_papers(operator, "hand-out")
        operator.fill(iin=NEIGHBOURS[2], seen="y")
        operator.press()
        coordinator.open(page)
        coordinator.follow("main a[href$='/close']")
        coordinator.press()
        assert coordinator.sees("The batch is closed: every paper is accounted for.")


def everybody_sees_the_papers_in_the_sums(walk: Walk) -> None:
    with walk.browser_of() as visitor:
        visitor.open(f"/cycles/{SLUG}/results")
        assert steps.votes(visitor) == {"Аула А": "3", "Аула Б": "1"}
        from_paper = visitor.page.locator("table.pb-sum tr", has_text=walk.say("Entered from paper"))
        assert from_paper.locator("td").inner_text() == "− 3"
        assert visitor.page.locator("#turnout + dl dd").first.inner_text() == "5"
        assert visitor.sees("Valid papers, counted with the other ballots: %(count)s.", count=3)
        assert visitor.sees("The other papers were spoiled or not handed in.")
