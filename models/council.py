"""The Expert Council of a cycle: who is in it, by which act, who stands aside where; and what it holds projects against.

Members' names are published in Kazakh and Russian (law on languages), so each is kept in both.
"""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, enum_type
from models.enums import ConflictKind, Criterion, MemberKind

_STILL_IN = sa.text("left_at IS NULL")


class CouncilMember(Row, table=True):
    """A membership. It ends with `left_at` and stays as history; whoever comes instead names it in `replaces_id`.

    `declared_at` is the first declaration of interests: before it the member has no queue.
    """

    __tablename__ = "council_member"
    __table_args__ = (
        sa.Index(
            "uq_council_member_in_office",
            "cycle_id",
            "staff_id",
            unique=True,
            sqlite_where=_STILL_IN,
            postgresql_where=_STILL_IN,
        ),
        sa.CheckConstraint("left_at IS NULL OR length(left_reason) > 0", name="left_for_a_reason"),
        sa.CheckConstraint("length(name_kk) > 0 AND length(name_ru) > 0", name="named_in_both"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(max_length=10, unique=True)
    cycle_id: int = Field(foreign_key="cycle.id", index=True)
    staff_id: int = Field(foreign_key="staff.id", index=True)
    kind: MemberKind = Field(sa_type=enum_type(MemberKind))
    is_chair: bool = False
    name_kk: str
    name_ru: str
    organisation_kk: str = ""
    organisation_ru: str = ""
    field_kk: str = ""
    field_ru: str = ""
    appointed_by: str
    from_on: date
    left_at: datetime | None = None
    left_reason: str = ""
    replaces_id: int | None = Field(default=None, foreign_key="council_member.id", unique=True)
    declared_at: datetime | None = None
    added_at: datetime


class Conflict(Row, table=True):
    """A member declared an interest in a project, and takes no part in decisions on it from then on."""

    __tablename__ = "conflict"
    __table_args__ = (sa.UniqueConstraint("member_id", "project_id"),)

    id: int | None = Field(default=None, primary_key=True)
    member_id: int = Field(foreign_key="council_member.id")
    project_id: int = Field(foreign_key="project.id", index=True)
    kind: ConflictKind = Field(sa_type=enum_type(ConflictKind))
    declared_at: datetime


class CycleCriterion(Row, table=True):
    """A criterion as the regulation of this cycle has it: its clause, and a help text of its own in place of ours.

    A cycle without rows uses all criteria, with our help texts and no clauses.
    """

    __tablename__ = "cycle_criterion"

    cycle_id: int = Field(foreign_key="cycle.id", primary_key=True)
    criterion: Criterion = Field(primary_key=True, sa_type=enum_type(Criterion))
    clause: str = ""
    help_kk: str = ""
    help_ru: str = ""
    help_en: str = ""


class CompetentBody(Row, table=True):
    """What is not within the akimat's competence, whose it is, and how to reach them (109, iKOMEK)."""

    __tablename__ = "competent_body"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(max_length=10, unique=True)
    position: int
    matter_kk: str
    matter_ru: str
    matter_en: str
    name_kk: str
    name_ru: str
    name_en: str
    contact: str = ""
