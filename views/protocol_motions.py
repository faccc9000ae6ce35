"""Motions in words, for protocols: what the council was asked to decide, with everything that belongs to it."""

from collections.abc import Iterable
from typing import Any

from budget.council.protocols import ItemFacts, ProtocolFacts
from budget.differences import Content
from models.council_session import AgendaItem
from models.enums import Answer, ItemKind, Language, ScreeningOutcome
from models.project import Project
from models.result import VerdictRow
from views.documents import Words
from views.filters import lower_first, number, tenge

Line = dict[str, Any]


def lines(facts: ProtocolFacts, one: ItemFacts, words: Words) -> Iterable[Line]:
    """The motion of an item, line by line: {label, text, lang}, the order of implementation also {list}."""
    _, item = words.gettext, one.item
    if item.kind is ItemKind.ORDER:
        yield {**line(_("Motion"), _("Build the winners in this order")), "list": _order(facts, words)}
        return
    if item.kind is ItemKind.CONFIRMATION:
        yield from _confirmation(facts, one, words)
        return
    yield line(_("Motion"), _proposed(item, words))
    if item.outcome is ScreeningOutcome.ADMITTED:
        yield from _cost(facts, one, words)
    yield line(_("Criteria"), criteria_in_words(one, words))
    if item.criterion is not None:
        yield line(_("Rests on"), _ground(item, words))
    label = _("Remarks") if item.outcome is ScreeningOutcome.RETURNED else _("Reasons")
    yield line(label, words.own(item, "reason"))


def criteria_in_words(one: ItemFacts, words: Words) -> str:
    """`meets it: …; does not meet it: …`, or that all are met."""
    if not one.answers:
        return ""
    if set(one.answers.values()) == {Answer.MEETS}:
        return words.gettext("All criteria are met.")
    told = []
    for answer in Answer:
        named = [lower_first(words.label(each)) for each, given in one.answers.items() if given is answer]
        if named:
            told.append(f"{lower_first(words.label(answer))}: {', '.join(named)}")
    return "; ".join(told)


def _proposed(item: AgendaItem, words: Words) -> str:
    _ = words.gettext
    match (item.kind, item.outcome):
        case (ItemKind.APPEAL, ScreeningOutcome.ADMITTED):
            return _("Uphold the appeal and admit the project to the vote")
        case (ItemKind.APPEAL, _):
            return _("Dismiss the appeal; the project stays rejected")
        case (_, ScreeningOutcome.ADMITTED):
            return _("Admit the project to the vote")
        case (_, ScreeningOutcome.RETURNED):
            return _("Return the project to its author for correction")
        case _:
            return _("Reject the project")


def _cost(facts: ProtocolFacts, one: ItemFacts, words: Words) -> Iterable[Line]:
    _, item = words.gettext, one.item
    yield line(_("Admitted cost"), _sum(facts, item.cost_tenge))
    estimate = _estimate(one)
    if estimate is not None and estimate != item.cost_tenge:
        yield line(_("The author's estimate"), _sum(facts, estimate))
        yield line(_("Why the cost differs"), words.own(item, "cost_reason"))
    if len(facts.envelopes) > 1:
        envelope = next((row for row in facts.envelopes if row.id == item.envelope_id), None)
        yield line(_("Envelope"), words.own(envelope, "name") if envelope is not None else "")


def _estimate(one: ItemFacts) -> int | None:
    if one.text is not None:
        return one.text.get("estimate_tenge")
    return one.project.estimate_tenge if one.project is not None else None


def _ground(item: AgendaItem, words: Words) -> str:
    criterion = words.label(item.criterion) if item.criterion is not None else ""
    if not item.clause:
        return criterion
    return words.gettext(
        "%(criterion)s; clause %(clause)s of the Regulation",
        criterion=criterion,
        clause=item.clause,
    )


def _confirmation(facts: ProtocolFacts, one: ItemFacts, words: Words) -> Iterable[Line]:
    """The computed verdict with its numbers, and the council's word next to it."""
    _, item = words.gettext, one.item
    if one.verdict is not None:
        yield line(_("The count says"), verdict_in_words(facts, one.verdict, words))
    if not one.departs:
        word = (
            _("Confirm it: the project is built") if item.wins else _("Confirm it: the project is not built")
        )
    elif item.wins:
        word = _("Depart from the count: the project is built")
    else:
        word = _("Depart from the count: the project is not built")
    yield line(_("Motion"), word)
    yield line(_("Reasons"), words.own(item, "reason"))


def verdict_in_words(facts: ProtocolFacts, row: VerdictRow, words: Words) -> str:
    """`won; place 1, 812 votes, cost 14 850 000 ₸, 100 000 000 ₸ left at its turn`."""
    _ = words.gettext
    told = [
        _("place %(place)s", place=row.place) if row.place is not None else "",
        words.ngettext("%(told)s vote", "%(told)s votes", row.votes, told=number(row.votes)),
        _("cost %(money)s", money=_sum(facts, row.cost_tenge)),
        _("%(money)s left at its turn", money=_sum(facts, row.remaining_before_tenge)),
    ]
    return f"{lower_first(words.label(row.kind))}; {', '.join(filter(None, told))}"


def _order(facts: ProtocolFacts, words: Words) -> list[dict[str, str]]:
    found = []
    for project in facts.ordered:
        title, lang = title_of(project, None, words.language)
        found.append({"before": f"№ {project.number}", "title": title, "lang": lang})
    return found


def title_of(project: Project, text: Content | None, language: Language) -> tuple[str, str]:
    """The title that was voted on and its language: in `language` where there is one, else the author's."""
    if text is not None and text["language"] == str(language):
        return str(text["title"]), str(language)
    own = [] if text is not None else [project.language, *Language]
    for lang in (language, *own):
        title = getattr(project, f"title_{lang}")
        if title:
            return str(title), str(lang)
    return (str(text["title"]), str(text["language"])) if text is not None else ("", str(language))


def _sum(facts: ProtocolFacts, money: int | None) -> str:
    return "" if money is None else tenge(money, facts.cycle.currency)


def line(label: str, text: str, lang: Language | None = None) -> Line:
    """A line of an item; `lang` where the text is in the words of one person."""
    return {"label": label, "text": text, "lang": str(lang) if lang is not None else ""}
