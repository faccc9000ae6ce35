"""After the close: separate the envelopes, then open the ballots; each step one transaction, repeatable.

Order (voting.md): valid envelopes' ballots copied in random order with random keys → link deleted, storage
rewritten by the edge (`Database.rewrite_storage`) → ballots opened with the cycle's key. Nobody ever holds the key
and the link together: `open_ballots` refuses while a link exists.
"""

import secrets
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget import audit
from budget.ballot_rules import BallotList, decode
from budget.cycles import calendar, envelopes, locked, projects_on_ballot, require
from budget.errors import AlreadyDone, NotReady, VotingUnderway
from budget.keys import KeyRing
from budget.log.merkle import root
from budget.permissions import Action, Actor
from budget.sealing import receipt_of, unseal
from models.ballot import Ballot, BallotChoice, Participation, SealedBallot
from models.cycle import Cycle
from models.enums import BallotStatus, Phase


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
    rows = list(session.exec(cast.where(Participation.cycle_id == cycle.id)).all())
    secrets.SystemRandom().shuffle(rows)
    values = [
        {
            "key": secrets.token_bytes(16),
            "cycle_id": cycle.id,
            "channel": channel,
            "assurance": assurance,
            "sealed": sealed,
        }
        for sealed, channel, assurance in rows
        if sealed is not None
    ]
    if values:
        session.exec(sa.insert(SealedBallot), params=values)
    unlink = sa.update(Participation).where(col(Participation.cycle_id) == cycle.id)
    session.exec(unlink.values(sealed=None, receipt=None))
    cycle.separated_at = now
    facts = {"ballots": len(values), "root": ballots_root(session, cycle.id or 0).hex()}
    audit.record(session, actor, "count.separate", now=now, cycle_id=cycle.id, subject=slug, **facts)
    return len(values)


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
    key = keyring.cycle_keys(slug).ballot_private_key
    sealed = session.exec(
        select(SealedBallot).where(SealedBallot.cycle_id == cycle.id).order_by(col(SealedBallot.key))
    ).all()
    _write_opened(session, cycle, [(row, unseal(row.sealed, key)) for row in sealed])
    cycle.opened_at = now
    audit.record(session, actor, "count.open", now=now, cycle_id=cycle.id, subject=slug, ballots=len(sealed))
    return len(sealed)


def _write_opened(session: Session, cycle: Cycle, opened: list[tuple[SealedBallot, bytes | None]]) -> None:
    listed = projects_on_ballot(session, cycle)
    envelope_ids = {row.public_id: row.id for row in envelopes(session, cycle.id or 0)}
    public_ids = {row_id: public_id for public_id, row_id in envelope_ids.items()}
    project_ids = {project.public_id: project.id for project in listed}
    envelope_of = {project.public_id: public_ids[project.envelope_id] for project in listed}
    rules = BallotList(cycle.votes_per_resident, envelope_of)
    first = (session.exec(select(sa.func.max(Ballot.id))).one() or 0) + 1
    ballots, choices = [], []
    for number, (row, plain) in enumerate(opened, start=first):
        choice = "not_sealed_for_us" if plain is None else decode(plain, rules)
        values = {
            "id": number,
            "cycle_id": cycle.id,
            "envelope_id": None,
            "assurance": row.assurance,
            "reason": "",
        }
        if isinstance(choice, str):
            ballots.append(values | {"status": BallotStatus.INVALID, "reason": choice})
        elif not choice.projects:
            ballots.append(values | {"status": BallotStatus.EMPTY})
        else:
            envelope_id = envelope_ids[choice.envelope]
            ballots.append(values | {"status": BallotStatus.VALID, "envelope_id": envelope_id})
            choices += [{"ballot_id": number, "project_id": project_ids[id_]} for id_ in choice.projects]
    if ballots:
        session.exec(sa.insert(Ballot), params=ballots)
    if choices:
        session.exec(sa.insert(BallotChoice), params=choices)


def _refuse_before_close(session: Session, cycle: Cycle, now: datetime) -> None:
    times = calendar(session, cycle.id or 0)
    window = times.window(Phase.VOTING)
    if window is not None and not times.is_over(Phase.VOTING, now):
        raise VotingUnderway(closes_at=window.ends_at)
