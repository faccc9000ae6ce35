"""Ballots in the double envelope: who took part, the sealed ballots, and the opened ones.

`participation` is the outer envelope (voter key, channel, assurance, time); its `sealed` is the inner one.
After separation the sealed ballots stand in `sealed_ballot` in random order and the link is gone, and with it the
traces that only the signals need (network, block of numbers, line of the roll, age).
UNIQUE (cycle_id, voter_key) is what makes one person, one vote a fact of the database.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, enum_type
from models.enums import Assurance, BallotStatus, Channel

BALLOT_COLUMNS = ("id", "cycle_id", "envelope_id", "assurance", "status", "reason")
CHOICE_COLUMNS = ("ballot_id", "project_id")
"""What a whole election of opened ballots is written with, many rows at once."""


class Participation(Row, table=True):
    """One person took part in one cycle. `sealed` and `receipt` are emptied at the separation; a paper ballot has
    none here. `log_batch` is the batch of the log that holds the ballot, None until it is in one.

    An annulled participation stays and is counted, without its voter: its owner may vote. `phone_key` is there
    for ballots by SMS: one number, one person. The traces are keyed hashes of 8 bytes, of no use without the key;
    PostgreSQL keeps no statistics of what the separation deletes, because those are samples of the values themselves.
    """

    __tablename__ = "participation"
    __table_args__ = (
        sa.UniqueConstraint("cycle_id", "voter_key"),
        sa.UniqueConstraint("cycle_id", "phone_key"),
        sa.CheckConstraint("voter_key IS NOT NULL OR annulled_at IS NOT NULL", name="voter_unless_annulled"),
        # the turnout of a city is read from this alone: the other indexes are in the order of random keys
        sa.Index("ix_participation_turnout", "cycle_id", "channel", "assurance", "area_id", "annulled_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    cycle_id: int = Field(foreign_key="cycle.id")
    voter_key: bytes | None = Field(default=None, max_length=32)
    phone_key: bytes | None = Field(default=None, max_length=32)
    channel: Channel = Field(sa_type=enum_type(Channel))
    assurance: Assurance = Field(sa_type=enum_type(Assurance))
    cast_at: datetime
    area_id: int | None = Field(default=None, foreign_key="area.id")
    sealed: bytes | None = None
    receipt: bytes | None = Field(default=None, max_length=32)
    log_batch: int | None = None
    annulled_at: datetime | None = None
    network_key: bytes | None = Field(default=None, max_length=8)
    phone_block_key: bytes | None = Field(default=None, max_length=8)
    roll_line: int | None = None
    age: int | None = None


class ReplacedBallot(Row, table=True):
    """A ballot whose voter voted again (setting `revote`): its leaf stays in the log, its content is gone."""

    __tablename__ = "replaced_ballot"

    leaf: bytes = Field(primary_key=True, max_length=32)
    cycle_id: int = Field(foreign_key="cycle.id", index=True)
    log_batch: int | None = None


class SealedBallot(Row, table=True):
    """An inner envelope without its voter. `key` is random, so the order says nothing."""

    __tablename__ = "sealed_ballot"
    __table_args__ = (sa.Index("ix_sealed_ballot_cycle_id_key", "cycle_id", "key"),)  # opened in this order

    key: bytes = Field(primary_key=True, max_length=16)
    cycle_id: int = Field(foreign_key="cycle.id")
    channel: Channel = Field(sa_type=enum_type(Channel))
    assurance: Assurance = Field(sa_type=enum_type(Assurance))
    sealed: bytes


class Ballot(Row, table=True):
    """An opened ballot. Public, shuffled, without voter and time."""

    __tablename__ = "ballot"
    __table_args__ = (
        sa.CheckConstraint("(status = 'invalid') = (length(reason) > 0)", name="invalid_with_reason"),
        sa.Index("ix_ballot_cycle_id_status_assurance", "cycle_id", "status", "assurance"),
    )

    id: int | None = Field(default=None, primary_key=True)
    cycle_id: int = Field(foreign_key="cycle.id")
    envelope_id: int | None = Field(default=None, foreign_key="envelope.id")
    assurance: Assurance | None = Field(default=None, sa_type=enum_type(Assurance))
    status: BallotStatus = Field(sa_type=enum_type(BallotStatus))
    reason: str = ""


class BallotChoice(Row, table=True):
    """A project on an opened, valid ballot; counted by the index on the project."""

    __tablename__ = "ballot_choice"

    ballot_id: int = Field(foreign_key="ballot.id", primary_key=True)
    project_id: int = Field(foreign_key="project.id", primary_key=True, index=True)
