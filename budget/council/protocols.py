"""Protocols of sessions: what stands in one, kept as a finished PDF with its SHA-256, and signed by those who were there.

`facts_of` reads everything off the rows of a closed session, which can't change any more; the edge makes the document
of it. A kept protocol never changes: a mistake is corrected by another protocol with its own number, which names the one
it corrects. A signature names the SHA-256 that was signed.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget import audit, ballot_log, cycles, turnout
from budget.council import agenda, members, sessions, votes, winners
from budget.council.sessions import Step
from budget.differences import Content
from budget.errors import (
    AlreadyDone,
    AlreadySigned,
    MotionIncomplete,
    NotAttended,
    NotFound,
    ProtocolCorrected,
    SessionChanged,
)
from budget.permissions import Action, Actor, require_role
from budget.projects import locked_cycle
from models.base import new_public_id
from models.council import CouncilMember
from models.council_session import (
    AgendaItem,
    Attendance,
    CouncilSession,
    CouncilVote,
    Protocol,
    ProtocolSignature,
    Recusal,
)
from models.cycle import Cycle, Envelope
from models.enums import Answer, Criterion, ItemKind, SigningMethod
from models.log import LogHead
from models.project import Project
from models.result import Count, VerdictRow
from models.screening import ProjectVersion


@dataclass(frozen=True)
class ItemFacts:
    """An item as it was decided: the motion, what it says of the criteria, who voted how, who stood aside. `text` is the
    author's text that was voted on, None where it was not kept; the project's own may be another one by now. `votes` are
    those that made the numbers; `void` those of whoever stood aside or left the council between voting and the closing."""

    item: AgendaItem
    project: Project | None
    text: Content | None
    answers: dict[Criterion, Answer]
    votes: tuple[CouncilVote, ...]
    void: tuple[CouncilVote, ...]
    recusals: tuple[Recusal, ...]
    verdict: VerdictRow | None
    departs: bool


@dataclass(frozen=True)
class CountFacts:
    """What the second session decides about: the frozen rules, the log's final head, the sums of the count, the people who
    voted by web and at the desk (those set aside too), and the whole ranking."""

    frozen_hash: str
    head: LogHead | None
    sums: Count
    electronic: int
    ranking: tuple[tuple[VerdictRow, Project], ...]


@dataclass(frozen=True)
class ProtocolFacts:
    """Everything of a protocol. `present` are those who were there (from when to when: `attendance`), `absent` the members
    in office who were not, all by id in `people`; `items` were put to the vote, `left_over` were not; `ordered` are the
    projects of the order of implementation."""

    cycle: Cycle
    envelopes: tuple[Envelope, ...]
    session: CouncilSession
    number: int
    corrects: Protocol | None
    correction_kk: str
    correction_ru: str
    people: dict[int, CouncilMember]
    present: tuple[CouncilMember, ...]
    absent: tuple[CouncilMember, ...]
    attendance: dict[int, Attendance]
    items: tuple[ItemFacts, ...]
    left_over: tuple[tuple[AgendaItem, Project | None], ...]
    count: CountFacts | None
    ordered: tuple[Project, ...] = field(default=())


def facts_of(
    session: Session,
    row: CouncilSession,
    *,
    corrects: Protocol | None = None,
    correction_kk: str = "",
    correction_ru: str = "",
) -> ProtocolFacts:
    """The facts of the session's next protocol. Raises SessionStep before the session is closed."""
    sessions.require_step(row, Step.CLOSED, Step.PUBLISHED)
    cycle = sessions.cycle_of(session, row)
    everybody = members.of_cycle(session, row.cycle_id)
    there = sessions.attendance(session, row)
    at = row.opened_at or row.starts_at
    items = agenda.items_of(session, row)
    projects = _projects(session, items)
    is_second = any(item.kind is ItemKind.CONFIRMATION for item in items)
    people = {one.id or 0: one for one in everybody}
    return ProtocolFacts(
        cycle=cycle,
        envelopes=tuple(cycles.envelopes(session, cycle.id or 0)),
        session=row,
        number=_next_number(session, cycle),
        corrects=corrects,
        correction_kk=correction_kk.strip(),
        correction_ru=correction_ru.strip(),
        people=people,
        present=tuple(one for one in everybody if one.id in there),
        absent=tuple(one for one in everybody if one.id not in there and members.is_in_office(one, at)),
        attendance=there,
        items=_items(session, [item for item in items if item.opened_at is not None], projects, people),
        left_over=tuple(
            (item, projects.get(item.project_id or 0)) for item in items if item.opened_at is None
        ),
        count=_count(session, cycle) if is_second else None,
        ordered=_ordered(session, cycle, items),
    )


