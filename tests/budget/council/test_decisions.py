"""Decisions of a session become public together, and nothing of them is seen before, wherever an outsider looks."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from budget import corrections, cycles, projects, screening
from budget.council import agenda, decisions, statistics, votes
from budget.errors import Frozen, NotPermitted, SessionStep, WrongPhase
from budget.notices import NoticeKind
from budget.permissions import Actor
from budget.reading import cycles as public_cycles
from budget.reading import project_life
from budget.reading import projects as public_projects
from budget.reading.projects import Query, Standing
from models.council_session import CouncilSession
from models.database import Database
from models.enums import (
    Answer,
    CouncilChoice,
    Criterion,
    DecidedBy,
    Language,
    ProjectPart,
    ProjectState,
    Role,
    ScreeningOutcome,
)
from models.people import Resident
from models.project import Project
from models.screening import Correction, Screening
from models.service import AuditEvent, Notice
from tests.harness import council
from tests.harness.council import COORDINATOR, MEETS, rejection
from tests.harness.racing import at_once
from tests.harness.sittings import Sitting, underway

ADMITTED, RETURNED, REJECTED = ScreeningOutcome


def motion_of(project: Project, outcome: ScreeningOutcome) -> Any:
    """A complete motion of this outcome."""
    if outcome is ADMITTED:
        return council.admission()
    answers = {**MEETS, Criterion.COST: Answer.CORRECTABLE}
    said = rejection(project)
    return (
        said
        if outcome is REJECTED
        else replace(said, outcome=RETURNED, answers=answers, criterion=Criterion.COST)
    )


def closed(session: Session, now: datetime, *outcomes: ScreeningOutcome) -> Sitting:
    """A closed session that carried one motion of each outcome; its decisions are not published."""
    held = underway(session, now, projects=len(outcomes))
    for project, item, outcome in zip(held.projects, held.items(session), outcomes, strict=True):
        person = session.get_one(Resident, project.author_id)
        person.phone = f"+7701000010{project.number}"
        session.add(person)
        agenda.change_motion(
            session,
            COORDINATOR,
            item.public_id,
            motion_of(project, outcome),
            revision=held.row.revision,
            now=now,
        )
    council.finish(session, held.row, held.members, now=now, publish=False)
    return held


def publish(session: Session, held: Sitting, now: datetime) -> CouncilSession:
    return decisions.publish(session, COORDINATOR, held.row.public_id, now=now)


def seen_outside(session: Session, held: Sitting, now: datetime) -> dict[str, Any]:
    """Everything the public's reading functions tell of the cycle and its projects, and the rows they rest on."""
    cycle_id = held.cycle.id or 0
    session.expire_all()

    def total(standing: Standing) -> int:
        return public_projects.listed(session, cycle_id, Query(standing=standing), {}).total

    return {
        "cycle": public_cycles.by_slug(session, held.cycle.slug, now=now),
        "list": public_projects.listed(session, cycle_id, Query(), {}),
        "filters": {standing: total(standing) for standing in Standing},
        "cards": public_projects.everything(session, cycle_id),
        "pages": [project_life.by_public_id(session, one.public_id, now=now) for one in held.projects],
        "numbers": statistics.of_cycle(session, cycle_id, now=now),
        "rows": [
            (one.state, one.decided_at, one.cost_tenge, one.envelope_id, one.version) for one in held.projects
        ],
        "decisions": session.exec(select(Screening)).all(),
        "corrections": session.exec(select(Correction)).all(),
        "messages": session.exec(select(Notice)).all(),
    }


