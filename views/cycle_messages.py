"""Sentences of refusals that concern a cycle: its calendar, settings, freeze, count; see `views/messages.py`."""

from collections.abc import Callable, Mapping
from typing import Any

from models.enums import Phase, ScreeningOutcome, WorksStatus
from views import opening_messages
from views.filters import date_time, deadline, number, tenge
from views.labels import label
from views.texts import LazyText, ngettext
from views.texts import gettext as _
from views.texts import lazy as _l

Facts = Mapping[str, Any]
Worded = Callable[[Facts], str]
_IN_TENGE = frozenset({"allotted_tenge", "cost_cap_tenge"})


def _calendar_fault(facts: Facts) -> str:
    phase = label(facts["phase"])
    match facts["fault"]:
        case "missing" if facts["phase"] is Phase.ARCHIVE:
            return str(_("Set the beginning of the phase “%(phase)s”.", phase=phase))
        case "missing":
            return str(_("Set the beginning and the end of the phase “%(phase)s”.", phase=phase))
        case "reversed":
            return str(_("The phase “%(phase)s” must end after it begins.", phase=phase))
        case "past":
            return str(_("The phase “%(phase)s” would be over already. Choose a time to come.", phase=phase))
        case _:
            other = label(facts["other"])
            return str(
                _(
                    "The phase “%(phase)s” begins before “%(other)s” has ended. Move one of them.",
                    phase=phase,
                    other=other,
                )
            )


def _setting_fault(facts: Facts) -> str:
    setting, fault = facts["setting"], facts["fault"]
    if fault == "sum":
        return str(
            _(
                "The envelopes hold %(total)s together, and %(allotted)s are allotted. Make the two equal.",
                total=tenge(facts["total"]),
                allotted=tenge(facts["allotted"]),
            )
        )
    if fault != "range":
        return str(_SETTINGS[setting, fault])
    written = tenge if setting in _IN_TENGE else str if setting in ("year", "build_year") else number
    return str(
        _("Choose a value from %(low)s to %(high)s.", low=written(facts["low"]), high=written(facts["high"]))
    )


_SETTINGS: dict[tuple[str, str], LazyText] = {
    ("slug", "shape"): _l(
        "Use small Latin letters, digits and hyphens, up to 60: for example 2027 or 2027-spring."
    ),
    ("title", "missing"): _l("Write the title in all three languages."),
    ("directions", "missing"): _l("Choose at least one kind of improvement."),
    ("methods", "missing"): _l("Choose at least one way for residents to show who they are."),
    ("envelopes", "missing"): _l("Add at least one envelope with its sum."),
    ("envelopes", "unnamed"): _l("Write the name of each envelope in all three languages."),
    ("envelopes", "in_use"): _l("An envelope that has projects can't be removed."),
}


def _frozen(facts: Facts) -> str:
    return str(
        _(
            "Settings, ballot list and costs were fixed on %(moment)s and can't change any more.",
            moment=date_time(facts["frozen_at"]),
        )
    )


def _not_ready(facts: Facts) -> str:
    return " ".join(str(UNMET[code]) for code in facts["unmet"])


UNMET: dict[str, LazyText] = {
    "published": _l("The cycle is not published yet."),
    "calendar": _l("The calendar is not complete, or a phase of it is over already."),
    "envelopes": _l("The money does not add up to the allotted sum."),
    "directions": _l("No kind of improvement is accepted yet."),
    "methods": _l("No way for residents to show who they are is chosen yet."),
    "roll": _l("The roll of residents is empty: it must be imported first."),
    "submission_over": _l("The time for applications is not over yet."),
    "undecided": _l("Some projects still wait for a decision of the council."),
    "appeals": _l("An author may still appeal against a rejection, or waits for the answer to an appeal."),
    "admitted": _l("No project is admitted to the vote yet."),
    "costs": _l("Some admitted projects have no cost yet, or no money they are paid from."),
    "trustees": _l("The three trustees of the key are not named yet."),
    "frozen": _l("The ballot list is not frozen, or no trustees hold the key."),
    "shares": _l("Two trustees must enter their shares."),
    "papers": _l("Some paper ballots are not accounted for yet: close their batches first."),
    "log_closed": _l("The log of ballots is not closed yet."),
    "separated": _l("The ballots are not yet separated from the voters."),
    "opened": _l("The ballots are not opened yet."),
}
"""What a cycle still lacks, by the codes of `NotReady`; pages that list the conditions use it too."""


def _extension_fault(facts: Facts) -> str:
    match facts["fault"]:
        case "over":
            return str(
                _(
                    "This phase ended on %(moment)s: it can't be extended any more.",
                    moment=deadline(facts["current"]),
                )
            )
        case "not_later":
            return str(
                _(
                    "The new end must be later than now and than %(moment)s.",
                    moment=deadline(facts["current"]),
                )
            )
        case _:
            return str(_("This phase has no end to move."))


def _voting_underway(facts: Facts) -> str:
    if facts["closes_at"] is None:
        return str(_("Ballots are opened only after voting is over."))
    return str(
        _("Ballots are opened only after voting is over, on %(moment)s.", moment=deadline(facts["closes_at"]))
    )


def _already_done(facts: Facts) -> str:
    return str(_("This was done on %(moment)s and is done only once.", moment=date_time(facts["at"])))


def _undecided_tie(facts: Facts) -> str:
    groups = facts["groups"]
    return str(
        ngettext(
            "%(count)s group of projects has equal votes and equal cost. Enter the number of the public draw, so that the lot decides.",
            "%(count)s groups of projects have equal votes and equal cost. Enter the number of the public draw, so that the lot decides.",
            len(groups),
            count=len(groups),
        )
    )


def _reason_required(facts: Facts) -> str:
    match facts.get("outcome") or facts.get("status"):
        case ScreeningOutcome.RETURNED:
            return str(_("Write what the author must correct."))
        case ScreeningOutcome.ADMITTED | ScreeningOutcome.REJECTED | WorksStatus.POSTPONED:
            return str(_("Write the reason: it is shown to everybody."))
        case _:
            return str(_("Write the reason."))


WORDED: dict[str, Worded] = {
    **opening_messages.WORDED,
    "calendar_fault": _calendar_fault,
    "setting_fault": _setting_fault,
    "frozen": _frozen,
    "not_ready": _not_ready,
    "extension_fault": _extension_fault,
    "voting_underway": _voting_underway,
    "already_done": _already_done,
    "undecided_tie": _undecided_tie,
    "reason_required": _reason_required,
}
