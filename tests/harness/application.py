"""The application under test, its clock, and clients with and without checks."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models.database import Database
from tests.harness.client import IGNORES_UNTRANSLATED, PageClient
from tests.harness.quick_apps import share_rules, share_templates

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
MakeApp = Callable[..., Flask]


class Clock:
    """The time the application sees; tests move it by setting `instant`."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def __call__(self) -> datetime:
        return self.instant


@pytest.fixture
def now() -> datetime:
    """A fixed instant: Monday 1 March 2027, 14:00 in Almaty."""
    return NOW


@pytest.fixture
def clock(now: datetime) -> Clock:
    """The clock of `app`, standing at `now`."""
    return Clock(now)


@pytest.fixture
def make_app(tmp_path: Path, clock: Clock, request: pytest.FixtureRequest) -> Iterator[MakeApp]:
    """Make applications: `make_app(url, demo=False, …)`, any field of views.config.Config by keyword."""
    from views.app import create_app  # here, so that tests of the domain start without the edge
    from views.config import Config

    share_rules()
    made: list[Flask] = []

    def make(url: str, **settings: Any) -> Flask:
        values: dict[str, Any] = {
            "database_url": url,
            "secret_key": b"test-secret-key-of-32-characters!",
            "voter_key": b"test-voter-key-of-32-characters!!",
            "roll_key": b"test-roll-key-of-32-characters!!!",
            "key_dir": tmp_path / "keys",
            "demo": True,
            "secure_cookies": False,
        }
        app = create_app(Config(**{**values, **settings}))
        share_templates(app)
        app.testing = True
        app.extensions["clock"] = clock
        app.test_client_class = PageClient
        app.config[IGNORES_UNTRANSLATED] = request.config.getoption("--untranslated") == "ignore"
        made.append(app)
        return app

    yield make
    for app in made:
        app.extensions["database"].dispose()


@pytest.fixture
def app(make_app: MakeApp, sqlite_url: str) -> Flask:
    """The application over a fresh SQLite database, in demo mode."""
    return make_app(sqlite_url)


@pytest.fixture
def app_database(app: Flask) -> Database:
    """The database of `app`: `with app_database.writing() as session:` to put things there."""
    found: Database = app.extensions["database"]
    return found


@pytest.fixture
def client(app: Flask) -> PageClient:
    """A client that checks every page."""
    made = app.test_client()
    assert isinstance(made, PageClient)
    return made


@pytest.fixture
def raw_client(app: Flask) -> FlaskClient:
    """Flask's own client, checking nothing."""
    return FlaskClient(app, app.response_class)
