"""A project that is with its author: what to change, until when, and how it ends.

The author has a number of working days (a setting of the cycle). Sending it in again ends the correction; silence past
the deadline is a rejection, after a reminder (`budget.council.returns`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from budget.errors import CorrectionOver, RemarksRequired
from budget.working_days import end_of, moved_days
from models.cycle import Cycle
from models.enums import Language, ProjectPart
from models.project import Project
from models.screening import Correction, CorrectionRemark

Remarks = Mapping[ProjectPart, str]


def begin(
    session: Session, cycle: Cycle, project: Project, remarks: Remarks, *, language: Language, now: datetime
) -> Correction:
    """Write down what the author is asked to change, and until when. Raises RemarksRequired."""
    said = {part: text.strip() for part, text in remarks.items() if text.strip()}
    if not said:
        raise RemarksRequired
    row = Correction(
        project_id=project.id or 0,
        version=project.version,
        language=language,
        returned_at=now,
        due_at=end_of(now, cycle.correction_days, moved_days(session)),
    )
    session.add(row)
    session.flush()
    session.add_all(
        CorrectionRemark(correction_id=row.id or 0, part=part, text=text) for part, text in said.items()
    )
    session.flush()
    return row


def open_of(session: Session, project_id: int | None) -> Correction | None:
    """The correction the author has to make now."""
    rows = select(Correction).where(
        Correction.project_id == project_id,
        col(Correction.resubmitted_at).is_(None),
        col(Correction.lapsed_at).is_(None),
    )
    return session.exec(rows).first()


def of_project(session: Session, project_id: int | None) -> Sequence[Correction]:
    """Every correction of a project, oldest first."""
    rows = select(Correction).where(Correction.project_id == project_id)
    return session.exec(rows.order_by(col(Correction.id))).all()


def remarks_of(session: Session, correction_ids: Sequence[int]) -> dict[int, dict[ProjectPart, str]]:
    """The remarks of corrections by part, in the order of the application."""
    rows = session.exec(
        select(CorrectionRemark).where(col(CorrectionRemark.correction_id).in_(correction_ids))
    )
    order = list(ProjectPart)
    found: dict[int, dict[ProjectPart, str]] = {}
    for row in sorted(rows, key=lambda row: order.index(row.part)):
        found.setdefault(row.correction_id, {})[row.part] = row.text
    return found


def refuse_late(session: Session, project: Project, *, now: datetime) -> None:
    """Raises CorrectionOver(due_at) where the author's time is over, whether the job has come by or not."""
    row = open_of(session, project.id)
    if row is not None and row.due_at <= now:
        raise CorrectionOver(due_at=row.due_at)


def end_by_author(session: Session, project: Project, *, now: datetime) -> None:
    """The author sent the project in again: it has another version now."""
    row = open_of(session, project.id)
    if row is not None:
        row.resubmitted_at = now
        session.add(row)
    project.version += 1
    session.add(project)
    session.flush()
