"""Appeals: in time, once, by the author, answered by people who did not reject; hearings and deadlines kept."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from budget import cycles, moved_days
from budget.council import agenda, appeals, decisions, members, returns, reviews, sessions, votes
from budget.errors import (
    AlreadyAppealed,
    AlreadyDone,
    AppealOver,
    Frozen,
    HearingFault,
    NobodyEntitled,
    NotAppealable,
    NotFound,
    NotPermitted,
    ReasonRequired,
    WrongPhase,
)
from budget.notices import NoticeKind
from budget.permissions import Actor
from models.council_session import CouncilSession
from models.database import Database
from models.enums import CaseOutcome, Criterion, Language, ProjectState, Role, ScreeningOutcome
from models.people import Resident
from models.project import Project
from models.screening import Appeal, Screening
from models.service import AuditEvent, Notice
from tests.harness import council
from tests.harness.council import COORDINATOR, Member, admission, plan_session, rejection
from tests.harness.projects import make_resident
from tests.harness.racing import at_once
from tests.harness.sittings import Sitting, underway

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
UNTIL = datetime(2027, 3, 9, 19, tzinfo=UTC)
"""Five working days after Monday 1 March; 8 March is Women's day."""


def rejected(session: Session, now: datetime, **settings: Any) -> tuple[Sitting, Project, Actor]:
    """A project the council has rejected with six of its nine members."""
    held = underway(session, now, size=9, present=6, **settings)
    [project] = held.projects
    item = held.items(session)[0]
    said = rejection(project, Criterion.LAND)
    agenda.change_motion(session, COORDINATOR, item.public_id, said, revision=held.row.revision, now=now)
    council.finish(session, held.row, held.members[:6], now=now)
    author = Actor(Role.RESIDENT, project.author_id)
    person = session.get_one(Resident, author.id)
    person.phone = "+77010000002"
    session.add(person)
    session.flush()
    return held, project, author


def file(session: Session, project: Project, author: Actor, now: datetime, **changes: Any) -> Appeal:
    said: dict[str, Any] = {"text": "Жер ортақ.", "language": Language.KK, "wants_hearing": True, **changes}
    return appeals.file(session, author, project.public_id, now=now, **said)


def others(session: Session, held: Sitting, project: Project) -> list[Member]:
    decided = appeals.took_part(session, project.id)
    return [one for one in held.members if one.row.id not in decided]


def put(session: Session, held: Sitting, project: Project, motion: Any, now: datetime) -> CouncilSession:
    """A session in draft with the appeal on its agenda."""
    row = plan_session(session, held.cycle, now=now)
    item = agenda.put(session, COORDINATOR, row.public_id, project.public_id, now=now)
    agenda.change_motion(session, COORDINATOR, item.public_id, motion, revision=row.revision, now=now)
    return row


def answer(session: Session, held: Sitting, project: Project, motion: Any, now: datetime) -> None:
    row = put(session, held, project, motion, now)
    council.hold(session, row, others(session, held, project), now=now)


# --- filing -----------------------------------------------------------------------------------------------------


def test_an_appeal_is_kept_with_the_day_it_is_answered_by(session: Session, now: datetime) -> None:
    _, project, author = rejected(session, now)
    row = file(session, project, author, now, text="  Жер ортақ.  ")
    [decision] = session.exec(select(Screening)).all()
    assert (row.screening_id, row.text, row.wants_hearing, row.filed_at) == (
        decision.id,
        "Жер ортақ.",
        True,
        now,
    )
    assert row.decide_by == datetime(2027, 3, 29, 19, tzinfo=UTC), "8, 15 and 22 to 24 March are holidays"
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "appeal.file")).one()
    assert json.loads(event.facts) == {"project": project.number}


def test_the_time_to_appeal_ends_with_its_last_working_day(session: Session, now: datetime) -> None:
    _, project, author = rejected(session, now)
    [decision] = session.exec(select(Screening)).all()
    assert decision.appeal_until == UNTIL
    assert appeals.check_may_file(session, author, project.public_id, now=UNTIL - SECOND)[0] is project
    for late in (UNTIL, UNTIL + DAY):
        with pytest.raises(AppealOver) as told:
            file(session, project, author, late)
        assert told.value.facts == {"until": UNTIL}
    assert session.exec(select(Appeal)).all() == []


def test_moved_days_move_the_end_of_the_time_to_appeal(session: Session, now: datetime) -> None:
    moved_days.put(session, COORDINATOR, date(2027, 3, 5), is_working=False, note="", now=now)
    rejected(session, now)
    assert session.exec(select(Screening.appeal_until)).one() == UNTIL + DAY


def test_a_rejection_is_appealed_once_whatever_came_of_it(session: Session, now: datetime) -> None:
    held, project, author = rejected(session, now)
    file(session, project, author, now)
    with pytest.raises(AlreadyAppealed) as told:
        file(session, project, author, now + DAY)
    assert told.value.facts == {"at": now}
    answer(session, held, project, rejection(project), now + DAY)
    with pytest.raises(AlreadyAppealed):
        file(session, project, author, now + 2 * DAY)


