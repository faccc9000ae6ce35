"""Rows of a council written directly, for pages at any size: members, a published session with an item for every decided
project, votes, recusals, a protocol with signatures, an appeal, and after a vote the confirmations."""

from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from models.confirmation import Confirmation
from models.council import CouncilMember
from models.council_session import (
    AgendaItem,
    Attendance,
    CouncilSession,
    CouncilVote,
    ItemAnswer,
    Protocol,
    ProtocolSignature,
    Recusal,
)
from models.cycle import Cycle
from models.enums import (
    Answer,
    ConflictKind,
    CouncilChoice,
    Criterion,
    ItemKind,
    ItemResult,
    Language,
    MemberKind,
    ProjectState,
    Role,
    ScreeningOutcome,
    SessionKind,
    SigningMethod,
    VerdictKind,
)
from models.people import Staff
from models.project import Project
from models.result import VerdictRow
from models.screening import Appeal, Screening

MEMBERS = 9
PRESENT = 7


def add_council(session: Session, cycle: Cycle, now: datetime) -> list[CouncilMember]:
    """Nine members of three kinds, published."""
    kinds = list(MemberKind)
    rows = []
    for number in range(1, MEMBERS + 1):
        account = Staff(
            email=f"{cycle.slug}-{number}@example.kz",
            name="-",
            role=Role.COUNCIL,
            password_hash="-",
            created_at=now,
        )
        session.add(account)
        session.flush()
        rows.append(
            CouncilMember(
                public_id=f"m{cycle.slug[:6]}{number:02d}",
                cycle_id=cycle.id or 0,
                staff_id=account.id or 0,
                kind=kinds[number % 3],
                is_chair=number == 1,
                name_kk=f"Мүше {number}",
                name_ru=f"Член {number}",
                appointed_by="№ 12 бұйрық",
                from_on=date(2020, 1, 1),
                added_at=now - timedelta(days=60),
                declared_at=now,
            )
        )
    session.add_all(rows)
    cycle.council_published_at = now - timedelta(days=50)
    session.add(cycle)
    session.flush()
    return rows


def add_session(
    session: Session,
    cycle: Cycle,
    council: list[CouncilMember],
    now: datetime,
    kind: SessionKind = SessionKind.SCREENING,
) -> CouncilSession:
    """A published session that decided on every decided project, or on every winner; with its protocol."""
    at = now - timedelta(days=20 if kind is SessionKind.SCREENING else 1)
    number = 1 if kind is SessionKind.SCREENING else 2
    held = CouncilSession(
        public_id=f"s{cycle.slug[:6]}{number:02d}",
        cycle_id=cycle.id or 0,
        number=number,
        kind=kind,
        starts_at=at,
        place_kk="Әкімдік, 214-бөлме",
        place_ru="Акимат, кабинет 214",
        created_at=at - timedelta(days=2),
        announced_at=at - timedelta(days=1),
        opened_at=at,
        closed_at=at,
        published_at=at,
    )
    session.add(held)
    session.flush()
    session.add_all(
        Attendance(session_id=held.id or 0, member_id=one.id or 0, arrived_at=at) for one in council[:PRESENT]
    )
    decided = _screened(session, cycle) if kind is SessionKind.SCREENING else _won(session, cycle)
    for position, (project, values) in enumerate(decided, start=1):
        _add_item(session, held, project, position, values, council, at)
    if kind is SessionKind.DECISION:
        _add_confirmations(session, cycle, held, at)
    _add_protocol(session, held, council, at)
    return held


def add_appeal(session: Session, cycle: Cycle, now: datetime) -> None:
    """One of the rejected authors appeals."""
    rows = select(Screening).join(Project, col(Project.id) == Screening.project_id)
    rejected = rows.where(Project.cycle_id == cycle.id, Screening.outcome == ScreeningOutcome.REJECTED)
    decision = session.exec(rejected.limit(1)).one()
    session.add(
        Appeal(
            public_id=f"a{cycle.slug[:8]}",
            project_id=decision.project_id,
            screening_id=decision.id or 0,
            text="Келіспеймін.",
            language=Language.KK,
            filed_at=now - timedelta(days=10),
            decide_by=now + timedelta(days=10),
        )
    )
    session.flush()


