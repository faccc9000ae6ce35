"""The timed jobs: what runs, how often, and the claim that lets only one scheduler run it.

A phase never depends on a job (it is read off the calendar): the jobs freeze the ballot list when voting begins, close
the batches of the log of ballots, remind and reject authors who are silent, send what waits in the outbox, and forget what is over. Time is cut into windows of each job's length, counted from 1970;
whoever inserts the row (job, window) first runs it, in the same transaction, so a job that fails gives its claim
back and two schedulers are harmless.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from budget import ballot_log, cycles, signals, web_sessions
from budget.council import returns
from budget.keys import KeyRing
from budget.permissions import SYSTEM
from models.service import JobClaim

KEEP_CLAIMS = timedelta(days=2)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TABLE = JobClaim.__table__  # type: ignore[attr-defined]
_COUNTED = {
    "preserve_rowcount": True
}  # SQLAlchemy leaves the count of an INSERT at -1 on PostgreSQL otherwise
_CLAIM: dict[str, Any] = {
    "sqlite": sqlite.insert(_TABLE).on_conflict_do_nothing().execution_options(**_COUNTED),
    "postgresql": postgresql.insert(_TABLE).on_conflict_do_nothing().execution_options(**_COUNTED),
}


@dataclass(frozen=True)
class JobContext:
    """What a job has at hand. `send_after_commit` asks the edge to empty the outbox once the job is committed."""

    now: datetime
    keyring: KeyRing
    send_after_commit: Callable[[], None]


@dataclass(frozen=True)
class Job:
    """A job and how often it runs."""

    name: str
    every: timedelta
    run: Callable[[Session, JobContext], None]

    def window_at(self, now: datetime) -> datetime:
        """The beginning of the window that holds `now`."""
        return now - (now - _EPOCH) % self.every


def claim(session: Session, name: str, window_at: datetime, *, now: datetime) -> bool:
    """Take a window of a job in the caller's transaction; False when another scheduler has it."""
    connection = session.connection()
    values = {"job": name, "window_at": window_at, "claimed_at": now}
    return bool(connection.execute(_CLAIM[connection.dialect.name], values).rowcount == 1)


def run_claimed(session: Session, job: Job, context: JobContext) -> bool:
    """Claim the window of now and run the job in it; False when another scheduler has it."""
    if not claim(session, job.name, job.window_at(context.now), now=context.now):
        return False
    job.run(session, context)
    return True


def _freeze_due(session: Session, context: JobContext) -> None:
    cycles.freeze_due(session, context.keyring, SYSTEM, now=context.now)


def _close_batches(session: Session, context: JobContext) -> None:
    """Asked every minute: how long a batch takes is the log's own rule, and at the close nothing waits for it."""
    ballot_log.close_due(session, context.keyring, now=context.now)


def _find_signals(session: Session, context: JobContext) -> None:
    signals.scan_due(session, now=context.now)


def _end_corrections(session: Session, context: JobContext) -> None:
    """Reminders first: nobody is rejected for silence who was not reminded."""
    returns.remind_due(session, now=context.now)
    returns.lapse_due(session, now=context.now)


def _deliver_notices(_session: Session, context: JobContext) -> None:
    context.send_after_commit()


def _forget_old_sessions(session: Session, context: JobContext) -> None:
    web_sessions.forget_old(session, context.now)


def _forget_claims(session: Session, context: JobContext) -> None:
    old = sa.delete(JobClaim).where(col(JobClaim.window_at) < context.now - KEEP_CLAIMS)
    session.connection().execute(old)


JOBS: tuple[Job, ...] = (
    Job("freeze_due", timedelta(seconds=10), _freeze_due),
    Job("close_batches", timedelta(minutes=1), _close_batches),
    Job("end_corrections", timedelta(minutes=10), _end_corrections),
    Job("find_signals", timedelta(minutes=10), _find_signals),
    Job("deliver_notices", timedelta(seconds=10), _deliver_notices),
    Job("forget_old_sessions", timedelta(minutes=10), _forget_old_sessions),
    Job("forget_claims", timedelta(hours=1), _forget_claims),
)
"""All jobs of the service. Old codes, failed sign-ins and notices are forgotten with the sessions."""
