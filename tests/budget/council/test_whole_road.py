"""The council's whole road through the domain: formal check, reviews, a session, decisions, an appeal, the second session."""

from datetime import datetime, timedelta

from sqlmodel import Session

from budget import projects
from budget.council import agenda, appeals, members, reviews, statistics
from budget.permissions import Actor
from models.enums import (
    CaseOutcome,
    ConflictKind,
    Criterion,
    Language,
    Phase,
    ProjectState,
    Role,
)
from models.project import Project
from tests.harness import council
from tests.harness.projects import make_cycle, make_resident, proposal


def submit(session: Session, cycle, *, now: datetime) -> tuple[Project, Actor]:
    author = make_resident(session)
    return projects.submit(session, author, cycle, proposal(), None, now=now), author


def test_projects_go_from_submission_to_decisions_and_an_appeal_is_won(
    session: Session, now: datetime
) -> None:
    cycle = make_cycle(session, now, Phase.SUBMISSION)
    (first, _), (second, author) = submit(session, cycle, now=now), submit(session, cycle, now=now)
    nine = council.make_council(session, cycle, now=now, size=9)
    members.declare(session, nine[0].actor, cycle, {first.public_id: ConflictKind.OWN}, now=now)
    council.pass_check(session, cycle, first, second, now=now)
    assert reviews.assign(session, council.COORDINATOR, cycle, now=now).short == ()
    for project in (first, second):
        council.review_all(session, project, now=now)
    held = council.plan_session(session, cycle, now=now)
    assert agenda.fill(session, council.COORDINATOR, held.public_id, now=now) == 2
    item = agenda.items_of(session, held)[1]
    motion = council.rejection(second, Criterion.LAND)
    agenda.change_motion(
        session, council.COORDINATOR, item.public_id, motion, revision=held.revision, now=now
    )
    council.hold(session, held, nine[:6], now=now)
    assert (first.state, second.state) == (ProjectState.ADMITTED, ProjectState.REJECTED)

    appeals.file(
        session,
        author,
        second.public_id,
        text="Жер ортақ.",
        language=Language.KK,
        wants_hearing=True,
        now=now,
    )
    later = now + timedelta(minutes=5)
    again = council.plan_session(session, cycle, now=later)
    put = agenda.put(session, council.COORDINATOR, again.public_id, second.public_id, now=later)
    agenda.change_motion(
        session, council.COORDINATOR, put.public_id, council.admission(), revision=again.revision, now=later
    )
    others = [one for one in nine if one.row.id not in appeals.took_part(session, second.id)]
    assert others
    council.hold(session, again, others, now=later)
    assert second.state is ProjectState.ADMITTED
    [(appeal, _)] = appeals.of_cycle(session, cycle.id)
    assert appeal.outcome is CaseOutcome.UPHELD
    found = statistics.of_cycle(session, cycle.id or 0, now=later)
    assert (found.received, found.admitted, found.rejected, found.appeals_upheld) == (2, 2, 0, 1)
    assert Role.COUNCIL is nine[0].actor.role
