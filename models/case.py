"""Cases of the coordinator: objections of owners, signals of patterns, and the annulments that two people decide."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, enum_type
from models.enums import CaseOutcome, Channel, Language, SignalRule


class Objection(Row, table=True):
    """ "It was not me": the owner of an IIN objects to a participation, on the site or at the desk. `phone` is where
    the decision is told; both are emptied with the voters' keys."""

    __tablename__ = "objection"
    __table_args__ = (
        sa.CheckConstraint("(decided_at IS NULL) = (outcome IS NULL)", name="decided_with_outcome"),
        sa.CheckConstraint("outcome IS NULL OR length(reason) > 0", name="decided_with_reason"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(max_length=10, unique=True)
    cycle_id: int = Field(foreign_key="cycle.id", index=True)
    participation_id: int = Field(foreign_key="participation.id", unique=True)
    channel: Channel = Field(sa_type=enum_type(Channel))
    text: str
    phone: str | None = Field(default=None, max_length=16)
    language: Language = Field(sa_type=enum_type(Language))
    created_at: datetime
    outcome: CaseOutcome | None = Field(default=None, sa_type=enum_type(CaseOutcome))
    reason: str = ""
    decided_at: datetime | None = None
    decided_by: int | None = Field(default=None, foreign_key="staff.id")


class Signal(Row, table=True):
    """A pattern found by a named rule: something to look at, never a verdict. `subject` makes it found once."""

    __tablename__ = "signal"
    __table_args__ = (
        sa.UniqueConstraint("cycle_id", "rule", "subject"),
        sa.CheckConstraint("(decided_at IS NULL) = (outcome IS NULL)", name="decided_with_outcome"),
        sa.CheckConstraint("outcome IS NULL OR length(reason) > 0", name="decided_with_reason"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(max_length=10, unique=True)
    cycle_id: int = Field(foreign_key="cycle.id")
    rule: SignalRule = Field(sa_type=enum_type(SignalRule))
    subject: str = Field(max_length=64)
    ballots: int
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    found_at: datetime
    outcome: CaseOutcome | None = Field(default=None, sa_type=enum_type(CaseOutcome))
    reason: str = ""
    decided_at: datetime | None = None
    decided_by: int | None = Field(default=None, foreign_key="staff.id")


class SignalMember(Row, table=True):
    """A participation that belongs to a signal's pattern; deleted at the separation."""

    __tablename__ = "signal_member"

    signal_id: int = Field(foreign_key="signal.id", primary_key=True)
    participation_id: int = Field(foreign_key="participation.id", primary_key=True, index=True)


class Annulment(Row, table=True):
    """An outer envelope set aside unopened: proposed by one person with a reason, confirmed by another. `voter_key` lets
    the owner, who may vote again, see what became of the ballot."""

    __tablename__ = "annulment"
    __table_args__ = (
        sa.CheckConstraint("length(reason) > 0", name="reason_given"),
        sa.CheckConstraint("confirmed_by IS NULL OR confirmed_by <> proposed_by", name="two_people"),
        sa.CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="confirmed_by_someone"),
        sa.CheckConstraint("confirmed_at IS NULL OR declined_at IS NULL", name="one_outcome"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(max_length=10, unique=True)
    cycle_id: int = Field(foreign_key="cycle.id", index=True)
    participation_id: int = Field(foreign_key="participation.id", unique=True)
    voter_key: bytes | None = Field(default=None, max_length=32)
    reason: str
    proposed_by: int = Field(foreign_key="staff.id")
    proposed_at: datetime
    confirmed_by: int | None = Field(default=None, foreign_key="staff.id")
    confirmed_at: datetime | None = None
    declined_by: int | None = Field(default=None, foreign_key="staff.id")
    declined_at: datetime | None = None
