"""Casting a ballot: one transaction, one ballot per person as a fact of the database.

The voter's selection is checked and sealed before the lock. Inside the transaction one statement inserts the row
where the calendar says that voting is open, with ON CONFLICT DO NOTHING on UNIQUE (cycle_id, voter_key) and
(cycle_id, phone_key). Whoever comes second, on whatever channel, is told when the first ballot was cast; where the
cycle's setting `revote` allows it, the second ballot replaces the first, whose leaf stays in the log as replaced. A
number that served a ballot which was annulled serves its owner, and nobody else.
The notice to the owner is queued in the same transaction. Written in core statements: objects halve the throughput
of this one path (budget/decisions/0004-casting-in-core.md).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, select

from budget.ballot_rules import BallotList, Selection, check, encode
from budget.cycles import envelopes, projects_on_ballot
from budget.errors import (
    AlreadyVoted,
    BudgetRefusal,
    NotEligible,
    PhoneUsed,
    VotingClosed,
    VotingNotOpen,
)
from budget.notices import NoticeKind
from budget.residents import eligibility_fault
from budget.sealing import receipt_of, seal
from models.asking import written
from models.ballot import Participation, ReplacedBallot
from models.case import Annulment
from models.cycle import Cycle, PhaseWindow
from models.enums import Assurance, Channel, KeyHolder, Language, Phase
from models.service import Notice


@dataclass(frozen=True)
class BallotBox:
    """What casting needs to know of a frozen cycle; it can't change, so the edge may keep it."""

    cycle_id: int
    slug: str
    public_key: bytes
    ballot_length: int
    ballot_list: BallotList
    minimum_age: int
    methods: frozenset[str]
    revote: bool = False


@dataclass(frozen=True)
class Traces:
    """What the signals look at, deleted at the separation: keyed hashes of 8 bytes, the roll's line, full years."""

    network_key: bytes | None = None
    phone_block_key: bytes | None = None
    roll_line: int | None = None
    age: int | None = None


@dataclass(frozen=True)
class Tell:
    """Where the owner is told that a ballot was cast: the number on the roll, and the page to object on."""

    phone: str = field(repr=False)
    language: Language
    url: str


@dataclass(frozen=True)
class Voter:
    """A person proven to be on the roll; `voter_key` is the only name the ballot box knows.

    `phone_key` belongs to a voter proven by SMS alone: that number serves nobody else in the cycle.
    """

    voter_key: bytes
    birth_on: date
    channel: Channel
    assurance: Assurance
    phone_key: bytes | None = None
    area_id: int | None = None
    traces: Traces = Traces()
    tell: Tell | None = None


@dataclass(frozen=True)
class Cast:
    """A ballot in the box. `receipt` is 32 bytes, or None after the envelopes were separated."""

    cast_at: datetime
    channel: Channel
    receipt: bytes | None

    def may_be_replaced(self, box: BallotBox) -> bool:
        """May the voter vote again? Never after a paper ballot: nobody can tell which one it is."""
        return box.revote and self.channel is not Channel.PAPER and self.receipt is not None


