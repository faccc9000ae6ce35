"""The count: votes of a project are the valid ballots that contain it. Pure, plain values, integers.

Recounted from the ballots at every publication; the sums in the database must be equal to this.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import chain


@dataclass(frozen=True, slots=True)
class Ballot:
    """A valid opened ballot: its envelope and the ids of the projects on it; no projects = "none of these"."""

    envelope: str
    projects: Collection[str]


def count(ballots: Iterable[Ballot]) -> dict[str, int]:
    """Votes by project id. A ballot counts once for a project, however often it names it."""
    return dict(Counter(chain.from_iterable(frozenset(ballot.projects) for ballot in ballots)))
