""" "Resident votes now": the last page of the operator before the device is the resident's."""

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from budget import desk, residents
from budget.errors import BudgetRefusal, NotFound, NotOnRoll, NotPermitted
from budget.permissions import Action
from models.enums import DocumentKind
from views import parking, sessions
from views.access import actor, requires
from views.desk import serving, wording
from views.desk.blueprint import bp
from views.desk.serving import Serving
from views.keys import keyring
from views.request_scope import now, reading, writing
from views.staff.fields import ConfirmForm

Page = Response | str | tuple[str, int]


@bp.route("/desk/cycles/<slug>/hand-over", methods=["GET", "POST"])
@requires(Action.SERVE_AT_DESK)
def hand_over(slug: str) -> Page:
    """Ask once more, then note the visit, park the operator's session, and open the ballot."""
    cycle = desk.served_cycle(reading(), slug)
    served = serving.current(slug)
    if served is None or not served.has_document:
        return redirect(url_for("desk.find" if served is None else "desk.person", slug=slug), 303)
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            _open(served)
        except (NotFound, NotPermitted):
            raise
        except BudgetRefusal as refusal:
            form.form_errors.append(wording.why_not(refusal))
        else:
            return redirect(url_for("resident.ballot", slug=slug), 303)
    page = render_template(
        "desk/hand_over.html", form=form, cycle=cycle, served=served, kind=DocumentKind(served.document_kind)
    )
    return (page, 422) if form.is_submitted() else page


def _open(served: Serving) -> None:
    with writing() as session:
        desk.open_visit(
            session,
            keyring(),
            actor(),
            served.slug,
            served.iin,
            document_kind=DocumentKind(served.document_kind),
            document_last=served.document_last,
            now=now(),
        )
        resident = residents.by_iin(session, keyring(), served.iin)
        if resident is None:
            raise NotOnRoll
        token = sessions.hand_over(session, resident, served.iin)
    parking.park(token, served.slug)
    serving.end()
