"""The job process runs each job in a transaction of its own, survives failures, and sends after the commit."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from budget.jobs import JOBS, Job, JobContext
from budget.keys import KeyRing
from models.database import Database
from models.service import JobClaim
from views.scheduler import MISFIRE_GRACE_SECONDS, Runner, schedule

START = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def sent() -> list[int]:
    return []


@pytest.fixture
def runner(database: Database, tmp_path: Path, sent: list[int]) -> Runner:
    def send() -> None:
        with (
            database.writing() as session
        ):  # the outbox writes: it must not stand inside the job's transaction
            sent.append(len(session.exec(select(JobClaim)).all()))

    keyring = KeyRing(tmp_path, b"v" * 32, b"r" * 32)
    return Runner(database, keyring, send, clock=lambda: START)


def ask(_session: Session, context: JobContext) -> None:
    context.send_after_commit()


def fail(_session: Session, _context: JobContext) -> None:
    raise RuntimeError("a job's own trouble")


def test_a_job_is_run_once_in_its_window(runner: Runner) -> None:
    job = Job("once", timedelta(minutes=1), lambda session, context: None)
    assert [runner.run(job), runner.run(job)] == [True, False]


def test_the_outbox_is_sent_after_the_jobs_commit(runner: Runner, sent: list[int]) -> None:
    assert runner.run(Job("sends", timedelta(minutes=1), ask))
    assert sent == [1]  # the claim of the job was there to be seen


def test_nothing_is_sent_by_the_copy_that_came_second(runner: Runner, sent: list[int]) -> None:
    job = Job("sends", timedelta(minutes=1), ask)
    runner.run(job)
    runner.run(job)
    assert len(sent) == 1


def test_a_failing_job_ends_neither_the_process_nor_its_window(
    runner: Runner, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not runner.run(Job("fails", timedelta(minutes=1), fail))
    with database.reading() as session:
        assert session.exec(select(JobClaim)).all() == []
    said = "".join(capsys.readouterr())
    assert "fails" in said
    assert "RuntimeError" in said
    assert "own trouble" not in said  # a message might hold what no log may
    assert runner.run(Job("fails", timedelta(minutes=1), lambda session, context: None))


def test_every_job_is_scheduled_alone_coalesced_and_with_grace(runner: Runner) -> None:
    scheduled = {job.id: job for job in schedule(runner).get_jobs()}
    assert set(scheduled) == {job.name for job in JOBS}
    for job in JOBS:
        found = scheduled[job.name]
        assert found.trigger.interval == job.every
        assert (found.coalesce, found.max_instances, found.misfire_grace_time) == (
            True,
            1,
            MISFIRE_GRACE_SECONDS,
        )
