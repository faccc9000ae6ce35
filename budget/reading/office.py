"""What the coordinator's pages read: all cycles, the projects of one, its winners with their works, the log."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget import cycles
from budget.phases import Calendar, Stage, stage_at
from models.cycle import Cycle, Envelope
from models.enums import Language, ProjectState, Role, WorksStatus
from models.people import Staff
from models.project import Project
from models.result import VerdictRow
from models.service import AuditEvent
from models.works import Works

PAGE = 50


@dataclass(frozen=True)
class Desk:
    """A cycle on the coordinator's desk: its row, its calendar, and where it stands now."""

    cycle: Cycle
    calendar: Calendar
    stage: Stage


@dataclass(frozen=True, slots=True)
class ProjectLine:
    """A project in the coordinator's list; costs in tenge."""

    public_id: str
    number: int
    language: Language
    title_kk: str | None
    title_ru: str | None
    title_en: str | None
    state: ProjectState
    estimate_tenge: int | None
    cost_tenge: int | None
    envelope: int | None
    """The place of its envelope, from 1."""


@dataclass(frozen=True, slots=True)
class WorksLine:
    """A winner and its works now; `reason` in the language `reason_language`."""

    public_id: str
    number: int
    language: Language
    title_kk: str | None
    title_ru: str | None
    title_en: str | None
    cost_tenge: int
    status: WorksStatus
    reason: str
    reason_language: Language | None
    changed_at: datetime | None


@dataclass(frozen=True)
class Act:
    """An event of the audit chain. `who` is the name of a member of staff, "" for the service and residents."""

    id: int
    at: datetime
    role: Role
    who: str
    action: str
    subject: str
    facts: dict[str, Any]
    cycle_slug: str | None
    hash: str


@dataclass(frozen=True)
class LogPage:
    """A page of the log, the latest act first; `pages` counts from 1."""

    acts: tuple[Act, ...]
    page: int
    pages: int
    total: int


def desk(session: Session, slug: str, *, now: datetime) -> Desk:
    """One cycle, published or not. Raises NotFound."""
    return _desk(session, cycles.by_slug(session, slug), now)


def desks(session: Session, *, now: datetime) -> list[Desk]:
    """All cycles, the newest year first."""
    rows = session.exec(select(Cycle).order_by(col(Cycle.year).desc(), col(Cycle.id).desc())).all()
    return [_desk(session, row, now) for row in rows]


def _desk(session: Session, cycle: Cycle, now: datetime) -> Desk:
    times = cycles.calendar(session, cycle.id or 0)
    return Desk(cycle, times, stage_at(times, now))


def state_counts(session: Session, cycle_id: int) -> dict[ProjectState, int]:
    """How many projects are in each state; states without any are absent."""
    counted = select(Project.state, sa.func.count()).where(Project.cycle_id == cycle_id)
    rows = session.exec(counted.group_by(col(Project.state)))
    return {ProjectState(state): count for state, count in rows}


def projects(session: Session, cycle_id: int, state: ProjectState | None = None) -> tuple[ProjectLine, ...]:
    """The projects of a cycle by number, in one state or in all."""
    names = [name for name in ProjectLine.__dataclass_fields__ if name != "envelope"]
    wanted = (
        sa.select(*(col(getattr(Project, name)) for name in names), col(Envelope.position))
        .outerjoin(Envelope, col(Envelope.id) == col(Project.envelope_id))
        .where(col(Project.cycle_id) == cycle_id)
        .order_by(col(Project.number))
    )
    if state is not None:
        wanted = wanted.where(col(Project.state) == state)
    rows: Any = session.connection().execute(wanted)
    return tuple(ProjectLine(*row) for row in rows)


def winners(session: Session, cycle_id: int) -> tuple[WorksLine, ...]:
    """What is built in a cycle by number: the winners the council confirmed, and who came in from the reserve. Empty before
    that."""
    names = ("public_id", "number", "language", "title_kk", "title_ru", "title_en")
    wanted = (
        sa.select(
            *(col(getattr(Project, name)) for name in names),
            col(VerdictRow.cost_tenge),
            *(col(getattr(Works, name)) for name in ("status", "reason", "language", "changed_at")),
        )
        .join(Works, col(Works.project_id) == col(Project.id))
        .join(VerdictRow, col(VerdictRow.project_id) == col(Project.id))
        .where(col(Project.cycle_id) == cycle_id)
        .order_by(col(Project.number))
    )
    rows: Any = session.connection().execute(wanted)
    return tuple(WorksLine(*row) for row in rows)


def titles(session: Session, public_ids: Sequence[str]) -> dict[str, Project]:
    """The projects of these ids."""
    rows = session.exec(select(Project).where(col(Project.public_id).in_(public_ids)))
    return {row.public_id: row for row in rows}


def log(session: Session, *, cycle_slug: str = "", page: int = 1) -> LogPage:
    """A page of the audit chain, the latest act first; of one cycle or of everything."""
    of = [col(Cycle.slug) == cycle_slug] if cycle_slug else []
    joined = sa.outerjoin(AuditEvent, Cycle, col(Cycle.id) == col(AuditEvent.cycle_id)).outerjoin(
        Staff,
        sa.and_(
            col(Staff.id) == col(AuditEvent.actor_id),
            col(AuditEvent.role).in_([Role.COUNCIL, Role.COORDINATOR]),
        ),
    )
    connection = session.connection()
    total = connection.execute(sa.select(sa.func.count()).select_from(joined).where(*of)).scalar_one()
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    names = ("id", "at", "role", "action", "subject", "facts", "hash")
    rows = connection.execute(
        sa.select(
            *(col(getattr(AuditEvent, name)) for name in names),
            col(Staff.name).label("who"),
            col(Cycle.slug).label("cycle_slug"),
        )
        .select_from(joined)
        .where(*of)
        .order_by(col(AuditEvent.id).desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    acts = tuple(
        Act(
            row.id, row.at, row.role, row.who or "", row.action, row.subject,
            json.loads(row.facts), row.cycle_slug, row.hash,
        )
        for row in rows
    )  # fmt: skip
    return LogPage(acts, page, pages, total)
