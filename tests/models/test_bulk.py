"""Many rows at once: as they were given, all or none, and never past the version of what the public sees."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from models.ballot import BALLOT_COLUMNS, CHOICE_COLUMNS, Ballot, BallotChoice
from models.bulk import insert_rows
from models.database import Database
from models.district import Area
from models.enums import Assurance, BallotStatus
from tests.harness.elections import Election, open_election
from tests.harness.voting import make_keyring

MANY = 1_203  # more than two statements take, and a rest
NUMBERS = range(32_001, 32_001 + MANY)  # psycopg sends those up to 32,767 as another type
HARD = "%s ? ' ; --"  # a placeholder of each driver, and what would end a string


@pytest.fixture
def election(session: Session, tmp_path: Path, now: datetime) -> Election:
    return open_election(session, make_keyring(tmp_path), now=now)


def ballots(cycle_id: int | None) -> Iterator[tuple[object, ...]]:
    for number in NUMBERS:
        yield (number, cycle_id, None, None if number % 2 else "sms", "invalid", f"{HARD} {number}")


def test_every_row_is_there_as_it_was_given(session: Session, election: Election) -> None:
    insert_rows(session.connection(), Ballot, BALLOT_COLUMNS, ballots(election.cycle.id))
    rows = session.exec(select(Ballot).order_by("id")).all()
    assert [row.id for row in rows] == list(NUMBERS)
    assert [row.reason for row in rows] == [f"{HARD} {number}" for number in NUMBERS]
    assert {(row.cycle_id, row.envelope_id, row.status) for row in rows} == {
        (election.cycle.id, None, BallotStatus.INVALID)
    }
    assert [row.assurance for row in rows[:2]] == [None, Assurance.SMS]


def test_nothing_is_asked_for_no_rows(session: Session) -> None:
    insert_rows(session.connection(), BallotChoice, CHOICE_COLUMNS, [])
    assert session.exec(select(BallotChoice)).all() == []


def test_one_wrong_row_and_none_of_the_transaction_is_kept(
    database: Database, tmp_path: Path, now: datetime
) -> None:
    with database.writing() as session:
        cycle_id = open_election(session, make_keyring(tmp_path), now=now).cycle.id
    wrong = (NUMBERS[-1], cycle_id, None, None, "valid", "")  # its number is taken
    with pytest.raises(IntegrityError), database.writing() as session:
        insert_rows(session.connection(), Ballot, BALLOT_COLUMNS, [*ballots(cycle_id), wrong])
    with database.reading() as session:
        assert session.exec(select(Ballot)).all() == []


def test_a_value_the_database_does_not_know_is_refused(session: Session, election: Election) -> None:
    unknown = (1, election.cycle.id, None, "owl", "valid", "")
    with pytest.raises(IntegrityError):
        insert_rows(session.connection(), Ballot, BALLOT_COLUMNS, [unknown])


def test_a_table_that_pages_show_is_refused(session: Session) -> None:
    with pytest.raises(ValueError, match="area is public"):
        insert_rows(session.connection(), Area, ("code",), [("koktal-1",)])
