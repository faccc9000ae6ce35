"""A council at work for tests of its members' pages: a cycle with submitted projects, a council that reads them all."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from budget import projects
from budget.council import agenda, decisions, protocols, reviews, sessions, votes
from budget.council.motions import Motion
from budget.permissions import Actor
from models.council_session import AgendaItem, CouncilSession, CouncilVote, Protocol
from models.cycle import Cycle
from models.database import Database
from models.enums import Criterion, Phase, Role
from models.project import Project
from models.screening import Review
from tests.harness import council
from tests.harness.council import COORDINATOR, Member
from tests.harness.pages import PageResponse
from tests.harness.projects import make_cycle, make_resident, proposal


@dataclass
class Sitting:
    """A cycle, its projects by number, and the council; `me` is the first member, the chair."""

    database: Database
    now: datetime
    cycle: Cycle
    projects: list[Project]
    members: list[Member] = field(default_factory=list)

    @property
    def me(self) -> Member:
        """Who is signed in."""
        return self.members[0]

    @property
    def others(self) -> list[Member]:
        """The rest of the council."""
        return self.members[1:]

    def author(self, project: Project) -> Actor:
        """The author of a project."""
        return Actor(Role.RESIDENT, project.author_id)

    def held(
        self,
        session: Session,
        motions: dict[int, Motion],
        *,
        present: Sequence[Member] | None = None,
        now: datetime | None = None,
    ) -> CouncilSession:
        """A session that has begun, with a motion on each project by its index; nothing is put to the vote yet."""
        at = now or self.now
        row = council.plan_session(session, self.cycle, now=at)
        for index, motion in motions.items():
            item = agenda.put(session, COORDINATOR, row.public_id, self.projects[index].public_id, now=at)
            agenda.change_motion(session, COORDINATOR, item.public_id, motion, revision=row.revision, now=at)
        council.begin(session, row, self.members if present is None else present, now=at)
        return row

    def opened(
        self, session: Session, count: int = 3, **changes: Any
    ) -> tuple[CouncilSession, list[AgendaItem]]:
        """The same with motions to admit the first projects, all put to the vote."""
        row = self.held(session, dict.fromkeys(range(count), council.admission()), **changes)
        votes.open_items(session, COORDINATOR, row.public_id, now=changes.get("now") or self.now)
        return row, list(agenda.items_of(session, row))

    def finish(
        self,
        session: Session,
        row: CouncilSession,
        *,
        present: Sequence[Member] | None = None,
        publish: bool = False,
    ) -> CouncilSession:
        """A session that has begun comes to its end: everybody who is there is for everything."""
        votes.open_items(session, COORDINATOR, row.public_id, now=self.now)
        for item in agenda.items_of(session, row):
            floor = votes.floor_of(session, row, item, now=self.now)
            there = [one for one in present or self.members if one.row.id in floor.present]
            council.vote(session, item, there, now=self.now)
        votes.close_items(session, COORDINATOR, row.public_id, now=self.now)
        sessions.close(session, COORDINATOR, row.public_id, now=self.now)
        if publish:
            decisions.publish(session, COORDINATOR, row.public_id, now=self.now)
        return row

    def recorded(self, session: Session, *, present: Sequence[Member] | None = None) -> Protocol:
        """The protocol of a session that is over, about the first project."""
        there = self.members if present is None else present
        row = self.held(session, {0: council.admission()}, present=there)
        return self.protocol_of(session, self.finish(session, row, present=there))

    def protocol_of(self, session: Session, row: CouncilSession, **facts: Any) -> Protocol:
        """A protocol of a closed session; its document is a few bytes."""
        found = protocols.facts_of(session, row, **facts)
        content = f"%PDF-1.7 protocol {found.number}".encode()
        return protocols.keep(session, COORDINATOR, found, content, now=self.now)


def sit(
    database: Database,
    now: datetime,
    *,
    count: int = 3,
    size: int = 3,
    declared: bool = True,
    reviewed: bool = False,
    assigned: bool = True,
    changes: dict[str, Any] | None = None,
    phase: Phase = Phase.SUBMISSION,
    **settings: Any,
) -> Sitting:
    """Projects that are checked and assigned to everybody (`reviewed`: and concluded on), before the eyes of a council."""
    with database.writing() as session:
        cycle = make_cycle(session, now, phase, **{"reviewers_per_project": size, **settings})
        rows = [
            projects.submit(session, make_resident(session), cycle, proposal(**changes or {}), None, now=now)
            for _ in range(count)
        ]
        members = council.make_council(session, cycle, now=now, size=size, declared=declared)
        if assigned and rows:
            council.pass_check(session, cycle, *rows, now=now)
            reviews.assign(session, COORDINATOR, cycle, now=now)
        if reviewed:
            for project in rows:
                council.review_all(session, project, now=now)
    return Sitting(database, now, cycle, rows, members)


def no_room(*_: object, **__: object) -> None:
    """What SQLite says when the disk is full; to be put in the place of an act."""
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    raise OperationalError("INSERT", {}, error)


# --- the page of a project --------------------------------------------------------------------------------


MEETS = {str(criterion): "meets" for criterion in Criterion}
NOTES = "Көршілер қарсы деп естідім."
REMARK = "Жер жеке меншікте."
FULL = {
    **MEETS,
    "land": "fails",
    "land_remark": REMARK,
    "admitted_tenge": "9 300 000",
    "cost_reason": "Шамдар арзанырақ.",
    "notes": NOTES,
}
"""A conclusion with everything in it, as it is typed."""


def path_of(project: Project, lang: str = "en") -> str:
    """The project's page for a member."""
    return f"/{lang}/council/projects/{project.public_id}"


