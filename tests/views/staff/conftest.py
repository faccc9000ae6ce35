"""The application as it runs outside the demo: nobody works without a second factor."""

from typing import Any

import pytest
from flask import Flask

from tests.harness.application import MakeApp
from tests.harness.client import PageClient


@pytest.fixture
def strict_app(make_app: MakeApp, sqlite_url: str) -> Flask:
    """Not the demo."""
    return make_app(sqlite_url, demo=False)


@pytest.fixture
def strict(strict_app: Flask) -> PageClient:
    """A browser at it."""
    client: Any = strict_app.test_client()
    assert isinstance(client, PageClient)
    return client
