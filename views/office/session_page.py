"""The page of one session: the one thing to do now by its step, and the agenda in parts that stay readable at 68 items."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request

from budget.council import agenda
from budget.council import winners as after_vote
from budget.council.sessions import Step
from budget.reading import council_sessions
from budget.reading.council_sessions import ItemLine, ItemState, SessionPage
from models.enums import ItemKind, ProjectState, ScreeningOutcome, SessionKind
from models.project import Project
from views.addresses import url_for
from views.filters import in_kk_or_ru, in_language
from views.labels import recusal
from views.office import session_todo
from views.request_scope import now, reading
from views.texts import LazyText, ngettext
from views.texts import gettext as _
from views.texts import lazy as _l

TONES = {
    Step.DRAFT: "muted",
    Step.ANNOUNCED: "now",
    Step.UNDERWAY: "now",
    Step.CLOSED: "done",
    Step.PUBLISHED: "good",
}
STEPS: dict[Step, LazyText] = {
    Step.DRAFT: _l("Draft"),
    Step.ANNOUNCED: _l("Announced"),
    Step.UNDERWAY: _l("Under way"),
    Step.CLOSED: _l("Closed, not published"),
    Step.PUBLISHED: _l("Decisions published"),
}
STATES: dict[ItemState, tuple[LazyText, str]] = {
    ItemState.INCOMPLETE: (_l("To finish"), "muted"),
    ItemState.WAITING: (_l("Ready for the vote"), "muted"),
    ItemState.VOTING: (_l("Voting"), "now"),
    ItemState.CARRIED: (_l("Carried"), "good"),
    ItemState.NOT_CARRIED: (_l("Not carried"), "muted"),
    ItemState.NO_QUORUM: (_l("No quorum"), "muted"),
}
_NOT_PUT = (_l("Not put to the vote"), "muted")
_MOVES: dict[tuple[bool, ScreeningOutcome], LazyText] = {
    (False, ScreeningOutcome.ADMITTED): _l("Admit"),
    (False, ScreeningOutcome.RETURNED): _l("Return"),
    (False, ScreeningOutcome.REJECTED): _l("Reject"),
    (True, ScreeningOutcome.ADMITTED): _l("Uphold the appeal"),
    (True, ScreeningOutcome.REJECTED): _l("Dismiss the appeal"),
}
"""What is moved, by whether it answers an appeal: what is not decided yet is not told as if it were."""
_SHOW = "show"


@dataclass(frozen=True)
class Tab:
    """A part of the agenda with its number of items."""

    text: str
    count: int
    href: str
    is_current: bool


def show(public_id: str, *, faults: Sequence[str] = ()) -> str:
    """The page; `faults` are refusals of what was just tried."""
    found = council_sessions.page(reading(), public_id, now=now())
    protocols = (
        council_sessions.protocols_of(reading(), found.session)
        if found.step in (Step.CLOSED, Step.PUBLISHED)
        else []
    )
    choices, state = _choices(found), _state()
    is_decision = found.session.kind is SessionKind.DECISION
    lines = [line for line in found.lines if state is None or line.state is state]
    return render_template(
        "office/session.html",
        faults=faults,
        found=found,
        row=found.session,
        cycle=found.cycle,
        step=found.step,
        words=STEPS,
        tones=TONES,
        states=states_at(found.step),
        todo=session_todo.of(found, protocols=len(protocols), ready=0 if is_decision else len(choices)),
        lines=lines,
        tabs=_tabs(found),
        about=motion_words,
        quorum=quorum(found),
        choices=[(one.public_id, _named(one)) for one in choices],
        newest=protocols[-1] if protocols else None,
        kept=kept(),
        is_decision=is_decision,
    )


def states_at(step: Step) -> dict[ItemState, tuple[LazyText, str]]:
    """The words and tones of states; after the session what was not put to the vote is just that."""
    if step in (Step.CLOSED, Step.PUBLISHED):
        return {**STATES, ItemState.INCOMPLETE: _NOT_PUT, ItemState.WAITING: _NOT_PUT}
    return STATES


def kept() -> dict[str, str]:
    """The part of the agenda that is shown, for the forms of the page."""
    part = shown()
    return {_SHOW: part} if part is not None else {}


def shown() -> str | None:
    """The same, for the address of the page after an act."""
    state = _state()
    return str(state) if state is not None else None


def motion_words(line: ItemLine) -> str:
    """What is moved, in a few words."""
    item = line.item
    if item.wins is not None:
        if line.departs:
            return str(_("depart: it is built") if item.wins else _("depart: it is not built"))
        return str(_("confirm"))
    if item.outcome is None:
        return str(
            ngettext("%(count)s project", "%(count)s projects", len(item.content), count=len(item.content))
        )
    return str(_MOVES[item.kind is ItemKind.APPEAL, item.outcome])


def aside_words(found: SessionPage, line: ItemLine) -> str:
    """Who stands aside from an item and why; "" where nobody does."""
    told = []
    for member in found.names(frozenset(line.floor.recused)):
        kind = recusal(line.floor.recused[member.id or 0])
        told.append(f"{in_kk_or_ru(member, 'name')} ({kind})")
    return ", ".join(told)


def quorum(found: SessionPage) -> Callable[[ItemLine], dict[str, Any]]:
    """In words, how many may decide an item, how many of them are there, and how many are needed."""
    is_held = found.step not in (Step.DRAFT, Step.ANNOUNCED)

    def told(line: ItemLine) -> dict[str, Any]:
        item = line.item
        entitled = len(line.floor.entitled) if item.entitled is None else item.entitled
        present = len(line.floor.present) if item.present is None else item.present
        needed = line.needed if item.needed is None else item.needed
        facts = {"entitled": entitled, "present": present, "needed": needed}
        if not entitled:
            text = _("nobody may decide it")
        elif is_held:
            text = _("%(present)s of %(entitled)s there, %(needed)s needed", **facts)
        else:
            text = _("%(entitled)s may decide, %(needed)s needed", **facts)
        lacks = is_held and item.result is None and not line.has_quorum
        return {"text": text, "lacks": lacks or not entitled, "aside": aside_words(found, line)}

    return told


def _choices(found: SessionPage) -> Sequence[Project]:
    """What may be put on the agenda besides what is there."""
    if found.step not in (Step.DRAFT, Step.ANNOUNCED, Step.UNDERWAY):
        return ()
    if found.session.kind is SessionKind.DECISION:
        there = {line.item.project_id for line in found.lines}
        return [one for one in after_vote.of_count(reading(), found.cycle) if one.id not in there]
    return agenda.may_be_put(reading(), found.cycle)


def _named(project: Project) -> str:
    name = f"№ {project.number}. {in_language(project, 'title')}"
    if project.state is ProjectState.REJECTED:
        return str(_("%(project)s – the author appeals", project=name))
    return name


def _state() -> ItemState | None:
    asked = request.values.get(_SHOW, "")
    return ItemState(asked) if asked in set(ItemState) else None


def _tabs(found: SessionPage) -> list[Tab]:
    current, public_id = _state(), found.session.public_id
    tabs = [
        Tab(
            _("All"),
            len(found.lines),
            url_for("office.council_session", public_id=public_id),
            current is None,
        )
    ]
    for state, (words, _tone) in states_at(found.step).items():
        count = sum(line.state is state for line in found.lines)
        if count or current is state:
            href = url_for("office.council_session", public_id=public_id, show=str(state))
            tabs.append(Tab(str(words), count, href, current is state))
    return tabs if len(tabs) > 2 or current is not None else []
