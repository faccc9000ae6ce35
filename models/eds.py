"""Challenges for a person's electronic signature, each good for one signing in of one browser.

A row never names a person. `nonce_hash` and `flow_hash` are SHA-256 of random tokens in the browser's sealed cookie.
When a phone signs (`way` = egov), the verified IIN waits in `answer`, sealed to `box_key`, a Curve25519 key whose
private half only that cookie has; it is emptied when the browser takes it.
"""

from datetime import datetime

from sqlmodel import Field

from models.base import Row, enum_type
from models.enums import EdsWay


class EdsChallenge(Row, table=True):
    """What one browser asked to be signed. `refusal` is the code of what was wrong with the phone's signature."""

    __tablename__ = "eds_challenge"

    id: int | None = Field(default=None, primary_key=True)
    nonce_hash: bytes = Field(unique=True, max_length=32)
    flow_hash: bytes = Field(unique=True, max_length=32)
    cycle_id: int | None = Field(default=None, foreign_key="cycle.id", index=True)
    purpose: str = Field(max_length=16)
    way: EdsWay = Field(sa_type=enum_type(EdsWay))
    created_at: datetime
    expires_at: datetime = Field(index=True)
    used_at: datetime | None = None
    box_key: bytes | None = Field(default=None, max_length=32)
    answer: bytes | None = None
    refusal: str | None = Field(default=None, max_length=32)
