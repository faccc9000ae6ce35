"""What is said to operators about papers: refusals of a line, and the reasons they may type."""

from collections.abc import Mapping

from budget.errors import (
    BudgetRefusal,
    ChosenTwice,
    NoPapersLeft,
    NotOnRoll,
    SeveralEnvelopes,
    TooManyChoices,
)
from models.enums import SheetFault
from views import messages
from views.desk import wording
from views.labels import label
from views.texts import gettext as _


def not_marked(refusal: BudgetRefusal) -> str:
    """Why no paper is given to the person."""
    match refusal:
        case NotOnRoll():
            return _(
                "Nobody on the roll has this IIN. Compare it with the document once more; without the roll no paper is given."
            )
        case NoPapersLeft():
            return messages.text(refusal)
        case _:
            return wording.why_not(refusal)


def not_noted(refusal: BudgetRefusal) -> str:
    """Why a paper is not noted, and what to type instead."""
    match refusal:
        case TooManyChoices():
            return _(
                "%(chosen)s projects, and %(allowed)s may be chosen. If they are all ticked on the paper, it is spoiled: “%(reason)s”.",
                chosen=refusal.facts["chosen"],
                allowed=refusal.facts["allowed"],
                reason=label(SheetFault.TOO_MANY),
            )
        case SeveralEnvelopes():
            return _(
                "These projects are of different parts of the budget. If they are ticked so on the paper, it is spoiled: “%(reason)s”.",
                reason=label(SheetFault.SEVERAL_ENVELOPES),
            )
        case ChosenTwice():
            return _("A project stands here twice. Write each number once.")
        case _:
            return messages.text(refusal)


def reasons() -> Mapping[str, SheetFault]:
    """The reasons as they may be typed in the language of the page, in small letters."""
    return {label(fault).casefold(): fault for fault in SheetFault}
