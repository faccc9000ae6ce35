"""What comes of a vote: every number it follows from, whoever stands aside, leaves or comes meanwhile."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from budget.council import agenda, appeals, members, sessions, votes
from budget.errors import (
    NotEntitled,
    NotPermitted,
)
from budget.permissions import Actor
from models.council_session import AgendaItem, CouncilVote, Recusal
from models.enums import (
    ConflictKind,
    CouncilChoice,
    ItemResult,
    Language,
    Majority,
    ProjectState,
    Quorum,
    Role,
)
from tests.harness import council
from tests.harness.council import COORDINATOR
from tests.harness.sittings import cast, close, interested, propose, underway

FOR, AGAINST, ABSTAIN = CouncilChoice
MINUTE = timedelta(minutes=1)
NUMBERS = ("entitled", "present", "needed", "votes_for", "votes_against", "abstained")


def numbers(item: AgendaItem) -> tuple[int | None, ...]:
    return tuple(getattr(item, name) for name in NUMBERS)


@pytest.mark.parametrize(
    ("majority", "choices", "result"),
    [
        (Majority.OF_VOTES, [FOR, ABSTAIN, ABSTAIN], ItemResult.CARRIED),
        (Majority.OF_PRESENT, [FOR, FOR, FOR, AGAINST, AGAINST], ItemResult.CARRIED),
        (Majority.OF_PRESENT, [FOR, FOR, AGAINST], ItemResult.NOT_CARRIED),  # two were there and silent
        (Majority.OF_MEMBERS, [FOR, FOR, FOR], ItemResult.NOT_CARRIED),
        (Majority.OF_MEMBERS, [FOR] * 4, ItemResult.CARRIED),
        (Majority.OF_VOTES, [], ItemResult.NOT_CARRIED),
    ],
)
def test_a_vote_is_closed_with_every_number_it_follows_from(
    session: Session, now: datetime, majority: Majority, choices: list[CouncilChoice], result: ItemResult
) -> None:
    held = underway(session, now, size=7, present=5, council_majority=majority)
    [item] = held.open(session, now=now)
    cast(session, item, dict(zip(held.members, choices, strict=False)), now)
    close(session, held, now + MINUTE)
    session.commit()
    session.expire_all()
    assert (item.result, item.closed_at) == (result, now + MINUTE)
    counts = tuple(choices.count(choice) for choice in CouncilChoice)
    assert numbers(item) == (7, 5, 4, *counts)


def test_who_voted_and_then_left_was_there(session: Session, now: datetime) -> None:
    held = underway(session, now, size=5, present=3)
    [item] = held.open(session, now=now)
    cast(session, item, dict.fromkeys(held.members[:3], FOR), now)
    sessions.mark_present(
        session, COORDINATOR, held.row.public_id, [held.members[0].row.public_id], now=now + MINUTE
    )
    close(session, held, now + 2 * MINUTE)
    assert (item.result, item.present) == (ItemResult.CARRIED, 3)


def test_who_left_without_voting_may_cost_the_quorum(session: Session, now: datetime) -> None:
    held = underway(session, now, size=5, present=3)
    [item] = held.open(session, now=now)
    cast(session, item, dict.fromkeys(held.members[:2], FOR), now)
    there = [one.row.public_id for one in held.members[:2]]
    sessions.mark_present(session, COORDINATOR, held.row.public_id, there, now=now + MINUTE)
    close(session, held, now + 2 * MINUTE)
    assert (item.result, item.present, item.needed) == (ItemResult.NO_QUORUM, 2, 3)


def test_a_late_recusal_may_break_the_quorum_and_then_nothing_is_decided(
    session: Session, now: datetime
) -> None:
    """Six in office, four there, three voted for; one of them finds out that it is a relative's project."""
    held = underway(session, now, size=6, present=4, council_quorum=Quorum.TWO_THIRDS)
    [item] = held.open(session, now=now)
    late = held.members[0]
    cast(session, item, dict.fromkeys(held.members[:3], FOR), now)
    interested(session, held, late, now + MINUTE)
    close(session, held, now + 2 * MINUTE)
    assert item.result is ItemResult.NO_QUORUM
    assert numbers(item) == (5, 3, 4, 2, 0, 0)
    recusal = session.exec(select(Recusal)).one()
    assert (recusal.member_id, recusal.kind) == (late.row.id, ConflictKind.RELATIVE)
    assert len(session.exec(select(CouncilVote)).all()) == 3, "what was pressed stays, it only does not count"
    council.finish(session, held.row, held.members, now=now + 3 * MINUTE)
    assert held.projects[0].state is ProjectState.SUBMITTED


def test_a_late_recusal_that_leaves_a_quorum_leaves_the_other_votes(session: Session, now: datetime) -> None:
    held = underway(session, now, size=5)
    [item] = held.open(session, now=now)
    one, *others = held.members
    cast(session, item, {one: AGAINST, **dict.fromkeys(others, FOR)}, now)
    interested(session, held, one, now)
    close(session, held, now)
    assert (item.result, *numbers(item)) == (ItemResult.CARRIED, 4, 4, 3, 4, 0, 0)


