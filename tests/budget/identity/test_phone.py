"""Phone numbers: what people type, and what is refused with its own reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.errors import PhoneInvalid
from budget.identity import phone as phones
from budget.identity.phone import kz_mobile, readable


@pytest.mark.parametrize(
    "text",
    ["87011234567", "+7 701 123 45 67", "7011234567", "+7 (701) 123-45-67", "8 701 1234567", "77011234567"],
)
def test_one_number_however_it_is_written(text):
    assert kz_mobile(text) == "+77011234567"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("+7 916 123 45 67", "foreign"),
        ("89161234567", "foreign"),
        ("+998 90 123 45 67", "foreign"),
        ("+1 202 555 0123", "foreign"),
        ("8 7172 55 55 55", "not_mobile"),
        ("", "unreadable"),
        ("phone", "unreadable"),
        ("123", "unreadable"),
        ("8701123456", "unreadable"),
        ("870112345678", "unreadable"),
        ("+7 799 123 45 67", "unreadable"),
        ("8 701 123 45 67 ext. 5", "unreadable"),
    ],
)
def test_a_refusal_names_its_reason(text, fault):
    with pytest.raises(PhoneInvalid) as refusal:
        kz_mobile(text)
    assert refusal.value.facts == {"fault": fault}


@given(st.integers(0, 9_999_999))
def test_reading_a_number_again_gives_the_same(rest):
    phone = kz_mobile(f"8701{rest:07d}")
    assert kz_mobile(phone) == phone
    assert kz_mobile(readable(phone)) == phone


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text):
    try:
        phone = kz_mobile(text)
    except PhoneInvalid:
        return
    assert phone.startswith("+77")
    assert len(phone) == 12


def test_people_read_it_in_groups_that_do_not_break():
    assert readable("+77011234567") == "+7\u00a0701\u00a0123\u00a045\u00a067"


@given(st.sampled_from(["+7", "8", "7"]), st.integers(700_000_000_0, 799_999_999_9))
def test_the_short_way_through_usual_numbers_agrees_with_the_long_one(prefix, number):
    def outcome(read):
        try:
            return read(f"{prefix}{number}")
        except PhoneInvalid as refusal:
            return refusal.facts

    assert outcome(kz_mobile) == outcome(phones._read)
