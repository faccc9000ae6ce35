"""An objection at the desk: the person says that the ballot cast with their IIN was not theirs."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from budget import desk
from budget.errors import BudgetRefusal, NotFound, NotPermitted
from budget.permissions import Action
from models.enums import Language
from views.access import actor, requires
from views.desk import serving
from views.desk.blueprint import bp
from views.desk.forms import ObjectionForm
from views.desk.serving import Serving
from views.i18n import current_language
from views.keys import keyring
from views.refusals import attach
from views.request_scope import now, reading, writing
from views.texts import gettext as _


@bp.route("/desk/cycles/<slug>/objection", methods=["GET", "POST"])
@requires(Action.SERVE_AT_DESK)
def objection(slug: str) -> Response | str | tuple[str, int]:
    """Write down the objection of the person who was found; the coordinator decides."""
    cycle = desk.served_cycle(reading(), slug)
    served = serving.current(slug)
    if served is None:
        return redirect(url_for("desk.find", slug=slug), 303)
    found = serving.person(served)
    if found is None or found.taken_part is None or found.taken_part.objected_at or not found.may_object:
        return redirect(url_for("desk.person", slug=slug), 303)
    form = ObjectionForm(data={"language": current_language()})
    if form.validate_on_submit():
        try:
            _file(served, form)
        except (NotFound, NotPermitted):
            raise
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            flash(_("The objection is filed. The coordinator of the akimat decides."), "good")
            return redirect(url_for("desk.person", slug=slug), 303)
    page = render_template("desk/objection.html", form=form, cycle=cycle, taken_part=found.taken_part)
    return (page, 422) if form.is_submitted() else page


def _file(served: Serving, form: ObjectionForm) -> None:
    with writing() as session:
        desk.file_objection(
            session,
            keyring(),
            actor(),
            served.slug,
            served.iin,
            text=form.text.data or "",
            language=Language(form.language.data),
            phone=form.number(),
            now=now(),
        )
