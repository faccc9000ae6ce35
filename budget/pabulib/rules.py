"""What a file's own rule means for us, and a check of its published figures against its votes.

`greedy` and `greedy-threshold` are `skip`, `greedy-no-skip` is `stop`; `min_project_score_threshold` is the minimum
of each of them (the format: "even if a project fits, it will not be selected unless it meets this threshold"; the
`greedy-no-skip` files of Gdynia carry one). Projects are ranked by the column `score` where there is one, else by
`votes`; ties stand in the order of the rows. `greedy-exclusive`, `greedy-custom` and `equalshares…` follow rules
the file does not hold, so they are refused unless the caller names a rule.
"""

from dataclasses import dataclass

from budget.allocation import Allocation, Candidate, EnvelopeSum, FileOrder, allocate
from budget.pabulib.elections import COUNTABLE, Election, RuleNotSupported
from budget.tally import Ballot, count
from models.enums import AllocationRule

_RULES = {
    "greedy": AllocationRule.SKIP,
    "greedy-threshold": AllocationRule.SKIP,
    "greedy-no-skip": AllocationRule.STOP,
}


@dataclass(frozen=True, slots=True)
class OfficialRule:
    """The file's rule in our words."""

    rule: AllocationRule
    minimum_votes: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A project whose published votes are not what its ballots say."""

    project: str
    published: int
    counted: int


def official_rule(election: Election) -> OfficialRule:
    """Raises RuleNotSupported (line, rule) for a rule that is neither `skip` nor `stop`."""
    if election.rule not in _RULES:
        raise RuleNotSupported(line=election.lines["rule"], rule=election.rule)
    return OfficialRule(_RULES[election.rule], election.minimum_votes)


def reallocate(
    election: Election, rule: AllocationRule | None = None, *, recounted: bool = False
) -> Allocation:
    """Allocate the file's money by `rule`, or by its own; always with the file's minimum.

    Ranked by the published column, or with `recounted` (approval and choose-1 files) by the votes in the file.
    Scaled money (see `Election.scale`); the one envelope's id is "". Raises RuleNotSupported when the file's own
    rule is asked for and it is none of ours.
    """
    chosen = rule or official_rule(election).rule
    support = _counted(election) if recounted else _support(election)
    candidates = [Candidate(p.id, p.cost, support[p.id], "", p.withdrawn) for p in election.projects]
    envelope = EnvelopeSum("", election.budget)
    minimum = election.minimum_votes
    return allocate(candidates, [envelope], rule=chosen, minimum_votes=minimum, order=FileOrder())


def recount(election: Election) -> tuple[Difference, ...]:
    """Where the published votes of an approval or choose-1 file differ from its ballots, in order of the rows.

    A vote counts once for a project even if it names it twice. Empty for other kinds of votes and for files
    without the column.
    """
    if election.vote_type not in COUNTABLE:
        return ()
    counted = _counted(election)
    return tuple(
        Difference(project.id, project.votes, counted[project.id])
        for project in election.projects
        if project.votes is not None and project.votes != counted[project.id]
    )


def repeated_choices(election: Election) -> int:
    """How many votes name a project more than once."""
    return sum(len(set(vote.projects)) < len(vote.projects) for vote in election.votes)


def _support(election: Election) -> dict[str, int]:
    """What each project is ranked by: score, else votes, else our own count."""
    if election.has_scores:
        return {project.id: project.score or 0 for project in election.projects}
    if election.has_votes:
        return {project.id: project.votes or 0 for project in election.projects}
    return _counted(election)


def _counted(election: Election) -> dict[str, int]:
    counted = count(Ballot("", vote.projects) for vote in election.votes)
    return {project.id: counted.get(project.id, 0) for project in election.projects}
