"""The public log of ballots: batches of leaves, each with a signed head (voting.md, "The log of ballots").

A batch takes every ballot that is in none: of the web and the desk (annulled ones too), replaced ones, and papers
whose paper batch is closed. What is in none is told by an empty `log_batch`, never by an id above the last: on
PostgreSQL a ballot with a smaller id may be committed later. The taken leaves are shuffled, so their order says
nothing of who came first. Before the first head a process signs, and before the final one, the tree is built anew from
the stored leaves and must give the head before: a log that somebody changed is not signed over.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select

from budget.cycles import calendar
from budget.errors import LogDiffers, NotReady, VotingUnderway
from budget.keys import KeyRing
from budget.log.heads import Head, head_time
from budget.log.merkle import Frontier
from budget.phases import Calendar
from models.ballot import Participation, ReplacedBallot
from models.bulk import insert_rows
from models.cycle import Cycle
from models.enums import Origin, Phase, SheetState
from models.log import LogHead, LogLeaf
from models.paper import PaperBatch, PaperSheet

EVERY = timedelta(minutes=15)
AT_LEAST = 20
_AT_ONCE = 10_000
_signed_here: dict[int, tuple[str, Frontier]] = {}
"""By cycle, the hash of the head this process signed last, and its tree: voters do not wait while a million leaves are
hashed again. A head that was rolled back is the last one of no log, so its tree is never taken."""


@dataclass(frozen=True)
class _Source:
    """A table that holds leaves, the column they are in, and which rows of a cycle the log takes."""

    table: type[Participation] | type[ReplacedBallot] | type[PaperSheet]
    leaf: Mapped[Any]
    belongs: sa.ColumnElement[bool]

    @property
    def waits(self) -> sa.ColumnElement[bool]:
        """Which of them are in no batch yet."""
        return sa.and_(self.belongs, col(self.table.log_batch).is_(None))


def close_batch(session: Session, keyring: KeyRing, cycle: Cycle, *, now: datetime) -> LogHead | None:
    """Close a batch and publish its head, or None while none is due.

    One is due every 15 minutes with at least 20 new ballots; once voting is over, with whatever is left.
    Raises: LogDiffers, KeyMissing.
    """
    cycle = _held(session, cycle)
    if not _is_logged(cycle) or cycle.log_closed_at is not None or cycle.separated_at is not None:
        return None
    times = calendar(session, cycle.id or 0)
    is_over = times.is_over(Phase.VOTING, now)
    if not is_over and now < _not_before(session, cycle, times):
        return None
    if not _has_waiting(session, cycle, 1 if is_over else AT_LEAST):
        return None
    return _append(session, keyring, cycle, now=now, final=False)


def close_log(session: Session, keyring: KeyRing, cycle: Cycle, *, now: datetime) -> LogHead:
    """The final head, with whatever is left in it; nothing may be added after. Once closed, the head there is.

    Raises: VotingUnderway(closes_at), NotReady(unmet=("frozen",)), LogDiffers, KeyMissing.
    """
    cycle = _held(session, cycle)
    if not _is_logged(cycle):
        raise NotReady(unmet=("frozen",))
    times = calendar(session, cycle.id or 0)
    window = times.window(Phase.VOTING)
    if window is not None and not times.is_over(Phase.VOTING, now):
        raise VotingUnderway(closes_at=window.ends_at)
    closed = final_head(session, cycle.id or 0)
    if closed is None:
        _wait_for_ballots(session)
        closed = _append(session, keyring, cycle, now=now, final=True)
        cycle.log_closed_at = now
    return closed


def close_due(session: Session, keyring: KeyRing, *, now: datetime) -> list[LogHead]:
    """Close the batches that are due, of every cycle whose log is open. For the job."""
    is_open = (col(Cycle.log_public_key).is_not(None), col(Cycle.log_closed_at).is_(None))
    cycles = session.exec(select(Cycle).where(*is_open, Cycle.origin == Origin.SERVICE)).all()
    heads = [close_batch(session, keyring, cycle, now=now) for cycle in cycles]
    return [head for head in heads if head is not None]


def last_head(session: Session, cycle_id: int) -> LogHead | None:
    """The newest head of a cycle, or None before the first batch."""
    newest = col(LogHead.number).desc()
    return session.exec(select(LogHead).where(LogHead.cycle_id == cycle_id).order_by(newest).limit(1)).first()


def final_head(session: Session, cycle_id: int) -> LogHead | None:
    """The head after which nothing comes, or None while the log is open."""
    return session.exec(select(LogHead).where(LogHead.cycle_id == cycle_id, col(LogHead.is_final))).first()


def head_of(row: LogHead, slug: str) -> Head:
    """A stored head as it was signed."""
    return Head(slug, row.number, row.size, row.root, head_time(row.at), row.previous_hash, row.is_final)


def _is_logged(cycle: Cycle) -> bool:
    """Has this cycle a log? Those frozen before there were logs, reported ones and imported ones have none."""
    return cycle.origin is Origin.SERVICE and cycle.frozen_at is not None and cycle.log_public_key is not None


def _held(session: Session, cycle: Cycle) -> Cycle:
    """The cycle, locked against another batch; ballots go on being cast (their foreign key needs its key only)."""
    query = select(Cycle).where(Cycle.id == cycle.id).with_for_update(key_share=True)
    return session.exec(query.execution_options(populate_existing=True)).one()


def _wait_for_ballots(session: Session) -> None:
    """A ballot whose statement began in time is waited for and goes into the log; one that comes now waits for us, and
    then finds the log closed. SQLite has one writer. The cycle comes first: whoever changes a participation under its
    lock would wait for us, and we for them."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().exec_driver_sql("LOCK TABLE participation IN SHARE MODE")


