"""Who took part, by channel, by proof of identity and by residential area; small groups are merged before anybody
sees them.

A cell under ten could point at people ("the one who voted from that street"), so cells are joined until no shown cell
is smaller; a lone small cell takes the next larger one with it, because the total would give it away.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.ballot import Participation
from models.cycle import Cycle
from models.district import Area
from models.enums import Assurance, Channel
from models.result import Turnout

LEAST = 10
OTHERS = "others"
NO_AREA = "no_area"


class Dimension(StrEnum):
    """By what the turnout is told apart."""

    CHANNEL = "channel"
    ASSURANCE = "assurance"
    AREA = "area"


Counted = Mapping[Dimension, Mapping[str, int]]


def merged(cells: Mapping[str, int], least: int = LEAST) -> dict[str, int]:
    """The cells with none of 1..least-1 in it: small ones stand together as `OTHERS`. Order and total stay.

    Where everything together is too small, one cell is left.
    """
    kept = {key: voters for key, voters in cells.items() if voters}
    joined: set[str] = set()
    together = 0
    for key, voters in sorted(kept.items(), key=lambda cell: cell[1]):
        if voters >= least and not 0 < together < least and len(joined) != 1:
            break
        joined.add(key)
        together += voters
    if not joined or len(kept) == 1:
        return kept
    return {key: voters for key, voters in kept.items() if key not in joined} | {OTHERS: together}


@dataclass(frozen=True)
class TookPart:
    """Who took part, annulled participations left out: `shown` may be shown, largest first; `electronic` is the
    number by web and desk together, a term of the sums of the count."""

    shown: Counted
    electronic: int


def store(session: Session, cycle: Cycle) -> None:
    """Count the participations that were not annulled and keep the numbers, replacing earlier ones."""
    session.exec(sa.delete(Turnout).where(col(Turnout.cycle_id) == cycle.id))
    for dimension, cells in _counted(session, cycle.id or 0).items():
        for key, voters in cells.items():
            session.add(Turnout(cycle_id=cycle.id or 0, dimension=str(dimension), key=key, voters=voters))
    session.flush()


def is_as_stored(session: Session, cycle: Cycle) -> bool:
    """Do the participations as they lie there now give the stored numbers?"""
    counted = _counted(session, cycle.id or 0)
    return stored(session, cycle.id or 0) == {name: cells for name, cells in counted.items() if cells}


def took_part(counted: Counted) -> TookPart | None:
    """What may be told of stored numbers, small cells merged; None before a count, and where nobody took part."""
    if not counted:
        return None
    paper = counted[Dimension.CHANNEL].get(Channel.PAPER, 0)
    # a paper is handed out against a document (see `budget.paper.people`)
    papers: Counted = {
        Dimension.CHANNEL: {Channel.PAPER: paper},
        Dimension.ASSURANCE: {Assurance.DESK: paper},
    }
    shown = {
        dimension: _largest_first(shown_cells(counted[dimension], papers.get(dimension, {})))
        for dimension in Dimension
    }
    return TookPart(shown, sum(counted[Dimension.CHANNEL].values()) - paper)


def stored(session: Session, cycle_id: int) -> Counted:
    """The numbers as stored, small ones too: not for publication. {} before a count."""
    found: dict[Dimension, dict[str, int]] = {}
    for row in session.exec(select(Turnout).where(Turnout.cycle_id == cycle_id)):
        found.setdefault(Dimension(row.dimension), {})[row.key] = row.voters
    return found


def shown_cells(cells: Mapping[str, int], known: Mapping[str, int]) -> dict[str, int]:
    """The cells merged so that none is small, even for somebody who takes off what is `known` from elsewhere.

    The papers are a term of the sums of the count, so what is no paper must be large enough by itself.
    """
    secret = merged({key: voters - known.get(key, 0) for key, voters in cells.items()})
    for key, voters in known.items():
        place = OTHERS if key not in secret and cells.get(key, 0) > voters else key
        secret[place] = secret.get(place, 0) + voters
    return merged(secret)


def _largest_first(cells: Mapping[str, int]) -> dict[str, int]:
    """By number, the merged ones last."""
    return dict(sorted(cells.items(), key=lambda cell: (cell[0] == OTHERS, -cell[1], cell[0])))


def _counted(session: Session, cycle_id: int) -> Counted:
    """Every dimension from one pass over an index: a city has a million participations."""
    columns = (col(Participation.channel), col(Participation.assurance), col(Participation.area_id))
    groups = (
        sa.select(*columns, sa.func.count())
        .where(col(Participation.cycle_id) == cycle_id, col(Participation.annulled_at).is_(None))
        .group_by(*columns)
    )
    codes = dict(session.connection().execute(sa.select(col(Area.id), col(Area.code))).all())
    found: dict[Dimension, Counter[str]] = {dimension: Counter() for dimension in Dimension}
    for channel, assurance, area_id, voters in session.connection().execute(groups):
        found[Dimension.CHANNEL][str(channel)] += voters
        found[Dimension.ASSURANCE][str(assurance)] += voters
        found[Dimension.AREA][codes.get(area_id, NO_AREA)] += voters
    return found
