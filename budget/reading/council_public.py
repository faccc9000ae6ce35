"""The Expert Council as everybody sees it: who is in it and was, when it meets, what its protocols are.

Nothing unpublished is read: no composition before its publication, no session before its announcement, of an announced
one only when and where it is and how much is on its agenda. What was decided is counted of published sessions alone, in
the statements themselves. Names and reasons are in Kazakh and Russian; `…_en` is there for `in_language`, and empty.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, islice
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from budget.council import members, rules
from budget.council.rules import Share
from budget.errors import NotFound
from budget.phases import Window
from models.council import CouncilMember
from models.council_session import AgendaItem, Attendance, CouncilSession, Protocol, ProtocolSignature
from models.cycle import Cycle, PhaseWindow
from models.enums import ItemResult, MemberKind, Origin, Phase, ScreeningOutcome, SessionKind


@dataclass(frozen=True, slots=True)
class Home:
    """The cycle a council belongs to, as the council's pages need it."""

    cycle_id: int
    slug: str
    title_kk: str
    title_ru: str
    title_en: str
    is_demo: bool
    currency: str
    published_at: datetime | None
    council_published_at: datetime | None
    council_akimat_percent: int
    results_published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Member:
    """A membership, past ones too. `replaces_id` is the membership somebody else had before."""

    id: int
    kind: MemberKind
    is_chair: bool
    name_kk: str
    name_ru: str
    organisation_kk: str
    organisation_ru: str
    field_kk: str
    field_ru: str
    appointed_by: str
    from_on: date
    left_at: datetime | None
    left_reason: str
    replaces_id: int | None
    name_en: str = ""
    organisation_en: str = ""
    field_en: str = ""


@dataclass(frozen=True)
class Council:
    """A published composition; no memberships before. `screening` and `decision` are None where not planned."""

    home: Home
    screening: Window | None
    decision: Window | None
    memberships: tuple[Member, ...]

    @property
    def is_published(self) -> bool:
        """May the composition be shown?"""
        return self.home.council_published_at is not None

    def in_office(self, now: datetime) -> tuple[Member, ...]:
        """The members at `now`, the chair first, then kind by kind."""
        order = list(MemberKind)
        found = [one for one in self.memberships if members.is_in_office(one, now)]
        return tuple(sorted(found, key=lambda one: (not one.is_chair, order.index(one.kind), one.id)))

    def coming(self, now: datetime) -> tuple[Member, ...]:
        """Appointed, and not in office yet."""
        waiting = (one for one in self.memberships if one.left_at is None)
        return tuple(one for one in waiting if not members.is_in_office(one, now))

    @property
    def left(self) -> tuple[Member, ...]:
        """The memberships that ended, the newest first."""
        gone = [(one.left_at, one) for one in self.memberships if one.left_at is not None]
        return tuple(one for _, one in sorted(gone, key=lambda pair: pair[0], reverse=True))

    def successor_of(self, member: Member) -> Member | None:
        """Who came instead."""
        return next((one for one in self.memberships if one.replaces_id == member.id), None)

    def shares(self, now: datetime) -> tuple[Share, ...]:
        """The share of each kind now."""
        return rules.shares(one.kind for one in self.in_office(now))


@dataclass(frozen=True, slots=True)
class ProtocolLine:
    """A protocol of a published session, and how many of those who were there have signed it."""

    public_id: str
    number: int
    sha256: str
    made_at: datetime
    is_corrected: bool
    signed: int


@dataclass(frozen=True, slots=True)
class Decided:
    """What a published session came to: motions by their outcome, and how many decided nothing."""

    admitted: int
    returned: int
    rejected: int
    confirmed: int
    not_built: int
    undecided: int


@dataclass(frozen=True, slots=True)
class SessionLine:
    """An announced session. `projects` are on its agenda; `decided`, `present` and protocols once it is published."""

    number: int
    kind: SessionKind
    starts_at: datetime
    place_kk: str
    place_ru: str
    link: str
    opened_at: datetime | None
    closed_at: datetime | None
    published_at: datetime | None
    projects: int
    present: int
    decided: Decided | None
    protocols: tuple[ProtocolLine, ...]
    place_en: str = ""


