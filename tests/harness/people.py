"""People of the tests: test IINs that are nobody's, a roll, and signing in as a browser does it."""

import re
from datetime import date
from typing import Any

from flask import Flask
from sqlmodel import Session, select

from budget.identity.iin import iin_with_check_digit
from models.people import Resident
from models.service import Notice
from views.keys import keyring_for

PHONE = "+77011234567"


def test_iin(serial: int) -> str:
    """The serial-th valid IIN of month 99; bases without a check digit are passed over."""
    valid = (found for n in range(10**5) if (found := iin_with_check_digit(f"909901{n:05d}")))
    return next(found for place, found in enumerate(valid) if place == serial)


test_iin.__test__ = False  # type: ignore[attr-defined]  # pytest would collect it by its name


def add_to_roll(
    app: Flask, iin: str, *, phone: str | None = PHONE, born: date = date(1980, 1, 1)
) -> Resident:
    """A person on the roll of `app`."""
    keys = keyring_for(app.extensions["config"])
    row = Resident(
        roll_key=keys.roll_key_of(iin), birth_on=born, phone=phone, imported_at=app.extensions["clock"]()
    )
    with app.extensions["database"].writing() as session:
        session.add(row)
    return row


def sent_code(session: Session) -> str:
    """The newest code in the outbox."""
    rows = session.exec(select(Notice).order_by(Notice.id.desc())).all()  # type: ignore[union-attr]
    return next(str(row.facts["code"]) for row in rows if "code" in row.facts)


def newest_code(app: Flask) -> str:
    """The newest code the demo shows."""
    with app.extensions["database"].reading() as session:
        return sent_code(session)


def sign_in(client: Any, app: Flask, iin: str, phone: str = PHONE, *, lang: str = "kk", **kwargs: Any) -> Any:
    """Walk both pages; the answer to the right code (a redirect, or the page that says what to do)."""
    page = client.get(f"/{lang}/sign-in")
    page = client.submit(page, {"iin": iin, "phone": phone}, follow_redirects=True)
    assert re.search(r"/sign-in/code$", page.request.path)
    return client.submit(page, {"code": newest_code(app)}, form="#code-form", **kwargs)
