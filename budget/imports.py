"""A Pabulib election becomes a finished cycle (origin `pabulib`) that the site shows like any other.

Shown is only what the file itself says and what follows from it by its own rule:
- a rule that is neither `skip` nor `stop` is refused (`RuleNotSupported`), because its winners could not be derived
  from the rows shown; so is an outcome that differs from the file's own column `selected`;
- approval and choose-1 votes become opened ballots and are recounted from them. Rankings and points can't be ballots
  of ours: their projects carry the published score, and the title says that it counts points;
- decimals are rounded to whole units of the currency, if every verdict stays the same, else the file is refused;
- a title in a language that is not ours stands in the English column. What the file does not say (a calendar of
  phases, ages, ways of identifying) is not invented.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, select

from budget import audit, results, sums
from budget.allocation import Allocation, FileOrder
from budget.errors import SettingFault, SlugTaken
from budget.pabulib import Difference, Election, official_rule, reallocate, recount
from budget.pabulib.elections import COUNTABLE
from budget.permissions import SYSTEM
from budget.reading.folding import folded_project
from budget.settings import RESERVED_SLUGS, SLUG, Text
from models.ballot import BALLOT_COLUMNS, CHOICE_COLUMNS, Ballot, BallotChoice
from models.base import new_public_id
from models.bulk import insert_rows
from models.cycle import Cycle, Envelope
from models.enums import AllocationRule, BallotStatus, Language, Origin, ProjectState
from models.project import Project
from models.result import Count

_BATCH = 2_000
_NO_CURRENCY = "XXX"  # ISO 4217: no currency is involved
_POINTS = Text("ұпаймен", "в баллах", "in points")
_PLAIN = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "ß": "ss", "æ": "ae"})
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


class NotShownTruthfully(Exception):
    """The file's outcome can't be derived from the rows we would show. `reason`: outcome, decimals or year."""

    def __init__(self, reason: str, ours: Sequence[str] = (), official: Sequence[str] = ()) -> None:
        super().__init__(reason)
        self.reason, self.ours, self.official = reason, tuple(ours), tuple(official)


@dataclass(frozen=True)
class Imported:
    """The cycle made of a file, and where the file's own votes column differs from its ballots."""

    cycle: Cycle
    allocation: Allocation
    differences: tuple[Difference, ...]
    is_rounded: bool


def import_election(
    session: Session,
    election: Election,
    *,
    slug: str | None = None,
    now: datetime,
    heard: Callable[[int], object] = lambda _votes: None,
) -> Imported:
    """Write the election as a finished, published cycle. `heard` hears how many votes were written.

    Raises: RuleNotSupported, NotShownTruthfully, SlugTaken, SettingFault(slug).
    """
    rule = official_rule(election).rule
    shown = _rounded(election)
    _refuse_other_outcome(shown)
    address = slug or suggested_slug(shown)
    _refuse_slug(session, address)
    cycle = _cycle(shown, address, rule, now)
    session.add(cycle)
    session.flush()
    envelope = _envelope(session, cycle, shown)
    ids = _write_projects(session, cycle, envelope, shown, now)
    if shown.vote_type in COUNTABLE:
        _write_ballots(session, envelope, shown, ids, heard)
        votes = results.tally(session, cycle.id or 0)
    else:
        votes = {ids[verdict.id]: verdict.votes for verdict in reallocate(shown).verdicts}
        heard(len(shown.votes))
    allocation = results.certify(
        session, cycle, votes, terms=sums.of_cycle(session, cycle), order=FileOrder(), now=now
    )
    _complete_count(session, cycle, shown)
    cycle.results_published_at = now
    facts = {"vote_type": str(shown.vote_type), "rule": shown.rule, "votes": len(shown.votes)}
    audit.record(session, SYSTEM, "import.pabulib", now=now, cycle_id=cycle.id, subject=address, **facts)
    return Imported(cycle, allocation, recount(election), shown is not election)


def suggested_slug(election: Election) -> str:
    """An address from the file's unit, subunit and instance, in plain letters; a long one keeps its instance."""
    *place, instance = (_plain_words(election.meta.get(key, "")) for key in ("unit", "subunit", "instance"))
    front = "-".join(["pb", *(word for words in place for word in words)])
    end = "-".join(instance)[-20:].lstrip("-")
    return f"{front[: 59 - len(end)].rstrip('-')}-{end}".rstrip("-")


def _plain_words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.translate(_PLAIN)).encode("ascii", "ignore").decode()
    return re.findall(r"[a-z0-9]+", plain.lower())


def _rounded(election: Election) -> Election:
    """The election in whole units of its currency. Raises NotShownTruthfully where that changes a verdict."""
    if election.scale == 0:
        return election
    unit: int = 10**election.scale

    def whole(amount: int) -> int:
        return (2 * amount + unit) // (2 * unit)

    projects = tuple(replace(project, cost=whole(project.cost)) for project in election.projects)
    rounded = replace(election, budget=whole(election.budget), projects=projects, scale=0)
    exact, ours = reallocate(election), reallocate(rounded)
    if [(v.id, v.kind) for v in exact.verdicts] != [(v.id, v.kind) for v in ours.verdicts]:
        raise NotShownTruthfully("decimals", ours.winners, exact.winners)
    return rounded


