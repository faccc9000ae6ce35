"""Sending: once, again after a failure, never too late, and without an application for the job."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from budget import notices
from budget.identity.sms import Sent, SmsFailed
from budget.notices import NoticeKind
from models.enums import Language, NoticeFailure
from models.service import Notice
from views import outbox
from views.config import from_environment
from views.notice_texts import text_of

PHONE = "+77011234567"


class Phone:
    """Keeps what it is given; fails as often as told."""

    shows_texts = False
    tariff = None

    def __init__(self, failures=0):
        self.failures, self.texts = failures, []

    def send(self, recipient, text):
        if self.failures:
            self.failures -= 1
            raise SmsFailed(NoticeFailure.TEMPORARY, "HTTP 503")
        self.texts.append((recipient, text))
        return Sent("1", 1)


@pytest.fixture
def queued(database, now):
    with database.writing() as session:
        notices.queue(
            session,
            NoticeKind.LOGIN_CODE,
            PHONE,
            language=Language.EN,
            facts={"code": "012345"},
            now=now,
            expires_at=now + timedelta(minutes=10),
        )


def row(database):
    with database.reading() as session:
        return session.exec(select(Notice)).one()


def test_what_waits_is_sent_once_and_its_facts_are_emptied(database, now, queued):
    phone = Phone()
    assert outbox.deliver(database, phone, now=now) == 1
    assert outbox.deliver(database, phone, now=now + timedelta(minutes=5)) == 0
    assert phone.texts == [(PHONE, "012345 is your code for signing in. Tell it to nobody.")]
    assert (row(database).facts, row(database).sent_at) == ({}, now)


def test_a_failure_is_tried_again_later(database, now, queued):
    phone = Phone(failures=2)
    sent = [outbox.deliver(database, phone, now=now + timedelta(minutes=n)) for n in range(5)]
    assert sent == [0, 0, 0, 1, 0]
    assert row(database).attempts == 3


def test_what_expired_is_not_sent(database, now, queued):
    phone = Phone()
    assert outbox.deliver(database, phone, now=now + timedelta(minutes=10)) == 0
    assert phone.texts == []


def test_the_demo_marks_as_sent_and_keeps_the_text_for_its_page(database, now, queued):
    outbox.deliver(database, outbox.DemoSender(), now=now)
    assert row(database).sent_at == now
    assert "012345" in text_of(row(database))


def test_the_job_sends_without_an_application(database, database_url, now, queued):
    config = from_environment({"DEMO": "1", "DATABASE_URL": database_url})
    with database.writing() as session:  # the job has the clock of the machine
        waiting = session.exec(select(Notice)).one()
        waiting.created_at, waiting.expires_at = datetime(2026, 1, 1, tzinfo=UTC), None
    assert outbox.send_due(database, config) == 1
    assert row(database).sent_at is not None


def test_without_a_gateway_nothing_is_sent_and_nothing_lost(database, now, queued, tmp_path):
    secrets = {name: name[0] * 32 for name in ("SECRET_KEY", "VOTER_KEY", "ROLL_KEY")}
    config = from_environment(
        {**secrets, "DATABASE_URL": "sqlite:///x", "KEY_DIR": str(tmp_path), "TRUSTED_HOSTS": "example.kz"}
    )
    assert outbox.send_due(database, config) == 0
    assert (row(database).sent_at, row(database).attempts) == (None, 0)


@pytest.mark.parametrize("kind", ["ballot_cast", "a kind of tomorrow"])
def test_a_notice_without_a_text_stops_no_other(database, now, queued, kind):
    with database.writing() as session:
        broken = Notice(
            kind=kind, recipient=PHONE, language=Language.EN, facts={"at": "never"}, created_at=now
        )
        session.add(broken)
    with database.writing() as session:
        facts = {"at": now.isoformat(), "channel": "web", "url": "https://budget.example.kz/kk/my"}
        notices.queue(session, NoticeKind.BALLOT_CAST, PHONE, language=Language.EN, facts=facts, now=now)
    phone = Phone()
    assert outbox.deliver(database, phone, now=now) == 2
    assert [text.split()[0] for _, text in phone.texts] == ["012345", "You"]
