"""Filling in a form as a browser would: what the page offers is what can be sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from tests.harness.pages import PageResponse, text_of

BUTTONS = ("submit", "image")
SILENT = ("button", "reset", *BUTTONS)


@dataclass(frozen=True)
class Submission:
    """One filled form: where it goes and what it says. `data` holds lists of values per name."""

    address: str
    method: str
    is_multipart: bool
    data: dict[str, list[Any]] = field(default_factory=dict)


def fill(
    page: PageResponse,
    values: Mapping[str, Any],
    *,
    form: int | str = 0,
    button: str | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Submission:
    """The form's own data changed by `values`; a name or option it does not offer fails.

    A value is a string, a list (several boxes), a (file, name) pair, or None to empty the field.
    `extra` is added unchecked: what somebody would send without using the page.
    """
    element = choose_form(page, form)
    data = current_data(element)
    for name, value in values.items():
        data[name] = _accepted(element, name, value)
    pressed = choose_button(element, button)
    if pressed is not None and pressed.get("name"):
        data[pressed.get("name", "")] = [pressed.get("value", "")]
    for name, value in (extra or {}).items():
        data[name] = _as_list(value)
    action = (pressed.get("formaction") if pressed is not None else None) or element.get("action") or ""
    return Submission(
        address=urljoin(page.request.url, action),
        method=element.get("method", "get").upper(),
        is_multipart=element.get("enctype", "").startswith("multipart"),
        data={name: found for name, found in data.items() if found},
    )


def choose_form(page: PageResponse, which: int | str) -> Element:
    """The form by its number in main (from 0) or "#id"."""
    if isinstance(which, str):
        return page.find("form", id=which.removeprefix("#"))
    found = list(page.main.iter("form"))
    assert len(found) > which, f"{page.request.path} has {len(found)} forms in main"
    return found[which]


def choose_button(form: Element, text: str | None) -> Element | None:
    """The submit button with this text; the first one without a text, as the Enter key would."""
    found = [button for button in form.iter("button") if button.get("type", "submit") == "submit"]
    found += [button for button in form.iter("input") if button.get("type") in BUTTONS]
    if text is None:
        return found[0] if found else None
    named = [button for button in found if (text_of(button) or button.get("value")) == text]
    assert named, (
        f"no button {text!r}; there are {[text_of(button) or button.get('value') for button in found]}"
    )
    return named[0]


def current_data(form: Element) -> dict[str, list[Any]]:
    """What the form would send untouched."""
    data: dict[str, list[Any]] = {}
    for element in form.iter():
        name = element.get("name")
        if not name or element.get("disabled") is not None:
            continue
        values = _current(element)
        data.setdefault(name, []).extend(values)
    return data


def _current(element: Element) -> list[str]:
    if element.tag == "textarea":
        return ["".join(element.itertext()).removeprefix("\n")]
    if element.tag == "select":
        options = list(element.iter("option"))
        chosen = [option for option in options if option.get("selected") is not None]
        if not chosen and element.get("multiple") is None:
            chosen = options[:1]
        return [_value(option) for option in chosen]
    kind = element.get("type", "text")
    if element.tag != "input" or kind in (*SILENT, "file"):
        return []
    if kind in ("checkbox", "radio"):
        return [element.get("value", "on")] if element.get("checked") is not None else []
    return [element.get("value", "")]


def _accepted(form: Element, name: str, value: Any) -> list[Any]:
    fields = [element for element in form.iter() if element.get("name") == name and element.tag != "button"]
    names = sorted({element.get("name", "") for element in form.iter() if element.get("name")})
    assert fields, f"the form has no field {name!r}; it has {names}"
    values = _as_list(value)
    offered = _offered(fields)
    if offered is not None:
        unknown = [one for one in values if one not in offered]
        assert not unknown, f"{name} does not offer {unknown}; it offers {sorted(offered)}"
    return values


def _offered(fields: Sequence[Element]) -> set[str] | None:
    """The values to choose from, or None for a field one types into."""
    if fields[0].tag == "select":
        return {_value(option) for option in fields[0].iter("option")}
    if fields[0].get("type") in ("checkbox", "radio"):
        return {element.get("value", "on") for element in fields}
    return None


def _value(option: Element) -> str:
    return option.get("value", text_of(option))


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]
