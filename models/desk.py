"""The front office: an operator saw a document and opened a ballot for its owner."""

from datetime import datetime

from sqlmodel import Field

from models.base import Row, enum_type
from models.enums import DocumentKind


class DeskVisit(Row, table=True):
    """One resident at the desk of one cycle: who checked which document, by its last characters. Deleted with the
    voters' keys (`budget cycle forget-voters`)."""

    __tablename__ = "desk_visit"

    id: int | None = Field(default=None, primary_key=True)
    cycle_id: int = Field(foreign_key="cycle.id", index=True)
    resident_id: int = Field(foreign_key="resident.id")
    staff_id: int = Field(foreign_key="staff.id", index=True)
    document_kind: DocumentKind = Field(sa_type=enum_type(DocumentKind))
    document_last: str = Field(max_length=4)
    opened_at: datetime
