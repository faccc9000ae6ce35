"""What a telephone with eGov Mobile asks of us after it has read the QR code, in three steps and JSON.

GET  /api/egov/<token>           who asks, until when, and where the document is
GET  /api/egov/<token>/document  the document to sign
PUT  /api/egov/<token>/document  the same with the signature in it

Source of the shapes: eGov Mobile's protocol of signing by QR (API 1 and 2), as public integrations have it; both known
places of the signature are read (`documentCms`, `document.file.data`). The token is the nonce of one challenge: 180
seconds, one signature. The telephone has no cookie and no form: what protects the browser is that the proven IIN is
sealed to it, and the control number shown on both screens.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for

from budget.errors import BudgetRefusal
from budget.identity import eds_challenges
from budget.identity.eds import LONGEST_CMS, Challenge, control_number, document
from budget.identity.eds_refusals import EdsExpired, EdsInvalid, EdsReused, EdsUnavailable
from models.enums import Language
from views import eds, messages, public_facts
from views.access import public
from views.errors import problem
from views.forms import accepts_upload
from views.request_scope import config, now, reading, writing
from views.texts import catalog
from views.texts import mark as _l

bp = Blueprint("egov", __name__, url_prefix="/api/egov")
LARGEST_BODY = LONGEST_CMS + 16 * 1024
_NAMES = {"nameRu": Language.RU, "nameKz": Language.KK, "nameEn": Language.EN}


@bp.get("/<token>")
@public
def info(token: str) -> Response:
    """Who asks for a signature, and where its document is."""
    try:
        challenge = _waiting(token).challenge
    except BudgetRefusal as refusal:
        return _refused(refusal)
    titles = _titles(challenge)
    facts = public_facts.places().district
    akimat = {name: getattr(facts, f"akimat_{lang}", "") for name, lang in _NAMES.items()}
    return jsonify(
        description=f"{titles['nameKz']} / {titles['nameRu']}",
        expiry_date=challenge.expires_at.isoformat(timespec="milliseconds"),
        organisation={**akimat, "bin": config().egov_bin},
        document={
            "uri": url_for("egov.signing", token=token, _external=True, _scheme=scheme()),
            "auth_type": "Token",
            "auth_token": _auth_token(token),
        },
    )


@bp.route("/<token>/document", methods=["GET", "PUT"])
@public
@accepts_upload(LARGEST_BODY)
def signing(token: str) -> Response:
    """The document to sign; with PUT, the signed one."""
    try:
        waiting = _waiting(token)
        if not _is_authorised(token):
            return problem(401, "unauthorized")
        if request.method == "GET":
            return _to_sign(waiting.challenge)
        _take(waiting, _signature(request.get_json(silent=True)))
    except BudgetRefusal as refusal:
        return _refused(refusal)
    return jsonify([])


def scheme() -> str:
    """The scheme of addresses for telephones: https, except where the service itself runs without it."""
    return "https" if config().secure_cookies else request.scheme


def _to_sign(challenge: Challenge) -> Response:
    return jsonify(
        signMethod="CMS",
        documentsToSign=[
            {
                "id": "1",
                **_titles(challenge),
                "meta": [],
                "documentCms": base64.b64encode(document(challenge)).decode(),
            }
        ],
    )


def _take(waiting: eds_challenges.Open, cms: str) -> None:
    """Check the signature and leave its IIN to the browser. A refused one uses the challenge up, an outage does not."""
    try:
        iin = eds.proven_iin(waiting.challenge, cms)
    except EdsUnavailable:
        raise
    except BudgetRefusal as refusal:
        with writing() as session:
            eds_challenges.spend(session, waiting.row_id, now=now(), refusal=refusal)
        raise
    with writing() as session:
        eds_challenges.spend_for_browser(session, waiting.row_id, iin, now=now())


def _signature(sent: Any) -> str:
    """The signature in what the telephone sends. Raises EdsInvalid."""
    documents = sent.get("documentsToSign") if isinstance(sent, Mapping) else None
    if not isinstance(documents, list) or len(documents) != 1 or not isinstance(documents[0], Mapping):
        raise EdsInvalid
    found = documents[0].get("documentCms")
    inner = documents[0].get("document")
    file = inner.get("file") if isinstance(inner, Mapping) else None
    found = found or (file.get("data") if isinstance(file, Mapping) else None)
    if not isinstance(found, str):
        raise EdsInvalid
    return found


def _waiting(token: str) -> eds_challenges.Open:
    return eds_challenges.of_phone(reading(), nonce=token, host=request.host, now=now())


def _titles(challenge: Challenge) -> dict[str, str]:
    """What the telephone shows, in each language; the number must be the one on the screen."""
    number, titles = control_number(challenge.nonce), {}
    for name, language in _NAMES.items():
        told = catalog(language).gettext(_l("Sign in at %(host)s. Number %(number)s"))
        titles[name] = told % {"host": challenge.host, "number": number}
    return titles


def _refused(refusal: BudgetRefusal) -> Response:
    return problem(_status(refusal), refusal.code, messages.text(refusal))


def _status(refusal: BudgetRefusal) -> int:
    match refusal:
        case EdsUnavailable():
            return 503
        case EdsReused():
            return 409
        case EdsExpired() if refusal.facts["what"] == "challenge":
            return 404  # unknown and over are the same answer
        case _:
            return 403


def _is_authorised(token: str) -> bool:
    sent = request.headers.get("Authorization", "").rpartition(" ")[2]
    return hmac.compare_digest(sent.encode(), _auth_token(token).encode())


def _auth_token(token: str) -> str:
    """What the telephone shows with the document: who knows the address alone can't ask for it."""
    return hmac.new(config().secret_key, f"egov:{token}".encode(), hashlib.sha256).hexdigest()
