"""Reads a `.pb` file: three `;`-separated tables under META, PROJECTS and VOTES.

A file is right or refused as a whole, with the line and the fault (`MalformedFile`). Lenient where published files
differ without meaning anything else by it: spaces round fields, empty lines, a byte order mark, CR LF, columns in
any order, `target` for `beneficiaries`, a project named twice in a vote (five real ballots of Warsaw 2026).
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from budget.pabulib.elections import (
    COUNTABLE,
    WITHDRAWN_COST,
    Election,
    Fault,
    MalformedFile,
    Project,
    Vote,
    VoteType,
)

_SECTIONS = ("META", "PROJECTS", "VOTES")
_REQUIRED_KEYS = ("num_projects", "num_votes", "budget", "vote_type", "rule")
_OWN_COLUMNS = ("project_id", "cost", "votes", "score", "selected", "name")
_SELECTED = range(4)
_MOST_DIGITS = 15  # of any number in a file; scaled money still fits a 64-bit column


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    cells: list[str]


@dataclass(slots=True)
class _Table:
    name: str
    line: int
    header_line: int = 0
    header: list[str] = field(default_factory=list)
    rows: list[_Row] = field(default_factory=list)

    def records(self) -> Iterator[tuple[int, dict[str, str]]]:
        for row in self.rows:
            yield row.line, dict(zip(self.header, row.cells, strict=True))


@dataclass(frozen=True, slots=True)
class _Meta:
    line: int
    values: dict[str, str]
    lines: dict[str, int]

    def number(self, key: str) -> int | None:
        """A whole number, 0 or more; None where the key is missing or empty."""
        if not self.values.get(key):
            return None
        return _whole(self.values[key], key, self.lines[key], lowest=0)


def read(source: str | Path) -> Election:
    """The election in `source`: a Path is opened, a str is the text itself.

    Raises MalformedFile (line, fault, facts) for a file that is wrong, OSError for one that cannot be opened.
    """
    text = _decode(source.read_bytes()) if isinstance(source, Path) else source.removeprefix("\ufeff")
    tables = _tables(text)
    meta = _meta(tables["META"])
    costs = [_money(record["cost"], "cost", line) for line, record in tables["PROJECTS"].records()]
    budget = _money(meta.values["budget"], "budget", meta.lines["budget"])
    if budget == 0:
        raise _malformed(meta.lines["budget"], Fault.OUT_OF_RANGE, name="budget", value=meta.values["budget"])
    scale = max(_decimals(amount) for amount in [budget, *costs])
    projects = _projects(tables["PROJECTS"], costs, scale)
    vote_type = _vote_type(meta)
    _refuse_unranked(tables["PROJECTS"], vote_type)
    votes = _votes(tables["VOTES"], {project.id for project in projects}, vote_type, meta)
    _compare(meta, "num_projects", len(projects), Fault.PROJECTS_DIFFER)
    _compare(meta, "num_votes", len(votes), Fault.VOTES_DIFFER)
    return Election(
        meta=meta.values,
        projects=projects,
        votes=votes,
        budget=_scaled(budget, scale),
        scale=scale,
        vote_type=vote_type,
        rule=meta.values["rule"],
        minimum_votes=meta.number("min_project_score_threshold") or 0,
        lines=meta.lines,
    )


def _malformed(line: int, fault: Fault, **facts: Any) -> MalformedFile:
    return MalformedFile(line=line, fault=fault, **facts)


# --- text to tables ---------------------------------------------------------------------------------


def _decode(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _malformed(raw.count(b"\n", 0, error.start) + 1, Fault.NOT_UTF8) from error


def _rows(text: str) -> Iterator[_Row]:
    """Rows with the line they begin on; cells stripped, empty lines left out."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
    line = 1
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield _Row(line, stripped)
            line = reader.line_num + 1
    except csv.Error as error:
        raise _malformed(line, Fault.BAD_QUOTING) from error


