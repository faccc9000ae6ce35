"""Chromium walks an objection: voted by somebody else, told, objected, set aside by two people, voted again, counted."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

from models.enums import Phase, Role
from seeds.people import COORDINATOR, NOT_VOTED, VOTED, Account, Person, invented_iins, invented_phone
from tests.e2e import case_steps as cases
from tests.e2e import walk as steps
from tests.e2e.walk import SLUG
from tests.e2e.walker import Walk, walking

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

A_WHILE = timedelta(hours=1)
_BORN = date(datetime.now(UTC).year - 115, 5, 17)
_AGED = Person(invented_iins(1_500)[-1], _BORN, "koktal-1", "187-көше", "7/1", phone=invented_phone(4))
AGED = Account(Role.RESIDENT, "older than people get", iin=_AGED.iin, phone=_AGED.phone)


@pytest.fixture(params=[("kk", True), ("ru", False)], ids=["kk", "ru-no-script"])
def walk(
    request: pytest.FixtureRequest, seeded_demo: Path, tmp_path: Path, new_page: Callable[..., Page]
) -> Iterator[Walk]:
    language, scripts = request.param
    with walking(seeded_demo, tmp_path, new_page, language, scripts=scripts) as walk:
        yield walk


def test_a_ballot_that_was_not_the_owners_is_set_aside_by_two_people_and_the_owner_votes(walk: Walk) -> None:
    cases.add_to_roll(walk, _AGED)
    steps.create_cycle(walk)
    walk.to_phase(Phase.SUBMISSION)
    steps.submit_project(walk, VOTED, "Аула А", "6 000 000")
    steps.submit_project(walk, NOT_VOTED, "Аула Б", "5 000 000")
    walk.to_phase(Phase.SCREENING)
    steps.screened(walk)
    steps.freeze(walk)
    walk.to_phase(Phase.VOTING)
    first = steps.vote(walk, NOT_VOTED, first=0)  # by whoever has the telephone in hand
    for account in (VOTED, AGED):
        steps.vote(walk, account, first=0)
    walk.let_pass(A_WHILE)
    cases.object_to(walk, NOT_VOTED, "Бұл мен емес, ол күні ауылда болдым.")
    cases.propose(walk, "Иесі ауылда болған: билеттері бар.")
    cases.confirm(walk, "Иесі ауылда болған: билеттері бар.")
    the_owner_sees_it_and_votes_again(walk, first)
    cases.look_for_signals(walk)
    cases.dismiss_the_signal(walk, "Құжаты көрілді: жасы жүзден асқан.")
    walk.to_phase(Phase.DECISION)
    steps.count_and_publish(walk)
    everybody_sees_it_in_the_sums(walk)
    afterwards_nothing_can_be_set_aside(walk)


def the_owner_sees_it_and_votes_again(walk: Walk, first: str) -> None:
    walk.let_pass(A_WHILE)
    assert "/my-vote" in cases.told(walk, NOT_VOTED)
    with walk.browser_of() as owner:
        owner.sign_in_resident(NOT_VOTED)
        owner.open(f"/cycles/{SLUG}/my-vote")
        assert "билеттері бар" in owner.main()
        assert owner.sees("No ballot with your IIN is in the box now.")
    walk.let_pass(A_WHILE)
    assert steps.vote(walk, NOT_VOTED, first=1) != first


def everybody_sees_it_in_the_sums(walk: Walk) -> None:
    with walk.browser_of() as visitor:
        visitor.open(f"/cycles/{SLUG}/results")
        assert steps.votes(visitor) == {"Аула А": "2", "Аула Б": "1"}
        said = walk.say("Set aside unopened after an objection or a check")
        row = visitor.page.locator("table.pb-sum tr", has_text=said)
        assert row.locator("td").inner_text() == "+ 1"
        assert visitor.page.locator("#turnout + dl dd").first.inner_text() == "3"


def afterwards_nothing_can_be_set_aside(walk: Walk) -> None:
    with walk.browser_of() as owner:
        owner.sign_in_resident(VOTED)
        for path in ("my-vote", "my-vote/object"):
            owner.open(f"/cycles/{SLUG}/{path}")
            assert owner.sees(
                "The time for objections is over: nobody can tell any more which ballot is yours."
            )
            assert owner.page.locator("main a[href$='/object'], main form").count() == 0
    with walk.browser_of() as coordinator:
        coordinator.sign_in_staff(COORDINATOR)
        cases.to_cases(coordinator)
        told = "The ballots are separated from their voters: nothing can be set aside any more."
        assert coordinator.sees(told)
        coordinator.follow("main a[href*='/office/signals/']")
        told = "The ballots are separated from their voters: which ones these were can't be told any more."
        assert coordinator.sees(told)
        assert coordinator.page.locator("main [name='ballots']").count() == 0
