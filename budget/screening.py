"""A decision on a project before the vote: admitted, returned to its author, or rejected, with everything behind it.

`record` is the only way a project comes to such a state. The council's decisions come here when a session is
published (`budget.council.decisions`), returns when a reviewer or the coordinator sends a project back, rejections by
silence from the job (`budget.corrections`). A rejection names criterion, clause and reasons in Kazakh and Russian, and
until when the author may appeal.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from budget import audit, cycles
from budget.council.criteria import Answers
from budget.errors import Frozen, MotionIncomplete, NotFound
from budget.permissions import Action, Actor, may
from budget.phases import Stage, stage_at
from budget.projects import check_cost, chosen_envelope, move
from budget.working_days import end_of, moved_days
from models.cycle import Cycle
from models.enums import (
    Answer,
    Criterion,
    DecidedBy,
    Origin,
    ProjectState,
    Role,
    ScreeningOutcome,
)
from models.project import Project
from models.screening import Screening, ScreeningAnswer


@dataclass(frozen=True)
class Decision:
    """What was decided on a project. `cost_tenge=None` admits the author's estimate, `envelope=None` leaves the project
    where it is. `criterion` is the one a rejection rests on, `clause` that of the regulation. On appeal a rejected project
    is decided once more, for good."""

    outcome: ScreeningOutcome
    decided_by: DecidedBy
    answers: Answers = field(default_factory=dict)
    criterion: Criterion | None = None
    clause: str = ""
    reason_kk: str = ""
    reason_ru: str = ""
    cost_tenge: int | None = None
    envelope: str | None = None
    item_id: int | None = None
    correction_id: int | None = None
    on_appeal: bool = False


def record(
    session: Session, actor: Actor, cycle: Cycle, project: Project, decision: Decision, *, now: datetime
) -> Screening:
    """Decide on a project that is locked, after `projects.locked_cycle`.

    Raises: NotPermitted, WrongPhase, Frozen, NotThisState (somebody was quicker), MotionIncomplete(missing),
    CostNotPositive, CostAboveCap, UnknownEnvelope.
    """
    _require_open(session, actor, cycle, decision, now=now)
    if decision.outcome is ScreeningOutcome.REJECTED:
        refuse_incomplete(project.number, decision)
    if decision.outcome is ScreeningOutcome.ADMITTED:
        _admit(session, cycle, project, decision)
    move(project, ProjectState(decision.outcome), on_appeal=decision.on_appeal)
    project.decided_at = now
    row = Screening(
        project_id=project.id or 0,
        version=project.version,
        outcome=decision.outcome,
        decided_by=decision.decided_by,
        item_id=decision.item_id,
        correction_id=decision.correction_id,
        staff_id=actor.id if actor.role in (Role.COUNCIL, Role.COORDINATOR) else None,
        criterion=decision.criterion,
        clause=decision.clause.strip(),
        reason_kk=decision.reason_kk.strip(),
        reason_ru=decision.reason_ru.strip(),
        decided_at=now,
        appeal_until=_appeal_until(session, cycle, decision, now),
    )
    session.add_all([project, row])
    session.flush()
    session.add_all(
        ScreeningAnswer(screening_id=row.id or 0, criterion=criterion, answer=answer)
        for criterion, answer in decision.answers.items()
    )
    session.flush()
    audit.record(
        session, actor, f"screening.{decision.outcome}", now=now, cycle_id=cycle.id, subject=project.public_id,
        decided_by=str(decision.decided_by), criterion=str(decision.criterion or ""), clause=row.clause,
        reason=row.reason_ru or row.reason_kk, cost_tenge=project.cost_tenge,
    )  # fmt: skip
    return row


def refuse_incomplete(number: int | None, decision: Decision) -> None:
    """A rejection without its criterion, clause or a reason in one language is none. Raises MotionIncomplete."""
    missing = [
        name for name in ("clause", "reason_kk", "reason_ru") if not str(getattr(decision, name)).strip()
    ]
    if decision.criterion is None:
        missing.insert(0, "criterion")
    if missing and decision.decided_by is not DecidedBy.SILENCE:
        raise MotionIncomplete(number=number, missing=tuple(missing))


def is_open(session: Session, cycle: Cycle, *, now: datetime) -> bool:
    """May projects of this cycle be screened now?"""
    return is_open_at(cycle.frozen_at, stage_at(cycles.calendar(session, cycle.id or 0), now))


def is_open_at(frozen_at: datetime | None, stage: Stage) -> bool:
    """The same, where the stage of the cycle is known already."""
    allowed = may(Role.COUNCIL, Action.SCREEN_PROJECT, stage.phase, ended=stage.ended).allowed
    return frozen_at is None and allowed


def open_cycles(session: Session, *, now: datetime) -> list[Cycle]:
    """The published cycles whose projects may be screened now, newest first."""
    rows = select(Cycle).where(Cycle.origin == Origin.SERVICE, col(Cycle.published_at).is_not(None))
    found = session.exec(rows.where(col(Cycle.frozen_at).is_(None)).order_by(col(Cycle.id).desc())).all()
    return [cycle for cycle in found if is_open(session, cycle, now=now)]


def found(session: Session, public_id: str) -> tuple[Project, Cycle]:
    """A project the council may read, with its cycle. Raises NotFound: unknown, or of a cycle not run here."""
    rows = select(Project, Cycle).join(Cycle, col(Cycle.id) == Project.cycle_id)
    rows = rows.where(Cycle.origin == Origin.SERVICE, col(Cycle.published_at).is_not(None))
    row = session.exec(rows.where(Project.public_id == public_id)).first()
    if row is None:
        raise NotFound(project=public_id)
    return row


def decisions_of(session: Session, project_id: int | None) -> Sequence[Screening]:
    """The published decisions on a project, newest first."""
    rows = select(Screening).where(Screening.project_id == project_id)
    return session.exec(rows.order_by(col(Screening.id).desc())).all()


def answers_of(session: Session, screening_ids: Sequence[int]) -> dict[int, dict[Criterion, Answer]]:
    """The answers of decisions by criterion, in the order of the criteria."""
    rows = session.exec(select(ScreeningAnswer).where(col(ScreeningAnswer.screening_id).in_(screening_ids)))
    order = list(Criterion)
    found: dict[int, dict[Criterion, Answer]] = {}
    for row in sorted(rows, key=lambda row: order.index(row.criterion)):
        found.setdefault(row.screening_id, {})[row.criterion] = row.answer
    return found


def _require_open(session: Session, actor: Actor, cycle: Cycle, decision: Decision, *, now: datetime) -> None:
    """Silence counts whatever the phase: the author's time was over."""
    if decision.decided_by is not DecidedBy.SILENCE:
        cycles.require(session, actor, Action.SCREEN_PROJECT, cycle, now)
    if cycle.frozen_at is not None:
        raise Frozen(frozen_at=cycle.frozen_at)


def _appeal_until(session: Session, cycle: Cycle, decision: Decision, now: datetime) -> datetime | None:
    if decision.outcome is not ScreeningOutcome.REJECTED or decision.on_appeal:
        return None
    return end_of(now, cycle.appeal_days, moved_days(session))


def _admit(session: Session, cycle: Cycle, project: Project, decision: Decision) -> None:
    """Give the project the cost and the envelope it goes to the vote with."""
    current = next(
        (row for row in cycles.envelopes(session, cycle.id or 0) if row.id == project.envelope_id), None
    )
    chosen = decision.envelope or (current.public_id if current else None)
    envelope = chosen_envelope(session, cycle, chosen)
    cost = project.estimate_tenge if decision.cost_tenge is None else decision.cost_tenge
    check_cost(cycle, envelope, cost or 0)
    project.envelope_id, project.cost_tenge = envelope.id, cost
