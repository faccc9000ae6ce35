"""What the ballot page shows: the frozen list with titles, places and costs, in the same few queries however long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from budget.reading.projects import Address, addresses_of
from models.cycle import Cycle, Envelope, PhaseWindow
from models.enums import Language, Phase, ProjectState
from models.project import Project


@dataclass(frozen=True)
class BallotLine:
    """A project on the ballot; texts as in `Project`, cost in tenge."""

    public_id: str
    number: int
    envelope_id: int
    language: Language
    title_kk: str | None
    title_ru: str | None
    title_en: str | None
    cost_tenge: int
    addresses: tuple[Address, ...]


@dataclass(frozen=True)
class BallotPage:
    """The cycle, its envelopes in order, the end of voting, and the list by number."""

    cycle: Cycle
    envelopes: Sequence[Envelope]
    ends_at: datetime | None
    lines: tuple[BallotLine, ...]


def ballot_page(session: Session, cycle_id: int) -> BallotPage:
    """Everything the ballot of a cycle shows."""
    cycle = session.get_one(Cycle, cycle_id)
    ends_at = session.exec(
        select(PhaseWindow.ends_at).where(PhaseWindow.cycle_id == cycle_id, PhaseWindow.phase == Phase.VOTING)
    ).first()
    envelopes = session.exec(
        select(Envelope).where(Envelope.cycle_id == cycle_id).order_by(col(Envelope.position))
    ).all()
    rows = session.exec(
        select(Project)
        .where(Project.cycle_id == cycle_id, Project.state == ProjectState.ADMITTED)
        .order_by(col(Project.number))
    ).all()
    houses = addresses_of(session, [project.id or 0 for project in rows])
    lines = tuple(_line(project, houses.get(project.id or 0, ())) for project in rows)
    return BallotPage(cycle, envelopes, ends_at, lines)


def _line(project: Project, addresses: tuple[Address, ...]) -> BallotLine:
    return BallotLine(
        project.public_id,
        project.number,
        project.envelope_id or 0,
        project.language,
        project.title_kk,
        project.title_ru,
        project.title_en,
        project.cost_tenge or 0,
        addresses,
    )
