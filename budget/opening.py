"""After the close: the log is closed, the envelopes are separated, then the ballots are opened; each step one
transaction, repeatable.

Order (voting.md): objections and cases decided → the log closed with everything in it → valid envelopes' ballots
copied in random order with random keys, link and traces deleted → storage rewritten by the edge
(`Database.rewrite_storage`) → shares of the key joined → ballots opened. Nobody ever holds the key and the link
together: `open_ballots` refuses while a link exists. An annulled envelope's ballot is deleted unopened.
"""

import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget import audit, ballot_log, objections, trustees
from budget.ballot_rules import BallotList, decode
from budget.cycles import calendar, envelopes, locked, projects_on_ballot, require
from budget.errors import AlreadyDone, CasesOpen, KeyMissing, NotReady, ObjectionsOpen, VotingUnderway
from budget.keys import KeyRing
from budget.log.merkle import root
from budget.permissions import Action, Actor
from budget.sealing import opener, receipt_of
from budget.trustees import Entered
from models.ballot import BALLOT_COLUMNS, CHOICE_COLUMNS, Ballot, BallotChoice, Participation, SealedBallot
from models.bulk import insert_rows
from models.case import Annulment, Objection, Signal, SignalMember
from models.cycle import Cycle
from models.enums import Assurance, BallotStatus, Channel, KeyHolder, Opening, Phase, SheetState
from models.paper import PaperBatch, PaperSheet

_BATCH = 5_000  # rows at a time: enough neighbours to sort, few enough for the collector of garbage
_KEPT = 4_096  # different ballots whose reading is kept: most residents of a yard choose the same few
_Read = tuple[str, str, int | None, tuple[int, ...]]  # status, reason, envelope, projects
_SEALED = (
    sa.select(
        col(SealedBallot.key),
        sa.type_coerce(col(SealedBallot.assurance), sa.String),
        col(SealedBallot.sealed),
    )
    .where(
        col(SealedBallot.cycle_id) == sa.bindparam("cycle_id"), col(SealedBallot.key) > sa.bindparam("after")
    )
    .order_by(col(SealedBallot.key))
    .limit(sa.bindparam("most", type_=sa.Integer))
)


def require_settled(session: Session, cycle: Cycle, *, now: datetime) -> None:
    """Refuse while somebody may still object, a case waits for its decision, or papers are not accounted for.

    Raises: VotingUnderway(closes_at), ObjectionsOpen(until), CasesOpen(objections, signals, annulments),
    NotReady(unmet=("papers",)).
    """
    _refuse_before_close(session, cycle, now)
    until = objections.open_until(session, cycle)
    if until is not None and now < until:
        raise ObjectionsOpen(until=until)
    waiting = cases_waiting(session, cycle.id or 0)
    if any(waiting.values()):
        raise CasesOpen(**waiting)
    if batches_open(session, cycle.id or 0):
        raise NotReady(unmet=("papers",))


def cases_waiting(session: Session, cycle_id: int) -> dict[str, int]:
    """How many objections, signals and annulments wait for their decision."""
    undecided = (col(Annulment.confirmed_at).is_(None), col(Annulment.declined_at).is_(None))
    return {
        "objections": _number(
            session, Objection, Objection.cycle_id == cycle_id, col(Objection.outcome).is_(None)
        ),
        "signals": _number(session, Signal, Signal.cycle_id == cycle_id, col(Signal.outcome).is_(None)),
        "annulments": _number(session, Annulment, Annulment.cycle_id == cycle_id, *undecided),
    }


def batches_open(session: Session, cycle_id: int) -> int:
    """How many batches of papers are not accounted for."""
    return _number(session, PaperBatch, PaperBatch.cycle_id == cycle_id, col(PaperBatch.closed_at).is_(None))


def close_log(session: Session, actor: Actor, slug: str, keyring: KeyRing, *, now: datetime) -> int:
    """The first step: every ballot is in the log, and its final head is signed; the number of leaves.

    Raises: NotPermitted, WrongPhase, AlreadyDone, and what `require_settled` does.
    """
    cycle = locked(session, slug, lets_ballots_in=True)
    _refuse_before_close(session, cycle, now)
    require(session, actor, Action.CLOSE_COUNT, cycle, now)
    if cycle.log_closed_at is not None:
        raise AlreadyDone(at=cycle.log_closed_at)
    require_settled(session, cycle, now=now)
    head = ballot_log.close_log(session, keyring, cycle, now=now)
    facts = {"leaves": head.size, "root": head.root}
    audit.record(session, actor, "count.close_log", now=now, cycle_id=cycle.id, subject=slug, **facts)
    return head.size


