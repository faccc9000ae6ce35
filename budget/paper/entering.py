"""Reading papers: each by two different operators; where they differ a third person decides.

A reading is kept as a sealed ballot and a keyed hash of what was read, so that two readings can be compared and nobody
can count. The sheet takes over the outcome when two readings agree.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget import audit
from budget.ballot_rules import Choice, Selection, check, encode
from budget.ballots import BallotBox
from budget.errors import NotFound, SheetFaulty
from budget.keys import KeyRing
from budget.paper.batches import open_batch
from budget.permissions import Action, Actor, require_role
from budget.sealing import receipt_of, seal
from models.enums import SheetFault, SheetState
from models.paper import PaperBatch, PaperEntry, PaperSheet


@dataclass(frozen=True)
class Reading:
    """What one person read off one paper: a selection, a fault, or that nobody used it."""

    state: SheetState
    selection: Selection | None = None
    fault: SheetFault | None = None


def enter(
    session: Session,
    actor: Actor,
    box: BallotBox,
    public_id: str,
    serial: int,
    *,
    reading: Reading,
    keyring: KeyRing,
    now: datetime,
) -> SheetState:
    """Note a first or second reading. The state of the paper after it: ISSUED while it needs another one.

    Raises: NotPermitted, NotFound, BatchClosed, SheetFaulty(fault, serial), and the refusals of `ballot_rules.check`.
    """
    require_role(actor, Action.ENTER_PAPER)
    batch = open_batch(session, box.cycle_id, public_id)
    sheet = _sheet(session, batch, serial)
    earlier = _entries(session, sheet)
    if sheet.state is not SheetState.ISSUED:
        raise SheetFaulty(fault="settled", serial=serial)
    if any(entry.staff_id == actor.id for entry in earlier):
        raise SheetFaulty(fault="same_person", serial=serial)
    if len(earlier) >= 2:
        raise SheetFaulty(fault="third_person", serial=serial)
    entry = _entry(keyring, box, sheet, reading, number=len(earlier) + 1, staff_id=actor.id or 0, now=now)
    session.add(entry)
    session.flush()
    if earlier and hmac.compare_digest(earlier[0].content_key, entry.content_key):
        _take_over(session, sheet, entry)
    return sheet.state


def settle(
    session: Session,
    actor: Actor,
    box: BallotBox,
    public_id: str,
    serial: int,
    *,
    reading: Reading,
    keyring: KeyRing,
    now: datetime,
) -> None:
    """A third person, with the paper in hand, decides between two readings that differ.

    Raises: NotPermitted, NotFound, BatchClosed, SheetFaulty, and the refusals of `ballot_rules.check`.
    """
    require_role(actor, Action.ENTER_PAPER)
    batch = open_batch(session, box.cycle_id, public_id)
    sheet = _sheet(session, batch, serial)
    earlier = _entries(session, sheet)
    if sheet.state is not SheetState.ISSUED or len(earlier) != 2:
        raise SheetFaulty(fault="settled", serial=serial)
    if any(entry.staff_id == actor.id for entry in earlier):
        raise SheetFaulty(fault="same_person", serial=serial)
    entry = _entry(keyring, box, sheet, reading, number=3, staff_id=actor.id or 0, now=now)
    session.add(entry)
    session.flush()
    _take_over(session, sheet, entry)
    subject = f"paper:{batch.public_id}:{serial}"
    audit.record(session, actor, "paper.settle", now=now, cycle_id=batch.cycle_id, subject=subject)


def differing(session: Session, batch: PaperBatch) -> Sequence[int]:
    """Serials of papers whose two readings differ."""
    twice = sa.select(col(PaperEntry.serial)).where(
        col(PaperEntry.cycle_id) == batch.cycle_id, col(PaperEntry.round) == 2
    )
    waiting = select(PaperSheet.serial).where(
        PaperSheet.batch_id == batch.id,
        PaperSheet.state == SheetState.ISSUED,
        col(PaperSheet.serial).in_(twice),
    )
    return session.exec(waiting.order_by(col(PaperSheet.serial))).all()


def _sheet(session: Session, batch: PaperBatch, serial: int) -> PaperSheet:
    sheet = session.get(PaperSheet, (batch.cycle_id, serial))
    if sheet is None or sheet.batch_id != batch.id:
        raise SheetFaulty(fault="serial", serial=serial)
    return sheet


def _entries(session: Session, sheet: PaperSheet) -> Sequence[PaperEntry]:
    of_sheet = (PaperEntry.cycle_id == sheet.cycle_id, PaperEntry.serial == sheet.serial)
    return session.exec(select(PaperEntry).where(*of_sheet).order_by(col(PaperEntry.round))).all()


def _entry(
    keyring: KeyRing,
    box: BallotBox,
    sheet: PaperSheet,
    reading: Reading,
    *,
    number: int,
    staff_id: int,
    now: datetime,
) -> PaperEntry:
    plain = b""
    if reading.state is SheetState.VALID:
        if reading.selection is None:
            raise SheetFaulty(fault="shape", serial=sheet.serial)
        plain = encode(_choice(reading.selection, box), box.ballot_length)
    elif reading.state is SheetState.SPOILED and reading.fault is None:
        raise SheetFaulty(fault="shape", serial=sheet.serial)
    read = f"paper:{sheet.serial}:{reading.state}:{reading.fault}:".encode() + plain
    return PaperEntry(
        cycle_id=sheet.cycle_id,
        serial=sheet.serial,
        round=number,
        staff_id=staff_id,
        state=reading.state,
        fault=reading.fault if reading.state is SheetState.SPOILED else None,
        content_key=keyring.hashes_of(box.slug).of_trace(read.decode()),
        sealed=seal(plain, box.public_key) if plain else None,
        entered_at=now,
    )


def _choice(selection: Selection, box: BallotBox) -> Choice:
    return check(selection, box.ballot_list)


def _take_over(session: Session, sheet: PaperSheet, entry: PaperEntry) -> None:
    sheet.state, sheet.fault, sheet.sealed = entry.state, entry.fault, entry.sealed
    sheet.receipt = receipt_of(entry.sealed) if entry.sealed else None
    session.add(sheet)
    session.flush()


def batch_of(session: Session, public_id: str) -> PaperBatch:
    """The batch, open or closed. Raises NotFound."""
    batch = session.exec(select(PaperBatch).where(PaperBatch.public_id == public_id)).first()
    if batch is None:
        raise NotFound(public_id=public_id)
    return batch
