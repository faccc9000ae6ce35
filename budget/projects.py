"""Projects from their submission to the council's decision: submit, correct, withdraw, and find one's own.

Source: the course of a cycle in the akimat's report and the settings of each cycle (cap, directions, projects per
author). Pictures are prepared by `budget.photos` before the transaction begins. The cycle's row is locked first by
everything that changes a project: numbers and limits per author are then counted by one writer at a time, and
nothing slips in beside the freeze.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget import audit, corrections, cycles, versions
from budget.addresses import Address, distinct
from budget.errors import (
    CostAboveCap,
    CostNotPositive,
    DirectionNotAccepted,
    Frozen,
    NotFound,
    NotThisState,
    TooManyProjects,
    UnknownArea,
    UnknownEnvelope,
)
from budget.permissions import Action, Actor
from budget.photos import Picture
from budget.reading.folding import folded_project
from models.base import new_public_id
from models.cycle import Cycle, Envelope
from models.district import Area
from models.enums import Direction, Language, Origin, ProjectState, Role
from models.project import Photo, Project, ProjectAddress


class Check(Protocol):
    """`check_may_correct`, `check_may_withdraw`."""

    def __call__(
        self, session: Session, actor: Actor, project: Project, cycle: Cycle, *, now: datetime
    ) -> None: ...


@dataclass(frozen=True)
class Proposal:
    """What an author proposes, in one language. `area` is a code, `envelope` a public id (None where the cycle
    has only one)."""

    language: Language
    title: str
    description: str
    addresses: tuple[Address, ...]
    area: str
    direction: Direction
    estimate_tenge: int
    envelope: str | None = None


def submit(
    session: Session,
    actor: Actor,
    cycle: Cycle,
    proposal: Proposal,
    picture: Picture | None,
    *,
    now: datetime,
) -> Project:
    """A new project of the signed-in resident, with the next number of the cycle.

    Raises: NotFound (cycle not published), NotPermitted, WrongPhase, TooManyProjects, and those of the proposal:
    CostNotPositive, CostAboveCap, DirectionNotAccepted, UnknownArea, UnknownEnvelope, AddressMissing, AddressFault.
    """
    cycle = locked_cycle(session, cycle.id or 0)
    check_may_submit(session, actor, cycle, now=now)
    place = _checked(session, cycle, proposal)
    last = session.exec(select(sa.func.max(Project.number)).where(Project.cycle_id == cycle.id)).one()
    project = Project(
        public_id=new_public_id(),
        cycle_id=cycle.id or 0,
        number=(last or 0) + 1,
        author_id=actor.id,
        language=proposal.language,
        state=ProjectState.SUBMITTED,
        submitted_at=now,
    )
    _write(session, project, proposal, place)
    if picture is not None:
        _add_photo(session, project, picture, now)
    _keep_version(session, project, now)
    _record(session, actor, "project.submit", project, now, number=project.number)
    return project


def check_may_submit(session: Session, actor: Actor, cycle: Cycle, *, now: datetime) -> None:
    """May this resident submit one more project now? To be asked before somebody fills in a form.

    Raises: NotFound, NotPermitted, WrongPhase, TooManyProjects.
    """
    if cycle.published_at is None or cycle.origin is not Origin.SERVICE:
        raise NotFound(cycle=cycle.slug)
    cycles.require(session, actor, Action.SUBMIT_PROJECT, cycle, now)
    if count_of_author(session, cycle, actor) >= cycle.projects_per_author:
        raise TooManyProjects(allowed=cycle.projects_per_author)


def correct(
    session: Session,
    actor: Actor,
    public_id: str,
    proposal: Proposal,
    picture: Picture | None,
    *,
    remove_photo: bool = False,
    now: datetime,
) -> Project:
    """Change a returned project of one's own and submit it again; a new picture takes the place of the old one.

    Raises: NotFound, NotPermitted, WrongPhase, Frozen, NotThisState, CorrectionOver, and those of the proposal (see
    `submit`).
    """
    cycle, project = _locked_own(session, actor, public_id)
    check_may_correct(session, actor, project, cycle, now=now)
    place = _checked(session, cycle, proposal)
    move(project, ProjectState.SUBMITTED)
    project.decided_at = None
    corrections.end_by_author(session, project, now=now)
    _write(session, project, proposal, place)
    if picture is not None or remove_photo:
        session.exec(sa.delete(Photo).where(col(Photo.project_id) == project.id))
    if picture is not None:
        _add_photo(session, project, picture, now)
    _keep_version(session, project, now)
    _record(session, actor, "project.correct", project, now, version=project.version)
    return project


def check_may_correct(
    session: Session, actor: Actor, project: Project, cycle: Cycle, *, now: datetime
) -> None:
    """May the author correct this project now?

    Raises: NotPermitted, WrongPhase, Frozen, NotThisState, CorrectionOver.
    """
    cycles.require(session, actor, Action.CORRECT_PROJECT, cycle, now)
    if cycle.frozen_at is not None:
        raise Frozen(frozen_at=cycle.frozen_at)
    if project.state is not ProjectState.RETURNED:
        raise NotThisState(state=project.state, wanted=ProjectState.SUBMITTED)
    corrections.refuse_late(session, project, now=now)


def check_may_withdraw(
    session: Session, actor: Actor, project: Project, cycle: Cycle, *, now: datetime
) -> None:
    """May the author take this project back now? Raises: NotPermitted, WrongPhase, NotThisState."""
    cycles.require(session, actor, Action.WITHDRAW_PROJECT, cycle, now)
    if project.state not in (ProjectState.SUBMITTED, ProjectState.RETURNED, ProjectState.ADMITTED):
        raise NotThisState(state=project.state, wanted=ProjectState.WITHDRAWN)


def withdraw(session: Session, actor: Actor, public_id: str, *, now: datetime) -> Project:
    """Take one's own project back; its number and page stay.

    Raises: NotFound, NotPermitted, WrongPhase, NotThisState.
    """
    cycle, project = _locked_own(session, actor, public_id)
    check_may_withdraw(session, actor, project, cycle, now=now)
    move(project, ProjectState.WITHDRAWN)
    project.withdrawn_at = now
    project.folded = folded_project(project, addresses_of(session, project.id))
    _record(session, actor, "project.withdraw", project, now)
    return project


def move(project: Project, wanted: ProjectState, *, on_appeal: bool = False) -> None:
    """The one table of transitions before the vote. Raises NotThisState(state, wanted)."""
    match (project.state, wanted):
        case (ProjectState.REJECTED, ProjectState.ADMITTED | ProjectState.REJECTED) if on_appeal:
            pass  # the council decides on an appeal
        case (ProjectState.SUBMITTED, ProjectState.ADMITTED | ProjectState.RETURNED | ProjectState.REJECTED):
            pass  # the council decides
        case (ProjectState.RETURNED, ProjectState.SUBMITTED):
            pass  # the author has corrected it
        case (ProjectState.SUBMITTED | ProjectState.RETURNED | ProjectState.ADMITTED, ProjectState.WITHDRAWN):
            pass  # the author takes it back
        case (ProjectState.SUBMITTED, ProjectState.MERGED):
            pass  # both authors agreed
        case (ProjectState.RETURNED, ProjectState.REJECTED):
            pass  # the author was silent
        case _:
            raise NotThisState(state=project.state, wanted=wanted)
    project.state = wanted


def own(session: Session, actor: Actor, public_id: str) -> Project:
    """A project of the signed-in resident; unknown and foreign are the same. Raises NotFound."""
    project = session.exec(select(Project).where(Project.public_id == public_id)).first()
    if project is None or actor.role is not Role.RESIDENT or project.author_id != actor.id:
        raise NotFound(project=public_id)
    return project


def of_author(session: Session, actor: Actor) -> Sequence[tuple[Project, Cycle]]:
    """The signed-in resident's projects with their cycles, newest first; nothing for anybody else."""
    if actor.role is not Role.RESIDENT:
        return []
    rows = select(Project, Cycle).join(Cycle, col(Cycle.id) == Project.cycle_id)
    rows = rows.where(Project.author_id == actor.id, col(Cycle.published_at).is_not(None))
    return session.exec(rows.order_by(col(Project.id).desc())).all()