def test_an_interest_in_one_project_leaves_the_votes_on_others_alone(session: Session, now: datetime) -> None:
    held = underway(session, now, projects=2, size=5)
    interested(session, held, held.members[0], now, place=1)
    first, second = held.open(session, now=now)
    cast(session, first, dict.fromkeys(held.members, FOR), now)
    cast(session, second, dict.fromkeys(held.members[1:], FOR), now)
    close(session, held, now)
    assert (first.entitled, first.votes_for, second.entitled, second.votes_for) == (5, 5, 4, 4)
    assert {row.item_id for row in session.exec(select(Recusal))} == {second.id}


def test_a_member_removed_in_the_middle_leaves_closed_items_and_is_counted_in_none_later(
    session: Session, now: datetime
) -> None:
    held = underway(session, now, projects=3, size=6)
    first, second, third = held.items(session)
    gone = held.members[5]
    votes.open_items(session, COORDINATOR, held.row.public_id, [first.public_id, second.public_id], now=now)
    for item in (first, second):
        cast(session, item, dict.fromkeys(held.members, FOR), now)
    votes.close_items(session, COORDINATOR, held.row.public_id, [first.public_id], now=now)
    members.dismiss(session, COORDINATOR, gone.row.public_id, reason="Қызметінен босады.", now=now + MINUTE)
    votes.open_items(session, COORDINATOR, held.row.public_id, [third.public_id], now=now + 2 * MINUTE)
    with pytest.raises(NotPermitted):
        votes.cast(session, gone.actor, third.public_id, FOR, now=now + 2 * MINUTE)
    close(session, held, now + 3 * MINUTE)
    session.expire_all()
    assert (first.entitled, first.votes_for) == (6, 6), "what was decided before stands"
    assert (second.entitled, second.votes_for) == (5, 5), "the vote that was open goes on without the member"
    assert (third.entitled, third.votes_for) == (5, 0)
    assert len(session.exec(select(CouncilVote)).all()) == 12


def test_whoever_comes_instead_may_vote_at_once(session: Session, now: datetime) -> None:
    held = underway(session, now, size=5)
    leaving = held.members[1]
    actor = council.make_account(session)
    who = council.appointment(actor, 7, kind=leaving.row.kind)
    coming = members.replace(session, COORDINATOR, leaving.row.public_id, who, reason="Ауысты.", now=now)
    members.declare(session, actor, held.cycle, {}, now=now)
    there = [one.row.public_id for one in held.members if one is not leaving] + [coming.public_id]
    sessions.mark_present(session, COORDINATOR, held.row.public_id, there, now=now)
    [item] = held.open(session, now=now)
    votes.cast(session, actor, item.public_id, FOR, now=now)
    close(session, held, now)
    assert (item.entitled, item.votes_for) == (5, 1)


def test_members_who_decided_a_rejection_do_not_decide_its_appeal(session: Session, now: datetime) -> None:
    held = underway(session, now, size=9, present=6)
    propose(session, held, council.rejection(held.projects[0]), now)
    council.finish(session, held.row, held.members[:6], now=now)
    author = Actor(Role.RESIDENT, held.projects[0].author_id)
    appeals.file(
        session, author, held.projects[0].public_id, text="Қате.", language=Language.KK, wants_hearing=False, now=now
    )  # fmt: skip
    row = council.plan_session(session, held.cycle, now=now)
    item = agenda.put(session, COORDINATOR, row.public_id, held.projects[0].public_id, now=now)
    council.begin(session, row, held.members, now=now)
    votes.open_items(session, COORDINATOR, row.public_id, now=now)
    floor = votes.floor_of(session, row, item, now=now)
    decided = appeals.took_part(session, held.projects[0].id)
    assert floor.entitled == {one.row.id for one in held.members} - decided
    for member in held.members:
        if member.row.id in decided:
            with pytest.raises(NotEntitled):
                votes.cast(session, member.actor, item.public_id, FOR, now=now)


def test_sixty_eight_projects_go_through_one_session(session: Session, now: datetime) -> None:
    held = underway(session, now, projects=68, size=5)
    items = held.open(session, now=now)
    assert len(items) == 68
    interested(session, held, held.members[0], now, place=30)
    for place, item in enumerate(items):
        for member in held.members[1 if place == 30 else 0 :]:
            votes.cast(session, member.actor, item.public_id, AGAINST if place % 2 else FOR, now=now)
    decided = votes.close_items(session, COORDINATOR, held.row.public_id, now=now)
    assert [one.result for one in decided] == [ItemResult.CARRIED, ItemResult.NOT_CARRIED] * 34
    assert len(session.exec(select(CouncilVote)).all()) == 68 * 5 - 1
    council.finish(session, held.row, held.members, now=now)
    states = [project.state for project in held.projects]
    assert states == [ProjectState.ADMITTED, ProjectState.SUBMITTED] * 34, (
        "nothing lost, nothing decided twice"
    )
    assert agenda.may_be_put(session, held.cycle) == held.projects[1::2]
