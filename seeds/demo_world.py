"""What the parts of the demo share: its world, its projects, and acts by the coordinator."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from budget.keys import KeyRing
from budget.permissions import Actor
from models.cycle import Cycle
from models.enums import Role
from models.people import Resident, Staff
from models.project import Project
from seeds.council import Document
from seeds.course import Agenda, Clock
from seeds.demo_texts import DemoProject
from seeds.people import COORDINATOR, Account, Person


@dataclass(frozen=True)
class World:
    """What the demo is made of, and when it is. Actors are looked up: they may be there since before a crash."""

    keyring: KeyRing
    clock: Clock
    source: random.Random
    people: Sequence[Person]
    agenda: Agenda
    document: Document | None

    def resident(self, session: Session, iin: str) -> Actor:
        """One of the people."""
        row = select(Resident.id).where(Resident.roll_key == self.keyring.roll_key_of(iin))
        return Actor(Role.RESIDENT, session.exec(row).one())

    def at(self, days: float, act: Callable[[Session, datetime], object]) -> None:
        """Put an act on the agenda by its day."""
        self.agenda.add(self.clock.at(days), act)


@dataclass(frozen=True)
class Entry:
    """A project of a demo cycle: where it stands, what it says, and the IIN of its author."""

    slug: str
    number: int
    text: DemoProject
    author: str

    def row(self, session: Session) -> Project:
        """Its row, once it is submitted."""
        of_cycle = select(Project).join(Cycle, col(Cycle.id) == Project.cycle_id)
        return session.exec(of_cycle.where(Cycle.slug == self.slug, Project.number == self.number)).one()


def member_of(session: Session, account: Account) -> Actor:
    row = session.exec(select(Staff).where(Staff.email == account.email)).one()
    return Actor(row.role, row.id, row.name)


def by_coordinator(
    act: Callable[..., object], slug: str, *more: object
) -> Callable[[Session, datetime], object]:
    """An act of the domain on a cycle, done by the coordinator."""
    return lambda session, at: act(session, member_of(session, COORDINATOR), slug, *more, now=at)
