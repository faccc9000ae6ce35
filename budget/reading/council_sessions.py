"""Sessions of the council as the coordinator's pages show them: the list, and one with everything on its agenda.

A session may have hundreds of items, and who may decide each differs; all of it is read in four statements and put
together here, as `budget.council.votes.floor_of` would say it of each item. Choices of members are not read: before a
vote is closed nobody sees how it stands.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget.council import members, motions, rules
from budget.council.sessions import Step, step_of
from budget.council.votes import Floor
from budget.council.winners import departs_from
from budget.errors import NotFound
from models.council import Conflict, CouncilMember
from models.council_session import (
    AgendaItem,
    Attendance,
    CouncilSession,
    CouncilVote,
    Protocol,
    ProtocolSignature,
)
from models.cycle import Cycle
from models.enums import ConflictKind, ItemKind, ItemResult
from models.project import Project
from models.result import VerdictRow
from models.screening import Review


class SessionLine(NamedTuple):
    """A session in the list: how many items it has and how many of them are decided."""

    session: CouncilSession
    items: int
    decided: int
    protocols: int

    @property
    def step(self) -> Step:
        """Where it stands."""
        return step_of(self.session)


class ItemState(StrEnum):
    """Where an item stands."""

    INCOMPLETE = "incomplete"
    WAITING = "waiting"
    VOTING = "voting"
    CARRIED = "carried"
    NOT_CARRIED = "not_carried"
    NO_QUORUM = "no_quorum"


@dataclass(frozen=True)
class ItemLine:
    """An item with who may decide it now; `voted` of those who may have voted while its vote is open."""

    item: AgendaItem
    project: Project | None
    verdict: VerdictRow | None
    departs: bool
    missing: tuple[str, ...]
    floor: Floor
    needed: int
    voted: frozenset[int]

    @property
    def state(self) -> ItemState:
        """Where it stands: results as kept."""
        if self.item.result is not None:
            return ItemState(str(self.item.result))
        if self.item.opened_at is not None:
            return ItemState.VOTING
        return ItemState.INCOMPLETE if self.missing else ItemState.WAITING

    @property
    def has_quorum(self) -> bool:
        """Are enough of those who may decide there?"""
        return bool(self.floor.entitled) and len(self.floor.present) >= self.needed

    @property
    def may_be_put(self) -> bool:
        """May it be put to the vote, as far as can be seen from here?"""
        return self.state is ItemState.WAITING and self.has_quorum

    @property
    def voters(self) -> frozenset[int]:
        """Who is there and may vote, or has voted."""
        return self.floor.present | self.voted

    @property
    def is_voted_out(self) -> bool:
        """Has everybody voted who is there and may?"""
        return self.voters == self.voted


@dataclass(frozen=True)
class Seat:
    """A member at a session; `attendance` is None for who was never there."""

    member: CouncilMember
    attendance: Attendance | None

    @property
    def is_there(self) -> bool:
        """Is the member there, or was at the end?"""
        return self.attendance is not None and self.attendance.left_at is None


@dataclass(frozen=True)
class SessionPage:
    """A session with its agenda. `seats` are the members in office, and everybody who was there."""

    session: CouncilSession
    cycle: Cycle
    lines: tuple[ItemLine, ...]
    seats: tuple[Seat, ...]

    @property
    def step(self) -> Step:
        """Where it stands."""
        return step_of(self.session)

    def names(self, ids: Sequence[int] | frozenset[int]) -> list[CouncilMember]:
        """The members of these ids, the chair first."""
        return [seat.member for seat in self.seats if seat.member.id in ids]


def of_cycle(session: Session, cycle_id: int) -> list[SessionLine]:
    """The sessions of a cycle, the newest first. One statement."""
    items = (
        sa.select(
            col(AgendaItem.session_id),
            sa.func.count().label("total"),
            sa.func.count(col(AgendaItem.closed_at)).label("decided"),
        )
        .group_by(col(AgendaItem.session_id))
        .subquery()
    )
    protocols = (
        sa.select(sa.func.count())
        .where(col(Protocol.session_id) == col(CouncilSession.id))
        .correlate(CouncilSession)
        .scalar_subquery()
    )
    rows: Any = session.execute(
        sa.select(
            CouncilSession,
            sa.func.coalesce(items.c.total, 0),
            sa.func.coalesce(items.c.decided, 0),
            protocols,
        )
        .outerjoin(items, items.c.session_id == col(CouncilSession.id))
        .where(col(CouncilSession.cycle_id) == cycle_id)
        .order_by(col(CouncilSession.number).desc())
    )
    return [SessionLine(*row) for row in rows]


def page(session: Session, public_id: str, *, now: datetime) -> SessionPage:
    """One session with everything on its agenda, in four statements. Raises NotFound."""
    found = session.exec(
        select(CouncilSession, Cycle)
        .join(Cycle, col(Cycle.id) == CouncilSession.cycle_id)
        .where(CouncilSession.public_id == public_id)
    ).first()
    if found is None:
        raise NotFound(session=public_id)
    row, cycle = found
    seats = _seats(session, row, now)
    office = {seat.member.id or 0 for seat in seats if members.is_in_office(seat.member, now)}
    there = {seat.member.id or 0 for seat in seats if seat.is_there} & office
    aside, voted = _aside_and_voted(session, row)
    lines = []
    for item, project, verdict in _items(session, row):
        floor = _floor(item, office, there, aside)
        departs = departs_from(item, verdict)
        lines.append(
            ItemLine(
                item=item,
                project=project,
                verdict=verdict,
                departs=departs,
                missing=motions.missing(item, project, departs=departs),
                floor=floor,
                needed=rules.needed(cycle.council_quorum, len(floor.entitled)),
                voted=frozenset(voted[item.id or 0]) & floor.entitled,
            )
        )
    return SessionPage(row, cycle, tuple(lines), seats)


def _seats(session: Session, row: CouncilSession, now: datetime) -> tuple[Seat, ...]:
    rows: Any = session.execute(
        sa.select(CouncilMember, Attendance)
        .outerjoin(
            Attendance,
            sa.and_(col(Attendance.member_id) == col(CouncilMember.id), col(Attendance.session_id) == row.id),
        )
        .where(col(CouncilMember.cycle_id) == row.cycle_id)
        .order_by(col(CouncilMember.is_chair).desc(), col(CouncilMember.id))
    )
    at = row.closed_at or now
    return tuple(
        Seat(member, line) for member, line in rows if line is not None or members.is_in_office(member, at)
    )


def _items(
    session: Session, row: CouncilSession
) -> Sequence[tuple[AgendaItem, Project | None, VerdictRow | None]]:
    rows: Any = session.execute(
        sa.select(AgendaItem, Project, VerdictRow)
        .outerjoin(Project, col(Project.id) == col(AgendaItem.project_id))
        .outerjoin(
            VerdictRow,
            sa.and_(
                col(VerdictRow.project_id) == col(AgendaItem.project_id),
                col(AgendaItem.kind) == ItemKind.CONFIRMATION,
            ),
        )
        .where(col(AgendaItem.session_id) == row.id)
        .order_by(col(AgendaItem.position))
    )
    return [tuple(one) for one in rows]


_Aside = dict[int, dict[int, ConflictKind | None]]
"""By project: who stands aside why; None is who took part in the decision that is appealed."""
_VOTED = "voted"


def _aside_and_voted(session: Session, row: CouncilSession) -> tuple[_Aside, dict[int, set[int]]]:
    """Who stands aside from which project, and who has voted on the items whose vote is open, never how: one statement
    of (project or item, member, why)."""
    on_agenda = sa.select(col(AgendaItem.project_id)).where(col(AgendaItem.session_id) == row.id)
    appealed = on_agenda.where(col(AgendaItem.kind) == ItemKind.APPEAL)
    kind = sa.type_coerce(col(Conflict.kind), sa.String)
    conflicts = sa.select(col(Conflict.project_id), col(Conflict.member_id), kind).where(
        col(Conflict.project_id).in_(on_agenda)
    )
    reviewed = sa.select(col(Review.project_id), col(Review.member_id), sa.literal("", sa.String)).where(
        col(Review.project_id).in_(appealed), col(Review.concluded_at).is_not(None)
    )
    rejected = (
        sa.select(col(AgendaItem.project_id), col(CouncilVote.member_id), sa.literal("", sa.String))
        .join(CouncilVote, col(CouncilVote.item_id) == col(AgendaItem.id))
        .where(col(AgendaItem.project_id).in_(appealed), col(AgendaItem.kind) == ItemKind.SCREENING)
    )
    voted = (
        sa.select(col(CouncilVote.item_id), col(CouncilVote.member_id), sa.literal(_VOTED, sa.String))
        .join(AgendaItem, col(AgendaItem.id) == col(CouncilVote.item_id))
        .where(col(AgendaItem.session_id) == row.id, col(AgendaItem.closed_at).is_(None))
    )
    aside: _Aside = defaultdict(dict)
    by_item: dict[int, set[int]] = defaultdict(set)
    for about, member_id, why in session.execute(sa.union_all(conflicts, reviewed, rejected, voted)):
        if why == _VOTED:
            by_item[about].add(member_id)
        else:
            kept = aside[about].get(member_id)
            aside[about][member_id] = ConflictKind(why) if why else kept
    return aside, by_item


def _floor(item: AgendaItem, office: set[int], there: set[int], aside: _Aside) -> Floor:
    of_project = aside.get(item.project_id or 0, {})
    recused = {id_: kind for id_, kind in of_project.items() if kind is not None and id_ in office}
    entitled = office - recused.keys()
    if item.kind is ItemKind.APPEAL:
        entitled -= of_project.keys()
    return Floor(frozenset(entitled), frozenset(entitled & there), recused)


class ProtocolLine(NamedTuple):
    """A protocol without its document, and how many have signed it."""

    public_id: str
    number: int
    corrects_id: int | None
    correction_kk: str
    correction_ru: str
    sha256: str
    made_at: datetime
    id: int
    signatures: int


def protocols_of(session: Session, row: CouncilSession) -> list[ProtocolLine]:
    """The protocols of a session, the newest last. One statement; the documents stay where they are."""
    signed = (
        sa.select(sa.func.count())
        .where(col(ProtocolSignature.protocol_id) == col(Protocol.id))
        .correlate(Protocol)
        .scalar_subquery()
    )
    names = ProtocolLine._fields[:-1]
    rows: Any = session.execute(
        sa.select(*(col(getattr(Protocol, name)) for name in names), signed)
        .where(col(Protocol.session_id) == row.id)
        .order_by(col(Protocol.number))
    )
    return [ProtocolLine(*one) for one in rows]


class Outcomes(NamedTuple):
    """What the decisions of a session come to, by kind; what was not carried decides nothing."""

    admitted: int
    returned: int
    rejected: int
    upheld: int
    dismissed: int
    confirmed: int
    departures: int
    not_carried: int
    no_quorum: int
    not_put: int


def outcomes(lines: Sequence[ItemLine]) -> Outcomes:
    """Count what will become public together."""
    carried = [line for line in lines if line.item.result is ItemResult.CARRIED]
    screened = [str(line.item.outcome) for line in carried if line.item.kind is ItemKind.SCREENING]
    appealed = [str(line.item.outcome) for line in carried if line.item.kind is ItemKind.APPEAL]
    words = [line.departs for line in carried if line.item.kind is ItemKind.CONFIRMATION]
    results = [line.item.result for line in lines]
    return Outcomes(
        admitted=screened.count("admitted"),
        returned=screened.count("returned"),
        rejected=screened.count("rejected"),
        upheld=appealed.count("admitted"),
        dismissed=appealed.count("rejected"),
        confirmed=words.count(False),
        departures=words.count(True),
        not_carried=results.count(ItemResult.NOT_CARRIED),
        no_quorum=results.count(ItemResult.NO_QUORUM),
        not_put=results.count(None),
    )
