"""Cycles for tests, made through the domain functions: residents on the roll, a ballot list, a vote that is open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlmodel import Session, select

from budget import cycles
from budget.identity.iin import iin_with_check_digit
from budget.keys import KeyRing
from budget.permissions import Actor
from budget.phases import Window
from budget.reading.folding import folded_project
from budget.settings import CycleDraft, EnvelopeDraft, Text
from models.base import new_public_id
from models.cycle import Cycle
from models.enums import Language, Phase, ProjectState, Role
from models.people import Resident
from models.project import Project

COORDINATOR = Actor(Role.COORDINATOR, None, "A. Coordinator")
SYSTEM = Actor(Role.SYSTEM)
LENGTHS = {
    Phase.ANNOUNCEMENT: 10,
    Phase.SUBMISSION: 30,
    Phase.SCREENING: 20,
    Phase.VOTING: 14,
    Phase.DECISION: 14,
    Phase.IMPLEMENTATION: 120,
}


def windows_around(
    now: datetime, phase: Phase, *, since: timedelta = timedelta(days=1)
) -> tuple[Window, ...]:
    """A gapless calendar in which `phase` began `since` ago at `now`."""
    phases = list(Phase)
    before = sum(LENGTHS[earlier] for earlier in phases[: phases.index(phase)])
    starts_at = now - since - timedelta(days=before)
    windows = []
    for each in phases:
        ends_at = starts_at + timedelta(days=LENGTHS[each]) if each in LENGTHS else None
        windows.append(Window(each, starts_at, ends_at))
        starts_at = ends_at or starts_at
    return tuple(windows)


def draft(now: datetime, phase: Phase = Phase.VOTING, **changes: object) -> CycleDraft:
    """A cycle of 10,000,000 ₸ in one envelope, in `phase` at `now`; any field by keyword."""
    values: dict[str, object] = {
        "slug": "test-2027",
        "year": 2027,
        "title": Text("2027 жылғы кезең", "Цикл 2027 года", "Cycle of 2027"),
        "allotted_tenge": 10_000_000,
        "envelopes": (EnvelopeDraft(Text("Аулалар", "Дворы", "Yards"), 10_000_000),),
        "windows": windows_around(now, phase),
        **changes,
    }
    return CycleDraft(**values)  # type: ignore[arg-type]


def impossible_iins(count: int, first: int = 0) -> list[str]:
    """Valid numbers of nobody: the day is 30 February or later, which no person was born on."""
    found: list[str] = []
    number = first
    while len(found) < count:
        iin = iin_with_check_digit(f"990230{number:05d}")
        number += 1
        if iin is not None:
            found.append(iin)
    return found


def add_residents(
    session: Session, keyring: KeyRing, iins: Sequence[str], *, now: datetime
) -> list[Resident]:
    """Put people of 40 on the roll."""
    rows = [
        Resident(roll_key=keyring.roll_key_of(iin), birth_on=date(now.year - 40, 1, 1), imported_at=now)
        for iin in iins
    ]
    session.add_all(rows)
    session.flush()
    return rows


def add_project(
    session: Session, cycle: Cycle, number: int, *, cost: int = 3_000_000, **changes: object
) -> Project:
    """A project of the cycle's first envelope, admitted unless `state` says otherwise."""
    values: dict[str, object] = {
        "public_id": new_public_id(),
        "cycle_id": cycle.id,
        "number": number,
        "language": Language.KK,
        "title_kk": f"{number}-аула",
        "title_ru": f"Двор {number}",
        "title_en": f"Yard {number}",
        "description_kk": "Балалар алаңы мен жарық.",
        "description_ru": "Детская площадка и свет.",
        "description_en": "A playground and lights.",
        "estimate_tenge": cost,
        "cost_tenge": cost,
        "envelope_id": cycles.envelopes(session, cycle.id or 0)[0].id,
        "state": ProjectState.ADMITTED,
        **changes,
    }
    project = Project(**values)
    project.folded = folded_project(project)
    session.add(project)
    session.flush()
    return project


@dataclass(frozen=True)
class Election:
    """A frozen cycle whose voting is open."""

    cycle: Cycle
    projects: tuple[Project, ...]


def open_election(
    session: Session, keyring: KeyRing, *, now: datetime, projects: int = 4, **changes: object
) -> Election:
    """A cycle published ten days into its announcement and frozen just before voting, which is open at `now`."""
    proposed = draft(now, **changes)
    starts_at = proposed.windows[0].starts_at
    cycle = cycles.create(session, COORDINATOR, proposed, now=starts_at)
    if session.exec(select(Resident.id).limit(1)).first() is None:
        add_residents(session, keyring, impossible_iins(1, first=99000), now=starts_at)
    cycles.publish(session, COORDINATOR, cycle.slug, now=starts_at)
    rows = tuple(add_project(session, cycle, number) for number in range(1, projects + 1))
    opens_at = next(w.starts_at for w in proposed.windows if w.phase is Phase.VOTING)
    cycle = cycles.freeze(session, COORDINATOR, cycle.slug, keyring, now=opens_at - timedelta(hours=1))
    return Election(cycle, rows)


def utc(*parts: int) -> datetime:
    """An aware instant: `utc(2027, 3, 1, 9)`."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]
