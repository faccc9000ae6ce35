"""One project from its submission to its works: what its page tells, for years under one address."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from budget.errors import NotFound
from budget.phases import Calendar, Stage, Window, calendar_of, stage_at
from budget.reading.projects import Address, addresses_of
from models.cycle import Cycle, Envelope, PhaseWindow
from models.district import Area
from models.enums import (
    Criterion,
    DecidedBy,
    Direction,
    Language,
    Origin,
    ProjectState,
    ScreeningOutcome,
    VerdictKind,
    WorksStatus,
)
from models.project import Photo, Project
from models.result import VerdictRow
from models.screening import Screening
from models.works import Works, WorksChange


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
class Decision:
    """What was decided, by whom, on which criterion and clause, why. Reasons are in Kazakh and Russian alone."""

    at: datetime
    outcome: ScreeningOutcome
    decided_by: DecidedBy
    criterion: Criterion | None
    clause: str
    reason_kk: str
    reason_ru: str
    reason_en: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A change of the works."""

    at: datetime
    status: WorksStatus
    reason: str
    language: str | None


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
    None where the money is not divided."""

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

    @property
    def is_withdrawn(self) -> bool:
        """Its author took it back: only the title stays."""
        return self.facts.state is ProjectState.WITHDRAWN


def _columns(table: type[Any], value: type[Any]) -> list[Any]:
    return [col(getattr(table, name)) for name in value.__dataclass_fields__]


_FACTS = _columns(Project, Facts)
_HOME = [col(Cycle.id), *(col(getattr(Cycle, name)) for name in list(Home.__dataclass_fields__)[1:])]
_PLACE = [*_columns(Area, Names), *_columns(Envelope, Names)]
_VERDICT = _columns(VerdictRow, Judgement)
_WORKS = [col(Works.changed_at), col(Works.status), col(Works.reason), col(Works.language)]
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
_IS_OUT = col(Cycle.results_published_at).is_not(None)
_ONE = (
    sa.select(*_FACTS, *_HOME, *_PLACE, *_VERDICT, *_WORKS, _PHOTO, _ENVELOPES)
    .select_from(Project)
    .join(Cycle, col(Cycle.id) == col(Project.cycle_id))
    .outerjoin(Area, col(Area.id) == col(Project.area_id))
    .outerjoin(Envelope, col(Envelope.id) == col(Project.envelope_id))
    .outerjoin(VerdictRow, sa.and_(col(VerdictRow.project_id) == col(Project.id), _IS_OUT))
    .outerjoin(Works, sa.and_(col(Works.project_id) == col(Project.id), _IS_OUT))
    .where(col(Project.public_id) == sa.bindparam("public_id"), col(Cycle.published_at).is_not(None))
)
_WINDOWS = sa.select(col(PhaseWindow.phase), col(PhaseWindow.starts_at), col(PhaseWindow.ends_at)).where(
    col(PhaseWindow.cycle_id) == sa.bindparam("cycle")
)
_DECISIONS: sa.Select[*tuple[Any, ...]] = sa.select(
    sa.literal("decision").label("what"),
    col(Screening.decided_at).label("at"),
    sa.type_coerce(col(Screening.outcome), sa.String),
    sa.type_coerce(col(Screening.decided_by), sa.String),
    sa.type_coerce(col(Screening.criterion), sa.String),
    col(Screening.clause),
    col(Screening.reason_kk),
    col(Screening.reason_ru),
).where(col(Screening.project_id) == sa.bindparam("project"))
_STEPS = (
    sa.select(
        sa.literal("works"),
        col(WorksChange.changed_at),
        sa.type_coerce(col(WorksChange.status), sa.String),
        sa.literal(""),
        sa.literal(""),
        sa.type_coerce(col(WorksChange.language), sa.String),
        col(WorksChange.reason),
        sa.literal(""),
    )
    .join(Project, col(Project.id) == col(WorksChange.project_id))
    .join(Cycle, sa.and_(col(Cycle.id) == col(Project.cycle_id), _IS_OUT))
    .where(col(WorksChange.project_id) == sa.bindparam("project"))
)
_HISTORY = sa.union_all(_DECISIONS, _STEPS).order_by("at")


def by_public_id(session: Session, public_id: str, *, now: datetime) -> ProjectLife:
    """The project at this address. Four statements.

    Raises: NotFound for an unknown project and for one of an unpublished cycle.
    """
    connection = session.connection()
    row = connection.execute(_ONE, {"public_id": public_id}).one_or_none()
    if row is None:
        raise NotFound
    values = iter(row)
    facts = Facts(*_take(values, len(_FACTS)))
    cycle = Home(*_take(values, len(_HOME)))
    area, envelope = _names(_take(values, 3)), _names(_take(values, 3))
    verdict, works = _take(values, len(_VERDICT)), _take(values, len(_WORKS))
    photo, envelopes = values
    windows = connection.execute(_WINDOWS, {"cycle": cycle.cycle_id})
    calendar = calendar_of(Window(*window) for window in windows)
    history: Any = connection.execute(_HISTORY, {"project": facts.id}).all()
    return ProjectLife(
        facts=facts,
        cycle=cycle,
        calendar=calendar,
        stage=stage_at(calendar, now),
        area=area,
        envelope=envelope if envelopes > 1 else None,
        photo=photo,
        addresses=addresses_of(session, [facts.id]).get(facts.id, ()),
        decisions=tuple(_decision(rest) for what, *rest in history if what == "decision"),
        judgement=Judgement(*verdict) if verdict[0] is not None else None,
        works=WorksNow(*works) if works[1] is not None else None,
        steps=tuple(_step(rest) for what, *rest in history if what == "works"),
    )


def _take(values: Iterator[Any], count: int) -> list[Any]:
    return list(islice(values, count))


def _names(values: list[Any]) -> Names | None:
    return Names(*values) if values[0] is not None else None


def _decision(values: list[Any]) -> Decision:
    at, outcome, by, criterion, *rest = values
    return Decision(
        at, ScreeningOutcome(outcome), DecidedBy(by), Criterion(criterion) if criterion else None, *rest
    )


def _step(values: list[Any]) -> Step:
    at, status, _, _, language, reason, _ = values
    return Step(at, WorksStatus(status), reason, language)