def addresses_of(session: Session, project_id: int | None) -> Sequence[ProjectAddress]:
    """The houses of a project in their order."""
    rows = select(ProjectAddress).where(ProjectAddress.project_id == project_id)
    return session.exec(rows.order_by(col(ProjectAddress.position))).all()


def photo_of(session: Session, project_id: int | None) -> str | None:
    """The public id of a project's photo."""
    return session.exec(select(Photo.public_id).where(Photo.project_id == project_id)).first()


def count_of_author(session: Session, cycle: Cycle, actor: Actor) -> int:
    """How many projects of this resident count against `projects_per_author`: all but the withdrawn."""
    return session.exec(
        select(sa.func.count())
        .select_from(Project)
        .where(Project.cycle_id == cycle.id, Project.author_id == actor.id)
        .where(Project.state != ProjectState.WITHDRAWN)
    ).one()


def cost_limit(cycle: Cycle, envelope: Envelope) -> int:
    """The most one project may cost in this envelope, in tenge: the cap, and never more than all its money."""
    return min(cycle.cost_cap_tenge or envelope.total_tenge, envelope.total_tenge)


def check_cost(cycle: Cycle, envelope: Envelope, cost_tenge: int) -> None:
    """Raises CostNotPositive or CostAboveCap(cap_tenge)."""
    if cost_tenge <= 0:
        raise CostNotPositive
    cap = cost_limit(cycle, envelope)
    if cost_tenge > cap:
        raise CostAboveCap(cap_tenge=cap)


def chosen_envelope(session: Session, cycle: Cycle, public_id: str | None) -> Envelope:
    """The envelope chosen, or the only one there is. Raises UnknownEnvelope."""
    rows = cycles.envelopes(session, cycle.id or 0)
    if public_id is None and len(rows) == 1:
        return rows[0]
    found = next((row for row in rows if row.public_id == public_id), None)
    if found is None:
        raise UnknownEnvelope(envelope=public_id)
    return found