def keep(session: Session, actor: Actor, facts: ProtocolFacts, content: bytes, *, now: datetime) -> Protocol:
    """Keep the document made of these facts under its number.

    Raises: NotPermitted, MotionIncomplete (a correction that is not explained), ProtocolCorrected, AlreadyDone(at) where
    the session has a protocol, SessionChanged where another session's got this number meanwhile.
    """
    require_role(actor, Action.MANAGE_SESSIONS)
    row = sessions.locked(session, actor, facts.session.public_id)
    given = {"correction_kk": facts.correction_kk, "correction_ru": facts.correction_ru}
    if facts.corrects is not None and not all(given.values()):
        missing = tuple(name for name, text in given.items() if not text)
        raise MotionIncomplete(number=None, missing=missing)
    if facts.corrects is not None:
        _refuse_corrected(session, facts.corrects)
    elif made := of_session(session, row):
        raise AlreadyDone(at=made[0].made_at)
    if facts.number != _next_number(session, facts.cycle):
        raise SessionChanged
    protocol = Protocol(
        public_id=new_public_id(),
        cycle_id=row.cycle_id,
        session_id=row.id or 0,
        number=facts.number,
        corrects_id=facts.corrects.id if facts.corrects is not None else None,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        made_at=now,
        made_by=actor.id,
        correction_kk=facts.correction_kk,
        correction_ru=facts.correction_ru,
    )
    session.add(protocol)
    session.flush()
    _record(
        session,
        actor,
        "protocol.make",
        protocol,
        now,
        corrects=facts.corrects.number if facts.corrects else None,
    )
    return protocol


def sign(
    session: Session, actor: Actor, public_id: str, *, certificate: str = "", now: datetime
) -> ProtocolSignature:
    """Sign the protocol as a member who was at the session; with a certificate's name, by electronic signature.

    Raises: NotFound, NotPermitted, NotAttended, ProtocolCorrected, AlreadySigned(at).
    """
    require_role(actor, Action.SIGN_PROTOCOL)
    protocol = by_public_id(session, public_id)
    locked_cycle(session, protocol.cycle_id)
    row = session.get_one(CouncilSession, protocol.session_id)
    member = _attendee(session, actor, row)
    _refuse_corrected(session, protocol)
    _refuse_signed(session, protocol, member)
    signature = ProtocolSignature(
        protocol_id=protocol.id or 0,
        member_id=member.id or 0,
        sha256=protocol.sha256,
        method=SigningMethod.EDS if certificate else SigningMethod.ACCOUNT,
        certificate=certificate,
        signed_at=now,
    )
    try:
        with session.begin_nested():
            session.add(signature)
            session.flush()
    except sa.exc.IntegrityError:
        _refuse_signed(session, protocol, member)
        raise
    _record(session, actor, "protocol.sign", protocol, now, method=str(signature.method))
    return signature


def by_public_id(session: Session, public_id: str) -> Protocol:
    """Raises NotFound."""
    row = session.exec(select(Protocol).where(Protocol.public_id == public_id)).first()
    if row is None:
        raise NotFound(protocol=public_id)
    return row


def of_session(session: Session, row: CouncilSession) -> Sequence[Protocol]:
    """The protocols of a session, the newest last; each but the last is corrected by the next."""
    rows = select(Protocol).where(Protocol.session_id == row.id)
    return session.exec(rows.order_by(col(Protocol.number))).all()


def signatures_of(session: Session, protocol: Protocol) -> list[tuple[ProtocolSignature, CouncilMember]]:
    """Who has signed, in the order of signing."""
    return signed_by(session, protocol.id)


def signed_by(session: Session, protocol_id: int | None) -> list[tuple[ProtocolSignature, CouncilMember]]:
    """The same by the protocol's row, without its document."""
    rows = (
        select(ProtocolSignature, CouncilMember)
        .join(CouncilMember, col(CouncilMember.id) == ProtocolSignature.member_id)
        .where(ProtocolSignature.protocol_id == protocol_id)
    )
    return list(session.exec(rows.order_by(col(ProtocolSignature.signed_at))).all())


def to_sign(session: Session, actor: Actor) -> list[tuple[Protocol, CouncilSession]]:
    """The protocols this account may sign and has not, oldest first."""
    rows = select(Protocol, CouncilSession).join(
        CouncilSession, col(CouncilSession.id) == Protocol.session_id
    )
    found = []
    for protocol, row in session.exec(rows.order_by(col(Protocol.id))).all():
        try:
            member = _attendee(session, actor, row)
            _refuse_corrected(session, protocol)
        except (NotAttended, ProtocolCorrected):
            continue
        if session.get(ProtocolSignature, (protocol.id, member.id)) is None:
            found.append((protocol, row))
    return found


