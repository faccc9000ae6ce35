"""Sentences of the public pages that depend on facts: what happens now, how long it lasts, why a project lost.

Whole sentences with named places, so that each can be translated as one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from budget.phases import Calendar, Window
from budget.reading.cycles import CycleView
from models.enums import Origin, Phase, Role, SessionKind, VerdictKind, WorksStatus
from views.addresses import url_for
from views.filters import day_month, deadline, in_language, number, opening, span, tenge
from views.labels import label
from views.texts import gettext as _
from views.texts import mark as _l
from views.texts import ngettext

_ROAD = (Phase.SUBMISSION, Phase.SCREENING, Phase.VOTING, Phase.DECISION, Phase.IMPLEMENTATION)
_HEADLINES = {
    Phase.ANNOUNCEMENT: _l("A new participation budget is announced"),
    Phase.SUBMISSION: _l("Say what your yard needs"),
    Phase.SCREENING: _l("The Expert Council is reading the applications"),
    Phase.VOTING: _l("You decide what your yard becomes"),
    Phase.DECISION: _l("Voting is over, the ballots are being counted"),
    Phase.IMPLEMENTATION: _l("The winning projects are being built"),
}
_STATES = ("", "admitted", "rejected", "won")
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Link:
    """Words and where they lead."""

    text: str
    href: str


@dataclass(frozen=True)
class Step:
    """A part of the road: `state` is done, now or ahead."""

    name: str
    dates: str
    state: str
    href: str | None


@dataclass(frozen=True)
class Figure:
    """A big number with what it counts and where it comes from; `late`: in red."""

    value: str
    label: str
    href: str
    reported: bool = False
    late: bool = False


def headline(cycle: CycleView) -> str:
    """The cycle's phase as one sentence for a resident."""
    phase = effective_phase(cycle)
    if phase is Phase.DECISION and cycle.has_results:
        return _("The residents have decided")
    return _(_HEADLINES[phase]) if phase in _HEADLINES else title_of(cycle)


def title_of(cycle: CycleView) -> str:
    """The cycle's own name in the language of the page."""
    return in_language(cycle.settings, "title").text


def effective_phase(cycle: CycleView) -> Phase:
    """The phase now; in a gap the one before it, before the first the announcement."""
    if cycle.phase is not None:
        return cycle.phase
    previous = cycle.stage.previous
    if previous is None:
        return Phase.ANNOUNCEMENT
    return previous.phase if cycle.stage.following else Phase.ARCHIVE


def sentences(cycle: CycleView, now: datetime) -> list[str]:
    """What happens now, in one to three sentences, with the deadline."""
    return [sentence for sentence in (*_happening(cycle, now), *_timing(cycle)) if sentence]


def _happening(cycle: CycleView, now: datetime) -> list[str]:
    numbers = cycle.numbers
    match effective_phase(cycle):
        case Phase.SUBMISSION:
            return [_("Any resident on the roll can submit a project to improve a yard.")]
        case Phase.SCREENING:
            return [_reviewed(cycle), _session(cycle, SessionKind.SCREENING, now)]
        case Phase.VOTING:
            return [_on_ballot(numbers.admitted or 0), _("One person, one vote.")]
        case _ if cycle.has_results:
            return _after_results(cycle, now)
        case Phase.DECISION:
            return [_("The number of votes becomes known to everybody at the same time.")]
        case _:
            return []


def _reviewed(cycle: CycleView) -> str:
    """How many projects the council has before it; once it has decided on all of them, how many there were."""
    left = cycle.numbers.undecided
    if left and cycle.settings.council_published_at is not None:
        return ngettext(
            "The Expert Council reviews %(count)s project; it gets a decision with a reason.",
            "The Expert Council reviews %(count)s projects; each gets a decision with a reason.",
            left,
            count=number(left),
        )
    return _received(cycle.numbers.received or 0)


def _session(cycle: CycleView, kind: SessionKind, now: datetime) -> str:
    """When the council meets next; "" where that is not announced."""
    meeting = cycle.next_meeting(kind, now)
    return _("Its session: %(moment)s.", moment=opening(meeting.starts_at)) if meeting else ""


def _after_results(cycle: CycleView, now: datetime) -> list[str]:
    if _awaits_council(cycle):
        words = _("The Expert Council has still to confirm the winners.")
        return [words, _session(cycle, SessionKind.DECISION, now)]
    return [_built(cycle)]


