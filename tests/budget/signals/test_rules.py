"""The rules flag what farms did elsewhere, and leave neighbours alone."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.signals import Finding, Trace, find
from budget.signals import rules as limits
from models.enums import Assurance, SignalRule

NOON = datetime(2027, 5, 3, 7, tzinfo=UTC)  # 12:00 in the district
NIGHT = datetime(2027, 5, 3, 21, tzinfo=UTC)  # 02:00
HOUSE = b"house..."


def trace(number: int, cast_at: datetime = NOON, **changes: object) -> Trace:
    plain = Trace(
        number, cast_at, Assurance.SMS, network_key=b"net%05d" % number, phone_block_key=b"blk%05d" % number
    )
    marks = {"roll_line": number * 977 % 100_003, "age": 40, **changes}
    return replace(plain, **marks)  # type: ignore[arg-type]


def found(traces: list[Trace]) -> dict[SignalRule, Finding]:
    return {finding.rule: finding for finding in find(traces)}


def ballots_of(count: int, minutes: float, start: datetime = NOON, **changes: object) -> list[Trace]:
    return [trace(n, start + timedelta(minutes=minutes * n), **changes) for n in range(count)]


def test_the_farm_of_wroclaw_is_flagged() -> None:
    """320 ballots from one address with 65 telephones: some 16 an hour would be people, these came in an evening."""
    blocks = [b"blk%05d" % (n % 65) for n in range(320)]
    farm = [replace(t, phone_block_key=blocks[t.id]) for t in ballots_of(320, 0.6, network_key=HOUSE)]
    crowd = [replace(t, id=t.id + 1000) for t in ballots_of(3000, 3)]
    seen = found(farm + crowd)[SignalRule.SUBNET]
    assert set(seen.ballots) == {t.id for t in farm}
    assert seen.facts["in_an_hour"] == 100
    assert seen.facts["blocks_of_numbers"] == 65


def test_two_hundred_neighbours_behind_one_address_are_not_flagged() -> None:
    source = random.Random(7)
    days = sorted(source.uniform(0, 14 * 24 * 60) for _ in range(200))
    neighbours = [
        trace(n, NOON + timedelta(minutes=minute), network_key=HOUSE) for n, minute in enumerate(days)
    ]
    assert not {SignalRule.SUBNET, SignalRule.ROLL_ORDER} & found(neighbours).keys()


@pytest.mark.parametrize("count", [limits.SUBNET_IN_AN_HOUR - 1, limits.SUBNET_IN_AN_HOUR])
def test_the_hour_counts_and_not_the_day(count: int) -> None:
    in_an_hour = ballots_of(count, 59 / count, network_key=HOUSE)
    assert (SignalRule.SUBNET in found(in_an_hour)) == (count == limits.SUBNET_IN_AN_HOUR)
    over_two = ballots_of(count, 120 / count, network_key=HOUSE)
    assert SignalRule.SUBNET not in found(over_two)


@pytest.mark.parametrize("count", [limits.NUMBERS_OF_A_HUNDRED - 1, limits.NUMBERS_OF_A_HUNDRED])
def test_numbers_of_one_hundred_are_flagged_for_sms_alone(count: int) -> None:
    run = ballots_of(count, 300, phone_block_key=b"box")
    assert (SignalRule.PHONE_RUN in found(run)) == (count == limits.NUMBERS_OF_A_HUNDRED)
    signed = [replace(t, assurance=Assurance.EDS) for t in run]
    assert SignalRule.PHONE_RUN not in found(signed)


@pytest.mark.parametrize(("age", "flagged"), [(109, False), (110, True), (134, True), (None, False)])
def test_ages_nobody_reaches_are_flagged(age: int | None, flagged: bool) -> None:
    seen = found([trace(1, age=age), trace(2)])
    assert (SignalRule.AGE in seen) is flagged
    if flagged:
        assert seen[SignalRule.AGE].ballots == (1,)


def test_a_burst_at_night_is_flagged_and_the_same_by_day_is_not() -> None:
    burst = ballots_of(limits.BALLOTS_IN_A_NIGHT_HOUR, 1, NIGHT)
    assert SignalRule.NIGHT_BURST in found(burst)
    assert SignalRule.NIGHT_BURST not in found(burst[:-1])
    assert SignalRule.NIGHT_BURST not in found(ballots_of(limits.BALLOTS_IN_A_NIGHT_HOUR, 1, NOON))


def test_ballots_in_the_order_of_the_roll_are_flagged() -> None:
    count = limits.IN_THE_ORDER_OF_THE_ROLL
    listed = [replace(t, roll_line=100 + 3 * t.id) for t in ballots_of(count, 200, network_key=HOUSE)]
    assert found(listed)[SignalRule.ROLL_ORDER].facts["first_line"] == 100
    assert SignalRule.ROLL_ORDER not in found(listed[:-1])
    backwards = [replace(t, roll_line=100 - 3 * t.id) for t in listed]
    assert SignalRule.ROLL_ORDER not in found(backwards)
    scattered = [replace(t, network_key=b"%d" % t.id) for t in listed]
    assert SignalRule.ROLL_ORDER not in found(scattered)


def test_traces_without_marks_find_nothing() -> None:
    assert found([Trace(n, NOON, Assurance.EDS) for n in range(100)]) == {}


@given(st.lists(st.integers(0, 5000), max_size=60), st.randoms(use_true_random=False))
def test_the_order_in_which_rows_come_does_not_matter(minutes: list[int], source: random.Random) -> None:
    traces = [
        trace(n, NIGHT + timedelta(minutes=m), network_key=HOUSE, phone_block_key=b"box")
        for n, m in enumerate(minutes)
    ]
    shuffled = source.sample(traces, len(traces))
    assert list(find(traces)) == list(find(shuffled))
