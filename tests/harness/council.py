"""The Expert Council in tests: a published council, reviews, and a session that decides, through the domain functions.

`screen(session, cycle, decisions, now=…)` takes projects from their submission to published decisions in one go; the rest are
its steps, for tests of one of them. Instants within one `now`: the steps of a test need no clock of their own.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from budget import projects
from budget.council import agenda, decisions, formal, members, motions, returns, reviews, sessions, votes
from budget.council.members import Appointment
from budget.council.motions import Motion
from budget.council.reviews import Conclusion, Said
from budget.council.sessions import Plan
from budget.permissions import Actor
from models.council import CouncilMember
from models.council_session import AgendaItem, CouncilSession
from models.cycle import Cycle
from models.enums import (
    Answer,
    CouncilChoice,
    Criterion,
    Language,
    MemberKind,
    ProjectPart,
    Role,
    ScreeningOutcome,
    SessionKind,
)
from models.people import Staff
from models.project import Project
from models.screening import Screening
from tests.harness.projects import make_resident, proposal

COORDINATOR = Actor(Role.COORDINATOR)
KINDS = (MemberKind.RESIDENT, MemberKind.PUBLIC_ORGANISATION, MemberKind.AKIMAT)
MINUTE = timedelta(minutes=1)
_numbers = itertools.count(1)
MEETS = dict.fromkeys(Criterion, Answer.MEETS)
REMARKS = {ProjectPart.ADDRESSES: "Мекенжайды нақтылаңыз."}


@dataclass(frozen=True)
class Member:
    """A member with the account that acts."""

    row: CouncilMember
    actor: Actor


def make_account(session: Session) -> Actor:
    """An account of a council member."""
    row = Staff(
        email=f"council{next(_numbers)}@example.kz", name="Test member", role=Role.COUNCIL, password_hash="-",
        created_at=datetime.fromisoformat("2027-01-01T00:00Z"),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return Actor(Role.COUNCIL, row.id, row.name)


def appointment(actor: Actor, number: int = 1, **changes: Any) -> Appointment:
    """Somebody to appoint."""
    who = Appointment(
        staff_id=actor.id or 0,
        kind=KINDS[number % len(KINDS)],
        name_kk=f"Мүше {number}",
        name_ru=f"Член {number}",
        appointed_by="№ 12 бұйрық",
        from_on=date(2020, 1, 1),
    )
    return replace(who, **changes)


def make_council(
    session: Session,
    cycle: Cycle,
    *,
    now: datetime,
    size: int = 5,
    declared: bool = True,
    publish: bool = True,
) -> list[Member]:
    """A council of so many members of all kinds, the first one its chair; published, everybody without interests."""
    found = []
    for number in range(1, size + 1):
        actor = make_account(session)
        who = appointment(actor, number, is_chair=number == 1)
        found.append(Member(members.appoint(session, COORDINATOR, cycle.slug, who, now=now), actor))
    if publish:
        members.publish(session, COORDINATOR, cycle.slug, now=now)
    if publish and declared:
        for member in found:
            members.declare(session, member.actor, cycle, {}, now=now)
    return found


def seat_alone(session: Session, cycle: Cycle, member: Actor, *, now: datetime) -> None:
    """A council in which this account is the chair, and the only one of three who has declared."""
    for number, actor in enumerate((member, make_account(session), make_account(session))):
        who = appointment(actor, number, is_chair=number == 0)
        members.appoint(session, COORDINATOR, cycle.slug, who, now=now)
    members.publish(session, COORDINATOR, cycle.slug, now=now)
    members.declare(session, member, cycle, {}, now=now)


def members_of(session: Session, cycle: Cycle, *, now: datetime) -> list[Member]:
    """The members in office with their accounts; a council is made where there is none."""
    rows = members.in_office(session, cycle.id or 0, now=now)
    if not rows:
        return make_council(session, cycle, now=now)
    return [Member(row, Actor(Role.COUNCIL, row.staff_id, row.name_kk)) for row in rows]


def submit(session: Session, cycle: Cycle, *, now: datetime, **changes: Any) -> tuple[Project, Actor]:
    """A project of a new resident, with its author."""
    author = make_resident(session)
    return projects.submit(session, author, cycle, proposal(**changes), None, now=now), author


def resubmit(session: Session, project: Project, author: Actor, *, now: datetime, **changes: Any) -> Project:
    """The author corrects a returned project."""
    return projects.correct(session, author, project.public_id, proposal(**changes), None, now=now)


def pass_check(session: Session, cycle: Cycle, *projects: Project, now: datetime) -> None:
    """The coordinator finds these complete."""
    formal.pass_all(session, COORDINATOR, cycle, [one.public_id for one in projects], now=now)


def send_back(
    session: Session,
    cycle: Cycle,
    project: Project,
    *,
    remarks: Mapping[ProjectPart, str] = REMARKS,
    language: Language = Language.KK,
    now: datetime,
) -> Screening:
    """The coordinator finds a project incomplete and sends it back to its author."""
    members_of(session, cycle, now=now)
    return returns.send_back(session, COORDINATOR, project.public_id, remarks, language=language, now=now)


def conclusion(answers: Mapping[Criterion, Answer] = MEETS, **changes: Any) -> Conclusion:
    """A conclusion with a remark on everything that is not met."""
    said = {
        criterion: Said(answer, "" if answer is Answer.MEETS else f"Ескерту: {criterion}")
        for criterion, answer in answers.items()
    }
    return replace(Conclusion(said, Language.KK), **changes)


def review_all(
    session: Session, project: Project, *, answers: Mapping[Criterion, Answer] = MEETS, now: datetime
) -> None:
    """Everybody who has the project concludes the same."""
    for review in reviews.of_project(session, project):
        row = session.get_one(CouncilMember, review.member_id)
        actor = Actor(Role.COUNCIL, row.staff_id, row.name_kk)
        reviews.conclude(session, actor, project.public_id, conclusion(answers), now=now)


def review(
    session: Session,
    cycle: Cycle,
    project: Project,
    *,
    answers: Mapping[Criterion, Answer] = MEETS,
    now: datetime,
) -> None:
    """From the submission to written reviews."""
    members_of(session, cycle, now=now)
    pass_check(session, cycle, project, now=now)
    reviews.assign(session, COORDINATOR, cycle, now=now)
    review_all(session, project, answers=answers, now=now)


def plan_session(
    session: Session, cycle: Cycle, kind: SessionKind = SessionKind.SCREENING, *, now: datetime
) -> CouncilSession:
    """A session in an hour."""
    proposed = Plan(now + timedelta(hours=1), "Әкімдік, 214-бөлме", "Акимат, кабинет 214")
    return sessions.plan(session, COORDINATOR, cycle.slug, kind, proposed, now=now)


def begin(session: Session, row: CouncilSession, present: Sequence[Member], *, now: datetime) -> None:
    """Announce and open a session with these members."""
    if row.announced_at is None:
        sessions.announce(session, COORDINATOR, row.public_id, now=now)
    ids = [member.row.public_id for member in present]
    sessions.begin(session, COORDINATOR, row.public_id, ids, now=now)


def vote(
    session: Session,
    item: AgendaItem,
    voters: Sequence[Member],
    choice: CouncilChoice = CouncilChoice.FOR,
    *,
    now: datetime,
) -> None:
    """Each of them votes the same."""
    for member in voters:
        votes.cast(session, member.actor, item.public_id, choice, now=now)


def hold(
    session: Session, row: CouncilSession, present: Sequence[Member], *, now: datetime, publish: bool = True
) -> CouncilSession:
    """The whole session: everybody who may votes for everything; closed, and published."""
    begin(session, row, present, now=now)
    return finish(session, row, present, now=now, publish=publish)


def finish(
    session: Session, row: CouncilSession, present: Sequence[Member], *, now: datetime, publish: bool = True
) -> CouncilSession:
    """The rest of a session: whoever may and has not yet votes for everything that is left; closed, and published."""
    votes.open_items(session, COORDINATOR, row.public_id, now=now)
    for item in agenda.items_of(session, row):
        if item.closed_at is not None:
            continue
        floor = votes.floor_of(session, row, item, now=now)
        voted = {one.member_id for one in votes.votes_of(session, [item.id or 0]).get(item.id or 0, ())}
        left = [one for one in present if one.row.id in floor.present - voted]
        vote(session, item, left, now=now)
    votes.close_items(session, COORDINATOR, row.public_id, now=now)
    sessions.close(session, COORDINATOR, row.public_id, now=now)
    if publish:
        decisions.publish(session, COORDINATOR, row.public_id, now=now)
    return row


def rejection(project: Project, criterion: Criterion = Criterion.COMPETENCE, **changes: Any) -> Motion:
    """A complete motion to reject."""
    motion = Motion(
        ScreeningOutcome.REJECTED,
        {**MEETS, criterion: Answer.FAILS},
        criterion=criterion,
        clause="14",
        reason_kk=f"№ {project.number}: әкімдіктің құзыретіне кірмейді.",
        reason_ru=f"№ {project.number}: не входит в компетенцию акимата.",
    )
    return replace(motion, **changes)


def admission(**changes: Any) -> Motion:
    """A complete motion to admit at the author's estimate."""
    return replace(Motion(ScreeningOutcome.ADMITTED, MEETS), **changes)


