"""Cycles as the public sees them: settings, calendar, stage, and figures with where they come from.

An archive's figures are *reported*: taken from the akimat's words, and None where nothing was published. All
others are *computed* from the rows of this database; those of a result not yet published are not read.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from budget.errors import NotFound
from budget.phases import Calendar, Stage, stage_at
from budget.reading import calendars
from budget.reading.calendars import Change, Meeting, Planned
from models.cycle import Cycle, Envelope, ReportedFigures
from models.enums import (
    WINNING,
    AllocationRule,
    Figures,
    KeyHolder,
    Majority,
    Opening,
    Origin,
    Phase,
    ProjectState,
    Quorum,
    SessionKind,
    WorksStatus,
)
from models.project import Project
from models.result import Count, VerdictRow
from models.works import Works


@dataclass(frozen=True, slots=True)
class Settings:
    """The columns of a cycle that pages show; money in tenge (or the cycle's currency)."""

    id: int
    slug: str
    origin: Origin
    is_demo: bool
    year: int
    title_kk: str
    title_ru: str
    title_en: str
    currency: str
    allotted_tenge: int
    cost_cap_tenge: int | None
    directions: list[str]
    projects_per_author: int
    votes_per_resident: int
    minimum_age: int
    minimum_votes: int
    rule: AllocationRule
    leftovers: bool
    methods: list[str]
    build_year: int | None
    paper: bool
    revote: bool
    objection_days: int
    key_holder: KeyHolder
    opening: Opening
    keys_proven_at: datetime | None
    council_akimat_percent: int
    council_quorum: Quorum
    council_majority: Majority
    reviewers_per_project: int
    review_days: int
    correction_days: int
    appeal_days: int
    appeal_decision_days: int
    published_at: datetime | None
    council_published_at: datetime | None
    frozen_at: datetime | None
    frozen_hash: str | None
    results_published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a cycle came to; None = not published (an archive) or not yet (the result of a cycle that runs)."""

    received: int | None
    undecided: int | None
    admitted: int | None
    rejected: int | None
    voters: int | None
    winners: int | None
    works: dict[WorksStatus, int]
    """Only what is known; an archive reports completed and underway."""


@dataclass(frozen=True, slots=True)
class Reported:
    """What the akimat said of an archive cycle besides its numbers."""

    by_area: tuple[dict[str, Any], ...]
    unpublished: tuple[str, ...]
    source_kk: str
    source_ru: str
    source_en: str


@dataclass(frozen=True, slots=True)
class EnvelopeFacts:
    """A part of the allotted sum."""

    id: int
    public_id: str
    position: int
    name_kk: str
    name_ru: str
    name_en: str
    total_tenge: int


@dataclass(frozen=True)
class CycleView:
    """A cycle at an instant. `phase` is None between phases and before the first."""

    settings: Settings
    calendar: Calendar
    stage: Stage
    numbers: Numbers
    figures: Figures
    reported: Reported | None
    changes: tuple[Change, ...]
    meetings: tuple[Meeting, ...] = ()

    @property
    def slug(self) -> str:
        """The cycle's address."""
        return self.settings.slug

    @property
    def phase(self) -> Phase | None:
        """The phase now; what was not run in this service is an archive."""
        if self.settings.origin is not Origin.SERVICE:
            return Phase.ARCHIVE
        return self.stage.phase

    @property
    def has_results(self) -> bool:
        """Is there a published result of a count (an archive only has what was reported)?"""
        return self.settings.results_published_at is not None and self.settings.origin is not Origin.ARCHIVE

    def next_meeting(self, kind: SessionKind, now: datetime) -> Meeting | None:
        """The council's next session of this kind."""
        ahead = [one for one in self.meetings if one.kind is kind and one.starts_at > now]
        return min(ahead, key=lambda one: one.starts_at) if ahead else None


_SETTINGS = [col(getattr(Cycle, name)) for name in Settings.__dataclass_fields__]
_REPORTED = [
    col(getattr(ReportedFigures, name))
    for name in [
        "cycle_id",
        "received",
        "admitted",
        "rejected",
        "voters",
        "winners",
        "works_completed",
        "works_underway",
        "received_by_area",
        "unpublished",
        "source_kk",
        "source_ru",
        "source_en",
    ]
]
_CYCLES = (
    sa.select(*_SETTINGS, *_REPORTED, col(Count.participations))
    .outerjoin(ReportedFigures, col(ReportedFigures.cycle_id) == col(Cycle.id))
    .outerjoin(
        Count,
        sa.and_(col(Count.cycle_id) == col(Cycle.id), col(Cycle.results_published_at).is_not(None)),
    )
)
_PUBLISHED = _CYCLES.where(col(Cycle.published_at).is_not(None)).order_by(
    col(Cycle.year).desc(), col(Cycle.published_at).desc(), col(Cycle.id).desc()
)
_BY_SLUG = _CYCLES.where(col(Cycle.slug) == sa.bindparam("slug"))
_TALLIES = (
    sa.select(
        col(Project.cycle_id), col(Project.state), col(VerdictRow.kind), col(Works.status), sa.func.count()
    )
    .join(Cycle, col(Cycle.id) == col(Project.cycle_id))
    .outerjoin(
        VerdictRow,
        sa.and_(col(VerdictRow.project_id) == col(Project.id), col(Cycle.results_published_at).is_not(None)),
    )
    .outerjoin(
        Works,
        sa.and_(col(Works.project_id) == col(Project.id), col(Cycle.results_published_at).is_not(None)),
    )
    .where(col(Project.cycle_id).in_(sa.bindparam("cycles", expanding=True)))
    .group_by(col(Project.cycle_id), col(Project.state), col(VerdictRow.kind), col(Works.status))
)
_ENVELOPES = (
    sa.select(*(col(getattr(Envelope, name)) for name in EnvelopeFacts.__dataclass_fields__))
    .where(col(Envelope.cycle_id) == sa.bindparam("cycle"))
    .order_by(col(Envelope.position))
)


def published(session: Session, *, now: datetime) -> tuple[CycleView, ...]:
    """All published cycles with their numbers, the newest first. Three statements."""
    rows = session.connection().execute(_PUBLISHED).all()
    return _views(session, rows, now=now, with_numbers=True)


def by_slug(
    session: Session, slug: str, *, now: datetime, hidden: bool = False, with_numbers: bool = True
) -> CycleView:
    """One cycle; `hidden` lets an unpublished one be seen. Three statements, two without computed numbers.

    Raises: NotFound for an unknown and for a hidden cycle.
    """
    rows = session.connection().execute(_BY_SLUG, {"slug": slug}).all()
    if not rows or (rows[0].published_at is None and not hidden):
        raise NotFound
    return _views(session, rows, now=now, with_numbers=with_numbers)[0]


def at(view: CycleView, now: datetime) -> CycleView:
    """The same cycle at another instant: only its stage depends on the time."""
    return replace(view, stage=stage_at(view.calendar, now))


def envelopes(session: Session, cycle_id: int) -> tuple[EnvelopeFacts, ...]:
    """The envelopes of a cycle in their order."""
    rows = session.connection().execute(_ENVELOPES, {"cycle": cycle_id})
    return tuple(EnvelopeFacts(*row) for row in rows)


_PRIORITY = (
    Phase.VOTING,
    Phase.SUBMISSION,
    Phase.SCREENING,
    Phase.DECISION,
    Phase.ANNOUNCEMENT,
    Phase.IMPLEMENTATION,
)


def current(cycles: Sequence[CycleView]) -> CycleView | None:
    """The cycle the start page opens with: run here and not in the archive, by what residents can do in it now.

    In a gap between two phases a cycle counts as in the one before; before its first, as announced.
    """

    def rank(cycle: CycleView) -> int:
        stage = cycle.stage
        phase = stage.phase or (stage.previous.phase if stage.previous else Phase.ANNOUNCEMENT)
        return _PRIORITY.index(phase)

    alive = [cycle for cycle in cycles if _is_alive(cycle)]
    return min(alive, key=rank) if alive else None


def _is_alive(cycle: CycleView) -> bool:
    stage = cycle.stage
    has_calendar = bool(cycle.calendar.windows)
    over = stage.phase is Phase.ARCHIVE or (stage.current is None and stage.following is None)
    return cycle.settings.origin is Origin.SERVICE and has_calendar and not over


def _views(
    session: Session, rows: Sequence[Any], *, now: datetime, with_numbers: bool
) -> tuple[CycleView, ...]:
    ids = [row.id for row in rows]
    planned = calendars.of_cycles(session, ids)
    counted = [row.id for row in rows if row.origin is not Origin.ARCHIVE]
    tallies = _tallies(session, counted) if with_numbers and counted else {}
    return tuple(_view(row, planned[row.id], tallies.get(row.id, ()), now) for row in rows)


def _view(row: Any, planned: Planned, tallies: Iterable[Any], now: datetime) -> CycleView:
    settings = Settings(*row[: len(_SETTINGS)])
    is_reported = row.cycle_id is not None
    return CycleView(
        settings=settings,
        calendar=planned.calendar,
        stage=stage_at(planned.calendar, now),
        numbers=_reported_numbers(row) if is_reported else _computed_numbers(row, tallies),
        figures=Figures.REPORTED if is_reported else Figures.COMPUTED,
        reported=_reported(row) if is_reported else None,
        changes=planned.changes,
        meetings=planned.meetings,
    )


def _reported(row: Any) -> Reported:
    sources = (row.source_kk, row.source_ru, row.source_en)
    return Reported(tuple(row.received_by_area), tuple(row.unpublished), *sources)


def _reported_numbers(row: Any) -> Numbers:
    works = {WorksStatus.COMPLETED: row.works_completed, WorksStatus.UNDERWAY: row.works_underway}
    known = {status: count for status, count in works.items() if count is not None}
    return Numbers(row.received, None, row.admitted, row.rejected, row.voters, row.winners, known)


def _computed_numbers(row: Any, tallies: Iterable[Any]) -> Numbers:
    states: dict[ProjectState, int] = defaultdict(int)
    works = dict.fromkeys(WorksStatus, 0)
    winners = 0
    for _cycle, state, kind, status, count in tallies:
        states[state] += count
        winners += count if kind in WINNING else 0
        if status is not None:
            works[status] += count
    has_results = row.results_published_at is not None
    return Numbers(
        received=sum(states.values()),
        undecided=states[ProjectState.SUBMITTED] + states[ProjectState.RETURNED],
        admitted=states[ProjectState.ADMITTED],
        rejected=states[ProjectState.REJECTED],
        voters=row.participations,
        winners=winners if has_results else None,
        works=works if has_results else {},
    )


def _tallies(session: Session, ids: list[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in session.connection().execute(_TALLIES, {"cycles": ids}):
        found[row[0]].append(row)
    return found
