"""Rows the service itself needs: the audit chain, the outbox, job claims, and the version of public pages."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, enum_type
from models.enums import Language, NoticeFailure, Role


def _index_where_known(column: str) -> sa.Index:
    """A notice begins without these: what queues one has nothing to write into their indexes."""
    is_known = sa.text(f"{column} IS NOT NULL")
    return sa.Index(f"ix_notice_{column}", column, sqlite_where=is_known, postgresql_where=is_known)


class AuditEvent(Row, table=True):
    """One act, chained to the one before by hash; a trigger refuses UPDATE and DELETE."""

    __tablename__ = "audit_event"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    role: Role = Field(sa_type=enum_type(Role))
    actor_id: int | None = None
    action: str = Field(max_length=60)
    cycle_id: int | None = Field(default=None, foreign_key="cycle.id", index=True)
    subject: str = Field(default="", max_length=80)
    facts: str
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64, unique=True)


class Notice(Row, table=True):
    """The outbox: what to send to whom; sent after the commit, emptied of secrets once sent.

    `attempts` counts all tries, `sendings` those that may have reached the phone: each of them costs price × `parts`.
    `charged_at` is when the money of `cost_tenge` was last set aside, `failure` what became of the newest try.
    """

    __tablename__ = "notice"
    __table_args__ = (_index_where_known("charged_at"), _index_where_known("tried_at"))

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=40)
    recipient: str = Field(max_length=254)
    language: Language = Field(sa_type=enum_type(Language))
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    created_at: datetime = Field(index=True)
    expires_at: datetime | None = None
    sent_at: datetime | None = None
    attempts: int = 0
    parts: int = 0
    sendings: int = 0
    cost_tenge: int = 0
    charged_at: datetime | None = None
    tried_at: datetime | None = None
    failure: NoticeFailure | None = Field(default=None, sa_type=enum_type(NoticeFailure))
    gateway_id: str | None = Field(default=None, max_length=40)


class JobClaim(Row, table=True):
    """A job took this window; the primary key makes two schedulers harmless."""

    __tablename__ = "job_claim"

    job: str = Field(primary_key=True, max_length=60)
    window_at: datetime = Field(primary_key=True)
    claimed_at: datetime


class PublicVersion(Row, table=True):
    """One row: raised by every transaction that changes what the public sees; keys the page cache."""

    __tablename__ = "public_version"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one_row"),)

    id: int = Field(default=1, primary_key=True)
    version: int = 0
