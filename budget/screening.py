"""Screening by the Expert Council: what is left to read, and the decision on one project.

Two criteria come from the akimat's report: is the project within the akimat's competence, does it conform to the
regulation. Admitted needs both, rejected needs a failed one and a reason, returned needs remarks. A decided project
is decided: the second of two members who press at once is told so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget import audit, cycles
from budget.errors import CriteriaContradict, Frozen, NotFound, ReasonRequired
from budget.permissions import Action, Actor, may
from budget.phases import phase_at
from budget.projects import check_cost, chosen_envelope, locked_cycle, locked_project, move
from models.cycle import Cycle
from models.district import Area
from models.enums import Language, Origin, ProjectState, Role, ScreeningOutcome
from models.project import Project, Screening


@dataclass(frozen=True)
class Conclusion:
    """What a member concluded. `reason` is the reason of a rejection or the remarks of a return;
    `cost_tenge=None` admits the author's estimate, `envelope=None` leaves the project where it is."""

    outcome: ScreeningOutcome
    meets_competence: bool
    meets_regulation: bool
    language: Language
    reason: str = ""
    cost_tenge: int | None = None
    envelope: str | None = None


PER_PAGE = 50


class Show(StrEnum):
    """The parts of the queue."""

    WAITING = "waiting"
    RETURNED = "returned"
    DECIDED = "decided"


STATES: dict[Show, tuple[ProjectState, ...]] = {
    Show.WAITING: (ProjectState.SUBMITTED,),
    Show.RETURNED: (ProjectState.RETURNED,),
    Show.DECIDED: (ProjectState.ADMITTED, ProjectState.REJECTED),
}


@dataclass(frozen=True)
class Progress:
    """How far the council is with a cycle; withdrawn projects are left out."""

    waiting: int
    returned: int
    admitted: int
    rejected: int

    @property
    def decided(self) -> int:
        """Admitted or rejected."""
        return self.admitted + self.rejected

    @property
    def total(self) -> int:
        """All projects that still need or have a decision."""
        return self.waiting + self.returned + self.decided


@dataclass(frozen=True)
class QueuePage:
    """One page of the queue: projects with their areas, and how many there are in all."""

    rows: tuple[tuple[Project, Area | None], ...]
    total: int
    page: int
    pages: int


def decide(
    session: Session, actor: Actor, project: Project, conclusion: Conclusion, *, now: datetime
) -> Screening:
    """Admit, return or reject a submitted project.

    Raises: NotFound, NotPermitted, WrongPhase, Frozen, NotThisState (somebody was quicker), ReasonRequired,
    CriteriaContradict, CostNotPositive, CostAboveCap, UnknownEnvelope.
    """
    cycle = locked_cycle(session, project.cycle_id)
    project = locked_project(session, project.id or 0)
    cycles.require(session, actor, Action.SCREEN_PROJECT, cycle, now)
    if cycle.frozen_at is not None:
        raise Frozen(frozen_at=cycle.frozen_at)
    _check_criteria(conclusion)
    if conclusion.outcome is ScreeningOutcome.ADMITTED:
        _admit(session, cycle, project, conclusion)
    move(project, ProjectState(conclusion.outcome))
    project.decided_at = now
    row = Screening(
        project_id=project.id or 0,
        staff_id=actor.id if actor.role is Role.COUNCIL else None,
        outcome=conclusion.outcome,
        meets_competence=conclusion.meets_competence,
        meets_regulation=conclusion.meets_regulation,
        reason=conclusion.reason.strip(),
        language=conclusion.language,
        decided_at=now,
    )
    session.add_all([project, row])
    session.flush()
    audit.record(
        session, actor, f"screening.{conclusion.outcome}", now=now, cycle_id=cycle.id, subject=project.public_id,
        competence=conclusion.meets_competence, regulation=conclusion.meets_regulation,
        reason=row.reason, cost_tenge=project.cost_tenge,
    )  # fmt: skip
    return row


def open_cycles(session: Session, *, now: datetime) -> list[Cycle]:
    """The published cycles whose projects may be screened now, newest first."""
    rows = select(Cycle).where(Cycle.origin == Origin.SERVICE, col(Cycle.published_at).is_not(None))
    found = session.exec(rows.where(col(Cycle.frozen_at).is_(None)).order_by(col(Cycle.id).desc())).all()
    return [cycle for cycle in found if is_open(session, cycle, now=now)]


