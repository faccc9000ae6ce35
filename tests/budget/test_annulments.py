"""Objections and annulments: the owner objects, two people decide, the count stays whole. On both databases."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from budget import annulments, ballots, cycles, objections
from budget.errors import (
    AlreadyDone,
    AlreadyObjected,
    AlreadyVoted,
    NothingToObject,
    NotPermitted,
    ObjectionsClosed,
    PaperUntraceable,
    ReasonRequired,
    SecondPersonNeeded,
)
from budget.keys import KeyRing
from budget.permissions import Actor
from models.ballot import Participation
from models.case import Annulment, Objection
from models.enums import CaseOutcome, Channel, Language, Phase, Role
from models.people import Staff
from models.service import AuditEvent, Notice
from tests.harness.elections import Election, impossible_iins, open_election
from tests.harness.voting import cast, make_keyring, voter

IIN = impossible_iins(1)[0]


@pytest.fixture
def keyring(tmp_path: Path) -> KeyRing:
    return make_keyring(tmp_path)


@pytest.fixture
def election(session: Session, keyring: KeyRing, now: datetime) -> Election:
    made = open_election(session, keyring, now=now)
    cast(session, keyring, made.cycle, IIN, made.projects[0], now=now)
    return made


def staff(session: Session, now: datetime, role: Role = Role.COORDINATOR, name: str = "a") -> Actor:
    row = Staff(email=f"{name}@example.kz", name=name, role=role, password_hash="-", created_at=now)
    session.add(row)
    session.flush()
    return Actor(role, row.id, name)


def key_of(keyring: KeyRing, election: Election, iin: str = IIN) -> bytes:
    return keyring.voter_key_of(election.cycle.slug, iin)


def object_(
    session: Session, keyring: KeyRing, election: Election, now: datetime, text: str = "It was not me."
) -> Objection:
    return objections.submit(
        session,
        election.cycle.slug,
        key_of(keyring, election),
        text=text,
        channel=Channel.WEB,
        language=Language.KK,
        phone="+77011234567",
        now=now,
    )


def decide(session: Session, who: Actor, case: Objection, outcome: CaseOutcome, now: datetime) -> Objection:
    return objections.decide(
        session, who, case.public_id, outcome, reason="Checked.", url="https://example.kz/", now=now
    )


def participation(session: Session) -> Participation:
    return session.exec(select(Participation).order_by(col(Participation.id))).first()  # type: ignore[return-value]


def close(session: Session, election: Election) -> datetime:
    window = cycles.calendar(session, election.cycle.id or 0).window(Phase.VOTING)
    assert window is not None
    assert window.ends_at is not None
    return window.ends_at


def test_an_upheld_objection_needs_a_second_person_to_annul(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    first, second = staff(session, now), staff(session, now, Role.COUNCIL, "b")
    case = object_(session, keyring, election, now)
    decide(session, first, case, CaseOutcome.UPHELD, now)
    [proposal] = annulments.undecided(session, election.cycle.id or 0)
    assert participation(session).annulled_at is None
    with pytest.raises(SecondPersonNeeded):
        annulments.confirm(session, first, proposal.public_id, now=now)
    annulments.confirm(session, second, proposal.public_id, now=now)
    row = participation(session)
    assert (row.annulled_at, row.voter_key) == (now, None)
    assert annulments.number_annulled(session, election.cycle.id or 0) == 1
    assert [
        one.public_id for one in annulments.of_voter(session, row.cycle_id, key_of(keyring, election))
    ] == [proposal.public_id]


def test_the_database_holds_the_two_people(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    first = staff(session, now)
    annulments.propose(session, first, [participation(session).id or 0], reason="Farm.", now=now)
    row = session.exec(select(Annulment)).one()
    row.confirmed_by, row.confirmed_at = row.proposed_by, now
    session.add(row)
    with pytest.raises(IntegrityError):
        session.flush()


def annul_one_by_phone(session: Session, keyring: KeyRing, election: Election, now: datetime) -> bytes:
    """The ballot in the box was proven by a telephone, and is set aside; the key of the number."""
    phone = keyring.hashes_of(election.cycle.slug).of_phone("+77010000000")
    participation(session).phone_key = phone
    first, second = staff(session, now), staff(session, now, name="b")
    annulments.propose(session, first, [participation(session).id or 0], reason="Farm.", now=now)
    annulments.confirm(session, second, session.exec(select(Annulment)).one().public_id, now=now)
    return phone


def test_the_owner_may_vote_after_the_annulment_and_the_telephone_may_not_serve_another(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    phone = annul_one_by_phone(session, keyring, election, now)
    box = ballots.ballot_box(session, election.cycle)
    other = replace(voter(keyring, election.cycle, impossible_iins(2)[1]), phone_key=phone)
    sealed = ballots.prepare(box, other, _one(election), on=now.date())
    with pytest.raises(ballots.PhoneUsed):
        ballots.put(session, box, other, sealed, now=now)
    owner = replace(voter(keyring, election.cycle, IIN), phone_key=phone)
    sealed = ballots.prepare(box, owner, _one(election), on=now.date())
    ballots.put(session, box, owner, sealed, now=now)
    rows = session.exec(select(Participation).order_by(col(Participation.id))).all()
    assert [row.annulled_at is None for row in rows] == [False, True]
    assert [row.phone_key for row in rows] == [phone, None]
    with pytest.raises(AlreadyVoted):
        ballots.put(session, box, owner, sealed, now=now)


def test_who_may_vote_again_may_do_so_with_the_number_of_an_annulled_ballot(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    phone = annul_one_by_phone(session, keyring, election, now)
    box = replace(ballots.ballot_box(session, election.cycle), revote=True)
    owner = replace(voter(keyring, election.cycle, IIN), phone_key=phone)
    for again in (False, True):
        sealed = ballots.prepare(box, owner, _one(election), on=now.date())
        done = ballots.put(session, box, owner, sealed, now=now, again=again)
        assert done.receipt == ballots.find(session, box.cycle_id, owner.voter_key).receipt  # type: ignore[union-attr]


def _one(election: Election) -> ballots.Selection:
    return ballots.Selection((election.projects[0].public_id,))


def test_a_dismissed_objection_leaves_the_ballot_and_tells_the_owner(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    case = object_(session, keyring, election, now)
    decide(session, staff(session, now), case, CaseOutcome.DISMISSED, now)
    assert annulments.undecided(session, election.cycle.id or 0) == []
    assert participation(session).voter_key is not None
    notice = session.exec(select(Notice)).one()
    assert (notice.recipient, notice.facts["outcome"]) == ("+77011234567", "dismissed")
    with pytest.raises(AlreadyDone):
        decide(session, staff(session, now, name="b"), case, CaseOutcome.UPHELD, now)


def test_a_declined_proposal_leaves_the_ballot_and_may_be_made_again(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    first, second = staff(session, now), staff(session, now, name="b")
    [proposal] = annulments.propose(session, first, [participation(session).id or 0], reason="x", now=now)
    annulments.decline(session, second, proposal.public_id, now=now)
    assert participation(session).annulled_at is None
    with pytest.raises(AlreadyDone):
        annulments.confirm(session, second, proposal.public_id, now=now)
    [again] = annulments.propose(session, second, [participation(session).id or 0], reason="y", now=now)
    annulments.confirm(session, first, again.public_id, now=now)
    assert participation(session).annulled_at == now


def test_nobody_objects_twice_or_without_a_ballot_or_a_word(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    with pytest.raises(ReasonRequired):
        object_(session, keyring, election, now, text="  ")
    object_(session, keyring, election, now)
    with pytest.raises(AlreadyObjected):
        object_(session, keyring, election, now)
    with pytest.raises(NothingToObject):
        objections.submit(
            session,
            election.cycle.slug,
            key_of(keyring, election, impossible_iins(2)[1]),
            text="x",
            channel=Channel.WEB,
            language=Language.KK,
            phone=None,
            now=now,
        )


@pytest.mark.parametrize(("later", "is_open"), [(timedelta(0), True), (timedelta(days=10), False)])
def test_objections_are_open_so_many_working_days_after_the_vote(
    session: Session, keyring: KeyRing, now: datetime, later: timedelta, is_open: bool
) -> None:
    election = open_election(session, keyring, now=now, objection_days=3)
    cast(session, keyring, election.cycle, IIN, election.projects[0], now=now)
    at = close(session, election) + later
    assert objections.may_object(session, election.cycle, at) is is_open
    if is_open:
        object_(session, keyring, election, at)
    else:
        with pytest.raises(ObjectionsClosed):
            object_(session, keyring, election, at)


def test_after_the_separation_nothing_is_annulled(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    first, second = staff(session, now), staff(session, now, name="b")
    [proposal] = annulments.propose(session, first, [participation(session).id or 0], reason="x", now=now)
    election.cycle.separated_at = now
    session.add(election.cycle)
    session.flush()
    for act in (annulments.confirm, annulments.decline):
        with pytest.raises(ObjectionsClosed):
            act(session, second, proposal.public_id, now=now)
    with pytest.raises(ObjectionsClosed):
        annulments.propose(session, first, [participation(session).id or 0], reason="x", now=now)
    with pytest.raises(ObjectionsClosed):
        object_(session, keyring, election, now)


def test_a_paper_ballot_is_not_annulled(session: Session, election: Election, now: datetime) -> None:
    participation(session).channel = Channel.PAPER
    session.flush()
    with pytest.raises(PaperUntraceable):
        annulments.propose(
            session, staff(session, now), [participation(session).id or 0], reason="x", now=now
        )


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.OBSERVER, Role.OPERATOR, Role.COUNCIL])
def test_only_the_coordinator_decides_cases(
    session: Session, keyring: KeyRing, election: Election, now: datetime, role: Role
) -> None:
    case = object_(session, keyring, election, now)
    with pytest.raises(NotPermitted):
        decide(session, Actor(role, 1), case, CaseOutcome.DISMISSED, now)
    with pytest.raises(NotPermitted):
        annulments.propose(session, Actor(role, 1), [1], reason="x", now=now)


def test_every_step_stands_in_the_audit_chain_without_the_voter(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    first, second = staff(session, now), staff(session, now, name="b")
    decide(session, first, object_(session, keyring, election, now), CaseOutcome.UPHELD, now)
    annulments.confirm(session, second, session.exec(select(Annulment)).one().public_id, now=now)
    events = session.exec(select(AuditEvent).order_by(col(AuditEvent.id))).all()
    acts = [event.action for event in events][-3:]
    assert acts == ["annulment.propose", "objection.decide", "annulment.confirm"]
    text = " ".join(event.facts + event.subject for event in events)
    assert key_of(keyring, election).hex() not in text
    assert IIN not in text
