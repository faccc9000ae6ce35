"""The turnout by channel, proof and area never shows a group small enough to point at."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from budget import ballots, turnout
from budget.keys import KeyRing
from budget.turnout import NO_AREA, OTHERS, Dimension, merged
from models.ballot import Participation
from models.district import Area
from models.enums import Assurance, Channel
from tests.harness.elections import impossible_iins, open_election
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
    assert len(shown) <= 1 or all(voters >= turnout.LEAST for voters in shown.values())


@given(CELLS)
def test_others_never_hide_a_single_cell(cells: dict[str, int]) -> None:
    shown = merged(cells)
    if OTHERS in shown:
        assert len([key for key, voters in cells.items() if voters and key not in shown]) >= 2


@pytest.fixture
def keyring(tmp_path: Path) -> KeyRing:
    return make_keyring(tmp_path)


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
    annulled = session.exec(select(Participation)).first()
    assert annulled is not None
    annulled.annulled_at = now
    session.flush()
    assert turnout.of_cycle(session, election.cycle.id or 0) == {}
    turnout.store(session, election.cycle)
    turnout.store(session, election.cycle)
    assert turnout.of_cycle(session, election.cycle.id or 0) == {
        Dimension.CHANNEL: {"web": 20, "desk": 11},
        Dimension.ASSURANCE: {"sms": 20, "desk": 11},
        Dimension.AREA: {"koktal": 16, NO_AREA: 15},
    }
