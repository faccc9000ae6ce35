"""Protocols of the council's sessions: read as PDF, signed by those who were there, in the account with step-up.

The other way, by electronic signature, is in `views/council/eds_signing.py`; it is offered where an NCANode is set up.
"""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from budget.council import protocols as council_protocols
from budget.errors import AlreadySigned, BudgetRefusal, NotFound, NotPermitted
from budget.permissions import Action
from budget.reading import council_signing
from views import eds, messages
from views.access import actor, requires
from views.council.blueprint import bp
from views.forms import BaseForm
from views.refusals import attach
from views.request_scope import now, reading, writing
from views.staff.step_up import requires_step_up
from views.texts import gettext as _

Page = str | tuple[str, int] | Response


class SignForm(BaseForm):
    """Nothing but the button."""


@bp.get("/council/protocols")
@requires(Action.SIGN_PROTOCOL)
def protocols() -> str:
    """Every protocol of the councils this account sits or sat in; those to sign first."""
    rows = council_signing.protocols(reading(), actor())
    return render_template(
        "council/protocols.html",
        to_sign=[row for row in rows if row.to_sign],
        others=[row for row in rows if not row.to_sign],
    )


@bp.get("/council/protocols/<public_id>.pdf")
@requires(Action.SIGN_PROTOCOL)
def protocol_file(public_id: str) -> Response:
    """The document as it was kept."""
    line = council_signing.protocol(reading(), actor(), public_id)
    content = council_protocols.by_public_id(reading(), public_id).content
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{line.slug}-{line.number}.pdf"'
    return answer


@bp.route("/council/protocols/<public_id>/sign", methods=["GET", "POST"])
@requires(Action.SIGN_PROTOCOL)
@requires_step_up
def sign(public_id: str) -> Page:
    """Says what a signature means, and signs."""
    line = council_signing.protocol(reading(), actor(), public_id)
    form = SignForm()
    if form.validate_on_submit():
        try:
            with writing() as session:
                council_protocols.sign(session, actor(), public_id, now=now(fresh=True))
        except AlreadySigned as refusal:
            flash(messages.text(refusal))
            return redirect(url_for("council.protocols"), 303)
        except (NotFound, NotPermitted):
            raise
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            return signed(line.number)
    page = render_template(
        "council/sign.html",
        form=form,
        line=line,
        signers=council_signing.signers(reading(), line.id),
        has_eds=eds.is_offered(),
    )
    return page, 422 if form.errors else 200


def signed(number: int) -> Response:
    """Back to the protocols, with the good news."""
    flash(_("Protocol %(number)s is signed.", number=number), "good")
    return redirect(url_for("council.protocols"), 303)
