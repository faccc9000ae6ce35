"""How the sending of messages is doing, read off the outbox: for the pages, the health check and whoever is on duty.

An alarm is an error in the log, once an hour for all processes together: whoever claims the hour's row writes it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import Session

from budget import jobs, notices, sms_spending
from budget.notices import Health
from models.database import Database
from views import eds
from views.config import Config
from views.lazy_log import LazyLog
from views.texts import gettext as _

_log = LazyLog("sms")
_EVERY = timedelta(hours=1)


class SmsState(StrEnum):
    """`OFF`: nothing is set up. `PAUSED`: the hourly money cap is reached. `FAILING`: the gateway does not answer."""

    OFF = "off"
    OK = "ok"
    PAUSED = "paused"
    FAILING = "failing"


@dataclass(frozen=True)
class SmsHealth:
    """The state, and until when codes are paused."""

    state: SmsState
    paused_until: datetime | None = None

    @property
    def other_ways(self) -> str:
        """For the page."""
        return other_ways()


def health(session: Session, settings: Config, *, now: datetime) -> SmsHealth:
    """How codes are doing now. The demo sends nothing, and always well."""
    if settings.sms is None:
        return SmsHealth(SmsState.OK if settings.demo else SmsState.OFF)
    until = sms_spending.full_until(session, settings.sms.tariff, now=now)
    if until is not None:
        return SmsHealth(SmsState.PAUSED, until)
    is_failing = notices.delivery_health(session, now=now) is Health.FAILING
    return SmsHealth(SmsState.FAILING if is_failing else SmsState.OK)


def other_ways() -> str:
    """How to sign in without a code, as far as this installation offers it."""
    if eds.is_offered():
        return _("You can sign in with an electronic signature, or come to the front office of the akimat.")
    return _("If you can't wait, come to the front office of the akimat with your identity card.")


def alarm_when_paused(where: Database, settings: Config, *, now: datetime) -> None:
    """Say once an hour that the cap is reached: people can't sign in by SMS, or somebody makes us spend."""
    if settings.sms is None:
        return
    with where.reading() as session:
        until = sms_spending.full_until(session, settings.sms.tariff, now=now)
        spent = sms_spending.spent(session, now=now)
    if until is not None and _is_first(where, "sms_paused", now):
        cap = settings.sms.tariff.hourly_cap_tenge
        _log.error(
            "sms paused: hourly cap reached", spent_tenge=spent, cap_tenge=cap, until=until.isoformat()
        )


def alarm_about_account(where: Database, reason: str, *, now: datetime) -> None:
    """Say once an hour that the gateway refuses our account: no money, a wrong password, a forbidden sender."""
    if _is_first(where, "sms_account", now):
        _log.error("sms gateway refuses the account", reason=reason)


def _is_first(where: Database, alarm: str, now: datetime) -> bool:
    hour = jobs.Job(f"alarm_{alarm}", _EVERY, lambda _session, _context: None).window_at(now)
    with where.writing() as session:
        return jobs.claim(session, f"alarm_{alarm}", hour, now=now)
