"""What goes into an allocation and what comes out of it. Money is whole tenge, never a float."""

from dataclasses import dataclass

from models.enums import VerdictKind


@dataclass(frozen=True, slots=True)
class Candidate:
    """A project on the ballot list: `cost` in tenge, `votes` as counted, `envelope` the id of its envelope."""

    id: str
    cost: int
    votes: int
    envelope: str
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class EnvelopeSum:
    """An envelope and its money in tenge."""

    id: str
    total: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the allocation says of one project, with the numbers it follows from.

    `place`: 1.. over the eligible projects of the envelope; None for those not in the running (withdrawn,
    below the minimum, ineligible).

    `remaining_before`, `remaining_after`: money left before and after the turn that decided, in tenge. That is
    the turn in its own envelope; for a project that took part in the pass over the leftovers (it won there or
    nowhere) it is the turn in that pass, and the money is the pool's.

    `missing_tenge`: cost minus `remaining_before` for a project that did not fit (or lost the lot): had it cost
    that much less, it would have won. For an ineligible project dearer than its whole envelope: the excess over
    the envelope. None for all others.

    `missing_votes`: below the minimum: minimum minus votes. For one that did not fit, lost the lot or came after
    the stop: the fewest additional votes with which, all else equal, it would have won in its own envelope. It
    must overtake the last project that stood before it while there was still money enough for it; where a tie
    with that project would go to a lot not drawn, one vote more is asked. None for all others.
    """

    id: str
    envelope: str
    place: int | None
    votes: int
    cost: int
    remaining_before: int
    remaining_after: int
    kind: VerdictKind
    missing_votes: int | None = None
    missing_tenge: int | None = None


@dataclass(frozen=True, slots=True)
class EnvelopeResult:
    """Sums of one envelope in tenge.

    `spent` is the cost of the winners paid from the envelope itself, `remaining` what they left of it (this goes
    into the pool when leftovers are shared); `from_leftovers` is the cost of its projects that the pool paid.
    """

    id: str
    total: int
    spent: int
    remaining: int
    from_leftovers: int


@dataclass(frozen=True, slots=True)
class Allocation:
    """The outcome. `spent` + `remaining` is the money of all envelopes.

    `verdicts` stand envelope by envelope, in the order of votes, cost and lot. `winners` are ids in the order in
    which they won: envelope by envelope, then the pass over the leftovers.
    """

    verdicts: tuple[Verdict, ...]
    winners: tuple[str, ...]
    spent: int
    remaining: int
    envelopes: tuple[EnvelopeResult, ...]
