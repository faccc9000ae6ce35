"""The log of ballots: every ballot once, in shuffled batches, each head signed and chained to the one before."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget import ballot_log, ballots
from budget.errors import KeyMissing, LogDiffers, NotReady, VotingUnderway
from budget.keys import KeyRing
from budget.log.heads import is_signed
from budget.log.merkle import root
from models.ballot import Participation, ReplacedBallot
from models.cycle import Cycle
from models.enums import Origin
from models.log import LogHead, LogLeaf
from models.paper import PaperBatch, PaperSheet
from models.people import Staff
from tests.harness.elections import Election, impossible_iins, open_election
from tests.harness.voting import cast, choose, make_keyring, voter

AFTER = timedelta(days=20)
QUARTER = timedelta(minutes=15)
PEOPLE = impossible_iins(60)


@pytest.fixture
def keyring(tmp_path: Path) -> KeyRing:
    return make_keyring(tmp_path)


@pytest.fixture
def election(session: Session, keyring: KeyRing, now: datetime) -> Election:
    """Voting has been open for a day; nobody has voted."""
    return open_election(session, keyring, now=now)


def vote(session: Session, keyring: KeyRing, made: Election, people: list[str], now: datetime) -> set[bytes]:
    found = {cast(session, keyring, made.cycle, iin, made.projects[0], now=now).receipt for iin in people}
    return {receipt for receipt in found if receipt}


def vote_again(
    session: Session, keyring: KeyRing, made: Election, people: list[str], now: datetime
) -> set[bytes]:
    """They replace their ballots, knowing of the first."""
    box, found = ballots.ballot_box(session, made.cycle), set()
    for iin in people:
        person = voter(keyring, made.cycle, iin)
        sealed = ballots.prepare(box, person, choose(made.projects[1]), on=now.date())
        found.add(ballots.put(session, box, person, sealed, now=now, again=True).receipt or b"")
    return found


def close(session: Session, keyring: KeyRing, made: Election, now: datetime) -> LogHead | None:
    return ballot_log.close_batch(session, keyring, made.cycle, now=now)


def finish(session: Session, keyring: KeyRing, made: Election, now: datetime) -> LogHead:
    return ballot_log.close_log(session, keyring, made.cycle, now=now + AFTER)


def leaves(session: Session, made: Election) -> list[bytes]:
    stored = select(LogLeaf.leaf).where(LogLeaf.cycle_id == made.cycle.id)
    return list(session.exec(stored.order_by(col(LogLeaf.position))).all())


def heads(session: Session, made: Election) -> list[LogHead]:
    order = col(LogHead.number)
    return list(session.exec(select(LogHead).where(LogHead.cycle_id == made.cycle.id).order_by(order)).all())


def assert_whole(session: Session, made: Election) -> None:
    """Every head is signed, follows the one before, and is the root of its leaves."""
    stored, previous = leaves(session, made), made.cycle.frozen_hash
    for number, row in enumerate(heads(session, made), start=1):
        head = ballot_log.head_of(row, made.cycle.slug)
        assert is_signed(head, bytes.fromhex(row.signature), made.cycle.log_public_key or b"")
        assert (row.number, row.previous_hash, row.hash) == (number, previous, head.hash)
        assert row.root == root(stored[: row.size]).hex()
        previous = row.hash


# --- when a batch closes --------------------------------------------------------------------------------


def test_a_batch_needs_twenty_ballots(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    vote(session, keyring, election, PEOPLE[:19], now)
    assert close(session, keyring, election, now) is None
    vote(session, keyring, election, PEOPLE[19:20], now)
    head = close(session, keyring, election, now)
    assert head is not None
    assert (head.number, head.size, head.is_final) == (1, 20, False)


def test_a_batch_needs_a_quarter_of_an_hour(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    vote(session, keyring, election, PEOPLE[:20], now)
    assert close(session, keyring, election, now) is not None
    vote(session, keyring, election, PEOPLE[20:40], now)
    assert close(session, keyring, election, now + QUARTER - timedelta(seconds=1)) is None
    later = close(session, keyring, election, now + QUARTER)
    assert later is not None
    assert (later.number, later.size) == (2, 40)


def test_the_first_batch_waits_for_a_quarter_of_an_hour_of_voting(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    made = open_election(session, keyring, now=now)
    began = now - timedelta(days=1)
    vote(session, keyring, made, PEOPLE[:20], began + timedelta(minutes=1))
    assert close(session, keyring, made, began + timedelta(minutes=14)) is None
    assert close(session, keyring, made, began + QUARTER) is not None


def test_after_the_close_whatever_is_left_goes_in_at_once(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    vote(session, keyring, election, PEOPLE[:1], now)
    head = close(session, keyring, election, now + AFTER)
    assert head is not None
    assert head.size == 1
    assert close(session, keyring, election, now + AFTER) is None


def test_the_job_closes_the_batches_of_every_open_log(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    first = open_election(session, keyring, now=now)
    second = open_election(session, keyring, now=now, slug="second")
    vote(session, keyring, first, PEOPLE[:20], now)
    vote(session, keyring, second, PEOPLE[:25], now)
    closed = ballot_log.close_due(session, keyring, now=now)
    assert sorted((head.cycle_id, head.size) for head in closed) == [
        (first.cycle.id, 20),
        (second.cycle.id, 25),
    ]
    assert ballot_log.close_due(session, keyring, now=now) == []
    assert_whole(session, first)
    assert_whole(session, second)


# --- what is in it --------------------------------------------------------------------------------------


def test_the_leaves_are_the_receipts_in_an_order_that_says_nothing(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    receipts = vote(session, keyring, election, PEOPLE, now)
    close(session, keyring, election, now)
    in_order = select(Participation.receipt).order_by(col(Participation.id))
    assert set(leaves(session, election)) == receipts
    assert leaves(session, election) != list(session.exec(in_order).all())
    assert set(session.exec(select(Participation.log_batch)).all()) == {1}


def test_an_annulled_ballot_and_a_replaced_one_are_in_the_log(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    made = open_election(session, keyring, now=now, revote=True)
    first = vote(session, keyring, made, PEOPLE[:1], now)
    second = vote_again(session, keyring, made, PEOPLE[:1], now + QUARTER)
    annulled = vote(session, keyring, made, PEOPLE[1:2], now)
    session.exec(
        sa.update(Participation)
        .where(col(Participation.receipt).in_(annulled))
        .values(annulled_at=now, voter_key=None)
    )
    finish(session, keyring, made, now)
    assert set(leaves(session, made)) == first | second | annulled
    assert session.exec(select(ReplacedBallot.log_batch)).all() == [1]


def test_a_ballot_replaced_after_its_batch_stays_in_it_and_the_new_one_goes_into_the_next(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    made = open_election(session, keyring, now=now, revote=True)
    old = vote(session, keyring, made, PEOPLE[:20], now)
    close(session, keyring, made, now)
    new = vote_again(session, keyring, made, PEOPLE[:20], now + QUARTER)
    close(session, keyring, made, now + QUARTER)
    assert (set(leaves(session, made)[:20]), set(leaves(session, made)[20:])) == (old, new)


def add_papers(session: Session, cycle: Cycle, now: datetime, *, closed: bool, first: int = 1) -> list[bytes]:
    """A paper batch of two valid papers and a spoiled one."""
    staff = Staff(
        email=f"s{first}@example.org", name="S", role="coordinator", password_hash="", created_at=now
    )
    session.add(staff)
    session.flush()
    batch = PaperBatch(
        public_id=f"batch{first}", cycle_id=cycle.id or 0, point="P", first_serial=first, last_serial=first + 2,
        issued_at=now, issued_by=staff.id or 0, closed_at=now if closed else None,
    )  # fmt: skip
    session.add(batch)
    session.flush()
    receipts = [bytes([first + n]) * 32 for n in range(2)]
    common = {"cycle_id": cycle.id or 0, "batch_id": batch.id or 0}
    for number, receipt in enumerate(receipts):
        session.add(PaperSheet(serial=first + number, state="valid", sealed=b"s", receipt=receipt, **common))
    session.add(PaperSheet(serial=first + 2, state="spoiled", fault="unsigned", **common))
    session.flush()
    return receipts


def test_papers_go_in_when_their_batch_is_closed(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    papers = add_papers(session, election.cycle, now, closed=True)
    add_papers(session, election.cycle, now, closed=False, first=11)
    vote(session, keyring, election, PEOPLE[:18], now)
    head = close(session, keyring, election, now)
    assert head is not None
    assert head.size == 20
    assert set(papers) < set(leaves(session, election))
    late = close(session, keyring, election, now + AFTER)
    assert late is None
    session.exec(sa.update(PaperBatch).values(closed_at=now + AFTER))
    late = close(session, keyring, election, now + AFTER)
    assert late is not None
    assert late.size == 22


# --- the final head -------------------------------------------------------------------------------------


def test_the_final_head_takes_what_is_left_and_nothing_comes_after(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    vote(session, keyring, election, PEOPLE[:20], now)
    close(session, keyring, election, now)
    vote(session, keyring, election, PEOPLE[20:23], now)
    final = finish(session, keyring, election, now)
    assert (final.number, final.size, final.is_final) == (2, 23, True)
    assert election.cycle.log_closed_at == now + AFTER
    assert finish(session, keyring, election, now + AFTER) is final
    add_papers(session, election.cycle, now, closed=True)
    assert close(session, keyring, election, now + AFTER) is None
    assert [head.is_final for head in heads(session, election)] == [False, True]
    assert_whole(session, election)


def test_with_nothing_left_the_final_head_repeats_the_root(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    vote(session, keyring, election, PEOPLE[:20], now)
    last = close(session, keyring, election, now)
    final = finish(session, keyring, election, now)
    assert last is not None
    assert (final.size, final.root, final.previous_hash) == (20, last.root, last.hash)
    assert final.hash != last.hash


def test_a_vote_nobody_took_part_in_has_a_final_head_too(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    final = finish(session, keyring, election, now)
    assert (final.number, final.size, final.root) == (1, 0, root([]).hex())
    assert_whole(session, election)


def test_the_log_is_not_closed_while_voting_lasts(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    with pytest.raises(VotingUnderway):
        ballot_log.close_log(session, keyring, election.cycle, now=now)
    assert election.cycle.log_closed_at is None
    assert heads(session, election) == []


def test_a_cycle_without_a_log_gets_none(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    imported = Cycle(
        slug="imported", origin=Origin.PABULIB, year=2020, title_kk="x", title_ru="x", title_en="x",
        allotted_tenge=1, created_at=now,
    )  # fmt: skip
    session.add(imported)
    session.flush()
    assert ballot_log.close_batch(session, keyring, imported, now=now) is None
    with pytest.raises(NotReady):
        ballot_log.close_log(session, keyring, imported, now=now)


# --- what somebody changed ------------------------------------------------------------------------------


def test_a_leaf_slipped_in_behind_the_last_head_is_not_signed_over(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    vote(session, keyring, election, PEOPLE[:20], now)
    close(session, keyring, election, now)
    session.add(LogLeaf(cycle_id=election.cycle.id or 0, position=20, batch=1, leaf=b"x" * 32))
    vote(session, keyring, election, PEOPLE[20:40], now)
    with pytest.raises(LogDiffers) as refused:
        close(session, keyring, election, now + QUARTER)
    assert refused.value.facts == {"number": 1}
    with pytest.raises(LogDiffers):
        finish(session, keyring, election, now)


def test_a_leaf_exchanged_in_the_storage_is_found_by_a_new_process_and_by_the_final_head(
    session: Session, keyring: KeyRing, election: Election, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    vote(session, keyring, election, PEOPLE[:20], now)
    close(session, keyring, election, now)
    drop = "DROP TRIGGER log_leaf_no_update"
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    session.connection().exec_driver_sql(drop if is_sqlite else f"{drop} ON log_leaf")
    session.exec(sa.update(LogLeaf).where(col(LogLeaf.position) == 7).values(leaf=b"x" * 32))
    with pytest.raises(LogDiffers):
        finish(session, keyring, election, now)
    vote(session, keyring, election, PEOPLE[20:40], now)
    monkeypatch.setattr(ballot_log, "_signed_here", {})
    with pytest.raises(LogDiffers):
        close(session, keyring, election, now + QUARTER)


def test_leaves_before_the_first_head_are_not_signed_over(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    session.add(LogLeaf(cycle_id=election.cycle.id or 0, position=0, batch=1, leaf=b"x" * 32))
    session.flush()
    with pytest.raises(LogDiffers):
        finish(session, keyring, election, now)


def test_without_the_key_file_no_head_is_made(
    session: Session, keyring: KeyRing, election: Election, now: datetime, tmp_path: Path
) -> None:
    vote(session, keyring, election, PEOPLE[:20], now)
    with pytest.raises(KeyMissing):
        close(session, make_keyring(tmp_path / "elsewhere"), election, now)
