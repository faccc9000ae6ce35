"""The reserve list: it follows from the ranking, and never spends more than there is."""

from hypothesis import given
from hypothesis import strategies as st

from budget.allocation.reserve import WAITING, Ranked, next_in, reserve
from models.enums import VerdictKind

KINDS = st.sampled_from(VerdictKind)
TOTALS = {1: 1_000, 2: 500}


@st.composite
def counts(draw: st.DrawFn) -> tuple[list[Ranked], dict[int, int], set[int], set[int]]:
    """(ranking, totals, built, out): what is built was paid for from its own envelope."""
    ranking = [
        Ranked(number, draw(st.sampled_from([1, 2])), draw(st.integers(1, 600)), draw(KINDS))
        for number in range(1, draw(st.integers(0, 10)) + 1)
    ]
    free, built, out = dict(TOTALS), set(), set()
    for one in ranking:
        fate = draw(st.sampled_from(["build", "out", "wait"]))
        if fate == "build" and one.cost <= free[one.envelope]:
            built.add(one.id)
            free[one.envelope] -= one.cost
        elif fate == "out":
            out.add(one.id)
    return ranking, free, built, out


@given(counts(), st.booleans())
def test_who_comes_in_is_paid_from_the_money_that_is_free(count, pooled: bool) -> None:
    ranking, free, built, out = count
    listed = reserve(ranking, TOTALS, built, out=out, pooled=pooled)
    envelopes = {one.id: one.envelope for one in ranking}
    for one in listed:
        assert one.free == (sum(free.values()) if pooled else free[envelopes[one.id]])
    coming = next_in(listed)
    if coming is not None:
        assert coming.cost <= coming.free


@given(counts(), st.booleans())
def test_who_comes_in_is_the_first_that_fits_and_nobody_before_could(count, pooled: bool) -> None:
    ranking, _, built, out = count
    listed = reserve(ranking, TOTALS, built, out=out, pooled=pooled)
    coming = next_in(listed)
    fitting = [one for one in listed if one.fits]
    assert coming == (fitting[0] if fitting else None)


@given(counts(), st.booleans())
def test_the_list_is_the_ranking_less_what_is_built_out_or_was_never_near(count, pooled: bool) -> None:
    ranking, _, built, out = count
    listed = reserve(ranking, TOTALS, built, out=out, pooled=pooled)
    expected = [one.id for one in ranking if one.kind in WAITING and one.id not in built | out]
    assert [one.id for one in listed] == expected
    assert [one.place for one in listed] == list(range(1, len(listed) + 1))


@given(counts(), st.booleans())
def test_drawing_on_the_reserve_until_nothing_fits_never_overspends(count, pooled: bool) -> None:
    ranking, _, built, out = count
    costs = {one.id: (one.envelope, one.cost) for one in ranking}
    while (coming := next_in(reserve(ranking, TOTALS, built, out=out, pooled=pooled))) is not None:
        built.add(coming.id)
    spent = {
        envelope: sum(cost for home, cost in (costs[one] for one in built) if home == envelope)
        for envelope in TOTALS
    }
    assert sum(spent.values()) <= sum(TOTALS.values())
    if not pooled:
        assert all(spent[envelope] <= total for envelope, total in TOTALS.items())


@given(counts())
def test_more_is_free_when_a_winner_falls_out(count) -> None:
    ranking, _, built, out = count
    for gone in built:
        before = {one.id: one.free for one in reserve(ranking, TOTALS, built, out=out)}
        after = {one.id: one.free for one in reserve(ranking, TOTALS, built - {gone}, out=out | {gone})}
        assert gone not in after, "who fell out does not come back"
        assert all(after[id_] >= free for id_, free in before.items())


def test_nobody_waits_for_one_that_can_not_be_paid() -> None:
    ranking = [
        Ranked(1, 1, 700, VerdictKind.WON),
        Ranked(2, 1, 400, VerdictKind.DOES_NOT_FIT),
        Ranked(3, 1, 250, VerdictKind.AFTER_STOP),
    ]
    listed = reserve(ranking, {1: 1_000}, {1})
    assert [(one.id, one.place, one.free, one.fits) for one in listed] == [
        (2, 1, 300, False),
        (3, 2, 300, True),
    ]
    coming = next_in(listed)
    assert coming is not None
    assert coming.id == 3


def test_too_few_votes_or_a_withdrawal_is_no_place_in_the_queue() -> None:
    never = (VerdictKind.BELOW_MINIMUM, VerdictKind.WITHDRAWN, VerdictKind.INELIGIBLE)
    assert reserve([Ranked(1, 1, 5, kind) for kind in never], {1: 10}, ()) == ()


def test_where_leftovers_pass_so_does_what_is_free() -> None:
    ranking = [Ranked(1, 1, 6, VerdictKind.DOES_NOT_FIT)]
    assert next_in(reserve(ranking, {1: 5, 2: 5}, ())) is None
    assert next_in(reserve(ranking, {1: 5, 2: 5}, (), pooled=True)) is not None
