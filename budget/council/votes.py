"""Voting in a session: motions are put to the vote, members vote once each, the vote is closed with every number.

Who may decide a motion: the members in office, less those who declared an interest in the project; on an appeal also
less those who took part in the rejection. Quorum and majority are counted of these, when the vote is opened and again
when it is closed: a member who stands aside late, or leaves, may cost the quorum, and then nothing is decided. A vote
is final: the database refuses a second one, and any change.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from budget import audit, cycles
from budget.council import agenda, appeals, members, mergers, motions, rules, sessions
from budget.council.sessions import Step
from budget.errors import (
    BudgetRefusal,
    ItemNotOpen,
    ItemVoted,
    MotionIncomplete,
    MotionOutdated,
    NobodyEntitled,
    NoQuorum,
    NotDeclared,
    NotEntitled,
    NotFound,
    NotPresent,
    OrderFault,
    Recused,
    WrongPhase,
)
from budget.permissions import Action, Actor, require_role
from models.council import CouncilMember
from models.council_session import AgendaItem, CouncilSession, CouncilVote, Recusal
from models.cycle import Cycle
from models.enums import ConflictKind, CouncilChoice, ItemKind, Language, ProjectState
from models.project import Project


@dataclass(frozen=True)
class Floor:
    """Who may decide a motion now: entitled members, those of them who are there, and who stands aside why."""

    entitled: frozenset[int]
    present: frozenset[int]
    recused: dict[int, ConflictKind]


@dataclass(frozen=True)
class Wanted:
    """What a member votes on a motion."""

    choice: CouncilChoice
    dissent: str = ""


def floor_of(session: Session, row: CouncilSession, item: AgendaItem, *, now: datetime) -> Floor:
    """Who may decide this item at `now`."""
    office = {one.id or 0 for one in members.in_office(session, row.cycle_id, now=now)}
    recused = {}
    if item.project_id is not None:
        recused = {
            id_: kind for id_, kind in members.recusals(session, item.project_id).items() if id_ in office
        }
    entitled = office - recused.keys()
    if item.kind is ItemKind.APPEAL:
        entitled -= appeals.took_part(session, item.project_id)
    there = {one.id or 0 for one in sessions.present_now(session, row, now=now)}
    return Floor(frozenset(entitled), frozenset(entitled & there), recused)


def open_items(
    session: Session, actor: Actor, public_id: str, item_ids: Sequence[str] | None = None, *, now: datetime
) -> int:
    """Put motions to the vote: these, or all that are left; how many. None is put where one can't be.

    Raises: NotFound, NotPermitted, WrongPhase, SessionStep, MotionIncomplete, MergerOpen, MotionOutdated, OrderFault,
    NobodyEntitled, NoQuorum.
    """
    row = sessions.locked(session, actor, public_id)
    sessions.require_step(row, Step.UNDERWAY)
    cycle = sessions.cycle_of(session, row)
    wanted = None if item_ids is None else set(item_ids)
    opened = 0
    for item in agenda.items_of(session, row):
        if item.opened_at is not None or (wanted is not None and item.public_id not in wanted):
            continue
        _require_time(session, actor, cycle, item, now)
        _check(session, row, item, now)
        item.opened_at = now
        session.add(item)
        opened += 1
    sessions.touch(session, row)
    _record(session, actor, "session.open_votes", row, now, items=opened)
    return opened


def cast(
    session: Session,
    actor: Actor,
    item_id: str,
    choice: CouncilChoice,
    *,
    dissent: str = "",
    language: Language | None = None,
    now: datetime,
) -> CouncilVote:
    """Vote on a motion, once.

    Raises: NotFound, NotPermitted, NotDeclared, Recused, NotEntitled, WrongPhase, ItemNotOpen, NotPresent, ItemVoted(at).
    """
    item = agenda.by_public_id(session, item_id)
    row = session.get_one(CouncilSession, item.session_id)
    wanted = {item_id: Wanted(choice, dissent)}
    for refusal in cast_several(session, actor, row.public_id, wanted, language=language, now=now).values():
        raise refusal
    return session.get_one(CouncilVote, (item.id, _voter(session, actor, row, now=now).id))


def cast_several(
    session: Session,
    actor: Actor,
    public_id: str,
    wanted: Mapping[str, Wanted],
    *,
    language: Language | None = None,
    now: datetime,
) -> dict[str, BudgetRefusal]:
    """Vote on motions of one session, by public ids of items; the refusals of those that were not cast. A vote is refused
    by NotDeclared, WrongPhase, ItemNotOpen, NotPresent, ItemVoted(at).

    Raises, and nothing is cast: NotFound (also for an item of another session), NotPermitted, Recused, NotEntitled.
    """
    row = sessions.by_public_id(session, public_id)
    voter = _voter(session, actor, row, now=now, lock=True)
    items = _locked(session, row, wanted)
    cast_before = _votes_by(session, voter, items.values())
    conflicts = {one.project_id: one.kind for one in members.conflicts_of(session, [voter.id or 0])}
    there = {one.id for one in sessions.present_now(session, row, now=now)}
    times = _times(session, actor, row, items.values(), now)
    refused: dict[str, BudgetRefusal] = {}
    for item_id, one in wanted.items():
        item = items[item_id]
        refusal = _against(session, voter, item, times[item.kind], conflicts, is_there=voter.id in there)
        earlier = cast_before.get(item.id or 0)
        if refusal is None and earlier is not None:
            refusal = ItemVoted(at=earlier.cast_at)
        if refusal is not None:
            refused[item_id] = refusal
            continue
        dissent = one.dissent.strip()
        session.add(
            CouncilVote(
                item_id=item.id or 0,
                member_id=voter.id or 0,
                choice=one.choice,
                dissent=dissent,
                language=language if dissent else None,
                cast_at=now,
            )
        )
    session.flush()
    return refused


def _voter(
    session: Session, actor: Actor, row: CouncilSession, *, now: datetime, lock: bool = False
) -> CouncilMember:
    """The member who votes; locked against themselves, so that two presses of one button come one after the other. The
    lock leaves foreign keys to the member alone: closing a vote writes some."""
    require_role(actor, Action.VOTE_IN_COUNCIL)
    voter = members.acting(session, actor, sessions.cycle_of(session, row), now=now)
    if lock:
        session.refresh(voter, with_for_update={"key_share": True})
    return voter


def _locked(session: Session, row: CouncilSession, wanted: Collection[str]) -> dict[str, AgendaItem]:
    """These items of the session, which nobody closes meanwhile. Raises NotFound for any other."""
    rows = select(AgendaItem).where(
        AgendaItem.session_id == row.id, col(AgendaItem.public_id).in_(list(wanted))
    )
    rows = rows.order_by(col(AgendaItem.id)).with_for_update(read=True)
    found = {item.public_id: item for item in session.exec(rows.execution_options(populate_existing=True))}
    for item_id in wanted:
        if item_id not in found:
            raise NotFound(item=item_id)
    return found


def _votes_by(session: Session, voter: CouncilMember, items: Iterable[AgendaItem]) -> dict[int, CouncilVote]:
    rows = select(CouncilVote).where(
        CouncilVote.member_id == voter.id, col(CouncilVote.item_id).in_([item.id for item in items])
    )
    return {vote.item_id: vote for vote in session.exec(rows)}


def _times(
    session: Session, actor: Actor, row: CouncilSession, items: Iterable[AgendaItem], now: datetime
) -> dict[ItemKind, BudgetRefusal | None]:
    """Is it the time to vote on items of these kinds?"""
    cycle = sessions.cycle_of(session, row)
    found: dict[ItemKind, BudgetRefusal | None] = {}
    for item in items:
        if item.kind not in found:
            try:
                _require_time(session, actor, cycle, item, now)
            except WrongPhase as refusal:
                found[item.kind] = refusal
            else:
                found[item.kind] = None
    return found


def _against(
    session: Session,
    voter: CouncilMember,
    item: AgendaItem,
    untimely: BudgetRefusal | None,
    conflicts: Mapping[int, ConflictKind],
    *,
    is_there: bool,
) -> BudgetRefusal | None:
    """What stands against this member's vote on an item. Raises Recused, NotEntitled: to ask is a fault in itself."""
    if voter.declared_at is None:
        return NotDeclared()
    kind = conflicts.get(item.project_id or 0)
    if kind is not None:
        raise Recused(kind=kind)
    if untimely is not None:
        return untimely
    if item.opened_at is None or item.closed_at is not None:
        return ItemNotOpen()
    if item.kind is ItemKind.APPEAL and voter.id in appeals.took_part(session, item.project_id):
        raise NotEntitled
    return None if is_there else NotPresent()


