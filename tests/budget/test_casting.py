"""A cast in one statement on PostgreSQL: ballot, notice and end of session, or none of them; and the same rows as `put`."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from budget import ballots, casting, web_sessions
from budget.ballot_rules import Selection
from budget.ballots import BallotBox, Tell, Voter
from models.ballot import Participation
from models.database import Database
from models.enums import Language
from models.people import WebSession
from models.service import Notice
from tests.harness.elections import Election, impossible_iins, open_election
from tests.harness.projects import make_resident
from tests.harness.voting import make_keyring, voter

IIN, OTHER = impossible_iins(2)
TELL = Tell("+77010000001", Language.KK, "https://example.kz/kk/my-vote")


@pytest.fixture
def database(postgresql_url: str) -> Iterator[Database]:
    opened = Database(postgresql_url)
    yield opened
    opened.dispose()


@pytest.fixture
def world(database: Database, tmp_path: Path, now: datetime) -> tuple[Election, BallotBox, int]:
    """An open vote, its box, and the session of somebody who may vote."""
    with database.writing() as session:
        election = open_election(session, make_keyring(tmp_path), now=now)
        box = ballots.ballot_box(session, election.cycle)
        token = web_sessions.start(session, now=now, resident_id=make_resident(session).id)
        assert token
        return election, box, session.exec(select(WebSession.id)).one() or 0


def who(tmp_path: Path, election: Election, iin: str = IIN, **changes: Any) -> Voter:
    return replace(voter(make_keyring(tmp_path), election.cycle, iin), **changes)


def cast(
    database: Database, box: BallotBox, person: Voter, session_id: int, now: datetime, choice: str
) -> bool:
    sealed = ballots.prepare(box, person, Selection((choice,)), on=now.date())
    return casting.cast_at_once(database.asking, box, person, sealed, session_id=session_id, now=now)


def written(session: Session) -> tuple[int, int, datetime]:
    """Ballots, notices, and when the session ends."""
    counts = [len(session.exec(select(table)).all()) for table in (Participation, Notice)]
    return counts[0], counts[1], session.exec(select(WebSession.expires_at)).one()


def test_the_ballot_its_notice_and_the_end_of_the_session_are_written_together(
    database: Database, world: tuple[Election, BallotBox, int], tmp_path: Path, now: datetime
) -> None:
    election, box, session_id = world
    assert cast(
        database, box, who(tmp_path, election, tell=TELL), session_id, now, election.projects[0].public_id
    )
    with database.reading() as session:
        assert written(session) == (1, 1, now + web_sessions.AFTER_BALLOT)
        notice = session.exec(select(Notice)).one()
    assert (notice.recipient, notice.facts["url"]) == (TELL.phone, TELL.url)


def test_the_rows_are_those_that_put_writes(
    database: Database, world: tuple[Election, BallotBox, int], tmp_path: Path, now: datetime
) -> None:
    election, box, session_id = world
    first, second = who(tmp_path, election), who(tmp_path, election, OTHER)
    choice = election.projects[0].public_id
    assert cast(database, box, first, session_id, now, choice)
    with database.writing() as session:
        sealed = ballots.prepare(box, second, Selection((choice,)), on=now.date())
        ballots.put(session, box, second, sealed, now=now)
    with database.reading() as session:
        one, other = session.exec(select(Participation)).all()
    own = {"id", "voter_key", "sealed", "receipt", "phone_key"}
    assert one.model_dump(exclude=own) == other.model_dump(exclude=own)
    assert one.receipt is not None


@pytest.mark.parametrize("why", ["voted", "closed", "log_closed"])
def test_where_no_ballot_is_put_in_nothing_is_written(
    database: Database, world: tuple[Election, BallotBox, int], tmp_path: Path, now: datetime, why: str
) -> None:
    election, box, session_id = world
    person, choice, at = who(tmp_path, election, tell=TELL), election.projects[0].public_id, now
    if why == "voted":
        assert cast(database, box, replace(person, tell=None), session_id, now, choice)
        at += timedelta(minutes=1)
    elif why == "closed":
        at += timedelta(days=100)
    else:
        with database.writing() as session:
            election.cycle.log_closed_at = now
            session.add(election.cycle)
    with database.reading() as session:
        before = written(session)
    assert not cast(database, box, person, session_id, at, choice)
    with database.reading() as session:
        assert written(session) == before


def test_of_eight_presses_at_once_one_is_a_ballot_and_one_a_notice(
    database: Database, world: tuple[Election, BallotBox, int], tmp_path: Path, now: datetime
) -> None:
    election, box, session_id = world
    person, choice = who(tmp_path, election, tell=TELL), election.projects[0].public_id
    with ThreadPoolExecutor(8) as pool:
        presses = [pool.submit(cast, database, box, person, session_id, now, choice) for _ in range(8)]
    assert sorted(one.result() for one in presses) == [False] * 7 + [True]
    with database.reading() as session:
        assert written(session)[:2] == (1, 1)
