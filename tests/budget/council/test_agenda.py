"""The agenda: everything that is ready, once; motions that agree with themselves; the order of the winners kept in step."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlmodel import Session

from budget import cycles
from budget.council import agenda, appeals, members, mergers, reviews
from budget.council.motions import Word
from budget.errors import (
    AnswerMissing,
    CostAboveCap,
    CostNotPositive,
    CriteriaContradict,
    MergerOpen,
    NotFound,
    NotPermitted,
    NotReviewed,
    NotThisState,
    OnAgenda,
    UnknownEnvelope,
)
from budget.permissions import Actor
from models.council_session import AgendaItem
from models.enums import (
    Answer,
    ConflictKind,
    CouncilChoice,
    Criterion,
    ItemKind,
    Language,
    ProjectState,
    Role,
    ScreeningOutcome,
)
from models.project import Project
from tests.harness import council
from tests.harness.council import COORDINATOR, MEETS, admission, plan_session, rejection
from tests.harness.projects import make_cycle
from tests.harness.queries import counted as counted_statements
from tests.harness.sittings import Sitting, reviewed, underway

ADMITTED, RETURNED, REJECTED = ScreeningOutcome


def planned(session: Session, now: datetime, projects: int = 1, **settings: Any) -> Sitting:
    """A session in draft with an empty agenda, and reviewed projects."""
    cycle = make_cycle(session, now, **settings)
    rows, people = reviewed(session, cycle, projects, now=now)
    return Sitting(cycle, plan_session(session, cycle, now=now), people, rows)


def fill(session: Session, held: Sitting, now: datetime) -> int:
    return agenda.fill(session, COORDINATOR, held.row.public_id, now=now)


def put(session: Session, held: Sitting, project: Project, now: datetime) -> AgendaItem:
    return agenda.put(session, COORDINATOR, held.row.public_id, project.public_id, now=now)


def change(session: Session, held: Sitting, item: AgendaItem, motion: Any, now: datetime) -> AgendaItem:
    return agenda.change_motion(
        session, COORDINATOR, item.public_id, motion, revision=held.row.revision, now=now
    )


# --- filling ----------------------------------------------------------------------------------------------------


def test_everything_that_is_ready_comes_on_the_agenda_once(session: Session, now: datetime) -> None:
    held = planned(session, now, projects=3)
    submitted, _ = council.submit(session, held.cycle, now=now)
    unread, _ = council.submit(session, held.cycle, now=now)
    council.pass_check(session, held.cycle, unread, now=now)
    reviews.assign(session, COORDINATOR, held.cycle, now=now)
    assert agenda.may_be_put(session, held.cycle) == held.projects
    assert fill(session, held, now) == 3
    assert fill(session, held, now) == 0
    items = held.items(session)
    assert [(item.project_id, item.position) for item in items] == [
        (project.id, place) for place, project in enumerate(held.projects, start=1)
    ]
    assert {(item.kind, item.outcome, item.version) for item in items} == {(ItemKind.SCREENING, ADMITTED, 1)}
    assert agenda.answers_of(session, [items[0].id or 0]) == {items[0].id: MEETS}
    assert submitted.state is unread.state is ProjectState.SUBMITTED


def test_what_is_ready_is_found_in_one_statement_whatever_its_number(session: Session, now: datetime) -> None:
    held = planned(session, now, projects=6)
    with counted_statements(session.get_bind()) as statements:
        assert len(agenda.may_be_put(session, held.cycle)) == 6
    assert len(statements) == 1


@pytest.mark.parametrize("reason", ["unchecked", "half_read", "returned", "merging", "on_agenda", "recused"])
def test_what_is_not_ready_stays_off(session: Session, now: datetime, reason: str) -> None:
    held = planned(session, now, projects=2)
    first, second = held.projects
    match reason:
        case "unchecked" | "returned":
            council.send_back(session, held.cycle, first, now=now)
            if reason == "unchecked":
                council.resubmit(session, first, Actor(Role.RESIDENT, first.author_id), now=now)
        case "half_read":
            row = reviews.of_project(session, first)[0]
            row.concluded_at = None
            session.add(row)
            session.flush()
        case "merging":
            ids = first.public_id, second.public_id
            mergers.propose(session, COORDINATOR, *ids, note_kk="Ұқсас.", note_ru="Похожи.", now=now)
        case "on_agenda":
            other = plan_session(session, held.cycle, now=now)
            agenda.put(session, COORDINATOR, other.public_id, first.public_id, now=now)
        case "recused":
            for member in held.members:
                if reviews.of_member(session, first, member.row):
                    interests = {first.public_id: ConflictKind.OWN}
                    members.declare(session, member.actor, held.cycle, interests, now=now)
    expected = [] if reason == "merging" else [second]
    assert agenda.may_be_put(session, held.cycle) == expected
    assert fill(session, held, now) == len(expected)


# --- putting one ------------------------------------------------------------------------------------------------


def test_a_project_one_reviewer_is_late_with_may_be_put_and_one_nobody_read_not(
    session: Session, now: datetime
) -> None:
    held = planned(session, now)
    [project] = held.projects
    late = reviews.of_project(session, project)[0]
    late.concluded_at = None
    session.add(late)
    unread, _ = council.submit(session, held.cycle, now=now)
    assert put(session, held, project, now).project_id == project.id
    with pytest.raises(NotReviewed) as told:
        put(session, held, unread, now)
    assert told.value.facts == {"number": unread.number}


def test_a_project_is_on_one_agenda_at_a_time(session: Session, now: datetime) -> None:
    held = planned(session, now)
    [project] = held.projects
    put(session, held, project, now)
    other = plan_session(session, held.cycle, now=now)
    for row in (held.row, other):
        with pytest.raises(OnAgenda) as told:
            agenda.put(session, COORDINATOR, row.public_id, project.public_id, now=now)
        assert told.value.facts == {"number": held.row.number}
    agenda.take_off(session, COORDINATOR, held.items(session)[0].public_id, now=now)
    agenda.put(session, COORDINATOR, other.public_id, project.public_id, now=now)


def test_what_can_not_be_decided_is_not_put_on(session: Session, now: datetime) -> None:
    held = planned(session, now, projects=3)
    returned, first, second = held.projects
    council.send_back(session, held.cycle, returned, now=now)
    mergers.propose(
        session, COORDINATOR, first.public_id, second.public_id, note_kk="Ұқсас.", note_ru="Похожи.", now=now
    )
    foreign, _ = council.submit(session, make_cycle(session, now), now=now)
    for project, refusal in ((returned, NotThisState), (first, MergerOpen), (foreign, NotFound)):
        with pytest.raises(refusal):
            put(session, held, project, now)
    assert held.items(session) == []


def test_an_appeal_comes_on_the_agenda_as_one_and_never_as_a_return(session: Session, now: datetime) -> None:
    held = underway(session, now, size=9, present=6)
    [project] = held.projects
    correctable = {**MEETS, Criterion.COST: Answer.CORRECTABLE}
    council.review_all(session, project, answers=correctable, now=now)
    change(session, held, held.items(session)[0], rejection(project), now)
    council.finish(session, held.row, held.members[:6], now=now)
    author = Actor(Role.RESIDENT, project.author_id)
    appeals.file(
        session, author, project.public_id, text="Қате.", language=Language.KK, wants_hearing=False, now=now
    )
    row = plan_session(session, held.cycle, now=now)
    assert agenda.fill(session, COORDINATOR, row.public_id, now=now) == 1
    [item] = agenda.items_of(session, row)
    said = rejection(project)
    assert (item.kind, item.outcome, item.criterion) == (ItemKind.APPEAL, REJECTED, said.criterion)
    assert (item.clause, item.reason_kk, item.reason_ru) == (said.clause, said.reason_kk, said.reason_ru)
    assert agenda.answers_of(session, [item.id or 0]) == {item.id: said.answers}
    back = replace(rejection(project, Criterion.COST), outcome=RETURNED)
    with pytest.raises(CriteriaContradict):
        agenda.change_motion(session, COORDINATOR, item.public_id, back, revision=row.revision, now=now)


def test_a_rejected_project_without_an_appeal_is_over(session: Session, now: datetime) -> None:
    held = underway(session, now)
    [project] = held.projects
    change(session, held, held.items(session)[0], rejection(project), now)
    council.finish(session, held.row, held.members, now=now)
    row = plan_session(session, held.cycle, now=now)
    with pytest.raises(NotThisState):
        agenda.put(session, COORDINATOR, row.public_id, project.public_id, now=now)


def test_a_motion_that_was_not_carried_may_be_followed_by_another(session: Session, now: datetime) -> None:
    held = underway(session, now)
    [project] = held.projects
    [item] = held.open(session, now=now)
    council.vote(session, item, held.members, CouncilChoice.AGAINST, now=now)
    council.finish(session, held.row, held.members, now=now)
    assert project.state is ProjectState.SUBMITTED
    again = plan_session(session, held.cycle, now=now)
    assert agenda.fill(session, COORDINATOR, again.public_id, now=now) == 1
    second = Sitting(held.cycle, again, held.members, [project])
    change(session, second, second.items(session)[0], rejection(project), now)
    council.hold(session, again, held.members, now=now)
    assert project.state is ProjectState.REJECTED


# --- writing motions ----------------------------------------------------------------------------------------------


def test_a_motion_is_written_anew_as_a_whole(session: Session, now: datetime) -> None:
    held = planned(session, now)
    [project] = held.projects
    fill(session, held, now)
    [item] = held.items(session)
    change(session, held, item, rejection(project, reason_kk=" Жер. "), now)
    assert (item.outcome, item.criterion, item.clause, item.reason_kk) == (
        REJECTED,
        Criterion.COMPETENCE,
        "14",
        "Жер.",
    )
    assert (item.cost_tenge, item.envelope_id) == (None, None)
    change(session, held, item, admission(cost_tenge=9_000_000, cost_reason_kk="а", cost_reason_ru="б"), now)
    assert (item.outcome, item.criterion, item.clause, item.reason_kk) == (ADMITTED, None, "", "")
    assert (item.cost_tenge, item.cost_reason_kk, item.envelope_id) == (9_000_000, "а", project.envelope_id)
    change(session, held, item, admission(cost_reason_kk="а", cost_reason_ru="б"), now)
    assert (item.cost_tenge, item.cost_reason_kk) == (project.estimate_tenge, ""), "nothing differs"
    assert agenda.answers_of(session, [item.id or 0])[item.id or 0] == MEETS


@pytest.mark.parametrize(
    ("motion", "refusal"),
    [
        (admission(answers={Criterion.COMPETENCE: Answer.MEETS}), AnswerMissing),
        (admission(answers={**MEETS, Criterion.LAND: Answer.FAILS}), CriteriaContradict),
        (admission(cost_tenge=0), CostNotPositive),
        (admission(cost_tenge=-5), CostNotPositive),
        (admission(cost_tenge=20_000_001), CostAboveCap),
        (admission(envelope="nosuchenve"), UnknownEnvelope),
    ],
)
def test_a_motion_that_can_not_be_is_refused_and_the_old_one_stands(
    session: Session, now: datetime, motion: Any, refusal: type[Exception]
) -> None:
    held = planned(session, now)
    fill(session, held, now)
    [item] = held.items(session)
    change(session, held, item, admission(cost_tenge=9_000_000), now)
    with pytest.raises(refusal), session.begin_nested():
        change(session, held, item, motion, now)
    session.expire_all()
    assert (held.items(session)[0].cost_tenge, held.items(session)[0].outcome) == (9_000_000, ADMITTED)


@pytest.mark.parametrize("outcome", [REJECTED, RETURNED])
def test_a_rejection_that_contradicts_its_answers_is_refused(
    session: Session, now: datetime, outcome: ScreeningOutcome
) -> None:
    held = planned(session, now)
    [project] = held.projects
    fill(session, held, now)
    [item] = held.items(session)
    for answers in (MEETS, {**MEETS, Criterion.LAND: Answer.FAILS}):
        said = replace(rejection(project), outcome=outcome, answers=answers, criterion=Criterion.COST)
        with pytest.raises(CriteriaContradict):
            change(session, held, item, said, now)


def test_a_project_may_be_proposed_for_another_envelope(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now, envelopes=2)
    first, second = cycles.envelopes(session, cycle.id or 0)
    rows, people = reviewed(session, cycle, now=now, envelope=first.public_id)
    held = Sitting(cycle, plan_session(session, cycle, now=now), people, rows)
    fill(session, held, now)
    [item] = held.items(session)
    assert item.envelope_id == first.id
    change(session, held, item, admission(envelope=second.public_id), now)
    assert item.envelope_id == second.id
    council.hold(session, held.row, people, now=now)
    assert rows[0].envelope_id == second.id


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.COORDINATOR])
def test_the_agenda_is_the_coordinators(session: Session, now: datetime, role: Role) -> None:
    held = planned(session, now, projects=2)
    item = put(session, held, held.projects[0], now)
    actor, row, revision = Actor(role, held.members[0].actor.id), held.row.public_id, held.row.revision
    acts: list[Callable[[], Any]] = [
        lambda: agenda.fill(session, actor, row, now=now),
        lambda: agenda.put(session, actor, row, held.projects[1].public_id, now=now),
        lambda: agenda.take_off(session, actor, item.public_id, now=now),
        lambda: agenda.change_motion(session, actor, item.public_id, admission(), revision=revision, now=now),
        lambda: agenda.change_word(
            session, actor, item.public_id, Word(wins=True), revision=revision, now=now
        ),
        lambda: agenda.change_order(session, actor, item.public_id, [], revision=revision, now=now),
    ]
    for act in acts:
        with pytest.raises(NotPermitted):
            act()


def test_each_kind_of_item_is_changed_in_its_own_way(session: Session, now: datetime) -> None:
    held = planned(session, now)
    item = put(session, held, held.projects[0], now)
    for act in (
        lambda: agenda.change_word(
            session, COORDINATOR, item.public_id, Word(wins=True), revision=held.row.revision, now=now
        ),
        lambda: agenda.change_order(
            session, COORDINATOR, item.public_id, [], revision=held.row.revision, now=now
        ),
    ):
        with pytest.raises(NotPermitted):
            act()
    with pytest.raises(NotFound):
        agenda.take_off(session, COORDINATOR, "nosuchitem", now=now)
