"""The life of a project as a road: submitted, reviewed, voted on, built, each with its day and its reason."""

from dataclasses import dataclass, field
from datetime import datetime

from budget.reading.project_life import Decision, ProjectLife
from models.enums import Origin, Phase, ProjectState, VerdictKind, WorksStatus
from views.addresses import url_for
from views.filters import in_language, long_date, number, tenge
from views.labels import label, named_criterion
from views.public.wording import verdict_reason
from views.texts import gettext as _
from views.texts import ngettext


@dataclass(frozen=True)
class Event:
    """Something that happened to the project. `reason` is somebody's own words, in `language`."""

    name: str
    day: str
    notes: tuple[str, ...] = ()
    reason: str = ""
    language: str = ""
    tone: str = "done"
    is_by_council: bool = False


@dataclass(frozen=True)
class Story:
    """`state` and `tone` for the tag at the top; `events` oldest first; `costs` (words, sum) from estimate on."""

    state: str
    tone: str
    events: tuple[Event, ...]
    costs: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = field(default=())
    can_vote: bool = False
    results_href: str | None = None


_TONES = {
    WorksStatus.PLANNED: "done",
    WorksStatus.UNDERWAY: "now",
    WorksStatus.COMPLETED: "good",
    WorksStatus.POSTPONED: "late",
    WorksStatus.CANCELLED: "muted",
}
_WON = (VerdictKind.WON, VerdictKind.WON_LEFTOVERS)


def story(life: ProjectLife) -> Story:
    """Tell the project's life in the language of the page."""
    verdict = life.judgement.kind if life.judgement else None
    state, tone = standing(life.facts.state, verdict, life.works.status if life.works else None)
    on_ballot = life.facts.state is ProjectState.ADMITTED and life.cycle.frozen_at is not None
    results = url_for("public.results", slug=life.cycle.slug) if life.judgement else None
    return Story(
        state=state,
        tone=tone,
        events=tuple(_events(life)),
        costs=tuple(_costs(life)),
        notes=tuple(_verdict_notes(life)),
        can_vote=on_ballot and life.stage.phase is Phase.VOTING,
        results_href=results,
    )


def standing(state: ProjectState, verdict: VerdictKind | None, works: WorksStatus | None) -> tuple[str, str]:
    """(words, tone of the tag) for where a project stands: its works, else its verdict, else its screening."""
    if state is ProjectState.WITHDRAWN:
        return label(state), "muted"
    if works is not None:
        return label(works), _TONES[works]
    if verdict is not None:
        return label(verdict), "good" if verdict in _WON else "muted"
    tones = {ProjectState.ADMITTED: "done", ProjectState.SUBMITTED: "now", ProjectState.RETURNED: "now"}
    return label(state), tones.get(state, "muted")


def _events(life: ProjectLife) -> list[Event]:
    facts = life.facts
    found = []
    if facts.submitted_at:
        found.append(Event(_("Submitted"), long_date(facts.submitted_at)))
    found += [_decided(decision) for decision in life.decisions]
    if life.judgement and life.cycle.results_published_at:
        found.append(_voted(life, life.cycle.results_published_at))
    for step in life.steps:
        tone = "late" if step.status is WorksStatus.POSTPONED else "done"
        day = long_date(step.at)
        found.append(Event(label(step.status), day, (), step.reason, step.language or "", tone))
    if life.works and not life.steps:
        day = long_date(life.works.at) if life.works.at else ""
        found.append(Event(label(life.works.status), day, (), life.works.reason, life.works.language or ""))
    if facts.withdrawn_at:
        found.append(Event(_("Withdrawn by the author"), long_date(facts.withdrawn_at)))
    if found and found[-1].tone == "done" and not _is_finished(life):
        found[-1] = Event(**{**vars(found[-1]), "tone": "now"})
    return found


def _is_finished(life: ProjectLife) -> bool:
    if life.works:
        return life.works.status is WorksStatus.COMPLETED
    over = life.facts.state in (ProjectState.REJECTED, ProjectState.WITHDRAWN)
    return over or life.judgement is not None or life.cycle.origin is not Origin.SERVICE


def _decided(decision: Decision) -> Event:
    reason = in_language(decision, "reason")
    notes = (named_criterion(decision.criterion),) if decision.criterion else ()
    return Event(
        label(decision.outcome), long_date(decision.at), notes, reason.text, reason.lang, is_by_council=True
    )


def _voted(life: ProjectLife, at: datetime) -> Event:
    judgement = life.judgement
    if judgement is None:
        raise ValueError("no verdict to tell")
    votes = ngettext("%(count)s vote", "%(count)s votes", judgement.votes, count=number(judgement.votes))
    return Event(label(judgement.kind), long_date(at), (votes,))


def _verdict_notes(life: ProjectLife) -> list[str]:
    verdict = life.judgement
    if verdict is None:
        return []
    return verdict_reason(
        verdict.kind,
        verdict.missing_votes,
        verdict.missing_tenge,
        life.cycle.currency,
        is_divided=life.envelope is not None,
    )


def _costs(life: ProjectLife) -> list[tuple[str, str]]:
    facts, currency = life.facts, life.cycle.currency
    found = []
    if facts.estimate_tenge:
        found.append((_("The author's estimate"), tenge(facts.estimate_tenge, currency)))
    if facts.cost_tenge:
        found.append((_("Admitted cost"), tenge(facts.cost_tenge, currency)))
    return found
