"""A resident's projects: submit, correct when returned, withdraw.

A new project is in the language of the page; a corrected one stays in the language it was written in.

Whether it may be done is asked before the form is shown, so that nobody writes in vain, and again in the
transaction. The photo is decoded before the transaction begins: that takes long.
"""

from collections.abc import Callable
from datetime import datetime

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlmodel import Session
from werkzeug.wrappers import Response as AnyResponse

from budget import cycles, projects
from budget.errors import (
    BudgetRefusal,
    Frozen,
    NotFound,
    NotPermitted,
    NotThisState,
    TooManyProjects,
    WrongPhase,
)
from budget.permissions import Action
from budget.phases import Calendar
from budget.photos import Picture
from budget.reading import project_life
from models.cycle import Cycle
from models.enums import Phase, ScreeningOutcome
from models.project import Project
from views import messages
from views.access import actor, requires
from views.filters import in_language
from views.forms import BaseForm, accepts_upload
from views.i18n import current_language
from views.public_facts import places
from views.refusals import attach
from views.request_scope import now, reading, writing
from views.resident.blueprint import bp
from views.resident.project_forms import UPLOAD_LIMIT_BYTES, ProjectForm, highest_cost

Answer = AnyResponse | tuple[str, int] | str


@bp.route("/cycles/<slug>/submit", methods=["GET", "POST"])
@requires(Action.SUBMIT_PROJECT)
@accepts_upload(UPLOAD_LIMIT_BYTES)
def submit(slug: str) -> Answer:
    """The form of a new project, with what one must know before."""
    cycle = cycles.by_slug(reading(), slug, published_only=True)
    form = _form(cycle)
    if not form.is_submitted():
        try:
            projects.check_may_submit(reading(), actor(), cycle, now=now())
        except (WrongPhase, TooManyProjects) as refusal:
            return render_template("resident/submit_closed.html", cycle=cycle, reason=messages.text(refusal))
        return _show_new(cycle, form)
    if form.adds_address():
        return _show_new(cycle, form, is_added=True)

    def act(session: Session, picture: Picture | None) -> Project:
        row = cycles.by_slug(session, slug, published_only=True)
        proposal = form.proposal(current_language())
        return projects.submit(session, actor(), row, proposal, picture, now=now(fresh=True))

    project = _sent(form, act)
    if project is None:
        return _show_new(cycle, form), 422
    return redirect(url_for("resident.submitted_project", public_id=project.public_id), 303)


@bp.get("/my/projects/<public_id>/submitted")
@requires(Action.SUBMIT_PROJECT)
def submitted_project(public_id: str) -> str:
    """Your project is submitted: its number, its address, what happens next."""
    project = projects.own(reading(), actor(), public_id)
    life = project_life.by_public_id(reading(), project.public_id, now=now())
    return render_template(
        "resident/submitted.html", life=life, screening=life.calendar.window(Phase.SCREENING)
    )


@bp.route("/my/projects/<public_id>/edit", methods=["GET", "POST"])
@requires(Action.CORRECT_PROJECT)
@accepts_upload(UPLOAD_LIMIT_BYTES)
def edit_project(public_id: str) -> Answer:
    """Correct a returned project and submit it again."""
    project = projects.own(reading(), actor(), public_id)
    cycle = reading().get_one(Cycle, project.cycle_id)
    form = _form(cycle, project)
    if not form.is_submitted():
        try:
            projects.check_may_correct(reading(), actor(), project, cycle, now=now())
        except (WrongPhase, NotThisState, Frozen) as refusal:
            return _back_to_my(refusal)
        return _show_correction(project, cycle, form)
    if form.adds_address():
        return _show_correction(project, cycle, form, is_added=True)

    def act(session: Session, picture: Picture | None) -> Project:
        proposal, remove = form.proposal(project.language), form.removes_photo()
        return projects.correct(
            session, actor(), public_id, proposal, picture, remove_photo=remove, now=now(fresh=True)
        )

    if _sent(form, act) is None:
        return _show_correction(project, cycle, form), 422
    flash(_("Your project is corrected and submitted again. The Expert Council will read it."), "good")
    return redirect(url_for("resident.my"), 303)


