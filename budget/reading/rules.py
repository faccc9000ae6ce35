"""What the rules page prints besides the settings: the criteria with their clauses, whose the rest is, the trustees.

One statement, because a public page asks six things at most.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from budget import cycles
from budget.council.criteria import Clause, in_order
from budget.phases import Calendar
from models.council import CompetentBody, CycleCriterion
from models.enums import Criterion
from models.trustee import Trustee


@dataclass(frozen=True, slots=True)
class BodyLine:
    """Something that is not the akimat's, whose it is, and how to reach them."""

    matter_kk: str
    matter_ru: str
    matter_en: str
    name_kk: str
    name_ru: str
    name_en: str
    contact: str


@dataclass(frozen=True, slots=True)
class TrusteeLine:
    """Who holds a share of the key."""

    name: str
    organisation: str


@dataclass(frozen=True)
class Regulation:
    """What a project is screened by: when, against what, and whose the rest is."""

    calendar: Calendar
    criteria: tuple[Clause, ...]
    bodies: tuple[BodyLine, ...]


@dataclass(frozen=True)
class Printed:
    """Criteria in the order of the enum, all of ours where the cycle has none of its own; bodies and trustees in order."""

    criteria: tuple[Clause, ...]
    bodies: tuple[BodyLine, ...]
    trustees: tuple[TrusteeLine, ...]


_EMPTY: Any = sa.literal("")


def _lines(what: str, position: Any, *texts: Any) -> Any:
    """Rows of one kind: what, place, and seven texts."""
    blank = [_EMPTY] * (7 - len(texts))
    return sa.select(sa.literal(what), position.label("position"), *texts, *blank)


_PRINTED = sa.union_all(
    _lines(
        "criterion",
        sa.literal(0),
        sa.type_coerce(col(CycleCriterion.criterion), sa.String),
        *(col(getattr(CycleCriterion, name)) for name in ("clause", "help_kk", "help_ru", "help_en")),
    ).where(col(CycleCriterion.cycle_id) == sa.bindparam("cycle")),
    _lines(
        "body",
        col(CompetentBody.position),
        *(col(getattr(CompetentBody, name)) for name in BodyLine.__dataclass_fields__),
    ),
    _lines("trustee", col(Trustee.position), col(Trustee.name), col(Trustee.organisation)).where(
        col(Trustee.cycle_id) == sa.bindparam("cycle")
    ),
).order_by("position")


def regulation(session: Session, cycle_id: int) -> Regulation:
    """What the projects of a cycle are screened by. Two statements; all of it is public."""
    found = printed(session, cycle_id)
    return Regulation(cycles.calendar(session, cycle_id), found.criteria, found.bodies)


def printed(session: Session, cycle_id: int) -> Printed:
    """What stands on the rules page of a cycle. One statement."""
    found: dict[str, list[list[Any]]] = defaultdict(list)
    rows: Any = session.connection().execute(_PRINTED, {"cycle": cycle_id})
    for what, _position, *texts in rows:
        found[what].append(texts)
    own = {Criterion(name): Clause(Criterion(name), *texts[:4]) for name, *texts in found["criterion"]}
    return Printed(
        in_order(own),
        tuple(BodyLine(*texts) for texts in found["body"]),
        tuple(TrusteeLine(*texts[:2]) for texts in found["trustee"]),
    )
