"""The outbox: nothing is sent twice, nothing secret stays, nothing is sent too late."""

import threading
from datetime import timedelta

import pytest

from budget import notices
from budget.notices import NoticeKind
from models.enums import Language
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


def test_a_failed_notice_waits_longer_each_time_and_is_given_up_after_five(session, now):
    notice = queue(session, now)
    tried_at = []
    for minute in range(60):
        at = now + timedelta(minutes=minute)
        for seen in notices.due(session, now=at):
            assert notices.claim(session, notice.id, attempts=seen.attempts, now=at)
            tried_at.append(minute)
            session.expire_all()
    assert tried_at == [0, 1, 2, 3, 4]


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
    notices.forget_facts(session, NoticeKind.LOGIN_CODE, PHONE)
    session.expire_all()
    assert session.get(Notice, mine.id).facts == {}
    assert session.get(Notice, other.id).facts == {"code": "123456"}


def test_what_is_old_is_deleted_and_what_expired_is_emptied(session, now):
    queue(session, now - timedelta(days=7))
    expired = queue(session, now - timedelta(hours=1), expires_at=now)
    fresh = queue(session, now, expires_at=now + timedelta(minutes=10))
    assert notices.forget_old(session, now) == 1
    session.expire_all()
    assert session.get(Notice, expired.id).facts == {}
    assert session.get(Notice, fresh.id).facts == {"code": "123456"}
    assert [row.id for row in notices.recent(session, now=now)] == [fresh.id, expired.id]
