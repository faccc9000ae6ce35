"""Sessions of the Expert Council: attendance, agenda, motions, votes, recusals; and their protocols.

A vote is final, a closed item and a kept protocol never change: triggers refuse it.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, enum_type
from models.enums import (
    Answer,
    ConflictKind,
    CouncilChoice,
    Criterion,
    ItemKind,
    ItemResult,
    Language,
    ScreeningOutcome,
    SessionKind,
    SigningMethod,
)


class CouncilSession(Row, table=True):
    """A meeting. `revision` grows with every change of it or its agenda, so that of two coordinators who edit it at once
    the second is told."""

    __tablename__ = "council_session"
    __table_args__ = (
        sa.UniqueConstraint("cycle_id", "number"),
        sa.CheckConstraint("closed_at IS NULL OR opened_at IS NOT NULL", name="opened_before_closed"),
        sa.CheckConstraint("published_at IS NULL OR closed_at IS NOT NULL", name="closed_before_published"),
        sa.CheckConstraint("opened_at IS NULL OR announced_at IS NOT NULL", name="announced_before_opened"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(max_length=10, unique=True)
    cycle_id: int = Field(foreign_key="cycle.id")
    number: int
    kind: SessionKind = Field(sa_type=enum_type(SessionKind))
    starts_at: datetime
    place_kk: str
    place_ru: str
    link: str = ""
    revision: int = 1
    created_at: datetime
    announced_at: datetime | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    published_at: datetime | None = None


class Attendance(Row, table=True):
    """A member was there from `arrived_at` on; until `left_at` where the member left before the end."""

    __tablename__ = "attendance"
    __table_args__ = (sa.CheckConstraint("left_at IS NULL OR left_at >= arrived_at", name="in_order"),)

    session_id: int = Field(foreign_key="council_session.id", primary_key=True)
    member_id: int = Field(foreign_key="council_member.id", primary_key=True)
    arrived_at: datetime
    left_at: datetime | None = None


class AgendaItem(Row, table=True):
    """A motion: what the council is asked to decide, complete, so that a vote decides exactly this.

    SCREENING and APPEAL (the one of the project that waits) have an outcome with its criterion, clause and reasons; CONFIRMATION says whether a project
    `wins`; ORDER has the public ids of the winners in the order of implementation in `content`. The numbers are those
    at the closing, recusals left out.
    """

    __tablename__ = "agenda_item"
    __table_args__ = (
        sa.UniqueConstraint("session_id", "position"),
        sa.CheckConstraint("(closed_at IS NULL) = (result IS NULL)", name="closed_with_result"),
        sa.CheckConstraint("closed_at IS NULL OR opened_at IS NOT NULL", name="opened_before_closed"),
        sa.CheckConstraint("(kind = 'order') = (project_id IS NULL)", name="about_a_project"),
        sa.CheckConstraint(
            "(kind IN ('screening', 'appeal')) = (outcome IS NOT NULL)", name="outcome_of_screening"
        ),
        sa.CheckConstraint("(kind = 'confirmation') = (wins IS NOT NULL)", name="wins_of_confirmation"),
        sa.CheckConstraint("cost_tenge IS NULL OR cost_tenge > 0", name="cost_positive"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(max_length=10, unique=True)
    session_id: int = Field(foreign_key="council_session.id")
    position: int
    kind: ItemKind = Field(sa_type=enum_type(ItemKind))
    project_id: int | None = Field(default=None, foreign_key="project.id", index=True)
    version: int | None = None
    outcome: ScreeningOutcome | None = Field(default=None, sa_type=enum_type(ScreeningOutcome))
    wins: bool | None = None
    criterion: Criterion | None = Field(default=None, sa_type=enum_type(Criterion))
    clause: str = ""
    reason_kk: str = ""
    reason_ru: str = ""
    cost_tenge: int | None = Field(default=None, sa_type=sa.BigInteger)
    cost_reason_kk: str = ""
    cost_reason_ru: str = ""
    envelope_id: int | None = Field(default=None, foreign_key="envelope.id")
    content: list[Any] = Field(default_factory=list, sa_type=sa.JSON)
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    result: ItemResult | None = Field(default=None, sa_type=enum_type(ItemResult))
    entitled: int | None = None
    present: int | None = None
    needed: int | None = None
    votes_for: int | None = None
    votes_against: int | None = None
    abstained: int | None = None


class ItemAnswer(Row, table=True):
    """What a motion says of one criterion."""

    __tablename__ = "agenda_item_answer"

    item_id: int = Field(foreign_key="agenda_item.id", primary_key=True)
    criterion: Criterion = Field(primary_key=True, sa_type=enum_type(Criterion))
    answer: Answer = Field(sa_type=enum_type(Answer))


class CouncilVote(Row, table=True):
    """A member's vote on a motion: one, final, with a dissenting opinion if wished."""

    __tablename__ = "council_vote"
    __table_args__ = (
        sa.CheckConstraint("(dissent = '') = (language IS NULL)", name="dissent_in_a_language"),
    )

    item_id: int = Field(foreign_key="agenda_item.id", primary_key=True)
    member_id: int = Field(foreign_key="council_member.id", primary_key=True, index=True)
    choice: CouncilChoice = Field(sa_type=enum_type(CouncilChoice))
    dissent: str = ""
    language: Language | None = Field(default=None, sa_type=enum_type(Language))
    cast_at: datetime


class Recusal(Row, table=True):
    """A member who stood aside when a motion was decided, kept at its closing."""

    __tablename__ = "recusal"

    item_id: int = Field(foreign_key="agenda_item.id", primary_key=True)
    member_id: int = Field(foreign_key="council_member.id", primary_key=True)
    kind: ConflictKind = Field(sa_type=enum_type(ConflictKind))


class Protocol(Row, table=True):
    """The protocol of a session as a finished PDF. It never changes; a correction is another one with its own number."""

    __tablename__ = "protocol"
    __table_args__ = (
        sa.UniqueConstraint("cycle_id", "number"),
        sa.CheckConstraint(
            "corrects_id IS NULL OR (length(correction_kk) > 0 AND length(correction_ru) > 0)",
            name="correction_explained",
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(max_length=10, unique=True)
    cycle_id: int = Field(foreign_key="cycle.id")
    session_id: int = Field(foreign_key="council_session.id", index=True)
    number: int
    corrects_id: int | None = Field(default=None, foreign_key="protocol.id", unique=True)
    correction_kk: str = ""
    correction_ru: str = ""
    content: bytes
    sha256: str = Field(max_length=64)
    made_at: datetime
    made_by: int | None = Field(default=None, foreign_key="staff.id")


class ProtocolSignature(Row, table=True):
    """A member signed the protocol with this SHA-256. `certificate` is the name in the certificate of an electronic
    signature; the signature itself names the person's IIN and is not kept."""

    __tablename__ = "protocol_signature"
    __table_args__ = (
        sa.CheckConstraint("(method = 'eds') = (length(certificate) > 0)", name="eds_with_certificate"),
    )

    protocol_id: int = Field(foreign_key="protocol.id", primary_key=True)
    member_id: int = Field(foreign_key="council_member.id", primary_key=True)
    sha256: str = Field(max_length=64)
    method: SigningMethod = Field(sa_type=enum_type(SigningMethod))
    certificate: str = ""
    signed_at: datetime
