"""What the coordinator's pages of the council read: how far every undecided project is, the members with what each has
to do, what waits elsewhere (authors, mergers, appeals). One statement each, whatever the length of the list.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget.council import mergers, reviews
from budget.council.items import IS_STANDING
from budget.errors import NotFound
from models.council import Conflict, CouncilMember
from models.council_session import AgendaItem, CouncilSession
from models.cycle import Cycle
from models.district import Area
from models.enums import Criterion, DecidedBy, Direction, Language, ProjectState, Role
from models.people import Staff
from models.project import Photo, Project
from models.screening import Appeal, Correction, FormalCheck, Forwarding, Merger, Review, Screening

_NAMES = ("public_id", "number", "language", "title_kk", "title_ru", "title_en")
_NAMED = [col(getattr(Project, name)) for name in _NAMES]
_OF_CYCLE = col(Project.cycle_id) == sa.bindparam("cycle")
_IS_SUBMITTED = col(Project.state) == ProjectState.SUBMITTED


class Undecided(NamedTuple):
    """A project that waits for a decision, with what can be seen of it at a glance: `letters` is the length of its text.

    `is_complete` is the formal check of its text as it is now, None before it; `written` of `readers` reviews of this
    text are there; `is_asked` while its author is asked about a merger; `session` is the number of the session whose
    agenda has it.
    """

    id: int
    public_id: str
    number: int
    language: Language
    title_kk: str | None
    title_ru: str | None
    title_en: str | None
    version: int
    direction: Direction | None
    estimate_tenge: int | None
    letters: int
    has_photo: bool
    name_kk: str | None
    name_ru: str | None
    name_en: str | None
    is_complete: bool | None
    readers: int
    written: int
    is_asked: bool
    session: int | None

    @property
    def is_read(self) -> bool:
        """Is every conclusion on it written?"""
        return self.readers > 0 and self.written == self.readers

    @property
    def is_ready(self) -> bool:
        """May it be put on an agenda?"""
        return bool(self.is_complete) and self.is_read and not self.is_asked and self.session is None


class WithAuthor(NamedTuple):
    """A project that is with its author: sent back by whom and when, due when, reminded when."""

    public_id: str
    number: int
    language: Language
    title_kk: str | None
    title_ru: str | None
    title_en: str | None
    returned_at: datetime
    due_at: datetime
    reminded_at: datetime | None
    decided_by: DecidedBy | None


@dataclass(frozen=True)
class Seat:
    """A membership with its account and what it has to do: declared interests, reviews of texts as they are now."""

    member: CouncilMember
    email: str
    interests: int
    assigned: int
    written: int
    overdue: int


@dataclass(frozen=True)
class Waiting:
    """What waits beside the reviews: for authors, for answers, for being sent on."""

    with_authors: int
    with_authors_overdue: int
    mergers: int
    appeals: int
    appeals_overdue: int
    to_forward: int


@dataclass(frozen=True)
class AppealLine:
    """An appeal with its project, and the number of the session whose agenda has it."""

    appeal: Appeal
    project: Project
    session: int | None


_READ = (
    sa.select(
        col(Review.project_id),
        col(Review.version),
        sa.func.count().label("readers"),
        sa.func.count(col(Review.concluded_at)).label("written"),
    )
    .where(~reviews.ASIDE.exists())
    .group_by(col(Review.project_id), col(Review.version))
    .subquery("read")
)
_SESSION = (
    sa.select(sa.func.max(col(CouncilSession.number)))
    .join(AgendaItem, col(AgendaItem.session_id) == col(CouncilSession.id))
    .where(
        col(AgendaItem.project_id) == col(Project.id),
        IS_STANDING,
    )
    .correlate(Project)
    .scalar_subquery()
)
_TEXT = sa.func.coalesce(
    col(Project.description_kk), col(Project.description_ru), col(Project.description_en), ""
)
_UNDECIDED = (
    sa.select(
        col(Project.id),
        *_NAMED,
        col(Project.version),
        col(Project.direction),
        col(Project.estimate_tenge),
        sa.func.length(_TEXT),
        sa.exists().where(col(Photo.project_id) == col(Project.id)),
        *(col(getattr(Area, f"name_{language}")) for language in Language),
        col(FormalCheck.is_complete),
        sa.func.coalesce(_READ.c.readers, 0),
        sa.func.coalesce(_READ.c.written, 0),
        mergers.OPEN.exists(),
        _SESSION,
    )
    .select_from(Project)
    .outerjoin(Area, col(Area.id) == col(Project.area_id))
    .outerjoin(
        FormalCheck,
        sa.and_(
            col(FormalCheck.project_id) == col(Project.id), col(FormalCheck.version) == col(Project.version)
        ),
    )
    .outerjoin(_READ, sa.and_(_READ.c.project_id == col(Project.id), _READ.c.version == col(Project.version)))
    .where(_OF_CYCLE, _IS_SUBMITTED)
    .order_by(col(Project.number))
)
_WITH_AUTHORS = (
    sa.select(
        *_NAMED,
        col(Correction.returned_at),
        col(Correction.due_at),
        col(Correction.reminded_at),
        col(Screening.decided_by),
    )
    .select_from(Correction)
    .join(Project, col(Project.id) == col(Correction.project_id))
    .outerjoin(Screening, col(Screening.correction_id) == col(Correction.id))
    .where(_OF_CYCLE, col(Correction.resubmitted_at).is_(None), col(Correction.lapsed_at).is_(None))
    .where(col(Project.state) == ProjectState.RETURNED)
    .order_by(col(Correction.due_at), col(Project.number))
)


def undecided(session: Session, cycle_id: int | None) -> tuple[Undecided, ...]:
    """The projects of a cycle that wait for a decision, by number."""
    rows: Any = session.connection().execute(_UNDECIDED, {"cycle": cycle_id})
    return tuple(Undecided(*row) for row in rows)


def with_authors(session: Session, cycle_id: int | None) -> tuple[WithAuthor, ...]:
    """The projects that are with their authors, the most urgent first."""
    rows: Any = session.connection().execute(_WITH_AUTHORS, {"cycle": cycle_id})
    return tuple(WithAuthor(*row) for row in rows)


def seats(session: Session, cycle_id: int | None, *, now: datetime) -> tuple[Seat, ...]:
    """Every membership of a cycle, past ones too, in the order of `members.of_cycle`."""
    interests = (
        sa.select(col(Conflict.member_id), sa.func.count().label("interests"))
        .group_by(col(Conflict.member_id))
        .subquery("aside")
    )
    is_submitted, is_left = _IS_SUBMITTED, col(Review.concluded_at).is_(None)
    counted = (
        sa.select(
            col(Review.member_id),
            sa.func.count().filter(sa.or_(~is_left, is_submitted)).label("assigned"),
            sa.func.count(col(Review.concluded_at)).label("written"),
            sa.func.count().filter(is_left, is_submitted, col(Review.due_at) <= now).label("overdue"),
        )
        .join(
            Project,
            sa.and_(col(Project.id) == col(Review.project_id), col(Project.version) == col(Review.version)),
        )
        .group_by(col(Review.member_id))
        .subquery("counted")
    )
    numbers = (interests.c.interests, counted.c.assigned, counted.c.written, counted.c.overdue)
    rows: Any = session.exec(
        select(CouncilMember, Staff.email, *(sa.func.coalesce(number, 0) for number in numbers))
        .join(Staff, col(Staff.id) == col(CouncilMember.staff_id))
        .outerjoin(interests, interests.c.member_id == col(CouncilMember.id))
        .outerjoin(counted, counted.c.member_id == col(CouncilMember.id))
        .where(CouncilMember.cycle_id == cycle_id)
        .order_by(col(CouncilMember.is_chair).desc(), col(CouncilMember.id))
    )
    return tuple(Seat(*row) for row in rows)


def membership(session: Session, public_id: str) -> tuple[CouncilMember, Cycle]:
    """A membership and the cycle of its council. Raises NotFound."""
    rows = select(CouncilMember, Cycle).join(Cycle, col(Cycle.id) == CouncilMember.cycle_id)
    found = session.exec(rows.where(CouncilMember.public_id == public_id)).first()
    if found is None:
        raise NotFound(member=public_id)
    return found


def free_accounts(session: Session, cycle_id: int | None) -> Sequence[Staff]:
    """The accounts of council members that are not in this council, by name."""
    inside = select(CouncilMember.staff_id).where(
        CouncilMember.cycle_id == cycle_id, col(CouncilMember.left_at).is_(None)
    )
    rows = select(Staff).where(Staff.role == Role.COUNCIL, col(Staff.disabled_at).is_(None))
    return session.exec(rows.where(col(Staff.id).not_in(inside)).order_by(col(Staff.name))).all()


def waiting(session: Session, cycle_id: int | None, *, now: datetime) -> Waiting:
    """The numbers of what waits beside the reviews, in one statement."""
    in_cycle = sa.select(col(Project.id)).where(col(Project.cycle_id) == cycle_id)
    returned = in_cycle.where(col(Project.state) == ProjectState.RETURNED)
    with_author = sa.and_(
        col(Correction.project_id).in_(returned),
        col(Correction.resubmitted_at).is_(None),
        col(Correction.lapsed_at).is_(None),
    )
    appealed = sa.and_(col(Appeal.project_id).in_(in_cycle), col(Appeal.decided_at).is_(None))
    counted = (
        _counted(Correction, with_author),
        _counted(Correction, with_author, col(Correction.due_at) <= now),
        _counted(Merger, col(Merger.cycle_id) == cycle_id, mergers.IS_UNDECIDED),
        _counted(Appeal, appealed),
        _counted(Appeal, appealed, col(Appeal.decide_by) <= now),
        _counted(Project, col(Project.id).in_(in_cycle), _is_to_forward()),
    )
    return Waiting(*session.connection().execute(sa.select(*counted)).one())


def appeals(session: Session, cycle_id: int | None) -> list[AppealLine]:
    """Every appeal of a cycle: undecided ones first, the most urgent at the top."""
    rows = (
        select(Appeal, Project, _SESSION)
        .join(Project, col(Project.id) == Appeal.project_id)
        .where(Project.cycle_id == cycle_id)
        .order_by(col(Appeal.decided_at).is_not(None), col(Appeal.decide_by), col(Appeal.id))
    )
    return [AppealLine(*row) for row in session.exec(rows)]


def appeal(session: Session, public_id: str) -> tuple[Appeal, Project, Screening, Cycle]:
    """An appeal with its project, the rejection it is against, and the cycle. Raises NotFound."""
    rows = (
        select(Appeal, Project, Screening, Cycle)
        .join(Project, col(Project.id) == Appeal.project_id)
        .join(Screening, col(Screening.id) == Appeal.screening_id)
        .join(Cycle, col(Cycle.id) == Project.cycle_id)
    )
    found = session.exec(rows.where(Appeal.public_id == public_id)).first()
    if found is None:
        raise NotFound(appeal=public_id)
    return found


def session_of(session: Session, project_id: int | None) -> int | None:
    """The number of the session, not published yet, whose agenda has the project."""
    rows = select(_SESSION).select_from(Project).where(col(Project.id) == project_id)
    number: int | None = session.exec(rows).one()
    return number


def _counted(table: Any, *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.count()).select_from(table).where(*conditions).scalar_subquery()


def _is_to_forward() -> sa.ColumnElement[bool]:
    """Rejected because it is not within the competence, and nobody competent has it yet."""
    outside = (
        sa.exists()
        .where(col(Screening.project_id) == col(Project.id))
        .where(col(Screening.criterion) == Criterion.COMPETENCE)
    )
    sent = sa.exists().where(col(Forwarding.project_id) == col(Project.id))
    return sa.and_(col(Project.state) == ProjectState.REJECTED, outside, ~sent)
