"""Quorum, majority and composition; pure, whole numbers.

Source: the settings of a cycle. Regulations of councils differ in these, so nothing here is a constant of the
service. "Entitled" are the members in office who may decide a motion: those who declared an interest are left out
before anything is counted, of the quorum as well as of the majority.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from models.enums import CouncilChoice, ItemResult, Majority, MemberKind, Quorum

LEAST_MEMBERS = 3


@dataclass(frozen=True)
class Decision:
    """What came of a vote, with every number it follows from."""

    result: ItemResult
    entitled: int
    present: int
    needed: int
    votes_for: int
    votes_against: int
    abstained: int


def needed(quorum: Quorum, entitled: int) -> int:
    """How many of the entitled must be there; at least one, so that nobody decides nothing."""
    match quorum:
        case Quorum.MORE_THAN_HALF:
            least = entitled // 2 + 1
        case Quorum.TWO_THIRDS:
            least = -(-2 * entitled // 3)
    return max(least, 1)


def decide(
    quorum: Quorum, majority: Majority, *, entitled: int, present: int, choices: Iterable[CouncilChoice]
) -> Decision:
    """The result of a vote of entitled members who are there; whoever is there and did not vote counts as present."""
    votes = Counter(choices)
    votes_for, against = votes[CouncilChoice.FOR], votes[CouncilChoice.AGAINST]
    least = needed(quorum, entitled)
    if present < least:
        result = ItemResult.NO_QUORUM
    elif _is_carried(majority, entitled=entitled, present=present, votes_for=votes_for, against=against):
        result = ItemResult.CARRIED
    else:
        result = ItemResult.NOT_CARRIED
    return Decision(result, entitled, present, least, votes_for, against, votes[CouncilChoice.ABSTAIN])


def _is_carried(majority: Majority, *, entitled: int, present: int, votes_for: int, against: int) -> bool:
    match majority:
        case Majority.OF_VOTES:
            return votes_for > against
        case Majority.OF_PRESENT:
            return 2 * votes_for > present
        case Majority.OF_MEMBERS:
            return 2 * votes_for > entitled


@dataclass(frozen=True)
class Share:
    """How many members come from one kind, of all."""

    kind: MemberKind
    members: int
    of: int

    @property
    def percent(self) -> int:
        """Rounded down to a whole percent; 0 of nobody."""
        return 100 * self.members // self.of if self.of else 0


def shares(kinds: Iterable[MemberKind]) -> tuple[Share, ...]:
    """The share of each kind, every kind named."""
    counted = Counter(kinds)
    return tuple(Share(kind, counted[kind], counted.total()) for kind in MemberKind)


def composition_faults(
    kinds: Iterable[MemberKind], chairs: int, akimat_percent: int
) -> list[dict[str, object]]:
    """Everything against a composition, as facts of CompositionFault; [] when it may be published."""
    counted = Counter(kinds)
    total, akimat = counted.total(), counted[MemberKind.AKIMAT]
    found: list[dict[str, object]] = []
    if total < LEAST_MEMBERS:
        found.append({"why": "too_few", "count": total, "limit": LEAST_MEMBERS})
    if chairs != 1:
        found.append({"why": "several_chairs" if chairs else "no_chair", "count": chairs, "limit": 1})
    if total and 100 * akimat > akimat_percent * total:
        found.append({"why": "too_many_akimat", "count": akimat, "limit": akimat_percent * total // 100})
    return found
