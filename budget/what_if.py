"""What if the ballots by SMS were not there? Analysis beside the result, never the result itself.

A code by SMS proves that somebody holds a telephone, not who. So the money is allocated once more from the other
ballots alone: same rule, minimum, leftovers and lot. Where there are fewer than ten valid ballots by SMS
or of all others, the answer would tell what so few people chose, and the question is not asked.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget.allocation import Allocation
from budget.errors import UndecidedTie
from models.ballot import Ballot, BallotChoice
from models.enums import Assurance, BallotStatus

LEAST = 10


class Outcome(StrEnum):
    """What came of the question."""

    SAME = "same"
    DIFFERENT = "different"
    UNDECIDED = "undecided"
    NO_SMS = "no_sms"
    ONLY_SMS = "only_sms"
    TOO_FEW = "too_few"


@dataclass(frozen=True)
class WhatIf:
    """The outcome; where winners were found, their public ids, and the valid ballots they were found from."""

    outcome: Outcome
    ballots: int | None = None
    winners: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """What `Count.without_sms` keeps."""
        return {"outcome": str(self.outcome), "ballots": self.ballots, "winners": list(self.winners)}

    @staticmethod
    def from_json(stored: Mapping[str, Any] | None) -> "WhatIf | None":
        """Read back; None where it was never asked."""
        if stored is None:
            return None
        return WhatIf(Outcome(stored["outcome"]), stored["ballots"], tuple(stored["winners"]))


def question(by_sms: Mapping[BallotStatus, int], others: Mapping[BallotStatus, int]) -> Outcome | None:
    """Why it is not asked, by the opened ballots of each status; None where it is."""
    if not sum(by_sms.values()):
        return Outcome.NO_SMS
    if not sum(others.values()):
        return Outcome.ONLY_SMS
    valid = (by_sms.get(BallotStatus.VALID, 0), others.get(BallotStatus.VALID, 0))
    return Outcome.TOO_FEW if min(valid) < LEAST else None


def compared(official: Collection[str], again: Callable[[], Allocation], ballots: int) -> WhatIf:
    """Hold the winners of `again`, found from so many ballots, against the official ones.

    A tie of theirs that needs a lot nobody drew is left open: a draw is made for the result only.
    """
    try:
        winners = again().winners
    except UndecidedTie:
        return WhatIf(Outcome.UNDECIDED, ballots)
    is_same = set(winners) == set(official)
    return WhatIf(Outcome.SAME if is_same else Outcome.DIFFERENT, ballots, tuple(winners))


def without_sms(
    session: Session,
    cycle_id: int,
    official: Collection[str],
    allocate: Callable[[Mapping[int, int]], Allocation],
) -> WhatIf:
    """Ask it of the opened ballots of a cycle; `allocate` decides by votes per project row, as for the result."""
    by_sms, others = _ballots(session, cycle_id)
    unasked = question(by_sms, others)
    if unasked is not None:
        return WhatIf(unasked)
    votes = _votes_of_others(session, cycle_id)
    return compared(official, lambda: allocate(votes), others[BallotStatus.VALID])


def _ballots(session: Session, cycle_id: int) -> tuple[Counter[BallotStatus], Counter[BallotStatus]]:
    """Opened ballots by status: those by SMS, and all others."""
    counted = (
        select(Ballot.assurance, Ballot.status, sa.func.count())
        .where(Ballot.cycle_id == cycle_id)
        .group_by(col(Ballot.assurance), col(Ballot.status))
    )
    by_sms: Counter[BallotStatus] = Counter()
    others: Counter[BallotStatus] = Counter()
    for assurance, status, number in session.exec(counted):
        (by_sms if assurance is Assurance.SMS else others)[BallotStatus(status)] += number
    return by_sms, others


def _votes_of_others(session: Session, cycle_id: int) -> dict[int, int]:
    counted = (
        select(BallotChoice.project_id, sa.func.count())
        .join(Ballot, col(Ballot.id) == BallotChoice.ballot_id)
        .where(
            Ballot.cycle_id == cycle_id,
            Ballot.status == BallotStatus.VALID,
            col(Ballot.assurance) != Assurance.SMS,
        )
        .group_by(col(BallotChoice.project_id))
    )
    return dict(session.exec(counted).all())
