"""Sentences of refusals about the Expert Council: composition, reviews, sessions, appeals, protocols, the reserve."""

from views.cycle_messages import Facts, Worded
from views.filters import date_time, deadline, tenge
from views.labels import label, named_criterion
from views.texts import LazyText, ngettext
from views.texts import gettext as _
from views.texts import lazy as _l

FIELDS: dict[str, LazyText] = {
    "criterion": _l("the criterion it rests on"),
    "clause": _l("the clause of the Regulation"),
    "reason_kk": _l("the reasons in Kazakh"),
    "reason_ru": _l("the reasons in Russian"),
    "cost_reason_kk": _l("in Kazakh why the cost differs from the estimate"),
    "cost_reason_ru": _l("in Russian why the cost differs from the estimate"),
    "correction_kk": _l("in Kazakh what is corrected"),
    "correction_ru": _l("in Russian what is corrected"),
    "document": _l("the document"),
    "body_kk": _l("the name of the body in Kazakh"),
    "body_ru": _l("the name of the body in Russian"),
    "ground": _l("the legal ground"),
}
"""What can be missing, inside the sentence "Still to be written: …"."""


def _composition(facts: Facts) -> str:
    limit = facts["limit"]
    match facts["why"]:
        case "too_few":
            return str(
                ngettext(
                    "A council has at least %(count)s member.",
                    "A council has at least %(count)s members.",
                    limit,
                    count=limit,
                )
            )
        case "no_chair":
            return str(_("Say which member is the chair."))
        case "several_chairs":
            return str(_("A council has one chair. Leave the mark with one member only."))
        case _:
            return str(
                ngettext(
                    "By the rule of this cycle the akimat may have %(count)s member at most in a council of this size.",
                    "By the rule of this cycle the akimat may have %(count)s members at most in a council of this size.",
                    limit,
                    count=limit,
                )
            )


_MERGER: dict[str, LazyText] = {
    "same": _l("Choose two different projects."),
    "cycle": _l("Both projects must be of one cycle."),
    "state": _l("Only projects that wait for a decision can become one."),
    "open": _l(
        "The authors of one of them are asked already. Wait for their answer or take that question back."
    ),
    "agenda": _l("One of them is put to the vote already."),
}
_SESSION: dict[str, LazyText] = {
    "past": _l("Choose a time to come."),
    "place": _l("Write the place in Kazakh and in Russian."),
    "empty": _l("The agenda is empty. Put something on it first."),
    "undecided": _l("The results of the vote are not published yet: there is nothing to confirm."),
    "votes": _l("A vote is still open. Close it first."),
}
_SPANS: dict[tuple[str, str], LazyText] = {
    ("draft", "announced"): _l("This can be done only before the session begins."),
    ("draft", "underway"): _l("This can be done only before the session is closed."),
    ("closed", "published"): _l("This can be done only after the session is closed."),
}
_STEPS: dict[str, LazyText] = {
    "draft": _l("This can be done only before the session is announced."),
    "announced": _l("This can be done only after the session is announced and before it begins."),
    "underway": _l("This can be done only while the session is under way."),
    "closed": _l("This can be done only after the session is closed, and once."),
    "published": _l("This can be done only after the decisions are published."),
}


def _session_step(facts: Facts) -> str:
    span = (facts["wanted"], facts["last"])
    return str(_SPANS[span] if span in _SPANS else _STEPS[facts["wanted"]])


def _correction_over(facts: Facts) -> str:
    return str(_("The time to correct this project ended: %(moment)s.", moment=deadline(facts["due_at"])))


def _answer_missing(facts: Facts) -> str:
    return str(_("Answer this: %(criterion)s.", criterion=named_criterion(facts["criterion"])))


def _remark_required(facts: Facts) -> str:
    return str(_("Write what is wrong: %(criterion)s.", criterion=named_criterion(facts["criterion"])))


def _cost_reason(facts: Facts) -> str:
    return str(
        _(
            "Write why it differs from the author's estimate of %(money)s.",
            money=tenge(facts["estimate_tenge"]),
        )
    )


def _on_agenda(facts: Facts) -> str:
    return str(
        _(
            "This project is on the agenda of session %(number)s of the council. Nothing about it changes until that session is over.",
            number=facts["number"],
        )
    )


def _not_reviewed(facts: Facts) -> str:
    return str(
        _(
            "Project %(number)s: nobody has written a review of its text as it is now. It is reviewed first.",
            number=facts["number"],
        )
    )


def _motion_outdated(facts: Facts) -> str:
    return str(
        _(
            "Project %(number)s was corrected, sent back, withdrawn or merged after it came on the agenda. Take it off the agenda; once it is reviewed again, put it on anew.",
            number=facts["number"],
        )
    )


def _merger_open(facts: Facts) -> str:
    return str(
        _(
            "The authors of project %(number)s and of another one are asked whether the two become one. Wait for their answers or take the question back.",
            number=facts["number"],
        )
    )


