"""The sums of a count and what must always be true of them (voting.md, "The log of ballots").

Each term is a number on the public page, counted from its own table, so that a ballot that got lost or was added
anywhere on the way shows as a sum that does not add up; then nothing is counted or published.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget.errors import SumsDiffer
from models.ballot import Ballot, Participation, ReplacedBallot, SealedBallot
from models.cycle import Cycle
from models.enums import BallotStatus, Channel, SheetState
from models.log import LogLeaf
from models.paper import PaperSheet


def of_cycle(session: Session, cycle: Cycle) -> dict[str, int]:
    """The numbers by the names of their columns in `ballot_count`. A person whose ballot was set aside and who voted
    again is one participation."""
    by_status = dict(
        session.exec(
            select(Ballot.status, sa.func.count())
            .where(Ballot.cycle_id == cycle.id)
            .group_by(col(Ballot.status))
        ).all()
    )
    counting = (Participation.cycle_id == cycle.id, col(Participation.annulled_at).is_(None))
    annulled = (*_electronic(cycle), col(Participation.annulled_at).is_not(None))
    return {
        "participations": _number(session, Participation, *counting),
        **{str(status): by_status.get(status, 0) for status in BallotStatus},
        "leaves": _number(session, LogLeaf, LogLeaf.cycle_id == cycle.id),
        "replaced": _number(session, ReplacedBallot, ReplacedBallot.cycle_id == cycle.id),
        "annulled": _number(session, Participation, *annulled),
        "papers": _number(
            session, PaperSheet, PaperSheet.cycle_id == cycle.id, PaperSheet.state == SheetState.VALID
        ),
    }


def check(session: Session, cycle: Cycle, sums: Mapping[str, int]) -> None:
    """Refuse sums that do not add up; a cycle without a log of ballots (history) has none to add.

    electronic  leaves = participations by web and desk + replaced + papers
    leaves      leaves = opened + replaced + annulled
    opened      opened = valid + empty + invalid
    Raises: SumsDiffer(term, said, found).
    """
    if cycle.log_closed_at is None:
        return
    opened = _number(session, SealedBallot, SealedBallot.cycle_id == cycle.id)
    must: tuple[tuple[str, int, int], ...] = (
        (
            "electronic",
            sums["leaves"],
            _number(session, Participation, *_electronic(cycle)) + sums["replaced"] + sums["papers"],
        ),
        ("leaves", sums["leaves"], opened + sums["replaced"] + sums["annulled"]),
        ("opened", opened, sum(sums[status] for status in BallotStatus)),
    )
    for term, said, found in must:
        if said != found:
            raise SumsDiffer(term=term, said=said, found=found)


def _electronic(cycle: Cycle) -> tuple[sa.ColumnElement[bool], ...]:
    """Participations by web and desk. The channels are named: an index is no help against "not on paper"."""
    by = [channel for channel in Channel if channel is not Channel.PAPER]
    return (col(Participation.cycle_id) == cycle.id, col(Participation.channel).in_(by))


def _number(session: Session, table: type, *conditions: Any) -> int:
    return session.exec(select(sa.func.count()).select_from(table).where(*conditions)).one()
