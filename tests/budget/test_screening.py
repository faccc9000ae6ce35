"""Screening: the council decides each project once, on the two criteria, with a reason."""

import json
import threading
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from sqlmodel import Session, select

from budget import projects, screening
from budget.errors import (
    BudgetRefusal,
    CostAboveCap,
    CostNotPositive,
    CriteriaContradict,
    Frozen,
    NotFound,
    NotPermitted,
    NotThisState,
    ReasonRequired,
    UnknownEnvelope,
    WrongPhase,
)
from budget.permissions import SYSTEM, Actor
from budget.screening import Conclusion, Progress, Show
from models.cycle import Cycle, Envelope
from models.database import Database
from models.enums import Language, Phase, ProjectState, Role, ScreeningOutcome
from models.project import Project, Screening
from models.service import AuditEvent
from tests.harness.projects import make_area, make_cycle, make_member, make_resident, proposal


def conclusion(outcome: ScreeningOutcome = ScreeningOutcome.ADMITTED, **changes: Any) -> Conclusion:
    meets = outcome is ScreeningOutcome.ADMITTED
    values: dict[str, Any] = {
        "meets_competence": True,
        "meets_regulation": meets,
        "language": Language.RU,
        "reason": "" if meets else "Земля в частной собственности.",
    }
    return Conclusion(outcome, **{**values, **changes})


def submitted(session: Session, cycle: Cycle, now: datetime, **changes: Any) -> Project:
    return projects.submit(session, make_resident(session), cycle, proposal(**changes), None, now=now)


@pytest.mark.parametrize("outcome", list(ScreeningOutcome))
def test_a_member_decides_a_project(session: Session, now: datetime, outcome: ScreeningOutcome) -> None:
    project = submitted(session, make_cycle(session, now), now)
    member = make_member(session)
    screening.decide(session, member, project, conclusion(outcome), now=now)
    session.commit()
    session.expire_all()
    row = session.exec(select(Screening)).one()
    assert (row.staff_id, row.outcome, row.language, row.decided_at) == (member.id, outcome, Language.RU, now)
    assert (project.state, project.decided_at) == (ProjectState(outcome), now)
    assert project.cost_tenge == (14_850_000 if outcome is ScreeningOutcome.ADMITTED else None)
    event = session.exec(select(AuditEvent).where(AuditEvent.action == f"screening.{outcome}")).one()
    assert json.loads(event.facts)["reason"] == row.reason


def test_the_service_itself_may_screen_in_a_rehearsal(session: Session, now: datetime) -> None:
    project = submitted(session, make_cycle(session, now), now)
    assert screening.decide(session, SYSTEM, project, conclusion(), now=now).staff_id is None


@pytest.mark.parametrize(
    ("competence", "regulation", "outcome"), list(product((True, False), (True, False), ScreeningOutcome))
)
def test_the_outcome_agrees_with_the_criteria(
    session: Session, now: datetime, competence: bool, regulation: bool, outcome: ScreeningOutcome
) -> None:
    project = submitted(session, make_cycle(session, now), now)
    said = Conclusion(outcome, competence, regulation, Language.KK, "Себебі бар.")
    agrees = {
        ScreeningOutcome.ADMITTED: competence and regulation,
        ScreeningOutcome.REJECTED: not (competence and regulation),
        ScreeningOutcome.RETURNED: True,
    }[outcome]
    if agrees:
        screening.decide(session, make_member(session), project, said, now=now)
        return
    with pytest.raises(CriteriaContradict) as told:
        screening.decide(session, make_member(session), project, said, now=now)
    assert told.value.facts == {"outcome": outcome}
    assert (project.state, session.exec(select(Screening)).all()) == (ProjectState.SUBMITTED, [])


