"""Addresses of many things of one kind at the price of one `url_for`, which takes some 30 µs each time.

Only for values that need no quoting in an address: public ids and slugs are letters, digits and hyphens.
"""

from collections.abc import Callable
from typing import Any, cast

from flask import request, url_for

from views.i18n import current_language

_HOLE = "0hole0"
_kept: dict[tuple[str, str, str], str] = {}


def many(endpoint: str, name: str, suffix: str = "") -> Callable[[str], str]:
    """`many("public.project", "public_id")("p2345")` is `url_for("public.project", public_id="p2345")`."""
    before, after = url_for(endpoint, **cast(dict[str, Any], {name: _HOLE + suffix})).split(_HOLE)
    return lambda value: f"{before}{value}{after}"


def fixed(endpoint: str) -> str:
    """The address of a page without parts of its own, in the language of the request; computed once."""
    key = (request.script_root, current_language().value, endpoint)
    if key not in _kept:
        _kept[key] = url_for(endpoint)
    return _kept[key]
