"""Sentences of refusals between the freeze and the count: trustees, objections, sums; see `views/messages.py`."""

from collections.abc import Callable, Mapping
from typing import Any

from views.filters import date_time, deadline, number
from views.texts import LazyText
from views.texts import gettext as _
from views.texts import lazy as _l

Facts = Mapping[str, Any]


def _trustees_fault(facts: Facts) -> str:
    if facts["why"] == "twice":
        return str(_("Name three different people."))
    return str(_("Write the name and the organisation of all three trustees."))


def _share_shown(facts: Facts) -> str:
    return str(_("This share was shown on %(moment)s, and it is shown once.", moment=date_time(facts["at"])))


_SHARE: dict[str, LazyText] = {
    "empty": _l("%(name)s: enter the 12 words."),
    "word": _l("%(name)s: “%(word)s” is not a word of a share. Check the spelling."),
    "count": _l("%(name)s: a share has 12 words, and here are %(count)s."),
    "checksum": _l("%(name)s: a word is mistyped, or the order of the words is wrong."),
    "other": _l("%(name)s: this is the share of another trustee, %(other)s."),
    "foreign": _l("%(name)s: this share is of another cycle, was replaced by a newer one, or has a mistyped word."),
    "pair": _l("%(name)s: this share and the one before it do not open the ballots."),
}  # fmt: skip


def _share_wrong(facts: Facts) -> str:
    return str(_SHARE[facts["why"]]) % {"name": "", **facts}


def _objections_open(facts: Facts) -> str:
    return str(
        _("Owners may object until %(moment)s. The count begins after that.", moment=deadline(facts["until"]))
    )


def _cases_open(facts: Facts) -> str:
    return str(
        _(
            "Before the count these must be decided: objections – %(objections)s, signals – %(signals)s, proposed annulments – %(annulments)s.",
            objections=number(facts["objections"]),
            signals=number(facts["signals"]),
            annulments=number(facts["annulments"]),
        )
    )


_SUMS: dict[str, LazyText] = {
    "electronic": _l("ballots in the log, and ballots cast on the site, at the desk and on paper"),
    "leaves": _l("ballots in the log, and opened, replaced and annulled ones"),
    "opened": _l("opened ballots, and valid, empty and invalid ones"),
}


def _sums_differ(facts: Facts) -> str:
    return str(
        _(
            "The sums do not add up: %(term)s (%(said)s and %(found)s). Nothing is counted or published; tell the engineer.",
            term=_SUMS[facts["term"]],
            said=number(facts["said"]),
            found=number(facts["found"]),
        )
    )


def _appeal_open(facts: Facts) -> str:
    if facts["until"] is None:
        return str(_("The results are not published yet."))
    return str(_("Results may be appealed until %(moment)s.", moment=deadline(facts["until"])))


WORDED: dict[str, Callable[[Facts], str]] = {
    "trustees_fault": _trustees_fault,
    "share_shown": _share_shown,
    "share_wrong": _share_wrong,
    "objections_open": _objections_open,
    "cases_open": _cases_open,
    "sums_differ": _sums_differ,
    "appeal_open": _appeal_open,
}