@pytest.mark.race
def test_an_appeal_pressed_several_times_at_once_is_one(database: Database, now: datetime) -> None:
    with database.writing() as session:
        _, project, author = rejected(session, now)
    refused = at_once(database, *[lambda s: file(s, project, author, now)] * 4)
    with database.reading() as session:
        assert len(session.exec(select(Appeal)).all()) == 1
    assert [type(refusal) for refusal in refused] == [AlreadyAppealed] * 3


def test_only_a_rejection_is_appealed_by_its_author_with_words(session: Session, now: datetime) -> None:
    held, project, author = rejected(session, now)
    waits, other = council.submit(session, held.cycle, now=now)
    with pytest.raises(NotAppealable):
        file(session, waits, other, now)
    with pytest.raises(ReasonRequired):
        file(session, project, author, now, text=" \n")
    for stranger in (make_resident(session), other, Actor(Role.COUNCIL, author.id), COORDINATOR):
        with pytest.raises(NotFound):
            file(session, project, stranger, now)


def test_appeals_end_with_the_time_before_the_vote_and_with_the_freeze(
    session: Session, now: datetime
) -> None:
    held, project, author = rejected(session, now, appeal_days=15)
    with pytest.raises(WrongPhase):
        file(session, project, author, now + 16 * DAY)
    held.cycle.frozen_at, held.cycle.frozen_hash = now, "0" * 64
    session.add(held.cycle)
    with pytest.raises(Frozen):
        file(session, project, author, now + DAY)


def test_a_rejection_for_silence_may_be_appealed_too(session: Session, now: datetime) -> None:
    held = underway(session, now, projects=1)
    project, author = council.submit(session, held.cycle, now=now)
    council.send_back(session, held.cycle, project, now=now)
    returns.remind_due(session, now=UNTIL - DAY)
    returns.lapse_due(session, now=UNTIL)
    assert file(session, project, author, UNTIL + SECOND).screening_id


# --- hearing ----------------------------------------------------------------------------------------------------


def hear(session: Session, row: Appeal, at: datetime, now: datetime, **changes: Any) -> Appeal:
    said: dict[str, Any] = {"place_kk": "214-бөлме", "place_ru": "Кабинет 214", **changes}
    return appeals.set_hearing(session, COORDINATOR, row.public_id, at=at, now=now, **said)


def test_the_author_is_invited_and_heard(session: Session, now: datetime) -> None:
    _, project, author = rejected(session, now)
    row = file(session, project, author, now)
    hear(session, row, now + 2 * DAY, now)
    assert (row.hearing_at, row.hearing_place_ru, row.heard_at) == (now + 2 * DAY, "Кабинет 214", None)
    notice = session.exec(select(Notice).where(Notice.kind == NoticeKind.APPEAL_HEARING)).one()
    assert notice.facts == {"number": project.number, "at": (now + 2 * DAY).isoformat()}
    appeals.note_heard(session, COORDINATOR, row.public_id, now=now + 3 * DAY)
    assert row.heard_at == now + 3 * DAY
    with pytest.raises(AlreadyDone):
        appeals.note_heard(session, COORDINATOR, row.public_id, now=now + 4 * DAY)


def test_a_hearing_lies_ahead_and_before_the_answer_and_has_a_place(session: Session, now: datetime) -> None:
    _, project, author = rejected(session, now)
    row = file(session, project, author, now)
    for at, changes in (
        (now, {}),
        (row.decide_by, {}),
        (now + DAY, {"place_kk": " "}),
        (now + DAY, {"place_ru": ""}),
    ):
        with pytest.raises(HearingFault) as told:
            hear(session, row, at, now, **changes)
        assert told.value.facts == {"decide_by": row.decide_by}


def test_hearings_are_the_coordinators_and_end_with_the_answer(session: Session, now: datetime) -> None:
    held, project, author = rejected(session, now)
    row = file(session, project, author, now)
    for actor in (author, held.members[0].actor, Actor(Role.OPERATOR, 1)):
        with pytest.raises(NotPermitted):
            appeals.note_heard(session, actor, row.public_id, now=now)
    with pytest.raises(NotFound):
        appeals.note_heard(session, COORDINATOR, "nosuchappe", now=now)
    answer(session, held, project, rejection(project), now + DAY)
    with pytest.raises(AlreadyDone):
        hear(session, row, now + 2 * DAY, now + DAY)


