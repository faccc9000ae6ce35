"""A finished cycle as a Pabulib `.pb` file, so that anybody can recount it with the tools of the field.

One file per envelope, because an envelope is an election of its own; its rows stand in the official order, which is
how the format carries the order of ties. Nothing of a voter goes in but the set of projects (see
`budget.pabulib.writer`).
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget.cycles import calendar, envelopes
from budget.errors import NotFound
from budget.pabulib import ExportProject, write
from models.ballot import Ballot, BallotChoice
from models.cycle import Cycle, Envelope
from models.district import District
from models.enums import BallotStatus, Language, Origin, Phase
from models.project import Project
from models.result import Count, VerdictRow

_CITY = "Astana"
_ZONE = ZoneInfo("Asia/Almaty")
_AT_ONCE = 10_000


def export_pb(session: Session, cycle: Cycle, position: int | None = None) -> str:
    """The text of the file for the envelope at `position` (1..), or for the only envelope.

    Raises NotFound: results not published, not a cycle run in this service, or no such envelope.
    """
    if cycle.results_published_at is None or cycle.origin is not Origin.SERVICE:
        raise NotFound(slug=cycle.slug)
    rows = envelopes(session, cycle.id or 0)
    found = [row for row in rows if row.position == position or (position is None and len(rows) == 1)]
    voting = calendar(session, cycle.id or 0).window(Phase.VOTING)
    if not found or voting is None or voting.ends_at is None:
        raise NotFound(slug=cycle.slug, envelope=position)
    district = session.exec(select(District)).first()
    last_moment = voting.ends_at - timedelta(microseconds=1)
    return write(
        description=cycle.title_en,
        unit=_CITY,
        district=district.name_en if district else "",
        subunit=found[0].name_en if len(rows) > 1 else "",
        instance=str(cycle.year),
        budget_tenge=found[0].total_tenge,
        rule=cycle.rule,
        minimum_votes=cycle.minimum_votes,
        votes_per_resident=cycle.votes_per_resident,
        begin_on=voting.starts_at.astimezone(_ZONE).date(),
        end_on=last_moment.astimezone(_ZONE).date(),
        language=Language.KK,
        projects=_projects(session, found[0]),
        ballots=_ballots(session, found[0]),
        comments=_comments(session, cycle),
    )


def _projects(session: Session, envelope: Envelope) -> list[ExportProject]:
    """The projects in the official order, with the title in Kazakh or as the author wrote it."""
    verdicts = (
        select(VerdictRow, Project)
        .join(Project, col(Project.id) == VerdictRow.project_id)
        .where(VerdictRow.envelope_id == envelope.id)
        .order_by(col(VerdictRow.position))
    )
    return [
        ExportProject(
            id=project.public_id,
            cost=verdict.cost_tenge,
            votes=verdict.votes,
            name=project.title_kk or project.title_ru or project.title_en or project.public_id,
            verdict=verdict.kind,
            category=(str(project.direction),) if project.direction else (),
        )
        for verdict, project in session.exec(verdicts)
    ]


def _ballots(session: Session, envelope: Envelope) -> Iterator[list[str]]:
    listed = select(Project.id, Project.public_id).where(Project.cycle_id == envelope.cycle_id)
    public_ids = dict(session.exec(listed).all())
    chosen = (
        sa.select(col(BallotChoice.ballot_id), col(BallotChoice.project_id))
        .join(Ballot, col(Ballot.id) == col(BallotChoice.ballot_id))
        .where(col(Ballot.envelope_id) == envelope.id, col(Ballot.status) == BallotStatus.VALID)
        .order_by(col(BallotChoice.ballot_id))
    )
    found = session.connection().execute(chosen, execution_options={"yield_per": _AT_ONCE})
    for _, rows in groupby(found, key=lambda row: row[0]):
        yield [public_ids[project] for _, project in rows]


def _comments(session: Session, cycle: Cycle) -> Iterator[str]:
    count = session.exec(select(Count).where(Count.cycle_id == cycle.id)).first()
    if count is not None:
        yield f"People who took part in all envelopes: {count.participations}; empty ballots: {count.empty}."
        if count.draw:
            yield f"Ties at equal cost stand in the order of the public draw {count.draw}."
        if count.ballots_root:
            yield f"Merkle root of the sealed ballots: {count.ballots_root}."
