"""The formal check: the coordinator looks whether an application is complete before anybody reads it.

A complete one goes to the reviewers; an incomplete one back to its author with remarks (`returns.send_back`). A corrected
application is looked at again, because it is another text.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from budget import audit, cycles
from budget.council import members
from budget.errors import NotFound, NotThisState
from budget.permissions import Action, Actor
from budget.projects import locked_cycle, locked_project
from models.cycle import Cycle
from models.enums import ProjectState
from models.project import Project
from models.screening import FormalCheck

_CHECKED = select(FormalCheck.project_id).where(
    FormalCheck.project_id == Project.id, FormalCheck.version == Project.version
)
IS_PASSED = _CHECKED.where(col(FormalCheck.is_complete)).exists()
"""Of a project in a larger statement: its text as it is now was found complete."""


def waiting(session: Session, cycle_id: int | None) -> Sequence[Project]:
    """The submitted projects whose text as it is now has not been checked, by number."""
    rows = select(Project).where(
        Project.cycle_id == cycle_id, Project.state == ProjectState.SUBMITTED, ~_CHECKED.exists()
    )
    return session.exec(rows.order_by(col(Project.number))).all()


def is_passed(session: Session, project: Project) -> bool:
    """Was the project's text as it is now found complete?"""
    row = session.get(FormalCheck, (project.id, project.version))
    return row is not None and row.is_complete


def is_noted(session: Session, project: Project) -> bool:
    """Was the project's text as it is now looked at?"""
    return session.get(FormalCheck, (project.id, project.version)) is not None


def pass_all(
    session: Session,
    actor: Actor,
    cycle: Cycle,
    public_ids: Iterable[str],
    *,
    seen: Mapping[str, int] | None = None,
    now: datetime,
) -> int:
    """Find these applications complete; how many were new. One checked meanwhile stays as it was found.

    `seen` says which version of each was read: another text is not passed unread (houses come with a merger).
    Raises: NotPermitted, WrongPhase, CouncilMissing, NotFound, NotThisState.
    """
    cycle = locked_cycle(session, cycle.id or 0)
    cycles.require(session, actor, Action.CHECK_PROJECT, cycle, now)
    members.require_published(cycle)
    passed = 0
    for public_id in dict.fromkeys(public_ids):
        project = _submitted(session, cycle, public_id)
        is_as_seen = (seen or {}).get(public_id, project.version) == project.version
        if is_as_seen and not is_noted(session, project):
            note(session, actor, project, is_complete=True, now=now)
            passed += 1
    return passed


def _submitted(session: Session, cycle: Cycle, public_id: str) -> Project:
    found = session.exec(
        select(Project).where(Project.public_id == public_id, Project.cycle_id == cycle.id)
    ).first()
    if found is None:
        raise NotFound(project=public_id)
    project = locked_project(session, found.id or 0)
    if project.state is not ProjectState.SUBMITTED:
        raise NotThisState(state=project.state, wanted=ProjectState.SUBMITTED)
    return project


def note(session: Session, actor: Actor, project: Project, *, is_complete: bool, now: datetime) -> None:
    """Write down the outcome of the check of a project that is locked."""
    session.add(
        FormalCheck(
            project_id=project.id or 0,
            version=project.version,
            is_complete=is_complete,
            checked_by=actor.id,
            checked_at=now,
        )
    )
    session.flush()
    audit.record(
        session, actor, "screening.formal_check", now=now, cycle_id=project.cycle_id, subject=project.public_id,
        is_complete=is_complete, version=project.version,
    )  # fmt: skip
