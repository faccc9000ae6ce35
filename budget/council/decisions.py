"""What a session decided becomes public, all of it together: every carried motion is done, in one transaction.

Before that nobody outside can see anything of it; what was not carried, or had no quorum, stays undecided and may be put
to another session. A project withdrawn by its author meanwhile stays withdrawn.
"""

from datetime import datetime

from sqlmodel import Session

from budget import audit, cycles, notices, screening
from budget.council import agenda, appeals, confirmations, returns, sessions
from budget.council.sessions import Step
from budget.errors import SessionFault
from budget.notices import NoticeKind
from budget.permissions import Action, Actor
from budget.projects import locked_cycle, locked_project
from budget.screening import Decision
from models.council_session import AgendaItem, CouncilSession
from models.cycle import Cycle, Envelope
from models.enums import (
    CaseOutcome,
    DecidedBy,
    ItemKind,
    ItemResult,
    Language,
    ProjectPart,
    ProjectState,
    ScreeningOutcome,
    SessionKind,
)
from models.project import Project


def publish(session: Session, actor: Actor, public_id: str, *, now: datetime) -> CouncilSession:
    """Publish the decisions of a closed session; after the vote with those of the other closed ones.

    Raises: NotFound, NotPermitted, WrongPhase, SessionStep, Frozen, and for a decision session AlreadyDone,
    WinnersUndecided, OverBudget.
    """
    row = sessions.locked(session, actor, public_id)
    sessions.require_step(row, Step.CLOSED)
    cycle = locked_cycle(session, row.cycle_id)
    published = [row]
    if row.kind is SessionKind.DECISION:
        cycles.require(session, actor, Action.CONFIRM_RESULTS, cycle, now)
        published = confirmations.apply(session, actor, cycle, now=now)
    else:
        for item in agenda.items_of(session, row):
            if item.result is ItemResult.CARRIED:
                _decide(session, actor, cycle, item, now)
    for one in published:
        one.published_at = now
        sessions.touch(session, one)
        audit.record(
            session, actor, "session.publish", now=now, cycle_id=one.cycle_id, subject=f"session:{one.public_id}",
            number=one.number,
        )  # fmt: skip
    return row


def _decide(session: Session, actor: Actor, cycle: Cycle, item: AgendaItem, now: datetime) -> None:
    project = locked_project(session, item.project_id or 0)
    if project.state is ProjectState.WITHDRAWN:
        return
    decision = _decision(session, item)
    if item.kind is ItemKind.APPEAL:
        _answer_appeal(session, actor, cycle, project, decision, now=now)
        return
    if decision.outcome is ScreeningOutcome.RETURNED:
        language = Language.KK if project.language is Language.KK else Language.RU
        remarks = {ProjectPart.WHOLE: getattr(decision, f"reason_{language}")}
        returns.give_back(
            session, actor, cycle, project, decision, remarks=remarks, language=language, now=now
        )
        return
    screening.record(session, actor, cycle, project, decision, now=now)
    returns.tell_decided(session, project, now=now)


def _decision(session: Session, item: AgendaItem) -> Decision:
    if item.outcome is None:
        raise SessionFault(why="empty")
    envelope = session.get(Envelope, item.envelope_id) if item.envelope_id is not None else None
    return Decision(
        outcome=item.outcome,
        decided_by=DecidedBy.COUNCIL,
        answers=agenda.answers_of(session, [item.id or 0]).get(item.id or 0, {}),
        criterion=item.criterion,
        clause=item.clause,
        reason_kk=item.reason_kk,
        reason_ru=item.reason_ru,
        cost_tenge=item.cost_tenge,
        envelope=envelope.public_id if envelope is not None else None,
        item_id=item.id,
        on_appeal=item.kind is ItemKind.APPEAL,
    )


def _answer_appeal(
    session: Session, actor: Actor, cycle: Cycle, project: Project, decision: Decision, *, now: datetime
) -> None:
    """The appeal is upheld where the project is admitted after all."""
    appeal = appeals.waiting(session, project.id)
    if appeal is None:
        return
    screening.record(session, actor, cycle, project, decision, now=now)
    is_upheld = decision.outcome is ScreeningOutcome.ADMITTED
    appeal.outcome = CaseOutcome.UPHELD if is_upheld else CaseOutcome.DISMISSED
    appeal.decided_at, appeal.item_id = now, decision.item_id
    session.add(appeal)
    session.flush()
    facts = {"outcome": str(appeal.outcome)}
    kind = NoticeKind.APPEAL_DECIDED
    notices.tell_author(session, project, kind, facts, language=appeal.language, now=now)
