"""The council's second decision: what the count computed is confirmed, or departed from with a written reason.

The computed verdicts come in as they are and stay as they are; the council's word stands next to each for ever. Only
winners that are decided on, and that there is money for, are built. A motion that was not carried may be followed by
another one in another session: nothing is published before every winner is decided on, and then all these sessions are
published together. The order of implementation follows the motion that was carried, else the ranking.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from budget import audit, works
from budget.council import agenda, sessions
from budget.council.sessions import Step
from budget.council.winners import departs_from
from budget.errors import AlreadyDone, OverBudget, WinnersUndecided
from budget.permissions import Actor
from models.confirmation import Confirmation
from models.council_session import AgendaItem, CouncilSession
from models.cycle import Cycle, Envelope
from models.enums import WINNING, ItemKind, ItemResult, SessionKind
from models.project import Project
from models.result import VerdictRow


def apply(session: Session, actor: Actor, cycle: Cycle, *, now: datetime) -> list[CouncilSession]:
    """Keep the council's word on every project it decided on, and plan the works of the winners in their order. The cycle
    is locked. Returns the sessions it was said in: those closed and not published.

    Raises: AlreadyDone(at), WinnersUndecided(numbers), OverBudget(cost_tenge, total_tenge).
    """
    earlier = session.exec(select(Confirmation).where(Confirmation.cycle_id == cycle.id)).first()
    if earlier is not None:
        raise AlreadyDone(at=earlier.decided_at)
    held = [
        one
        for one in sessions.of_cycle(session, cycle.id)
        if one.kind is SessionKind.DECISION and sessions.step_of(one) is Step.CLOSED
    ]
    carried = [
        item for one in held for item in agenda.items_of(session, one) if item.result is ItemResult.CARRIED
    ]
    words = {item.project_id or 0: item for item in carried if item.kind is ItemKind.CONFIRMATION}
    verdicts = _verdicts(session, cycle)
    _refuse_undecided(session, verdicts, words)
    winners = [
        verdict for verdict in verdicts if verdict.project_id in words and words[verdict.project_id].wins
    ]
    _refuse_too_dear(session, cycle, winners)
    order = _order(session, carried, [verdict.project_id for verdict in winners])
    kept = [
        Confirmation(
            project_id=verdict.project_id,
            cycle_id=cycle.id or 0,
            item_id=words[verdict.project_id].id or 0,
            wins=bool(words[verdict.project_id].wins),
            departs=departs_from(words[verdict.project_id], verdict),
            reason_kk=words[verdict.project_id].reason_kk,
            reason_ru=words[verdict.project_id].reason_ru,
            place=order.index(verdict.project_id) + 1 if verdict.project_id in order else None,
            decided_at=now,
        )
        for verdict in verdicts
        if verdict.project_id in words
    ]
    session.add_all(kept)
    works.plan_works(session, order, now=now)
    departures = [one.project_id for one in kept if one.departs]
    audit.record(
        session, actor, "results.confirm", now=now, cycle_id=cycle.id, subject=cycle.slug, winners=len(order),
        departures=departures,
    )  # fmt: skip
    return held


def of_cycle(session: Session, cycle_id: int | None) -> Sequence[Confirmation]:
    """The council's words on the count of a cycle: winners in the order of implementation, then departures."""
    rows = select(Confirmation).where(Confirmation.cycle_id == cycle_id)
    order = (col(Confirmation.place).is_(None), col(Confirmation.place), col(Confirmation.project_id))
    return session.exec(rows.order_by(*order)).all()


def _verdicts(session: Session, cycle: Cycle) -> Sequence[VerdictRow]:
    rows = select(VerdictRow).where(VerdictRow.cycle_id == cycle.id)
    return session.exec(rows.order_by(col(VerdictRow.position))).all()


def _refuse_undecided(
    session: Session, verdicts: Sequence[VerdictRow], words: Mapping[int, AgendaItem]
) -> None:
    left = [one.project_id for one in verdicts if one.kind in WINNING and one.project_id not in words]
    if left:
        numbers = session.exec(select(Project.number).where(col(Project.id).in_(left))).all()
        raise WinnersUndecided(numbers=tuple(sorted(numbers)))


def _refuse_too_dear(session: Session, cycle: Cycle, winners: Sequence[VerdictRow]) -> None:
    """Each envelope on its own, or all together where leftovers pass between them."""
    parts = session.exec(select(Envelope).where(Envelope.cycle_id == cycle.id)).all()
    totals = {part.id or 0: part.total_tenge for part in parts}
    costs: dict[int, int] = defaultdict(int)
    for verdict in winners:
        costs[verdict.envelope_id] += verdict.cost_tenge
    if cycle.leftovers:
        totals, costs = {0: sum(totals.values())}, defaultdict(int, {0: sum(costs.values())})
    for envelope_id, cost in costs.items():
        if cost > totals[envelope_id]:
            raise OverBudget(cost_tenge=cost, total_tenge=totals[envelope_id])


def _order(session: Session, carried: Sequence[AgendaItem], ranked: list[int]) -> list[int]:
    """The order of implementation: that of the motion, then by the ranking who came in after it."""
    item = next((one for one in carried if one.kind is ItemKind.ORDER), None)
    rows = session.exec(select(Project.public_id, Project.id).where(col(Project.id).in_(ranked)))
    ids = {public_id: id_ or 0 for public_id, id_ in rows}
    first = [ids[public_id] for public_id in (item.content if item is not None else ()) if public_id in ids]
    return [*first, *(id_ for id_ in ranked if id_ not in first)]
