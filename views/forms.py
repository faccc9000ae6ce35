"""The common ground of all forms: tidy text, sums in tenge, instants in the district's time, large uploads.

A form checks shape only; rules stand in `budget`. Fields are drawn by `templates/macros/forms.html`. WTForms' own
messages come translated (kk, ru) from its own catalogs; ours are said where a field is declared.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import wtforms.i18n
from flask import Flask, request
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import Field, FieldList, Form, PasswordField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import StopValidation
from wtforms.widgets import DateTimeLocalInput, HiddenInput, TextInput

from views.i18n import TIME_ZONE, current_language
from views.templating import piece
from views.texts import gettext as _
from views.texts import lazy as _l

View = TypeVar("View", bound=Callable[..., Any])
_ZONE = ZoneInfo(TIME_ZONE)
_UPLOAD = "__upload_limit_bytes__"
_LARGEST_SUM = 10**15  # far above any budget, far below the 63 bits of the column
_YEARS = range(2000, 2101)
_CURRENCY = re.compile(r"(₸|тг\.?|тенге|теңге|tenge|kzt)$", re.IGNORECASE)
_UNSEEN = frozenset("\u00ad\u200b\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INSTANTS = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M")


def tidy(value: Any) -> Any:
    """Text as we keep it: one Unicode form, line ends as \\n, no control characters, nothing around it; text without
    anything to see is empty.

    A NUL would be refused by PostgreSQL; `й` typed on some systems comes as two characters; an override of the
    direction would turn round the rest of the line on every page that shows the text.
    """
    if not isinstance(value, str):
        return value
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    kept = "".join(c for c in text if _is_kept(c)).strip()
    return kept if any(unicodedata.category(c)[0] not in "ZC" for c in kept) else ""


def _is_kept(char: str) -> bool:
    return char in "\n\t" or (char not in _UNSEEN and unicodedata.category(char) not in ("Cc", "Cs"))


@lru_cache
def _wtforms_texts(language: str) -> Any:
    return wtforms.i18n.get_translations([language])


class _TidyMeta:
    """Adds `tidy` to every text field, but never to a password."""

    def get_translations(self, _form: Any) -> Any:
        """WTForms' own texts, read once; flask-wtf reads its catalog from the disk at every request."""
        return _wtforms_texts(str(current_language()))

    def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
        kind = unbound_field.field_class
        if issubclass(kind, StringField) and not issubclass(kind, PasswordField):
            options = {**options, "filters": [*unbound_field.kwargs.get("filters", ()), tidy]}
        bound: Field = unbound_field.bind(form=form, **options)
        return bound


class BaseForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """Base of every form that is posted: CSRF token, tidy text, translated messages."""

    class Meta(_TidyMeta):
        pass

    def hidden_tag(self) -> Markup:
        """All hidden fields, the token among them; WTForms' own way to it is as long as that to a page."""
        hidden = (field for field in self if isinstance(field.widget, HiddenInput))
        return Markup().join(map(_hidden, hidden))


def _hidden(field: Any) -> Markup:
    return Markup('<input id="{0}" name="{1}" type="hidden" value="{2}">').format(
        field.id,
        field.name,
        field._value(),  # noqa: SLF001  # WTForms gives its widgets no other
    )


class PartForm(Form):
    """Base of a row inside a form (FieldList of FormField): tidy and translated, without a token of its own."""

    class Meta(_TidyMeta):
        pass


class Required:
    """Something must be there; 0 and False are something. Keeps the field's own complaint if it has one."""

    def __init__(self, message: Any) -> None:
        self.message = message

    def __call__(self, _form: Any, field: Field) -> None:
        if field.errors:
            raise StopValidation
        if field.data is None or field.data in ("", []):
            raise StopValidation(str(self.message))


class Chosen:
    """One of what is offered must be chosen; use with `validate_choice=False`, whose own check comes too early."""

    def __init__(self, message: Any) -> None:
        self.message = message

    def __call__(self, _form: Any, field: Any) -> None:
        offered = {str(choice[0]) for choice in field.iter_choices()}
        if not field.data or str(field.data) not in offered:
            raise StopValidation(str(self.message))


def choice(value: str, label: Any) -> SelectChoice:
    """An option of a select or of radio buttons; WTForms warns of plain pairs. `label` may be a lazy text."""
    return SelectChoice(str(value), label)


