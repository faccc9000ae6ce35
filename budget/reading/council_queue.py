"""The queue of a member of the council: what is left to read, how far everybody is, and what comes next.

A member sees every project of the cycle; "mine" are those assigned. Projects the member declared an interest in are
shown and can't be opened. One statement for a page of the queue and one for the numbers over it, whatever its length.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models.council import Conflict
from models.district import Area
from models.enums import ConflictKind, Direction, Language, ProjectState
from models.project import Project
from models.screening import Review

PER_PAGE = 25


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


class Following(NamedTuple):
    """The project to read now or next."""

    public_id: str
    number: int


class Known(Protocol):
    """A cycle or a membership, as far as it is needed here."""

    @property
    def id(self) -> int | None:
        """Its row."""


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
    overdue: int = 0
    """Projects with a review of anybody that is overdue."""

    @property
    def decided(self) -> int:
        """Admitted or rejected."""
        return self.admitted + self.rejected

    @property
    def total(self) -> int:
        """All projects that need or have a decision."""
        return self.undecided + self.returned + self.decided


_NOW: sa.BindParameter[Any] = sa.bindparam("now")
_Mine, _Aside, _One = aliased(Review), aliased(Conflict), aliased(Review)
_IS_MINE = sa.and_(
    col(_Mine.project_id) == col(Project.id),
    col(_Mine.version) == col(Project.version),
    col(_Mine.member_id) == sa.bindparam("member"),
)
_IS_ASIDE = sa.and_(
    col(_Aside.project_id) == col(Project.id), col(_Aside.member_id) == sa.bindparam("member")
)
_IS_WAITING = col(Project.state) == ProjectState.SUBMITTED
_PARTS: dict[Show, tuple[sa.ColumnElement[bool], ...]] = {
    Show.MINE: (_IS_WAITING, col(_Mine.concluded_at).is_(None)),
    Show.UNDECIDED: (_IS_WAITING,),
    Show.OVERDUE: (
        _IS_WAITING,
        sa.exists().where(
            col(_One.project_id) == col(Project.id),
            col(_One.version) == col(Project.version),
            col(_One.concluded_at).is_(None),
            col(_One.due_at) <= _NOW,
        ),
    ),
    Show.RETURNED: (col(Project.state) == ProjectState.RETURNED,),
    Show.DECIDED: (col(Project.state).in_((ProjectState.ADMITTED, ProjectState.REJECTED)),),
}
_PROJECT = (
    "public_id", "number", "language", "title_kk", "title_ru", "title_en", "direction", "estimate_tenge",
    "cost_tenge", "state", "version", "submitted_at",
)  # fmt: skip
_OF_CYCLE = col(Project.cycle_id) == sa.bindparam("cycle")
_FROM = sa.join(Project, _Mine, _IS_MINE, isouter=True)
_FROM_MINE = sa.join(Project, _Mine, _IS_MINE)


def _reviews(what: sa.ColumnElement[Any]) -> sa.ScalarSelect[Any]:
    """A number of the reviews of the text as it is now."""
    of_text = sa.and_(col(_One.project_id) == col(Project.id), col(_One.version) == col(Project.version))
    return sa.select(what).select_from(_One).where(of_text).correlate(Project).scalar_subquery()


_LINE = (
    *(col(getattr(Project, name)) for name in _PROJECT),
    col(Area.name_kk),
    col(Area.name_ru),
    col(Area.name_en),
    col(_Mine.due_at),
    col(_Mine.concluded_at),
    col(_Aside.kind),
    _reviews(sa.func.count(col(_One.concluded_at))),
    _reviews(sa.func.count()),
)


def _order(show: Show) -> tuple[Any, ...]:
    return (col(_Mine.due_at), col(Project.number)) if show is Show.MINE else (col(Project.number),)


@lru_cache(maxsize=16)
def _listing(show: Show, by_area: bool) -> sa.Select[*tuple[Any, ...]]:
    """The statement for a part of the queue, put together once: those that are shown are found first, so that reviews
    are counted for these only."""
    asked = [_OF_CYCLE, *_PARTS[show]]
    if by_area:
        asked.append(col(Project.area_id).in_(_AREA))
    of = _FROM_MINE if show is Show.MINE else Project
    total = sa.select(sa.func.count()).select_from(of).where(*asked).scalar_subquery()
    found = (
        sa.select(col(Project.id))
        .select_from(of)
        .where(*asked)
        .order_by(*_order(show))
        .limit(sa.bindparam("most"))
        .offset(sa.bindparam("skipped"))
        .subquery("found")
    )
    joined = (
        _FROM.join(found, found.c.id == col(Project.id))
        .outerjoin(Area, col(Area.id) == col(Project.area_id))
        .outerjoin(_Aside, _IS_ASIDE)
    )
    return sa.select(*_LINE, total).select_from(joined).order_by(*_order(show))


_AREA = sa.select(col(Area.id)).where(col(Area.code) == sa.bindparam("area"))
_NEXT = (
    sa.select(col(Project.public_id), col(Project.number))
    .select_from(_FROM_MINE.outerjoin(_Aside, _IS_ASIDE))
    .where(_OF_CYCLE, *_PARTS[Show.MINE], col(_Aside.kind).is_(None))
    .limit(1)
)
_FIRST = _NEXT.order_by(*_order(Show.MINE))
_AFTER = _NEXT.where(col(Project.number) > sa.bindparam("after")).order_by(col(Project.number))
_BEFORE = _NEXT.where(col(Project.number) < sa.bindparam("after")).order_by(col(Project.number))


def _in_state(state: ProjectState) -> sa.ColumnElement[int]:
    return sa.func.count().filter(col(Project.state) == state)


_STATES = (
    sa.select(
        *(
            _in_state(state).label(state.value)
            for state in (
                ProjectState.SUBMITTED,
                ProjectState.RETURNED,
                ProjectState.ADMITTED,
                ProjectState.REJECTED,
            )
        )
    )
    .where(_OF_CYCLE)
    .subquery("states")
)
_BY_MEMBER = col(Review.member_id) == sa.bindparam("member")
_LEFT = col(Review.concluded_at).is_(None)
_LATE = col(Review.due_at) <= _NOW
_WORK = (
    sa.select(
        sa.func.count(col(Review.concluded_at)).label("written"),
        sa.func.count().label("assigned"),
        sa.func.count().filter(_BY_MEMBER, _LEFT).label("mine_left"),
        sa.func.count().filter(_BY_MEMBER).label("mine"),
        sa.func.count().filter(_BY_MEMBER, _LEFT, _LATE).label("mine_late"),
        sa.func.count(sa.distinct(col(Review.project_id))).filter(_LEFT, _LATE).label("late"),
    )
    .select_from(Review)
    .join(
        Project,
        sa.and_(col(Project.id) == col(Review.project_id), col(Project.version) == col(Review.version)),
    )
    .where(_OF_CYCLE, _IS_WAITING)
    .subquery("work")
)
_PROGRESS = sa.select(*_STATES.c, *_WORK.c).select_from(_STATES.join(_WORK, sa.true()))


def queue(
    session: Session,
    cycle: Known,
    member: Known,
    show: Show,
    *,
    area: str | None = None,
    page: int = 1,
    now: datetime,
) -> QueuePage:
    """One part of the queue, by deadline for "mine", else by number; `area` is a code. A page that does not exist is the
    last one."""
    skipped = (max(page, 1) - 1) * PER_PAGE
    asked = {**_asked(cycle, member, now), "area": area, "most": PER_PAGE, "skipped": skipped}
    statement = _listing(show, area is not None)
    rows: Any = session.connection().execute(statement, asked).all()
    if not rows and page > 1:
        first = queue(session, cycle, member, show, area=area, now=now)
        last = first.pages
        return first if last == 1 else queue(session, cycle, member, show, area=area, page=last, now=now)
    total = rows[0][-1] if rows else 0
    pages = max(1, -(-total // PER_PAGE))
    return QueuePage(tuple(QueueLine(*row[:-1]) for row in rows), total, max(page, 1), pages)


def first_of(session: Session, cycle: Known, member: Known, *, now: datetime) -> Following | None:
    """The project this member has to review first, by deadline and number."""
    row: Any = session.connection().execute(_FIRST, _asked(cycle, member, now)).first()
    return Following(*row) if row is not None else None


def next_of(
    session: Session, cycle: Known, member: Known, *, after: int = 0, now: datetime
) -> Following | None:
    """The next project this member has to review: the following number, then from the first again."""
    asked = {**_asked(cycle, member, now), "after": after}
    connection = session.connection()
    row: Any = connection.execute(_AFTER, asked).first() or connection.execute(_BEFORE, asked).first()
    return Following(*row) if row is not None else None


def progress(session: Session, cycle: Known, member: Known, *, now: datetime) -> Progress:
    """The numbers over the queue, in one statement."""
    row: Any = session.connection().execute(_PROGRESS, _asked(cycle, member, now)).one()
    return Progress(*row)


def _asked(cycle: Known, member: Known, now: datetime) -> dict[str, Any]:
    return {"cycle": cycle.id, "member": member.id, "now": now}
