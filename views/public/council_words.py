"""What the council decided, in words: an item of a published session with everything that belongs to it.

The words are those of the protocol (views/protocol_motions.py), so that whoever reads both reads the same. Names and
reasons are in Kazakh and Russian by law: on an English page they stand in Kazakh, marked so.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from budget.council.criteria import Clause
from budget.reading.council_public import Decided
from budget.reading.council_record import ItemRecord, Motion, Record, Subject, Voter
from models.enums import (
    Answer,
    ConflictKind,
    CouncilChoice,
    Criterion,
    DecidedBy,
    ItemKind,
    ItemResult,
    ProjectState,
    ScreeningOutcome,
)
from views.addresses import url_for
from views.criterion_help import help_for
from views.filters import Localised, date_time, deadline, in_language, lower_first, number, tenge
from views.labels import label
from views.texts import gettext as _
from views.texts import mark as _l
from views.texts import ngettext

_ASIDE = {
    ConflictKind.OWN: _l("the member's own project"),
    ConflictKind.RELATIVE: _l("a relative's project"),
    ConflictKind.EMPLOYER: _l("the employer's project"),
}
_PROPOSED = {
    ScreeningOutcome.ADMITTED: _l("Admit the project to the vote"),
    ScreeningOutcome.RETURNED: _l("Return the project to its author for correction"),
    ScreeningOutcome.REJECTED: _l("Reject the project"),
}
_TONES = {
    ScreeningOutcome.ADMITTED: "done",
    ScreeningOutcome.RETURNED: "now",
    ScreeningOutcome.REJECTED: "muted",
}


@dataclass(frozen=True)
class Fact:
    """A line: what it is, the words, and their language where it is not the page's."""

    label: str
    text: str
    lang: str = ""


@dataclass(frozen=True)
class Dissent:
    """A member's opinion against what was decided, in the member's words and language."""

    who: Localised
    text: str
    lang: str


@dataclass(frozen=True)
class Asked:
    """A criterion on the rules page: its name, its clause of the Regulation, and what it asks."""

    name: str
    clause: str
    help: Localised


@dataclass(frozen=True)
class About:
    """What an item is about. `title` and `href` are of a project, None and "" for the order of implementation."""

    number: int
    words: str
    title: Localised | None
    href: str


@dataclass(frozen=True)
class Entry:
    """An item of a published session. `votes` in numbers, `names` who voted how, `order` the order of works."""

    about: About
    tag: str
    tone: str
    facts: tuple[Fact, ...]
    votes: str
    quorum: str
    names: tuple[Fact, ...]
    dissents: tuple[Dissent, ...]
    order: tuple[About, ...] = ()


def about(subject: Subject) -> About:
    """What an item of an agenda is about; nothing of what is proposed."""
    if subject.public_id is None:
        return About(subject.position, label(ItemKind.ORDER), None, "")
    if subject.kind is ItemKind.APPEAL:
        words = _("Appeal of the author of project № %(number)s", number=subject.number)
    else:
        words = _("Project № %(number)s", number=subject.number)
    href = url_for("public.project", public_id=subject.public_id)
    return About(subject.position, words, in_language(subject, "title"), href)


def entries(record: Record, currency: str) -> list[Entry]:
    """The items of a published session in their order."""
    placed = [(item.motion.in_order, item.subject) for item in record.items if item.motion.in_order]
    order = tuple(about(subject) for _, subject in sorted(placed, key=lambda pair: pair[0] or 0))
    return [_entry(item, currency, order) for item in record.items]


def names(voters: Iterable[Voter]) -> Localised:
    """Names in one line."""
    said = [in_language(voter, "name") for voter in voters]
    if not said:
        return Localised("", "")
    return Localised(", ".join(one.text for one in said), said[0].lang, said[0].is_original_only)


def decided(found: Decided) -> str:
    """What a session came to in one line: `40 admitted · 3 returned · 25 rejected`."""
    told = (
        (found.admitted, _("admitted")),
        (found.returned, _("returned")),
        (found.rejected, _("rejected")),
        (found.confirmed, _("to be built")),
        (found.not_built, _("not to be built")),
        (found.undecided, _("nothing decided")),
    )
    return " · ".join(f"{number(count)} {words}" for count, words in told if count)


