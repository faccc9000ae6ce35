"""Signing in as a resident: IIN and phone, then the code that was sent to the phone.

The first page leads to the second whatever the IIN: an unknown person, a known one and one who has voted look the same
until the code proves the phone. Between the pages the IIN is in a sealed cookie and nowhere else.
"""

from dataclasses import asdict, dataclass, field
from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from budget import residents
from budget.errors import BudgetRefusal, SmsPaused
from budget.identity import codes
from budget.identity.phone import readable
from models.enums import Role
from views import eds, messages, outbox, sealed_cookies, sessions, sms_watch
from views.access import actor, public
from views.i18n import current_language
from views.keys import keyring
from views.refusals import attach
from views.request_scope import config, database, now, reading, writing
from views.resident.blueprint import bp
from views.resident.signing_in_forms import CodeForm, SignInForm
from views.texts import gettext as _

Answer = Response | str | tuple[str, int]
_LIFETIME = timedelta(minutes=30)


@dataclass(frozen=True)
class Flow:
    """A signing in under way, as the sealed cookie holds it. `code` is the flow of `budget.identity.codes`."""

    code: str = field(repr=False)
    iin: str = field(repr=False)
    phone: str = field(repr=False)
    next: str | None


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Answer:
    """Ask for IIN and phone, send a code; the other ways stand below. `again`: who is signed in takes another way."""
    target = sessions.local_path(request.args.get("next"))
    if actor().role is Role.RESIDENT and "again" not in request.args:
        return redirect(target or url_for("resident.my"), 303)
    has_sms = outbox.sender() is not None
    if not has_sms and not eds.is_offered():
        return render_template("resident/sign_in_unavailable.html"), 503
    form = SignInForm()
    if has_sms and form.validate_on_submit():
        iin, phone = form.person()
        try:
            code = _waiting_code(phone) or _send_code(phone)
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            _remember(Flow(code, iin, phone, target))
            return redirect(url_for("resident.code"), 303)
    return _page(form, target)


@bp.route("/sign-in/code", methods=["GET", "POST"])
@public
def code() -> Answer:
    """Ask for the code; with the right one, say who is signed in or what to do."""
    flow = _flow()
    if flow is None:
        return redirect(url_for("resident.sign_in"), 303)
    form = CodeForm()
    if "resend" in request.form:
        return _resend(flow, form)
    if not form.validate_on_submit():
        return _code_page(form, flow)
    with writing() as session:  # commits the spent try, right or wrong
        refusal = codes.check_code(
            session, keyring(), flow=flow.code, phone=flow.phone, code=form.code.data or "", now=now()
        )
    if refusal is not None:
        attach(form, refusal)
        return _code_page(form, flow)
    return _confirm(flow)


@bp.post("/sign-out")
@public
def sign_out() -> Response:
    """End the session."""
    sessions.sign_out()
    flash(_("You have signed out."), "good")
    return redirect(url_for("public.home"), 303)


def _confirm(flow: Flow) -> Answer:
    """The phone is proven. Whose it is comes after the code's use is committed: one code, one question."""
    sealed_cookies.forget(sealed_cookies.PROOF)
    with writing() as session:
        resident = residents.confirmed(session, keyring(), iin=flow.iin, phone=flow.phone)
        if resident is not None:
            sessions.sign_in_resident(session, resident, flow.iin)
    if resident is None:
        return render_template("resident/sign_in_not_confirmed.html", phone=readable(flow.phone)), 422
    return redirect(flow.next or url_for("resident.my"), 303)


def _resend(flow: Flow, form: CodeForm) -> Answer:
    if outbox.sender() is None:
        return redirect(url_for("resident.sign_in"), 303)
    try:
        code = _send_code(flow.phone)
    except BudgetRefusal as refusal:
        form.form_errors.append(messages.text(refusal))
        return _code_page(form, flow)
    _remember(Flow(code, flow.iin, flow.phone, flow.next))
    flash(_("A new code is on its way. Only the newest one is good."), "good")
    return redirect(url_for("resident.code"), 303)


def _send_code(phone: str) -> str:
    try:
        with writing() as session:
            asked = codes.request_code(
                session,
                keyring(),
                phone=phone,
                language=current_language(),
                now=now(),
                tariff=outbox.tariff(),
            )
    except SmsPaused:
        sms_watch.alarm_when_paused(database(), config(), now=now())
        raise
    outbox.send_now(asked.notice_id)
    return asked.flow


def _waiting_code(phone: str) -> str | None:
    """The code already sent to this phone from this browser: who corrects the IIN needs no second one."""
    flow = _flow()
    if flow is None or flow.phone != phone:
        return None
    is_waiting = codes.is_waiting(reading(), keyring(), flow=flow.code, phone=phone, now=now())
    return flow.code if is_waiting else None


def _flow() -> Flow | None:
    content = sealed_cookies.read(sealed_cookies.PROOF)
    return Flow(**content) if content else None


def _remember(flow: Flow) -> None:
    sealed_cookies.write(sealed_cookies.PROOF, asdict(flow), lifetime=_LIFETIME)


def _page(form: SignInForm, target: str | None) -> Answer:
    page = render_template(
        "resident/sign_in.html",
        form=form,
        sms=_sms(),
        has_sms=outbox.sender() is not None,
        has_eds=eds.is_offered(),
        next=target,
    )
    return (page, 422) if form.is_submitted() else page


def _code_page(form: CodeForm, flow: Flow) -> Answer:
    page = render_template(
        "resident/sign_in_code.html",
        form=form,
        phone=readable(flow.phone),
        back=url_for("resident.sign_in", next=flow.next),
        minutes=codes.LIFETIME // timedelta(minutes=1),
        sms=_sms(),
    )
    return (page, 422) if request.method == "POST" else page


def _sms() -> sms_watch.SmsHealth:
    return sms_watch.health(reading(), config(), now=now())
