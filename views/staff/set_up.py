"""Setting up the second factor: an authenticator app reads a QR code, shows a code, and ten recovery codes are made.

The secret under way is in a sealed cookie and becomes the account's only when the app shows the right code, so a
set-up broken off leaves what was there before. The first one stands between the password and everything else; later
ones are on the page of the account, behind a step-up.
"""

from collections.abc import Callable
from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from sqlmodel import Session

from budget import second_factor, staff
from budget.errors import BudgetRefusal, NotPermitted
from budget.identity import totp
from budget.permissions import Action
from models.people import Staff
from views import qr, sealed_cookies, sessions
from views.access import actor, public, requires
from views.keys import keyring, totp_key
from views.refusals import attach
from views.request_scope import now, reading, writing
from views.staff import half_signed, shown_once
from views.staff.blueprint import bp
from views.staff.fields import AppCodeForm, ConfirmForm
from views.staff.first_pages import first_page
from views.staff.signing_in import Page, begin_again
from views.staff.step_up import requires_step_up
from views.texts import gettext as _

_AndThen = Callable[[Session, Staff], None]
_COOKIE = "totp"
_LIFETIME = timedelta(minutes=10)


@bp.route("/staff/sign-in/set-up", methods=["GET", "POST"])
@public
def first_set_up() -> Page:
    """Before anything else: who signs in for the first time sets up the second factor."""
    member = half_signed.current()
    if member is None:
        return begin_again()
    if member.totp_secret is not None:
        return redirect(url_for("staff.code"), 303)

    def sign_in(session: Session, row: Staff) -> None:
        sessions.sign_in_staff(session, row)
        half_signed.end()

    return _set_up(member, is_first=True, and_then=sign_in)


@bp.route("/staff/account/app", methods=["GET", "POST"])
@requires(Action.SEE_OWN_ACCOUNT)
@requires_step_up
def set_up() -> Page:
    """Another phone, another app; or the first one, where the demo does not demand it."""
    return _set_up(staff.by_id(reading(), actor().id), is_first=False, and_then=lambda _session, _row: None)


@bp.route("/staff/account/recovery-codes/new", methods=["GET", "POST"])
@requires(Action.SEE_OWN_ACCOUNT)
@requires_step_up
def new_recovery_codes() -> Page:
    """Make ten new recovery codes; the old ones are worth nothing."""
    member = staff.by_id(reading(), actor().id)
    if member.totp_secret is None:
        return redirect(url_for("staff.account"), 303)
    form = ConfirmForm()
    if form.validate_on_submit():
        with writing() as session:
            codes = second_factor.renew_codes(session, keyring(), staff.by_id(session, member.id), now=now())
        shown_once.keep(shown_once.RECOVERY_CODES, member.id, codes)
        return redirect(url_for("staff.recovery_codes"), 303)
    left = second_factor.codes_left(reading(), member)
    return render_template("staff/new_recovery_codes.html", form=form, left=left)


@bp.route("/staff/account/recovery-codes", methods=["GET", "POST"])
@requires(Action.SEE_OWN_ACCOUNT)
def recovery_codes() -> Page:
    """The fresh codes, until the person says that they are kept."""
    codes = shown_once.kept(shown_once.RECOVERY_CODES, actor().id)
    form = ConfirmForm()
    if form.validate_on_submit():
        shown_once.forget(shown_once.RECOVERY_CODES)
        return redirect(first_page(actor().role), 303)
    if codes is None:
        return redirect(url_for("staff.account"), 303)
    return render_template("staff/recovery_codes.html", form=form, codes=codes)


def _set_up(member: Staff, *, is_first: bool, and_then: _AndThen) -> Page:
    secret = _secret_under_way(member)
    form = AppCodeForm()
    if form.validate_on_submit():
        try:
            codes = _confirm(member, secret, form.code.data or "", is_first=is_first, and_then=and_then)
        except NotPermitted:
            raise
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            sealed_cookies.forget(_COOKIE)
            shown_once.keep(shown_once.RECOVERY_CODES, member.id, codes)
            flash(_("The app is set up. From now on each sign-in asks for its code."), "good")
            return redirect(url_for("staff.recovery_codes"), 303)
    page = render_template(
        "staff/set_up.html",
        form=form,
        secret=secret,
        qr=qr.svg(totp.address(secret, account=member.email, issuer=request.host), _("QR code for the app")),
        is_first=is_first,
        has_one=member.totp_secret is not None,
    )
    return (page, 422) if form.is_submitted() else page


def _confirm(member: Staff, secret: str, code: str, *, is_first: bool, and_then: _AndThen) -> list[str]:
    with writing() as session:
        row = staff.by_id(session, member.id)
        if (
            is_first and row.totp_secret is not None
        ):  # somebody with the password alone was quicker, or twice here
            raise NotPermitted(action=Action.SEE_OWN_ACCOUNT)
        codes = second_factor.set_up(session, keyring(), totp_key(), row, secret=secret, code=code, now=now())
        and_then(session, row)
    return codes


def _secret_under_way(member: Staff) -> str:
    kept = sealed_cookies.read(_COOKIE)
    if kept is not None and kept["staff"] == member.id:
        return str(kept["secret"])
    secret = totp.new_secret()
    sealed_cookies.write(_COOKIE, {"staff": member.id, "secret": secret}, lifetime=_LIFETIME)
    return secret