def asked(clause: Clause) -> Asked:
    """A criterion of a cycle for everybody. Our help on the cost speaks to reviewers, so the rules have their own."""
    has_own = bool(in_language(clause, "help").text)
    said = help_for(clause)
    if clause.criterion is Criterion.COST and not has_own:
        said = Localised(
            _("Does the whole work, with design and delivery, cost no more than the cap?"), said.lang
        )
    return Asked(label(clause.criterion), clause.clause, said)


def rejected_by(criterion: Criterion | None) -> str:
    """Words for a row of the rejections; None are those by silence."""
    return label(DecidedBy.SILENCE) if criterion is None else label(criterion)


def _entry(item: ItemRecord, currency: str, order: tuple[About, ...]) -> Entry:
    motion = item.motion
    tag, tone = _standing(item)
    is_carried = motion.result is ItemResult.CARRIED
    return Entry(
        about=about(item.subject),
        tag=tag,
        tone=tone,
        facts=tuple(_decided_facts(item, currency) if is_carried else _undecided_facts(item)),
        votes=_votes(motion),
        quorum=_quorum(motion),
        names=tuple(_by_name(item)),
        dissents=tuple(_dissents(item)),
        order=order if is_carried and item.subject.kind is ItemKind.ORDER else (),
    )


def _standing(item: ItemRecord) -> tuple[str, str]:
    """The decision in a word or two, and its tone."""
    motion = item.motion
    match motion.result:
        case None:
            return _("Not put to the vote"), "muted"
        case ItemResult.NOT_CARRIED:
            return _("Motion not carried"), "muted"
        case ItemResult.NO_QUORUM:
            return label(motion.result), "muted"
        case ItemResult.CARRIED:
            return _carried(item.subject.kind, motion)


def _carried(kind: ItemKind, motion: Motion) -> tuple[str, str]:
    match kind:
        case ItemKind.APPEAL:
            is_upheld = motion.outcome is ScreeningOutcome.ADMITTED
            return (_("Appeal upheld"), "done") if is_upheld else (_("Appeal dismissed"), "muted")
        case ItemKind.CONFIRMATION:
            return word(wins=bool(motion.wins), departs=bool(motion.departs)), (
                "good" if motion.wins else "muted"
            )
        case ItemKind.SCREENING if motion.outcome is not None:
            return label(motion.outcome), _TONES[motion.outcome]
        case _:
            return label(ItemResult.CARRIED), "done"


def word(*, wins: bool, departs: bool) -> str:
    """The council's word on what the count said of a project."""
    if departs:
        return _("Built against the count") if wins else _("Not built against the count")
    return _("Confirmed") if wins else _("Confirmed: not built")


def _undecided_facts(item: ItemRecord) -> Iterator[Fact]:
    """What was put to the vote in vain; its reasons became nobody's."""
    motion = item.motion
    if motion.result is None:
        return
    yield Fact(_("Motion"), _proposed(item))
    no_quorum = motion.result is ItemResult.NO_QUORUM
    yield Fact(
        _("Result"),
        _("There was no quorum; nothing is decided.")
        if no_quorum
        else _("The motion is not carried; nothing is decided."),
    )


def _proposed(item: ItemRecord) -> str:
    motion = item.motion
    match item.subject.kind:
        case ItemKind.ORDER:
            return _("Build the winners in this order")
        case ItemKind.CONFIRMATION:
            return _("The project is built") if motion.wins else _("The project is not built")
        case ItemKind.APPEAL if motion.outcome is ScreeningOutcome.ADMITTED:
            return _("Uphold the appeal and admit the project to the vote")
        case ItemKind.APPEAL:
            return _("Dismiss the appeal; the project stays rejected")
        case _:
            return _(_PROPOSED[motion.outcome or ScreeningOutcome.REJECTED])


