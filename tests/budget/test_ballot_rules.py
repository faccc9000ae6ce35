"""What a ballot may say: 1..n projects of one envelope, none twice, or none of these; and it survives the envelope."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.ballot_rules import (
    BallotList,
    Choice,
    Selection,
    ballot_length,
    check,
    decode,
    encode,
    order_for,
)
from budget.errors import (
    BudgetRefusal,
    ChosenTwice,
    EmptyWithChoices,
    NothingChosen,
    NotOnBallot,
    SeveralEnvelopes,
    TooManyChoices,
)

YARDS = [f"project{number:03}" for number in range(6)]
LARGE = [f"largeone{number:02}" for number in range(4)]
ENVELOPE_OF = {**dict.fromkeys(YARDS, "envelope01"), **dict.fromkeys(LARGE, "envelope02")}
ids = st.sampled_from([*YARDS, *LARGE, "stranger00"])
selections = st.builds(Selection, st.lists(ids, max_size=6).map(tuple), st.booleans())
lists = st.integers(1, 3).map(lambda votes: BallotList(votes, ENVELOPE_OF))


def expected_fault(selection: Selection, votes: int) -> set[type[BudgetRefusal]]:
    """The rules again, written naively: every one that the selection breaks."""
    chosen, faults = selection.projects, set[type[BudgetRefusal]]()
    if selection.none_of_these:
        return {EmptyWithChoices} if chosen else set()
    if not chosen:
        faults.add(NothingChosen)
    if any(chosen.count(project) > 1 for project in chosen):
        faults.add(ChosenTwice)
    if "stranger00" in chosen:
        faults.add(NotOnBallot)
    if len(chosen) > votes:
        faults.add(TooManyChoices)
    if any(p in YARDS for p in chosen) and any(p in LARGE for p in chosen):
        faults.add(SeveralEnvelopes)
    return faults


@given(selections, lists)
def test_a_selection_is_a_choice_or_refused_for_a_rule_it_breaks(
    selection: Selection, ballot_list: BallotList
) -> None:
    expected = expected_fault(selection, ballot_list.votes_per_resident)
    if expected:
        with pytest.raises(BudgetRefusal) as refused:
            check(selection, ballot_list)
        assert type(refused.value) in expected
    else:
        choice = check(selection, ballot_list)
        assert set(choice.projects) == set(selection.projects)
        assert {ENVELOPE_OF[project] for project in choice.projects} <= {choice.envelope}


def test_n_plus_one_projects_are_too_many_and_the_numbers_are_said() -> None:
    with pytest.raises(TooManyChoices) as refused:
        check(Selection(tuple(YARDS[:3])), BallotList(2, ENVELOPE_OF))
    assert refused.value.facts == {"allowed": 2, "chosen": 3}
    assert len(check(Selection(tuple(YARDS[:2])), BallotList(2, ENVELOPE_OF)).projects) == 2


def test_an_empty_ballot_is_a_choice_without_envelope() -> None:
    assert check(Selection(none_of_these=True), BallotList(1, ENVELOPE_OF)) == Choice("", ())


@given(selections, lists)
def test_every_plain_ballot_of_a_cycle_has_the_same_length(
    selection: Selection, ballot_list: BallotList
) -> None:
    if expected_fault(selection, ballot_list.votes_per_resident):
        return
    length = ballot_length(ballot_list.votes_per_resident)
    assert len(encode(check(selection, ballot_list), length)) == length


@given(selections, lists)
def test_an_opened_ballot_says_what_was_chosen(selection: Selection, ballot_list: BallotList) -> None:
    if expected_fault(selection, ballot_list.votes_per_resident):
        return
    choice = check(selection, ballot_list)
    assert decode(encode(choice, ballot_length(ballot_list.votes_per_resident)), ballot_list) == choice


@given(st.permutations(YARDS[:3]))
def test_the_order_of_clicking_leaves_no_trace(order: list[str]) -> None:
    ballot_list = BallotList(3, ENVELOPE_OF)
    first = encode(check(Selection(tuple(YARDS[:3])), ballot_list), ballot_length(3))
    assert encode(check(Selection(tuple(order)), ballot_list), ballot_length(3)) == first


def test_a_ballot_longer_than_its_cycle_allows_is_not_written() -> None:
    with pytest.raises(ValueError, match="longer"):
        encode(Choice("envelope01", tuple(YARDS[:3])), ballot_length(1))


def plain(content: object) -> bytes:
    return json.dumps(content).encode()


@pytest.mark.parametrize(
    ("opened", "reason"),
    [
        (b"", "unreadable"),
        (b"\xff\xfe", "unreadable"),
        (b"not json", "unreadable"),
        (b"7", "unreadable"),
        (plain([]), "unreadable"),
        (plain({"c": YARDS[:1]}), "unreadable"),
        (plain({"c": 5, "e": ""}), "unreadable"),
        (plain({"c": [1], "e": "envelope01"}), "unreadable"),
        (plain({"c": YARDS[0], "e": "envelope01"}), "unreadable"),
        (plain({"c": {YARDS[0]: 1}, "e": "envelope01"}), "unreadable"),
        (plain({"c": YARDS[:1], "e": None}), "unreadable"),
        (plain({"c": YARDS[:3], "e": "envelope01"}), "too_many_choices"),
        (plain({"c": ["stranger00"], "e": "envelope01"}), "not_on_ballot"),
        (plain({"c": YARDS[:1] * 2, "e": "envelope01"}), "chosen_twice"),
        (plain({"c": [YARDS[0], LARGE[0]], "e": "envelope01"}), "several_envelopes"),
        (plain({"c": YARDS[:1], "e": "envelope02"}), "wrong_envelope"),
        (plain({"c": [], "e": "envelope01"}), "wrong_envelope"),
    ],
)
def test_a_ballot_made_by_a_strange_program_is_invalid_with_its_reason(opened: bytes, reason: str) -> None:
    assert decode(opened, BallotList(2, ENVELOPE_OF)) == reason


@given(st.binary(max_size=120))
def test_no_bytes_break_the_opening(opened: bytes) -> None:
    result = decode(opened, BallotList(2, ENVELOPE_OF))
    assert isinstance(result, (str, Choice))


@given(st.recursive(st.none() | st.integers() | st.text() | st.floats(), st.lists))
def test_no_json_breaks_the_opening(content: object) -> None:
    result = decode(plain({"c": content, "e": "envelope01"}), BallotList(2, ENVELOPE_OF))
    assert result == "unreadable" or isinstance(result, (str, Choice))


def test_deeply_nested_json_does_not_break_the_opening() -> None:
    assert decode(b"[" * 100_000, BallotList(2, ENVELOPE_OF)) == "unreadable"


@given(st.binary(min_size=32, max_size=32), st.permutations([*YARDS, *LARGE]))
def test_a_voter_keeps_the_own_order_whatever_the_rows_order(key: bytes, shuffled: list[str]) -> None:
    assert order_for(key, shuffled) == order_for(key, [*YARDS, *LARGE])
    assert sorted(order_for(key, shuffled)) == sorted(shuffled)


def test_no_project_gains_by_its_place() -> None:
    voters = [number.to_bytes(32, "big") for number in range(3000)]
    first = [order_for(voter, YARDS)[0] for voter in voters]
    for project in YARDS:
        assert 400 < first.count(project) < 600
