"""Who took part, by channel, by proof of identity and by residential area; small groups are merged before anybody
sees them.

A cell under ten could point at people ("the one who voted from that street"), so cells are joined until no shown cell
is smaller; a lone small cell takes the next larger one with it, because the total would give it away.
"""

from collections.abc import Mapping
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.ballot import Participation
from models.cycle import Cycle
from models.district import Area
from models.result import Turnout

LEAST = 10
OTHERS = "others"
NO_AREA = "no_area"


class Dimension(StrEnum):
    """By what the turnout is told apart."""

    CHANNEL = "channel"
    ASSURANCE = "assurance"
    AREA = "area"


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


def store(session: Session, cycle: Cycle) -> None:
    """Count the participations that were not annulled and keep the numbers, replacing earlier ones."""
    session.exec(sa.delete(Turnout).where(col(Turnout.cycle_id) == cycle.id))
    for dimension, cells in _cells(session, cycle.id or 0).items():
        for key, voters in cells.items():
            session.add(Turnout(cycle_id=cycle.id or 0, dimension=str(dimension), key=key, voters=voters))
    session.flush()


def of_cycle(session: Session, cycle_id: int) -> dict[Dimension, dict[str, int]]:
    """What may be shown: the stored numbers, largest first, small cells merged and last; {} before a count."""
    rows = session.exec(select(Turnout).where(Turnout.cycle_id == cycle_id)).all()
    found: dict[Dimension, dict[str, int]] = {}
    for dimension in Dimension:
        cells = {row.key: row.voters for row in rows if row.dimension == dimension}
        if cells:
            in_order = sorted(cells.items(), key=lambda cell: (-cell[1], cell[0]))
            found[dimension] = merged(dict(in_order))
    return found


def _cells(session: Session, cycle_id: int) -> dict[Dimension, dict[str, int]]:
    column = {
        Dimension.CHANNEL: col(Participation.channel),
        Dimension.ASSURANCE: col(Participation.assurance),
        Dimension.AREA: sa.func.coalesce(col(Area.code), NO_AREA),
    }
    return {
        dimension: {
            str(key): voters
            for key, voters in session.connection().execute(
                sa.select(key_column, sa.func.count())
                .select_from(Participation)
                .join(Area, col(Area.id) == col(Participation.area_id), isouter=True)
                .where(col(Participation.cycle_id) == cycle_id, col(Participation.annulled_at).is_(None))
                .group_by(key_column)
            )
        }
        for dimension, key_column in column.items()
    }
