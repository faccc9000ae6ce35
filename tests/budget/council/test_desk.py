"""What the coordinator's desk asks of the domain: a check of what was read, an assignment told before it is made, reviews
that fall away with their member, criteria that stay with the frozen list.
"""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from budget import projects
from budget.council import criteria, formal, members, mergers, reviews
from budget.council.criteria import Clause
from budget.errors import AlreadyDone, Frozen
from budget.permissions import Actor
from models.cycle import Cycle
from models.enums import ConflictKind, Criterion, Phase
from models.project import Project
from models.screening import Review
from tests.harness import council
from tests.harness.projects import make_cycle, make_resident, proposal

COORDINATOR = council.COORDINATOR


@pytest.fixture
def cycle(session: Session, now: datetime) -> Cycle:
    return make_cycle(session, now, Phase.SUBMISSION)


def submit(session: Session, cycle: Cycle, now: datetime) -> tuple[Project, Actor]:
    author = make_resident(session)
    return projects.submit(session, author, cycle, proposal(), None, now=now), author


def test_a_text_that_changed_after_it_was_read_is_not_passed(
    session: Session, cycle: Cycle, now: datetime
) -> None:
    council.make_council(session, cycle, now=now)
    (kept, first), (joined, second), (other, _) = (submit(session, cycle, now) for _ in range(3))
    read = {one.public_id: one.version for one in (kept, other)}
    merger = mergers.propose(
        session,
        COORDINATOR,
        kept.public_id,
        joined.public_id,
        note_kk="Бір аула.",
        note_ru="Один двор.",
        now=now,
    )
    for author in (first, second):
        mergers.answer(session, author, merger.public_id, agrees=True, now=now)
    assert kept.version == 2
    assert formal.pass_all(session, COORDINATOR, cycle, read, seen=read, now=now) == 1
    assert [one.number for one in formal.waiting(session, cycle.id)] == [kept.number]
    assert formal.pass_all(session, COORDINATOR, cycle, read, now=now) == 1


def test_an_assignment_does_what_was_told_before(session: Session, cycle: Cycle, now: datetime) -> None:
    five = council.make_council(session, cycle, now=now)
    rows = [submit(session, cycle, now)[0] for _ in range(6)]
    council.pass_check(session, cycle, *rows[:5], now=now)
    told = reviews.proposed(session, cycle, now=now)
    assert (told.projects, told.short) == (5, ())
    assert [share.gets for share in told.shares] == [2, 2, 2, 2, 2]
    assert session.exec(select(Review)).all() == []
    assert reviews.assign(session, COORDINATOR, cycle, now=now).reviews == sum(
        one.gets for one in told.shares
    )
    for member in five[:4]:
        members.declare(session, member.actor, cycle, {rows[5].public_id: ConflictKind.OWN}, now=now)
    council.pass_check(session, cycle, rows[5], now=now)
    told = reviews.proposed(session, cycle, now=now)
    assert (told.projects, told.short) == (1, (6,))
    assert [(share.has, share.gets) for share in told.shares] == [(2, 0)] * 4 + [(2, 1)]
    assert reviews.assign(session, COORDINATOR, cycle, now=now).short == told.short


def test_nobody_waits_for_the_reviews_of_who_left(session: Session, cycle: Cycle, now: datetime) -> None:
    five = council.make_council(session, cycle, now=now)
    project, _ = submit(session, cycle, now)
    council.pass_check(session, cycle, project, now=now)
    reviews.assign(session, COORDINATOR, cycle, now=now)
    written, unwritten = reviews.of_project(session, project)
    by_id = {one.row.id: one for one in five}
    reviews.conclude(
        session, by_id[written.member_id].actor, project.public_id, council.conclusion(), now=now
    )
    for member_id in (written.member_id, unwritten.member_id):
        row = by_id[member_id].row
        who = council.appointment(
            council.make_account(session),
            9,
            kind=row.kind,
            is_chair=row.is_chair,
            name_kk="Жаңа",
            name_ru="Новый",
        )
        members.replace(session, COORDINATOR, row.public_id, who, reason="Көшіп кетті", now=now)
    assert [one.id for one in reviews.of_project(session, project)] == [written.id]
    assert reviews.assign(session, COORDINATOR, cycle, now=now + timedelta(minutes=1)).reviews == 1


def test_who_was_replaced_before_the_publication_is_not_taken_back(
    session: Session, cycle: Cycle, now: datetime
) -> None:
    first, *_ = council.make_council(session, cycle, now=now, publish=False)
    who = council.appointment(council.make_account(session), 9)
    heir = members.replace(session, COORDINATOR, first.row.public_id, who, reason="Қателік", now=now)
    with pytest.raises(AlreadyDone):
        members.take_back(session, COORDINATOR, first.row.public_id, now=now)
    members.take_back(session, COORDINATOR, heir.public_id, now=now)
    assert heir.id not in {one.id for one in members.of_cycle(session, cycle.id or 0)}


def test_criteria_stay_with_the_frozen_list(session: Session, cycle: Cycle, now: datetime) -> None:
    both = [Clause(Criterion.COMPETENCE, "14"), Clause(Criterion.CONFORMITY, "3")]
    criteria.set_criteria(session, COORDINATOR, cycle.slug, both, now=now)
    cycle.frozen_at, cycle.frozen_hash = now, "0" * 64
    session.flush()
    with pytest.raises(Frozen):
        criteria.set_criteria(session, COORDINATOR, cycle.slug, [*both, Clause(Criterion.LAND)], now=now)
    assert [one.clause for one in criteria.of_cycle(session, cycle.id or 0)] == ["14", "3"]
