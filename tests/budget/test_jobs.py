"""Jobs: one window is run once, whoever and how many schedule it; a failed job gives its window back."""

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from budget.jobs import JOBS, KEEP_CLAIMS, Job, JobContext, claim, run_claimed
from budget.keys import KeyRing
from models.database import Database
from models.service import JobClaim

START = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def keyring(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "keys", b"v" * 32, b"r" * 32)


def context(keyring: KeyRing, now: datetime) -> JobContext:
    return JobContext(now, keyring, lambda: None)


@pytest.mark.race
def test_eight_schedulers_run_two_hundred_windows_two_hundred_times(database: Database) -> None:
    windows = [START + timedelta(seconds=10) * number for number in range(200)]
    runs: list[datetime] = []
    faults: list[Exception] = []
    gate = threading.Barrier(8)

    def schedule() -> None:
        try:
            gate.wait()
            for window in windows:
                with database.writing() as session:
                    if claim(session, "freeze_due", window, now=window):
                        runs.append(window)
        except Exception as fault:  # noqa: BLE001  # a thread's own failure must fail the test
            faults.append(fault)

    threads = [threading.Thread(target=schedule) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert Counter(runs) == dict.fromkeys(windows, 1)


def test_a_window_is_claimed_once(session: Session) -> None:
    assert claim(session, "a", START, now=START)
    assert not claim(session, "a", START, now=START + timedelta(seconds=3))
    assert claim(session, "b", START, now=START)
    assert claim(session, "a", START + timedelta(seconds=10), now=START)


def test_windows_are_half_open_and_as_long_as_the_job_says() -> None:
    job = Job("x", timedelta(minutes=10), lambda session, context: None)
    assert job.window_at(START) == START
    assert job.window_at(START + timedelta(minutes=10) - timedelta(microseconds=1)) == START
    assert job.window_at(START + timedelta(minutes=10)) == START + timedelta(minutes=10)


def test_a_job_that_fails_gives_its_window_back(database: Database, keyring: KeyRing) -> None:
    attempts: list[str] = []

    def fail_once(_session: Session, _context: JobContext) -> None:
        attempts.append("run")
        if len(attempts) == 1:
            raise RuntimeError("the first time it fails")

    job = Job("fails", timedelta(minutes=1), fail_once)
    with pytest.raises(RuntimeError), database.writing() as session:
        run_claimed(session, job, context(keyring, START))
    with database.writing() as session:
        assert run_claimed(session, job, context(keyring, START))
    with database.writing() as session:
        assert not run_claimed(session, job, context(keyring, START + timedelta(seconds=59)))
    assert attempts == ["run", "run"]


def test_every_job_runs_on_an_empty_database(database: Database, keyring: KeyRing) -> None:
    for job in JOBS:
        with database.writing() as session:
            assert run_claimed(session, job, context(keyring, START))


def test_the_outbox_is_asked_to_be_sent_after_the_commit(session: Session, keyring: KeyRing) -> None:
    asked: list[str] = []
    job = next(job for job in JOBS if job.name == "deliver_notices")
    run_claimed(session, job, JobContext(START, keyring, lambda: asked.append("send")))
    assert asked == ["send"]


def test_old_claims_are_forgotten_and_fresh_ones_kept(session: Session, keyring: KeyRing) -> None:
    claim(session, "old", START - KEEP_CLAIMS - timedelta(seconds=1), now=START)
    claim(session, "kept", START - KEEP_CLAIMS, now=START)
    job = next(job for job in JOBS if job.name == "forget_claims")
    run_claimed(session, job, context(keyring, START))
    assert set(session.exec(select(JobClaim.job)).all()) == {"kept", "forget_claims"}


def test_names_of_jobs_are_unique() -> None:
    assert len({job.name for job in JOBS}) == len(JOBS)