def test_nothing_of_a_review_or_a_vote_is_seen_outside_before_the_publication(
    session: Session, now: datetime
) -> None:
    held = underway(session, now, projects=3)
    before = seen_outside(session, held, now)
    for project in held.projects:
        answers = {**MEETS, Criterion.LAND: Answer.FAILS}
        council.review_all(session, project, answers=answers, now=now)
    assert seen_outside(session, held, now) == before
    for project, item, outcome in zip(held.projects, held.items(session), ScreeningOutcome, strict=True):
        agenda.change_motion(
            session,
            COORDINATOR,
            item.public_id,
            motion_of(project, outcome),
            revision=held.row.revision,
            now=now,
        )
    assert seen_outside(session, held, now) == before
    held.open(session, now=now)
    assert seen_outside(session, held, now) == before
    council.finish(session, held.row, held.members, now=now, publish=False)
    assert seen_outside(session, held, now) == before
    publish(session, held, now)
    assert [one.state for one in held.projects] == [ProjectState(outcome) for outcome in ScreeningOutcome]
    after = seen_outside(session, held, now)
    assert {name for name in before if after[name] != before[name]} >= set(before) - {"cycle", "messages"}, (
        "then they see it: the test would have"
    )


def test_decisions_are_published_together_with_everything_they_rest_on(
    session: Session, now: datetime
) -> None:
    held = closed(session, now, *ScreeningOutcome)
    later = now + timedelta(hours=3)
    publish(session, held, later)
    session.commit()
    session.expire_all()
    rows = {row.project_id: row for row in session.exec(select(Screening))}
    items = {item.project_id: item for item in held.items(session)}
    assert held.row.published_at == later
    for project, outcome in zip(held.projects, ScreeningOutcome, strict=True):
        row, item = rows[project.id or 0], items[project.id]
        assert (row.outcome, row.decided_by, row.item_id, row.decided_at) == (
            outcome,
            DecidedBy.COUNCIL,
            item.id,
            later,
        )
        said = motion_of(project, outcome)
        assert (row.criterion, row.clause, row.reason_kk, row.reason_ru) == (
            said.criterion,
            said.clause,
            said.reason_kk,
            said.reason_ru,
        )
        assert screening.answers_of(session, [row.id or 0])[row.id or 0] == said.answers
        assert project.state is ProjectState(outcome)
    assert rows[held.projects[2].id or 0].appeal_until is not None
    kinds = sorted(NoticeKind(row.kind) for row in session.exec(select(Notice)))
    assert kinds == [NoticeKind.PROJECT_DECIDED, NoticeKind.PROJECT_DECIDED, NoticeKind.PROJECT_RETURNED]
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "session.publish")).one()
    assert event.subject == f"session:{held.row.public_id}"


@pytest.mark.parametrize(
    ("language", "remark"), [(Language.KK, "kk"), (Language.RU, "ru"), (Language.EN, "ru")]
)
def test_a_return_by_the_council_is_a_remark_in_the_authors_language(
    session: Session, now: datetime, language: Language, remark: str
) -> None:
    held = closed(session, now, RETURNED)
    [project] = held.projects
    project.language = language
    session.add(project)
    publish(session, held, now)
    begun = corrections.open_of(session, project.id)
    assert begun is not None
    said = motion_of(project, RETURNED)
    text = {"kk": said.reason_kk, "ru": said.reason_ru}[remark]
    assert corrections.remarks_of(session, [begun.id or 0])[begun.id or 0] == {ProjectPart.WHOLE: text}
    assert begun.language == remark


def test_what_was_not_carried_stays_undecided(session: Session, now: datetime) -> None:
    held = underway(session, now, projects=2)
    first, second = held.open(session, now=now)
    council.vote(session, first, held.members, CouncilChoice.AGAINST, now=now)
    council.finish(session, held.row, held.members, now=now)
    assert [one.state for one in held.projects] == [ProjectState.SUBMITTED, ProjectState.ADMITTED]
    assert [row.item_id for row in session.exec(select(Screening))] == [second.id]
    assert "undecided" in cycles.unmet_for_freezing(session, held.cycle, now=now)


