"""What was found, beside what was hoped for: a table for the terminal and for RESULTS.md."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "RESULTS.md"
HEADER = ("", "what", "goal", "measured")


@dataclass(frozen=True)
class Finding:
    """One row. `met` is None where no goal is set and the number is for information."""

    what: str
    goal: str
    measured: str
    met: bool | None = None

    @property
    def mark(self) -> str:
        """The word that stands before the row."""
        return {True: "met", False: "MISSED", None: ""}[self.met]


def as_text(findings: Iterable[Finding]) -> str:
    """Columns for a terminal."""
    rows = [HEADER, *((one.mark, one.what, one.goal, one.measured) for one in findings)]
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]
    return "\n".join(line.rstrip() for line in lines)


def as_markdown(
    findings: Sequence[Finding], facts: Sequence[tuple[str, str]], reasons: dict[str, str]
) -> str:
    """The kept result: the machine, the table, and why each missed goal was missed."""
    counted = [one for one in findings if one.met is not None]
    met = sum(1 for one in counted if one.met)
    lines = ["# The last run of `make bench`", ""]
    lines += [f"- {name}: {value}" for name, value in facts]
    lines += [
        "",
        f"{met} of {len(counted)} goals met.",
        "",
        "| | what | goal | measured |",
        "|---|---|---|---|",
    ]
    for one in findings:
        cells = (one.mark, one.what, one.goal, one.measured)
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    missed = [one for one in findings if one.met is False]
    if missed:
        lines += ["", "## Why a goal was missed", ""]
        lines += [f"- **{one.what}**: {_reason(one.what, reasons)}" for one in missed]
    return "\n".join([*lines, ""])


def _reason(what: str, reasons: dict[str, str]) -> str:
    """The first reason whose key is a part of the row's name."""
    return next((reason for key, reason in reasons.items() if key in what), "not yet profiled.")


def _width(text: str) -> int:
    return sum(not unicodedata.combining(letter) for letter in text)
