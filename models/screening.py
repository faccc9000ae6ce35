"""Screening before the vote: formal checks, reviews, corrections, decisions, appeals, mergers, forwardings.

A decision is a row of `screening` once it is published; what leads to it is seen by the council alone.
"""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, enum_type
from models.enums import (
    Answer,
    CaseOutcome,
    Criterion,
    DecidedBy,
    Language,
    ProjectPart,
    ScreeningOutcome,
)

_STILL_OPEN = sa.text("resubmitted_at IS NULL AND lapsed_at IS NULL")
_UNDECIDED = sa.text("merged_at IS NULL AND declined_at IS NULL AND withdrawn_at IS NULL")


class ProjectVersion(Row, table=True):
    """The text of a project as its author sent it in, as plain values; see `budget/versions.py`."""

    __tablename__ = "project_version"

    project_id: int = Field(foreign_key="project.id", primary_key=True)
    number: int = Field(primary_key=True)
    made_at: datetime
    content: dict[str, Any] = Field(sa_type=sa.JSON)


class FormalCheck(Row, table=True):
    """The coordinator looked whether an application is complete; a corrected one is looked at again."""

    __tablename__ = "formal_check"

    project_id: int = Field(foreign_key="project.id", primary_key=True)
    version: int = Field(primary_key=True)
    is_complete: bool
    checked_by: int | None = Field(default=None, foreign_key="staff.id")
    checked_at: datetime


class Review(Row, table=True):
    """A member's conclusion on one version of a project; without `concluded_at` it is still to be written.

    `notes` are for the council alone, for ever. `admitted_tenge` is the cost the reviewer would admit.
    """

    __tablename__ = "review"
    __table_args__ = (
        sa.UniqueConstraint("project_id", "version", "member_id"),
        sa.CheckConstraint("admitted_tenge IS NULL OR admitted_tenge > 0", name="admitted_positive"),
    )

    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id")
    version: int
    member_id: int = Field(foreign_key="council_member.id", index=True)
    assigned_at: datetime
    due_at: datetime
    concluded_at: datetime | None = None
    admitted_tenge: int | None = Field(default=None, sa_type=sa.BigInteger)
    cost_reason: str = ""
    notes: str = ""
    language: Language | None = Field(default=None, sa_type=enum_type(Language))


class ReviewAnswer(Row, table=True):
    """A reviewer's answer on one criterion, with a remark unless it is met."""

    __tablename__ = "review_answer"
    __table_args__ = (sa.CheckConstraint("answer = 'meets' OR length(remark) > 0", name="remark_unless_met"),)

    review_id: int = Field(foreign_key="review.id", primary_key=True)
    criterion: Criterion = Field(primary_key=True, sa_type=enum_type(Criterion))
    answer: Answer = Field(sa_type=enum_type(Answer))
    remark: str = ""


class Correction(Row, table=True):
    """A project is with its author, to be corrected until `due_at`. One at a time; it ends when the author sends it in
    again or by silence, which is not before a reminder went out."""

    __tablename__ = "correction"
    __table_args__ = (
        sa.Index(
            "uq_correction_open",
            "project_id",
            unique=True,
            sqlite_where=_STILL_OPEN,
            postgresql_where=_STILL_OPEN,
        ),
        sa.CheckConstraint("resubmitted_at IS NULL OR lapsed_at IS NULL", name="one_end"),
        sa.CheckConstraint("lapsed_at IS NULL OR reminded_at IS NOT NULL", name="reminded_before_lapse"),
    )

    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id", index=True)
    version: int
    language: Language = Field(sa_type=enum_type(Language))
    returned_at: datetime
    due_at: datetime
    reminded_at: datetime | None = None
    resubmitted_at: datetime | None = None
    lapsed_at: datetime | None = None


class CorrectionRemark(Row, table=True):
    """What to change in one part of the application."""

    __tablename__ = "correction_remark"
    __table_args__ = (sa.CheckConstraint("length(text) > 0", name="text_given"),)

    correction_id: int = Field(foreign_key="correction.id", primary_key=True)
    part: ProjectPart = Field(primary_key=True, sa_type=enum_type(ProjectPart))
    text: str


