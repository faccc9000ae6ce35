"""What the coordinator's page says of a project is what the domain would do with it."""

from datetime import datetime

from sqlmodel import Session

from budget import projects
from budget.council import agenda, members, mergers, reviews
from budget.reading import council_office
from models.cycle import Cycle
from models.enums import ConflictKind
from tests.harness import council
from tests.harness.projects import make_cycle


def ready(session: Session, cycle: Cycle) -> list[int]:
    """By the page; it is the same by the domain."""
    found = [one.number for one in council_office.undecided(session, cycle.id) if one.is_ready]
    assert found == [one.number for one in agenda.may_be_put(session, cycle)]
    return found


def test_a_question_about_a_withdrawn_project_is_none(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    council.make_council(session, cycle, now=now)
    kept, _ = council.submit(session, cycle, now=now)
    joined, author = council.submit(session, cycle, now=now)
    council.review(session, cycle, kept, now=now)
    mergers.propose(
        session, council.COORDINATOR, kept.public_id, joined.public_id, note_kk="Бір аула.", note_ru="Один двор.", now=now
    )  # fmt: skip
    assert council_office.waiting(session, cycle.id, now=now).mergers == 1
    assert ready(session, cycle) == []
    projects.withdraw(session, author, joined.public_id, now=now)
    assert council_office.waiting(session, cycle.id, now=now).mergers == 0
    assert ready(session, cycle) == [kept.number]


def test_a_conclusion_of_somebody_who_stands_aside_now_is_none(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    people = council.make_council(session, cycle, now=now)
    project, _ = council.submit(session, cycle, now=now)
    council.review(session, cycle, project, now=now)
    assert ready(session, cycle) == [project.number]
    for one in people:
        if reviews.of_member(session, project, one.row) is not None:
            members.declare(session, one.actor, cycle, {project.public_id: ConflictKind.OWN}, now=now)
    assert ready(session, cycle) == []
    [line] = council_office.undecided(session, cycle.id)
    assert (line.readers, line.written) == (0, 0)
