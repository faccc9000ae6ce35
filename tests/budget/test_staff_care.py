"""What a coordinator does with the accounts of others, and what not even a coordinator can do."""

import threading

import pytest
from sqlmodel import select

from budget import staff, staff_care, web_sessions
from budget.errors import (
    AlreadyDone,
    BudgetRefusal,
    LastCoordinator,
    NotFound,
    NotPermitted,
    OwnAccount,
    ReasonRequired,
    SignInRefused,
)
from budget.permissions import SYSTEM, Actor
from models.enums import Role
from models.people import Staff
from models.service import AuditEvent
from tests.harness.queries import asking_in

PASSWORD = "twelve letters"


def add(session, now, email, role=Role.COUNCIL):
    return staff.add(session, email=email, name="Demo", role=role, password=PASSWORD, now=now)


def as_actor(member):
    return Actor(member.role, member.id, member.name)


@pytest.fixture
def coordinator(session, now):
    return add(session, now, "coordinator@demo.kz", Role.COORDINATOR)


def sign_in(session, member):
    return staff.authenticate(session, email=member.email, password=PASSWORD)


def test_a_disabled_account_is_signed_out_and_can_come_back(session, now, coordinator):
    member = add(session, now, "a@demo.kz")
    token = web_sessions.start(session, now=now, staff_id=member.id)
    staff_care.disable(session, as_actor(coordinator), member.id, now=now)
    with pytest.raises(SignInRefused):
        sign_in(session, member)
    staff_care.enable(session, as_actor(coordinator), member.id, now=now)
    assert sign_in(session, member) is member
    assert (
        web_sessions.find(asking_in(session), token, now=now) is None
    )  # the old session does not come back with it
    acts = [
        (e.action, e.actor_id, e.subject) for e in session.exec(select(AuditEvent).order_by(AuditEvent.id))
    ]
    assert acts[2:] == [
        ("staff.disable", coordinator.id, f"staff:{member.id}"),
        ("staff.enable", coordinator.id, f"staff:{member.id}"),
    ]


def test_disabling_twice_tells_when_it_was_done(session, now, coordinator):
    member = add(session, now, "a@demo.kz")
    staff_care.disable(session, as_actor(coordinator), member.id, now=now)
    with pytest.raises(AlreadyDone) as refusal:
        staff_care.disable(session, as_actor(coordinator), member.id, now=now)
    assert refusal.value.facts == {"at": now}


def test_nobody_does_it_to_the_own_account(session, now, coordinator):
    add(session, now, "other@demo.kz", Role.COORDINATOR)
    me = as_actor(coordinator)
    with pytest.raises(OwnAccount):
        staff_care.disable(session, me, coordinator.id, now=now)
    with pytest.raises(OwnAccount):
        staff_care.enable(session, me, coordinator.id, now=now)
    with pytest.raises(OwnAccount):
        staff_care.reset_second_factor(session, me, coordinator.id, reason="x", now=now)


def test_the_last_coordinator_who_can_sign_in_stays(session, now, coordinator):
    other = add(session, now, "other@demo.kz", Role.COORDINATOR)
    staff_care.disable(session, SYSTEM, other.id, now=now)
    with pytest.raises(LastCoordinator):
        staff_care.disable(session, SYSTEM, coordinator.id, now=now)
    staff_care.enable(session, SYSTEM, other.id, now=now)
    staff_care.disable(session, SYSTEM, coordinator.id, now=now)


def test_a_reset_needs_a_reason(session, now, coordinator):
    member = add(session, now, "a@demo.kz")
    with pytest.raises(ReasonRequired):
        staff_care.reset_second_factor(session, as_actor(coordinator), member.id, reason=" ", now=now)


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.COORDINATOR, Role.SYSTEM)])
def test_only_a_coordinator_does_any_of_it(session, now, role, coordinator):
    member = add(session, now, "a@demo.kz")
    somebody = Actor(role, 4711)
    for act in (
        lambda: staff_care.disable(session, somebody, member.id, now=now),
        lambda: staff_care.enable(session, somebody, member.id, now=now),
        lambda: staff_care.reset_second_factor(session, somebody, member.id, reason="x", now=now),
    ):
        with pytest.raises(NotPermitted):
            act()


def test_an_unknown_account_is_not_found(session, now):
    with pytest.raises(NotFound):
        staff_care.disable(session, SYSTEM, 77, now=now)


@pytest.mark.race
def test_two_coordinators_who_disable_each_other_do_not_both_succeed(database, now):
    with database.writing() as session:
        pair = [add(session, now, f"{name}@demo.kz", Role.COORDINATOR) for name in "ab"]
        actors = [as_actor(member) for member in pair]
    refusals = []

    def disable_the_first():
        try:
            with database.writing() as session:
                staff_care.disable(session, actors[1], pair[0].id, now=now)
        except BudgetRefusal as refusal:
            refusals.append(refusal)

    second = threading.Thread(target=disable_the_first)
    with database.writing() as session:
        staff_care.disable(session, actors[0], pair[1].id, now=now)
        second.start()
        second.join(0.5)  # it looks at the coordinators now, and must wait for what is decided here
    second.join()
    assert [type(refusal) for refusal in refusals] == [LastCoordinator]
    with database.reading() as session:
        able = session.exec(select(Staff).where(Staff.disabled_at == None)).all()  # noqa: E711  # SQL's NULL
    assert len(able) == 1
