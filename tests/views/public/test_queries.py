"""A page asks at most six things of the database, whatever the number of projects."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models.database import Database
from models.enums import Phase
from tests.harness.public_rows import add_cycle
from tests.harness.queries import counted

MOST = 6
PAGES = (
    "/kk/",
    "/kk/archive",
    "/kk/cycles/2027",
    "/kk/cycles/2027/projects",
    "/kk/cycles/2027/projects?area=agro&direction=ramps&state=admitted&page=2",
    "/kk/cycles/2027/projects?q=алан",
    "/kk/cycles/2027/rules",
    "/kk/cycles/2027/results",
    "/kk/projects/p202700001",
    "/api/v1/cycles",
    "/api/v1/cycles/2027",
    "/api/v1/cycles/2027/projects",
)


def asked(client: FlaskClient, app: Flask, database: Database, page: str) -> int:
    """Statements of a page nobody has kept, and with the facts pages share read anew."""
    app.extensions["page_cache"].clear()
    app.extensions.pop("public_facts", None)
    with counted(database.engine) as statements:
        assert client.get(page).status_code == 200
    return len(statements)


@pytest.mark.parametrize("results", [False, True], ids=["voting", "published"])
def test_the_number_of_statements_does_not_grow_with_the_projects(
    raw_client: FlaskClient, app: Flask, app_database: Database, now, results: bool
) -> None:
    counts: dict[str, set[int]] = {page: set() for page in PAGES}
    phase = Phase.IMPLEMENTATION if results else Phase.VOTING
    sizes = {"small": 10, "middle": 40, "large": 400}
    with app_database.writing() as session:
        for slug, projects in sizes.items():
            add_cycle(session, now, slug=slug, phase=phase, projects=projects, results=results, envelopes=2)
    for slug in sizes:
        for page in PAGES:
            address = page.replace("p2027", f"p{slug[:4]}").replace("2027", slug)
            counts[page].add(asked(raw_client, app, app_database, address))
    for page, found in counts.items():
        assert max(found) <= MOST, f"{page}: {found}"
        assert len(found) == 1, f"{page}: {found}"
