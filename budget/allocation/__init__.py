"""Allocation: who wins, by which rule, with what left, and why everybody else did not.

Pure and integer: plain values in, plain values out; no clock, no database, no randomness. The definitions are
those of the rules page: order by votes, then by cost, then by the lot; `skip` passes over what does not fit,
`stop` ends at it. Both are the greedy rules of the participatory budgeting literature (Faliszewski et al.,
"Participatory Budgeting: Data, Tools, and Analysis", IJCAI 2023).
"""

from budget.allocation.greedy import allocate
from budget.allocation.lot import lot_ranks, lot_seed
from budget.allocation.order import NO_LOT, FileOrder, LotOrder, TieOrder
from budget.allocation.values import Allocation, Candidate, EnvelopeResult, EnvelopeSum, Verdict
from models.enums import AllocationRule, VerdictKind

__all__ = [
    "NO_LOT",
    "Allocation",
    "AllocationRule",
    "Candidate",
    "EnvelopeResult",
    "EnvelopeSum",
    "FileOrder",
    "LotOrder",
    "TieOrder",
    "Verdict",
    "VerdictKind",
    "allocate",
    "lot_ranks",
    "lot_seed",
]