def close_items(
    session: Session, actor: Actor, public_id: str, item_ids: Sequence[str] | None = None, *, now: datetime
) -> list[rules.Decision]:
    """Close votes, these or all that are open, each with its result.

    Raises: NotFound, NotPermitted, SessionStep.
    """
    row = sessions.locked(session, actor, public_id)
    sessions.require_step(row, Step.UNDERWAY)
    cycle = sessions.cycle_of(session, row)
    wanted = None if item_ids is None else set(item_ids)
    decided = []
    for item in agenda.items_of(session, row):
        is_open = item.opened_at is not None and item.closed_at is None
        if is_open and (wanted is None or item.public_id in wanted):
            decided.append(_close(session, cycle, row, item, now))
    sessions.touch(session, row)
    results = [str(one.result) for one in decided]
    _record(session, actor, "session.close_votes", row, now, results=results)
    return decided


def votes_of(session: Session, item_ids: Sequence[int]) -> dict[int, list[CouncilVote]]:
    """The votes on items, by item, in the order of the members."""
    rows = select(CouncilVote).where(col(CouncilVote.item_id).in_(item_ids))
    found: dict[int, list[CouncilVote]] = {}
    for vote in session.exec(rows.order_by(col(CouncilVote.member_id))):
        found.setdefault(vote.item_id, []).append(vote)
    return found


