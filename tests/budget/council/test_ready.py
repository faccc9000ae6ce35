"""Which projects may be put on an agenda: one statement says what each rule of the domain says of one project."""

from datetime import datetime, timedelta

from sqlmodel import Session

from budget import projects
from budget.council import agenda, appeals, decisions, mergers, reviews, sessions
from models.cycle import Cycle
from models.enums import Criterion, Language, Phase
from models.project import Project
from tests.harness import council
from tests.harness.council_pages import submit
from tests.harness.projects import make_cycle, make_resident, proposal


def ready_numbers(session: Session, cycle: Cycle) -> list[int]:
    return [one.number for one in agenda.may_be_put(session, cycle)]


def test_a_project_is_ready_when_it_is_checked_and_everybody_has_written(
    session: Session, now: datetime
) -> None:
    cycle = make_cycle(session, now, Phase.SUBMISSION)
    council.make_council(session, cycle, now=now)
    [project] = submit(session, cycle, "Аула", now=now)
    assert ready_numbers(session, cycle) == []
    council.pass_check(session, cycle, project, now=now)
    assert ready_numbers(session, cycle) == []
    reviews.assign(session, council.COORDINATOR, cycle, now=now)
    assert ready_numbers(session, cycle) == []
    council.review_all(session, project, now=now)
    assert ready_numbers(session, cycle) == [1]


def test_what_is_on_an_open_agenda_or_asked_to_merge_is_not_ready(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now, Phase.SUBMISSION)
    rows = submit(session, cycle, "1", "2", "3", "4", now=now)
    council.make_council(session, cycle, now=now)
    for project in rows:
        council.review(session, cycle, project, now=now)
    held = council.plan_session(session, cycle, now=now)
    agenda.put(session, council.COORDINATOR, held.public_id, rows[0].public_id, now=now)
    mergers.propose(
        session, council.COORDINATOR, rows[1].public_id, rows[2].public_id, note_kk="Ұқсас", note_ru="Похожи", now=now
    )  # fmt: skip
    assert ready_numbers(session, cycle) == [4]


def test_what_was_not_carried_is_ready_again_and_what_was_carried_waits_for_its_publication(
    session: Session, now: datetime
) -> None:
    cycle = make_cycle(session, now, Phase.SUBMISSION)
    rows = submit(session, cycle, "1", "2", now=now)
    five = council.make_council(session, cycle, now=now)
    for project in rows:
        council.review(session, cycle, project, now=now)
    held = council.plan_session(session, cycle, now=now)
    agenda.fill(session, council.COORDINATOR, held.public_id, now=now)
    council.begin(session, held, five, now=now)
    from budget.council import votes

    votes.open_items(session, council.COORDINATOR, held.public_id, now=now)
    council.vote(session, agenda.items_of(session, held)[0], five, now=now)
    votes.close_items(session, council.COORDINATOR, held.public_id, now=now)
    assert ready_numbers(session, cycle) == []
    sessions.close(session, council.COORDINATOR, held.public_id, now=now)
    assert ready_numbers(session, cycle) == [2]
    decisions.publish(session, council.COORDINATOR, held.public_id, now=now)
    assert ready_numbers(session, cycle) == [2]


def test_an_appealed_project_may_be_put_until_it_is_on_an_agenda(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now, Phase.SUBMISSION)
    council.make_council(session, cycle, now=now, size=9)
    author = make_resident(session)
    project: Project = projects.submit(session, author, cycle, proposal(), None, now=now)
    council.screen(session, cycle, {project.public_id: council.rejection(project, Criterion.LAND)}, now=now)
    assert ready_numbers(session, cycle) == []
    appeals.file(
        session, author, project.public_id, text="Жер ортақ.", language=Language.KK, wants_hearing=False, now=now
    )  # fmt: skip
    assert ready_numbers(session, cycle) == [1]
    later = now + timedelta(minutes=1)
    held = council.plan_session(session, cycle, now=later)
    agenda.put(session, council.COORDINATOR, held.public_id, project.public_id, now=later)
    assert ready_numbers(session, cycle) == []