def separate(session: Session, actor: Actor, slug: str, *, now: datetime) -> int:
    """Take the inner envelopes out and delete the link to the voters; the number of ballots taken out.

    Raises: NotPermitted, WrongPhase, AlreadyDone, NotReady(unmet=("log_closed",)), what `require_settled` does.
    """
    cycle = locked(session, slug)
    _refuse_before_close(session, cycle, now)
    require(session, actor, Action.CLOSE_COUNT, cycle, now)
    if cycle.separated_at is not None:
        raise AlreadyDone(at=cycle.separated_at)
    require_settled(session, cycle, now=now)
    if cycle.log_closed_at is None:
        raise NotReady(unmet=("log_closed",))
    # in the order of keys nobody could know: that is the shuffle, and the index grows at one end
    shuffled = sorted(
        (secrets.token_bytes(16), *row, cycle.id) for row in _inner_envelopes(session, cycle.id or 0)
    )
    insert_rows(
        session.connection(), SealedBallot, ("key", "sealed", "channel", "assurance", "cycle_id"), shuffled
    )
    _unlink(session, cycle.id or 0)
    cycle.separated_at = now
    facts = {"ballots": len(shuffled), "root": ballots_root(session, cycle.id or 0).hex()}
    audit.record(session, actor, "count.separate", now=now, cycle_id=cycle.id, subject=slug, **facts)
    return len(shuffled)


def _inner_envelopes(session: Session, cycle_id: int) -> Iterator[tuple[bytes, str, str]]:
    """(sealed, channel, assurance) of every envelope that counts: not annulled, and papers that are valid."""
    cast = select(col(Participation.sealed), col(Participation.channel), col(Participation.assurance)).where(
        Participation.cycle_id == cycle_id,
        col(Participation.sealed).is_not(None),
        col(Participation.annulled_at).is_(None),
    )
    yield from (
        (sealed or b"", channel.value, assurance.value) for sealed, channel, assurance in session.exec(cast)
    )
    papers = select(col(PaperSheet.sealed)).where(
        PaperSheet.cycle_id == cycle_id,
        PaperSheet.state == SheetState.VALID,
        col(PaperSheet.sealed).is_not(None),
    )
    # a paper is handed out against a document, as a ballot at the desk is
    yield from ((sealed or b"", Channel.PAPER.value, Assurance.DESK.value) for sealed in session.exec(papers))


def _unlink(session: Session, cycle_id: int) -> None:
    """Delete what ties a voter or a paper to a ballot, and the traces that only the signals needed."""
    mine = select(Participation.id).where(Participation.cycle_id == cycle_id)
    session.exec(sa.delete(SignalMember).where(col(SignalMember.participation_id).in_(mine)))
    traces = {"network_key": None, "phone_block_key": None, "roll_line": None, "age": None}
    unlink = sa.update(Participation).where(col(Participation.cycle_id) == cycle_id)
    session.exec(unlink.values(sealed=None, receipt=None, log_batch=None, **traces))
    papers = sa.update(PaperSheet).where(col(PaperSheet.cycle_id) == cycle_id)
    session.exec(papers.values(sealed=None, receipt=None, log_batch=None))


def ballots_root(session: Session, cycle_id: int) -> bytes:
    """The Merkle root over the receipts of all separated ballots in ascending order, 32 bytes."""
    sealed = session.exec(select(SealedBallot.sealed).where(SealedBallot.cycle_id == cycle_id))
    return root(sorted(receipt_of(ballot) for ballot in sealed))


