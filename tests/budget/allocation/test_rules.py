"""The rules of allocation on small, readable examples; the invariants stand in test_properties.py."""

import pytest

from budget.allocation import (
    NO_LOT,
    Allocation,
    AllocationRule,
    Candidate,
    EnvelopeResult,
    EnvelopeSum,
    FileOrder,
    LotOrder,
    VerdictKind,
    allocate,
)
from budget.errors import UndecidedTie

SKIP, STOP = AllocationRule.SKIP, AllocationRule.STOP
YARDS = [
    Candidate("a", 60, 9, "e"),
    Candidate("b", 50, 7, "e"),
    Candidate("c", 30, 5, "e"),
    Candidate("d", 10, 3, "e"),
]
ENVELOPE = [EnvelopeSum("e", 100)]


def kinds(allocation: Allocation) -> dict[str, VerdictKind]:
    return {verdict.id: verdict.kind for verdict in allocation.verdicts}


def verdict(allocation: Allocation, project: str):
    return next(v for v in allocation.verdicts if v.id == project)


def test_skip_passes_over_what_does_not_fit_and_goes_on():
    outcome = allocate(YARDS, ENVELOPE, rule=SKIP, order=NO_LOT)
    assert outcome.winners == ("a", "c", "d")
    assert (outcome.spent, outcome.remaining) == (100, 0)
    assert kinds(outcome)["b"] is VerdictKind.DOES_NOT_FIT


def test_stop_ends_at_the_first_that_does_not_fit():
    outcome = allocate(YARDS, ENVELOPE, rule=STOP, order=NO_LOT)
    assert outcome.winners == ("a",)
    assert list(kinds(outcome).values()) == ["won", "does_not_fit", "after_stop", "after_stop"]
    assert (outcome.spent, outcome.remaining) == (60, 40)


def test_every_verdict_carries_the_money_at_its_turn_and_what_was_missing():
    outcome = allocate(YARDS, ENVELOPE, rule=SKIP, order=NO_LOT)
    assert [(v.place, v.remaining_before, v.remaining_after) for v in outcome.verdicts] == [
        (1, 100, 40),
        (2, 40, 40),
        (3, 40, 10),
        (4, 10, 0),
    ]
    loser = verdict(outcome, "b")
    assert (loser.missing_tenge, loser.missing_votes) == (10, 2), (
        "at 9 votes it goes first, being cheaper than a"
    )
    assert verdict(outcome, "a").missing_votes is None


def test_a_project_after_the_stop_lacks_votes_but_no_tenge():
    late = verdict(allocate(YARDS, ENVELOPE, rule=STOP, order=NO_LOT), "d")
    assert (late.remaining_before, late.missing_tenge) == (40, None)
    assert late.missing_votes == 4, "with 7 votes it would stand before b, which stops, because it is cheaper"


def test_fewer_votes_than_the_minimum_cannot_win_and_do_not_stop():
    outcome = allocate(YARDS, ENVELOPE, rule=SKIP, minimum_votes=4, order=NO_LOT)
    below = verdict(outcome, "d")
    assert (below.kind, below.missing_votes, below.place) == ("below_minimum", 1, None)
    assert outcome.winners == ("a", "c")


def test_votes_equal_to_the_minimum_are_enough():
    assert "d" in allocate(YARDS, ENVELOPE, rule=SKIP, minimum_votes=3, order=NO_LOT).winners


def test_a_withdrawn_project_is_passed_over_and_does_not_stop_the_stop():
    projects = [
        Candidate("a", 60, 9, "e"),
        Candidate("b", 50, 7, "e", withdrawn=True),
        Candidate("c", 30, 5, "e"),
    ]
    outcome = allocate(projects, ENVELOPE, rule=STOP, order=NO_LOT)
    assert outcome.winners == ("a", "c")
    assert [(v.kind, v.place) for v in outcome.verdicts] == [("won", 1), ("withdrawn", None), ("won", 2)]


@pytest.mark.parametrize(("cost", "missing"), [(0, None), (-5, None), (101, 1)])
def test_a_project_without_cost_or_dearer_than_its_envelope_is_not_eligible(cost, missing):
    projects = [Candidate("x", cost, 99, "e"), *YARDS]
    outcome = allocate(projects, ENVELOPE, rule=STOP, order=NO_LOT)
    assert outcome.winners == ("a",)
    assert (verdict(outcome, "x").kind, verdict(outcome, "x").missing_tenge) == ("ineligible", missing)


