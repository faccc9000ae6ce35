"""Two similar projects become one, when both authors have agreed.

The coordinator proposes which one goes on; its author stays its author, the houses of the other are added to it. The
other keeps its number and its address for ever and points to the one that goes on. Until both have answered neither
is put to the vote; a "no" of one, or the coordinator, ends the proposal and both go on as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from budget import audit, cycles, notices, projects
from budget.council.reviews import refuse_on_agenda
from budget.errors import AlreadyDone, Frozen, MergerFault, MergerOpen, NotFound, OnAgenda, ReasonRequired
from budget.notices import NoticeKind
from budget.permissions import Action, Actor
from budget.projects import locked_cycle, locked_project, move
from models.base import new_public_id
from models.enums import ProjectState, Role
from models.project import Project
from models.screening import Merger


def is_about(project_id: Any) -> sa.ColumnElement[bool]:
    """Of a merger: is this project, by its id or the column of a larger statement, one of the two?"""
    return sa.or_(col(Merger.kept_id) == project_id, col(Merger.joined_id) == project_id)


_Partner = aliased(Project)
_GONE = select(_Partner.id).where(
    is_about(_Partner.id),
    col(_Partner.state).not_in((ProjectState.SUBMITTED, ProjectState.RETURNED)),
)
_UNANSWERED = (
    col(Merger.merged_at).is_(None),
    col(Merger.declined_at).is_(None),
    col(Merger.withdrawn_at).is_(None),
)
IS_UNDECIDED = sa.and_(*_UNANSWERED, ~_GONE.exists())
"""Of a merger: a proposal waits for its authors unless it is answered or taken back, or one project is withdrawn or decided."""
OPEN = select(Merger.id).where(is_about(Project.id), IS_UNDECIDED)
"""Of a project in a larger statement: the proposals its authors have not all answered."""


@dataclass(frozen=True)
class Offered:
    """A proposal as one of its two authors sees it: the own project, the other one, and whether the own goes on."""

    merger: Merger
    own: Project
    other: Project

    @property
    def goes_on(self) -> bool:
        """Does the own project go on, or as part of the other?"""
        return self.merger.kept_id == self.own.id

    @property
    def is_of_one_author(self) -> bool:
        """Are both projects of this author, who answers once for both?"""
        return self.own.author_id == self.other.author_id

    @property
    def agreed_at(self) -> datetime | None:
        """When this author agreed."""
        return self.merger.kept_agreed_at if self.goes_on else self.merger.joined_agreed_at


def propose(
    session: Session,
    actor: Actor,
    kept: str,
    joined: str,
    *,
    note_kk: str,
    note_ru: str,
    now: datetime,
) -> Merger:
    """Ask two authors whether their projects become one; `kept` and `joined` are public ids.

    Raises: NotFound, NotPermitted, WrongPhase, ReasonRequired, MergerFault(why).
    """
    rows = [session.exec(select(Project).where(Project.public_id == one)).first() for one in (kept, joined)]
    first, second = rows
    if first is None or second is None:
        raise NotFound(project=joined if first is not None else kept)
    if first.id == second.id:
        raise MergerFault(why="same")
    if first.cycle_id != second.cycle_id:
        raise MergerFault(why="cycle")
    cycle = locked_cycle(session, first.cycle_id)
    cycles.require(session, actor, Action.CHECK_PROJECT, cycle, now)
    if not (note_kk.strip() and note_ru.strip()):
        raise ReasonRequired
    for project in (first, second):
        _end_stale(session, actor, project, now)
        _refuse_unfit(session, locked_project(session, project.id or 0))
    row = Merger(
        public_id=new_public_id(),
        cycle_id=cycle.id or 0,
        kept_id=first.id or 0,
        joined_id=second.id or 0,
        note_kk=note_kk.strip(),
        note_ru=note_ru.strip(),
        proposed_by=actor.id,
        proposed_at=now,
    )
    session.add(row)
    session.flush()
    _record(session, actor, "merger.propose", row, now)
    for project in (first, second):
        notices.tell_author(session, project, NoticeKind.MERGER_PROPOSED, now=now)
    return row


def answer(session: Session, actor: Actor, public_id: str, *, agrees: bool, now: datetime) -> Merger:
    """An author agrees or not; with the second "yes" the projects become one.

    Raises: NotFound (unknown or of others), NotPermitted, WrongPhase, Frozen, AlreadyDone.
    """
    offered = next((one for one in of_author(session, actor) if one.merger.public_id == public_id), None)
    if offered is None:
        raise NotFound(merger=public_id)
    cycle = locked_cycle(session, offered.own.cycle_id)
    cycles.require(session, actor, Action.ANSWER_MERGER, cycle, now)
    if cycle.frozen_at is not None:
        raise Frozen(frozen_at=cycle.frozen_at)
    row = _locked(session, offered.merger.id or 0)
    ended_at = row.merged_at or row.declined_at or row.withdrawn_at or offered.agreed_at
    if ended_at is not None:
        raise AlreadyDone(at=ended_at)
    if not agrees:
        row.declined_at = now
    if agrees and (offered.goes_on or offered.is_of_one_author):
        row.kept_agreed_at = now
    if agrees and (not offered.goes_on or offered.is_of_one_author):
        row.joined_agreed_at = now
    session.add(row)
    _record(session, actor, "merger.agree" if agrees else "merger.decline", row, now)
    if row.kept_agreed_at is not None and row.joined_agreed_at is not None:
        _merge(session, actor, row, now)
    session.flush()
    return row


def withdraw(session: Session, actor: Actor, public_id: str, *, now: datetime) -> Merger:
    """The coordinator takes the proposal back. Raises: NotFound, NotPermitted, WrongPhase, AlreadyDone."""
    found = session.exec(select(Merger).where(Merger.public_id == public_id)).first()
    if found is None:
        raise NotFound(merger=public_id)
    cycle = locked_cycle(session, found.cycle_id)
    cycles.require(session, actor, Action.CHECK_PROJECT, cycle, now)
    row = _locked(session, found.id or 0)
    ended_at = row.merged_at or row.declined_at or row.withdrawn_at
    if ended_at is not None:
        raise AlreadyDone(at=ended_at)
    row.withdrawn_at = now
    session.add(row)
    _record(session, actor, "merger.withdraw", row, now)
    session.flush()
    return row


def of_cycle(session: Session, cycle_id: int | None) -> Sequence[Merger]:
    """Every proposal of a cycle, newest first."""
    rows = select(Merger).where(Merger.cycle_id == cycle_id)
    return session.exec(rows.order_by(col(Merger.id).desc())).all()


def of_author(session: Session, actor: Actor) -> list[Offered]:
    """The proposals about the signed-in resident's projects, newest first."""
    if actor.role is not Role.RESIDENT:
        return []
    mine = select(Project.id).where(Project.author_id == actor.id)
    about = sa.or_(col(Merger.kept_id).in_(mine), col(Merger.joined_id).in_(mine))
    found = []
    for row in session.exec(select(Merger).where(about).order_by(col(Merger.id).desc())).all():
        kept, joined = session.get_one(Project, row.kept_id), session.get_one(Project, row.joined_id)
        own, other = (kept, joined) if kept.author_id == actor.id else (joined, kept)
        found.append(Offered(row, own, other))
    return found