_Screening, _Decision = aliased(PhaseWindow), aliased(PhaseWindow)
_HOME = [col(Cycle.id), *(col(getattr(Cycle, name)) for name in list(Home.__dataclass_fields__)[1:])]
_MEMBER = [
    col(getattr(CouncilMember, name))
    for name in Member.__dataclass_fields__
    if name in CouncilMember.model_fields
]
_WINDOWS = [col(each) for part in (_Screening, _Decision) for each in (part.starts_at, part.ends_at)]


def _joined(part: Any, phase: Phase) -> sa.ColumnElement[bool]:
    return sa.and_(col(part.cycle_id) == col(Cycle.id), col(part.phase) == phase)


_COUNCIL = (
    sa.select(*_HOME, *_WINDOWS, *_MEMBER)
    .select_from(Cycle)
    .outerjoin(_Screening, _joined(_Screening, Phase.SCREENING))
    .outerjoin(_Decision, _joined(_Decision, Phase.DECISION))
    .outerjoin(
        CouncilMember,
        sa.and_(col(CouncilMember.cycle_id) == col(Cycle.id), col(Cycle.council_published_at).is_not(None)),
    )
    .where(col(Cycle.slug) == sa.bindparam("slug"), col(Cycle.origin) == Origin.SERVICE)
    .order_by(col(CouncilMember.id))
)

_CARRIED = col(AgendaItem.result) == ItemResult.CARRIED


def _of_outcome(outcome: ScreeningOutcome) -> Any:
    return sa.func.count().filter(_CARRIED, col(AgendaItem.outcome) == outcome)


_IN_CYCLE = col(CouncilSession.cycle_id) == sa.bindparam("cycle")
_ON_AGENDA = (
    sa.select(sa.func.count(col(AgendaItem.project_id)))
    .where(col(AgendaItem.session_id) == col(CouncilSession.id))
    .correlate(CouncilSession)
    .scalar_subquery()
)
_Held = aliased(CouncilSession)
_DECIDED = (
    sa.select(
        col(AgendaItem.session_id),
        *(_of_outcome(one).label(one) for one in ScreeningOutcome),
        sa.func.count().filter(_CARRIED, col(AgendaItem.wins).is_(True)).label("confirmed"),
        sa.func.count().filter(_CARRIED, col(AgendaItem.wins).is_(False)).label("not_built"),
        sa.func.count()
        .filter(
            sa.or_(col(AgendaItem.result).is_(None), ~_CARRIED),
            col(AgendaItem.project_id).is_not(None),
        )
        .label("undecided"),
    )
    .join(_Held, col(_Held.id) == col(AgendaItem.session_id))
    .where(col(_Held.cycle_id) == sa.bindparam("cycle"), col(_Held.published_at).is_not(None))
    .group_by(col(AgendaItem.session_id))
    .subquery()
)
_PRESENT = (
    sa.select(sa.func.count())
    .where(
        col(Attendance.session_id) == col(CouncilSession.id), col(CouncilSession.published_at).is_not(None)
    )
    .correlate(CouncilSession)
    .scalar_subquery()
)
_Later = aliased(Protocol)
_IS_CORRECTED = (
    sa.select(col(_Later.id)).where(col(_Later.corrects_id) == col(Protocol.id)).correlate(Protocol).exists()
)
_SIGNED = (
    sa.select(sa.func.count())
    .where(col(ProtocolSignature.protocol_id) == col(Protocol.id))
    .correlate(Protocol)
    .scalar_subquery()
)
PROTOCOL: list[Any] = [
    *(col(getattr(Protocol, name)) for name in ("public_id", "number", "sha256", "made_at")),
    _IS_CORRECTED,
    _SIGNED,
]
"""The columns of a ProtocolLine."""
_OWN = (
    "number", "kind", "starts_at", "place_kk", "place_ru", "link", "opened_at", "closed_at", "published_at",
)  # fmt: skip
_SESSIONS = (
    sa.select(
        *(col(getattr(CouncilSession, name)) for name in _OWN),
        _ON_AGENDA,
        _PRESENT,
        *(_DECIDED.c[name] for name in Decided.__dataclass_fields__),
        *PROTOCOL,
    )
    .select_from(CouncilSession)
    .outerjoin(_DECIDED, _DECIDED.c.session_id == col(CouncilSession.id))
    .outerjoin(
        Protocol,
        sa.and_(
            col(Protocol.session_id) == col(CouncilSession.id), col(CouncilSession.published_at).is_not(None)
        ),
    )
    .where(_IN_CYCLE, col(CouncilSession.announced_at).is_not(None))
    .order_by(col(CouncilSession.number), col(Protocol.number))
)


