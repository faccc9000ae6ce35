"""Batches of papers: issued to a polling point, handed out, taken back, and closed when every paper is accounted for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget import audit, ballots
from budget.ballots import BallotBox, Cast, Voter
from budget.cycles import calendar, locked
from budget.errors import (
    BatchClosed,
    BatchUnsettled,
    NoPapersLeft,
    NotFound,
    PaperNotAccepted,
    ReasonRequired,
    SerialsFault,
    VotingClosed,
    VotingNotOpen,
)
from budget.permissions import Action, Actor, require_role
from models.base import new_public_id
from models.cycle import Cycle
from models.enums import Phase, SheetFault, SheetState
from models.paper import PaperBatch, PaperEntry, PaperSheet

LARGEST = 5_000
_OF_NOBODY_MARKED = (SheetFault.IIN_USED, SheetFault.NOT_ON_ROLL)


@dataclass(frozen=True)
class Standing:
    """How far a batch is. issued = valid + spoiled + unused + open; of the open ones `once` were read once and
    `differing` twice with different outcomes."""

    issued: int
    handed: int
    valid: int
    spoiled: int
    unused: int
    open: int
    once: int
    differing: int
    unmarked: int = 0

    @property
    def may_close(self) -> bool:
        """Is every paper accounted for, and no more of them used than people took?

        `unmarked` ones are spoiled because their person could not be marked: the IIN was used, or is not on the roll.
        """
        return self.open == 0 and self.valid + self.spoiled - self.unmarked <= self.handed


def issue(
    session: Session, actor: Actor, slug: str, *, point: str, first: int, last: int, now: datetime
) -> PaperBatch:
    """Issue papers `first`..`last` to a polling point, until the voting ends.

    Raises: NotPermitted, NotFound, PaperNotAccepted, VotingNotOpen (before the freeze), VotingClosed,
    ReasonRequired (no point named), SerialsFault.
    """
    require_role(actor, Action.MANAGE_PAPER)
    cycle = locked(session, slug)
    _refuse_wrong_time(session, cycle, now)
    if not point.strip():
        raise ReasonRequired
    _refuse_serials(session, cycle, first, last)
    batch = PaperBatch(
        public_id=new_public_id(),
        cycle_id=cycle.id or 0,
        point=point.strip(),
        first_serial=first,
        last_serial=last,
        issued_at=now,
        issued_by=actor.id or 0,
    )
    session.add(batch)
    session.flush()
    rows = [
        {"cycle_id": cycle.id, "serial": serial, "batch_id": batch.id, "state": SheetState.ISSUED}
        for serial in range(first, last + 1)
    ]
    session.connection().execute(sa.insert(PaperSheet), rows)
    _record(session, actor, batch, "paper.issue", now, first=first, last=last, point=batch.point)
    return batch


def hand_out(
    session: Session, actor: Actor, box: BallotBox, public_id: str, voter: Voter, *, now: datetime
) -> Cast:
    """Mark a person on the roll as having taken a paper of this batch; which one is written nowhere.

    After the voting has ended, until the log is closed, people of a polling point without internet are marked from
    their signed stubs. Raises: NotPermitted, NotFound, BatchClosed, NoPapersLeft, VotingNotOpen, AlreadyVoted.
    """
    require_role(actor, Action.ENTER_PAPER)
    batch = open_batch(session, box.cycle_id, public_id)
    if batch.handed >= batch.last_serial - batch.first_serial + 1:
        raise NoPapersLeft
    done = ballots.put(session, box, voter, None, now=counts_at(session, box, now))
    batch.handed += 1
    session.add(batch)
    session.flush()
    return done


def take_back(session: Session, actor: Actor, public_id: str, *, now: datetime) -> PaperBatch:
    """The papers are back from the polling point. Raises: NotPermitted, NotFound, BatchClosed."""
    require_role(actor, Action.MANAGE_PAPER)
    batch = open_batch(session, None, public_id)
    if batch.returned_at is None:
        batch.returned_at = now
        session.add(batch)
        session.flush()
        _record(session, actor, batch, "paper.return", now, handed=batch.handed)
    return batch


def close(session: Session, actor: Actor, public_id: str, *, now: datetime) -> PaperBatch:
    """Account for the batch: issued = valid + spoiled + unused. What was typed is forgotten, the sealed ballots stay.

    Raises: NotPermitted, NotFound, BatchClosed, BatchUnsettled(missing, differing, papers, handed).
    """
    require_role(actor, Action.MANAGE_PAPER)
    batch = open_batch(session, None, public_id)
    now_at = standing(session, batch)
    if not now_at.may_close:
        raise BatchUnsettled(
            missing=now_at.open - now_at.differing,
            differing=now_at.differing,
            papers=now_at.valid + now_at.spoiled - now_at.unmarked,
            handed=now_at.handed,
        )
    of_batch = sa.select(col(PaperSheet.serial)).where(col(PaperSheet.batch_id) == batch.id)
    session.exec(
        sa.delete(PaperEntry).where(
            col(PaperEntry.cycle_id) == batch.cycle_id, col(PaperEntry.serial).in_(of_batch)
        )
    )
    batch.closed_at, batch.closed_by = now, actor.id
    session.add(batch)
    session.flush()
    sums = {
        "issued": now_at.issued,
        "valid": now_at.valid,
        "spoiled": now_at.spoiled,
        "unused": now_at.unused,
    }
    _record(session, actor, batch, "paper.close", now, handed=now_at.handed, **sums)
    return batch


def open_batch(session: Session, cycle_id: int | None, public_id: str) -> PaperBatch:
    """The batch, locked, while it is not closed. Raises: NotFound, BatchClosed(at)."""
    query = select(PaperBatch).where(PaperBatch.public_id == public_id).with_for_update()
    batch = session.exec(query.execution_options(populate_existing=True)).first()
    if batch is None or (cycle_id is not None and batch.cycle_id != cycle_id):
        raise NotFound(public_id=public_id)
    if batch.closed_at is not None:
        raise BatchClosed(at=batch.closed_at)
    return batch


def of_cycle(session: Session, cycle_id: int) -> Sequence[PaperBatch]:
    """All batches by their serials."""
    query = select(PaperBatch).where(PaperBatch.cycle_id == cycle_id)
    return session.exec(query.order_by(col(PaperBatch.first_serial))).all()


def standing(session: Session, batch: PaperBatch) -> Standing:
    """How far the batch is, from its rows."""
    by_state = dict(
        session.exec(
            select(PaperSheet.state, sa.func.count())
            .where(PaperSheet.batch_id == batch.id)
            .group_by(col(PaperSheet.state))
        ).all()
    )
    readings = (
        select(sa.func.count())
        .select_from(PaperEntry)
        .join(
            PaperSheet,
            sa.and_(
                col(PaperSheet.cycle_id) == PaperEntry.cycle_id, col(PaperSheet.serial) == PaperEntry.serial
            ),
        )
        .where(PaperSheet.batch_id == batch.id, PaperSheet.state == SheetState.ISSUED)
    )
    by_round = {number: session.exec(readings.where(PaperEntry.round == number)).one() for number in (1, 2)}
    return Standing(
        issued=batch.last_serial - batch.first_serial + 1,
        handed=batch.handed,
        valid=by_state.get(SheetState.VALID, 0),
        spoiled=by_state.get(SheetState.SPOILED, 0),
        unused=by_state.get(SheetState.UNUSED, 0),
        open=by_state.get(SheetState.ISSUED, 0),
        once=by_round[1] - by_round[2],
        differing=by_round[2],
        unmarked=_unmarked(session, batch),
    )


def _unmarked(session: Session, batch: PaperBatch) -> int:
    query = select(sa.func.count()).where(
        PaperSheet.batch_id == batch.id, col(PaperSheet.fault).in_(_OF_NOBODY_MARKED)
    )
    return session.exec(query).one()


def counts_at(session: Session, box: BallotBox, now: datetime) -> datetime:
    """When a paper counts as taken: now, or the last moment of the voting for a person marked from a stub later.

    Raises BatchClosed once the log of ballots is closed.
    """
    window = calendar(session, box.cycle_id).window(Phase.VOTING)
    if window is None or window.ends_at is None or now < window.ends_at:
        return now
    cycle = session.get_one(Cycle, box.cycle_id)
    if cycle.log_closed_at is not None:
        raise BatchClosed(at=cycle.log_closed_at)
    return window.ends_at - timedelta(microseconds=1)


def _refuse_wrong_time(session: Session, cycle: Cycle, now: datetime) -> None:
    if not cycle.paper:
        raise PaperNotAccepted
    window = calendar(session, cycle.id or 0).window(Phase.VOTING)
    if cycle.frozen_at is None or window is None:
        raise VotingNotOpen(opens_at=window.starts_at if window else None)
    if window.ends_at is not None and window.ends_at <= now:
        raise VotingClosed(closed_at=window.ends_at)


def _refuse_serials(session: Session, cycle: Cycle, first: int, last: int) -> None:
    if not 1 <= first <= last:
        raise SerialsFault(fault="order", most=LARGEST)
    if last - first + 1 > LARGEST:
        raise SerialsFault(fault="too_many", most=LARGEST)
    taken = select(PaperSheet.serial).where(
        PaperSheet.cycle_id == cycle.id, PaperSheet.serial >= first, PaperSheet.serial <= last
    )
    if session.exec(taken.limit(1)).first() is not None:
        raise SerialsFault(fault="taken", most=LARGEST)


def _record(session: Session, actor: Actor, batch: PaperBatch, act: str, now: datetime, **facts: Any) -> None:
    subject = f"paper:{batch.public_id}"
    audit.record(session, actor, act, now=now, cycle_id=batch.cycle_id, subject=subject, **facts)
