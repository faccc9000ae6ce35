"""Back to the author with remarks; silence is a rejection, and never without a reminder."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from budget import corrections, cycles, moved_days, notices, projects, screening
from budget.council import agenda, members, returns, reviews, votes
from budget.errors import (
    CorrectionOver,
    CouncilMissing,
    NotDeclared,
    NotFound,
    NotPermitted,
    NotThisState,
    OnAgenda,
    Recused,
    RemarksRequired,
    SessionChanged,
    WrongPhase,
)
from budget.jobs import JOBS, JobContext, run_claimed
from budget.notices import NoticeKind
from budget.permissions import Actor
from models.cycle import Cycle
from models.database import Database
from models.enums import (
    Answer,
    ConflictKind,
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
from models.service import Notice
from tests.harness import council
from tests.harness.council import COORDINATOR, MEETS, REMARKS, make_account, make_council
from tests.harness.projects import make_cycle, make_resident, proposal
from tests.harness.racing import at_once
from tests.harness.sittings import reviewed

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
MARCH_9 = datetime(2027, 3, 9, 19, tzinfo=UTC)
"""Five working days after Monday 1 March: 8 March is Women's day."""


def returned(session: Session, now: datetime, **settings: Any) -> tuple[Cycle, Project, Actor]:
    """A project that the coordinator sent back, its author with a telephone."""
    cycle = make_cycle(session, now, **settings)
    project, author = council.submit(session, cycle, now=now)
    person = session.get_one(Resident, author.id)
    person.phone = "+77010000001"
    session.add(person)
    session.flush()
    council.send_back(session, cycle, project, now=now)
    return cycle, project, author


def tell(session: Session) -> list[NoticeKind]:
    return [NoticeKind(row.kind) for row in session.exec(select(Notice).order_by(Notice.id))]  # type: ignore[arg-type]


def tick(session: Session, moment: datetime) -> tuple[int, int]:
    """What the job does: reminders first."""
    return returns.remind_due(session, now=moment), returns.lapse_due(session, now=moment)


# --- sending back ---------------------------------------------------------------------------------------


def test_the_coordinator_sends_back_with_remarks_by_part_and_a_deadline(
    session: Session, now: datetime
) -> None:
    _, project, _ = returned(session, now)
    begun = corrections.open_of(session, project.id)
    assert begun is not None
    assert (begun.version, begun.returned_at, begun.due_at, begun.language) == (1, now, MARCH_9, Language.KK)
    assert corrections.remarks_of(session, [begun.id or 0])[begun.id or 0] == REMARKS
    [row] = screening.decisions_of(session, project.id)
    assert (row.outcome, row.decided_by) == (ScreeningOutcome.RETURNED, DecidedBy.COORDINATOR)
    assert (row.correction_id, row.appeal_until) == (begun.id, None)
    assert project.state is ProjectState.RETURNED
    assert tell(session) == [NoticeKind.PROJECT_RETURNED]


@pytest.mark.parametrize(
    ("moved", "due"),
    [
        ({}, MARCH_9),
        ({date(2027, 3, 9): False}, MARCH_9 + DAY),
        ({date(2027, 3, 6): True}, MARCH_9 - 3 * DAY),  # a Saturday that works
        ({date(2027, 3, 8): True}, MARCH_9 - DAY),  # a holiday that works
        ({date(2027, 3, 4): False, date(2027, 3, 9): False, date(2027, 3, 10): False}, MARCH_9 + 3 * DAY),
    ],
)  # fmt: skip
def test_the_deadline_counts_working_days_with_holidays_and_moved_days(
    session: Session, now: datetime, moved: dict[date, bool], due: datetime
) -> None:
    for on, is_working in moved.items():
        moved_days.put(session, COORDINATOR, on, is_working=is_working, note="", now=now)
    _, project, author = returned(session, now)
    begun = corrections.open_of(session, project.id)
    assert begun is not None
    assert begun.due_at == due
    assert returns.remind_due(session, now=due - DAY - SECOND) == 0
    assert returns.remind_due(session, now=due - DAY) == 1
    with session.begin_nested() as kept:
        projects.correct(session, author, project.public_id, proposal(), None, now=due - SECOND)
        kept.rollback()
    session.expire_all()
    with pytest.raises(CorrectionOver) as told:
        projects.correct(session, author, project.public_id, proposal(), None, now=due)
    assert told.value.facts == {"due_at": due}


