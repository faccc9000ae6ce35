"""The council's pages run on both databases, with a member signed in."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask

from models.database import Database
from tests.harness import member_pages
from tests.harness.member_pages import Sitting
from tests.harness.projects import sign_in

Sit = Callable[..., Sitting]


@pytest.fixture
def app(make_app: Callable[..., Flask], database_url: str) -> Flask:
    """The application over a fresh database of each kind."""
    return make_app(database_url)


@pytest.fixture
def sit(app_database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Sit:
    """`sit(count=3, size=3, …)`: a council at work, its first member signed in (see `tests.harness.member_pages`)."""

    def made(**settings: object) -> Sitting:
        found = member_pages.sit(app_database, now, **settings)  # type: ignore[arg-type]
        sign_in(monkeypatch, found.me.actor)
        return found

    return made
