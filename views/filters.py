"""How numbers, money, days and texts look on a page, in three languages; written once, by hand, and fast.

Babel 2.18 has the patterns and the names of months (kk `2027 ж. 1 наурыз`, ru `1 марта 2027 г.`, groups by U+00A0, the
tenge sign after the sum); they are written here, because a list formats hundreds of values and Babel parses a pattern
for each. tests/views/test_filters.py holds them against Babel. Instants are shown in the district's time.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from flask import Flask

from models.enums import Assurance, Direction, Language
from views import addresses, labels, page_context, texts
from views.i18n import TIME_ZONE, current_language, switch_language_url
from views.texts import gettext as _

NBSP = "\u00a0"
ZONE = ZoneInfo(TIME_ZONE)
_SIGNS = {"KZT": "₸"}
_MONTHS = {
    Language.KK: [
        "қаңтар",
        "ақпан",
        "наурыз",
        "сәуір",
        "мамыр",
        "маусым",
        "шілде",
        "тамыз",
        "қыркүйек",
        "қазан",
        "қараша",
        "желтоқсан",
    ],
    Language.RU: [
        "января",
        "февраля",
        "марта",
        "апреля",
        "мая",
        "июня",
        "июля",
        "августа",
        "сентября",
        "октября",
        "ноября",
        "декабря",
    ],
    Language.EN: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}
_A_MOMENT = timedelta(microseconds=1)


class Localised(NamedTuple):
    """A text for this page: `lang` is the language it is in, `is_original_only` = not the page's own."""

    text: str
    lang: str
    is_original_only: bool = False

    def __str__(self) -> str:
        return self.text


def number(value: int) -> str:
    """12345 -> `12 345`, groups that never break."""
    return f"{value:,}".replace(",", NBSP)


def tenge(value: int, currency: str = "KZT") -> str:
    """200000000 -> `200 000 000 ₸`; another currency by its code after the sum."""
    return f"{number(value)}{NBSP}{_SIGNS.get(currency, currency)}"


def percent(share: float, digits: int = 1) -> str:
    """0.269 -> `26,9 %` (kk, ru), `26.9%` (en). Whole numbers lose the zero."""
    text = f"{share * 100:.{digits}f}"
    if digits and text.endswith("0" * digits):
        text = text[: -digits - 1]
    return f"{text}%" if current_language() is Language.EN else f"{text.replace('.', ',')}{NBSP}%"


def local_day(moment: date | datetime) -> date:
    """The day of an instant in the district; a day stays itself."""
    return moment.astimezone(ZONE).date() if isinstance(moment, datetime) else moment


def long_date(moment: date | datetime, language: Language | None = None) -> str:
    """`2027 ж. 1 наурыз`, `1 марта 2027 г.`, `1 March 2027`; in the language of the page, or of a document."""
    language, day = language or current_language(), local_day(moment)
    month = _MONTHS[language][day.month - 1]
    if language is Language.KK:
        return f"{day.year}{NBSP}ж. {day.day}{NBSP}{month}"
    if language is Language.RU:
        return f"{day.day}{NBSP}{month} {day.year}{NBSP}г."
    return f"{day.day}{NBSP}{month} {day.year}"


def day_month(moment: date | datetime) -> str:
    """`1 наурыз`, `1 марта`, `1 March`."""
    day = local_day(moment)
    return f"{day.day}{NBSP}{_MONTHS[current_language()][day.month - 1]}"


def short_date(moment: date | datetime) -> str:
    """`01.03.2027` in every language."""
    return local_day(moment).strftime("%d.%m.%Y")


def date_time(moment: datetime, language: Language | None = None) -> str:
    """`2027 ж. 1 наурыз, 18:00`: day and clock of the district."""
    return f"{long_date(moment, language)}, {moment.astimezone(ZONE):%H:%M}"


def clock_time(moment: datetime) -> str:
    """`14:36` in the district: the first whole minute not before the instant, for whoever is to come back then."""
    return f"{(moment + timedelta(seconds=59)).astimezone(ZONE):%H:%M}"


