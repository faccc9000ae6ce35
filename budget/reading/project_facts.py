"""The road of one project as values: what the council decided and asked, and what came of it, as far as published."""

from dataclasses import dataclass, field
from datetime import date, datetime

from budget.phases import Calendar
from budget.reading.projects import Address
from models.enums import (
    Answer,
    CaseOutcome,
    Criterion,
    DecidedBy,
    ItemKind,
    Language,
    ProjectPart,
    ScreeningOutcome,
    WorksStatus,
)


@dataclass(frozen=True, slots=True)
class Other:
    """Another project this one has to do with."""

    public_id: str
    number: int
    language: Language
    title_kk: str | None
    title_ru: str | None
    title_en: str | None


@dataclass(frozen=True, slots=True)
class Vote:
    """The vote of a published session that carried a decision."""

    session: int
    kind: ItemKind
    votes_for: int
    votes_against: int
    abstained: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What the author was asked to correct, in `language`, until when, and how it ended."""

    id: int
    language: Language
    due_at: datetime
    reminded_at: datetime | None
    resubmitted_at: datetime | None
    lapsed_at: datetime | None
    remarks: tuple[tuple[ProjectPart, str], ...] = ()

    @property
    def is_open(self) -> bool:
        """Is the project with its author?"""
        return self.resubmitted_at is None and self.lapsed_at is None


@dataclass(frozen=True, slots=True)
class Appealed:
    """The author's appeal against a rejection; its text is between the author and the council."""

    filed_at: datetime
    decide_by: datetime
    wants_hearing: bool
    hearing_at: datetime | None
    heard_at: datetime | None
    outcome: CaseOutcome | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided on a version, by whom, by which criteria, why. Reasons are in Kazakh and Russian alone, those
    from before the procedure was kept as data in one of them."""

    id: int
    at: datetime
    version: int
    outcome: ScreeningOutcome
    decided_by: DecidedBy
    criterion: Criterion | None
    clause: str
    reason_kk: str
    reason_ru: str
    appeal_until: datetime | None
    cost_reason_kk: str = ""
    cost_reason_ru: str = ""
    vote: Vote | None = None
    asked: Asked | None = None
    appeal: Appealed | None = None
    answers: tuple[tuple[Criterion, Answer], ...] = ()
    reason_en: str = ""
    cost_reason_en: str = ""

    @property
    def is_on_appeal(self) -> bool:
        """Does it answer an appeal?"""
        return self.vote is not None and self.vote.kind is ItemKind.APPEAL


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The body a project was sent on to."""

    body_kk: str
    body_ru: str
    contact: str
    ground: str
    number: str
    forwarded_on: date
    body_en: str = ""


@dataclass(frozen=True, slots=True)
class Joined:
    """Another project became part of this one."""

    at: datetime
    other: Other


@dataclass(frozen=True, slots=True)
class Word:
    """The council's word on the verdict of the count, in a session by its number."""

    at: datetime
    wins: bool
    departs: bool
    reason_kk: str
    reason_ru: str
    place: int | None
    session: int
    reason_en: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """An act of the reserve: a winner fell out, and `other` came in for it; None where nobody did."""

    at: datetime
    reason_kk: str
    reason_ru: str
    document: str
    other: Other | None
    reason_en: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A change of the works."""

    at: datetime
    status: WorksStatus
    reason: str
    language: str | None


@dataclass(frozen=True)
class Details:
    """What there may be several of. `versions` and `checks` by number of the text: when it was sent in, and when it was
    found complete."""

    calendar: Calendar
    addresses: tuple[Address, ...] = ()
    steps: tuple[Step, ...] = ()
    versions: dict[int, datetime] = field(default_factory=dict)
    checks: dict[int, datetime] = field(default_factory=dict)
    joined: tuple[Joined, ...] = ()
    answers: dict[int, tuple[tuple[Criterion, Answer], ...]] = field(default_factory=dict)
    remarks: dict[int, tuple[tuple[ProjectPart, str], ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class After:
    """What happened after the vote: the council's word, this project falling out, or coming in for another."""

    word: Word | None = None
    fell_out: Exchange | None = None
    came_in: Exchange | None = None
