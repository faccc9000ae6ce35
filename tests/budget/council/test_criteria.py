"""What projects are held against: outcomes agree with answers, several conclusions come to the gravest."""

import json
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from budget.council import criteria
from budget.council.criteria import Body, Clause, combined, outcome_of
from budget.errors import AnswerMissing, CriteriaContradict, NotPermitted
from budget.permissions import Actor
from budget.settings import Text
from models.enums import Answer, Criterion, Role, ScreeningOutcome
from models.service import AuditEvent
from tests.harness.council import COORDINATOR, MEETS
from tests.harness.projects import make_cycle

ASKED = tuple(map(Clause, Criterion))
COMPLETE = st.fixed_dictionaries({criterion: st.sampled_from(Answer) for criterion in Criterion})
PARTIAL = st.dictionaries(st.sampled_from(Criterion), st.sampled_from(Answer))
GRAVITY = {Answer.MEETS: 0, Answer.CORRECTABLE: 1, Answer.FAILS: 2}


def agrees(outcome: ScreeningOutcome, answers: criteria.Answers, rests_on: Criterion | None = None) -> bool:
    try:
        criteria.check(outcome, answers, ASKED, rests_on)
    except CriteriaContradict:
        return False
    return True


# --- outcomes and answers ---------------------------------------------------------------------------------


@given(COMPLETE)
def test_only_what_meets_everything_is_admitted_and_nothing_else_may_become_of_it(
    answers: dict[Criterion, Answer],
) -> None:
    meets_all = set(answers.values()) == {Answer.MEETS}
    for outcome in ScreeningOutcome:
        assert agrees(outcome, answers) == (meets_all == (outcome is ScreeningOutcome.ADMITTED))


@given(COMPLETE)
def test_what_answers_come_to_agrees_with_them(answers: dict[Criterion, Answer]) -> None:
    assert agrees(outcome_of(answers), answers)


@given(COMPLETE)
def test_a_failure_rejects_and_what_can_be_corrected_returns(answers: dict[Criterion, Answer]) -> None:
    worst = max(answers.values(), key=GRAVITY.__getitem__)
    assert (
        outcome_of(answers)
        == {
            Answer.MEETS: ScreeningOutcome.ADMITTED,
            Answer.CORRECTABLE: ScreeningOutcome.RETURNED,
            Answer.FAILS: ScreeningOutcome.REJECTED,
        }[worst]
    )


@given(COMPLETE, st.sampled_from(Criterion))
def test_a_rejection_rests_on_something_that_is_not_met(
    answers: dict[Criterion, Answer], criterion: Criterion
) -> None:
    expected = answers[criterion] is not Answer.MEETS
    assert agrees(ScreeningOutcome.REJECTED, answers, criterion) == expected


@pytest.mark.parametrize("left_out", list(Criterion))
def test_every_criterion_is_answered(left_out: Criterion) -> None:
    answers = {criterion: answer for criterion, answer in MEETS.items() if criterion is not left_out}
    with pytest.raises(AnswerMissing) as told:
        criteria.check(ScreeningOutcome.ADMITTED, answers, ASKED)
    assert (told.value.facts, told.value.field) == ({"criterion": left_out}, left_out)


def test_only_the_criteria_of_the_regulation_are_asked() -> None:
    asked = (Clause(Criterion.COMPETENCE), Clause(Criterion.CONFORMITY))
    answers = {Criterion.COMPETENCE: Answer.MEETS, Criterion.CONFORMITY: Answer.MEETS}
    criteria.check(ScreeningOutcome.ADMITTED, answers, asked)


# --- several conclusions ----------------------------------------------------------------------------------


@given(st.lists(PARTIAL, max_size=5))
def test_of_several_answers_the_gravest_stands(several: list[dict[Criterion, Answer]]) -> None:
    found = combined(several)
    assert set(found) == {criterion for answers in several for criterion in answers}
    for criterion, answer in found.items():
        given_ = [answers[criterion] for answers in several if criterion in answers]
        assert answer == max(given_, key=GRAVITY.__getitem__)


