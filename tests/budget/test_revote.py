"""Voting again where the cycle allows it: the last ballot counts, the earlier leaf stays as replaced; one telephone
number serves one person. Raced on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from budget import ballot_log, ballots, results
from budget.ballots import BallotBox, Cast, Voter
from budget.errors import AlreadyVoted, BudgetRefusal, PhoneUsed
from budget.keys import KeyRing
from budget.sealing import receipt_of
from models.ballot import BallotChoice, Participation, ReplacedBallot
from models.database import Database
from models.enums import Assurance, Channel
from models.project import Project
from models.result import Count
from tests.harness.elections import COORDINATOR, Election, impossible_iins, open_election
from tests.harness.opening import opened
from tests.harness.voting import BORN, choose, make_keyring

AFTER = timedelta(days=20)
IINS = impossible_iins(50)


@pytest.fixture
def keyring(tmp_path: Path) -> KeyRing:
    return make_keyring(tmp_path)


def voter(keyring: KeyRing, made: Election, iin: str = IINS[0], phone: str | None = None) -> Voter:
    key = keyring.voter_key_of(made.cycle.slug, iin)
    phone_key = keyring.hashes_of(made.cycle.slug).of_phone(phone) if phone else None
    return Voter(key, BORN, Channel.WEB, Assurance.SMS, phone_key=phone_key)


def put(
    session: Session, who: Voter, made: Election, *projects: Project, now: datetime, again: bool = True
) -> Cast:
    box = ballots.ballot_box(session, made.cycle)
    sealed = ballots.prepare(box, who, choose(*projects), on=now.date())
    return ballots.put(session, box, who, sealed, now=now, again=again)


def count(session: Session, keyring: KeyRing, made: Election, now: datetime) -> Count:
    opened(session, keyring, made.cycle.slug, now=now + AFTER)
    results.count(session, COORDINATOR, made.cycle.slug, now=now + AFTER)
    row = session.get(Count, made.cycle.id)
    assert row is not None
    return row


def test_the_last_ballot_counts_and_the_earlier_stays_in_the_log(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    made = open_election(session, keyring, now=now, projects=2, revote=True)
    who, (one, two) = voter(keyring, made), made.projects
    first = put(session, who, made, one, now=now)
    second = put(session, who, made, two, now=now + timedelta(hours=1))
    assert session.exec(select(ReplacedBallot.leaf)).all() == [first.receipt]
    found = ballots.find(session, made.cycle.id or 0, who.voter_key)
    assert found is not None
    assert found.receipt == second.receipt
    counted = count(session, keyring, made, now)
    assert (counted.leaves, counted.replaced, counted.valid, counted.participations) == (2, 1, 1, 1)
    assert session.exec(select(BallotChoice.project_id)).all() == [two.id]


def test_a_ballot_in_a_closed_batch_is_replaced_too_and_is_one_leaf(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    made = open_election(session, keyring, now=now, projects=1, revote=True)
    for iin in IINS[:20]:
        put(session, voter(keyring, made, iin), made, *made.projects, now=now)
    assert ballot_log.close_batch(session, keyring, made.cycle, now=now + timedelta(hours=1)) is not None
    put(session, voter(keyring, made), made, now=now + timedelta(hours=2))
    counted = count(session, keyring, made, now)
    assert (counted.leaves, counted.replaced, counted.valid, counted.empty) == (21, 1, 19, 1)


@pytest.mark.parametrize(("revote", "again"), [(False, True), (False, False), (True, False)])
def test_without_the_setting_or_by_a_second_press_the_first_ballot_stands(
    session: Session, keyring: KeyRing, now: datetime, revote: bool, again: bool
) -> None:
    made = open_election(session, keyring, now=now, projects=2, revote=revote)
    who = voter(keyring, made)
    first = put(session, who, made, made.projects[0], now=now)
    with pytest.raises(AlreadyVoted) as refused:
        put(session, who, made, made.projects[1], now=now, again=again)
    assert refused.value.facts["receipt"] == first.receipt
    assert session.exec(select(ReplacedBallot)).all() == []


def test_a_paper_is_never_replaced(session: Session, keyring: KeyRing, now: datetime) -> None:
    made = open_election(session, keyring, now=now, revote=True, paper=True)
    key = keyring.voter_key_of(made.cycle.slug, IINS[0])
    box = ballots.ballot_box(session, made.cycle)
    paper = Voter(key, BORN, Channel.PAPER, Assurance.DESK)
    ballots.put(session, box, paper, None, now=now)
    with pytest.raises(AlreadyVoted):
        put(session, voter(keyring, made), made, made.projects[0], now=now)


def test_a_number_that_served_another_replaces_nothing(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    made = open_election(session, keyring, now=now, projects=2, revote=True)
    first = put(session, voter(keyring, made, IINS[0], "+77011111111"), made, made.projects[0], now=now)
    put(session, voter(keyring, made, IINS[1], "+77012222222"), made, made.projects[0], now=now)
    with pytest.raises(PhoneUsed), session.begin_nested():
        put(session, voter(keyring, made, IINS[0], "+77012222222"), made, made.projects[1], now=now)
    found = ballots.find(session, made.cycle.id or 0, keyring.voter_key_of(made.cycle.slug, IINS[0]))
    assert found is not None
    assert found.receipt == first.receipt
    assert session.exec(select(ReplacedBallot)).all() == []


# --- races ---------------------------------------------------------------------------------------------------


def raced(database: Database, acts: list[Callable[[Session], Cast]]) -> list[Cast | BudgetRefusal]:
    """All at once, each in a transaction of its own."""

    def run(act: Callable[[Session], Cast]) -> Cast | BudgetRefusal:
        try:
            with database.writing() as session:
                return act(session)
        except BudgetRefusal as refusal:
            return refusal

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(run, acts))


def prepared(database: Database, made: Election) -> BallotBox:
    with database.reading() as session:
        return ballots.ballot_box(session, made.cycle)


def test_one_person_voting_again_from_many_windows_has_one_ballot(
    database: Database, keyring: KeyRing, now: datetime
) -> None:
    with database.writing() as session:
        made = open_election(session, keyring, now=now, projects=1, revote=True)
    box, who = prepared(database, made), voter(keyring, made)
    sealed = [ballots.prepare(box, who, choose(*made.projects), on=now.date()) for _ in range(24)]
    acts = [lambda s, one=one: ballots.put(s, box, who, one, now=now, again=True) for one in sealed]
    assert not [one for one in raced(database, acts) if isinstance(one, BudgetRefusal)]
    with database.writing() as session:
        kept = session.exec(select(Participation.receipt)).all()
        replaced = session.exec(select(ReplacedBallot.leaf)).all()
        assert len(kept) == 1
        assert sorted([*replaced, kept[0] or b""]) == sorted(receipt_of(one) for one in sealed)
        counted = count(session, keyring, made, now)
    assert (counted.leaves, counted.replaced, counted.valid) == (24, 23, 1)


def test_one_telephone_and_fifty_iins_give_one_vote(
    database: Database, keyring: KeyRing, now: datetime
) -> None:
    with database.writing() as session:
        made = open_election(session, keyring, now=now, revote=True)
    box = prepared(database, made)
    sealed = ballots.prepare(box, voter(keyring, made), choose(), on=now.date())
    people = [voter(keyring, made, iin, "+77011234567") for iin in IINS]
    acts = [lambda s, who=who: ballots.put(s, box, who, sealed, now=now) for who in people]
    told = raced(database, acts)
    assert sum(isinstance(one, Cast) for one in told) == 1
    assert sum(isinstance(one, PhoneUsed) for one in told) == len(IINS) - 1
    with database.reading() as session:
        assert (
            len(session.exec(select(Participation).where(col(Participation.phone_key).is_not(None))).all())
            == 1
        )
