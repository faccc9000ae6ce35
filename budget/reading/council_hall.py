"""A session as a member sits in it: who is there, the motions in full, and what is theirs to do about each.

Results are given once an item is closed, never before: nobody votes after others' votes. A fixed number of statements,
whatever the number of items.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget.council import members, sessions
from budget.council.items import answers_of
from budget.council.sessions import Step
from budget.council.winners import departs_from
from budget.errors import NotFound
from budget.permissions import Actor
from models.council import Conflict, CouncilMember
from models.council_session import AgendaItem, CouncilSession, CouncilVote
from models.cycle import Cycle, Envelope
from models.enums import Answer, ConflictKind, Criterion, ItemKind
from models.project import Project
from models.result import VerdictRow
from models.screening import Appeal, Review


class Place(StrEnum):
    """What an item is to this member now."""

    AHEAD = "ahead"
    OPEN = "open"
    VOTED = "voted"
    CLOSED = "closed"
    ASIDE = "aside"
    BARRED = "barred"
    """They took part in the rejection that is appealed."""
    ABSENT = "absent"
    UNDECLARED = "undeclared"
    """They have still to declare their interests."""


@dataclass(frozen=True)
class Words:
    """The reasons of a motion; the council writes them in Kazakh and Russian alone."""

    reason_kk: str
    reason_ru: str
    cost_reason_kk: str
    cost_reason_ru: str
    reason_en: str = ""
    cost_reason_en: str = ""


@dataclass(frozen=True)
class Where:
    """Where a session is held."""

    name_kk: str
    name_ru: str
    name_en: str = ""


@dataclass(frozen=True)
class HallItem:
    """A motion and where the member stands to it. `verdict` is the count's, for a motion that confirms or `departs`;
    `ordered` the projects of an order of implementation; `appeal` the author's own words."""

    item: AgendaItem
    project: Project | None
    answers: dict[Criterion, Answer]
    words: Words
    envelope: Envelope | None
    verdict: VerdictRow | None
    departs: bool
    ordered: tuple[Project, ...]
    appeal: Appeal | None
    aside: ConflictKind | None
    vote: CouncilVote | None
    place: Place


@dataclass(frozen=True)
class Hall:
    """A session for one member. Sessions are seen from their announcement on."""

    row: CouncilSession
    place: Where
    cycle: Cycle
    member: CouncilMember
    step: Step
    present: tuple[CouncilMember, ...]
    absent: tuple[CouncilMember, ...]
    items: tuple[HallItem, ...]

    @property
    def is_present(self) -> bool:
        """Is this member in the list of those who are there?"""
        return self.member in self.present

    @property
    def to_vote(self) -> tuple[HallItem, ...]:
        """The items whose vote is open and whose vote this member has still to cast."""
        return tuple(one for one in self.items if one.place is Place.OPEN)


def hall(session: Session, actor: Actor, public_id: str, *, now: datetime) -> Hall:
    """The session for the member who acts. Raises: NotFound (also before it is announced), NotPermitted."""
    row = sessions.by_public_id(session, public_id)
    if row.announced_at is None:
        raise NotFound(session=public_id)
    cycle = sessions.cycle_of(session, row)
    member = members.acting(session, actor, cycle, now=now)
    office = members.in_office(session, row.cycle_id, now=now)
    there = sessions.attendance(session, row)
    present = tuple(
        one
        for one in office
        if (line := there.get(one.id or 0)) and (line.left_at is None or now < line.left_at)
    )
    return Hall(
        row=row,
        place=Where(row.place_kk, row.place_ru),
        cycle=cycle,
        member=member,
        step=sessions.step_of(row),
        present=present,
        absent=tuple(one for one in office if one not in present),
        items=_items(session, row, member, is_present=member in present),
    )