def refuse_open(session: Session, project: Project) -> None:
    """Raises MergerOpen(number) while authors are asked about this project."""
    if is_open(session, project):
        raise MergerOpen(number=project.number)


def is_open(session: Session, project: Project) -> bool:
    """Are authors asked about this project?"""
    return _open_of(session, project) is not None


def _refuse_unfit(session: Session, project: Project) -> None:
    if project.state is not ProjectState.SUBMITTED:
        raise MergerFault(why="state")
    if is_open(session, project):
        raise MergerFault(why="open")
    try:
        refuse_on_agenda(session, project)
    except OnAgenda as refusal:
        raise MergerFault(why="agenda") from refusal


def _end_stale(session: Session, actor: Actor, project: Project, now: datetime) -> None:
    """Take back what nobody can answer any more: the other project is withdrawn or decided."""
    rows = select(Merger).where(is_about(project.id), *_UNANSWERED, _GONE.exists())
    for row in session.exec(rows).all():
        row.withdrawn_at = now
        session.add(row)
        session.flush()
        _record(session, actor, "merger.withdraw", row, now)


def _open_of(session: Session, project: Project) -> Merger | None:
    return session.exec(select(Merger).where(is_about(project.id), IS_UNDECIDED)).first()


def _merge(session: Session, actor: Actor, row: Merger, now: datetime) -> None:
    """The joined one goes on as the kept one, which gets its houses and so another version.

    Raises MergerFault(why="state") where one of them is decided, returned or withdrawn meanwhile.
    """
    kept, joined = locked_project(session, row.kept_id), locked_project(session, row.joined_id)
    if {kept.state, joined.state} != {ProjectState.SUBMITTED}:
        raise MergerFault(why="state")
    joined.merged_into_id = kept.id
    move(joined, ProjectState.MERGED)
    joined.decided_at = now
    projects.add_addresses(session, kept, projects.addresses_of(session, joined.id), now=now)
    row.merged_at = now
    session.add_all([row, kept, joined])
    session.flush()
    _record(session, actor, "merger.merge", row, now)


def _locked(session: Session, merger_id: int) -> Merger:
    rows = select(Merger).where(Merger.id == merger_id).with_for_update()
    return session.exec(rows.execution_options(populate_existing=True)).one()


def _record(session: Session, actor: Actor, act: str, row: Merger, now: datetime) -> None:
    numbers = [session.get_one(Project, id_).number for id_ in (row.kept_id, row.joined_id)]
    session.flush()
    audit.record(
        session,
        actor,
        act,
        now=now,
        cycle_id=row.cycle_id,
        subject=f"merger:{row.public_id}",
        projects=numbers,
    )
