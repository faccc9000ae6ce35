"""The plan of a rehearsal has the sums of 2020 for every number, and the rule itself finds 13 winners."""

from collections import Counter

import pytest

from models.enums import Direction
from seeds import rehearsal_plan
from seeds.rehearsal_plan import ADMITTED, ALLOTTED, BALLOTS, NAMED_AREAS, RECEIVED, WINNERS, make, winners
from seeds.saryarka import read_source


def test_the_sums_are_those_of_the_report() -> None:
    reported = next(cycle for cycle in read_source()["cycles"] if cycle["year"] == 2020)
    assert reported["allotted_tenge"] == ALLOTTED
    assert reported["received"] == RECEIVED
    assert reported["admitted"] == ADMITTED
    assert reported["rejected"] == RECEIVED - ADMITTED
    assert reported["voters"] == BALLOTS
    assert reported["winners"] == WINNERS
    assert reported["received_by_area"][0]["received"] == sum(NAMED_AREAS.values())


def test_exactly_13_projects_fit_by_the_rule_for_two_hundred_numbers() -> None:
    outcomes = set()
    for number in range(200):
        plan = make(number)
        costs = {place: one.cost for place, one in enumerate(plan.projects) if one.cost is not None}
        votes = Counter(choice for choice in plan.ballots if choice is not None)
        won = winners(costs, votes)
        assert len(won) == WINNERS, f"number {number}"
        assert sum(costs[int(place)] for place in won) <= ALLOTTED
        assert len(costs) == ADMITTED
        outcomes.add(won)
    assert len(outcomes) == 200


@pytest.mark.parametrize("number", [0, 1, 2020, -7, 10**30])
def test_a_plan_has_all_its_projects_and_ballots(number: int) -> None:
    plan = make(number)
    assert len(plan.projects) == RECEIVED
    assert len(plan.ballots) == BALLOTS
    areas = Counter(project.area for project in plan.projects)
    assert {area: areas[area] for area in NAMED_AREAS} == dict(NAMED_AREAS)
    rejected = [project.rejection for project in plan.projects if project.cost is None]
    assert len(rejected) == RECEIVED - ADMITTED
    for said in rejected:
        assert said is not None
        assert said.reason_kk != said.reason_ru
        assert said.clause
    chosen = {choice for choice in plan.ballots if choice is not None}
    assert all(plan.projects[choice].cost is not None for choice in chosen)


def test_no_two_costs_are_equal_so_that_no_lot_is_needed() -> None:
    costs = [project.cost for project in make(5).projects if project.cost is not None]
    assert len(set(costs)) == len(costs)
    assert all(0 < cost <= ALLOTTED for cost in costs)


def test_the_same_number_gives_the_same_plan_and_another_one_another() -> None:
    assert make(2020) == make(2020)
    assert make(2020) != make(2021)


def test_the_number_of_winners_is_not_put_in_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsal_plan, "WINNERS", 11)
    plan = make(2020)
    costs = {place: one.cost for place, one in enumerate(plan.projects) if one.cost is not None}
    votes = Counter(choice for choice in plan.ballots if choice is not None)
    assert len(winners(costs, votes)) == 11


def test_every_direction_has_its_words() -> None:
    assert set(rehearsal_plan._WHAT) == set(Direction)
