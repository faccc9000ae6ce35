"""What must hold on every page, whoever made it. Each check yields faults in words; all are told at once.

Sources: the pages section of the project's issues, WCAG 2.2 AA, the content security policy
(`default-src 'none'`), and the look (one gold button, U+00A0 before the tenge sign).
tests/harness/test_checks.py shows each of them red on a planted page.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from tests.harness.pages import LANGUAGES, PageResponse, classes, text_of, texts_in

ERROR_PREFIX = {"kk": "Қате: ", "ru": "Ошибка: ", "en": "Error: "}
UNLABELLED = {"hidden", "submit", "button", "reset", "image"}
ENGLISH = re.compile(
    r"\b(?:the|and|of|your|you|is|are|was|not|for|with|this|that|from|have|has|been|will|be|can|on|by|or|to)\b"
    r"[ ,.]+[a-z]+",
    re.IGNORECASE,
)
LEAKS = re.compile(r"\bNone\b(?! of)|\{\{|\}\}|\{%|%\(\w*\)|\{[a-z_]+\}|<[\w.]+ object|\bUndefined\b|\bl'")
BREAKABLE_MONEY = re.compile(r"\d ?₸|\d \d{3}\u00a0₸")
SPOKEN = ("alt", "aria-label", "content", "placeholder", "title")
REFERENCES = ("aria-controls", "aria-describedby", "aria-labelledby", "aria-owns", "for", "headers", "list")
SVG = "{http://www.w3.org/2000/svg}"

Check = Callable[[PageResponse], Iterator[str]]


def check_page(page: PageResponse, app: Flask, missing: list[str] | None = None) -> None:
    """Fail with all faults of the page. `missing` are msgids its rendering asked for in vain."""
    faults = [fault for check in CHECKS for fault in check(page)]
    faults += links_resolve(page, app)
    faults += forms_carry_tokens(page, app)
    faults += [f"not in the {page.lang} catalog: {msgid!r}" for msgid in sorted(set(missing or []))]
    assert not faults, f"{page.request.path}:\n  " + "\n  ".join(faults)


def one_h1(page: PageResponse) -> Iterator[str]:
    """Exactly one h1, and it says something."""
    found = page.find_all("h1")
    if len(found) != 1:
        yield f"{len(found)} h1, one expected"
    elif not page.h1:
        yield "the h1 is empty"


def title_begins_with_h1(page: PageResponse) -> Iterator[str]:
    """The title begins with the h1; after the word for an error exactly when there is an error summary."""
    prefixes = [ERROR_PREFIX.get(page.lang, "")]
    if page.is_untranslated:
        prefixes.append(ERROR_PREFIX["en"])
    has_errors = bool(page.find_all(class_="govuk-error-summary"))
    wanted = [(prefix if has_errors else "") + page.h1 for prefix in prefixes]
    if not page.title.startswith(tuple(wanted)):
        yield f"the title {page.title!r} does not begin with {wanted[0]!r}"


def fields_have_labels(page: PageResponse) -> Iterator[str]:
    """Everything one can fill in has a label, every button a text, every group of radios a legend."""
    labelled = {label.get("for") for label in page.find_all("label") if text_of(label)}
    wrapped = {id(inner) for label in page.find_all("label") if text_of(label) for inner in label.iter()}
    grouped = {id(inner) for group in page.find_all("fieldset") if _legend(group) for inner in group.iter()}
    for field in (*page.find_all("input"), *page.find_all("select"), *page.find_all("textarea")):
        kind = field.get("type", "text") if field.tag == "input" else field.tag
        spoken = field.get("aria-label") or field.get("aria-labelledby")
        has_label = field.get("id") in labelled or id(field) in wrapped or spoken
        if kind not in UNLABELLED and not has_label:
            yield f"no label: {_name(field)}"
        if kind == "radio" and id(field) not in grouped:
            yield f"no fieldset with a legend around {_name(field)}"
    for button in page.find_all("button"):
        if not (text_of(button) or button.get("aria-label")):
            yield f"a button without text: {_name(button)}"


def _legend(group: Element) -> str:
    return text_of(group.find("./legend")) or group.get("aria-labelledby", "")


def ids_are_unique(page: PageResponse) -> Iterator[str]:
    """No id twice."""
    ids = Counter(element.get("id") for element in page.find_all() if element.get("id"))
    yield from (f"id {name!r} stands {count} times" for name, count in ids.items() if count > 1)


def references_exist(page: PageResponse) -> Iterator[str]:
    """Whatever points at an id points at one that exists, in-page links too."""
    ids = {element.get("id") for element in page.find_all()}
    for element in page.find_all():
        targets = {target for name in REFERENCES for target in element.get(name, "").split()}
        href = element.get("href", "")
        if element.tag == "a" and href.startswith("#") and len(href) > 1:
            targets.add(href[1:])
        yield from (f"{_name(element)} points at no id {target!r}" for target in sorted(targets - ids))


def html_is_valid(page: PageResponse) -> Iterator[str]:
    """No parse errors."""
    yield from (f"invalid HTML, {fault}" for fault in page.parse_faults)


def language_is_of_the_address(page: PageResponse) -> Iterator[str]:
    """/kk/… says lang="kk"; an address without a language says one of the three."""
    first = page.request.path.split("/")[1]
    allowed = (first,) if first in LANGUAGES else LANGUAGES
    if page.lang not in allowed:
        yield f"lang is {page.lang!r}, the address says {' or '.join(allowed)}"


def no_english_left(page: PageResponse) -> Iterator[str]:
    """Kazakh and Russian pages hold no English sentence that never went through gettext."""
    if page.lang not in ("kk", "ru") or page.is_untranslated:
        return
    for lang, text in (*texts_in(page.root), *_spoken(page)):
        if lang == "" and (found := ENGLISH.search(text)):
            yield f"English on a {page.lang} page: {text[max(0, found.start() - 20) : found.end() + 30]!r}"


def nothing_leaks(page: PageResponse) -> Iterator[str]:
    """No None, no template or format marks where people read."""
    for lang, text in (("", page.title), *texts_in(page.root), *_spoken(page)):
        if lang != "code" and (found := LEAKS.search(text)):
            yield f"{found.group()!r} in {text[:80]!r}"


def _spoken(page: PageResponse) -> Iterator[tuple[str, str]]:
    for element in page.find_all():
        for name in SPOKEN:
            if element.get(name) and not (
                name == "content" and element.get("name") in ("viewport", "robots")
            ):
                yield element.get("lang", "") if element.tag != "html" else "", element.get(name, "")


def images_have_texts(page: PageResponse) -> Iterator[str]:
    """img has alt; a drawing is either named or hidden from readers."""
    yield from (f"no alt: {_name(image)}" for image in page.find_all("img") if image.get("alt") is None)
    for drawing in page.find_all(f"{SVG}svg"):
        named = (
            drawing.get("aria-label")
            or drawing.get("aria-labelledby")
            or drawing.find(f"{SVG}title") is not None
        )
        if drawing.get("aria-hidden") != "true" and not (drawing.get("role") == "img" and named):
            yield f"a drawing neither named (role=img) nor aria-hidden: {_name(drawing)}"


def policy_holds(page: PageResponse) -> Iterator[str]:
    """Nothing the content security policy would block: no inline style, script or handler."""
    for element in page.find_all():
        if element.get("style") is not None or element.tag == "style":
            yield f"inline style: {_name(element)}"
        data_block = element.get("type", "").endswith("json")
        if element.tag == "script" and not element.get("src") and not data_block:
            yield "inline script"
        yield from (f"{name} on {_name(element)}" for name in element.attrib if str(name).startswith("on"))
        if element.get("href", "").lower().startswith("javascript:"):
            yield f"javascript: in {_name(element)}"


def tables_have_headers(page: PageResponse) -> Iterator[str]:
    """A table names its columns and itself."""
    for table in page.find_all("table"):
        if table.find(".//th") is None:
            yield f"a table without th: {_name(table)}"
        if not (text_of(table.find("./caption")) or table.get("aria-labelledby") or table.get("aria-label")):
            yield f"a table without a caption: {_name(table)}"


def money_does_not_break(page: PageResponse) -> Iterator[str]:
    """U+00A0 between groups and before the sign."""
    for _, text in texts_in(page.root):
        if BREAKABLE_MONEY.search(text):
            yield f"money that can break: {text[:80]!r}"


def one_gold_button(page: PageResponse) -> Iterator[str]:
    """One thing to do now; everything else is secondary or a link."""
    quiet = ("govuk-button--secondary", "govuk-button--warning", "govuk-button--inverse")
    gold = [
        text_of(element)
        for element in page.find_all(class_="govuk-button")
        if not any(name in classes(element) for name in quiet)
    ]
    if len(gold) > 1:
        yield f"{len(gold)} gold buttons: {', '.join(gold)}"


def links_resolve(page: PageResponse, app: Flask) -> Iterator[str]:
    """Every address of our own that the page names leads to a route, with the right method."""
    adapter = app.url_map.bind(page.request.host)
    methods = {
        id(inner): form.get("method", "get") for form in page.find_all("form") for inner in form.iter()
    }
    for element in page.find_all():
        is_sending = element.tag in ("form", "button", "input")
        method = (
            (element.get("formmethod") or methods.get(id(element), "get")).upper() if is_sending else "GET"
        )
        for name in ("href", "src", "action", "formaction"):
            address = element.get(name)
            if address is None or address.startswith("#"):
                continue
            parts = urlsplit(urljoin(page.request.url, address))
            if parts.scheme not in ("http", "https") or parts.netloc != page.request.host:
                continue
            try:
                adapter.match(parts.path, method=method)
            except RequestRedirect:
                continue
            except HTTPException as refusal:
                yield f"{name}={address!r} leads nowhere ({method}: {refusal.code})"


def forms_carry_tokens(page: PageResponse, app: Flask) -> Iterator[str]:
    """Each form that changes something carries its CSRF token."""
    if not app.config.get("WTF_CSRF_ENABLED", True):
        return
    for form in page.find_all("form"):
        if form.get("method", "get").lower() == "post" and form.find(".//input[@name='csrf_token']") is None:
            yield f"a form without csrf_token: {_name(form)}"


def _name(element: Element) -> str:
    marks = "".join(
        f' {name}="{element.get(name)}"'
        for name in ("id", "name", "class", "action", "href", "src")
        if element.get(name)
    )
    return f"<{str(element.tag).removeprefix(SVG)}{marks}>"


CHECKS: tuple[Check, ...] = (
    one_h1,
    title_begins_with_h1,
    fields_have_labels,
    ids_are_unique,
    references_exist,
    html_is_valid,
    language_is_of_the_address,
    no_english_left,
    nothing_leaks,
    images_have_texts,
    policy_holds,
    tables_have_headers,
    money_does_not_break,
    one_gold_button,
)
