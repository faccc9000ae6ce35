"""The job process: APScheduler 3 calls each job of `budget.jobs` at its time, one transaction each.

A process of its own (`budget jobs`), because a scheduler inside a web worker runs once per worker. Its schedule is in
memory; what was missed while it stood still is run once (`coalesce`), and a claim in the database lets only one of
several copies run a job. A job that fails is logged, gives its claim back, and comes again at its next time.
"""

import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import FrameType

import structlog
from apscheduler.schedulers.blocking import BlockingScheduler

from budget.jobs import JOBS, Job, JobContext, run_claimed
from budget.keys import KeyRing
from models.database import Database
from views import outbox
from views.config import Config
from views.keys import keyring_for

MISFIRE_GRACE_SECONDS = 60
_log = structlog.get_logger("jobs")


def _clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Runner:
    """Runs one job at a time in a transaction of its own, and sends the outbox after its commit."""

    database: Database
    keyring: KeyRing
    send: Callable[[], object]
    clock: Callable[[], datetime] = _clock

    def run(self, job: Job) -> bool:
        """Run the job if its window is free; False when another scheduler has it, or when it failed."""
        asked = threading.Event()
        try:
            with self.database.writing() as session:
                context = JobContext(self.clock(), self.keyring, asked.set)
                is_ours = run_claimed(session, job, context)
            if asked.is_set():
                self.send()
        except Exception as error:  # noqa: BLE001  # the process must outlive any job
            _log.error("job failed", job=job.name, error=type(error).__name__)
            return False
        return is_ours


def schedule(runner: Runner, jobs: tuple[Job, ...] = JOBS) -> BlockingScheduler:
    """A scheduler with all jobs, not yet started; each runs once at the start, to catch up."""
    scheduler = BlockingScheduler(timezone=UTC)
    for job in jobs:
        scheduler.add_job(
            runner.run,
            "interval",
            args=[job],
            id=job.name,
            seconds=job.every.total_seconds(),
            next_run_time=datetime.now(UTC),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=MISFIRE_GRACE_SECONDS,
        )
    return scheduler


def run(database: Database, config: Config) -> None:
    """Run all jobs until SIGTERM or Ctrl-C; a job under way is finished first."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    runner = Runner(database, keyring_for(config), lambda: outbox.send_due(database, config))
    scheduler = schedule(runner)
    try:
        scheduler.start()
    finally:
        if scheduler.running:
            scheduler.shutdown()
