"""`budget import-roll`: residents by command."""

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import click

from budget import residents
from budget.residents import RollReport
from budget.roll import RollFault, RollUnreadable
from views.cli.edge import BadInput, keyring, opened, settings

_EVERY = 1_000  # lines between two moves of the bar
_FAULTS = {
    "columns": "the number of fields is not that of the first line, or a quotation mark is not closed",
    "iin": "the IIN is missing or has a mistake",
    "birth_date": "the birth date is no date, or can't be right: write 1990-05-17 or 17.05.1990",
    "area": "no such residential area",
    "street": "the street is missing or has unreadable characters",
    "house": "the house is missing or has unreadable characters",
    "phone_unreadable": "this is not a phone number",
    "phone_foreign": "the phone is of another country",
    "phone_not_mobile": "the phone is not a mobile one",
}


@click.command("import-roll")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_roll(file: Path) -> None:
    """Put the residents of FILE on the roll: CSV with a first line iin;birth_date;area;street;house;phone.

    UTF-8, `;` or `,` between fields, phone may be empty. Every bad line is reported with its number and reason, all
    good ones are imported at once; who is on the roll already is updated. No IIN and no phone is printed or stored
    in the clear.

    Exit codes: 0 all lines imported, 1 some lines were bad, 2 not a roll, and nothing was imported.
    """
    config, now = settings(), datetime.now(UTC)
    with opened(config) as database:
        try:
            with database.reading() as session, file.open(encoding="utf-8") as lines:
                roll = residents.read(session, _watched(lines), keyring=keyring(config), now=now)
        except RollUnreadable as refusal:
            raise BadInput(f"{file}: {_unreadable(refusal)}") from refusal
        with database.writing() as session, _bar("Storing", len(roll.entries)) as bar:
            report = residents.store(session, roll, now=now, progress=bar.update)
    for fault in report.faults:
        click.echo(_told(fault))
    click.echo(_summary(report))
    sys.exit(1 if report.faults else 0)


def _watched(lines: TextIO) -> Iterator[str]:
    """The lines, while a bar shows how far into the file they are."""
    size = os.fstat(lines.fileno()).st_size
    with _bar("Reading", size) as bar:
        seen = 0
        for number, line in enumerate(lines):
            if number % _EVERY == 0:
                position = lines.buffer.tell()
                bar.update(position - seen)
                seen = position
            yield line
        bar.update(size - seen)


def _bar(label: str, length: int) -> "click._termui_impl.ProgressBar[int]":
    return click.progressbar(length=length, label=label, file=sys.stderr)


def _told(fault: RollFault) -> str:
    if fault.code == "iin_twice":
        return f"line {fault.line}: the same person stands in line {fault.first_line}"
    value = f": {fault.value_masked}" if fault.value_masked else ""
    return f"line {fault.line}: {_FAULTS[fault.code]}{value}"


def _summary(report: RollReport) -> str:
    bad = len(report.faults)
    lines = "1 line was bad and left out" if bad == 1 else f"{bad} lines were bad and left out"
    return f"{report.imported} new, {report.updated} updated, {lines}."


def _unreadable(refusal: RollUnreadable) -> str:
    match refusal.facts["fault"]:
        case "empty":
            return "the file is empty"
        case "encoding":
            return f"line {refusal.facts['line']} is not UTF-8: save the file as CSV UTF-8"
        case _:
            missing = ", ".join(refusal.facts["missing"])
            said = f"does not name {missing}" if missing else "names a column twice"
            return (
                f"the first line {said}; it must name iin, birth_date, area, street, house and may name phone"
            )
