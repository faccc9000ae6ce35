"""The log holds each ballot exactly once, whatever is cast, replaced and annulled between batches, whoever closes
them, and wherever a batch was cut off."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from budget import ballot_log, ballots, casting, opening
from budget.keys import CycleKeys, KeyRing
from budget.log.heads import is_signed
from budget.log.merkle import consistency_proof, is_consistent, root
from models.ballot import Participation, ReplacedBallot
from models.cycle import Cycle
from models.database import Database
from models.log import LogHead, LogLeaf
from tests.harness.elections import COORDINATOR, Election, impossible_iins, open_election
from tests.harness.voting import cast, choose, make_keyring, voter

AFTER = timedelta(days=20)
MINUTE = timedelta(minutes=1)
PEOPLE = impossible_iins(60)


@pytest.fixture
def keyring(tmp_path: Path) -> KeyRing:
    return make_keyring(tmp_path)


def assert_whole(session: Session, cycle: Cycle, cast_at_all: set[bytes]) -> None:
    """Every ballot ever cast is one leaf; each head is signed, chained, and grew out of every earlier one."""
    stored = select(LogLeaf.leaf).where(LogLeaf.cycle_id == cycle.id).order_by(col(LogLeaf.position))
    leaves = list(session.exec(stored).all())
    assert len(leaves) == len(set(leaves))
    assert set(leaves) == cast_at_all
    rows = session.exec(
        select(LogHead).where(LogHead.cycle_id == cycle.id).order_by(col(LogHead.number))
    ).all()
    previous, older = cycle.frozen_hash, []
    for number, row in enumerate(rows, start=1):
        head = ballot_log.head_of(row, cycle.slug)
        assert (row.number, row.previous_hash) == (number, previous)
        assert is_signed(head, bytes.fromhex(row.signature), cycle.log_public_key or b"")
        tree = leaves[: row.size]
        assert root(tree).hex() == row.root
        for size, old_root in older:
            assert is_consistent(
                size, row.size, old_root, bytes.fromhex(row.root), consistency_proof(tree, size)
            )
        if row.size:
            older.append((row.size, bytes.fromhex(row.root)))
        previous = row.hash


ACTS = st.lists(
    st.tuples(st.sampled_from(["cast", "cast", "again", "annul", "batch", "late"]), st.integers(0, 7)),
    max_size=60,
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts=ACTS, at_least=st.integers(1, 4))
def test_whatever_comes_between_batches_every_ballot_is_in_the_log_once(
    session: Session, keyring: KeyRing, now: datetime, monkeypatch: pytest.MonkeyPatch, acts, at_least: int
) -> None:
    monkeypatch.setattr(ballot_log, "AT_LEAST", at_least)
    with session.begin_nested() as example:
        made = open_election(session, keyring, now=now, revote=True)
        box, at, receipts, known, gone = ballots.ballot_box(session, made.cycle), now, set(), set(), set()
        for act, who in acts:
            at += 5 * MINUTE
            person = voter(keyring, made.cycle, PEOPLE[who])
            if act == "batch":
                ballot_log.close_batch(session, keyring, made.cycle, now=at)
            elif act == "annul" and who in known - gone:
                session.exec(
                    sa.update(Participation)
                    .where(col(Participation.voter_key) == person.voter_key)
                    .values(annulled_at=at)
                )
                gone.add(who)
            elif (act == "cast" and who not in known) or (act == "again" and who in known - gone):
                sealed = ballots.prepare(box, person, choose(made.projects[who % 4]), on=at.date())
                done = ballots.put(session, box, person, sealed, now=at, again=act == "again")
                receipts.add(done.receipt)
                known.add(who)
        ballot_log.close_batch(session, keyring, made.cycle, now=now + AFTER)
        final = ballot_log.close_log(session, keyring, made.cycle, now=now + AFTER)
        assert final.size == len(receipts)
        assert_whole(session, made.cycle, receipts)
        assert session.exec(select(Participation).where(col(Participation.log_batch).is_(None))).all() == []
        assert session.exec(select(ReplacedBallot).where(col(ReplacedBallot.log_batch).is_(None))).all() == []
        example.rollback()


def election_in(database: Database, keyring: KeyRing, now: datetime) -> Election:
    with database.writing() as session:
        return open_election(session, keyring, now=now)


def cast_in(database: Database, keyring: KeyRing, made: Election, iin: str, at: datetime) -> bytes:
    with database.writing() as session:
        return cast(session, keyring, made.cycle, iin, made.projects[0], now=at).receipt or b""


def test_a_batch_that_was_cut_off_is_closed_again_with_everything_once(
    database: Database, keyring: KeyRing, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = election_in(database, keyring, now)
    receipts = {cast_in(database, keyring, made, iin, now) for iin in PEOPLE[:25]}

    def crash(*_: object) -> bytes:
        raise OSError("power cut")

    def close() -> None:
        with database.writing() as session:
            ballot_log.close_batch(session, keyring, made.cycle, now=now)

    for cut_off in (ballot_log, CycleKeys):
        with monkeypatch.context() as patched:
            patched.setattr(cut_off, "_write" if cut_off is ballot_log else "sign_head", crash)
            with pytest.raises(OSError, match="power cut"):
                close()
        with database.reading() as session:
            assert session.exec(select(LogLeaf)).all() == []
            assert set(session.exec(select(Participation.log_batch)).all()) == {None}
    close()
    close()
    with database.reading() as session:
        assert len(session.exec(select(LogHead)).all()) == 1
        assert_whole(session, made.cycle, receipts)


# --- a ballot in the very moment of the closing, on PostgreSQL, where others write beside it ----------------------

HOLD, WAITS = 7_411, "SELECT count(*) FROM pg_locks WHERE NOT granted"
HELD_BACK = f"""
    CREATE FUNCTION hold_back() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_advisory_xact_lock({HOLD}); RETURN NEW; END $$;
    CREATE TRIGGER hold_back BEFORE INSERT ON participation FOR EACH ROW EXECUTE FUNCTION hold_back()
