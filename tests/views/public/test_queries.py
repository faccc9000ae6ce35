"""A page asks at most six things of the database, whatever the number of projects."""

from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session

from models.database import Database
from models.enums import Phase, SessionKind
from tests.harness.council_rows import add_appeal, add_council, add_session
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
    "/kk/cycles/2027/council",
    "/kk/cycles/2027/council/sessions/1",
    "/kk/protocols/pr202701",
    "/kk/projects/p202700001",
    "/api/v1/cycles",
    "/api/v1/cycles/2027",
    "/api/v1/cycles/2027/projects",
    "/api/v1/cycles/2027/results",
)
AFTER_THE_COUNT = ("/kk/cycles/2027/council/sessions/2", "/api/v1/cycles/2027/results")


def asked(client: FlaskClient, app: Flask, database: Database, page: str) -> int:
    """Statements of a page nobody has kept, and with the facts pages share read anew."""
    app.extensions["page_cache"].clear()
    app.extensions.pop("public_facts", None)
    with counted(database.engine) as statements:
        assert client.get(page).status_code == 200
    return len(statements)


def fill(session: Session, now: datetime, slug: str, projects: int, *, results: bool) -> None:
    """A cycle whose council has screened all projects, and confirmed the result where there is one."""
    phase = Phase.IMPLEMENTATION if results else Phase.VOTING
    cycle = add_cycle(session, now, slug=slug, phase=phase, projects=projects, results=results, envelopes=2)
    council = add_council(session, cycle, now)
    add_session(session, cycle, council, now)
    add_appeal(session, cycle, now)
    if results:
        add_session(session, cycle, council, now, SessionKind.DECISION)


@pytest.mark.parametrize("results", [False, True], ids=["voting", "published"])
def test_the_number_of_statements_does_not_grow_with_the_projects(
    raw_client: FlaskClient, app: Flask, app_database: Database, now, results: bool
) -> None:
    pages = [page for page in (*PAGES, *AFTER_THE_COUNT) if results or page not in AFTER_THE_COUNT]
    counts: dict[str, set[int]] = {page: set() for page in pages}
    sizes = {"small": 10, "middle": 40, "large": 400}
    with app_database.writing() as session:
        for slug, projects in sizes.items():
            fill(session, now, slug, projects, results=results)
    for slug in sizes:
        for page in pages:
            address = page.replace("p2027", f"p{slug[:4]}").replace("pr2027", f"pr{slug[:6]}")
            counts[page].add(asked(raw_client, app, app_database, address.replace("2027", slug)))
    for page, found in counts.items():
        assert max(found) <= MOST, f"{page}: {found}"
        assert len(found) == 1, f"{page}: {found}"
