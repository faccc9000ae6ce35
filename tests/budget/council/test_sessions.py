"""Sessions: each step once and in order, attendance as it was, and nothing overwritten by a second coordinator."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from budget.council import agenda, members, sessions, votes
from budget.council.sessions import Plan, Step, step_of
from budget.errors import (
    CouncilMissing,
    NotFound,
    NotPermitted,
    SessionChanged,
    SessionFault,
    SessionStep,
)
from budget.permissions import Actor
from models.council_session import Attendance, CouncilSession
from models.database import Database
from models.enums import ItemResult, MemberKind, Role, SessionKind
from models.service import AuditEvent
from tests.harness import council
from tests.harness.council import COORDINATOR, make_council, plan_session
from tests.harness.projects import make_cycle
from tests.harness.racing import at_once
from tests.harness.sittings import Sitting, reviewed, underway

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def elsewhere(now: datetime, place: str = "Кітапхана") -> Plan:
    return Plan(now + 2 * HOUR, place, "Библиотека", "https://meet.example.kz/1")


def ready_to_announce(session: Session, now: datetime) -> Sitting:
    """A session in draft with one project on its agenda."""
    cycle = make_cycle(session, now)
    projects, people = reviewed(session, cycle, now=now)
    row = plan_session(session, cycle, now=now)
    agenda.fill(session, COORDINATOR, row.public_id, now=now)
    return Sitting(cycle, row, people, projects)


def ids(held: Sitting, *places: int) -> list[str]:
    return [held.members[place].row.public_id for place in places]


# --- planning ---------------------------------------------------------------------------------------------


def test_sessions_are_numbered_within_their_cycle(session: Session, now: datetime) -> None:
    cycle, other = make_cycle(session, now), make_cycle(session, now)
    make_council(session, cycle, now=now)
    make_council(session, other, now=now)
    rows = [plan_session(session, one, kind, now=now) for one, kind in (
        (cycle, SessionKind.SCREENING), (cycle, SessionKind.DECISION), (other, SessionKind.SCREENING),
    )]  # fmt: skip
    assert [row.number for row in rows] == [1, 2, 1]
    assert list(sessions.of_cycle(session, cycle.id)) == rows[:2]
    planned = select(AuditEvent).where(AuditEvent.action == "session.plan").order_by(col(AuditEvent.id))
    event = session.exec(planned).all()[1]
    assert json.loads(event.facts) == {"number": 2, "revision": 1}


def test_a_session_is_ahead_and_has_a_place_in_both_languages(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    make_council(session, cycle, now=now)
    for plan, why, field in (
        (Plan(now, "Әкімдік", "Акимат"), "past", "starts_at"),
        (Plan(now + HOUR, " ", "Акимат"), "place", "place_kk"),
        (Plan(now + HOUR, "Әкімдік", ""), "place", "place_kk"),
    ):
        with pytest.raises(SessionFault) as told:
            sessions.plan(session, COORDINATOR, cycle.slug, SessionKind.SCREENING, plan, now=now)
        assert (told.value.facts, told.value.field) == ({"why": why}, field)
    assert sessions.of_cycle(session, cycle.id) == []


def test_without_a_published_council_no_session_is_planned(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    make_council(session, cycle, now=now, publish=False)
    with pytest.raises(CouncilMissing):
        plan_session(session, cycle, now=now)


@pytest.mark.race
def test_two_sessions_planned_at_once_have_two_numbers(database: Database, now: datetime) -> None:
    with database.writing() as session:
        cycle = make_cycle(session, now)
        make_council(session, cycle, now=now)
    assert at_once(database, *[lambda s: plan_session(s, cycle, now=now)] * 4) == []
    with database.reading() as session:
        assert sorted(session.exec(select(CouncilSession.number))) == [1, 2, 3, 4]


# --- steps --------------------------------------------------------------------------------------------------

STEPS: dict[str, Callable[[Session, Sitting, datetime], Any]] = {
    "change": lambda s, held, now: sessions.change(
        s, COORDINATOR, held.row.public_id, elsewhere(now), revision=held.row.revision, now=now
    ),
    "fill": lambda s, held, now: agenda.fill(s, COORDINATOR, held.row.public_id, now=now),
    "announce": lambda s, held, now: sessions.announce(s, COORDINATOR, held.row.public_id, now=now),
    "begin": lambda s, held, now: sessions.begin(
        s, COORDINATOR, held.row.public_id, ids(held, 0, 1, 2, 3, 4), now=now
    ),
    "attendance": lambda s, held, now: sessions.mark_present(
        s, COORDINATOR, held.row.public_id, ids(held, 0, 1, 2, 3, 4), now=now
    ),
    "open_votes": lambda s, held, now: votes.open_items(s, COORDINATOR, held.row.public_id, now=now),
    "close_votes": lambda s, held, now: votes.close_items(s, COORDINATOR, held.row.public_id, now=now),
    "close": lambda s, held, now: sessions.close(s, COORDINATOR, held.row.public_id, now=now),
}
ALLOWED = {
    Step.DRAFT: {"change", "fill", "announce"},
    Step.ANNOUNCED: {"change", "fill", "begin"},
    Step.UNDERWAY: {"attendance", "open_votes", "close_votes", "close"},
    Step.CLOSED: set(),
    Step.PUBLISHED: set(),
}


def brought_to(session: Session, step: Step, now: datetime) -> Sitting:
    held = ready_to_announce(session, now)
    order = list(Step)
    if order.index(step) >= 1:
        STEPS["announce"](session, held, now)
    if order.index(step) >= 2:
        STEPS["begin"](session, held, now)
    if order.index(step) >= 3:
        STEPS["close"](session, held, now)
    if order.index(step) >= 4:
        held.row.published_at = now
        session.add(held.row)
        session.flush()
    assert step_of(held.row) is step
    return held


@pytest.mark.parametrize("step", list(Step))
def test_each_step_is_done_once_and_in_its_order(session: Session, now: datetime, step: Step) -> None:
    held = brought_to(session, step, now)
    for name, act in STEPS.items():
        kept = session.begin_nested()
        if name in ALLOWED[step]:
            act(session, held, now)
        else:
            with pytest.raises(SessionStep) as told:
                act(session, held, now)
            assert told.value.facts["step"] is step, name
        kept.rollback()
        session.expire_all()


def test_an_empty_agenda_is_not_announced(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    make_council(session, cycle, now=now)
    row = plan_session(session, cycle, now=now)
    with pytest.raises(SessionFault) as told:
        sessions.announce(session, COORDINATOR, row.public_id, now=now)
    assert told.value.facts == {"why": "empty"}


def test_a_session_does_not_end_over_an_open_vote(session: Session, now: datetime) -> None:
    held = underway(session, now)
    held.open(session, now=now)
    with pytest.raises(SessionFault) as told:
        sessions.close(session, COORDINATOR, held.row.public_id, now=now)
    assert told.value.facts == {"why": "votes"}
    votes.close_items(session, COORDINATOR, held.row.public_id, now=now)
    assert sessions.close(session, COORDINATOR, held.row.public_id, now=now).closed_at == now


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.COORDINATOR])
def test_sessions_are_the_coordinators(session: Session, now: datetime, role: Role) -> None:
    held = brought_to(session, Step.ANNOUNCED, now)
    actor, public_id = Actor(role, held.members[0].actor.id), held.row.public_id
    for act in (
        lambda: sessions.plan(
            session, actor, held.cycle.slug, SessionKind.SCREENING, elsewhere(now), now=now
        ),
        lambda: sessions.change(session, actor, public_id, elsewhere(now), revision=1, now=now),
        lambda: sessions.announce(session, actor, public_id, now=now),
        lambda: sessions.begin(session, actor, public_id, [], now=now),
        lambda: sessions.mark_present(session, actor, public_id, [], now=now),
        lambda: sessions.close(session, actor, public_id, now=now),
    ):
        with pytest.raises(NotPermitted):
            act()


def test_an_unknown_session_is_not_found(session: Session, now: datetime) -> None:
    for act in (
        lambda: sessions.by_public_id(session, "nosuchsess"),
        lambda: sessions.announce(session, COORDINATOR, "nosuchsess", now=now),
    ):
        with pytest.raises(NotFound):
            act()


# --- attendance -----------------------------------------------------------------------------------------------


def test_who_comes_later_or_leaves_is_noted_with_the_time(session: Session, now: datetime) -> None:
    held = brought_to(session, Step.ANNOUNCED, now)
    sessions.begin(session, COORDINATOR, held.row.public_id, ids(held, 0, 1), now=now)
    later = now + 10 * MINUTE
    sessions.mark_present(session, COORDINATOR, held.row.public_id, ids(held, 0, 2), now=later)
    noted = sessions.attendance(session, held.row)
    times = {
        place: (noted[one.row.id or 0].arrived_at, noted[one.row.id or 0].left_at)
        for place, one in enumerate(held.members)
        if one.row.id in noted
    }
    assert times == {0: (now, None), 1: (now, later), 2: (later, None)}
    there = sessions.present_now(session, held.row, now=later + MINUTE)
    assert [one.public_id for one in there] == ids(held, 0, 2)
    sessions.mark_present(session, COORDINATOR, held.row.public_id, ids(held, 0, 1, 2), now=later + MINUTE)
    assert sessions.attendance(session, held.row)[held.members[1].row.id or 0].left_at is None
    assert len(session.exec(select(Attendance)).all()) == 3


def test_only_members_in_office_are_there(session: Session, now: datetime) -> None:
    held = brought_to(session, Step.ANNOUNCED, now)
    other = make_cycle(session, now)
    foreign = make_council(session, other, now=now)[0]
    for stranger in (foreign.row.public_id, "nosuchmemb"):
        with pytest.raises(NotFound), session.begin_nested():
            sessions.begin(session, COORDINATOR, held.row.public_id, [*ids(held, 0), stranger], now=now)
    session.expire_all()
    assert step_of(held.row) is Step.ANNOUNCED
    assert session.exec(select(Attendance)).all() == []


def test_who_is_dismissed_is_there_no_more_and_was_there_for_ever(session: Session, now: datetime) -> None:
    held = underway(session, now, size=6)
    gone = held.members[5].row
    members.dismiss(session, COORDINATOR, gone.public_id, reason="Қызметінен босады.", now=now + MINUTE)
    assert gone.id not in {one.id for one in sessions.present_now(session, held.row, now=now + MINUTE)}
    sessions.mark_present(session, COORDINATOR, held.row.public_id, ids(held, 0, 1, 2), now=now + 2 * MINUTE)
    assert sessions.attendance(session, held.row)[gone.id or 0].arrived_at == now


# --- two coordinators ---------------------------------------------------------------------------------------------


def test_the_second_of_two_coordinators_is_told_and_overwrites_nothing(
    session: Session, now: datetime
) -> None:
    held = ready_to_announce(session, now)
    public_id, seen = held.row.public_id, held.row.revision
    first = sessions.change(
        session, COORDINATOR, public_id, elsewhere(now, "Бірінші"), revision=seen, now=now
    )
    with pytest.raises(SessionChanged):
        sessions.change(session, COORDINATOR, public_id, elsewhere(now, "Екінші"), revision=seen, now=now)
    assert (first.place_kk, first.revision) == ("Бірінші", seen + 1)


def test_a_change_of_the_agenda_counts_as_one_of_the_session(session: Session, now: datetime) -> None:
    held = ready_to_announce(session, now)
    seen = held.row.revision
    item = held.items(session)[0]
    agenda.change_motion(session, COORDINATOR, item.public_id, council.admission(), revision=seen, now=now)
    for act in (
        lambda: sessions.change(
            session, COORDINATOR, held.row.public_id, elsewhere(now), revision=seen, now=now
        ),
        lambda: agenda.change_motion(
            session, COORDINATOR, item.public_id, council.rejection(held.projects[0]), revision=seen, now=now
        ),
    ):
        with pytest.raises(SessionChanged):
            act()
    assert item.reason_kk == ""


def test_every_act_on_a_session_raises_its_revision(session: Session, now: datetime) -> None:
    held = ready_to_announce(session, now)
    seen = [held.row.revision]
    for name in ("announce", "begin", "attendance", "open_votes", "close_votes", "close"):
        STEPS[name](session, held, now)
        seen.append(held.row.revision)
    assert seen == sorted(set(seen))


@pytest.mark.race
def test_of_two_coordinators_saving_at_once_one_is_told(database: Database, now: datetime) -> None:
    with database.writing() as session:
        held = ready_to_announce(session, now)
        seen = held.row.revision
        item = held.items(session)[0]

    def save(name: str) -> Callable[[Session], Any]:
        return lambda s: sessions.change(
            s, COORDINATOR, held.row.public_id, elsewhere(now, name), revision=seen, now=now
        )

    def write(s: Session) -> Any:
        motion = council.rejection(held.projects[0])
        return agenda.change_motion(s, COORDINATOR, item.public_id, motion, revision=seen, now=now)

    refused = at_once(database, save("Бірінші"), save("Екінші"), write)
    assert [type(refusal) for refusal in refused] == [SessionChanged] * 2
    with database.reading() as session:
        row = sessions.by_public_id(session, held.row.public_id)
        changed = [row.place_kk == "Бірінші", row.place_kk == "Екінші"]
        changed.append(agenda.items_of(session, row)[0].reason_kk != "")
    assert (changed.count(True), row.revision) == (1, seen + 1)


@pytest.mark.race
def test_a_session_begun_by_two_at_once_begins_once(database: Database, now: datetime) -> None:
    with database.writing() as session:
        held = ready_to_announce(session, now)
        STEPS["announce"](session, held, now)
    refused = at_once(database, *[lambda s: STEPS["begin"](s, held, now)] * 3)
    assert [type(refusal) for refusal in refused] == [SessionStep] * 2
    with database.reading() as session:
        assert len(session.exec(select(Attendance)).all()) == 5


@pytest.mark.race
def test_an_item_taken_off_by_two_at_once_is_gone_and_the_second_is_told(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        held = ready_to_announce(session, now)
        item = held.items(session)[0]
    refused = at_once(database, *[lambda s: agenda.take_off(s, COORDINATOR, item.public_id, now=now)] * 3)
    assert [type(refusal) for refusal in refused] == [NotFound] * 2
    with database.reading() as session:
        assert agenda.items_of(session, held.row) == []


@pytest.mark.race
def test_coordinators_and_members_who_act_at_once_never_wait_in_a_circle(
    database: Database, now: datetime
) -> None:
    """Each act locks the cycle before anything else of it, and writes the log after that."""
    with database.writing() as session:
        held = underway(session, now, projects=2, size=7)
        row, [item, _] = held.row.public_id, held.items(session)
        accounts = [council.make_account(session) for _ in range(4)]
    public_ids = [one.row.public_id for one in held.members]

    def appoint(s: Session, actor: Actor) -> Any:
        who = council.appointment(actor, 7)  # a resident's seat: the rule about the akimat holds
        who = replace(who, kind=MemberKind.RESIDENT)
        return members.appoint(s, COORDINATOR, held.cycle.slug, who, now=now)

    acts: list[Callable[[Session], Any]] = [
        *(lambda s, a=actor: appoint(s, a) for actor in accounts),
        *(lambda s, m=one: members.declare(s, m.actor, held.cycle, {}, now=now) for one in held.members[:3]),
        *[lambda s: sessions.mark_present(s, COORDINATOR, row, public_ids, now=now)] * 3,
        lambda s: votes.open_items(s, COORDINATOR, row, [item.public_id], now=now),
        lambda s: plan_session(s, held.cycle, now=now),
        lambda s: council.submit(s, held.cycle, now=now),
    ]
    assert at_once(database, *acts) == []
    with database.reading() as session:
        assert len(members.of_cycle(session, held.cycle.id or 0)) == 11


def test_what_was_not_put_to_the_vote_waits_for_another_session(session: Session, now: datetime) -> None:
    held = underway(session, now, projects=2)
    first, second = held.items(session)
    votes.open_items(session, COORDINATOR, held.row.public_id, [first.public_id], now=now)
    council.vote(session, first, held.members, now=now)
    votes.close_items(session, COORDINATOR, held.row.public_id, now=now)
    sessions.close(session, COORDINATOR, held.row.public_id, now=now)
    assert (first.result, second.result, second.opened_at) == (ItemResult.CARRIED, None, None)
    assert agenda.may_be_put(session, held.cycle) == [held.projects[1]]
    again = plan_session(session, held.cycle, now=now)
    assert agenda.fill(session, COORDINATOR, again.public_id, now=now) == 1
