"""The coordinator at the desk."""

from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from budget.keys import KeyRing
from budget.permissions import Actor
from models.database import Database
from models.enums import Role
from models.people import Staff
from tests.harness.client import PageClient
from tests.harness.counting import AFTER, Hold
from tests.harness.elections import Election, impossible_iins, open_election
from tests.harness.projects import make_district, sign_in
from tests.harness.voting import cast
from views.keys import keyring_for


@pytest.fixture
def coordinator(app_database: Database, client: PageClient, now: object) -> Actor:
    """A coordinator of the akimat with a row of her own."""
    with app_database.writing() as session:
        make_district(session)
        row = Staff(
            email="coordinator@example.kz",
            name="Айгүл Сериковна (демо)",
            role=Role.COORDINATOR,
            password_hash="x",
            created_at=now,
        )
        session.add(row)
        session.flush()
        return Actor(Role.COORDINATOR, row.id, row.name)


@pytest.fixture
def desk(coordinator: Actor, client: PageClient, monkeypatch: pytest.MonkeyPatch) -> PageClient:
    """The client of the signed-in coordinator."""
    sign_in(monkeypatch, coordinator)
    return client


@pytest.fixture
def ring(app: Flask) -> KeyRing:
    return keyring_for(app.extensions["config"])


@pytest.fixture
def hold(app_database: Database, ring: KeyRing, now: datetime, clock: Any) -> Hold:
    """A vote in which project n gets `votes[n]` ballots; then the clock stands after the close."""

    def held(*votes: int, costs: tuple[int, ...] = (), **settings: Any) -> Election:
        people = iter(impossible_iins(sum(votes)))
        with app_database.writing() as session:
            made = open_election(session, ring, now=now, projects=len(votes), slug="2027", **settings)
            for project, count in zip(made.projects, votes, strict=True):
                for _ in range(count):
                    cast(session, ring, made.cycle, next(people), project, now=now)
        clock.instant = now + AFTER
        return made

    return held
