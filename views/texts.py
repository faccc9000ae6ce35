"""gettext for pages, with the catalog looked up once a request.

flask-babel looks for locale and catalog at each text, about 20 µs, and Jinja's own way to it takes 5 more; a list asks
for hundreds. The catalog is still flask-babel's. The language is the one of the request: to write in another one
(a notice), use flask-babel itself.
"""

from typing import Any, Protocol, cast

from flask import Flask, g
from flask_babel import get_domain
from markupsafe import Markup


class _Catalog(Protocol):
    def ugettext(self, message: str) -> str: ...
    def ungettext(self, singular: str, plural: str, n: int) -> str: ...


def gettext(message: str, **values: Any) -> str:
    """The text in the language of the request, with its named places filled."""
    text = _catalog().ugettext(message)
    return text % values if values else text


def ngettext(singular: str, plural: str, num: int, **values: Any) -> str:
    """The form for `num`, which is also `%(num)s`."""
    return _catalog().ungettext(singular, plural, num) % {"num": num, **values}


def mark(message: str) -> str:
    """Only lets the extraction of texts see a message that is translated when it is shown."""
    return message


def init_app(app: Flask) -> None:
    """Let templates use these; the extension itself is flask-babel's. A text is markup, its values are escaped."""

    def said(message: str, **values: Any) -> Markup:
        text = Markup(_catalog().ugettext(message))  # noqa: S704  # the catalogs are ours
        return text % values if values or "%" in text else text

    def counted(singular: str, plural: str, num: int, **values: Any) -> Markup:
        text = Markup(_catalog().ungettext(singular, plural, num))  # noqa: S704
        return text % {"num": num, **values}

    app.jinja_env.globals |= {"_": said, "gettext": said, "ngettext": counted}


def _catalog() -> _Catalog:
    kept = g._get_current_object()  # noqa: SLF001  # a look through the proxy costs as much as a text
    if "catalog" not in kept:
        kept.catalog = get_domain().get_translations()
    return cast(_Catalog, kept.catalog)
