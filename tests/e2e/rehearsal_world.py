"""The beginning of the rehearsal that Chromium walks: 69 applications of the size and kind of 2020, and accounts with known
passwords. What happens to them stands in the plan (`seeds.rehearsal_plan`); the walk makes it happen by roles."""

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from sqlmodel import Session, select

from budget import cycles, projects, staff
from budget.ballot_rules import Selection
from budget.permissions import Actor
from budget.settings import CycleDraft, EnvelopeDraft, Text
from models.cycle import Cycle
from models.database import Database
from models.enums import Assurance, KeyHolder, Role
from models.project import Project
from seeds import rehearsal_council, rehearsal_plan, saryarka
from seeds.council import SEATS
from seeds.course import Clock, cast_all, import_people
from seeds.people import Account, Person, invented_people, invented_phone
from seeds.rehearsal_plan import Plan, PlannedProject
from tests.e2e.walker import Walk
from tests.harness.processes import demo_environment, run_budget
from views.cli.edge import keyring
from views.config import from_environment

SLUG = "rehearsal"
VOTERS = 600
_PLACES = tuple((area, "187-көше") for area in (*rehearsal_plan.NAMED_AREAS, "rest"))
COORDINATOR = Account(
    Role.COORDINATOR, "", email="coordinator@walk.example", password="saryarka-coordinator", name="Үйлестіруші"
)  # fmt: skip
MEMBERS = tuple(
    Account(
        Role.COUNCIL, "", email=f"seat-{n}@walk.example", password=f"saryarka-seat-{n}", name=seat.name[0]
    )
    for n, seat in enumerate(SEATS, start=1)
)
"""One for each seat, in their order."""


@dataclass(frozen=True)
class Rehearsal:
    """The plan, and what the walk knows of the rows: projects have the numbers of the plan's places, from 1 on."""

    walk: Walk
    plan: Plan

    @cached_property
    def ids(self) -> list[str]:
        """Public ids by place; the last one is the application that becomes part of another."""
        with self.walk.database().reading() as session:
            return list(session.exec(select(Project.public_id).order_by(Project.number)).all())  # type: ignore[arg-type]

    def planned(self, public_id: str) -> PlannedProject:
        """What the plan says of a project."""
        return self.plan.projects[self.ids.index(public_id)]

    def author(self, place: int) -> Account:
        """Who wrote the application at this place, with a telephone of nobody."""
        return Account(
            Role.RESIDENT, "", iin=_people(self.walk.begins)[place].iin, phone=invented_phone(place + 1)
        )


def seed(directory: Path) -> Plan:
    """A service in `directory` whose only cycle is in its screening, with everything that was sent in."""
    environment = demo_environment(directory)
    done = run_budget(environment, "upgrade")
    assert done.returncode == 0, done.stderr
    now = datetime.now(UTC)
    plan, clock = _at_their_estimates(rehearsal_plan.make(1)), Clock(now)
    keys = keyring(from_environment(environment))
    with Database(environment["DATABASE_URL"]).writing() as session:
        saryarka.load_district(session)
        authors = list(import_people(session, keys, _people(now), now=clock.at(-90)).values())
        coordinator = _accounts(session, clock.at(-90))
        cycle = _cycle(session, coordinator, clock)
        for place, planned in enumerate(plan.projects):
            proposal = rehearsal_council.proposal_of(planned)
            projects.submit(session, authors[place], cycle, proposal, None, now=clock.at(-40 + 0.4 * place))
        similar, author = plan.projects[plan.road.merged_into], authors[len(plan.projects)]
        rehearsal_council.similar(session, author, cycle, similar, now=clock.at(-10.5))
    return plan


def cast_ballots(rehearsal: Rehearsal) -> None:
    """So many people vote, for what the plan says, by the domain's functions."""
    environment = demo_environment(rehearsal.walk.server.directory)
    keys = keyring(from_environment(environment))
    people, now = _people(rehearsal.walk.begins), rehearsal.walk.now()
    chosen = [() if place is None else (rehearsal.ids[place],) for place in rehearsal.plan.ballots[:VOTERS]]
    with rehearsal.walk.database().writing() as session:
        cycle = cycles.by_slug(session, SLUG)
        voters = [
            (person, Selection(choice, none_of_these=not choice), now)
            for person, choice in zip(people, chosen, strict=True)
        ]
        cast_all(session, keys, cycle, voters)


def _people(now: datetime) -> list[Person]:
    source = random.Random("people of the walk")
    return invented_people(VOTERS, _PLACES, source, today=now.date() - timedelta(days=100))


def _at_their_estimates(plan: Plan) -> Plan:
    """The same plan, whose authors knew what their projects cost; but for one, which the council admits at another sum."""
    [dearer, *_] = plan.road.recused
    known = tuple(
        one if one.cost is None or place == dearer else replace(one, estimate=one.cost)
        for place, one in enumerate(plan.projects)
    )
    return replace(plan, projects=known)


def _accounts(session: Session, now: datetime) -> Actor:
    """The coordinator and the nine, each with a password the walk knows."""
    for one in (COORDINATOR, *MEMBERS):
        row = staff.add(
            session, email=one.email, name=one.name, role=one.role, password=one.password, now=now
        )
        if one is COORDINATOR:
            coordinator = Actor(one.role, row.id, row.name)
    return coordinator


def _cycle(session: Session, coordinator: Actor, clock: Clock) -> Cycle:
    title = Text("Жаттығу: 68 жоба", "Репетиция: 68 проектов", "Rehearsal: 68 projects")
    yards = EnvelopeDraft(Text("Аулалар", "Дворы", "Yards"), rehearsal_plan.ALLOTTED)
    draft = CycleDraft(
        slug=SLUG,
        year=clock.at(0.5).year,
        title=title,
        allotted_tenge=rehearsal_plan.ALLOTTED,
        envelopes=(yards,),
        windows=clock.windows(-60, -50, -10, 40, 55, 70, 200, gap=5),
        rule=rehearsal_plan.RULE,
        methods=(Assurance.SMS, Assurance.EDS, Assurance.DESK),
        key_holder=KeyHolder.FILE,
        objection_days=0,
        reviewers_per_project=1,
    )
    cycles.create(session, coordinator, draft, now=clock.at(-65))
    return cycles.publish(session, coordinator, SLUG, now=clock.at(-61))
