"""The published decisions on some projects, for open data: the council's newest one before the vote, and its word after.

Rows of both tables exist only once they are published.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from budget.reading.results import Word
from models.confirmation import Confirmation
from models.enums import Criterion, DecidedBy, ScreeningOutcome
from models.project import Project
from models.screening import Screening


class Decision(NamedTuple):
    """A decision before the vote. A rejection can be appealed until `appeal_until`."""

    outcome: ScreeningOutcome
    decided_by: DecidedBy
    criterion: Criterion | None
    clause: str
    reason_kk: str
    reason_ru: str
    decided_at: datetime
    appeal_until: datetime | None


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided on a project, None where nothing is yet."""

    decision: Decision | None
    word: Word | None


_NEWEST = (
    sa.select(sa.func.max(col(Screening.id)))
    .where(col(Screening.project_id) == col(Project.id))
    .correlate(Project)
    .scalar_subquery()
)
_WORD = [
    col(getattr(Confirmation, name))
    for name in Word.__dataclass_fields__
    if name in Confirmation.model_fields
]
_DECIDED = (
    sa.select(col(Project.id), *(col(getattr(Screening, name)) for name in Decision._fields), *_WORD)
    .select_from(Project)
    .outerjoin(Screening, col(Screening.id) == _NEWEST)
    .outerjoin(Confirmation, col(Confirmation.project_id) == col(Project.id))
    .where(col(Project.id).in_(sa.bindparam("projects", expanding=True)))
)


def of_projects(session: Session, project_ids: Sequence[int]) -> dict[int, Decided]:
    """By project. One statement, none for no projects."""
    if not project_ids:
        return {}
    width = 1 + len(Decision._fields)
    rows: Any = session.connection().execute(_DECIDED, {"projects": list(project_ids)})
    return {
        row[0]: Decided(
            Decision(*row[1:width]) if row[1] is not None else None,
            Word(*row[width:]) if row[width] is not None else None,
        )
        for row in rows
    }
