"""What is built after the council's second decision: the winners in the order of implementation, with their works.

The order is the council's; a project that came in from the reserve is built after those, in the order of the acts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget.council.sessions import Step, step_of
from budget.errors import NotFound
from models.confirmation import Confirmation, ReserveUse
from models.council_session import CouncilSession
from models.cycle import Cycle
from models.enums import SessionKind, WorksStatus
from models.project import Project
from models.result import VerdictRow
from models.works import Works


@dataclass(frozen=True)
class Building:
    """A project with works. `place` in the order of implementation, None where it came in from the reserve; `departs`:
    the count had said otherwise."""

    project: Project
    cycle: Cycle
    cost_tenge: int
    status: WorksStatus
    place: int | None
    departs: bool
    reason_kk: str
    reason_ru: str
    came_in: bool


def in_order(session: Session, cycle_id: int) -> list[Building]:
    """Everything that has works, those that fell out too. One statement; [] before the second session is published."""
    rows: Any = session.execute(
        _rows()
        .where(col(Project.cycle_id) == cycle_id)
        .order_by(
            col(Confirmation.place).is_(None),
            col(Confirmation.place),
            col(ReserveUse.recorded_at),
            col(Project.number),
        )
    )
    return [_building(row) for row in rows]


def one(session: Session, public_id: str) -> Building:
    """A project with works, by its public id. Raises NotFound: unknown, or nothing is built of it."""
    row: Any = session.execute(_rows().where(col(Project.public_id) == public_id)).first()
    if row is None:
        raise NotFound(project=public_id)
    return _building(row)


def by_ids(session: Session, ids: Iterable[int | None]) -> dict[int, Project]:
    """Projects by their rows."""
    wanted = [id_ for id_ in ids if id_ is not None]
    rows = session.exec(select(Project).where(col(Project.id).in_(wanted)))
    return {row.id or 0: row for row in rows}


def decision_session(session: Session, cycle_id: int) -> CouncilSession | None:
    """The second session: the published one, else the newest."""
    rows = select(CouncilSession).where(
        CouncilSession.cycle_id == cycle_id, CouncilSession.kind == SessionKind.DECISION
    )
    found = session.exec(rows.order_by(col(CouncilSession.number).desc())).all()
    published = (row for row in found if step_of(row) is Step.PUBLISHED)
    return next(published, found[0] if found else None)


def _rows() -> Any:
    return (
        sa.select(Project, Cycle, col(Works.status), VerdictRow, Confirmation, ReserveUse)
        .join(Cycle, col(Cycle.id) == col(Project.cycle_id))
        .join(Works, col(Works.project_id) == col(Project.id))
        .join(VerdictRow, col(VerdictRow.project_id) == col(Project.id))
        .outerjoin(Confirmation, col(Confirmation.project_id) == col(Project.id))
        .outerjoin(ReserveUse, col(ReserveUse.in_id) == col(Project.id))
    )


def _building(row: Any) -> Building:
    project, cycle, status, verdict, word, use = row
    return Building(
        project,
        cycle,
        verdict.cost_tenge,
        WorksStatus(status),
        word.place if word is not None else None,
        word is not None and word.departs,
        word.reason_kk if word is not None else "",
        word.reason_ru if word is not None else "",
        use is not None,
    )
