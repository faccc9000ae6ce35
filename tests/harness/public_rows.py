"""Rows for tests of what the public sees: a cycle in any phase with any number of projects, written directly.

Not by the use cases: a page must show whatever the tables hold, and a test of a page should not fail because of a
rule of the domain. Names are invented.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select, update

from budget.reading.folding import folded_project
from models.cycle import Cycle, Envelope, PhaseWindow
from models.district import Area, District
from models.enums import (
    AllocationRule,
    Answer,
    Criterion,
    DecidedBy,
    Direction,
    Language,
    Phase,
    ProjectState,
    ScreeningOutcome,
    VerdictKind,
    WorksStatus,
)
from models.project import Photo, Project, ProjectAddress
from models.result import Count, VerdictRow
from models.screening import Screening, ScreeningAnswer
from models.works import Works, WorksChange

LENGTHS = (5, 20, 15, 18, 10, 200)
"""Days of the phases from announcement to implementation; the archive has no end."""
_BUILT = [status for status in WorksStatus if status is not WorksStatus.CANCELLED]
"""What works come to unless their winner falls out."""
COST = 4_000_000


def windows(phase: Phase, now: datetime, day: int = 3) -> list[tuple[Phase, datetime, datetime | None]]:
    """A calendar without gaps in which `now` is `day` days into `phase`."""
    order = list(Phase)
    at = now - timedelta(days=day + sum(LENGTHS[: order.index(phase)]))
    found: list[tuple[Phase, datetime, datetime | None]] = []
    for each, days in zip(order, LENGTHS, strict=False):
        found.append((each, at, at + timedelta(days=days)))
        at += timedelta(days=days)
    return [*found, (Phase.ARCHIVE, at, None)]


def add_district(session: Session) -> dict[str, int]:
    """The district and two areas; ids by code. Nothing where they are."""
    if session.exec(select(District)).first() is None:
        session.add(
            District(
                kato="711310000",
                name_kk="Сарыарқа ауданы",
                name_ru="район Сарыарка",
                name_en="Saryarka district",
                akimat_kk="Сарыарқа ауданының әкімдігі",
                akimat_ru="Акимат района Сарыарка",
                akimat_en="Akimat of Saryarka district",
                programme_kk="Қатысу бюджеті",
                programme_ru="Бюджет участия",
                programme_en="Participation budget",
            )
        )
        session.add(Area(code="koktal-1", name_kk="Көктал 1", name_ru="Коктал 1", name_en="Koktal 1"))
        session.add(Area(code="agro", name_kk="Агроқалашық", name_ru="Агрогородок", name_en="Agrogorodok"))
        session.flush()
    return {area.code: area.id or 0 for area in session.exec(select(Area).order_by(col(Area.id)))}


def add_cycle(
    session: Session,
    now: datetime,
    *,
    slug: str = "2027",
    phase: Phase = Phase.VOTING,
    projects: int = 12,
    published: bool = True,
    envelopes: int = 1,
    results: bool = False,
    **settings: Any,
) -> Cycle:
    """A cycle standing in `phase`, frozen from voting on, with `projects` of all states: of every ten seven are
    admitted, one each rejected, returned and being reviewed (the last two only before the vote)."""
    areas = list(add_district(session).values())
    values: dict[str, Any] = {
        "slug": slug,
        "year": 2027,
        "title_kk": f"Қатысу бюджеті – {slug}",
        "title_ru": f"Бюджет участия – {slug}",
        "title_en": f"Participation budget {slug}",
        "allotted_tenge": 20_000_000,
        "directions": [str(direction) for direction in Direction],
        "methods": ["sms"],
        "created_at": now,
        "published_at": now if published else None,
        **settings,
    }
    cycle = Cycle(**values)
    session.add(cycle)
    session.flush()
    cycle_id = cycle.id or 0
    for each, starts_at, ends_at in windows(phase, now):
        session.add(PhaseWindow(cycle_id=cycle_id, phase=each, starts_at=starts_at, ends_at=ends_at))
    parts = [
        _envelope(cycle_id, slug, number, envelopes, cycle.allotted_tenge) for number in range(envelopes)
    ]
    session.add_all(parts)
    session.flush()
    is_frozen = list(Phase).index(phase) >= list(Phase).index(Phase.VOTING)
    for number in range(1, projects + 1):
        part = parts[number % envelopes].id
        _add_project(session, cycle, number, areas[number % len(areas)], part or 0, is_frozen, now)
    if is_frozen:
        frozen = {"frozen_at": now - timedelta(days=4), "frozen_hash": "ab" * 32}
        session.exec(update(Cycle).where(col(Cycle.id) == cycle_id).values(**frozen))
        session.refresh(cycle)
    if results:
        add_result(session, cycle, now)
    return cycle


def _envelope(cycle_id: int, slug: str, number: int, of: int, allotted: int) -> Envelope:
    return Envelope(
        public_id=f"env{slug[:5]}{number:02d}",
        cycle_id=cycle_id,
        position=number + 1,
        name_kk=f"{number + 1}-конверт",
        name_ru=f"Конверт {number + 1}",
        name_en=f"Envelope {number + 1}",
        total_tenge=allotted // of,
    )


def _state(number: int, is_frozen: bool) -> ProjectState:
    states = {8: ProjectState.REJECTED, 9: ProjectState.RETURNED, 0: ProjectState.SUBMITTED}
    state = states.get(number % 10, ProjectState.ADMITTED)
    return ProjectState.REJECTED if is_frozen and state is not ProjectState.ADMITTED else state


def _add_project(
    session: Session, cycle: Cycle, number: int, area: int, envelope: int, is_frozen: bool, now: datetime
) -> None:
    state = _state(number, is_frozen)
    is_kazakh = number % 3 != 0
    project = Project(
        public_id=f"p{cycle.slug[:4]}{number:05d}",
        cycle_id=cycle.id or 0,
        number=number,
        language=Language.KK if is_kazakh else Language.RU,
        title_kk=f"Бейбітшілік {number}: балалар алаңы" if is_kazakh else None,
        title_ru=f"Мир {number}: детская площадка",
        title_en=f"Peace {number}: a playground" if is_kazakh else None,
        description_kk="Ауламызға ойын алаңы керек." if is_kazakh else None,
        description_ru="Нашему двору нужна площадка.",
        area_id=area,
        envelope_id=envelope if state is ProjectState.ADMITTED else None,
        direction=list(Direction)[number % len(Direction)],
        estimate_tenge=COST + number * 10_000,
        cost_tenge=COST + number * 10_000 if state is ProjectState.ADMITTED else None,
        state=state,
        submitted_at=now - timedelta(days=30),
    )
    addresses = [
        ProjectAddress(
            project_id=0,
            position=position,
            street_kk="Күмісбеков көшесі",
            street_ru="ул. Кумисбекова",
            street_en="Kumisbekov Street",
            house=house,
        )
        for position, house in enumerate(("7/1", "9а"))
    ]
    project.folded = folded_project(project, addresses)
    session.add(project)
    session.flush()
    project_id = project.id or 0
    for address in addresses:
        address.project_id = project_id
    session.add_all(addresses)
    outcomes = {str(outcome): outcome for outcome in ScreeningOutcome}
    if str(state) in outcomes:
        is_good = state is ProjectState.ADMITTED
        decision = Screening(
            project_id=project_id,
            outcome=outcomes[str(state)],
            decided_by=DecidedBy.COUNCIL,
            criterion=Criterion.LAND if state is ProjectState.REJECTED else None,
            clause="" if is_good else "14",
            reason_kk="" if is_good else "Жер учаскесі жеке меншікте.",
            reason_ru="" if is_good else "Земельный участок в частной собственности.",
            decided_at=now - timedelta(days=20),
        )
        session.add(decision)
        session.flush()
        land = Answer.FAILS if state is ProjectState.REJECTED else Answer.MEETS
        for criterion in Criterion:
            answer = land if criterion is Criterion.LAND else Answer.MEETS
            session.add(ScreeningAnswer(screening_id=decision.id or 0, criterion=criterion, answer=answer))


def add_photo(session: Session, public_id: str, content: bytes, now: datetime) -> str:
    """A photo for the project at `public_id`; the photo's public id."""
    project = session.exec(select(Project).where(Project.public_id == public_id)).one()
    photo = Photo(
        public_id=f"f{public_id[1:]}",
        project_id=project.id or 0,
        width=640,
        height=480,
        content=content,
        thumbnail=content[:100],
        added_at=now,
    )
    session.add(photo)
    session.flush()
    return photo.public_id


