"""Opening: after the close the envelopes are separated, the link is deleted, and only then ballots are opened."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget import ballots, opening
from budget.ballot_rules import Choice, encode
from budget.errors import AlreadyDone, KeyMissing, NotPermitted, NotReady, VotingUnderway
from budget.keys import KeyRing
from budget.log.merkle import root
from budget.permissions import Actor
from budget.sealing import receipt_of, seal
from models.ballot import Ballot, BallotChoice, Participation, SealedBallot
from models.cycle import Cycle
from models.database import Database
from models.enums import Assurance, BallotStatus, ProjectState, Role
from models.project import Project
from tests.harness.elections import COORDINATOR, Election, impossible_iins, open_election
from tests.harness.voting import cast, make_keyring

AFTER = timedelta(days=20)  # the decision phase of `open_election`
PEOPLE = impossible_iins(9)


@pytest.fixture
def keyring(tmp_path: Path) -> KeyRing:
    return make_keyring(tmp_path)


@pytest.fixture
def election(session: Session, keyring: KeyRing, now: datetime) -> Election:
    """Nine people: three for projects 1 and 2, four for 2 alone, two for none."""
    made = open_election(session, keyring, now=now, votes_per_resident=2)
    one, two = made.projects[:2]
    choices = [(one, two)] * 3 + [(two,)] * 4 + [()] * 2
    for iin, chosen in zip(PEOPLE, choices, strict=True):
        cast(session, keyring, made.cycle, iin, *chosen, now=now)
    session.flush()
    return made


def opened_choices(session: Session) -> list[tuple[BallotStatus, frozenset[int]]]:
    rows = session.exec(select(Ballot)).all()
    return [
        (
            row.status,
            frozenset(
                session.exec(select(BallotChoice.project_id).where(BallotChoice.ballot_id == row.id)).all()
            ),
        )
        for row in rows
    ]


def separate(session: Session, keyring: KeyRing, election: Election, now: datetime) -> int:
    opening.close_log(session, COORDINATOR, election.cycle.slug, keyring, now=now + AFTER)
    return opening.separate(session, COORDINATOR, election.cycle.slug, now=now + AFTER)


def open_all(session: Session, keyring: KeyRing, election: Election, now: datetime) -> int:
    return opening.open_ballots(session, COORDINATOR, election.cycle.slug, keyring, now=now + AFTER)


def test_what_was_cast_is_what_is_opened(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    one, two = (project.id or 0 for project in election.projects[:2])
    assert separate(session, keyring, election, now) == 9
    assert open_all(session, keyring, election, now) == 9
    found = opened_choices(session)
    assert found.count((BallotStatus.VALID, frozenset({one, two}))) == 3
    assert found.count((BallotStatus.VALID, frozenset({two}))) == 4
    assert found.count((BallotStatus.EMPTY, frozenset())) == 2


def test_batches_lose_and_double_nothing(
    session: Session,
    keyring: KeyRing,
    election: Election,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(opening, "_BATCH", 2)
    test_what_was_cast_is_what_is_opened(session, keyring, election, now)


def test_nothing_is_opened_while_voting_lasts_not_even_by_the_coordinator(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    with pytest.raises(VotingUnderway) as refused:
        opening.separate(session, COORDINATOR, election.cycle.slug, now=now)
    assert refused.value.facts["closes_at"] > now
    assert session.exec(select(SealedBallot)).all() == []


@pytest.mark.parametrize("role", [Role.VISITOR, Role.RESIDENT, Role.COUNCIL])
def test_only_the_coordinator_opens(
    session: Session, keyring: KeyRing, election: Election, now: datetime, role: Role
) -> None:
    with pytest.raises(NotPermitted):
        opening.separate(session, Actor(role, 1), election.cycle.slug, now=now + AFTER)
    separate(session, keyring, election, now)
    with pytest.raises(NotPermitted):
        opening.open_ballots(session, Actor(role, 1), election.cycle.slug, keyring, now=now + AFTER)


def test_ballots_are_not_opened_while_their_envelopes_bear_names(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    with pytest.raises(NotReady) as refused:
        open_all(session, keyring, election, now)
    assert refused.value.facts == {"unmet": ("separated",)}
    assert session.exec(select(Ballot)).all() == []


def test_ballots_are_not_opened_while_a_single_link_is_left(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    separate(session, keyring, election, now)
    left = session.exec(select(Participation)).first()
    assert left is not None
    left.sealed = b"put back"
    session.flush()
    with pytest.raises(NotReady):
        open_all(session, keyring, election, now)


def test_after_the_separation_nothing_ties_a_ballot_to_its_voter(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    voters = session.exec(select(Participation.voter_key).order_by(col(Participation.id))).all()
    receipts = session.exec(select(Participation.receipt).order_by(col(Participation.id))).all()
    separate(session, keyring, election, now)
    session.expire_all()
    rows = session.exec(select(Participation).order_by(col(Participation.id))).all()
    assert [row.voter_key for row in rows] == voters
    assert {(row.sealed, row.receipt) for row in rows} == {(None, None)}
    taken_out = session.exec(select(SealedBallot).order_by(col(SealedBallot.key))).all()
    assert sorted(receipt_of(row.sealed) for row in taken_out) == sorted(r for r in receipts if r)
    assert not set(SealedBallot.model_fields) & {"voter_key", "cast_at", "participation_id"}
    found = ballots.find(session, election.cycle.id or 0, voters[0])
    assert found is not None
    assert found.receipt is None


def test_the_order_of_the_separated_ballots_says_nothing(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    made = open_election(session, keyring, now=now)
    people = impossible_iins(40)
    for iin in people:
        cast(session, keyring, made.cycle, iin, made.projects[0], now=now)
    before = list(session.exec(select(Participation.receipt).order_by(col(Participation.id))).all())
    separate(session, keyring, made, now)
    by_key = session.exec(select(SealedBallot).order_by(col(SealedBallot.key))).all()
    by_storage = session.exec(select(SealedBallot)).all()
    assert [receipt_of(row.sealed) for row in by_key] != before
    assert [receipt_of(row.sealed) for row in by_storage] != before


def test_each_step_is_done_once(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    separate(session, keyring, election, now)
    with pytest.raises(AlreadyDone):
        separate(session, keyring, election, now)
    open_all(session, keyring, election, now)
    with pytest.raises(AlreadyDone):
        open_all(session, keyring, election, now)
    assert len(session.exec(select(Ballot)).all()) == 9


def test_a_crash_in_either_step_leaves_it_to_be_done_again(
    database: Database, keyring: KeyRing, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing() as session:
        made = open_election(session, keyring, now=now)
        cast(session, keyring, made.cycle, PEOPLE[0], made.projects[0], now=now)

    def crash(*_: object, **__: object) -> None:
        raise OSError("power cut")

    def one(step: Callable[[Session], int]) -> int:
        with database.writing() as session:
            return step(session)

    steps = (lambda s: separate(s, keyring, made, now), lambda s: open_all(s, keyring, made, now))
    for step in steps:
        with monkeypatch.context() as patched:
            patched.setattr(opening.audit, "record", crash)
            with pytest.raises(OSError, match="power cut"):
                one(step)
        assert one(step) == 1
    with database.reading() as session:
        assert len(session.exec(select(Ballot)).all()) == 1


def test_without_the_key_file_nothing_is_opened(
    session: Session, keyring: KeyRing, election: Election, now: datetime, tmp_path: Path
) -> None:
    separate(session, keyring, election, now)
    with pytest.raises(KeyMissing):
        open_all(session, make_keyring(tmp_path / "elsewhere"), election, now)


def add_sealed(session: Session, cycle: Cycle, sealed: bytes) -> None:
    session.add(
        SealedBallot(
            key=secrets.token_bytes(16), cycle_id=cycle.id or 0, channel="web", assurance="sms", sealed=sealed
        )
    )


def test_ballots_that_cannot_count_are_kept_as_invalid_with_the_reason(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    separate(session, keyring, election, now)
    cycle = election.cycle
    public_key = cycle.ballot_public_key or b""
    three = tuple(sorted(project.public_id for project in election.projects[:3]))
    envelope = ballots.ballot_box(session, cycle).ballot_list.envelope_of[three[0]]
    add_sealed(session, cycle, b"not sealed at all")
    add_sealed(session, cycle, seal(b"not a ballot", public_key))
    add_sealed(session, cycle, seal(encode(Choice(envelope, three), 200), public_key))
    session.flush()
    assert open_all(session, keyring, election, now) == 12
    invalid = session.exec(select(Ballot.reason).where(Ballot.status == BallotStatus.INVALID)).all()
    assert sorted(invalid) == ["not_sealed_for_us", "too_many_choices", "unreadable"]


def test_a_ballot_for_a_project_withdrawn_since_then_is_still_valid(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    withdrawn = session.get(Project, election.projects[1].id)
    assert withdrawn is not None
    withdrawn.state, withdrawn.withdrawn_at = ProjectState.WITHDRAWN, now + timedelta(days=1)
    session.flush()
    separate(session, keyring, election, now)
    open_all(session, keyring, election, now)
    assert {status for status, _ in opened_choices(session)} == {BallotStatus.VALID, BallotStatus.EMPTY}


def test_opened_ballots_carry_the_way_of_identifying_and_no_time(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    separate(session, keyring, election, now)
    open_all(session, keyring, election, now)
    assert set(session.exec(select(Ballot.assurance)).all()) == {Assurance.SMS}
    assert not {name for name in Ballot.model_fields if name.endswith(("_at", "_on"))}


def test_the_root_covers_every_separated_ballot_in_any_order(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    receipts = session.exec(select(Participation.receipt)).all()
    separate(session, keyring, election, now)
    whole = opening.ballots_root(session, election.cycle.id or 0)
    assert whole == root(sorted(receipt for receipt in receipts if receipt))
    session.exec(
        sa.delete(SealedBallot).where(
            col(SealedBallot.sealed) == session.exec(select(SealedBallot.sealed)).first()
        )
    )
    assert opening.ballots_root(session, election.cycle.id or 0) != whole


def test_two_cycles_are_opened_apart(session: Session, keyring: KeyRing, now: datetime) -> None:
    first = open_election(session, keyring, now=now)
    second = open_election(session, keyring, now=now, slug="second")
    for made, people in ((first, PEOPLE[:2]), (second, PEOPLE[:5])):
        for iin in people:
            cast(session, keyring, made.cycle, iin, made.projects[0], now=now)
    assert separate(session, keyring, first, now) == 2
    assert open_all(session, keyring, first, now) == 2
    assert separate(session, keyring, second, now) == 5
    assert open_all(session, keyring, second, now) == 5
    own = session.exec(select(Ballot).where(Ballot.cycle_id == second.cycle.id)).all()
    assert len(own) == 5


def test_rewritten_storage_has_no_trace_of_the_link(
    database: Database, keyring: KeyRing, now: datetime
) -> None:
    with database.writing() as session:
        made = open_election(session, keyring, now=now)
        receipts = [
            cast(session, keyring, made.cycle, iin, made.projects[0], now=now).receipt for iin in PEOPLE
        ]
    with database.writing() as session:
        separate(session, keyring, made, now)
    database.rewrite_storage()
    if not database.is_sqlite:
        with database.reading() as session:
            left = session.exec(select(Participation.receipt).where(col(Participation.receipt).is_not(None)))
            assert left.all() == []
        return
    database.dispose()
    file = Path(database.url.removeprefix("sqlite:///"))
    stored = b"".join(part.read_bytes() for part in file.parent.glob(file.name + "*"))
    pages = [stored[start : start + 4096] for start in range(0, len(stored), 4096)]
    voters = [keyring.voter_key_of(made.cycle.slug, iin) for iin in PEOPLE]
    assert all(voter in stored for voter in voters), "the search finds what is there"
    linked = [
        page
        for page in pages
        if any(voter in page for voter in voters) and any(receipt in page for receipt in receipts if receipt)
    ]
    assert linked == [], "the log has the leaves, but no page has a leaf beside a voter"