def _awaits_council(cycle: CycleView) -> bool:
    """Are there winners of a vote held here that nobody has planned to build yet?"""
    is_ours = cycle.settings.origin is Origin.SERVICE
    return is_ours and bool(cycle.numbers.winners) and not any(cycle.numbers.works.values())


def _received(count: int) -> str:
    return ngettext(
        "%(count)s application was received; each gets a decision with a reason.",
        "%(count)s applications were received; each gets a decision with a reason.",
        count,
        count=number(count),
    )


def _on_ballot(count: int) -> str:
    return ngettext(
        "%(count)s project is on the ballot.",
        "%(count)s projects are on the ballot.",
        count,
        count=number(count),
    )


def _built(cycle: CycleView) -> str:
    if cycle.settings.origin is not Origin.SERVICE:
        return f"{label(cycle.settings.origin)}."  # nothing is known of its works
    works = cycle.numbers.works
    completed = works.get(WorksStatus.COMPLETED, 0)
    winners = sum(works.values()) - works.get(WorksStatus.CANCELLED, 0) or cycle.numbers.winners or 0
    if not winners:
        return ""
    return ngettext(
        "%(completed)s of %(count)s winning project is completed.",
        "%(completed)s of %(count)s winning projects are completed.",
        winners,
        completed=number(completed),
        count=number(winners),
    )


def _timing(cycle: CycleView) -> list[str]:
    stage = cycle.stage
    if stage.current and stage.current.ends_at and stage.current.phase in _ROAD[:3]:
        end = stage.current.ends_at
        return [_("Until %(deadline)s.", deadline=deadline(end))]
    if stage.following is None or cycle.settings.origin is not Origin.SERVICE:
        return []
    coming = stage.following
    if coming.phase is Phase.ARCHIVE or (coming.phase is Phase.IMPLEMENTATION and cycle.has_results):
        return []
    return [_("Next: %(phase)s, from %(day)s.", phase=label(coming.phase), day=day_month(coming.starts_at))]


def time_left(cycle: CycleView, now: datetime) -> str:
    """`6 days left.` until residents or the council must have acted; on the last day in hours; else nothing."""
    current = cycle.stage.current
    if current is None or current.ends_at is None or current.phase not in _ROAD[:3]:
        return ""
    left = current.ends_at - now
    if left >= _DAY:
        return ngettext("%(count)s day left.", "%(count)s days left.", left.days, count=left.days)
    hours = left // _HOUR
    if hours:
        return ngettext("%(count)s hour left.", "%(count)s hours left.", hours, count=hours)
    return _("Less than an hour left.")


def kind_of(cycle: CycleView) -> str:
    """What a list says of a cycle: its phase now, or that it was reported or imported."""
    if cycle.reported:
        return str(label(cycle.figures))
    if cycle.settings.origin is Origin.PABULIB:
        return str(label(cycle.settings.origin))
    return str(label(effective_phase(cycle)))


def action_of(cycle: CycleView, role: Role) -> Link:
    """The one thing to do now; staff neither submit nor vote, they look."""
    phase = effective_phase(cycle)
    if role not in (Role.VISITOR, Role.RESIDENT) and phase in (Phase.SUBMISSION, Phase.VOTING):
        return Link(_("See the projects"), url_for("public.projects", slug=cycle.slug))
    match phase:
        case Phase.SUBMISSION:
            return Link(_("Submit a project"), url_for("resident.submit", slug=cycle.slug))
        case Phase.VOTING:
            return Link(_("Vote"), url_for("resident.ballot", slug=cycle.slug))
        case _ if cycle.has_results:
            return Link(_("See the results"), url_for("public.results", slug=cycle.slug))
        case Phase.ANNOUNCEMENT:
            return Link(_("Read the rules"), url_for("public.rules", slug=cycle.slug))
        case _:
            return Link(_("See the projects"), url_for("public.projects", slug=cycle.slug))


def road(cycle: CycleView, now: datetime) -> list[Step]:
    """The phases residents care for, with their dates; empty where no calendar is known."""
    found = [_step(cycle, cycle.calendar, phase, now) for phase in _ROAD]
    return [step for step in found if step is not None]


def _step(cycle: CycleView, calendar: Calendar, phase: Phase, now: datetime) -> Step | None:
    window = calendar.window(phase)
    if window is None:
        return None
    state = "done" if calendar.is_over(phase, now) else "now" if window.holds(now) else "ahead"
    return Step(label(phase), _dates(window), state, _destination(cycle, phase))


