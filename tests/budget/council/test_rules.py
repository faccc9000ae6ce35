"""Quorum, majority and composition hold for councils of any size, not only for the examples of a regulation."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.council.rules import LEAST_MEMBERS, composition_faults, decide, needed, shares
from models.enums import CouncilChoice, ItemResult, Majority, MemberKind, Quorum

FOR, AGAINST, ABSTAIN = CouncilChoice
SIZES = st.integers(0, 60)
QUORUMS = st.sampled_from(Quorum)
MAJORITIES = st.sampled_from(Majority)
KINDS = st.lists(st.sampled_from(MemberKind), max_size=30)


@st.composite
def votes(draw: st.DrawFn) -> tuple[int, int, list[CouncilChoice]]:
    """(entitled, present of them, choices of some of those present)."""
    entitled = draw(SIZES)
    present = draw(st.integers(0, entitled))
    return entitled, present, draw(st.lists(st.sampled_from(CouncilChoice), max_size=present))


# --- quorum -------------------------------------------------------------------------------------------


@given(QUORUMS, st.integers(1, 60))
def test_a_quorum_can_always_be_reached_and_is_never_nobody(quorum: Quorum, entitled: int) -> None:
    assert 1 <= needed(quorum, entitled) <= entitled


@given(st.integers(1, 10_000))
def test_more_than_half_is_the_least_number_above_half(entitled: int) -> None:
    least = needed(Quorum.MORE_THAN_HALF, entitled)
    assert 2 * least > entitled >= 2 * (least - 1)


@given(st.integers(1, 10_000))
def test_two_thirds_is_the_least_number_not_below_two_thirds(entitled: int) -> None:
    least = needed(Quorum.TWO_THIRDS, entitled)
    assert 3 * least >= 2 * entitled > 3 * (least - 1)


@given(QUORUMS, SIZES)
def test_a_larger_council_never_needs_fewer(quorum: Quorum, entitled: int) -> None:
    assert needed(quorum, entitled) <= needed(quorum, entitled + 1) <= needed(quorum, entitled) + 1


@pytest.mark.parametrize("quorum", Quorum)
def test_of_nobody_one_is_needed_so_that_nobody_decides_nothing(quorum: Quorum) -> None:
    assert needed(quorum, 0) == 1
    assert decide(quorum, Majority.OF_VOTES, entitled=0, present=0, choices=[]).result is ItemResult.NO_QUORUM


@pytest.mark.parametrize(
    ("quorum", "entitled", "least"),
    [
        (Quorum.MORE_THAN_HALF, 10, 6),
        (Quorum.MORE_THAN_HALF, 11, 6),
        (Quorum.TWO_THIRDS, 9, 6),
        (Quorum.TWO_THIRDS, 10, 7),
        (Quorum.TWO_THIRDS, 11, 8),
    ],
)
def test_quorums_of_real_councils(quorum: Quorum, entitled: int, least: int) -> None:
    assert needed(quorum, entitled) == least


# --- majority -----------------------------------------------------------------------------------------


@given(QUORUMS, MAJORITIES, votes())
def test_nothing_is_carried_without_a_quorum_and_something_always_comes_of_one(
    quorum: Quorum, majority: Majority, vote: tuple[int, int, list[CouncilChoice]]
) -> None:
    entitled, present, choices = vote
    found = decide(quorum, majority, entitled=entitled, present=present, choices=choices)
    assert (found.result is ItemResult.NO_QUORUM) == (present < needed(quorum, entitled))


@given(QUORUMS, MAJORITIES, votes())
def test_the_numbers_are_those_of_the_votes(
    quorum: Quorum, majority: Majority, vote: tuple[int, int, list[CouncilChoice]]
) -> None:
    entitled, present, choices = vote
    found = decide(quorum, majority, entitled=entitled, present=present, choices=choices)
    assert (found.votes_for, found.votes_against, found.abstained) == tuple(
        Counter(choices)[choice] for choice in CouncilChoice
    )
    assert (found.entitled, found.present, found.needed) == (entitled, present, needed(quorum, entitled))


@given(QUORUMS, votes())
def test_each_majority_is_what_it_says(quorum: Quorum, vote: tuple[int, int, list[CouncilChoice]]) -> None:
    entitled, present, choices = vote
    counted = Counter(choices)
    says = {
        Majority.OF_VOTES: counted[FOR] > counted[AGAINST],
        Majority.OF_PRESENT: counted[FOR] > present - counted[FOR],
        Majority.OF_MEMBERS: counted[FOR] > entitled - counted[FOR],
    }
    for majority, is_carried in says.items():
        found = decide(quorum, majority, entitled=entitled, present=present, choices=choices)
        quorate = present >= needed(quorum, entitled)
        assert (found.result is ItemResult.CARRIED) == (quorate and is_carried), majority


@given(QUORUMS, votes())
def test_a_stricter_majority_never_carries_what_a_weaker_one_does_not(
    quorum: Quorum, vote: tuple[int, int, list[CouncilChoice]]
) -> None:
    entitled, present, choices = vote
    carried = [
        decide(quorum, majority, entitled=entitled, present=present, choices=choices).result
        is ItemResult.CARRIED
        for majority in (Majority.OF_MEMBERS, Majority.OF_PRESENT, Majority.OF_VOTES)
    ]
    assert carried == sorted(carried)


@given(QUORUMS, MAJORITIES, votes())
def test_one_more_vote_for_never_makes_a_carried_motion_fail(
    quorum: Quorum, majority: Majority, vote: tuple[int, int, list[CouncilChoice]]
) -> None:
    entitled, present, choices = vote
    before = decide(quorum, majority, entitled=entitled, present=present, choices=choices)
    turned = [FOR, *choices[1:]] if choices else []
    after = decide(quorum, majority, entitled=entitled, present=present, choices=turned)
    assert before.result is not ItemResult.CARRIED or after.result is ItemResult.CARRIED


def test_a_tie_carries_nothing() -> None:
    for majority in Majority:
        found = decide(
            Quorum.MORE_THAN_HALF, majority, entitled=4, present=4, choices=[FOR, FOR, AGAINST, AGAINST]
        )
        assert found.result is ItemResult.NOT_CARRIED


def test_abstaining_weighs_by_the_majority_the_regulation_has() -> None:
    choices = [FOR, FOR, AGAINST, ABSTAIN, ABSTAIN, ABSTAIN]
    results = {
        majority: decide(Quorum.MORE_THAN_HALF, majority, entitled=8, present=6, choices=choices).result
        for majority in Majority
    }
    assert results == {
        Majority.OF_VOTES: ItemResult.CARRIED,
        Majority.OF_PRESENT: ItemResult.NOT_CARRIED,
        Majority.OF_MEMBERS: ItemResult.NOT_CARRIED,
    }


# --- composition --------------------------------------------------------------------------------------


@given(KINDS)
def test_shares_name_every_kind_once_and_leave_nobody_out(kinds: list[MemberKind]) -> None:
    found = shares(kinds)
    assert [share.kind for share in found] == list(MemberKind)
    assert sum(share.members for share in found) == len(kinds)
    assert {share.of for share in found} == {len(kinds)}
    assert sum(share.percent for share in found) <= 100


@given(KINDS, st.integers(0, 4), st.integers(0, 100))
def test_every_fault_of_a_composition_is_named_and_no_other(
    kinds: list[MemberKind], chairs: int, percent: int
) -> None:
    akimat = kinds.count(MemberKind.AKIMAT)
    expected = {
        "too_few": len(kinds) < LEAST_MEMBERS,
        "no_chair": chairs == 0,
        "several_chairs": chairs > 1,
        "too_many_akimat": akimat * 100 > percent * len(kinds),
    }
    found = composition_faults(kinds, chairs, percent)
    assert {fault["why"] for fault in found} == {why for why, is_so in expected.items() if is_so}
    for fault in found:
        if fault["why"] == "too_many_akimat":
            assert akimat > fault["limit"], "as many as the limit says are allowed"


@given(KINDS, st.integers(0, 99))
def test_a_milder_rule_never_finds_more(kinds: list[MemberKind], percent: int) -> None:
    assert len(composition_faults(kinds, 1, percent + 1)) <= len(composition_faults(kinds, 1, percent))


def test_half_of_the_council_may_be_the_akimats_where_the_rule_says_half() -> None:
    half = [MemberKind.AKIMAT] * 3 + [MemberKind.RESIDENT] * 3
    assert composition_faults(half, 1, 50) == []
    assert composition_faults([*half, MemberKind.AKIMAT], 1, 50) == [
        {"why": "too_many_akimat", "count": 4, "limit": 3}
    ]
