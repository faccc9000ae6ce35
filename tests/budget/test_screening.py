"""A decision on a project: recorded once, with everything it rests on, while the list of projects is open."""

import json
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from budget import screening
from budget.errors import (
    BudgetRefusal,
    CostAboveCap,
    CostNotPositive,
    Frozen,
    MotionIncomplete,
    NotFound,
    NotPermitted,
    NotThisState,
    UnknownEnvelope,
    WrongPhase,
)
from budget.permissions import SYSTEM, Actor
from budget.projects import locked_cycle, locked_project
from budget.screening import Decision
from models.cycle import Cycle, Envelope
from models.database import Database
from models.enums import Answer, Criterion, DecidedBy, Phase, ProjectState, Role, ScreeningOutcome
from models.project import Project
from models.screening import Screening
from models.service import AuditEvent
from tests.harness import council
from tests.harness.council import MEETS, submit
from tests.harness.projects import COORDINATOR, make_cycle, make_member

REJECTION = Decision(
    ScreeningOutcome.REJECTED,
    DecidedBy.COUNCIL,
    {**MEETS, Criterion.LAND: Answer.FAILS},
    criterion=Criterion.LAND,
    clause="14",
    reason_kk="Жер жеке меншікте.",
    reason_ru="Земля в частной собственности.",
)


def decision(outcome: ScreeningOutcome = ScreeningOutcome.ADMITTED, **changes: Any) -> Decision:
    """A complete decision of the council."""
    whole = REJECTION if outcome is ScreeningOutcome.REJECTED else Decision(outcome, DecidedBy.COUNCIL, MEETS)
    return replace(whole, **changes)


def submitted(session: Session, cycle: Cycle, now: datetime, **changes: Any) -> Project:
    return submit(session, cycle, now=now, **changes)[0]


def record(
    session: Session, project: Project, said: Decision, *, now: datetime, actor=COORDINATOR
) -> Screening:
    cycle = session.get_one(Cycle, project.cycle_id)
    return screening.record(session, actor, cycle, project, said, now=now)


@pytest.mark.parametrize("outcome", list(ScreeningOutcome))
def test_a_decision_is_kept_with_its_answers_and_told_to_the_log(
    session: Session, now: datetime, outcome: ScreeningOutcome
) -> None:
    project = submitted(session, make_cycle(session, now), now)
    member = make_member(session)
    said = decision(outcome)
    record(session, project, said, actor=member, now=now)
    session.commit()
    session.expire_all()
    row = session.exec(select(Screening)).one()
    assert (row.staff_id, row.outcome, row.decided_at, row.version) == (member.id, outcome, now, 1)
    assert (row.criterion, row.clause, row.reason_kk, row.reason_ru) == (
        said.criterion,
        said.clause,
        said.reason_kk,
        said.reason_ru,
    )
    assert screening.answers_of(session, [row.id or 0]) == {row.id: dict(said.answers)}
    assert (project.state, project.decided_at) == (ProjectState(outcome), now)
    assert project.cost_tenge == (14_850_000 if outcome is ScreeningOutcome.ADMITTED else None)
    event = session.exec(select(AuditEvent).where(AuditEvent.action == f"screening.{outcome}")).one()
    assert json.loads(event.facts)["reason"] == row.reason_ru


def test_only_a_rejection_says_until_when_it_may_be_appealed(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now, appeal_days=3)
    found = {
        outcome: record(session, submitted(session, cycle, now), decision(outcome), now=now).appeal_until
        for outcome in ScreeningOutcome
    }
    thursday_midnight = now.replace(hour=19) + timedelta(days=3)
    assert found == {**dict.fromkeys(ScreeningOutcome), ScreeningOutcome.REJECTED: thursday_midnight}


def test_the_service_itself_may_decide_in_a_rehearsal(session: Session, now: datetime) -> None:
    project = submitted(session, make_cycle(session, now), now)
    assert record(session, project, decision(), actor=SYSTEM, now=now).staff_id is None


@pytest.mark.parametrize("left_out", ["criterion", "clause", "reason_kk", "reason_ru"])
def test_a_rejection_says_criterion_clause_and_reasons_in_both_languages(
    session: Session, now: datetime, left_out: str
) -> None:
    project = submitted(session, make_cycle(session, now), now)
    said = decision(ScreeningOutcome.REJECTED, **{left_out: None if left_out == "criterion" else ""})
    with pytest.raises(MotionIncomplete) as told:
        record(session, project, said, now=now)
    assert told.value.facts == {"number": project.number, "missing": (left_out,)}
    assert (project.state, session.exec(select(Screening)).all()) == (ProjectState.SUBMITTED, [])


def test_reasons_of_spaces_are_none(session: Session, now: datetime) -> None:
    project = submitted(session, make_cycle(session, now), now)
    with pytest.raises(MotionIncomplete) as told:
        record(session, project, decision(ScreeningOutcome.REJECTED, reason_ru=" \n"), now=now)
    assert told.value.facts["missing"] == ("reason_ru",)


def test_silence_is_the_one_rejection_without_words(session: Session, now: datetime) -> None:
    project = submitted(session, make_cycle(session, now), now)
    row = record(
        session, project, Decision(ScreeningOutcome.REJECTED, DecidedBy.SILENCE), actor=SYSTEM, now=now
    )
    assert (row.criterion, row.reason_kk, row.decided_by) == (None, "", DecidedBy.SILENCE)
    assert row.appeal_until is not None


