"""Paper: ballots with serials, issued in batches to polling points, entered twice, and accounted for one by one.

Who got a paper is marked on `participation`; which serial it was is nowhere, so no paper leads to a person.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, enum_type
from models.enums import SheetFault, SheetState


class PaperBatch(Row, table=True):
    """Papers with serials `first_serial`..`last_serial` for one polling point. `handed` counts the people marked
    as having taken one."""

    __tablename__ = "paper_batch"
    __table_args__ = (
        sa.UniqueConstraint("cycle_id", "first_serial"),
        sa.CheckConstraint("1 <= first_serial AND first_serial <= last_serial", name="serials_in_order"),
        sa.CheckConstraint("handed >= 0", name="handed_not_negative"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(max_length=10, unique=True)
    cycle_id: int = Field(foreign_key="cycle.id", index=True)
    point: str
    first_serial: int
    last_serial: int
    handed: int = 0
    issued_at: datetime
    issued_by: int = Field(foreign_key="staff.id")
    returned_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: int | None = Field(default=None, foreign_key="staff.id")


class PaperSheet(Row, table=True):
    """One paper. `sealed` is its ballot, taken over from the entries when they agree; emptied at the separation."""

    __tablename__ = "paper_sheet"
    __table_args__ = (
        sa.CheckConstraint("(state = 'spoiled') = (fault IS NOT NULL)", name="spoiled_with_fault"),
    )

    cycle_id: int = Field(foreign_key="cycle.id", primary_key=True)
    serial: int = Field(primary_key=True)
    batch_id: int = Field(foreign_key="paper_batch.id", index=True)
    state: SheetState = Field(default=SheetState.ISSUED, sa_type=enum_type(SheetState))
    fault: SheetFault | None = Field(default=None, sa_type=enum_type(SheetFault))
    sealed: bytes | None = None
    receipt: bytes | None = Field(default=None, max_length=32)
    log_batch: int | None = None


class PaperEntry(Row, table=True):
    """What one operator read off one paper: a sealed ballot, a fault, or "unused". Two entries are compared by a
    keyed hash, so nobody can count what was entered; the third is the decision where they differ. The rows of a
    batch are deleted when it closes."""

    __tablename__ = "paper_entry"
    __table_args__ = (
        sa.ForeignKeyConstraint(["cycle_id", "serial"], ["paper_sheet.cycle_id", "paper_sheet.serial"]),
        sa.UniqueConstraint("cycle_id", "serial", "staff_id"),
        sa.CheckConstraint("round BETWEEN 1 AND 3", name="three_rounds"),
        sa.CheckConstraint("(state = 'valid') = (sealed IS NOT NULL)", name="valid_with_ballot"),
        sa.CheckConstraint("(state = 'spoiled') = (fault IS NOT NULL)", name="spoiled_with_fault"),
    )

    cycle_id: int = Field(primary_key=True)
    serial: int = Field(primary_key=True)
    round: int = Field(primary_key=True)
    staff_id: int = Field(foreign_key="staff.id")
    state: SheetState = Field(sa_type=enum_type(SheetState))
    fault: SheetFault | None = Field(default=None, sa_type=enum_type(SheetFault))
    content_key: bytes = Field(max_length=32)
    sealed: bytes | None = None
    entered_at: datetime
