"""Signing in and out for the council and the akimat: e-mail and password.

The attempt is noted in a transaction of its own before the password is hashed, so guessing slows down however many
tries come at once; hashing happens outside any transaction, so it holds up nobody else.
"""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import EmailField, PasswordField
from wtforms.validators import Length

from budget import staff
from budget.errors import BudgetRefusal
from models.enums import Role
from views import sessions
from views.access import actor, public
from views.forms import BaseForm, Required
from views.keys import keyring
from views.refusals import attach
from views.request_scope import now, reading, writing
from views.staff.blueprint import bp

_FIRST_PAGE = {Role.COUNCIL: "council.queue", Role.COORDINATOR: "office.home"}
_LONGEST = 1000


class StaffSignInForm(BaseForm):
    """E-mail and password; the password is never shown again."""

    email = EmailField(
        _l("E-mail"),
        validators=[Required(_l("Write your e-mail.")), Length(max=254)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        _l("Password"),
        validators=[Required(_l("Write your password.")), Length(max=_LONGEST)],
        render_kw={"autocomplete": "current-password"},
    )


@bp.route("/staff/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Response | str | tuple[str, int]:
    """Ask for e-mail and password."""
    target = sessions.local_path(request.args.get("next"))
    if actor().role in _FIRST_PAGE:
        return redirect(target or url_for(_FIRST_PAGE[actor().role]), 303)
    form = StaffSignInForm()
    if form.validate_on_submit():
        try:
            role = _sign_in(form.email.data or "", form.password.data or "")
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            return redirect(target or url_for(_FIRST_PAGE[role]), 303)
    page = render_template("staff/sign_in.html", form=form)
    return (page, 422) if form.is_submitted() else page


@bp.post("/staff/sign-out")
@public
def sign_out() -> Response:
    """End the session."""
    sessions.sign_out()
    flash(_("You have signed out."), "good")
    return redirect(url_for("staff.sign_in"), 303)


def _sign_in(email: str, password: str) -> Role:
    with writing() as session:
        staff.note_attempt(session, keyring(), email=email, now=now())
    member = staff.authenticate(reading(), email=email, password=password)
    with writing() as session:
        staff.forget_failures(session, keyring(), email=email)
        sessions.sign_in_staff(session, member)
    return member.role
