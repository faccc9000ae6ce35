"""The second decision: every winner confirmed or departed from with a reason, next to the computed verdict for ever."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from budget.council import agenda, confirmations, decisions, members, sessions, votes
from budget.council.motions import Word
from budget.council.sessions import Step
from budget.errors import (
    AlreadyDone,
    MotionIncomplete,
    OverBudget,
    Recused,
    SessionStep,
    WinnersUndecided,
    WrongPhase,
)
from models.confirmation import Confirmation
from models.council_session import AgendaItem
from models.database import Database
from models.enums import ConflictKind, CouncilChoice, ItemKind, ItemResult, SessionKind, WorksStatus
from models.result import VerdictRow
from models.service import AuditEvent
from models.works import Works
from tests.harness import council
from tests.harness.council import COORDINATOR, plan_session
from tests.harness.racing import at_once
from tests.harness.sittings import LOT, SHORT, WON, Line, Sitting, counted, deciding, finish

DEPARTED = {"reason_kk": "Жер даулы болып шықты.", "reason_ru": "Земля оказалась спорной."}


def decide(session: Session, now: datetime, *lines: Line, **settings: Any) -> Sitting:
    """The second session, begun with everybody."""
    default = ((WON, 6_000_000), (WON, 3_000_000), (SHORT, 2_000_000))
    cycle, projects = counted(session, now, lines or default, **settings)
    return deciding(session, now, cycle, projects)


def word(session: Session, held: Sitting, place: int, *, wins: bool, now: datetime) -> AgendaItem:
    """Propose the opposite of the count for the project at this place."""
    project = held.projects[place]
    item = next((one for one in held.items(session) if one.project_id == project.id), None)
    if item is None:
        item = agenda.put(session, COORDINATOR, held.row.public_id, project.public_id, now=now)
    said = Word(wins=wins, **DEPARTED)
    return agenda.change_word(session, COORDINATOR, item.public_id, said, revision=held.row.revision, now=now)


def kept(session: Session, held: Sitting) -> list[tuple[int, bool, bool, int | None]]:
    """(place in the ranking, wins, departs, place of building) in the order of the ranking."""
    rows = {one.project_id: one for one in confirmations.of_cycle(session, held.cycle.id)}
    return [
        (place, rows[project.id or 0].wins, rows[project.id or 0].departs, rows[project.id or 0].place)
        for place, project in enumerate(held.projects)
        if project.id in rows
    ]


def planned(session: Session) -> list[int]:
    return list(session.exec(select(Works.project_id).order_by(col(Works.project_id))))


def test_winners_are_confirmed_and_their_works_planned(session: Session, now: datetime) -> None:
    held = decide(session, now)
    assert planned(session) == []
    finish(session, held, now=now)
    session.commit()
    session.expire_all()
    assert kept(session, held) == [(0, True, False, 1), (1, True, False, 2)]
    assert planned(session) == [held.projects[0].id, held.projects[1].id]
    assert {row.status for row in session.exec(select(Works))} == {WorksStatus.PLANNED}
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "results.confirm")).one()
    assert json.loads(event.facts) == {"winners": 2, "departures": []}


def test_the_order_of_building_is_the_one_decided(session: Session, now: datetime) -> None:
    held = decide(session, now)
    order = next(item for item in held.items(session) if item.kind is ItemKind.ORDER)
    ids = [held.projects[1].public_id, held.projects[0].public_id]
    agenda.change_order(session, COORDINATOR, order.public_id, ids, revision=held.row.revision, now=now)
    finish(session, held, now=now)
    assert kept(session, held) == [(0, True, False, 2), (1, True, False, 1)]
    listed = confirmations.of_cycle(session, held.cycle.id)
    assert [one.project_id for one in listed] == [held.projects[1].id, held.projects[0].id]


def test_where_no_order_was_carried_the_ranking_is_it(session: Session, now: datetime) -> None:
    held = decide(session, now)
    order = next(item for item in held.items(session) if item.kind is ItemKind.ORDER)
    ids = [held.projects[1].public_id, held.projects[0].public_id]
    agenda.change_order(session, COORDINATOR, order.public_id, ids, revision=held.row.revision, now=now)
    held.open(session, now=now)
    council.vote(session, order, held.members, CouncilChoice.AGAINST, now=now)
    finish(session, held, now=now)
    assert order.result is ItemResult.NOT_CARRIED
    assert kept(session, held) == [(0, True, False, 1), (1, True, False, 2)]


def test_a_departure_stands_next_to_the_computed_verdict(session: Session, now: datetime) -> None:
    held = decide(session, now)
    before = [(row.project_id, row.kind, row.votes) for row in session.exec(select(VerdictRow))]
    word(session, held, 1, wins=False, now=now)
    word(session, held, 2, wins=True, now=now)
    finish(session, held, now=now)
    assert kept(session, held) == [(0, True, False, 1), (1, False, True, None), (2, True, True, 2)]
    rows = {one.project_id: one for one in confirmations.of_cycle(session, held.cycle.id)}
    departed = rows[held.projects[1].id or 0]
    assert (departed.reason_kk, departed.reason_ru) == (DEPARTED["reason_kk"], DEPARTED["reason_ru"])
    assert [(row.project_id, row.kind, row.votes) for row in session.exec(select(VerdictRow))] == before
    assert planned(session) == [held.projects[0].id, held.projects[2].id]
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "results.confirm")).one()
    assert json.loads(event.facts)["departures"] == [held.projects[1].id, held.projects[2].id]


@pytest.mark.parametrize("left_out", list(DEPARTED))
def test_a_departure_without_its_reasons_is_not_put_to_the_vote(
    session: Session, now: datetime, left_out: str
) -> None:
    held = decide(session, now)
    item = held.items(session)[0]
    said = Word(wins=False, **{**DEPARTED, left_out: "  "})
    agenda.change_word(session, COORDINATOR, item.public_id, said, revision=held.row.revision, now=now)
    with pytest.raises(MotionIncomplete) as told:
        held.open(session, now=now)
    assert told.value.facts == {"number": held.projects[0].number, "missing": (left_out,)}


def test_more_than_there_is_can_not_be_decided(session: Session, now: datetime) -> None:
    held = decide(session, now)
    word(session, held, 2, wins=True, now=now)
    finish(session, held, now=now, publish=False)
    with pytest.raises(OverBudget) as told, session.begin_nested():
        decisions.publish(session, COORDINATOR, held.row.public_id, now=now)
    assert told.value.facts == {"cost_tenge": 11_000_000, "total_tenge": 10_000_000}
    session.expire_all()
    assert (planned(session), confirmations.of_cycle(session, held.cycle.id)) == ([], [])
    assert held.row.published_at is None


@pytest.mark.parametrize("pooled", [True, False])
def test_each_envelope_pays_for_itself_unless_leftovers_pass(
    session: Session, now: datetime, pooled: bool
) -> None:
    """4 of 8 are left in the first envelope; the project of the second one costs 5, and there are 3."""
    lines = ((WON, 4, 0), (SHORT, 5, 1))
    held = decide(session, now, *lines, totals=(8, 3), leftovers=pooled)
    word(session, held, 1, wins=True, now=now)
    finish(session, held, now=now, publish=False)
    if pooled:
        decisions.publish(session, COORDINATOR, held.row.public_id, now=now)
        assert kept(session, held) == [(0, True, False, 1), (1, True, True, 2)]
        return
    with pytest.raises(OverBudget) as told:
        decisions.publish(session, COORDINATOR, held.row.public_id, now=now)
    assert told.value.facts == {"cost_tenge": 5, "total_tenge": 3}


def test_a_winner_that_was_not_carried_holds_the_publication_until_another_session(
    session: Session, now: datetime
) -> None:
    """The motion to confirm fails; the next session departs with reasons, and both are published together."""
    held = decide(session, now)
    first, second, _ = held.open(session, now=now)
    council.vote(session, second, held.members, CouncilChoice.AGAINST, now=now)
    finish(session, held, now=now, publish=False)
    with pytest.raises(WinnersUndecided) as told:
        decisions.publish(session, COORDINATOR, held.row.public_id, now=now)
    assert told.value.facts == {"numbers": (held.projects[1].number,)}
    assert planned(session) == []

    row = plan_session(session, held.cycle, SessionKind.DECISION, now=now)
    assert agenda.fill(session, COORDINATOR, row.public_id, now=now) == 1, "only what is left"
    again = Sitting(held.cycle, row, held.members, held.projects)
    word(session, again, 1, wins=False, now=now)
    council.hold(session, row, held.members, now=now)
    assert kept(session, held) == [(0, True, False, 1), (1, False, True, None)]
    assert {sessions.step_of(one) for one in sessions.of_cycle(session, held.cycle.id)} == {Step.PUBLISHED}
    assert planned(session) == [held.projects[0].id]
    assert first.result is ItemResult.CARRIED


def test_a_quorum_lost_in_the_second_session_leaves_everything_to_another(
    session: Session, now: datetime
) -> None:
    held = decide(session, now)
    held.open(session, now=now)
    there = [held.members[0].row.public_id]
    sessions.mark_present(session, COORDINATOR, held.row.public_id, there, now=now)
    votes.close_items(session, COORDINATOR, held.row.public_id, now=now + timedelta(minutes=1))
    assert {item.result for item in held.items(session)} == {ItemResult.NO_QUORUM}
    sessions.close(session, COORDINATOR, held.row.public_id, now=now)
    row = plan_session(session, held.cycle, SessionKind.DECISION, now=now)
    assert agenda.fill(session, COORDINATOR, row.public_id, now=now) == 3
    council.hold(session, row, held.members, now=now)
    assert kept(session, held) == [(0, True, False, 1), (1, True, False, 2)]


def test_the_count_is_confirmed_once(session: Session, now: datetime) -> None:
    held = decide(session, now)
    finish(session, held, now=now)
    row = plan_session(session, held.cycle, SessionKind.DECISION, now=now)
    agenda.put(session, COORDINATOR, row.public_id, held.projects[2].public_id, now=now)
    item = agenda.items_of(session, row)[0]
    said = Word(wins=True, **DEPARTED)
    agenda.change_word(session, COORDINATOR, item.public_id, said, revision=row.revision, now=now)
    council.hold(session, row, held.members, now=now, publish=False)
    with pytest.raises(AlreadyDone) as told:
        decisions.publish(session, COORDINATOR, row.public_id, now=now)
    assert told.value.facts == {"at": now}


def test_nothing_is_confirmed_while_people_vote(session: Session, now: datetime) -> None:
    held = decide(session, now)
    voting = now - timedelta(days=10)
    with pytest.raises(WrongPhase):
        held.open(session, now=voting)


def test_a_project_of_a_member_is_not_confirmed_by_that_member(session: Session, now: datetime) -> None:
    held = decide(session, now)
    one = held.members[0]
    interests = {held.projects[0].public_id: ConflictKind.RELATIVE}
    members.declare(session, one.actor, held.cycle, interests, now=now)
    item = held.open(session, now=now)[0]
    with pytest.raises(Recused):
        votes.cast(session, one.actor, item.public_id, CouncilChoice.FOR, now=now)
    finish(session, held, now=now)
    assert (item.entitled, item.votes_for) == (4, 4)


def test_a_project_that_lost_the_lot_may_be_departed_to_where_there_is_money(
    session: Session, now: datetime
) -> None:
    held = decide(session, now, (WON, 6), (LOT, 4), (SHORT, 3), totals=(10,))
    word(session, held, 1, wins=True, now=now)
    finish(session, held, now=now)
    assert kept(session, held) == [(0, True, False, 1), (1, True, True, 2)]


@pytest.mark.race
def test_two_publications_at_once_confirm_once(database: Database, now: datetime) -> None:
    with database.writing() as session:
        held = decide(session, now)
        finish(session, held, now=now, publish=False)
    refused = at_once(
        database, *[lambda s: decisions.publish(s, COORDINATOR, held.row.public_id, now=now)] * 3
    )
    with database.reading() as session:
        assert len(session.exec(select(Confirmation)).all()) == 2
    assert [type(refusal) for refusal in refused] == [SessionStep] * 2
