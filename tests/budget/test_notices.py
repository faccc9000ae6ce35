"""The outbox: nothing is sent twice, nothing secret stays, nothing is sent too late."""

import threading
from datetime import timedelta

import pytest

from budget import notices
from budget.notices import Health, NoticeKind
from models.enums import Language, NoticeFailure
from models.service import Notice

PHONE = "+77011234567"


def queue(session, now, *, recipient=PHONE, expires_at=None):
    return notices.queue(
        session,
        NoticeKind.LOGIN_CODE,
        recipient,
        language=Language.RU,
        facts={"code": "123456"},
        now=now,
        expires_at=expires_at,
    )


def test_a_queued_notice_is_due_until_it_is_sent(session, now):
    notice = queue(session, now)
    assert [row.id for row in notices.due(session, now=now)] == [notice.id]
    notices.mark_sent(session, notice.id, now=now)
    session.expire_all()
    assert notices.due(session, now=now) == []


def test_facts_are_emptied_when_sent_unless_the_demo_shows_them(session, now):
    secret, shown = queue(session, now), queue(session, now)
    notices.mark_sent(session, secret.id, now=now)
    notices.mark_sent(session, shown.id, now=now, keep_facts=True)
    session.expire_all()
    assert session.get(Notice, secret.id).facts == {}
    assert session.get(Notice, shown.id).facts == {"code": "123456"}


def test_an_expired_notice_is_neither_due_nor_claimed(session, now):
    notice = queue(session, now - timedelta(minutes=10), expires_at=now)
    assert notices.due(session, now=now) == []
    assert not notices.claim(session, notice.id, attempts=0, now=now)


def tries(session, notice, now, failure, *, minutes):
    """The minutes in which a sender tries, when each try fails this way."""
    tried = []
    for minute in range(minutes):
        at = now + timedelta(minutes=minute)
        session.expire_all()
        for seen in notices.due(session, now=at):
            assert notices.claim(session, notice.id, attempts=seen.attempts, now=at)
            notices.mark_failed(session, notice.id, failure)
            tried.append(minute)
    return tried


def test_each_pause_is_twice_the_one_before_and_after_ten_tries_it_is_given_up(session, now):
    tried = tries(session, queue(session, now), now, NoticeFailure.TEMPORARY, minutes=24 * 60)
    assert tried == [0, 1, 3, 7, 15, 31, 63, 127, 255, 511]


def test_a_code_is_tried_only_while_it_is_good(session, now):
    notice = queue(session, now, expires_at=now + timedelta(minutes=10))
    assert tries(session, notice, now, NoticeFailure.ACCOUNT, minutes=60) == [0, 1, 3, 7]


def test_what_may_have_been_sent_is_sent_once_more_at_most(session, now):
    assert tries(session, queue(session, now), now, NoticeFailure.UNKNOWN, minutes=600) == [0, 1]


def test_what_was_refused_for_good_is_never_tried_again_and_its_facts_are_gone(session, now):
    notice = queue(session, now)
    assert tries(session, notice, now, NoticeFailure.REJECTED, minutes=600) == [0]
    session.expire_all()
    assert session.get(Notice, notice.id).facts == {}


def test_a_try_that_ended_with_its_process_counts_as_a_sending(session, now):
    notice = queue(session, now)
    for attempts in range(2):
        at = now + timedelta(minutes=attempts)
        assert notices.claim(session, notice.id, attempts=attempts, now=at)
    session.expire_all()
    assert notices.due(session, now=now + timedelta(days=1)) == []
    assert not notices.claim(session, notice.id, attempts=2, now=now + timedelta(days=1))


def test_codes_go_before_everything_else(session, now):
    facts = {"at": now.isoformat(), "channel": "web", "url": "https://budget.example.kz/kk/my"}
    told = notices.queue(
        session,
        NoticeKind.BALLOT_CAST,
        PHONE,
        language=Language.KK,
        facts=facts,
        now=now - timedelta(minutes=5),
    )
    code = queue(session, now)
    assert [row.id for row in notices.due(session, now=now)] == [code.id, told.id]


