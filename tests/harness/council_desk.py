"""A cycle in its weeks of screening for tests of the coordinator's pages: submitted projects, a council, everything through
the domain. `rows` of a `Desk` are read anew, so that a test sees what a page has done.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, select

from budget import cycles, projects
from budget.permissions import Actor
from models.council import CouncilMember
from models.cycle import Cycle
from models.database import Database
from models.enums import Phase
from models.project import Project
from models.service import AuditEvent
from tests.harness import council
from tests.harness.council import Member
from tests.harness.projects import make_cycle, make_resident, proposal

SLUG = "2027"
PAGE = f"/en/office/cycles/{SLUG}"
AGO = timedelta(days=8)
"""Within the time for applications, where the cycle is in the middle of its screening."""


@dataclass
class Desk:
    """Public ids of projects and memberships, with who stands behind each."""

    database: Database
    now: datetime
    projects: list[str] = field(default_factory=list)
    authors: list[Actor] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)

    def do(self, act: Callable[[Session, Cycle], Any]) -> Any:
        """Something through the domain, in a transaction of its own."""
        with self.database.writing() as session:
            return act(session, cycles.by_slug(session, SLUG))

    def project(self, place: int) -> Project:
        """A project as it stands now, by its place from 0."""
        with self.database.reading() as session:
            return session.exec(select(Project).where(Project.public_id == self.projects[place])).one()

    def memberships(self) -> list[CouncilMember]:
        """Every membership as it stands now."""
        with self.database.reading() as session:
            return list(session.exec(select(CouncilMember).order_by(CouncilMember.id)))

    def cycle(self) -> Cycle:
        """The cycle as it stands now."""
        with self.database.reading() as session:
            return cycles.by_slug(session, SLUG)

    def rows(self, table: type[Any]) -> list[Any]:
        """Everything in a table, the oldest first."""
        with self.database.reading() as session:
            return list(session.exec(select(table).order_by(*sa.inspect(table).primary_key)))

    def acts(self) -> list[str]:
        """The acts in the log, the oldest first."""
        with self.database.reading() as session:
            return list(session.exec(select(AuditEvent.action).order_by(AuditEvent.id)))


def make_desk(
    database: Database, now: datetime, *, projects_: int = 3, size: int = 5, **settings: Any
) -> Desk:
    """A cycle in the middle of its screening with so many projects, and a published council of so many members (0: none)
    without interests."""
    desk = Desk(database, now)
    with database.writing() as session:
        cycle = make_cycle(session, now, Phase.SCREENING, slug=SLUG, **settings)
        for _ in range(projects_):
            author = make_resident(session)
            row = projects.submit(session, author, cycle, proposal(), None, now=now - AGO)
            desk.projects.append(row.public_id)
            desk.authors.append(author)
        if size:
            desk.members = council.make_council(session, cycle, now=now - AGO, size=size)
    return desk
