"""After the close: separate the envelopes, then open the ballots; each step one transaction, repeatable.

Order (voting.md): valid envelopes' ballots copied in random order with random keys → link deleted, storage
rewritten by the edge (`Database.rewrite_storage`) → ballots opened with the cycle's key. Nobody ever holds the key
and the link together: `open_ballots` refuses while a link exists.
"""

import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget import audit
from budget.ballot_rules import BallotList, Choice, decode
from budget.cycles import calendar, envelopes, locked, projects_on_ballot, require
from budget.errors import AlreadyDone, KeyMissing, NotReady, VotingUnderway
from budget.keys import KeyRing
from budget.log.merkle import root
from budget.permissions import Action, Actor
from budget.sealing import opener, receipt_of
from models.ballot import Ballot, BallotChoice, Participation, SealedBallot
from models.cycle import Cycle
from models.enums import Assurance, BallotStatus, Phase

_BATCH = 10_000
_SEALED = (
    sa.select(col(SealedBallot.key), col(SealedBallot.assurance), col(SealedBallot.sealed))
    .where(
        col(SealedBallot.cycle_id) == sa.bindparam("cycle_id"), col(SealedBallot.key) > sa.bindparam("after")
    )
    .order_by(col(SealedBallot.key))
    .limit(sa.bindparam("most", type_=sa.Integer))
)


def separate(session: Session, actor: Actor, slug: str, *, now: datetime) -> int:
    """Take the inner envelopes out and delete the link to the voters; the number of ballots taken out.

    Raises: NotPermitted, VotingUnderway(closes_at), WrongPhase, AlreadyDone.
    """
    cycle = locked(session, slug)
    _refuse_before_close(session, cycle, now)
    require(session, actor, Action.CLOSE_COUNT, cycle, now)
    if cycle.separated_at is not None:
        raise AlreadyDone(at=cycle.separated_at)
    cast = select(col(Participation.sealed), col(Participation.channel), col(Participation.assurance))
    rows = session.exec(
        cast.where(Participation.cycle_id == cycle.id, col(Participation.sealed).is_not(None))
    )
    # in the order of keys nobody could know: that is the shuffle, and the index grows at one end
    shuffled = sorted((secrets.token_bytes(16), *row) for row in rows)
    for start in range(0, len(shuffled), _BATCH):
        values = [
            {
                "key": key,
                "cycle_id": cycle.id,
                "channel": channel,
                "assurance": assurance,
                "sealed": sealed,
            }
            for key, sealed, channel, assurance in shuffled[start : start + _BATCH]
        ]
        session.connection().execute(sa.insert(SealedBallot), values)
    unlink = sa.update(Participation).where(col(Participation.cycle_id) == cycle.id)
    session.exec(unlink.values(sealed=None, receipt=None))
    cycle.separated_at = now
    facts = {"ballots": len(shuffled), "root": ballots_root(session, cycle.id or 0).hex()}
    audit.record(session, actor, "count.separate", now=now, cycle_id=cycle.id, subject=slug, **facts)
    return len(shuffled)


def ballots_root(session: Session, cycle_id: int) -> bytes:
    """The Merkle root over the receipts of all separated ballots in ascending order, 32 bytes."""
    sealed = session.exec(select(SealedBallot.sealed).where(SealedBallot.cycle_id == cycle_id))
    return root(sorted(receipt_of(ballot) for ballot in sealed))


def open_ballots(session: Session, actor: Actor, slug: str, keyring: KeyRing, *, now: datetime) -> int:
    """Open every separated ballot into `ballot` and `ballot_choice`; the number opened.

    Raises: NotPermitted, NotReady(unmet=("separated",)), AlreadyDone, KeyMissing.
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
    private_key = keyring.cycle_keys(slug).ballot_private_key
    if private_key is None:
        raise KeyMissing(slug=slug)
    unseal = opener(private_key)
    writer = _Writer(session, cycle)
    for batch in _batches(session, cycle.id or 0):
        writer.write([(assurance, unseal(sealed)) for _, assurance, sealed in batch])
    cycle.opened_at = now
    audit.record(
        session, actor, "count.open", now=now, cycle_id=cycle.id, subject=slug, ballots=writer.written
    )
    return writer.written


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
        self._project_ids = {project.public_id: project.id for project in listed}
        envelope_of = {project.public_id: public_ids[project.envelope_id] for project in listed}
        self._rules = BallotList(cycle.votes_per_resident, envelope_of)
        self._next = (session.exec(select(sa.func.max(Ballot.id))).one() or 0) + 1
        self.written = 0

    def write(self, opened: Sequence[tuple[Assurance, bytes | None]]) -> None:
        """Ballots as they were opened; None for one that was not sealed for this cycle's key."""
        ballots, choices = [], []
        for number, (assurance, plain) in enumerate(opened, start=self._next):
            choice = "not_sealed_for_us" if plain is None else decode(plain, self._rules)
            ballots.append(self._ballot(number, assurance, choice))
            if not isinstance(choice, str):
                choices += [
                    {"ballot_id": number, "project_id": self._project_ids[id_]} for id_ in choice.projects
                ]
        self._connection.execute(sa.insert(Ballot), ballots)
        if choices:
            self._connection.execute(sa.insert(BallotChoice), choices)
        self._next += len(ballots)
        self.written += len(ballots)

    def _ballot(self, number: int, assurance: Assurance, choice: Choice | str) -> dict[str, Any]:
        status, reason, envelope_id = BallotStatus.VALID, "", None
        if isinstance(choice, str):
            status, reason = BallotStatus.INVALID, choice
        elif not choice.projects:
            status = BallotStatus.EMPTY
        else:
            envelope_id = self._envelope_ids[choice.envelope]
        return {
            "id": number,
            "cycle_id": self._cycle_id,
            "envelope_id": envelope_id,
            "assurance": assurance,
            "status": status,
            "reason": reason,
        }


def _refuse_before_close(session: Session, cycle: Cycle, now: datetime) -> None:
    times = calendar(session, cycle.id or 0)
    window = times.window(Phase.VOTING)
    if window is not None and not times.is_over(Phase.VOTING, now):
        raise VotingUnderway(closes_at=window.ends_at)
