"""What a resident signs electronically, and what must be true of the answer that checks the signature; pure.

A person signs an authorisation and nothing else: canonical JSON of a nonce, the cycle ("" when none is meant), the
purpose, the host and two instants. The choice is never in it. Who signs a protocol of the council signs the same with
the SHA-256 of the document. NCANode (github.com/malikzh/NCANode, 3.x) checks the
signature, the chain and the revocation; this module reads its answer and trusts it no further than its source allows:

- a signature that carries its own content is checked over that content, whatever `data` was sent along (CmsService.
  verify), so what it carries is compared with our document here;
- no signer, or a signer without a certificate, is called valid by it, so exactly one of each is asked for.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from budget.identity.eds_refusals import EdsExpired, EdsForeign, EdsInvalid, EdsOrganisation, EdsRevoked
from models.enums import EdsWay

PURPOSE = "sign-in"
PROTOCOL = "protocol"
"""What a signature is for."""
LIFETIME: Mapping[EdsWay, timedelta] = {
    EdsWay.NCALAYER: timedelta(minutes=10),
    EdsWay.EGOV: timedelta(seconds=180),  # eGov Mobile's own limit
}
LONGEST_CMS = 64 * 1024
"""Characters of base64; a signature of a person with its chain and a time stamp has about 15,000."""

LONGEST_NAME = 200

_IIN = re.compile("[0-9]{12}")
_PEM = re.compile(r"-----(?:BEGIN|END)[A-Z0-9 ]*-----|\s")


@dataclass(frozen=True)
class Challenge:
    """What one browser asks to be signed, once."""

    nonce: str = field(repr=False)
    cycle: str
    host: str
    issued_at: datetime
    expires_at: datetime
    purpose: str = PURPOSE
    sha256: str = ""
    """Of the document that is signed, where there is one."""


@dataclass(frozen=True)
class Signer:
    """Who signed: the IIN, for this moment only, and the name in the certificate."""

    iin: str = field(repr=False)
    name: str


@dataclass(frozen=True)
class Answer:
    """What NCANode says: `verification` of `/cms/verify`, and the `content` the signature carries (None: it carries
    none, and was checked over the document that was sent along)."""

    verification: Mapping[str, Any] = field(repr=False)
    content: bytes | None = field(repr=False)


def document(challenge: Challenge) -> bytes:
    """The bytes to sign: the same for the same challenge, on whichever server they are made."""
    content = {
        "cycle": challenge.cycle,
        "expires": _instant(challenge.expires_at),
        "host": challenge.host,
        "issued": _instant(challenge.issued_at),
        "nonce": challenge.nonce,
        "purpose": challenge.purpose,
    }
    if challenge.sha256:
        content["sha256"] = challenge.sha256
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def control_number(nonce: str) -> str:
    """Three digits shown on the screen and on the phone: a code held before somebody by a stranger has others."""
    return f"{int.from_bytes(hashlib.sha256(f'control:{nonce}'.encode()).digest()[:8], 'big') % 1000:03d}"


def tidy_cms(text: str) -> str:
    """A signature as sent (base64, perhaps between PEM lines) as plain base64. Raises EdsInvalid."""
    plain = _PEM.sub("", text) if len(text) <= LONGEST_CMS else ""
    try:
        raw = base64.b64decode(plain, validate=True)
    except binascii.Error:
        raw = b""
    if not raw:
        raise EdsInvalid
    return plain


def signer_of(answer: Answer, signed: bytes, *, now: datetime) -> Signer:
    """The person who signed exactly `signed` with a certificate that is good `now`.

    Raises: EdsForeign, EdsOrganisation, EdsRevoked, EdsExpired, EdsInvalid.
    """
    if answer.content is not None and answer.content != signed:
        raise EdsForeign
    certificate = _only(_only(answer.verification, "signers"), "certificates")
    subject = certificate.get("subject")
    if not isinstance(subject, Mapping):
        raise EdsInvalid
    _check_person(certificate, subject)
    _check_certificate(certificate, now)
    if answer.verification.get("status") != 200:
        raise EdsInvalid
    if answer.verification.get("valid") is not True:
        # The certificate is good and the signature is not: without content of its own, it is over something else.
        raise EdsInvalid if answer.content is not None else EdsForeign
    iin = subject.get("iin")
    if not isinstance(iin, str) or not _IIN.fullmatch(iin):
        raise EdsInvalid
    return Signer(iin, _name(subject))


def _name(subject: Mapping[str, Any]) -> str:
    """Surname and first name, then the patronymic, which NCANode calls `lastName`; "" where there is none to show.

    A name is shown to everybody, so digits, which could be an IIN, make it none.
    """
    parts = [subject.get(name) for name in ("commonName", "lastName")]
    name = " ".join(" ".join(part.split()) for part in parts if isinstance(part, str) and part.strip())
    return "" if any(char.isdigit() for char in name) else name[:LONGEST_NAME]


def _check_person(certificate: Mapping[str, Any], subject: Mapping[str, Any]) -> None:
    users = certificate.get("keyUser")
    kinds = set(users) if isinstance(users, list) else set()
    if subject.get("bin") or "ORGANIZATION" in kinds:
        raise EdsOrganisation
    if "INDIVIDUAL" not in kinds:
        raise EdsInvalid


def _check_certificate(certificate: Mapping[str, Any], now: datetime) -> None:
    revocations = certificate.get("revocations")
    checks = [one for one in revocations if isinstance(one, Mapping)] if isinstance(revocations, list) else []
    if any(one.get("revoked") is not False for one in checks):
        raise EdsRevoked
    if not _moment(certificate.get("notBefore")) <= now < _moment(certificate.get("notAfter")):
        raise EdsExpired(what="certificate")
    is_checked = any(one.get("by") == "OCSP" for one in checks)
    if not is_checked or certificate.get("valid") is not True:
        raise EdsInvalid


def _only(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The one element of a list; two signatures in one file are as wrong as none."""
    found = holder.get(name)
    if not isinstance(found, list) or len(found) != 1 or not isinstance(found[0], Mapping):
        raise EdsInvalid
    return found[0]


def _moment(value: object) -> datetime:
    """A date as Jackson writes it: ISO 8601, or milliseconds."""
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if isinstance(value, int):
            return datetime.fromtimestamp(value / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    raise EdsInvalid


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
