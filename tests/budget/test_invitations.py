"""Invitations: a link is good once and for seven days, and the table does not give it away."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import select

from budget import invitations, staff
from budget.errors import BudgetRefusal, EmailTaken, InvitationOver, NotFound, NotPermitted
from budget.permissions import SYSTEM, Actor
from models.enums import Language, Role
from models.people import Invitation, Staff
from models.service import AuditEvent

HASH = staff.hashed("twelve letters and more")
WEEK = timedelta(days=7)
SECOND = timedelta(seconds=1)


def invite(session, now, actor=SYSTEM, **other):
    given = {
        "email": "New@Demo.kz",
        "name": " Demo ",
        "role": Role.OPERATOR,
        "language": Language.RU,
        **other,
    }
    return invitations.invite(session, actor, now=now, **given)


def why(session, token, now):
    with pytest.raises(InvitationOver) as refusal:
        invitations.by_token(session, token, now=now)
    with pytest.raises(InvitationOver):
        invitations.accept(session, token, password_hash=HASH, now=now)
    return refusal.value.facts["why"]


def test_the_link_makes_the_account_that_was_meant(session, now):
    row, token = invite(session, now)
    member = invitations.accept(session, token, password_hash=HASH, now=now + WEEK - SECOND)
    assert (member.email, member.name, member.role, member.language) == (
        "new@demo.kz",
        "Demo",
        Role.OPERATOR,
        Language.RU,
    )
    assert staff.authenticate(session, email="new@demo.kz", password="twelve letters and more") is member
    acts = [
        (e.action, e.actor_id, e.subject) for e in session.exec(select(AuditEvent).order_by(AuditEvent.id))
    ]
    assert acts == [
        ("staff.invite", None, f"invitation:{row.id}"),
        ("staff.accept", member.id, f"staff:{member.id}"),
    ]


def test_a_link_is_good_once(session, now):
    _, token = invite(session, now)
    invitations.accept(session, token, password_hash=HASH, now=now)
    assert why(session, token, now) == "used"


def test_a_link_is_good_for_seven_days(session, now):
    _, token = invite(session, now)
    assert invitations.by_token(session, token, now=now + WEEK - SECOND).email == "new@demo.kz"
    assert why(session, token, now + WEEK) == "expired"


def test_a_withdrawn_link_opens_nothing(session, now):
    row, token = invite(session, now)
    invitations.withdraw(session, SYSTEM, row.id, now=now)
    assert why(session, token, now) == "withdrawn"
    with pytest.raises(InvitationOver):
        invitations.withdraw(session, SYSTEM, row.id, now=now)


def test_a_second_invitation_withdraws_the_first(session, now):
    _, first = invite(session, now)
    _, second = invite(session, now, email="NEW@demo.kz")
    assert why(session, first, now) == "withdrawn"
    invitations.accept(session, second, password_hash=HASH, now=now)


def test_an_unknown_link_and_number_are_not_found(session, now):
    with pytest.raises(NotFound):
        invitations.by_token(session, "nothing", now=now)
    with pytest.raises(NotFound):
        invitations.accept(session, "nothing", password_hash=HASH, now=now)
    with pytest.raises(NotFound):
        invitations.withdraw(session, SYSTEM, 77, now=now)


def test_who_has_an_account_is_not_invited(session, now):
    staff.add(session, email="new@demo.kz", name="D", role=Role.COUNCIL, password="twelve letters", now=now)
    with pytest.raises(EmailTaken):
        invite(session, now)


def test_an_account_made_meanwhile_is_not_overwritten(session, now):
    _, token = invite(session, now)
    staff.add(session, email="new@demo.kz", name="D", role=Role.COUNCIL, password="twelve letters", now=now)
    with pytest.raises(EmailTaken):
        invitations.accept(session, token, password_hash=HASH, now=now)


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.COORDINATOR, Role.SYSTEM)])
def test_only_a_coordinator_invites_and_withdraws(session, now, role):
    row, _ = invite(session, now)
    with pytest.raises(NotPermitted):
        invite(session, now, Actor(role, 1), email="x@demo.kz")
    with pytest.raises(NotPermitted):
        invitations.withdraw(session, Actor(role, 1), row.id, now=now)


@pytest.mark.parametrize("role", [Role.VISITOR, Role.RESIDENT, Role.SYSTEM])
def test_nobody_is_invited_to_what_is_no_role_of_staff(session, now, role):
    with pytest.raises(ValueError, match="no role of staff"):
        invite(session, now, role=role)


def test_neither_table_nor_log_hold_the_token_or_the_e_mail_twice(session, now):
    _, token = invite(session, now)
    session.flush()
    stored = repr(session.connection().execute(sa.text("SELECT * FROM invitation")).all())
    assert token not in stored
    log = [event.facts for event in session.exec(select(AuditEvent))]
    assert log == ['{"role":"operator"}']


@pytest.mark.race
def test_a_link_posted_many_times_at_once_makes_one_account(database, now):
    with database.writing() as session:
        _, token = invite(session, now)
    together, made, refusals = threading.Barrier(8), [], []

    def use():
        together.wait()
        try:
            with database.writing() as session:
                invitations.accept(session, token, password_hash=HASH, now=now)
            made.append(1)
        except BudgetRefusal as refusal:
            refusals.append((type(refusal), refusal.facts))

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert refusals == [(InvitationOver, {"why": "used"})] * 7
    with database.reading() as session:
        assert len(session.exec(select(Staff)).all()) == 1
        assert session.exec(select(Invitation)).one().accepted_at == now
