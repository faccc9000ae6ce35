"""The sentences of refusals, in the language of the page: what happened, and what to do now.

The domain says a code and facts, never a sentence. `text(refusal)` finds the sentence by the code: a plain one in
`_PLAIN`, one that needs facts by its function in `_WORDED`. A code without a sentence is a KeyError; a test walks all
refusals with all their facts in every language.
"""

from datetime import datetime
from enum import StrEnum

from budget.errors import BudgetRefusal
from budget.permissions import RULES, Action
from budget.phases import ORDER
from models.enums import Assurance, ScreeningOutcome
from views import case_messages, council_messages, cycle_messages, paper_messages, sms_watch
from views.cycle_messages import UNMET, Facts, Worded
from views.filters import clock_time, date_time, deadline, lower_first, opening, tenge
from views.labels import label
from views.texts import LazyText, ngettext
from views.texts import gettext as _
from views.texts import lazy as _l

__all__ = ["UNMET", "text", "wait"]

_MEGABYTE = 1024 * 1024


def text(refusal: BudgetRefusal) -> str:
    """The sentence for `refusal`, translated. Raises KeyError for a code that has none."""
    worded = _WORDED.get(refusal.code)
    return worded(refusal.facts) if worded else str(_PLAIN[refusal.code])


def wait(seconds: int) -> str:
    """How long to wait, rounded up: seconds, minutes, or hours."""
    if seconds < 60:
        return str(
            ngettext(
                "Wait %(count)s second and try again.",
                "Wait %(count)s seconds and try again.",
                seconds,
                count=seconds,
            )
        )
    minutes = -(-seconds // 60)
    if minutes < 60:
        return str(
            ngettext(
                "Wait %(count)s minute and try again.",
                "Wait %(count)s minutes and try again.",
                minutes,
                count=minutes,
            )
        )
    hours = -(-minutes // 60)
    return str(
        ngettext(
            "Wait %(count)s hour and try again.", "Wait %(count)s hours and try again.", hours, count=hours
        )
    )


# --- the vote ---------------------------------------------------------------------------------


def _wrong_phase(facts: Facts) -> str:
    phase, action = facts["phase"], Action(facts["action"])
    if phase is None:
        sentence = _("This can't be done now: the cycle is between two phases.")
        return f"{sentence} {_next(facts['opens_at'])}".strip()
    allowed = RULES[action].phases or frozenset({phase})
    is_early = ORDER.index(phase) < min(ORDER.index(one) for one in allowed)
    known = _TOO_EARLY if is_early else _TOO_LATE
    if action in known:
        return str(known[action])
    if is_early:
        return str(_("It is too early for this: the phase now is “%(phase)s”.", phase=label(phase)))
    return str(_("It is too late for this: the phase now is “%(phase)s”.", phase=label(phase)))


def _next(opens_at: datetime | None) -> str:
    return "" if opens_at is None else str(_("The next one begins on %(moment)s.", moment=opening(opens_at)))


_TOO_EARLY: dict[Action, LazyText] = {
    Action.SUBMIT_PROJECT: _l(
        "Applications are not accepted yet. The calendar of the cycle says when they begin."
    ),
    Action.CAST_BALLOT: _l("Voting has not begun yet. The calendar of the cycle says when it begins."),
    Action.CLOSE_COUNT: _l("Ballots can't be counted before voting is over."),
    Action.PUBLISH_RESULTS: _l("Results can't be published before voting is over."),
}
_TOO_LATE: dict[Action, LazyText] = {
    Action.SUBMIT_PROJECT: _l("Applications are closed for this cycle. You can vote for the projects of others, and submit yours in the next cycle."),
    Action.CORRECT_PROJECT: _l("The time to correct projects is over: the ballot list is being made."),
    Action.WITHDRAW_PROJECT: _l("The time to withdraw projects is over: the ballot list is being made."),
    Action.CAST_BALLOT: _l("Voting is over. No ballot can be cast any more."),
    Action.SCREEN_PROJECT: _l("The time to review projects is over."),
    Action.EDIT_SETTINGS: _l("Voting has begun: the settings residents vote under can't change any more."),
}  # fmt: skip


def _voting_closed(facts: Facts) -> str:
    return str(
        _("Voting ended on %(moment)s. This ballot was not cast.", moment=deadline(facts["closed_at"]))
    )


def _voting_not_open(facts: Facts) -> str:
    if facts.get("waits_for_trustees"):
        return str(_("Voting is not open yet: the trustees of the key have not finished their rehearsal."))
    if facts["opens_at"] is None:
        return str(_("Voting is not open yet: the ballot list is still being made."))
    return str(_("Voting begins on %(moment)s.", moment=opening(facts["opens_at"])))


def _already_voted(facts: Facts) -> str:
    return str(
        _(
            "You voted on %(moment)s (%(channel)s). One person, one vote: your first ballot stands.",
            moment=date_time(facts["cast_at"]),
            channel=lower_first(label(facts["channel"])),
        )
    )


def _not_eligible(facts: Facts) -> str:
    if facts["reason"] == "method":
        return str(
            _(
                "You signed in this way: %(method)s. This cycle accepts only: %(accepted)s.",
                method=label(facts["method"]),
                accepted="; ".join(label(Assurance(method)) for method in facts["accepted"]),
            )
        )
    age = facts["minimum_age"]
    return str(
        ngettext(
            "In this cycle one may vote from the age of %(count)s year. The roll of residents says that you are younger.",
            "In this cycle one may vote from the age of %(count)s years. The roll of residents says that you are younger.",
            age,
            count=age,
        )
    )


def _too_many_choices(facts: Facts) -> str:
    return str(
        ngettext(
            "You may choose %(count)s project, and you chose %(chosen)s. Take away some and press the button again.",
            "You may choose up to %(count)s projects, and you chose %(chosen)s. Take away some and press the button again.",
            facts["allowed"],
            count=facts["allowed"],
            chosen=facts["chosen"],
        )
    )


# --- projects ---------------------------------------------------------------------------------


def _too_many_projects(facts: Facts) -> str:
    return str(
        ngettext(
            "One resident may submit %(count)s project in this cycle, and you have done so.",
            "One resident may submit up to %(count)s projects in this cycle, and you have done so.",
            facts["allowed"],
            count=facts["allowed"],
        )
    )


def _cost_above_cap(facts: Facts) -> str:
    return str(_("A project in this cycle may cost %(cap)s at most.", cap=tenge(facts["cap_tenge"])))


def _direction(facts: Facts) -> str:
    return str(
        _(
            "This cycle does not accept this kind of improvement: %(direction)s.",
            direction=label(facts["direction"]),
        )
    )


def _address_without_house(facts: Facts) -> str:
    return str(
        _("Write the house number for the street %(street)s: for example 7/1 or 9а.", street=facts["street"])
    )


def _address_fault(facts: Facts) -> str:
    match facts["part"]:
        case "number":
            return str(_("One project may have up to %(count)s addresses.", count=facts["allowed"]))
        case "street":
            return str(_("Write the name of the street."))
        case _:
            return str(
                _(
                    "The house number “%(house)s” can't be read. Write it like 7, 7/1 or 9а.",
                    house=facts["house"],
                )
            )


def _not_this_state(facts: Facts) -> str:
    state: StrEnum = facts["state"]
    return str(
        _("This can't be done any more. The state now is: %(state)s.", state=lower_first(label(state)))
    )


def _photo_too_large(facts: Facts) -> str:
    if facts["by"] == "pixels":
        million = facts["limit_pixels"] // 1_000_000
        return str(
            _("The photo has too many pixels. Choose one of up to %(count)s megapixels.", count=million)
        )
    return str(
        _(
            "The photo is too large. Choose one of up to %(count)s MB.",
            count=facts["limit_bytes"] // _MEGABYTE,
        )
    )


def _criteria_contradict(facts: Facts) -> str:
    if facts["outcome"] is ScreeningOutcome.ADMITTED:
        return str(
            _(
                "A project that does not meet every criterion can't be admitted. Return it or reject it, or correct the answers."
            )
        )
    return str(
        _(
            "A project that meets every criterion can't be returned or rejected. Mark the one it does not meet, or admit it."
        )
    )


# --- people -----------------------------------------------------------------------------------

_PHONE: dict[str, LazyText] = {
    "unreadable": _l("This is not a phone number. Write it like +7 701 123 45 67."),
    "foreign": _l(
        "Codes are sent to mobile numbers of Kazakhstan only. Without one, the front office helps you."
    ),
    "not_mobile": _l("A code can't be sent to this number. Write a mobile number, like +7 701 123 45 67."),
}


def _code_wrong(facts: Facts) -> str:
    left = facts["tries_left"]
    return str(
        ngettext(
            "This is not the code. You have %(count)s try left.",
            "This is not the code. You have %(count)s tries left.",
            left,
            count=left,
        )
    )


def _eds_expired(facts: Facts) -> str:
    if facts["what"] == "certificate":
        return str(
            _("Your certificate is out of its dates. Get a new one at pki.gov.kz, or sign in another way.")
        )
    return str(_("The time for this signature is over. Start again."))


def _too_many_codes(facts: Facts) -> str:
    # not inside an f-string: texts there are not collected for the translators
    told = _("A code was sent to this number, and the next one can be sent later.")
    return f"{told} {wait(facts['wait_seconds'])}"


def _document_fault(facts: Facts) -> str:
    return str(
        _(
            "Write the last %(count)s characters of the document's number: letters and digits only.",
            count=facts["count"],
        )
    )


def _sms_paused(facts: Facts) -> str:
    told = _("Codes by SMS are paused until %(time)s, Astana time.", time=clock_time(facts["retry_at"]))
    return f"{told} {sms_watch.other_ways()}"


def _too_many_sign_ins(facts: Facts) -> str:
    told = _("There were several wrong attempts.")
    return f"{told} {wait(facts['wait_seconds'])}"


def _weak_password(facts: Facts) -> str:
    return str(_("A password has at least %(count)s characters.", count=facts["minimum"]))


def _second_factor_refused(facts: Facts) -> str:
    if facts["why"] == "used":
        return str(_("This code was used already. Wait until the app shows the next one."))
    return str(
        _(
            "This code is not right. Check that the clock of your phone is right, and write the code the app shows now."
        )
    )


_INVITATION_OVER: dict[str, LazyText] = {
    "used": _l(
        "This invitation was used already: the account is there. Sign in with your e-mail and password."
    ),
    "withdrawn": _l("This invitation was withdrawn. Ask the coordinator of the akimat for another one."),
    "expired": _l("This invitation is older than a week. Ask the coordinator of the akimat for another one."),
}


def _invitation_over(facts: Facts) -> str:
    return str(_INVITATION_OVER[facts["why"]])


# --- files ------------------------------------------------------------------------------------

_ROLL: dict[str, LazyText] = {
    "empty": _l("The file is empty."),
    "header": _l("The first line must name the columns: iin, birth_date, area, street, house, phone."),
    "encoding": _l("The file is not in UTF-8. Save it as “CSV UTF-8”."),
}


def _malformed_file(facts: Facts) -> str:
    return str(_("Line %(line)s of the file can't be read.", line=facts["line"]))


def _rule_not_supported(facts: Facts) -> str:
    return str(_("The file names a rule this service can't count by: %(rule)s.", rule=facts["rule"]))


_PLAIN: dict[str, LazyText] = {
    **case_messages.PLAIN,
    **council_messages.PLAIN,
    **paper_messages.PLAIN,
    "refused": _l("This can't be done."),
    "not_found": _l("There is no such page, or it is not yours to see."),
    "not_permitted": _l("Your role does not allow this."),
    "nothing_chosen": _l("Choose at least one project, or “none of these”."),
    "several_envelopes": _l("Choose projects of one envelope only. Take away the ones of the other."),
    "not_on_ballot": _l("One of the chosen projects is not on the ballot. Choose from the list again."),
    "chosen_twice": _l("The same project was chosen twice. Choose each project once."),
    "empty_with_choices": _l("You chose projects and “none of these” together. Leave one or the other."),
    "slug_taken": _l("Another cycle has this address. Choose another one."),
    "counts_differ": _l("The recount did not give the stored numbers, so nothing was published. Tell the engineer who runs the service."),
    "not_counted": _l("Count the ballots first: results are published after the count."),
    "key_missing": _l("The key of this cycle is not in its place. Tell the engineer who runs the service."),
    "log_differs": _l("The public log of ballots no longer gives its last signed head, so nothing was added to it. Tell the engineer who runs the service."),
    "storage_not_rewritten": _l("The storage could not be rewritten: something went on reading it, perhaps a backup. The ballots stay closed. Try again in a few minutes."),
    "cost_not_positive": _l("The cost must be more than zero."),
    "unknown_area": _l("Choose a residential area from the list."),
    "unknown_envelope": _l("Choose an envelope from the list."),
    "address_missing": _l("Write at least one address: street and house."),
    "photo_unreadable": _l("This file is not a photo we can read. Choose a JPEG, PNG or WebP picture."),
    "iin_invalid": _l("There is a mistake in the IIN. Write the 12 digits as in the identity card."),
    "code_expired": _l("This code is no longer valid. Ask for a new one."),
    "not_confirmed": _l("The roll of residents does not have this IIN with this phone number."),
    "eds_organisation": _l("This is an organisation’s key. Sign with your personal one: a resident votes as a person."),
    "eds_revoked": _l("This certificate was revoked. Get a new one at pki.gov.kz, or sign in another way."),
    "eds_reused": _l("This signature has been used already. Start again and sign once more."),
    "eds_foreign": _l("Something else was signed, not what this page asked for. Start again and sign on this page."),
    "eds_invalid": _l("The signature could not be confirmed. Start again with your personal key of the National Certification Authority."),
    "eds_unavailable": _l("Signatures can’t be checked at this moment, and nothing is used up. Try again in a minute, or sign in another way."),
    "eds_not_signed": _l("No signature has come from the telephone yet. Sign there first, then press the button here."),
    "not_on_roll": _l("Nobody on the roll of residents has this IIN. Compare it with the document once more."),
    "sign_in_refused": _l("The e-mail or the password is wrong. Check both and try again."),
    "email_taken": _l("A member of staff has this e-mail already."),
    "password_wrong": _l("This is not your password."),
    "own_account": _l("This can't be done to your own account. Another coordinator can."),
    "last_coordinator": _l("This is the last coordinator who can sign in. Invite another one first."),
}  # fmt: skip

_WORDED: dict[str, Worded] = {
    **cycle_messages.WORDED,
    **case_messages.WORDED,
    **council_messages.WORDED,
    **paper_messages.WORDED,
    "wrong_phase": _wrong_phase,
    "voting_closed": _voting_closed,
    "voting_not_open": _voting_not_open,
    "already_voted": _already_voted,
    "not_eligible": _not_eligible,
    "too_many_choices": _too_many_choices,
    "too_many_projects": _too_many_projects,
    "cost_above_cap": _cost_above_cap,
    "direction_not_accepted": _direction,
    "address_without_house": _address_without_house,
    "address_fault": _address_fault,
    "not_this_state": _not_this_state,
    "photo_too_large": _photo_too_large,
    "criteria_contradict": _criteria_contradict,
    "phone_invalid": lambda facts: str(_PHONE[facts["fault"]]),
    "code_wrong": _code_wrong,
    "eds_expired": _eds_expired,
    "document_fault": _document_fault,
    "too_many_codes": _too_many_codes,
    "sms_paused": _sms_paused,
    "too_many_sign_ins": _too_many_sign_ins,
    "weak_password": _weak_password,
    "second_factor_refused": _second_factor_refused,
    "invitation_over": _invitation_over,
    "malformed_file": _malformed_file,
    "rule_not_supported": _rule_not_supported,
    "roll_unreadable": lambda facts: str(_ROLL[facts["fault"]]),
}
