"""A published result: per envelope every project's place, votes, money and verdict; turnout; the lot; and beside what
was computed the council's word, the order of implementation and the reserve.

Nothing is read before `results_published_at`; whoever asks earlier gets None, so no page can leak a count. The council's
word has rows only once its session is published.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from budget.reading.calendars import Meeting
from budget.reading.cycles import CycleView, EnvelopeFacts
from budget.turnout import Dimension, TookPart, took_part
from models.confirmation import Confirmation, ReserveUse
from models.council_session import CouncilSession
from models.cycle import Envelope
from models.enums import WINNING, Language, SessionKind, VerdictKind, WorksStatus
from models.project import Project
from models.result import Count, VerdictRow
from models.result import Turnout as TurnoutRow
from models.works import Works

SHORT_OF_MONEY = (VerdictKind.DOES_NOT_FIT, VerdictKind.AFTER_STOP, VerdictKind.LOST_LOT)
OUT_OF_RUNNING = (VerdictKind.BELOW_MINIMUM, VerdictKind.WITHDRAWN, VerdictKind.INELIGIBLE)


@dataclass(frozen=True, slots=True)
class Word:
    """The council's word on a project: built or not, departing from the count or not, `place` in the order of works."""

    wins: bool
    departs: bool
    reason_kk: str
    reason_ru: str
    place: int | None
    decided_at: datetime
    reason_en: str = ""


@dataclass(frozen=True, slots=True)
class FellOut:
    """A winner that will not be built after all, and by its row the project that came in from the reserve, if any."""

    reason_kk: str
    reason_ru: str
    document: str
    recorded_at: datetime
    came_in: int | None
    reason_en: str = ""


class Line(NamedTuple):
    """A project in the result; sums in the cycle's currency. A tuple, because a result makes hundreds."""

    public_id: str
    number: int
    language: Language
    title_kk: str | None
    title_ru: str | None
    title_en: str | None
    position: int
    place: int | None
    votes: int
    cost_tenge: int
    remaining_before_tenge: int
    remaining_after_tenge: int
    kind: VerdictKind
    missing_votes: int | None
    missing_tenge: int | None
    works: WorksStatus | None
    id: int = 0
    word: Word | None = None
    fell_out: FellOut | None = None

    @property
    def is_won(self) -> bool:
        """Did the count say that it gets built? The council's word stands beside it."""
        return self.kind in WINNING


@dataclass(frozen=True)
class EnvelopeOutcome:
    """An envelope with its projects in the order of the count."""

    envelope: EnvelopeFacts
    lines: tuple[Line, ...]

    @cached_property
    def spent_tenge(self) -> int:
        """Cost of its winners, those paid from the leftovers included."""
        return sum(line.cost_tenge for line in self.lines if line.is_won)

    @property
    def from_leftovers_tenge(self) -> int:
        """Cost of its winners that the leftovers of all envelopes paid."""
        return sum(line.cost_tenge for line in self.lines if line.kind is VerdictKind.WON_LEFTOVERS)

    @cached_property
    def _below(self) -> tuple[Line, ...]:
        """The projects after the last winner of the first pass."""
        won = [index for index, line in enumerate(self.lines) if line.kind is VerdictKind.WON]
        return self.lines[won[-1] + 1 if won else 0 :]

    @cached_property
    def cut(self) -> Line | None:
        """The first project below the winners of the first pass: a line is drawn above it. None where nothing
        below was short of money or votes. A rule that passes over leaves dearer projects unpaid above the line."""
        short = (*SHORT_OF_MONEY, VerdictKind.WON_LEFTOVERS, VerdictKind.BELOW_MINIMUM)
        is_drawn = any(line.kind in short for line in self._below)
        return self._below[0] if is_drawn else None

    @property
    def has_leftovers_below_cut(self) -> bool:
        """Was something below the line paid from the leftovers?"""
        return any(line.kind is VerdictKind.WON_LEFTOVERS for line in self._below)

    @property
    def is_cut_by_money(self) -> bool:
        """Did money end at the line, and not only the votes?"""
        return any(line.kind in SHORT_OF_MONEY for line in self._below)


@dataclass(frozen=True, slots=True)
class Turnout:
    """Who took part. `roll` is the number of residents on the roll at the count, so that a published turnout never
    moves; 0 where the cycle had no roll of ours. The sums of these numbers are in `budget.reading.sums`; what
    `without_sms` says is read by `WhatIf.from_json`."""

    counted_at: datetime
    participations: int
    valid: int
    empty: int
    invalid: int
    roll: int
    leaves: int
    replaced: int
    annulled: int
    papers: int
    without_sms: dict[str, Any] | None
    ballots_root: str
    draw: str | None
    draw_note: str
    draw_place: str
    draw_witnesses: str
    drawn_at: datetime | None


