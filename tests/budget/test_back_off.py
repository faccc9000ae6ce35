"""The back-off: guessing slows down, and nobody is shut out by somebody else's guesses."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from budget import back_off
from budget.back_off import Guess
from budget.errors import TooManySignIns
from budget.keys import KeyRing
from models.people import SignInFailure

KEYS = KeyRing(Path("keys"), b"v" * 32, b"r" * 32)


def test_five_failures_are_free_and_then_the_wait_grows_up_to_a_minute(session, now):
    at, waits = now, []
    for _ in range(13):
        try:
            back_off.note_attempt(session, KEYS, email="chair@demo.kz", now=at)
        except TooManySignIns as refusal:
            wait = refusal.facts["wait_seconds"]
            waits.append(wait)
            at += timedelta(seconds=wait)
            back_off.note_attempt(session, KEYS, email="chair@demo.kz", now=at)
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]


def test_a_refused_attempt_does_not_lengthen_the_wait(session, now):
    for _ in range(5):
        back_off.note_attempt(session, KEYS, email="chair@demo.kz", now=now)
    for _ in range(50):
        with pytest.raises(TooManySignIns):
            back_off.note_attempt(session, KEYS, email="chair@demo.kz", now=now + timedelta(seconds=1))
    back_off.note_attempt(session, KEYS, email="chair@demo.kz", now=now + timedelta(seconds=2))


def test_failures_on_one_e_mail_slow_down_no_other(session, now):
    for _ in range(5):
        back_off.note_attempt(session, KEYS, email="chair@demo.kz", now=now)
    back_off.note_attempt(session, KEYS, email="other@demo.kz", now=now)


def test_a_right_password_and_an_hour_forget_failures(session, now):
    for _ in range(5):
        back_off.note_attempt(session, KEYS, email="chair@demo.kz", now=now)
    back_off.forget_failures(session, KEYS, email="Chair@demo.kz")
    for _ in range(5):
        back_off.note_attempt(session, KEYS, email="chair@demo.kz", now=now)
    back_off.note_attempt(session, KEYS, email="chair@demo.kz", now=now + timedelta(hours=1))
    assert back_off.forget_old(session, now + timedelta(hours=1)) == 5


def test_the_table_of_failures_holds_no_e_mail(session, now):
    back_off.note_attempt(session, KEYS, email="chair@demo.kz", now=now)
    assert b"chair" not in session.exec(select(SignInFailure)).one().email_key


@pytest.mark.race
def test_simultaneous_guesses_do_not_slip_past_the_back_off(database, now):
    allowed = []

    def guess():
        try:
            with database.writing() as session:
                back_off.note_attempt(session, KEYS, email="chair@demo.kz", now=now)
            allowed.append(1)
        except TooManySignIns:
            pass

    threads = [threading.Thread(target=guess) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(allowed) == 5


def test_passwords_codes_and_step_ups_are_counted_apart(session, now):
    for _ in range(5):
        back_off.note_attempt(session, KEYS, email="chair@demo.kz", now=now)
    for guess, field in ((Guess.CODE, "code"), (Guess.STEP_UP, "current_password")):
        for _ in range(5):
            back_off.note_attempt(session, KEYS, email="chair@demo.kz", now=now, guess=guess)
        with pytest.raises(TooManySignIns) as refusal:
            back_off.note_attempt(session, KEYS, email="chair@demo.kz", now=now, guess=guess)
        assert refusal.value.field == field


def test_a_right_password_does_not_forget_wrong_codes(session, now):
    for _ in range(5):
        back_off.note_attempt(session, KEYS, email="chair@demo.kz", now=now, guess=Guess.CODE)
    back_off.forget_failures(session, KEYS, email="chair@demo.kz")
    with pytest.raises(TooManySignIns):
        back_off.note_attempt(session, KEYS, email="chair@demo.kz", now=now, guess=Guess.CODE)
    back_off.forget_failures(session, KEYS, email="chair@demo.kz", guess=Guess.CODE)
    back_off.note_attempt(session, KEYS, email="chair@demo.kz", now=now, guess=Guess.CODE)
