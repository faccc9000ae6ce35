"""Sentences of the front office that depend on facts: said to the operator, about the person at the desk."""

from budget.errors import AlreadyVoted, BudgetRefusal, NotEligible, VotingClosed, VotingNotOpen
from views import messages
from views.filters import date_time, deadline, lower_first, opening
from views.labels import label
from views.texts import gettext as _
from views.texts import ngettext


def why_not(refusal: BudgetRefusal) -> str:
    """Why no ballot is opened for the person."""
    facts = refusal.facts
    match refusal:
        case AlreadyVoted():
            return _(
                "This person has voted already: %(moment)s (%(channel)s). One person, one vote.",
                moment=date_time(facts["cast_at"]),
                channel=lower_first(label(facts["channel"])),
            )
        case VotingClosed():
            return _("Voting ended: %(moment)s.", moment=deadline(facts["closed_at"]))
        case VotingNotOpen() if facts["opens_at"] is not None:
            return _("Voting begins on %(moment)s.", moment=opening(facts["opens_at"]))
        case NotEligible() if facts["reason"] == "method":
            return _(
                "The rules of this cycle know no voting at the front office. The person can vote on the site, or on paper where there are polling points."
            )
        case NotEligible():
            age = facts["minimum_age"]
            return ngettext(
                "In this cycle one may vote from the age of %(count)s year, and this person is younger by the roll.",
                "In this cycle one may vote from the age of %(count)s years, and this person is younger by the roll.",
                age,
                count=age,
            )
        case _:
            return messages.text(refusal)
