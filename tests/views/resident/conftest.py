"""A resident with a session of their own and a cycle in the phase asked for; an open vote and a voter in it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from budget.permissions import Actor
from models.cycle import Cycle
from models.database import Database
from models.enums import Phase
from tests.harness.ballots import open_vote, sign_in_voter
from tests.harness.client import PageClient
from tests.harness.elections import Election
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


@pytest.fixture
def election(app: Flask, now: datetime) -> Election:
    """Four projects in one envelope and a rejected one; up to three votes."""
    return open_vote(app, now, votes_per_resident=3)


@pytest.fixture
def voter(client: PageClient, app: Flask, election: Election) -> PageClient:
    """A voter's browser, signed in, over `election`."""
    sign_in_voter(client, app)
    return client
