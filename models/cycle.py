"""A cycle of the participation budget: its settings, envelopes, calendar and reported figures."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, enum_type
from models.enums import AllocationRule, KeyHolder, Majority, Opening, Origin, Phase, Quorum


class Cycle(Row, table=True):
    """One run from announcement to archive.

    Settings freeze with `frozen_at` (a trigger refuses later changes); what happened is told by `…_at`.
    """

    __tablename__ = "cycle"
    __table_args__ = (
        sa.CheckConstraint("allotted_tenge > 0", name="allotted_positive"),
        sa.CheckConstraint("cost_cap_tenge IS NULL OR cost_cap_tenge > 0", name="cap_positive"),
        sa.CheckConstraint(
            "votes_per_resident BETWEEN 1 AND 3 OR origin = 'pabulib'", name="votes_per_resident_range"
        ),
        sa.CheckConstraint("minimum_votes >= 0 AND minimum_age >= 0", name="minimums_not_negative"),
        sa.CheckConstraint("projects_per_author >= 1", name="projects_per_author_positive"),
        sa.CheckConstraint("(frozen_at IS NULL) = (frozen_hash IS NULL)", name="frozen_with_hash"),
        sa.CheckConstraint("objection_days BETWEEN 0 AND 30", name="objection_days_range"),
        sa.CheckConstraint("council_akimat_percent BETWEEN 0 AND 100", name="akimat_percent_range"),
        sa.CheckConstraint(
            "reviewers_per_project >= 1 AND review_days >= 1 AND correction_days >= 1"
            " AND appeal_days >= 1 AND appeal_decision_days >= 1",
            name="council_periods_positive",
        ),
        sa.CheckConstraint("opened_at IS NULL OR separated_at IS NOT NULL", name="separated_before_opened"),
        sa.CheckConstraint(
            "results_published_at IS NULL OR counted_at IS NOT NULL OR origin = 'archive'",
            name="counted_before_published",
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(max_length=60, unique=True)
    origin: Origin = Field(default=Origin.SERVICE, sa_type=enum_type(Origin))
    is_demo: bool = False
    year: int
    title_kk: str
    title_ru: str
    title_en: str

    # settings
    currency: str = Field(default="KZT", max_length=3)
    allotted_tenge: int = Field(sa_type=sa.BigInteger)
    cost_cap_tenge: int | None = Field(default=None, sa_type=sa.BigInteger)
    directions: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    projects_per_author: int = 1
    votes_per_resident: int = 1
    minimum_age: int = 18
    minimum_votes: int = 0
    rule: AllocationRule = Field(default=AllocationRule.SKIP, sa_type=enum_type(AllocationRule))
    leftovers: bool = False
    methods: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    build_year: int | None = None
    paper: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    revote: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    objection_days: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    key_holder: KeyHolder = Field(
        default=KeyHolder.FILE, sa_type=enum_type(KeyHolder), sa_column_kwargs={"server_default": "file"}
    )
    opening: Opening = Field(
        default=Opening.COMMISSION,
        sa_type=enum_type(Opening),
        sa_column_kwargs={"server_default": "commission"},
    )
    council_akimat_percent: int = Field(default=50, sa_column_kwargs={"server_default": "50"})
    council_quorum: Quorum = Field(
        default=Quorum.MORE_THAN_HALF,
        sa_type=enum_type(Quorum),
        sa_column_kwargs={"server_default": "more_than_half"},
    )
    council_majority: Majority = Field(
        default=Majority.OF_PRESENT,
        sa_type=enum_type(Majority),
        sa_column_kwargs={"server_default": "of_present"},
    )
    reviewers_per_project: int = Field(default=2, sa_column_kwargs={"server_default": "2"})
    review_days: int = Field(default=5, sa_column_kwargs={"server_default": "5"})
    correction_days: int = Field(default=5, sa_column_kwargs={"server_default": "5"})
    appeal_days: int = Field(default=5, sa_column_kwargs={"server_default": "5"})
    appeal_decision_days: int = Field(default=15, sa_column_kwargs={"server_default": "15"})

    # what happened
    created_at: datetime
    published_at: datetime | None = None
    council_published_at: datetime | None = None
    frozen_at: datetime | None = None
    frozen_hash: str | None = Field(default=None, max_length=64)
    ballot_public_key: bytes | None = None
    ballot_length: int | None = None
    log_public_key: bytes | None = None
    wrapped_ballot_key: bytes | None = None
    opened_ballot_key: bytes | None = None
    keys_proven_at: datetime | None = None
    log_closed_at: datetime | None = None
    separated_at: datetime | None = None
    opened_at: datetime | None = None
    counted_at: datetime | None = None
    results_published_at: datetime | None = None
    voters_forgotten_at: datetime | None = None


class Envelope(Row, table=True):
    """A part of the allotted sum with its own list of projects."""

    __tablename__ = "envelope"
    __table_args__ = (
        sa.UniqueConstraint("cycle_id", "position"),
        sa.CheckConstraint("total_tenge > 0", name="total_positive"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(max_length=10, unique=True)
    cycle_id: int = Field(foreign_key="cycle.id", index=True)
    position: int
    name_kk: str
    name_ru: str
    name_en: str
    total_tenge: int = Field(sa_type=sa.BigInteger)


class PhaseWindow(Row, table=True):
    """When a phase lasts: `starts_at <= now < ends_at`; the archive has no end."""

    __tablename__ = "phase_window"
    __table_args__ = (
        sa.CheckConstraint("ends_at IS NULL OR starts_at < ends_at", name="starts_before_ends"),
        sa.CheckConstraint("ends_at IS NOT NULL OR phase = 'archive'", name="only_archive_is_open"),
    )

    cycle_id: int = Field(foreign_key="cycle.id", primary_key=True)
    phase: Phase = Field(primary_key=True, sa_type=enum_type(Phase))
    starts_at: datetime
    ends_at: datetime | None = None


class CalendarChange(Row, table=True):
    """An extension of a deadline, with its reason, for ever in public."""

    __tablename__ = "calendar_change"
    __table_args__ = (
        sa.CheckConstraint("old_end < new_end", name="only_later"),
        sa.CheckConstraint("length(reason) > 0", name="reason_given"),
    )

    id: int | None = Field(default=None, primary_key=True)
    cycle_id: int = Field(foreign_key="cycle.id", index=True)
    phase: Phase = Field(sa_type=enum_type(Phase))
    old_end: datetime
    new_end: datetime
    reason: str
    language: str = Field(max_length=2)
    changed_at: datetime


class ReportedFigures(Row, table=True):
    """Numbers an akimat reported for a cycle that was not run in this service; None = not published."""

    __tablename__ = "reported_figures"

    cycle_id: int = Field(foreign_key="cycle.id", primary_key=True)
    received: int | None = None
    admitted: int | None = None
    rejected: int | None = None
    voters: int | None = None
    winners: int | None = None
    works_completed: int | None = None
    works_underway: int | None = None
    received_by_area: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    unpublished: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    source_kk: str = ""
    source_ru: str = ""
    source_en: str = ""
