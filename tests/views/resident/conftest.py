"""A resident with a session of their own, and a cycle in the phase asked for."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from budget.permissions import Actor
from models.cycle import Cycle
from models.database import Database
from models.enums import Phase
from tests.harness.projects import make_cycle, make_resident, sign_in

Enter = Callable[..., Cycle]


@pytest.fixture
def author(app_database: Database) -> Actor:
    with app_database.writing() as session:
        return make_resident(session)


@pytest.fixture
def enter(app_database: Database, author: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Enter:
    """Sign the author in, with a cycle in the phase asked for."""

    def made(phase: Phase = Phase.SUBMISSION, **settings: Any) -> Cycle:
        with app_database.writing() as session:
            cycle = make_cycle(session, now, phase, **settings)
        sign_in(monkeypatch, author)
        return cycle

    return made