def test_a_reviewer_sends_back_what_can_be_corrected_with_the_answers_given(
    session: Session, now: datetime
) -> None:
    cycle = make_cycle(session, now)
    people = make_council(session, cycle, now=now)
    project, _ = council.submit(session, cycle, now=now)
    council.pass_check(session, cycle, project, now=now)
    reviews.assign(session, COORDINATOR, cycle, now=now)
    one = next(member for member in people if reviews.of_member(session, project, member.row))
    said = {**MEETS, Criterion.COST: Answer.CORRECTABLE}
    reviews.conclude(session, one.actor, project.public_id, council.conclusion(said), now=now)
    row = returns.send_back(session, one.actor, project.public_id, REMARKS, language=Language.RU, now=now)
    assert (row.decided_by, row.staff_id) == (DecidedBy.REVIEWER, one.actor.id)
    assert screening.answers_of(session, [row.id or 0]) == {}, "what a reviewer thinks is not public"


def test_nobody_sends_back_a_text_that_is_another_one_by_now(session: Session, now: datetime) -> None:
    """A merger adds houses, and so another version, while the coordinator writes remarks."""
    cycle = make_cycle(session, now)
    make_council(session, cycle, now=now)
    project, _ = council.submit(session, cycle, now=now)

    def send_back(version: int) -> Screening:
        return returns.send_back(
            session, COORDINATOR, project.public_id, REMARKS, language=Language.KK, version=version, now=now
        )

    with pytest.raises(SessionChanged):
        send_back(project.version - 1)
    assert project.state is ProjectState.SUBMITTED
    assert send_back(project.version).outcome == "returned"


@pytest.mark.parametrize("remarks", [{}, {ProjectPart.TITLE: "  ", ProjectPart.PHOTO: ""}])
def test_without_a_remark_nothing_goes_back(
    session: Session, now: datetime, remarks: dict[ProjectPart, str]
) -> None:
    cycle = make_cycle(session, now)
    project, _ = council.submit(session, cycle, now=now)
    with pytest.raises(RemarksRequired):
        council.send_back(session, cycle, project, remarks=remarks, now=now)
    assert project.state is ProjectState.SUBMITTED
    assert session.exec(select(Correction)).all() == []