def test_a_project_withdrawn_meanwhile_stays_withdrawn(session: Session, now: datetime) -> None:
    held = closed(session, now, ADMITTED, REJECTED)
    gone = held.projects[1]
    projects.withdraw(session, Actor(Role.RESIDENT, gone.author_id), gone.public_id, now=now)
    publish(session, held, now)
    assert [one.state for one in held.projects] == [ProjectState.ADMITTED, ProjectState.WITHDRAWN]
    assert [row.project_id for row in session.exec(select(Screening))] == [held.projects[0].id]


def test_the_admitted_cost_is_that_of_the_motion(session: Session, now: datetime) -> None:
    held = underway(session, now)
    said = council.admission(cost_tenge=9_000_000, cost_reason_kk="Баға.", cost_reason_ru="Цена.")
    item = held.items(session)[0]
    agenda.change_motion(session, COORDINATOR, item.public_id, said, revision=held.row.revision, now=now)
    council.finish(session, held.row, held.members, now=now)
    assert (held.projects[0].cost_tenge, held.projects[0].estimate_tenge) == (9_000_000, 14_850_000)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.COORDINATOR])
def test_the_publication_is_the_coordinators(session: Session, now: datetime, role: Role) -> None:
    held = closed(session, now, ADMITTED)
    with pytest.raises(NotPermitted):
        decisions.publish(session, Actor(role, held.members[0].actor.id), held.row.public_id, now=now)
    assert held.projects[0].state is ProjectState.SUBMITTED


def test_decisions_are_published_once_after_the_closing(session: Session, now: datetime) -> None:
    held = underway(session, now)
    with pytest.raises(SessionStep):
        publish(session, held, now)
    council.finish(session, held.row, held.members, now=now)
    with pytest.raises(SessionStep):
        publish(session, held, now)
    assert len(session.exec(select(Screening)).all()) == 1


@pytest.mark.parametrize("why", ["phase", "frozen"])
def test_too_late_a_publication_decides_nothing(session: Session, now: datetime, why: str) -> None:
    held = closed(session, now, ADMITTED, REJECTED)
    if why == "frozen":
        held.cycle.frozen_at, held.cycle.frozen_hash = now, "0" * 64
        session.add(held.cycle)
        session.flush()
    moment = now + timedelta(days=16 if why == "phase" else 0)
    with pytest.raises(WrongPhase if why == "phase" else Frozen), session.begin_nested():
        publish(session, held, moment)
    session.expire_all()
    assert {one.state for one in held.projects} == {ProjectState.SUBMITTED}
    assert held.row.published_at is None


@pytest.mark.race
def test_two_publications_at_once_are_one(database: Database, now: datetime) -> None:
    with database.writing() as session:
        held = closed(session, now, *ScreeningOutcome)
    refused = at_once(database, *[lambda s: publish(s, held, now)] * 3)
    with database.reading() as session:
        assert len(session.exec(select(Screening)).all()) == 3
    assert [type(refusal) for refusal in refused] == [SessionStep] * 2


@pytest.mark.race
def test_a_project_withdrawn_in_the_instant_of_publication_is_one_or_the_other(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        held = closed(session, now, REJECTED)
    [project] = held.projects
    author = Actor(Role.RESIDENT, project.author_id)
    acts: list[Callable[[Session], Any]] = [
        lambda s: publish(s, held, now),
        lambda s: projects.withdraw(s, author, project.public_id, now=now),
    ]
    refused = at_once(database, *acts)
    with database.reading() as session:
        state = session.get_one(Project, project.id).state
        decided = len(session.exec(select(Screening)).all())
    assert (state, decided, len(refused)) in [
        (ProjectState.WITHDRAWN, 0, 0),
        (ProjectState.REJECTED, 1, 1),
    ]


def test_votes_of_the_session_may_be_read_after_it_as_they_were(session: Session, now: datetime) -> None:
    held = closed(session, now, ADMITTED)
    [item] = held.items(session)
    found = votes.votes_of(session, [item.id or 0])[item.id or 0]
    assert [vote.member_id for vote in found] == [one.row.id for one in held.members]
