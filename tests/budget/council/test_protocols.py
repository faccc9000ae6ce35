"""Protocols: everything off the rows of a closed session, kept for ever, signed by those who were there."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from budget.council import agenda, members, protocols, sessions, votes
from budget.council.motions import Word
from budget.council.protocols import ProtocolFacts
from budget.errors import (
    AlreadyDone,
    AlreadySigned,
    MotionIncomplete,
    NotAttended,
    NotFound,
    NotPermitted,
    ProtocolCorrected,
    SessionChanged,
    SessionStep,
)
from budget.permissions import Actor
from models.council_session import CouncilSession, Protocol, ProtocolSignature
from models.database import Database
from models.enums import (
    ConflictKind,
    CouncilChoice,
    ItemKind,
    ItemResult,
    Language,
    Quorum,
    Role,
    SigningMethod,
)
from models.log import LogHead
from models.service import AuditEvent
from tests.harness import council
from tests.harness.council import COORDINATOR, plan_session
from tests.harness.projects import make_resident
from tests.harness.racing import at_once
from tests.harness.sittings import Sitting, counted, deciding, finish, underway

FOR, AGAINST, ABSTAIN = CouncilChoice
MINUTE = timedelta(minutes=1)


def held(
    session: Session, now: datetime, *, projects: int = 1, publish: bool = True, **settings: Any
) -> Sitting:
    """A session that is over."""
    sitting = underway(session, now, projects=projects, **settings)
    finish(session, sitting, now=now, publish=publish)
    return sitting


def keep(
    session: Session, row: CouncilSession, now: datetime, content: bytes = b"%PDF one", **changes: Any
) -> Protocol:
    facts = protocols.facts_of(session, row, **changes)
    return protocols.keep(session, COORDINATOR, facts, content, now=now)


# --- facts ------------------------------------------------------------------------------------------------------


def test_the_facts_are_everything_of_the_session(session: Session, now: datetime) -> None:
    sitting = underway(session, now, projects=2, size=6, present=5)
    one, *others = sitting.members[:5]
    interests = {sitting.projects[1].public_id: ConflictKind.EMPLOYER}
    members.declare(session, one.actor, sitting.cycle, interests, now=now)
    first, second = sitting.open(session, now=now)
    votes.cast(session, one.actor, first.public_id, AGAINST, dissent="Қымбат.", language=Language.KK, now=now)
    council.vote(session, first, others, now=now)
    council.vote(session, second, others, ABSTAIN, now=now)
    finish(session, sitting, now=now, publish=False)
    facts = protocols.facts_of(session, sitting.row)
    assert (facts.cycle, facts.session, facts.number) == (sitting.cycle, sitting.row, 1)
    assert [who.id for who in facts.present] == [who.row.id for who in sitting.members[:5]]
    assert [who.id for who in facts.absent] == [sitting.members[5].row.id]
    seen, undecided = facts.items
    assert (seen.item.result, undecided.item.result) == (ItemResult.CARRIED, ItemResult.NOT_CARRIED)
    against = seen.votes[0]
    assert (against.member_id, against.choice, against.dissent) == (one.row.id, AGAINST, "Қымбат.")
    assert len(seen.votes) == 5
    assert [(row.member_id, row.kind) for row in undecided.recusals] == [(one.row.id, ConflictKind.EMPLOYER)]
    assert seen.recusals == ()
    assert {seen.project, undecided.project} == set(sitting.projects)
    assert seen.answers == council.MEETS
    assert (facts.count, facts.ordered) == (None, ())


def test_a_quorum_lost_by_a_late_recusal_is_told_with_the_recusal_and_the_votes_that_count(
    session: Session, now: datetime
) -> None:
    sitting = underway(session, now, size=6, present=4, council_quorum=Quorum.TWO_THIRDS)
    [item] = sitting.open(session, now=now)
    late, *others = sitting.members[:4]
    council.vote(session, item, [late, *others[:2]], now=now)
    interests = {sitting.projects[0].public_id: ConflictKind.RELATIVE}
    members.declare(session, late.actor, sitting.cycle, interests, now=now + MINUTE)
    votes.close_items(session, COORDINATOR, sitting.row.public_id, now=now + 2 * MINUTE)
    sessions.close(session, COORDINATOR, sitting.row.public_id, now=now + 2 * MINUTE)
    [told] = protocols.facts_of(session, sitting.row).items
    assert told.item.result is ItemResult.NO_QUORUM
    assert [(row.member_id, row.kind) for row in told.recusals] == [(late.row.id, ConflictKind.RELATIVE)]
    assert [vote.member_id for vote in told.votes] == [one.row.id for one in others[:2]]
    assert told.item.votes_for == len(told.votes)


def test_the_votes_told_are_those_that_made_the_numbers(session: Session, now: datetime) -> None:
    """A member dismissed between voting and the closing counts in nothing, and was there."""
    sitting = underway(session, now, size=6)
    [item] = sitting.open(session, now=now)
    council.vote(session, item, sitting.members, now=now)
    gone = sitting.members[5].row
    members.dismiss(session, COORDINATOR, gone.public_id, reason="Босады.", now=now + MINUTE)
    votes.close_items(session, COORDINATOR, sitting.row.public_id, now=now + 2 * MINUTE)
    sessions.close(session, COORDINATOR, sitting.row.public_id, now=now + 2 * MINUTE)
    facts = protocols.facts_of(session, sitting.row)
    [told] = facts.items
    assert (told.item.votes_for, len(told.votes)) == (5, 5)
    assert gone.id in {one.id for one in facts.present}
    assert facts.people[gone.id or 0].left_reason == "Босады."


def test_what_was_not_put_to_the_vote_is_no_item_of_the_protocol(session: Session, now: datetime) -> None:
    sitting = underway(session, now, projects=2)
    first, _ = sitting.items(session)
    votes.open_items(session, COORDINATOR, sitting.row.public_id, [first.public_id], now=now)
    votes.close_items(session, COORDINATOR, sitting.row.public_id, now=now)
    sessions.close(session, COORDINATOR, sitting.row.public_id, now=now)
    assert [one.item.id for one in protocols.facts_of(session, sitting.row).items] == [first.id]


def test_before_the_session_is_over_there_is_no_protocol(session: Session, now: datetime) -> None:
    sitting = underway(session, now)
    with pytest.raises(SessionStep):
        protocols.facts_of(session, sitting.row)


def test_the_second_session_tells_the_count_it_decides_about(session: Session, now: datetime) -> None:
    cycle, projects = counted(session, now)
    head = LogHead(
        cycle_id=cycle.id or 0, number=3, size=7, root="ef" * 32, at=now, previous_hash="0" * 64, hash="ab" * 32,
        signature="s", is_final=True,
    )  # fmt: skip
    session.add(head)
    sitting = deciding(session, now, cycle, projects)
    winner = sitting.items(session)[1]
    departed = Word(wins=False, reason_kk="Жер даулы.", reason_ru="Земля спорная.")
    agenda.change_word(
        session, COORDINATOR, winner.public_id, departed, revision=sitting.row.revision, now=now
    )
    finish(session, sitting, now=now)
    facts = protocols.facts_of(session, sitting.row)
    assert facts.count is not None
    assert (facts.count.frozen_hash, facts.count.head) == (cycle.frozen_hash, head)
    assert facts.count.sums.participations == 100
    assert [one.public_id for one in facts.ordered] == [projects[0].public_id]
    verdicts = {one.item.project_id: (one.verdict is not None, one.departs) for one in facts.items}
    assert verdicts == {projects[0].id: (True, False), projects[1].id: (True, True), None: (False, False)}
    assert {one.item.kind for one in facts.items} == {ItemKind.CONFIRMATION, ItemKind.ORDER}


# --- keeping ----------------------------------------------------------------------------------------------------


def test_a_protocol_is_kept_with_its_number_and_hash(session: Session, now: datetime) -> None:
    sitting = held(session, now)
    row = keep(session, sitting.row, now)
    session.commit()
    session.expire_all()
    assert (row.number, row.content, row.corrects_id, row.made_at) == (1, b"%PDF one", None, now)
    assert row.sha256 == hashlib.sha256(b"%PDF one").hexdigest()
    assert protocols.by_public_id(session, row.public_id) is row
    assert list(protocols.of_session(session, sitting.row)) == [row]
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "protocol.make")).one()
    assert row.sha256 in event.facts
    with pytest.raises(NotFound):
        protocols.by_public_id(session, "nosuchprot")


def test_protocols_are_numbered_within_the_cycle(session: Session, now: datetime) -> None:
    sitting = held(session, now)
    again = plan_session(session, sitting.cycle, now=now)
    project, _ = council.submit(session, sitting.cycle, now=now)
    council.review(session, sitting.cycle, project, now=now)
    agenda.fill(session, COORDINATOR, again.public_id, now=now)
    council.hold(session, again, sitting.members, now=now)
    numbers = [keep(session, row, now).number for row in (again, sitting.row)]
    assert numbers == [1, 2]


def test_a_session_has_one_protocol_and_then_corrections(session: Session, now: datetime) -> None:
    sitting = held(session, now)
    first = keep(session, sitting.row, now)
    with pytest.raises(AlreadyDone) as again:
        keep(session, sitting.row, now, b"%PDF two")
    assert again.value.facts == {"at": first.made_at}
    why = {"correction_kk": " Күні түзетілді. ", "correction_ru": "Исправлена дата."}
    second = keep(session, sitting.row, now, b"%PDF two", corrects=first, **why)
    assert (second.number, second.corrects_id, second.correction_kk) == (2, first.id, "Күні түзетілді.")
    assert first.content == b"%PDF one", "the corrected one stays"
    with pytest.raises(ProtocolCorrected) as told:
        keep(session, sitting.row, now, b"%PDF three", corrects=first, **why)
    assert told.value.facts == {"number": 2}
    keep(session, sitting.row, now, b"%PDF three", corrects=second, **why)
    assert [one.number for one in protocols.of_session(session, sitting.row)] == [1, 2, 3]


@pytest.mark.parametrize("left_out", ["correction_kk", "correction_ru"])
def test_a_correction_says_in_both_languages_what_is_corrected(
    session: Session, now: datetime, left_out: str
) -> None:
    sitting = held(session, now)
    first = keep(session, sitting.row, now)
    why = {"correction_kk": "а", "correction_ru": "б", left_out: "  "}
    with pytest.raises(MotionIncomplete) as told:
        keep(session, sitting.row, now, corrects=first, **why)
    assert told.value.facts == {"number": None, "missing": (left_out,)}


@pytest.mark.race
def test_two_protocols_of_one_session_made_at_once_are_one(database: Database, now: datetime) -> None:
    with database.writing() as session:
        sitting = held(session, now)
        facts = protocols.facts_of(session, sitting.row)
    refused = at_once(database, *[lambda s: protocols.keep(s, COORDINATOR, facts, b"%PDF", now=now)] * 3)
    with database.reading() as session:
        assert len(session.exec(select(Protocol)).all()) == 1
    assert [type(refusal) for refusal in refused] == [AlreadyDone] * 2


@pytest.mark.race
def test_protocols_of_two_sessions_made_at_once_get_two_numbers_or_one_is_told(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        sitting = held(session, now)
        again = plan_session(session, sitting.cycle, now=now)
        project, _ = council.submit(session, sitting.cycle, now=now)
        council.review(session, sitting.cycle, project, now=now)
        agenda.fill(session, COORDINATOR, again.public_id, now=now)
        council.hold(session, again, sitting.members, now=now)
        both: list[ProtocolFacts] = [protocols.facts_of(session, row) for row in (sitting.row, again)]
    refused = at_once(
        database, *(lambda s, f=facts: protocols.keep(s, COORDINATOR, f, b"%PDF", now=now) for facts in both)
    )
    with database.reading() as session:
        assert session.exec(select(Protocol.number)).all() == [1]
    assert [type(refusal) for refusal in refused] == [SessionChanged], (
        "made of facts that said number 1 as well"
    )


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.COORDINATOR])
def test_protocols_are_made_by_the_coordinator(session: Session, now: datetime, role: Role) -> None:
    sitting = held(session, now)
    facts = protocols.facts_of(session, sitting.row)
    with pytest.raises(NotPermitted):
        protocols.keep(session, Actor(role, sitting.members[0].actor.id), facts, b"%PDF", now=now)


# --- signing ----------------------------------------------------------------------------------------------------


def test_whoever_was_there_signs_once_the_hash_that_is_kept(session: Session, now: datetime) -> None:
    sitting = held(session, now)
    row = keep(session, sitting.row, now)
    one, two, *_ = sitting.members
    first = protocols.sign(session, one.actor, row.public_id, now=now)
    second = protocols.sign(session, two.actor, row.public_id, certificate="ТЕСТОВ ТЕСТ", now=now + MINUTE)
    assert {first.sha256, second.sha256} == {row.sha256}
    assert (first.method, first.certificate) == (SigningMethod.ACCOUNT, "")
    assert (second.method, second.certificate) == (SigningMethod.EDS, "ТЕСТОВ ТЕСТ")
    signed = protocols.signatures_of(session, row)
    assert [(signature.member_id, who.id) for signature, who in signed] == [
        (one.row.id, one.row.id),
        (two.row.id, two.row.id),
    ]
    with pytest.raises(AlreadySigned) as told:
        protocols.sign(session, one.actor, row.public_id, now=now + MINUTE)
    assert told.value.facts == {"at": now}


def test_who_was_not_there_does_not_sign(session: Session, now: datetime) -> None:
    sitting = underway(session, now, size=6, present=5)
    finish(session, sitting, now=now)
    row = keep(session, sitting.row, now)
    for stranger in (sitting.members[5].actor, council.make_account(session)):
        with pytest.raises(NotAttended):
            protocols.sign(session, stranger, row.public_id, now=now)
    for stranger in (COORDINATOR, make_resident(session), Actor(Role.VISITOR)):
        with pytest.raises(NotPermitted):
            protocols.sign(session, stranger, row.public_id, now=now)


def test_a_corrected_protocol_is_not_signed_any_more(session: Session, now: datetime) -> None:
    sitting = held(session, now)
    first = keep(session, sitting.row, now)
    one, two, *_ = sitting.members
    protocols.sign(session, one.actor, first.public_id, now=now)
    assert protocols.to_sign(session, one.actor) == []
    assert protocols.to_sign(session, two.actor) == [(first, sitting.row)]
    why = {"correction_kk": "а", "correction_ru": "б"}
    second = keep(session, sitting.row, now, b"%PDF two", corrects=first, **why)
    with pytest.raises(ProtocolCorrected) as told:
        protocols.sign(session, two.actor, first.public_id, now=now)
    assert told.value.facts == {"number": 2}
    for who in (one, two):
        assert protocols.to_sign(session, who.actor) == [(second, sitting.row)]
    assert len(protocols.signatures_of(session, first)) == 1, (
        "the earlier signature stays with what was signed"
    )


def test_who_left_the_council_later_may_still_sign_what_they_saw(session: Session, now: datetime) -> None:
    sitting = held(session, now, size=6)
    gone = sitting.members[5]
    row = keep(session, sitting.row, now)
    members.dismiss(session, COORDINATOR, gone.row.public_id, reason="Босады.", now=now)
    assert protocols.sign(session, gone.actor, row.public_id, now=now + MINUTE).member_id == gone.row.id


@pytest.mark.race
def test_a_signature_pressed_twice_at_once_is_one(database: Database, now: datetime) -> None:
    with database.writing() as session:
        sitting = held(session, now)
        row = keep(session, sitting.row, now)
    one, two, *_ = sitting.members
    signing = [
        lambda s, who=who: protocols.sign(s, who.actor, row.public_id, now=now)
        for who in (one, one, one, two)
    ]
    refused = at_once(database, *signing)
    with database.reading() as session:
        rows = sorted(signature.member_id for signature in session.exec(select(ProtocolSignature)))
    assert rows == [one.row.id, two.row.id]
    assert [type(refusal) for refusal in refused] == [AlreadySigned] * 2
