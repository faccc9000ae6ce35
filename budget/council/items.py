"""Items of agendas: what stands on which, and which projects are taken by one.

An item stands from the moment it is put on an agenda until its session is published, or closed without carrying it: a
project is on one agenda at a time.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget.errors import NotFound, OnAgenda
from models.council_session import AgendaItem, CouncilSession, ItemAnswer
from models.enums import Answer, Criterion, ItemResult
from models.project import Project

IS_STANDING = sa.and_(
    col(CouncilSession.published_at).is_(None),
    sa.or_(col(CouncilSession.closed_at).is_(None), col(AgendaItem.result) == ItemResult.CARRIED),
)
"""Of items joined to their sessions: those that stand."""


def items_of(session: Session, row: CouncilSession) -> Sequence[AgendaItem]:
    """The items of a session in order."""
    rows = select(AgendaItem).where(AgendaItem.session_id == row.id)
    return session.exec(rows.order_by(col(AgendaItem.position))).all()


def answers_of(session: Session, item_ids: Sequence[int]) -> dict[int, dict[Criterion, Answer]]:
    """What motions say of the criteria, by item."""
    order = list(Criterion)
    rows = session.exec(select(ItemAnswer).where(col(ItemAnswer.item_id).in_(item_ids)))
    found: dict[int, dict[Criterion, Answer]] = {}
    for row in sorted(rows, key=lambda row: order.index(row.criterion)):
        found.setdefault(row.item_id, {})[row.criterion] = row.answer
    return found


def by_public_id(session: Session, item_id: str) -> AgendaItem:
    """The item as it stands now. Raises NotFound."""
    rows = select(AgendaItem).where(AgendaItem.public_id == item_id)
    item = session.exec(rows.execution_options(populate_existing=True)).first()
    if item is None:
        raise NotFound(item=item_id)
    return item


def open_session_of(session: Session, project: Project) -> CouncilSession | None:
    """The session, not published yet, whose agenda has the project undecided or decided."""
    rows = (
        select(CouncilSession)
        .join(AgendaItem, col(AgendaItem.session_id) == CouncilSession.id)
        .where(AgendaItem.project_id == project.id, IS_STANDING)
    )
    return session.exec(rows).first()


def refuse_taken(session: Session, project: Project) -> None:
    """Raises OnAgenda(number) where the project stands on an agenda."""
    other = open_session_of(session, project)
    if other is not None:
        raise OnAgenda(number=other.number)


def next_position(session: Session, row: CouncilSession) -> int:
    """The place after the last item."""
    last = select(sa.func.max(AgendaItem.position)).where(AgendaItem.session_id == row.id)
    return (session.exec(last).one() or 0) + 1
