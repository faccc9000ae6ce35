"""What must hold for every allocation, on thousands of small ones full of ties."""

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from budget.allocation import (
    NO_LOT,
    Allocation,
    AllocationRule,
    Candidate,
    EnvelopeSum,
    LotOrder,
    VerdictKind,
    allocate,
)
from budget.errors import UndecidedTie

WINS = {VerdictKind.WON, VerdictKind.WON_LEFTOVERS}
OUT = {VerdictKind.WITHDRAWN, VerdictKind.BELOW_MINIMUM, VerdictKind.INELIGIBLE}
LOST_AT_TURN = {VerdictKind.DOES_NOT_FIT, VerdictKind.LOST_LOT}


class Case:
    """One drawn election; `run` allocates it, with anything replaced."""

    def __init__(self, candidates, envelopes, order, settings):
        self.candidates, self.envelopes, self.order, self.settings = candidates, envelopes, order, settings

    def __repr__(self):
        return f"Case({self.candidates}, {self.envelopes}, {self.order}, {self.settings})"

    def run(self, candidates=None, order=None, **changed) -> Allocation:
        chosen = self.candidates if candidates is None else candidates
        return allocate(chosen, self.envelopes, order=order or self.order, **(self.settings | changed))

    def changing(self, project: str, **values) -> list[Candidate]:
        return [replace(c, **values) if c.id == project else c for c in self.candidates]


@st.composite
def cases(draw) -> Case:
    envelopes = [EnvelopeSum(f"e{n}", draw(st.integers(0, 20))) for n in range(draw(st.integers(1, 3)))]
    size = draw(st.integers(0, 9))
    candidates = [
        Candidate(
            id=f"p{n}",
            cost=draw(st.integers(-1, 12)),
            votes=draw(st.integers(0, 5)),
            envelope=draw(st.sampled_from(envelopes)).id,
            withdrawn=draw(st.integers(0, 9)) == 0,
        )
        for n in range(size)
    ]
    ranks = draw(st.permutations(range(1, size + 1)))
    settings = {
        "rule": draw(st.sampled_from(AllocationRule)),
        "minimum_votes": draw(st.integers(0, 2)),
        "leftovers": draw(st.booleans()),
    }
    order = LotOrder({c.id: rank for c, rank in zip(candidates, ranks, strict=True)})
    return Case(candidates, envelopes, order, settings)


def by_id(outcome: Allocation):
    return {verdict.id: verdict for verdict in outcome.verdicts}


@given(cases())
def test_money_adds_up_and_is_never_exceeded(case):
    outcome = case.run()
    costs = {c.id: c.cost for c in case.candidates}
    assert outcome.spent == sum(costs[winner] for winner in outcome.winners)
    assert outcome.spent + outcome.remaining == sum(e.total for e in case.envelopes)
    assert outcome.remaining >= 0
    for result in outcome.envelopes:
        theirs = [v for v in outcome.verdicts if v.envelope == result.id]
        assert result.spent == sum(v.cost for v in theirs if v.kind is VerdictKind.WON)
        assert result.from_leftovers == sum(v.cost for v in theirs if v.kind is VerdictKind.WON_LEFTOVERS)
        assert result.spent + result.remaining == result.total
        assert result.remaining >= 0
    assert sum(r.from_leftovers for r in outcome.envelopes) <= sum(r.remaining for r in outcome.envelopes)


@given(cases())
def test_every_project_gets_one_verdict_whose_numbers_agree(case):
    outcome = case.run()
    assert sorted(v.id for v in outcome.verdicts) == sorted(c.id for c in case.candidates)
    assert sorted(outcome.winners) == sorted(v.id for v in outcome.verdicts if v.kind in WINS)
    for v in outcome.verdicts:
        paid = v.cost if v.kind in WINS else 0
        assert v.remaining_before - v.remaining_after == paid
        assert (v.place is None) == (v.kind in OUT)
        assert (v.missing_votes is not None) == (
            v.kind in LOST_AT_TURN | {VerdictKind.AFTER_STOP, VerdictKind.BELOW_MINIMUM}
        )
        if v.kind in LOST_AT_TURN:
            assert v.missing_tenge == v.cost - v.remaining_before > 0


@given(cases())
def test_places_count_the_eligible_in_the_order_of_votes_cost_and_lot(case):
    outcome = case.run()
    for envelope in case.envelopes:
        placed = [v for v in outcome.verdicts if v.envelope == envelope.id and v.place]
        assert [v.place for v in placed] == list(range(1, len(placed) + 1))
        keys = [(-v.votes, v.cost, case.order.ranks[v.id]) for v in placed]
        assert keys == sorted(keys)


@given(cases())
def test_only_eligible_projects_win(case):
    totals = {e.id: e.total for e in case.envelopes}
    candidates = {c.id: c for c in case.candidates}
    for v in case.run().verdicts:
        c = candidates[v.id]
        eligible = (
            not c.withdrawn and 0 < c.cost <= totals[c.envelope] and c.votes >= case.settings["minimum_votes"]
        )
        assert eligible == (v.kind not in OUT)


