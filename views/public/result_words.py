"""Words around the table of an envelope's result: its caption, the line under the winners, the pass over leftovers.

A project paid from the leftovers is paid out of another sum than its own envelope's, so both are told apart.
"""

from budget.reading.results import EnvelopeOutcome, Line
from models.enums import VerdictKind
from views.filters import tenge
from views.texts import gettext as _


def caption(part: EnvelopeOutcome, currency: str, *, is_divided: bool) -> str:
    """The money of the envelope and what its winners take; `is_divided`: there are several envelopes."""
    sums = {
        "total": tenge(part.envelope.total_tenge, currency),
        "spent": tenge(part.spent_tenge, currency),
        "pooled": tenge(part.from_leftovers_tenge, currency),
    }
    if not is_divided:
        return _("%(total)s in the budget, %(spent)s goes to the winners", **sums)
    if part.from_leftovers_tenge:
        return _(
            "%(total)s in the envelope, %(spent)s goes to its winners, of this %(pooled)s from the leftovers of all envelopes",
            **sums,
        )
    return _("%(total)s in the envelope, %(spent)s goes to its winners", **sums)


def cut(part: EnvelopeOutcome) -> str:
    """The words of the line drawn under the winners: what ended there."""
    if part.has_leftovers_below_cut:
        return _("The money of the first pass reaches to this line. Below it only the leftovers pay.")
    if part.is_cut_by_money:
        return _("The money reaches to this line.")
    return _("Below this line: fewer votes than the minimum.")


def from_leftovers(line: Line, *, is_divided: bool) -> list[str]:
    """Why the money beside a winner does not follow from the row above it."""
    if line.kind is not VerdictKind.WON_LEFTOVERS:
        return []
    if not is_divided:
        return [_("Paid in the second pass, from the money left after the first.")]
    return [_("Paid from the leftovers of all envelopes put together: the money shown is of that sum.")]
