"""The sentences of refusals about objections, annulments and telephones that served somebody else."""

from views.cycle_messages import Facts, Worded
from views.filters import date_time, deadline
from views.texts import LazyText
from views.texts import gettext as _
from views.texts import lazy as _l


def _already_objected(facts: Facts) -> str:
    return str(
        _("You objected on %(moment)s. Your objection is being looked into.", moment=date_time(facts["at"]))
    )


def _objections_closed(facts: Facts) -> str:
    if facts["until"] is None:
        return str(_("Objections are not open yet: the voting has no dates."))
    return str(
        _(
            "The time for objections ended: %(moment)s. No ballot can be set aside any more.",
            moment=deadline(facts["until"]),
        )
    )


PLAIN: dict[str, LazyText] = {
    "phone_used": _l("A ballot by another person was already cast with this telephone number. One number serves one person. Vote with an electronic signature or at the front office of the akimat."),
    "nothing_to_object": _l("No ballot was cast with your IIN, so there is nothing to object to."),
    "second_person_needed": _l("You proposed this yourself. A second person must confirm it."),
    "paper_untraceable": _l("A paper ballot can't be set aside: nobody can tell which paper it is."),
}  # fmt: skip

WORDED: dict[str, Worded] = {
    "already_objected": _already_objected,
    "objections_closed": _objections_closed,
}
