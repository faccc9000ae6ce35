"""Numbers, money, days and texts in three languages, held against Babel."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from babel.dates import format_date
from babel.numbers import format_decimal
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from views import filters
from views.filters import NBSP

DAY = date(2027, 3, 1)


@pytest.fixture(params=("kk", "ru", "en"))
def language(request: pytest.FixtureRequest, app: Flask):
    with app.test_request_context(f"/{request.param}/"):
        yield request.param


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_groups_are_those_of_russian_and_never_break(value: int) -> None:
    assert filters.number(value) == format_decimal(value, locale="ru")


def test_money_has_its_sign_after_a_space_that_never_breaks() -> None:
    assert filters.tenge(200_000_000) == f"200{NBSP}000{NBSP}000{NBSP}₸"
    assert filters.tenge(1500, "PLN") == f"1{NBSP}500{NBSP}PLN"


@pytest.mark.parametrize("month", range(1, 13))
def test_days_are_written_as_babel_writes_them(language: str, month: int) -> None:
    day = DAY.replace(month=month)
    of_babel = {"kk": "kk", "ru": "ru", "en": "en_GB"}
    spaces = str.maketrans({NBSP: " ", "\u202f": " "})
    wanted = format_date(day, "long", locale=of_babel[language])
    assert filters.long_date(day).translate(spaces) == wanted.translate(spaces)


def test_an_instant_is_told_in_the_time_of_the_district(language: str) -> None:
    assert filters.date_time(datetime(2027, 2, 28, 20, 30, tzinfo=UTC)).endswith(", 01:30")
    assert filters.local_day(datetime(2027, 2, 28, 20, 30, tzinfo=UTC)) == DAY


def test_an_end_within_the_day_keeps_its_hour(language: str) -> None:
    instant = datetime(2027, 3, 1, 13, 0, tzinfo=UTC)
    assert filters.until(instant) == filters.date_time(instant)
    assert filters.until(instant).endswith(", 18:00")


def test_a_deadline_at_midnight_is_24_00_of_the_day_before(language: str) -> None:
    told = filters.deadline(datetime(2027, 3, 1, 19, 0, tzinfo=UTC))
    assert f"{filters.long_date(DAY)}, 24:00" in told
    assert filters.until(datetime(2027, 3, 1, 19, 0, tzinfo=UTC)) in told


def test_a_beginning_at_midnight_is_00_00_of_its_own_day(app: Flask) -> None:
    with app.test_request_context("/en/"):
        told = filters.opening(datetime(2027, 2, 28, 19, 0, tzinfo=UTC))
    assert told == f"1{NBSP}March 2027, 00:00, Astana time"


@pytest.mark.parametrize(
    ("first", "last", "wanted"),
    [
        ((2027, 4, 6), (2027, 4, 25), f"6{NBSP}–{NBSP}24{NBSP}April"),
        ((2027, 1, 20), (2027, 3, 2), f"20{NBSP}January – 1{NBSP}March"),
        ((2027, 1, 20), (2027, 1, 21), f"20{NBSP}January"),
    ],
)
def test_a_span_ends_on_the_last_whole_day(app: Flask, first, last, wanted: str) -> None:
    midnights = [datetime(*day, tzinfo=filters.ZONE) for day in (first, last)]
    with app.test_request_context("/en/"):
        assert filters.span(*midnights) == wanted


@pytest.mark.parametrize(
    ("seconds", "told"), [(0, "14:36"), (1, "14:37"), (59, "14:37"), (60, "14:37")], ids=str
)
def test_a_time_to_come_back_is_never_too_early(seconds: int, told: str) -> None:
    assert filters.clock_time(datetime(2027, 3, 1, 9, 36, tzinfo=UTC) + timedelta(seconds=seconds)) == told


def test_a_span_without_an_end_says_from_when(app: Flask) -> None:
    with app.test_request_context("/en/"):
        assert filters.span(datetime(2027, 1, 20, tzinfo=filters.ZONE), None) == f"from 20{NBSP}January"


@pytest.mark.parametrize(("share", "wanted"), [(0.269, "26,9"), (1.0, "100"), (0.5, "50"), (0.0, "0")])
def test_percent_loses_a_zero_only(app: Flask, share: float, wanted: str) -> None:
    with app.test_request_context("/kk/"):
        assert filters.percent(share) == f"{wanted}{NBSP}%"
    with app.test_request_context("/en/"):
        assert filters.percent(share) == f"{wanted.replace(',', '.')}%"


def test_a_text_in_another_language_is_marked(app: Flask) -> None:
    row = SimpleNamespace(title_kk=None, title_ru="Двор", title_en="Yard", language="ru")
    with app.test_request_context("/kk/"):
        assert filters.in_language(row, "title") == filters.Localised("Двор", "ru", True)
    with app.test_request_context("/en/"):
        assert filters.in_language(row, "title") == filters.Localised("Yard", "en")


def test_a_row_without_any_text_is_empty_and_not_an_error(app: Flask) -> None:
    row = SimpleNamespace(title_kk=None, title_ru=None, title_en=None)
    with app.test_request_context("/kk/"):
        assert filters.in_language(row, "title").text == ""


@pytest.mark.parametrize(
    ("label", "inside"), [("Сайтта", "сайтта"), ("ЖСН және код", "ЖСН және код"), ("", ""), ("A", "a")]
)
def test_a_label_inside_a_sentence_begins_small_and_an_abbreviation_keeps_its_capitals(
    label: str, inside: str
) -> None:
    assert filters.lower_first(label) == inside