@dataclass(frozen=True)
class Outcome:
    """The whole published result."""

    envelopes: tuple[EnvelopeOutcome, ...]
    turnout: Turnout
    took_part: TookPart | None = None
    decided_in: Meeting | None = None
    """The published session of the council that confirmed the result."""

    @property
    def lines(self) -> tuple[Line, ...]:
        """All projects, envelope by envelope."""
        return tuple(line for part in self.envelopes for line in part.lines)

    @cached_property
    def spent_tenge(self) -> int:
        """Cost of all winners."""
        return sum(part.spent_tenge for part in self.envelopes)

    @cached_property
    def total_tenge(self) -> int:
        """Money of all envelopes."""
        return sum(part.envelope.total_tenge for part in self.envelopes)

    @cached_property
    def winners(self) -> int:
        """How many projects get built."""
        return sum(line.is_won for line in self.lines)


_PROJECT = [
    col(getattr(Project, name))
    for name in ("public_id", "number", "language", "title_kk", "title_ru", "title_en")
]
_VERDICT = [
    col(getattr(VerdictRow, name))
    for name in Line._fields
    if name in VerdictRow.model_fields and name != "project_id"
]
_WORD = [
    col(getattr(Confirmation, name))
    for name in Word.__dataclass_fields__
    if name in Confirmation.model_fields
]
_FELL_OUT = [
    *(col(getattr(ReserveUse, name)) for name in ("reason_kk", "reason_ru", "document", "recorded_at")),
    col(ReserveUse.in_id),
]
_LINES = (
    sa.select(
        col(VerdictRow.envelope_id),
        *_PROJECT,
        *_VERDICT,
        col(Works.status),
        col(Project.id),
        *_WORD,
        *_FELL_OUT,
    )
    .join(Project, col(Project.id) == col(VerdictRow.project_id))
    .outerjoin(Works, col(Works.project_id) == col(Project.id))
    .outerjoin(Confirmation, col(Confirmation.project_id) == col(Project.id))
    .outerjoin(ReserveUse, col(ReserveUse.out_id) == col(Project.id))
    .where(col(VerdictRow.cycle_id) == sa.bindparam("cycle"))
    .order_by(col(VerdictRow.position))
)
_ENVELOPE = [col(getattr(Envelope, name)) for name in EnvelopeFacts.__dataclass_fields__]
_TURNOUT = [col(getattr(Count, name)) for name in Turnout.__dataclass_fields__]
_CELL = [col(TurnoutRow.dimension), col(TurnoutRow.key), col(TurnoutRow.voters)]
_MEETING = [col(getattr(CouncilSession, name)) for name in Meeting.__dataclass_fields__]
_COUNT = (
    sa.select(*_ENVELOPE, *_TURNOUT, *_CELL, *_MEETING)
    .join(Count, col(Count.cycle_id) == col(Envelope.cycle_id))
    .outerjoin(
        CouncilSession,
        sa.and_(
            col(CouncilSession.cycle_id) == col(Envelope.cycle_id),
            col(CouncilSession.kind) == SessionKind.DECISION,
            col(CouncilSession.published_at).is_not(None),
        ),
    )
    .outerjoin(
        TurnoutRow,
        sa.and_(col(TurnoutRow.cycle_id) == col(Envelope.cycle_id), col(Envelope.position) == 1),
    )
    .where(col(Envelope.cycle_id) == sa.bindparam("cycle"))
    .order_by(col(Envelope.position))
)


def of_cycle(session: Session, cycle: CycleView) -> Outcome | None:
    """The result of a cycle, or None while it is not published or was never counted here. Two statements."""
    return stored(session, cycle.settings.id) if cycle.has_results else None


def stored(session: Session, cycle_id: int) -> Outcome | None:
    """The result as counted, published or not: for the coordinator's preview only. None before the count."""
    connection, asked = session.connection(), {"cycle": cycle_id}
    counted: Any = connection.execute(_COUNT, asked).all()
    if not counted:
        return None
    lines: dict[int, list[Line]] = defaultdict(list)
    rows: Any = connection.execute(_LINES, asked)
    for envelope, *values in rows:
        lines[envelope].append(_line(values))
    width, end = len(_ENVELOPE), len(_ENVELOPE) + len(_TURNOUT)
    parts = {row.id: EnvelopeFacts(*row[:width]) for row in counted}
    outcomes = tuple(EnvelopeOutcome(part, tuple(lines[part.id])) for part in parts.values())
    cells: dict[Dimension, dict[str, int]] = defaultdict(dict)
    for dimension, key, voters in (row[end : end + len(_CELL)] for row in counted):
        if dimension is not None:
            cells[Dimension(dimension)][key] = voters
    meeting = counted[0][end + len(_CELL) :]
    return Outcome(
        outcomes,
        Turnout(*counted[0][width:end]),
        took_part(cells),
        Meeting(*meeting) if meeting[0] is not None else None,
    )


_LINE = len(_PROJECT) + len(_VERDICT) + 2


def _line(values: list[Any]) -> Line:
    word, fell_out = values[_LINE : _LINE + len(_WORD)], values[_LINE + len(_WORD) :]
    added: list[Any] = [
        Word(*word) if word[0] is not None else None,
        FellOut(*fell_out) if fell_out[0] is not None else None,
    ]
    return Line(*values[:_LINE], *added)
