"""What each criterion asks, in plain words: the text of the cycle's regulation, else ours.

Ours say what a reviewer looks at and what follows when it is not met; they promise nothing that a regulation could
contradict.
"""

from budget.council.criteria import Clause
from models.enums import Criterion
from views.filters import Localised, in_language
from views.i18n import current_language
from views.texts import gettext
from views.texts import mark as _l

OURS: dict[Criterion, str] = {
    Criterion.COMPETENCE: _l(
        "May the district akimat pay for this work and order it? Roads between districts, networks of heat, water and power, schools and clinics belong to others: the list says whose they are."
    ),
    Criterion.CONFORMITY: _l(
        "Does the project keep to the Regulation: open to all neighbours, no advertising, no gain for one person or firm, nothing the law forbids?"
    ),
    Criterion.LAND: _l(
        "Is the place land of common use, or of the houses that take part, with no private owner, no red line and no dispute about it?"
    ),
    Criterion.COST: _l(
        "Does the whole work, with design and delivery, cost no more than the cap? If the author's estimate is wrong, write below the cost you would admit."
    ),
    Criterion.DIRECTION: _l(
        "Is it one of the kinds of improvement this cycle accepts, and the one the author chose?"
    ),
    Criterion.COMPLETENESS: _l(
        "Is it clear from the application what is to be done, where and for whom: enough to price it and to build it?"
    ),
}


def help_for(clause: Clause) -> Localised:
    """The help text of a criterion. A cycle's own wins, in another language marked as such where this one has none."""
    own = in_language(clause, "help")
    return own if own.text else Localised(gettext(OURS[clause.criterion]), current_language())
