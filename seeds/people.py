"""Invented people for the demo and the rehearsal: IINs that belong to nobody, a roll, and the demo's accounts.

The rule of the IINs: `990230` (30 February 1999, a day that never was), a serial number from 30000 on, and the check
digit; serials without one are passed over. So the first is 990230300005, and none can belong to anybody. Telephones
are +7 700 000 00 01 and on.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from budget.identity.iin import iin_with_check_digit
from models.enums import Role

_DAY, _FIRST_SERIAL, _LAST_SERIAL = "990230", 30_000, 69_999
_PHONE = "+77000000"


@dataclass(frozen=True)
class Person:
    """A line of the roll."""

    iin: str
    birth_on: date
    area: str
    street: str
    house: str
    phone: str = ""


@dataclass(frozen=True)
class Account:
    """A demo account to sign in with: IIN and phone, or e-mail and password."""

    role: Role
    note: str
    iin: str = ""
    phone: str = ""
    email: str = ""
    password: str = ""
    name: str = ""


def invented_iins(count: int) -> list[str]:
    """The first `count` IINs by the rule, at most some 39,000. Raises ValueError beyond."""
    serials = range(_FIRST_SERIAL, _LAST_SERIAL + 1)
    found = (iin for serial in serials if (iin := iin_with_check_digit(f"{_DAY}{serial:05}")) is not None)
    taken = [iin for _, iin in zip(range(count), found, strict=False)]
    if len(taken) < count:
        raise ValueError("there are not that many invented IINs")
    return taken


def invented_phone(number: int) -> str:
    """A telephone of nobody, number 1 to 99."""
    return f"{_PHONE}{number:03}"


def invented_people(
    count: int, places: Sequence[tuple[str, str]], source: random.Random, *, today: date
) -> list[Person]:
    """Adults of 18 to 85 years at addresses of the given (area, street)."""
    return [
        Person(
            iin,
            today - timedelta(days=source.randint(18 * 366, 85 * 365)),
            *source.choice(places),
            house=str(source.randint(1, 90)),
        )
        for iin in invented_iins(count)
    ]


def roll_lines(people: Sequence[Person]) -> Iterator[str]:
    """The people as a file that `budget import-roll` reads."""
    yield "iin;birth_date;area;street;house;phone\n"
    for one in people:
        yield f"{one.iin};{one.birth_on};{one.area};{one.street};{one.house};{one.phone}\n"


_IINS = invented_iins(3)
VOTED = Account(Role.RESIDENT, "has voted, has a project to correct", iin=_IINS[0], phone=invented_phone(1))
NOT_VOTED = Account(Role.RESIDENT, "has not voted yet", iin=_IINS[1], phone=invented_phone(2))
TOO_YOUNG = Account(Role.RESIDENT, "17 years old, may not vote", iin=_IINS[2], phone=invented_phone(3))
COUNCIL = Account(
    Role.COUNCIL,
    "member of the Expert Council",
    email="council@demo.example",
    password="saryarka-council",  # noqa: S106  # the demo's passwords are printed for everyone
    name="Демо: кеңес мүшесі",
)
COORDINATOR = Account(
    Role.COORDINATOR,
    "coordinator of the akimat",
    email="coordinator@demo.example",
    password="saryarka-coordinator",  # noqa: S106  # the same
    name="Демо: үйлестіруші",
)
OPERATOR = Account(
    Role.OPERATOR,
    "operator of the front office",
    email="operator@demo.example",
    password="saryarka-operator",  # noqa: S106  # the same
    name="Демо: оператор",
)
OBSERVER = Account(
    Role.OBSERVER,
    "observer, reads the log",
    email="observer@demo.example",
    password="saryarka-observer",  # noqa: S106  # the same
    name="Демо: бақылаушы",
)
ACCOUNTS = (NOT_VOTED, VOTED, TOO_YOUNG, COUNCIL, COORDINATOR, OPERATOR, OBSERVER)
"""The demo's accounts, in the order in which they are printed."""
