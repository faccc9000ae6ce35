"""The council's sessions as the coordinator's pages meet them: projects that are ready, a session, and what a page shows."""

from datetime import datetime

from sqlmodel import Session

from budget import projects
from budget.council import agenda, sessions
from models.council_session import AgendaItem, CouncilSession
from models.cycle import Cycle
from models.database import Database
from models.project import Project
from tests.harness import council
from tests.harness.pages import PageResponse
from tests.harness.projects import make_resident, proposal


def submit(session: Session, cycle: Cycle, *titles: str, now: datetime) -> list[Project]:
    """Projects of as many authors."""
    return [
        projects.submit(session, make_resident(session), cycle, proposal(title=title), None, now=now)
        for title in titles
    ]


def reviewed(database: Database, cycle: Cycle, count: int, *, now: datetime, size: int = 5) -> list[str]:
    """Public ids of projects that are ready for an agenda."""
    with database.writing() as session:
        council.make_council(session, cycle, now=now, size=size)
        rows = submit(session, cycle, *(f"Аула {number}" for number in range(1, count + 1)), now=now)
        for project in rows:
            council.review(session, cycle, project, now=now)
        return [one.public_id for one in rows]


def planned(database: Database, cycle: Cycle, *, now: datetime, fill: bool = True) -> str:
    """A session, with everything that is ready on its agenda."""
    with database.writing() as session:
        row = council.plan_session(session, cycle, now=now)
        if fill:
            agenda.fill(session, council.COORDINATOR, row.public_id, now=now)
        return row.public_id


def row_of(database: Database, public_id: str) -> CouncilSession:
    """The session as it stands."""
    with database.reading() as session:
        return sessions.by_public_id(session, public_id)


def items_of(database: Database, public_id: str) -> list[AgendaItem]:
    """Its items in order."""
    with database.reading() as session:
        return list(agenda.items_of(session, sessions.by_public_id(session, public_id)))


def page_of(public_id: str, **query: str) -> str:
    """The address of its page, in English."""
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return f"/en/office/sessions/{public_id}" + (f"?{asked}" if asked else "")


def gold(page: PageResponse) -> str:
    """The words of the one gold button."""
    found = [
        " ".join("".join(one.itertext()).split())
        for one in page.find_all(class_="govuk-button")
        if "govuk-button--secondary" not in (one.get("class") or "")
    ]
    return found[0] if found else ""


def token_of(page: PageResponse) -> dict[str, str]:
    """What a form of this page would send besides its fields."""
    return {"csrf_token": page.find_all("input", name="csrf_token")[0].get("value") or ""}
