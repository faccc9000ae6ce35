"""What the council made of a published result: who is built in which order, where it departed from the count, who fell
out and came in, and who waits.

Everything follows from the lines of the result, without another question to the database; the reserve is the list of
`budget.council.reserve`, from the same pure function.
"""

from dataclasses import dataclass

from budget.allocation.reserve import Ranked, Waiting, reserve
from budget.reading.results import FellOut, Line, Outcome
from models.enums import WorksStatus


@dataclass(frozen=True)
class Exchange:
    """A winner that fell out, and the project that came in for it; None where no money sufficed for any."""

    out: Line
    act: FellOut
    came_in: Line | None


@dataclass(frozen=True)
class Place:
    """A place on the reserve list."""

    line: Line
    waiting: Waiting


@dataclass(frozen=True)
class Confirmed:
    """The council's decision. `order` are the projects to be built in its order; `departures` those of which it said
    what the count did not; `exchanges` the oldest first."""

    order: tuple[Line, ...]
    departures: tuple[Line, ...]
    exchanges: tuple[Exchange, ...]
    waiting: tuple[Place, ...]


def of_outcome(outcome: Outcome, *, leftovers: bool) -> Confirmed | None:
    """None before the council's decision on this result is published. `leftovers`: they pass between envelopes."""
    if outcome.decided_in is None:
        return None
    lines = outcome.lines
    placed = [(line.word.place, line) for line in lines if line.word and line.word.place is not None]
    return Confirmed(
        order=tuple(line for _, line in sorted(placed, key=lambda pair: pair[0])),
        departures=tuple(line for line in lines if line.word and line.word.departs),
        exchanges=_exchanges(lines),
        waiting=_waiting(outcome, leftovers=leftovers),
    )


def is_awaited(outcome: Outcome) -> bool:
    """Is the council's decision still to come? Not of a result whose works were planned without it, in an archive of
    another service or before this one knew councils."""
    return outcome.decided_in is None and all(line.works is None for line in outcome.lines)


def _exchanges(lines: tuple[Line, ...]) -> tuple[Exchange, ...]:
    by_id = {line.id: line for line in lines}
    gone = [(line.fell_out.recorded_at, line.number, line, line.fell_out) for line in lines if line.fell_out]
    return tuple(
        Exchange(line, act, by_id.get(act.came_in) if act.came_in is not None else None)
        for _, _, line, act in sorted(gone, key=lambda each: each[:2])
    )


def _waiting(outcome: Outcome, *, leftovers: bool) -> tuple[Place, ...]:
    """The same inputs as `budget.council.reserve.listed` reads off the tables."""
    parts = {part.envelope.id: part for part in outcome.envelopes}
    owner = {line.id: envelope for envelope, part in parts.items() for line in part.lines}
    ranked = sorted(outcome.lines, key=lambda line: line.position)
    by_id = {line.id: line for line in ranked}
    gone = {line.id for line in ranked if line.works is WorksStatus.CANCELLED}
    excluded = {line.id for line in ranked if line.word and not line.word.wins}
    if not any(line.word for line in ranked):
        return ()
    found = reserve(
        [Ranked(line.id, owner[line.id], line.cost_tenge, line.kind) for line in ranked],
        {envelope: part.envelope.total_tenge for envelope, part in parts.items()},
        [line.id for line in ranked if line.works is not None and line.id not in gone],
        out=gone | excluded,
        pooled=leftovers,
    )
    return tuple(Place(by_id[one.id], one) for one in found)
