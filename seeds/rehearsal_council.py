"""The council's road in the rehearsal: formal check, reviews, two projects that come back, a merger, three members who
stand aside, a session, an appeal won and one lost in a second session, and after the vote the third one that confirms.

Everything goes through the domain functions at simulated instants, as in a real cycle.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from budget import addresses, projects
from budget.council import agenda, appeals, mergers, reviews
from budget.council.motions import Motion
from budget.council.returns import send_back
from budget.permissions import Actor
from models.council import CouncilMember
from models.cycle import Cycle
from models.enums import (
    Answer,
    ConflictKind,
    Language,
    ProjectPart,
    Role,
    ScreeningOutcome,
    SessionKind,
)
from models.project import Project
from seeds import council
from seeds.council import Document
from seeds.course import Clock
from seeds.rehearsal_plan import Plan, PlannedProject

Heard = Callable[[int], object]
_ASIDE = (3, 4, 5)
"""Seats of the members who stand aside from one project each; they are there, so each quorum is counted anew."""
_ABSENT = (6, 7, 8)
"""Seats of the members who miss the first session, and so may decide the appeals."""
_REMARK = "Сметаға жеткізу құнын қосыңыз."


@dataclass(frozen=True)
class Case:
    """What the rehearsal works on: the cycle, its plan, the projects in the plan's order, their authors."""

    cycle: Cycle
    plan: Plan
    rows: Sequence[Project]
    authors: Sequence[Actor]
    extra: Project
    extra_author: Actor
    coordinator: Actor
    clock: Clock
    document: Document | None


def compose(session: Session, coordinator: Actor, slug: str, *, now: datetime) -> None:
    """Nine members, published."""
    accounts = council.accounts(session, "rehearsal.example", now=now)
    council.compose(session, coordinator, slug, accounts, now=now)


def similar(
    session: Session, author: Actor, cycle: Cycle, planned: PlannedProject, *, now: datetime
) -> Project:
    """One application more, for the yard of another one."""
    return projects.submit(session, author, cycle, proposal_of(planned, similar=True), None, now=now)


def proposal_of(planned: PlannedProject, *, similar: bool = False) -> projects.Proposal:
    """What the author of a planned project sends in."""
    house = addresses.parse(planned.street, planned.house)
    title = f"{planned.title} (2)" if similar else planned.title
    return projects.Proposal(
        language=planned.language,
        title=title,
        description=planned.text,
        addresses=(house,),
        area=planned.area,
        direction=planned.direction,
        estimate_tenge=planned.estimate,
    )


def screen(session: Session, case: Case, heard: Heard) -> None:
    """From the declarations to the answers to the appeals."""
    road, clock = case.plan.road, case.clock
    aside = {
        seat: {case.rows[place].public_id: kind}
        for seat, place, kind in zip(_ASIDE, road.recused, ConflictKind, strict=True)
    }
    council.declare(session, case.cycle, aside, now=clock.at(-79.9))
    _merge(session, case)
    _send_back(session, case)
    council.check_and_assign(session, case.coordinator, case.cycle, now=clock.at(-73))
    for place, (project, planned) in enumerate(zip(case.rows, case.plan.projects, strict=True)):
        at = clock.at(-72 + 9 * place / len(case.rows))
        council.review(session, project, _first_motion(case, place, planned), now=at)
        heard(1)
    _first_session(session, case)
    _appeal(session, case)


def confirm(session: Session, case: Case) -> None:
    """The session after the vote: the winners are confirmed, their order is set."""
    clock, coordinator = case.clock, case.coordinator
    at = clock.at(-19.5)
    kind = SessionKind.DECISION
    row = council.plan(session, coordinator, case.cycle.slug, kind, starts_at=clock.at(-18), now=at)
    agenda.fill(session, coordinator, row.public_id, now=at)
    council.put(session, coordinator, row, {}, now=at)
    council.hold(session, coordinator, row, absent=(8,), now=clock.at(-18))
    council.publish(session, coordinator, row, case.document, now=clock.at(-17.5))


