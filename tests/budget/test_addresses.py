"""Addresses as people write them."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.addresses import MOST_ADDRESSES, Address, distinct, parse
from budget.errors import AddressFault, AddressMissing, AddressWithoutHouse, BudgetRefusal

ARCHIVE = Path(__file__).parents[2] / "seeds" / "data" / "saryarka_cycles.json"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("38", "38"),
        ("7/1", "7/1"),
        ("9а", "9а"),
        ("9А", "9а"),
        (" 9 а ", "9а"),
        ("11/1", "11/1"),
        ("№ 7 / 1", "7/1"),
        ("үй 21", "21"),
        ("дом 9а", "9а"),
        ("д.15/1", "15/1"),
        ("12 корп. 2", "12к2"),
        ("12к2", "12к2"),
        ("7\\1", "7/1"),
        ("15/2б", "15/2б"),
    ],
)
def test_a_house_is_kept_in_one_form(written: str, kept: str) -> None:
    assert parse("Есенберлин к-сі", written) == Address("Есенберлин к-сі", kept)


def test_a_latin_letter_becomes_the_cyrillic_one_it_looks_like() -> None:
    latin = "9" + chr(0x61)
    assert parse("Бабатайұлы", latin).house == "9" + chr(0x430)


@pytest.mark.parametrize(
    "house", ["0", "а9", "7//1", "7/", "/1", "-5", "12345", "7/1/1", "девять", "9аб", "٧"]
)
def test_a_house_nobody_can_find_is_refused_with_what_was_written(house: str) -> None:
    with pytest.raises(AddressFault) as refusal:
        parse("Абай даңғылы", house)
    assert refusal.value.facts == {"part": "house", "street": "Абай даңғылы", "house": house}


@pytest.mark.parametrize(
    "street", ["187-көше", "187", "С. Сейфуллин", "пр. Республики", "2-й Красноармейский пер."]
)
def test_streets_may_be_numbers_and_have_points(street: str) -> None:
    assert parse(street, "21").street == street


@pytest.mark.parametrize("house", ["", "   ", "\u00a0"])
def test_an_address_without_a_house_says_which_street(house: str) -> None:
    with pytest.raises(AddressWithoutHouse) as refusal:
        parse("Кенесары", house)
    assert refusal.value.facts == {"street": "Кенесары"}


@pytest.mark.parametrize("street", ["", "  ", "—", "ж" * 81])
def test_a_street_without_a_name_is_refused(street: str) -> None:
    with pytest.raises(AddressFault) as refusal:
        parse(street, "8")
    assert refusal.value.facts["part"] == "street"


def test_a_project_has_at_least_one_address() -> None:
    with pytest.raises(AddressMissing):
        distinct([])


def test_the_same_house_counts_once_and_the_order_stays() -> None:
    first, second = Address("Абай даңғылы", "8"), Address("Кенесары", "8")
    assert distinct([first, second, Address("АБАЙ ДАҢҒЫЛЫ", "8")]) == (first, second)


def test_there_is_an_end_to_addresses() -> None:
    with pytest.raises(AddressFault) as refusal:
        distinct(Address("Абай даңғылы", str(n)) for n in range(1, MOST_ADDRESSES + 2))
    assert refusal.value.facts["allowed"] == MOST_ADDRESSES


def test_every_address_of_the_archive_is_read_as_it_stands() -> None:
    cycles = json.loads(ARCHIVE.read_text())["cycles"]
    for address in (address for cycle in cycles for address in cycle["addresses"]):
        for house in address["houses"]:
            assert parse(address["kk"], house) == Address(address["kk"], house)


@given(st.text(), st.text())
def test_any_text_is_read_or_refused_and_reading_again_changes_nothing(street: str, house: str) -> None:
    try:
        address = parse(street, house)
    except BudgetRefusal:
        return
    assert parse(address.street, address.house) == address
    assert 1 <= len(address.house) <= 12
