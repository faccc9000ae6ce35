"""Sending what stands in the outbox, after the commit: at once in the request that queued it, and again by the job
`deliver_notices` when that failed.

A sender is whatever can bring a text to a phone. The demo has one that sends nothing: its page "messages" shows the
texts. Outside the demo it is the gateway of the configuration; where none is set up, the sign-in page says so.

A request waits four seconds for the gateway and no longer; the try goes on in a thread beside it. Four of a process wait
at once at most, and none while the gateway is known to fail: then only the job tries. So a dead gateway leaves workers
free, and nobody who votes notices it.
"""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as WaitedEnough
from datetime import UTC, datetime
from functools import lru_cache
from typing import Protocol

from flask import current_app

from budget import notices
from budget.identity import sms
from budget.identity.sms import Sent, SmsFailed
from budget.notices import Health
from budget.sms_spending import Tariff
from models.database import Database
from models.enums import NoticeFailure
from models.service import Notice
from views import sms_watch
from views.config import Config, SmsSettings
from views.lazy_log import LazyLog
from views.notice_texts import text_of
from views.request_scope import config, database
from views.request_scope import now as request_now

PATIENCE_SECONDS = 4.0
FAULTS_IN_A_ROW = 3
_THREADS = 4
_free = threading.BoundedSemaphore(_THREADS)
_log = LazyLog("outbox")


class Sender(Protocol):
    """Brings texts to phones. `shows_texts`: the texts stay readable in the outbox until they expire, and nothing is
    sent. `tariff`: what it costs, where it costs anything."""

    shows_texts: bool
    tariff: Tariff | None

    def send(self, recipient: str, text: str) -> Sent | None:
        """Send `text` to the E.164 number. Raises SmsFailed."""


class DemoSender:
    """Sends nothing: the page "messages" of the demo shows every text."""

    shows_texts = True
    tariff: Tariff | None = None

    def send(self, recipient: str, text: str) -> None:
        """Nothing to do."""


class GatewaySender:
    """Sends by the gateway of the configuration."""

    shows_texts = False

    def __init__(self, settings: SmsSettings) -> None:
        self.tariff: Tariff | None = settings.tariff
        self._gateway = gateway_for(settings)

    def send(self, recipient: str, text: str) -> Sent:
        """Hand it to the gateway."""
        return self._gateway.send(recipient, text)


def gateway_for(settings: SmsSettings) -> sms.Gateway:
    """The adapter the configuration names."""
    if settings.gateway == "smsc":
        return sms.smsc(
            login=settings.login, password=settings.password, sender=settings.sender, url=settings.url
        )
    return sms.mobizon(api_key=settings.api_key, sender=settings.sender, url=settings.url)


@lru_cache(maxsize=4)
def _gateway_sender(settings: SmsSettings) -> GatewaySender:
    """One for the process: it keeps the gateway's connections open."""
    return GatewaySender(settings)


def sender_for(settings: Config) -> Sender | None:
    """What this installation sends with; None where nothing is set up."""
    if settings.demo:
        return DemoSender()
    return _gateway_sender(settings.sms) if settings.sms else None


def sender() -> Sender | None:
    """The sender of this process; tests put their own into `app.extensions["sender"]`."""
    found: Sender | None = current_app.extensions.get("sender") or sender_for(config())
    return found


def tariff() -> Tariff | None:
    """What a message costs this process; None where nothing is sent for money."""
    chosen = sender()
    return chosen.tariff if chosen else None


def send_now(notice_id: int) -> None:
    """Send one notice of a transaction that is committed. A failure is left to the job, and so is all while the
    gateway fails or others wait for it."""
    chosen = sender()
    if chosen is None:
        return
    with database().reading() as session:
        notice = session.get(Notice, notice_id)
        is_failing = notices.delivery_health(session, now=request_now()) is Health.FAILING
    if notice is None or is_failing:
        return
    if chosen.shows_texts:
        _send(database(), chosen, notice, now=request_now())
    elif _free.acquire(blocking=False):
        trying = _threads().submit(_send, database(), chosen, notice, now=request_now())
        trying.add_done_callback(lambda _: _free.release())
        _wait(trying)


def send_due(where: Database, settings: Config) -> int:
    """Send everything that waits; needs no application, for the job process. Returns how many were sent."""
    chosen = sender_for(settings)
    now = datetime.now(UTC)
    sms_watch.alarm_when_paused(where, settings, now=now)
    return 0 if chosen is None else deliver(where, chosen, now=now)


def deliver(where: Database, chosen: Sender, *, now: datetime) -> int:
    """Send everything that waits by `chosen`, until it fails three times in a row: the rest waits for the next round.
    Returns how many were sent."""
    with where.reading() as session:
        waiting = notices.due(session, now=now)
    sent = faults = 0
    for notice in waiting:
        outcome = _send(where, chosen, notice, now=now)
        sent += outcome is True
        faults = faults + 1 if outcome in _FAULTS else 0
        if faults == FAULTS_IN_A_ROW:
            break
    return sent


_FAULTS = (NoticeFailure.TEMPORARY, NoticeFailure.UNKNOWN, NoticeFailure.ACCOUNT)


def _send(where: Database, chosen: Sender, notice: Notice, *, now: datetime) -> bool | NoticeFailure:
    """One try. True when sent, False when it was not ours to send, else how it failed."""
    notice_id, text = notice.id or 0, _text(notice)
    if not text:
        return False
    parts, tariff = sms.parts_of(text), chosen.tariff
    with where.writing() as session:
        if not notices.claim(
            session, notice_id, attempts=notice.attempts, now=now, parts=parts, tariff=tariff
        ):
            return False
    try:
        sent = chosen.send(notice.recipient, text)
    except SmsFailed as failed:
        _note_failure(where, notice_id, failed, now=now)
        return failed.failure
    with where.writing() as session:
        notices.mark_sent(
            session,
            notice_id,
            now=now,
            keep_facts=chosen.shows_texts,
            gateway_id=sent.message_id if sent else None,
            parts=sent.parts if sent else None,
        )
    return True


def _text(notice: Notice) -> str:
    """Its text; "" where none can be made. One such notice (of a newer version perhaps) must not stop all others."""
    try:
        return text_of(notice)
    except (KeyError, ValueError) as error:
        _log.error("a notice has no text", notice=notice.id, kind=notice.kind, error=type(error).__name__)
        return ""


def _note_failure(where: Database, notice_id: int, failed: SmsFailed, *, now: datetime) -> None:
    with where.writing() as session:
        notices.mark_failed(session, notice_id, failed.failure)
    _log.warning("a notice was not sent", notice=notice_id, failure=str(failed.failure), reason=failed.reason)
    if failed.failure is NoticeFailure.ACCOUNT:
        sms_watch.alarm_about_account(where, failed.reason, now=now)


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    """Made at the first message of a process, after its fork."""
    return ThreadPoolExecutor(_THREADS, thread_name_prefix="sms")


def _wait(trying: Future[bool | NoticeFailure]) -> None:
    """Until it is sent, or patience ends: then the try goes on without us, and its row says how it ended."""
    try:
        trying.result(timeout=PATIENCE_SECONDS)
    except WaitedEnough:
        _log.warning("the sms gateway is slow")
