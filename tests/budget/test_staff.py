"""Staff: adding, signing in, and a back-off that slows guessing down without shutting anyone out."""

import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from budget import audit, staff
from budget.errors import EmailTaken, SignInRefused, TooManySignIns, WeakPassword
from budget.keys import KeyRing
from models.enums import Role
from models.people import SignInFailure, Staff
from models.service import AuditEvent

KEYS = KeyRing(Path("keys"), b"v" * 32, b"r" * 32)
PASSWORD = "correct horse battery"


def add(session, now, **other):
    given = {"email": "chair@demo.kz", "name": "Demo chair", "role": Role.COUNCIL, "password": PASSWORD}
    return staff.add(session, now=now, **{**given, **other})


def test_a_fresh_installation_has_no_account(session):
    assert session.exec(select(Staff)).all() == []


def test_a_member_signs_in_with_e_mail_and_password(session, now):
    member = add(session, now)
    assert staff.authenticate(session, email=" Chair@Demo.KZ ", password=PASSWORD) is member


@pytest.mark.parametrize(
    ("email", "password"), [("chair@demo.kz", "wrong horse battery"), ("nobody@demo.kz", PASSWORD), ("", "")]
)
def test_a_refusal_never_says_what_was_wrong(session, now, email, password):
    add(session, now)
    with pytest.raises(SignInRefused) as refusal:
        staff.authenticate(session, email=email, password=password)
    assert refusal.value.facts == {}


def test_a_disabled_member_is_refused_like_an_unknown_one(session, now):
    add(session, now).disabled_at = now
    session.flush()
    with pytest.raises(SignInRefused):
        staff.authenticate(session, email="chair@demo.kz", password=PASSWORD)


def test_the_password_is_kept_as_argon2id_with_our_parameters(session, now):
    kept = add(session, now).password_hash
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert staff._NOBODY.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert PASSWORD not in kept


def test_an_unknown_e_mail_takes_as_long_as_a_wrong_password(session, now):
    add(session, now)

    def seconds(email):
        best = 9.0
        for _ in range(5):
            started = time.perf_counter()
            with pytest.raises(SignInRefused):
                staff.authenticate(session, email=email, password="wrong horse battery")
            best = min(best, time.perf_counter() - started)
        return best

    assert 0.5 < seconds("nobody@demo.kz") / seconds("chair@demo.kz") < 2


def test_short_passwords_are_refused(session, now):
    with pytest.raises(WeakPassword) as refusal:
        add(session, now, password="eleven char")
    assert refusal.value.facts == {"minimum": 12}
    add(session, now, password="twelve chars")


def test_an_e_mail_belongs_to_one_member(session, now):
    add(session, now)
    with pytest.raises(EmailTaken):
        add(session, now, email="CHAIR@demo.kz", name="Another")
    assert len(session.exec(select(Staff)).all()) == 1  # and the transaction lives on


def test_adding_is_recorded_without_e_mail_and_password(session, now):
    member = add(session, now)
    event = session.exec(select(AuditEvent)).one()
    assert (event.action, event.subject) == ("staff.add", f"staff:{member.id}")
    assert "demo.kz" not in event.facts
    assert audit.verify(session) == []


def test_five_failures_are_free_and_then_the_wait_grows_up_to_a_minute(session, now):
    at, waits = now, []
    for _ in range(13):
        try:
            staff.note_attempt(session, KEYS, email="chair@demo.kz", now=at)
        except TooManySignIns as refusal:
            wait = refusal.facts["wait_seconds"]
            waits.append(wait)
            at += timedelta(seconds=wait)
            staff.note_attempt(session, KEYS, email="chair@demo.kz", now=at)
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]


def test_a_refused_attempt_does_not_lengthen_the_wait(session, now):
    for _ in range(5):
        staff.note_attempt(session, KEYS, email="chair@demo.kz", now=now)
    for _ in range(50):
        with pytest.raises(TooManySignIns):
            staff.note_attempt(session, KEYS, email="chair@demo.kz", now=now + timedelta(seconds=1))
    staff.note_attempt(session, KEYS, email="chair@demo.kz", now=now + timedelta(seconds=2))


def test_failures_on_one_e_mail_slow_down_no_other(session, now):
    for _ in range(5):
        staff.note_attempt(session, KEYS, email="chair@demo.kz", now=now)
    staff.note_attempt(session, KEYS, email="other@demo.kz", now=now)


def test_a_right_password_and_an_hour_forget_failures(session, now):
    for _ in range(5):
        staff.note_attempt(session, KEYS, email="chair@demo.kz", now=now)
    staff.forget_failures(session, KEYS, email="Chair@demo.kz")
    for _ in range(5):
        staff.note_attempt(session, KEYS, email="chair@demo.kz", now=now)
    staff.note_attempt(session, KEYS, email="chair@demo.kz", now=now + timedelta(hours=1))
    assert staff.forget_old(session, now + timedelta(hours=1)) == 5


def test_the_table_of_failures_holds_no_e_mail(session, now):
    staff.note_attempt(session, KEYS, email="chair@demo.kz", now=now)
    assert b"chair" not in session.exec(select(SignInFailure)).one().email_key


@pytest.mark.race
def test_simultaneous_guesses_do_not_slip_past_the_back_off(database, now):
    allowed = []

    def guess():
        try:
            with database.writing() as session:
                staff.note_attempt(session, KEYS, email="chair@demo.kz", now=now)
            allowed.append(1)
        except TooManySignIns:
            pass

    threads = [threading.Thread(target=guess) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(allowed) == 5