def test_the_admitted_cost_may_differ_from_the_estimate(session: Session, now: datetime) -> None:
    project = submitted(session, make_cycle(session, now), now)
    record(session, project, decision(cost_tenge=9_300_000), now=now)
    assert (project.estimate_tenge, project.cost_tenge) == (14_850_000, 9_300_000)


@pytest.mark.parametrize(
    ("cost", "refusal"), [(0, CostNotPositive), (-1, CostNotPositive), (20_000_001, CostAboveCap)]
)
def test_the_admitted_cost_keeps_to_the_cap(
    session: Session, now: datetime, cost: int, refusal: type[BudgetRefusal]
) -> None:
    project = submitted(session, make_cycle(session, now), now)
    with pytest.raises(refusal):
        record(session, project, decision(cost_tenge=cost), now=now)
    assert project.state is ProjectState.SUBMITTED


def test_the_council_may_move_a_project_to_another_envelope_of_its_cycle(
    session: Session, now: datetime
) -> None:
    cycle, other = make_cycle(session, now, envelopes=2), make_cycle(session, now)
    first, second = session.exec(select(Envelope).where(Envelope.cycle_id == cycle.id)).all()
    foreign = session.exec(select(Envelope).where(Envelope.cycle_id == other.id)).one()
    project = submitted(session, cycle, now, envelope=first.public_id)
    with pytest.raises(UnknownEnvelope):
        record(session, project, decision(envelope=foreign.public_id), now=now)
    record(session, project, decision(envelope=second.public_id), now=now)
    assert project.envelope_id == second.id


@pytest.mark.parametrize("phase", list(Phase))
def test_projects_are_decided_while_applications_and_screening_last(
    session: Session, now: datetime, phase: Phase
) -> None:
    project = submitted(session, make_cycle(session, now), now)
    moment = now + timedelta(days=10 * (list(Phase).index(phase) - 1))
    if phase in (Phase.SUBMISSION, Phase.SCREENING):
        record(session, project, decision(), now=moment)
        return
    with pytest.raises(WrongPhase):
        record(session, project, decision(), now=moment)
    assert project.state is ProjectState.SUBMITTED


def test_nothing_is_decided_once_the_ballot_list_is_frozen(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    project = submitted(session, cycle, now)
    cycle.frozen_at, cycle.frozen_hash = now, "0" * 64
    session.add(cycle)
    with pytest.raises(Frozen):
        record(session, project, decision(), now=now + timedelta(days=6))


@pytest.mark.parametrize("role", [Role.VISITOR, Role.RESIDENT, Role.OPERATOR, Role.OBSERVER])
def test_only_the_council_and_its_coordinator_decide(session: Session, now: datetime, role: Role) -> None:
    project = submitted(session, make_cycle(session, now), now)
    with pytest.raises(NotPermitted):
        record(session, project, decision(), actor=Actor(role, project.author_id), now=now)


@pytest.mark.race
def test_of_several_deciding_at_once_all_but_the_first_are_told_so(database: Database, now: datetime) -> None:
    with database.writing() as session:
        project = submitted(session, make_cycle(session, now), now)
    outcomes = [ScreeningOutcome.ADMITTED, ScreeningOutcome.REJECTED] * 2
    barrier = threading.Barrier(len(outcomes))
    refused: list[BudgetRefusal] = []

    def press(outcome: ScreeningOutcome) -> None:
        barrier.wait()
        try:
            with database.writing() as session:
                cycle = locked_cycle(session, project.cycle_id)
                row = locked_project(session, project.id or 0)
                screening.record(session, COORDINATOR, cycle, row, decision(outcome), now=now)
        except BudgetRefusal as refusal:
            refused.append(refusal)

    threads = [threading.Thread(target=press, args=(outcome,)) for outcome in outcomes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        row = session.exec(select(Screening)).one()
        assert session.get_one(Project, project.id).state == ProjectState(row.outcome)
    assert [type(refusal) for refusal in refused] == [NotThisState] * 3
    assert {refusal.facts["state"] for refusal in refused} == {ProjectState(row.outcome)}


def test_cycles_to_screen_are_published_in_their_phase_and_not_frozen(
    session: Session, now: datetime
) -> None:
    running = [make_cycle(session, now), make_cycle(session, now, Phase.SCREENING)]
    make_cycle(session, now, publish=False)
    for phase in (Phase.ANNOUNCEMENT, Phase.VOTING, Phase.ARCHIVE):
        make_cycle(session, now, phase)
    frozen = make_cycle(session, now, Phase.SCREENING)
    frozen.frozen_at, frozen.frozen_hash = now, "0" * 64
    session.add(frozen)
    assert screening.open_cycles(session, now=now) == running[::-1]


def test_a_project_nobody_published_is_not_found(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    project = submitted(session, cycle, now)
    assert screening.found(session, project.public_id) == (project, cycle)
    cycle.published_at = None
    session.add(cycle)
    for public_id in (project.public_id, "nosuchproj"):
        with pytest.raises(NotFound):
            screening.found(session, public_id)


def test_earlier_decisions_stay_newest_first(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    project, author = submit(session, cycle, now=now)
    council.send_back(session, cycle, project, now=now)
    council.resubmit(session, project, author, now=now)
    record(session, project, decision(), now=now)
    found = [(row.outcome, row.version) for row in screening.decisions_of(session, project.id)]
    assert found == [(ScreeningOutcome.ADMITTED, 2), (ScreeningOutcome.RETURNED, 1)]