def _not_before(session: Session, cycle: Cycle, times: Calendar) -> datetime:
    """The instant before which no batch closes while voting lasts."""
    last = last_head(session, cycle.id or 0)
    window = times.window(Phase.VOTING)
    since = last.at if last else window.starts_at if window else cycle.frozen_at
    return (since or cycle.created_at) + EVERY


def _sources(cycle_id: int) -> tuple[_Source, ...]:
    """Participations first: a ballot replaced meanwhile is then found by the later look at the replaced ones."""
    closed = sa.select(col(PaperBatch.id)).where(
        col(PaperBatch.cycle_id) == cycle_id, col(PaperBatch.closed_at).is_not(None)
    )
    return (
        _Source(
            Participation,
            col(Participation.receipt),
            sa.and_(col(Participation.cycle_id) == cycle_id, col(Participation.sealed).is_not(None)),
        ),
        _Source(ReplacedBallot, col(ReplacedBallot.leaf), col(ReplacedBallot.cycle_id) == cycle_id),
        _Source(
            PaperSheet,
            col(PaperSheet.receipt),
            sa.and_(
                col(PaperSheet.cycle_id) == cycle_id,
                col(PaperSheet.state) == SheetState.VALID,
                col(PaperSheet.sealed).is_not(None),
                col(PaperSheet.batch_id).in_(closed),
            ),
        ),
    )


def _has_waiting(session: Session, cycle: Cycle, at_least: int) -> bool:
    found = 0
    for source in _sources(cycle.id or 0):
        waiting = sa.select(source.leaf).where(source.waits).limit(at_least - found)
        found += len(session.connection().execute(waiting).all())
        if found >= at_least:
            return True
    return False


def _append(session: Session, keyring: KeyRing, cycle: Cycle, *, now: datetime, final: bool) -> LogHead:
    """Take what waits, write the leaves and the signed head."""
    cycle_id = cycle.id or 0
    last = last_head(session, cycle_id)
    tree = _tree_as_signed(session, cycle_id, last, whole=final)
    number, first = (last.number if last else 0) + 1, tree.size
    leaves = _take(session, cycle_id, number)
    secrets.SystemRandom().shuffle(leaves)
    for leaf in leaves:
        tree.append(leaf)
    _write(session, cycle_id, number, first, leaves)
    at = now.replace(microsecond=0)
    previous = last.hash if last else cycle.frozen_hash or ""
    head = Head(cycle.slug, number, tree.size, tree.root().hex(), head_time(at), previous, final)
    signature = keyring.cycle_keys(cycle.slug).sign_head(head.message)
    row = LogHead(
        cycle_id=cycle_id,
        number=number,
        size=head.size,
        root=head.root,
        at=at,
        previous_hash=previous,
        hash=head.hash,
        signature=signature.hex(),
        is_final=final,
    )
    session.add(row)
    session.flush()
    _signed_here[cycle_id] = (row.hash, tree)
    return row


def _tree_as_signed(session: Session, cycle_id: int, last: LogHead | None, *, whole: bool) -> Frontier:
    """The tree of all stored leaves. Raises LogDiffers where it is not the one the last head was signed for.

    `whole` reads every leaf; otherwise a head this process has signed is believed, and only new leaves are looked for.
    """
    known, tree = _signed_here.get(cycle_id, ("", Frontier()))
    if whole or last is None or known != last.hash:
        tree = _tree_of(session, cycle_id)
    number = sa.select(sa.func.count()).where(col(LogLeaf.cycle_id) == cycle_id)
    signed = (last.size, last.root) if last else (0, Frontier().root().hex())
    if (
        session.connection().execute(number).scalar_one() != signed[0]
        or (tree.size, tree.root().hex()) != signed
    ):
        raise LogDiffers(number=last.number if last else 0)
    return tree.copy()


def _tree_of(session: Session, cycle_id: int) -> Frontier:
    stored = sa.select(col(LogLeaf.leaf)).where(col(LogLeaf.cycle_id) == cycle_id)
    rows = session.connection().execute(
        stored.order_by(col(LogLeaf.position)), execution_options={"yield_per": _AT_ONCE}
    )
    tree = Frontier()
    for leaf in rows.scalars():
        tree.append(leaf)
    return tree


def _take(session: Session, cycle_id: int, number: int) -> list[bytes]:
    """Mark what waits as taken by this batch, and give its leaves."""
    leaves: list[bytes] = []
    for source in _sources(cycle_id):
        taken = sa.update(source.table).where(source.waits).values(log_batch=number)
        rows = session.connection().execute(taken.returning(source.leaf))
        leaves.extend(rows.scalars())
    return leaves


def _write(session: Session, cycle_id: int, number: int, first: int, leaves: Sequence[bytes]) -> None:
    rows = ((cycle_id, position, number, leaf) for position, leaf in enumerate(leaves, start=first))
    insert_rows(session.connection(), LogLeaf, ("cycle_id", "position", "batch", "leaf"), rows)
