"""The agenda of a session: motions, each complete, so that a vote decides exactly what everybody has read.

Motions on projects are proposed from the reviews (of several answers the gravest stands) and finished by the
coordinator: a rejection needs its criterion, clause, and reasons in Kazakh and Russian. After the vote each winner of the
count gets a motion to confirm it, and one for the order of implementation; a departure is a motion that says the
opposite of the count.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget import audit, cycles, screening
from budget.council import appeals, criteria, formal, mergers, motions, reviews, sessions, winners
from budget.council.items import (
    IS_STANDING,
    answers_of,
    by_public_id,
    items_of,
    next_position,
    open_session_of,
    refuse_taken,
)
from budget.council.motions import Motion, Word
from budget.council.sessions import Step
from budget.council.winners import departs, keep_order, winning_ids
from budget.errors import (
    CriteriaContradict,
    NotFound,
    NotPermitted,
    NotReviewed,
    NotThisState,
    OnAgenda,
    OrderFault,
)
from budget.permissions import Action, Actor
from budget.projects import check_cost, chosen_envelope
from models.base import new_public_id
from models.council_session import AgendaItem, CouncilSession, ItemAnswer
from models.cycle import Cycle
from models.enums import ItemKind, ProjectState, ScreeningOutcome, SessionKind
from models.project import Project
from models.screening import Appeal, Review, Screening

__all__ = [
    "answers_of", "by_public_id", "change_motion", "change_order", "change_word", "departs", "fill",
    "items_of", "locked_item", "may_be_put", "open_session_of", "put", "take_off", "winning_ids",
]  # fmt: skip


def may_be_put(session: Session, cycle: Cycle) -> Sequence[Project]:
    """The projects that may be put on an agenda before the vote, by number: those of whose text some review is concluded
    and none awaited, and those whose author appealed; on no agenda, and no authors asked about a merger. One statement."""
    taken = select(AgendaItem.id).join(CouncilSession, col(CouncilSession.id) == AgendaItem.session_id)
    appealed = select(Appeal.id).where(Appeal.project_id == Project.id, col(Appeal.decided_at).is_(None))
    is_read = sa.and_(
        col(Project.state) == ProjectState.SUBMITTED,
        formal.IS_PASSED,
        reviews.COUNTING.where(col(Review.concluded_at).is_not(None)).exists(),
        ~reviews.COUNTING.where(col(Review.concluded_at).is_(None)).exists(),
        ~mergers.OPEN.exists(),
    )
    rows = select(Project).where(
        Project.cycle_id == cycle.id,
        sa.or_(is_read, sa.and_(col(Project.state) == ProjectState.REJECTED, appealed.exists())),
        ~taken.where(AgendaItem.project_id == Project.id, IS_STANDING).exists(),
    )
    return session.exec(rows.order_by(col(Project.number))).all()


def fill(session: Session, actor: Actor, public_id: str, *, now: datetime) -> int:
    """Put everything that is ready on the agenda: before the vote the reviewed projects with motions from their reviews,
    and the appeals; after it a motion for each winner and one for their order. How many items were added.

    Raises: NotFound, NotPermitted, SessionStep.
    """
    row = sessions.locked(session, actor, public_id)
    sessions.require_step(row, Step.DRAFT, Step.ANNOUNCED)
    cycle = sessions.cycle_of(session, row)
    if row.kind is SessionKind.DECISION:
        added = winners.fill(session, cycle, row)
    else:
        added = [_put_read(session, cycle, row, project) for project in may_be_put(session, cycle)]
    sessions.touch(session, row)
    _record(session, actor, "agenda.fill", row, now, items=len(added))
    return len(added)


def put(session: Session, actor: Actor, public_id: str, project_id: str, *, now: datetime) -> AgendaItem:
    """Put one project on the agenda, by its public id: a reviewed one, though a review may be missing; one whose author
    appealed; or after the vote one the council may depart from the count in.

    Raises: NotFound, NotPermitted, SessionStep, SessionFault, NotThisState, NotReviewed, OnAgenda,
    MergerOpen, OrderVoted.
    """
    row = sessions.locked(session, actor, public_id)
    sessions.require_step(row, Step.DRAFT, Step.ANNOUNCED, Step.UNDERWAY)
    cycle = sessions.cycle_of(session, row)
    project = _project(session, cycle, project_id)
    if row.kind is SessionKind.DECISION:
        item = winners.put_word(session, cycle, row, project)
    else:
        _refuse_unready(session, project)
        item = _put_read(session, cycle, row, project)
    sessions.touch(session, row)
    _record(session, actor, "agenda.put", row, now, project=project.number)
    return item


def take_off(session: Session, actor: Actor, item_id: str, *, now: datetime) -> None:
    """Take an item off the agenda that was not put to the vote.

    Raises: NotFound, NotPermitted, SessionStep, OnAgenda, OrderVoted.
    """
    row, item = locked_item(session, actor, item_id)
    _refuse_opened(item, row)
    session.exec(sa.delete(ItemAnswer).where(col(ItemAnswer.item_id) == item.id))
    session.delete(item)
    session.flush()
    keep_order(session, row)
    sessions.touch(session, row)
    _record(session, actor, "agenda.take_off", row, now, item=item_id)


def change_motion(
    session: Session, actor: Actor, item_id: str, motion: Motion, *, revision: int, now: datetime
) -> AgendaItem:
    """Write the motion on a project anew, until it is put to the vote.

    Raises: NotFound, NotPermitted, SessionChanged, SessionStep, AnswerMissing, CriteriaContradict, CostNotPositive,
    CostAboveCap, UnknownEnvelope.
    """
    row, item = locked_item(session, actor, item_id, revision=revision)
    _refuse_opened(item, row)
    if item.kind not in (ItemKind.SCREENING, ItemKind.APPEAL):
        raise NotPermitted(action=Action.MANAGE_SESSIONS)
    if item.kind is ItemKind.APPEAL and motion.outcome is ScreeningOutcome.RETURNED:
        raise CriteriaContradict(outcome=motion.outcome)  # an appeal is upheld or dismissed
    cycle = sessions.cycle_of(session, row)
    asked = criteria.of_cycle(session, cycle.id or 0)
    criteria.check(motion.outcome, motion.answers, asked, motion.criterion)
    _write(session, cycle, item, motion)
    sessions.touch(session, row)
    _record(session, actor, "agenda.change", row, now, item=item_id, outcome=str(motion.outcome))
    return item


def change_word(
    session: Session, actor: Actor, item_id: str, word: Word, *, revision: int, now: datetime
) -> AgendaItem:
    """Write anew what is proposed of a winner or loser.

    Raises: NotFound, NotPermitted, SessionChanged, SessionStep, OnAgenda, OrderVoted.
    """
    row, item = locked_item(session, actor, item_id, revision=revision)
    _refuse_opened(item, row)
    if item.kind is not ItemKind.CONFIRMATION:
        raise NotPermitted(action=Action.MANAGE_SESSIONS)
    item.wins, item.reason_kk, item.reason_ru = word.wins, word.reason_kk.strip(), word.reason_ru.strip()
    session.add(item)
    session.flush()
    keep_order(session, row)
    sessions.touch(session, row)
    _record(session, actor, "agenda.change", row, now, item=item_id, wins=word.wins)
    return item


def change_order(
    session: Session, actor: Actor, item_id: str, order: Sequence[str], *, revision: int, now: datetime
) -> AgendaItem:
    """Write the order of implementation anew: public ids of the projects proposed as winners, each once.

    Raises: NotFound, NotPermitted, SessionChanged, SessionStep, OrderFault.
    """
    row, item = locked_item(session, actor, item_id, revision=revision)
    _refuse_opened(item, row)
    if item.kind is not ItemKind.ORDER:
        raise NotPermitted(action=Action.MANAGE_SESSIONS)
    if sorted(order) != sorted(winning_ids(session, row)):
        raise OrderFault
    item.content = list(order)
    session.add(item)
    sessions.touch(session, row)
    _record(session, actor, "agenda.change", row, now, item=item_id, order=list(order))
    return item


def locked_item(
    session: Session, actor: Actor, item_id: str, *, revision: int | None = None
) -> tuple[CouncilSession, AgendaItem]:
    """An item for a change by the coordinator, with its session locked. Raises: NotFound, NotPermitted, SessionChanged."""
    found = by_public_id(session, item_id)
    owner = session.get_one(CouncilSession, found.session_id)
    row = sessions.locked(session, actor, owner.public_id, revision=revision)
    return row, by_public_id(session, item_id)  # once more: it may be another one by now, or none


def _refuse_unready(session: Session, project: Project) -> None:
    """What `may_be_put` asks of all projects at once, of one and with the reason; a missing review is allowed here."""
    refuse_taken(session, project)
    mergers.refuse_open(session, project)
    if appeals.waiting(session, project.id) is not None:
        return
    if project.state is not ProjectState.SUBMITTED:
        raise NotThisState(state=project.state, wanted=ProjectState.SUBMITTED)
    if not any(one.concluded_at is not None for one in reviews.standing(session, project)):
        raise NotReviewed(number=project.number)


def _put_read(session: Session, cycle: Cycle, row: CouncilSession, project: Project) -> AgendaItem:
    """A submitted project with the motion its reviews come to, a rejected one with the answer to its appeal."""
    appeal = None if project.state is ProjectState.SUBMITTED else appeals.waiting(session, project.id)
    if appeal is not None:
        return _put(session, row, project, _answer_to(session, cycle, project, appeal), ItemKind.APPEAL)
    return _put(session, row, project, motions.proposed(session, cycle, project))


def _answer_to(session: Session, cycle: Cycle, project: Project, appeal: Appeal) -> Motion:
    """The rejection once more; where silence was the reason, what the reviews come to."""
    decision = session.get_one(Screening, appeal.screening_id)
    if decision.criterion is not None:
        answers = screening.answers_of(session, [appeal.screening_id])
        return motions.repeated(decision, answers.get(appeal.screening_id, {}))
    motion = motions.proposed(session, cycle, project)
    is_return = motion.outcome is ScreeningOutcome.RETURNED
    return replace(motion, outcome=ScreeningOutcome.REJECTED) if is_return else motion


def _put(
    session: Session,
    row: CouncilSession,
    project: Project,
    motion: Motion,
    kind: ItemKind = ItemKind.SCREENING,
) -> AgendaItem:
    item = AgendaItem(
        public_id=new_public_id(),
        session_id=row.id or 0,
        position=next_position(session, row),
        kind=kind,
        project_id=project.id,
        version=project.version,
        outcome=motion.outcome,
    )
    session.add(item)
    session.flush()
    _write(session, sessions.cycle_of(session, row), item, motion)
    return item


def _write(session: Session, cycle: Cycle, item: AgendaItem, motion: Motion) -> None:
    admits = motion.outcome is ScreeningOutcome.ADMITTED
    project = session.get_one(Project, item.project_id)
    own = next(
        (one for one in cycles.envelopes(session, cycle.id or 0) if one.id == project.envelope_id), None
    )
    if admits:
        envelope = chosen_envelope(session, cycle, motion.envelope or (own.public_id if own else None))
        cost = project.estimate_tenge if motion.cost_tenge is None else motion.cost_tenge
        check_cost(cycle, envelope, cost or 0)
        item.envelope_id, item.cost_tenge = envelope.id, cost
    else:
        item.envelope_id = item.cost_tenge = None
    item.outcome = motion.outcome
    item.criterion = None if admits else motion.criterion
    for name in ("clause", "reason_kk", "reason_ru"):
        setattr(item, name, "" if admits else getattr(motion, name).strip())
    differs = admits and item.cost_tenge != project.estimate_tenge
    for name in ("cost_reason_kk", "cost_reason_ru"):
        setattr(item, name, getattr(motion, name).strip() if differs else "")
    session.add(item)
    session.exec(sa.delete(ItemAnswer).where(col(ItemAnswer.item_id) == item.id))
    session.add_all(
        ItemAnswer(item_id=item.id or 0, criterion=criterion, answer=answer)
        for criterion, answer in motion.answers.items()
    )
    session.flush()


def _project(session: Session, cycle: Cycle, public_id: str) -> Project:
    rows = select(Project).where(Project.public_id == public_id, Project.cycle_id == cycle.id)
    found = session.exec(rows).first()
    if found is None:
        raise NotFound(project=public_id)
    return found


def _refuse_opened(item: AgendaItem, row: CouncilSession) -> None:
    sessions.require_step(row, Step.DRAFT, Step.ANNOUNCED, Step.UNDERWAY)
    if item.opened_at is not None:
        raise OnAgenda(number=row.number)


def _record(
    session: Session, actor: Actor, act: str, row: CouncilSession, now: datetime, **facts: Any
) -> None:
    audit.record(
        session, actor, act, now=now, cycle_id=row.cycle_id, subject=f"session:{row.public_id}", **facts
    )
