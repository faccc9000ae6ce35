"""The page an invitation's link opens: the person sets a password, and the account is there."""

from flask import flash, render_template

from budget import invitations, staff
from budget.errors import BudgetRefusal, InvitationOver, NotFound
from views import messages, sessions
from views.access import public
from views.forms import BaseForm
from views.refusals import attach
from views.request_scope import now, reading, writing
from views.staff.blueprint import bp
from views.staff.fields import new_password_field
from views.staff.signing_in import Page, go_on
from views.texts import gettext as _
from views.texts import lazy as _l


class AcceptForm(BaseForm):
    """The password of the new account."""

    password = new_password_field(_l("Your new password"))


@bp.route("/staff/invitations/<token>", methods=["GET", "POST"])
@public
def accept_invitation(token: str) -> Page:
    """Make the account; a link that is used, withdrawn or too old says so."""
    try:
        invitation = invitations.by_token(reading(), token, now=now())
    except InvitationOver as refusal:
        return render_template("staff/invitation_over.html", text=messages.text(refusal)), 410
    form = AcceptForm()
    if form.validate_on_submit():
        try:
            password_hash = staff.hashed(form.password.data or "")
            with writing() as session:
                member = invitations.accept(session, token, password_hash=password_hash, now=now())
        except (NotFound, InvitationOver):
            raise
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            sessions.sign_out()  # a browser that somebody else is signed in with
            answer = go_on(member, None)
            flash(
                _("Your account is made. From now on you sign in with your e-mail and this password."), "good"
            )
            return answer
    page = render_template("staff/accept_invitation.html", form=form, invitation=invitation)
    return (page, 422) if form.is_submitted() else page