@pytest.mark.parametrize("outcome", [ScreeningOutcome.RETURNED, ScreeningOutcome.REJECTED])
@pytest.mark.parametrize("reason", ["", "  \n "])
def test_a_refusal_without_a_reason_is_refused(
    session: Session, now: datetime, outcome: ScreeningOutcome, reason: str
) -> None:
    project = submitted(session, make_cycle(session, now), now)
    with pytest.raises(ReasonRequired):
        screening.decide(session, make_member(session), project, conclusion(outcome, reason=reason), now=now)
    assert project.state is ProjectState.SUBMITTED


def test_the_admitted_cost_may_differ_from_the_estimate(session: Session, now: datetime) -> None:
    project = submitted(session, make_cycle(session, now), now)
    screening.decide(session, make_member(session), project, conclusion(cost_tenge=9_300_000), now=now)
    assert (project.estimate_tenge, project.cost_tenge) == (14_850_000, 9_300_000)


@pytest.mark.parametrize(
    ("cost", "refusal"), [(0, CostNotPositive), (-1, CostNotPositive), (20_000_001, CostAboveCap)]
)
def test_the_admitted_cost_keeps_to_the_cap(
    session: Session, now: datetime, cost: int, refusal: type[BudgetRefusal]
) -> None:
    project = submitted(session, make_cycle(session, now), now)
    with pytest.raises(refusal):
        screening.decide(session, make_member(session), project, conclusion(cost_tenge=cost), now=now)
    assert project.state is ProjectState.SUBMITTED


def test_the_council_may_move_a_project_to_another_envelope_of_its_cycle(
    session: Session, now: datetime
) -> None:
    cycle, other = make_cycle(session, now, envelopes=2), make_cycle(session, now)
    first, second = session.exec(select(Envelope).where(Envelope.cycle_id == cycle.id)).all()
    foreign = session.exec(select(Envelope).where(Envelope.cycle_id == other.id)).one()
    project = submitted(session, cycle, now, envelope=first.public_id)
    member = make_member(session)
    with pytest.raises(UnknownEnvelope):
        screening.decide(session, member, project, conclusion(envelope=foreign.public_id), now=now)
    screening.decide(session, member, project, conclusion(envelope=second.public_id), now=now)
    assert project.envelope_id == second.id


@pytest.mark.parametrize("phase", list(Phase))
def test_projects_are_screened_while_applications_and_screening_last(
    session: Session, now: datetime, phase: Phase
) -> None:
    cycle = make_cycle(session, now)
    project = submitted(session, cycle, now)
    moment = now + timedelta(days=10 * (list(Phase).index(phase) - 1))
    if phase in (Phase.SUBMISSION, Phase.SCREENING):
        screening.decide(session, make_member(session), project, conclusion(), now=moment)
        return
    with pytest.raises(WrongPhase):
        screening.decide(session, make_member(session), project, conclusion(), now=moment)
    assert project.state is ProjectState.SUBMITTED