def is_open(session: Session, cycle: Cycle, *, now: datetime) -> bool:
    """May projects of this cycle be screened now?"""
    phase = phase_at(cycles.calendar(session, cycle.id or 0), now)
    return cycle.frozen_at is None and may(Role.COUNCIL, Action.SCREEN_PROJECT, phase).allowed


def progress(session: Session, cycle: Cycle) -> Progress:
    """How many projects of the cycle stand where."""
    counts = dict(
        session.exec(
            select(Project.state, sa.func.count())
            .where(Project.cycle_id == cycle.id)
            .group_by(col(Project.state))
        ).all()
    )
    return Progress(
        waiting=counts.get(ProjectState.SUBMITTED, 0),
        returned=counts.get(ProjectState.RETURNED, 0),
        admitted=counts.get(ProjectState.ADMITTED, 0),
        rejected=counts.get(ProjectState.REJECTED, 0),
    )


def queue(session: Session, cycle: Cycle, show: Show, *, area: str | None = None, page: int = 1) -> QueuePage:
    """One part of the queue by number; `area` is a code. A page that does not exist is the last one."""
    rows = select(Project, Area).join(Area, col(Area.id) == Project.area_id, isouter=True)
    rows = rows.where(Project.cycle_id == cycle.id, col(Project.state).in_(STATES[show]))
    if area is not None:
        rows = rows.where(Area.code == area)
    total = session.exec(select(sa.func.count()).select_from(rows.subquery())).one()
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(page, 1), pages)
    found = session.exec(rows.order_by(col(Project.number)).limit(PER_PAGE).offset((page - 1) * PER_PAGE))
    return QueuePage(tuple((project, place) for project, place in found), total, page, pages)


def first_waiting(session: Session, cycle: Cycle) -> Project | None:
    """The project to begin with: the lowest number that waits."""
    rows = select(Project).where(Project.cycle_id == cycle.id, Project.state == ProjectState.SUBMITTED)
    return session.exec(rows.order_by(col(Project.number)).limit(1)).first()


def next_waiting(session: Session, project: Project) -> Project | None:
    """The next project of the cycle to be read: the following number, then from the first again."""
    rows = select(Project).where(Project.cycle_id == project.cycle_id, Project.id != project.id)
    rows = rows.where(Project.state == ProjectState.SUBMITTED)
    passed = sa.case((col(Project.number) > project.number, 0), else_=1)
    return session.exec(rows.order_by(passed, col(Project.number)).limit(1)).first()


def found(session: Session, public_id: str) -> tuple[Project, Cycle]:
    """A project the council may read, with its cycle. Raises NotFound: unknown, or of a cycle not run here."""
    rows = select(Project, Cycle).join(Cycle, col(Cycle.id) == Project.cycle_id)
    rows = rows.where(Cycle.origin == Origin.SERVICE, col(Cycle.published_at).is_not(None))
    row = session.exec(rows.where(Project.public_id == public_id)).first()
    if row is None:
        raise NotFound(project=public_id)
    return row


def decisions_of(session: Session, project_id: int | None) -> Sequence[Screening]:
    """The council's decisions on a project, newest first."""
    rows = select(Screening).where(Screening.project_id == project_id)
    return session.exec(rows.order_by(col(Screening.id).desc())).all()


def _check_criteria(conclusion: Conclusion) -> None:
    meets_both = conclusion.meets_competence and conclusion.meets_regulation
    outcome = conclusion.outcome
    if outcome is ScreeningOutcome.ADMITTED and not meets_both:
        raise CriteriaContradict(outcome=outcome)
    if outcome is ScreeningOutcome.REJECTED and meets_both:
        raise CriteriaContradict(outcome=outcome)
    if outcome is not ScreeningOutcome.ADMITTED and not conclusion.reason.strip():
        raise ReasonRequired(outcome=outcome)


def _admit(session: Session, cycle: Cycle, project: Project, conclusion: Conclusion) -> None:
    """Give the project the cost and the envelope it goes to the vote with."""
    current = next(
        (row for row in cycles.envelopes(session, cycle.id or 0) if row.id == project.envelope_id), None
    )
    chosen = conclusion.envelope or (current.public_id if current else None)
    envelope = chosen_envelope(session, cycle, chosen)
    cost = project.estimate_tenge if conclusion.cost_tenge is None else conclusion.cost_tenge
    check_cost(cycle, envelope, cost or 0)
    project.envelope_id, project.cost_tenge = envelope.id, cost
