"""`budget allocate FILE.pb`: who wins by the file's own rule, without a database.

Exit codes: 0 done (also when the recount differs from the published votes: that is said on stderr, and the
published votes decide, because they are what the official outcome was made from), 2 the file or the call is wrong.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from budget.allocation import Allocation, Verdict
from budget.errors import BudgetRefusal
from budget.pabulib import Election, official_rule, read, reallocate, recount, repeated_choices
from models.enums import AllocationRule, VerdictKind
from views.cli.faults import BadInput, describe

_LONGEST_NAME = 60
_MOST_DIFFERENCES = 20
_PLAIN_VERDICTS = {
    VerdictKind.WON: "won",
    VerdictKind.WON_LEFTOVERS: "won from leftovers",
    VerdictKind.LOST_LOT: "lost the lot",
    VerdictKind.AFTER_STOP: "after the stop",
    VerdictKind.WITHDRAWN: "withdrawn",
}


@click.command("allocate")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--rule",
    type=click.Choice(["auto", *(rule.value for rule in AllocationRule)]),
    default="auto",
    show_default=True,
    help="auto: the file's own rule (greedy and greedy-threshold: skip, greedy-no-skip: stop).",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a table.")
def allocate_command(file: Path, rule: str, as_json: bool) -> None:
    """Print winners, remainder and a verdict per project of a Pabulib FILE.

    Projects are ranked by the file's score column if it has one, else by its votes; ties go by the order of rows;
    the file's minimum applies under every rule.
    """
    forced = None if rule == "auto" else AllocationRule(rule)
    try:
        election = read(file)
        chosen = forced or official_rule(election).rule
    except BudgetRefusal as refusal:
        raise BadInput(f"{file}: {describe(refusal)}") from refusal
    except OSError as error:
        raise BadInput(f"{file}: {error.strerror}") from error
    allocation = reallocate(election, chosen)
    if as_json:
        click.echo(json.dumps(_as_json(election, chosen, allocation), ensure_ascii=False))
    else:
        for line in _report(election, chosen, allocation):
            click.echo(_printable(line))
    for line in _warnings(election, chosen, allocation):
        click.echo(_printable(line), err=True)


def _as_json(election: Election, rule: AllocationRule, allocation: Allocation) -> dict[str, Any]:
    return {
        "rule": rule.value,
        "budget": _number(election.budget, election.scale),
        "spent": _number(allocation.spent, election.scale),
        "winners": list(allocation.winners),
        "projects": [
            {
                "id": verdict.id,
                "votes": verdict.votes,
                "cost": _number(verdict.cost, election.scale),
                "verdict": verdict.kind.value,
            }
            for verdict in allocation.verdicts
        ],
    }


def _number(amount: int, scale: int) -> int | float:
    """Money for JSON. Only printed: a file's numbers have at most 15 digits, which a float prints unchanged."""
    unit: int = 10**scale
    return amount / unit if amount % unit else amount // unit


def _report(election: Election, rule: AllocationRule, allocation: Allocation) -> Iterator[str]:
    unit = "points" if election.has_scores else "votes"
    money = f" {election.meta['currency']}" if election.meta.get("currency") else ""

    def amount(value: int) -> str:
        return _amount(value, election.scale)

    minimum = f", at least {_counted(election.minimum_votes, unit)}" if election.minimum_votes else ""
    yield f"{election.meta.get('description', '')} ({election.meta.get('instance', '')})".strip()
    yield f"Rule: {rule.value}{minimum} (the file says {election.rule}, {election.vote_type.value})"
    yield (
        f"Budget {amount(election.budget)}{money}, spent {amount(allocation.spent)}, "
        f"remaining {amount(allocation.remaining)}"
    )
    yield f"Winners ({len(allocation.winners)} of {len(allocation.verdicts)}): {', '.join(allocation.winners) or '-'}"
    yield from _compare(election, allocation)
    yield ""
    names = {project.id: project.name for project in election.projects}
    rows = [("Place", "Project", unit.capitalize(), "Cost", "Left before", "Verdict", "Name")]
    rows += [
        (
            str(verdict.place or "-"),
            verdict.id,
            str(verdict.votes),
            amount(verdict.cost),
            amount(verdict.remaining_before),
            _verdict(verdict, unit, election.scale),
            _shorten(names[verdict.id]),
        )
        for verdict in allocation.verdicts
    ]
    yield from _table(rows, right={0, 2, 3, 4})


def _compare(election: Election, allocation: Allocation) -> Iterator[str]:
    """With the official outcome, if the file tells it."""
    if all(project.selected is None for project in election.projects):
        return
    official = {project.id for project in election.projects if project.selected == 1}
    ours = set(allocation.winners)
    if ours == official:
        yield "The official winners (selected = 1) are the same."
        return
    yield "The official winners (selected = 1) are others."
    for label, ids in (("here only", ours - official), ("officially only", official - ours)):
        if ids:
            yield f"  {label}: {', '.join(sorted(ids))}"


def _verdict(verdict: Verdict, unit: str, scale: int) -> str:
    match verdict.kind:
        case VerdictKind.DOES_NOT_FIT:
            return f"does not fit, {_amount(verdict.missing_tenge or 0, scale)} missing"
        case VerdictKind.BELOW_MINIMUM:
            return f"below the minimum, {_counted(verdict.missing_votes or 0, unit)} missing"
        case VerdictKind.INELIGIBLE:
            return "costs more than the budget" if verdict.missing_tenge else "has no cost"
        case _:
            return _PLAIN_VERDICTS[verdict.kind]


def _counted(number: int, units: str) -> str:
    return f"{number} {units.removesuffix('s') if number == 1 else units}"


def _amount(value: int, scale: int) -> str:
    """`1 331 751.11`: groups of three, decimals only where the file has them."""
    whole, rest = divmod(value, 10**scale)
    decimals = f".{rest:0{scale}}" if rest else ""
    return f"{whole:,}".replace(",", " ") + decimals


def _printable(line: str) -> str:
    """Text of a file must not steer the terminal."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in line)


def _shorten(name: str) -> str:
    name = " ".join(name.split())
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"


def _table(rows: Sequence[Sequence[str]], right: Iterable[int]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    to_right = set(right)
    for row in rows:
        cells = (
            cell.rjust(width) if place in to_right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()


def _warnings(election: Election, rule: AllocationRule, allocation: Allocation) -> Iterator[str]:
    """What the recount of the votes says, if it differs from the published column."""
    differences = recount(election)
    if not differences:
        return
    yield f"Warning: the published votes differ from a recount of the file's votes (projects: {len(differences)})."
    for difference in differences[:_MOST_DIFFERENCES]:
        yield f"  {difference.project}: published {difference.published}, counted {difference.counted}"
    if len(differences) > _MOST_DIFFERENCES:
        yield f"  and {len(differences) - _MOST_DIFFERENCES} more"
    if repeated := repeated_choices(election):
        yield f"  Votes that name a project more than once, counted once here: {repeated}."
    same = reallocate(election, rule, recounted=True).winners == allocation.winners
    yield f"  By the recounted votes the winners would be {'the same' if same else 'others'}."