@bp.route("/my/projects/<public_id>/withdraw", methods=["GET", "POST"])
@requires(Action.WITHDRAW_PROJECT)
def withdraw_project(public_id: str) -> Answer:
    """Ask once more, then take the project back."""
    project = projects.own(reading(), actor(), public_id)
    cycle = reading().get_one(Cycle, project.cycle_id)
    form = BaseForm()
    try:
        if form.validate_on_submit():
            with writing() as session:
                projects.withdraw(session, actor(), public_id, now=now(fresh=True))
            flash(_("Your project is withdrawn."), "good")
            return redirect(url_for("resident.my"), 303)
        projects.check_may_withdraw(reading(), actor(), project, cycle, now=now())
    except (WrongPhase, NotThisState) as refusal:
        return _back_to_my(refusal)
    return render_template("resident/withdraw.html", project=project, cycle=cycle, form=form)


def _sent(form: ProjectForm, act: Callable[[Session, Picture | None], Project]) -> Project | None:
    """The project as `act` stored it, or None with a complaint beside each field that is wrong."""
    is_valid, picture = form.validate(), form.picture()
    if not is_valid or form.photo.errors:
        return None
    try:
        with writing() as session:
            return act(session, picture)
    except (NotFound, NotPermitted):
        raise
    except BudgetRefusal as refusal:
        attach(form, refusal)
    return None


def _form(cycle: Cycle, project: Project | None = None) -> ProjectForm:
    """The form as posted, or filled with what a returned project says now."""
    form = ProjectForm(data=_values(project) if project else {})
    has_photo = project is not None and projects.photo_of(reading(), project.id) is not None
    form.offer(cycle, places().areas, cycles.envelopes(reading(), cycle.id or 0), has_photo=has_photo)
    return form


def _values(project: Project) -> dict[str, object]:
    life = project_life.by_public_id(reading(), project.public_id, now=now())
    houses = [{"street": in_language(row, "street").text, "house": row.house} for row in life.addresses]
    areas = {area.id: area.code for area in places().areas}
    envelopes = {row.id: row.public_id for row in cycles.envelopes(reading(), project.cycle_id)}
    return {
        "title": in_language(project, "title").text,
        "description": in_language(project, "description").text,
        "direction": project.direction,
        "area": areas.get(project.area_id or 0),
        "addresses": houses,
        "envelope": envelopes.get(project.envelope_id),
        "estimate_tenge": project.estimate_tenge,
    }


def _show_new(cycle: Cycle, form: ProjectForm, *, is_added: bool = False) -> str:
    envelopes = cycles.envelopes(reading(), cycle.id or 0)
    return render_template(
        "resident/project_form.html",
        form=form,
        is_added=is_added,
        language=current_language(),
        cycle=cycle,
        heading=_("Submit a project"),
        button=_("Submit the project"),
        ends_at=_end_of(cycles.calendar(reading(), cycle.id or 0), Phase.SUBMISSION),
        highest_cost=highest_cost(cycle, envelopes),
    )


def _show_correction(project: Project, cycle: Cycle, form: ProjectForm, *, is_added: bool = False) -> str:
    life = project_life.by_public_id(reading(), project.public_id, now=now())
    remarks = [decision for decision in life.decisions if decision.outcome is ScreeningOutcome.RETURNED]
    return render_template(
        "resident/project_form.html",
        form=form,
        is_added=is_added,
        language=project.language,
        cycle=cycle,
        heading=_("Correct your project"),
        button=_("Submit again"),
        ends_at=_end_of(life.calendar, Phase.SCREENING),
        remarks=remarks[-1] if remarks else None,
        photo=life.photo,
    )


def _end_of(calendar: Calendar, phase: Phase) -> datetime | None:
    window = calendar.window(phase)
    return window.ends_at if window else None


def _back_to_my(refusal: BudgetRefusal) -> AnyResponse:
    flash(messages.text(refusal), "late")
    return redirect(url_for("resident.my"), 303)
