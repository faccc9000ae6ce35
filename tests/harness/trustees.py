"""Trustees for tests: three named people, the shares behind their links, and a vote whose key they hold."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, select

from budget import cycles, key_shares, trustees
from budget.keys import KeyRing
from budget.trustees import Link, Named
from models.cycle import Cycle
from models.enums import KeyHolder, Phase
from models.people import Resident
from models.project import Project
from tests.harness.elections import COORDINATOR, add_project, add_residents, draft, impossible_iins

THREE = (
    Named("Айгүл Тестова", "Сараптау кеңесі"),
    Named("Берік Сынақов", "Аудан әкімдігі"),
    Named("Вера Проверкина", "Қоғамдық бақылаушы"),
)


def waiting_cycle(session: Session, *, now: datetime, **changes: object) -> tuple[Cycle, tuple[Project, ...]]:
    """A published cycle of trustees, an hour before its voting; everything but the freeze is done."""
    proposed = draft(now, key_holder=KeyHolder.TRUSTEES, **changes)
    starts_at = proposed.windows[0].starts_at
    cycle = cycles.create(session, COORDINATOR, proposed, now=starts_at)
    if session.exec(select(Resident.id).limit(1)).first() is None:
        add_residents(session, KeyRingless, impossible_iins(1, first=99000), now=starts_at)  # type: ignore[arg-type]
    cycles.publish(session, COORDINATOR, cycle.slug, now=starts_at)
    return cycle, tuple(add_project(session, cycle, number) for number in range(1, 5))


class KeyRingless:
    """Stands for a key ring where only somebody on the roll is wanted."""

    @staticmethod
    def roll_key_of(iin: str) -> bytes:
        """Any 32 bytes."""
        return iin.encode().ljust(32, b"-")


def before_voting(cycle: Cycle, session: Session) -> datetime:
    """An hour before voting opens."""
    window = cycles.calendar(session, cycle.id or 0).window(Phase.VOTING)
    assert window is not None
    return window.starts_at - timedelta(hours=1)


def shares_of(
    session: Session, links: Sequence[Link], *, now: datetime, language: str = "ru"
) -> dict[int, str]:
    """What the trustees have on paper after opening their links."""
    return {
        link.position: " ".join(key_shares.words(trustees.show(session, link.token, now=now).share, language))
        for link in links
    }


def frozen_by_trustees(
    session: Session, keyring: KeyRing, *, now: datetime, **changes: object
) -> tuple[Cycle, tuple[Project, ...], Mapping[int, str]]:
    """A vote that is open at `now`, its key split and proven in a rehearsal; the shares as typed."""
    cycle, projects = waiting_cycle(session, now=now, **changes)
    at = before_voting(cycle, session)
    trustees.name_trustees(session, COORDINATOR, cycle.slug, THREE, now=at)
    links = trustees.freeze(session, COORDINATOR, cycle.slug, keyring, now=at)
    shares = shares_of(session, links, now=at)
    trustees.rehearse(session, COORDINATOR, cycle.slug, shares, now=at)
    session.flush()
    return cycle, projects, shares
