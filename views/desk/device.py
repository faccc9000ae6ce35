"""The device between the resident and the operator: finishing, the lock, and taking it back.

The lock asks for the password of the operator whose session is parked, with the back-off of every confirmation
(`budget.back_off`). The second factor was shown when that session began and is not asked for again while it is good;
when it is over, only the full sign-in is left.
"""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from budget import back_off, staff, web_sessions
from budget.back_off import Guess
from budget.errors import BudgetRefusal
from budget.web_sessions import SignedIn
from models.people import Staff
from views import parking, sessions
from views.access import public
from views.desk.blueprint import bp
from views.desk.forms import UnlockForm
from views.keys import keyring
from views.parking import Parked
from views.refusals import attach
from views.request_scope import now, reading, writing
from views.texts import gettext as _

Page = Response | str | tuple[str, int]


@bp.post("/desk/finish")
@public
def finish() -> Response:
    """The resident has the receipt, or leaves without voting: the session ends, the device is locked."""
    if parking.current() is None:
        return redirect(url_for("staff.sign_in"), 303)
    sessions.sign_out()
    return redirect(url_for("desk.lock"), 303)


@bp.route("/desk/lock", methods=["GET", "POST"])
@public
def lock() -> Page:
    """Give the device back: nothing but the operator's password opens anything from here."""
    parked = parking.current()
    if parked is None:
        return redirect(url_for("staff.sign_in"), 303)
    waiting = sessions.parked(parked.token)
    if waiting is None:
        return _sign_in_anew(_("Your session is over. Sign in again."))
    form = UnlockForm()
    if form.validate_on_submit():
        member = staff.by_id(reading(), waiting.actor.id)
        try:
            _check(member, form.current_password.data or "")
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            return _take_back(parked, waiting)
    page = render_template("desk/lock.html", form=form, operator=waiting.actor.name)
    return (page, 422) if form.is_submitted() else page


@bp.post("/desk/sign-in-anew")
@public
def sign_in_anew() -> Response:
    """Another operator takes over, or the password is forgotten: the parked session ends."""
    parked = parking.current()
    if parked is None:
        return redirect(url_for("staff.sign_in"), 303)
    with writing() as session:
        web_sessions.end(session, parked.token)
    return _sign_in_anew(None)


def _sign_in_anew(told: str | None) -> Response:
    parking.end()
    if told:
        flash(told)
    return redirect(url_for("staff.sign_in", next=url_for("desk.home")), 303)


def _take_back(parked: Parked, waiting: SignedIn) -> Response:
    with writing() as session:
        web_sessions.touch(session, waiting.session_id, now=now())
    sessions.take_back(parked.token)
    parking.end()
    return redirect(url_for("desk.home"), 303)


def _check(member: Staff, password: str) -> None:
    with writing() as session:
        back_off.note_attempt(session, keyring(), email=member.email, now=now(), guess=Guess.STEP_UP)
    staff.check_password(member, password)
    with writing() as session:
        back_off.forget_failures(session, keyring(), email=member.email, guess=Guess.STEP_UP)
