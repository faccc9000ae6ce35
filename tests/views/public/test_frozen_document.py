"""The frozen document: whoever downloads it finds the hash that stands on the rules page."""

from datetime import datetime
from hashlib import sha256

import pytest
from flask import Flask

from budget import cycles
from models.database import Database
from models.enums import ProjectState
from models.project import Project
from tests.harness.client import PageClient
from tests.harness.elections import COORDINATOR, draft, open_election
from views.keys import keyring_for


@pytest.fixture
def slug(app: Flask, app_database: Database, now: datetime) -> str:
    with app_database.writing() as session:
        return open_election(session, keyring_for(app.extensions["config"]), now=now).cycle.slug


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_its_sha_256_is_the_number_on_the_rules_page(client: PageClient, slug: str, lang: str) -> None:
    page = client.get(f"/{lang}/cycles/{slug}/rules")
    address = f"/{lang}/cycles/{slug}/frozen.json"
    assert address in page.links
    document = client.get(address)
    assert sha256(document.data).hexdigest() in page.visible
    assert [project["cost"] for project in document.get_json()["projects"]] == [3_000_000] * 4


def test_a_project_withdrawn_since_changes_nothing_in_it(
    client: PageClient, app_database: Database, slug: str, now: datetime
) -> None:
    before = client.get(f"/kk/cycles/{slug}/frozen.json").data
    with app_database.writing() as session:
        project = session.get_one(Project, 1)
        project.state, project.withdrawn_at = ProjectState.WITHDRAWN, now
    assert client.get(f"/kk/cycles/{slug}/frozen.json").data == before


def test_there_is_none_before_the_freeze(client: PageClient, app_database: Database, now: datetime) -> None:
    proposed = draft(now)
    with app_database.writing() as session:
        begins = proposed.windows[0].starts_at
        cycles.create(session, COORDINATOR, proposed, now=begins)
    client.get("/kk/cycles/test-2027/frozen.json", status=404)
