"""Sending what stands in the outbox, after the commit: at once in the request that queued it, and again by the job
`deliver_notices` when that failed.

A sender is whatever can bring a text to a phone. The demo has one that sends nothing: its page "messages" shows the
texts. Outside the demo none is built in yet, and the sign-in page says so instead of pretending.
"""

from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import structlog
from babel.support import NullTranslations, Translations
from flask import current_app

from budget import notices
from budget.notices import NoticeKind
from models.database import Database
from models.enums import Language
from models.service import Notice
from views.config import Config
from views.request_scope import config, database
from views.request_scope import now as request_now

_CATALOGS = Path(__file__).parent / "translations"
_log = structlog.get_logger("outbox")


class SendingFailed(Exception):
    """The text did not get through; it is tried again later."""


class Sender(Protocol):
    """Brings texts to phones. `shows_texts`: the texts stay readable in the outbox until they expire."""

    shows_texts: bool

    def send(self, recipient: str, text: str) -> None:
        """Send `text` to the E.164 number. Raises SendingFailed."""


class DemoSender:
    """Sends nothing: the page "messages" of the demo shows every text."""

    shows_texts = True

    def send(self, recipient: str, text: str) -> None:
        """Nothing to do."""


def sender_for(settings: Config) -> Sender | None:
    """What this installation sends with; None where nothing is set up."""
    return DemoSender() if settings.demo else None


def sender() -> Sender | None:
    """The sender of this process; tests put their own into `app.extensions["sender"]`."""
    found: Sender | None = current_app.extensions.get("sender") or sender_for(config())
    return found


def send_now(notice_id: int) -> None:
    """Send one notice of a transaction that is committed. A failure is left to the job."""
    chosen = sender()
    if chosen is not None:
        with database().reading() as session:
            notice = session.get(Notice, notice_id)
        if notice is not None:
            _send(database(), chosen, notice, now=request_now())


def send_due(where: Database, settings: Config) -> int:
    """Send everything that waits; needs no application, for the job process. Returns how many were sent."""
    chosen = sender_for(settings)
    return 0 if chosen is None else deliver(where, chosen, now=datetime.now(UTC))


def deliver(where: Database, chosen: Sender, *, now: datetime) -> int:
    """Send everything that waits by `chosen`. Returns how many were sent."""
    with where.reading() as session:
        waiting = notices.due(session, now=now)
    return sum(_send(where, chosen, notice, now=now) for notice in waiting)


def text_of(notice: Notice) -> str:
    """The text of a notice in its person's language; "" when its facts are gone."""
    if not notice.facts:
        return ""
    # A Cyrillic message has 70 characters a part: short, and in one language.
    _ = _catalog(notice.language).gettext
    match NoticeKind(notice.kind):
        case NoticeKind.LOGIN_CODE:
            return _("%(code)s is your code for signing in. Tell it to nobody.") % notice.facts


def _send(where: Database, chosen: Sender, notice: Notice, *, now: datetime) -> bool:
    notice_id = notice.id or 0
    with where.writing() as session:
        if not notices.claim(session, notice_id, attempts=notice.attempts, now=now):
            return False
    try:
        chosen.send(notice.recipient, text_of(notice))
    except SendingFailed as failure:
        _log.warning("a notice was not sent", notice=notice_id, error=type(failure).__name__)
        return False
    with where.writing() as session:
        notices.mark_sent(session, notice_id, now=now, keep_facts=chosen.shows_texts)
    return True


@lru_cache(maxsize=len(Language))
def _catalog(language: Language) -> NullTranslations:
    """The catalog itself and not flask-babel's: jobs run without an application."""
    return Translations.load(str(_CATALOGS), [str(language)])
