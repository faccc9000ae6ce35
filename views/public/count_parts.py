"""What stands beside a result: who took part, whether the numbers add up, and the winners without ballots by SMS."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from budget.reading import sums
from budget.reading.results import Line, Outcome
from budget.reading.sums import Sums
from budget.turnout import LEAST, NO_AREA, OTHERS, Dimension, TookPart
from budget.what_if import WhatIf
from models.enums import Assurance, Channel
from views.filters import in_language
from views.labels import label
from views.public_facts import places
from views.texts import gettext as _


@dataclass(frozen=True)
class Cell:
    """A row: in words, how many, and 0..1 of all in the table."""

    text: str
    voters: int
    share: float


@dataclass(frozen=True)
class Table:
    """The turnout by one dimension; `heading` names the column of the words."""

    caption: str
    heading: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class WithoutSms:
    """The answer, and where the winners differ, those who would win besides and those who would not."""

    found: WhatIf
    gained: tuple[Line, ...]
    lost: tuple[Line, ...]


@dataclass(frozen=True)
class CountParts:
    """All of it. No tables, sums or answer for a cycle counted elsewhere, or before these numbers were kept."""

    tables: tuple[Table, ...]
    sums: Sums | None
    without_sms: WithoutSms | None
    minimum_votes: int
    least: int = LEAST


def of_outcome(outcome: Outcome, minimum_votes: int) -> CountParts:
    """What was kept with the count, in words."""
    tables = _tables(outcome.took_part) if outcome.took_part else ()
    return CountParts(tables, sums.of_outcome(outcome), _without_sms(outcome), minimum_votes)


def _tables(took_part: TookPart) -> tuple[Table, ...]:
    areas = {area.code: in_language(area, "name").text for area in places().areas}

    def channel(key: str) -> str:
        return label(Channel(key))

    def assurance(key: str) -> str:
        return label(Assurance(key))

    def area(key: str) -> str:
        return _("Area not known") if key == NO_AREA else areas.get(key, key)

    shown = took_part.shown
    return (
        _table(
            _("Where people voted"), _("Where"), _("Other ways together"), shown[Dimension.CHANNEL], channel
        ),
        _table(
            _("How they proved who they are"),
            _("Proof"),
            _("Other proofs together"),
            shown[Dimension.ASSURANCE],
            assurance,
        ),
        _table(
            _("Where they live"),
            _("Residential area"),
            _("Other areas together"),
            shown[Dimension.AREA],
            area,
        ),
    )


def _table(
    caption: str, heading: str, others: str, cells: Mapping[str, int], word: Callable[[str], str]
) -> Table:
    total = sum(cells.values())
    together = _("All together") if len(cells) == 1 else others
    rows = (
        Cell(together if key == OTHERS else word(key), voters, voters / total)
        for key, voters in cells.items()
    )
    return Table(caption, heading, tuple(rows))


def _without_sms(outcome: Outcome) -> WithoutSms | None:
    found = WhatIf.from_json(outcome.turnout.without_sms)
    if found is None:
        return None
    again = set(found.winners)
    gained = tuple(line for line in outcome.lines if line.public_id in again and not line.is_won)
    lost = tuple(line for line in outcome.lines if line.is_won and line.public_id not in again)
    return WithoutSms(found, gained, lost)
