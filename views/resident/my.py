"""A resident's own page: what can be done now, and where each of one's projects stands, in words."""

from dataclasses import dataclass

from flask import render_template
from flask_babel import gettext as _

from budget import projects
from budget.errors import BudgetRefusal
from budget.permissions import Action
from budget.reading import cycles as reading_cycles
from budget.reading import project_life
from budget.reading.cycles import CycleView
from budget.reading.project_life import Decision, ProjectLife
from models.cycle import Cycle
from models.enums import Phase, ProjectState, ScreeningOutcome, WorksStatus
from models.project import Project
from views.access import actor, requires
from views.filters import deadline, long_date, span
from views.public.project_story import standing
from views.public.wording import verdict_reason
from views.request_scope import now, reading
from views.resident.blueprint import bp


@dataclass(frozen=True)
class OwnProject:
    """A project of the resident: `state` and `tone` for its tag, `next_steps` what happens now, in sentences;
    `remarks` the council's words where they matter now."""

    life: ProjectLife
    state: str
    tone: str
    next_steps: list[str]
    remarks: Decision | None
    can_correct: bool
    can_withdraw: bool


@dataclass(frozen=True)
class Open:
    """A cycle in which the resident can do something now, and until when."""

    cycle: CycleView
    until: str


@bp.get("/my")
@requires(Action.SEE_OWN_PAGE)
def my() -> str:
    """My page."""
    views = reading_cycles.published(reading(), now=now())
    own = [_own(project, cycle) for project, cycle in projects.of_author(reading(), actor())]
    return render_template(
        "resident/my.html",
        own=own,
        voting=[_open(view) for view in views if view.phase is Phase.VOTING and view.settings.frozen_at],
        submission=[_open(view) for view in views if view.phase is Phase.SUBMISSION and _has_room(view)],
        first_to_correct=next((one.life.facts.public_id for one in own if one.can_correct), None),
    )


def _open(view: CycleView) -> Open:
    current = view.stage.current
    return Open(view, deadline(current.ends_at) if current and current.ends_at else "")


def _has_room(view: CycleView) -> bool:
    cycle = reading().get_one(Cycle, view.settings.id)
    return projects.count_of_author(reading(), cycle, actor()) < cycle.projects_per_author


def _own(project: Project, cycle: Cycle) -> OwnProject:
    life = project_life.by_public_id(reading(), project.public_id, now=now())
    verdict = life.judgement.kind if life.judgement else None
    state, tone = standing(project.state, verdict, life.works.status if life.works else None)
    can_correct = _may(projects.check_may_correct, project, cycle)
    return OwnProject(
        life=life,
        state=state,
        tone=tone,
        next_steps=_next_steps(life, can_correct),
        remarks=_remarks(life),
        can_correct=can_correct,
        can_withdraw=_may(projects.check_may_withdraw, project, cycle),
    )


def _may(check: projects.Check, project: Project, cycle: Cycle) -> bool:
    try:
        check(reading(), actor(), project, cycle, now=now())
    except BudgetRefusal:
        return False
    return True


def _remarks(life: ProjectLife) -> Decision | None:
    wanted = {
        ProjectState.RETURNED: ScreeningOutcome.RETURNED,
        ProjectState.REJECTED: ScreeningOutcome.REJECTED,
    }.get(life.facts.state)
    return next((decision for decision in reversed(life.decisions) if decision.outcome is wanted), None)


def _next_steps(life: ProjectLife, can_correct: bool) -> list[str]:
    match life.facts.state:
        case ProjectState.SUBMITTED | ProjectState.RETURNED:
            return [_while_screened(life, can_correct)]
        case ProjectState.REJECTED:
            office = _(
                "If you do not agree, come with the number of the project to the front office of the akimat."
            )
            return [_("It does not go to the vote. The reason of the council:"), office]
        case ProjectState.WITHDRAWN:
            day = long_date(life.facts.withdrawn_at) if life.facts.withdrawn_at else "–"
            return [_("You took it back: %(day)s.", day=day)]
        case _:
            return _after_admission(life)


def _while_screened(life: ProjectLife, can_correct: bool) -> str:
    screening = life.calendar.window(Phase.SCREENING)
    end = screening.ends_at if screening else None
    is_waiting = life.facts.state is ProjectState.SUBMITTED
    if is_waiting and end is not None and now() < end:
        return str(
            _("The Expert Council reads it. You get the answer here before %(moment)s.", moment=deadline(end))
        )
    if is_waiting:
        return str(_("The Expert Council has not decided yet."))
    if can_correct and end is not None:
        return str(
            _("Correct what the council writes and submit it again before %(moment)s.", moment=deadline(end))
        )
    return str(_("The time for corrections is over."))


def _after_admission(life: ProjectLife) -> list[str]:
    voting = life.calendar.window(Phase.VOTING)
    if life.works is not None:
        return _works(life)
    if life.judgement is not None:
        verdict = life.judgement
        return verdict_reason(
            verdict.kind,
            verdict.missing_votes,
            verdict.missing_tenge,
            life.cycle.currency,
            is_divided=life.envelope is not None,
        )
    if voting is None or voting.ends_at is None:
        return []
    if now() < voting.starts_at:
        return [_("It goes to the vote: %(days)s.", days=span(voting.starts_at, voting.ends_at))]
    if now() < voting.ends_at:
        return [_("Residents are voting until %(moment)s.", moment=deadline(voting.ends_at))]
    return [_("Voting is over. The result is not published yet.")]


def _works(life: ProjectLife) -> list[str]:
    match life.works and life.works.status:
        case WorksStatus.PLANNED:
            return [_("It won. The akimat is preparing the works.")]
        case WorksStatus.UNDERWAY:
            return [_("It won. The works are underway.")]
        case WorksStatus.COMPLETED:
            return [_("It won, and it is built.")]
        case _:
            return [_("It won. The works are postponed; the reason stands on its page.")]
