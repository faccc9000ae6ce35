"""Writes one envelope of a finished cycle as a `.pb` file (format of April 2026).

Nothing of a voter goes in but the set of projects: votes are sorted by what they say, numbered after that, and the
projects of a vote stand in the order of the rows, so the file keeps no trace of who voted when or clicked what
first. The rows of PROJECTS must come in the official order, which is how the format carries the order of ties.
"""

import csv
import io
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from budget.pabulib.elections import WITHDRAWN_COST
from models.enums import AllocationRule, VerdictKind

_SELECTED = {VerdictKind.WON: 1, VerdictKind.WON_LEFTOVERS: 2}


@dataclass(frozen=True, slots=True)
class ExportProject:
    """A project of the envelope with its verdict; `cost` in tenge. Optional columns appear if any project has one."""

    id: str
    cost: int
    votes: int
    name: str
    verdict: VerdictKind
    category: tuple[str, ...] = ()
    beneficiaries: tuple[str, ...] = ()
    latitude: str = ""
    longitude: str = ""


def write(
    *,
    description: str,
    unit: str,
    instance: str,
    budget_tenge: int,
    rule: AllocationRule,
    minimum_votes: int,
    votes_per_resident: int,
    begin_on: date,
    end_on: date,
    language: str,
    projects: Sequence[ExportProject],
    ballots: Iterable[Iterable[str]],
    district: str = "",
    subunit: str = "",
    comments: Iterable[str] = (),
) -> str:
    """The text of the file.

    `ballots`: the project ids of each valid ballot of this envelope, in any order; empty ones are left out with a
    comment, for the format has none. `unit` is the city, `subunit` the envelope if the cycle has several,
    `begin_on` and `end_on` the first and last day of voting. Won from leftovers is written as `selected` 2.
    A project withdrawn after the vote gets the format's cost 999999999 and a comment with its real cost; where the
    envelope is that large it is left out, from the votes too, because it would be affordable.
    Raises ValueError for a ballot with an unknown project.
    """
    kept = [p for p in projects if not _is_withdrawn(p) or budget_tenge < WITHDRAWN_COST]
    votes, empty = _votes(projects, kept, ballots)
    remarks = [*comments, *_remarks(projects, kept, empty)]
    costs = [WITHDRAWN_COST if _is_withdrawn(p) else p.cost for p in kept]
    meta: list[tuple[str, object]] = [
        ("description", description),
        ("country", "Kazakhstan"),
        ("unit", unit),
        ("district", district),
        ("subunit", subunit),
        ("instance", instance),
        ("num_projects", len(kept)),
        ("num_votes", votes.total()),
        ("budget", budget_tenge),
        ("vote_type", "choose-1" if votes_per_resident == 1 else "approval"),
        ("rule", _rule_name(rule, minimum_votes)),
        ("date_begin", begin_on.strftime("%d.%m.%Y")),
        ("date_end", end_on.strftime("%d.%m.%Y")),
        ("min_length", 1),
        ("max_length", min(votes_per_resident, len(kept))),
        ("min_project_score_threshold", minimum_votes or ""),
        ("language", language),
        ("currency", "KZT"),
        ("fully_funded", 1 if sum(costs) <= budget_tenge else ""),
        ("comment", " ".join(f"#{number}: {text}" for number, text in enumerate(remarks, start=1))),
    ]
    rows: list[Sequence[object]] = [["META"], ["key", "value"]]
    rows += [(key, _line(value)) for key, value in meta if value != ""]
    rows += [["PROJECTS"], *_project_rows(kept, costs)]
    rows += [["VOTES"], ["voter_id", "vote"]]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerows(rows)
    writer.writerows(_vote_rows(kept, votes))
    return out.getvalue()


def _is_withdrawn(project: ExportProject) -> bool:
    return project.verdict is VerdictKind.WITHDRAWN


def _rule_name(rule: AllocationRule, minimum_votes: int) -> str:
    if rule is AllocationRule.STOP:
        return "greedy-no-skip"
    return "greedy-threshold" if minimum_votes else "greedy"


def _votes(
    projects: Sequence[ExportProject], kept: Sequence[ExportProject], ballots: Iterable[Iterable[str]]
) -> tuple[Counter[tuple[int, ...]], int]:
    """How often each vote is there, as numbers of rows, and how many ballots are left out because nothing is on them."""
    known = {project.id for project in projects}
    rows = {project.id: row for row, project in enumerate(kept)}
    votes: Counter[tuple[int, ...]] = Counter()
    for ballot in ballots:
        chosen = set(ballot)
        if not chosen <= known:
            msg = "a ballot names a project that is not in the list"
            raise ValueError(msg)
        votes[tuple(sorted(rows[project] for project in chosen if project in rows))] += 1
    empty = votes.pop((), 0)
    return votes, empty


def _vote_rows(kept: Sequence[ExportProject], votes: Counter[tuple[int, ...]]) -> Iterator[tuple[int, str]]:
    voters = itertools.count(1)
    for vote in sorted(votes):
        chosen = ",".join([kept[row].id for row in vote])
        for _ in range(votes[vote]):
            yield next(voters), chosen


def _remarks(projects: Sequence[ExportProject], kept: Sequence[ExportProject], empty: int) -> Iterable[str]:
    if empty:
        yield f"Valid ballots that name none of these projects are not listed: {empty}."
    kept_ids = {project.id for project in kept}
    for project in projects:
        if not _is_withdrawn(project):
            continue
        listed = "listed with the cost of withdrawn projects" if project.id in kept_ids else "not listed"
        yield (
            f"Project {project.id} was withdrawn after the vote and is {listed}; "
            f"its cost was {project.cost}, its votes {project.votes}."
        )
    if any(project.verdict is VerdictKind.WON_LEFTOVERS for project in projects):
        yield "Projects marked 2 in the selected column were funded from money left over in all envelopes."


def _project_rows(projects: Sequence[ExportProject], costs: Sequence[int]) -> Iterable[list[object]]:
    optional = [c for c in ("category", "beneficiaries") if any(getattr(p, c) for p in projects)]
    coordinates = ["latitude", "longitude"] if any(p.latitude and p.longitude for p in projects) else []
    yield ["project_id", "cost", "votes", "name", *optional, "selected", *coordinates]
    for project, cost in zip(projects, costs, strict=True):
        lists = [_list(getattr(project, column)) for column in optional]
        selected = _SELECTED.get(project.verdict, 0)
        place = [project.latitude, project.longitude] if coordinates else []
        yield [project.id, cost, project.votes, _line(project.name), *lists, selected, *place]


def _list(items: Iterable[str]) -> str:
    return ",".join(_line(item.replace(",", " ")) for item in items)


def _line(value: object) -> str:
    """On one line: the format's checker reads line by line."""
    return " ".join(str(value).split())
