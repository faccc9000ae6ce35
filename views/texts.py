"""gettext for pages: the catalogs of views/translations, and what they say kept ready for each language.

A page asks for hundreds of texts; the catalog itself takes 2 µs for each, what is kept here a third of one. The
language is the one of the request. For another one, or where there is no request (a job, a document), ask
`catalog(language)`. English is the language of the msgids and has no catalog.
"""

from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path
from typing import Any, cast

from flask import Flask, g
from markupsafe import Markup

from models.enums import Language
from views.i18n import current_language
from views.templating import piece

CATALOGS = Path(__file__).parent / "translations"


@cache
def catalog(language: Language) -> NullTranslations:
    """The texts of one language."""
    return translation("messages", CATALOGS, [language.value], fallback=True)


def gettext(message: str, **values: Any) -> str:
    """The text in the language of the request, with its named places filled."""
    text = _said()[message]
    return text % values if values else text


def ngettext(singular: str, plural: str, num: int, **values: Any) -> str:
    """The form for `num`, which is also `%(num)s`."""
    return catalog(current_language()).ngettext(singular, plural, num) % {"num": num, **values}


def mark(message: str) -> str:
    """Only lets the extraction of texts see a message that is translated when it is shown."""
    return message


class LazyText:
    """A text that is looked up when it is shown: for what is written down before there is a request."""

    __slots__ = ("_message", "_values")

    def __init__(self, message: str, **values: Any) -> None:
        self._message, self._values = message, values

    def __str__(self) -> str:
        return gettext(self._message, **self._values)

    def __mod__(self, values: Any) -> str:
        return str(str(self) % values)


def lazy(message: str, **values: Any) -> Any:  # the types of WTForms know `str` alone
    """The text, looked up when it is shown. A function for the collection of texts, which knows it as `_l`."""
    return LazyText(message, **values)


def init_app(app: Flask) -> None:
    """Let templates use these. A text is markup, its values are escaped."""

    def said(message: str, **values: Any) -> Markup:
        text = _said()[message]
        return Markup(text % _escaped(values) if values or "%" in text else text)  # noqa: S704  # ours

    def counted(singular: str, plural: str, num: int, **values: Any) -> Markup:
        text = catalog(current_language()).ngettext(singular, plural, num)
        return Markup(text % {"num": num, **_escaped(values)})  # noqa: S704  # ours

    app.jinja_env.globals |= {"_": said, "gettext": said, "ngettext": counted}


class _Said(dict[str, str]):
    """The texts of one language that were asked for. One without a translation is looked for each time: tests note it."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._catalog = catalog(language)

    def __missing__(self, message: str) -> str:
        text = self._catalog.gettext(message)
        if text != message:
            self[message] = text
        return text


said_in = cache(_Said)


def _said() -> _Said:
    kept = g._get_current_object()  # noqa: SLF001  # a look through the proxy costs as much as a text
    try:
        return kept.said  # type: ignore[no-any-return]
    except AttributeError:
        kept.said = said_in(current_language())
        return cast(_Said, kept.said)


def _escaped(values: dict[str, Any]) -> dict[str, str]:
    return {name: piece(value) for name, value in values.items()}
