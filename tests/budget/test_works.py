"""Works of the winners: planned with the council's confirmation, every change kept, a delay explained."""

from datetime import datetime, timedelta
from itertools import product

import pytest
from sqlmodel import Session, select

from budget import projects, works
from budget.errors import NotFound, NotPermitted, NotThisState, ReasonRequired, WrongPhase
from budget.permissions import Actor
from models.cycle import Cycle, Envelope
from models.enums import Language, Phase, Role, VerdictKind, WorksStatus
from models.project import Project
from models.result import VerdictRow
from models.service import AuditEvent
from models.works import Works, WorksChange
from tests.harness.projects import COORDINATOR, make_cycle, make_resident, proposal

EXPLAINED = (WorksStatus.POSTPONED, WorksStatus.CANCELLED)


def judged(session: Session, cycle: Cycle, kind: VerdictKind, now: datetime) -> Project:
    """A project of the cycle with a verdict. The rows are written as the count writes them."""
    project = projects.submit(session, make_resident(session), cycle, proposal(), None, now=now)
    envelope = session.exec(select(Envelope.id).where(Envelope.cycle_id == cycle.id)).one()
    session.add(
        VerdictRow(
            project_id=project.id or 0, cycle_id=cycle.id or 0, envelope_id=envelope or 0, position=project.number,
            place=project.number, votes=10, cost_tenge=1, remaining_before_tenge=2, remaining_after_tenge=1, kind=kind,
        )
    )  # fmt: skip
    session.flush()
    return project


def published(session: Session, now: datetime) -> tuple[Cycle, Project, datetime]:
    """A cycle with one winner whose results are out, and an instant in its implementation."""
    cycle = make_cycle(session, now)
    winner = judged(session, cycle, VerdictKind.WON, now)
    later = now + timedelta(days=10 * 4)
    cycle.counted_at = cycle.results_published_at = later
    session.add(cycle)
    works.plan_works(session, [winner.id or 0], now=later)
    return cycle, winner, later


def test_works_begin_as_planned_and_only_once(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    first, second, other = (judged(session, cycle, VerdictKind.WON, now) for _ in range(3))
    ids = [first.id or 0, second.id or 0]
    assert works.plan_works(session, ids, now=now) == 2
    assert works.plan_works(session, ids, now=now) == 0
    planned = {row.project_id: row.status for row in session.exec(select(Works))}
    assert planned == dict.fromkeys(ids, WorksStatus.PLANNED)
    assert other.id not in planned
    assert len(session.exec(select(WorksChange)).all()) == 2


def test_every_change_is_kept_and_recorded(session: Session, now: datetime) -> None:
    _, winner, later = published(session, now)
    for status, reason in (
        (WorksStatus.UNDERWAY, ""),
        (WorksStatus.POSTPONED, "Аяз."),
        (WorksStatus.UNDERWAY, ""),
        (WorksStatus.COMPLETED, ""),
    ):
        works.set_status(session, COORDINATOR, winner, status, reason=reason, language=Language.KK, now=later)
    session.commit()
    session.expire_all()
    row = session.get_one(Works, winner.id)
    assert (row.status, row.reason, row.language, row.changed_at) == (WorksStatus.COMPLETED, "", None, later)
    history = session.exec(select(WorksChange).order_by(WorksChange.id)).all()  # type: ignore[arg-type]
    assert [(c.status, c.reason, c.language) for c in history] == [
        (WorksStatus.PLANNED, "", None),
        (WorksStatus.UNDERWAY, "", None),
        (WorksStatus.POSTPONED, "Аяз.", Language.KK),
        (WorksStatus.UNDERWAY, "", None),
        (WorksStatus.COMPLETED, "", None),
    ]
    assert len(session.exec(select(AuditEvent).where(AuditEvent.action == "works.status")).all()) == 4


@pytest.mark.parametrize(("before", "after"), list(product(WorksStatus, WorksStatus)))
def test_a_delay_and_a_completion_taken_back_need_a_reason(
    session: Session, now: datetime, before: WorksStatus, after: WorksStatus
) -> None:
    _, winner, later = published(session, now)
    row = session.get_one(Works, winner.id)
    row.status, row.reason = before, "Аяз." if before in EXPLAINED else ""
    session.add(row)
    session.flush()

    def change(reason: str) -> None:
        works.set_status(session, COORDINATOR, winner, after, reason=reason, language=Language.KK, now=later)

    if before is after or WorksStatus.CANCELLED in (before, after):
        with pytest.raises(NotThisState):  # falling out is an act of the reserve, and final
            change(row.reason or "Аяз.")
        assert row.status is before
        return
    if after is WorksStatus.POSTPONED or before is WorksStatus.COMPLETED:
        with pytest.raises(ReasonRequired):
            change("  ")
        assert row.status is before
        change("Мердігер ауысты.")
    else:
        change("")
    assert row.status is after


def test_a_postponement_may_get_another_reason(session: Session, now: datetime) -> None:
    _, winner, later = published(session, now)
    for reason in ("Аяз.", "Мердігер ауысты."):
        works.set_status(
            session,
            COORDINATOR,
            winner,
            WorksStatus.POSTPONED,
            reason=reason,
            language=Language.KK,
            now=later,
        )
    assert session.get_one(Works, winner.id).reason == "Мердігер ауысты."


def test_only_winners_of_published_results_have_works(session: Session, now: datetime) -> None:
    cycle, _, later = published(session, now)
    loser = judged(session, cycle, VerdictKind.DOES_NOT_FIT, now)
    unpublished = judged(session, make_cycle(session, now), VerdictKind.WON, now)
    for project in (loser, unpublished):
        with pytest.raises(NotFound):
            works.set_status(
                session,
                COORDINATOR,
                project,
                WorksStatus.UNDERWAY,
                reason="",
                language=Language.KK,
                now=later,
            )


def test_works_belong_to_the_coordinator_and_to_the_time_after_the_vote(
    session: Session, now: datetime
) -> None:
    _, winner, later = published(session, now)
    for role in (Role.RESIDENT, Role.COUNCIL, Role.VISITOR):
        with pytest.raises(NotPermitted):
            works.set_status(
                session,
                Actor(role, 1),
                winner,
                WorksStatus.UNDERWAY,
                reason="",
                language=Language.KK,
                now=later,
            )
    during_vote = now + timedelta(days=10 * (list(Phase).index(Phase.VOTING) - 1))
    with pytest.raises(WrongPhase):
        works.set_status(
            session,
            COORDINATOR,
            winner,
            WorksStatus.UNDERWAY,
            reason="",
            language=Language.KK,
            now=during_vote,
        )
