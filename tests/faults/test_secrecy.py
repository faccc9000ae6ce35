"""What somebody finds who carries the files away: no IIN, no choice, and after the separation no way from a voter to
a ballot – not by a page, an order, a time or a transaction. A thousand voters, the whole flow, both databases; and
each way of looking finds what was planted for it.
"""

import logging
import random
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from budget import ballots, cycles, opening
from budget.ballot_rules import check, encode
from budget.ballots import Traces, Voter
from budget.keys import KeyRing
from budget.sealing import receipt_of
from models.ballot import Ballot, Participation, SealedBallot
from models.cycle import Cycle
from models.database import Database
from models.enums import Assurance, Channel
from models.project import Project
from tests.harness import forensics
from tests.harness.elections import COORDINATOR, add_residents, impossible_iins
from tests.harness.postgresql import Cluster
from tests.harness.trustees import frozen_by_trustees
from tests.harness.voting import BORN, choose, make_keyring

VOTERS = 1000
ALLOWED = 0.1
AFTER = timedelta(days=20)
PAGE = {"sqlite": 4096, "new_postgresql": 8192}
IINS = impossible_iins(VOTERS)


@dataclass
class World:
    """A vote held by a thousand people; what its files must not tell."""

    database: Database
    keyring: KeyRing
    cycle: Cycle
    files: Callable[[], list[Path]]
    shares: dict[int, str]
    size: int
    receipts: list[bytes] = field(default_factory=list)
    """In the order of casting."""
    plain: list[bytes] = field(default_factory=list)

    @property
    def voters(self) -> list[bytes]:
        """The voter keys in the order of casting."""
        return [self.keyring.voter_key_of(self.cycle.slug, iin) for iin in IINS]

    def write(self, step: Callable[[Session], object]) -> None:
        with self.database.writing() as session:
            step(session)


def vote(world: World, projects: tuple[Project, ...], now: datetime) -> None:
    """Each in a transaction and at a time of their own; some choose nothing, some three."""
    source = random.Random(20260)
    with world.database.reading() as session:
        box = ballots.ballot_box(session, cycles.by_slug(session, world.cycle.slug))
    for number, (iin, key) in enumerate(zip(IINS, world.voters, strict=True)):
        selection = choose(*source.sample(projects, number % 4))
        plain = encode(check(selection, box.ballot_list), box.ballot_length)
        if number % 4:
            world.plain.append(plain.rstrip())
        traces = Traces(
            key[:8][::-1], world.keyring.hashes_of(box.slug).of_trace(f"block:{iin}")[:8], number, 40
        )
        voter = Voter(key, BORN, Channel.WEB, Assurance.SMS, traces=traces)
        at = now + timedelta(seconds=20 * number)
        with world.database.writing() as session:
            done = ballots.cast(session, box, voter, selection, on=now.date(), now=at)
        assert done.receipt is not None
        world.receipts.append(done.receipt)


@pytest.fixture(params=["sqlite", "new_postgresql"])
def world(request: pytest.FixtureRequest, tmp_path: Path, now: datetime) -> Iterator[World]:
    database = Database(request.getfixturevalue(f"{request.param}_url"))
    keyring = make_keyring(tmp_path)
    if request.param == "sqlite":
        files = lambda: forensics.sqlite_files(database)  # noqa: E731
    else:
        cluster: Cluster = request.getfixturevalue("postgresql_cluster")
        files = lambda: forensics.postgresql_files(database, cluster)  # noqa: E731
    with database.writing() as session:
        add_residents(session, keyring, IINS, now=now - timedelta(days=100))
        cycle, projects, shares = frozen_by_trustees(session, keyring, now=now, votes_per_resident=3)
    made = World(database, keyring, cycle, files, dict(shares), PAGE[request.param])
    vote(made, projects, now)
    yield made
    database.dispose()


def close_log(world: World, now: datetime) -> None:
    slug = world.cycle.slug
    world.write(lambda s: opening.close_log(s, COORDINATOR, slug, world.keyring, now=now + AFTER))


def separate(world: World, now: datetime) -> None:
    close_log(world, now)
    world.write(lambda s: opening.separate(s, COORDINATOR, world.cycle.slug, now=now + AFTER))
    world.database.rewrite_storage()