def test_equal_votes_go_to_the_cheaper_project():
    projects = [Candidate("dear", 70, 5, "e"), Candidate("cheap", 40, 5, "e")]
    assert allocate(projects, ENVELOPE, rule=SKIP, order=NO_LOT).winners == ("cheap",)


TIED = [Candidate("p", 60, 5, "e"), Candidate("q", 60, 5, "e"), Candidate("r", 10, 1, "e")]


def test_a_tie_without_a_lot_is_refused_and_names_the_projects():
    with pytest.raises(UndecidedTie) as refused:
        allocate(TIED, ENVELOPE, rule=SKIP, order=NO_LOT)
    assert refused.value.facts == {"groups": (("p", "q"),)}


def test_a_tie_is_refused_even_where_both_would_win():
    with pytest.raises(UndecidedTie):
        allocate(TIED, [EnvelopeSum("e", 1000)], rule=SKIP, order=NO_LOT)


def test_a_lot_that_covers_only_one_of_the_tied_projects_decides_nothing():
    with pytest.raises(UndecidedTie):
        allocate(TIED, ENVELOPE, rule=SKIP, order=LotOrder({"p": 1}))


def test_equals_that_are_not_in_the_running_need_no_lot():
    outcome = allocate(TIED, ENVELOPE, rule=SKIP, minimum_votes=6, order=NO_LOT)
    assert set(kinds(outcome).values()) == {"below_minimum"}


@pytest.mark.parametrize(
    ("ranks", "winner", "loser"), [({"p": 1, "q": 2}, "p", "q"), ({"p": 2, "q": 1}, "q", "p")]
)
def test_the_lot_decides_a_tie_and_the_other_lost_the_lot(ranks, winner, loser):
    outcome = allocate(TIED, ENVELOPE, rule=SKIP, order=LotOrder(ranks))
    assert outcome.winners == (winner, "r")
    lost = verdict(outcome, loser)
    assert (lost.kind, lost.missing_votes, lost.missing_tenge) == ("lost_lot", 1, 20)


def test_tied_projects_of_which_none_could_be_paid_did_not_lose_a_lot():
    projects = [Candidate("a", 50, 9, "e"), *TIED]
    outcome = allocate(projects, ENVELOPE, rule=SKIP, order=LotOrder({"p": 1, "q": 2}))
    assert kinds(outcome)["p"] is kinds(outcome)["q"] is VerdictKind.DOES_NOT_FIT


def test_under_stop_everyone_of_the_tie_lost_the_lot_and_the_rest_came_after():
    projects = [*TIED, Candidate("s", 60, 5, "e")]
    outcome = allocate(projects, ENVELOPE, rule=STOP, order=LotOrder({"p": 1, "q": 2, "s": 3}))
    assert list(kinds(outcome).values()) == ["won", "lost_lot", "lost_lot", "after_stop"]


def test_the_order_of_a_file_settles_ties_before_the_cost_does():
    projects = [Candidate("dear", 70, 5, "e"), Candidate("cheap", 40, 5, "e")]
    outcome = allocate(projects, ENVELOPE, rule=SKIP, order=FileOrder())
    assert outcome.winners == ("dear",)
    assert kinds(outcome)["cheap"] is VerdictKind.DOES_NOT_FIT


def test_the_order_of_a_file_is_no_lot_that_could_be_lost():
    outcome = allocate(TIED, ENVELOPE, rule=SKIP, order=FileOrder())
    assert (outcome.winners, kinds(outcome)["q"]) == (("p", "r"), VerdictKind.DOES_NOT_FIT)


def test_the_lot_does_not_move_projects_that_are_not_in_the_running():
    projects = [Candidate(name, 60, 5, "e", withdrawn=True) for name in "pq"]
    outcome = allocate(projects, ENVELOPE, rule=SKIP, order=LotOrder({"p": 2, "q": 1}))
    assert [v.id for v in outcome.verdicts] == ["p", "q"]