def screen(
    session: Session, cycle: Cycle, outcomes: Mapping[str, Motion], *, now: datetime
) -> list[Screening]:
    """Take submitted projects, by public ids, to published decisions in one session; the newest decisions in order."""
    present = members_of(session, cycle, now=now)
    rows = [
        session.exec(select(Project).where(Project.public_id == public_id)).one() for public_id in outcomes
    ]
    pass_check(session, cycle, *rows, now=now)
    reviews.assign(session, COORDINATOR, cycle, now=now)
    for project in rows:
        review_all(session, project, answers=outcomes[project.public_id].answers or MEETS, now=now)
    held = plan_session(session, cycle, now=now)
    for project in rows:
        item = agenda.put(session, COORDINATOR, held.public_id, project.public_id, now=now)
        motion = outcomes[project.public_id]
        agenda.change_motion(session, COORDINATOR, item.public_id, motion, revision=held.revision, now=now)
    hold(session, held, present, now=now)
    found = []
    for project in rows:
        session.refresh(project)
        query = select(Screening).where(Screening.project_id == project.id).order_by(col(Screening.id).desc())
        found.append(session.exec(query.limit(1)).one())
    return found


def confirm_results(session: Session, cycle: Cycle, *, now: datetime) -> CouncilSession:
    """The second session: every winner of the published count is confirmed, and its works planned."""
    present = members_of(session, cycle, now=now)
    if cycle.council_published_at is None:
        members.publish(session, COORDINATOR, cycle.slug, now=now)
    held = plan_session(session, cycle, SessionKind.DECISION, now=now)
    agenda.fill(session, COORDINATOR, held.public_id, now=now)
    return hold(session, held, present, now=now)


__all__ = [
    "COORDINATOR", "MEETS", "REMARKS", "Member", "admission", "appointment", "begin", "conclusion", "confirm_results", "finish", "hold",
    "make_account", "make_council", "members_of", "motions", "pass_check", "plan_session", "rejection", "resubmit",
    "review", "review_all", "screen", "seat_alone", "send_back", "submit", "vote",
]  # fmt: skip
