"""Languages: the first part of every page's address, Kazakh first, and no silent fallback.

Catalogs are written by hand in views/translations; English is the language of the msgids.
"""

from typing import Any, cast
from urllib.parse import quote

from flask import Flask, g, has_request_context, request

from models.enums import Language

LANGUAGES: tuple[tuple[str, str], ...] = (("kk", "ҚАЗ"), ("ru", "РУС"), ("en", "ENG"))
PREFIX = "/<any(kk, ru, en):lang>"
TIME_ZONE = "Asia/Almaty"


def current_language() -> Language:
    """The language of this request: from the address, else (errors outside a page) from the browser."""
    kept = g._get_current_object()  # noqa: SLF001  # once: a page asks some fifty times
    try:
        return kept.lang  # type: ignore[no-any-return]
    except AttributeError:
        kept.lang = _from_request() if has_request_context() else Language.KK
        return cast(Language, kept.lang)


def _from_request() -> Language:
    first = request.path.split("/", 2)[1]
    if first in set(Language):
        return Language(first)
    return Language(request.accept_languages.best_match(list(Language)) or Language.KK)


def switch_language_url(language: str) -> str:
    """This page in another language, with its query; the start page where there is no page to come back to."""
    kept = g._get_current_object()  # noqa: SLF001  # a page names five such addresses
    try:
        before, after = kept.around_language
    except AttributeError:
        before, after = kept.around_language = f"{request.script_root}/", _after_language()
    return f"{before}{language}{after}"


def _after_language() -> str:
    rule = request.url_rule
    if rule is None or not rule.rule.startswith(PREFIX) or "GET" not in (rule.methods or ()):
        return "/"
    path = quote(request.path[3:], safe="/!$&'()*+,:;=@")
    query = quote(request.query_string, safe="/!$&'()*+,:;=@?%")
    return f"{path}?{query}" if query else path


def init_app(app: Flask) -> None:
    """Take `lang` out of the address, and put it into every address built."""

    @app.url_value_preprocessor
    def _take_language(_endpoint: str | None, values: dict[str, Any] | None) -> None:
        if values and "lang" in values:
            g.lang = Language(values.pop("lang"))

    @app.url_defaults
    def _give_language(endpoint: str, values: dict[str, Any]) -> None:
        if "lang" not in values and app.url_map.is_endpoint_expecting(endpoint, "lang"):
            values["lang"] = str(current_language())
