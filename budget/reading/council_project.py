"""One project as a member of the council reads it: the text and how it changed, the check, the conclusions, the road so far.

What the others concluded is given only after the member's own conclusion is written, so that nobody leans on another;
to a member who has none to write, when all are written; to one who stands aside, never. Seven statements, and five more
where something was decided on the project before.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from budget import corrections, screening, versions
from budget.council import members, mergers
from budget.council.criteria import Clause
from budget.council.reviews import Said, answers_of
from budget.differences import Difference, differences
from budget.errors import NotFound, NotPermitted
from budget.permissions import Action, Actor
from budget.phases import stage_at
from budget.reading.project_life import Names
from budget.reading.projects import Address, addresses_of
from budget.reading.rules import BodyLine, Regulation
from models.council import Conflict, CouncilMember
from models.council_session import AgendaItem, CouncilSession
from models.cycle import Cycle, Envelope
from models.district import Area
from models.enums import ConflictKind, Criterion, Language, Origin, ProjectPart, ProjectState, Role
from models.project import Photo, Project
from models.screening import Appeal, Correction, FormalCheck, Merger, Review, Screening


@dataclass(frozen=True, slots=True)
class Checked:
    """The formal check of the text as it is now."""

    is_complete: bool
    checked_at: datetime


@dataclass(frozen=True, slots=True)
class Appealed:
    """What the author says against a rejection, and until when it is to be answered."""

    text: str
    language: Language
    filed_at: datetime
    decide_by: datetime


@dataclass(frozen=True)
class Opinion:
    """A review with its answers and whose it is."""

    review: Review
    member: CouncilMember
    said: dict[Criterion, Said]


@dataclass(frozen=True)
class Corrected:
    """A correction, what was asked, and what of the text differs since: () while the author has it."""

    row: Correction
    remarks: dict[ProjectPart, str]
    changed: tuple[Difference, ...]


@dataclass(frozen=True)
class Decided:
    """A published decision. Reasons are in Kazakh and Russian alone."""

    row: Screening
    reason_en: str = ""

    @property
    def reason_kk(self) -> str:
        """The reasons in Kazakh."""
        return self.row.reason_kk

    @property
    def reason_ru(self) -> str:
        """The reasons in Russian."""
        return self.row.reason_ru


@dataclass(frozen=True)
class ProjectFile:
    """Everything of one project for one member.

    `conflict` says why the member stands aside. `own` is their review of the text as it is now, `earlier` of the one
    before. `under_vote` is the number of the session that has put the project to the vote, `merging_with` the project it
    may become one with. `written` of `assigned` conclusions on this text are there.
    """

    project: Project
    cycle: Cycle
    member: CouncilMember
    area: Names | None
    envelope: Names | None
    photo: str | None
    addresses: tuple[Address, ...]
    is_open: bool
    conflict: ConflictKind | None
    check: Checked | None
    under_vote: int | None
    merging_with: int | None
    clauses: tuple[Clause, ...]
    bodies: Sequence[BodyLine]
    own: Opinion | None
    earlier: Opinion | None
    others: tuple[Opinion, ...]
    written: int
    assigned: int
    corrections: tuple[Corrected, ...] = field(default=())
    decisions: tuple[Decided, ...] = field(default=())
    appeal: Appealed | None = None

    @property
    def may_conclude(self) -> bool:
        """Is it this member's to write a conclusion now?"""
        is_free = self.conflict is None and self.under_vote is None
        waits = self.project.state is ProjectState.SUBMITTED
        return self.own is not None and is_free and waits and self.is_open

    @property
    def is_concluded(self) -> bool:
        """Has this member written a conclusion on the text as it is now?"""
        return self.own is not None and self.own.review.concluded_at is not None

    @property
    def is_withdrawn(self) -> bool:
        """Its author took it back: only the title stays."""
        return self.project.state is ProjectState.WITHDRAWN


def _columns(table: Any, shown: Any) -> list[Any]:
    return [col(getattr(table, name)) for name in shown.__dataclass_fields__]


_Sibling, _Other = aliased(Envelope), aliased(Project)
_PHOTO = (
    sa.select(sa.func.min(col(Photo.public_id)))
    .where(col(Photo.project_id) == col(Project.id))
    .correlate(Project)
    .scalar_subquery()
)
_ENVELOPES = (
    sa.select(sa.func.count())
    .where(col(_Sibling.cycle_id) == col(Project.cycle_id))
    .correlate(Project)
    .scalar_subquery()
)
_UNDER_VOTE = (
    sa.select(sa.func.min(col(CouncilSession.number)))
    .join(AgendaItem, col(AgendaItem.session_id) == col(CouncilSession.id))
    .where(
        col(AgendaItem.project_id) == col(Project.id),
        col(AgendaItem.opened_at).is_not(None),
        col(CouncilSession.published_at).is_(None),
    )
    .correlate(Project)
    .scalar_subquery()
)
_MERGING_WITH = (
    sa.select(sa.func.min(col(_Other.number)))
    .select_from(Merger)
    .join(_Other, col(_Other.id).in_((col(Merger.kept_id), col(Merger.joined_id))))
    .where(
        mergers.is_about(Project.id),
        col(_Other.id) != col(Project.id),
        mergers.IS_UNDECIDED,
    )
    .correlate(Project)
    .scalar_subquery()
)
_ONE: Any = (
    sa.select(
        Project, Cycle, CouncilMember, col(Conflict.kind), _PHOTO, _ENVELOPES, _UNDER_VOTE, _MERGING_WITH,
        *_columns(Area, Names), *_columns(Envelope, Names), *_columns(FormalCheck, Checked), *_columns(Appeal, Appealed),
    )
    .join(Cycle, col(Cycle.id) == col(Project.cycle_id))
    .outerjoin(
        CouncilMember,
        sa.and_(
            col(CouncilMember.cycle_id) == col(Cycle.id),
            col(CouncilMember.staff_id) == sa.bindparam("staff"),
            col(CouncilMember.left_at).is_(None),
        ),
    )
    .outerjoin(
        Conflict,
        sa.and_(
            col(Conflict.project_id) == col(Project.id), col(Conflict.member_id) == col(CouncilMember.id)
        ),
    )
    .outerjoin(Appeal, col(Appeal.project_id) == col(Project.id))
    .outerjoin(Area, col(Area.id) == col(Project.area_id))
    .outerjoin(Envelope, col(Envelope.id) == col(Project.envelope_id))
    .outerjoin(
        FormalCheck,
        sa.and_(
            col(FormalCheck.project_id) == col(Project.id),
            col(FormalCheck.version) == col(Project.version),
        ),
    )
    .where(
        col(Project.public_id) == sa.bindparam("public_id"),
        col(Cycle.origin) == Origin.SERVICE,
        col(Cycle.published_at).is_not(None),
    )
)  # fmt: skip


