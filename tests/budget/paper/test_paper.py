"""Paper: issued, handed out, read twice, settled, accounted for. On both databases."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget import ballots, paper
from budget.ballot_rules import Selection
from budget.errors import (
    AlreadyVoted,
    BatchClosed,
    BatchUnsettled,
    NoPapersLeft,
    NotPermitted,
    PaperNotAccepted,
    ReasonRequired,
    SerialsFault,
    SheetFaulty,
    TooManyChoices,
    VotingClosed,
)
from budget.keys import KeyRing
from budget.paper import Reading
from budget.permissions import Actor
from budget.sealing import unseal
from models.ballot import Participation
from models.enums import Assurance, Channel, Role, SheetFault, SheetState
from models.paper import PaperBatch, PaperEntry, PaperSheet
from models.people import Staff
from tests.harness.elections import Election, impossible_iins, open_election
from tests.harness.voting import cast, make_keyring, voter

PEOPLE = impossible_iins(12)
UNUSED = Reading(SheetState.UNUSED)
EMPTY = Reading(SheetState.VALID, Selection((), none_of_these=True))


@pytest.fixture
def keyring(tmp_path: Path) -> KeyRing:
    return make_keyring(tmp_path)


@pytest.fixture
def election(session: Session, keyring: KeyRing, now: datetime) -> Election:
    return open_election(session, keyring, now=now, paper=True, votes_per_resident=2)


class Office:
    """A coordinator, three operators, and a batch of papers 1–6."""

    def __init__(self, session: Session, keyring: KeyRing, election: Election, now: datetime) -> None:
        self.session, self.keyring, self.election, self.now = session, keyring, election, now
        self.box = ballots.ballot_box(session, election.cycle)
        self.coordinator = self.member("c", Role.COORDINATOR)
        self.ann, self.bek, self.cem = (self.member(name, Role.OPERATOR) for name in ("ann", "bek", "cem"))
        self.batch = self.issue(1, 6)

    def member(self, name: str, role: Role) -> Actor:
        row = Staff(email=f"{name}@example.kz", name=name, role=role, password_hash="-", created_at=self.now)
        self.session.add(row)
        self.session.flush()
        return Actor(role, row.id, name)

    def issue(self, first: int, last: int, now: datetime | None = None) -> PaperBatch:
        slug = self.election.cycle.slug
        return paper.issue(
            self.session,
            self.coordinator,
            slug,
            point="School 5",
            first=first,
            last=last,
            now=now or self.now,
        )

    def voter(self, iin: str) -> ballots.Voter:
        plain = voter(self.keyring, self.election.cycle, iin)
        return replace(plain, channel=Channel.PAPER, assurance=Assurance.DESK)

    def hand_out(self, iin: str, now: datetime | None = None) -> ballots.Cast:
        return paper.hand_out(
            self.session, self.ann, self.box, self.batch.public_id, self.voter(iin), now=now or self.now
        )

    def enter(self, who: Actor, serial: int, reading: Reading) -> SheetState:
        return paper.enter(
            self.session,
            who,
            self.box,
            self.batch.public_id,
            serial,
            reading=reading,
            keyring=self.keyring,
            now=self.now,
        )

    def both(self, serial: int, reading: Reading) -> None:
        self.enter(self.ann, serial, reading)
        self.enter(self.bek, serial, reading)

    def settle(self, who: Actor, serial: int, reading: Reading) -> None:
        paper.settle(
            self.session,
            who,
            self.box,
            self.batch.public_id,
            serial,
            reading=reading,
            keyring=self.keyring,
            now=self.now,
        )

    def close(self) -> PaperBatch:
        return paper.close(self.session, self.coordinator, self.batch.public_id, now=self.now)

    def sheet(self, serial: int) -> PaperSheet:
        return self.session.get_one(PaperSheet, (self.election.cycle.id, serial))

    def valid(self, *numbers: int) -> Reading:
        chosen = tuple(self.election.projects[number].public_id for number in numbers)
        return Reading(SheetState.VALID, Selection(chosen))


@pytest.fixture
def office(session: Session, keyring: KeyRing, election: Election, now: datetime) -> Office:
    return Office(session, keyring, election, now)


def test_a_batch_closes_when_every_paper_is_accounted_for(office: Office) -> None:
    for iin in PEOPLE[:3]:
        office.hand_out(iin)
    office.both(1, office.valid(0))
    office.both(2, office.valid(0, 1))
    office.both(3, Reading(SheetState.SPOILED, fault=SheetFault.UNSIGNED))
    for serial in (4, 5):
        office.both(serial, UNUSED)
    with pytest.raises(BatchUnsettled) as refusal:
        office.close()
    assert refusal.value.facts == {"missing": 1, "differing": 0, "papers": 3, "handed": 3}
    office.both(6, UNUSED)
    now_at = paper.standing(office.session, office.batch)
    assert (now_at.issued, now_at.valid, now_at.spoiled, now_at.unused) == (6, 2, 1, 3)
    assert office.close().closed_at == office.now
    assert office.session.exec(select(PaperEntry)).all() == []
    private = office.keyring.cycle_keys(office.election.cycle.slug).ballot_private_key
    plain = unseal(office.sheet(1).sealed or b"", private or b"")
    assert plain is not None
    assert office.election.projects[0].public_id.encode() in plain
    assert len(office.sheet(1).sealed or b"") == len(office.sheet(2).sealed or b"")


def test_more_ballots_than_people_keep_a_batch_open(office: Office) -> None:
    office.hand_out(PEOPLE[0])
    for serial in (1, 2):
        office.both(serial, EMPTY)
    for serial in range(3, 7):
        office.both(serial, UNUSED)
    with pytest.raises(BatchUnsettled) as refusal:
        office.close()
    assert refusal.value.facts == {"missing": 0, "differing": 0, "papers": 2, "handed": 1}


@pytest.mark.parametrize("fault", [SheetFault.IIN_USED, SheetFault.NOT_ON_ROLL])
def test_a_paper_whose_person_could_not_be_marked_is_not_held_against_those_who_were(
    office: Office, fault: SheetFault
) -> None:
    office.hand_out(PEOPLE[0])
    office.both(1, office.valid(0))
    office.both(2, Reading(SheetState.SPOILED, fault=fault))
    for serial in range(3, 7):
        office.both(serial, UNUSED)
    assert paper.standing(office.session, office.batch).unmarked == 1
    assert office.close().closed_at == office.now


def test_a_valid_paper_always_needs_a_person(office: Office) -> None:
    office.hand_out(PEOPLE[0])
    office.both(1, office.valid(0))
    office.both(2, office.valid(1))
    office.both(3, Reading(SheetState.SPOILED, fault=SheetFault.IIN_USED))
    for serial in range(4, 7):
        office.both(serial, UNUSED)
    with pytest.raises(BatchUnsettled) as refusal:
        office.close()
    assert (refusal.value.facts["papers"], refusal.value.facts["handed"]) == (2, 1)


def test_two_readings_that_differ_go_to_a_third_person(office: Office) -> None:
    office.hand_out(PEOPLE[0])
    office.enter(office.ann, 1, office.valid(0))
    assert office.enter(office.bek, 1, office.valid(1)) is SheetState.ISSUED
    assert list(paper.differing(office.session, office.batch)) == [1]
    for who in (office.ann, office.bek):
        with pytest.raises(SheetFaulty) as refusal:
            office.settle(who, 1, office.valid(1))
        assert refusal.value.facts["fault"] == "same_person"
    with pytest.raises(SheetFaulty):
        office.enter(office.cem, 1, office.valid(1))
    office.settle(office.cem, 1, office.valid(1))
    assert office.sheet(1).state is SheetState.VALID
    assert list(paper.differing(office.session, office.batch)) == []


@pytest.mark.parametrize("other", ["empty", "spoiled", "unused", "order"])
def test_every_difference_is_seen_and_the_order_of_choices_is_none(office: Office, other: str) -> None:
    second = {
        "empty": EMPTY,
        "spoiled": Reading(SheetState.SPOILED, fault=SheetFault.UNREADABLE),
        "unused": UNUSED,
        "order": office.valid(1, 0),
    }[other]
    office.enter(office.ann, 1, office.valid(0, 1))
    state = office.enter(office.bek, 1, second)
    assert (state is SheetState.VALID) == (other == "order")


def test_nobody_reads_a_paper_twice(office: Office) -> None:
    office.enter(office.ann, 1, EMPTY)
    with pytest.raises(SheetFaulty) as refusal:
        office.enter(office.ann, 1, EMPTY)
    assert refusal.value.facts["fault"] == "same_person"
    row = office.session.exec(select(PaperEntry)).one()
    again = sa.insert(PaperEntry).values(**{**row.model_dump(), "round": 2})
    with pytest.raises(sa.exc.IntegrityError), office.session.begin_nested():
        office.session.connection().execute(again)


def test_too_many_choices_are_refused_so_that_the_operator_marks_the_paper_spoiled(office: Office) -> None:
    with pytest.raises(TooManyChoices):
        office.enter(office.ann, 1, office.valid(0, 1, 2))
    assert office.session.exec(select(PaperEntry)).all() == []


@pytest.mark.parametrize(("serial", "fault"), [(7, "serial"), (0, "serial")])
def test_a_paper_of_another_batch_is_not_read_here(office: Office, serial: int, fault: str) -> None:
    with pytest.raises(SheetFaulty) as refusal:
        office.enter(office.ann, serial, EMPTY)
    assert refusal.value.facts == {"fault": fault, "serial": serial}


def test_who_takes_a_paper_does_not_vote_on_the_site_and_the_other_way_round(office: Office) -> None:
    office.hand_out(PEOPLE[0])
    with pytest.raises(AlreadyVoted) as refusal:
        cast(office.session, office.keyring, office.election.cycle, PEOPLE[0], now=office.now)
    assert refusal.value.facts["channel"] is Channel.PAPER
    cast(office.session, office.keyring, office.election.cycle, PEOPLE[1], now=office.now)
    with pytest.raises(AlreadyVoted):
        office.hand_out(PEOPLE[1])
    with pytest.raises(AlreadyVoted):
        office.hand_out(PEOPLE[0])
    assert office.batch.handed == 1


def test_no_more_papers_are_handed_out_than_there_are(office: Office) -> None:
    for iin in PEOPLE[:6]:
        office.hand_out(iin)
    with pytest.raises(NoPapersLeft):
        office.hand_out(PEOPLE[6])
    assert len(office.session.exec(select(Participation)).all()) == 6


def test_nothing_links_a_person_with_a_paper(office: Office) -> None:
    office.hand_out(PEOPLE[0])
    row = office.session.exec(select(Participation)).one()
    assert (row.sealed, row.receipt) == (None, None)
    assert {column.name for column in PaperSheet.__table__.columns} == {  # type: ignore[attr-defined]
        "cycle_id", "serial", "batch_id", "state", "fault", "sealed", "receipt", "log_batch",
    }  # fmt: skip


def test_people_of_a_point_without_internet_are_marked_after_the_close(office: Office) -> None:
    late = office.now + timedelta(days=40)
    office.hand_out(PEOPLE[0], now=late)
    row = office.session.exec(select(Participation)).one()
    assert row.cast_at < late
    office.election.cycle.log_closed_at = late
    office.session.flush()
    with pytest.raises(BatchClosed):
        office.hand_out(PEOPLE[1], now=late)


def test_a_closed_batch_takes_nothing_more(office: Office) -> None:
    for serial in range(1, 7):
        office.both(serial, UNUSED)
    office.close()
    with pytest.raises(BatchClosed):
        office.enter(office.cem, 1, EMPTY)
    with pytest.raises(BatchClosed):
        office.hand_out(PEOPLE[0])
    with pytest.raises(BatchClosed):
        office.close()


@pytest.mark.parametrize(
    ("first", "last", "fault"), [(6, 9, "taken"), (0, 4, "order"), (9, 8, "order"), (10, 6000, "too_many")]
)
def test_serials_that_can_not_be_issued_are_named(office: Office, first: int, last: int, fault: str) -> None:
    with pytest.raises(SerialsFault) as refusal:
        office.issue(first, last)
    assert refusal.value.facts["fault"] == fault


def test_papers_are_issued_only_where_the_rules_have_them_and_while_people_vote(
    office: Office, session: Session, keyring: KeyRing, now: datetime
) -> None:
    with pytest.raises(VotingClosed):
        office.issue(20, 30, now + timedelta(days=40))
    with pytest.raises(ReasonRequired):
        paper.issue(
            session, office.coordinator, office.election.cycle.slug, point=" ", first=20, last=21, now=now
        )
    other = open_election(session, keyring, now=now, slug="without")
    with pytest.raises(PaperNotAccepted):
        paper.issue(session, office.coordinator, other.cycle.slug, point="x", first=1, last=2, now=now)


@pytest.mark.parametrize("role", [Role.COUNCIL, Role.OBSERVER, Role.RESIDENT])
def test_other_roles_touch_no_paper(office: Office, role: Role) -> None:
    stranger = Actor(role, 1)
    with pytest.raises(NotPermitted):
        office.enter(stranger, 1, EMPTY)
    with pytest.raises(NotPermitted):
        paper.close(office.session, stranger, office.batch.public_id, now=office.now)
    assert office.session.exec(select(PaperEntry).order_by(col(PaperEntry.serial))).all() == []
