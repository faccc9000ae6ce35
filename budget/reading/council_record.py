"""A session of the Expert Council as everybody sees it, and its protocols.

An announced session shows its agenda: which projects, and nothing of what is proposed about them. Motions, votes,
recusals and who was there are read of a published session alone: every statement asks for its publication itself, so a
page that forgets to ask shows nothing.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from budget.council import members
from budget.errors import NotFound
from budget.reading.council_public import PROTOCOL, ProtocolLine, take
from models.confirmation import Confirmation
from models.council import CouncilMember
from models.council_session import (
    AgendaItem,
    Attendance,
    CouncilSession,
    CouncilVote,
    ItemAnswer,
    Protocol,
    Recusal,
)
from models.cycle import Cycle
from models.enums import (
    Answer,
    ConflictKind,
    CouncilChoice,
    Criterion,
    ItemKind,
    ItemResult,
    Language,
    Majority,
    ProjectState,
    Quorum,
    ScreeningOutcome,
    SessionKind,
    VerdictKind,
)
from models.project import Project
from models.result import VerdictRow
from models.screening import Appeal, Screening


@dataclass(frozen=True, slots=True)
class Held:
    """An announced session with its cycle."""

    id: int
    number: int
    kind: SessionKind
    starts_at: datetime
    place_kk: str
    place_ru: str
    link: str
    announced_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None
    published_at: datetime | None
    slug: str
    title_kk: str
    title_ru: str
    title_en: str
    is_demo: bool
    currency: str
    council_quorum: Quorum
    council_majority: Majority
    protocols: tuple[ProtocolLine, ...] = ()
    place_en: str = ""


class Subject(NamedTuple):
    """What an item of an agenda is about: a project, or nothing for the order of implementation."""

    position: int
    kind: ItemKind
    public_id: str | None
    number: int | None
    language: Language | None
    title_kk: str | None
    title_ru: str | None
    title_en: str | None


@dataclass(frozen=True, slots=True)
class Motion:
    """A motion of a published session with its numbers at the closing. `is_done` says that it had its effect: not where
    the author had withdrawn the project before the publication. `in_order` is the place in the order of works."""

    id: int
    outcome: ScreeningOutcome | None
    wins: bool | None
    criterion: Criterion | None
    clause: str
    reason_kk: str
    reason_ru: str
    cost_tenge: int | None
    cost_reason_kk: str
    cost_reason_ru: str
    closed_at: datetime | None
    result: ItemResult | None
    entitled: int | None
    present: int | None
    needed: int | None
    votes_for: int | None
    votes_against: int | None
    abstained: int | None
    estimate_tenge: int | None
    state: ProjectState | None
    is_done: bool
    appeal_until: datetime | None
    appealed_at: datetime | None
    verdict: VerdictKind | None
    place: int | None
    votes: int | None
    departs: bool | None
    in_order: int | None
    reason_en: str = ""
    cost_reason_en: str = ""


@dataclass(frozen=True, slots=True)
class Voter:
    """A membership, with the times of presence; `arrived_at` is None where the member was not there."""

    id: int
    is_chair: bool
    name_kk: str
    name_ru: str
    from_on: date
    added_at: datetime
    left_at: datetime | None
    arrived_at: datetime | None
    departed_at: datetime | None
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class Vote:
    """A vote. `counts` is false where the member stood aside or left the council before the vote was closed."""

    voter: Voter
    choice: CouncilChoice
    dissent: str
    language: Language | None
    counts: bool


@dataclass(frozen=True)
class ItemRecord:
    """Everything of one item of a published session."""

    subject: Subject
    motion: Motion
    answers: dict[Criterion, Answer] = field(default_factory=dict)
    votes: tuple[Vote, ...] = ()
    recused: tuple[tuple[Voter, ConflictKind], ...] = ()


@dataclass(frozen=True)
class Record:
    """What happened in a published session. `present` were there, `absent` in office and not there; the chair first."""

    items: tuple[ItemRecord, ...]
    present: tuple[Voter, ...]
    absent: tuple[Voter, ...]


_PUBLISHED = col(CouncilSession.published_at).is_not(None)
_OF_SESSION = col(CouncilSession.id) == sa.bindparam("session")
_OWN = [col(getattr(CouncilSession, name)) for name in list(Held.__dataclass_fields__)[:11]]
_CYCLE = [col(getattr(Cycle, name)) for name in list(Held.__dataclass_fields__)[11:19]]
_SESSION = (
    sa.select(*_OWN, *_CYCLE, *PROTOCOL)
    .select_from(CouncilSession)
    .join(Cycle, col(Cycle.id) == col(CouncilSession.cycle_id))
    .outerjoin(Protocol, sa.and_(col(Protocol.session_id) == col(CouncilSession.id), _PUBLISHED))
    .where(
        col(Cycle.slug) == sa.bindparam("slug"),
        col(Cycle.published_at).is_not(None),
        col(CouncilSession.number) == sa.bindparam("number"),
        col(CouncilSession.announced_at).is_not(None),
    )
    .order_by(col(Protocol.number))
)
_SUBJECT = [
    col(AgendaItem.position),
    col(AgendaItem.kind),
    *(col(getattr(Project, name)) for name in Subject._fields[2:]),
]
_AGENDA = (
    sa.select(*_SUBJECT)
    .select_from(AgendaItem)
    .join(CouncilSession, col(CouncilSession.id) == col(AgendaItem.session_id))
    .outerjoin(Project, col(Project.id) == col(AgendaItem.project_id))
    .where(_OF_SESSION, col(CouncilSession.announced_at).is_not(None))
    .order_by(col(AgendaItem.position))
)
_MOTION = list(Motion.__dataclass_fields__)
_ITEMS = (
    sa.select(
        *_SUBJECT,
        *(col(getattr(AgendaItem, name)) for name in _MOTION[: _MOTION.index("estimate_tenge")]),
        col(Project.estimate_tenge),
        col(Project.state),
        sa.or_(col(Screening.id).is_not(None), col(Confirmation.project_id).is_not(None)),
        col(Screening.appeal_until),
        col(Appeal.filed_at),
        col(VerdictRow.kind),
        col(VerdictRow.place),
        col(VerdictRow.votes),
        col(Confirmation.departs),
        col(Confirmation.place),
    )
    .select_from(AgendaItem)
    .join(CouncilSession, col(CouncilSession.id) == col(AgendaItem.session_id))
    .outerjoin(Project, col(Project.id) == col(AgendaItem.project_id))
    .outerjoin(Screening, col(Screening.item_id) == col(AgendaItem.id))
    .outerjoin(Appeal, col(Appeal.screening_id) == col(Screening.id))
    .outerjoin(
        VerdictRow,
        sa.and_(col(VerdictRow.project_id) == col(Project.id), col(AgendaItem.kind) == ItemKind.CONFIRMATION),
    )
    .outerjoin(Confirmation, col(Confirmation.item_id) == col(AgendaItem.id))
    .where(_OF_SESSION, _PUBLISHED)
    .order_by(col(AgendaItem.position))
)
_VOTER = ("id", "is_chair", "name_kk", "name_ru", "from_on", "added_at", "left_at")
_PEOPLE = (
    sa.select(
        *(col(getattr(CouncilMember, name)) for name in _VOTER),
        col(Attendance.arrived_at),
        col(Attendance.left_at),
    )
    .select_from(CouncilSession)
    .join(CouncilMember, col(CouncilMember.cycle_id) == col(CouncilSession.cycle_id))
    .outerjoin(
        Attendance,
        sa.and_(
            col(Attendance.session_id) == col(CouncilSession.id),
            col(Attendance.member_id) == col(CouncilMember.id),
        ),
    )
    .where(_OF_SESSION, _PUBLISHED)
    .order_by(col(CouncilMember.is_chair).desc(), col(CouncilMember.id))
)
_NOTHING: Any = sa.literal("")


def _detail(what: str, table: Any, member: Any, *texts: Any) -> Any:
    """Rows of one kind: what, item, member, and four texts."""
    return (
        sa.select(sa.literal(what), col(table.item_id), member, *texts)
        .join(AgendaItem, col(AgendaItem.id) == col(table.item_id))
        .join(CouncilSession, col(CouncilSession.id) == col(AgendaItem.session_id))
        .where(_OF_SESSION, _PUBLISHED)
    )


def _text(column: Any) -> Any:
    return sa.type_coerce(col(column), sa.String)


_DETAILS = sa.union_all(
    _detail("answer", ItemAnswer, sa.literal(0), _text(ItemAnswer.criterion), _text(ItemAnswer.answer), _NOTHING),
    _detail("vote", CouncilVote, col(CouncilVote.member_id), _text(CouncilVote.choice), col(CouncilVote.dissent), _text(CouncilVote.language)),
    _detail("recusal", Recusal, col(Recusal.member_id), _text(Recusal.kind), _NOTHING, _NOTHING),
)  # fmt: skip


def session_of(session: Session, slug: str, number: int) -> Held:
    """An announced session by its number. One statement. Raises NotFound."""
    rows: Any = session.connection().execute(_SESSION, {"slug": slug, "number": number}).all()
    if not rows:
        raise NotFound(slug=slug, number=number)
    values = iter(rows[0])
    facts = take(values, len(_OWN) + len(_CYCLE))
    kept = (row[-len(PROTOCOL) :] for row in rows)
    protocols = tuple(ProtocolLine(*one) for one in kept if one[0] is not None)
    return replace(Held(*facts), protocols=protocols)


def agenda_of(session: Session, held: Held) -> tuple[Subject, ...]:
    """What is on the agenda of an announced session. One statement."""
    rows: Any = session.connection().execute(_AGENDA, {"session": held.id})
    return tuple(Subject(*row) for row in rows)


def record_of(session: Session, held: Held) -> Record:
    """Everything that happened in a published session; nothing of any other. Three statements."""
    connection, asked = session.connection(), {"session": held.id}
    people: Any = connection.execute(_PEOPLE, asked)
    voters = {row[0]: Voter(*row) for row in people}
    details = _details(connection.execute(_DETAILS, asked), voters)
    items: Any = connection.execute(_ITEMS, asked)
    missing = (one for one in voters.values() if one.arrived_at is None)
    at = held.opened_at or held.starts_at
    return Record(
        tuple(_item(row, details) for row in items),
        tuple(one for one in voters.values() if one.arrived_at is not None),
        tuple(one for one in missing if one.added_at <= at and members.is_in_office(one, at)),
    )


def _item(row: Any, details: "_Details") -> ItemRecord:
    width = len(_SUBJECT)
    motion = Motion(*row[width:])
    recused = tuple(details.recusals[motion.id])
    cast = _counted(details.votes[motion.id], motion, {voter.id for voter, _ in recused})
    answers = details.answers[motion.id]
    in_order = {criterion: answers[criterion] for criterion in Criterion if criterion in answers}
    return ItemRecord(Subject(*row[:width]), motion, in_order, cast, recused)


class _Cast(NamedTuple):
    voter: Voter
    choice: CouncilChoice
    dissent: str
    language: Language | None


class _Details(NamedTuple):
    """By item; votes and recusals in the order of the members."""

    answers: dict[int, dict[Criterion, Answer]]
    votes: dict[int, list[_Cast]]
    recusals: dict[int, list[tuple[Voter, ConflictKind]]]


def _details(rows: Any, voters: dict[int, Voter]) -> _Details:
    found = _Details(defaultdict(dict), defaultdict(list), defaultdict(list))
    for what, item, member, first, second, language in rows:
        if what == "answer":
            found.answers[item][Criterion(first)] = Answer(second)
        elif what == "vote":
            spoken = Language(language) if language else None
            found.votes[item].append(_Cast(voters[member], CouncilChoice(first), second, spoken))
        else:
            found.recusals[item].append((voters[member], ConflictKind(first)))
    places = {member: place for place, member in enumerate(voters)}
    for cast in found.votes.values():
        cast.sort(key=lambda one: places[one.voter.id])
    for aside in found.recusals.values():
        aside.sort(key=lambda one: places[one[0].id])
    return found


def _counted(cast: Sequence[_Cast], motion: Motion, recused: set[int]) -> tuple[Vote, ...]:
    """The votes with whether they count: of whoever was still entitled at the closing."""

    def counts(voter: Voter) -> bool:
        left = voter.left_at
        gone = left is not None and motion.closed_at is not None and left <= motion.closed_at
        return voter.id not in recused and not gone

    return tuple(Vote(*one, counts=counts(one.voter)) for one in cast)
