"""The public log of ballots: leaves in batches, and the signed heads of the tree (RFC 6962). Both only grow: triggers
refuse UPDATE and DELETE.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row


class LogHead(Row, table=True):
    """The tree after a batch: its size and root, signed, with the hash of the head before."""

    __tablename__ = "log_head"

    cycle_id: int = Field(foreign_key="cycle.id", primary_key=True)
    number: int = Field(primary_key=True)
    size: int
    root: str = Field(max_length=64)
    at: datetime
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64, unique=True)
    signature: str = Field(max_length=128)
    is_final: bool = False


class LogLeaf(Row, table=True):
    """A sealed ballot as the public sees it: its leaf hash at its place in the tree, shuffled within its batch."""

    __tablename__ = "log_leaf"
    __table_args__ = (sa.UniqueConstraint("cycle_id", "leaf"),)

    cycle_id: int = Field(foreign_key="cycle.id", primary_key=True)
    position: int = Field(primary_key=True)
    batch: int
    leaf: bytes = Field(max_length=32)
