"""The coordinator's desk: all cycles, and the page of one."""

from flask import render_template, request

from budget.permissions import Action
from budget.reading import cycles as public_cycles
from budget.reading import office
from models.enums import ProjectState
from views import sms_watch
from views.access import requires
from views.office import phase_rows, progress, wording
from views.office.blueprint import bp
from views.request_scope import config, now, reading


@bp.get("/office")
@requires(Action.SEE_OFFICE)
def home() -> str:
    """All cycles, drafts too, each with the one thing to do next."""
    found = [progress.standing(reading(), desk, now=now()) for desk in office.desks(reading(), now=now())]
    sms = sms_watch.health(reading(), config(), now=now())
    return render_template("office/home.html", standings=found, progress=progress, now=now(), sms=sms)


@bp.get("/office/cycles/<slug>")
@requires(Action.SEE_OFFICE)
def cycle(slug: str) -> str:
    """One cycle: what to do now, what is missing, the calendar, the projects, and every act."""
    desk = office.desk(reading(), slug, now=now())
    state = _state(request.args.get("state", ""))
    standing = progress.standing(reading(), desk, now=now())
    row = desk.cycle
    return render_template(
        "office/cycle.html",
        cycle=row,
        desk=desk,
        standing=standing,
        checklist=_checklist(standing),
        acts=progress.acts(standing, now=now()),
        next_act=progress.next_act(standing, now=now()),
        stage=progress.stage_name(standing),
        calendar=phase_rows.calendar_rows(standing, now=now()),
        changes=public_cycles.by_slug(reading(), slug, now=now(), hidden=True, with_numbers=False).changes,
        envelopes=public_cycles.envelopes(reading(), row.id or 0),
        projects=office.projects(reading(), row.id or 0, state),
        state=state,
        states=ProjectState,
    )


def _checklist(standing: progress.Standing) -> list[wording.Condition]:
    cycle = standing.desk.cycle
    if not standing.is_ours or cycle.frozen_at is not None:
        return []
    if cycle.published_at is None:
        return wording.conditions(cycle.slug, wording.PUBLISHING, standing.unmet_publishing)
    codes = [code for code in wording.FREEZING[1:] if code != "trustees" or standing.trustees is not None]
    return wording.conditions(cycle.slug, tuple(codes), standing.unmet_freezing)


def _state(text: str) -> ProjectState | None:
    return ProjectState(text) if text in set(ProjectState) else None
