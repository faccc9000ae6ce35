"""Accounts of staff for view tests: made by the domain, signed in through the pages, with an app of their own."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask

from budget import second_factor, staff
from budget.identity import totp
from models.database import Database
from models.enums import Role
from models.people import Staff
from tests.harness.application import Clock
from tests.harness.client import PageClient
from tests.harness.pages import PageResponse

PASSWORD = "correct horse battery"
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
STEP = timedelta(seconds=30)


@dataclass
class Person:
    """A member of staff: the account, the recovery codes, and the phone."""

    app: Flask
    id: int
    email: str
    secret: str = SECRET
    recovery_codes: tuple[str, ...] = ()

    @property
    def clock(self) -> Clock:
        """The clock of the application."""
        clock: Clock = self.app.extensions["clock"]
        return clock

    def code(self, steps: int = 0) -> str:
        """What the phone shows now, or showed some steps ago."""
        return totp.code_of(self.secret, totp.step_at(self.clock.instant) + steps)

    def next_code(self) -> str:
        """Wait for the next code and read it."""
        self.clock.instant += STEP
        return self.code()

    def wrong_code(self) -> str:
        """Six digits that are none of the codes good now."""
        good = {self.code(steps) for steps in (-1, 0, 1)}
        return next(one for one in ("000000", "111111", "222222", "333333") if one not in good)


def database_of(app: Flask) -> Database:
    """The application's database."""
    found: Database = app.extensions["database"]
    return found


def add(app: Flask, email: str, role: Role = Role.COUNCIL, *, with_app: bool = False) -> Person:
    """An account; `with_app` has its second factor set up a day ago."""
    from views.keys import keyring_for, totp_key  # here, so that tests of the domain start without the edge

    clock: Clock = app.extensions["clock"]
    codes: list[str] = []
    with app.test_request_context("/kk/"), database_of(app).writing() as session:
        at = clock.instant - timedelta(days=1)
        row = staff.add(session, email=email, name=f"Demo {role}", role=role, password=PASSWORD, now=at)
        if with_app:
            code = totp.code_of(SECRET, totp.step_at(at))
            ring = keyring_for(app.extensions["config"])
            codes = second_factor.set_up(session, ring, totp_key(), row, secret=SECRET, code=code, now=at)
        return Person(app, row.id or 0, row.email, recovery_codes=tuple(codes))


def show_password(client: PageClient, person: Person, path: str = "/en/staff/sign-in", **kwargs: Any) -> Any:
    """The first step of signing in."""
    return client.submit(client.get(path), {"email": person.email, "password": PASSWORD}, **kwargs)


def sign_in(client: PageClient, person: Person) -> None:
    """Sign in through the pages: with the code where the account has an app."""
    answer = show_password(client, person, status=303)
    if answer.location.endswith("/staff/sign-in/code"):
        client.submit(client.get(answer.location), {"code": person.next_code()}, status=303)


def stored(app: Flask, person: Person) -> Staff:
    """The row of the account."""
    with database_of(app).reading() as session:
        return staff.by_id(session, person.id)


def secret_on(page: PageResponse) -> str:
    """The key that the page of the set-up shows, without its gaps."""
    return re.sub(r"\s", "", "".join(page.find("p", id="secret").itertext()))