def _screened(session: Session, cycle: Cycle) -> list[tuple[Project, dict[str, object]]]:
    outcomes = {ProjectState.ADMITTED, ProjectState.REJECTED}
    rows = select(Project).where(Project.cycle_id == cycle.id, col(Project.state).in_(outcomes))
    found = []
    for project in session.exec(rows.order_by(col(Project.number))).all():
        is_admitted = project.state is ProjectState.ADMITTED
        values: dict[str, object] = {
            "kind": ItemKind.SCREENING,
            "version": 1,
            "outcome": ScreeningOutcome(project.state),
            "cost_tenge": project.cost_tenge,
        }
        if not is_admitted:
            values |= {
                "criterion": Criterion.LAND,
                "clause": "14",
                "reason_kk": "Жер.",
                "reason_ru": "Земля.",
            }
        found.append((project, values))
    return found


def _won(session: Session, cycle: Cycle) -> list[tuple[Project, dict[str, object]]]:
    rows = (
        select(Project)
        .join(VerdictRow, col(VerdictRow.project_id) == Project.id)
        .where(VerdictRow.cycle_id == cycle.id, VerdictRow.kind == VerdictKind.WON)
    )
    return [(one, {"kind": ItemKind.CONFIRMATION, "wins": True}) for one in session.exec(rows).all()]


_CARRIED = {
    "result": ItemResult.CARRIED, "entitled": MEMBERS, "present": PRESENT, "needed": 5, "votes_for": PRESENT - 1,
    "votes_against": 1, "abstained": 0,
}  # fmt: skip


def _add_item(
    session: Session,
    held: CouncilSession,
    project: Project,
    position: int,
    values: dict[str, object],
    council: list[CouncilMember],
    at: datetime,
) -> None:
    item = AgendaItem(
        public_id=f"{held.public_id[:5]}{held.number}{position:04d}"[:10],
        session_id=held.id or 0,
        position=position,
        project_id=project.id,
        **values,
    )
    session.add(item)
    session.flush()
    item_id = item.id or 0
    if item.kind is ItemKind.SCREENING:
        land = Answer.MEETS if item.outcome is ScreeningOutcome.ADMITTED else Answer.FAILS
        for criterion in Criterion:
            answer = land if criterion is Criterion.LAND else Answer.MEETS
            session.add(ItemAnswer(item_id=item_id, criterion=criterion, answer=answer))
        session.flush()
    for name, value in {**_CARRIED, "opened_at": at, "closed_at": at}.items():
        setattr(item, name, value)
    for place, member in enumerate(council[:PRESENT]):
        choice = CouncilChoice.FOR if place else CouncilChoice.AGAINST
        session.add(CouncilVote(item_id=item_id, member_id=member.id or 0, choice=choice, cast_at=at))
    if position % 10 == 0:
        session.add(Recusal(item_id=item_id, member_id=council[-1].id or 0, kind=ConflictKind.OWN))


def _add_confirmations(session: Session, cycle: Cycle, held: CouncilSession, at: datetime) -> None:
    items = session.exec(select(AgendaItem).where(AgendaItem.session_id == held.id)).all()
    for item in items:
        session.add(
            Confirmation(
                project_id=item.project_id or 0,
                cycle_id=cycle.id or 0,
                item_id=item.id or 0,
                wins=True,
                departs=False,
                place=item.position,
                decided_at=at,
            )
        )
    session.flush()


def _add_protocol(session: Session, held: CouncilSession, council: list[CouncilMember], at: datetime) -> None:
    protocol = Protocol(
        public_id=f"pr{held.public_id[1:]}"[:10],
        cycle_id=held.cycle_id,
        session_id=held.id or 0,
        number=held.number,
        content=b"%PDF-1.7",
        sha256="ef" * 32,
        made_at=at,
    )
    session.add(protocol)
    session.flush()
    for member in council[:PRESENT]:
        session.add(
            ProtocolSignature(
                protocol_id=protocol.id or 0,
                member_id=member.id or 0,
                sha256=protocol.sha256,
                method=SigningMethod.ACCOUNT,
                signed_at=at,
            )
        )
    session.flush()
