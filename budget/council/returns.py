"""A project goes back to its author with remarks; who stays silent past the deadline is rejected, after a reminder.

The coordinator sends back what the formal check found incomplete, a reviewer what can be corrected, the council what it
decided so in a session. The job does the rest: it reminds one day before the deadline and rejects at it. Where nobody
was reminded in time, because the service stood still, the author is reminded then and has one working day more.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from budget import corrections, cycles, notices, screening
from budget.corrections import Remarks
from budget.council import formal, members
from budget.council.reviews import refuse_on_agenda, require_reviewer
from budget.errors import NotThisState, SessionChanged
from budget.notices import NoticeKind
from budget.permissions import SYSTEM, Action, Actor
from budget.projects import locked_cycle, locked_project
from budget.screening import Decision
from budget.working_days import end_of, moved_days
from models.cycle import Cycle
from models.enums import DecidedBy, Language, ProjectState, Role, ScreeningOutcome
from models.project import Project
from models.screening import Correction, Screening

REMIND_BEFORE = timedelta(days=1)


def send_back(
    session: Session,
    actor: Actor,
    public_id: str,
    remarks: Remarks,
    *,
    language: Language,
    version: int | None = None,
    now: datetime,
) -> Screening:
    """Send a project back to its author: the coordinator at the formal check, or a reviewer. `version` is the text
    that was read.

    Raises: NotFound, NotPermitted, NotDeclared, Recused, WrongPhase, CouncilMissing, NotThisState, OnAgenda,
    SessionChanged, RemarksRequired.
    """
    if actor.role is Role.COUNCIL:
        cycle, project, _ = require_reviewer(session, actor, public_id, version=version, now=now)
        decision = Decision(ScreeningOutcome.RETURNED, DecidedBy.REVIEWER)
        return give_back(
            session, actor, cycle, project, decision, remarks=remarks, language=language, now=now
        )
    cycle, project = _for_check(session, actor, public_id, now=now)
    if version is not None and version != project.version:
        raise SessionChanged
    decision = Decision(ScreeningOutcome.RETURNED, DecidedBy.COORDINATOR)
    row = give_back(session, actor, cycle, project, decision, remarks=remarks, language=language, now=now)
    if not formal.is_noted(session, project):
        formal.note(session, actor, project, is_complete=False, now=now)
    return row


def give_back(
    session: Session,
    actor: Actor,
    cycle: Cycle,
    project: Project,
    decision: Decision,
    *,
    remarks: Remarks,
    language: Language,
    now: datetime,
) -> Screening:
    """Begin the correction of a locked project by this decision, and tell its author. Raises what `record` does."""
    begun = corrections.begin(session, cycle, project, remarks, language=language, now=now)
    facts = {**vars(decision), "correction_id": begun.id}
    row = screening.record(session, actor, cycle, project, Decision(**facts), now=now)
    _tell(session, project, NoticeKind.PROJECT_RETURNED, begun, now=now)
    return row


def remind_due(session: Session, *, now: datetime) -> int:
    """Remind every author whose deadline is a day ahead, or over with nobody reminded: that one has a new deadline."""
    rows = _waiting(session)
    moved = moved_days(session)
    due = [
        (row, project)
        for row, project in rows
        if row.reminded_at is None and row.due_at <= now + REMIND_BEFORE
    ]
    for row, project in due:
        if row.due_at <= now:
            row.due_at = end_of(now, 1, moved)
        row.reminded_at = now
        session.add(row)
        session.flush()
        _tell(session, project, NoticeKind.CORRECTION_REMINDER, row, now=now)
    return len(due)


def lapse_due(session: Session, *, now: datetime) -> int:
    """Reject every project whose author was reminded and silent past the deadline; how many."""
    due = [
        (row, project)
        for row, project in _waiting(session)
        if row.reminded_at is not None and row.due_at <= now
    ]
    rejected = 0
    for cycle_id in sorted({project.cycle_id for _, project in due}):
        locked_cycle(session, cycle_id)  # all of them before the first line of the log is written
    for row, project in due:
        cycle = locked_cycle(session, project.cycle_id)
        locked = locked_project(session, project.id or 0)
        session.refresh(row)
        if row.resubmitted_at is not None or row.lapsed_at is not None or cycle.frozen_at is not None:
            continue  # the author was quicker, or a freeze
        if locked.state is not ProjectState.RETURNED:
            continue
        row.lapsed_at = now
        session.add(row)
        decision = Decision(ScreeningOutcome.REJECTED, DecidedBy.SILENCE)
        screening.record(session, SYSTEM, cycle, locked, decision, now=now)
        _tell(session, locked, NoticeKind.PROJECT_DECIDED, None, now=now)
        rejected += 1
    session.flush()
    return rejected


def tell_decided(session: Session, project: Project, *, now: datetime) -> None:
    """Tell the author that there is a decision to read."""
    _tell(session, project, NoticeKind.PROJECT_DECIDED, None, now=now)


def _for_check(session: Session, actor: Actor, public_id: str, *, now: datetime) -> tuple[Cycle, Project]:
    project, cycle = screening.found(session, public_id)
    cycle = locked_cycle(session, cycle.id or 0)
    project = locked_project(session, project.id or 0)
    cycles.require(session, actor, Action.CHECK_PROJECT, cycle, now)
    members.require_published(cycle)
    if project.state is not ProjectState.SUBMITTED:
        raise NotThisState(state=project.state, wanted=ProjectState.RETURNED)
    refuse_on_agenda(session, project)
    return cycle, project


def _waiting(session: Session) -> Sequence[tuple[Correction, Project]]:
    rows = (
        select(Correction, Project)
        .join(Project, col(Project.id) == Correction.project_id)
        .join(Cycle, col(Cycle.id) == Project.cycle_id)
        .where(
            col(Correction.resubmitted_at).is_(None),
            col(Correction.lapsed_at).is_(None),
            Project.state == ProjectState.RETURNED,
            col(Cycle.frozen_at).is_(None),
        )
    )
    return session.exec(rows.order_by(col(Correction.id))).all()


def _tell(
    session: Session, project: Project, kind: NoticeKind, correction: Correction | None, *, now: datetime
) -> None:
    until = None if correction is None else {"until": correction.due_at.isoformat()}
    notices.tell_author(session, project, kind, until, now=now)