def _merge(session: Session, case: Case) -> None:
    """Both authors agree that the two become one."""
    clock, kept = case.clock, case.rows[case.plan.road.merged_into]
    asked = mergers.propose(
        session,
        case.coordinator,
        kept.public_id,
        case.extra.public_id,
        note_kk="Екі өтінім бір аула туралы.",
        note_ru="Обе заявки об одном дворе.",
        now=clock.at(-79.8),
    )
    for days, author in ((-79.6, case.authors[case.plan.road.merged_into]), (-79.5, case.extra_author)):
        mergers.answer(session, author, asked.public_id, agrees=True, now=clock.at(days))


def _send_back(session: Session, case: Case) -> None:
    """The coordinator sends one back as incomplete, a reviewer another one; both authors correct in time."""
    clock, (first, second) = case.clock, case.plan.road.returned
    remarks = {ProjectPart.ESTIMATE: _REMARK}
    language = Language.KK
    send_back(
        session, case.coordinator, case.rows[first].public_id, remarks, language=language, now=clock.at(-79)
    )
    council.check_and_assign(session, case.coordinator, case.cycle, now=clock.at(-78.5))
    project = case.rows[second]
    reader = session.get_one(CouncilMember, reviews.of_project(session, project)[0].member_id)
    actor = Actor(Role.COUNCIL, reader.staff_id, reader.name_kk)
    send_back(session, actor, project.public_id, remarks, language=language, now=clock.at(-77))
    for place in (first, second):
        planned = case.plan.projects[place]
        corrected = replace(proposal_of(planned), description=f"{planned.text} Жеткізу құны сметаға қосылды.")
        public_id = case.rows[place].public_id
        projects.correct(session, case.authors[place], public_id, corrected, None, now=clock.at(-75))


def _first_session(session: Session, case: Case) -> None:
    clock, coordinator = case.clock, case.coordinator
    at = clock.at(-62.5)
    kind = SessionKind.SCREENING
    row = council.plan(session, coordinator, case.cycle.slug, kind, starts_at=clock.at(-62), now=at)
    motions = {
        project.public_id: _first_motion(case, place, planned)
        for place, (project, planned) in enumerate(zip(case.rows, case.plan.projects, strict=True))
    }
    council.put(session, coordinator, row, motions, now=at)
    council.hold(session, coordinator, row, absent=_ABSENT, now=clock.at(-62))
    council.publish(session, coordinator, row, case.document, now=clock.at(-61.5))


def _appeal(session: Session, case: Case) -> None:
    clock, road, coordinator = case.clock, case.plan.road, case.coordinator
    for place in (road.appeal_won, road.appeal_lost):
        appeals.file(
            session,
            case.authors[place],
            case.rows[place].public_id,
            text="Кеңестің шешімімен келіспеймін: учаске жалпыға ортақ.",
            language=Language.KK,
            wants_hearing=place == road.appeal_won,
            now=clock.at(-60.5),
        )
    at = clock.at(-58)
    kind = SessionKind.SCREENING
    row = council.plan(session, coordinator, case.cycle.slug, kind, starts_at=clock.at(-55), now=at)
    won, lost = case.plan.projects[road.appeal_won], case.plan.projects[road.appeal_lost]
    motions = {
        case.rows[road.appeal_won].public_id: motion_of(won),
        case.rows[road.appeal_lost].public_id: motion_of(lost),
    }
    council.put(session, coordinator, row, motions, now=at)
    council.hold(session, coordinator, row, now=clock.at(-55))
    council.publish(session, coordinator, row, case.document, now=clock.at(-54.5))


def _first_motion(case: Case, place: int, planned: PlannedProject) -> Motion:
    """What the plan says; the one that wins its appeal is rejected first, as another one is."""
    if place != case.plan.road.appeal_won:
        return motion_of(planned)
    return motion_of(case.plan.projects[case.plan.road.appeal_lost])


def motion_of(planned: PlannedProject) -> Motion:
    """Admit at the planned cost, or reject for the planned reason."""
    said = planned.rejection
    if said is None:
        return Motion(
            ScreeningOutcome.ADMITTED,
            council.MEETS,
            cost_tenge=planned.cost,
            cost_reason_kk="Смета маманның есебімен нақтыланды.",
            cost_reason_ru="Смета уточнена по расчёту специалиста.",
        )
    return Motion(
        ScreeningOutcome.REJECTED,
        {**council.MEETS, said.criterion: Answer.FAILS},
        criterion=said.criterion,
        clause=said.clause,
        reason_kk=said.reason_kk,
        reason_ru=said.reason_ru,
    )
