"""Reading the road of one project: the published decisions, what there may be several of, and what followed the vote.

Reviews, motions that were not carried and sessions that are not published are never read here. What a reviewer answered
by criterion stays the council's, even where it sent a project back: only the answers of the council are told.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from enum import StrEnum
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.orm import aliased
from sqlmodel import col

from budget.phases import Window, calendar_of
from budget.reading.project_facts import (
    After,
    Appealed,
    Asked,
    Decision,
    Details,
    Exchange,
    Joined,
    Other,
    Step,
    Vote,
    Word,
)
from budget.reading.projects import Address
from models.confirmation import Confirmation, ReserveUse
from models.council_session import AgendaItem, CouncilSession
from models.cycle import Cycle, PhaseWindow
from models.enums import Answer, Criterion, DecidedBy, Language, Phase, ProjectPart, WorksStatus
from models.project import Project, ProjectAddress
from models.screening import (
    Appeal,
    Correction,
    CorrectionRemark,
    FormalCheck,
    ProjectVersion,
    Screening,
    ScreeningAnswer,
)
from models.works import WorksChange


def columns_of(table: Any, value: type[Any], *, skip: int = 0, until: int | None = None) -> list[Any]:
    """The columns of a table for the fields of a value, by their names."""
    return [col(getattr(table, name)) for name in list(value.__dataclass_fields__)[skip:until]]


IS_OUT = col(Cycle.results_published_at).is_not(None)
"""Of the count and what followed nothing is read before this."""
_ITEM_IN_PUBLISHED_SESSION = sa.join(
    AgendaItem,
    CouncilSession,
    sa.and_(
        col(CouncilSession.id) == col(AgendaItem.session_id), col(CouncilSession.published_at).is_not(None)
    ),
)
_DECISION = [
    col(Screening.id),
    col(Screening.decided_at),
    *columns_of(Screening, Decision, skip=2, until=10),
    col(AgendaItem.cost_reason_kk),
    col(AgendaItem.cost_reason_ru),
]
_VOTE = [col(CouncilSession.number), *columns_of(AgendaItem, Vote, skip=1)]
_ASKED = columns_of(Correction, Asked, until=6)
_APPEALED = columns_of(Appeal, Appealed)
_DECISIONS = (
    sa.select(*_DECISION, *_VOTE, *_ASKED, *_APPEALED)
    .select_from(Screening)
    .outerjoin(_ITEM_IN_PUBLISHED_SESSION, col(AgendaItem.id) == col(Screening.item_id))
    .outerjoin(Correction, col(Correction.id) == col(Screening.correction_id))
    .outerjoin(Appeal, col(Appeal.screening_id) == col(Screening.id))
    .where(col(Screening.project_id) == sa.bindparam("project"))
    .order_by(col(Screening.id))
)

_NEVER = sa.cast(sa.null(), sa.DateTime(timezone=True))
_NOTHING = sa.literal("")
_THIS: sa.BindParameter[Any] = sa.bindparam("project")


def _text(column: Any) -> Any:
    return sa.type_coerce(col(column), sa.String)


_WINDOWS: sa.Select[Any] = sa.select(
    sa.literal("window").label("what"), col(PhaseWindow.starts_at), col(PhaseWindow.ends_at), sa.literal(0),
    _text(PhaseWindow.phase), _NOTHING, _NOTHING, _NOTHING, _NOTHING,
).where(col(PhaseWindow.cycle_id) == sa.bindparam("cycle"))  # fmt: skip
_ADDRESSES = sa.select(
    sa.literal("address"), _NEVER, _NEVER, col(ProjectAddress.position),
    *(_text(getattr(ProjectAddress, name)) for name in Address._fields), _NOTHING,
).where(col(ProjectAddress.project_id) == _THIS)  # fmt: skip
_STEPS = (
    sa.select(
        sa.literal("step"), col(WorksChange.changed_at), _NEVER, col(WorksChange.id),
        _text(WorksChange.status), col(WorksChange.reason), _text(WorksChange.language), _NOTHING, _NOTHING,
    )
    .join(Project, col(Project.id) == col(WorksChange.project_id))
    .join(Cycle, sa.and_(col(Cycle.id) == col(Project.cycle_id), IS_OUT))
    .where(col(WorksChange.project_id) == _THIS)
)  # fmt: skip
_VERSIONS = sa.select(
    sa.literal("version"), col(ProjectVersion.made_at), _NEVER, col(ProjectVersion.number),
    _NOTHING, _NOTHING, _NOTHING, _NOTHING, _NOTHING,
).where(col(ProjectVersion.project_id) == _THIS)  # fmt: skip
_CHECKS = sa.select(
    sa.literal("check"), col(FormalCheck.checked_at), _NEVER, col(FormalCheck.version),
    _NOTHING, _NOTHING, _NOTHING, _NOTHING, _NOTHING,
).where(col(FormalCheck.project_id) == _THIS, col(FormalCheck.is_complete))  # fmt: skip
_JOINED = sa.select(
    sa.literal("joined"), col(Project.decided_at), _NEVER, col(Project.number),
    col(Project.public_id), _text(Project.language), *(col(getattr(Project, f"title_{one}")) for one in Language),
).where(col(Project.merged_into_id) == _THIS)  # fmt: skip
_ANSWERS = (
    sa.select(
        sa.literal("answer"), _NEVER, _NEVER, col(ScreeningAnswer.screening_id),
        _text(ScreeningAnswer.criterion), _text(ScreeningAnswer.answer), _NOTHING, _NOTHING, _NOTHING,
    )
    .join(Screening, col(Screening.id) == col(ScreeningAnswer.screening_id))
    .where(col(Screening.project_id) == _THIS, col(Screening.decided_by) == DecidedBy.COUNCIL)
)  # fmt: skip
_REMARKS = (
    sa.select(
        sa.literal("remark"), _NEVER, _NEVER, col(CorrectionRemark.correction_id),
        _text(CorrectionRemark.part), col(CorrectionRemark.text), _NOTHING, _NOTHING, _NOTHING,
    )
    .join(Correction, col(Correction.id) == col(CorrectionRemark.correction_id))
    .where(col(Correction.project_id) == _THIS)
)  # fmt: skip
_DETAILS: sa.CompoundSelect[*tuple[Any, ...]] = sa.union_all(
    _WINDOWS, _ADDRESSES, _STEPS, _VERSIONS, _CHECKS, _JOINED, _ANSWERS, _REMARKS
)

_Out, _In = aliased(ReserveUse), aliased(ReserveUse)
_Incoming, _Outgoing = aliased(Project), aliased(Project)
_WORD = [
    col(Confirmation.decided_at),
    *columns_of(Confirmation, Word, skip=1, until=6),
    col(CouncilSession.number),
]
_OTHER = len(Other.__dataclass_fields__)


def _exchange(act: Any, other: Any) -> list[Any]:
    return [act.recorded_at, act.reason_kk, act.reason_ru, act.document, *columns_of(other, Other)]


_AFTER = (
    sa.select(*_WORD, *_exchange(_Out, _Incoming), *_exchange(_In, _Outgoing))
    .select_from(Project)
    .outerjoin(Confirmation, col(Confirmation.project_id) == col(Project.id))
    .outerjoin(AgendaItem, col(AgendaItem.id) == col(Confirmation.item_id))
    .outerjoin(CouncilSession, col(CouncilSession.id) == col(AgendaItem.session_id))
    .outerjoin(_Out, col(_Out.out_id) == col(Project.id))
    .outerjoin(_Incoming, col(_Incoming.id) == col(_Out.in_id))
    .outerjoin(_In, col(_In.in_id) == col(Project.id))
    .outerjoin(_Outgoing, col(_Outgoing.id) == col(_In.out_id))
    .where(col(Project.id) == _THIS)
)


def details_of(connection: Connection, project_id: int, cycle_id: int) -> Details:
    """Everything there may be several of. One statement."""
    asked = {"project": project_id, "cycle": cycle_id}
    found: dict[str, list[Any]] = defaultdict(list)
    for what, *values in connection.execute(_DETAILS, asked):
        found[what].append(values)
    by_number = {
        what: sorted(rows, key=lambda row: row[2]) for what, rows in found.items() if what != "window"
    }
    windows = (Window(Phase(phase), starts, ends) for starts, ends, _, phase, *_ in found["window"])
    return Details(
        calendar=calendar_of(windows),
        addresses=tuple(Address(*row[3:7]) for row in by_number.get("address", ())),
        steps=tuple(sorted(map(_step, by_number.get("step", ())), key=lambda step: step.at)),
        versions={number: at for at, _, number, *_ in by_number.get("version", ())},
        checks={number: at for at, _, number, *_ in by_number.get("check", ())},
        joined=tuple(_joined(row) for row in by_number.get("joined", ())),
        answers=_grouped(by_number.get("answer", ()), Criterion, Answer),
        remarks=_grouped(by_number.get("remark", ()), ProjectPart, str),
    )


def decisions_of(connection: Connection, project_id: int, details: Details) -> tuple[Decision, ...]:
    """The published decisions, oldest first, with what they began. One statement."""
    rows: Any = connection.execute(_DECISIONS, {"project": project_id})
    return tuple(_decision(row, details) for row in rows)


def after_of(connection: Connection, project_id: int) -> After:
    """What happened after the vote, for a cycle whose result is published. One statement."""
    values = iter(connection.execute(_AFTER, {"project": project_id}).one())
    word = list(islice(values, len(_WORD)))
    out, into = list(islice(values, 4 + _OTHER)), list(islice(values, 4 + _OTHER))
    return After(Word(*word) if word[0] is not None else None, _exchanged(out), _exchanged(into))


def _exchanged(values: list[Any]) -> Exchange | None:
    at, reason_kk, reason_ru, document, *other = values
    if at is None:
        return None
    return Exchange(at, reason_kk, reason_ru, document, Other(*other) if other[0] is not None else None)


def _decision(row: Any, details: Details) -> Decision:
    values = iter(row)
    facts = list(islice(values, len(_DECISION)))
    vote, asked = list(islice(values, len(_VOTE))), list(islice(values, len(_ASKED)))
    appealed = list(values)
    known: dict[str, Any] = dict(zip(Decision.__dataclass_fields__, facts, strict=False))
    for name in ("cost_reason_kk", "cost_reason_ru"):
        known[name] = known[name] or ""
    return Decision(
        **known,
        vote=Vote(*vote) if vote[0] is not None else None,
        asked=_asked(asked, details) if asked[0] is not None else None,
        appeal=Appealed(*appealed) if appealed[0] is not None else None,
        answers=details.answers.get(known["id"], ()),
    )


def _asked(values: list[Any], details: Details) -> Asked:
    known: dict[str, Any] = dict(zip(Asked.__dataclass_fields__, values, strict=False))
    return Asked(**known, remarks=details.remarks.get(known["id"], ()))


def _step(row: Sequence[Any]) -> Step:
    at, _, _, status, reason, language, *_ = row
    return Step(at, WorksStatus(status), reason, language)


def _joined(row: Sequence[Any]) -> Joined:
    at, _, number, public_id, language, *titles = row
    return Joined(at, Other(public_id, number, Language(language), *titles))


def _grouped(
    rows: Sequence[Any], key: type[StrEnum], value: Callable[[str], Any]
) -> dict[int, tuple[tuple[Any, Any], ...]]:
    """Pairs by the row they belong to, in the order of the enum."""
    order = list(key)
    found: dict[int, list[tuple[Any, Any]]] = defaultdict(list)
    for _, _, owner, name, said, *_ in rows:
        found[owner].append((key(name), value(said)))
    return {
        owner: tuple(sorted(pairs, key=lambda pair: order.index(pair[0]))) for owner, pairs in found.items()
    }