def until(moment: datetime) -> str:
    """The end of something: midnight is told as 24:00 of the day before, which nobody misreads."""
    local = moment.astimezone(ZONE)
    if (local.hour, local.minute) == (0, 0):
        return f"{long_date(moment - _A_MOMENT)}, 24:00"
    return date_time(moment)


def last_day(moment: datetime) -> str:
    """`3 желтоқсан`: the last day before the end of something, without the year."""
    return day_month(moment - _A_MOMENT)


def deadline(moment: datetime) -> str:
    """The same with its zone, for whatever must happen before it."""
    return _("%(moment)s, Astana time", moment=until(moment))


def opening(moment: datetime) -> str:
    """The beginning of something with its zone: its own day and clock, midnight as 00:00."""
    return _("%(moment)s, Astana time", moment=date_time(moment))


def span(starts_at: datetime, ends_at: datetime | None) -> str:
    """`6 – 24 сәуір`, `20 қаңтар – 1 наурыз`: first to last day of a half-open interval, without the year."""
    first = local_day(starts_at)
    if ends_at is None:
        return _("from %(day)s", day=day_month(first))
    last = local_day(ends_at - _A_MOMENT)
    if first == last:
        return day_month(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}{NBSP}–{NBSP}{day_month(last)}"
    return f"{day_month(first)} – {day_month(last)}"


def in_language(row: Any, name: str) -> Localised:
    """`row.<name>_<language>`, else the author's text (`row.language`), else any, marked as not the page's own. What the
    law asks for in two languages has no third."""
    wanted = current_language()
    own = getattr(row, f"{name}_{wanted}", None)
    if own:
        return Localised(own, wanted)
    author = getattr(row, "language", None)
    for language in (*([author] if author else []), *Language):
        text = getattr(row, f"{name}_{language}", None)
        if text:
            return Localised(text, language, is_original_only=True)
    return Localised("", wanted)


def in_kk_or_ru(row: Any, name: str) -> Localised:
    """A text that is kept in the two languages of the law only (names of members, reasons): Russian on a Russian page,
    else Kazakh."""
    language = Language.RU if current_language() is Language.RU else Language.KK
    text = getattr(row, f"{name}_{language}") or ""
    return Localised(text, language, is_original_only=language is not current_language())


def place_of(addresses: Sequence[Any]) -> Localised:
    """`Есенберлин к-сі, 9, 9а`: the first street of a project with its houses; empty without an address."""
    if not addresses:
        return Localised("", current_language())
    street = in_language(addresses[0], "street")
    same = f"street_{street.lang}"
    houses = ", ".join(address.house for address in addresses if getattr(address, same) == street.text)
    return Localised(f"{street.text}, {houses}", street.lang, street.is_original_only)


def lower_first(text: str) -> str:
    """For a label that stands inside a sentence. An abbreviation (IIN) keeps its capitals."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def init_app(app: Flask) -> None:
    """Filters, globals and the variables every page has."""
    texts.init_app(app)
    app.jinja_env.filters |= {
        "number": number,
        "tenge": tenge,
        "percent": percent,
        "date": long_date,
        "short_date": short_date,
        "day_month": day_month,
        "datetime": date_time,
        "clock_time": clock_time,
        "until": until,
        "last_day": last_day,
        "deadline": deadline,
        "opening": opening,
        "label": labels.label,
        "unpublished": labels.unpublished,
        "direction": lambda code: labels.label(Direction(code)),
        "assurance": lambda code: labels.label(Assurance(code)),
        "lower_first": lower_first,
    }
    app.jinja_env.globals |= {
        "page_language": current_language,
        "switch_language_url": switch_language_url,
        "in_language": in_language,
        "in_kk_or_ru": in_kk_or_ru,
        "place_of": place_of,
        "span": span,
        "url_for": addresses.url_for,
        "addresses_of": addresses.many,
        "address_of_page": addresses.of_this_page,
    }
    page_context.init_app(app)
