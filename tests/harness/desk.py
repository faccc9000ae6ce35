"""The front office in tests: an open vote that accepts it, an operator's browser, and the steps up to the ballot."""

from datetime import datetime
from typing import Any

from flask import Flask
from sqlmodel import select

from models.database import Database
from models.desk import DeskVisit
from models.enums import Assurance, Role
from models.people import WebSession
from tests.harness import staff
from tests.harness.ballots import IIN, SLUG, database_of, open_vote
from tests.harness.client import PageClient
from tests.harness.elections import Election
from tests.harness.people import add_to_roll
from tests.harness.staff import Person

HOME = "/en/desk"
FIND = f"{HOME}/cycles/{SLUG}/find"
PERSON = f"{HOME}/cycles/{SLUG}/person"
HAND_OVER = f"{HOME}/cycles/{SLUG}/hand-over"
OBJECTION = f"{HOME}/cycles/{SLUG}/objection"
LOCK = f"{HOME}/lock"
DOCUMENT = {"document_kind": "passport", "document_last": "45 6b"}
EVERY_WAY = (Assurance.SMS, Assurance.DESK, Assurance.EDS)


def open_desk_vote(app: Flask, now: datetime, **settings: Any) -> Election:
    """A vote open to every way of proof, up to three votes, and the person of IIN on the roll, without a phone."""
    election = open_vote(app, now, **{"votes_per_resident": 3, "methods": EVERY_WAY, **settings})
    add_to_roll(app, IIN, phone=None)
    return election


def operator(app: Flask, client: PageClient, *, with_app: bool = False) -> Person:
    """An operator, signed in with this browser."""
    person = staff.add(app, "operator@demo.kz", Role.OPERATOR, with_app=with_app)
    staff.sign_in(client, person)
    return person


def find(client: PageClient, iin: str = IIN) -> Any:
    """The page of the person with this IIN."""
    return client.submit(client.get(FIND), {"iin": iin}, follow_redirects=True)


def note_document(client: PageClient, iin: str = IIN) -> Any:
    """The page that asks before the device is handed over."""
    return client.submit(find(client, iin), DOCUMENT, follow_redirects=True)


def hand_over(client: PageClient, iin: str = IIN) -> Any:
    """The ballot, on the device in the resident's hands."""
    return client.submit(note_document(client, iin), button="Resident votes now", follow_redirects=True)


def unlock(client: PageClient, password: str = staff.PASSWORD, **kwargs: Any) -> Any:
    """What the operator's password opens."""
    return client.submit(client.get(LOCK), {"current_password": password}, **kwargs)


def visits_in(app: Flask) -> list[DeskVisit]:
    """The rows of opened ballots."""
    with database_of(app).reading() as session:
        return list(session.exec(select(DeskVisit)).all())


def sessions_in(database: Database) -> list[WebSession]:
    """The rows of signed-in browsers, oldest first."""
    with database.reading() as session:
        return list(session.exec(select(WebSession).order_by(WebSession.id)).all())  # type: ignore[arg-type]


def cookie(client: PageClient, name: str) -> str:
    """What the browser holds under this name."""
    found = client.get_cookie(name)
    assert found is not None
    return found.value
