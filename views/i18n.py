"""Languages: the first part of every page's address, Kazakh first, and no silent fallback.

Catalogs are written by hand in views/translations; English is the language of the msgids.
"""

from typing import Any, cast

from flask import Flask, g, has_request_context, request, url_for
from flask_babel import Babel

from models.enums import Language

LANGUAGES: tuple[tuple[str, str], ...] = (("kk", "ҚАЗ"), ("ru", "РУС"), ("en", "ENG"))
PREFIX = "/<any(kk, ru, en):lang>"
TIME_ZONE = "Asia/Almaty"


def current_language() -> Language:
    """The language of this request: from the address, else (errors outside a page) from the browser."""
    kept = g._get_current_object()  # noqa: SLF001  # once: a page asks some fifty times
    if "lang" not in kept:
        kept.lang = _from_request() if has_request_context() else Language.KK
    return cast(Language, kept.lang)


def _from_request() -> Language:
    first = request.path.split("/", 2)[1]
    if first in set(Language):
        return Language(first)
    return Language(request.accept_languages.best_match(list(Language)) or Language.KK)


def switch_language_url(language: str) -> str:
    """This page in another language, with its query; the start page where there is no page to come back to.

    A page names five such addresses; they differ in their first part only, so one is built.
    """
    built = cast(str | None, g.get("own_address"))
    if built is None:
        built = g.own_address = _address_in(current_language())
    before = f"{request.script_root}/"
    rest = built.removeprefix(f"{before}{current_language()}/")
    return _address_in(language) if rest == built else f"{before}{language}/{rest}"


def _address_in(language: str) -> str:
    rule = request.url_rule
    if (
        request.endpoint is None
        or request.view_args is None
        or rule is None
        or "GET" not in (rule.methods or ())
    ):
        return url_for("public.home", lang=language)
    values = {**request.view_args, **request.args.to_dict(flat=False), "lang": language}
    return url_for(request.endpoint, **values)


def init_app(app: Flask) -> None:
    """Take `lang` out of the address, put it into every address built, and set up the catalogs."""
    Babel(
        app,
        locale_selector=lambda: str(current_language()),
        timezone_selector=lambda: TIME_ZONE,
        default_translation_directories="translations",
    )

    @app.url_value_preprocessor
    def _take_language(_endpoint: str | None, values: dict[str, Any] | None) -> None:
        if values and "lang" in values:
            g.lang = Language(values.pop("lang"))

    @app.url_defaults
    def _give_language(endpoint: str, values: dict[str, Any]) -> None:
        if "lang" not in values and app.url_map.is_endpoint_expecting(endpoint, "lang"):
            values["lang"] = str(current_language())