@given(cases())
def test_skip_leaves_nobody_out_who_could_still_be_paid(case):
    outcome = case.run(rule=AllocationRule.SKIP)
    left = {r.id: r.remaining for r in outcome.envelopes}
    for v in outcome.verdicts:
        if v.kind in LOST_AT_TURN:
            assert v.cost > (outcome.remaining if case.settings["leftovers"] else left[v.envelope])
    assert VerdictKind.AFTER_STOP not in {v.kind for v in outcome.verdicts}


@given(cases())
def test_the_winners_of_stop_are_the_first_of_the_order_and_also_win_under_skip(case):
    outcome = case.run(rule=AllocationRule.STOP, leftovers=False)
    for envelope in case.envelopes:
        running = [v for v in outcome.verdicts if v.envelope == envelope.id and v.kind not in OUT]
        won = [v.kind is VerdictKind.WON for v in running]
        assert won == sorted(won, reverse=True), "nobody wins after a loser"
        if not all(won):
            stopper = running[won.index(False)]
            assert stopper.cost > stopper.remaining_before
    assert set(outcome.winners) <= set(case.run(rule=AllocationRule.SKIP, leftovers=False).winners)


@given(cases())
def test_leftovers_never_unseat_a_winner(case):
    before, after = case.run(leftovers=False), case.run(leftovers=True)
    assert after.winners[: len(before.winners)] == before.winners
    unpaid = [v for v in after.verdicts if v.kind in LOST_AT_TURN]
    assert all(v.cost > after.remaining for v in unpaid), "one skip pass takes all it can"
    assert VerdictKind.AFTER_STOP not in {v.kind for v in after.verdicts}


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_in_which_projects_are_given_does_not_matter(case, dice: random.Random):
    shuffled = case.candidates.copy()
    dice.shuffle(shuffled)
    assert case.run(shuffled) == case.run()


@given(cases(), st.integers(1, 6))
def test_more_votes_never_make_a_winner_lose(case, more):
    for winner in case.run(leftovers=False).winners:
        votes = next(c.votes for c in case.candidates if c.id == winner) + more
        assert winner in case.run(case.changing(winner, votes=votes), leftovers=False).winners


@given(cases())
def test_missing_votes_are_enough_to_win_and_one_fewer_is_not(case):
    outcome = case.run(leftovers=False)
    for v in outcome.verdicts:
        if v.missing_votes is None or v.kind is VerdictKind.BELOW_MINIMUM:
            continue
        assert v.missing_votes > 0
        assert v.id in case.run(case.changing(v.id, votes=v.votes + v.missing_votes), leftovers=False).winners
        fewer = v.votes + v.missing_votes - 1
        assert v.id not in case.run(case.changing(v.id, votes=fewer), leftovers=False).winners


@given(cases())
def test_with_leftovers_too_the_missing_votes_and_the_missing_tenge_are_enough(case):
    outcome = case.run()
    for v in outcome.verdicts:
        if v.kind in LOST_AT_TURN and v.remaining_before > 0:
            assert v.id in case.run(case.changing(v.id, cost=v.cost - v.missing_tenge)).winners
        if v.kind in LOST_AT_TURN | {VerdictKind.AFTER_STOP}:
            assert v.id in case.run(case.changing(v.id, votes=v.votes + v.missing_votes)).winners
        if v.kind is VerdictKind.BELOW_MINIMUM:
            raised = by_id(case.run(case.changing(v.id, votes=v.votes + v.missing_votes)))
            assert raised[v.id].kind is not VerdictKind.BELOW_MINIMUM


@given(cases())
def test_a_project_lost_the_lot_exactly_if_the_first_rank_would_have_made_it_win(case):
    outcome = case.run(leftovers=False)
    for v in outcome.verdicts:
        if v.kind not in WINS | OUT:
            lucky = LotOrder({**case.order.ranks, v.id: 0})
            assert (v.id in case.run(order=lucky, leftovers=False).winners) == (
                v.kind is VerdictKind.LOST_LOT
            )


@given(cases())
def test_without_a_lot_exactly_the_ties_of_eligible_projects_are_refused(case):
    placed = [v for v in case.run(leftovers=False).verdicts if v.place]
    tied = len({(v.envelope, v.votes, v.cost) for v in placed}) < len(placed)
    try:
        without = case.run(order=NO_LOT, leftovers=False)
    except UndecidedTie:
        assert tied
    else:
        assert not tied
        drawn = case.run(leftovers=False)
        assert without.winners == drawn.winners
        assert [(v.id, v.place, v.kind) for v in without.verdicts] == [
            (v.id, v.place, v.kind) for v in drawn.verdicts
        ]
