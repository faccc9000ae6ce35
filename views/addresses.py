"""Addresses of pages: `flask.url_for` takes some 20 µs each time, and a page has dozens, mostly the same ones.

Pages and templates take `url_for` from here; redirects may take Flask's own.
"""

from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any, cast

import flask
from flask import request
from werkzeug.urls import uri_to_iri

from models.enums import Language
from views.i18n import current_language, switch_language_url

_HOLE = "0hole0"


def url_for(endpoint: str, **values: Any) -> str:
    """`flask.url_for`, asked once for each endpoint, values and language. With `_external` the host of this request
    stands in front, for what is read outside the site. An address that holds a token or a receipt takes Flask's own,
    which keeps nothing."""
    host = _host() if values.pop("_external", False) else ""
    return host + _built(request.script_root, current_language(), endpoint, tuple(values.items()))


def of_this_page() -> str:
    """The whole address of the page as people read it."""
    address = _host() + switch_language_url(current_language())
    return uri_to_iri(address) if "%" in address else address


def many(endpoint: str, name: str, suffix: str = "") -> Callable[[str], str]:
    """`many("public.project", "public_id")("p2345")` is `url_for("public.project", public_id="p2345")`.

    Only for values that need no quoting in an address: public ids and slugs are letters, digits and hyphens.
    """
    before, after = url_for(endpoint, **cast(dict[str, Any], {name: _HOLE + suffix})).split(_HOLE)
    return lambda value: f"{before}{value}{after}"


def _host() -> str:
    return f"{request.scheme}://{request.host}"


@lru_cache(maxsize=1024)
def _built(
    _script_root: str, _language: Language, endpoint: str, values: tuple[tuple[str, Hashable], ...]
) -> str:
    """The first two are part of every address and therefore of the key."""
    return flask.url_for(endpoint, **cast(dict[str, Any], dict(values)))
