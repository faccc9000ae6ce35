"""What a receipt leads to: its place in the public log, as a link and as a QR code for another telephone."""

from typing import Any

import flask

from views import qr
from views.texts import gettext as _


def log_links(slug: str, receipt: bytes | None) -> dict[str, Any]:
    """`lookup_href` and `lookup_qr` for the receipt page; both empty once the envelopes are separated."""
    if receipt is None:
        return {"lookup_href": "", "lookup_qr": ""}
    values: dict[str, Any] = {"slug": slug, "receipt": receipt.hex()}
    whole = flask.url_for("public.ballot_log_receipt", _external=True, **values)
    return {
        "lookup_href": flask.url_for("public.ballot_log_receipt", **values),
        "lookup_qr": qr.svg(whole, _("The receipt as a QR code")),
    }
