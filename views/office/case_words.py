"""What a signal means, in words: the rule in one sentence, and its figures."""

from datetime import datetime

from budget.signals import rules as limits
from models.case import Signal
from models.enums import SignalRule
from views.filters import date_time, number
from views.texts import LazyText
from views.texts import gettext as _
from views.texts import lazy as _l

_MEANINGS: dict[SignalRule, LazyText] = {
    SignalRule.SUBNET: _l("Many ballots came from one network within an hour. It may be a farm; it may be a hostel, a library or a polling day at work."),
    SignalRule.PHONE_RUN: _l("Many ballots were proven by telephone numbers of one run of a hundred. SIM cards bought by the box look like this; so do numbers of one employer."),
    SignalRule.AGE: _l("Voters are older than people get. The roll may be wrong, or somebody votes for the dead."),
    SignalRule.NIGHT_BURST: _l("Many ballots came within one hour of the night."),
    SignalRule.ROLL_ORDER: _l("Ballot after ballot came from one network in the order of the lines of the roll, as if somebody read from a list."),
}  # fmt: skip


def meaning(rule: SignalRule) -> str:
    """What the rule has seen, and what it may be."""
    return str(_MEANINGS[rule])


def limit(rule: SignalRule) -> str:
    """The number from which on the rule speaks."""
    match rule:
        case SignalRule.SUBNET:
            return str(_("It speaks from %(count)s ballots in an hour on.", count=limits.SUBNET_IN_AN_HOUR))
        case SignalRule.PHONE_RUN:
            return str(_("It speaks from %(count)s numbers on.", count=limits.NUMBERS_OF_A_HUNDRED))
        case SignalRule.AGE:
            return str(_("It speaks from %(count)s years of age on.", count=limits.OLDEST))
        case SignalRule.NIGHT_BURST:
            return str(
                _(
                    "It speaks from %(count)s ballots in an hour between 1:00 and 5:00 on.",
                    count=limits.BALLOTS_IN_A_NIGHT_HOUR,
                )
            )
        case SignalRule.ROLL_ORDER:
            return str(
                _("It speaks from %(count)s ballots in a row on.", count=limits.IN_THE_ORDER_OF_THE_ROLL)
            )


def figures(case: Signal) -> list[tuple[str, str]]:
    """(label, value) of everything the rule has noted."""
    found = [(str(_("Ballots")), number(case.ballots))]
    names = {
        "in_an_hour": _("Most within an hour"),
        "blocks_of_numbers": _("Hundreds of telephone numbers"),
        "oldest": _("Oldest voter, years"),
        "first_line": _("First line of the roll"),
        "last_line": _("Last line of the roll"),
    }
    found += [(str(text), number(case.facts[name])) for name, text in names.items() if name in case.facts]
    times = {"first_at": _("First ballot"), "last_at": _("Last ballot")}
    found += [
        (str(text), date_time(datetime.fromisoformat(case.facts[name])))
        for name, text in times.items()
        if name in case.facts
    ]
    return found
