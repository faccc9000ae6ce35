"""Projects: submitted within the cycle's rules, corrected when returned, withdrawn by their authors."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget import audit, corrections, projects
from budget.addresses import Address
from budget.errors import (
    AddressMissing,
    BudgetRefusal,
    CostAboveCap,
    CostNotPositive,
    DirectionNotAccepted,
    NotFound,
    NotPermitted,
    NotThisState,
    TooManyProjects,
    UnknownArea,
    UnknownEnvelope,
    WrongPhase,
)
from budget.permissions import Actor
from budget.photos import prepare
from models.cycle import Cycle, Envelope
from models.database import Database
from models.enums import Direction, Language, Phase, ProjectState, Role
from models.project import Photo, Project, ProjectAddress
from models.service import AuditEvent
from tests.harness import council
from tests.harness.projects import make_cycle, make_resident, photo_file, proposal


def test_a_submitted_project_is_kept_as_written(session: Session, now: datetime) -> None:
    cycle, author = make_cycle(session, now), make_resident(session)
    project = projects.submit(session, author, cycle, proposal(), None, now=now)
    session.commit()
    session.expire_all()
    kept = session.exec(select(Project)).one()
    assert (kept.number, kept.state, kept.author_id, kept.submitted_at) == (
        1,
        ProjectState.SUBMITTED,
        author.id,
        now,
    )
    assert (kept.language, kept.title_kk, kept.title_ru) == (Language.KK, proposal().title, None)
    assert (kept.estimate_tenge, kept.cost_tenge) == (14_850_000, None)
    houses = [(row.street_kk, row.street_ru, row.house) for row in projects.addresses_of(session, project.id)]
    assert houses == [("Есенберлин к-сі", None, "38"), ("Есенберлин к-сі", None, "7/1")]


def test_numbers_follow_each_other_within_a_cycle(session: Session, now: datetime) -> None:
    first, second = make_cycle(session, now), make_cycle(session, now)
    numbers = [
        projects.submit(session, make_resident(session), cycle, proposal(), None, now=now).number
        for cycle in (first, first, second, first)
    ]
    assert numbers == [1, 2, 1, 3]


def test_the_act_is_in_the_audit_chain_without_the_text(session: Session, now: datetime) -> None:
    project = projects.submit(
        session, make_resident(session), make_cycle(session, now), proposal(), None, now=now
    )
    projects.withdraw(session, Actor(Role.RESIDENT, project.author_id), project.public_id, now=now)
    of_project = select(AuditEvent).where(AuditEvent.subject == project.public_id)
    events = session.exec(of_project.order_by(col(AuditEvent.id))).all()
    assert [event.action for event in events] == ["project.submit", "project.withdraw"]
    assert "Есенберлин" not in "".join(event.facts for event in events)
    assert audit.verify(session) == []


def test_a_photo_is_kept_beside_its_project(session: Session, now: datetime) -> None:
    cycle, author = make_cycle(session, now), make_resident(session)
    project = projects.submit(session, author, cycle, proposal(), prepare(photo_file()), now=now)
    photo = session.exec(select(Photo)).one()
    assert photo.project_id == project.id
    assert projects.photo_of(session, project.id) == photo.public_id
    assert (photo.width, photo.height) == (800, 600)


@pytest.mark.parametrize(
    ("changes", "refusal", "facts"),
    [
        ({"estimate_tenge": 0}, CostNotPositive, {}),
        ({"estimate_tenge": -5}, CostNotPositive, {}),
        ({"estimate_tenge": 20_000_001}, CostAboveCap, {"cap_tenge": 20_000_000}),
        ({"direction": Direction.SPORTS}, DirectionNotAccepted, {"direction": Direction.SPORTS}),
        ({"area": "nowhere"}, UnknownArea, {"area": "nowhere"}),
        ({"envelope": "nosuchenv2"}, UnknownEnvelope, {"envelope": "nosuchenv2"}),
        ({"addresses": ()}, AddressMissing, {}),
    ],
)
def test_what_the_cycle_does_not_accept_is_refused_and_nothing_is_kept(
    session: Session,
    now: datetime,
    changes: dict[str, Any],
    refusal: type[BudgetRefusal],
    facts: dict[str, Any],
) -> None:
    cycle, author = make_cycle(session, now), make_resident(session)
    with pytest.raises(refusal) as told:
        projects.submit(session, author, cycle, proposal(**changes), None, now=now)
    assert told.value.facts == facts
    assert session.exec(select(Project)).all() == []
    assert session.exec(select(ProjectAddress)).all() == []


def test_the_cap_itself_is_allowed(session: Session, now: datetime) -> None:
    cycle, author = make_cycle(session, now), make_resident(session)
    projects.submit(session, author, cycle, proposal(estimate_tenge=20_000_000), None, now=now)


def test_without_a_cap_a_project_may_cost_the_whole_envelope_and_no_more(
    session: Session, now: datetime
) -> None:
    cycle, author = make_cycle(session, now, cost_cap_tenge=None), make_resident(session)
    with pytest.raises(CostAboveCap) as told:
        projects.submit(session, author, cycle, proposal(estimate_tenge=100_000_001), None, now=now)
    assert told.value.facts == {"cap_tenge": 100_000_000}
    projects.submit(session, author, cycle, proposal(estimate_tenge=100_000_000), None, now=now)


def test_with_several_envelopes_the_author_chooses_one_of_this_cycle(session: Session, now: datetime) -> None:
    cycle, other = make_cycle(session, now, envelopes=2), make_cycle(session, now, envelopes=2)
    author = make_resident(session)
    own = session.exec(select(Envelope).where(Envelope.cycle_id == cycle.id, Envelope.position == 2)).one()
    foreign = session.exec(
        select(Envelope).where(Envelope.cycle_id == other.id, Envelope.position == 2)
    ).one()
    for wrong in (None, foreign.public_id):
        with pytest.raises(UnknownEnvelope):
            projects.submit(session, author, cycle, proposal(envelope=wrong), None, now=now)
    project = projects.submit(session, author, cycle, proposal(envelope=own.public_id), None, now=now)
    assert project.envelope_id == own.id


def test_an_author_has_as_many_projects_as_the_cycle_allows(session: Session, now: datetime) -> None:
    cycle, author = make_cycle(session, now, projects_per_author=2), make_resident(session)
    first = projects.submit(session, author, cycle, proposal(), None, now=now)
    projects.submit(session, author, cycle, proposal(), None, now=now)
    with pytest.raises(TooManyProjects) as told:
        projects.submit(session, author, cycle, proposal(), None, now=now)
    assert told.value.facts == {"allowed": 2}
    projects.submit(session, make_resident(session), cycle, proposal(), None, now=now)
    projects.withdraw(session, author, first.public_id, now=now)
    assert projects.submit(session, author, cycle, proposal(), None, now=now).number == 4


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase is not Phase.SUBMISSION])
def test_projects_are_submitted_in_the_submission_phase_only(
    session: Session, now: datetime, phase: Phase
) -> None:
    cycle, author = make_cycle(session, now, phase), make_resident(session)
    with pytest.raises(WrongPhase) as told:
        projects.submit(session, author, cycle, proposal(), None, now=now)
    assert told.value.facts["phase"] is phase
    assert session.exec(select(Project)).all() == []


def test_one_second_after_the_close_is_too_late(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    last = now + timedelta(days=5) - timedelta(seconds=1)
    projects.submit(session, make_resident(session), cycle, proposal(), None, now=last)
    for late in (last + timedelta(seconds=1), last + timedelta(seconds=2)):
        with pytest.raises(WrongPhase):
            projects.submit(session, make_resident(session), cycle, proposal(), None, now=late)


def test_an_unpublished_cycle_is_not_there(session: Session, now: datetime) -> None:
    cycle, author = make_cycle(session, now, publish=False), make_resident(session)
    with pytest.raises(NotFound):
        projects.submit(session, author, cycle, proposal(), None, now=now)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.RESIDENT])
def test_only_residents_submit(session: Session, now: datetime, role: Role) -> None:
    with pytest.raises(NotPermitted):
        projects.submit(session, Actor(role, None), make_cycle(session, now), proposal(), None, now=now)


# --- correcting and withdrawing ---------------------------------------------------------------------


def returned(session: Session, now: datetime, **settings: Any) -> tuple[Project, Actor]:
    cycle, author = make_cycle(session, now, **settings), make_resident(session)
    project = projects.submit(session, author, cycle, proposal(), prepare(photo_file()), now=now)
    council.send_back(session, cycle, project, now=now)
    return project, author


def test_a_returned_project_is_corrected_and_waits_again(session: Session, now: datetime) -> None:
    project, author = returned(session, now)
    better = proposal(
        language=Language.RU, title="Есенберлина, 38: площадка", addresses=(Address("ул. Есенберлина", "38"),)
    )
    projects.correct(session, author, project.public_id, better, None, now=now)
    session.commit()
    session.expire_all()
    kept = session.exec(select(Project)).one()
    assert (kept.state, kept.decided_at, kept.number) == (ProjectState.SUBMITTED, None, 1)
    assert (kept.language, kept.title_ru, kept.title_kk) == (Language.RU, "Есенберлина, 38: площадка", None)
    assert [row.street_ru for row in projects.addresses_of(session, kept.id)] == ["ул. Есенберлина"]
    assert projects.photo_of(session, kept.id) is not None, "the photo stays unless another is chosen"
    assert (kept.version, corrections.open_of(session, kept.id)) == (2, None)


def test_a_new_photo_takes_the_place_of_the_old_one_and_may_be_removed(
    session: Session, now: datetime
) -> None:
    project, author = returned(session, now)
    old = projects.photo_of(session, project.id)
    projects.correct(session, author, project.public_id, proposal(), prepare(photo_file((640, 640))), now=now)
    photo = session.exec(select(Photo)).one()
    assert photo.public_id != old
    council.send_back(session, session.get_one(Cycle, project.cycle_id), project, now=now)
    projects.correct(session, author, project.public_id, proposal(), None, remove_photo=True, now=now)
    assert session.exec(select(Photo)).all() == []


def test_a_correction_may_come_while_the_council_still_screens(session: Session, now: datetime) -> None:
    project, author = returned(session, now)
    projects.correct(session, author, project.public_id, proposal(), None, now=now + timedelta(days=6))
    assert project.state is ProjectState.SUBMITTED
    council.send_back(session, session.get_one(Cycle, project.cycle_id), project, now=now + timedelta(days=7))
    with pytest.raises(WrongPhase):
        projects.correct(session, author, project.public_id, proposal(), None, now=now + timedelta(days=16))


def test_only_a_returned_project_is_corrected(session: Session, now: datetime) -> None:
    cycle, author = make_cycle(session, now), make_resident(session)
    project = projects.submit(session, author, cycle, proposal(), None, now=now)
    with pytest.raises(NotThisState) as told:
        projects.correct(session, author, project.public_id, proposal(title="Other title"), None, now=now)
    assert told.value.facts == {"state": ProjectState.SUBMITTED, "wanted": ProjectState.SUBMITTED}
    assert project.title_kk == proposal().title


def test_a_wrong_correction_changes_nothing(session: Session, now: datetime) -> None:
    project, author = returned(session, now)
    with pytest.raises(CostAboveCap):
        projects.correct(
            session, author, project.public_id, proposal(title="x", estimate_tenge=10**9), None, now=now
        )
    assert (project.state, project.title_kk) == (ProjectState.RETURNED, proposal().title)


def test_somebody_elses_project_is_not_found(session: Session, now: datetime) -> None:
    project, _ = returned(session, now)
    stranger = make_resident(session)
    namesake = Actor(Role.COUNCIL, project.author_id)
    acts: list[Callable[[Actor, str], Any]] = [
        lambda who, which: projects.correct(session, who, which, proposal(), None, now=now),
        lambda who, which: projects.withdraw(session, who, which, now=now),
        lambda who, which: projects.own(session, who, which),
    ]
    for act, who in product(acts, (stranger, namesake)):
        with pytest.raises(NotFound):
            act(who, project.public_id)
    with pytest.raises(NotFound):
        projects.withdraw(session, stranger, "nosuchproj", now=now)


def test_a_withdrawn_project_stays_withdrawn(session: Session, now: datetime) -> None:
    cycle, author = make_cycle(session, now), make_resident(session)
    project = projects.submit(session, author, cycle, proposal(), None, now=now)
    projects.withdraw(session, author, project.public_id, now=now)
    assert (project.state, project.withdrawn_at) == (ProjectState.WITHDRAWN, now)
    with pytest.raises(NotThisState):
        projects.withdraw(session, author, project.public_id, now=now)


def test_nothing_is_withdrawn_once_voting_began(session: Session, now: datetime) -> None:
    cycle, author = make_cycle(session, now), make_resident(session)
    project = projects.submit(session, author, cycle, proposal(), None, now=now)
    with pytest.raises(WrongPhase):
        projects.withdraw(session, author, project.public_id, now=now + timedelta(days=16))


ALLOWED = {
    ("submitted", "admitted"), ("submitted", "returned"), ("submitted", "rejected"), ("submitted", "withdrawn"),
    ("submitted", "merged"), ("returned", "submitted"), ("returned", "withdrawn"), ("returned", "rejected"),
    ("admitted", "withdrawn"),
}  # fmt: skip
ON_APPEAL = {("rejected", "admitted"), ("rejected", "rejected")}


@pytest.mark.parametrize("on_appeal", [False, True])
@pytest.mark.parametrize(("before", "after"), list(product(ProjectState, ProjectState)))
def test_the_table_of_transitions_is_this_one(
    before: ProjectState, after: ProjectState, on_appeal: bool
) -> None:
    project = Project(public_id="x", cycle_id=1, number=1, language=Language.KK, state=before)
    if (before, after) in (ALLOWED | ON_APPEAL if on_appeal else ALLOWED):
        projects.move(project, after, on_appeal=on_appeal)
        assert project.state is after
    else:
        with pytest.raises(NotThisState):
            projects.move(project, after, on_appeal=on_appeal)
        assert project.state is before


def test_authors_see_their_own_projects_newest_first(session: Session, now: datetime) -> None:
    author = make_resident(session)
    old, new = make_cycle(session, now), make_cycle(session, now)
    first = projects.submit(session, author, old, proposal(), None, now=now)
    second = projects.submit(session, author, new, proposal(), None, now=now)
    projects.submit(session, make_resident(session), new, proposal(), None, now=now)
    assert projects.of_author(session, author) == [(second, new), (first, old)]


@pytest.mark.race
def test_two_clicks_at_once_make_one_project_and_many_authors_get_many_numbers(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        cycle = make_cycle(session, now)
        impatient = make_resident(session)
        others = [make_resident(session) for _ in range(6)]
    refused: list[BudgetRefusal] = []
    barrier = threading.Barrier(12)

    def press(who: Actor) -> None:
        barrier.wait()
        try:
            with database.writing() as session:
                projects.submit(session, who, session.get_one(Cycle, cycle.id), proposal(), None, now=now)
        except BudgetRefusal as refusal:
            refused.append(refusal)

    threads = [threading.Thread(target=press, args=(who,)) for who in (*[impatient] * 6, *others)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        by_author = session.exec(select(Project.author_id, sa.func.count()).group_by(Project.author_id)).all()
        numbers = sorted(session.exec(select(Project.number)).all())
    assert dict(by_author) == {who.id: 1 for who in (impatient, *others)}
    assert numbers == list(range(1, 8))
    assert [type(refusal) for refusal in refused] == [TooManyProjects] * 5
