"""Refusals of the vote: casting, objections, the log, the opening and the count."""

from budget.errors.base import BudgetRefusal, WrongPhase


class VotingClosed(WrongPhase):
    """Voting is over. Facts: closed_at."""

    code = "voting_closed"
    field = "choices"


class VotingNotOpen(WrongPhase):
    """Voting has not begun or the cycle is not frozen yet. Facts: opens_at (may be None), waits_for_trustees."""

    code = "voting_not_open"
    field = "choices"


class PhoneUsed(BudgetRefusal):
    """This telephone number has already served another person in this cycle."""

    code = "phone_used"
    field = "choices"


class NothingToObject(BudgetRefusal):
    """No ballot was cast with this person's IIN."""

    code = "nothing_to_object"


class AlreadyObjected(BudgetRefusal):
    """The owner has objected already. Facts: at."""

    code = "already_objected"


class ObjectionsClosed(BudgetRefusal):
    """The time for objections and annulments is over. Facts: until."""

    code = "objections_closed"


class SecondPersonNeeded(BudgetRefusal):
    """Who proposed an annulment may not confirm it."""

    code = "second_person_needed"


class PaperUntraceable(BudgetRefusal):
    """A paper ballot can't be annulled: nobody can tell which one it is."""

    code = "paper_untraceable"


class AlreadyVoted(BudgetRefusal):
    """This person's ballot is in the box. Facts: cast_at, channel, receipt (hex or None)."""

    code = "already_voted"


class NotEligible(BudgetRefusal):
    """The person may not vote in this cycle. Facts: reason (an eligibility code), and its numbers."""

    code = "not_eligible"
    field = "choices"


class NothingChosen(BudgetRefusal):
    """Neither a project nor "none of these" was chosen."""

    code = "nothing_chosen"
    field = "choices"


class TooManyChoices(BudgetRefusal):
    """Facts: allowed, chosen."""

    code = "too_many_choices"
    field = "choices"


class SeveralEnvelopes(BudgetRefusal):
    """Choices of two envelopes on one ballot."""

    code = "several_envelopes"
    field = "choices"


class NotOnBallot(BudgetRefusal):
    """A choice that is not on the frozen ballot list."""

    code = "not_on_ballot"
    field = "choices"


class ChosenTwice(BudgetRefusal):
    """The same project twice on one ballot."""

    code = "chosen_twice"
    field = "choices"


class EmptyWithChoices(BudgetRefusal):
    """ "None of these" together with projects."""

    code = "empty_with_choices"
    field = "choices"
