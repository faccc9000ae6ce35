"""The composition of a cycle's council: appointed by an act, published once it keeps the rule, replaced with history.

Until it is published a membership may be taken back; afterwards it ends with a reason and stays on the public page.
Members declare their interests before the queue opens, and may declare more at any time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Protocol

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget import audit, cycles
from budget.council import rules
from budget.errors import (
    AlreadyDone,
    CompositionFault,
    CouncilMissing,
    MemberTaken,
    NotDeclared,
    NotFound,
    NotPermitted,
    ReasonRequired,
    Recused,
)
from budget.permissions import Action, Actor, require_role
from budget.projects import locked_cycle
from budget.working_days import ZONE
from models.base import new_public_id
from models.council import Conflict, CouncilMember
from models.cycle import Cycle
from models.enums import ConflictKind, MemberKind, Role
from models.people import Staff
from models.project import Project
from models.screening import Review

_IN_OFFICE = ("uq_council_member_in_office", "council_member.cycle_id, council_member.staff_id")
"""The unique index in the words of PostgreSQL and of SQLite."""


@dataclass(frozen=True)
class Appointment:
    """Whom the coordinator appoints: the account that votes, and what everybody reads. Texts in Kazakh and Russian."""

    staff_id: int
    kind: MemberKind
    name_kk: str
    name_ru: str
    appointed_by: str
    from_on: date
    organisation_kk: str = ""
    organisation_ru: str = ""
    field_kk: str = ""
    field_ru: str = ""
    is_chair: bool = False


class Membership(Protocol):
    """From when to when somebody is a member: a row, or what a page reads of it."""

    @property
    def from_on(self) -> date:
        """The first day."""

    @property
    def left_at(self) -> datetime | None:
        """The end."""


def of_cycle(session: Session, cycle_id: int) -> Sequence[CouncilMember]:
    """Every membership of the cycle, past ones too: the chair first, then as they were appointed."""
    rows = select(CouncilMember).where(CouncilMember.cycle_id == cycle_id)
    return session.exec(rows.order_by(col(CouncilMember.is_chair).desc(), col(CouncilMember.id))).all()


def in_office(session: Session, cycle_id: int, *, now: datetime) -> list[CouncilMember]:
    """The members of the council at `now`."""
    return [member for member in of_cycle(session, cycle_id) if is_in_office(member, now)]


def is_in_office(member: Membership, now: datetime) -> bool:
    """Is this membership good at `now`?"""
    return has_begun(member.from_on, now) and (member.left_at is None or now < member.left_at)


def has_begun(from_on: date, now: datetime) -> bool:
    """Has a membership from this day on begun, by the calendar of the district?"""
    return from_on <= now.astimezone(ZONE).date()


def acting(session: Session, actor: Actor, cycle: Cycle, *, now: datetime) -> CouncilMember:
    """The membership by which this account acts in the cycle. Raises NotPermitted."""
    mine = None
    if actor.role is Role.COUNCIL:
        mine = next(
            (one for one in in_office(session, cycle.id or 0, now=now) if one.staff_id == actor.id), None
        )
    if mine is None:
        raise NotPermitted(action=Action.SEE_QUEUE)
    return mine


def declared(session: Session, actor: Actor, cycle: Cycle, *, now: datetime) -> CouncilMember:
    """The same, for what a member may do only after declaring interests. Raises NotPermitted, NotDeclared."""
    member = acting(session, actor, cycle, now=now)
    if member.declared_at is None:
        raise NotDeclared
    return member


def appoint(session: Session, actor: Actor, slug: str, who: Appointment, *, now: datetime) -> CouncilMember:
    """Take somebody into the council. After its publication the whole must keep the rule.

    Raises: NotPermitted, NotFound (no such account of a council member), MemberTaken, CompositionFault.
    """
    cycle = cycles.own(session, actor, Action.MANAGE_COUNCIL, slug)
    member = _new(session, cycle, who, now)
    _keep_rule(session, cycle)
    _record(session, actor, "council.appoint", member, now=now)
    return member


def replace(
    session: Session, actor: Actor, public_id: str, who: Appointment, *, reason: str, now: datetime
) -> CouncilMember:
    """Somebody leaves and somebody else comes instead, in one act.

    Raises: NotFound, NotPermitted, AlreadyDone, ReasonRequired, MemberTaken, CompositionFault.
    """
    cycle, leaving = _locked(session, actor, public_id)
    _end(session, leaving, reason, now)
    member = _new(session, cycle, who, now)
    member.replaces_id = leaving.id
    session.flush()
    _keep_rule(session, cycle)
    told = {"replaces": leaving.public_id, "reason": reason.strip()}
    _record(session, actor, "council.replace", member, now=now, **told)
    return member


def dismiss(session: Session, actor: Actor, public_id: str, *, reason: str, now: datetime) -> CouncilMember:
    """A membership ends; what was decided before stands, a vote that is open goes on without this member.

    Raises: NotFound, NotPermitted, AlreadyDone, ReasonRequired, CompositionFault.
    """
    cycle, member = _locked(session, actor, public_id)
    _end(session, member, reason, now)
    _keep_rule(session, cycle)
    _record(session, actor, "council.dismiss", member, now=now, reason=reason.strip())
    return member


def take_back(session: Session, actor: Actor, public_id: str, *, now: datetime) -> None:
    """Undo an appointment nobody has read of.

    Raises: NotFound, NotPermitted, AlreadyDone once published or ended: who came instead names this one.
    """
    cycle, member = _locked(session, actor, public_id)
    for done_at in (cycle.council_published_at, member.left_at):
        if done_at is not None:
            raise AlreadyDone(at=done_at)
    _record(session, actor, "council.take_back", member, now=now)
    session.exec(sa.delete(Conflict).where(col(Conflict.member_id) == member.id))
    session.delete(member)
    session.flush()


def publish(session: Session, actor: Actor, slug: str, *, now: datetime) -> Cycle:
    """Show the composition to everybody; the council may work from now on.

    Raises: NotPermitted, NotFound, AlreadyDone, CompositionFault.
    """
    cycle = cycles.own(session, actor, Action.MANAGE_COUNCIL, slug)
    if cycle.council_published_at is not None:
        raise AlreadyDone(at=cycle.council_published_at)
    for fault in faults(session, cycle):
        raise CompositionFault(**fault)
    cycle.council_published_at = now
    session.add(cycle)
    audit.record(session, actor, "council.publish", now=now, cycle_id=cycle.id, subject=slug)
    return cycle


def faults(session: Session, cycle: Cycle) -> list[dict[str, object]]:
    """What stands against publishing the composition, as facts of CompositionFault."""
    kept = [member for member in of_cycle(session, cycle.id or 0) if member.left_at is None]
    chairs = sum(member.is_chair for member in kept)
    return rules.composition_faults((member.kind for member in kept), chairs, cycle.council_akimat_percent)


def require_published(cycle: Cycle) -> None:
    """Raises CouncilMissing."""
    if cycle.council_published_at is None:
        raise CouncilMissing


def declare(
    session: Session,
    actor: Actor,
    cycle: Cycle,
    interests: Mapping[str, ConflictKind],
    *,
    now: datetime,
) -> list[Conflict]:
    """Declare interests by public ids of projects, {} for none; what was declared before stays declared. Reviews that
    are not written yet are taken from the member, for somebody else to get.

    Raises: NotPermitted, NotFound (a project of another cycle).
    """
    require_role(actor, Action.DECLARE_INTERESTS)
    cycle = locked_cycle(session, cycle.id or 0)
    member = acting(session, actor, cycle, now=now)
    known = {row.project_id for row in conflicts_of(session, [member.id or 0])}
    added = []
    for public_id, kind in interests.items():
        project = session.exec(
            select(Project).where(Project.public_id == public_id, Project.cycle_id == cycle.id)
        ).first()
        if project is None:
            raise NotFound(project=public_id)
        if project.id not in known:
            added.append(
                Conflict(member_id=member.id or 0, project_id=project.id or 0, kind=kind, declared_at=now)
            )
    member.declared_at = member.declared_at or now
    session.add_all([member, *added])
    session.flush()
    _release(session, member, [one.project_id for one in added])
    _record(session, actor, "council.declare", member, now=now, projects=sorted(interests))
    return added


def conflicts_of(session: Session, member_ids: Iterable[int]) -> Sequence[Conflict]:
    """The declared interests of these members."""
    return session.exec(select(Conflict).where(col(Conflict.member_id).in_(list(member_ids)))).all()


def recusals(session: Session, project_id: int | None) -> dict[int, ConflictKind]:
    """Who stands aside from a project, by member."""
    rows = session.exec(select(Conflict).where(Conflict.project_id == project_id))
    return {row.member_id: row.kind for row in rows}


def refuse_recused(session: Session, member: CouncilMember, project_id: int | None) -> None:
    """Raises Recused(kind) where the member declared an interest in the project."""
    kind = recusals(session, project_id).get(member.id or 0)
    if kind is not None:
        raise Recused(kind=kind)


def _new(session: Session, cycle: Cycle, who: Appointment, now: datetime) -> CouncilMember:
    account = session.get(Staff, who.staff_id)
    if account is None or account.role is not Role.COUNCIL or account.disabled_at is not None:
        raise NotFound(staff=who.staff_id)
    member = CouncilMember(public_id=new_public_id(), cycle_id=cycle.id or 0, added_at=now, **asdict(who))
    try:
        with session.begin_nested():
            session.add(member)
            session.flush()
    except sa.exc.IntegrityError as error:
        if any(name in str(error.orig) for name in _IN_OFFICE):
            raise MemberTaken from error
        raise
    return member


def _end(session: Session, member: CouncilMember, reason: str, now: datetime) -> None:
    if member.left_at is not None:
        raise AlreadyDone(at=member.left_at)
    if not reason.strip():
        raise ReasonRequired
    member.left_at, member.left_reason = now, reason.strip()
    session.add(member)
    session.flush()
    _release(session, member)


def _release(session: Session, member: CouncilMember, project_ids: Sequence[int] | None = None) -> None:
    """Give up the reviews this member has not written, of these projects or all: others are assigned (`reviews.assign`)."""
    unwritten = sa.delete(Review).where(
        col(Review.member_id) == member.id, col(Review.concluded_at).is_(None)
    )
    if project_ids is not None:
        unwritten = unwritten.where(col(Review.project_id).in_(project_ids))
    session.exec(unwritten)


def _keep_rule(session: Session, cycle: Cycle) -> None:
    """A published council keeps the rule after every change, or there is no change."""
    if cycle.council_published_at is None:
        return
    for fault in faults(session, cycle):
        raise CompositionFault(**fault)


def _locked(session: Session, actor: Actor, public_id: str) -> tuple[Cycle, CouncilMember]:
    require_role(actor, Action.MANAGE_COUNCIL)
    member = session.exec(select(CouncilMember).where(CouncilMember.public_id == public_id)).first()
    if member is None:
        raise NotFound(member=public_id)
    slug = session.exec(select(Cycle.slug).where(Cycle.id == member.cycle_id)).one()
    cycle = cycles.own(session, actor, Action.MANAGE_COUNCIL, slug)
    session.refresh(member)
    return cycle, member


def _record(
    session: Session, actor: Actor, act: str, member: CouncilMember, *, now: datetime, **facts: object
) -> None:
    told = {"kind": str(member.kind), "appointed_by": member.appointed_by}
    audit.record(
        session, actor, act, now=now, cycle_id=member.cycle_id, subject=member.public_id, **told, **facts
    )