def open_ballots(
    session: Session,
    actor: Actor,
    slug: str,
    keyring: KeyRing,
    *,
    now: datetime,
    entered: Entered | None = None,
) -> int:
    """Open every separated ballot into `ballot` and `ballot_choice`; the number opened.

    `entered` are the shares of two trustees or three, as typed, where trustees hold the key.
    Raises: NotPermitted, NotReady(unmet=("separated",) or ("shares",)), AlreadyDone, KeyMissing, ShareWrong.
    """
    cycle = locked(session, slug)
    require(session, actor, Action.CLOSE_COUNT, cycle, now)
    if cycle.opened_at is not None:
        raise AlreadyDone(at=cycle.opened_at)
    linked = select(Participation.id).where(
        Participation.cycle_id == cycle.id, col(Participation.sealed).is_not(None)
    )
    if cycle.separated_at is None or session.exec(linked.limit(1)).first() is not None:
        raise NotReady(unmet=("separated",))
    private_key = _private_key(session, cycle, keyring, entered or {})
    unseal = opener(private_key)
    writer = _Writer(session, cycle)
    for batch in _batches(session, cycle.id or 0):
        writer.write([(assurance, unseal(sealed)) for _, assurance, sealed in batch])
    cycle.opened_at = now
    if cycle.opening is Opening.PUBLIC:
        cycle.opened_ballot_key = private_key
    audit.record(
        session, actor, "count.open", now=now, cycle_id=cycle.id, subject=slug, ballots=writer.written
    )
    return writer.written


def _private_key(session: Session, cycle: Cycle, keyring: KeyRing, entered: Entered) -> bytes:
    if cycle.key_holder is KeyHolder.TRUSTEES:
        return trustees.private_key(session, cycle, entered)
    key = keyring.cycle_keys(cycle.slug).ballot_private_key
    if key is None:
        raise KeyMissing(slug=cycle.slug)
    return key


def _batches(session: Session, cycle_id: int) -> Iterator[Sequence[Any]]:
    """(key, assurance, sealed) in the order of the random keys, some at a time: a city's ballots need 2 GB at once."""
    after = b""
    while (
        rows := session.connection()
        .execute(_SEALED, {"cycle_id": cycle_id, "after": after, "most": _BATCH})
        .all()
    ):
        yield rows
        after = rows[-1].key


class _Writer:
    """Writes opened ballots with their choices, counting on from the ids there are."""

    def __init__(self, session: Session, cycle: Cycle) -> None:
        self._connection = session.connection()
        self._cycle_id = cycle.id
        listed = projects_on_ballot(session, cycle)
        self._envelope_ids = {row.public_id: row.id for row in envelopes(session, cycle.id or 0)}
        public_ids = {row_id: public_id for public_id, row_id in self._envelope_ids.items()}
        self._project_ids = {project.public_id: project.id or 0 for project in listed}
        envelope_of = {project.public_id: public_ids[project.envelope_id] for project in listed}
        self._rules = BallotList(cycle.votes_per_resident, envelope_of)
        self._next = (session.exec(select(sa.func.max(Ballot.id))).one() or 0) + 1
        self.written = 0
        self._read = lru_cache(_KEPT)(self._read_anew)

    def write(self, opened: Sequence[tuple[str, bytes | None]]) -> None:
        """Ballots as they were opened, each with its assurance; None for one not sealed for this cycle's key."""
        ballots, choices = [], []
        for number, (assurance, plain) in enumerate(opened, start=self._next):
            status, reason, envelope_id, project_ids = self._read(plain)
            ballots.append((number, self._cycle_id, envelope_id, assurance, status, reason))
            choices += [(number, project_id) for project_id in project_ids]
        insert_rows(self._connection, Ballot, BALLOT_COLUMNS, ballots)
        choices.sort(key=itemgetter(1))  # neighbours in the index of projects
        insert_rows(self._connection, BallotChoice, CHOICE_COLUMNS, choices)
        self._next += len(ballots)
        self.written += len(ballots)

    def _read_anew(self, plain: bytes | None) -> _Read:
        choice = "not_sealed_for_us" if plain is None else decode(plain, self._rules)
        if isinstance(choice, str):
            return BallotStatus.INVALID.value, choice, None, ()
        if not choice.projects:
            return BallotStatus.EMPTY.value, "", None, ()
        chosen = tuple(self._project_ids[id_] for id_ in choice.projects)
        return BallotStatus.VALID.value, "", self._envelope_ids[choice.envelope], chosen


def _refuse_before_close(session: Session, cycle: Cycle, now: datetime) -> None:
    times = calendar(session, cycle.id or 0)
    window = times.window(Phase.VOTING)
    if window is not None and not times.is_over(Phase.VOTING, now):
        raise VotingUnderway(closes_at=window.ends_at)


def _number(session: Session, table: type, *conditions: Any) -> int:
    return session.exec(select(sa.func.count()).select_from(table).where(*conditions)).one()