def test_a_member_never_sends_back_a_project_of_their_own(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    people = make_council(session, cycle, now=now)
    project, _ = council.submit(session, cycle, now=now)
    council.pass_check(session, cycle, project, now=now)
    reviews.assign(session, COORDINATOR, cycle, now=now)
    one = next(member for member in people if reviews.of_member(session, project, member.row))
    members.declare(session, one.actor, cycle, {project.public_id: ConflictKind.OWN}, now=now)
    with pytest.raises(Recused):
        returns.send_back(session, one.actor, project.public_id, REMARKS, language=Language.KK, now=now)
    one.row.declared_at = None
    session.add(one.row)
    session.flush()
    with pytest.raises(NotDeclared):
        returns.send_back(session, one.actor, project.public_id, REMARKS, language=Language.KK, now=now)


def test_only_the_coordinator_and_its_reviewers_send_a_project_back(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    people = make_council(session, cycle, now=now)
    project, author = council.submit(session, cycle, now=now)
    for actor in (
        people[0].actor,
        make_account(session),
        make_resident(session),
        author,
        Actor(Role.OPERATOR, 1),
    ):
        with pytest.raises(NotPermitted):
            returns.send_back(session, actor, project.public_id, REMARKS, language=Language.KK, now=now)
    with pytest.raises(NotFound):
        returns.send_back(session, COORDINATOR, "nosuchproj", REMARKS, language=Language.KK, now=now)
    late = now + 16 * DAY
    with pytest.raises(WrongPhase):
        returns.send_back(session, COORDINATOR, project.public_id, REMARKS, language=Language.KK, now=late)
    other = make_cycle(session, now)
    unread, _ = council.submit(session, other, now=now)
    with pytest.raises(CouncilMissing):
        returns.send_back(session, COORDINATOR, unread.public_id, REMARKS, language=Language.KK, now=now)


def test_what_is_put_to_the_vote_does_not_go_back(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    [project, second], people = reviewed(session, cycle, 2, now=now)
    row = council.plan_session(session, cycle, now=now)
    agenda.fill(session, COORDINATOR, row.public_id, now=now)
    council.send_back(session, cycle, second, now=now)
    with pytest.raises(NotThisState):
        council.send_back(session, cycle, second, now=now)
    agenda.take_off(session, COORDINATOR, agenda.items_of(session, row)[1].public_id, now=now)
    council.begin(session, row, people, now=now)
    votes.open_items(session, COORDINATOR, row.public_id, now=now)
    with pytest.raises(OnAgenda):
        council.send_back(session, cycle, project, now=now)


@pytest.mark.race
def test_two_clicks_send_a_project_back_once(database: Database, now: datetime) -> None:
    with database.writing() as session:
        cycle = make_cycle(session, now)
        make_council(session, cycle, now=now)
        project, _ = council.submit(session, cycle, now=now)
    refused = at_once(
        database,
        *[
            lambda s: returns.send_back(
                s, COORDINATOR, project.public_id, REMARKS, language=Language.KK, now=now
            )
        ]
        * 4,
    )
    with database.reading() as session:
        assert len(session.exec(select(Correction)).all()) == len(session.exec(select(Screening)).all()) == 1
    assert [type(refusal) for refusal in refused] == [NotThisState] * 3


# --- silence --------------------------------------------------------------------------------------------


def test_an_author_is_reminded_a_day_before_and_rejected_at_the_deadline(
    session: Session, now: datetime
) -> None:
    cycle, project, _ = returned(session, now, appeal_days=5)
    assert tick(session, MARCH_9 - DAY - SECOND) == (0, 0)
    assert tick(session, MARCH_9 - DAY) == (1, 0)
    assert tick(session, MARCH_9 - DAY) == (0, 0), "one reminder"
    assert tick(session, MARCH_9 - SECOND) == (0, 0)
    assert tick(session, MARCH_9) == (0, 1)
    assert tick(session, MARCH_9 + DAY) == (0, 0)
    row, _ = screening.decisions_of(session, project.id)
    assert (row.outcome, row.decided_by, row.criterion) == (
        ScreeningOutcome.REJECTED,
        DecidedBy.SILENCE,
        None,
    )
    assert row.appeal_until == datetime(2027, 3, 17, 19, tzinfo=UTC), (
        "15 March is the Day of the Constitution"
    )
    assert project.state is ProjectState.REJECTED
    [ended] = corrections.of_project(session, project.id)
    assert (ended.reminded_at, ended.lapsed_at) == (MARCH_9 - DAY, MARCH_9)
    assert tell(session) == [
        NoticeKind.PROJECT_RETURNED,
        NoticeKind.CORRECTION_REMINDER,
        NoticeKind.PROJECT_DECIDED,
    ]
    assert cycle.frozen_at is None


def test_nobody_is_rejected_for_silence_without_a_reminder(session: Session, now: datetime) -> None:
    """The service stood still over the deadline: the author is reminded now and has a working day more."""
    _, project, author = returned(session, now, correction_days=2)
    back = datetime(2027, 3, 5, 9, tzinfo=UTC)  # a Friday
    assert returns.lapse_due(session, now=back) == 0
    assert tick(session, back) == (1, 0)
    begun = corrections.open_of(session, project.id)
    assert begun is not None
    assert begun.due_at == MARCH_9, "Monday is Women's day"
    assert tick(session, begun.due_at - SECOND) == (0, 0)
    corrected = projects.correct(
        session, author, project.public_id, proposal(), None, now=begun.due_at - SECOND
    )
    assert corrected.state is ProjectState.SUBMITTED
    assert tick(session, begun.due_at) == (0, 0)


def test_the_job_reminds_before_it_rejects(database: Database, now: datetime, tmp_path: Any) -> None:
    with database.writing() as session:
        _, project, _ = returned(session, now)
    job = next(one for one in JOBS if one.name == "end_corrections")
    with database.writing() as session:
        run_claimed(session, job, JobContext(MARCH_9 + 3 * DAY, None, lambda: None))  # type: ignore[arg-type]
    with database.reading() as session:
        assert session.get_one(Project, project.id).state is ProjectState.RETURNED
        assert session.exec(select(Correction.reminded_at)).one() == MARCH_9 + 3 * DAY


def test_who_corrected_or_withdrew_in_time_hears_nothing_more(session: Session, now: datetime) -> None:
    _, corrected, author = returned(session, now)
    council.resubmit(session, corrected, author, now=now)
    _, withdrawn, other = returned(session, now)
    projects.withdraw(session, other, withdrawn.public_id, now=now)
    assert tick(session, MARCH_9) == tick(session, MARCH_9 + 9 * DAY) == (0, 0)
    assert (corrected.state, withdrawn.state) == (ProjectState.SUBMITTED, ProjectState.WITHDRAWN)


def test_silence_ends_a_project_even_while_the_vote_waits_for_it(session: Session, now: datetime) -> None:
    """The council was late: the list is not frozen before every project is decided, silence included."""
    cycle, project, _ = returned(session, now, correction_days=8)
    begun = corrections.open_of(session, project.id)
    assert begun is not None
    voting = now + 15 * DAY
    begun.due_at = voting + DAY
    session.add(begun)
    session.flush()
    assert "undecided" in cycles.unmet_for_freezing(session, cycle, now=voting)
    assert tick(session, voting + DAY - SECOND) == (1, 0)
    assert tick(session, voting + DAY) == (0, 1)
    assert project.state is ProjectState.REJECTED


def test_nothing_lapses_once_the_list_is_frozen(session: Session, now: datetime) -> None:
    cycle, project, _ = returned(session, now)
    tick(session, MARCH_9 - DAY)
    cycle.frozen_at, cycle.frozen_hash = MARCH_9, "0" * 64
    session.add(cycle)
    session.flush()
    assert tick(session, MARCH_9) == (0, 0)
    assert project.state is ProjectState.RETURNED


def test_an_author_without_a_telephone_is_treated_alike(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    project, _ = council.submit(session, cycle, now=now)
    council.send_back(session, cycle, project, now=now)
    tick(session, MARCH_9 - DAY)
    assert tick(session, MARCH_9) == (0, 1)
    assert tell(session) == []


@pytest.mark.race
def test_a_correction_that_comes_with_the_deadline_and_the_job_ends_one_way(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        _, project, author = returned(session, now)
        returns.remind_due(session, now=MARCH_9 - DAY)
    refused = at_once(
        database,
        lambda s: projects.correct(s, author, project.public_id, proposal(), None, now=MARCH_9 - SECOND),
        lambda s: returns.lapse_due(s, now=MARCH_9),
    )
    with database.reading() as session:
        row = session.exec(select(Correction)).one()
        state = session.get_one(Project, project.id).state
    assert (row.resubmitted_at is None) != (row.lapsed_at is None)
    assert state is (ProjectState.SUBMITTED if row.resubmitted_at else ProjectState.REJECTED)
    assert len(refused) == (0 if row.resubmitted_at else 1)


def test_reminders_name_the_project_and_the_new_deadline(session: Session, now: datetime) -> None:
    _, project, _ = returned(session, now)
    tick(session, MARCH_9 - DAY)
    notice = next(
        row for row in notices.due(session, now=MARCH_9) if row.kind == NoticeKind.CORRECTION_REMINDER
    )
    assert notice.facts == {"number": project.number, "until": MARCH_9.isoformat()}
