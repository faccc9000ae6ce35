"""The second factor: the app's code is good once, a recovery code is good once, and a dump opens nothing."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import select

from budget import second_factor, staff, web_sessions
from budget.errors import SecondFactorRefused
from budget.identity import totp
from budget.keys import KeyRing
from budget.permissions import Actor
from models.enums import Role
from models.people import RecoveryCode, Staff
from models.service import AuditEvent
from tests.harness.queries import asking_in

KEYS = KeyRing(Path("keys"), b"v" * 32, b"r" * 32)
KEY = b"t" * 32
SECRET = totp.new_secret()
STEP = timedelta(seconds=30)


def add(session, now, email="chair@demo.kz"):
    return staff.add(session, email=email, name="Demo", role=Role.COUNCIL, password="twelve letters", now=now)


@pytest.fixture
def member(session, now):
    """An account whose app was set up an hour ago."""
    member = add(session, now)
    set_up(session, member, now - timedelta(hours=1))
    return member


def set_up(session, member, at):
    return second_factor.set_up(session, KEYS, KEY, member, secret=SECRET, code=code_at(at), now=at)


def code_at(at):
    return totp.code_of(SECRET, totp.step_at(at))


def check(session, member, code, now, key=KEY):
    return second_factor.check(session, KEYS, key, member, code, now=now)


def refused(session, member, code, now, key=KEY):
    with pytest.raises(SecondFactorRefused) as refusal:
        check(session, member, code, now, key)
    return refusal.value.facts["why"]


def test_the_code_of_the_app_is_good_and_grouping_does_not_matter(session, member, now):
    code = code_at(now)
    assert check(session, member, f" {code[:3]} {code[3:]} ", now) is False


def test_a_code_is_good_once(session, member, now):
    check(session, member, code_at(now), now)
    assert refused(session, member, code_at(now), now) == "used"
    assert refused(session, member, code_at(now), now + STEP) == "used"


def test_a_code_older_than_one_used_is_refused(session, member, now):
    check(session, member, code_at(now), now)
    assert refused(session, member, code_at(now - STEP), now) == "used"
    assert check(session, member, code_at(now + STEP), now) is False


def test_the_code_that_confirmed_the_app_does_not_sign_in(session, now):
    member = add(session, now)
    set_up(session, member, now)
    assert refused(session, member, code_at(now), now) == "used"


@pytest.mark.parametrize(("late", "is_good"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_phone_may_be_one_step_off(session, member, now, late, is_good):
    code = code_at(now + late * STEP)
    if is_good:
        assert check(session, member, code, now) is False
    else:
        assert refused(session, member, code, now) == "wrong"


@pytest.mark.parametrize("code", ["", "000", "abcdef", "1234567", "123456789012", "x" * 500])
def test_what_is_no_code_is_refused(session, member, now, code):
    assert refused(session, member, code, now) == "wrong"


def test_without_a_second_factor_no_code_is_right(session, now):
    assert refused(session, add(session, now), code_at(now), now) == "wrong"


def test_a_wrong_first_code_sets_nothing_up(session, now):
    member = add(session, now)
    wrong = f"{(int(code_at(now)) + 1) % 1_000_000:06d}"
    with pytest.raises(SecondFactorRefused):
        second_factor.set_up(session, KEYS, KEY, member, secret=SECRET, code=wrong, now=now)
    assert member.totp_secret is None
    assert session.exec(select(RecoveryCode)).all() == []


# --- at rest ------------------------------------------------------------------------------------------------


def test_the_database_holds_neither_secret_nor_codes(session, now):
    member = add(session, now)
    codes = set_up(session, member, now)
    session.flush()
    stored = repr(session.connection().execute(sa.text("SELECT * FROM staff")).all())
    stored += repr(session.connection().execute(sa.text("SELECT * FROM recovery_code")).all())
    stored += repr([event.facts for event in session.exec(select(AuditEvent))])
    assert SECRET not in stored
    assert not any(code in stored for code in codes)
    assert len(codes) == len(set(codes)) == 10
    assert {len(code) for code in codes} == {12}


def test_the_secret_opens_with_its_key_and_on_its_account_only(session, member, now):
    assert refused(session, member, code_at(now), now, key=b"x" * 32) == "wrong"
    other = add(session, now, "other@demo.kz")
    other.totp_secret = member.totp_secret
    session.flush()
    assert refused(session, other, code_at(now), now) == "wrong"
    assert check(session, member, code_at(now), now) is False


# --- recovery codes -----------------------------------------------------------------------------------------


def test_a_recovery_code_stands_in_for_the_app_once(session, now):
    member = add(session, now)
    codes = set_up(session, member, now)
    typed = f"{codes[0][:4]}-{codes[0][4:8]} {codes[0][8:]}"
    assert check(session, member, typed, now) is True
    assert refused(session, member, codes[0], now) == "wrong"
    assert second_factor.codes_left(session, member) == 9
    assert check(session, member, codes[1], now) is True


def test_a_recovery_code_is_its_owners(session, now):
    codes = set_up(session, add(session, now), now)
    other = add(session, now, "other@demo.kz")
    set_up(session, other, now)
    assert refused(session, other, codes[0], now) == "wrong"


def test_new_recovery_codes_end_the_old_ones(session, now):
    member = add(session, now)
    old = set_up(session, member, now)
    new = second_factor.renew_codes(session, KEYS, member, now=now)
    assert not set(old) & set(new)
    assert refused(session, member, old[0], now) == "wrong"
    assert check(session, member, new[0], now) is True


def test_what_was_done_is_in_the_log(session, now):
    member = add(session, now)
    codes = set_up(session, member, now)
    check(session, member, codes[0], now)
    acts = [(event.action, event.facts) for event in session.exec(select(AuditEvent).order_by(AuditEvent.id))]
    assert acts[1:] == [
        ("staff.second_factor", "{}"),
        ("staff.recovery_codes", "{}"),
        ("staff.recovery_code", '{"left":9}'),
    ]


def test_a_reset_takes_everything_away_and_signs_out(session, member, now):
    token = web_sessions.start(session, now=now, staff_id=member.id)
    coordinator = Actor(Role.COORDINATOR, 99, "Demo")
    second_factor.reset(session, coordinator, member, reason="Lost the phone", now=now)
    session.expire_all()
    assert (member.totp_secret, member.totp_confirmed_at, member.totp_last_step) == (None, None, None)
    assert second_factor.codes_left(session, member) == 0
    assert web_sessions.find(asking_in(session), token, now=now) is None
    event = session.exec(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert (event.action, event.actor_id, event.facts) == (
        "staff.reset_totp",
        99,
        '{"reason":"Lost the phone"}',
    )


# --- two at once --------------------------------------------------------------------------------------------


@pytest.mark.race
@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_of_many_simultaneous_uses_of_one_code_one_is_good(database, now, kind):
    with database.writing() as session:
        member = add(session, now)
        codes = set_up(session, member, now - timedelta(hours=1))
        number = member.id
    code = code_at(now) if kind == "app" else codes[0]
    together, good = threading.Barrier(12), []

    def use():
        together.wait()
        try:
            with database.writing() as session:
                check(session, session.get(Staff, number), code, now)
            good.append(1)
        except SecondFactorRefused:
            pass

    threads = [threading.Thread(target=use) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(good) == 1