class Screening(Row, table=True):
    """A published decision on one version of a project. `item_id` is the item of the session that decided it,
    `correction_id` the correction it began. A rejection can be appealed until `appeal_until`.

    Decisions from before the council's procedure was kept as data have one language and no clause.
    """

    __tablename__ = "screening"
    __table_args__ = (
        sa.CheckConstraint(
            "outcome <> 'rejected' OR decided_by = 'silence' OR length(reason_kk) > 0 OR length(reason_ru) > 0",
            name="reason_given",
        ),
        sa.CheckConstraint("outcome <> 'returned' OR appeal_until IS NULL", name="only_rejections_appealed"),
    )

    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id", index=True)
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    outcome: ScreeningOutcome = Field(sa_type=enum_type(ScreeningOutcome))
    decided_by: DecidedBy = Field(sa_type=enum_type(DecidedBy))
    item_id: int | None = Field(default=None, foreign_key="agenda_item.id", unique=True)
    correction_id: int | None = Field(default=None, foreign_key="correction.id", unique=True)
    staff_id: int | None = Field(default=None, foreign_key="staff.id")
    criterion: Criterion | None = Field(default=None, sa_type=enum_type(Criterion))
    clause: str = Field(default="", sa_column_kwargs={"server_default": ""})
    reason_kk: str = Field(default="", sa_column_kwargs={"server_default": ""})
    reason_ru: str = Field(default="", sa_column_kwargs={"server_default": ""})
    decided_at: datetime
    appeal_until: datetime | None = None


class ScreeningAnswer(Row, table=True):
    """What a decision says of one criterion."""

    __tablename__ = "screening_answer"

    screening_id: int = Field(foreign_key="screening.id", primary_key=True)
    criterion: Criterion = Field(primary_key=True, sa_type=enum_type(Criterion))
    answer: Answer = Field(sa_type=enum_type(Answer))


class Appeal(Row, table=True):
    """An author appeals against a rejection; people who did not decide it answer by `decide_by`."""

    __tablename__ = "appeal"
    __table_args__ = (
        sa.CheckConstraint("(decided_at IS NULL) = (outcome IS NULL)", name="decided_with_outcome"),
        sa.CheckConstraint("length(text) > 0", name="text_given"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(max_length=10, unique=True)
    project_id: int = Field(foreign_key="project.id", index=True)
    screening_id: int = Field(foreign_key="screening.id", unique=True)
    text: str
    language: Language = Field(sa_type=enum_type(Language))
    wants_hearing: bool = False
    filed_at: datetime
    decide_by: datetime
    hearing_at: datetime | None = None
    hearing_place_kk: str = ""
    hearing_place_ru: str = ""
    heard_at: datetime | None = None
    item_id: int | None = Field(default=None, foreign_key="agenda_item.id", unique=True)
    outcome: CaseOutcome | None = Field(default=None, sa_type=enum_type(CaseOutcome))
    decided_at: datetime | None = None


class Merger(Row, table=True):
    """Two similar projects are to become one. It happens when both authors have agreed: `joined` goes on as `kept`."""

    __tablename__ = "merger"
    __table_args__ = (
        sa.CheckConstraint("kept_id <> joined_id", name="two_projects"),
        sa.CheckConstraint(
            "merged_at IS NULL OR (kept_agreed_at IS NOT NULL AND joined_agreed_at IS NOT NULL)",
            name="both_agreed",
        ),
        *(
            sa.Index(
                f"uq_merger_open_{side}",
                f"{side}_id",
                unique=True,
                sqlite_where=_UNDECIDED,
                postgresql_where=_UNDECIDED,
            )
            for side in ("kept", "joined")
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(max_length=10, unique=True)
    cycle_id: int = Field(foreign_key="cycle.id", index=True)
    kept_id: int = Field(foreign_key="project.id", index=True)
    joined_id: int = Field(foreign_key="project.id", index=True)
    note_kk: str
    note_ru: str
    proposed_by: int | None = Field(default=None, foreign_key="staff.id")
    proposed_at: datetime
    kept_agreed_at: datetime | None = None
    joined_agreed_at: datetime | None = None
    declined_at: datetime | None = None
    withdrawn_at: datetime | None = None
    merged_at: datetime | None = None


class Forwarding(Row, table=True):
    """A project outside the competence was sent on to the body that is competent."""

    __tablename__ = "forwarding"
    __table_args__ = (sa.CheckConstraint("length(ground) > 0", name="ground_given"),)

    project_id: int = Field(foreign_key="project.id", primary_key=True)
    body_kk: str
    body_ru: str
    contact: str = ""
    ground: str
    number: str = ""
    forwarded_on: date
    recorded_by: int | None = Field(default=None, foreign_key="staff.id")
    recorded_at: datetime