def _appeal_over(facts: Facts) -> str:
    return str(_("The time to appeal ended: %(moment)s.", moment=deadline(facts["until"])))


def _already_appealed(facts: Facts) -> str:
    return str(_("You appealed on %(moment)s. A rejection is appealed once.", moment=date_time(facts["at"])))


def _hearing(facts: Facts) -> str:
    return str(
        _(
            "Choose a time to come before the appeal must be decided (%(moment)s), and write the place in Kazakh and in Russian.",
            moment=deadline(facts["decide_by"]),
        )
    )


def _incomplete(facts: Facts) -> str:
    lacking = ", ".join(str(FIELDS[name]) for name in facts["missing"])
    if facts["number"] is None:
        return str(_("Still to be written: %(fields)s.", fields=lacking))
    return str(
        _("Project %(number)s: still to be written: %(fields)s.", number=facts["number"], fields=lacking)
    )


def _nobody(facts: Facts) -> str:
    if facts["number"] is None:
        return str(_("Nobody of the council may decide this. Appoint more members."))
    return str(
        _(
            "Project %(number)s: nobody of the council may decide this, because all took part in the first decision or stand aside. Appoint more members.",
            number=facts["number"],
        )
    )


def _no_quorum(facts: Facts) -> str:
    there = str(
        ngettext(
            "%(count)s member who may decide is there",
            "%(count)s members who may decide are there",
            facts["present"],
            count=facts["present"],
        )
    )
    if facts["number"] is None:
        return str(_("No quorum: %(there)s, %(needed)s are needed.", there=there, needed=facts["needed"]))
    return str(
        _(
            "Project %(number)s: no quorum. %(there)s, %(needed)s are needed.",
            number=facts["number"],
            there=there,
            needed=facts["needed"],
        )
    )


def _recused(facts: Facts) -> str:
    return str(_("You stand aside from this project: %(kind)s.", kind=label(facts["kind"])))


def _item_voted(facts: Facts) -> str:
    return str(_("You voted on this on %(moment)s. A vote is final.", moment=date_time(facts["at"])))


def _over_budget(facts: Facts) -> str:
    return str(
        _(
            "The winners would cost %(cost)s, and there are %(total)s. Decide to leave one out, with its reasons.",
            cost=tenge(facts["cost_tenge"]),
            total=tenge(facts["total_tenge"]),
        )
    )


def _winners_undecided(facts: Facts) -> str:
    numbers = ", ".join(map(str, facts["numbers"]))
    return str(
        _(
            "The council has not decided on these winners yet: projects %(numbers)s. Put them to the vote.",
            numbers=numbers,
        )
    )


def _protocol_corrected(facts: Facts) -> str:
    return str(_("This protocol was corrected by protocol %(number)s.", number=facts["number"]))


def _already_signed(facts: Facts) -> str:
    return str(_("You signed this protocol on %(moment)s.", moment=date_time(facts["at"])))


PLAIN: dict[str, LazyText] = {
    "member_taken": _l("This account is in the council already."),
    "not_declared": _l("Say first in which projects you have an interest, or that you have none."),
    "council_missing": _l("The composition of the council is not published yet."),
    "remarks_required": _l("Write at least one remark: what should the author change?"),
    "not_appealable": _l("Only a rejection can be appealed, and only once."),
    "session_changed": _l("Somebody else changed this meanwhile, and nothing was overwritten. What you wrote is still here: compare it with the newest state and save it again."),
    "item_not_open": _l("This is not put to the vote now."),
    "not_present": _l("You are not in the list of those present. Tell the coordinator that you are there."),
    "not_entitled": _l("You do not decide this: you took part in the decision that is appealed, or are no longer in the council."),
    "order_fault": _l("Give each winner one place, each place once."),
    "order_voted": _l("The order of implementation is put to the vote already: which projects are built can't change in this session any more."),
    "not_a_winner": _l("Only a project that is to be built can fall out, and only once."),
    "not_attended": _l("Those who were at the session sign its protocol."),
}  # fmt: skip

WORDED: dict[str, Worded] = {
    "composition_fault": _composition,
    "correction_over": _correction_over,
    "answer_missing": _answer_missing,
    "remark_required": _remark_required,
    "cost_reason_required": _cost_reason,
    "on_agenda": _on_agenda,
    "merger_fault": lambda facts: str(_MERGER[facts["why"]]),
    "merger_open": _merger_open,
    "not_reviewed": _not_reviewed,
    "motion_outdated": _motion_outdated,
    "appeal_over": _appeal_over,
    "already_appealed": _already_appealed,
    "hearing_fault": _hearing,
    "session_fault": lambda facts: str(_SESSION[facts["why"]]),
    "session_step": _session_step,
    "motion_incomplete": _incomplete,
    "nobody_entitled": _nobody,
    "no_quorum": _no_quorum,
    "recused": _recused,
    "item_voted": _item_voted,
    "over_budget": _over_budget,
    "winners_undecided": _winners_undecided,
    "protocol_corrected": _protocol_corrected,
    "already_signed": _already_signed,
}
