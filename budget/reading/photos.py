"""The bytes of a photo, as long as its project is public."""

import sqlalchemy as sa
from sqlmodel import Session, col

from models.cycle import Cycle
from models.enums import ProjectState
from models.project import Photo, Project

_SMALL = sa.select(col(Photo.thumbnail))
_FULL = sa.select(col(Photo.content))


def content(session: Session, public_id: str, *, small: bool) -> bytes | None:
    """JPEG bytes; None for an unknown photo, an unpublished cycle, and a project its author withdrew."""
    statement = (
        (_SMALL if small else _FULL)
        .join(Project, col(Project.id) == col(Photo.project_id))
        .join(Cycle, col(Cycle.id) == col(Project.cycle_id))
        .where(
            col(Photo.public_id) == public_id,
            col(Cycle.published_at).is_not(None),
            col(Project.state) != ProjectState.WITHDRAWN,
        )
    )
    return session.connection().execute(statement).scalar()
