"""Many votes at once: what can be cast is, the rest is told by item, and two presses of one button make one vote each."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from budget.council import agenda, members, votes
from budget.council.votes import Wanted
from budget.errors import (
    BudgetRefusal,
    ItemNotOpen,
    ItemVoted,
    NotFound,
    NotPresent,
    Recused,
    WrongPhase,
)
from models.council_session import CouncilVote
from models.database import Database
from models.enums import ConflictKind, CouncilChoice, Language
from tests.harness import council
from tests.harness.council import COORDINATOR
from tests.harness.member_pages import Sitting, sit

FOR = Wanted(CouncilChoice.FOR)


@pytest.fixture
def world(database: Database, now: datetime) -> Sitting:
    return sit(database, now, reviewed=True)


def all_votes(database: Database) -> list[CouncilVote]:
    with database.reading() as session:
        return list(session.exec(select(CouncilVote)).all())


def test_each_motion_gets_its_vote_and_its_dissent(world: Sitting, database: Database, now: datetime) -> None:
    with database.writing() as session:
        row, items = world.opened(session)
        wanted = {
            items[0].public_id: FOR,
            items[1].public_id: Wanted(CouncilChoice.AGAINST, " Қымбат. "),
            items[2].public_id: Wanted(CouncilChoice.ABSTAIN, "  "),
        }
        assert (
            votes.cast_several(session, world.me.actor, row.public_id, wanted, language=Language.KK, now=now)
            == {}
        )
    found = {vote.item_id: (vote.choice, vote.dissent, vote.language) for vote in all_votes(database)}
    assert found == {
        items[0].id: (CouncilChoice.FOR, "", None),
        items[1].id: (CouncilChoice.AGAINST, "Қымбат.", Language.KK),
        items[2].id: (CouncilChoice.ABSTAIN, "", None),
    }


def test_what_is_refused_is_told_by_item_and_the_rest_is_cast(
    world: Sitting, database: Database, now: datetime
) -> None:
    with database.writing() as session:
        row, items = world.opened(session)
        votes.cast(session, world.me.actor, items[0].public_id, CouncilChoice.AGAINST, now=now)
        votes.close_items(session, COORDINATOR, row.public_id, [items[1].public_id], now=now)
        wanted = dict.fromkeys([item.public_id for item in items], FOR)
        refused = votes.cast_several(session, world.me.actor, row.public_id, wanted, now=now)
    assert {item_id: type(one) for item_id, one in refused.items()} == {
        items[0].public_id: ItemVoted,
        items[1].public_id: ItemNotOpen,
    }
    assert refused[items[0].public_id].facts == {"at": now}
    assert sorted((vote.item_id, vote.choice) for vote in all_votes(database)) == [
        (items[0].id, CouncilChoice.AGAINST),
        (items[2].id, CouncilChoice.FOR),
    ]


@pytest.mark.parametrize("why", [NotPresent, WrongPhase])
def test_what_stands_against_every_vote_is_told_at_each(
    world: Sitting, database: Database, now: datetime, why: type[BudgetRefusal]
) -> None:
    late = now + timedelta(days=20) if why is WrongPhase else now
    with database.writing() as session:
        row, items = world.opened(session, present=world.others if why is NotPresent else None)
        wanted = dict.fromkeys([item.public_id for item in items], FOR)
        refused = votes.cast_several(session, world.me.actor, row.public_id, wanted, now=late)
    assert [type(one) for one in refused.values()] == [why] * 3
    assert all_votes(database) == []


def test_to_ask_for_a_vote_one_stands_aside_from_casts_nothing(
    world: Sitting, database: Database, now: datetime
) -> None:
    with database.writing() as session:
        row, items = world.opened(session)
        interest = {world.projects[2].public_id: ConflictKind.OWN}
        members.declare(session, world.me.actor, world.cycle, interest, now=now)
    wanted = dict.fromkeys([item.public_id for item in items], FOR)
    with pytest.raises(Recused), database.writing() as session:
        votes.cast_several(session, world.me.actor, row.public_id, wanted, now=now)
    assert all_votes(database) == []


def test_an_item_of_another_session_is_not_found(world: Sitting, database: Database, now: datetime) -> None:
    with database.writing() as session:
        row, _ = world.opened(session, 2)
        other = world.held(session, {2: council.admission()})
        [foreign] = agenda.items_of(session, other)
    with pytest.raises(NotFound), database.writing() as session:
        votes.cast_several(session, world.me.actor, row.public_id, {foreign.public_id: FOR}, now=now)


@pytest.mark.race
def test_two_presses_of_one_button_make_one_vote_each(
    world: Sitting, database: Database, now: datetime
) -> None:
    with database.writing() as session:
        row, items = world.opened(session)
    wanted = dict.fromkeys([item.public_id for item in items], FOR)
    gate, told = threading.Barrier(4), []

    def press() -> None:
        gate.wait()
        with database.writing() as session:
            told.append(votes.cast_several(session, world.me.actor, row.public_id, wanted, now=now))

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(len, told)) == [0, 3, 3, 3]
    assert all(isinstance(one, ItemVoted) for refused in told for one in refused.values())
    assert len(all_votes(database)) == 3
