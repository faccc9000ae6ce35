"""Votes: on complete motions alone, with a quorum of those who may decide, once for each member, for ever."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from budget.council import agenda, members, mergers, sessions, votes
from budget.errors import (
    ItemNotOpen,
    ItemVoted,
    MergerOpen,
    MotionIncomplete,
    MotionOutdated,
    NobodyEntitled,
    NoQuorum,
    NotDeclared,
    NotFound,
    NotPermitted,
    NotPresent,
    OnAgenda,
    Recused,
    SessionStep,
    WrongPhase,
)
from budget.permissions import Actor
from budget.projects import withdraw
from models.council_session import AgendaItem, CouncilVote
from models.database import Database
from models.enums import (
    ConflictKind,
    CouncilChoice,
    Language,
    Quorum,
    Role,
    ScreeningOutcome,
)
from tests.harness import council
from tests.harness.council import COORDINATOR, Member
from tests.harness.projects import make_resident
from tests.harness.racing import at_once, while_uncommitted
from tests.harness.sittings import cast, close, interested, propose, underway

FOR, AGAINST, ABSTAIN = CouncilChoice
MINUTE = timedelta(minutes=1)


# --- putting to the vote --------------------------------------------------------------------------------------


@pytest.mark.parametrize("left_out", ["criterion", "clause", "reason_kk", "reason_ru"])
def test_a_rejection_without_its_reasons_is_not_put_to_the_vote(
    session: Session, now: datetime, left_out: str
) -> None:
    held = underway(session, now)
    whole = council.rejection(held.projects[0])
    said = replace(whole, **{left_out: None if left_out == "criterion" else " "})
    propose(session, held, said, now)
    with pytest.raises(MotionIncomplete) as told:
        held.open(session, now=now)
    assert told.value.facts == {"number": held.projects[0].number, "missing": (left_out,)}
    assert held.items(session)[0].opened_at is None


def test_one_incomplete_motion_keeps_all_back(session: Session, now: datetime) -> None:
    held = underway(session, now, projects=3)
    item = held.items(session)[2]
    said = council.rejection(held.projects[2], reason_ru="")
    agenda.change_motion(session, COORDINATOR, item.public_id, said, revision=held.row.revision, now=now)
    with pytest.raises(MotionIncomplete), session.begin_nested():
        held.open(session, now=now)
    session.expire_all()
    assert {one.opened_at for one in held.items(session)} == {None}
    first = held.items(session)[0].public_id
    assert votes.open_items(session, COORDINATOR, held.row.public_id, [first], now=now) == 1


def test_what_is_put_to_the_vote_does_not_change_any_more(session: Session, now: datetime) -> None:
    held = underway(session, now)
    [item] = held.open(session, now=now)
    for act in (
        lambda: propose(session, held, council.rejection(held.projects[0]), now),
        lambda: agenda.take_off(session, COORDINATOR, item.public_id, now=now),
    ):
        with pytest.raises(OnAgenda):
            act()
    assert item.outcome is ScreeningOutcome.ADMITTED


def test_a_project_that_moved_on_is_not_voted_on(session: Session, now: datetime) -> None:
    held = underway(session, now, projects=3)
    withdrawn, returned, corrected = held.projects
    author = Actor(Role.RESIDENT, withdrawn.author_id)
    withdraw(session, author, withdrawn.public_id, now=now)
    for project in (returned, corrected):
        council.send_back(session, held.cycle, project, now=now)
    council.resubmit(session, corrected, Actor(Role.RESIDENT, corrected.author_id), now=now)
    for project, item in zip(held.projects, held.items(session), strict=True):
        with pytest.raises(MotionOutdated) as told:
            votes.open_items(session, COORDINATOR, held.row.public_id, [item.public_id], now=now)
        assert told.value.facts == {"number": project.number}


def test_while_authors_are_asked_about_a_merger_nothing_is_voted_on(session: Session, now: datetime) -> None:
    held = underway(session, now, projects=2)
    first, second = (one.public_id for one in held.projects)
    mergers.propose(session, COORDINATOR, first, second, note_kk="Ұқсас.", note_ru="Похожи.", now=now)
    with pytest.raises(MergerOpen) as told:
        held.open(session, now=now)
    assert told.value.facts == {"number": held.projects[0].number}


def test_without_a_quorum_nothing_is_put_to_the_vote(session: Session, now: datetime) -> None:
    held = underway(session, now, size=5, present=2)
    with pytest.raises(NoQuorum) as told:
        held.open(session, now=now)
    assert told.value.facts == {"number": held.projects[0].number, "present": 2, "needed": 3}
    there = [one.row.public_id for one in held.members[:3]]
    sessions.mark_present(session, COORDINATOR, held.row.public_id, there, now=now)
    assert held.open(session, now=now)[0].opened_at == now


@pytest.mark.parametrize(
    ("quorum", "size", "aside", "present", "is_enough"),
    [
        (Quorum.MORE_THAN_HALF, 5, 0, 3, True),
        (Quorum.MORE_THAN_HALF, 6, 0, 3, False),
        (Quorum.MORE_THAN_HALF, 6, 1, 3, True),  # of five who may decide three are there
        (Quorum.TWO_THIRDS, 6, 0, 4, True),
        (Quorum.TWO_THIRDS, 7, 0, 4, False),
        (Quorum.TWO_THIRDS, 7, 1, 4, True),
    ],
)
def test_the_quorum_is_counted_of_those_who_may_decide(
    session: Session, now: datetime, quorum: Quorum, size: int, aside: int, present: int, is_enough: bool
) -> None:
    held = underway(session, now, size=size, present=present, council_quorum=quorum)
    for member in held.members[size - aside :]:
        interested(session, held, member, now)
    if not is_enough:
        with pytest.raises(NoQuorum):
            held.open(session, now=now)
        return
    assert held.open(session, now=now)[0].opened_at == now


def test_where_all_stand_aside_nobody_decides_and_it_is_said(session: Session, now: datetime) -> None:
    held = underway(session, now, size=3)
    for member in held.members:
        interested(session, held, member, now)
    with pytest.raises(NobodyEntitled) as told:
        held.open(session, now=now)
    assert told.value.facts == {"number": held.projects[0].number}


def test_votes_are_opened_in_their_phase_by_the_coordinator_of_a_session_that_has_begun(
    session: Session, now: datetime
) -> None:
    held = underway(session, now)
    for act in (votes.open_items, votes.close_items):
        with pytest.raises(NotPermitted):
            act(session, held.members[0].actor, held.row.public_id, now=now)
        with pytest.raises(NotFound):
            act(session, COORDINATOR, "nosuchsess", now=now)
    with pytest.raises(WrongPhase):
        held.open(session, now=now + timedelta(days=16))
    planned = council.plan_session(session, held.cycle, now=now)
    with pytest.raises(SessionStep):
        votes.open_items(session, COORDINATOR, planned.public_id, now=now)


# --- voting ---------------------------------------------------------------------------------------------------


def test_a_vote_is_kept_with_its_dissent(session: Session, now: datetime) -> None:
    held = underway(session, now)
    [item] = held.open(session, now=now)
    one, two = held.members[:2]
    votes.cast(
        session, one.actor, item.public_id, AGAINST, dissent=" Құны жоғары. ", language=Language.KK, now=now
    )
    votes.cast(session, two.actor, item.public_id, ABSTAIN, dissent="  ", language=Language.RU, now=now)
    session.commit()
    session.expire_all()
    rows = {row.member_id: row for row in session.exec(select(CouncilVote))}
    kept = rows[one.row.id or 0]
    assert (kept.choice, kept.dissent, kept.language, kept.cast_at) == (
        AGAINST,
        "Құны жоғары.",
        Language.KK,
        now,
    )
    assert (rows[two.row.id or 0].dissent, rows[two.row.id or 0].language) == ("", None)


def test_a_member_votes_once_and_the_first_vote_stands(session: Session, now: datetime) -> None:
    held = underway(session, now)
    [item] = held.open(session, now=now)
    one = held.members[0]
    votes.cast(session, one.actor, item.public_id, FOR, now=now)
    with pytest.raises(ItemVoted) as told:
        votes.cast(session, one.actor, item.public_id, AGAINST, now=now + MINUTE)
    assert told.value.facts == {"at": now}
    assert session.exec(select(CouncilVote.choice)).all() == [FOR]


@pytest.mark.race
def test_of_votes_pressed_at_once_exactly_one_is_kept(database: Database, now: datetime) -> None:
    with database.writing() as session:
        held = underway(session, now)
        [item] = held.open(session, now=now)
    one, two = held.members[:2]

    def press(member: Member, choice: CouncilChoice) -> Callable[[Session], Any]:
        return lambda s: votes.cast(s, member.actor, item.public_id, choice, now=now)

    refused = at_once(
        database, *(press(one, choice) for choice in (FOR, AGAINST, ABSTAIN) * 2), press(two, FOR)
    )
    with database.reading() as session:
        rows = sorted(row.member_id for row in session.exec(select(CouncilVote)))
    assert rows == [one.row.id, two.row.id]
    assert [type(refusal) for refusal in refused] == [ItemVoted] * 5


@pytest.mark.race
def test_a_vote_on_its_way_when_the_vote_is_closed_is_counted(database: Database, now: datetime) -> None:
    with database.writing() as session:
        held = underway(session, now, size=3)
        [item] = held.open(session, now=now)
        cast(session, item, dict.fromkeys(held.members[:2], FOR), now)
    late = held.members[2]
    refused = while_uncommitted(
        database,
        lambda s: votes.cast(s, late.actor, item.public_id, AGAINST, now=now),
        lambda s: close(s, held, now),
    )
    with database.reading() as session:
        row = session.get_one(AgendaItem, item.id)
        kept = len(session.exec(select(CouncilVote)).all())
    assert refused == []
    assert (kept, row.votes_for, row.votes_against) == (3, 2, 1)


@pytest.mark.race
def test_a_vote_pressed_while_the_vote_is_being_closed_is_refused(database: Database, now: datetime) -> None:
    with database.writing() as session:
        held = underway(session, now, size=3)
        [item] = held.open(session, now=now)
        cast(session, item, dict.fromkeys(held.members[:2], FOR), now)
    refused = while_uncommitted(
        database,
        lambda s: close(s, held, now),
        lambda s: votes.cast(s, held.members[2].actor, item.public_id, FOR, now=now),
    )
    assert [type(refusal) for refusal in refused] == [ItemNotOpen]
    with database.reading() as session:
        assert len(session.exec(select(CouncilVote)).all()) == session.get_one(AgendaItem, item.id).votes_for


@pytest.mark.parametrize("kind", list(ConflictKind))
def test_a_project_of_a_member_is_never_decided_by_that_member(
    session: Session, now: datetime, kind: ConflictKind
) -> None:
    held = underway(session, now)
    one = held.members[0]
    members.declare(session, one.actor, held.cycle, {held.projects[0].public_id: kind}, now=now)
    [item] = held.open(session, now=now)
    with pytest.raises(Recused) as told:
        votes.cast(session, one.actor, item.public_id, FOR, now=now)
    assert told.value.facts == {"kind": kind}
    assert isinstance(told.value, NotPermitted), "a page says 403"
    assert session.exec(select(CouncilVote)).all() == []


def test_who_may_not_vote_is_told_why(session: Session, now: datetime) -> None:
    held = underway(session, now, size=6, present=5)
    [item] = held.open(session, now=now)
    with pytest.raises(NotPresent):
        votes.cast(session, held.members[5].actor, item.public_id, FOR, now=now)
    undeclared = held.members[4]
    undeclared.row.declared_at = None
    session.add(undeclared.row)
    session.flush()
    with pytest.raises(NotDeclared):
        votes.cast(session, undeclared.actor, item.public_id, FOR, now=now)
    for stranger in (council.make_account(session), make_resident(session), COORDINATOR, Actor(Role.VISITOR)):
        with pytest.raises(NotPermitted):
            votes.cast(session, stranger, item.public_id, FOR, now=now)
    with pytest.raises(NotFound):
        votes.cast(session, held.members[0].actor, "nosuchitem", FOR, now=now)
    with pytest.raises(WrongPhase):
        votes.cast(session, held.members[0].actor, item.public_id, FOR, now=now + timedelta(days=16))


def test_before_the_opening_and_after_the_closing_nobody_votes(session: Session, now: datetime) -> None:
    held = underway(session, now)
    [item] = held.items(session)
    with pytest.raises(ItemNotOpen):
        votes.cast(session, held.members[0].actor, item.public_id, FOR, now=now)
    held.open(session, now=now)
    close(session, held, now)
    with pytest.raises(ItemNotOpen):
        votes.cast(session, held.members[0].actor, item.public_id, FOR, now=now)
