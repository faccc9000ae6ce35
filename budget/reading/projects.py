"""Projects as the public sees them: cards, the filtered list, and the whole life of one.

Everything submitted is public, from "being reviewed" on; what the council has not decided says nothing more. A
withdrawn project keeps its address and its title, nothing else. Verdicts and works are read only where the result
is published. Six statements a page at most, whatever the number of projects.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from budget.reading.folding import words_of
from models.confirmation import Confirmation
from models.cycle import Cycle
from models.enums import WINNING, Direction, Language, ProjectState, VerdictKind, WorksStatus
from models.project import Photo, Project, ProjectAddress
from models.result import VerdictRow
from models.works import Works

PER_PAGE = 20


class Standing(StrEnum):
    """What a list may be filtered by: where a project stands, in the words of the public."""

    REVIEWED = "reviewed"
    RETURNED = "returned"
    ADMITTED = "admitted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    WON = "won"
    LOST = "lost"


class Address(NamedTuple):
    """A house of a project. Like a card a tuple, because a list makes dozens: a frozen dataclass takes five times as
    long to make."""

    street_kk: str | None
    street_ru: str | None
    street_en: str | None
    house: str


class Card(NamedTuple):
    """A project in a list. `photo` is the photo's public id; `is_left_out`: the council departed from the count and does
    not build it."""

    id: int
    public_id: str
    number: int
    language: Language
    title_kk: str | None
    title_ru: str | None
    title_en: str | None
    area_id: int | None
    direction: Direction | None
    estimate_tenge: int | None
    cost_tenge: int | None
    state: ProjectState
    verdict: VerdictKind | None
    works: WorksStatus | None
    photo: str | None
    is_left_out: bool | None
    addresses: tuple[Address, ...] = ()

    @property
    def shown_tenge(self) -> int | None:
        """The admitted cost, else the author's estimate, else nothing was published."""
        return self.cost_tenge or self.estimate_tenge


@dataclass(frozen=True, slots=True)
class Query:
    """What a visitor asked a list for; empty = everything. `page` counts from 1."""

    text: str = ""
    area: str = ""
    direction: Direction | None = None
    standing: Standing | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """One page of a list."""

    cards: tuple[Card, ...]
    total: int
    page: int
    pages: int


_CARD_COLUMNS = [
    col(getattr(Project, name))
    for name in Card._fields
    if name not in ("verdict", "works", "photo", "is_left_out", "addresses")
]
_PHOTO = (
    sa.select(sa.func.min(col(Photo.public_id)))
    .where(col(Photo.project_id) == col(Project.id), col(Project.state) != ProjectState.WITHDRAWN)
    .correlate(Project)
    .scalar_subquery()
)
_IS_OUT = col(Cycle.results_published_at).is_not(None)
_JOINED = (
    sa.join(Project, Cycle, col(Cycle.id) == col(Project.cycle_id))
    .outerjoin(VerdictRow, sa.and_(col(VerdictRow.project_id) == col(Project.id), _IS_OUT))
    .outerjoin(Works, sa.and_(col(Works.project_id) == col(Project.id), _IS_OUT))
    .outerjoin(Confirmation, col(Confirmation.project_id) == col(Project.id))
)
_OF_CYCLE = col(Project.cycle_id) == sa.bindparam("cycle")
_LEFT_OUT = sa.and_(col(Confirmation.departs), sa.not_(col(Confirmation.wins)))
_CARD = [*_CARD_COLUMNS, col(VerdictRow.kind), col(Works.status), _PHOTO, _LEFT_OUT]
_IN_CYCLE = sa.select(*_CARD).select_from(_JOINED).where(_OF_CYCLE).order_by(col(Project.number))
_ADDRESS_COLUMNS = [col(getattr(ProjectAddress, name)) for name in Address._fields]
_ADDRESSES = (
    sa.select(col(ProjectAddress.project_id), *_ADDRESS_COLUMNS)
    .where(col(ProjectAddress.project_id).in_(sa.bindparam("projects", expanding=True)))
    .order_by(col(ProjectAddress.project_id), col(ProjectAddress.position))
)
_SAMPLE = (
    _IN_CYCLE.where(col(Project.state) == ProjectState.ADMITTED)
    .order_by(None)
    .order_by(
        sa.case((col(VerdictRow.kind).in_(WINNING), 0), else_=1),
        _PHOTO.is_(None),
        col(VerdictRow.place),
        col(Project.number),
    )
    .limit(sa.bindparam("limit"))
)


