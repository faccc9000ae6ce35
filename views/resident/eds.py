"""Signing in as a resident with an electronic signature: by NCALayer on this computer, or by eGov Mobile.

A button makes a challenge for this browser, whose secrets are in a sealed cookie. NCALayer's page is the one page that
needs a script, to talk to the program on the person's computer; the signature comes back in an ordinary form. The
other page shows a QR code; the telephone signs at `views/resident/eds_phone.py`, and the person presses "continue".

Nobody learns who is on the roll before a good signature says who asks.
"""

import re
from dataclasses import dataclass, field
from datetime import timedelta

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import HiddenField

from budget import cycles, residents
from budget.errors import BudgetRefusal, NotFound
from budget.identity import eds_challenges
from budget.identity.eds import Challenge, control_number, document
from budget.identity.eds_challenges import Asked
from budget.identity.eds_refusals import EdsNotSigned, EdsReused, EdsUnavailable
from models.enums import Assurance, EdsWay
from views import eds, sealed_cookies, sessions
from views.access import public
from views.forms import BaseForm
from views.keys import keyring
from views.qr import svg
from views.refusals import attach
from views.request_scope import now, reading, writing
from views.resident.blueprint import bp
from views.resident.eds_phone import scheme
from views.security import NCALAYER, may_connect
from views.texts import gettext as _

Answer = Response | str | tuple[str, int]
_COOKIE = "eds"
_LIFETIME = timedelta(minutes=30)
_BALLOT = re.compile(r"/[a-z]{2}/cycles/([^/?]+)/")


@dataclass(frozen=True)
class Flow:
    """A signing under way, as the sealed cookie holds it."""

    way: EdsWay
    asked: Asked = field(repr=False)
    next: str | None


class SignatureForm(BaseForm):
    """What NCALayer made; its shape is the domain's to judge."""

    cms = HiddenField()


class ContinueForm(BaseForm):
    """ "I have signed": the token of the check against forged requests, and nothing else."""


@bp.post("/sign-in/eds/<any(ncalayer, egov):way>/start")
@public
def start_eds(way: str) -> Answer:
    """Make a challenge for this browser and show what to do with it."""
    if not eds.is_offered():
        raise NotFound
    target = sessions.local_path(request.args.get("next"))
    cycle_id = _cycle_id(target)
    with writing() as session:
        asked = eds_challenges.ask(session, EdsWay(way), cycle_id=cycle_id, now=now())
    _remember(Flow(EdsWay(way), asked, target))
    return redirect(url_for(f"resident.{way}"), 303)


@bp.route("/sign-in/eds/ncalayer", methods=["GET", "POST"])
@public
def ncalayer() -> Answer:
    """Sign by NCALayer: the page with the challenge, and what comes back."""
    flow = _flow(EdsWay.NCALAYER)
    if flow is None:
        return redirect(url_for("resident.sign_in"), 303)
    form = SignatureForm()
    challenge: Challenge | None = None
    try:
        waiting = _waiting(flow)
        challenge = waiting.challenge
        if form.validate_on_submit():
            return _enter(flow, _checked(waiting, form.cms.data or ""), waiting.row_id)
    except BudgetRefusal as refusal:
        attach(form, refusal)
        challenge = challenge if isinstance(refusal, EdsUnavailable) else None
    page = render_template(
        "resident/eds_ncalayer.html",
        form=form,
        document=document(challenge).decode() if challenge else None,
        address=NCALAYER,
        next=flow.next,
    )
    return may_connect(make_response(page, 422 if form.errors else 200), NCALAYER)


@bp.route("/sign-in/eds/egov", methods=["GET", "POST"])
@public
def egov() -> Answer:
    """Sign by eGov Mobile: the QR code, and "I have signed"."""
    flow = _flow(EdsWay.EGOV)
    if flow is None:
        return redirect(url_for("resident.sign_in"), 303)
    form = ContinueForm()
    challenge, is_signed = None, False
    try:
        if form.validate_on_submit():
            return _enter(flow, None, None)
        challenge = _waiting(flow).challenge
    except EdsNotSigned as refusal:
        attach(form, refusal)
        challenge = _waiting(flow).challenge
    except EdsReused as refusal:  # of a question: the phone has answered; of an answer: it was taken before
        is_signed = not form.is_submitted()
        if not is_signed:
            attach(form, refusal)
    except BudgetRefusal as refusal:
        attach(form, refusal)
    page = render_template(
        "resident/eds_egov.html",
        form=form,
        qr=svg(f"mobileSign:{_phone_address(challenge)}", _("QR code for eGov Mobile"))
        if challenge
        else None,
        number=control_number(challenge.nonce) if challenge else None,
        is_signed=is_signed,
        next=flow.next,
    )
    return (page, 422) if form.errors else page


def _enter(flow: Flow, iin: str | None, row_id: int | None) -> Answer:
    """The signature is good: use the challenge up and sign in, in one transaction. `iin` is None where the phone
    has left it."""
    with writing() as session:
        if row_id is not None:
            eds_challenges.spend(session, row_id, now=now())
        iin = iin or eds_challenges.take_answer(session, flow.asked, now=now())
        resident = residents.by_iin(session, keyring(), iin)
        if resident is not None:
            sessions.sign_in_resident(session, resident, iin, assurance=Assurance.EDS)
    sealed_cookies.forget(_COOKIE)
    if resident is None:
        return render_template("resident/eds_not_on_roll.html"), 422
    return redirect(flow.next or url_for("resident.my"), 303)


def _checked(waiting: eds_challenges.Open, cms: str) -> str:
    """The IIN of who signed. A signature that is refused uses the challenge up; an outage does not."""
    try:
        return eds.proven_iin(waiting.challenge, cms)
    except EdsUnavailable:
        raise
    except BudgetRefusal as refusal:
        with writing() as session:
            eds_challenges.spend(session, waiting.row_id, now=now(), refusal=refusal)
        raise


def _waiting(flow: Flow) -> eds_challenges.Open:
    asked = flow.asked
    return eds_challenges.of_browser(
        reading(), flow.way, flow=asked.flow, nonce=asked.nonce, host=request.host, now=now()
    )


def _phone_address(challenge: Challenge) -> str:
    return url_for("egov.info", token=challenge.nonce, _external=True, _scheme=scheme())


def _cycle_id(target: str | None) -> int | None:
    """The cycle whose page the person comes from; it stands in what they sign."""
    named = _BALLOT.match(target or "")
    if named is None:
        return None
    try:
        return cycles.by_slug(reading(), named[1], published_only=True).id
    except NotFound:
        return None


def _flow(way: EdsWay) -> Flow | None:
    content = sealed_cookies.read(_COOKIE) if eds.is_offered() else None
    if content is None or content["way"] != way:
        return None
    key = bytes.fromhex(content["private_key"]) if content["private_key"] else None
    return Flow(way, Asked(content["flow"], content["nonce"], key), content["next"])


def _remember(flow: Flow) -> None:
    asked = flow.asked
    content = {
        "way": str(flow.way),
        "flow": asked.flow,
        "nonce": asked.nonce,
        "private_key": asked.private_key.hex() if asked.private_key else "",
        "next": flow.next,
    }
    sealed_cookies.write(_COOKIE, content, lifetime=_LIFETIME)