_REVIEWS: Any = (
    select(Review, CouncilMember)
    .join(CouncilMember, col(CouncilMember.id) == Review.member_id)
    .where(Review.project_id == sa.bindparam("project"), Review.version >= sa.bindparam("since"))
    .order_by(col(Review.id))
)


def open_file(
    session: Session,
    actor: Actor,
    public_id: str,
    *,
    regulation: Callable[[int], Regulation],
    now: datetime,
) -> ProjectFile:
    """The project for the member who reads it. `regulation` gives that of a cycle, which all its projects share.

    Raises: NotFound, NotPermitted (no member of that council).
    """
    row = session.exec(_ONE, params={"public_id": public_id, "staff": actor.id}).first()
    if row is None:
        raise NotFound(project=public_id)
    project, cycle, member, conflict, photo, envelopes, under_vote, merging_with, *facts = row
    area, envelope, check, appeal = _taken(facts, Names, Names, Checked, Appealed)
    if actor.role is not Role.COUNCIL or member is None or not members.is_in_office(member, now):
        raise NotPermitted(action=Action.SEE_QUEUE)
    read, before = _opinions(session, project)
    own = next((one for one in read if one.review.member_id == member.id), None)
    rules = regulation(cycle.id)
    was_decided = project.version > 1 or project.decided_at is not None
    return ProjectFile(
        project=project,
        cycle=cycle,
        member=member,
        area=area,
        envelope=envelope if envelopes > 1 else None,
        photo=photo,
        addresses=addresses_of(session, [project.id]).get(project.id, ()),
        is_open=screening.is_open_at(cycle.frozen_at, stage_at(rules.calendar, now)),
        conflict=conflict,
        check=check,
        under_vote=under_vote,
        merging_with=merging_with,
        clauses=rules.criteria,
        bodies=rules.bodies,
        own=own,
        earlier=next((one for one in before if one.review.member_id == member.id), None),
        others=() if conflict is not None else _shown(read, own),
        written=sum(one.review.concluded_at is not None for one in read),
        assigned=len(read),
        corrections=_corrections(session, project) if was_decided else (),
        decisions=_decisions(session, project) if was_decided else (),
        appeal=appeal,
    )


def _taken(values: Sequence[Any], *kinds: Any) -> Iterator[Any]:
    """The columns of a row as what they are; None for what an outer join did not find."""
    rest = iter(values)
    for kind in kinds:
        own = tuple(islice(rest, len(kind.__dataclass_fields__)))
        yield kind(*own) if own[0] is not None else None


def _decisions(session: Session, project: Project) -> tuple[Decided, ...]:
    return tuple(map(Decided, reversed(screening.decisions_of(session, project.id))))


def _shown(read: Sequence[Opinion], own: Opinion | None) -> tuple[Opinion, ...]:
    """The others' conclusions, where they can't lead the reader any more."""
    written = tuple(one for one in read if one.review.concluded_at is not None and one is not own)
    if own is not None:
        return written if own.review.concluded_at is not None else ()
    return written if len(written) == len(read) else ()


def _opinions(session: Session, project: Project) -> tuple[list[Opinion], list[Opinion]]:
    """The reviews of the text as it is now, and of the one before it."""
    asked = {"project": project.id, "since": project.version - 1}
    rows = session.exec(_REVIEWS, params=asked).all()
    concluded = [review.id or 0 for review, _ in rows if review.concluded_at is not None]
    said = answers_of(session, concluded) if concluded else {}
    found = [Opinion(review, member, said.get(review.id or 0, {})) for review, member in rows]
    now_read = [one for one in found if one.review.version == project.version]
    return now_read, [one for one in found if one.review.version < project.version]


def _corrections(session: Session, project: Project) -> tuple[Corrected, ...]:
    rows = corrections.of_project(session, project.id)
    if not rows:
        return ()
    remarks = corrections.remarks_of(session, [row.id or 0 for row in rows])
    texts = {row.number: row.content for row in versions.of_project(session, project.id)}
    found = []
    for row in rows:
        before, after = texts.get(row.version), texts.get(row.version + 1)
        changed = differences(before, after) if before and after else ()
        found.append(Corrected(row, remarks.get(row.id or 0, {}), changed))
    return tuple(found)
