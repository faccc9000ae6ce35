"""The protocols of the councils an account sits or sat in: to sign, signed, the newest first. One statement.

The document itself is never read here.
"""

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from budget.errors import NotFound
from budget.permissions import Actor
from models.council import CouncilMember
from models.council_session import Attendance, CouncilSession, Protocol, ProtocolSignature
from models.cycle import Cycle
from models.enums import SessionKind, SigningMethod


class ProtocolLine(NamedTuple):
    """A protocol. `was_there`: this account was at its session; `signed_at` and `method` are its signature; `corrects` and `corrected_by` numbers of
    other protocols; `signatures` of `attended` members have signed."""

    id: int
    public_id: str
    number: int
    sha256: str
    made_at: datetime
    correction_kk: str
    correction_ru: str
    session_number: int
    kind: SessionKind
    starts_at: datetime
    slug: str
    title_kk: str
    title_ru: str
    title_en: str
    signed_at: datetime | None
    method: SigningMethod | None
    corrects: int | None
    corrected_by: int | None
    signatures: int
    attended: int
    was_there: bool
    correction_en: str = ""

    @property
    def to_sign(self) -> bool:
        """Does it wait for this account's signature?"""
        return self.was_there and self.signed_at is None and self.corrected_by is None


class Signer(NamedTuple):
    """Who has signed a protocol, how and when; `certificate` is the name in the certificate of an electronic signature."""

    name_kk: str
    name_ru: str
    method: SigningMethod
    certificate: str
    signed_at: datetime
    name_en: str = ""


_Earlier, _Later = aliased(Protocol), aliased(Protocol)
_Mine = aliased(ProtocolSignature)
_MEMBERSHIPS = sa.select(col(CouncilMember.id)).where(col(CouncilMember.staff_id) == sa.bindparam("staff"))
_COUNCILS = sa.select(col(CouncilMember.cycle_id)).where(col(CouncilMember.staff_id) == sa.bindparam("staff"))
_WAS_THERE = sa.exists().where(
    col(Attendance.session_id) == col(Protocol.session_id), col(Attendance.member_id).in_(_MEMBERSHIPS)
)


def _number(table: type[Any], of: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    return sa.select(sa.func.count()).select_from(table).where(of).correlate(Protocol).scalar_subquery()


_PROTOCOL = ("id", "public_id", "number", "sha256", "made_at", "correction_kk", "correction_ru")
_ROWS = (
    sa.select(
        *(col(getattr(Protocol, name)) for name in _PROTOCOL),
        col(CouncilSession.number),
        col(CouncilSession.kind),
        col(CouncilSession.starts_at),
        *(col(getattr(Cycle, name)) for name in ("slug", "title_kk", "title_ru", "title_en")),
        col(_Mine.signed_at),
        col(_Mine.method),
        col(_Earlier.number),
        col(_Later.number),
        _number(ProtocolSignature, col(ProtocolSignature.protocol_id) == col(Protocol.id)),
        _number(Attendance, col(Attendance.session_id) == col(Protocol.session_id)),
        _WAS_THERE,
    )
    .select_from(Protocol)
    .join(CouncilSession, col(CouncilSession.id) == col(Protocol.session_id))
    .join(Cycle, col(Cycle.id) == col(Protocol.cycle_id))
    .outerjoin(
        _Mine,
        sa.and_(col(_Mine.protocol_id) == col(Protocol.id), col(_Mine.member_id).in_(_MEMBERSHIPS)),
    )
    .outerjoin(_Earlier, col(_Earlier.id) == col(Protocol.corrects_id))
    .outerjoin(_Later, col(_Later.corrects_id) == col(Protocol.id))
    .where(col(Protocol.cycle_id).in_(_COUNCILS))
    .order_by(col(Protocol.id).desc())
)


def protocols(session: Session, actor: Actor) -> tuple[ProtocolLine, ...]:
    """Every protocol of the councils this account sits or sat in."""
    rows: Any = session.connection().execute(_ROWS, {"staff": actor.id})
    return tuple(ProtocolLine(*row) for row in rows)


def protocol(session: Session, actor: Actor, public_id: str) -> ProtocolLine:
    """One of them. Raises NotFound, also for a protocol of another council."""
    row: Any = (
        session.connection()
        .execute(_ROWS.where(col(Protocol.public_id) == public_id), {"staff": actor.id})
        .first()
    )
    if row is None:
        raise NotFound(protocol=public_id)
    return ProtocolLine(*row)


def signers(session: Session, protocol_id: int) -> tuple[Signer, ...]:
    """Who has signed, in the order of signing."""
    rows: Any = session.connection().execute(
        sa.select(
            col(CouncilMember.name_kk),
            col(CouncilMember.name_ru),
            col(ProtocolSignature.method),
            col(ProtocolSignature.certificate),
            col(ProtocolSignature.signed_at),
        )
        .join(CouncilMember, col(CouncilMember.id) == col(ProtocolSignature.member_id))
        .where(col(ProtocolSignature.protocol_id) == protocol_id)
        .order_by(col(ProtocolSignature.signed_at), col(CouncilMember.id))
    )
    return tuple(Signer(*row) for row in rows)