def _items(
    session: Session, row: CouncilSession, member: CouncilMember, *, is_present: bool
) -> tuple[HallItem, ...]:
    rows: Any = session.exec(
        select(AgendaItem, Project, Envelope, VerdictRow)
        .outerjoin(Project, col(Project.id) == AgendaItem.project_id)
        .outerjoin(Envelope, col(Envelope.id) == AgendaItem.envelope_id)
        .outerjoin(
            VerdictRow,
            sa.and_(
                col(VerdictRow.project_id) == AgendaItem.project_id,
                col(AgendaItem.kind) == ItemKind.CONFIRMATION,
            ),
        )
        .where(AgendaItem.session_id == row.id)
        .order_by(col(AgendaItem.position))
    ).all()
    items = [one for one, *_ in rows]
    answers = answers_of(session, [item.id for item in items])
    voted = _votes(session, items, member)
    aside = _aside(session, items, member)
    appeals, barred = _appeals(session, items, member)
    ordered = _ordered(session, row, items)
    return tuple(
        HallItem(
            item=item,
            project=project,
            answers=answers.get(item.id, {}),
            words=Words(item.reason_kk, item.reason_ru, item.cost_reason_kk, item.cost_reason_ru),
            envelope=envelope if project is not None and item.envelope_id != project.envelope_id else None,
            verdict=verdict,
            departs=departs_from(item, verdict),
            ordered=ordered if item.kind is ItemKind.ORDER else (),
            appeal=appeals.get(item.project_id) if item.kind is ItemKind.APPEAL else None,
            aside=aside.get(item.project_id),
            vote=voted.get(item.id),
            place=_place(
                item,
                voted.get(item.id),
                is_aside=item.project_id in aside,
                is_barred=item.kind is ItemKind.APPEAL and item.project_id in barred,
                is_present=is_present,
                is_declared=member.declared_at is not None,
            ),
        )
        for item, project, envelope, verdict in rows
    )


def _place(
    item: AgendaItem,
    vote: CouncilVote | None,
    *,
    is_aside: bool,
    is_barred: bool,
    is_present: bool,
    is_declared: bool,
) -> Place:
    """The first that holds."""
    told = (
        (is_aside, Place.ASIDE),
        (is_barred and vote is None, Place.BARRED),
        (item.closed_at is not None, Place.CLOSED),
        (vote is not None, Place.VOTED),
        (item.opened_at is None, Place.AHEAD),
        (not is_declared, Place.UNDECLARED),
        (not is_present, Place.ABSENT),
    )
    return next((place for holds, place in told if holds), Place.OPEN)


def _votes(session: Session, items: Sequence[AgendaItem], member: CouncilMember) -> dict[int, CouncilVote]:
    rows = select(CouncilVote).where(CouncilVote.member_id == member.id)
    found = session.exec(rows.where(col(CouncilVote.item_id).in_([item.id for item in items])))
    return {vote.item_id: vote for vote in found}


def _aside(
    session: Session, items: Sequence[AgendaItem], member: CouncilMember
) -> Mapping[int | None, ConflictKind]:
    ids = [item.project_id for item in items if item.project_id is not None]
    rows = select(Conflict).where(Conflict.member_id == member.id, col(Conflict.project_id).in_(ids))
    return {row.project_id: row.kind for row in session.exec(rows)}


def _appeals(
    session: Session, items: Sequence[AgendaItem], member: CouncilMember
) -> tuple[Mapping[int | None, Appeal], set[int | None]]:
    """The appeals on the agenda by project, and the projects on whose rejection this member took part."""
    ids = [item.project_id for item in items if item.kind is ItemKind.APPEAL]
    if not ids:
        return {}, set()
    rows = session.exec(select(Appeal).where(col(Appeal.project_id).in_(ids)))
    reviewed = select(Review.project_id).where(
        Review.member_id == member.id, col(Review.concluded_at).is_not(None)
    )
    voted = (
        select(AgendaItem.project_id)
        .join(CouncilVote, col(CouncilVote.item_id) == AgendaItem.id)
        .where(CouncilVote.member_id == member.id, AgendaItem.kind == ItemKind.SCREENING)
    )
    barred = {*session.exec(reviewed).all(), *session.exec(voted).all()} & {*ids}
    return {row.project_id: row for row in rows}, barred


def _ordered(session: Session, row: CouncilSession, items: Sequence[AgendaItem]) -> tuple[Project, ...]:
    order = next((item.content for item in items if item.kind is ItemKind.ORDER), [])
    if not order:
        return ()
    rows = select(Project).where(Project.cycle_id == row.cycle_id, col(Project.public_id).in_(order))
    found = {project.public_id: project for project in session.exec(rows)}
    return tuple(found[public_id] for public_id in order if public_id in found)
