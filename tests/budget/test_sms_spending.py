"""The hourly money cap: strangers can make us send codes, and it ends at the cap, whoever and however many ask."""

import threading
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import select

from budget import notices, sms_spending
from budget.errors import SmsPaused
from budget.identity import codes
from budget.keys import KeyRing
from budget.notices import NoticeKind
from budget.sms_spending import Tariff
from models.database import Database
from models.enums import Language, NoticeFailure
from models.service import Notice
from tests.harness.application import NOW

KEYS = KeyRing(Path("keys"), b"v" * 32, b"r" * 32)
TARIFF = Tariff(price_tenge=20, hourly_cap_tenge=200)
HOUR = timedelta(hours=1)


def phone(number):
    return f"+7701{number:07d}"


def ask(session, number, now, tariff=TARIFF):
    return codes.request_code(
        session, KEYS, phone=phone(number), language=Language.KK, now=now, tariff=tariff
    )


def cast(session, now, **more):
    facts = {"at": now.isoformat(), "channel": "web", "url": "https://budget.example.kz/kk/my"}
    return notices.queue(
        session, NoticeKind.BALLOT_CAST, phone(0), language=Language.KK, facts=facts, now=now, **more
    )


def claim(session, notice, now, attempts=0, parts=1):
    return notices.claim(session, notice, attempts=attempts, now=now, parts=parts, tariff=TARIFF)


def spent(session, now):
    return sms_spending.spent(session, now=now)


def refused_until(session, number, now):
    with pytest.raises(SmsPaused) as refusal:
        ask(session, number, now)
    return refusal.value.facts["retry_at"]


def test_codes_are_paid_for_when_asked_and_stop_at_the_cap(session, now):
    for number in range(10):
        ask(session, number, now)
    assert spent(session, now) == 200
    assert refused_until(session, 10, now) == now + HOUR
    assert spent(session, now) == 200


def test_codes_are_asked_for_again_as_the_money_of_the_oldest_is_an_hour_old(session, now):
    for number in range(10):
        at = now + timedelta(minutes=number)
        assert claim(session, ask(session, number, at).notice_id, at)
    late = now + timedelta(minutes=30)
    assert refused_until(session, 10, late) == now + HOUR
    ask(session, 10, now + HOUR)
    assert refused_until(session, 11, now + HOUR) == now + HOUR + timedelta(minutes=1)


def test_without_a_tariff_nothing_is_counted(session, now):
    for number in range(30):
        ask(session, number, now, tariff=None)
    assert spent(session, now) == 0


def test_a_number_asked_too_often_is_told_so_and_costs_nothing(session, now):
    ask(session, 1, now)
    with pytest.raises(codes.TooManyCodes):
        ask(session, 1, now + timedelta(seconds=1))
    assert spent(session, now) == 20


def test_the_first_sending_uses_the_money_set_aside_and_the_second_costs_again(session, now):
    notice = ask(session, 1, now).notice_id
    assert claim(session, notice, now)
    assert spent(session, now) == 20
    notices.mark_failed(session, notice, NoticeFailure.UNKNOWN)
    assert claim(session, notice, now + timedelta(minutes=1), attempts=1)
    assert spent(session, now) == 40


def test_a_try_that_sent_nothing_is_not_paid_for_twice(session, now):
    notice = ask(session, 1, now).notice_id
    for attempts in range(3):
        assert claim(session, notice, now + timedelta(minutes=attempts), attempts=attempts)
        notices.mark_failed(session, notice, NoticeFailure.TEMPORARY)
    assert spent(session, now) == 20


def test_a_second_sending_waits_when_the_cap_is_reached(session, now):
    asked = [ask(session, number, now) for number in range(10)]
    first = asked[0].notice_id
    assert claim(session, first, now)
    notices.mark_failed(session, first, NoticeFailure.UNKNOWN)
    assert not claim(session, first, now + timedelta(minutes=1), attempts=1)
    assert claim(session, asked[1].notice_id, now + timedelta(minutes=1))  # its money was set aside


def test_a_refused_number_and_a_code_never_sent_cost_nothing(session, now):
    refused, expired = ask(session, 1, now).notice_id, ask(session, 2, now).notice_id
    assert claim(session, refused, now)
    notices.mark_failed(session, refused, NoticeFailure.REJECTED)
    assert spent(session, now) == 20
    assert claim(session, expired, now)
    notices.mark_failed(session, expired, NoticeFailure.TEMPORARY)
    assert spent(session, now + codes.LIFETIME) == 0


def test_the_last_fifth_is_for_codes(session, now):
    several = [cast(session, now).id for _ in range(5)]
    assert [claim(session, notice, now, parts=2) for notice in several] == [True] * 4 + [False]
    assert spent(session, now) == 160
    ask(session, 1, now)
    ask(session, 2, now)
    assert refused_until(session, 3, now) == now + HOUR


def test_word_of_a_ballot_waits_for_the_next_hour_and_is_not_lost(session, now):
    for number in range(10):
        ask(session, number, now)
    notice = cast(session, now).id
    assert not claim(session, notice, now, parts=2)
    later = now + HOUR
    assert [row.id for row in notices.due(session, now=later)] == [notice]
    assert claim(session, notice, later, parts=2)
    assert spent(session, later) == 40


def test_the_gateways_own_count_of_parts_corrects_the_cost(session, now):
    notice = ask(session, 1, now).notice_id
    assert claim(session, notice, now)
    notices.mark_sent(session, notice, now=now, gateway_id="7", parts=2)
    session.expire_all()
    row = session.get(Notice, notice)
    assert (row.parts, row.cost_tenge, row.gateway_id) == (2, 40, "7")
    assert spent(session, now) == 40


def test_sms_pumping_through_five_thousand_numbers_ends_at_the_cap(session, now):
    tariff = Tariff(price_tenge=18, hourly_cap_tenge=3600)
    outcomes = []
    for number in range(5000):
        at = now + timedelta(milliseconds=number * 10)
        try:
            ask(session, number, at, tariff)
            outcomes.append("queued")
        except SmsPaused:
            outcomes.append("refused")
    assert outcomes == ["queued"] * 200 + ["refused"] * 4800
    assert session.exec(select(sa.func.count()).select_from(Notice)).one() == 200
    assert spent(session, now + timedelta(minutes=1)) == 3600


def race(url, numbers):
    """One process: four threads ask for codes for their own numbers. How many got one."""
    database, got = Database(url), []

    def work(mine):
        for number in mine:
            try:
                with database.writing() as session:
                    ask(session, number, NOW)
                got.append(number)
            except SmsPaused:
                pass

    threads = [threading.Thread(target=work, args=(numbers[n::4],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.dispose()
    return len(got)


@pytest.mark.race
def test_two_processes_racing_at_the_cap_spend_no_tenge_more(database_url, database, now):
    for _turn in range(3):
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
            got = processes.map(race, [database_url] * 2, [range(0, 100, 2), range(1, 100, 2)])
            assert sum(got) == 10
        with database.writing() as session:
            assert spent(session, now) == 200
            session.exec(sa.delete(Notice))
            session.exec(sa.delete(codes.LoginCode))
