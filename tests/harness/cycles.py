"""Cycles to test with: a proposal that is in range, and a cycle brought to a phase through the domain.

`calendar_from(day)` lays seven phases of ten days each, one after the other; `instant_in(phase)` is noon in it.
"""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from budget import cycles
from budget.keys import KeyRing
from budget.permissions import SYSTEM
from budget.phases import ORDER, Window
from budget.reading.folding import folded_project
from budget.settings import CycleDraft, EnvelopeDraft, Text
from models.base import new_public_id
from models.cycle import Cycle
from models.enums import Direction, Language, Phase, ProjectState
from models.people import Resident
from models.project import Project

LENGTH = timedelta(days=10)


def calendar_from(start: datetime) -> tuple[Window, ...]:
    """Seven phases of ten days each from `start`; the archive has no end."""
    return tuple(
        Window(
            phase, start + LENGTH * place, None if phase is Phase.ARCHIVE else start + LENGTH * (place + 1)
        )
        for place, phase in enumerate(ORDER)
    )


def instant_in(phase: Phase, start: datetime) -> datetime:
    """An instant in the middle of a phase of `calendar_from(start)`."""
    return start + LENGTH * ORDER.index(phase) + LENGTH / 2


def proposal(start: datetime, **changes: Any) -> CycleDraft:
    """Settings in range: 10,000,000 tenge in one envelope, one vote, everything else by default."""
    draft = CycleDraft(
        slug="2027",
        year=2027,
        title=Text("2027 жылғы кезең", "Цикл 2027 года", "The cycle of 2027"),
        allotted_tenge=10_000_000,
        envelopes=(EnvelopeDraft(Text("Аулалар", "Дворы", "Yards"), 10_000_000),),
        windows=calendar_from(start),
    )
    return replace(draft, **changes)


def add_resident(session: Session, *, now: datetime, born: date = date(1980, 1, 1)) -> Resident:
    """A person on the roll, of a random key."""
    row = Resident(roll_key=secrets.token_bytes(32), birth_on=born, imported_at=now)
    session.add(row)
    session.flush()
    return row


def published(session: Session, start: datetime, **changes: Any) -> Cycle:
    """A cycle published at `start`, with somebody on the roll."""
    add_resident(session, now=start)
    draft = proposal(start, **changes)
    cycles.create(session, SYSTEM, draft, now=start)
    return cycles.publish(session, SYSTEM, draft.slug, now=start)


def add_project(
    session: Session,
    cycle: Cycle,
    *,
    cost: int | None = 1_000_000,
    state: ProjectState = ProjectState.ADMITTED,
    envelope: int = 0,
    title: str = "Жарық",
    now: datetime,
) -> Project:
    """A project in any state, in the envelope of this place (from 0)."""
    rows = cycles.envelopes(session, cycle.id or 0)
    number = len(projects_of(session, cycle)) + 1
    project = Project(
        public_id=new_public_id(),
        cycle_id=cycle.id or 0,
        number=number,
        language=Language.KK,
        title_kk=f"{title} {number}",
        description_kk=title,
        envelope_id=rows[envelope].id,
        direction=Direction.LIGHTING,
        estimate_tenge=cost or 1_000_000,
        cost_tenge=cost,
        state=state,
        submitted_at=now,
    )
    project.folded = folded_project(project)
    session.add(project)
    session.flush()
    return project


def projects_of(session: Session, cycle: Cycle) -> Sequence[Project]:
    """All projects of a cycle, in every state."""
    return session.exec(select(Project).where(Project.cycle_id == cycle.id)).all()


def frozen(session: Session, start: datetime, keyring: KeyRing, *costs: int, **changes: Any) -> Cycle:
    """A cycle with an admitted project for each cost, frozen when its voting begins."""
    cycle = published(session, start, **changes)
    for cost in costs or (1_000_000,):
        add_project(session, cycle, cost=cost, now=start)
    opening = calendar_from(start)[ORDER.index(Phase.VOTING)].starts_at
    return cycles.freeze(session, SYSTEM, cycle.slug, keyring, now=opening)
