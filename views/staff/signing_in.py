"""Signing in and out for the council and the akimat: e-mail and password, then the code of the second factor.

Each attempt is noted in a transaction of its own before anything is hashed or compared, so guessing slows down
however many tries come at once; hashing happens outside any transaction, so it holds up nobody else. Outside the
demo nobody is signed in without a second factor: who has none sets it up first.
"""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import EmailField, PasswordField
from wtforms.validators import Length

from budget import back_off, second_factor, staff
from budget.back_off import Guess
from budget.errors import BudgetRefusal
from models.people import Staff
from views import sessions
from views.access import actor, public
from views.forms import BaseForm, Required
from views.keys import keyring, totp_key
from views.refusals import attach
from views.request_scope import config, now, reading, writing
from views.staff import half_signed
from views.staff.blueprint import bp
from views.staff.fields import LONGEST_PASSWORD, CodeForm
from views.staff.first_pages import FIRST_PAGE, first_page
from views.texts import gettext as _
from views.texts import lazy as _l
from views.texts import ngettext

Page = Response | str | tuple[str, int]


class StaffSignInForm(BaseForm):
    """E-mail and password; the password is never shown again."""

    email = EmailField(
        _l("E-mail"),
        validators=[Required(_l("Write your e-mail.")), Length(max=254)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        _l("Password"),
        validators=[Required(_l("Write your password.")), Length(max=LONGEST_PASSWORD)],
        render_kw={"autocomplete": "current-password"},
    )


@bp.route("/staff/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Page:
    """Ask for e-mail and password."""
    target = sessions.local_path(request.args.get("next"))
    if actor().role in FIRST_PAGE:
        return redirect(target or first_page(actor().role), 303)
    form = StaffSignInForm()
    if form.validate_on_submit():
        try:
            member = _authenticate(form.email.data or "", form.password.data or "")
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            return go_on(member, target)
    page = render_template("staff/sign_in.html", form=form)
    return (page, 422) if form.is_submitted() else page


@bp.route("/staff/sign-in/code", methods=["GET", "POST"])
@public
def code() -> Page:
    """Ask for the code of the second factor."""
    member = half_signed.current()
    if member is None or member.totp_secret is None:
        return begin_again()
    form = CodeForm()
    if form.validate_on_submit():
        try:
            left = _check_code(member, form.code.data or "")
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            target = half_signed.target()
            half_signed.end()
            _tell_left(left)
            return redirect(target or first_page(member.role), 303)
    page = render_template("staff/sign_in_code.html", form=form)
    return (page, 422) if form.is_submitted() else page


@bp.post("/staff/sign-out")
@public
def sign_out() -> Response:
    """End the session."""
    sessions.sign_out()
    flash(_("You have signed out."), "good")
    return redirect(url_for("staff.sign_in"), 303)


def go_on(member: Staff, target: str | None) -> Response:
    """The password is right: the code is next, or the set-up of the second factor, or (demo only) the first page."""
    if member.totp_secret is None and config().demo:
        with writing() as session:
            sessions.sign_in_staff(session, staff.by_id(session, member.id))
        return redirect(target or first_page(member.role), 303)
    half_signed.begin(member, target)
    return redirect(url_for("staff.code" if member.totp_secret else "staff.first_set_up"), 303)


def begin_again() -> Response:
    """Nobody showed a password, or ten minutes have passed since."""
    half_signed.end()
    flash(_("Sign in with your e-mail and password first. After that you have ten minutes for the code."))
    return redirect(url_for("staff.sign_in"), 303)


def _authenticate(email: str, password: str) -> Staff:
    with writing() as session:
        back_off.note_attempt(session, keyring(), email=email, now=now())
    member = staff.authenticate(reading(), email=email, password=password)
    with writing() as session:
        back_off.forget_failures(session, keyring(), email=email)
    return member


def _check_code(member: Staff, typed: str) -> int | None:
    """Sign the member in. How many recovery codes are left when one was used, else None."""
    with writing() as session:
        back_off.note_attempt(session, keyring(), email=member.email, now=now(), guess=Guess.CODE)
    with writing() as session:
        row = staff.by_id(session, member.id)
        was_recovery = second_factor.check(session, keyring(), totp_key(), row, typed, now=now())
        back_off.forget_failures(session, keyring(), email=member.email, guess=Guess.CODE)
        sessions.sign_in_staff(session, row)
        return second_factor.codes_left(session, row) if was_recovery else None


def _tell_left(left: int | None) -> None:
    if left is None:
        return
    told = ngettext(
        "You used a recovery code; %(count)s is left. New ones are made on the page of your account.",
        "You used a recovery code; %(count)s are left. New ones are made on the page of your account.",
        left,
        count=left,
    )
    flash(told)
