"""The coordinator at the desk."""

import pytest

from budget.permissions import Actor
from models.database import Database
from models.enums import Role
from models.people import Staff
from tests.harness.client import PageClient
from tests.harness.projects import make_district, sign_in


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