_P = Participation.__table__  # type: ignore[attr-defined]
_W = PhaseWindow.__table__  # type: ignore[attr-defined]
_C = Cycle.__table__  # type: ignore[attr-defined]
_A = Annulment.__table__  # type: ignore[attr-defined]
_N = Notice.__table__  # type: ignore[attr-defined]
_WINDOW = sa.select(_W.c.starts_at, _W.c.ends_at).where(
    _W.c.cycle_id == sa.bindparam("cycle_id"), _W.c.phase == Phase.VOTING
)
_FOUND = sa.select(_P.c.cast_at, _P.c.channel, _P.c.receipt).where(
    _P.c.cycle_id == sa.bindparam("cycle_id"), _P.c.voter_key == sa.bindparam("voter_key")
)
_COLUMNS = (
    "cycle_id", "voter_key", "phone_key", "channel", "assurance", "cast_at", "area_id", "sealed", "receipt",
    "network_key", "phone_block_key", "roll_line", "age",
)  # fmt: skip
TOLD = (
    "kind", "recipient", "language", "facts", "created_at", "attempts", "parts", "sendings", "cost_tenge",
)  # fmt: skip
_DIALECTS: dict[str, Callable[..., Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def inserting(dialect: str, prefix: str = "") -> Any:
    """The statement that puts one ballot into the box while voting is open, unless voter or telephone are there. The
    names of its parameters are those of `values_of`, with this prefix."""
    values = {name: sa.bindparam(f"{prefix}{name}", type_=_P.c[name].type) for name in _COLUMNS}
    while_open = sa.select(*values.values()).where(
        sa.exists().where(
            _W.c.cycle_id == values["cycle_id"],
            _W.c.phase == Phase.VOTING,
            _W.c.starts_at <= values["cast_at"],
            _W.c.ends_at > values["cast_at"],
        ),
        # a ballot that was on its way while the log was closed would be missing from the final head
        sa.exists().where(_C.c.id == values["cycle_id"], _C.c.log_closed_at.is_(None)),
    )
    return _DIALECTS[dialect](_P).from_select(list(values), while_open).on_conflict_do_nothing()


def telling(prefix: str = "") -> sa.Select[Any]:
    """What the owner's notice is filled with, for the columns `TOLD`: parameters named as in `notice_of`, with this
    prefix."""
    return sa.select(*(sa.bindparam(f"{prefix}{name}", type_=_N.c[name].type) for name in TOLD))


_VALUES = {name: sa.bindparam(name, type_=_P.c[name].type) for name in _COLUMNS}
_INSERT = {name: inserting(name) for name in _DIALECTS}
_TELL = sa.insert(_N).from_select(list(TOLD), telling())
_OWN_NUMBER = (
    sa.select(_P.c.id)
    .join(_A, _A.c.participation_id == _P.c.id)
    .where(
        _P.c.cycle_id == _VALUES["cycle_id"],
        _P.c.phone_key == _VALUES["phone_key"],
        _A.c.voter_key == _VALUES["voter_key"],  # kept there by the confirmation alone
    )
)
_EARLIER = (
    sa.select(_P.c.id, _P.c.channel, _P.c.receipt, _P.c.log_batch)
    .where(_P.c.cycle_id == _VALUES["cycle_id"], _P.c.voter_key == _VALUES["voter_key"])
    .with_for_update()
)
_REPLACE = (
    sa.update(_P)
    .where(_P.c.id == sa.bindparam("earlier"))
    .values(
        log_batch=None, **{name: _VALUES[name] for name in _COLUMNS if name not in ("cycle_id", "voter_key")}
    )
)


def ballot_box(session: Session, cycle: Cycle) -> BallotBox:
    """The frozen facts of a cycle.

    Raises VotingNotOpen(opens_at) before the freeze, until the trustees' shares have opened a ballot in rehearsal,
    and once the voters are forgotten.
    """
    is_ready = cycle.frozen_at is not None and (
        cycle.key_holder is KeyHolder.FILE or cycle.keys_proven_at is not None
    )
    is_ready = is_ready and cycle.voters_forgotten_at is None  # nobody can be told from anybody else any more
    if not is_ready or cycle.ballot_public_key is None or cycle.ballot_length is None:
        window = session.exec(
            select(PhaseWindow).where(PhaseWindow.cycle_id == cycle.id, PhaseWindow.phase == Phase.VOTING)
        ).first()
        raise VotingNotOpen(opens_at=window.starts_at if window else None)
    listed = projects_on_ballot(session, cycle)
    envelope_ids = {row.id: row.public_id for row in envelopes(session, cycle.id or 0)}
    envelope_of = {project.public_id: envelope_ids[project.envelope_id] for project in listed}
    return BallotBox(
        cycle.id or 0,
        cycle.slug,
        cycle.ballot_public_key,
        cycle.ballot_length,
        BallotList(cycle.votes_per_resident, envelope_of),
        cycle.minimum_age,
        frozenset(cycle.methods),
        cycle.revote,
    )


def check_voter(box: BallotBox, voter: Voter, *, on: date) -> None:
    """May this person vote in this cycle on the day `on` (in the district's zone)?

    Raises NotEligible(reason="method", method=…, accepted=…) or NotEligible(reason="too_young", minimum_age=…).
    """
    if str(voter.assurance) not in box.methods:
        raise NotEligible(reason="method", method=voter.assurance, accepted=tuple(sorted(box.methods)))
    fault = eligibility_fault(voter.birth_on, box.minimum_age, on)
    if fault is not None:
        raise NotEligible(reason=fault, minimum_age=box.minimum_age)


def prepare(box: BallotBox, voter: Voter, selection: Selection, *, on: date) -> bytes:
    """Check the voter and the selection and seal the ballot; needs no database, so it runs before the lock.

    `on` is the day (in the district's zone) that decides the age. Raises NotEligible and the refusals of
    `ballot_rules.check`.
    """
    check_voter(box, voter, on=on)
    choice = check(selection, box.ballot_list)
    return seal(encode(choice, box.ballot_length), box.public_key)


def put(
    session: Session,
    box: BallotBox,
    voter: Voter,
    sealed: bytes | None,
    *,
    now: datetime,
    again: bool = False,
) -> Cast:
    """Put a prepared ballot into the box, in the caller's write transaction; None for a person who takes a paper.

    `again` says that the voter knows of the earlier ballot and replaces it, where the cycle allows that: a second
    press must not. `now` must be read after the transaction began: a ballot that waited past the close is refused.
    Raises: VotingNotOpen, VotingClosed, AlreadyVoted(cast_at, channel, receipt), PhoneUsed.
    """
    values = values_of(box, voter, sealed, now=now)
    connection = session.connection()
    is_in = _insert(session, values)
    if not is_in and connection.execute(_OWN_NUMBER, values).first() is not None:
        values["phone_key"] = None  # the number stays with the annulled ballot, and its owner votes
        is_in = _insert(session, values)
    if not is_in:
        refusal = _refusal(session, box, voter, now)
        if not (again and box.revote and isinstance(refusal, AlreadyVoted) and _replace(connection, values)):
            raise refusal
    if voter.tell is not None:
        written(session, _TELL, notice_of(voter.tell, voter.channel, now))
    return Cast(now, voter.channel, values["receipt"])


def values_of(box: BallotBox, voter: Voter, sealed: bytes | None, *, now: datetime) -> dict[str, Any]:
    """The row of a ballot, by column."""
    return {
        "cycle_id": box.cycle_id,
        "voter_key": voter.voter_key,
        "phone_key": voter.phone_key,
        "channel": voter.channel,
        "assurance": voter.assurance,
        "cast_at": now,
        "area_id": voter.area_id,
        "sealed": sealed,
        "receipt": None if sealed is None else receipt_of(sealed),
        "network_key": voter.traces.network_key,
        "phone_block_key": voter.traces.phone_block_key,
        "roll_line": voter.traces.roll_line,
        "age": voter.traces.age,
    }


def _insert(session: Session, values: dict[str, Any]) -> bool:
    """False where voting is not open, or the voter or the telephone is there already."""
    return written(session, _INSERT[session.get_bind().dialect.name], values) == 1


def _replace(connection: sa.Connection, values: dict[str, Any]) -> bool:
    """Take the voter's earlier ballot out and put this one in; the earlier leaf stays in the log as replaced.

    A paper ballot can't be replaced: nobody can tell which one it is. Raises PhoneUsed.
    """
    earlier = connection.execute(_EARLIER, values).one()
    if earlier.channel == Channel.PAPER or earlier.receipt is None:
        return False
    replaced = {"leaf": earlier.receipt, "cycle_id": values["cycle_id"], "log_batch": earlier.log_batch}
    connection.execute(sa.insert(ReplacedBallot), replaced)
    try:
        with connection.begin_nested():
            connection.execute(_REPLACE, values | {"earlier": earlier.id})
    except sa.exc.IntegrityError as error:  # the number of this session has served somebody else
        raise PhoneUsed from error
    return True


def notice_of(tell: Tell, channel: Channel, now: datetime) -> dict[str, Any]:
    """What tells the owner of a ballot that it was cast, by column of the outbox."""
    return {
        "kind": NoticeKind.BALLOT_CAST,
        "recipient": tell.phone,
        "language": tell.language,
        "facts": {"at": now.isoformat(), "channel": str(channel), "url": tell.url},
        "created_at": now,
        "attempts": 0,
        "parts": 0,
        "sendings": 0,
        "cost_tenge": 0,
    }


def _refusal(session: Session, box: BallotBox, voter: Voter, now: datetime) -> BudgetRefusal:
    """Why nothing was put into the box: it is not open at `now`, or the voter's ballot is in it."""
    window = session.connection().execute(_WINDOW, {"cycle_id": box.cycle_id}).first()
    if window is None or now < window.starts_at:
        return VotingNotOpen(opens_at=window.starts_at if window else None)
    if now >= window.ends_at:
        return VotingClosed(closed_at=window.ends_at)
    earlier = find(session, box.cycle_id, voter.voter_key)
    if earlier is None and voter.phone_key is not None and _is_used(session, box, voter.phone_key):
        return PhoneUsed()
    if earlier is None:  # the other transaction rolled back in between: nothing was cast
        return VotingNotOpen(opens_at=None)
    return AlreadyVoted(cast_at=earlier.cast_at, channel=earlier.channel, receipt=earlier.receipt)


def _is_used(session: Session, box: BallotBox, phone_key: bytes) -> bool:
    query = sa.select(_P.c.id).where(_P.c.cycle_id == box.cycle_id, _P.c.phone_key == phone_key)
    return session.connection().execute(query).first() is not None


def cast(
    session: Session, box: BallotBox, voter: Voter, selection: Selection, *, on: date, now: datetime
) -> Cast:
    """`prepare` and `put` in one go, for commands and tests."""
    return put(session, box, voter, prepare(box, voter, selection, on=on), now=now)


def find(session: Session, cycle_id: int, voter_key: bytes) -> Cast | None:
    """The ballot this voter has in the box, or None. For the voter's own page only."""
    row = session.connection().execute(_FOUND, {"cycle_id": cycle_id, "voter_key": voter_key}).first()
    return None if row is None else Cast(row.cast_at, Channel(row.channel), row.receipt)
