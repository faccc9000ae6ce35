"""An open vote that accepts the front office, and an operator's browser."""

from datetime import datetime

import pytest
from flask import Flask

from tests.harness import desk as harness
from tests.harness.ballots import BALLOT
from tests.harness.client import PageClient
from tests.harness.elections import Election
from tests.harness.paper import issue, member


@pytest.fixture
def election(app: Flask, now: datetime) -> Election:
    return harness.open_desk_vote(app, now)


@pytest.fixture
def desk(client: PageClient, app: Flask, election: Election) -> PageClient:
    """The operator's browser."""
    harness.operator(app, client)
    return client


@pytest.fixture
def device(desk: PageClient) -> PageClient:
    """The same browser, handed over."""
    assert harness.hand_over(desk).request.path == BALLOT
    return desk


@pytest.fixture
def batch(app: Flask, election: Election) -> str:
    return issue(app)


@pytest.fixture
def ann(app: Flask, batch: str) -> PageClient:
    return member(app, "ann")


@pytest.fixture
def bek(app: Flask, batch: str) -> PageClient:
    return member(app, "bek")


@pytest.fixture
def cem(app: Flask, batch: str) -> PageClient:
    return member(app, "cem")
