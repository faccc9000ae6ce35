"""Motions after the vote: the council's word on projects of the count, and the order in which the winners are built.

Each winner of the count gets a motion to confirm it; a departure says the opposite of the count. The order names exactly
the proposed winners: until it is put to the vote it follows every change of them, and afterwards they can't change.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget.council.motions import Word
from budget.errors import NotFound, OnAgenda, OrderVoted, SessionFault
from models.base import new_public_id
from models.council_session import AgendaItem, CouncilSession
from models.cycle import Cycle
from models.enums import ItemKind, VerdictKind
from models.project import Project
from models.result import VerdictRow

WINNING = (VerdictKind.WON, VerdictKind.WON_LEFTOVERS)


def fill(session: Session, cycle: Cycle, row: CouncilSession) -> list[AgendaItem]:
    """A motion for each winner of the published count, in the order of the ranking, and one for their order.

    Raises SessionFault(why="undecided") before the results are published.
    """
    if cycle.results_published_at is None:
        raise SessionFault(why="undecided")
    there = set(session.exec(select(AgendaItem.project_id).where(AgendaItem.session_id == row.id)))
    winners = (
        select(Project)
        .join(VerdictRow, col(VerdictRow.project_id) == Project.id)
        .where(VerdictRow.cycle_id == cycle.id, col(VerdictRow.kind).in_(WINNING))
    )
    added = [
        put(session, row, project, Word(wins=True))
        for project in session.exec(winners.order_by(col(VerdictRow.position))).all()
        if project.id not in there
    ]
    if None not in there:
        added.append(_put_order(session, row))
    return added


def put(session: Session, row: CouncilSession, project: Project, word: Word) -> AgendaItem:
    """A motion on one project of the count. Raises: OnAgenda, OrderVoted."""
    on_agenda = select(AgendaItem.id).where(
        AgendaItem.session_id == row.id, AgendaItem.project_id == project.id
    )
    if session.exec(on_agenda).first() is not None:
        raise OnAgenda(number=row.number)
    item = AgendaItem(
        public_id=new_public_id(),
        session_id=row.id or 0,
        position=next_position(session, row),
        kind=ItemKind.CONFIRMATION,
        project_id=project.id,
        wins=word.wins,
        reason_kk=word.reason_kk,
        reason_ru=word.reason_ru,
    )
    session.add(item)
    session.flush()
    follow(session, row)
    return item


def put_opposite(session: Session, row: CouncilSession, project: Project) -> AgendaItem:
    """A motion to depart from what the count says of a project. Raises: NotFound (no verdict), OnAgenda, OrderVoted."""
    verdict = session.get(VerdictRow, project.id)
    if verdict is None:
        raise NotFound(project=project.public_id)
    return put(session, row, project, Word(wins=verdict.kind not in WINNING))


def follow(session: Session, row: CouncilSession) -> None:
    """Bring the order in step with the proposed winners: who is none any more leaves it, a new one comes last.

    Raises OrderVoted where the order is put to the vote and they are others.
    """
    order = session.exec(
        select(AgendaItem).where(AgendaItem.session_id == row.id, AgendaItem.kind == ItemKind.ORDER)
    ).first()
    if order is None:
        return
    winners = winning_ids(session, row)
    if set(order.content) == set(winners):
        return
    if order.opened_at is not None:
        raise OrderVoted
    kept = [one for one in order.content if one in winners]
    order.content = [*kept, *(one for one in winners if one not in kept)]
    session.add(order)
    session.flush()


def departs(session: Session, item: AgendaItem) -> bool:
    """Does a motion say of a project what the count does not?"""
    if item.kind is not ItemKind.CONFIRMATION:
        return False
    row = session.get(VerdictRow, item.project_id)
    return row is None or (row.kind in WINNING) is not item.wins


def winning_ids(session: Session, row: CouncilSession) -> list[str]:
    """The public ids of the projects that the agenda proposes as winners, in its order."""
    rows = (
        select(Project.public_id)
        .join(AgendaItem, col(AgendaItem.project_id) == Project.id)
        .where(AgendaItem.session_id == row.id, col(AgendaItem.wins).is_(True))
    )
    return list(session.exec(rows.order_by(col(AgendaItem.position))).all())


def of_count(session: Session, cycle: Cycle) -> Sequence[Project]:
    """The projects the count says something of, in its order; () before the results are published."""
    if cycle.results_published_at is None:
        return ()
    rows = select(Project).join(VerdictRow, col(VerdictRow.project_id) == Project.id)
    rows = rows.where(VerdictRow.cycle_id == cycle.id).order_by(col(VerdictRow.position))
    return session.exec(rows).all()


def ordered(session: Session, cycle_id: int, order: Sequence[str]) -> list[Project]:
    """The projects of an order of implementation, in it."""
    rows = session.exec(
        select(Project).where(Project.cycle_id == cycle_id, col(Project.public_id).in_(order))
    )
    found = {one.public_id: one for one in rows}
    return [found[public_id] for public_id in order if public_id in found]


def next_position(session: Session, row: CouncilSession) -> int:
    """The place after the last item of an agenda."""
    last = select(sa.func.max(AgendaItem.position)).where(AgendaItem.session_id == row.id)
    return (session.exec(last).one() or 0) + 1


def _put_order(session: Session, row: CouncilSession) -> AgendaItem:
    item = AgendaItem(
        public_id=new_public_id(),
        session_id=row.id or 0,
        position=next_position(session, row),
        kind=ItemKind.ORDER,
        content=winning_ids(session, row),
    )
    session.add(item)
    session.flush()
    return item
