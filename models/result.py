"""What the count and the allocation said, as published."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, enum_type
from models.enums import VerdictKind


class Count(Row, table=True):
    """The sums of one count; `ballots_root` commits to the opened ballots, the root of the final head seeds the lot.

    leaves = opened + replaced + annulled, opened = valid + empty + invalid. `participations` has no annulled ones: whoever
    voted again is one person. `roll` is the number of residents on the roll at the count, 0 where the cycle had no roll
    of ours. `without_sms` is the JSON of a `budget.what_if.WhatIf`: who would have won without the ballots by SMS; None
    in a count that never asked.
    """

    __tablename__ = "ballot_count"

    cycle_id: int = Field(foreign_key="cycle.id", primary_key=True)
    counted_at: datetime
    participations: int
    valid: int
    empty: int
    invalid: int
    roll: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    ballots_root: str = Field(default="", max_length=64)
    leaves: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    replaced: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    annulled: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    papers: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    without_sms: Any = Field(default=None, sa_type=sa.JSON(none_as_null=True), nullable=True)
    draw: str | None = None
    draw_note: str = ""
    draw_place: str = Field(default="", sa_column_kwargs={"server_default": ""})
    draw_witnesses: str = Field(default="", sa_column_kwargs={"server_default": ""})
    drawn_at: datetime | None = None


class Turnout(Row, table=True):
    """How many took part, by channel, by assurance and by area; `key` is a value of the enum or the area's code."""

    __tablename__ = "turnout"

    cycle_id: int = Field(foreign_key="cycle.id", primary_key=True)
    dimension: str = Field(primary_key=True, max_length=12)
    key: str = Field(primary_key=True, max_length=40)
    voters: int


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
