"""The queue of a member of the council: what is left to read, how far everybody is, and what comes next.

A member sees every project of the cycle; "mine" are those assigned. Projects the member declared an interest in are
shown and can't be opened. Two statements for a page of the queue, whatever its length.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from models.council import Conflict, CouncilMember
from models.cycle import Cycle
from models.district import Area
from models.enums import ConflictKind, Direction, Language, ProjectState
from models.project import Project
from models.screening import Review

PER_PAGE = 50


class Show(StrEnum):
    """The parts of the queue."""

    MINE = "mine"
    UNDECIDED = "undecided"
    OVERDUE = "overdue"
    RETURNED = "returned"
    DECIDED = "decided"


class QueueLine(NamedTuple):
    """A project in the queue. `due_at` and `concluded_at` are of the member's own review, None where it has none;
    `written` of `wanted` reviews of the text as it is now are there."""

    public_id: str
    number: int
    language: Language
    title_kk: str | None
    title_ru: str | None
    title_en: str | None
    direction: Direction | None
    estimate_tenge: int | None
    cost_tenge: int | None
    state: ProjectState
    version: int
    submitted_at: datetime | None
    area_kk: str | None
    area_ru: str | None
    area_en: str | None
    due_at: datetime | None
    concluded_at: datetime | None
    recused: ConflictKind | None
    written: int
    wanted: int


@dataclass(frozen=True)
class QueuePage:
    """One page of the queue, and how many there are in all."""

    lines: tuple[QueueLine, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class Progress:
    """How far the whole council is with a cycle, and this member. Withdrawn and merged projects are left out."""

    undecided: int
    returned: int
    admitted: int
    rejected: int
    reviews_written: int
    reviews_assigned: int
    mine_left: int
    mine_assigned: int
    mine_overdue: int

    @property
    def decided(self) -> int:
        """Admitted or rejected."""
        return self.admitted + self.rejected

    @property
    def total(self) -> int:
        """All projects that need or have a decision."""
        return self.undecided + self.returned + self.decided


_NOW: sa.BindParameter[Any] = sa.bindparam("now")
_MINE = (
    sa.select(col(Review.project_id), col(Review.version), col(Review.due_at), col(Review.concluded_at))
    .where(col(Review.member_id) == sa.bindparam("member"))
    .subquery("mine")
)
_OWN_CONFLICTS = (
    sa.select(col(Conflict.project_id), col(Conflict.kind))
    .where(col(Conflict.member_id) == sa.bindparam("member"))
    .subquery("aside")
)
_COUNTED = (
    sa.select(
        col(Review.project_id),
        col(Review.version),
        sa.func.count(col(Review.concluded_at)).label("written"),
        sa.func.count().label("wanted"),
    )
    .group_by(col(Review.project_id), col(Review.version))
    .subquery("reviews")
)
_IS_MINE_OPEN = sa.and_(
    _MINE.c.project_id.is_not(None),
    _MINE.c.concluded_at.is_(None),
    col(Project.state) == ProjectState.SUBMITTED,
)
_PARTS: dict[Show, sa.ColumnElement[bool]] = {
    Show.MINE: _IS_MINE_OPEN,
    Show.UNDECIDED: col(Project.state) == ProjectState.SUBMITTED,
    Show.OVERDUE: sa.and_(
        col(Project.state) == ProjectState.SUBMITTED,
        sa.exists().where(
            col(Review.project_id) == col(Project.id),
            col(Review.version) == col(Project.version),
            col(Review.concluded_at).is_(None),
            col(Review.due_at) <= _NOW,
        ),
    ),
    Show.RETURNED: col(Project.state) == ProjectState.RETURNED,
    Show.DECIDED: col(Project.state).in_((ProjectState.ADMITTED, ProjectState.REJECTED)),
}
_PROJECT = (
    "public_id", "number", "language", "title_kk", "title_ru", "title_en", "direction", "estimate_tenge",
    "cost_tenge", "state", "version", "submitted_at",
)  # fmt: skip
_ROWS = (
    sa.select(
        *(col(getattr(Project, name)) for name in _PROJECT),
        col(Area.name_kk),
        col(Area.name_ru),
        col(Area.name_en),
        _MINE.c.due_at,
        _MINE.c.concluded_at,
        _OWN_CONFLICTS.c.kind,
        sa.func.coalesce(_COUNTED.c.written, 0),
        sa.func.coalesce(_COUNTED.c.wanted, 0),
    )
    .select_from(Project)
    .outerjoin(Area, col(Area.id) == col(Project.area_id))
    .outerjoin(_MINE, sa.and_(_MINE.c.project_id == col(Project.id), _MINE.c.version == col(Project.version)))
    .outerjoin(_OWN_CONFLICTS, _OWN_CONFLICTS.c.project_id == col(Project.id))
    .outerjoin(
        _COUNTED,
        sa.and_(_COUNTED.c.project_id == col(Project.id), _COUNTED.c.version == col(Project.version)),
    )
    .where(col(Project.cycle_id) == sa.bindparam("cycle"))
)


def queue(
    session: Session,
    cycle: Cycle,
    member: CouncilMember,
    show: Show,
    *,
    area: str | None = None,
    page: int = 1,
    now: datetime,
) -> QueuePage:
    """One part of the queue, by deadline for "mine", else by number; `area` is a code. A page that does not exist is the
    last one."""
    rows = _ROWS.where(_PARTS[show])
    if area is not None:
        rows = rows.where(col(Area.code) == area)
    asked = _asked(cycle, member, now)
    connection = session.connection()
    total = connection.execute(sa.select(sa.func.count()).select_from(rows.subquery()), asked).scalar_one()
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(page, 1), pages)
    order = (_MINE.c.due_at, col(Project.number)) if show is Show.MINE else (col(Project.number),)
    found: Any = connection.execute(
        rows.order_by(*order).limit(PER_PAGE).offset((page - 1) * PER_PAGE), asked
    )
    return QueuePage(tuple(QueueLine(*row) for row in found), total, page, pages)


def next_of(
    session: Session, cycle: Cycle, member: CouncilMember, *, after: int = 0, now: datetime
) -> QueueLine | None:
    """The next project this member has to review: the following number, then from the first again."""
    passed = sa.case((col(Project.number) > after, 0), else_=1)
    rows = _ROWS.where(_IS_MINE_OPEN, _OWN_CONFLICTS.c.kind.is_(None), col(Project.number) != after)
    asked = _asked(cycle, member, now)
    row: Any = (
        session.connection().execute(rows.order_by(passed, col(Project.number)).limit(1), asked).first()
    )
    return QueueLine(*row) if row is not None else None


def progress(session: Session, cycle: Cycle, member: CouncilMember, *, now: datetime) -> Progress:
    """The numbers over the queue, in two statements."""
    connection = session.connection()
    states: dict[Any, int] = dict(
        connection.execute(
            sa.select(col(Project.state), sa.func.count())
            .where(col(Project.cycle_id) == cycle.id)
            .group_by(col(Project.state))
        ).all()
    )
    mine = col(Review.member_id) == member.id
    left = col(Review.concluded_at).is_(None)
    counts = connection.execute(
        sa.select(
            sa.func.count(col(Review.concluded_at)),
            sa.func.count(),
            sa.func.count().filter(mine, left),
            sa.func.count().filter(mine),
            sa.func.count().filter(mine, left, col(Review.due_at) <= now),
        )
        .select_from(Review)
        .join(
            Project,
            sa.and_(col(Project.id) == col(Review.project_id), col(Project.version) == col(Review.version)),
        )
        .where(col(Project.cycle_id) == cycle.id, col(Project.state) == ProjectState.SUBMITTED)
    ).one()
    return Progress(
        states.get(ProjectState.SUBMITTED, 0),
        states.get(ProjectState.RETURNED, 0),
        states.get(ProjectState.ADMITTED, 0),
        states.get(ProjectState.REJECTED, 0),
        *counts,
    )


def _asked(cycle: Cycle, member: CouncilMember, now: datetime) -> dict[str, Any]:
    return {"cycle": cycle.id, "member": member.id, "now": now}
