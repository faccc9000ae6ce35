"""Reviews: assigned evenly, written criterion by criterion, by nobody who stands aside, until the project is put to the vote."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from budget import moved_days
from budget.council import agenda, members, reviews, votes
from budget.council.reviews import Assigned, Conclusion, Said
from budget.errors import (
    AnswerMissing,
    BudgetRefusal,
    CostAboveCap,
    CostNotPositive,
    CostReasonRequired,
    CouncilMissing,
    NotDeclared,
    NotFound,
    NotPermitted,
    NotThisState,
    OnAgenda,
    Recused,
    RemarkRequired,
    WrongPhase,
)
from budget.permissions import Actor
from models.cycle import Cycle
from models.enums import Answer, ConflictKind, Criterion, Language, Role
from models.project import Project
from models.screening import Review
from models.service import AuditEvent
from tests.harness import council
from tests.harness.council import COORDINATOR, MEETS, Member, conclusion, make_account, make_council
from tests.harness.projects import make_cycle, make_resident
from tests.harness.sittings import reviewed

FAILS = {**MEETS, Criterion.LAND: Answer.FAILS, Criterion.COST: Answer.CORRECTABLE}


def checked(
    session: Session, now: datetime, number: int = 1, *, size: int = 5, **settings: Any
) -> tuple[Cycle, list[Project], list[Member]]:
    """Projects found complete and not assigned yet."""
    cycle = make_cycle(session, now, **settings)
    people = make_council(session, cycle, now=now, size=size)
    projects = [council.submit(session, cycle, now=now)[0] for _ in range(number)]
    council.pass_check(session, cycle, *projects, now=now)
    return cycle, projects, people


def assigned(
    session: Session, now: datetime, number: int = 1, **settings: Any
) -> tuple[Cycle, list[Project], list[Member]]:
    cycle, projects, people = checked(session, now, number, **settings)
    reviews.assign(session, COORDINATOR, cycle, now=now)
    return cycle, projects, people


def reader(session: Session, project: Project, people: list[Member]) -> Member:
    """Somebody who has the project."""
    return next(one for one in people if reviews.of_member(session, project, one.row))


# --- assigning ------------------------------------------------------------------------------------------


def test_every_checked_project_has_its_readers_and_everybody_as_much(session: Session, now: datetime) -> None:
    cycle, projects, people = checked(session, now, 10, reviewers_per_project=3)
    waits, _ = council.submit(session, cycle, now=now)
    assert reviews.assign(session, COORDINATOR, cycle, now=now) == Assigned(30)
    assert {len(reviews.of_project(session, project)) for project in projects} == {3}
    assert reviews.of_project(session, waits) == [], "it is not checked"
    loads = Counter(session.exec(select(Review.member_id)).all())
    assert loads == dict.fromkeys((one.row.id for one in people), 6)


def test_assigning_again_adds_only_what_is_missing(session: Session, now: datetime) -> None:
    cycle, [project], _ = assigned(session, now)
    before = [one.id for one in reviews.of_project(session, project)]
    assert reviews.assign(session, COORDINATOR, cycle, now=now) == Assigned(0)
    assert [one.id for one in reviews.of_project(session, project)] == before
    acts = session.exec(select(AuditEvent).where(AuditEvent.action == "screening.assign")).all()
    assert len(acts) == 2


def test_who_stands_aside_or_has_not_declared_gets_nothing(session: Session, now: datetime) -> None:
    cycle, [project, other], people = checked(session, now, 2, size=3, reviewers_per_project=2)
    silent = make_account(session)
    who = council.appointment(silent, 4)
    undeclared = members.appoint(session, COORDINATOR, cycle.slug, who, now=now)
    own = {project.public_id: ConflictKind.OWN}
    for member in people[:2]:
        members.declare(session, member.actor, cycle, own, now=now)
    told = reviews.assign(session, COORDINATOR, cycle, now=now)
    assert told == Assigned(3, (project.number,)), (
        "one reader is missing and it is said which project lacks one"
    )
    assert [one.member_id for one in reviews.of_project(session, project)] == [people[2].row.id]
    readers = {one.member_id for one in reviews.of_project(session, other)}
    assert undeclared.id not in readers
    assert len(readers) == 2


def test_a_corrected_project_goes_to_those_who_read_it_before(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now, reviewers_per_project=2)
    make_council(session, cycle, now=now, size=6)
    project, author = council.submit(session, cycle, now=now)
    council.review(session, cycle, project, now=now)
    before = {one.member_id for one in reviews.of_project(session, project)}
    council.send_back(session, cycle, project, now=now)
    council.resubmit(session, project, author, now=now)
    others = [council.submit(session, cycle, now=now)[0] for _ in range(3)]
    council.pass_check(session, cycle, project, *others, now=now)
    assert reviews.assign(session, COORDINATOR, cycle, now=now).reviews == 8
    again = reviews.of_project(session, project)
    assert {one.member_id for one in again} == before
    assert {(one.version, one.concluded_at) for one in again} == {(2, None)}
    loads = Counter(one.member_id for one in session.exec(select(Review)))
    assert max(loads.values()) - min(loads.values()) <= 2


def test_a_review_is_due_after_working_days_holidays_and_moved_days_counted(
    session: Session, now: datetime
) -> None:
    moved_days.put(session, COORDINATOR, date(2027, 3, 9), is_working=False, note="көшірілді", now=now)
    _, [project], _ = assigned(session, now, review_days=5)
    # from Monday 1 March: 2, 3, 4, 5; 8 is Women's day, 9 was moved; the fifth is the 10th
    assert reviews.of_project(session, project)[0].due_at == datetime(2027, 3, 10, 19, tzinfo=UTC)


def test_reviews_are_assigned_by_the_coordinator_of_a_published_council_until_the_vote(
    session: Session, now: datetime
) -> None:
    cycle, _, people = checked(session, now)
    with pytest.raises(NotPermitted):
        reviews.assign(session, people[0].actor, cycle, now=now)
    with pytest.raises(WrongPhase):
        reviews.assign(session, COORDINATOR, cycle, now=now + timedelta(days=16))
    other = make_cycle(session, now)
    with pytest.raises(CouncilMissing):
        reviews.assign(session, COORDINATOR, other, now=now)


# --- writing --------------------------------------------------------------------------------------------


def test_a_conclusion_is_kept_by_criterion_with_its_cost_and_notes(session: Session, now: datetime) -> None:
    _, [project], people = assigned(session, now)
    one = reader(session, project, people)
    said = conclusion(
        FAILS, admitted_tenge=9_000_000, cost_reason=" Баға жоғары. ", notes=" Көріп келу керек. "
    )
    row = reviews.conclude(session, one.actor, project.public_id, said, now=now)
    session.commit()
    session.expire_all()
    assert (row.concluded_at, row.language, row.admitted_tenge) == (now, Language.KK, 9_000_000)
    assert (row.cost_reason, row.notes) == ("Баға жоғары.", "Көріп келу керек.")
    found = reviews.answers_of(session, [row.id or 0])[row.id or 0]
    assert {criterion: one.answer for criterion, one in found.items()} == FAILS
    assert list(found) == list(Criterion)
    assert found[Criterion.LAND] == Said(Answer.FAILS, "Ескерту: land")
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "screening.review")).one()
    assert "Ескерту" not in event.facts, "what a reviewer thinks is for the council alone"


def test_a_conclusion_may_be_written_anew(session: Session, now: datetime) -> None:
    _, [project], people = assigned(session, now)
    one = reader(session, project, people)
    reviews.conclude(session, one.actor, project.public_id, conclusion(FAILS, notes="Бірінші"), now=now)
    later = now + timedelta(hours=1)
    row = reviews.conclude(session, one.actor, project.public_id, conclusion(), now=later)
    assert (row.concluded_at, row.notes, row.admitted_tenge) == (later, "", project.estimate_tenge)
    answers = reviews.answers_of(session, [row.id or 0])[row.id or 0]
    assert {said.answer for said in answers.values()} == {Answer.MEETS}


@pytest.mark.parametrize(
    ("said", "refusal", "facts"),
    [
        (Conclusion({}, Language.KK), AnswerMissing, {"criterion": Criterion.COMPETENCE}),
        (
            Conclusion({**dict.fromkeys(Criterion, Said(Answer.MEETS)), Criterion.LAND: Said(Answer.FAILS, " ")}, Language.RU),
            RemarkRequired,
            {"criterion": Criterion.LAND},
        ),
        (conclusion(admitted_tenge=0, cost_reason="x"), CostNotPositive, {}),
        (conclusion(admitted_tenge=20_000_001, cost_reason="x"), CostAboveCap, {"cap_tenge": 20_000_000}),
        (conclusion(admitted_tenge=9_000_000, cost_reason="  "), CostReasonRequired, {"estimate_tenge": 14_850_000}),
    ],
)  # fmt: skip
def test_an_unfinished_conclusion_is_refused_and_nothing_is_kept(
    session: Session, now: datetime, said: Conclusion, refusal: type[BudgetRefusal], facts: dict[str, Any]
) -> None:
    _, [project], people = assigned(session, now)
    one = reader(session, project, people)
    with pytest.raises(refusal) as told:
        reviews.conclude(session, one.actor, project.public_id, said, now=now)
    assert told.value.facts == facts
    assert {row.concluded_at for row in session.exec(select(Review))} == {None}


def test_only_who_has_the_project_writes_on_it(session: Session, now: datetime) -> None:
    cycle, [project], people = assigned(session, now, reviewers_per_project=1)
    one = reader(session, project, people)
    others = [member.actor for member in people if member is not one]
    for actor in (*others, make_account(session), make_resident(session), COORDINATOR, Actor(Role.VISITOR)):
        with pytest.raises(NotPermitted):
            reviews.conclude(session, actor, project.public_id, conclusion(), now=now)
    with pytest.raises(NotFound):
        reviews.conclude(session, one.actor, "nosuchproj", conclusion(), now=now)
    with pytest.raises(WrongPhase):
        reviews.conclude(session, one.actor, project.public_id, conclusion(), now=now + timedelta(days=16))
    assert cycle.published_at is not None


def test_before_declaring_interests_nobody_writes(session: Session, now: datetime) -> None:
    _, [project], people = assigned(session, now)
    one = reader(session, project, people)
    one.row.declared_at = None
    session.add(one.row)
    session.flush()
    with pytest.raises(NotDeclared):
        reviews.conclude(session, one.actor, project.public_id, conclusion(), now=now)


@pytest.mark.parametrize("kind", list(ConflictKind))
def test_a_member_never_reviews_what_they_have_an_interest_in(
    session: Session, now: datetime, kind: ConflictKind
) -> None:
    cycle, [project], people = assigned(session, now)
    one = reader(session, project, people)
    members.declare(session, one.actor, cycle, {project.public_id: kind}, now=now)
    with pytest.raises(Recused) as told:
        reviews.conclude(session, one.actor, project.public_id, conclusion(), now=now)
    assert told.value.facts == {"kind": kind}


def test_once_put_to_the_vote_nothing_is_written_any_more(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    [project], people = reviewed(session, cycle, now=now)
    one = reader(session, project, people)
    row = council.plan_session(session, cycle, now=now)
    agenda.fill(session, COORDINATOR, row.public_id, now=now)
    reviews.conclude(session, one.actor, project.public_id, conclusion(FAILS), now=now)
    council.begin(session, row, people, now=now)
    votes.open_items(session, COORDINATOR, row.public_id, now=now)
    with pytest.raises(OnAgenda) as told:
        reviews.conclude(session, one.actor, project.public_id, conclusion(), now=now)
    assert told.value.facts == {"number": row.number}


def test_a_project_that_is_with_its_author_is_not_reviewed(session: Session, now: datetime) -> None:
    cycle, [project], people = assigned(session, now)
    one = reader(session, project, people)
    council.send_back(session, cycle, project, now=now)
    with pytest.raises(NotThisState):
        reviews.conclude(session, one.actor, project.public_id, conclusion(), now=now)


def test_a_review_of_an_earlier_text_is_none_of_the_new_one(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    make_council(session, cycle, now=now)
    project, author = council.submit(session, cycle, now=now)
    council.review(session, cycle, project, now=now)
    council.send_back(session, cycle, project, now=now)
    council.resubmit(session, project, author, now=now)
    assert reviews.of_project(session, project) == reviews.standing(session, project) == []
    assert len(session.exec(select(Review)).all()) == 2, "what was written stays"
