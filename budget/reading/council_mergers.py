"""Mergers as the coordinator reads them: proposals with both projects, and which projects look as if they could become one.

The hint (the same house, or the same area and direction) is found by plain comparison; people judge. Pairs somebody was
asked about already are left out of the houses.
"""

from collections import defaultdict
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from budget.errors import NotFound
from budget.reading.projects import Address
from models.cycle import Cycle
from models.district import Area
from models.enums import Direction, Language, ProjectState
from models.project import Project, ProjectAddress
from models.screening import Merger


class SameHouse(NamedTuple):
    """Two undecided projects that name one house, by their ids, the lower number first."""

    first: int
    second: int
    street_kk: str | None
    street_ru: str | None
    street_en: str | None
    house: str


class SameKind(NamedTuple):
    """Undecided projects of one direction in one area, by their ids."""

    direction: Direction
    name_kk: str
    name_ru: str
    name_en: str
    projects: tuple[int, ...]


def mergers(session: Session, cycle_id: int | None) -> list[tuple[Merger, Project, Project]]:
    """Every proposal of a cycle with the project that goes on and the one that joins it, newest first."""
    kept, joined = aliased(Project), aliased(Project)
    rows = (
        select(Merger, kept, joined)
        .join(kept, col(kept.id) == Merger.kept_id)
        .join(joined, col(joined.id) == Merger.joined_id)
        .where(Merger.cycle_id == cycle_id)
    )
    return list(session.exec(rows.order_by(col(Merger.id).desc())).all())


def merger(session: Session, public_id: str) -> tuple[Merger, Project, Project, Cycle]:
    """A proposal with the project that goes on, the one that joins it, and their cycle. Raises NotFound."""
    kept, joined = aliased(Project), aliased(Project)
    rows = (
        select(Merger, kept, joined, Cycle)
        .join(kept, col(kept.id) == Merger.kept_id)
        .join(joined, col(joined.id) == Merger.joined_id)
        .join(Cycle, col(Cycle.id) == Merger.cycle_id)
    )
    found = session.exec(rows.where(Merger.public_id == public_id)).first()
    if found is None:
        raise NotFound(merger=public_id)
    return found


def same_house(session: Session, cycle_id: int | None) -> list[SameHouse]:
    """Pairs by number, each once. One statement."""
    first, second = aliased(Project), aliased(Project)
    own, other = aliased(ProjectAddress), aliased(ProjectAddress)
    same_street = (
        col(getattr(own, name)) == col(getattr(other, name)) for name in map("street_{}".format, Language)
    )
    asked = sa.exists().where(
        sa.or_(
            sa.and_(col(Merger.kept_id) == col(first.id), col(Merger.joined_id) == col(second.id)),
            sa.and_(col(Merger.kept_id) == col(second.id), col(Merger.joined_id) == col(first.id)),
        )
    )
    rows: Any = session.connection().execute(
        sa.select(col(first.id), col(second.id), *(col(getattr(own, name)) for name in Address._fields))
        .select_from(own)
        .join(other, sa.and_(col(own.house) == col(other.house), sa.or_(*same_street)))
        .join(first, col(first.id) == col(own.project_id))
        .join(second, col(second.id) == col(other.project_id))
        .where(col(first.cycle_id) == cycle_id, col(second.cycle_id) == cycle_id)
        .where(col(first.number) < col(second.number), ~asked)
        .where(*(col(one.state) == ProjectState.SUBMITTED for one in (first, second)))
        .order_by(col(first.number), col(second.number), col(own.position))
    )
    found: dict[tuple[int, int], SameHouse] = {}
    for one in map(SameHouse._make, rows):
        found.setdefault((one.first, one.second), one)
    return list(found.values())


def same_kind(session: Session, cycle_id: int | None) -> list[SameKind]:
    """Groups of two and more, by the lowest number in them. One statement."""
    rows: Any = session.connection().execute(
        sa.select(
            col(Project.direction), col(Area.name_kk), col(Area.name_ru), col(Area.name_en), col(Project.id)
        )
        .join(Area, col(Area.id) == col(Project.area_id))
        .where(col(Project.cycle_id) == cycle_id, col(Project.state) == ProjectState.SUBMITTED)
        .where(col(Project.direction).is_not(None))
        .order_by(col(Project.number))
    )
    groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for *kind, project_id in rows:
        groups[tuple(kind)].append(project_id)
    return [SameKind._make((*kind, tuple(ids))) for kind, ids in groups.items() if len(ids) > 1]