def add_result(session: Session, cycle: Cycle, now: datetime, *, published: bool = True) -> None:
    """A count by `skip` with invented votes, the works of the winners, and its publication."""
    cycle_id = cycle.id or 0
    session.add(
        Count(
            cycle_id=cycle_id,
            counted_at=now,
            participations=893,
            valid=880,
            empty=8,
            invalid=5,
            ballots_root="cd" * 32,
        )
    )
    admitted = session.exec(
        select(Project)
        .where(Project.cycle_id == cycle_id, Project.state == ProjectState.ADMITTED)
        .order_by(col(Project.number))
    ).all()
    for envelope in session.exec(select(Envelope).where(Envelope.cycle_id == cycle_id)).all():
        _count_envelope(session, envelope, [p for p in admitted if p.envelope_id == envelope.id], now)
    published_at = now - timedelta(hours=1) if published else None
    cycle.counted_at, cycle.opened_at, cycle.separated_at = now, now, now
    cycle.results_published_at = published_at
    session.add(cycle)
    session.flush()


def _count_envelope(session: Session, envelope: Envelope, projects: list[Project], now: datetime) -> None:
    left = envelope.total_tenge
    for place, project in enumerate(projects, start=1):
        cost, before = project.cost_tenge or 0, left
        fits = cost <= left
        left -= cost if fits else 0
        session.add(
            VerdictRow(
                project_id=project.id or 0,
                cycle_id=envelope.cycle_id,
                envelope_id=envelope.id or 0,
                position=place,
                place=place,
                votes=1000 - place * 10,
                cost_tenge=cost,
                remaining_before_tenge=before,
                remaining_after_tenge=left,
                kind=VerdictKind.WON if fits else VerdictKind.DOES_NOT_FIT,
                missing_votes=None if fits else 11,
                missing_tenge=None if fits else cost - before,
            )
        )
        if fits:
            status = _BUILT[place % len(_BUILT)]
            reason = "Қыс ерте түсті." if status is WorksStatus.POSTPONED else ""
            change = {"status": status, "reason": reason, "language": Language.KK, "changed_at": now}
            session.add(Works(project_id=project.id or 0, **change))
            session.add(WorksChange(project_id=project.id or 0, **change))


__all__ = ["AllocationRule", "add_cycle", "add_district", "add_photo", "add_result", "windows"]
