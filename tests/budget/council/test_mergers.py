"""Mergers: two authors agree, one project goes on with the houses of both, nothing of the other is lost."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from budget import projects, versions
from budget.addresses import Address
from budget.council import agenda, formal, mergers, reviews, votes
from budget.errors import (
    AlreadyDone,
    Frozen,
    MergerFault,
    NotFound,
    NotPermitted,
    ReasonRequired,
    WrongPhase,
)
from budget.notices import NoticeKind
from budget.permissions import Actor
from models.cycle import Cycle
from models.database import Database
from models.enums import ProjectState, Role
from models.people import Resident
from models.project import Project
from models.screening import Merger
from models.service import AuditEvent, Notice
from tests.harness import council
from tests.harness.council import COORDINATOR, make_council, plan_session
from tests.harness.projects import make_cycle, make_resident, proposal
from tests.harness.racing import at_once
from tests.harness.sittings import Sitting, underway

FIRST = (Address("Есенберлин к-сі", "38"), Address("Есенберлин к-сі", "7/1"))
SECOND = (Address("есенберлин к-сі", "38"), Address("Тың к-сі", "5"))
Pair = tuple[Cycle, Project, Actor, Project, Actor]


def two(session: Session, now: datetime, **settings: Any) -> Pair:
    """Two similar projects of two authors, and a council."""
    cycle = make_cycle(session, now, **settings)
    make_council(session, cycle, now=now)
    kept, first = council.submit(session, cycle, now=now, addresses=FIRST)
    joined, second = council.submit(session, cycle, now=now, addresses=SECOND)
    for number, author in enumerate((first, second)):
        person = session.get_one(Resident, author.id)
        person.phone = f"+7701000020{number}"
        session.add(person)
    session.flush()
    return cycle, kept, first, joined, second


def propose(session: Session, kept: Project, joined: Project, now: datetime, **changes: Any) -> Merger:
    said: dict[str, Any] = {"note_kk": "Бір аула.", "note_ru": "Один двор.", **changes}
    return mergers.propose(session, COORDINATOR, kept.public_id, joined.public_id, now=now, **said)


def answer(session: Session, row: Merger, author: Actor, now: datetime, *, agrees: bool = True) -> Merger:
    return mergers.answer(session, author, row.public_id, agrees=agrees, now=now)


# --- asking -----------------------------------------------------------------------------------------------------


def test_both_authors_are_asked(session: Session, now: datetime) -> None:
    cycle, kept, first, joined, second = two(session, now)
    row = propose(session, kept, joined, now, note_kk=" Бір аула. ")
    assert (row.note_kk, row.proposed_at) == ("Бір аула.", now)
    assert list(mergers.of_cycle(session, cycle.id)) == [row]
    for author, own, other, goes_on in ((first, kept, joined, True), (second, joined, kept, False)):
        [offered] = mergers.of_author(session, author)
        assert (offered.own, offered.other, offered.goes_on, offered.agreed_at) == (own, other, goes_on, None)
    told = session.exec(select(Notice).where(Notice.kind == NoticeKind.MERGER_PROPOSED)).all()
    assert sorted(notice.facts["number"] for notice in told) == [kept.number, joined.number]
    assert mergers.of_author(session, make_resident(session)) == []
    assert mergers.of_author(session, Actor(Role.COUNCIL, first.id)) == []


def test_projects_that_can_not_become_one_are_not_asked_about(session: Session, now: datetime) -> None:
    cycle, kept, author, joined, _ = two(session, now)
    foreign, _ = council.submit(session, make_cycle(session, now), now=now)
    gone, owner = council.submit(session, cycle, now=now)
    projects.withdraw(session, owner, gone.public_id, now=now)
    for one, other, why in (
        (kept, kept, "same"),
        (kept, foreign, "cycle"),
        (kept, gone, "state"),
        (gone, kept, "state"),
    ):
        with pytest.raises(MergerFault) as told:
            propose(session, one, other, now)
        assert told.value.facts == {"why": why}
    for ids in ((kept.public_id, "nosuchproj"), ("nosuchproj", kept.public_id)):
        with pytest.raises(NotFound):
            mergers.propose(session, COORDINATOR, *ids, note_kk="а", note_ru="б", now=now)
    for note in ({"note_kk": " "}, {"note_ru": ""}):
        with pytest.raises(ReasonRequired):
            propose(session, kept, joined, now, **note)
    assert mergers.of_author(session, author) == []


def test_about_a_project_one_question_is_open_at_a_time(session: Session, now: datetime) -> None:
    cycle, kept, _, joined, _ = two(session, now)
    third, _ = council.submit(session, cycle, now=now)
    propose(session, kept, joined, now)
    for one, other in ((kept, third), (third, kept), (joined, third), (third, joined), (joined, kept)):
        with pytest.raises(MergerFault) as told:
            propose(session, one, other, now)
        assert told.value.facts == {"why": "open"}


def test_nobody_is_asked_about_what_is_put_to_the_vote(session: Session, now: datetime) -> None:
    held = underway(session, now, projects=2)
    votes.open_items(session, COORDINATOR, held.row.public_id, [held.items(session)[0].public_id], now=now)
    with pytest.raises(MergerFault) as told:
        propose(session, *held.projects, now)
    assert told.value.facts == {"why": "agenda"}


def test_asking_is_the_coordinators_until_the_vote(session: Session, now: datetime) -> None:
    _, kept, first, joined, _ = two(session, now)
    for actor in (first, Actor(Role.COUNCIL, 1), Actor(Role.OPERATOR, 1)):
        with pytest.raises(NotPermitted):
            mergers.propose(
                session, actor, kept.public_id, joined.public_id, note_kk="а", note_ru="б", now=now
            )
    with pytest.raises(WrongPhase):
        propose(session, kept, joined, now + timedelta(days=16))


# --- answering --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kept_first", [True, False])
def test_with_both_consents_two_become_one_and_nothing_is_lost(
    session: Session, now: datetime, kept_first: bool
) -> None:
    cycle, kept, first, joined, second = two(session, now)
    row = propose(session, kept, joined, now)
    early, late = (first, second) if kept_first else (second, first)
    answer(session, row, early, now)
    assert (kept.state, joined.state, row.merged_at) == (ProjectState.SUBMITTED, ProjectState.SUBMITTED, None)
    later = now + timedelta(hours=1)
    answer(session, row, late, later)
    session.commit()
    session.expire_all()
    assert row.merged_at == later
    assert (kept.state, kept.version, kept.author_id) == (ProjectState.SUBMITTED, 2, first.id)
    assert (joined.state, joined.merged_into_id, joined.decided_at) == (ProjectState.MERGED, kept.id, later)
    houses = [(house.street_kk, house.house) for house in projects.addresses_of(session, kept.id)]
    assert houses == [("Есенберлин к-сі", "38"), ("Есенберлин к-сі", "7/1"), ("Тың к-сі", "5")], (
        "each house once"
    )
    assert [len(one.content["addresses"]) for one in versions.of_project(session, kept.id)] == [2, 3]
    assert len(projects.addresses_of(session, joined.id)) == 2, "the other keeps its page"
    assert "5" in kept.folded
    of_merger = select(AuditEvent.action).where(AuditEvent.subject == f"merger:{row.public_id}")
    acts = session.exec(of_merger.order_by(col(AuditEvent.id))).all()
    assert list(acts) == ["merger.propose", "merger.agree", "merger.agree", "merger.merge"]
    assert list(formal.waiting(session, cycle.id)) == [kept], "another text is looked at again"


def test_one_refusal_ends_the_question_and_both_go_on(session: Session, now: datetime) -> None:
    _, kept, first, joined, second = two(session, now)
    row = propose(session, kept, joined, now)
    answer(session, row, first, now)
    answer(session, row, second, now, agrees=False)
    assert (row.declined_at, row.merged_at) == (now, None)
    assert {kept.state, joined.state} == {ProjectState.SUBMITTED}
    assert not mergers.is_open(session, kept)
    with pytest.raises(AlreadyDone):
        answer(session, row, second, now)
    assert propose(session, joined, kept, now).id != row.id


def test_an_author_of_both_answers_once_for_both(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now, projects_per_author=2)
    make_council(session, cycle, now=now)
    author = make_resident(session)
    kept, joined = (
        projects.submit(session, author, cycle, proposal(addresses=houses), None, now=now)
        for houses in (FIRST, SECOND)
    )
    row = propose(session, kept, joined, now)
    [offered] = mergers.of_author(session, author)
    assert offered.is_of_one_author
    answer(session, row, author, now)
    assert (row.merged_at, joined.state) == (now, ProjectState.MERGED)


def test_an_answer_is_given_once_by_the_author_in_time(session: Session, now: datetime) -> None:
    cycle, kept, first, joined, _ = two(session, now)
    row = propose(session, kept, joined, now)
    for stranger in (make_resident(session), COORDINATOR, Actor(Role.COUNCIL, first.id)):
        with pytest.raises(NotFound):
            answer(session, row, stranger, now)
    with pytest.raises(WrongPhase):
        answer(session, row, first, now + timedelta(days=16))
    answer(session, row, first, now)
    with pytest.raises(AlreadyDone) as told:
        answer(session, row, first, now, agrees=False)
    assert told.value.facts == {"at": now}
    cycle.frozen_at, cycle.frozen_hash = now, "0" * 64
    session.add(cycle)
    session.flush()
    with pytest.raises(Frozen):
        answer(session, row, first, now)


@pytest.mark.parametrize("moved", ["kept", "joined"])
@pytest.mark.parametrize("how", ["withdrawn", "returned"])
def test_what_moved_on_meanwhile_is_not_merged(session: Session, now: datetime, moved: str, how: str) -> None:
    cycle, kept, first, joined, second = two(session, now)
    row = propose(session, kept, joined, now)
    project, author = (kept, first) if moved == "kept" else (joined, second)
    if how == "withdrawn":
        projects.withdraw(session, author, project.public_id, now=now)
    else:
        council.send_back(session, cycle, project, now=now)
    answer(session, row, first, now)
    with pytest.raises(MergerFault) as told, session.begin_nested():
        answer(session, row, second, now)
    assert told.value.facts == {"why": "state"}
    session.expire_all()
    assert (row.merged_at, joined.merged_into_id) == (None, None)
    mergers.withdraw(session, COORDINATOR, row.public_id, now=now)


def test_a_question_holds_up_nothing_once_one_of_the_two_is_withdrawn(
    session: Session, now: datetime
) -> None:
    cycle, kept, _, joined, second = two(session, now)
    council.review(session, cycle, kept, now=now)
    propose(session, kept, joined, now)
    assert mergers.is_open(session, kept)
    assert agenda.may_be_put(session, cycle) == []
    projects.withdraw(session, second, joined.public_id, now=now)
    assert not mergers.is_open(session, kept)
    assert agenda.may_be_put(session, cycle) == [kept]
    third, _ = council.submit(session, cycle, now=now, addresses=SECOND)
    assert propose(session, kept, third, now).merged_at is None


def test_the_coordinator_takes_a_question_back_until_it_is_answered(session: Session, now: datetime) -> None:
    _, kept, first, joined, second = two(session, now)
    row = propose(session, kept, joined, now)
    with pytest.raises(NotPermitted):
        mergers.withdraw(session, first, row.public_id, now=now)
    with pytest.raises(NotFound):
        mergers.withdraw(session, COORDINATOR, "nosuchmerg", now=now)
    mergers.withdraw(session, COORDINATOR, row.public_id, now=now)
    with pytest.raises(AlreadyDone):
        mergers.withdraw(session, COORDINATOR, row.public_id, now=now)
    with pytest.raises(AlreadyDone):
        answer(session, row, second, now)
    assert not mergers.is_open(session, joined)


def test_a_merged_project_is_reviewed_again_by_those_who_read_it(session: Session, now: datetime) -> None:
    cycle, kept, first, joined, second = two(session, now)
    council.review(session, cycle, kept, now=now)
    readers = {one.member_id for one in reviews.of_project(session, kept)}
    row = propose(session, kept, joined, now)
    for author in (first, second):
        answer(session, row, author, now)
    assert agenda.may_be_put(session, cycle) == []
    council.review(session, cycle, kept, now=now)
    assert {one.member_id for one in reviews.of_project(session, kept)} == readers
    held = Sitting(
        cycle, plan_session(session, cycle, now=now), council.members_of(session, cycle, now=now), [kept]
    )
    assert agenda.fill(session, COORDINATOR, held.row.public_id, now=now) == 1
    council.hold(session, held.row, held.members, now=now)
    assert kept.state is ProjectState.ADMITTED


@pytest.mark.race
def test_two_consents_at_once_make_one_merger(database: Database, now: datetime) -> None:
    with database.writing() as session:
        _, kept, first, joined, second = two(session, now)
        row = propose(session, kept, joined, now)
    acts: list[Callable[[Session], Any]] = [
        lambda s: answer(s, row, first, now),
        lambda s: answer(s, row, second, now),
        lambda s: answer(s, row, second, now),
    ]
    refused = at_once(database, *acts)
    with database.reading() as session:
        assert session.exec(select(Merger.merged_at)).one() == now
        assert session.get_one(Project, kept.id).version == 2
        assert len(projects.addresses_of(session, kept.id)) == 3
    assert [type(refusal) for refusal in refused] == [AlreadyDone]


@pytest.mark.race
def test_the_same_question_pressed_twice_is_asked_once(database: Database, now: datetime) -> None:
    with database.writing() as session:
        _, kept, _, joined, _ = two(session, now)
    acts = [lambda s: propose(s, kept, joined, now), lambda s: propose(s, joined, kept, now)]
    refused = at_once(database, *acts)
    with database.reading() as session:
        assert len(session.exec(select(Merger)).all()) == 1
    assert [refusal.facts for refusal in refused] == [{"why": "open"}]
