"""What the count and the allocation said, as published."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, enum_type
from models.enums import VerdictKind


class Count(Row, table=True):
    """The sums of one count; `ballots_root` commits to the sealed ballots and seeds the lot. `roll` is the number of
    residents on the roll at the count, 0 where the cycle had no roll of ours."""

    __tablename__ = "ballot_count"

    cycle_id: int = Field(foreign_key="cycle.id", primary_key=True)
    counted_at: datetime
    participations: int
    valid: int
    empty: int
    invalid: int
    roll: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    ballots_root: str = Field(default="", max_length=64)
    draw: str | None = None
    draw_note: str = ""


class VerdictRow(Row, table=True):
    """The allocation's verdict on one project, with the numbers it follows from."""

    __tablename__ = "verdict"
    __table_args__ = (sa.Index("ix_verdict_cycle_id_envelope_id_place", "cycle_id", "envelope_id", "place"),)

    project_id: int = Field(foreign_key="project.id", primary_key=True)
    cycle_id: int = Field(foreign_key="cycle.id")
    envelope_id: int = Field(foreign_key="envelope.id")
    position: int
    place: int | None = None
    votes: int
    cost_tenge: int = Field(sa_type=sa.BigInteger)
    remaining_before_tenge: int = Field(sa_type=sa.BigInteger)
    remaining_after_tenge: int = Field(sa_type=sa.BigInteger)
    kind: VerdictKind = Field(sa_type=enum_type(VerdictKind))
    missing_votes: int | None = None
    missing_tenge: int | None = Field(default=None, sa_type=sa.BigInteger)
