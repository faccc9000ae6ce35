"""Reading the akimat's roll of residents: one line of CSV, one person or one fault; pure, no tables.

The file: a header naming `iin;birth_date;area;street;house;phone` in any order, `;` or `,` between fields, UTF-8 with
or without a byte order mark; `phone` may be left out. Dates as 1990-05-17 or 17.05.1990, areas by their code or any
of their names, or empty (most streets belong to no named area). Every physical line is a record of its own: a stray
quotation mark costs its line, not all lines up to the next one.

A fault carries the number of the line and the value with its digits hidden: a wrong IIN is nearly a right one.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from budget.errors import BudgetRefusal, IinInvalid, PhoneInvalid
from budget.identity.iin import check_iin
from budget.identity.phone import kz_mobile

REQUIRED = ("iin", "birth_date", "area", "street", "house")
COLUMNS = (*REQUIRED, "phone")
OLDEST = 130  # years; an earlier birth date is a slip of the pen

_DATES = (re.compile("([0-9]{4})-([0-9]{2})-([0-9]{2})"), re.compile("([0-9]{2})[.]([0-9]{2})[.]([0-9]{4})"))
_SHOWN = 40


class RollUnreadable(BudgetRefusal):
    """Not a roll at all, nothing is imported. Facts: fault (empty|header|encoding), missing, line."""

    code = "roll_unreadable"


@dataclass(frozen=True)
class RollFault:
    """A line that was left out. `code`: columns, iin, iin_twice, birth_date, area, street, house, phone_unreadable,
    phone_foreign, phone_not_mobile. `first_line` only for iin_twice."""

    line: int
    code: str
    value_masked: str = ""
    first_line: int | None = None


@dataclass(frozen=True, slots=True)
class RollEntry:
    """A person on the roll, without the IIN. `phone` in E.164, `line` counted in the file from 1."""

    roll_key: bytes
    birth_on: date
    area_id: int | None
    street: str
    house: str
    phone: str | None
    line: int


@dataclass
class Roll:
    """What a file holds: the good entries, and every fault in the order of lines."""

    entries: list[RollEntry] = field(default_factory=list)
    faults: list[RollFault] = field(default_factory=list)


class _Fault(Exception):
    """This line is wrong: why, and the value as the file has it."""

    def __init__(self, code: str, value: str = "", first_line: int | None = None) -> None:
        super().__init__(code)
        self.code, self.value, self.first_line = code, value, first_line


def read_roll(
    lines: Iterable[str], *, areas: Mapping[str, int], roll_key_of: Callable[[str], bytes], today: date
) -> Roll:
    """Read a whole file. `areas`: ids by `area_name` of codes and names; `today` refuses births in the future.

    Raises: RollUnreadable.
    """
    numbered = _numbered(lines)
    reader = _LineReader(_header(numbered), areas, roll_key_of, today)
    roll = Roll()
    for number, line in numbered:
        if not line.strip(" ;,\t\r\n"):
            continue
        try:
            roll.entries.append(reader.entry(number, line))
        except _Fault as fault:
            roll.faults.append(RollFault(number, fault.code, masked(fault.value), fault.first_line))
    return roll


def area_name(text: str) -> str:
    """A name of an area as it is compared: without case, and with single spaces."""
    return " ".join(text.casefold().split())


def masked(value: str) -> str:
    """A value for a report: digits of anything as long as a phone or an IIN are hidden, whatever column it is in."""
    shown = value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…"
    return re.sub(r"\d", "•", shown) if sum(c.isdigit() for c in value) > 8 else shown


@dataclass(frozen=True)
class _Header:
    delimiter: str
    places: Mapping[str, int]
    width: int


def _numbered(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    number = 0
    try:
        for number, line in enumerate(lines, 1):
            yield number, line
    except UnicodeDecodeError:
        raise RollUnreadable(fault="encoding", line=number + 1, missing=()) from None


def _header(numbered: Iterator[tuple[int, str]]) -> _Header:
    line = next((line for _, line in numbered if line.strip("\ufeff \t\r\n")), None)
    if line is None:
        raise RollUnreadable(fault="empty", line=1, missing=REQUIRED)
    line = line.lstrip("\ufeff")
    delimiter = ";" if ";" in line else ","
    names = [name.strip().casefold() for name in _split(line, delimiter)]
    missing = tuple(name for name in REQUIRED if name not in names)
    if missing or len(set(names)) < len(names):
        raise RollUnreadable(fault="header", line=1, missing=missing)
    return _Header(delimiter, {name: names.index(name) for name in COLUMNS if name in names}, len(names))


class _LineReader:
    """Reads lines one by one; remembers where each person stood first."""

    def __init__(
        self,
        header: _Header,
        areas: Mapping[str, int],
        roll_key_of: Callable[[str], bytes],
        today: date,
    ) -> None:
        self._header, self._areas, self._roll_key_of, self._today = header, areas, roll_key_of, today
        self._lines: dict[bytes, int] = {}
        self._texts: dict[str, str] = {}  # a street stands in the file thousands of times, in memory once
        self._dates: dict[str, date] = {}

    def entry(self, number: int, line: str) -> RollEntry:
        """The person of this line. Raises _Fault."""
        values = self._values(line)
        try:
            roll_key = self._roll_key_of(check_iin(values["iin"]))
        except IinInvalid:
            raise _Fault("iin", values["iin"]) from None
        entry = RollEntry(
            roll_key,
            self._birth(values["birth_date"]),
            self._area(values["area"]),
            self._text("street", values["street"]),
            self._text("house", values["house"]),
            _phone(values.get("phone", "")),
            number,
        )
        first = self._lines.setdefault(roll_key, number)
        if first != number:
            raise _Fault("iin_twice", first_line=first)
        return entry

    def _values(self, line: str) -> dict[str, str]:
        try:
            fields = _split(line, self._header.delimiter)
        except csv.Error:
            raise _Fault("columns") from None
        if len(fields) != self._header.width:
            raise _Fault("columns")
        return {name: fields[place].strip() for name, place in self._header.places.items()}

    def _birth(self, text: str) -> date:
        if text not in self._dates:
            born = _date(text)
            if born is None or not self._today.year - OLDEST < born.year or born > self._today:
                raise _Fault("birth_date", text)
            self._dates[text] = born
        return self._dates[text]

    def _area(self, text: str) -> int | None:
        if not text:
            return None
        found = self._areas.get(text) or self._areas.get(area_name(text))
        if found is None:
            raise _Fault("area", text)
        return found

    def _text(self, code: str, text: str) -> str:
        if not text or not text.isprintable():
            raise _Fault(code, text if text.isprintable() else "")
        return self._texts.setdefault(text, text)


def _split(line: str, delimiter: str) -> list[str]:
    line = line.rstrip("\r\n")
    if '"' not in line:
        return line.split(delimiter)
    return next(csv.reader([line], delimiter=delimiter, strict=True))


def _date(text: str) -> date | None:
    for pattern, order in zip(_DATES, ((1, 2, 3), (3, 2, 1)), strict=True):
        found = pattern.fullmatch(text)
        if found:
            year, month, day = (int(found[part]) for part in order)
            try:
                return date(year, month, day)
            except ValueError:
                return None
    return None


def _phone(text: str) -> str | None:
    if not text:
        return None
    try:
        return kz_mobile(text)
    except PhoneInvalid as refusal:
        raise _Fault(f"phone_{refusal.facts['fault']}", text) from None
