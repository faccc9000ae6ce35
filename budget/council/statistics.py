"""Numbers of the council's work, for its public page: published decisions only, and what is overdue.

What is reviewed and not published yet is not in any of them, or a number would tell a decision. Everything is read in
one statement (and the table of moved days), because a public page asks six things at most.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from statistics import median_low
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from budget.working_days import moved_days, working_days_between
from models.enums import CaseOutcome, Criterion, DecidedBy, Language, ProjectState, ScreeningOutcome
from models.project import Project
from models.screening import Appeal, Forwarding, Review, Screening


@dataclass(frozen=True)
class Statistics:
    """`received` leaves out what was merged into another project. `returned` counts returns, not projects; `rejected_by`
    the rejections by criterion, those by silence under None. `median_days` are working days from the submission to the
    last decision, None before the first. `reviews_overdue` and `appeals_overdue` are those past their deadline now."""

    received: int
    merged: int
    withdrawn: int
    decided: int
    admitted: int
    rejected: int
    returned: int
    forwarded: int
    median_days: int | None
    reviews_overdue: int
    appeals: int
    appeals_upheld: int
    appeals_overdue: int
    rejected_by: dict[Criterion | None, int] = field(default_factory=dict)


class Line(NamedTuple):
    """A published decision with its project and the appeal against it; a project without decisions has one line too."""

    public_id: str
    number: int
    language: Language
    title_kk: str | None
    title_ru: str | None
    title_en: str | None
    state: ProjectState
    submitted_at: datetime | None
    outcome: ScreeningOutcome | None
    decided_by: DecidedBy | None
    criterion: Criterion | None
    decided_at: datetime | None
    filed_at: datetime | None
    decide_by: datetime | None
    answered_at: datetime | None
    answer: CaseOutcome | None
    is_forwarded: bool

    def is_overdue(self, now: datetime) -> bool:
        """Is there an appeal nobody answered in time?"""
        return self.decide_by is not None and self.answered_at is None and self.decide_by <= now


@dataclass(frozen=True)
class Work:
    """What the council did in a cycle, line by line in the order of projects and decisions."""

    lines: tuple[Line, ...]
    reviews_overdue: int

    @property
    def appeals(self) -> tuple[Line, ...]:
        """The lines with an appeal: unanswered ones first, the most urgent at the top."""
        filed = [(line.decide_by, line) for line in self.lines if line.decide_by is not None]
        filed.sort(key=lambda pair: (pair[1].answered_at is not None, pair[0], pair[1].number))
        return tuple(line for _, line in filed)


_OVERDUE = (
    sa.select(sa.func.count())
    .select_from(Review)
    .join(
        Project,
        sa.and_(col(Project.id) == col(Review.project_id), col(Project.version) == col(Review.version)),
    )
    .where(
        col(Project.cycle_id) == sa.bindparam("cycle"),
        col(Project.state) == ProjectState.SUBMITTED,
        col(Review.concluded_at).is_(None),
        col(Review.due_at) <= sa.bindparam("now"),
    )
    .scalar_subquery()
)
_PROJECT = ("public_id", "number", "language", "title_kk", "title_ru", "title_en", "state", "submitted_at")
_DECISION = ("outcome", "decided_by", "criterion", "decided_at")
_APPEAL = ("filed_at", "decide_by", "decided_at", "outcome")
_LINES = (
    sa.select(
        _OVERDUE.label("overdue"),
        *(col(getattr(Project, name)) for name in _PROJECT),
        *(col(getattr(Screening, name)) for name in _DECISION),
        *(col(getattr(Appeal, name)) for name in _APPEAL),
        col(Forwarding.project_id).is_not(None),
    )
    .select_from(Project)
    .outerjoin(Screening, col(Screening.project_id) == col(Project.id))
    .outerjoin(Appeal, col(Appeal.screening_id) == col(Screening.id))
    .outerjoin(Forwarding, col(Forwarding.project_id) == col(Project.id))
    .where(col(Project.cycle_id) == sa.bindparam("cycle"))
    .order_by(col(Project.number), col(Screening.id))
)


def work_of(session: Session, cycle_id: int, *, now: datetime) -> Work:
    """Everything decided and published in a cycle. One statement."""
    rows: Any = session.connection().execute(_LINES, {"cycle": cycle_id, "now": now}).all()
    return Work(tuple(Line(*row[1:]) for row in rows), rows[0].overdue if rows else 0)


def of_cycle(session: Session, cycle_id: int, *, now: datetime) -> Statistics:
    """The numbers of a cycle at `now`. Two statements."""
    return of_work(work_of(session, cycle_id, now=now), moved_days(session), now=now)


def of_work(work: Work, moved: Mapping[date, bool], *, now: datetime) -> Statistics:
    """The numbers that follow from the lines; pure."""
    projects = {line.number: line for line in work.lines}  # the newest decision of each
    states = Counter(line.state for line in projects.values())
    decided = (ProjectState.ADMITTED, ProjectState.REJECTED)
    last = [line for line in projects.values() if line.state in decided and line.decided_at is not None]
    filed = work.appeals
    return Statistics(
        received=states.total() - states[ProjectState.MERGED],
        merged=states[ProjectState.MERGED],
        withdrawn=states[ProjectState.WITHDRAWN],
        decided=states[ProjectState.ADMITTED] + states[ProjectState.REJECTED],
        admitted=states[ProjectState.ADMITTED],
        rejected=states[ProjectState.REJECTED],
        returned=sum(line.outcome is ScreeningOutcome.RETURNED for line in work.lines),
        forwarded=sum(line.is_forwarded for line in projects.values()),
        median_days=_median_days(last, moved),
        reviews_overdue=work.reviews_overdue,
        appeals=len(filed),
        appeals_upheld=sum(line.answer is CaseOutcome.UPHELD for line in filed),
        appeals_overdue=sum(line.is_overdue(now) for line in filed),
        rejected_by=_by_criterion([line for line in last if line.outcome is ScreeningOutcome.REJECTED]),
    )


def _by_criterion(rejections: Sequence[Line]) -> dict[Criterion | None, int]:
    """In the order of the criteria, silence last; those without any are absent."""
    counted = Counter(None if line.decided_by is DecidedBy.SILENCE else line.criterion for line in rejections)
    return {criterion: counted[criterion] for criterion in (*Criterion, None) if counted[criterion]}


def _median_days(last: Sequence[Line], moved: Mapping[date, bool]) -> int | None:
    days = [
        working_days_between(line.submitted_at, line.decided_at, moved)
        for line in last
        if line.submitted_at is not None and line.decided_at is not None
    ]
    return median_low(days) if days else None
