"""The agenda after the vote: a motion for each winner of the published count, and one for the order of implementation.

A motion to confirm says what the count says; one that says the opposite is a departure. The order is kept in step with
the winners proposed, and settled once it is put to the vote.
"""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from budget.council.items import IS_STANDING, items_of, next_position, open_session_of, refuse_taken
from budget.council.motions import Word
from budget.errors import NotFound, OrderVoted, SessionFault
from models.base import new_public_id
from models.council_session import AgendaItem, CouncilSession
from models.cycle import Cycle
from models.enums import WINNING, ItemKind, ItemResult
from models.project import Project
from models.result import VerdictRow


def fill(session: Session, cycle: Cycle, row: CouncilSession) -> list[AgendaItem]:
    """A motion for each winner nobody has put on an agenda, in the order of the ranking, and one for their order.

    Raises SessionFault(why="undecided") before the count is published.
    """
    _require_results(cycle)
    winners = (
        select(Project)
        .join(VerdictRow, col(VerdictRow.project_id) == Project.id)
        .where(VerdictRow.cycle_id == cycle.id, col(VerdictRow.kind).in_(WINNING))
    )
    added = [
        _put(session, row, project, Word(wins=True))
        for project in session.exec(winners.order_by(col(VerdictRow.position))).all()
        if open_session_of(session, project) is None
    ]
    if not _has_order(session, cycle):
        added.append(_put_order(session, row))
    keep_order(session, row)
    return added


def put_word(session: Session, cycle: Cycle, row: CouncilSession, project: Project) -> AgendaItem:
    """A motion that departs from the count: the winner is not to be built, the other one is.

    Raises: SessionFault(why="undecided"), OnAgenda(number), OrderVoted, NotFound for a project the count has no verdict on.
    """
    _require_results(cycle)
    refuse_taken(session, project)
    verdict = session.get(VerdictRow, project.id)
    if verdict is None:
        raise NotFound(project=project.public_id)
    item = _put(session, row, project, Word(wins=verdict.kind not in WINNING))
    keep_order(session, row)
    return item


def keep_order(session: Session, row: CouncilSession) -> None:
    """Keep the motion for the order in step with the winners proposed: who is new comes last.

    Raises OrderVoted where it is put to the vote already.
    """
    item = next((one for one in items_of(session, row) if one.kind is ItemKind.ORDER), None)
    if item is None or item.result in (ItemResult.NOT_CARRIED, ItemResult.NO_QUORUM):
        return
    winners = winning_ids(session, row)
    content = [one for one in item.content if one in winners]
    content += [one for one in winners if one not in content]
    if content == item.content:
        return
    if item.opened_at is not None:
        raise OrderVoted
    item.content = content
    session.add(item)
    session.flush()


def departs(session: Session, item: AgendaItem) -> bool:
    """Does a motion say of a project what the count does not?"""
    is_word = item.kind is ItemKind.CONFIRMATION  # what is no word on a winner needs no look at the count
    return is_word and departs_from(item, session.get(VerdictRow, item.project_id))


def departs_from(item: AgendaItem, verdict: VerdictRow | None) -> bool:
    """The same where the verdict is at hand; None is a project the count says nothing of."""
    if item.kind is not ItemKind.CONFIRMATION:
        return False
    return verdict is None or (verdict.kind in WINNING) is not item.wins


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


def _require_results(cycle: Cycle) -> None:
    """Before the publication nobody may read off an agenda what the count says."""
    if cycle.results_published_at is None:
        raise SessionFault(why="undecided")


def _put(session: Session, row: CouncilSession, project: Project, word: Word) -> AgendaItem:
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
    return item


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


def _has_order(session: Session, cycle: Cycle) -> bool:
    """Does a motion for the order stand on some agenda?"""
    rows = (
        select(AgendaItem.id)
        .join(CouncilSession, col(CouncilSession.id) == AgendaItem.session_id)
        .where(CouncilSession.cycle_id == cycle.id, AgendaItem.kind == ItemKind.ORDER, IS_STANDING)
    )
    return session.exec(rows.limit(1)).first() is not None
