"""The order of implementation names exactly the proposed winners, so that a decision session can always be published."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from budget.council import agenda, decisions, sessions, votes
from budget.council.motions import Word
from budget.errors import OrderFault, OrderVoted
from models.confirmation import Confirmation
from models.council_session import AgendaItem, CouncilSession
from models.enums import ItemKind, SessionKind
from tests.harness import council
from tests.harness.counting import AFTER
from tests.harness.deciding import counted_vote
from tests.harness.elections import Election
from tests.harness.voting import make_keyring

DEPARTURE = Word(wins=False, reason_kk="Жер дауы", reason_ru="Спор о земле")


@pytest.fixture
def made(session: Session, now: datetime, tmp_path: Path) -> Election:
    """Three of four projects won."""
    return counted_vote(session, make_keyring(tmp_path), now, 5, 3, 2, 1)


@pytest.fixture
def later(now: datetime) -> datetime:
    return now + AFTER


@pytest.fixture
def held(session: Session, made: Election, later: datetime) -> CouncilSession:
    """A decision session with everything on its agenda."""
    council.make_council(session, made.cycle, now=later)
    row = council.plan_session(session, made.cycle, SessionKind.DECISION, now=later)
    agenda.fill(session, council.COORDINATOR, row.public_id, now=later)
    return row


def order_of(session: Session, row: CouncilSession) -> AgendaItem:
    return next(item for item in agenda.items_of(session, row) if item.kind is ItemKind.ORDER)


def depart(session: Session, row: CouncilSession, item: AgendaItem, now: datetime) -> None:
    agenda.change_word(
        session, council.COORDINATOR, item.public_id, DEPARTURE, revision=row.revision, now=now
    )


def test_a_departure_leaves_the_order_and_comes_back_last(
    session: Session, made: Election, held: CouncilSession, later: datetime
) -> None:
    first, second, third, _fourth = (project.public_id for project in made.projects)
    item = agenda.items_of(session, held)[0]
    depart(session, held, item, later)
    assert order_of(session, held).content == [second, third]
    agenda.change_word(
        session, council.COORDINATOR, item.public_id, Word(wins=True), revision=held.revision, now=later
    )
    assert order_of(session, held).content == [second, third, first]


def test_a_loser_that_is_to_be_built_comes_last_and_leaves_with_its_item(
    session: Session, made: Election, held: CouncilSession, later: datetime
) -> None:
    loser = made.projects[3].public_id
    put = agenda.put(session, council.COORDINATOR, held.public_id, loser, now=later)
    assert order_of(session, held).content[-1] == loser
    agenda.take_off(session, council.COORDINATOR, put.public_id, now=later)
    assert loser not in order_of(session, held).content


def test_once_the_order_is_put_to_the_vote_the_winners_stand(
    session: Session, made: Election, held: CouncilSession, later: datetime
) -> None:
    council.begin(session, held, council.members_of(session, made.cycle, now=later), now=later)
    item, order = agenda.items_of(session, held)[0], order_of(session, held)
    votes.open_items(session, council.COORDINATOR, held.public_id, [order.public_id], now=later)
    with pytest.raises(OrderVoted):
        depart(session, held, item, later)
    session.refresh(item)
    with pytest.raises(OrderVoted):
        agenda.put(session, council.COORDINATOR, held.public_id, made.projects[3].public_id, now=later)


def test_a_departure_that_is_not_carried_leaves_the_order_at_the_publication(
    session: Session, made: Election, held: CouncilSession, later: datetime
) -> None:
    first, second, third, fourth = made.projects
    put = agenda.put(session, council.COORDINATOR, held.public_id, fourth.public_id, now=later)
    word = Word(wins=True, reason_kk="Ақша жетеді", reason_ru="Денег хватает")
    agenda.change_word(session, council.COORDINATOR, put.public_id, word, revision=held.revision, now=later)
    wanted = [fourth.public_id, third.public_id, first.public_id, second.public_id]
    order = order_of(session, held)
    agenda.change_order(
        session, council.COORDINATOR, order.public_id, wanted, revision=held.revision, now=later
    )
    five = council.members_of(session, made.cycle, now=later)
    council.begin(session, held, five, now=later)
    votes.open_items(session, council.COORDINATOR, held.public_id, now=later)
    for item in agenda.items_of(session, held):
        if item.public_id != put.public_id:
            council.vote(session, item, five, now=later)
    votes.close_items(session, council.COORDINATOR, held.public_id, now=later)
    sessions.close(session, council.COORDINATOR, held.public_id, now=later)
    decisions.publish(session, council.COORDINATOR, held.public_id, now=later)
    rows = session.exec(select(Confirmation.project_id).order_by(col(Confirmation.place))).all()
    assert rows == [third.id, first.id, second.id]


def test_an_order_that_lacks_a_winner_is_refused(
    session: Session, made: Election, held: CouncilSession, later: datetime
) -> None:
    order = order_of(session, held)
    with pytest.raises(OrderFault):
        agenda.change_order(
            session,
            council.COORDINATOR,
            order.public_id,
            order.content[1:],
            revision=held.revision,
            now=later,
        )
