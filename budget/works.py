"""Implementation of the winners: where the works stand, with every change kept.

Source: "works completed, works underway" in the akimat's report; a postponement gives its reason, because every
delay is visible.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from budget import audit, cycles
from budget.errors import NotFound, NotThisState, ReasonRequired
from budget.permissions import Action, Actor
from models.cycle import Cycle
from models.enums import Language, WorksStatus
from models.project import Project
from models.works import Works, WorksChange


def plan_works(session: Session, project_ids: Sequence[int], *, now: datetime) -> int:
    """Begin the works of these projects as planned; how many were new. Doing it again adds nothing."""
    begun = set(session.exec(select(Works.project_id).where(col(Works.project_id).in_(project_ids))).all())
    fresh = [project_id for project_id in project_ids if project_id not in begun]
    for project_id in fresh:
        session.add(Works(project_id=project_id, status=WorksStatus.PLANNED, changed_at=now))
        session.add(WorksChange(project_id=project_id, status=WorksStatus.PLANNED, changed_at=now))
    session.flush()
    return len(fresh)


def cancel(session: Session, works: Works, *, reason: str, language: Language, now: datetime) -> None:
    """A winner fell out (`budget.council.reserve`): it will not be built."""
    works.status, works.reason, works.language, works.changed_at = (
        WorksStatus.CANCELLED,
        reason,
        language,
        now,
    )
    change = WorksChange(
        project_id=works.project_id,
        status=WorksStatus.CANCELLED,
        reason=reason,
        language=language,
        changed_at=now,
    )
    session.add_all([works, change])
    session.flush()


def set_status(
    session: Session,
    actor: Actor,
    project: Project,
    status: WorksStatus,
    *,
    reason: str,
    language: Language,
    now: datetime,
) -> Works:
    """Say where the works of a winner stand now; `reason` in `language`, required when works are postponed or
    taken up again after they were completed.

    Raises: NotFound (nothing is built of it), NotPermitted, WrongPhase, NotThisState, ReasonRequired.
    """
    cycle = session.get(Cycle, project.cycle_id)
    if cycle is None:
        raise NotFound(project=project.public_id)
    cycles.require(session, actor, Action.SET_WORKS, cycle, now)
    rows = select(Works).where(Works.project_id == project.id).with_for_update()
    works = session.exec(rows.execution_options(populate_existing=True)).first()
    if works is None:
        raise NotFound(project=project.public_id)
    reason = reason.strip()
    if _needs_reason(works, status, reason) and not reason:
        raise ReasonRequired(status=status)
    works.status, works.reason, works.changed_at = status, reason, now
    works.language = language if reason else None
    change = WorksChange(
        project_id=works.project_id, status=status, reason=reason, language=works.language, changed_at=now
    )
    session.add_all([works, change])
    session.flush()
    audit.record(
        session, actor, "works.status", now=now, cycle_id=cycle.id, subject=project.public_id,
        status=str(status), reason=reason,
    )  # fmt: skip
    return works


def _needs_reason(works: Works, wanted: WorksStatus, reason: str) -> bool:
    """The table of transitions: what may follow, and what must be explained. Raises NotThisState."""
    match (works.status, wanted):
        case (WorksStatus.POSTPONED, WorksStatus.POSTPONED) if reason != works.reason:
            return True  # still postponed, for another reason
        case (current, same) if current is same or WorksStatus.CANCELLED in (current, same):
            raise NotThisState(state=works.status, wanted=wanted)  # falling out is an act of its own
        case (WorksStatus.COMPLETED, _) | (_, WorksStatus.POSTPONED):
            return True
        case _:
            return False