def _tables(text: str) -> dict[str, _Table]:
    tables: dict[str, _Table] = {}
    table: _Table | None = None
    line = 1
    for row in _rows(text):
        line = row.line
        if row.cells[0] in _SECTIONS and not any(row.cells[1:]):
            table = _begin_table(row, tables)
        elif table is None:
            raise _malformed(row.line, Fault.TEXT_BEFORE_META)
        elif not table.header:
            table.header, table.header_line = _header(row, table.name), row.line
        elif len(row.cells) != len(table.header):
            expected, found = len(table.header), len(row.cells)
            raise _malformed(
                row.line, Fault.WRONG_NUMBER_OF_FIELDS, section=table.name, expected=expected, found=found
            )
        else:
            table.rows.append(row)
    for section in _SECTIONS:
        if section not in tables:
            raise _malformed(line, Fault.MISSING_SECTION, section=section)
        if not tables[section].header:
            raise _malformed(tables[section].line, Fault.BAD_HEADER, section=section)
    return tables


def _begin_table(row: _Row, tables: dict[str, _Table]) -> _Table:
    name = row.cells[0]
    if name in tables or name != _SECTIONS[len(tables)]:
        raise _malformed(row.line, Fault.SECTION_OUT_OF_ORDER, section=name)
    tables[name] = _Table(name, row.line)
    return tables[name]


def _header(row: _Row, section: str) -> list[str]:
    header = ["beneficiaries" if cell == "target" else cell for cell in row.cells]
    required = {"META": ("key", "value"), "PROJECTS": ("project_id", "cost"), "VOTES": ("voter_id", "vote")}
    if header[0] != required[section][0] or (section == "META" and header != ["key", "value"]):
        raise _malformed(row.line, Fault.BAD_HEADER, section=section)
    for column in required[section]:
        if column not in header:
            raise _malformed(row.line, Fault.MISSING_COLUMN, section=section, column=column)
    for place, column in enumerate(header):
        if column in header[:place]:
            raise _malformed(row.line, Fault.DUPLICATE_COLUMN, section=section, column=column)
    return header


# --- tables to values ---------------------------------------------------------------------------------


def _meta(table: _Table) -> _Meta:
    meta = _Meta(table.line, {}, {})
    for row in table.rows:
        key, value = row.cells
        if key in meta.values:
            raise _malformed(row.line, Fault.DUPLICATE_KEY, key=key)
        meta.values[key], meta.lines[key] = value, row.line
    for key in _REQUIRED_KEYS:
        if not meta.values.get(key):
            raise _malformed(meta.lines.get(key, table.line), Fault.MISSING_KEY, key=key)
    return meta


def _vote_type(meta: _Meta) -> VoteType:
    value = meta.values["vote_type"]
    if value not in set(VoteType):
        raise _malformed(meta.lines["vote_type"], Fault.UNKNOWN_VOTE_TYPE, value=value)
    return VoteType(value)


def _refuse_unranked(table: _Table, vote_type: VoteType) -> None:
    """Sets of projects can be counted; rankings and points cannot without knowing how, so a column must say."""
    if vote_type not in COUNTABLE and not {"score", "votes"} & set(table.header):
        raise _malformed(table.header_line, Fault.MISSING_COLUMN, section=table.name, column="score")


def _projects(table: _Table, costs: list[Fraction], scale: int) -> tuple[Project, ...]:
    projects: dict[str, Project] = {}
    for (line, record), cost in zip(table.records(), costs, strict=True):
        project = record["project_id"]
        if not project:
            raise _malformed(line, Fault.EMPTY_ID, section=table.name)
        if "," in project:
            raise _malformed(line, Fault.COMMA_IN_ID, project=project)
        if project in projects:
            raise _malformed(line, Fault.DUPLICATE_PROJECT, project=project)
        selected = _optional(record, "selected", line, lowest=0)
        if selected is not None and selected not in _SELECTED:
            raise _malformed(line, Fault.OUT_OF_RANGE, name="selected", value=record["selected"])
        projects[project] = Project(
            id=project,
            cost=_scaled(cost, scale),
            votes=_optional(record, "votes", line, lowest=0),
            score=_optional(record, "score", line),
            selected=selected,
            name=record.get("name", ""),
            fields={column: value for column, value in record.items() if column not in _OWN_COLUMNS},
            withdrawn=cost == WITHDRAWN_COST,
            line=line,
        )
    return tuple(projects.values())