def locked_cycle(session: Session, cycle_id: int) -> Cycle:
    """The published cycle run in this service, fresh and locked against other changes of its projects.

    Raises NotFound. The lock leaves foreign keys to the cycle alone, so ballots do not wait for it.
    """
    rows = select(Cycle).where(Cycle.id == cycle_id).with_for_update(key_share=True)
    cycle = session.exec(rows.execution_options(populate_existing=True)).first()
    if cycle is None or cycle.published_at is None or cycle.origin is not Origin.SERVICE:
        raise NotFound(cycle=cycle_id)
    return cycle


def locked_project(session: Session, project_id: int) -> Project:
    """The project as it stands now, locked; after `locked_cycle`. Raises NotFound."""
    rows = select(Project).where(Project.id == project_id).with_for_update(key_share=True)
    project = session.exec(rows.execution_options(populate_existing=True)).first()
    if project is None:
        raise NotFound(project=project_id)
    return project


def _locked_own(session: Session, actor: Actor, public_id: str) -> tuple[Cycle, Project]:
    found = own(session, actor, public_id)
    cycle = locked_cycle(session, found.cycle_id)
    return cycle, locked_project(session, found.id or 0)


@dataclass(frozen=True)
class _Place:
    addresses: tuple[Address, ...]
    area_id: int
    envelope_id: int | None


def _checked(session: Session, cycle: Cycle, proposal: Proposal) -> _Place:
    """Hold the proposal against the cycle's settings; nothing is changed before all of it is right."""
    addresses = distinct(proposal.addresses)
    if str(proposal.direction) not in cycle.directions:
        raise DirectionNotAccepted(direction=proposal.direction)
    area_id = session.exec(select(Area.id).where(Area.code == proposal.area)).first()
    if area_id is None:
        raise UnknownArea(area=proposal.area)
    envelope = chosen_envelope(session, cycle, proposal.envelope)
    check_cost(cycle, envelope, proposal.estimate_tenge)
    return _Place(addresses, area_id, envelope.id)


def _write(session: Session, project: Project, proposal: Proposal, place: _Place) -> None:
    """Write the proposal down; the text is the author's, a text in another language would be an old one."""
    project.language = proposal.language
    for language in Language:
        is_original = language is proposal.language
        setattr(project, f"title_{language}", proposal.title if is_original else None)
        setattr(project, f"description_{language}", proposal.description if is_original else None)
    project.area_id, project.envelope_id = place.area_id, place.envelope_id
    project.direction, project.estimate_tenge = proposal.direction, proposal.estimate_tenge
    houses = []
    for position, address in enumerate(place.addresses, start=1):
        house = ProjectAddress(project_id=0, position=position, house=address.house)
        setattr(house, f"street_{proposal.language}", address.street)
        houses.append(house)
    project.folded = folded_project(project, houses)
    session.add(project)
    session.flush()
    session.exec(sa.delete(ProjectAddress).where(col(ProjectAddress.project_id) == project.id))
    for house in houses:
        house.project_id = project.id or 0
    session.add_all(houses)


def add_addresses(
    session: Session, project: Project, houses: Sequence[ProjectAddress], *, now: datetime
) -> None:
    """Add the houses of a project that was merged into this one, each once; the text is another version then."""
    own = list(addresses_of(session, project.id))
    known = {(_street_of(house), house.house) for house in own}
    for house in houses:
        if (_street_of(house), house.house) in known:
            continue
        streets = {f"street_{language}": getattr(house, f"street_{language}") for language in Language}
        own.append(
            ProjectAddress(project_id=project.id or 0, position=len(own) + 1, house=house.house, **streets)
        )
    session.add_all(own)
    project.version += 1
    project.folded = folded_project(project, own)
    _keep_version(session, project, now)


def _street_of(house: ProjectAddress) -> str:
    return "|".join((getattr(house, f"street_{language}") or "").casefold() for language in Language)


def _keep_version(session: Session, project: Project, now: datetime) -> None:
    session.flush()
    area = session.exec(select(Area.code).where(Area.id == project.area_id)).first()
    versions.keep(session, project, addresses_of(session, project.id), area=area, now=now)


def _add_photo(session: Session, project: Project, picture: Picture, now: datetime) -> None:
    photo = Photo(
        public_id=new_public_id(),
        project_id=project.id or 0,
        width=picture.width,
        height=picture.height,
        content=picture.content,
        thumbnail=picture.thumbnail,
        added_at=now,
    )
    session.add(photo)


def _record(
    session: Session, actor: Actor, act: str, project: Project, now: datetime, **facts: int | str
) -> None:
    session.flush()
    audit.record(
        session, actor, act, now=now, cycle_id=project.cycle_id, subject=project.public_id,
        estimate_tenge=project.estimate_tenge, **facts,
    )  # fmt: skip
