"""Findings become cases: once, growing, and again after a dismissal that was wrong. On both databases."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from budget import ballots, signals
from budget.ballots import Traces
from budget.jobs import JOBS, JobContext
from budget.keys import KeyRing
from models.ballot import Participation
from models.case import Signal, SignalMember
from models.enums import CaseOutcome, Channel, SignalRule
from tests.harness.elections import Election, impossible_iins, open_election
from tests.harness.voting import choose, make_keyring, voter

HOUSE = Traces(network_key=b"house...")


@pytest.fixture
def keyring(tmp_path: Path) -> KeyRing:
    return make_keyring(tmp_path)


def cast_from_one_house(
    session: Session, keyring: KeyRing, election: Election, iins: list[str], now: datetime, **changes: object
) -> None:
    box = ballots.ballot_box(session, election.cycle)
    for iin in iins:
        who = replace(voter(keyring, election.cycle, iin), traces=HOUSE, **changes)  # type: ignore[arg-type]
        ballots.cast(session, box, who, choose(election.projects[0]), on=now.date(), now=now)


def cases(session: Session) -> list[Signal]:
    return list(session.exec(select(Signal).order_by(col(Signal.id))))


def members(session: Session, case: Signal) -> set[int]:
    query = select(SignalMember.participation_id).where(SignalMember.signal_id == case.id)
    return set(session.exec(query))


def test_a_pattern_is_one_case_that_grows(session: Session, keyring: KeyRing, now: datetime) -> None:
    election = open_election(session, keyring, now=now)
    iins = impossible_iins(60)
    cast_from_one_house(session, keyring, election, iins[:40], now)
    assert signals.scan(session, election.cycle, now=now) == 1
    cast_from_one_house(session, keyring, election, iins[40:], now)
    assert signals.scan(session, election.cycle, now=now + timedelta(minutes=10)) == 0
    [case] = cases(session)
    assert (case.rule, case.ballots, case.found_at) == (SignalRule.SUBNET, 60, now)
    assert members(session, case) == set(session.exec(select(Participation.id)))


def test_a_dismissed_pattern_comes_back_when_it_has_doubled(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    election = open_election(session, keyring, now=now)
    iins = impossible_iins(81)
    cast_from_one_house(session, keyring, election, iins[:40], now)
    signals.scan(session, election.cycle, now=now)
    [case] = cases(session)
    case.outcome, case.reason, case.decided_at = CaseOutcome.DISMISSED, "A hostel.", now
    cast_from_one_house(session, keyring, election, iins[40:79], now)
    assert signals.scan(session, election.cycle, now=now) == 0
    assert [one.ballots for one in cases(session)] == [40]
    cast_from_one_house(session, keyring, election, iins[79:], now)
    assert signals.scan(session, election.cycle, now=now) == 1
    assert signals.scan(session, election.cycle, now=now) == 0
    assert [(one.ballots, one.outcome) for one in cases(session)] == [(40, CaseOutcome.DISMISSED), (81, None)]


def test_the_job_looks_at_every_open_box(session: Session, keyring: KeyRing, now: datetime) -> None:
    election = open_election(session, keyring, now=now)
    cast_from_one_house(session, keyring, election, impossible_iins(60), now)
    [job] = [job for job in JOBS if job.name == "find_signals"]
    job.run(session, JobContext(now, keyring, lambda: None))
    assert [case.cycle_id for case in cases(session)] == [election.cycle.id]


def test_the_desk_is_not_a_farm(session: Session, keyring: KeyRing, now: datetime) -> None:
    election = open_election(session, keyring, now=now)
    cast_from_one_house(session, keyring, election, impossible_iins(60), now, channel=Channel.DESK)
    assert signals.scan(session, election.cycle, now=now) == 0


def test_nothing_is_looked_for_after_the_separation(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    election = open_election(session, keyring, now=now)
    cast_from_one_house(session, keyring, election, impossible_iins(60), now)
    election.cycle.separated_at = now
    assert signals.scan(session, election.cycle, now=now) == 0


def test_no_ballot_is_touched(session: Session, keyring: KeyRing, now: datetime) -> None:
    election = open_election(session, keyring, now=now)
    cast_from_one_house(session, keyring, election, impossible_iins(60), now)
    signals.scan(session, election.cycle, now=now)
    assert (
        len(session.exec(select(Participation).where(col(Participation.annulled_at).is_(None))).all()) == 60
    )