def _votes(table: _Table, known: set[str], vote_type: VoteType, meta: _Meta) -> tuple[Vote, ...]:
    needs_points = vote_type in {VoteType.CUMULATIVE, VoteType.SCORING}
    if needs_points and "points" not in table.header:
        raise _malformed(table.header_line, Fault.MISSING_COLUMN, section=table.name, column="points")
    lowest, highest = meta.number("min_length"), meta.number("max_length")
    if vote_type is VoteType.CHOOSE_1:
        lowest, highest = 1, 1
    voters: set[str] = set()
    votes = []
    for line, record in table.records():
        voter, projects = record["voter_id"], _list(record["vote"])
        if not voter:
            raise _malformed(line, Fault.EMPTY_ID, section=table.name)
        if voter in voters:
            raise _malformed(line, Fault.DUPLICATE_VOTER, voter=voter)
        voters.add(voter)
        for project in projects:
            if project not in known:
                raise _malformed(line, Fault.UNKNOWN_PROJECT, voter=voter, project=project)
        found = len(projects)
        if highest is not None and found > highest:
            raise _malformed(line, Fault.TOO_MANY_CHOICES, voter=voter, allowed=highest, found=found)
        if lowest is not None and found < lowest:
            raise _malformed(line, Fault.TOO_FEW_CHOICES, voter=voter, required=lowest, found=found)
        points = _points(record["points"], line, voter, found) if needs_points else ()
        votes.append(Vote(voter, projects, points, record.get("voting_method", ""), line))
    return tuple(votes)


def _points(value: str, line: int, voter: str, projects: int) -> tuple[int, ...]:
    points = tuple(_whole(point, "points", line) for point in _list(value))
    if len(points) != projects:
        raise _malformed(line, Fault.POINTS_MISMATCH, voter=voter, projects=projects, points=len(points))
    return points


def _list(value: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in value.split(",")) if value else ()


def _compare(meta: _Meta, key: str, found: int, fault: Fault) -> None:
    announced = meta.number(key)
    if announced != found:
        raise _malformed(meta.lines[key], fault, announced=announced, found=found)


# --- numbers ------------------------------------------------------------------------------------------


def _optional(record: dict[str, str], column: str, line: int, *, lowest: int | None = None) -> int | None:
    return _whole(record[column], column, line, lowest=lowest) if column in record else None


def _whole(value: str, name: str, line: int, *, lowest: int | None = None) -> int:
    digits = value.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()):
        raise _malformed(line, Fault.NOT_A_WHOLE_NUMBER, name=name, value=value)
    if len(digits) > _MOST_DIGITS or (lowest is not None and int(value) < lowest):
        raise _malformed(line, Fault.OUT_OF_RANGE, name=name, value=value)
    return int(value)


def _money(value: str, name: str, line: int) -> Fraction:
    """Exact, not negative. Fraction accepts more than the format does (`1/3`, `1e3`, `1_000`), so ask first."""
    whole, _, decimals = value.removeprefix("-").partition(".")
    if not (whole + decimals).isascii() or not whole.isdigit() or not (decimals or "0").isdigit():
        raise _malformed(line, Fault.NOT_A_NUMBER, name=name, value=value)
    if value.startswith("-") or len(whole + decimals) > _MOST_DIGITS:
        raise _malformed(line, Fault.OUT_OF_RANGE, name=name, value=value)
    return Fraction(whole + "." + decimals if decimals else whole)


def _decimals(amount: Fraction) -> int:
    """Digits after the point that matter: none in 12.00."""
    scale = 0
    while 10**scale % amount.denominator:
        scale += 1
    return scale


def _scaled(amount: Fraction, scale: int) -> int:
    return int(amount * 10**scale)
