"""A resident's own page: what has to be done now, and where each of one's projects stands, in words."""

from dataclasses import dataclass

from flask import render_template

from budget import cycles, projects
from budget.council import appeals, mergers
from budget.council.mergers import Offered
from budget.errors import BudgetRefusal, Frozen, WrongPhase
from budget.permissions import Action
from budget.reading import cycles as reading_cycles
from budget.reading import project_life
from budget.reading.cycles import CycleView
from budget.reading.project_life import ProjectLife
from models.cycle import Cycle
from models.enums import Phase, ProjectState
from models.project import Project
from views import messages
from views.access import actor, requires
from views.filters import deadline
from views.public.project_story import standing_of
from views.request_scope import now, reading
from views.resident import to_do
from views.resident.blueprint import bp
from views.resident.next_steps import Steps, steps_of
from views.resident.to_do import Task


@dataclass(frozen=True)
class OwnProject:
    """A project of the resident: `state` and `tone` for its tag, `steps` what happens now and why."""

    life: ProjectLife
    state: str
    tone: str
    steps: Steps
    tasks: list[Task]
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
    offers = [offered for offered in mergers.of_author(reading(), actor()) if is_asked(offered)]
    own = [_own(project, cycle, offers) for project, cycle in projects.of_author(reading(), actor())]
    return render_template(
        "resident/my.html",
        own=own,
        tasks=to_do.in_order([task for one in own for task in one.tasks]),
        voting=[_open(view) for view in views if view.phase is Phase.VOTING and view.settings.frozen_at],
        submission=[_open(view) for view in views if view.phase is Phase.SUBMISSION and _has_room(view)],
    )


def is_asked(offered: Offered) -> bool:
    """Does the proposal wait for this author's answer? Not while one of the two is with its author or decided."""
    row = offered.merger
    has_end = row.merged_at or row.declined_at or row.withdrawn_at or offered.agreed_at
    return has_end is None and may_become_one(offered)


def may_become_one(offered: Offered) -> bool:
    """Do both projects wait for a decision?"""
    return {offered.own.state, offered.other.state} == {ProjectState.SUBMITTED}


def why_not_answer(cycle: Cycle) -> str:
    """Why no author of this cycle answers such a proposal now; "" where they may."""
    try:
        cycles.require(reading(), actor(), Action.ANSWER_MERGER, cycle, now())
    except WrongPhase as refusal:
        return messages.text(refusal)
    return messages.text(Frozen(frozen_at=cycle.frozen_at)) if cycle.frozen_at is not None else ""


def _open(view: CycleView) -> Open:
    current = view.stage.current
    return Open(view, deadline(current.ends_at) if current and current.ends_at else "")


def _has_room(view: CycleView) -> bool:
    cycle = reading().get_one(Cycle, view.settings.id)
    return projects.count_of_author(reading(), cycle, actor()) < cycle.projects_per_author


def _own(project: Project, cycle: Cycle, offers: list[Offered]) -> OwnProject:
    life = project_life.by_public_id(reading(), project.public_id, now=now())
    state, tone = standing_of(life)
    can_correct = _may(projects.check_may_correct, project, cycle)
    tasks = to_do.of_project(
        life,
        [one for one in offers if one.own.id == project.id and not why_not_answer(cycle)],
        appeals.of_project(reading(), project.id),
        can_correct=can_correct,
        can_appeal=_may_appeal(project),
        now=now(),
    )
    return OwnProject(
        life=life,
        state=state,
        tone=tone,
        steps=steps_of(life, can_correct=can_correct, now=now()),
        tasks=list(tasks),
        can_withdraw=_may(projects.check_may_withdraw, project, cycle),
    )


def _may(check: projects.Check, project: Project, cycle: Cycle) -> bool:
    try:
        check(reading(), actor(), project, cycle, now=now())
    except BudgetRefusal:
        return False
    return True


def _may_appeal(project: Project) -> bool:
    try:
        appeals.check_may_file(reading(), actor(), project.public_id, now=now())
    except BudgetRefusal:
        return False
    return True
