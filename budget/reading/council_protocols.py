"""A protocol of the Expert Council in public: its file, what it corrects, who signed it.

Only of a session whose decisions are published: every statement asks for that itself. The file never changes.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from budget.errors import NotFound
from models.council import CouncilMember
from models.council_session import Attendance, CouncilSession, Protocol, ProtocolSignature
from models.cycle import Cycle
from models.enums import SigningMethod


@dataclass(frozen=True, slots=True)
class ProtocolFacts:
    """A protocol of a published session, with the one it corrects and the one that corrected it."""

    id: int
    public_id: str
    number: int
    sha256: str
    made_at: datetime
    size: int
    correction_kk: str
    correction_ru: str
    session_number: int
    starts_at: datetime
    slug: str
    title_kk: str
    title_ru: str
    title_en: str
    corrects_number: int | None
    corrects: str | None
    corrected_number: int | None
    corrected: str | None
    present: int
    signatures: tuple["Signature", ...] = ()
    correction_en: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed, how and when; `certificate` is the name in the certificate of an electronic signature."""

    name_kk: str
    name_ru: str
    is_chair: bool
    method: SigningMethod
    certificate: str
    sha256: str
    signed_at: datetime
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A protocol to send."""

    slug: str
    number: int
    sha256: str
    content: bytes


_PUBLISHED = col(CouncilSession.published_at).is_not(None)
_Before, _After = aliased(Protocol), aliased(Protocol)
_PRESENT = (
    sa.select(sa.func.count())
    .where(col(Attendance.session_id) == col(Protocol.session_id))
    .correlate(Protocol)
    .scalar_subquery()
)
_OF_PUBLISHED = (col(Protocol.public_id) == sa.bindparam("public_id"), _PUBLISHED)
_PROTOCOL = (
    sa.select(
        *(col(getattr(Protocol, name)) for name in ("id", "public_id", "number", "sha256", "made_at")),
        sa.func.length(col(Protocol.content)),
        col(Protocol.correction_kk),
        col(Protocol.correction_ru),
        col(CouncilSession.number),
        col(CouncilSession.starts_at),
        *(col(getattr(Cycle, name)) for name in ("slug", "title_kk", "title_ru", "title_en")),
        *(col(getattr(part, name)) for part in (_Before, _After) for name in ("number", "public_id")),
        _PRESENT,
    )
    .select_from(Protocol)
    .join(CouncilSession, col(CouncilSession.id) == col(Protocol.session_id))
    .join(Cycle, col(Cycle.id) == col(Protocol.cycle_id))
    .outerjoin(_Before, col(_Before.id) == col(Protocol.corrects_id))
    .outerjoin(_After, col(_After.corrects_id) == col(Protocol.id))
    .where(*_OF_PUBLISHED)
)
_FILE = (
    sa.select(col(Cycle.slug), col(Protocol.number), col(Protocol.sha256), col(Protocol.content))
    .join(CouncilSession, col(CouncilSession.id) == col(Protocol.session_id))
    .join(Cycle, col(Cycle.id) == col(Protocol.cycle_id))
    .where(*_OF_PUBLISHED)
)
_SIGNATURES = (
    sa.select(
        *(col(getattr(CouncilMember, name)) for name in ("name_kk", "name_ru", "is_chair")),
        *(col(getattr(ProtocolSignature, name)) for name in ("method", "certificate", "sha256", "signed_at")),
    )
    .join(CouncilMember, col(CouncilMember.id) == col(ProtocolSignature.member_id))
    .where(col(ProtocolSignature.protocol_id) == sa.bindparam("protocol"))
    .order_by(col(ProtocolSignature.signed_at), col(CouncilMember.id))
)


def by_public_id(session: Session, public_id: str) -> ProtocolFacts:
    """A published protocol with its signatures. Two statements. Raises NotFound."""
    connection = session.connection()
    row: Any = connection.execute(_PROTOCOL, {"public_id": public_id}).one_or_none()
    if row is None:
        raise NotFound(protocol=public_id)
    signed: Any = connection.execute(_SIGNATURES, {"protocol": row[0]})
    return replace(ProtocolFacts(*row), signatures=tuple(Signature(*one) for one in signed))


def file_of(session: Session, public_id: str) -> File:
    """The file of a published protocol. One statement. Raises NotFound."""
    row: Any = session.connection().execute(_FILE, {"public_id": public_id}).one_or_none()
    if row is None:
        raise NotFound(protocol=public_id)
    return File(*row)
