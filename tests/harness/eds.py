"""Signing in with an electronic signature in view tests: the pages, and what NCALayer would give back."""

import base64
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlmodel import SQLModel, select

from tests.harness.client import PageClient
from tests.harness.ncanode import sign
from tests.harness.pages import PageResponse
from tests.harness.people import test_iin

PERSON = test_iin(1)
UNKNOWN = test_iin(2)
REFUSED = {
    "organisation": "an organisation’s key",
    "expired": "out of its dates",
    "revoked": "certificate was revoked",
    "broken": "could not be confirmed",
    "unknown": "could not be confirmed",
    "foreign": "Something else was signed",
    "garbage": "could not be confirmed",
    "empty": "could not be confirmed",
}
"""What an English page says to each kind of bad signature."""


def begin(
    client: PageClient, way: str = "ncalayer", lang: str = "en", target: str | None = None
) -> PageResponse:
    """The page of a way to sign, as reached by its button."""
    page = client.get(f"/{lang}/sign-in", query_string={"next": target} if target else {})
    found: PageResponse = client.submit(page, form=f"#{way}-form", follow_redirects=True)
    return found


def to_sign(page: PageResponse) -> bytes:
    """The text the page asks to be signed."""
    return (page.find(id="to-sign").text or "").encode()


def signature(page: PageResponse, iin: str = PERSON, kind: str = "individual", **how: Any) -> str:
    """What NCALayer would give back for the page's text; "foreign" signs something else."""
    match kind:
        case "foreign":
            return sign(b"a contract of sale", iin, **how)
        case "garbage":
            return base64.b64encode(b"no signature").decode()
        case "empty":
            return ""
        case _:
            return sign(to_sign(page), iin, kind, **how)


def send(client: PageClient, page: PageResponse, cms: str, **kwargs: Any) -> Any:
    """Post the signature as NCALayer's page does."""
    return client.submit(page, extra={"cms": cms}, form="#signature-form", **kwargs)


def rows(app: Flask, model: type[SQLModel]) -> list[Any]:
    """All rows of a table, the oldest first."""
    with app.extensions["database"].reading() as session:
        return list(session.exec(select(model).order_by(*sa.inspect(model).primary_key)).all())


def told(page: PageResponse) -> str:
    """The one complaint at the head of the page."""
    (complaint,) = page.errors.values()
    return complaint