@given(st.lists(COMPLETE, min_size=1, max_size=4), st.randoms())
def test_the_order_of_the_reviews_changes_nothing(several: list[dict[Criterion, Answer]], random) -> None:
    shuffled = random.sample(several, len(several))
    assert combined(shuffled) == combined(several)


@given(st.lists(COMPLETE, min_size=1, max_size=4))
def test_one_member_who_sees_a_failure_is_enough_to_propose_a_rejection(
    several: list[dict[Criterion, Answer]],
) -> None:
    sees_one = any(outcome_of(answers) is ScreeningOutcome.REJECTED for answers in several)
    assert (outcome_of(combined(several)) is ScreeningOutcome.REJECTED) == sees_one


# --- the regulation's own words -----------------------------------------------------------------------------


def test_a_cycle_without_its_own_uses_all_of_ours(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    assert criteria.of_cycle(session, cycle.id or 0) == ASKED


def test_the_criteria_of_the_regulation_are_kept_in_our_order_and_written_anew(
    session: Session, now: datetime
) -> None:
    cycle, other = make_cycle(session, now), make_cycle(session, now)
    land = Clause(Criterion.LAND, "14", "Жер ортақ болуы керек.", "Земля общего пользования.", "Common land.")
    first = (land, Clause(Criterion.CONFORMITY, "3"), Clause(Criterion.COMPETENCE, "7.2"))
    criteria.set_criteria(session, COORDINATOR, cycle.slug, first, now=now)
    session.commit()
    session.expire_all()
    assert criteria.of_cycle(session, cycle.id or 0) == (first[2], first[1], land)
    criteria.set_criteria(session, COORDINATOR, cycle.slug, first[1:], now=now)
    assert [one.criterion for one in criteria.of_cycle(session, cycle.id or 0)] == [
        Criterion.COMPETENCE,
        Criterion.CONFORMITY,
    ]
    assert criteria.of_cycle(session, other.id or 0) == ASKED
    rows = select(AuditEvent).where(AuditEvent.action == "council.criteria").order_by(col(AuditEvent.id))
    events = session.exec(rows).all()
    assert json.loads(events[0].facts)["clauses"] == {"land": "14", "conformity": "3", "competence": "7.2"}


@pytest.mark.parametrize("left_out", [Criterion.COMPETENCE, Criterion.CONFORMITY])
def test_competence_and_conformity_always_stand(session: Session, now: datetime, left_out: Criterion) -> None:
    cycle = make_cycle(session, now)
    clauses = [one for one in ASKED if one.criterion is not left_out]
    with pytest.raises(AnswerMissing) as told:
        criteria.set_criteria(session, COORDINATOR, cycle.slug, clauses, now=now)
    assert told.value.facts == {"criterion": left_out}


def test_the_list_of_the_others_is_written_anew_in_its_order(session: Session, now: datetime) -> None:
    light = Body(Text("Көше жарығы", "Уличный свет", "Street lights"), Text("109", "109", "109"), "109")
    roads = Body(Text("Жолдар", "Дороги", "Roads"), Text("ТКШ", "ЖКХ", "Utilities"), "iKOMEK")
    criteria.set_bodies(session, COORDINATOR, [light, roads], now=now)
    assert [(row.position, row.matter_ru, row.contact) for row in criteria.bodies(session)] == [
        (1, "Уличный свет", "109"),
        (2, "Дороги", "iKOMEK"),
    ]
    criteria.set_bodies(session, COORDINATOR, [roads], now=now)
    assert [row.name_kk for row in criteria.bodies(session)] == ["ТКШ"]


@pytest.mark.parametrize("role", [Role.COUNCIL, Role.RESIDENT, Role.OPERATOR])
def test_criteria_and_bodies_are_the_coordinators(session: Session, now: datetime, role: Role) -> None:
    cycle = make_cycle(session, now)
    for act in (
        lambda a: criteria.set_criteria(session, a, cycle.slug, ASKED, now=now),
        lambda a: criteria.set_bodies(session, a, [], now=now),
    ):
        with pytest.raises(NotPermitted):
            act(Actor(role, 1))