def recusals_of(session: Session, item_ids: Sequence[int]) -> dict[int, list[Recusal]]:
    """Who stood aside, by item, as kept at the closing."""
    rows = select(Recusal).where(col(Recusal.item_id).in_(item_ids)).order_by(col(Recusal.member_id))
    found: dict[int, list[Recusal]] = {}
    for one in session.exec(rows):
        found.setdefault(one.item_id, []).append(one)
    return found


def counted(votes: Sequence[CouncilVote], floor: Floor) -> list[CouncilChoice]:
    """The choices that count: of members who are entitled still. Nobody's vote counts who stood aside meanwhile."""
    return [vote.choice for vote in votes if vote.member_id in floor.entitled]


def _close(
    session: Session, cycle: Cycle, row: CouncilSession, item: AgendaItem, now: datetime
) -> rules.Decision:
    session.refresh(item, with_for_update=True)  # a vote being cast is waited for, and counted
    floor = floor_of(session, row, item, now=now)
    votes = votes_of(session, [item.id or 0]).get(item.id or 0, [])
    voted = {vote.member_id for vote in votes if vote.member_id in floor.entitled}
    decision = rules.decide(
        cycle.council_quorum,
        cycle.council_majority,
        entitled=len(floor.entitled),
        present=len(floor.present | voted),  # who voted and then left was there
        choices=counted(votes, floor),
    )
    item.closed_at, item.result = now, decision.result
    item.entitled, item.present, item.needed = decision.entitled, decision.present, decision.needed
    item.votes_for, item.votes_against = decision.votes_for, decision.votes_against
    item.abstained = decision.abstained
    session.add(item)
    session.add_all(
        Recusal(item_id=item.id or 0, member_id=member_id, kind=kind)
        for member_id, kind in floor.recused.items()
    )
    session.flush()
    return decision


def _check(session: Session, row: CouncilSession, item: AgendaItem, now: datetime) -> None:
    """A motion that may be put to the vote: complete, about a project that waits for it, with a quorum."""
    project = session.get_one(Project, item.project_id) if item.project_id is not None else None
    number = project.number if project is not None else None
    lacking = motions.missing(item, project, departs=agenda.departs(session, item))
    if lacking:
        raise MotionIncomplete(number=number, missing=lacking)
    if project is not None and item.kind in (ItemKind.SCREENING, ItemKind.APPEAL):
        _refuse_moved_on(session, item, project)
    if item.kind is ItemKind.ORDER and sorted(item.content) != sorted(agenda.winning_ids(session, row)):
        raise OrderFault
    floor = floor_of(session, row, item, now=now)
    if not floor.entitled:
        raise NobodyEntitled(number=number)
    needed = rules.needed(sessions.cycle_of(session, row).council_quorum, len(floor.entitled))
    if len(floor.present) < needed:
        raise NoQuorum(number=number, present=len(floor.present), needed=needed)


def _refuse_moved_on(session: Session, item: AgendaItem, project: Project) -> None:
    wanted = ProjectState.SUBMITTED if item.kind is ItemKind.SCREENING else ProjectState.REJECTED
    if project.state is not wanted or project.version != item.version:
        raise MotionOutdated(number=project.number)
    mergers.refuse_open(session, project)


def _require_time(session: Session, actor: Actor, cycle: Cycle, item: AgendaItem, now: datetime) -> None:
    is_screening = item.kind in (ItemKind.SCREENING, ItemKind.APPEAL)
    action = Action.SCREEN_PROJECT if is_screening else Action.CONFIRM_RESULTS
    cycles.require(session, actor, action, cycle, now)


def _record(
    session: Session, actor: Actor, act: str, row: CouncilSession, now: datetime, **facts: object
) -> None:
    audit.record(
        session, actor, act, now=now, cycle_id=row.cycle_id, subject=f"session:{row.public_id}", **facts
    )