class RowsField(FieldList):  # type: ignore[type-arg]  # not generic when it runs
    """Rows `name-0`, `name-1` …; WTForms' own trips over other signs that Unicode calls digits."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.type = "FieldList"  # what the macros know

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        pattern = re.compile(rf"{re.escape(prefix)}-([0-9]{{1,3}})-")
        return (int(match[1]) for key in formdata if (match := pattern.match(key)))


class WholeField(Field):
    """A whole number, written in digits. Data: int or None; what range it must be in, the domain says."""

    widget = TextInput()
    most_digits = 9
    not_digits = _l("Write a whole number in digits.")
    too_large = _l("This number is too large.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["render_kw"] = {"inputmode": "numeric", "autocomplete": "off", **kwargs.get("render_kw", {})}
        super().__init__(*args, **kwargs)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.shown(self.data)

    def shown(self, number: int) -> str:
        """The number as it stands in the field."""
        return str(number)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read the number; a complaint says what to write instead."""
        self.data = None
        text = self.bare(re.sub(r"\s", "", str(valuelist[0]))) if valuelist else ""
        if not text:
            return
        if not re.fullmatch(r"-?[0-9]+", text):
            raise ValueError(str(self.not_digits))
        if len(text) > self.most_digits:
            raise ValueError(str(self.too_large))
        self.data = int(text)

    def bare(self, text: str) -> str:
        """What was typed, without what people write around a number."""
        return text


class TengeField(WholeField):
    """A whole sum: `1 500 000`, `1500000 ₸`, any kind of space between the groups. Data: int or None."""

    most_digits = len(str(_LARGEST_SUM))
    not_digits = _l("Write the sum in digits: for example 1 500 000.")
    too_large = _l("This sum is too large.")

    def shown(self, number: int) -> str:
        """Groups of three digits."""
        return f"{number:,}".replace(",", "\u00a0")

    def bare(self, text: str) -> str:
        """Without the currency. A sum with a fraction is told so: dropping the point would make it a hundred times larger."""
        text = _CURRENCY.sub("", text)
        if re.fullmatch(r"-?[0-9]+[.,][0-9]+", text):
            raise ValueError(_("Write whole tenge, without a point or a comma: for example 1 500 000."))
        return text


class LocalDateTimeField(Field):
    """A day and a time in the district's time zone (Asia/Almaty). Data: an aware instant in UTC, or None."""

    widget = DateTimeLocalInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.astimezone(_ZONE).strftime(_INSTANTS[0]) if self.data else ""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read what a browser's picker sends, or `24.04.2027 18:00` as people write it."""
        text = " ".join(str(valuelist[0]).split()) if valuelist else ""
        self.data = None
        if not text:
            return
        local = next(filter(None, (_parsed(text, pattern) for pattern in _INSTANTS)), None)
        if local is None or local.year not in _YEARS:
            raise ValueError(_("Write a day and a time that exist: for example 24.04.2027 18:00."))
        self.data = local.replace(tzinfo=_ZONE).astimezone(UTC)


def _parsed(text: str, pattern: str) -> datetime | None:
    try:
        return datetime.strptime(text, pattern)  # noqa: DTZ007  # the zone is ours, put on by the caller
    except ValueError:
        return None


def described_by(control: str, hint: Any, note: Any, errors: Sequence[Any]) -> str:
    """The ids of what is to be read out with a control, as its template names them."""
    parts = (("hint", hint), ("note", note), ("error", errors))
    return " ".join(f"{control}-{part}" for part, is_there in parts if is_there)


def attributes(own: dict[str, Any] | None, more: dict[str, Any], described: str) -> Markup:
    """A control's attributes besides those its template writes: the field's (render_kw), the page's, its description."""
    values = {**(own or {}), **more}
    if described:
        values["aria-describedby"] = described
    return Markup("".join(f' {name}="{piece(value)}"' for name, value in values.items()))  # noqa: S704  # escaped


def accepts_upload(limit_bytes: int) -> Callable[[View], View]:
    """This view takes bodies up to `limit_bytes`, so that a photo that is too large is refused beside its field
    with everything typed kept; only what is larger still gets the page 413."""

    def decorate(view: View) -> View:
        setattr(view, _UPLOAD, limit_bytes)
        return view

    return decorate


def init_app(app: Flask) -> None:
    """Help the macros of forms, and raise the body limit for the views that asked: before the CSRF check reads the
    form, hence the hook."""
    app.jinja_env.globals |= {"described_by": described_by, "attributes": attributes}

    @app.url_value_preprocessor
    def _raise_limit(endpoint: str | None, _values: dict[str, Any] | None) -> None:
        view = app.view_functions.get(endpoint or "")
        limit = getattr(view, _UPLOAD, None)
        if limit is not None:
            request.max_content_length = limit
