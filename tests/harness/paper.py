"""Paper in tests: an open vote that has it, a batch, and operators and a coordinator with browsers of their own."""

from datetime import datetime
from typing import Any

from flask import Flask
from sqlmodel import col, select

from budget import paper
from budget.permissions import Actor
from models.enums import Role
from models.paper import PaperBatch, PaperEntry, PaperSheet
from models.people import Staff
from tests.harness import staff
from tests.harness.ballots import IIN, SLUG, database_of, open_session
from tests.harness.client import PageClient
from tests.harness.desk import open_desk_vote
from tests.harness.elections import Election

OFFICE = f"/en/office/cycles/{SLUG}/paper"
DESK = f"/en/desk/cycles/{SLUG}/paper"
POINT = "№ 5 мектеп"


def open_paper_vote(app: Flask, now: datetime, **settings: Any) -> Election:
    """A vote on the site, at the desk and on paper; the person of IIN is on the roll; up to three votes."""
    return open_desk_vote(app, now, **{"paper": True, **settings})


def member(app: Flask, name: str, role: Role = Role.OPERATOR) -> PageClient:
    """A browser of a member of staff, just signed in."""
    client: Any = app.test_client()
    person = staff.add(app, f"{name}@demo.kz", role)
    open_session(client, app, staff_id=person.id)
    return client


def issue(app: Flask, last: int = 6, *, first: int = 1) -> str:
    """A batch of papers; its public id."""
    issuer = Actor(Role.COORDINATOR, _somebody(app))
    with database_of(app).writing() as session:
        batch = paper.issue(
            session,
            issuer,
            SLUG,
            point=POINT,
            first=first,
            last=last,
            now=app.extensions["clock"](),
        )
        return batch.public_id


def _somebody(app: Flask) -> int:
    """Any account, made where there is none."""
    with database_of(app).reading() as session:
        found = session.exec(select(Staff.id).limit(1)).first()
    return found or staff.add(app, "issuer@demo.kz", Role.COORDINATOR).id


def hand_out(client: PageClient, batch: str, iin: str = IIN, **kwargs: Any) -> Any:
    """Mark a person."""
    page = client.get(f"{DESK}/{batch}/hand-out")
    return client.submit(page, {"iin": iin, "seen": "y"}, button="Mark the person", **kwargs)


def enter(client: PageClient, batch: str, *lines: str, **kwargs: Any) -> Any:
    """Type lines."""
    page = client.get(f"{DESK}/{batch}/enter")
    return client.submit(page, {"lines": "\n".join(lines)}, button="Note the papers", **kwargs)


def batch_in(app: Flask) -> PaperBatch:
    """The one batch."""
    with database_of(app).reading() as session:
        return session.exec(select(PaperBatch)).one()


def sheets_in(app: Flask) -> list[PaperSheet]:
    """All papers by number."""
    with database_of(app).reading() as session:
        return list(session.exec(select(PaperSheet).order_by(col(PaperSheet.serial))))


def entries_in(app: Flask) -> list[PaperEntry]:
    """All readings by number and round."""
    with database_of(app).reading() as session:
        order = (col(PaperEntry.serial), col(PaperEntry.round))
        return list(session.exec(select(PaperEntry).order_by(*order)))