TWO = [EnvelopeSum("small", 50), EnvelopeSum("large", 100)]
SPREAD = [
    Candidate("s1", 30, 9, "small"),
    Candidate("s2", 40, 8, "small"),
    Candidate("l1", 80, 7, "large"),
    Candidate("l2", 35, 6, "large"),
]


def test_each_envelope_is_on_its_own():
    outcome = allocate(SPREAD, TWO, rule=SKIP, order=NO_LOT)
    assert outcome.winners == ("s1", "l1")
    assert outcome.envelopes == (
        EnvelopeResult("small", 50, 30, 20, 0),
        EnvelopeResult("large", 100, 80, 20, 0),
    )


def test_leftovers_are_pooled_for_the_remaining_projects_in_one_order():
    outcome = allocate(SPREAD, TWO, rule=SKIP, leftovers=True, order=NO_LOT)
    assert outcome.winners == ("s1", "l1", "s2")
    assert outcome.envelopes == (
        EnvelopeResult("small", 50, 30, 20, 40),
        EnvelopeResult("large", 100, 80, 20, 0),
    )
    assert (outcome.spent, outcome.remaining) == (150, 0)
    paid, unpaid = verdict(outcome, "s2"), verdict(outcome, "l2")
    assert (paid.kind, paid.remaining_before, paid.remaining_after) == ("won_leftovers", 40, 0)
    assert (unpaid.kind, unpaid.remaining_before, unpaid.missing_tenge) == ("does_not_fit", 0, 35)


def test_the_pass_over_the_leftovers_skips_even_after_a_stop():
    outcome = allocate(YARDS, ENVELOPE, rule=STOP, leftovers=True, order=NO_LOT)
    assert outcome.winners == ("a", "c", "d")
    assert list(kinds(outcome).values()) == ["won", "does_not_fit", "won_leftovers", "won_leftovers"]


def test_who_lost_the_lot_at_home_still_lost_it_after_the_leftovers():
    outcome = allocate(TIED[:2], ENVELOPE, rule=SKIP, leftovers=True, order=LotOrder({"p": 1, "q": 2}))
    lost = verdict(outcome, "q")
    assert (lost.kind, lost.remaining_before, lost.missing_tenge) == ("lost_lot", 40, 20)


def test_leftovers_never_go_to_a_project_dearer_than_its_own_envelope():
    projects = [Candidate("x", 55, 9, "small"), Candidate("l1", 30, 7, "large")]
    outcome = allocate(projects, TWO, rule=SKIP, leftovers=True, order=NO_LOT)
    assert kinds(outcome) == {"x": VerdictKind.INELIGIBLE, "l1": VerdictKind.WON}


def test_a_tie_between_envelopes_needs_the_lot_only_for_the_leftovers():
    projects = [Candidate("x", 40, 5, "small"), Candidate("y", 40, 5, "large")]
    rivals = [Candidate("s", 30, 9, "small"), Candidate("l", 80, 9, "large")]
    assert allocate([*projects, *rivals], TWO, rule=SKIP, order=NO_LOT).winners == ("s", "l")
    with pytest.raises(UndecidedTie):
        allocate([*projects, *rivals], TWO, rule=SKIP, leftovers=True, order=NO_LOT)
    drawn = LotOrder({"x": 2, "y": 1})
    outcome = allocate([*projects, *rivals], TWO, rule=SKIP, leftovers=True, order=drawn)
    assert (kinds(outcome)["y"], kinds(outcome)["x"]) == ("won_leftovers", "lost_lot")


@pytest.mark.parametrize(
    ("candidates", "envelopes"),
    [
        ([Candidate("a", 1, 1, "nowhere")], ENVELOPE),
        ([Candidate("a", 1, 1, "e"), Candidate("a", 2, 2, "e")], ENVELOPE),
        ([], ENVELOPE * 2),
    ],
)
def test_values_that_contradict_each_other_are_an_error_of_the_caller(candidates, envelopes):
    with pytest.raises(ValueError, match=r"a project|an envelope"):
        allocate(candidates, envelopes, rule=SKIP, order=NO_LOT)


def test_nothing_to_allocate_leaves_all_the_money():
    outcome = allocate([], ENVELOPE, rule=SKIP, leftovers=True, order=NO_LOT)
    assert (outcome.verdicts, outcome.winners, outcome.remaining) == ((), (), 100)