"""


def wait_until_waiting(database: Database, number: int) -> None:
    """Until this many statements wait for a lock."""
    for _ in range(200):
        with database.engine.connect() as connection:
            if connection.exec_driver_sql(WAITS).scalar_one() >= number:
                return
        time.sleep(0.02)
    pytest.fail(f"{number} statements were to wait")


def cast_at_once_in(database: Database, keyring: KeyRing, made: Election, iin: str, at: datetime) -> bool:
    with database.reading() as session:
        box = ballots.ballot_box(session, session.get_one(Cycle, made.cycle.id))
    person = voter(keyring, made.cycle, iin)
    sealed = ballots.prepare(box, person, choose(made.projects[0]), on=at.date())
    return casting.cast_at_once(database.asking, box, person, sealed, session_id=1, now=at)


def close_in(database: Database, keyring: KeyRing, made: Election, now: datetime) -> int:
    with database.writing() as session:
        return opening.close_log(session, COORDINATOR, made.cycle.slug, keyring, now=now + AFTER)


@pytest.fixture
def on_postgresql(postgresql_url: str) -> Iterator[Database]:
    opened = Database(postgresql_url)
    yield opened
    opened.dispose()


@pytest.mark.race
def test_a_ballot_that_began_in_time_is_waited_for_and_is_in_the_final_head(
    on_postgresql: Database, keyring: KeyRing, now: datetime
) -> None:
    made = election_in(on_postgresql, keyring, now)
    with on_postgresql.engine.begin() as connection:
        connection.exec_driver_sql(HELD_BACK)
    with ThreadPoolExecutor(2) as pool, on_postgresql.engine.connect() as holder:
        holder.exec_driver_sql(f"SELECT pg_advisory_xact_lock({HOLD})")
        slow = pool.submit(cast_at_once_in, on_postgresql, keyring, made, PEOPLE[0], now)
        wait_until_waiting(on_postgresql, 1)
        closing = pool.submit(close_in, on_postgresql, keyring, made, now)
        wait_until_waiting(on_postgresql, 2)
        holder.rollback()
        assert (slow.result(10), closing.result(10)) == (True, 1)


@pytest.mark.race
def test_a_ballot_that_comes_while_the_log_is_being_closed_is_not_put_in(
    on_postgresql: Database, keyring: KeyRing, now: datetime
) -> None:
    made = election_in(on_postgresql, keyring, now)
    with ThreadPoolExecutor(1) as pool, on_postgresql.writing() as session:
        assert opening.close_log(session, COORDINATOR, made.cycle.slug, keyring, now=now + AFTER) == 0
        late = pool.submit(cast_at_once_in, on_postgresql, keyring, made, PEOPLE[0], now)
        wait_until_waiting(on_postgresql, 1)
        session.commit()
        assert late.result(10) is False
    with on_postgresql.reading() as session:
        assert session.exec(select(Participation)).all() == []


@pytest.mark.race
def test_eight_schedulers_and_voters_at_once_leave_one_whole_log(
    database: Database, keyring: KeyRing, now: datetime
) -> None:
    made = election_in(database, keyring, now)
    receipts: set[bytes] = set()
    faults: list[Exception] = []
    gate = threading.Barrier(12)
    instants = [now + number * ballot_log.EVERY for number in range(1, 6)]

    def schedule() -> None:
        gate.wait()
        for instant in instants:
            with database.writing() as session:
                ballot_log.close_due(session, keyring, now=instant)

    def voters(part: int) -> None:
        gate.wait()
        for iin in impossible_iins(30, 1000 * (part + 1)):
            receipts.add(cast_in(database, keyring, made, iin, now + MINUTE))

    def kept(work, *arguments: int) -> None:
        try:
            work(*arguments)
        except Exception as fault:  # noqa: BLE001  # a thread's own failure must fail the test
            faults.append(fault)

    threads = [threading.Thread(target=kept, args=(schedule,)) for _ in range(8)]
    threads += [threading.Thread(target=kept, args=(voters, part)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(receipts) == 120
    with database.writing() as session:
        cycle = session.get_one(Cycle, made.cycle.id)
        ballot_log.close_log(session, keyring, cycle, now=now + AFTER)
    with database.reading() as session:
        assert_whole(session, made.cycle, receipts)
        rows = session.exec(select(LogHead).order_by(col(LogHead.number))).all()
        sizes = [0, *(row.size for row in rows)]
        grown = [after - before for before, after in pairwise(sizes)]
        assert all(number >= ballot_log.AT_LEAST for number in grown[:-1])