def _refuse_other_outcome(election: Election) -> None:
    """By the ballots, where the file has them; by the published column otherwise."""
    winners = reallocate(election, recounted=election.vote_type in COUNTABLE).winners
    if all(project.selected is None for project in election.projects):
        return
    official = [project.id for project in election.projects if project.selected == 1]
    if set(official) != set(winners):
        raise NotShownTruthfully("outcome", winners, official)


def _refuse_slug(session: Session, slug: str) -> None:
    if not SLUG.fullmatch(slug) or slug in RESERVED_SLUGS:
        raise SettingFault(setting="slug", fault="shape")
    if session.exec(select(Cycle.id).where(Cycle.slug == slug)).first() is not None:
        raise SlugTaken(slug=slug)


def _cycle(election: Election, slug: str, rule: AllocationRule, now: datetime) -> Cycle:
    meta = election.meta
    name = ", ".join(_names(election))
    points = "" if election.vote_type in COUNTABLE else " ({})"
    longest = max((len(set(vote.projects)) for vote in election.votes), default=1)
    highest = meta.get("max_length", "")
    return Cycle(
        slug=slug,
        origin=Origin.PABULIB,
        year=_year(election),
        title_kk=name + points.format(_POINTS.kk),
        title_ru=name + points.format(_POINTS.ru),
        title_en=name + points.format(_POINTS.en),
        currency=(meta.get("currency") or _NO_CURRENCY)[:3].upper(),
        allotted_tenge=election.budget,
        votes_per_resident=int(highest) if highest.isdecimal() and int(highest) > 0 else max(longest, 1),
        minimum_age=0,
        minimum_votes=election.minimum_votes,
        rule=rule,
        created_at=now,
        published_at=now,
    )


def _names(election: Election) -> Iterator[str]:
    """Unit, subunit and instance: proper names, the same in every language; the description when there are none."""
    named = [election.meta.get(key, "") for key in ("unit", "subunit", "instance")]
    found = [name for name in named if name] or [election.meta.get("description", "") or "Pabulib"]
    yield from dict.fromkeys(found)


def _year(election: Election) -> int:
    for key in ("instance", "date_end", "date_begin", "edition"):
        found = _YEAR.findall(election.meta.get(key, ""))
        if found:
            return int(found[-1])
    raise NotShownTruthfully("year")


def _envelope(session: Session, cycle: Cycle, election: Election) -> Envelope:
    name = election.meta.get("subunit") or election.meta.get("unit") or cycle.slug
    envelope = Envelope(
        public_id=new_public_id(),
        cycle_id=cycle.id or 0,
        position=1,
        name_kk=name,
        name_ru=name,
        name_en=name,
        total_tenge=election.budget,
    )
    session.add(envelope)
    session.flush()
    return envelope


def _write_projects(
    session: Session, cycle: Cycle, envelope: Envelope, election: Election, now: datetime
) -> dict[str, int]:
    """The projects in the order of the rows; row ids by the file's ids."""
    named = election.meta.get("language", "")
    language = Language(named) if named in set(Language) else Language.EN
    rows = {}
    for number, project in enumerate(election.projects, start=1):
        row = Project(
            public_id=new_public_id(),
            cycle_id=cycle.id or 0,
            number=number,
            external_id=project.id[:80],
            language=language,
            envelope_id=envelope.id,
            cost_tenge=project.cost or None,
            state=ProjectState.WITHDRAWN if project.withdrawn else ProjectState.ADMITTED,
            withdrawn_at=now if project.withdrawn else None,
        )
        setattr(row, f"title_{language}", " ".join(project.name.split()) or project.id)
        row.folded = folded_project(row)
        session.add(row)
        rows[project.id] = row
    session.flush()
    return {project: row.id or 0 for project, row in rows.items()}


def _write_ballots(
    session: Session,
    envelope: Envelope,
    election: Election,
    ids: Mapping[str, int],
    heard: Callable[[int], object],
) -> None:
    """Each vote as an opened ballot; a project named twice in a vote counts once."""
    first = (session.exec(select(sa.func.max(Ballot.id))).one() or 0) + 1
    for start in range(0, len(election.votes), _BATCH):
        ballots: list[tuple[Any, ...]] = []
        choices: list[tuple[int, int]] = []
        for number, vote in enumerate(election.votes[start : start + _BATCH], start=first + start):
            chosen = sorted({ids[project] for project in vote.projects})
            status = BallotStatus.VALID if chosen else BallotStatus.EMPTY
            envelope_id = envelope.id if chosen else None
            ballots.append((number, envelope.cycle_id, envelope_id, None, status.value, ""))
            choices += [(number, project) for project in chosen]
        insert_rows(session.connection(), Ballot, BALLOT_COLUMNS, ballots)
        insert_rows(session.connection(), BallotChoice, CHOICE_COLUMNS, choices)
        heard(len(ballots))


def _complete_count(session: Session, cycle: Cycle, election: Election) -> None:
    """The file knows how many voted; who they were, and rankings and points, it has no ballots of ours for."""
    row = session.exec(select(Count).where(Count.cycle_id == cycle.id)).one()
    row.participations = len(election.votes)
    if election.vote_type not in COUNTABLE:
        row.valid = len(election.votes)
    session.flush()
