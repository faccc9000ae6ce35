"""Mobile numbers of Kazakhstan; pure. `87011234567`, `+7 701 123 45 67` and `7011234567` are one number.

+7 is shared with Russia, so the region is asked for, and landlines can't take a code: both by Google's number plans
(PyPI `phonenumberslite`).
"""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from budget.errors import PhoneInvalid

_REGION = "KZ"
_NO_BREAK = "\u00a0"


def kz_mobile(text: str) -> str:
    """The number in E.164, for example `+77011234567`.

    Raises: PhoneInvalid(fault="unreadable"|"foreign"|"not_mobile").
    """
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


def readable(phone: str) -> str:
    """An E.164 number of Kazakhstan as people read it: `+7 701 123 45 67`, with no-break spaces."""
    return _NO_BREAK.join((phone[:2], phone[2:5], phone[5:8], phone[8:10], phone[10:]))
