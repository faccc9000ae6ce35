"""Mobile numbers of Kazakhstan; pure. `87011234567`, `+7 701 123 45 67` and `7011234567` are one number.

+7 is shared with Russia, so the region is asked for, and landlines can't take a code: both by Google's number plans
(PyPI `phonenumberslite`).
"""

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from budget.errors import PhoneInvalid

_REGION = "KZ"
_NO_BREAK = "\u00a0"
_USUAL = re.compile(r"(?:\+7|8|7)(7[0-9]{2})([0-9]{7})")


def kz_mobile(text: str) -> str:
    """The number in E.164, for example `+77011234567`.

    Raises: PhoneInvalid(fault="unreadable"|"foreign"|"not_mobile").
    """
    usual = _USUAL.fullmatch(text)
    if usual is not None and _is_mobile_code(usual[1]):
        return f"+7{usual[1]}{usual[2]}"
    return _read(text)


def readable(phone: str) -> str:
    """An E.164 number of Kazakhstan as people read it: `+7 701 123 45 67`, with no-break spaces."""
    return _NO_BREAK.join((phone[:2], phone[2:5], phone[5:8], phone[8:10], phone[10:]))


@lru_cache(maxsize=1000)
def _is_mobile_code(code: str) -> bool:
    """Are numbers with these three digits mobile? The plan says so for all seven that follow, and a roll of 350,000
    lines can't afford to ask for each (a test holds that both ways agree)."""
    try:
        return _read(f"+7{code}0000000") != ""
    except PhoneInvalid:
        return False


def _read(text: str) -> str:
    try:
        number = phonenumbers.parse(text, _REGION)
    except NumberParseException:
        raise PhoneInvalid(fault="unreadable") from None
    if number.extension or not phonenumbers.is_valid_number(number):
        raise PhoneInvalid(fault="unreadable")
    if phonenumbers.region_code_for_number(number) != _REGION:
        raise PhoneInvalid(fault="foreign")
    if phonenumbers.number_type(number) != PhoneNumberType.MOBILE:
        raise PhoneInvalid(fault="not_mobile")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