def listed(session: Session, cycle_id: int, query: Query, area_ids: dict[str, int]) -> ProjectPage:
    """A page of the cycle's projects by number. Two statements. `area_ids` gives the id of each area code; an
    unknown code finds nothing."""
    words = words_of(query.text)
    statement = _listing(bool(query.area), bool(query.direction), query.standing, len(words))
    values = {
        "cycle": cycle_id,
        "area": area_ids.get(query.area, -1),
        "direction": query.direction,
        "skipped": (max(query.page, 1) - 1) * PER_PAGE,
        **{f"word{place}": f"%{word}%" for place, word in enumerate(words)},
    }
    rows = session.connection().execute(statement, values).all()
    if not rows and query.page > 1:
        return listed(session, cycle_id, _first(query), area_ids)
    cards = _cards(session, [row[:-1] for row in rows])
    return _page(cards, rows[0][-1] if rows else 0, max(query.page, 1))


def sample(session: Session, cycle_id: int, limit: int) -> tuple[Card, ...]:
    """A few projects of the ballot, winners first, those with a photo before those without. One statement."""
    rows: Any = session.connection().execute(_SAMPLE, {"cycle": cycle_id, "limit": limit})
    return tuple(Card(*row) for row in rows)


def everything(session: Session, cycle_id: int) -> tuple[Card, ...]:
    """All projects of a cycle without their addresses, for a short archive. One statement."""
    rows: Any = session.connection().execute(_IN_CYCLE, {"cycle": cycle_id})
    return tuple(Card(*row) for row in rows)


def _first(query: Query) -> Query:
    return Query(query.text, query.area, query.direction, query.standing, 1)


@lru_cache(maxsize=64)
def _listing(
    by_area: bool, by_direction: bool, standing: Standing | None, words: int
) -> sa.Select[*tuple[Any, ...]]:
    """The statement for one kind of question, put together once: the twenty shown are found first, so that photos and
    verdicts are looked up for these only; how many there are is counted beside it, which needs no row in its place."""
    asked: list[Any] = [col(Project.folded).like(sa.bindparam(f"word{place}")) for place in range(words)]
    if by_area:
        asked.append(col(Project.area_id) == sa.bindparam("area"))
    if by_direction:
        asked.append(col(Project.direction) == sa.bindparam("direction"))
    if standing:
        asked.append(_STANDINGS[standing])
    source = _JOINED if standing in (Standing.WON, Standing.LOST) else Project
    total = sa.select(sa.func.count()).select_from(source).where(_OF_CYCLE, *asked).scalar_subquery()
    found = (
        sa.select(col(Project.id))
        .select_from(source)
        .where(_OF_CYCLE, *asked)
        .order_by(col(Project.number))
        .limit(PER_PAGE)
        .offset(sa.bindparam("skipped"))
        .subquery()
    )
    return (
        sa.select(*_CARD, total)
        .select_from(_JOINED.join(found, found.c.id == col(Project.id)))
        .order_by(col(Project.number))
    )


_STANDINGS: dict[Standing, Any] = {
    Standing.REVIEWED: col(Project.state) == ProjectState.SUBMITTED,
    Standing.RETURNED: col(Project.state) == ProjectState.RETURNED,
    Standing.ADMITTED: col(Project.state) == ProjectState.ADMITTED,
    Standing.REJECTED: col(Project.state) == ProjectState.REJECTED,
    Standing.WITHDRAWN: col(Project.state) == ProjectState.WITHDRAWN,
    Standing.MERGED: col(Project.state) == ProjectState.MERGED,
    Standing.WON: col(VerdictRow.kind).in_(WINNING),
    Standing.LOST: sa.and_(
        col(VerdictRow.kind).is_not(None), col(VerdictRow.kind).not_in((*WINNING, VerdictKind.WITHDRAWN))
    ),
}


def _page(cards: Sequence[Card], total: int, page: int) -> ProjectPage:
    return ProjectPage(tuple(cards), total, page, max(1, -(-total // PER_PAGE)))


def _cards(session: Session, rows: Sequence[Any]) -> tuple[Card, ...]:
    addresses = addresses_of(session, [row[0] for row in rows])
    return tuple(_card(row, addresses) for row in rows)


def _card(row: Any, addresses: dict[int, tuple[Address, ...]]) -> Card:
    values = (*row, addresses.get(row[0], ()))
    return Card(*values)


def addresses_of(session: Session, project_ids: list[int]) -> dict[int, tuple[Address, ...]]:
    """The addresses of some projects, in their order. One statement, none for no projects."""
    if not project_ids:
        return {}
    return _grouped(session.connection().execute(_ADDRESSES, {"projects": project_ids}))


def _grouped(rows: Iterable[Any]) -> dict[int, tuple[Address, ...]]:
    found: dict[int, list[Address]] = defaultdict(list)
    for project, *address in rows:
        found[project].append(Address(*address))
    return {project: tuple(addresses) for project, addresses in found.items()}
