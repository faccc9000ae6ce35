"""The plain ballots as they are published: what was chosen, and how the voter was identified where that hides nobody.

One line a ballot, sorted by what it says, so the order tells nothing of who voted when. The way of identifying is
needed to see whether the winners are the same without ballots by SMS; a way that fewer than ten ballots share is
merged with others, and where even that leaves fewer than ten, no ballot names its way.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from budget.cycles import envelopes, projects_on_ballot
from models.ballot import Ballot, BallotChoice
from models.cycle import Cycle
from models.enums import BallotStatus

HEADER = "envelope,assurance,status,projects"
SMALL = 10
MERGED = "other"
_AT_ONCE = 10_000


def ballot_lines(session: Session, cycle: Cycle) -> Iterator[bytes]:
    """The content of ballots.csv."""
    yield f"{HEADER}\n".encode()
    ways = shown_ways(_by_way(session, cycle.id or 0))
    found = Counter(_valid(session, cycle, ways))
    for way, status, reason, number in _others(session, cycle.id or 0):
        found[f",{ways[way]},{f'{status}:{reason}' if reason else status},"] += number
    for line in sorted(found):
        yield f"{line}\n".encode() * found[line]


def shown_ways(ballots: dict[str, int]) -> dict[str, str]:
    """What the public sees of each way of identifying, by the number of its ballots."""
    small = {way for way, number in ballots.items() if number < SMALL}
    if 0 < sum(ballots[way] for way in small) < SMALL:
        small |= {
            min((way for way in ballots if way not in small), key=lambda way: (ballots[way], way), default="")
        }
    shown = {way: MERGED if way in small else way for way in ballots}
    return shown if len(set(shown.values())) > 1 else dict.fromkeys(ballots, "")


def _by_way(session: Session, cycle_id: int) -> dict[str, int]:
    way = col(Ballot.assurance)
    counted = sa.select(way, sa.func.count()).where(col(Ballot.cycle_id) == cycle_id).group_by(way)
    return {str(name or ""): number for name, number in session.connection().execute(counted)}


def _others(session: Session, cycle_id: int) -> Iterator[tuple[str, str, str, int]]:
    """Empty and invalid ballots: how identified, status, why, how many."""
    columns = (col(Ballot.assurance), col(Ballot.status), col(Ballot.reason))
    others = sa.select(*columns, sa.func.count()).where(
        col(Ballot.cycle_id) == cycle_id, col(Ballot.status) != BallotStatus.VALID
    )
    for way, status, reason, number in session.connection().execute(others.group_by(*columns)):
        yield str(way or ""), str(status), reason, number


def _valid(session: Session, cycle: Cycle, ways: dict[str, str]) -> Iterator[str]:
    """A line for each valid ballot."""
    parts: dict[Any, str] = {row.id: row.public_id for row in envelopes(session, cycle.id or 0)}
    listed: dict[Any, str] = {project.id: project.public_id for project in projects_on_ballot(session, cycle)}
    chosen = (
        sa.select(
            col(Ballot.id), col(Ballot.envelope_id), col(Ballot.assurance), col(BallotChoice.project_id)
        )
        .outerjoin(BallotChoice, col(BallotChoice.ballot_id) == col(Ballot.id))
        .where(col(Ballot.cycle_id) == cycle.id, col(Ballot.status) == BallotStatus.VALID)
        .order_by(col(Ballot.id))
    )
    rows = session.connection().execute(chosen, execution_options={"yield_per": _AT_ONCE})
    for (_, part, way), group in groupby(rows, key=lambda row: (row[0], row[1], row[2])):
        projects = " ".join(sorted(listed.get(row[3], "?") for row in group))
        yield f"{parts.get(part, '')},{ways[str(way or '')]},valid,{projects}"