def _dates(window: Window) -> str:
    return span(window.starts_at, window.ends_at)


def _destination(cycle: CycleView, phase: Phase) -> str | None:
    match phase:
        case Phase.SUBMISSION if cycle.numbers.received:
            return url_for("public.projects", slug=cycle.slug)
        case Phase.DECISION if cycle.has_results:
            return url_for("public.results", slug=cycle.slug)
        case Phase.IMPLEMENTATION if cycle.has_results:
            return url_for("public.projects", slug=cycle.slug, state="won")
        case _:
            return None


def figures(cycle: CycleView) -> list[Figure]:
    """The big numbers of a cycle, each with where it comes from."""
    return _reported_figures(cycle) if cycle.reported else _computed_figures(cycle)


def _reported_figures(cycle: CycleView) -> list[Figure]:
    """The akimat's words; what was not published says so. The source stands on the cycle's page."""
    settings, numbers = cycle.settings, cycle.numbers
    source = url_for("public.cycle", slug=cycle.slug, _anchor="source")
    values = (
        (tenge(settings.allotted_tenge, settings.currency), _("allotted")),
        (_told(numbers.received), _("applications received")),
        (_told(numbers.admitted), _("admitted to the vote")),
        (_told(numbers.rejected), _("rejected")),
        (_told(numbers.voters), _("people voted")),
        (_told(numbers.winners), _("projects won")),
    )
    return [Figure(value, words, source, reported=True) for value, words in values]


def _computed_figures(cycle: CycleView) -> list[Figure]:
    """Counted from the rows of this service; each leads to them. What is not decided yet is not told."""
    settings, numbers, phase, slug = cycle.settings, cycle.numbers, effective_phase(cycle), cycle.slug
    lists = {state: url_for("public.projects", slug=slug, state=state or None) for state in _STATES}
    rules, results = url_for("public.rules", slug=slug), url_for("public.results", slug=slug)
    found = [Figure(tenge(settings.allotted_tenge, settings.currency), _("allotted"), rules)]
    if phase is not Phase.ANNOUNCEMENT:
        found.append(Figure(_told(numbers.received), _("applications received"), lists[""]))
    if phase not in (Phase.ANNOUNCEMENT, Phase.SUBMISSION):
        found.append(Figure(_told(numbers.admitted), _("admitted to the vote"), lists["admitted"]))
        found.append(Figure(_told(numbers.rejected), _("rejected, with reasons"), lists["rejected"]))
    if cycle.has_results:
        found.append(Figure(_told(numbers.voters), _("people voted"), results))
        found.append(Figure(_told(numbers.winners), _("projects won"), lists["won"]))
    return found


def _told(value: int | None) -> str:
    return _("not published") if value is None else number(value)


def verdict_reason(
    kind: VerdictKind,
    missing_votes: int | None,
    missing_tenge: int | None,
    currency: str,
    *,
    is_divided: bool,
) -> list[str]:
    """What a project that lost was short of, in sentences; empty for a winner. `is_divided`: there are envelopes."""
    found: list[str] = []
    match kind:
        case VerdictKind.DOES_NOT_FIT if missing_tenge:
            found.append(
                _("It cost %(money)s more than was left at its turn.", money=tenge(missing_tenge, currency))
            )
        case VerdictKind.AFTER_STOP:
            found.append(_("The count stopped at a project with more votes that did not fit."))
        case VerdictKind.LOST_LOT:
            found.append(_("It had the same votes and the same cost as a winner, and the lot decided."))
        case VerdictKind.INELIGIBLE if missing_tenge and is_divided:
            found.append(
                _("It costs %(money)s more than the whole envelope.", money=tenge(missing_tenge, currency))
            )
        case VerdictKind.INELIGIBLE if missing_tenge:
            found.append(
                _("It costs %(money)s more than the whole budget.", money=tenge(missing_tenge, currency))
            )
        case VerdictKind.WITHDRAWN:
            found.append(_("It was withdrawn after the vote and passed over."))
        case _:
            pass
    if missing_votes and kind is VerdictKind.BELOW_MINIMUM:
        found.append(
            ngettext(
                "%(count)s more vote was needed to reach the minimum.",
                "%(count)s more votes were needed to reach the minimum.",
                missing_votes,
                count=number(missing_votes),
            )
        )
    elif missing_votes:
        found.append(
            ngettext(
                "With %(count)s more vote it would have won.",
                "With %(count)s more votes it would have won.",
                missing_votes,
                count=number(missing_votes),
            )
        )
    return found
