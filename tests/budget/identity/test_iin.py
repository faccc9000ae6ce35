"""The check digit of an IIN, by the known values and by an independent reading of the rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.errors import IinInvalid
from budget.identity.iin import check_digit, check_iin, iin_with_check_digit

bases = st.text("0123456789", min_size=11, max_size=11)


def independent_digit(base: str) -> int | None:
    """The rule once more, written the other way round: try which last digit satisfies the sums."""
    first = sum((place + 1) * int(digit) for place, digit in enumerate(base))
    if first % 11 != 10:
        return first % 11
    second = sum(((place + 2) % 11 + 1) * int(digit) for place, digit in enumerate(base))
    return None if second % 11 == 10 else second % 11


def test_a_number_of_the_second_pass_is_accepted():
    assert check_iin("990230300608") == "990230300608"


def test_a_base_that_fails_both_passes_has_no_number():
    assert check_digit("99023030061") is None
    assert iin_with_check_digit("99023030061") is None
    for last in "0123456789":
        with pytest.raises(IinInvalid):
            check_iin(f"99023030061{last}")


def test_spaces_are_forgiven():
    assert check_iin(" 990230 300 608\u00a0") == "990230300608"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "99023030060",
        "9902303006088",
        "990230300607",
        "99023030060a",
        "٩٩٠٢٣٠٣٠٠٦٠٨",
        "990230-300608",
        "IIN",
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(IinInvalid):
        check_iin(text)


def test_an_impossible_date_is_not_refused():
    iin = iin_with_check_digit("99993030060")
    assert iin is not None
    assert check_iin(iin) == iin


@given(bases)
def test_the_digit_is_the_one_of_the_rule(base):
    assert check_digit(base) == independent_digit(base)


@given(bases, st.integers(0, 9))
def test_one_last_digit_at_most_is_right(base, last):
    iin = iin_with_check_digit(base)
    if iin == f"{base}{last}":
        assert check_iin(f"{base}{last}") == iin
    else:
        with pytest.raises(IinInvalid):
            check_iin(f"{base}{last}")


def test_about_one_base_in_a_hundred_has_no_number():
    unusable = sum(check_digit(f"990230{serial:05d}") is None for serial in range(20_000))
    assert 0.005 < unusable / 20_000 < 0.012
