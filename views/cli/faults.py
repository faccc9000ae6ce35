"""Bad input in one line with exit code 2, and wrong `.pb` files in words; the command line speaks English only."""

from collections.abc import Mapping
from typing import IO, Any

import click

from budget.errors import BudgetRefusal
from budget.pabulib import Fault, MalformedFile, RuleNotSupported

FAULTS: Mapping[Fault, str] = {
    Fault.NOT_UTF8: "the text is not UTF-8",
    Fault.BAD_QUOTING: "a quotation mark is not closed, or text follows a closed one",
    Fault.TEXT_BEFORE_META: "the file must begin with the section META",
    Fault.MISSING_SECTION: "the section {section} is missing",
    Fault.SECTION_OUT_OF_ORDER: "the section {section} is out of order or stands here twice",
    Fault.BAD_HEADER: "the section {section} does not begin with its column names",
    Fault.MISSING_COLUMN: "the section {section} has no column {column!r}",
    Fault.DUPLICATE_COLUMN: "the section {section} has two columns {column!r}",
    Fault.WRONG_NUMBER_OF_FIELDS: "{expected} fields are expected in {section}, {found} found",
    Fault.DUPLICATE_KEY: "the key {key!r} stands in META twice",
    Fault.MISSING_KEY: "META has no value for {key!r}",
    Fault.NOT_A_NUMBER: "{name} is not a number: {value!r}",
    Fault.NOT_A_WHOLE_NUMBER: "{name} is not a whole number: {value!r}",
    Fault.OUT_OF_RANGE: "{name} is out of range: {value!r}",
    Fault.UNKNOWN_VOTE_TYPE: "the vote_type {value!r} is unknown",
    Fault.EMPTY_ID: "a row of {section} has no id",
    Fault.COMMA_IN_ID: "the project id {project!r} has a comma in it",
    Fault.DUPLICATE_PROJECT: "the project {project!r} is listed twice",
    Fault.DUPLICATE_VOTER: "the voter {voter!r} is listed twice",
    Fault.UNKNOWN_PROJECT: "the voter {voter!r} chose the project {project!r}, which is not listed",
    Fault.TOO_MANY_CHOICES: "the voter {voter!r} chose {found} projects, at most {allowed} are allowed",
    Fault.TOO_FEW_CHOICES: "the voter {voter!r} chose {found} projects, at least {required} are required",
    Fault.POINTS_MISMATCH: "the voter {voter!r} named {projects} projects and {points} points",
    Fault.PROJECTS_DIFFER: "num_projects says {announced}, the section PROJECTS has {found}",
    Fault.VOTES_DIFFER: "num_votes says {announced}, the section VOTES has {found}",
}

_LONGEST = 60


class BadInput(click.ClickException):
    """One line on stderr, exit code 2."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the line."""
        click.echo(f"Error: {self.message}", file=file, err=file is None)


def describe(refusal: BudgetRefusal) -> str:
    """`line 12: cost is not a number: 'x'`, for MalformedFile and RuleNotSupported."""
    match refusal:
        case MalformedFile(facts={"fault": Fault() as fault, "line": int() as line}):
            sentence = FAULTS[fault].format(**{name: _short(fact) for name, fact in refusal.facts.items()})
        case RuleNotSupported(facts={"rule": str() as rule, "line": int() as line}):
            sentence = (
                f"the file's own rule {_short(rule)!r} is not built in; choose --rule skip or --rule stop"
            )
        case _:
            raise refusal
    return f"line {line}: {sentence}"


def _short(fact: Any) -> Any:
    """Text from the file, not longer than a line of a terminal; the sentences quote it with repr."""
    return fact[: _LONGEST - 1] + "…" if isinstance(fact, str) and len(fact) > _LONGEST else fact
