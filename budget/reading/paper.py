"""What the pages about paper show: batches with their standing, which papers wait for whom, and the next free number.

What a first reader read is never shown: a second reading that was seen is worth nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget.errors import NotFound
from budget.paper import batches
from budget.paper.batches import Standing
from models.cycle import Cycle
from models.district import Area
from models.enums import SheetFault, SheetState
from models.paper import PaperBatch, PaperEntry, PaperSheet


@dataclass(frozen=True)
class BatchLine:
    """A batch and how far it is."""

    batch: PaperBatch
    standing: Standing


@dataclass(frozen=True)
class Waiting:
    """Serials that wait, for one operator: nobody read them; somebody else read them once; this operator did; two
    readings differ and this operator may settle them; or took part in them."""

    unread: Sequence[int]
    second: Sequence[int]
    own: Sequence[int]
    to_settle: Sequence[int]
    differing_own: Sequence[int]


def lines(session: Session, cycle_id: int) -> list[BatchLine]:
    """All batches of a cycle by their numbers."""
    return [BatchLine(one, batches.standing(session, one)) for one in batches.of_cycle(session, cycle_id)]


def line(session: Session, cycle_id: int, public_id: str) -> BatchLine:
    """One batch of the cycle. Raises NotFound."""
    query = select(PaperBatch).where(PaperBatch.cycle_id == cycle_id, PaperBatch.public_id == public_id)
    batch = session.exec(query).first()
    if batch is None:
        raise NotFound(public_id=public_id)
    return BatchLine(batch, batches.standing(session, batch))


def next_serial(session: Session, cycle_id: int) -> int:
    """The number after the last one issued."""
    query = select(sa.func.max(PaperBatch.last_serial)).where(PaperBatch.cycle_id == cycle_id)
    return (session.exec(query).one() or 0) + 1


def waiting(session: Session, batch: PaperBatch, staff_id: int | None) -> Waiting:
    """Which papers of the batch wait for whom."""
    readers: dict[int, set[int]] = {}
    same = sa.and_(
        col(PaperEntry.cycle_id) == col(PaperSheet.cycle_id), col(PaperEntry.serial) == col(PaperSheet.serial)
    )
    rows = session.exec(
        select(PaperSheet.serial, PaperEntry.staff_id)
        .join(PaperEntry, same, isouter=True)
        .where(PaperSheet.batch_id == batch.id, PaperSheet.state == SheetState.ISSUED)
        .order_by(col(PaperSheet.serial))
    )
    for serial, reader in rows:
        found = readers.setdefault(serial, set())
        if reader is not None:
            found.add(reader)

    def those(count: int, *, mine: bool) -> list[int]:
        return [serial for serial, who in readers.items() if len(who) == count and (staff_id in who) == mine]

    return Waiting(
        unread=those(0, mine=False),
        second=those(1, mine=False),
        own=those(1, mine=True),
        to_settle=those(2, mine=False),
        differing_own=those(2, mine=True),
    )


def faults(session: Session, batch: PaperBatch) -> list[tuple[SheetFault, int]]:
    """How many papers are spoiled for each reason, the most first."""
    number = sa.func.count()
    query = (
        select(PaperSheet.fault, number)
        .where(PaperSheet.batch_id == batch.id, col(PaperSheet.fault).is_not(None))
        .group_by(col(PaperSheet.fault))
        .order_by(number.desc(), col(PaperSheet.fault))
    )
    return [(SheetFault(fault), count) for fault, count in session.exec(query) if fault is not None]


def areas(session: Session) -> Sequence[Area]:
    """The residential areas, by their codes."""
    return session.exec(select(Area).order_by(col(Area.code))).all()


def ranges(serials: Iterable[int]) -> list[tuple[int, int]]:
    """Runs of numbers: 1, 2, 3, 7 -> (1, 3), (7, 7)."""
    found: list[tuple[int, int]] = []
    for serial in serials:
        if found and found[-1][1] == serial - 1:
            found[-1] = (found[-1][0], serial)
        else:
            found.append((serial, serial))
    return found


def cycles_with_open_batches(session: Session) -> Sequence[Cycle]:
    """Cycles whose papers operators still have work with, the newest first."""
    still_open = select(PaperBatch.cycle_id).where(col(PaperBatch.closed_at).is_(None))
    query = select(Cycle).where(col(Cycle.id).in_(still_open), col(Cycle.log_closed_at).is_(None))
    return session.exec(query.order_by(col(Cycle.year).desc(), col(Cycle.id).desc())).all()