def outcome(session, at, failure=None):
    notice = queue(session, at)
    assert notices.claim(session, notice.id, attempts=0, now=at)
    if failure:
        notices.mark_failed(session, notice.id, failure)
    else:
        notices.mark_sent(session, notice.id, now=at)


@pytest.mark.parametrize(
    ("newest_last", "health"),
    [
        ([], Health.WORKING),
        ([None], Health.WORKING),
        ([NoticeFailure.TEMPORARY], Health.FAILING),
        ([NoticeFailure.UNKNOWN], Health.FAILING),
        ([NoticeFailure.ACCOUNT], Health.FAILING),
        ([NoticeFailure.REJECTED], Health.WORKING),
        ([None, NoticeFailure.TEMPORARY], Health.FAILING),
        ([NoticeFailure.TEMPORARY, None], Health.WORKING),
        ([NoticeFailure.TEMPORARY, NoticeFailure.REJECTED], Health.WORKING),
    ],
)
def test_the_newest_try_with_an_outcome_says_how_the_gateway_is(session, now, newest_last, health):
    for seconds, failure in enumerate(newest_last):
        outcome(session, now + timedelta(seconds=seconds), failure)
    under_way = queue(session, now)
    notices.claim(session, under_way.id, attempts=0, now=now + timedelta(seconds=30))
    assert notices.delivery_health(session, now=now + timedelta(seconds=34)) is health


def test_a_try_without_an_answer_in_good_time_is_a_fault(session, now):
    outcome(session, now)
    hanging = queue(session, now)
    notices.claim(session, hanging.id, attempts=0, now=now)
    assert notices.delivery_health(session, now=now + timedelta(seconds=4)) is Health.WORKING
    hanging = queue(session, now)
    notices.claim(session, hanging.id, attempts=0, now=now + timedelta(seconds=1))
    assert notices.delivery_health(session, now=now + timedelta(seconds=6)) is Health.FAILING


def test_an_old_fault_says_nothing_of_now(session, now):
    outcome(session, now, NoticeFailure.TEMPORARY)
    assert notices.delivery_health(session, now=now + timedelta(minutes=9)) is Health.FAILING
    assert notices.delivery_health(session, now=now + timedelta(minutes=10)) is Health.WORKING


def test_a_notice_just_claimed_is_not_due_for_a_minute(session, now):
    notice = queue(session, now)
    notices.claim(session, notice.id, attempts=0, now=now)
    session.expire_all()
    assert notices.due(session, now=now + timedelta(seconds=59)) == []
    assert len(notices.due(session, now=now + timedelta(seconds=60))) == 1


@pytest.mark.race
def test_two_senders_claim_a_notice_once(database, now):
    with database.writing() as session:
        notice_id = queue(session, now).id
    claimed = []

    def send():
        with database.writing() as session:
            if notices.claim(session, notice_id, attempts=0, now=now):
                claimed.append(1)

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == 1


def test_facts_of_one_recipient_are_forgotten_and_of_others_kept(session, now):
    mine, other = queue(session, now), queue(session, now, recipient="+77017654321")
    notices.forget_facts(session, NoticeKind.LOGIN_CODE, PHONE, now=now)
    session.expire_all()
    assert session.get(Notice, mine.id).facts == {}
    assert session.get(Notice, other.id).facts == {"code": "123456"}
    assert [row.id for row in notices.due(session, now=now)] == [other.id]


def test_what_is_old_is_deleted_and_what_expired_is_emptied(session, now):
    queue(session, now - timedelta(days=7))
    expired = queue(session, now - timedelta(hours=1), expires_at=now)
    fresh = queue(session, now, expires_at=now + timedelta(minutes=10))
    assert notices.forget_old(session, now) == 1
    session.expire_all()
    assert session.get(Notice, expired.id).facts == {}
    assert session.get(Notice, fresh.id).facts == {"code": "123456"}
    assert [row.id for row in notices.recent(session, now=now)] == [fresh.id, expired.id]
