"""Sessions of staff and residents: when they end, what is stored, and that they cost one query."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from budget import staff, web_sessions
from budget.permissions import Actor
from models.enums import Role
from models.people import Resident, SignInFailure, WebSession
from tests.harness.queries import asking_in, counted


@pytest.fixture
def resident(session, now):
    row = Resident(roll_key=b"k" * 32, birth_on=date(1980, 1, 1), imported_at=now)
    session.add(row)
    session.flush()
    return row


@pytest.fixture
def member(session, now):
    return staff.add(
        session, email="a@demo.kz", name="Demo", role=Role.COUNCIL, password="twelve letters", now=now
    )


def test_a_token_finds_its_person(session, now, resident, member):
    of_resident = web_sessions.start(session, now=now, resident_id=resident.id)
    of_member = web_sessions.start(session, now=now, staff_id=member.id)
    assert web_sessions.find(asking_in(session), of_resident, now=now).actor == Actor(
        Role.RESIDENT, resident.id
    )
    assert web_sessions.find(asking_in(session), of_member, now=now).actor == Actor(
        Role.COUNCIL, member.id, "Demo"
    )
    assert web_sessions.find(asking_in(session), "another", now=now) is None


def test_the_table_does_not_hold_the_token(session, now, resident):
    token = web_sessions.start(session, now=now, resident_id=resident.id)
    row = session.exec(select(WebSession)).one()
    assert token.encode() not in row.token_hash
    assert token != web_sessions.start(session, now=now, resident_id=resident.id)


@pytest.mark.parametrize(("who", "minutes"), [("staff", 30), ("resident", 20)])
def test_a_session_ends_when_it_is_not_used(session, now, resident, member, who, minutes):
    owner = {"staff_id": member.id} if who == "staff" else {"resident_id": resident.id}
    token = web_sessions.start(session, now=now, **owner)
    last = now + timedelta(minutes=minutes)
    assert web_sessions.find(asking_in(session), token, now=last - timedelta(seconds=1)) is not None
    assert web_sessions.find(asking_in(session), token, now=last) is None


@pytest.mark.parametrize(("who", "hours"), [("staff", 8), ("resident", 2)])
def test_a_session_ends_at_last_although_it_is_used(session, now, resident, member, who, hours):
    owner = {"staff_id": member.id} if who == "staff" else {"resident_id": resident.id}
    token = web_sessions.start(session, now=now, **owner)
    at, last = now, now + timedelta(hours=hours)
    while at < last:
        found = web_sessions.find(asking_in(session), token, now=at)
        assert found is not None
        assert found.ends_at <= last
        web_sessions.touch(session, found.session_id, now=at)
        session.expire_all()
        at += timedelta(minutes=10)
    assert web_sessions.find(asking_in(session), token, now=last) is None


def test_use_is_noted_once_a_minute(session, now, resident):
    token = web_sessions.start(session, now=now, resident_id=resident.id)
    found = web_sessions.find(asking_in(session), token, now=now)
    assert not found.is_stale(now + timedelta(seconds=59))
    assert found.is_stale(now + timedelta(seconds=60))


def test_a_disabled_member_is_signed_out(session, now, member):
    token = web_sessions.start(session, now=now, staff_id=member.id)
    member.disabled_at = now
    session.flush()
    assert web_sessions.find(asking_in(session), token, now=now) is None


def test_after_signing_out_the_token_opens_nothing(session, now, resident):
    token = web_sessions.start(session, now=now, resident_id=resident.id)
    web_sessions.end(session, token)
    session.expire_all()
    assert web_sessions.find(asking_in(session), token, now=now) is None


def test_finding_a_session_is_one_query(session, now, member):
    token = web_sessions.start(session, now=now, staff_id=member.id)
    session.commit()
    session.expunge_all()
    with counted(session.get_bind()) as statements:
        assert web_sessions.find(asking_in(session), token, now=now) is not None
    assert len(statements) == 1


def test_what_is_over_is_deleted_and_what_lives_is_kept(session, now, resident, member):
    web_sessions.start(session, now=now - timedelta(minutes=20), resident_id=resident.id)
    web_sessions.start(session, now=now - timedelta(minutes=30), staff_id=member.id)
    living = {
        web_sessions.start(session, now=now - timedelta(minutes=19), resident_id=resident.id),
        web_sessions.start(session, now=now - timedelta(minutes=29), staff_id=member.id),
    }
    session.add(SignInFailure(email_key=b"e" * 32, failed_at=now - timedelta(hours=1)))
    session.flush()
    assert web_sessions.forget_old(session, now) == {
        "web_session": 2,
        "login_code": 0,
        "eds_challenge": 0,
        "sign_in_failure": 1,
        "notice": 0,
    }
    session.expire_all()
    assert all(web_sessions.find(asking_in(session), token, now=now) for token in living)


def test_after_a_ballot_five_minutes_are_left_at_most(session, now, resident):
    token = web_sessions.start(session, now=now, resident_id=resident.id)
    another = web_sessions.start(session, now=now, resident_id=resident.id)
    found = web_sessions.find(asking_in(session), token, now=now)
    web_sessions.end_after_ballot(session, found.session_id, now=now)
    session.expire_all()
    last = now + timedelta(minutes=5)
    assert web_sessions.find(asking_in(session), token, now=now).ends_at == last
    assert web_sessions.find(asking_in(session), token, now=last) is None
    assert web_sessions.find(asking_in(session), another, now=last) is not None
    web_sessions.end_after_ballot(session, found.session_id, now=now + timedelta(minutes=4))
    session.expire_all()
    assert web_sessions.find(asking_in(session), token, now=last) is None
