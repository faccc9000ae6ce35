"""Addresses of yards: a street and a house, as people write them; pure.

House numbers of Saryarka look like `38`, `7/1`, `9а`, `11/1`, streets may be numbers (`187-көше`); see the
archive in seeds. What is written differently but means the same is kept in one form: `№ 7 / 1` is `7/1`,
a Latin `a` after a number is the Cyrillic `а` it looks like.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from budget.errors import AddressFault, AddressMissing, AddressWithoutHouse

LONGEST_STREET = 80
MOST_ADDRESSES = 20

_PREFIX = re.compile(r"^(?:үй|дом|д|house|№)\.?\s*(?=[0-9])", re.IGNORECASE)
_HOUSE = re.compile(
    r"[1-9][0-9]{0,3}[а-яёәіңғүұқөһa-z]?(?:/[1-9][0-9]{0,3}[а-яёәіңғүұқөһa-z]?)?(?:к[1-9][0-9]?)?"
)
_BLOCK = re.compile(r"(?:корпус|корп|к)\.?(?=[0-9])")
_LOOK_ALIKES = str.maketrans(
    {"a": "а", "c": "с", "e": "е", "k": "к", "A": "а", "B": "в", "C": "с", "E": "е", "K": "к"}
)
_WORD = re.compile(r"\w")


@dataclass(frozen=True)
class Address:
    """One house. `house` is in the form that `parse` gives it."""

    street: str
    house: str


def parse(street: str, house: str) -> Address:
    """Read one address.

    Raises: AddressWithoutHouse(street=…); AddressFault(part="street"|"house", street=…, house=…).
    """
    street = " ".join(street.split()).strip(",; ")
    if not _WORD.search(street) or len(street) > LONGEST_STREET:
        raise AddressFault(part="street", street=street, house=house.strip())
    if not house.strip():
        raise AddressWithoutHouse(street=street)
    return Address(street, _house(street, house))


def distinct(addresses: Iterable[Address]) -> tuple[Address, ...]:
    """The addresses in their order, each once; capital letters make no difference.

    Raises: AddressMissing when there is none; AddressFault(part="number", allowed=…) when there are too many.
    """
    found: dict[tuple[str, str], Address] = {}
    for address in addresses:
        found.setdefault((address.street.casefold(), address.house), address)
    if not found:
        raise AddressMissing
    if len(found) > MOST_ADDRESSES:
        raise AddressFault(part="number", allowed=MOST_ADDRESSES, street="", house="")
    return tuple(found.values())


def _house(street: str, written: str) -> str:
    bare = _PREFIX.sub("", written.strip())
    house = re.sub(r"\s+", "", bare).replace("\\", "/").translate(_LOOK_ALIKES).lower()
    house = _BLOCK.sub("к", house)
    if not _HOUSE.fullmatch(house):
        raise AddressFault(part="house", street=street, house=written.strip())
    return house
