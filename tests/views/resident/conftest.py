"""A vote that is open, and a voter signed in to it."""

from datetime import datetime

import pytest
from flask import Flask

from tests.harness.ballots import (
    open_vote,
    sign_in_voter,
)
from tests.harness.client import PageClient
from tests.harness.elections import Election


@pytest.fixture
def election(app: Flask, now: datetime) -> Election:
    """Four projects in one envelope and a rejected one; up to three votes."""
    return open_vote(app, now, votes_per_resident=3)


@pytest.fixture
def voter(client: PageClient, app: Flask, election: Election) -> PageClient:
    """A voter's browser, signed in, over `election`."""
    sign_in_voter(client, app)
    return client
