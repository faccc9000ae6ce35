"""The facts of an act in the log, in words: what is known by name is told, the rest stays in the raw record."""

from collections.abc import Callable, Mapping
from typing import Any

from models.enums import Phase, Role, WorksStatus
from views.filters import number, tenge
from views.labels import label
from views.texts import LazyText
from views.texts import gettext as _
from views.texts import lazy as _l


def _yes_no(value: bool) -> str:
    return str(_("yes") if value else _("no"))


_KNOWN: dict[str, tuple[LazyText, type, Callable[[Any], str]]] = {
    "number": (_l("Number"), int, str),
    "competence": (_l("Within the competence of the akimat"), bool, _yes_no),
    "regulation": (_l("Conforms to the Regulation"), bool, _yes_no),
    "reason": (_l("Reason"), str, str),
    "clause": (_l("Clause of the Regulation"), str, str),
    "appointed_by": (_l("Appointed by which act"), str, str),
    "body": (_l("To whom"), str, str),
    "ground": (_l("Legal ground"), str, str),
    "cost_tenge": (_l("Admitted cost"), int, tenge),
    "estimate_tenge": (_l("The author's estimate"), int, tenge),
    "spent": (_l("Goes to the winners"), int, tenge),
    "draw": (_l("Number drawn"), str, str),
    "ballots": (_l("Ballots"), int, number),
    "votes": (_l("Ballots"), int, number),
    "phase": (_l("Phase"), str, lambda value: label(Phase(value))),
    "status": (_l("Works"), str, lambda value: label(WorksStatus(value))),
    "role": (_l("Role"), str, lambda value: label(Role(value))),
    "left": (_l("Recovery codes left"), int, number),
    "imported": (_l("New residents on the roll"), int, number),
    "updated": (_l("Residents brought up to date"), int, number),
    "faults": (_l("Lines with mistakes"), int, number),
}
_VALUES: dict[str, frozenset[str]] = {
    "phase": frozenset(Phase),
    "status": frozenset(WorksStatus),
    "role": frozenset(Role),
}


def in_words(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(label, value) of each fact that has words and a value; what is empty or unknown is left to the record."""
    found = []
    for name, (words, kind, told) in _KNOWN.items():
        value = facts.get(name)
        if type(value) is not kind or value == "" or value not in _VALUES.get(name, (value,)):
            continue
        found.append((str(words), told(value)))
    return found
