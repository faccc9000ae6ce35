"""The one order of projects, and the refusal to guess it.

Ours: votes descending, cost ascending, then the lot. A published file (Pabulib) carries the official order of
ties in its rows instead. A tie that only a lot can settle is refused without one, even where it could not change
who wins: places are published too, and a rule that depends on the outcome is one nobody can foresee.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from budget.allocation.values import Candidate
from budget.errors import UndecidedTie

SortKey = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LotOrder:
    """Votes, then cost, then the rank drawn (see `lot_ranks`). Without ranks, ties are refused."""

    ranks: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileOrder:
    """Votes, then the order in which the candidates were given: the rows of a published file."""


TieOrder = LotOrder | FileOrder

NO_LOT = LotOrder()


class Ordering:
    """Sorts the candidates of one allocation and knows who would go first at equal votes."""

    def __init__(self, candidates: Sequence[Candidate], order: TieOrder) -> None:
        self.has_lot = isinstance(order, LotOrder)
        if isinstance(order, LotOrder):
            self._tie_keys = {c.id: (c.cost, order.ranks.get(c.id, 0)) for c in candidates}
            self._ranks: Mapping[str, int] = order.ranks
        else:
            self._tie_keys = {c.id: (row, 0) for row, c in enumerate(candidates)}
            self._ranks = {}

    def sort(self, candidates: Iterable[Candidate], *, last: Iterable[str] = ()) -> list[Candidate]:
        """In order; those of `last` (they compete with nobody) after their equals, and among themselves by id."""
        behind = set(last)

        def key(candidate: Candidate) -> tuple[int, int, bool, int, str]:
            first, rank = self._tie_keys[candidate.id]
            is_behind = candidate.id in behind
            return -candidate.votes, first, is_behind, 0 if is_behind else rank, candidate.id

        return sorted(candidates, key=key)

    def refuse_undecided(self, competing: Sequence[Candidate]) -> None:
        """Raise UndecidedTie (facts: groups of ids) if sorted `competing` has a tie nothing settles."""
        if not self.has_lot:
            return
        tied = [tuple(c.id for c in group) for _, group in groupby(competing, lambda c: (c.votes, c.cost))]
        groups = tuple(ids for ids in tied if len(ids) > 1 and not self._is_drawn(ids))
        if groups:
            raise UndecidedTie(groups=groups)

    def would_precede(self, candidate: Candidate, rival: Candidate) -> bool:
        """Would `candidate` go before `rival` if both had the same votes? False where no lot says so."""
        if self.has_lot and candidate.cost == rival.cost and not self._is_drawn((candidate.id, rival.id)):
            return False
        return self._tie_keys[candidate.id] < self._tie_keys[rival.id]

    def _is_drawn(self, ids: Sequence[str]) -> bool:
        ranks = {self._ranks[project] for project in ids if project in self._ranks}
        return len(ranks) == len(ids)
