"""A rendered page as tests see it: parsed once, with the words and parts people see.

`PageResponse` is what the checked client returns; `check_page` (tests/harness/checks.py) judges it.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask import Response

LANGUAGES = ("kk", "ru", "en")
UNSEEN = {"script", "style", "template", "head", "noscript"}


class PageResponse(Response):
    """Flask's answer with the parts of its page. Elements are xml.etree's, without a namespace (SVG keeps its).

    `is_untranslated` says that English is let pass in Kazakh and Russian pages (`--untranslated=ignore`)."""

    is_untranslated = False

    @cached_property
    def _parsed(self) -> tuple[Element, list[str]]:
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        root = parser.parse(self.get_data(as_text=True))
        faults = [f"line {place[0]}: {code} {facts or ''}".rstrip() for place, code, facts in parser.errors]
        return root, faults

    @property
    def root(self) -> Element:
        """The html element."""
        return self._parsed[0]

    @property
    def parse_faults(self) -> list[str]:
        """What a strict HTML parser says against the page."""
        return self._parsed[1]

    @property
    def main(self) -> Element:
        """The main element, or the whole page where there is none."""
        found = self.root.find(".//main")
        return self.root if found is None else found

    @property
    def lang(self) -> str:
        """The language the page says it is in."""
        return self.root.get("lang", "")

    @property
    def h1(self) -> str:
        """Text of the (first) h1."""
        return text_of(self.root.find(".//h1"))

    @property
    def title(self) -> str:
        """Text of the title element."""
        return text_of(self.root.find(".//title"))

    @property
    def visible(self) -> str:
        """All visible text, white space collapsed (a no-break space stays what it is)."""
        return collapse(" ".join(text for _, text in texts_in(self.root)))

    @property
    def links(self) -> list[str]:
        """Addresses linked from main, in order."""
        return [element.get("href", "") for element in self.main.iter("a")]

    @property
    def errors(self) -> dict[str, str]:
        """Messages of the error summary by the id they link to ("" where they link to nothing)."""
        found = {}
        for summary in self.find_all("div", class_="govuk-error-summary"):
            for item in summary.iter("li"):
                link = item.find("a")
                target = "" if link is None else link.get("href", "").removeprefix("#")
                found[target] = text_of(item)
        return found

    def find_all(self, tag: str = "*", *, class_: str | None = None, **attributes: str) -> list[Element]:
        """Elements by tag, class and attributes (`data_x="…"` finds data-x)."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            element
            for element in self.root.iter()
            if isinstance(element.tag, str)
            and tag in ("*", element.tag)
            and (class_ is None or class_ in classes(element))
            and all(element.get(name) == value for name, value in wanted.items())
        ]

    def find(self, tag: str = "*", *, class_: str | None = None, **attributes: str) -> Element:
        """The one such element; fails when there is none or there are several."""
        found = self.find_all(tag, class_=class_, **attributes)
        assert len(found) == 1, f"{len(found)} elements {tag} {class_ or ''} {attributes or ''}, one expected"
        return found[0]


def classes(element: Element) -> list[str]:
    """The class attribute as a list."""
    return element.get("class", "").split()


def collapse(text: str) -> str:
    """One plain space for every run of breakable white space."""
    return re.sub(r"[ \t\r\n]+", " ", text).strip()


def text_of(element: Element | None) -> str:
    """All text inside, collapsed; "" for no element."""
    return "" if element is None else collapse("".join(element.itertext()))


def texts_in(element: Element, lang: str = "") -> Iterator[tuple[str, str]]:
    """(language, text) of each visible run of text; language is the nearest `lang` attribute's below
    `element`, "code" in code and preformatted text, "" in the page's own language."""
    if not isinstance(element.tag, str) or element.tag in UNSEEN:
        return
    inner = lang
    if element.tag != "html" and element.get("lang"):
        inner = element.get("lang", "")
    elif element.tag in ("code", "pre", "kbd", "samp"):
        inner = "code"
    if element.text and element.text.strip():
        yield inner, collapse(element.text)
    for child in element:
        yield from texts_in(child, inner)
        if child.tail and child.tail.strip():
            yield inner, collapse(child.tail)


def is_html(response: Any) -> bool:
    """A page with a body (redirects and 304 have none to judge)."""
    return response.mimetype == "text/html" and not 300 <= response.status_code < 400 and bool(response.data)
