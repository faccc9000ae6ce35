"""The turnout by channel, proof and area never shows a group small enough to point at."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from budget import ballots, turnout
from budget.keys import KeyRing
from budget.turnout import LEAST, NO_AREA, OTHERS, Dimension, TookPart, merged, shown_cells, took_part
from models.ballot import Participation
from models.cycle import Cycle
from models.district import Area
from models.enums import Assurance, Channel
from tests.harness.elections import impossible_iins, open_election
from tests.harness.mixed import mixed_vote
from tests.harness.voting import make_keyring, voter

CELLS = st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(0, 60), max_size=8)


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        ({}, {}),
        ({"sms": 0}, {}),
        ({"sms": 4}, {"sms": 4}),
        ({"sms": 100, "eds": 50}, {"sms": 100, "eds": 50}),
        ({"sms": 100, "eds": 50, "desk": 3}, {"sms": 100, OTHERS: 53}),
        ({"sms": 100, "eds": 8, "desk": 3}, {"sms": 100, OTHERS: 11}),
        ({"sms": 100, "eds": 5, "desk": 3}, {OTHERS: 108}),
        ({"sms": 5, "eds": 3}, {OTHERS: 8}),
        ({"sms": 100, "eds": 10, "desk": 9}, {"sms": 100, OTHERS: 19}),
    ],
)
def test_small_cells_stand_together(cells: dict[str, int], shown: dict[str, int]) -> None:
    assert merged(cells) == shown


@given(CELLS)
def test_no_shown_cell_is_small_unless_it_is_everything(cells: dict[str, int]) -> None:
    shown = merged(cells)
    assert sum(shown.values()) == sum(cells.values())
    assert len(shown) <= 1 or all(voters >= LEAST for voters in shown.values())


@given(CELLS)
def test_others_never_hide_a_single_cell(cells: dict[str, int]) -> None:
    shown = merged(cells)
    if OTHERS in shown:
        assert len([key for key, voters in cells.items() if voters and key not in shown]) >= 2


@pytest.fixture
def keyring(tmp_path: Path) -> KeyRing:
    return make_keyring(tmp_path)


def told(session: Session, cycle: Cycle) -> TookPart | None:
    return took_part(turnout.stored(session, cycle.id or 0))


def test_the_numbers_are_those_of_the_participations(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    election = open_election(session, keyring, now=now)
    area = Area(code="koktal", name_kk="К", name_ru="К", name_en="K")
    session.add(area)
    session.flush()
    box = ballots.ballot_box(session, election.cycle)
    for number, iin in enumerate(impossible_iins(32)):
        at_desk = number < 12
        who = replace(
            voter(keyring, election.cycle, iin),
            channel=Channel.DESK if at_desk else Channel.WEB,
            assurance=Assurance.DESK if at_desk else Assurance.SMS,
            area_id=area.id if number % 2 else None,
        )
        sealed = ballots.seal(b"x", box.public_key)
        ballots.put(session, box, who, sealed, now=now)
    annulled = session.exec(select(Participation).order_by(col(Participation.id))).first()
    assert annulled is not None
    annulled.annulled_at = now
    session.flush()
    assert told(session, election.cycle) is None
    turnout.store(session, election.cycle)
    turnout.store(session, election.cycle)
    found = told(session, election.cycle)
    assert found is not None
    assert found.electronic == 31
    assert found.shown == {
        Dimension.CHANNEL: {"web": 20, "desk": 11},
        Dimension.ASSURANCE: {"sms": 20, "desk": 11},
        Dimension.AREA: {"koktal": 16, NO_AREA: 15},
    }


# --- what papers tell: their number is public, so it is taken off before a cell counts as large enough ------------


@pytest.mark.parametrize(
    ("cells", "known", "shown"),
    [
        ({"web": 900, "desk": 40, "paper": 35}, {"paper": 35}, {"web": 900, "desk": 40, "paper": 35}),
        ({"web": 900, "desk": 5, "paper": 35}, {"paper": 35}, {OTHERS: 905, "paper": 35}),
        ({"web": 900, "desk": 40, "paper": 5}, {"paper": 5}, {"web": 900, OTHERS: 45}),
        ({"web": 900, "desk": 3, "paper": 5}, {"paper": 5}, {OTHERS: 908}),
        ({"sms": 900, "eds": 30, "desk": 38}, {"desk": 35}, {"sms": 900, OTHERS: 68}),
        ({"sms": 900, "eds": 30, "desk": 35}, {"desk": 35}, {"sms": 900, "eds": 30, "desk": 35}),
        ({"sms": 900, "eds": 30, "desk": 4}, {"desk": 4}, {"sms": 900, OTHERS: 34}),
        ({"web": 900}, {"paper": 0}, {"web": 900}),
    ],
)
def test_no_small_cell_is_left_over_when_the_papers_are_taken_off(
    cells: dict[str, int], known: dict[str, int], shown: dict[str, int]
) -> None:
    assert shown_cells(cells, known) == shown


WAYS = st.integers(0, 40)


@given(WAYS, WAYS, WAYS, WAYS)
def test_nobody_finds_a_small_cell_by_taking_the_papers_off(
    sms: int, eds: int, desk: int, paper: int
) -> None:
    tables = (
        shown_cells({"web": sms + eds, "desk": desk, "paper": paper}, {"paper": paper}),
        shown_cells({"sms": sms, "eds": eds, "desk": desk + paper}, {"desk": paper}),
    )
    electronic = sms + eds + desk
    for shown in tables:
        assert sum(shown.values()) == electronic + paper
        assert len(shown) == 1 or all(voters >= LEAST for voters in shown.values()) or not shown
    left = {"sms": tables[1].get("sms"), "eds": tables[1].get("eds"), "web": tables[0].get("web")}
    left |= {"desk": tables[0].get("desk"), "document": tables[1].get("desk", paper) - paper}
    assert [way for way, voters in left.items() if voters and voters < min(LEAST, electronic)] == []


def test_what_is_shown_of_a_vote_on_paper_too(session: Session, keyring: KeyRing, now: datetime) -> None:
    made = mixed_vote(session, keyring, now, sms=[0] * 20, desk=[1] * 3, papers=[1] * 12)
    turnout.store(session, made.cycle)
    found = told(session, made.cycle)
    assert found is not None
    assert found.electronic == 23
    assert found.shown == {
        Dimension.CHANNEL: {"paper": 12, OTHERS: 23},
        Dimension.ASSURANCE: {OTHERS: 35},
        Dimension.AREA: {NO_AREA: 35},
    }