def own_review(world: Sitting, index: int = 0) -> tuple[Review, dict[Criterion, reviews.Said]]:
    """The member's review of a project, with its answers."""
    with world.database.reading() as session:
        found = reviews.of_member(session, session.get_one(Project, world.projects[index].id), world.me.row)
        assert found is not None
        return found, reviews.answers_of(session, [found.id or 0]).get(found.id or 0, {})


def others_conclude(world: Sitting, *who: int, notes: str = "Басқаның ескертпесі") -> None:
    """Some of the others, by index, conclude on the first project."""
    with world.database.writing() as session:
        for index in who:
            said = council.conclusion(notes=notes)
            reviews.conclude(
                session, world.others[index].actor, world.projects[0].public_id, said, now=world.now
            )


def kept(page: PageResponse, name: str) -> str:
    """What a text field of the page holds."""
    return "".join(page.find("textarea", name=name).itertext()).strip()


def chosen(page: PageResponse, name: str) -> list[str]:
    """Which radio buttons of this name are marked."""
    return [e.get("value", "") for e in page.find_all("input", name=name) if e.get("checked") is not None]


# --- the page of a session --------------------------------------------------------------------------------


def hall_of(row: CouncilSession, lang: str = "en") -> str:
    """The session's page for a member."""
    return f"/{lang}/council/sessions/{row.public_id}"


def choose(*items: AgendaItem, choice: str = "for") -> dict[str, str]:
    """The same vote on each of these."""
    return {f"choice-{item.public_id}": choice for item in items}


def own_votes(world: Sitting) -> dict[int, CouncilVote]:
    """The member's votes by position of the item."""
    with world.database.reading() as session:
        rows = session.exec(
            select(AgendaItem.position, CouncilVote)
            .join(CouncilVote, col(CouncilVote.item_id) == AgendaItem.id)
            .where(CouncilVote.member_id == world.me.row.id)
            .order_by(col(AgendaItem.position))
        )
        return dict(rows.all())


def offered_votes(page: PageResponse) -> list[str]:
    """Public ids of the items one may vote on."""
    radios = page.find_all("input", type="radio", value="for")
    return [e.get("name", "").removeprefix("choice-") for e in radios]