def _by_effect(
    item: AgendaItem,
    cast: Sequence[CouncilVote],
    aside: Sequence[Recusal],
    people: Mapping[int, CouncilMember],
) -> tuple[tuple[CouncilVote, ...], tuple[CouncilVote, ...]]:
    """The votes that made the numbers of a closed item, and those that did not."""
    out = {one.member_id for one in aside}

    def counts(vote: CouncilVote) -> bool:
        at = item.closed_at
        return vote.member_id not in out and (at is None or members.is_in_office(people[vote.member_id], at))

    return tuple(filter(counts, cast)), tuple(vote for vote in cast if not counts(vote))


def _attendee(session: Session, actor: Actor, row: CouncilSession) -> CouncilMember:
    there = sessions.attendance(session, row).keys()
    mine = (one for one in members.of_cycle(session, row.cycle_id) if one.staff_id == actor.id)
    found = next((one for one in mine if one.id in there), None)
    if found is None:
        raise NotAttended
    return found


def _refuse_corrected(session: Session, protocol: Protocol) -> None:
    later = session.exec(select(Protocol).where(Protocol.corrects_id == protocol.id)).first()
    if later is not None:
        raise ProtocolCorrected(number=later.number)


def _refuse_signed(session: Session, protocol: Protocol, member: CouncilMember) -> None:
    earlier = session.get(ProtocolSignature, (protocol.id, member.id))
    if earlier is not None:
        raise AlreadySigned(at=earlier.signed_at)


def _next_number(session: Session, cycle: Cycle) -> int:
    last = session.exec(select(sa.func.max(Protocol.number)).where(Protocol.cycle_id == cycle.id)).one()
    return (last or 0) + 1


def _projects(session: Session, items: Sequence[AgendaItem]) -> dict[int, Project]:
    ids = [item.project_id for item in items if item.project_id is not None]
    return {one.id or 0: one for one in session.exec(select(Project).where(col(Project.id).in_(ids)))}


def _items(
    session: Session,
    items: Sequence[AgendaItem],
    projects: Mapping[int, Project],
    people: Mapping[int, CouncilMember],
) -> tuple[ItemFacts, ...]:
    """A fixed number of statements, however many items there are."""
    ids = [item.id or 0 for item in items]
    answers, cast = agenda.answers_of(session, ids), votes.votes_of(session, ids)
    aside, texts = votes.recusals_of(session, ids), _texts(session, items)
    verdicts = {
        one.project_id: one
        for one in session.exec(select(VerdictRow).where(col(VerdictRow.project_id).in_(projects)))
    }
    return tuple(
        ItemFacts(
            item,
            projects.get(item.project_id or 0),
            texts.get((item.project_id, item.version)),
            answers.get(item.id or 0, {}),
            *_by_effect(item, cast.get(item.id or 0, ()), aside.get(item.id or 0, ()), people),
            tuple(aside.get(item.id or 0, ())),
            verdicts.get(item.project_id or 0) if item.kind is ItemKind.CONFIRMATION else None,
            agenda.departs(session, item),
        )
        for item in items
    )


def _texts(session: Session, items: Sequence[AgendaItem]) -> dict[tuple[int | None, int | None], Content]:
    ids = [item.project_id for item in items if item.version is not None]
    rows = session.exec(select(ProjectVersion).where(col(ProjectVersion.project_id).in_(ids)))
    return {(row.project_id, row.number): row.content for row in rows}


def _ordered(session: Session, cycle: Cycle, items: Sequence[AgendaItem]) -> tuple[Project, ...]:
    order = next((item.content for item in items if item.kind is ItemKind.ORDER), [])
    return tuple(winners.ordered(session, cycle.id or 0, order))


def _count(session: Session, cycle: Cycle) -> CountFacts | None:
    sums = session.get(Count, cycle.id)
    if sums is None or cycle.frozen_hash is None:
        return None
    took_part = turnout.took_part(turnout.stored(session, cycle.id or 0))
    ranking = (
        select(VerdictRow, Project)
        .join(Project, col(Project.id) == VerdictRow.project_id)
        .where(VerdictRow.cycle_id == cycle.id)
    )
    return CountFacts(
        cycle.frozen_hash,
        ballot_log.final_head(session, cycle.id or 0),
        sums,
        (took_part.electronic if took_part is not None else 0) + sums.annulled,
        tuple(session.exec(ranking.order_by(col(VerdictRow.position))).all()),
    )


def _record(
    session: Session, actor: Actor, act: str, protocol: Protocol, now: datetime, **facts: object
) -> None:
    audit.record(
        session, actor, act, now=now, cycle_id=protocol.cycle_id, subject=f"protocol:{protocol.public_id}",
        number=protocol.number, sha256=protocol.sha256, **facts,
    )  # fmt: skip