def _decided_facts(item: ItemRecord, currency: str) -> Iterator[Fact]:
    motion = item.motion
    if item.subject.kind is ItemKind.CONFIRMATION:
        yield from _computed(motion)
    if motion.outcome is ScreeningOutcome.ADMITTED:
        yield from _cost(motion, currency)
    if item.answers:
        yield Fact(_("Criteria"), criteria(item.answers))
    if motion.criterion is not None:
        yield Fact(_("Rests on"), ground(motion.criterion, motion.clause))
    reason = in_language(motion, "reason")
    if reason.text:
        words = _("Remarks") if motion.outcome is ScreeningOutcome.RETURNED else _("Reasons")
        yield Fact(words, reason.text, reason.lang if reason.is_original_only else "")
    if motion.appealed_at is not None:
        yield Fact(_("Appeal"), _("The author appealed on %(moment)s.", moment=date_time(motion.appealed_at)))
    elif motion.appeal_until is not None:
        yield Fact(_("The author may appeal until"), deadline(motion.appeal_until))
    if item.subject.public_id and not motion.is_done and motion.state is ProjectState.WITHDRAWN:
        words = _(
            "The author withdrew the project before the decision was published; nothing follows from it."
        )
        yield Fact(_("Withdrawn"), words)


def _computed(motion: Motion) -> Iterator[Fact]:
    """What the count said of the project, beside the council's word."""
    if motion.verdict is None:
        return
    votes = motion.votes or 0
    told = [
        lower_first(label(motion.verdict)),
        _("place %(place)s", place=motion.place) if motion.place is not None else "",
        ngettext("%(count)s vote", "%(count)s votes", votes, count=number(votes)),
    ]
    yield Fact(_("The count says"), ", ".join(filter(None, told)))


def _cost(motion: Motion, currency: str) -> Iterator[Fact]:
    cost, estimate = motion.cost_tenge, motion.estimate_tenge
    if cost is not None and estimate and cost != estimate:
        told = _(
            "%(cost)s instead of the author's estimate of %(estimate)s",
            cost=tenge(cost, currency),
            estimate=tenge(estimate, currency),
        )
        yield Fact(_("Admitted cost"), told)
    elif cost is not None:
        yield Fact(_("Admitted cost"), tenge(cost, currency))
    reason = in_language(motion, "cost_reason")
    if reason.text:
        lang = reason.lang if reason.is_original_only else ""
        yield Fact(_("Why the cost differs"), reason.text, lang)


def criteria(answers: dict[Criterion, Answer]) -> str:
    """`meets it: …; does not meet it: …`, or that all are met."""
    if set(answers.values()) == {Answer.MEETS}:
        return _("All criteria are met.")
    told = []
    for answer in reversed(Answer):
        named = [lower_first(label(one)) for one, given in answers.items() if given is answer]
        if named:
            told.append(f"{label(answer)}: {', '.join(named)}.")
    return " ".join(told)


def ground(criterion: Criterion, clause: str) -> str:
    """The criterion a decision rests on, with the clause of the Regulation where it has one."""
    words = label(criterion)
    if not clause:
        return words
    return _("%(criterion)s; clause %(clause)s of the Regulation", criterion=words, clause=clause)


def _votes(motion: Motion) -> str:
    if motion.votes_for is None:
        return ""
    told = (
        (CouncilChoice.FOR, motion.votes_for),
        (CouncilChoice.AGAINST, motion.votes_against or 0),
        (CouncilChoice.ABSTAIN, motion.abstained or 0),
    )
    return " · ".join(f"{lower_first(label(choice))} {count}" for choice, count in told)


def _quorum(motion: Motion) -> str:
    if motion.entitled is None:
        return ""
    return _(
        "%(entitled)s may decide, %(present)s present, %(needed)s needed for the quorum",
        entitled=motion.entitled,
        present=motion.present,
        needed=motion.needed,
    )


def _by_name(item: ItemRecord) -> Iterator[Fact]:
    """The council is a public body: who voted how, and who stood aside why."""
    for choice in CouncilChoice:
        voters = [vote.voter for vote in item.votes if vote.counts and vote.choice is choice]
        if voters:
            yield _named(label(choice), voters)
    late = [vote.voter for vote in item.votes if not vote.counts]
    if late:
        yield _named(_("Voted and does not count (stood aside or left the council later)"), late)
    for kind in ConflictKind:
        aside = [voter for voter, why in item.recused if why is kind]
        if aside:
            yield _named(_("Stood aside: %(why)s", why=_(_ASIDE[kind])), aside)


def _named(words: str, voters: Sequence[Voter]) -> Fact:
    said = names(voters)
    return Fact(words, said.text, said.lang if said.is_original_only else "")


def _dissents(item: ItemRecord) -> Iterator[Dissent]:
    for vote in item.votes:
        if vote.dissent:
            yield Dissent(in_language(vote.voter, "name"), vote.dissent, vote.language or "")
