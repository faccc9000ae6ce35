"""Signing a protocol with an electronic signature by NCALayer: the text that is signed names the document's SHA-256.

A challenge is made for this browser and this purpose; a signature of anything else (another protocol, a signing in) is
foreign. The certificate must be a person's and good now. Of it the name is kept, and nothing else: the IIN is asked for
by nobody here, and is gone when the request ends (decision 0021).
"""

from dataclasses import dataclass, field
from datetime import timedelta

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import HiddenField

from budget import cycles
from budget.council import protocols
from budget.errors import AlreadySigned, BudgetRefusal, NotFound, NotPermitted
from budget.identity import eds_challenges
from budget.identity.eds import PROTOCOL, document
from budget.identity.eds_challenges import Asked, Open
from budget.identity.eds_refusals import EdsInvalid, EdsUnavailable
from budget.permissions import Action
from budget.reading import council_signing
from budget.reading.council_signing import ProtocolLine
from models.enums import EdsWay
from views import eds, messages, sealed_cookies
from views.access import actor, requires
from views.council.blueprint import bp
from views.council.protocols import signed
from views.forms import BaseForm
from views.refusals import attach
from views.request_scope import now, reading, writing
from views.security import NCALAYER, may_connect
from views.staff.step_up import requires_step_up

Page = str | tuple[str, int] | Response
_COOKIE = "protocol"
_LIFETIME = timedelta(minutes=30)


@dataclass(frozen=True)
class Flow:
    """A signing under way, as the sealed cookie holds it."""

    protocol: str
    asked: Asked = field(repr=False)


class SignatureForm(BaseForm):
    """What NCALayer made; its shape is the domain's to judge."""

    cms = HiddenField()


@bp.post("/council/protocols/<public_id>/sign/eds/start")
@requires(Action.SIGN_PROTOCOL)
@requires_step_up
def start_eds(public_id: str) -> Page:
    """Make a challenge for this browser."""
    line = _offered(public_id)
    with writing() as session:
        cycle = cycles.by_slug(session, line.slug)
        asked = eds_challenges.ask(session, EdsWay.NCALAYER, cycle_id=cycle.id, purpose=PROTOCOL, now=now())
    content = {"protocol": public_id, "flow": asked.flow, "nonce": asked.nonce}
    sealed_cookies.write(_COOKIE, content, lifetime=_LIFETIME)
    return redirect(url_for("council.sign_eds", public_id=public_id), 303)


@bp.route("/council/protocols/<public_id>/sign/eds", methods=["GET", "POST"])
@requires(Action.SIGN_PROTOCOL)
@requires_step_up
def sign_eds(public_id: str) -> Page:
    """The page with the text to sign, and what comes back from NCALayer."""
    line, flow = _offered(public_id), _flow(public_id)
    if flow is None:
        return redirect(url_for("council.sign", public_id=public_id), 303)
    form = SignatureForm()
    text: str | None = None
    try:
        waiting = _waiting(flow, line)
        text = document(waiting.challenge).decode()
        if form.validate_on_submit():
            return _sign(line, waiting, _checked(waiting, form.cms.data or ""))
    except AlreadySigned as refusal:
        flash(messages.text(refusal))
        return redirect(url_for("council.protocols"), 303)
    except (NotFound, NotPermitted):
        raise
    except BudgetRefusal as refusal:
        attach(form, refusal)
        text = text if isinstance(refusal, EdsUnavailable) else None
    page = render_template("council/sign_eds.html", form=form, line=line, document=text, address=NCALAYER)
    return may_connect(make_response(page, 422 if form.errors else 200), NCALAYER)


def _sign(line: ProtocolLine, waiting: Open, name: str) -> Response:
    """The signature is good: use the challenge up and sign, in one transaction."""
    with writing() as session:
        eds_challenges.spend(session, waiting.row_id, now=now(fresh=True))
        protocols.sign(session, actor(), line.public_id, certificate=name, now=now())
    sealed_cookies.forget(_COOKIE)
    return signed(line.number)


def _checked(waiting: Open, cms: str) -> str:
    """The name of who signed. A signature that is refused uses the challenge up; an outage does not."""
    try:
        name = eds.proven_signer(waiting.challenge, cms).name
        if not name:
            raise EdsInvalid
    except EdsUnavailable:
        raise
    except BudgetRefusal as refusal:
        with writing() as session:
            eds_challenges.spend(session, waiting.row_id, now=now(), refusal=refusal)
        raise
    return name


def _waiting(flow: Flow, line: ProtocolLine) -> Open:
    return eds_challenges.of_browser(
        reading(),
        EdsWay.NCALAYER,
        flow=flow.asked.flow,
        nonce=flow.asked.nonce,
        host=request.host,
        purpose=PROTOCOL,
        sha256=line.sha256,
        now=now(),
    )


def _offered(public_id: str) -> ProtocolLine:
    """The protocol, where signatures can be checked. Raises NotFound."""
    if not eds.is_offered():
        raise NotFound
    return council_signing.protocol(reading(), actor(), public_id)


def _flow(public_id: str) -> Flow | None:
    content = sealed_cookies.read(_COOKIE)
    if content is None or content["protocol"] != public_id:
        return None
    return Flow(content["protocol"], Asked(content["flow"], content["nonce"]))
