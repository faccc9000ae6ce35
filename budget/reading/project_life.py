"""One project from its submission to its works: what its page tells, for years under one address.

Its road through the council and after the vote is read by `budget.reading.project_road`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from budget.errors import NotFound
from budget.phases import Calendar, Stage, stage_at
from budget.reading.project_facts import (
    After,
    Decision,
    Exchange,
    Forwarded,
    Joined,
    Other,
    Step,
    Word,
)
from budget.reading.project_road import IS_OUT, after_of, columns_of, decisions_of, details_of
from budget.reading.projects import Address
from models.cycle import Cycle, Envelope
from models.district import Area
from models.enums import Direction, Language, Origin, ProjectState, VerdictKind, WorksStatus
from models.project import Photo, Project
from models.result import VerdictRow
from models.screening import Forwarding
from models.works import Works


@dataclass(frozen=True, slots=True)
class Facts:
    """The project's own row."""

    id: int
    public_id: str
    number: int
    language: Language
    title_kk: str | None
    title_ru: str | None
    title_en: str | None
    description_kk: str | None
    description_ru: str | None
    description_en: str | None
    direction: Direction | None
    estimate_tenge: int | None
    cost_tenge: int | None
    state: ProjectState
    version: int
    submitted_at: datetime | None
    decided_at: datetime | None
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Home:
    """The cycle, envelope and area the project belongs to."""

    cycle_id: int
    slug: str
    year: int
    title_kk: str
    title_ru: str
    title_en: str
    origin: Origin
    is_demo: bool
    currency: str
    minimum_votes: int
    frozen_at: datetime | None
    results_published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Names:
    """An area's or an envelope's name."""

    name_kk: str
    name_ru: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """The allocation's verdict with its numbers; sums in the cycle's currency."""

    kind: VerdictKind
    place: int | None
    votes: int
    cost_tenge: int
    remaining_before_tenge: int
    missing_votes: int | None
    missing_tenge: int | None


@dataclass(frozen=True, slots=True)
class WorksNow:
    """Where the works stand; an archive gives no date."""

    at: datetime | None
    status: WorksStatus
    reason: str
    language: Language | None


@dataclass(frozen=True)
class ProjectLife:
    """Everything the page of a project tells. `works` is the status now, `steps` how it came to it; `envelope` is
    None where the money is not divided. `versions` and `checks` by number of the text: when the author sent it in, and
    when it was found complete. `merged_into` is the project this one goes on as, `joined` are those that became part
    of it."""

    facts: Facts
    cycle: Home
    calendar: Calendar
    stage: Stage
    area: Names | None
    envelope: Names | None
    photo: str | None
    addresses: tuple[Address, ...]
    decisions: tuple[Decision, ...]
    judgement: Judgement | None
    works: WorksNow | None
    steps: tuple[Step, ...]
    versions: dict[int, datetime]
    checks: dict[int, datetime]
    joined: tuple[Joined, ...]
    merged_into: Other | None
    forwarded: Forwarded | None
    word: Word | None
    fell_out: Exchange | None
    came_in: Exchange | None

    @property
    def is_withdrawn(self) -> bool:
        """Its author took it back: only the title stays."""
        return self.facts.state is ProjectState.WITHDRAWN

    def has_difference(self, number: int) -> bool:
        """Are this version and the one before it both kept, so that their difference can be shown?"""
        return {number, number - 1} <= self.versions.keys()


_FACTS = columns_of(Project, Facts)
_HOME = [col(Cycle.id), *columns_of(Cycle, Home, skip=1)]
_PLACE = [*columns_of(Area, Names), *columns_of(Envelope, Names)]
_VERDICT = columns_of(VerdictRow, Judgement)
_WORKS = [col(Works.changed_at), col(Works.status), col(Works.reason), col(Works.language)]
_Onward = aliased(Project)
_ONWARD = columns_of(_Onward, Other)
_FORWARDED = columns_of(Forwarding, Forwarded, until=6)
_PHOTO = (
    sa.select(sa.func.min(col(Photo.public_id)))
    .where(col(Photo.project_id) == col(Project.id))
    .correlate(Project)
    .scalar_subquery()
)
_Sibling = aliased(Envelope)
_ENVELOPES = (
    sa.select(sa.func.count())
    .where(col(_Sibling.cycle_id) == col(Project.cycle_id))
    .correlate(Project)
    .scalar_subquery()
)
_ONE = (
    sa.select(*_FACTS, *_HOME, *_PLACE, *_VERDICT, *_WORKS, *_ONWARD, *_FORWARDED, _PHOTO, _ENVELOPES)
    .select_from(Project)
    .join(Cycle, col(Cycle.id) == col(Project.cycle_id))
    .outerjoin(Area, col(Area.id) == col(Project.area_id))
    .outerjoin(Envelope, col(Envelope.id) == col(Project.envelope_id))
    .outerjoin(VerdictRow, sa.and_(col(VerdictRow.project_id) == col(Project.id), IS_OUT))
    .outerjoin(Works, sa.and_(col(Works.project_id) == col(Project.id), IS_OUT))
    .outerjoin(_Onward, col(_Onward.id) == col(Project.merged_into_id))
    .outerjoin(Forwarding, col(Forwarding.project_id) == col(Project.id))
    .where(col(Project.public_id) == sa.bindparam("public_id"), col(Cycle.published_at).is_not(None))
)


def by_public_id(session: Session, public_id: str, *, now: datetime) -> ProjectLife:
    """The project at this address. Three statements, and one more once the result is published.

    Raises: NotFound for an unknown project and for one of an unpublished cycle.
    """
    connection = session.connection()
    row = connection.execute(_ONE, {"public_id": public_id}).one_or_none()
    if row is None:
        raise NotFound
    facts, cycle, known = _first(row)
    details = details_of(connection, facts.id, cycle.cycle_id)
    after = after_of(connection, facts.id) if cycle.results_published_at is not None else After()
    return ProjectLife(
        facts=facts,
        cycle=cycle,
        calendar=details.calendar,
        stage=stage_at(details.calendar, now),
        addresses=details.addresses,
        decisions=decisions_of(connection, facts.id, details),
        steps=details.steps,
        versions=details.versions,
        checks=details.checks,
        joined=details.joined,
        word=after.word,
        fell_out=after.fell_out,
        came_in=after.came_in,
        **known,
    )


def _first(row: Any) -> tuple[Facts, Home, dict[str, Any]]:
    """The row of `_ONE` as values; what is not there is None."""
    values = iter(row)
    facts, cycle = Facts(*_take(values, len(_FACTS))), Home(*_take(values, len(_HOME)))
    area, envelope = _names(_take(values, 3)), _names(_take(values, 3))
    verdict, works = _take(values, len(_VERDICT)), _take(values, len(_WORKS))
    onward, forwarded = _take(values, len(_ONWARD)), _take(values, len(_FORWARDED))
    photo, envelopes = values
    return (
        facts,
        cycle,
        {
            "area": area,
            "envelope": envelope if envelopes > 1 else None,
            "photo": photo,
            "judgement": Judgement(*verdict) if verdict[0] is not None else None,
            "works": WorksNow(*works) if works[1] is not None else None,
            "merged_into": Other(*onward) if onward[0] is not None else None,
            "forwarded": Forwarded(*forwarded) if forwarded[0] is not None else None,
        },
    )


def _take(values: Iterator[Any], count: int) -> list[Any]:
    return list(islice(values, count))


def _names(values: list[Any]) -> Names | None:
    return Names(*values) if values[0] is not None else None
