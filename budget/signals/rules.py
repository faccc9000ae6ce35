"""The rules, pure: from the traces of ballots in the order of casting to findings. Each says what it means and the
number above which people should look; the numbers are shown beside every case.

subnet       many ballots from one network (/24, IPv6 /48) within an hour. A household, a library or a block of flats
             spreads over days; Wrocław's farm of 320 ballots from one address did not.
phone_run    many numbers of one run of a hundred: SIM cards bought by the box (Uzbekistan's SMS votes).
age          voters older than anybody: dead souls on the roll.
night_burst  many ballots in one hour of the night, in the district's time.
roll_order   from one network, ballot after ballot in the order of the roll's lines: somebody reads from a list.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from models.enums import Assurance, SignalRule

HOUR = timedelta(hours=1)
SUBNET_IN_AN_HOUR = 40
NUMBERS_OF_A_HUNDRED = 15
OLDEST = 110
NIGHT = range(1, 5)
BALLOTS_IN_A_NIGHT_HOUR = 30
IN_THE_ORDER_OF_THE_ROLL = 12
LARGEST_STEP = 30
_ZONE = ZoneInfo("Asia/Almaty")


@dataclass(frozen=True)
class Trace:
    """What a ballot in the box lets a rule see; hashes are comparable within the cycle only."""

    id: int
    cast_at: datetime
    assurance: Assurance
    network_key: bytes | None = None
    phone_block_key: bytes | None = None
    roll_line: int | None = None
    age: int | None = None


@dataclass(frozen=True)
class Finding:
    """A pattern: the rule, what it is about (a key that stays the same when the pattern grows), its ballots, and the
    figures that a person needs to judge it."""

    rule: SignalRule
    subject: str
    ballots: tuple[int, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)


Rule = Callable[[Sequence[Trace]], Iterator[Finding]]


def find(traces: Sequence[Trace]) -> Iterator[Finding]:
    """Everything any rule finds in the ballots of one cycle."""
    in_order = sorted(traces, key=lambda trace: (trace.cast_at, trace.id))
    for rule in RULES.values():
        yield from rule(in_order)


def _subnet(traces: Sequence[Trace]) -> Iterator[Finding]:
    for network, group in _by(traces, lambda trace: trace.network_key).items():
        busiest = _busiest_hour(group)
        if len(busiest) >= SUBNET_IN_AN_HOUR:
            numbers = {trace.phone_block_key for trace in group} - {None}
            facts = {"in_an_hour": len(busiest), "blocks_of_numbers": len(numbers), **_span(group)}
            yield _finding(SignalRule.SUBNET, network.hex(), group, facts)


def _phone_run(traces: Sequence[Trace]) -> Iterator[Finding]:
    by_sms = [trace for trace in traces if trace.assurance is Assurance.SMS]
    for block, group in _by(by_sms, lambda trace: trace.phone_block_key).items():
        if len(group) >= NUMBERS_OF_A_HUNDRED:
            yield _finding(SignalRule.PHONE_RUN, block.hex(), group, _span(group))


def _age(traces: Sequence[Trace]) -> Iterator[Finding]:
    group = [trace for trace in traces if trace.age is not None and trace.age >= OLDEST]
    if group:
        oldest = max(trace.age or 0 for trace in group)
        yield _finding(SignalRule.AGE, "age", group, {"oldest": oldest, **_span(group)})


def _night_burst(traces: Sequence[Trace]) -> Iterator[Finding]:
    at_night = [trace for trace in traces if trace.cast_at.astimezone(_ZONE).hour in NIGHT]
    nights: dict[str, list[Trace]] = defaultdict(list)
    for trace in at_night:
        nights[f"{trace.cast_at.astimezone(_ZONE):%Y-%m-%d}"].append(trace)
    for night, group in nights.items():
        busiest = _busiest_hour(group)
        if len(busiest) >= BALLOTS_IN_A_NIGHT_HOUR:
            yield _finding(SignalRule.NIGHT_BURST, night, group, {"in_an_hour": len(busiest), **_span(group)})


def _roll_order(traces: Sequence[Trace]) -> Iterator[Finding]:
    for network, group in _by(traces, lambda trace: trace.network_key).items():
        longest = _longest_run(group)
        if len(longest) >= IN_THE_ORDER_OF_THE_ROLL:
            lines = [trace.roll_line for trace in longest]
            facts = {"first_line": lines[0], "last_line": lines[-1], **_span(longest)}
            yield _finding(SignalRule.ROLL_ORDER, network.hex(), longest, facts)


RULES: Mapping[SignalRule, Rule] = {
    SignalRule.SUBNET: _subnet,
    SignalRule.PHONE_RUN: _phone_run,
    SignalRule.AGE: _age,
    SignalRule.NIGHT_BURST: _night_burst,
    SignalRule.ROLL_ORDER: _roll_order,
}


def _by(traces: Sequence[Trace], key: Callable[[Trace], bytes | None]) -> dict[bytes, list[Trace]]:
    groups: dict[bytes, list[Trace]] = defaultdict(list)
    for trace in traces:
        found = key(trace)
        if found is not None:
            groups[found].append(trace)
    return groups


def _busiest_hour(group: Sequence[Trace]) -> Sequence[Trace]:
    """The most ballots of the group within any hour; the group is in the order of casting."""
    best: Sequence[Trace] = ()
    first = 0
    for last, trace in enumerate(group):
        while trace.cast_at - group[first].cast_at >= HOUR:
            first += 1
        if last - first + 1 > len(best):
            best = group[first : last + 1]
    return best


def _longest_run(group: Sequence[Trace]) -> Sequence[Trace]:
    """The longest row of ballots one after the other whose lines of the roll rise in small steps."""
    best: list[Trace] = []
    run: list[Trace] = []
    for trace in group:
        line, before = trace.roll_line, run[-1].roll_line if run else None
        goes_on = line is not None and before is not None and 0 < line - before <= LARGEST_STEP
        run = [*run, trace] if goes_on else [trace]
        if len(run) > len(best):
            best = run
    return best


def _span(group: Sequence[Trace]) -> dict[str, str]:
    return {"first_at": group[0].cast_at.isoformat(), "last_at": group[-1].cast_at.isoformat()}


def _finding(rule: SignalRule, subject: str, group: Sequence[Trace], facts: Mapping[str, Any]) -> Finding:
    return Finding(rule, subject, tuple(trace.id for trace in group), facts)
