"""Implementation of the winners: where the works stand, and every change of it."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, enum_type
from models.enums import Language, WorksStatus


class Works(Row, table=True):
    """The works of one winning project now."""

    __tablename__ = "works"
    __table_args__ = (
        sa.CheckConstraint(
            "status NOT IN ('postponed', 'cancelled') OR length(reason) > 0", name="reason_given"
        ),
    )

    project_id: int = Field(foreign_key="project.id", primary_key=True)
    status: WorksStatus = Field(sa_type=enum_type(WorksStatus))
    reason: str = ""
    language: Language | None = Field(default=None, sa_type=enum_type(Language))
    changed_at: datetime | None = None


class WorksChange(Row, table=True):
    """A change of the works' status, kept for ever."""

    __tablename__ = "works_change"

    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id", index=True)
    status: WorksStatus = Field(sa_type=enum_type(WorksStatus))
    reason: str = ""
    language: Language | None = Field(default=None, sa_type=enum_type(Language))
    changed_at: datetime
