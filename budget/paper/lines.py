"""Papers typed as lines, as fast as a practised operator types; pure. One paper a line:

    17 5 12        paper 17, projects 5 and 12 (their numbers on the ballot)
    18 0           paper 18, none of these
    19 -           paper 19, nobody used it
    20 x unsigned  paper 20, spoiled, and why: the code of the reason, or its words in the operator's language

No line is ever dropped: each becomes a reading or a fault with its number and its text.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from budget.ballot_rules import Selection
from budget.errors import SheetFaulty
from budget.paper.entering import Reading
from models.enums import SheetFault, SheetState

UNUSED = "-"
SPOILED = "x"
NONE = "0"
_LONGEST = 9
_NO_WORDS: Mapping[str, SheetFault] = MappingProxyType({})


@dataclass(frozen=True)
class Faulty:
    """A line that can't be taken: its number from 1, its text, and why."""

    line: int
    text: str
    refusal: SheetFaulty


def read_lines(
    text: str, public_ids: Mapping[int, str], words: Mapping[str, SheetFault] = _NO_WORDS
) -> tuple[list[tuple[int, str, int, Reading]], list[Faulty]]:
    """(line, its text, serial, reading) of each good line, and the faulty ones; blank lines are neither.

    `public_ids` are the projects of the ballot by their numbers; `words` are reasons in the operator's language, in
    small letters.
    """
    good, faulty = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            serial, reading = read_line(line, public_ids, words)
        except SheetFaulty as refusal:
            faulty.append(Faulty(number, line.strip(), refusal))
        else:
            good.append((number, line.strip(), serial, reading))
    return good, faulty


def read_line(
    line: str, public_ids: Mapping[int, str], words: Mapping[str, SheetFault] = _NO_WORDS
) -> tuple[int, Reading]:
    """The serial and the reading of one line. Raises SheetFaulty(fault="shape"|"project")."""
    parts = line.replace(",", " ").replace(";", " ").casefold().split()
    serial = _number(parts[:1])
    rest = parts[1:]
    if serial is None or not rest:
        raise SheetFaulty(fault="shape", serial=serial)
    if rest == [UNUSED]:
        return serial, Reading(SheetState.UNUSED)
    if rest[0] in (SPOILED, "х"):  # the Cyrillic letter looks the same and is nearer on the keyboard
        return serial, Reading(SheetState.SPOILED, fault=_fault(serial, rest[1:], words))
    if rest == [NONE]:
        return serial, Reading(SheetState.VALID, Selection((), none_of_these=True))
    return serial, Reading(SheetState.VALID, Selection(tuple(_projects(serial, rest, public_ids))))


def _projects(serial: int, parts: Iterable[str], public_ids: Mapping[int, str]) -> Iterable[str]:
    for part in parts:
        number = _number([part])
        if number is None:
            raise SheetFaulty(fault="shape", serial=serial)
        if number not in public_ids:
            raise SheetFaulty(fault="project", serial=serial, number=number)
        yield public_ids[number]


def _fault(serial: int, parts: list[str], words: Mapping[str, SheetFault]) -> SheetFault:
    if " ".join(parts) in words:
        return words[" ".join(parts)]
    try:
        return SheetFault("_".join(parts))
    except ValueError:
        raise SheetFaulty(fault="shape", serial=serial) from None


def _number(parts: list[str]) -> int | None:
    is_number = bool(parts) and parts[0].isascii() and parts[0].isdecimal() and len(parts[0]) <= _LONGEST
    return int(parts[0]) if is_number else None
