"""Falling out: works cancelled and the next of the reserve planned by one recorded act, nobody chooses."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from budget import works
from budget.council import reserve
from budget.errors import MotionIncomplete, NotAWinner, NotFound, NotPermitted, NotThisState, WrongPhase
from budget.permissions import Actor
from budget.reading import office
from models.confirmation import ReserveUse
from models.database import Database
from models.enums import Language, Role, WorksStatus
from models.service import AuditEvent
from models.works import Works, WorksChange
from tests.harness.council import COORDINATOR
from tests.harness.racing import at_once
from tests.harness.sittings import LOT, SHORT, WON, Line, Sitting, counted, deciding, finish

LINES = ((WON, 6_000_000), (WON, 3_000_000), (SHORT, 4_000_000), (SHORT, 3_500_000), (LOT, 1_000_000))
"""A million is free after the count."""
WHY = {"reason_kk": "Жер даулы.", "reason_ru": "Земля спорная.", "document": "№ 45 бұйрық, 12.05.2027"}


def confirmed(session: Session, now: datetime, *lines: Line, **settings: Any) -> Sitting:
    cycle, projects = counted(session, now, lines or LINES, **settings)
    held = deciding(session, now, cycle, projects)
    finish(session, held, now=now)
    return held


def fall(session: Session, held: Sitting, place: int, now: datetime, **changes: Any) -> ReserveUse:
    said: dict[str, Any] = {**WHY, **changes}
    return reserve.use(session, COORDINATOR, held.projects[place].public_id, now=now, **said)


def statuses(session: Session, held: Sitting) -> dict[int, WorksStatus]:
    rows = {row.project_id: row.status for row in session.exec(select(Works))}
    return {place: rows[one.id or 0] for place, one in enumerate(held.projects) if one.id in rows}


def test_the_list_follows_from_the_ranking_with_the_money_that_is_free(
    session: Session, now: datetime
) -> None:
    held = confirmed(session, now)
    listed = reserve.listed(session, held.cycle)
    assert [(one.id, one.place, one.free, one.fits) for one in listed] == [
        (held.projects[2].id, 1, 1_000_000, False),
        (held.projects[3].id, 2, 1_000_000, False),
        (held.projects[4].id, 3, 1_000_000, True),
    ]


def test_before_the_confirmation_there_is_no_reserve(session: Session, now: datetime) -> None:
    cycle, _ = counted(session, now, LINES)
    assert reserve.listed(session, cycle) == ()


def test_the_first_whose_cost_the_free_money_covers_comes_in(session: Session, now: datetime) -> None:
    held = confirmed(session, now)
    expected = reserve.would_come_in(session, held.cycle, held.projects[1])
    act = fall(session, held, 1, now, reason_kk=" Жер даулы. ")
    session.commit()
    session.expire_all()
    assert expected is not None
    assert (act.out_id, act.in_id) == (held.projects[1].id, held.projects[2].id) == (act.out_id, expected.id)
    assert (act.reason_kk, act.document, act.recorded_at) == ("Жер даулы.", WHY["document"], now)
    assert statuses(session, held) == {
        0: WorksStatus.PLANNED,
        1: WorksStatus.CANCELLED,
        2: WorksStatus.PLANNED,
    }
    cancelled = session.get_one(Works, held.projects[1].id)
    assert (cancelled.reason, cancelled.language) == ("Жер даулы.", Language.KK)
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "results.reserve")).one()
    assert json.loads(event.facts)["document"] == WHY["document"]
    assert list(reserve.uses(session, held.cycle.id)) == [act]


def test_who_came_in_is_built_like_the_others(session: Session, now: datetime) -> None:
    held = confirmed(session, now)
    fall(session, held, 1, now)
    coming = held.projects[2]
    assert [line.number for line in office.winners(session, held.cycle.id or 0)] == [
        held.projects[0].number,
        held.projects[1].number,
        coming.number,
    ]
    works.set_status(
        session, COORDINATOR, coming, WorksStatus.UNDERWAY, reason="", language=Language.KK, now=now
    )
    with pytest.raises(NotThisState):
        works.set_status(
            session, COORDINATOR, held.projects[1], WorksStatus.UNDERWAY, reason="", language=Language.KK, now=now
        )  # fmt: skip


def test_whoever_came_in_may_fall_out_too_and_nobody_comes_back(session: Session, now: datetime) -> None:
    held = confirmed(session, now)
    fall(session, held, 1, now)
    second = fall(session, held, 2, now + timedelta(days=1))
    assert second.in_id == held.projects[3].id
    third = fall(session, held, 3, now + timedelta(days=2))
    assert third.in_id == held.projects[4].id
    assert fall(session, held, 4, now + timedelta(days=3)).in_id is None
    assert {one.out_id for one in reserve.uses(session, held.cycle.id)} == {
        one.id for one in held.projects[1:]
    }
    assert statuses(session, held)[0] is WorksStatus.PLANNED


def test_where_nobody_fits_it_is_kept_that_nobody_came(session: Session, now: datetime) -> None:
    held = confirmed(session, now, (WON, 6), (SHORT, 20), totals=(10,))
    assert reserve.would_come_in(session, held.cycle, held.projects[0]) is None
    assert fall(session, held, 0, now).in_id is None
    assert statuses(session, held) == {0: WorksStatus.CANCELLED}


@pytest.mark.parametrize("left_out", list(WHY))
def test_reasons_in_both_languages_and_the_document_are_given(
    session: Session, now: datetime, left_out: str
) -> None:
    held = confirmed(session, now)
    with pytest.raises(MotionIncomplete) as told:
        fall(session, held, 0, now, **{left_out: "  "})
    assert told.value.facts == {"number": held.projects[0].number, "missing": (left_out,)}
    assert statuses(session, held)[0] is WorksStatus.PLANNED


def test_only_what_is_to_be_built_falls_out_and_once(session: Session, now: datetime) -> None:
    held = confirmed(session, now)
    with pytest.raises(NotAWinner):
        fall(session, held, 4, now)
    fall(session, held, 0, now)
    with pytest.raises(NotAWinner):
        fall(session, held, 0, now)
    works.set_status(
        session,
        COORDINATOR,
        held.projects[1],
        WorksStatus.COMPLETED,
        reason="",
        language=Language.KK,
        now=now,
    )
    with pytest.raises(NotAWinner):
        fall(session, held, 1, now)
    with pytest.raises(NotFound):
        reserve.use(session, COORDINATOR, "nosuchproj", now=now, **WHY)


def test_works_nobody_confirmed_do_not_fall_out(session: Session, now: datetime) -> None:
    """Winners of a cycle from before the council decided twice."""
    cycle, projects = counted(session, now, LINES)
    works.plan_works(session, [projects[0].id or 0], now=now)
    with pytest.raises(NotAWinner):
        reserve.use(session, COORDINATOR, projects[0].public_id, now=now, **WHY)
    assert session.exec(select(WorksChange)).one().status is WorksStatus.PLANNED
    assert cycle.origin == "service"


def test_the_reserve_is_the_coordinators_after_the_vote(session: Session, now: datetime) -> None:
    held = confirmed(session, now)
    for role in (Role.COUNCIL, Role.RESIDENT, Role.OPERATOR, Role.OBSERVER):
        with pytest.raises(NotPermitted):
            reserve.use(session, Actor(role, 1), held.projects[0].public_id, now=now, **WHY)
    with pytest.raises(WrongPhase):
        fall(session, held, 0, now - timedelta(days=10))


@pytest.mark.race
def test_a_winner_that_falls_out_twice_at_once_falls_out_once(database: Database, now: datetime) -> None:
    with database.writing() as session:
        held = confirmed(session, now)
    refused = at_once(database, *[lambda s: fall(s, held, 1, now)] * 3)
    with database.reading() as session:
        assert len(session.exec(select(ReserveUse)).all()) == 1
        assert len(session.exec(select(Works)).all()) == 3
    assert [type(refusal) for refusal in refused] == [NotAWinner] * 2


@pytest.mark.race
def test_two_that_fall_out_at_once_bring_two_others_in(database: Database, now: datetime) -> None:
    with database.writing() as session:
        held = confirmed(session, now)
    acts = [lambda s: fall(s, held, 0, now), lambda s: fall(s, held, 1, now)]
    assert at_once(database, *acts) == []
    with database.reading() as session:
        came = [one.in_id for one in session.exec(select(ReserveUse))]
        spent = sum(
            held.projects[place].cost_tenge or 0
            for place, status in statuses(session, held).items()
            if status is WorksStatus.PLANNED
        )
    assert len({id_ for id_ in came if id_ is not None}) == 2
    assert spent <= 10_000_000
