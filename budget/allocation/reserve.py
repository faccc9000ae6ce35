"""The reserve list: who comes in when a winner falls out; pure, whole tenge.

It follows from the ranking: projects that were short of money or lost the lot, in the order of the count. The money of
an envelope that is not bound by winners is free; the first project it suffices for comes in (a `skip` pass, whatever the
rule of the count was: nobody who waits is made to wait for one that can't be paid). Where leftovers pass between
envelopes, so does what is free.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from models.enums import VerdictKind

WAITING = (VerdictKind.DOES_NOT_FIT, VerdictKind.AFTER_STOP, VerdictKind.LOST_LOT)


@dataclass(frozen=True)
class Ranked:
    """A project of the count in its order: its id, envelope, cost, and what the count said of it."""

    id: int
    envelope: int
    cost: int
    kind: VerdictKind


@dataclass(frozen=True)
class Waiting:
    """A place on the reserve list: the money free for it now, and whether that suffices."""

    id: int
    place: int
    cost: int
    free: int

    @property
    def fits(self) -> bool:
        """Could it come in now?"""
        return self.cost <= self.free


def reserve(
    ranking: Sequence[Ranked],
    totals: Mapping[int, int],
    built: Collection[int],
    *,
    out: Collection[int] = (),
    pooled: bool = False,
) -> tuple[Waiting, ...]:
    """The reserve list in order; `built` are the projects whose money is bound, `out` those that fell out or were
    departed from and do not come back."""
    costs = {one.id: (one.envelope, one.cost) for one in ranking}
    free = dict(totals)
    for project in built:
        envelope, cost = costs[project]
        free[envelope] -= cost
    together = sum(free.values())
    waiting = [one for one in ranking if one.kind in WAITING and one.id not in built and one.id not in out]
    return tuple(
        Waiting(one.id, place, one.cost, together if pooled else free[one.envelope])
        for place, one in enumerate(waiting, start=1)
    )


def next_in(listed: Sequence[Waiting]) -> Waiting | None:
    """Who comes in now: the first that the free money suffices for."""
    return next((one for one in listed if one.fits), None)
