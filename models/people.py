"""People: residents on the roll, staff, their sessions, and the proofs of identity under way.

No IIN is stored anywhere: a resident is known by `roll_key` = HMAC-SHA256(ROLL_KEY, IIN).
"""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, enum_type
from models.enums import Assurance, Channel, Language, Role

_STAFF_ROLES = "role IN ('council', 'coordinator', 'operator', 'observer')"


class Resident(Row, table=True):
    """A line of the akimat's roll of residents; `line` is its number in the file that was imported last."""

    __tablename__ = "resident"

    id: int | None = Field(default=None, primary_key=True)
    roll_key: bytes = Field(unique=True, max_length=32)
    birth_on: date
    area_id: int | None = Field(default=None, foreign_key="area.id", index=True)
    street: str = ""
    house: str = ""
    phone: str | None = Field(default=None, max_length=16, index=True)
    line: int | None = None
    imported_at: datetime


class Staff(Row, table=True):
    """An account of a council member, a coordinator, an operator or an observer. A fresh installation has none.

    `totp_secret` is encrypted (budget/second_factor.py); `totp_last_step` is the newest time step whose code was
    accepted: no code is good twice.
    """

    __tablename__ = "staff"
    __table_args__ = (sa.CheckConstraint(_STAFF_ROLES, name="staff_role"),)

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(max_length=254, unique=True)
    name: str
    role: Role = Field(sa_type=enum_type(Role))
    language: Language = Field(default=Language.KK, sa_type=enum_type(Language))
    password_hash: str
    created_at: datetime
    disabled_at: datetime | None = None
    totp_secret: bytes | None = None
    totp_confirmed_at: datetime | None = None
    totp_last_step: int | None = None
    signed_in_at: datetime | None = None


class RecoveryCode(Row, table=True):
    """One of the codes that stand in for a lost phone, by its keyed hash; each is good once."""

    __tablename__ = "recovery_code"
    __table_args__ = (sa.UniqueConstraint("staff_id", "code_hash"),)

    id: int | None = Field(default=None, primary_key=True)
    staff_id: int = Field(foreign_key="staff.id")
    code_hash: bytes = Field(max_length=32)
    used_at: datetime | None = None


class Invitation(Row, table=True):
    """A link by which somebody makes an account of staff. The link holds the token, this row its hash."""

    __tablename__ = "invitation"
    __table_args__ = (sa.CheckConstraint(_STAFF_ROLES, name="staff_role"),)

    id: int | None = Field(default=None, primary_key=True)
    token_hash: bytes = Field(unique=True, max_length=32)
    email: str = Field(max_length=254)
    name: str
    role: Role = Field(sa_type=enum_type(Role))
    language: Language = Field(sa_type=enum_type(Language))
    invited_by: int | None = Field(default=None, foreign_key="staff.id")
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None = None
    withdrawn_at: datetime | None = None


class WebSession(Row, table=True):
    """A signed-in browser, of staff or of a resident. The cookie holds the token, this row its hash.

    How a resident was identified, and where, is theirs alone; `operator_id` is who signed them in at the desk."""

    __tablename__ = "web_session"
    __table_args__ = (
        sa.CheckConstraint("(staff_id IS NULL) <> (resident_id IS NULL)", name="staff_or_resident"),
    )

    id: int | None = Field(default=None, primary_key=True)
    token_hash: bytes = Field(unique=True, max_length=32)
    staff_id: int | None = Field(default=None, foreign_key="staff.id", index=True)
    resident_id: int | None = Field(default=None, foreign_key="resident.id", index=True)
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    assurance: Assurance | None = Field(default=None, sa_type=enum_type(Assurance))
    channel: Channel | None = Field(default=None, sa_type=enum_type(Channel))
    operator_id: int | None = Field(default=None, foreign_key="staff.id", index=True)
    stepped_up_at: datetime | None = None


class LoginCode(Row, table=True):
    """A one-time code on its way to a phone, bound to the browser that asked (`flow_hash`)."""

    __tablename__ = "login_code"

    id: int | None = Field(default=None, primary_key=True)
    flow_hash: bytes = Field(unique=True, max_length=32)
    phone_key: bytes = Field(max_length=32, index=True)
    code_hash: bytes = Field(max_length=32)
    sent_at: datetime
    expires_at: datetime
    tries: int = 0
    used_at: datetime | None = None


class SignInFailure(Row, table=True):
    """A failed staff sign-in, for the back-off; the e-mail is kept as a keyed hash."""

    __tablename__ = "sign_in_failure"

    id: int | None = Field(default=None, primary_key=True)
    email_key: bytes = Field(max_length=32, index=True)
    failed_at: datetime
