"""The city rule, "most votes first": `skip` and `stop`, each envelope on its own, then the leftovers.

`skip` goes down the order and takes what fits; `stop` does the same and ends at the first that does not fit.
Leftovers, when the setting says so: winners stay, what is left of all envelopes is pooled, and one `skip` pass
goes over the remaining projects of all envelopes. Never a re-run with a larger sum, which makes winners lose.
In the words of the literature: greedy utilitarian welfare with cost satisfaction (Rey, Maly, "The (Computational)
Social Choice Take on Indivisible Participatory Budgeting", 2023). O(n log n).
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from budget.allocation.order import Ordering, TieOrder
from budget.allocation.values import Allocation, Candidate, EnvelopeResult, EnvelopeSum, Verdict
from models.enums import AllocationRule, VerdictKind

_LOST_AT_TURN = (VerdictKind.DOES_NOT_FIT, VerdictKind.LOST_LOT)


@dataclass(frozen=True, slots=True)
class _Turn:
    before: int
    after: int
    kind: VerdictKind


@dataclass(frozen=True, slots=True)
class _Contest:
    """One envelope: all its projects in order, which are out of the running and why, and the turns taken."""

    envelope: EnvelopeSum
    projects: list[Candidate]
    excluded: Mapping[str, VerdictKind]
    turns: dict[str, _Turn]

    def running(self) -> list[Candidate]:
        return [c for c in self.projects if c.id not in self.excluded]

    def winners(self) -> list[Candidate]:
        return [c for c in self.projects if self.turns[c.id].kind is VerdictKind.WON]

    def remaining(self) -> int:
        return self.envelope.total - sum(c.cost for c in self.winners())


def allocate(
    candidates: Iterable[Candidate],
    envelopes: Iterable[EnvelopeSum],
    *,
    rule: AllocationRule,
    minimum_votes: int = 0,
    leftovers: bool = False,
    order: TieOrder,
) -> Allocation:
    """Decide every project.

    Raises UndecidedTie where two eligible projects of one envelope (or, in the pass over the leftovers, two
    remaining ones of any) have the same votes and cost and the lot does not order them; ValueError for an unknown
    envelope or an id given twice.
    """
    given = tuple(candidates)
    sums = tuple(envelopes)
    _check(given, sums)
    ordering = Ordering(given, order)
    by_envelope: dict[str, list[Candidate]] = {envelope.id: [] for envelope in sums}
    for candidate in given:
        by_envelope[candidate.envelope].append(candidate)
    contests = [_contest(e, by_envelope[e.id], rule, minimum_votes, ordering) for e in sums]
    shared = _share_leftovers(contests, ordering) if leftovers else {}
    return _result(contests, shared, ordering, minimum_votes)


def _check(candidates: Sequence[Candidate], envelopes: Sequence[EnvelopeSum]) -> None:
    known = {envelope.id for envelope in envelopes}
    if len(known) != len(envelopes):
        msg = "an envelope is given twice"
        raise ValueError(msg)
    if len({candidate.id for candidate in candidates}) != len(candidates):
        msg = "a project is given twice"
        raise ValueError(msg)
    if any(candidate.envelope not in known for candidate in candidates):
        msg = "a project belongs to no envelope"
        raise ValueError(msg)


def _exclusion(candidate: Candidate, total: int, minimum_votes: int) -> VerdictKind | None:
    """Eligible: not withdrawn, 0 < cost <= envelope, votes >= minimum."""
    if candidate.withdrawn:
        return VerdictKind.WITHDRAWN
    if not 0 < candidate.cost <= total:
        return VerdictKind.INELIGIBLE
    if candidate.votes < minimum_votes:
        return VerdictKind.BELOW_MINIMUM
    return None


def _contest(
    envelope: EnvelopeSum,
    candidates: Sequence[Candidate],
    rule: AllocationRule,
    minimum_votes: int,
    ordering: Ordering,
) -> _Contest:
    reasons = {c.id: _exclusion(c, envelope.total, minimum_votes) for c in candidates}
    excluded = {project: kind for project, kind in reasons.items() if kind is not None}
    contest = _Contest(envelope, ordering.sort(candidates, last=excluded), excluded, {})
    ordering.refuse_undecided(contest.running())
    contest.turns.update(_go_down(contest.projects, envelope.total, rule, excluded, ordering.has_lot))
    return contest


def _go_down(
    projects: Iterable[Candidate],
    money: int,
    rule: AllocationRule,
    excluded: Mapping[str, VerdictKind],
    has_lot: bool,
) -> dict[str, _Turn]:
    """Each project's turn. Those excluded are passed over: they take no money and stop nothing."""
    turns: dict[str, _Turn] = {}
    stopped = False
    group: tuple[int, int] | None = None
    group_had_money = False  # the first of this tied group could be paid: whoever of it loses, lost the lot
    for project in projects:
        if project.id in excluded:
            turns[project.id] = _Turn(money, money, excluded[project.id])
            continue
        fits = not stopped and project.cost <= money
        if (project.votes, project.cost) != group:
            group, group_had_money = (project.votes, project.cost), fits
        if fits:
            turns[project.id] = _Turn(money, money - project.cost, VerdictKind.WON)
            money -= project.cost
            continue
        lost = VerdictKind.AFTER_STOP if stopped else VerdictKind.DOES_NOT_FIT
        kind = VerdictKind.LOST_LOT if group_had_money and has_lot else lost
        turns[project.id] = _Turn(money, money, kind)
        stopped = rule is AllocationRule.STOP
    return turns


