"""The order of the opening: what must be settled before it, who is set aside, who gives the key, what must add up."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from budget import ballots, cycles, objections, opening, results, working_days
from budget.ballot_rules import check, encode
from budget.errors import CasesOpen, NotReady, ObjectionsOpen, SumsDiffer
from budget.keys import KeyRing
from budget.sealing import receipt_of, seal
from models.ballot import Ballot, Participation, SealedBallot
from models.case import Annulment, Objection, Signal, SignalMember
from models.cycle import Cycle
from models.district import MovedDay
from models.enums import (
    BallotStatus,
    CaseOutcome,
    Channel,
    Language,
    Opening,
    Phase,
    Role,
    SheetFault,
    SheetState,
    SignalRule,
)
from models.log import LogLeaf
from models.paper import PaperBatch, PaperSheet
from models.people import Staff
from models.result import Count
from tests.harness.elections import COORDINATOR, Election, impossible_iins, open_election
from tests.harness.opening import separated
from tests.harness.trustees import frozen_by_trustees
from tests.harness.voting import cast, choose, make_keyring

AFTER = timedelta(days=20)  # the decision phase of `open_election`
PEOPLE = impossible_iins(9)


@pytest.fixture
def keyring(tmp_path: Path) -> KeyRing:
    return make_keyring(tmp_path)


@pytest.fixture
def election(session: Session, keyring: KeyRing, now: datetime) -> Election:
    """Nine people: seven for the only project, two for none."""
    made = open_election(session, keyring, now=now, projects=1)
    for place, iin in enumerate(PEOPLE):
        cast(session, keyring, made.cycle, iin, *made.projects[: 1 if place < 7 else 0], now=now)
    session.flush()
    return made


def separate(session: Session, keyring: KeyRing, election: Election, now: datetime) -> int:
    return separated(session, keyring, election.cycle.slug, now=now + AFTER)


def open_all(session: Session, keyring: KeyRing, election: Election, now: datetime) -> int:
    return opening.open_ballots(session, COORDINATOR, election.cycle.slug, keyring, now=now + AFTER)


def add_sealed(session: Session, cycle: Cycle, sealed: bytes) -> None:
    session.add(
        SealedBallot(
            key=secrets.token_bytes(16), cycle_id=cycle.id or 0, channel="web", assurance="sms", sealed=sealed
        )
    )


# --- what must be settled before the separation ---------------------------------------------------------


def cast_one(session: Session, keyring: KeyRing, made: Election, now: datetime) -> Participation:
    cast(session, keyring, made.cycle, PEOPLE[0], made.projects[0], now=now)
    session.flush()
    return session.exec(select(Participation)).one()


def close(session: Session, keyring: KeyRing, made: Election, at: datetime) -> int:
    return opening.close_log(session, COORDINATOR, made.cycle.slug, keyring, now=at)


def voting_ends(session: Session, made: Election) -> datetime:
    window = cycles.calendar(session, made.cycle.id or 0).window(Phase.VOTING)
    assert window is not None
    assert window.ends_at is not None
    return window.ends_at


def test_owners_may_object_for_the_working_days_of_the_setting(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    made = open_election(session, keyring, now=now, objection_days=3)
    cast_one(session, keyring, made, now)
    ends_at = voting_ends(session, made)
    until = objections.open_until(session, made.cycle)
    assert until is not None
    assert until == working_days.end_of(ends_at, 3, {})
    with pytest.raises(ObjectionsOpen) as refused:
        close(session, keyring, made, until - timedelta(seconds=1))
    assert refused.value.facts["until"] == until
    assert close(session, keyring, made, until) == 1


def test_a_day_the_government_moved_lengthens_the_window(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    made = open_election(session, keyring, now=now, objection_days=3)
    until = objections.open_until(session, made.cycle)
    assert until is not None
    last = (until - timedelta(seconds=1)).astimezone(working_days.ZONE).date()
    session.add(MovedDay(on=last, is_working=False))
    session.flush()
    later = objections.open_until(session, made.cycle)
    assert later is not None
    assert later > until


def test_an_undecided_objection_holds_the_opening_up(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    made = open_election(session, keyring, now=now)
    row = cast_one(session, keyring, made, now)
    objection = Objection(
        public_id="objection1", cycle_id=made.cycle.id or 0, participation_id=row.id or 0, channel=Channel.WEB,
        text="Бұл мен емеспін", language=Language.KK, created_at=now,
    )  # fmt: skip
    session.add(objection)
    session.flush()
    with pytest.raises(CasesOpen) as refused:
        close(session, keyring, made, now + AFTER)
    assert refused.value.facts == {"objections": 1, "signals": 0, "annulments": 0}
    objection.outcome, objection.reason, objection.decided_at = CaseOutcome.DISMISSED, "Құжат көрді", now
    session.flush()
    assert close(session, keyring, made, now + AFTER) == 1


def test_a_proposed_annulment_holds_the_opening_up_until_it_is_decided(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    made = open_election(session, keyring, now=now)
    row = cast_one(session, keyring, made, now)
    staff_id = member(session, now)
    annulment = Annulment(
        public_id="annulment1", cycle_id=made.cycle.id or 0, participation_id=row.id or 0, reason="Әрекет",
        proposed_by=staff_id, proposed_at=now,
    )  # fmt: skip
    session.add(annulment)
    session.flush()
    with pytest.raises(CasesOpen):
        close(session, keyring, made, now + AFTER)
    annulment.declined_at, annulment.declined_by = now, staff_id
    session.flush()
    assert close(session, keyring, made, now + AFTER) == 1


def member(session: Session, now: datetime) -> int:
    row = Staff(
        email="k@example.kz", name="T", role=Role.COORDINATOR, language=Language.KK, password_hash="-",
        created_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id or 0


def test_nothing_is_separated_before_the_log_is_closed(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    with pytest.raises(NotReady) as refused:
        opening.separate(session, COORDINATOR, election.cycle.slug, now=now + AFTER)
    assert refused.value.facts["unmet"] == ("log_closed",)


def test_an_annulled_envelope_is_set_aside_unopened(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    row = session.exec(select(Participation).limit(1)).one()
    row.annulled_at, row.voter_key, set_aside = now, None, row.sealed
    session.flush()
    assert separate(session, keyring, election, now) == 8
    session.expire_all()
    assert set_aside not in session.exec(select(SealedBallot.sealed)).all()
    assert open_all(session, keyring, election, now) == 8
    results.count(session, COORDINATOR, election.cycle.slug, now=now + AFTER)
    counted = session.get(Count, election.cycle.id)
    assert counted is not None
    assert (counted.leaves, counted.annulled, counted.replaced, counted.papers) == (9, 1, 0, 0)
    assert counted.valid + counted.empty + counted.invalid == 8


def test_the_traces_and_the_members_of_signals_go_with_the_link(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    row = session.exec(select(Participation).limit(1)).one()
    row.network_key = row.phone_block_key = b"n" * 8
    row.roll_line, row.age = 7, 40
    signal = Signal(
        public_id="signal0001", cycle_id=election.cycle.id or 0, rule=SignalRule.SUBNET, subject="s", ballots=1,
        found_at=now, outcome=CaseOutcome.DISMISSED, reason="Жатақхана", decided_at=now,
    )  # fmt: skip
    session.add(signal)
    session.flush()
    session.add(SignalMember(signal_id=signal.id or 0, participation_id=row.id or 0))
    session.flush()
    separate(session, keyring, election, now)
    session.expire_all()
    assert session.exec(select(SignalMember)).all() == []
    for name in ("sealed", "receipt", "log_batch", "network_key", "phone_block_key", "roll_line", "age"):
        assert set(session.exec(select(getattr(Participation, name))).all()) == {None}, name


def test_papers_are_opened_among_the_others_and_leave_no_serial(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    batch = add_papers(session, election, now, valid=2)
    with pytest.raises(NotReady) as refused:
        separate(session, keyring, election, now)
    assert refused.value.facts["unmet"] == ("papers",)
    batch.closed_at = now
    session.flush()
    assert separate(session, keyring, election, now) == 11
    session.expire_all()
    assert {(sheet.sealed, sheet.receipt) for sheet in session.exec(select(PaperSheet))} == {(None, None)}
    assert open_all(session, keyring, election, now) == 11
    results.count(session, COORDINATOR, election.cycle.slug, now=now + AFTER)
    counted = session.get(Count, election.cycle.id)
    assert counted is not None
    assert (counted.leaves, counted.papers) == (11, 2)


def add_papers(session: Session, election: Election, now: datetime, *, valid: int) -> PaperBatch:
    """Papers that were entered as ballots for the first project, and one that is spoiled."""
    staff_id, box = member(session, now), ballots.ballot_box(session, election.cycle)
    cycle_id = election.cycle.id or 0
    batch = PaperBatch(
        public_id="papers0001", cycle_id=cycle_id, point="Клуб", first_serial=1, last_serial=valid + 1,
        handed=valid, issued_at=now, issued_by=staff_id,
    )  # fmt: skip
    session.add(batch)
    session.flush()
    for serial in range(1, valid + 1):
        sealed = seal(
            encode(check(choose(election.projects[0]), box.ballot_list), box.ballot_length), box.public_key
        )
        session.add(
            PaperSheet(
                cycle_id=cycle_id, serial=serial, batch_id=batch.id or 0, state=SheetState.VALID, sealed=sealed,
                receipt=receipt_of(sealed),
            )
        )  # fmt: skip
    session.add(
        PaperSheet(
            cycle_id=cycle_id, serial=valid + 1, batch_id=batch.id or 0, state=SheetState.SPOILED,
            fault=SheetFault.UNREADABLE,
        )
    )  # fmt: skip
    session.flush()
    return batch


# --- the key ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", list(Opening))
def test_the_key_is_published_where_the_setting_says_so_and_nowhere_else(
    session: Session, keyring: KeyRing, now: datetime, how: Opening
) -> None:
    made = open_election(session, keyring, now=now, opening=how)
    cast_one(session, keyring, made, now)
    separate(session, keyring, made, now)
    open_all(session, keyring, made, now)
    key = keyring.cycle_keys(made.cycle.slug).ballot_private_key
    assert made.cycle.opened_ballot_key == (key if how is Opening.PUBLIC else None)


def test_two_trustees_open_and_one_does_not(session: Session, keyring: KeyRing, now: datetime) -> None:
    cycle, projects, shares = frozen_by_trustees(session, keyring, now=now)
    cast(session, keyring, cycle, PEOPLE[0], projects[0], now=now)
    made = Election(cycle, projects)
    separate(session, keyring, made, now)

    def open_with(*present: int) -> int:
        entered = {position: shares[position] for position in present}
        return opening.open_ballots(
            session, COORDINATOR, cycle.slug, keyring, now=now + AFTER, entered=entered
        )

    for too_few in [(), (1,), (3,)]:
        with pytest.raises(NotReady) as refused:
            open_with(*too_few)
        assert refused.value.facts["unmet"] == ("shares",)
    assert cycle.opened_at is None
    assert open_with(2, 3) == 1


# --- the sums ---------------------------------------------------------------------------------------------------


def lose_a_leaf(session: Session, cycle: Cycle) -> None:
    session.add(LogLeaf(cycle_id=cycle.id or 0, position=99, batch=9, leaf=b"x" * 32))


def add_a_sealed_ballot(session: Session, cycle: Cycle) -> None:
    add_sealed(session, cycle, b"slipped in")


def lose_an_opened_ballot(session: Session, cycle: Cycle) -> None:
    row = session.exec(select(Ballot).where(Ballot.status == BallotStatus.EMPTY)).first()
    session.delete(row)


@pytest.mark.parametrize(
    ("tamper", "term"),
    [(lose_a_leaf, "electronic"), (add_a_sealed_ballot, "leaves"), (lose_an_opened_ballot, "opened")],
)
def test_sums_that_do_not_add_up_are_named_and_nothing_is_counted(
    session: Session,
    keyring: KeyRing,
    election: Election,
    now: datetime,
    tamper: Callable[[Session, Cycle], None],
    term: str,
) -> None:
    separate(session, keyring, election, now)
    open_all(session, keyring, election, now)
    tamper(session, election.cycle)
    session.flush()
    with pytest.raises(SumsDiffer) as refused:
        results.count(session, COORDINATOR, election.cycle.slug, now=now + AFTER)
    assert refused.value.facts["term"] == term
    assert election.cycle.counted_at is None


def test_an_undecided_signal_holds_the_opening_up(session: Session, keyring: KeyRing, now: datetime) -> None:
    made = open_election(session, keyring, now=now)
    cast_one(session, keyring, made, now)
    signal = Signal(
        public_id="signal0001", cycle_id=made.cycle.id or 0, rule=SignalRule.AGE, subject="age", ballots=1,
        found_at=now,
    )  # fmt: skip
    session.add(signal)
    session.flush()
    with pytest.raises(CasesOpen) as refused:
        close(session, keyring, made, now + AFTER)
    assert refused.value.facts == {"objections": 0, "signals": 1, "annulments": 0}
    signal.outcome, signal.reason, signal.decided_at = CaseOutcome.DISMISSED, "Тізім түзетілді", now
    session.flush()
    assert close(session, keyring, made, now + AFTER) == 1
