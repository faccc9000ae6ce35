"""One project's road as everybody may read it: all of what is published, and nothing of what is not."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from sqlmodel import Session, col, update

from budget import projects
from budget.addresses import Address
from budget.council import agenda, appeals, forwardings, mergers, returns, reviews
from budget.council.forwardings import Sent
from budget.permissions import Actor
from budget.reading import project_life, project_versions
from budget.reading.project_life import ProjectLife
from models.cycle import Cycle
from models.enums import (
    Answer,
    CaseOutcome,
    Criterion,
    DecidedBy,
    ItemKind,
    Language,
    Phase,
    ProjectPart,
    ProjectState,
    ScreeningOutcome,
)
from models.project import Project
from tests.harness import council
from tests.harness.projects import make_cycle, make_resident, proposal
from tests.harness.public_rows import add_cycle
from tests.harness.queries import counted
from tests.harness.second_session import decided

MINUTE = timedelta(minutes=1)
REMARKS = {ProjectPart.ADDRESSES: "Үйлерді жазыңыз.", ProjectPart.WHOLE: "Толық емес."}
COMES_BACK = {**council.MEETS, Criterion.COMPLETENESS: Answer.CORRECTABLE}


def submit(session: Session, cycle: Cycle, now: datetime) -> tuple[Project, Actor]:
    author = make_resident(session)
    return projects.submit(session, author, cycle, proposal(), None, now=now), author


def life_of(session: Session, project: Project, now: datetime) -> ProjectLife:
    session.flush()
    return project_life.by_public_id(session, project.public_id, now=now)


def send_back(session: Session, project: Project, now: datetime) -> None:
    returns.send_back(session, council.COORDINATOR, project.public_id, REMARKS, language=Language.KK, now=now)


def reject(session: Session, cycle: Cycle, project: Project, now: datetime) -> None:
    council.screen(session, cycle, {project.public_id: council.rejection(project)}, now=now)


def test_a_return_is_told_part_by_part_with_its_deadline(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now, correction_days=3)
    project, author = submit(session, cycle, now)
    council.make_council(session, cycle, now=now)
    send_back(session, project, now)
    [decision] = life_of(session, project, now).decisions
    assert (decision.outcome, decision.decided_by) == (ScreeningOutcome.RETURNED, DecidedBy.COORDINATOR)
    asked = decision.asked
    assert asked is not None
    assert asked.is_open
    assert (dict(asked.remarks), asked.language) == (REMARKS, Language.KK)
    assert asked.due_at == now.replace(hour=19) + timedelta(days=3)  # midnight in Astana
    later = now + MINUTE
    projects.correct(session, author, project.public_id, proposal(title="Жаңа атау"), None, now=later)
    council.pass_check(session, cycle, project, now=later + MINUTE)
    life = life_of(session, project, later)
    assert life.decisions[0].asked is not None
    assert not life.decisions[0].asked.is_open
    assert (life.versions, life.checks) == ({1: now, 2: later}, {2: later + MINUTE})
    assert life.has_difference(2)
    assert not life.has_difference(1)


def test_a_rejection_an_appeal_and_its_answer_stand_in_their_sessions(
    session: Session, now: datetime
) -> None:
    cycle = make_cycle(session, now)
    project, author = submit(session, cycle, now)
    nine = council.make_council(session, cycle, now=now, size=9)
    reject(session, cycle, project, now)
    filed = appeals.file(
        session,
        author,
        project.public_id,
        text="Жер ортақ.",
        language=Language.KK,
        wants_hearing=True,
        now=now + MINUTE,
    )
    life = life_of(session, project, now)
    [rejection] = life.decisions
    assert rejection.vote is not None
    assert (rejection.vote.session, rejection.vote.votes_for, rejection.vote.kind) == (
        1,
        9,
        ItemKind.SCREENING,
    )
    assert (rejection.criterion, rejection.clause) == (Criterion.COMPETENCE, "14")
    assert dict(rejection.answers)[Criterion.COMPETENCE] is Answer.FAILS
    assert [criterion for criterion, _ in rejection.answers] == list(Criterion)
    assert rejection.appeal is not None
    assert (rejection.appeal.wants_hearing, rejection.appeal.outcome) == (True, None)
    assert rejection.appeal.decide_by == filed.decide_by

    later = now + timedelta(hours=2)
    fresh = [council.make_account(session) for _ in range(3)]
    for number, actor in enumerate(fresh):
        council.members.appoint(
            session, council.COORDINATOR, cycle.slug, council.appointment(actor, number), now=later
        )
        council.members.declare(session, actor, cycle, {}, now=later)
    answer(session, cycle, project, later, present=fresh)
    upheld = life_of(session, project, later).decisions[-1]
    assert upheld.is_on_appeal
    assert upheld.vote is not None
    assert upheld.vote.session == 2
    assert (upheld.outcome, upheld.appeal_until) == (ScreeningOutcome.ADMITTED, None)
    assert (upheld.cost_reason_kk, upheld.cost_reason_ru) == ("Арзанырақ.", "Дешевле.")
    first = life_of(session, project, later).decisions[0]
    assert first.appeal is not None
    assert first.appeal.outcome is CaseOutcome.UPHELD
    assert nine


def answer(
    session: Session, cycle: Cycle, project: Project, now: datetime, *, present: Sequence[Actor]
) -> None:
    """A session that upholds the appeal."""
    held = council.plan_session(session, cycle, now=now)
    item = agenda.put(session, council.COORDINATOR, held.public_id, project.public_id, now=now)
    motion = council.admission(cost_tenge=9_000_000, cost_reason_kk="Арзанырақ.", cost_reason_ru="Дешевле.")
    agenda.change_motion(
        session, council.COORDINATOR, item.public_id, motion, revision=held.revision, now=now
    )
    ids = {actor.id for actor in present}
    there = [one for one in council.members_of(session, cycle, now=now) if one.actor.id in ids]
    council.hold(session, held, there, now=now)


def test_silence_is_a_decision_of_nobody(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now, correction_days=1)
    project, _ = submit(session, cycle, now)
    council.make_council(session, cycle, now=now)
    send_back(session, project, now)
    due = now.replace(hour=19) + timedelta(days=1)
    returns.remind_due(session, now=due - timedelta(hours=1))
    assert returns.lapse_due(session, now=due) == 1
    life = life_of(session, project, due)
    asked, rejection = life.decisions[0].asked, life.decisions[1]
    assert asked is not None
    assert (asked.lapsed_at, asked.reminded_at) == (due, due - timedelta(hours=1))
    assert (rejection.decided_by, rejection.vote, rejection.answers) == (DecidedBy.SILENCE, None, ())
    assert rejection.appeal_until is not None


def test_nothing_of_a_review_is_read_even_where_its_reviewer_sent_the_project_back(
    session: Session, now: datetime
) -> None:
    cycle = make_cycle(session, now)
    project, _ = submit(session, cycle, now)
    council.make_council(session, cycle, now=now)
    council.review(session, cycle, project, answers=COMES_BACK, now=now)
    assert life_of(session, project, now).decisions == ()
    review = reviews.of_project(session, project)[0]
    reader = next(
        one for one in council.members_of(session, cycle, now=now) if one.row.id == review.member_id
    )
    returns.send_back(session, reader.actor, project.public_id, REMARKS, language=Language.KK, now=now)
    [decision] = life_of(session, project, now).decisions
    assert (decision.decided_by, decision.answers) == (DecidedBy.REVIEWER, ())
    assert "Ескерту" not in repr(life_of(session, project, now))


def test_a_session_is_read_once_it_is_published(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    project, _ = submit(session, cycle, now)
    present = council.make_council(session, cycle, now=now)
    council.review(session, cycle, project, now=now)
    held = council.plan_session(session, cycle, now=now)
    agenda.fill(session, council.COORDINATOR, held.public_id, now=now)
    council.hold(session, held, present, now=now, publish=False)
    before = life_of(session, project, now)
    assert (before.decisions, before.facts.state) == ((), ProjectState.SUBMITTED)
    council.decisions.publish(session, council.COORDINATOR, held.public_id, now=now)
    assert life_of(session, project, now).decisions[0].outcome is ScreeningOutcome.ADMITTED


def test_two_projects_that_became_one_point_to_each_other(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    (kept, first), (joined, second) = submit(session, cycle, now), submit(session, cycle, now)
    council.make_council(session, cycle, now=now)
    asked = mergers.propose(
        session, council.COORDINATOR, kept.public_id, joined.public_id, note_kk="Ұқсас.", note_ru="Похожи.", now=now
    )  # fmt: skip
    mergers.answer(session, first, asked.public_id, agrees=True, now=now)
    life = life_of(session, joined, now)
    assert (life.merged_into, life.facts.state) == (None, ProjectState.SUBMITTED), "one of two has agreed"
    later = now + MINUTE
    mergers.answer(session, second, asked.public_id, agrees=True, now=later)
    gone, here = life_of(session, joined, later), life_of(session, kept, later)
    assert gone.merged_into is not None
    assert (gone.merged_into.public_id, gone.facts.state) == (kept.public_id, ProjectState.MERGED)
    [came] = here.joined
    assert (came.at, came.other.number) == (later, joined.number)
    assert here.versions == {1: now, 2: later}


def test_where_a_project_was_sent_on_to(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    project, _ = submit(session, cycle, now)
    reject(session, cycle, project, now)
    sent = Sent("Су арнасы", "Водоканал", "ӘРПК 65", date(2027, 3, 2), "109", "№ 7")
    forwardings.record(session, council.COORDINATOR, project.public_id, sent, now=now)
    found = life_of(session, project, now).forwarded
    assert found is not None
    assert (found.body_ru, found.ground, found.contact, found.number) == (
        "Водоканал",
        "ӘРПК 65",
        "109",
        "№ 7",
    )
    assert found.forwarded_on == date(2027, 3, 2)


# --- after the vote -----------------------------------------------------------------------------------------


def test_the_councils_word_stands_beside_the_verdict(session: Session, now: datetime) -> None:
    _, rows = decided(session, now)
    life = life_of(session, rows[0], now)
    assert life.word is not None
    assert life.judgement is not None
    assert (life.word.wins, life.word.departs, life.word.session, life.word.place) == (False, True, 3, None)
    assert life.word.reason_ru == "Участок продан."


def test_who_fell_out_and_who_came_in_name_each_other(session: Session, now: datetime) -> None:
    _, rows = decided(session, now)
    out, came = life_of(session, rows[1], now), life_of(session, rows[6], now)
    assert out.fell_out is not None
    assert out.fell_out.other is not None
    assert (out.fell_out.other.number, out.fell_out.document) == (7, "№ 5 бұйрық")
    assert came.came_in is not None
    assert came.came_in.other is not None
    assert (came.came_in.other.number, came.came_in.reason_kk) == (2, "Тұрғындар бас тартты.")
    assert (out.came_in, came.fell_out) == (None, None)


def test_before_the_result_is_published_none_of_it_is_read(session: Session, now: datetime) -> None:
    cycle, rows = decided(session, now)
    session.exec(update(Cycle).where(col(Cycle.id) == cycle.id).values(results_published_at=None))
    for row in rows:
        life = life_of(session, row, now)
        assert (life.word, life.fell_out, life.came_in, life.judgement) == (None, None, None, None)


# --- what it costs, and the texts ---------------------------------------------------------------------------


@pytest.mark.parametrize(("results", "most"), [(False, 3), (True, 4)])
def test_a_life_is_three_statements_and_one_more_after_the_vote(
    session: Session, now: datetime, results: bool, most: int
) -> None:
    add_cycle(session, now, phase=Phase.IMPLEMENTATION, results=results)
    session.flush()
    with counted(session.get_bind().engine) as statements:
        project_life.by_public_id(session, "p202700001", now=now)
    assert len(statements) == most


def test_texts_are_compared_one_by_one(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    project, author = submit(session, cycle, now)
    council.make_council(session, cycle, now=now)
    send_back(session, project, now)
    text = proposal(title="Есенберлин 40: жарық", addresses=(Address("Есенберлин к-сі", "40"),))
    projects.correct(session, author, project.public_id, text, None, now=now + MINUTE)
    session.flush()
    found = project_versions.by_public_id(session, project.public_id)
    assert [one.number for one in found.texts] == [1, 2]
    assert found.texts[0].changed == ()
    assert [one.part for one in found.texts[1].changed] == [ProjectPart.TITLE, ProjectPart.ADDRESSES]