def _share_leftovers(contests: Sequence[_Contest], ordering: Ordering) -> dict[str, _Turn]:
    """One skip pass over the remaining projects of all envelopes with the pooled money, in pass order."""
    remaining = [c for t in contests for c in t.running() if t.turns[c.id].kind is not VerdictKind.WON]
    queue = ordering.sort(remaining)
    ordering.refuse_undecided(queue)
    money = sum(contest.remaining() for contest in contests)
    return _go_down(queue, money, AllocationRule.SKIP, {}, ordering.has_lot)


def _result(
    contests: Sequence[_Contest], shared: Mapping[str, _Turn], ordering: Ordering, minimum_votes: int
) -> Allocation:
    paid_by_pool = {project: t.before - t.after for project, t in shared.items() if t.kind is VerdictKind.WON}
    sums = []
    for contest in contests:
        remaining = contest.remaining()
        theirs = sum(paid_by_pool.get(c.id, 0) for c in contest.projects)
        total = contest.envelope.total
        sums.append(EnvelopeResult(contest.envelope.id, total, total - remaining, remaining, theirs))
    spent = sum(s.spent + s.from_leftovers for s in sums)
    return Allocation(
        verdicts=tuple(
            v for contest in contests for v in _verdicts(contest, shared, ordering, minimum_votes)
        ),
        winners=(*(c.id for contest in contests for c in contest.winners()), *paid_by_pool),
        spent=spent,
        remaining=sum(s.total for s in sums) - spent,
        envelopes=tuple(sums),
    )


def _verdicts(
    contest: _Contest, shared: Mapping[str, _Turn], ordering: Ordering, minimum_votes: int
) -> Iterable[Verdict]:
    barriers = _barriers(contest)
    heights = [-contest.turns[barrier.id].before for barrier in barriers]
    place = 0
    for project in contest.projects:
        turn = _deciding_turn(contest.turns[project.id], shared.get(project.id))
        place += project.id not in contest.excluded
        missing_votes = None
        if turn.kind is VerdictKind.BELOW_MINIMUM:
            missing_votes = minimum_votes - project.votes
        elif turn.kind in {*_LOST_AT_TURN, VerdictKind.AFTER_STOP}:
            barrier = barriers[bisect_right(heights, -project.cost) - 1]
            overtakes = ordering.would_precede(project, barrier)
            missing_votes = barrier.votes - project.votes + (0 if overtakes else 1)
        yield Verdict(
            id=project.id,
            envelope=project.envelope,
            place=None if project.id in contest.excluded else place,
            votes=project.votes,
            cost=project.cost,
            remaining_before=turn.before,
            remaining_after=turn.after,
            kind=turn.kind,
            missing_votes=missing_votes,
            missing_tenge=_missing_tenge(project, turn, contest.envelope.total),
        )


def _deciding_turn(own: _Turn, pooled: _Turn | None) -> _Turn:
    """The turn in the pass over the leftovers, if there was one. Who lost the lot at home still lost the lot."""
    if pooled is None:
        return own
    if pooled.kind is VerdictKind.WON:
        return _Turn(pooled.before, pooled.after, VerdictKind.WON_LEFTOVERS)
    kind = VerdictKind.LOST_LOT if own.kind is VerdictKind.LOST_LOT else pooled.kind
    return _Turn(pooled.before, pooled.after, kind)


def _barriers(contest: _Contest) -> list[Candidate]:
    """The turns that change what a later project can win: each winner, and under `stop` the one that stopped.

    Their money before the turn only falls, so the last barrier with money enough for a loser is the one it would
    have had to overtake. An eligible loser always has one: the first turn has the whole envelope.
    """
    turns = contest.turns
    barriers = contest.winners()
    after_stop = [c for c in contest.projects if turns[c.id].kind is VerdictKind.AFTER_STOP]
    if after_stop:
        losers = (c for c in contest.running() if turns[c.id].kind is not VerdictKind.WON)
        barriers.append(next(losers))
    return barriers


def _missing_tenge(project: Candidate, turn: _Turn, total: int) -> int | None:
    if turn.kind in _LOST_AT_TURN:
        return project.cost - turn.before
    if turn.kind is VerdictKind.INELIGIBLE and project.cost > total:
        return project.cost - total
    return None
