"""Every table, imported once, so that the metadata is complete for migrations and tests."""

from sqlmodel import SQLModel

from models import (
    ballot,
    case,
    confirmation,
    council,
    council_session,
    cycle,
    desk,
    district,
    eds,
    log,
    paper,
    people,
    project,
    result,
    screening,
    service,
    trustee,
    works,
)

__all__ = [
    "ballot",
    "case",
    "confirmation",
    "council",
    "council_session",
    "cycle",
    "desk",
    "district",
    "eds",
    "log",
    "metadata",
    "paper",
    "people",
    "project",
    "result",
    "screening",
    "service",
    "trustee",
    "works",
]

metadata = SQLModel.metadata
