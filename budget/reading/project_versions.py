"""The texts of one project as its author sent them in, for whoever wants to see what a correction changed.

A withdrawn project has no such page: its text is no longer shown.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from budget.differences import Content, Difference, differences
from budget.errors import NotFound
from budget.reading.project_facts import Other
from budget.reading.project_road import columns_of
from models.cycle import Cycle
from models.enums import ProjectState
from models.project import Project
from models.screening import ProjectVersion


@dataclass(frozen=True, slots=True)
class Home:
    """The cycle of the project."""

    slug: str
    title_kk: str
    title_ru: str
    title_en: str


@dataclass(frozen=True)
class Text:
    """A kept text. `changed` is how it differs from the one before, `joined` the number of the project whose houses
    came in with it."""

    number: int
    made_at: datetime
    content: Content
    changed: tuple[Difference, ...] = ()
    joined: int | None = None


@dataclass(frozen=True)
class Versions:
    """The project and its texts, oldest first."""

    project: Other
    cycle: Home
    texts: tuple[Text, ...]


_HOME = columns_of(Cycle, Home)
_ONE = (
    sa.select(col(Project.id), *columns_of(Project, Other), *_HOME)
    .join(Cycle, col(Cycle.id) == col(Project.cycle_id))
    .where(
        col(Project.public_id) == sa.bindparam("public_id"),
        col(Cycle.published_at).is_not(None),
        col(Project.state) != ProjectState.WITHDRAWN,
    )
)
_TEXTS = (
    sa.select(col(ProjectVersion.number), col(ProjectVersion.made_at), col(ProjectVersion.content))
    .where(col(ProjectVersion.project_id) == sa.bindparam("project"))
    .order_by(col(ProjectVersion.number))
)
_JOINED = sa.select(col(Project.decided_at), col(Project.number)).where(
    col(Project.merged_into_id) == sa.bindparam("project")
)


def by_public_id(session: Session, public_id: str) -> Versions:
    """The texts of the project at this address. Three statements.

    Raises: NotFound for an unknown or withdrawn project and for one of an unpublished cycle.
    """
    connection = session.connection()
    row: Any = connection.execute(_ONE, {"public_id": public_id}).one_or_none()
    if row is None:
        raise NotFound
    project_id, *values = row
    other, home = Other(*values[: -len(_HOME)]), Home(*values[-len(_HOME) :])
    asked = {"project": project_id}
    joined: dict[Any, int] = dict(connection.execute(_JOINED, asked).all())
    kept: Any = connection.execute(_TEXTS, asked).all()
    texts, before = list[Text](), None
    for number, made_at, content in kept:
        changed = differences(before, content) if before is not None else ()
        texts.append(Text(number, made_at, content, changed, joined.get(made_at)))
        before = content
    return Versions(other, home, tuple(texts))
