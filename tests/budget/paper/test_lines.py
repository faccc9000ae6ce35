"""Papers typed as lines: every line becomes a reading or a fault, none is dropped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.ballot_rules import Selection
from budget.errors import SheetFaulty
from budget.paper import Reading, read_line, read_lines
from models.enums import SheetFault, SheetState

PROJECTS = {1: "a", 5: "b", 12: "c"}


@pytest.mark.parametrize(
    ("line", "reading"),
    [
        ("17 5 12", Reading(SheetState.VALID, Selection(("b", "c")))),
        ("17; 5,12", Reading(SheetState.VALID, Selection(("b", "c")))),
        ("0017 0", Reading(SheetState.VALID, Selection((), none_of_these=True))),
        ("17 -", Reading(SheetState.UNUSED)),
        ("17 x unsigned", Reading(SheetState.SPOILED, fault=SheetFault.UNSIGNED)),
        ("17 х too many", Reading(SheetState.SPOILED, fault=SheetFault.TOO_MANY)),
        ("17 X IIN_used", Reading(SheetState.SPOILED, fault=SheetFault.IIN_USED)),
    ],
)
def test_a_line_is_read(line: str, reading: Reading) -> None:
    assert read_line(line, PROJECTS) == (17, reading)


@pytest.mark.parametrize(
    ("line", "facts"),
    [
        ("17", {"fault": "shape", "serial": 17}),
        ("five 1", {"fault": "shape", "serial": None}),
        ("17 2", {"fault": "project", "serial": 17, "number": 2}),
        ("17 x", {"fault": "shape", "serial": 17}),
        ("17 x drawn", {"fault": "shape", "serial": 17}),
        ("17 1 -", {"fault": "shape", "serial": 17}),
        ("17 0 1", {"fault": "project", "serial": 17, "number": 0}),
        ("²3 1", {"fault": "shape", "serial": None}),
        ("9999999999 1", {"fault": "shape", "serial": None}),
    ],
)
def test_a_line_that_can_not_be_read_says_why(line: str, facts: dict[str, object]) -> None:
    with pytest.raises(SheetFaulty) as refusal:
        read_line(line, PROJECTS)
    assert refusal.value.facts == facts


def test_a_reason_may_be_typed_in_other_words_and_its_code_stays_good() -> None:
    words = {"қол қойылмаған": SheetFault.UNSIGNED}
    for line in ("17 x Қол қойылмаған", "17 х қол  қойылмаған", "17 x unsigned"):
        assert read_line(line, PROJECTS, words)[1].fault is SheetFault.UNSIGNED
    with pytest.raises(SheetFaulty):
        read_line("17 x қол қойылмаған", PROJECTS)


@given(st.lists(st.text("0123459 -x;,ab\t", max_size=12), max_size=20))
def test_no_line_is_dropped(lines: list[str]) -> None:
    text = "\n".join(lines)
    good, faulty = read_lines(text, PROJECTS)
    written = [number for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    assert sorted([line for line, *_ in good] + [one.line for one in faulty]) == written
