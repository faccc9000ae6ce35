"""The sentences of refusals about paper ballots."""

from views.cycle_messages import Facts, Worded
from views.filters import date_time
from views.texts import LazyText, ngettext
from views.texts import gettext as _
from views.texts import lazy as _l

_SHEET: dict[str, LazyText] = {
    "serial": _l("There is no such number in this batch."),
    "same_person": _l("You have read this paper already. Another operator must read it."),
    "settled": _l("This paper is settled already."),
    "third_person": _l("Two people have read this paper already. If they differ, a third one decides on the page of differences."),
    "shape": _l("Write the number of the paper, then the numbers of projects, 0 for “none of these”, - for an unused paper, or x and the reason."),
}  # fmt: skip


def _sheet_faulty(facts: Facts) -> str:
    if facts["fault"] == "project":
        return str(_("There is no project number %(number)s on the ballot.", number=facts["number"]))
    return str(_SHEET[facts["fault"]])


def _serials_fault(facts: Facts) -> str:
    match facts["fault"]:
        case "order":
            return str(_("The first number must be 1 or more, and not above the last one."))
        case "taken":
            return str(_("Some of these numbers are issued already. Choose others."))
        case _:
            return str(
                ngettext(
                    "A batch holds at most %(count)s paper.",
                    "A batch holds at most %(count)s papers.",
                    facts["most"],
                    count=facts["most"],
                )
            )


def _batch_closed(facts: Facts) -> str:
    return str(_("The papers are accounted for since %(moment)s.", moment=date_time(facts["at"])))


def _batch_unsettled(facts: Facts) -> str:
    if facts["missing"] or facts["differing"]:
        return str(
            _(
                "The batch can't be closed. Papers without two readings: %(missing)s. Papers whose readings differ: %(differing)s.",
                missing=facts["missing"],
                differing=facts["differing"],
            )
        )
    return str(
        _(
            "The batch can't be closed: %(papers)s papers came back used, but %(handed)s people are marked as having taken one. Mark the missing people, or find the papers too many.",
            papers=facts["papers"],
            handed=facts["handed"],
        )
    )


PLAIN: dict[str, LazyText] = {
    "paper_not_accepted": _l("The rules of this cycle have no voting on paper."),
    "no_papers_left": _l("All papers of this batch are with people already. Issue another batch."),
}

WORDED: dict[str, Worded] = {
    "sheet_faulty": _sheet_faulty,
    "serials_fault": _serials_fault,
    "batch_closed": _batch_closed,
    "batch_unsettled": _batch_unsettled,
}
