"""Correcting a project that came back: each remark beside its field, the deadline in words, everything typed kept.

A corrected project stays in the language it was written in. Whether it may be done is asked before the form is shown,
and again in the transaction; after the deadline there is a page that says what happens now.
"""

from flask import flash, redirect, render_template, url_for
from sqlmodel import Session

from budget import cycles, projects
from budget.errors import CorrectionOver, Frozen, NotThisState, WrongPhase
from budget.permissions import Action
from budget.photos import Picture
from budget.reading import project_life
from budget.reading.project_facts import Asked, Decision
from budget.reading.project_life import ProjectLife
from models.cycle import Cycle
from models.enums import DecidedBy, ProjectPart, ScreeningOutcome
from models.project import Project
from views.access import actor, requires
from views.filters import Localised, in_language
from views.forms import accepts_upload
from views.public.project_events import last_day, said_in
from views.public_facts import places
from views.request_scope import now, reading
from views.resident.blueprint import bp
from views.resident.project_forms import UPLOAD_LIMIT_BYTES, ProjectForm
from views.resident.projects import Answer, back_to_my, filled_form, sent
from views.texts import gettext as _

FIELDS = {
    ProjectPart.TITLE: "title",
    ProjectPart.DIRECTION: "direction",
    ProjectPart.AREA: "area",
    ProjectPart.ADDRESSES: "addresses",
    ProjectPart.DESCRIPTION: "description",
    ProjectPart.ESTIMATE: "estimate_tenge",
    ProjectPart.PHOTO: "photo",
}
"""The field a remark stands beside, in the order of the form; one on the whole stands above all."""


@bp.route("/my/projects/<public_id>/edit", methods=["GET", "POST"])
@requires(Action.CORRECT_PROJECT)
@accepts_upload(UPLOAD_LIMIT_BYTES)
def edit_project(public_id: str) -> Answer:
    """Correct a returned project and submit it again."""
    project = projects.own(reading(), actor(), public_id)
    life = project_life.by_public_id(reading(), public_id, now=now())
    cycle = reading().get_one(Cycle, project.cycle_id)
    form = filled_form(cycle, _values(project, life), has_photo=life.photo is not None)
    if not form.is_submitted():
        try:
            projects.check_may_correct(reading(), actor(), project, cycle, now=now())
        except CorrectionOver:
            return render_template("resident/correction_over.html", life=life, asked=_asked(life))
        except (WrongPhase, NotThisState, Frozen) as refusal:
            return back_to_my(refusal)
        return _show(life, form)
    if form.adds_address():
        return _show(life, form, is_added=True)

    def act(session: Session, picture: Picture | None) -> Project:
        proposal, remove = form.proposal(project.language), form.removes_photo()
        return projects.correct(
            session, actor(), public_id, proposal, picture, remove_photo=remove, now=now(fresh=True)
        )

    if sent(form, act) is None:
        return _show(life, form), 422
    flash(_("Your project is corrected and submitted again. The Expert Council will read it."), "good")
    return redirect(url_for("resident.my"), 303)


def _values(project: Project, life: ProjectLife) -> dict[str, object]:
    houses = [{"street": in_language(row, "street").text, "house": row.house} for row in life.addresses]
    areas = {area.id: area.code for area in places().areas}
    envelopes = {row.id: row.public_id for row in cycles.envelopes(reading(), project.cycle_id)}
    return {
        "title": getattr(project, f"title_{project.language}"),
        "description": getattr(project, f"description_{project.language}"),
        "direction": project.direction,
        "area": areas.get(project.area_id or 0),
        "addresses": houses,
        "envelope": envelopes.get(project.envelope_id),
        "estimate_tenge": project.estimate_tenge,
    }


def _show(life: ProjectLife, form: ProjectForm, *, is_added: bool = False) -> str:
    returned = [one for one in life.decisions if one.outcome is ScreeningOutcome.RETURNED]
    remarks = remarks_by_field(returned[-1]) if returned else {}
    asked = _asked(life)
    return render_template(
        "resident/project_form.html",
        form=form,
        is_added=is_added,
        language=life.facts.language,
        cycle=life.cycle,
        heading=_("Correct your project"),
        button=_("Submit again"),
        last_day=last_day(asked.due_at) if asked else "",
        is_over=asked is not None and asked.due_at <= now(),
        remarks=remarks,
        photo=life.photo,
    )


def remarks_by_field(returned: Decision) -> dict[str, Localised]:
    """The remarks by the name of their field in the order of the form; "" is the one on the whole application."""
    asked = returned.asked
    if asked is None or returned.decided_by is DecidedBy.COUNCIL:
        return {"": in_language(returned, "reason")}
    said = {part: said_in(text, asked.language) for part, text in asked.remarks}
    whole = {"": said[ProjectPart.WHOLE]} if ProjectPart.WHOLE in said else {}
    return whole | {name: said[part] for part, name in FIELDS.items() if part in said}


def _asked(life: ProjectLife) -> Asked | None:
    return next((one.asked for one in reversed(life.decisions) if one.asked is not None), None)
