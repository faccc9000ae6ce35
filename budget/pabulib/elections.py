"""An election as a `.pb` file tells it, and the ways in which a file can be wrong.

Money is integer: where a file has decimals (1331751.11), all its money is scaled by the same power of ten and
`Election.scale` says by how many digits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from budget.errors import MalformedFile, RuleNotSupported

__all__ = [
    "COUNTABLE",
    "WITHDRAWN_COST",
    "Election",
    "Fault",
    "MalformedFile",
    "Project",
    "RuleNotSupported",
    "Vote",
    "VoteType",
]

WITHDRAWN_COST = 999_999_999
"""The format's cost of a project withdrawn after the vote, in units of the currency."""


class VoteType(StrEnum):
    """What a vote says: a set, one project, a ranking, or points."""

    APPROVAL = "approval"
    CHOOSE_1 = "choose-1"
    ORDINAL = "ordinal"
    CUMULATIVE = "cumulative"
    SCORING = "scoring"


COUNTABLE = frozenset({VoteType.APPROVAL, VoteType.CHOOSE_1})
"""Votes that are sets of projects, so that anybody can recount them."""


class Fault(StrEnum):
    """Why a file is refused. Facts beside `line` and `fault` are given in brackets."""

    NOT_UTF8 = "not_utf8"
    BAD_QUOTING = "bad_quoting"
    TEXT_BEFORE_META = "text_before_meta"
    MISSING_SECTION = "missing_section"  # section
    SECTION_OUT_OF_ORDER = "section_out_of_order"  # section
    BAD_HEADER = "bad_header"  # section
    MISSING_COLUMN = "missing_column"  # section, column
    DUPLICATE_COLUMN = "duplicate_column"  # section, column
    WRONG_NUMBER_OF_FIELDS = "wrong_number_of_fields"  # section, expected, found
    DUPLICATE_KEY = "duplicate_key"  # key
    MISSING_KEY = "missing_key"  # key
    NOT_A_NUMBER = "not_a_number"  # name, value
    NOT_A_WHOLE_NUMBER = "not_a_whole_number"  # name, value
    OUT_OF_RANGE = "out_of_range"  # name, value
    UNKNOWN_VOTE_TYPE = "unknown_vote_type"  # value
    EMPTY_ID = "empty_id"  # section
    COMMA_IN_ID = "comma_in_id"  # project
    DUPLICATE_PROJECT = "duplicate_project"  # project
    DUPLICATE_VOTER = "duplicate_voter"  # voter
    UNKNOWN_PROJECT = "unknown_project"  # voter, project
    TOO_MANY_CHOICES = "too_many_choices"  # voter, allowed, found
    TOO_FEW_CHOICES = "too_few_choices"  # voter, required, found
    POINTS_MISMATCH = "points_mismatch"  # voter, projects, points
    PROJECTS_DIFFER = "projects_differ"  # announced, found
    VOTES_DIFFER = "votes_differ"  # announced, found


@dataclass(frozen=True, slots=True)
class Project:
    """A row of PROJECTS. `cost` is scaled money; `votes`, `score`, `selected` are None where there is no column.

    `fields` holds the other columns by name, as text (`category`, `beneficiaries`, `latitude` …).
    """

    id: str
    cost: int
    votes: int | None
    score: int | None
    selected: int | None
    name: str
    fields: Mapping[str, str]
    withdrawn: bool
    line: int


@dataclass(frozen=True, slots=True)
class Vote:
    """A row of VOTES: project ids as given (order matters in ordinal files), points beside them or none.

    `method` is `internet`, `paper` or "" (not said). Age, sex and the like are left in the file.
    """

    voter: str
    projects: tuple[str, ...]
    points: tuple[int, ...]
    method: str
    line: int


@dataclass(frozen=True, slots=True)
class Election:
    """A read file. `budget` and costs are money times 10**scale; `lines` says where each key of META stands."""

    meta: Mapping[str, str]
    projects: tuple[Project, ...]
    votes: tuple[Vote, ...]
    budget: int
    scale: int
    vote_type: VoteType
    rule: str
    minimum_votes: int
    lines: Mapping[str, int]

    @property
    def has_scores(self) -> bool:
        """Does the file rank by points (column `score`) instead of by votes?"""
        return any(project.score is not None for project in self.projects)

    @property
    def has_votes(self) -> bool:
        return any(project.votes is not None for project in self.projects)
