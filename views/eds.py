"""Electronic signatures at the edge: who checks them here, and the proof of one signature.

Signing in, and signing protocols, by EDS is offered where `NCANODE_URL` names an NCANode. A demonstration has none and does not offer it.
"""

from functools import lru_cache
from typing import Protocol

from flask import current_app

from budget.identity.eds import Answer, Challenge, Signer, document, signer_of, tidy_cms
from budget.identity.eds_refusals import EdsUnavailable
from budget.identity.ncanode import NcaNode
from views.request_scope import close_reading, config, now


class Checker(Protocol):
    """Asks whether a signature is good."""

    def check(self, cms: str, document: bytes) -> Answer:
        """Ask about a signature (base64) of `document`. Raises EdsInvalid, EdsForeign, EdsUnavailable."""


def checker() -> Checker | None:
    """What this installation checks with; tests put their own into `app.extensions["eds_checker"]`."""
    url = config().ncanode_url
    found: Checker | None = current_app.extensions.get("eds_checker") or (_client(url) if url else None)
    return found


def is_offered() -> bool:
    """Can people sign in, and sign, with an electronic signature here?"""
    return checker() is not None


def proven_iin(challenge: Challenge, cms: str) -> str:
    """The IIN of who signed this challenge. Raises what `proven_signer` does."""
    return proven_signer(challenge, cms).iin


def proven_signer(challenge: Challenge, cms: str) -> Signer:
    """Who signed this challenge. No database is held meanwhile: NCANode may take seconds.

    Raises the refusals of `budget.identity.eds.signer_of`, and EdsUnavailable.
    """
    asked = checker()
    if asked is None:
        raise EdsUnavailable
    close_reading()
    signed = document(challenge)
    return signer_of(asked.check(tidy_cms(cms), signed), signed, now=now())


@lru_cache(maxsize=2)
def _client(url: str) -> NcaNode:
    return NcaNode(url)
