"""The works of the winners: where each stands, and the form that says so."""

from flask import flash, redirect, render_template, url_for
from wtforms import RadioField, TextAreaField
from wtforms.validators import Length

from budget import cycles, works
from budget.errors import BudgetRefusal, NotFound, NotPermitted
from budget.permissions import Action
from budget.reading import office
from models.enums import WorksStatus
from views.access import actor, requires
from views.forms import BaseForm, Chosen
from views.i18n import current_language
from views.labels import label
from views.office.blueprint import bp
from views.office.steps import Page
from views.refusals import attach
from views.request_scope import now, reading, writing
from views.texts import gettext as _
from views.texts import lazy as _l

TONES = {
    WorksStatus.PLANNED: "muted",
    WorksStatus.UNDERWAY: "now",
    WorksStatus.COMPLETED: "good",
    WorksStatus.POSTPONED: "late",
    WorksStatus.CANCELLED: "muted",
}


class WorksForm(BaseForm):
    """Where the works stand now."""

    status = RadioField(
        _l("Where do the works stand now?"),
        validators=[Chosen(_l("Choose where the works stand."))],
        validate_choice=False,
    )
    reason = TextAreaField(
        _l("Reason"),
        description=_l(
            "Needed when works are postponed, or taken up again after they were completed. "
            "Residents read it on the page of the project."
        ),
        validators=[Length(max=500, message=_l("Shorten the reason to %(max)d characters."))],
    )


@bp.get("/office/cycles/<slug>/works", endpoint="works")
@requires(Action.SET_WORKS)
def works_list(slug: str) -> str:
    """Each winner with the status of its works and its last change."""
    cycle = cycles.by_slug(reading(), slug)
    lines = office.winners(reading(), cycle.id or 0)
    return render_template("office/works.html", cycle=cycle, lines=lines, tones=TONES)


@bp.route("/office/cycles/<slug>/works/<public_id>", methods=["GET", "POST"])
@requires(Action.SET_WORKS)
def set_works(slug: str, public_id: str) -> Page:
    """Change the status of one winner's works."""
    cycle = cycles.by_slug(reading(), slug)
    line = next((one for one in office.winners(reading(), cycle.id or 0) if one.public_id == public_id), None)
    if line is None:
        raise NotFound(project=public_id)
    form = WorksForm(data={"status": line.status.value})
    offered = [status for status in WorksStatus if status is not WorksStatus.CANCELLED]  # an act of its own
    form.status.choices = {status.value: label(status) for status in offered}
    if form.validate_on_submit():
        try:
            _set(public_id, form)
        except (NotFound, NotPermitted):
            raise
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            flash(_("The status of the works is changed."), "good")
            return redirect(url_for("office.works", slug=slug), 303)
    page = render_template("office/set_works.html", cycle=cycle, line=line, form=form, tones=TONES)
    return page, 422 if form.is_submitted() else 200


def _set(public_id: str, form: WorksForm) -> None:
    with writing() as session:
        project = office.titles(session, [public_id])[public_id]
        works.set_status(
            session,
            actor(),
            project,
            WorksStatus(form.status.data),
            reason=form.reason.data or "",
            language=current_language(),
            now=now(),
        )
