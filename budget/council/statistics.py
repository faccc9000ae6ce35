"""Numbers of the council's work, for its public page: published decisions only, and what is overdue.

What is reviewed and not published yet is not in any of them, or a number would tell a decision.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from statistics import median_low

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget.council import appeals
from budget.working_days import moved_days, working_days_between
from models.enums import CaseOutcome, Criterion, DecidedBy, ProjectState, ScreeningOutcome
from models.project import Project
from models.screening import Forwarding, Review, Screening


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


def of_cycle(session: Session, cycle_id: int, *, now: datetime) -> Statistics:
    """The numbers of a cycle at `now`."""
    states = _states(session, cycle_id)
    last = _last_decisions(session, cycle_id)
    rejections = [row for row, _ in last if row.outcome is ScreeningOutcome.REJECTED]
    filed = [appeal for appeal, _ in appeals.of_cycle(session, cycle_id)]
    return Statistics(
        received=states.total() - states[ProjectState.MERGED],
        merged=states[ProjectState.MERGED],
        withdrawn=states[ProjectState.WITHDRAWN],
        decided=states[ProjectState.ADMITTED] + states[ProjectState.REJECTED],
        admitted=states[ProjectState.ADMITTED],
        rejected=states[ProjectState.REJECTED],
        returned=_returns(session, cycle_id),
        forwarded=_forwarded(session, cycle_id),
        median_days=_median_days(last, moved_days(session)),
        reviews_overdue=_overdue_reviews(session, cycle_id, now),
        appeals=len(filed),
        appeals_upheld=sum(one.outcome is CaseOutcome.UPHELD for one in filed),
        appeals_overdue=sum(one.decided_at is None and one.decide_by <= now for one in filed),
        rejected_by=_by_criterion(rejections),
    )


def _by_criterion(rejections: Sequence[Screening]) -> dict[Criterion | None, int]:
    """In the order of the criteria, silence last; those without any are absent."""
    counted = Counter(None if row.decided_by is DecidedBy.SILENCE else row.criterion for row in rejections)
    return {criterion: counted[criterion] for criterion in (*Criterion, None) if counted[criterion]}


def _states(session: Session, cycle_id: int) -> Counter[ProjectState]:
    rows = select(Project.state, sa.func.count()).where(Project.cycle_id == cycle_id)
    return Counter(
        {ProjectState(state): count for state, count in session.exec(rows.group_by(col(Project.state)))}
    )


def _last_decisions(session: Session, cycle_id: int) -> list[tuple[Screening, datetime]]:
    """The decision each admitted or rejected project stands on, with the instant of its submission."""
    rows = (
        select(Screening, Project.submitted_at)
        .join(Project, col(Project.id) == Screening.project_id)
        .where(
            Project.cycle_id == cycle_id,
            col(Project.state).in_((ProjectState.ADMITTED, ProjectState.REJECTED)),
        )
        .order_by(col(Screening.id))
    )
    newest = {row.project_id: (row, at) for row, at in session.exec(rows) if at is not None}
    return list(newest.values())


def _median_days(last: Sequence[tuple[Screening, datetime]], moved: Mapping[date, bool]) -> int | None:
    days = [working_days_between(at, row.decided_at, moved) for row, at in last]
    return median_low(days) if days else None


def _returns(session: Session, cycle_id: int) -> int:
    rows = (
        select(sa.func.count())
        .select_from(Screening)
        .join(Project, col(Project.id) == Screening.project_id)
        .where(Project.cycle_id == cycle_id, Screening.outcome == ScreeningOutcome.RETURNED)
    )
    return session.exec(rows).one()


def _forwarded(session: Session, cycle_id: int) -> int:
    rows = (
        select(sa.func.count())
        .select_from(Forwarding)
        .join(Project, col(Project.id) == Forwarding.project_id)
        .where(Project.cycle_id == cycle_id)
    )
    return session.exec(rows).one()


def _overdue_reviews(session: Session, cycle_id: int, now: datetime) -> int:
    rows = (
        select(sa.func.count())
        .select_from(Review)
        .join(Project, col(Project.id) == Review.project_id)
        .where(
            Project.cycle_id == cycle_id,
            Project.state == ProjectState.SUBMITTED,
            Review.version == Project.version,
            col(Review.concluded_at).is_(None),
            col(Review.due_at) <= now,
        )
    )
    return session.exec(rows).one()