def of_cycle(session: Session, slug: str, *, hidden: bool = False) -> Council:
    """The council of a cycle run in this service; `hidden` lets an unpublished cycle be seen. One statement.

    Raises: NotFound for an unknown and for a hidden cycle, for archives and imported elections.
    """
    rows: Any = session.connection().execute(_COUNCIL, {"slug": slug}).all()
    if not rows or (rows[0].published_at is None and not hidden):
        raise NotFound(slug=slug)
    values = iter(rows[0])
    home = Home(*take(values, len(_HOME)))
    screening, decision = (_window(phase, take(values, 2)) for phase in (Phase.SCREENING, Phase.DECISION))
    width = len(_HOME) + len(_WINDOWS)
    found = (Member(*row[width:]) for row in rows if row[width] is not None)
    return Council(home, screening, decision, tuple(found))


def sessions_of(session: Session, cycle_id: int) -> tuple[SessionLine, ...]:
    """The announced sessions of a cycle, oldest first. One statement."""
    rows: Any = session.connection().execute(_SESSIONS, {"cycle": cycle_id}).all()
    return tuple(_session(list(group)) for _, group in groupby(rows, key=lambda row: row[0]))


_KINDS = (
    sa.select(*(col(getattr(CouncilMember, name)) for name in ("cycle_id", "kind", "from_on", "left_at")))
    .join(Cycle, col(Cycle.id) == col(CouncilMember.cycle_id))
    .where(
        col(Cycle.council_published_at).is_not(None),
        col(CouncilMember.cycle_id).in_(sa.bindparam("cycles", expanding=True)),
    )
)


class _Term(NamedTuple):
    cycle_id: int
    kind: MemberKind
    from_on: date
    left_at: datetime | None


def shares_of(session: Session, cycle_ids: Sequence[int], *, now: datetime) -> dict[int, tuple[Share, ...]]:
    """The share of each kind in the published councils of these cycles. One statement."""
    rows: Any = session.connection().execute(_KINDS, {"cycles": list(cycle_ids)})
    kinds: dict[int, list[MemberKind]] = defaultdict(list)
    for term in (_Term(*row) for row in rows):
        if members.is_in_office(term, now):
            kinds[term.cycle_id].append(term.kind)
    return {cycle: rules.shares(found) for cycle, found in kinds.items()}


def take(values: Iterator[Any], count: int) -> list[Any]:
    """The next so many values of a row."""
    return list(islice(values, count))


def _window(phase: Phase, values: list[Any]) -> Window | None:
    return Window(phase, *values) if values[0] is not None else None


def _session(rows: list[Any]) -> SessionLine:
    """One line for a session that comes in a row for each of its protocols."""
    values = iter(rows[0])
    own, projects, present = take(values, len(_OWN)), next(values), next(values)
    decided = take(values, len(Decided.__dataclass_fields__))
    kept = [row[-len(PROTOCOL) :] for row in rows]
    return SessionLine(
        **dict(zip(_OWN, own, strict=True)),
        projects=projects,
        present=present,
        decided=Decided(*decided) if decided[0] is not None else None,
        protocols=tuple(ProtocolLine(*one) for one in kept if one[0] is not None),
    )
