"""Trustees: three people who hold the shares of the key that opens the ballots; two are enough, one opens nothing."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row


class Trustee(Row, table=True):
    """A trustee of one cycle. The share is in the database only until it was shown, sealed to a link that is not;
    `share_hash` tells a mistyped share from a foreign one. A new split is a new `generation`."""

    __tablename__ = "trustee"
    __table_args__ = (
        sa.UniqueConstraint("cycle_id", "position"),
        sa.CheckConstraint("position BETWEEN 1 AND 3", name="three_at_most"),
        sa.CheckConstraint("share_sealed IS NULL OR shown_at IS NULL", name="gone_once_shown"),
    )

    id: int | None = Field(default=None, primary_key=True)
    cycle_id: int = Field(foreign_key="cycle.id")
    position: int
    name: str
    organisation: str
    generation: int = 0
    link_hash: bytes | None = Field(default=None, max_length=32, unique=True)
    share_sealed: bytes | None = None
    share_hash: bytes | None = Field(default=None, max_length=32)
    shown_at: datetime | None = None
    proven_at: datetime | None = None
