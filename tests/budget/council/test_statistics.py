"""Numbers of the council: published decisions alone, and what is overdue."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from budget.council import agenda, appeals, forwardings, members, mergers, returns, reviews, statistics
from budget.council.forwardings import Sent
from budget.council.statistics import Statistics
from budget.permissions import Actor
from budget.projects import withdraw
from models.cycle import Cycle
from models.enums import Criterion, Language, Role
from models.project import Project
from tests.harness import council
from tests.harness.council import COORDINATOR, admission, make_council, rejection
from tests.harness.projects import make_cycle

DAY = timedelta(days=1)
NOTHING = Statistics(0, 0, 0, 0, 0, 0, 0, 0, None, 0, 0, 0, 0)


def numbers(session: Session, cycle: Cycle, now: datetime) -> Statistics:
    return statistics.of_cycle(session, cycle.id or 0, now=now)


def author_of(project: Project) -> Actor:
    return Actor(Role.RESIDENT, project.author_id)


def decide(session: Session, cycle: Cycle, now: datetime, outcomes: dict[Project, Any]) -> None:
    council.screen(
        session, cycle, {project.public_id: motion for project, motion in outcomes.items()}, now=now
    )


def test_a_cycle_without_projects_has_nothing(session: Session, now: datetime) -> None:
    assert numbers(session, make_cycle(session, now), now) == NOTHING


def test_every_number_is_that_of_the_rows(session: Session, now: datetime) -> None:
    cycle, other = make_cycle(session, now), make_cycle(session, now)
    make_council(session, cycle, now=now, size=7)
    admitted, land, competence, silent, gone, kept, joined, waits = (
        council.submit(session, cycle, now=now)[0] for _ in range(8)
    )
    foreign, _ = council.submit(session, other, now=now)
    decide(
        session,
        cycle,
        now + DAY,
        {admitted: admission(), land: rejection(land, Criterion.LAND), competence: rejection(competence)},
    )
    forwardings.record(
        session, COORDINATOR, competence.public_id, Sent("а", "б", "65", date(2027, 3, 3)), now=now + DAY
    )
    council.send_back(session, cycle, silent, now=now)
    withdraw(session, author_of(gone), gone.public_id, now=now)
    asked = mergers.propose(
        session, COORDINATOR, kept.public_id, joined.public_id, note_kk="а", note_ru="б", now=now
    )
    for project in (kept, joined):
        mergers.answer(session, author_of(project), asked.public_id, agrees=True, now=now)
    later = now + 9 * DAY
    returns.remind_due(session, now=later - DAY)
    returns.lapse_due(session, now=later)
    appeals.file(
        session, author_of(land), land.public_id, text="Қате.", language=Language.KK, wants_hearing=False, now=now + DAY
    )  # fmt: skip
    found = numbers(session, cycle, later)
    assert (found.received, found.merged, found.withdrawn) == (7, 1, 1)
    assert (found.decided, found.admitted, found.rejected) == (4, 1, 3)
    assert (found.returned, found.forwarded) == (1, 1)
    assert found.rejected_by == {Criterion.COMPETENCE: 1, Criterion.LAND: 1, None: 1}
    assert list(found.rejected_by) == [Criterion.COMPETENCE, Criterion.LAND, None], "silence last"
    assert (found.appeals, found.appeals_upheld, found.appeals_overdue) == (1, 0, 0)
    assert found.median_days == 1
    assert numbers(session, cycle, now + 40 * DAY).appeals_overdue == 1
    assert (waits.state, foreign.cycle_id) == ("submitted", other.id)


def test_a_project_counts_by_the_decision_it_stands_on(session: Session, now: datetime) -> None:
    """Returned twice, rejected, admitted on appeal: two returns, one admission, no rejection."""
    cycle = make_cycle(session, now)
    make_council(session, cycle, now=now, size=9)
    project, author = council.submit(session, cycle, now=now)
    for days in (0, 1):
        council.send_back(session, cycle, project, now=now + days * DAY)
        council.resubmit(session, project, author, now=now + days * DAY)
    decide(session, cycle, now + 2 * DAY, {project: rejection(project, Criterion.COST)})
    assert numbers(session, cycle, now + 2 * DAY).rejected_by == {Criterion.COST: 1}
    appeals.file(
        session, author, project.public_id, text="Қате.", language=Language.KK, wants_hearing=False, now=now + 2 * DAY
    )  # fmt: skip
    row = council.plan_session(session, cycle, now=now + 3 * DAY)
    item = agenda.put(session, COORDINATOR, row.public_id, project.public_id, now=now + 3 * DAY)
    agenda.change_motion(
        session, COORDINATOR, item.public_id, admission(), revision=row.revision, now=now + 3 * DAY
    )
    coming = [council.appointment(council.make_account(session), number) for number in (11, 12)]
    rows = [members.appoint(session, COORDINATOR, cycle.slug, who, now=now + 3 * DAY) for who in coming]
    for one in rows:
        members.declare(session, Actor(Role.COUNCIL, one.staff_id), cycle, {}, now=now + 3 * DAY)
    decided = appeals.took_part(session, project.id)
    there = [
        one for one in council.members_of(session, cycle, now=now + 3 * DAY) if one.row.id not in decided
    ]
    council.hold(session, row, there, now=now + 3 * DAY)
    found = numbers(session, cycle, now + 3 * DAY)
    assert (found.returned, found.admitted, found.rejected, found.rejected_by) == (2, 1, 0, {})
    assert (found.appeals, found.appeals_upheld) == (1, 1)
    assert found.median_days == 3


def test_the_median_is_in_working_days_of_those_decided(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    quick, slow, waits = (council.submit(session, cycle, now=now)[0] for _ in range(3))
    decide(session, cycle, now + DAY, {quick: admission()})
    assert numbers(session, cycle, now + DAY).median_days == 1
    decide(session, cycle, now + 8 * DAY, {slow: admission()})
    found = numbers(session, cycle, now + 8 * DAY)
    assert found.median_days == 1, (
        "of an even number the lower one: 1 and 5 (a weekend and a holiday between)"
    )
    assert (found.decided, waits.decided_at) == (2, None)


def test_reviews_are_overdue_by_their_deadline_while_the_project_waits(
    session: Session, now: datetime
) -> None:
    cycle = make_cycle(session, now, review_days=1, reviewers_per_project=2)
    make_council(session, cycle, now=now)
    project, other = (council.submit(session, cycle, now=now)[0] for _ in range(2))
    council.pass_check(session, cycle, project, other, now=now)
    reviews.assign(session, COORDINATOR, cycle, now=now)
    assert numbers(session, cycle, now).reviews_overdue == 0
    late = now + 3 * DAY
    assert numbers(session, cycle, late).reviews_overdue == 4
    council.review_all(session, project, now=late)
    assert numbers(session, cycle, late).reviews_overdue == 2
    council.send_back(session, cycle, other, now=late)
    assert numbers(session, cycle, late).reviews_overdue == 0
