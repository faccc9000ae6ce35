"""Setting a ballot aside: the second person, from the akimat or the council, confirms or declines a proposal."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from budget import annulments
from budget.errors import AlreadyDone, BudgetRefusal, NotFound, NotPermitted
from budget.permissions import Action
from budget.reading import cases as reading_cases
from views import messages
from views.access import actor, requires
from views.refusals import attach
from views.request_scope import now, reading, writing
from views.staff.blueprint import bp
from views.staff.fields import ConfirmForm
from views.staff.step_up import requires_step_up
from views.texts import gettext as _

Page = str | tuple[str, int] | Response
CONFIRM = "confirm"


@bp.get("/staff/annulments", endpoint="annulments")
@requires(Action.CONFIRM_ANNULMENT)
def proposals() -> str:
    """Every proposal of every cycle, those that wait for a second person first."""
    return render_template("staff/annulments.html", rows=reading_cases.annulments(reading()))


@bp.route("/staff/annulments/<public_id>", methods=["GET", "POST"], endpoint="annulment")
@requires(Action.CONFIRM_ANNULMENT)
@requires_step_up
def decide(public_id: str) -> Page:
    """Confirm or decline one proposal."""
    found = next(
        (one for one in reading_cases.annulments(reading()) if one.case.public_id == public_id), None
    )
    if found is None:
        raise NotFound(public_id=public_id)
    form = ConfirmForm()
    if form.validate_on_submit():
        act = annulments.confirm if CONFIRM in request.form else annulments.decline
        try:
            with writing() as session:
                act(session, actor(), public_id, now=now())
        except AlreadyDone as refusal:
            flash(messages.text(refusal))
            return redirect(url_for("staff.annulments"), 303)
        except (NotFound, NotPermitted):
            raise
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            flash(_("The decision is kept, with its reason."), "good")
            return redirect(url_for("staff.annulments"), 303)
    page = render_template(
        "staff/annulment.html", one=found, form=form, is_own=found.case.proposed_by == actor().id
    )
    return page, 422 if form.is_submitted() else 200
