"""The council's decision after the vote: each winner confirmed, or departed from with a reason; and the reserve.

What the count computed stays in `verdict`; this stands next to it for ever (a trigger refuses changes).
"""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row


class Confirmation(Row, table=True):
    """The council's word on one project of the count. `departs` says that the count had said otherwise; `place` is the
    place in the order of implementation."""

    __tablename__ = "confirmation"
    __table_args__ = (
        sa.CheckConstraint(
            "NOT departs OR (length(reason_kk) > 0 AND length(reason_ru) > 0)", name="departure_explained"
        ),
        sa.CheckConstraint("place IS NULL OR wins", name="only_winners_are_built"),
        sa.UniqueConstraint("cycle_id", "place"),
    )

    project_id: int = Field(foreign_key="project.id", primary_key=True)
    cycle_id: int = Field(foreign_key="cycle.id")
    item_id: int = Field(foreign_key="agenda_item.id")
    wins: bool
    departs: bool
    reason_kk: str = ""
    reason_ru: str = ""
    place: int | None = None
    decided_at: datetime


class ReserveUse(Row, table=True):
    """A winner fell out, and the next project of the reserve that its money suffices for came in; None where none was."""

    __tablename__ = "reserve_use"
    __table_args__ = (
        sa.CheckConstraint("length(reason_kk) > 0 AND length(reason_ru) > 0", name="reason_given"),
        sa.CheckConstraint("length(document) > 0", name="document_named"),
    )

    out_id: int = Field(foreign_key="project.id", primary_key=True)
    cycle_id: int = Field(foreign_key="cycle.id", index=True)
    in_id: int | None = Field(default=None, foreign_key="project.id", unique=True)
    reason_kk: str
    reason_ru: str
    document: str
    recorded_by: int | None = Field(default=None, foreign_key="staff.id")
    recorded_at: datetime
