"""The life of a project as a road: submitted, screened, voted on, built, each with its day and its reason.

The events before the vote are worded in `project_screening`, those after it in `project_after_vote`.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from budget.reading.project_life import ProjectLife
from models.enums import WINNING, Origin, Phase, ProjectState, VerdictKind, WorksStatus
from views.addresses import url_for
from views.filters import tenge
from views.labels import label
from views.public import project_after_vote, project_screening
from views.public.project_events import Event, to_project
from views.public.wording import Link, verdict_reason
from views.texts import gettext as _


@dataclass(frozen=True)
class Story:
    """`state` and `tone` for the tag at the top; `events` oldest first; `costs` (words, sum) from estimate on;
    `has_won` is what the count says, `departure` the council's word where it departed from that; `goes_on` leads to
    the project this one became part of, `joined` to those that became part of it."""

    state: str
    tone: str
    events: tuple[Event, ...]
    costs: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = field(default=())
    can_vote: bool = False
    results_href: str | None = None
    has_won: bool = False
    departure: Event | None = None
    goes_on: Link | None = None
    joined: tuple[Link, ...] = ()


_TONES = {
    WorksStatus.PLANNED: "done",
    WorksStatus.UNDERWAY: "now",
    WorksStatus.COMPLETED: "good",
    WorksStatus.POSTPONED: "late",
    WorksStatus.CANCELLED: "muted",
}
_NEVER = datetime.max.replace(tzinfo=UTC)


def story(life: ProjectLife, now: datetime) -> Story:
    """Tell the project's life in the language of the page."""
    state, tone = standing_of(life)
    on_ballot = life.facts.state is ProjectState.ADMITTED and life.cycle.frozen_at is not None
    results = url_for("public.results", slug=life.cycle.slug) if life.judgement else None
    return Story(
        state=state,
        tone=tone,
        events=tuple(_events(life, now)),
        costs=tuple(_costs(life)),
        notes=tuple(_verdict_notes(life)),
        can_vote=on_ballot and life.stage.phase is Phase.VOTING,
        results_href=results,
        has_won=life.judgement is not None and life.judgement.kind in WINNING,
        departure=_departure(life),
        goes_on=to_project(life.merged_into) if life.merged_into else None,
        joined=tuple(to_project(one.other) for one in life.joined),
    )


def standing_of(life: ProjectLife) -> tuple[str, str]:
    """(words, tone of the tag) for where this project stands."""
    verdict = life.judgement.kind if life.judgement else None
    is_left_out = life.word is not None and not life.word.wins
    return standing(
        life.facts.state, verdict, life.works.status if life.works else None, is_left_out=is_left_out
    )


def standing(
    state: ProjectState,
    verdict: VerdictKind | None,
    works: WorksStatus | None,
    *,
    is_left_out: bool = False,
) -> tuple[str, str]:
    """(words, tone of the tag) for where a project stands: its works, else its verdict, else its screening.
    `is_left_out`: the council's last word on a project was that it is not built."""
    if state is ProjectState.WITHDRAWN:
        return label(state), "muted"
    if works is not None:
        return label(works), _TONES[works]
    if verdict in WINNING and is_left_out:
        return _("Left out by the council"), "muted"
    if verdict is not None:
        return label(verdict), "good" if verdict in WINNING else "muted"
    tones = {ProjectState.ADMITTED: "done", ProjectState.SUBMITTED: "now", ProjectState.RETURNED: "now"}
    return label(state), tones.get(state, "muted")


def _events(life: ProjectLife, now: datetime) -> list[Event]:
    found = [*project_screening.events(life, now), *project_after_vote.events(life)]
    found.sort(key=lambda event: event.at or _NEVER)  # of one instant in the order they are told
    if found and found[-1].tone == "done" and not _is_finished(life, now):
        found[-1] = replace(found[-1], tone="now")
    return found


def _departure(life: ProjectLife) -> Event | None:
    return project_after_vote.confirmed(life, life.word) if life.word and life.word.departs else None


def _is_finished(life: ProjectLife, now: datetime) -> bool:
    if life.works is not None:
        return life.works.status in (WorksStatus.COMPLETED, WorksStatus.CANCELLED)
    if life.facts.state is ProjectState.REJECTED:
        return project_screening.open_appeal(life) is None and not project_screening.may_still_appeal(
            life, now
        )
    over = life.facts.state in (ProjectState.WITHDRAWN, ProjectState.MERGED)
    return over or life.judgement is not None or life.cycle.origin is not Origin.SERVICE


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