def test_nothing_is_decided_once_the_ballot_list_is_frozen(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    project = submitted(session, cycle, now)
    cycle.frozen_at, cycle.frozen_hash = now, "0" * 64
    session.add(cycle)
    with pytest.raises(Frozen):
        screening.decide(session, make_member(session), project, conclusion(), now=now + timedelta(days=6))


@pytest.mark.parametrize("role", [Role.VISITOR, Role.RESIDENT, Role.COORDINATOR])
def test_only_the_council_screens(session: Session, now: datetime, role: Role) -> None:
    project = submitted(session, make_cycle(session, now), now)
    with pytest.raises(NotPermitted):
        screening.decide(session, Actor(role, project.author_id), project, conclusion(), now=now)


@pytest.mark.race
def test_of_two_members_deciding_at_once_the_second_is_told_so(database: Database, now: datetime) -> None:
    with database.writing() as session:
        project = submitted(session, make_cycle(session, now), now)
        members = [make_member(session) for _ in range(4)]
    barrier = threading.Barrier(len(members))
    refused: list[BudgetRefusal] = []

    def press(member: Actor, outcome: ScreeningOutcome) -> None:
        barrier.wait()
        try:
            with database.writing() as session:
                row = session.get_one(Project, project.id)
                screening.decide(session, member, row, conclusion(outcome), now=now)
        except BudgetRefusal as refusal:
            refused.append(refusal)

    outcomes = [ScreeningOutcome.ADMITTED, ScreeningOutcome.REJECTED] * 2
    threads = [threading.Thread(target=press, args=pair) for pair in zip(members, outcomes, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        row = session.exec(select(Screening)).one()
        assert session.get_one(Project, project.id).state == ProjectState(row.outcome)
    assert [type(refusal) for refusal in refused] == [NotThisState] * 3
    assert {refusal.facts["state"] for refusal in refused} == {ProjectState(row.outcome)}


# --- the queue --------------------------------------------------------------------------------------


def test_the_queue_tells_what_is_left_and_how_far_the_council_is(session: Session, now: datetime) -> None:
    cycle, member = make_cycle(session, now), make_member(session)
    rows = [submitted(session, cycle, now) for _ in range(6)]
    submitted(session, make_cycle(session, now), now)
    outcomes = [ScreeningOutcome.ADMITTED, ScreeningOutcome.RETURNED, ScreeningOutcome.REJECTED]
    for project, outcome in zip(rows, outcomes, strict=False):
        screening.decide(session, member, project, conclusion(outcome), now=now)
    projects.withdraw(session, Actor(Role.RESIDENT, rows[5].author_id), rows[5].public_id, now=now)
    told = screening.progress(session, cycle)
    assert told == Progress(waiting=2, returned=1, admitted=1, rejected=1)
    assert (told.decided, told.total) == (2, 5)
    numbers = {show: [p.number for p, _ in screening.queue(session, cycle, show).rows] for show in Show}
    assert numbers == {Show.WAITING: [4, 5], Show.RETURNED: [2], Show.DECIDED: [1, 3]}


def test_the_queue_is_narrowed_to_an_area(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    make_area(session, "agrogorodok")
    submitted(session, cycle, now)
    there = submitted(session, cycle, now, area="agrogorodok")
    found = screening.queue(session, cycle, Show.WAITING, area="agrogorodok")
    assert [(project.number, area and area.code) for project, area in found.rows] == [
        (there.number, "agrogorodok")
    ]
    assert screening.queue(session, cycle, Show.WAITING, area="nowhere").rows == ()


def test_a_long_queue_comes_in_pages(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    for _ in range(screening.PER_PAGE + 3):
        submitted(session, cycle, now)
    first, last, beyond = (screening.queue(session, cycle, Show.WAITING, page=page) for page in (1, 2, 99))
    assert (len(first.rows), first.total, first.pages) == (screening.PER_PAGE, screening.PER_PAGE + 3, 2)
    assert [project.number for project, _ in last.rows] == [51, 52, 53]
    assert beyond.page == 2


def test_the_next_project_is_the_following_one_and_then_the_first_again(
    session: Session, now: datetime
) -> None:
    cycle, member = make_cycle(session, now), make_member(session)
    first, second, third = (submitted(session, cycle, now) for _ in range(3))
    submitted(session, make_cycle(session, now), now)
    screening.decide(session, member, second, conclusion(), now=now)
    assert screening.next_waiting(session, second) is third
    assert screening.next_waiting(session, third) is first
    screening.decide(session, member, first, conclusion(), now=now)
    screening.decide(session, member, third, conclusion(), now=now)
    assert screening.next_waiting(session, third) is None


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
    project = submitted(session, make_cycle(session, now), now)
    member, author = make_member(session), Actor(Role.RESIDENT, project.author_id)
    screening.decide(session, member, project, conclusion(ScreeningOutcome.RETURNED), now=now)
    projects.correct(session, author, project.public_id, proposal(), None, now=now)
    screening.decide(session, member, project, conclusion(), now=now)
    outcomes = [row.outcome for row in screening.decisions_of(session, project.id)]
    assert outcomes == [ScreeningOutcome.ADMITTED, ScreeningOutcome.RETURNED]
