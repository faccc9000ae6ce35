"""Count, allocate and publish. Numbers come from opened ballots only; publishing recounts them and compares.

`certify` stores an allocation (also for imported elections), `count` makes it for a cycle of ours, `publish` shows it.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget import audit, ballot_log, opening, sums, turnout, what_if
from budget.allocation import Allocation, Candidate, EnvelopeSum, LotOrder, TieOrder, allocate, lot_ranks
from budget.cycles import envelopes, locked, projects_on_ballot, require
from budget.errors import AlreadyDone, CountsDiffer, NotCounted, NotReady, UndecidedTie
from budget.permissions import Action, Actor
from models.ballot import Ballot, BallotChoice
from models.cycle import Cycle
from models.enums import BallotStatus, Origin, ProjectState
from models.people import Resident
from models.project import Project
from models.result import Count, VerdictRow


@dataclass(frozen=True)
class Draw:
    """The public draw: its number as announced, where it was drawn, and before whom."""

    number: str
    place: str
    witnesses: str


def tally(session: Session, cycle_id: int) -> dict[int, int]:
    """Valid ballots containing each project, by project row id; projects without any are absent.

    All choices of the cycle's projects, by the index on the project, less those on ballots that are not valid:
    a million ballots need not be joined to their choices. Publishing counts the other way (`_recount`).
    """
    of_cycle = select(Project.id).where(Project.cycle_id == cycle_id)
    chosen = (
        select(BallotChoice.project_id, sa.func.count())
        .where(col(BallotChoice.project_id).in_(of_cycle))
        .group_by(col(BallotChoice.project_id))
    )
    votes = Counter(dict(session.exec(chosen).all()))
    votes.subtract(_choices(session, cycle_id, set(BallotStatus) - {BallotStatus.VALID}))
    return {project: number for project, number in votes.items() if number}


def _recount(session: Session, cycle_id: int) -> dict[int, int]:
    """What `tally` must give, counted ballot by ballot: valid ballots joined to their choices."""
    return _choices(session, cycle_id, {BallotStatus.VALID})


def _choices(session: Session, cycle_id: int, statuses: set[BallotStatus]) -> dict[int, int]:
    counted = (
        select(BallotChoice.project_id, sa.func.count())
        .join(Ballot, col(Ballot.id) == BallotChoice.ballot_id)
        .where(Ballot.cycle_id == cycle_id, col(Ballot.status).in_(sorted(statuses)))
        .group_by(col(BallotChoice.project_id))
    )
    return dict(session.exec(counted).all())


def count(
    session: Session, actor: Actor, slug: str, *, draw: Draw | None = None, now: datetime
) -> Allocation:
    """Tally the opened ballots and allocate. May be repeated until published (with a draw, after a tie).

    A draw is made once, after the final head of the log: a repeated count keeps it, and another number is refused.
    Raises: NotPermitted, WrongPhase, NotReady(unmet=("opened",) or ("log_closed",)), AlreadyDone, SumsDiffer,
    UndecidedTie(groups of public ids).
    """
    cycle = locked(session, slug)
    require(session, actor, Action.CLOSE_COUNT, cycle, now)
    if cycle.results_published_at is not None:
        raise AlreadyDone(at=cycle.results_published_at)
    if cycle.opened_at is None:
        raise NotReady(unmet=("opened",))
    terms = sums.of_cycle(session, cycle)
    sums.check(session, cycle, terms)
    draw = _one_draw(session, cycle, draw)
    order = LotOrder()
    if draw is not None:
        order = LotOrder(ranks_by_draw(session, cycle, draw.number))
    votes = tally(session, cycle.id or 0)
    allocation = certify(session, cycle, votes, terms=terms, order=order, now=now)
    row = session.get(Count, cycle.id)
    if row is not None:
        row.ballots_root = opening.ballots_root(session, cycle.id or 0).hex()
        row.without_sms = without_sms(session, cycle, allocation.winners, order)
        if draw is not None and row.draw is None:
            row.draw, row.draw_place, row.draw_witnesses = draw.number, draw.place, draw.witnesses
            row.drawn_at = now
    facts = {
        "winners": list(allocation.winners),
        "spent": allocation.spent,
        "draw": draw.number if draw else None,
        "draw_place": draw.place if draw else None,
    }
    audit.record(session, actor, "count.tally", now=now, cycle_id=cycle.id, subject=slug, **facts)
    return allocation


def _one_draw(session: Session, cycle: Cycle, draw: Draw | None) -> Draw | None:
    """The draw that counts: whoever could draw again until the outcome pleases would decide it."""
    row = session.get(Count, cycle.id)
    if row is None or row.draw is None:
        return draw
    if draw is not None and draw.number != row.draw:
        raise AlreadyDone(at=row.drawn_at or row.counted_at)
    return Draw(row.draw, row.draw_place, row.draw_witnesses)


def ranks_by_draw(session: Session, cycle: Cycle, number: str) -> dict[str, int]:
    """The rank of each project on the ballot list by the drawn number and the root of the log's final head.

    Raises NotReady(unmet=("log_closed",)): before the final head whoever fills the log could choose the outcome.
    """
    head = ballot_log.final_head(session, cycle.id or 0)
    if head is None:
        raise NotReady(unmet=("log_closed",))
    ids = [project.public_id for project in projects_on_ballot(session, cycle)]
    return lot_ranks(bytes.fromhex(head.root), number, ids)


def certify(
    session: Session,
    cycle: Cycle,
    votes: Mapping[int, int],
    *,
    terms: Mapping[str, int],
    order: TieOrder,
    now: datetime,
) -> Allocation:
    """Allocate by the cycle's settings and store sums and verdicts, replacing earlier ones; `terms` as
    `sums.of_cycle` gives them.

    Of a cycle run in this service, also who took part.
    """
    allocation = _allocation(session, cycle, votes, order)
    row_ids = {project.public_id: project.id or 0 for project in projects_on_ballot(session, cycle)}
    envelope_ids = {row.public_id: row.id or 0 for row in envelopes(session, cycle.id or 0)}
    _store(session, cycle, allocation, row_ids, envelope_ids)
    _store_count(session, cycle, terms, now)
    if cycle.origin is Origin.SERVICE:
        turnout.store(session, cycle)
    return allocation


def without_sms(session: Session, cycle: Cycle, winners: Collection[str], order: TieOrder) -> dict[str, Any]:
    """Would other projects have won without the ballots by SMS? Analysis beside the result, as `Count` keeps it."""

    def allocate_by(votes: Mapping[int, int]) -> Allocation:
        return _allocation(session, cycle, votes, order)

    return what_if.without_sms(session, cycle.id or 0, winners, allocate_by).as_json()


def undecided(session: Session, cycle: Cycle) -> tuple[tuple[str, ...], ...]:
    """Groups of public ids that only a lot can order, () when there is none; needs opened ballots, stores nothing."""
    try:
        _allocation(session, cycle, tally(session, cycle.id or 0), LotOrder())
    except UndecidedTie as tie:
        groups: tuple[tuple[str, ...], ...] = tie.facts["groups"]
        return groups
    return ()


def _allocation(session: Session, cycle: Cycle, votes: Mapping[int, int], order: TieOrder) -> Allocation:
    projects = projects_on_ballot(session, cycle)
    parts = {row.public_id: row for row in envelopes(session, cycle.id or 0)}
    public_ids = {row.id: public_id for public_id, row in parts.items()}
    candidates = [
        Candidate(
            project.public_id,
            project.cost_tenge or 0,
            votes.get(project.id or 0, 0),
            public_ids[project.envelope_id],
            withdrawn=project.state is ProjectState.WITHDRAWN,
        )
        for project in projects
    ]
    return allocate(
        candidates,
        [EnvelopeSum(public_id, row.total_tenge) for public_id, row in parts.items()],
        rule=cycle.rule,
        minimum_votes=cycle.minimum_votes,
        leftovers=cycle.leftovers,
        order=order,
    )


def publish(session: Session, actor: Actor, slug: str, *, now: datetime) -> Cycle:
    """Recount, compare, and show the results to everybody. What is built of them the council decides
    (`budget.council.confirmations`).

    Raises: NotPermitted, WrongPhase, NotCounted, AlreadyDone, CountsDiffer, SumsDiffer.
    """
    cycle = locked(session, slug)
    require(session, actor, Action.PUBLISH_RESULTS, cycle, now)
    if cycle.counted_at is None:
        raise NotCounted
    if cycle.results_published_at is not None:
        raise AlreadyDone(at=cycle.results_published_at)
    terms = sums.of_cycle(session, cycle)
    sums.check(session, cycle, terms)
    if not _is_as_counted(session, cycle, terms):
        raise CountsDiffer
    cycle.results_published_at = now
    audit.record(session, actor, "results.publish", now=now, cycle_id=cycle.id, subject=slug)
    return cycle


def _is_as_counted(session: Session, cycle: Cycle, terms: Mapping[str, int]) -> bool:
    """Do ballots and participations as they lie there now (`terms` are their sums) give the stored votes, sums, root and
    turnout?"""
    recount = _recount(session, cycle.id or 0)
    stored = session.exec(select(VerdictRow).where(VerdictRow.cycle_id == cycle.id)).all()
    row = session.get(Count, cycle.id)
    if row is None or not stored or recount.keys() - {verdict.project_id for verdict in stored}:
        return False
    if any(verdict.votes != recount.get(verdict.project_id, 0) for verdict in stored):
        return False
    root = opening.ballots_root(session, cycle.id or 0).hex()
    is_same = row.ballots_root == root and terms == {name: getattr(row, name) for name in terms}
    return is_same and turnout.is_as_stored(session, cycle)


def _store(
    session: Session,
    cycle: Cycle,
    allocation: Allocation,
    project_ids: Mapping[str, int],
    envelope_ids: Mapping[str, int],
) -> None:
    session.exec(sa.delete(VerdictRow).where(col(VerdictRow.cycle_id) == cycle.id))
    for position, verdict in enumerate(allocation.verdicts, start=1):
        session.add(
            VerdictRow(
                project_id=project_ids[verdict.id],
                cycle_id=cycle.id or 0,
                envelope_id=envelope_ids[verdict.envelope],
                position=position,
                place=verdict.place,
                votes=verdict.votes,
                cost_tenge=verdict.cost,
                remaining_before_tenge=verdict.remaining_before,
                remaining_after_tenge=verdict.remaining_after,
                kind=verdict.kind,
                missing_votes=verdict.missing_votes,
                missing_tenge=verdict.missing_tenge,
            )
        )
    session.flush()


def _store_count(session: Session, cycle: Cycle, terms: Mapping[str, int], now: datetime) -> None:
    row = session.get(Count, cycle.id)
    if row is None:
        values: dict[str, Any] = dict(terms)
        row = Count(cycle_id=cycle.id or 0, counted_at=now, **values)
    for name, value in terms.items():
        setattr(row, name, value)
    row.roll = _roll(session) if cycle.origin is Origin.SERVICE else 0
    row.counted_at = now
    session.add(row)
    cycle.counted_at = now
    session.flush()


def _roll(session: Session) -> int:
    """Residents on the roll now. No part of the sums that publishing compares: the roll may grow meanwhile."""
    return session.exec(select(sa.func.count()).select_from(Resident)).one()
