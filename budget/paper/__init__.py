"""Voting on paper: papers issued in batches, people marked on the roll, papers read twice, batches accounted for.

Paper is secret by nature: who took a paper is marked on the roll, which serial it was is written nowhere. What the
papers say is sealed as it is typed; two readings are compared by a keyed hash, so nobody can count before the opening.
"""

from budget.paper.batches import close, hand_out, issue, standing, take_back
from budget.paper.entering import Reading, differing, enter, settle
from budget.paper.lines import Faulty, read_line, read_lines

__all__ = [
    "Faulty",
    "Reading",
    "close",
    "differing",
    "enter",
    "hand_out",
    "issue",
    "read_line",
    "read_lines",
    "settle",
    "standing",
    "take_back",
]
