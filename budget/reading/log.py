"""The public log of ballots as pages and programs see it: heads, and proofs about leaves.

Only heads and leaves are read, which are public: whether a ballot that is in no batch yet exists is not to be learnt
here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget.ballot_log import EVERY, last_head
from budget.log.long_tree import LongTree
from budget.log.merkle import Hash
from models.cycle import Cycle
from models.log import LogHead, LogLeaf

PER_PAGE = 50
_BETWEEN = re.compile(r"[\s\-–—·.]+")
_RECEIPT = re.compile(r"[0-9a-f]{64}")

Stretches = dict[int, Sequence[Hash]]
"""By cycle, what `LongTree` may keep from one proof to the next."""


@dataclass(frozen=True)
class HeadsPage:
    """A page of heads, the newest first. `total` counts all."""

    heads: Sequence[LogHead]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class Inclusion:
    """Where a leaf stands (`index` from 0) in the tree of `head`, and the proof; `batch` is the one that took it."""

    leaf: Hash
    index: int
    batch: int
    head: LogHead
    proof: tuple[Hash, ...]


@dataclass(frozen=True)
class Consistency:
    """That the tree of `first` is the beginning of the tree of `second`."""

    first: LogHead
    second: LogHead
    proof: tuple[Hash, ...]


def heads_page(session: Session, cycle_id: int, page: int) -> HeadsPage:
    """One page of heads; a number outside gives the nearest page there is."""
    total = session.exec(
        select(sa.func.count()).select_from(LogHead).where(LogHead.cycle_id == cycle_id)
    ).one()
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(page, 1), pages)
    descending = select(LogHead).where(LogHead.cycle_id == cycle_id).order_by(col(LogHead.number).desc())
    rows = session.exec(descending.offset((page - 1) * PER_PAGE).limit(PER_PAGE)).all()
    return HeadsPage(rows, total, page, pages)


def all_heads(session: Session, cycle_id: int) -> Sequence[LogHead]:
    """All heads from the first."""
    order = col(LogHead.number)
    return session.exec(select(LogHead).where(LogHead.cycle_id == cycle_id).order_by(order)).all()


def public_key(session: Session, cycle_id: int) -> bytes | None:
    """The key that checks the heads, or None before the freeze."""
    return session.exec(select(Cycle.log_public_key).where(Cycle.id == cycle_id)).one()


def head(session: Session, cycle_id: int, number: int) -> LogHead | None:
    """The head of this number, or None."""
    return session.get(LogHead, (cycle_id, number))


def receipt_in(text: str) -> bytes | None:
    """A receipt as somebody typed it: in groups, with dashes, in capitals. None where it is none."""
    plain = _BETWEEN.sub("", text).lower()
    return bytes.fromhex(plain) if _RECEIPT.fullmatch(plain) else None


def inclusion(session: Session, cycle_id: int, leaf: bytes, kept: Stretches) -> Inclusion | None:
    """Where the leaf is in the newest tree, with the proof; None while it is in no batch."""
    found = session.exec(select(LogLeaf).where(LogLeaf.cycle_id == cycle_id, LogLeaf.leaf == leaf)).first()
    last = last_head(session, cycle_id)
    if found is None or last is None or found.position >= last.size:
        return None
    proof = _tree(session, last, kept).inclusion(found.position)
    return Inclusion(leaf, found.position, found.batch, last, tuple(proof))


def consistency(session: Session, first: LogHead, second: LogHead, kept: Stretches) -> Consistency:
    """The proof between two heads of a cycle, `first` the older; an empty tree begins every tree."""
    proof = _tree(session, second, kept).consistency(first.size) if first.size else []
    return Consistency(first, second, tuple(proof))


def next_batch_at(last: LogHead | None, voting_began_at: datetime | None) -> datetime | None:
    """The instant before which no further batch closes; None where the log is closed or voting is not planned."""
    if last is not None and last.is_final:
        return None
    since = last.at if last else voting_began_at
    return since + EVERY if since else None


def _tree(session: Session, of: LogHead, kept: Stretches) -> LongTree:
    def read(start: int, end: int) -> list[Hash]:
        ordered = (
            sa.select(col(LogLeaf.leaf))
            .where(
                col(LogLeaf.cycle_id) == of.cycle_id,
                col(LogLeaf.position) >= start,
                col(LogLeaf.position) < end,
            )
            .order_by(col(LogLeaf.position))
        )
        return list(session.connection().execute(ordered).scalars())

    tree = LongTree(of.size, read, kept.get(of.cycle_id, ()))
    kept[of.cycle_id] = tree.stretches
    return tree