def stored_places(world: World) -> list[int]:
    """The places in the order of casting of the sealed ballots as they lie in the storage."""
    row = "rowid" if world.database.is_sqlite else "ctid"
    with world.database.reading() as session:
        found = session.connection().execute(sa.text(f"SELECT sealed FROM sealed_ballot ORDER BY {row}"))
        place = {receipt: number for number, receipt in enumerate(world.receipts)}
        return [place[receipt_of(bytes(sealed))] for (sealed,) in found]


def test_while_voting_lasts_the_files_tell_no_iin_and_no_choice(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> None:
    files = world.files()
    assert forensics.any_in(files, world.voters[:1]), "the search finds what is there"
    if world.database.is_sqlite:
        copy = tmp_path / "backup.sqlite3"
        with (
            sqlite3.connect(world.database.url.removeprefix("sqlite:///")) as one,
            sqlite3.connect(copy) as two,
        ):
            one.backup(two)
        files = [*files, copy]
    else:
        files = [*files, *forensics.wal_files(request.getfixturevalue("postgresql_cluster"))]
    assert forensics.iins_in(files, IINS) == set()
    assert not forensics.any_in(files, sorted(set(world.plain)))
    with world.database.reading() as session:
        lengths = session.exec(select(sa.func.length(Participation.sealed)).distinct()).all()
    assert len(lengths) == 1, "a ballot with nothing on it is as long as one with three projects"


def test_no_log_line_of_the_whole_flow_tells_who_or_what(
    world: World, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.INFO, logger="sqlalchemy.engine"):
        with world.database.writing() as session:
            box = ballots.ballot_box(session, cycles.by_slug(session, world.cycle.slug))
            key = world.keyring.voter_key_of(box.slug, impossible_iins(1, first=50_000)[0])
            voter = Voter(key, BORN, Channel.WEB, Assurance.SMS)
            done = ballots.cast(session, box, voter, choose(), on=now.date(), now=now)
            world.receipts.append(done.receipt or b"")
        separate(world, now)
        open_all(world, now)
    told = caplog.text
    assert "UPDATE participation" in told, "the statements were listened to"
    secrets = [
        *IINS,
        *(receipt.hex() for receipt in world.receipts),
        *(one.decode() for one in world.plain[:50]),
    ]
    assert [one for one in secrets if one in told] == []
    assert not any(repr(receipt)[2:20] in told for receipt in world.receipts[:50])


def open_all(world: World, now: datetime) -> None:
    two = {1: world.shares[1], 2: world.shares[2]}
    slug = world.cycle.slug
    world.write(
        lambda s: opening.open_ballots(s, COORDINATOR, slug, world.keyring, now=now + AFTER, entered=two)
    )


def test_after_the_separation_nothing_in_the_files_ties_a_voter_to_a_ballot(
    world: World, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening.secrets, "token_bytes", random.Random(7).randbytes)  # no run fails by chance
    with world.database.reading() as session:
        sealed = [bytes(one)[:24] for one in session.exec(select(Participation.sealed)) if one]
    some = slice(0, VOTERS, 25)
    needles = [*world.receipts[some], *sealed[some]]
    traces = [key[:8][::-1] for key in world.voters[some]]
    assert forensics.linked_pages(world.files(), world.voters[some], needles, world.size) > 0
    assert forensics.any_in(world.files(), traces)
    forensics.gather_statistics(world.database)
    separate(world, now)
    files = world.files()
    assert forensics.any_in(files, world.voters[:1])
    assert forensics.any_in(files, needles), "the log and the ballots are there, apart"
    assert forensics.linked_pages(files, world.voters[some], needles, world.size) == 0
    assert not forensics.any_in(files, traces)
    assert forensics.iins_in(files, IINS) == set()
    assert not forensics.any_in(files, sorted(set(world.plain)))
    assert_no_order(world)
    open_all(world, now)
    with world.database.reading() as session:
        assert len(session.exec(select(Ballot)).all()) == VOTERS


def assert_no_order(world: World) -> None:
    places = stored_places(world)
    assert sorted(places) == list(range(VOTERS))
    assert abs(forensics.rank_correlation(places)) < ALLOWED
    with world.database.reading() as session:
        by_key = session.exec(select(SealedBallot.sealed).order_by(SealedBallot.key)).all()
        logged = session.connection().execute(sa.text("SELECT leaf FROM log_leaf ORDER BY position")).all()
        lengths = session.exec(select(sa.func.length(SealedBallot.sealed)).distinct()).all()
    place = {receipt: number for number, receipt in enumerate(world.receipts)}
    assert abs(forensics.rank_correlation([place[receipt_of(bytes(one))] for one in by_key])) < ALLOWED
    assert len(logged) == VOTERS
    assert len(lengths) == 1
    assert not {
        name
        for name in SealedBallot.model_fields
        if name.endswith(("_at", "_on", "_id")) and name != "cycle_id"
    }
    if not world.database.is_sqlite:
        assert forensics.transactions_of(world.database, "sealed_ballot") == 1
        assert forensics.transactions_of(world.database, "participation") == 1


def test_the_leaves_of_a_batch_are_not_in_the_order_of_casting(world: World, now: datetime) -> None:
    close_log(world, now)
    with world.database.reading() as session:
        logged = session.connection().execute(sa.text("SELECT leaf FROM log_leaf ORDER BY position")).all()
    place = {receipt: number for number, receipt in enumerate(world.receipts)}
    # by chance beyond 0.15 once in half a million runs: five standard deviations of a thousand
    assert abs(forensics.rank_correlation([place[bytes(leaf)] for (leaf,) in logged])) < 0.15


# --- planted: each way of looking finds its fault ----------------------------------------------------------


def test_a_separation_in_the_order_of_casting_is_seen(
    world: World, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = iter(number.to_bytes(16) for number in range(VOTERS + 1))
    read, place = opening._inner_envelopes, {receipt: n for n, receipt in enumerate(world.receipts)}
    monkeypatch.setattr(opening.secrets, "token_bytes", lambda _size: next(keys))
    monkeypatch.setattr(
        opening,
        "_inner_envelopes",
        lambda *given: sorted(read(*given), key=lambda row: place[receipt_of(row[0])]),
    )
    separate(world, now)
    with pytest.raises(AssertionError):
        assert_no_order(world)


def test_a_link_that_is_left_in_the_storage_is_seen(
    world: World, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Database, "rewrite_storage", lambda _self: None)
    separate(world, now)
    some = slice(0, VOTERS, 25)
    assert forensics.linked_pages(world.files(), world.voters[some], world.receipts[some], world.size) > 0


def test_values_that_postgresql_samples_for_its_planner_are_seen(world: World, now: datetime) -> None:
    if world.database.is_sqlite:
        pytest.skip("SQLite samples no values")
    traces = [key[:8][::-1] for key in world.voters[:: VOTERS // 40]]
    with world.database.writing() as session:
        session.connection().exec_driver_sql(
            "ALTER TABLE participation ALTER COLUMN network_key SET STATISTICS 10000"
        )
    forensics.gather_statistics(world.database)
    separate(world, now)
    assert forensics.any_in(world.files(), traces)


def test_ballots_separated_one_by_one_are_seen(world: World, now: datetime) -> None:
    if world.database.is_sqlite:
        pytest.skip("SQLite keeps no number of the transaction with a row")
    separate(world, now)
    with world.database.reading() as session:
        key = session.exec(select(SealedBallot.key).limit(1)).one()
    moved = sa.update(SealedBallot).where(sa.column("key") == key).values(assurance=Assurance.DESK)
    world.write(lambda s: s.exec(moved))  # type: ignore[call-overload]
    assert forensics.transactions_of(world.database, "sealed_ballot") == 2


def test_an_iin_and_a_choice_in_the_files_are_seen(world: World) -> None:
    planted = f"note {IINS[3]}"
    assert forensics.iins_in(world.files(), IINS) == set()
    world.write(
        lambda s: s.execute(
            sa.text("INSERT INTO area (code, name_kk, name_ru, name_en) VALUES ('x', :one, :two, '')"),
            {"one": planted, "two": world.plain[0].decode()},
        )
    )
    assert forensics.iins_in(world.files(), IINS) == {IINS[3]}
    assert forensics.any_in(world.files(), [world.plain[0]])


def test_the_correlation_is_spearmans() -> None:
    assert forensics.rank_correlation(range(10)) == 1
    assert forensics.rank_correlation(range(9, -1, -1)) == -1
    assert forensics.rank_correlation([2, 0, 1]) == pytest.approx(-0.5)
