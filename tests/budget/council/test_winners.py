"""The agenda after the vote: each winner once, departures with reasons, the order kept in step with who is to win."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from budget.council import agenda, votes
from budget.council.motions import Word
from budget.errors import (
    MotionIncomplete,
    NotFound,
    OnAgenda,
    OrderFault,
    OrderVoted,
    SessionFault,
)
from models.council_session import AgendaItem
from models.cycle import Cycle
from models.enums import (
    ItemKind,
    SessionKind,
)
from models.project import Project
from tests.harness import council
from tests.harness.council import COORDINATOR, plan_session
from tests.harness.sittings import SHORT, WON, Line, Sitting, counted


def fill(session: Session, held: Sitting, now: datetime) -> int:
    return agenda.fill(session, COORDINATOR, held.row.public_id, now=now)


def put(session: Session, held: Sitting, project: Project, now: datetime) -> AgendaItem:
    return agenda.put(session, COORDINATOR, held.row.public_id, project.public_id, now=now)


def second_session(
    session: Session, now: datetime, *lines: Line, publish: bool = True
) -> tuple[Sitting, Cycle]:
    """A decision session in draft."""
    cycle, projects = counted(session, now, lines or ((WON, 5), (WON, 3), (SHORT, 2)), publish=publish)
    people = council.make_council(session, cycle, now=now)
    row = plan_session(session, cycle, SessionKind.DECISION, now=now)
    return Sitting(cycle, row, people, projects), cycle


def order_of(session: Session, held: Sitting) -> AgendaItem:
    return next(item for item in held.items(session) if item.kind is ItemKind.ORDER)


def test_each_winner_comes_on_the_agenda_and_their_order_last(session: Session, now: datetime) -> None:
    held, _ = second_session(session, now)
    assert fill(session, held, now) == 3
    assert fill(session, held, now) == 0
    first, second, order = held.items(session)
    assert [item.project_id for item in (first, second)] == [one.id for one in held.projects[:2]]
    assert {item.wins for item in (first, second)} == {True}
    assert order.content == [one.public_id for one in held.projects[:2]]
    assert not any(agenda.departs(session, item) for item in (first, second, order))


def test_before_the_results_are_out_no_agenda_tells_them(session: Session, now: datetime) -> None:
    held, _ = second_session(session, now, publish=False)
    for act in (lambda: fill(session, held, now), lambda: put(session, held, held.projects[0], now)):
        with pytest.raises(SessionFault) as told:
            act()
        assert told.value.facts == {"why": "undecided"}
    assert held.items(session) == []


def test_a_departure_says_the_opposite_of_the_count_and_needs_its_reasons(
    session: Session, now: datetime
) -> None:
    held, _ = second_session(session, now)
    fill(session, held, now)
    loser = put(session, held, held.projects[2], now)
    winner = held.items(session)[0]
    agenda.change_word(
        session, COORDINATOR, winner.public_id, Word(wins=False), revision=held.row.revision, now=now
    )
    assert (loser.wins, winner.wins) == (True, False)
    assert agenda.departs(session, loser)
    assert agenda.departs(session, winner)
    council.begin(session, held.row, held.members, now=now)
    with pytest.raises(MotionIncomplete) as told:
        votes.open_items(session, COORDINATOR, held.row.public_id, [loser.public_id], now=now)
    assert told.value.facts["missing"] == ("reason_kk", "reason_ru")


def test_the_order_follows_the_winners_proposed(session: Session, now: datetime) -> None:
    held, _ = second_session(session, now)
    fill(session, held, now)
    one, two, three = (project.public_id for project in held.projects)
    order = order_of(session, held)
    agenda.change_order(
        session, COORDINATOR, order.public_id, [two, one], revision=held.row.revision, now=now
    )
    put(session, held, held.projects[2], now)
    assert order_of(session, held).content == [two, one, three]
    first = held.items(session)[0]
    agenda.change_word(
        session, COORDINATOR, first.public_id, Word(wins=False), revision=held.row.revision, now=now
    )
    assert order_of(session, held).content == [two, three]
    agenda.take_off(session, COORDINATOR, held.items(session)[1].public_id, now=now)
    assert order_of(session, held).content == [three]


@pytest.mark.parametrize("order", [[0], [0, 0], [0, 1, 2], [2, 1], []])
def test_an_order_has_each_winner_once(session: Session, now: datetime, order: list[int]) -> None:
    held, _ = second_session(session, now)
    fill(session, held, now)
    item = order_of(session, held)
    ids = [held.projects[place].public_id for place in order]
    with pytest.raises(OrderFault):
        agenda.change_order(session, COORDINATOR, item.public_id, ids, revision=held.row.revision, now=now)


def test_once_the_order_is_put_to_the_vote_its_winners_are_settled(session: Session, now: datetime) -> None:
    held, _ = second_session(session, now)
    fill(session, held, now)
    council.begin(session, held.row, held.members, now=now)
    order, first = order_of(session, held), held.items(session)[0]
    votes.open_items(session, COORDINATOR, held.row.public_id, [order.public_id], now=now)
    acts: list[Callable[[], Any]] = [
        lambda: put(session, held, held.projects[2], now),
        lambda: agenda.change_word(
            session, COORDINATOR, first.public_id, Word(wins=False), revision=held.row.revision, now=now
        ),
        lambda: agenda.take_off(session, COORDINATOR, first.public_id, now=now),
    ]
    for act in acts:
        with pytest.raises(OrderVoted), session.begin_nested():
            act()
        session.expire_all()
    same = Word(wins=True, reason_kk="Себебі бар.", reason_ru="Есть причина.")
    agenda.change_word(session, COORDINATOR, first.public_id, same, revision=held.row.revision, now=now)


def test_only_projects_of_the_count_are_decided_after_it(session: Session, now: datetime) -> None:
    held, cycle = second_session(session, now)
    project, _ = council.submit(session, cycle, now=now - timedelta(days=30), estimate_tenge=5)
    with pytest.raises(NotFound):
        put(session, held, project, now)


def test_a_winner_is_on_one_agenda_at_a_time(session: Session, now: datetime) -> None:
    held, cycle = second_session(session, now)
    fill(session, held, now)
    other = plan_session(session, cycle, SessionKind.DECISION, now=now)
    assert agenda.fill(session, COORDINATOR, other.public_id, now=now) == 0
    with pytest.raises(OnAgenda):
        agenda.put(session, COORDINATOR, other.public_id, held.projects[0].public_id, now=now)
