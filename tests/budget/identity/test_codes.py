"""One-time codes: what is stored, how often they are sent, and how many guesses anyone has."""

import random
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from budget.errors import CodeExpired, CodeWrong, TooManyCodes
from budget.identity import codes
from budget.keys import KeyRing
from models.enums import Language
from models.people import LoginCode
from models.service import Notice

PHONE = "+77011234567"
KEYS = KeyRing(Path("keys"), b"v" * 32, b"r" * 32)


def ask(session, now, phone=PHONE):
    return codes.request_code(session, KEYS, phone=phone, language=Language.KK, now=now)


def sent_code(session, asked):
    return session.get(Notice, asked.notice_id).facts["code"]


def check(session, asked, code, now, **other):
    given = {"flow": asked.flow, "phone": PHONE, **other}
    return codes.check_code(session, KEYS, code=code, now=now, **given)


def another(code):
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_the_right_code_is_accepted_once(session, now):
    asked = ask(session, now)
    code = sent_code(session, asked)
    assert check(session, asked, code, now) is None
    assert isinstance(check(session, asked, code, now), CodeExpired)


def test_a_code_has_six_digits_and_goes_to_the_outbox_in_the_language_of_the_page(session, now):
    asked = ask(session, now)
    notice = session.get(Notice, asked.notice_id)
    assert notice.kind == "login_code"
    assert notice.recipient == PHONE
    assert notice.language is Language.KK
    assert notice.expires_at == now + timedelta(minutes=10)
    assert len(notice.facts["code"]) == 6
    assert notice.facts["code"].isdecimal()


def test_the_table_holds_neither_the_number_nor_the_code_nor_the_flow(session, now):
    asked = ask(session, now)
    row = session.exec(select(LoginCode)).one()
    kept = row.flow_hash + row.phone_key + row.code_hash
    for secret in (PHONE, sent_code(session, asked), asked.flow):
        assert secret.encode() not in kept


def test_a_used_code_is_wiped_from_the_outbox(session, now):
    asked = ask(session, now)
    check(session, asked, sent_code(session, asked), now)
    session.expire_all()
    assert session.get(Notice, asked.notice_id).facts == {}


def test_a_code_ends_after_ten_minutes(session, now):
    asked = ask(session, now)
    code = sent_code(session, asked)
    assert isinstance(check(session, asked, code, now + timedelta(minutes=10)), CodeExpired)
    assert check(session, asked, code, now + timedelta(minutes=10, seconds=-1)) is None


def test_five_wrong_codes_end_it_even_for_the_right_one(session, now):
    asked = ask(session, now)
    code = sent_code(session, asked)
    left = [check(session, asked, another(code), now) for _ in range(4)]
    assert [refusal.facts for refusal in left] == [{"tries_left": n} for n in (4, 3, 2, 1)]
    assert all(isinstance(refusal, CodeWrong) for refusal in left)
    assert isinstance(check(session, asked, another(code), now), CodeExpired)
    assert isinstance(check(session, asked, code, now), CodeExpired)


def test_a_code_is_bound_to_the_browser_and_to_the_number(session, now):
    asked = ask(session, now)
    code = sent_code(session, asked)
    assert isinstance(check(session, asked, code, now, flow="another browser"), CodeExpired)
    assert isinstance(check(session, asked, code, now, phone="+77017654321"), CodeExpired)
    assert check(session, asked, code, now) is None


def test_a_waiting_code_is_seen_by_its_browser_only(session, now):
    asked = ask(session, now)

    def is_waiting(flow, at):
        return codes.is_waiting(session, KEYS, flow=flow, phone=PHONE, now=at)

    assert is_waiting(asked.flow, now)
    assert not is_waiting("another", now)
    assert not is_waiting(asked.flow, now + timedelta(minutes=10))
    check(session, asked, sent_code(session, asked), now)
    assert not is_waiting(asked.flow, now)


@pytest.mark.parametrize(
    ("sent_before", "wait"),
    [
        ([timedelta(seconds=20)], 40),
        ([timedelta(seconds=60)], 0),
        ([timedelta(minutes=59), timedelta(minutes=30), timedelta(minutes=2)], 60),
        ([timedelta(minutes=60), timedelta(minutes=30), timedelta(minutes=2)], 0),
        ([timedelta(hours=23, minutes=50)] + [timedelta(hours=2 * n) for n in range(10, 1, -1)], 600),
    ],
)
def test_sending_is_limited_by_minute_hour_and_day(session, now, sent_before, wait):
    for ago in sent_before:
        try:
            ask(session, now - ago)
        except TooManyCodes:
            pytest.fail("the story of this test breaks a limit by itself")
    if wait:
        with pytest.raises(TooManyCodes) as refusal:
            ask(session, now)
        assert refusal.value.facts == {"wait_seconds": wait}
    else:
        ask(session, now)


def test_another_number_has_its_own_limits(session, now):
    ask(session, now)
    ask(session, now, phone="+77017654321")


def test_old_codes_are_forgotten_only_when_no_limit_counts_them(session, now):
    ask(session, now - timedelta(hours=24))
    ask(session, now - timedelta(hours=23))
    assert codes.forget_old(session, now) == 1
    assert len(session.exec(select(LoginCode)).all()) == 1


@pytest.mark.race
def test_ten_thousand_guesses_get_five_comparisons(database, now, monkeypatch):
    with database.writing() as session:
        asked = ask(session, now)
        right = sent_code(session, asked)
    compared = []
    original = codes.hmac.compare_digest
    monkeypatch.setattr(codes.hmac, "compare_digest", lambda a, b: compared.append(1) or original(a, b))
    guesses = [f"{n:06d}" for n in random.Random(5).sample(range(1_000_000), 10_000)]

    def guess(part):
        for code in part:
            with database.writing() as session:
                check(session, asked, code if code != right else another(code), now)

    # 200 of them at once; the rest can't be worth more than these
    threads = [threading.Thread(target=guess, args=(guesses[n::8][:25],)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.writing() as session:
        for code in guesses:
            check(session, asked, code, now)
    assert len(compared) == 5


@pytest.mark.race
def test_simultaneous_requests_send_one_code(database, now):
    outcomes = []

    def request():
        try:
            with database.writing() as session:
                ask(session, now)
            outcomes.append("sent")
        except TooManyCodes:
            outcomes.append("refused")

    threads = [threading.Thread(target=request) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused"] * 7 + ["sent"]
