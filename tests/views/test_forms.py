"""The common ground of forms: tidy text, sums, instants, rows, uploads."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import FormField, PasswordField, RadioField, StringField
from wtforms.validators import Length

from views.forms import (
    BaseForm,
    Chosen,
    LocalDateTimeField,
    PartForm,
    Required,
    RowsField,
    TengeField,
    WholeField,
    choice,
    tidy,
)


class Row(PartForm):
    name = StringField(validators=[Length(max=3)])


class Sample(BaseForm):
    title = StringField(validators=[Required("Write a title.")])
    password = PasswordField()
    money_tenge = TengeField(validators=[Required("Write a sum.")])
    number = WholeField()
    starts_at = LocalDateTimeField(validators=[Required("Choose a day and a time.")])
    way = RadioField(
        choices=[choice("a", "A"), choice("b", "B")],
        validators=[Chosen("Choose a way.")],
        validate_choice=False,
    )
    rows = RowsField(FormField(Row), min_entries=2, max_entries=4)


GOOD = {"title": "x", "money_tenge": "1", "starts_at": "2027-03-01T18:00", "way": "a"}


def filled(app: Flask, lang: str = "en", **values: Any) -> Sample:
    with app.test_request_context(f"/{lang}/", method="POST"):
        form = Sample(formdata=MultiDict({**GOOD, **values}), meta={"csrf": False})
        form.validate()
        return form


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Есенберлин \t", "Есенберлин"),
        ("бір\r\nекі\rүш", "бір\nекі\nүш"),
        ("и\u0306", "й"),
        ("\0Сөз\x07дер\x1b[0m", "Сөздер[0m"),
        ("\u200b\ufeff \u2060", ""),
        ("\u200d\u200e", ""),
        ("\u202eкері\u202c жол", "кері жол"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("\u00a0", ""),
    ],
)
def test_text_is_kept_tidy(app: Flask, typed: str, kept: str) -> None:
    assert tidy(typed) == kept
    assert filled(app, title=typed).title.data == kept


def test_a_password_is_left_as_it_was_typed(app: Flask) -> None:
    assert filled(app, password=" secret ").password.data == " secret "


@pytest.mark.parametrize(
    ("typed", "number", "complaint"),
    [
        (" 1 000 ", 1000, ""),
        ("-5", -5, ""),
        ("", None, ""),
        ("1.5", None, "Write a whole number in digits."),
        ("5 ₸", None, "Write a whole number in digits."),
        ("1" * 10, None, "This number is too large."),
    ],
)
def test_a_whole_number_is_read_and_stays_as_it_was_typed(
    app: Flask, typed: str, number: int | None, complaint: str
) -> None:
    field = filled(app, number=typed).number
    assert (field.data, field.errors) == (number, [complaint] if complaint else [])
    assert field._value() == typed


@given(st.text())
def test_tidying_twice_changes_nothing_more(text: str) -> None:
    once = tidy(text)
    assert tidy(once) == once
    assert "\0" not in once


@pytest.mark.parametrize(
    ("typed", "sum_tenge"),
    [
        ("1500000", 1_500_000),
        ("1 500 000", 1_500_000),
        ("1\u00a0500\u00a0000\u00a0₸", 1_500_000),
        ("1\u202f500\u202f000 тг.", 1_500_000),
        ("1500000 теңге", 1_500_000),
        ("1500000 KZT", 1_500_000),
        ("0", 0),
        ("-5", -5),
    ],
)
def test_a_sum_is_read_as_people_write_it(app: Flask, typed: str, sum_tenge: int) -> None:
    field = filled(app, money_tenge=typed).money_tenge
    assert (field.data, field.errors) == (sum_tenge, [])


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Write a sum."),
        ("  ", "Write a sum."),
        ("1500,50", "Write whole tenge"),
        ("1500.5", "Write whole tenge"),
        ("1,500,000", "Write the sum in digits"),
        ("миллион", "Write the sum in digits"),
        ("١٢٣", "Write the sum in digits"),
        ("1e9", "Write the sum in digits"),
        ("9" * 17, "This sum is too large."),
    ],
)
def test_what_is_no_whole_sum_is_refused_once_and_stays_in_the_field(
    app: Flask, typed: str, message: str
) -> None:
    field = filled(app, money_tenge=typed).money_tenge
    assert len(field.errors) == 1
    assert message in field.errors[0]
    assert (field.data, field._value()) == (None, typed)


def test_a_sum_is_shown_in_groups_that_do_not_break(app: Flask) -> None:
    with app.test_request_context("/kk/"):
        assert Sample(data={"money_tenge": 14_850_000}).money_tenge._value() == "14\u00a0850\u00a0000"
        assert Sample().money_tenge._value() == ""


@pytest.mark.parametrize(
    "typed",
    ["2027-03-01T18:00", "2027-03-01T18:00:00", "2027-03-01 18:00", "01.03.2027 18:00", " 1.3.2027  18:00 "],
)
def test_a_local_time_becomes_an_instant(app: Flask, typed: str) -> None:
    field = filled(app, starts_at=typed).starts_at
    assert (field.data, field.errors) == (datetime(2027, 3, 1, 13, 0, tzinfo=UTC), [])


@pytest.mark.parametrize(
    "typed", ["2027-02-30T10:00", "01.13.2027 10:00", "завтра", "0001-01-01T00:00", "9999-12-31T23:59"]
)
def test_a_time_that_does_not_exist_is_refused_and_stays_in_the_field(app: Flask, typed: str) -> None:
    field = filled(app, starts_at=typed).starts_at
    assert [message for message in field.errors if "that exist" in message] == field.errors
    assert (len(field.errors), field.data, field._value()) == (1, None, typed)


def test_an_instant_is_shown_in_the_time_of_the_district(app: Flask) -> None:
    with app.test_request_context("/kk/"):
        form = Sample(data={"starts_at": datetime(2027, 3, 1, 19, 30, tzinfo=UTC)})
        assert form.starts_at._value() == "2027-03-02T00:30"


@pytest.mark.parametrize("sent", ["", "c", "A"])
def test_what_was_not_offered_is_as_if_nothing_was_chosen(app: Flask, sent: str) -> None:
    assert filled(app, way=sent).way.errors == ["Choose a way."]


def test_rows_survive_forged_names(app: Flask) -> None:
    forged = {
        "rows-²-name": "x",
        f"rows-{'9' * 5000}-name": "x",
        "rows--name": "x",
        "rows-1": "x",
        "rows-7-name": "z",
    }
    form = filled(app, **{"rows-0-name": " a ", **forged})
    assert [entry.form.name.data for entry in form.rows] == ["a", "z"]
    many = {f"rows-{n}-name": str(n) for n in range(9)}
    assert len(filled(app, **many).rows) == 4


@pytest.mark.parametrize(("lang", "words"), [("ru", "Максимальная длина"), ("en", "longer")])
def test_built_in_messages_come_in_the_language_of_the_page(app: Flask, lang: str, words: str) -> None:
    with app.test_request_context(f"/{lang}/", method="POST"):
        form = Sample(formdata=MultiDict({**GOOD, "rows-0-name": "long name"}), meta={"csrf": False})
        app.preprocess_request()
        form.validate()
        (message,) = form.rows[0].form.name.errors
    assert words in message or (lang == "ru" and "символ" in message)
