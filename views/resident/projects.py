"""A resident's projects: submit and withdraw; `views/resident/corrections.py` corrects what came back.

Whether it may be done is asked before the form is shown, so that nobody writes in vain, and again in the
transaction. The photo is decoded before the transaction begins: that takes long.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from flask import flash, redirect, render_template, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response as AnyResponse

from budget import cycles, projects
from budget.errors import (
    BudgetRefusal,
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
from models.enums import Phase
from models.project import Project
from views import messages
from views.access import actor, requires
from views.forms import BaseForm, accepts_upload
from views.i18n import current_language
from views.public_facts import places
from views.refusals import attach
from views.request_scope import now, reading, writing
from views.resident.blueprint import bp
from views.resident.project_forms import UPLOAD_LIMIT_BYTES, ProjectForm, highest_cost
from views.texts import gettext as _

Answer = AnyResponse | tuple[str, int] | str


@bp.route("/cycles/<slug>/submit", methods=["GET", "POST"])
@requires(Action.SUBMIT_PROJECT)
@accepts_upload(UPLOAD_LIMIT_BYTES)
def submit(slug: str) -> Answer:
    """The form of a new project, with what one must know before."""
    cycle = cycles.by_slug(reading(), slug, published_only=True)
    form = filled_form(cycle, {})
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

    project = sent(form, act)
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
        return back_to_my(refusal)
    return render_template("resident/withdraw.html", project=project, cycle=cycle, form=form)


def sent(form: ProjectForm, act: Callable[[Session, Picture | None], Project]) -> Project | None:
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


def filled_form(cycle: Cycle, values: Mapping[str, object], *, has_photo: bool = False) -> ProjectForm:
    """The form as posted, or filled with these values; it offers what the cycle accepts."""
    form = ProjectForm(data=values)
    form.offer(cycle, places().areas, cycles.envelopes(reading(), cycle.id or 0), has_photo=has_photo)
    return form


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


def _end_of(calendar: Calendar, phase: Phase) -> datetime | None:
    window = calendar.window(phase)
    return window.ends_at if window else None


def back_to_my(refusal: BudgetRefusal) -> AnyResponse:
    """What was refused is told on the own page."""
    flash(messages.text(refusal), "late")
    return redirect(url_for("resident.my"), 303)