# --- the answer ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", list(CaseOutcome))
def test_an_appeal_is_upheld_by_admission_and_dismissed_for_good(
    session: Session, now: datetime, outcome: CaseOutcome
) -> None:
    held, project, author = rejected(session, now)
    row = file(session, project, author, now)
    later = now + DAY
    motion = admission() if outcome is CaseOutcome.UPHELD else rejection(project, Criterion.LAND)
    answer(session, held, project, motion, later)
    assert (row.outcome, row.decided_at) == (outcome, later)
    last = session.exec(select(Screening).order_by(Screening.id.desc())).first()  # type: ignore[union-attr]
    assert last is not None
    assert (row.item_id, last.appeal_until) == (last.item_id, None), "after that the way leads to the court"
    wanted = ProjectState.ADMITTED if outcome is CaseOutcome.UPHELD else ProjectState.REJECTED
    assert project.state is wanted
    notice = session.exec(select(Notice).where(Notice.kind == NoticeKind.APPEAL_DECIDED)).one()
    assert notice.facts == {"number": project.number, "outcome": str(outcome)}


def test_nothing_of_the_answer_is_seen_before_its_publication(session: Session, now: datetime) -> None:
    held, project, author = rejected(session, now)
    row = file(session, project, author, now)
    drafted = put(session, held, project, admission(), now)
    council.hold(session, drafted, others(session, held, project), now=now, publish=False)
    assert (row.outcome, row.item_id, project.state) == (None, None, ProjectState.REJECTED)
    decisions.publish(session, COORDINATOR, drafted.public_id, now=now)
    assert (row.outcome, project.state) == (CaseOutcome.UPHELD, ProjectState.ADMITTED)


def test_where_all_took_part_nobody_decides_the_appeal_until_more_are_appointed(
    session: Session, now: datetime
) -> None:
    held = underway(session, now, size=3)
    [project] = held.projects
    item = held.items(session)[0]
    agenda.change_motion(
        session, COORDINATOR, item.public_id, rejection(project), revision=held.row.revision, now=now
    )
    council.finish(session, held.row, held.members, now=now)
    file(session, project, Actor(Role.RESIDENT, project.author_id), now)
    row = put(session, held, project, admission(), now)
    council.begin(session, row, held.members, now=now)
    with pytest.raises(NobodyEntitled):
        votes.open_items(session, COORDINATOR, row.public_id, now=now)
    actor = council.make_account(session)
    coming = members.appoint(session, COORDINATOR, held.cycle.slug, council.appointment(actor, 8), now=now)
    members.declare(session, actor, held.cycle, {}, now=now)
    sessions.mark_present(session, COORDINATOR, row.public_id, [coming.public_id], now=now)
    assert votes.open_items(session, COORDINATOR, row.public_id, now=now) == 1


def test_whoever_reviewed_or_voted_took_part_and_whoever_was_only_assigned_did_not(
    session: Session, now: datetime
) -> None:
    held, project, _ = rejected(session, now)
    assert appeals.took_part(session, project.id) >= {one.row.id for one in held.members[:6]}
    written = {one.member_id for one in reviews.of_project(session, project) if one.concluded_at}
    assert appeals.took_part(session, project.id) == {one.row.id for one in held.members[:6]} | written


def test_appeals_are_listed_undecided_ones_first_and_the_most_urgent_at_the_top(
    session: Session, now: datetime
) -> None:
    held, project, author = rejected(session, now)
    first = file(session, project, author, now)
    answer(session, held, project, rejection(project), now)
    row = plan_session(session, held.cycle, now=now)
    people = [council.submit(session, held.cycle, now=now) for _ in range(2)]
    council.pass_check(session, held.cycle, *(one for one, _ in people), now=now)
    reviews.assign(session, COORDINATOR, held.cycle, now=now)
    for one, _ in people:
        council.review_all(session, one, now=now)
        item = agenda.put(session, COORDINATOR, row.public_id, one.public_id, now=now)
        agenda.change_motion(
            session, COORDINATOR, item.public_id, rejection(one), revision=row.revision, now=now
        )
    council.hold(session, row, held.members, now=now)
    later, sooner = (
        file(session, one, who, now + days * DAY) for (one, who), days in zip(people, (2, 1), strict=True)
    )
    assert [row.id for row, _ in appeals.of_cycle(session, held.cycle.id)] == [sooner.id, later.id, first.id]


# --- the freeze ---------------------------------------------------------------------------------------------------


def test_the_ballot_list_waits_for_appeals_and_for_the_time_to_appeal(
    session: Session, now: datetime
) -> None:
    held, project, author = rejected(session, now)
    waits = "appeals" in cycles.unmet_for_freezing(session, held.cycle, now=UNTIL - SECOND)
    over = "appeals" in cycles.unmet_for_freezing(session, held.cycle, now=UNTIL)
    assert (waits, over) == (True, False)
    file(session, project, author, now)
    assert "appeals" in cycles.unmet_for_freezing(session, held.cycle, now=UNTIL)
    answer(session, held, project, rejection(project), now)
    assert "appeals" not in cycles.unmet_for_freezing(session, held.cycle, now=now)
    outcomes = [row.outcome for row in session.exec(select(Screening))]
    assert outcomes == [ScreeningOutcome.REJECTED] * 2
