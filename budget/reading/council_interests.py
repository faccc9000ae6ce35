"""The projects of a cycle for a member who declares interests: by number, narrowed by words, with what was declared.

What is marked stays listed whatever is searched for, so that nothing marked is lost from sight. Three statements,
whatever the number of projects.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from budget.reading.folding import words_of
from budget.reading.projects import Address, addresses_of
from models.council import Conflict, CouncilMember
from models.district import Area
from models.enums import ConflictKind, Language, ProjectState
from models.project import Project

PER_PAGE = 100


class InterestLine(NamedTuple):
    """A project. `kind` and `declared_at` where this member has declared an interest in it."""

    id: int
    public_id: str
    number: int
    language: Language
    title_kk: str | None
    title_ru: str | None
    title_en: str | None
    submitted_at: datetime | None
    area_kk: str | None
    area_ru: str | None
    area_en: str | None
    kind: ConflictKind | None
    declared_at: datetime | None
    addresses: tuple[Address, ...] = ()


@dataclass(frozen=True)
class Interests:
    """`declared` for good, `marked` just now, `found` a page of the rest; `total` is the number of all found."""

    declared: tuple[InterestLine, ...]
    marked: tuple[InterestLine, ...]
    found: tuple[InterestLine, ...]
    total: int
    page: int
    pages: int


_GONE = (ProjectState.WITHDRAWN, ProjectState.MERGED)
_ROWS = (
    sa.select(
        *(
            col(getattr(Project, name))
            for name in (
                "id",
                "public_id",
                "number",
                "language",
                "title_kk",
                "title_ru",
                "title_en",
                "submitted_at",
            )
        ),
        col(Area.name_kk),
        col(Area.name_ru),
        col(Area.name_en),
        col(Conflict.kind),
        col(Conflict.declared_at),
    )
    .select_from(Project)
    .outerjoin(Area, col(Area.id) == col(Project.area_id))
    .outerjoin(
        Conflict,
        sa.and_(
            col(Conflict.project_id) == col(Project.id), col(Conflict.member_id) == sa.bindparam("member")
        ),
    )
    .where(col(Project.cycle_id) == sa.bindparam("cycle"))
    .order_by(col(Project.number))
)


def interests(
    session: Session, member: CouncilMember, *, words: str = "", marked: Collection[str] = (), page: int = 1
) -> Interests:
    """What there is to declare. `marked` are public ids. A page that does not exist is the last one."""
    asked = {"cycle": member.cycle_id, "member": member.id}
    connection = session.connection()
    is_chosen = sa.or_(col(Conflict.kind).is_not(None), col(Project.public_id).in_(list(marked)))
    chosen: Any = connection.execute(_ROWS.where(is_chosen), asked).all()
    rest: Any = connection.execute(_ROWS.where(sa.not_(is_chosen), *_asked_for(words)), asked).all()
    pages = max(1, -(-len(rest) // PER_PAGE))
    page = min(max(page, 1), pages)
    shown = rest[(page - 1) * PER_PAGE : page * PER_PAGE]
    lines = _lines(session, [*chosen, *shown])
    return Interests(
        declared=tuple(line for line in lines[: len(chosen)] if line.kind is not None),
        marked=tuple(line for line in lines[: len(chosen)] if line.kind is None),
        found=lines[len(chosen) :],
        total=len(rest),
        page=page,
        pages=pages,
    )


def _asked_for(words: str) -> list[sa.ColumnElement[bool]]:
    """Every word occurs; a number finds the project of this number too."""
    found: list[sa.ColumnElement[bool]] = [col(Project.state).not_in(_GONE)]
    for word in words_of(words):
        occurs: sa.ColumnElement[bool] = col(Project.folded).like(f"%{word}%")
        is_number = word.isascii() and word.isdecimal() and len(word) < 7
        found.append(sa.or_(occurs, col(Project.number) == int(word)) if is_number else occurs)
    return found


def _lines(session: Session, rows: Sequence[Any]) -> tuple[InterestLine, ...]:
    addresses = addresses_of(session, [row[0] for row in rows])
    return tuple(InterestLine(*row)._replace(addresses=addresses.get(row[0], ())) for row in rows)
