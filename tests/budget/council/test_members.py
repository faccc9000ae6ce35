"""The composition: appointed, held against the rule before it is shown, changed with its history kept, recused by word."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from budget.council import agenda, members, motions, reviews
from budget.errors import (
    AlreadyDone,
    CompositionFault,
    CouncilMissing,
    MemberTaken,
    NotDeclared,
    NotFound,
    NotPermitted,
    ReasonRequired,
    Recused,
)
from budget.permissions import Actor
from models.council import Conflict, CouncilMember
from models.database import Database
from models.enums import Answer, ConflictKind, Criterion, MemberKind, Origin, Phase, Role
from models.people import Staff
from models.screening import Review
from models.service import AuditEvent
from tests.harness import council
from tests.harness.council import COORDINATOR, MEETS, appointment, make_account, make_council
from tests.harness.projects import make_cycle, make_resident
from tests.harness.racing import at_once
from tests.harness.sittings import reviewed

AKIMAT, RESIDENT = MemberKind.AKIMAT, MemberKind.RESIDENT


def appoint(session: Session, cycle: Any, now: datetime, **changes: Any) -> CouncilMember:
    who = appointment(make_account(session), **changes)
    return members.appoint(session, COORDINATOR, cycle.slug, who, now=now)


# --- appointing -----------------------------------------------------------------------------------------


def test_an_appointment_is_kept_as_written_and_told_to_the_log(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    who = appointment(
        make_account(session),
        kind=AKIMAT,
        organisation_kk="ТКШ бөлімі",
        organisation_ru="Отдел ЖКХ",
        field_kk="Жарық",
    )
    row = members.appoint(session, COORDINATOR, cycle.slug, who, now=now)
    session.commit()
    session.expire_all()
    assert {name: getattr(row, name) for name in vars(who)} == vars(who)
    assert (row.added_at, row.left_at, row.declared_at) == (now, None, None)
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "council.appoint")).one()
    assert json.loads(event.facts) == {"kind": "akimat", "appointed_by": "№ 12 бұйрық"}


def test_an_account_is_in_the_council_once_at_a_time(session: Session, now: datetime) -> None:
    cycle, other = make_cycle(session, now), make_cycle(session, now)
    who = appointment(make_account(session))
    first = members.appoint(session, COORDINATOR, cycle.slug, who, now=now)
    members.appoint(session, COORDINATOR, other.slug, who, now=now)
    with pytest.raises(MemberTaken):
        members.appoint(session, COORDINATOR, cycle.slug, who, now=now)
    members.dismiss(session, COORDINATOR, first.public_id, reason="Өз еркімен.", now=now)
    assert members.appoint(session, COORDINATOR, cycle.slug, who, now=now).id != first.id


@pytest.mark.race
def test_two_clicks_appoint_once(database: Database, now: datetime) -> None:
    with database.writing() as session:
        cycle = make_cycle(session, now)
        who = appointment(make_account(session))
    refused = at_once(database, *[lambda s: members.appoint(s, COORDINATOR, cycle.slug, who, now=now)] * 4)
    with database.reading() as session:
        assert len(session.exec(select(CouncilMember)).all()) == 1
    assert [type(refusal) for refusal in refused] == [MemberTaken] * 3


@pytest.mark.parametrize(
    "change", [{"role": Role.OPERATOR}, {"disabled_at": datetime.fromisoformat("2027-01-02T00:00Z")}]
)
def test_only_working_accounts_of_the_council_are_appointed(
    session: Session, now: datetime, change: dict[str, Any]
) -> None:
    cycle, actor = make_cycle(session, now), make_account(session)
    account = session.get_one(Staff, actor.id)
    for name, value in change.items():
        setattr(account, name, value)
    session.add(account)
    for who in (appointment(actor), appointment(Actor(Role.COUNCIL, 987_654))):
        with pytest.raises(NotFound):
            members.appoint(session, COORDINATOR, cycle.slug, who, now=now)


def test_a_name_left_out_is_no_second_membership(session: Session, now: datetime) -> None:
    """Another rule of the same table must not be told as "in the council already"."""
    with pytest.raises(Exception, match="named_in_both"):
        appoint(session, make_cycle(session, now), now, name_ru="")


def acts(
    cycle: Any, member: CouncilMember, who: members.Appointment, now: datetime
) -> list[Callable[..., Any]]:
    return [
        lambda s, a: members.appoint(s, a, cycle.slug, who, now=now),
        lambda s, a: members.replace(s, a, member.public_id, who, reason="x", now=now),
        lambda s, a: members.dismiss(s, a, member.public_id, reason="x", now=now),
        lambda s, a: members.take_back(s, a, member.public_id, now=now),
        lambda s, a: members.publish(s, a, cycle.slug, now=now),
    ]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.COORDINATOR])
def test_the_composition_is_the_coordinators(session: Session, now: datetime, role: Role) -> None:
    cycle = make_cycle(session, now)
    member = appoint(session, cycle, now)
    for act in acts(cycle, member, appointment(make_account(session)), now):
        with pytest.raises(NotPermitted):
            act(session, Actor(role, 1))


def test_the_archive_has_no_council_and_nobody_is_found_by_a_wrong_id(
    session: Session, now: datetime
) -> None:
    cycle = make_cycle(session, now)
    for act in acts(cycle, CouncilMember(public_id="nosuchmemb"), appointment(make_account(session)), now)[
        1:4
    ]:
        with pytest.raises(NotFound):
            act(session, COORDINATOR)
    cycle.origin = Origin.ARCHIVE
    session.add(cycle)
    with pytest.raises(NotPermitted):
        appoint(session, cycle, now)


# --- the rule -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kinds", "chairs", "why"),
    [
        ([RESIDENT, RESIDENT], 1, "too_few"),
        ([RESIDENT] * 3, 0, "no_chair"),
        ([RESIDENT] * 3, 2, "several_chairs"),
        ([AKIMAT, AKIMAT, RESIDENT], 1, "too_many_akimat"),
    ],
)
def test_a_composition_against_the_rule_is_not_published(
    session: Session, now: datetime, kinds: list[MemberKind], chairs: int, why: str
) -> None:
    cycle = make_cycle(session, now, council_akimat_percent=50)
    for number, kind in enumerate(kinds):
        appoint(session, cycle, now, kind=kind, is_chair=number < chairs)
    with pytest.raises(CompositionFault) as told:
        members.publish(session, COORDINATOR, cycle.slug, now=now)
    assert told.value.facts["why"] == why
    assert cycle.council_published_at is None
    with pytest.raises(CouncilMissing):
        members.require_published(cycle)


def test_the_rule_of_the_cycle_decides_how_many_the_akimat_may_have(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now, council_akimat_percent=67)
    for number, kind in enumerate([AKIMAT, AKIMAT, RESIDENT]):
        appoint(session, cycle, now, kind=kind, is_chair=not number)
    assert members.publish(session, COORDINATOR, cycle.slug, now=now).council_published_at == now
    with pytest.raises(AlreadyDone):
        members.publish(session, COORDINATOR, cycle.slug, now=now)


def test_a_published_council_keeps_the_rule_after_every_change(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    chair, second, third = (member.row for member in make_council(session, cycle, now=now, size=3))
    for act in (
        lambda: appoint(session, cycle, now, is_chair=True),
        lambda: members.dismiss(session, COORDINATOR, second.public_id, reason="Ауысты.", now=now),
        lambda: members.replace(
            session,
            COORDINATOR,
            chair.public_id,
            appointment(make_account(session)),
            reason="Ауысты.",
            now=now,
        ),
    ):
        with pytest.raises(CompositionFault), session.begin_nested():
            act()
        session.expire_all()
    assert [one.left_at for one in members.of_cycle(session, cycle.id or 0)] == [None] * 3
    appoint(session, cycle, now, kind=RESIDENT)
    members.dismiss(session, COORDINATOR, third.public_id, reason="Ауысты.", now=now)
    assert len(members.in_office(session, cycle.id or 0, now=now)) == 3


def test_before_the_publication_anything_goes_and_may_be_taken_back(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    rows = [appoint(session, cycle, now, kind=AKIMAT, is_chair=True) for _ in range(3)]
    members.declare(session, Actor(Role.COUNCIL, rows[0].staff_id), cycle, {}, now=now)
    for row in rows:
        members.take_back(session, COORDINATOR, row.public_id, now=now)
    assert members.of_cycle(session, cycle.id or 0) == []


def test_what_everybody_has_read_is_not_taken_back(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    member = make_council(session, cycle, now=now)[1]
    with pytest.raises(AlreadyDone) as told:
        members.take_back(session, COORDINATOR, member.row.public_id, now=now)
    assert told.value.facts == {"at": cycle.council_published_at}


# --- leaving --------------------------------------------------------------------------------------------


def test_a_replacement_keeps_who_was_replaced_and_why(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    leaving = make_council(session, cycle, now=now)[1].row
    later = now + timedelta(days=2)
    who = appointment(make_account(session), appointed_by="№ 15 бұйрық", kind=leaving.kind)
    coming = members.replace(
        session, COORDINATOR, leaving.public_id, who, reason=" Басқа жұмысқа ауысты. ", now=later
    )
    assert (leaving.left_at, leaving.left_reason) == (later, "Басқа жұмысқа ауысты.")
    assert coming.replaces_id == leaving.id
    history = members.of_cycle(session, cycle.id or 0)
    assert leaving in history
    assert coming in history
    assert leaving not in members.in_office(session, cycle.id or 0, now=later)
    assert leaving in members.in_office(session, cycle.id or 0, now=later - timedelta(seconds=1))
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "council.replace")).one()
    assert json.loads(event.facts)["replaces"] == leaving.public_id


def test_nobody_leaves_without_a_reason_or_twice(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    row = make_council(session, cycle, now=now, size=6)[5].row
    with pytest.raises(ReasonRequired):
        members.dismiss(session, COORDINATOR, row.public_id, reason="  ", now=now)
    members.dismiss(session, COORDINATOR, row.public_id, reason="Өтініші бойынша.", now=now)
    with pytest.raises(AlreadyDone):
        members.dismiss(session, COORDINATOR, row.public_id, reason="Тағы.", now=now)


def test_an_appointment_begins_on_its_day_in_the_district(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    row = appoint(session, cycle, now, from_on=date(2027, 3, 2))
    midnight = datetime.fromisoformat("2027-03-02T00:00+05:00")
    assert not members.is_in_office(row, midnight - timedelta(seconds=1))
    assert members.is_in_office(row, midnight)


def test_reviews_nobody_will_write_any_more_are_given_up_and_written_ones_stay(
    session: Session, now: datetime
) -> None:
    cycle = make_cycle(session, now, reviewers_per_project=3)
    project, _ = council.submit(session, cycle, now=now)
    chair, wrote, silent, *others = make_council(session, cycle, now=now, size=7)
    council.pass_check(session, cycle, project, now=now)
    reviews.assign(session, COORDINATOR, cycle, now=now)
    reviews.conclude(session, wrote.actor, project.public_id, council.conclusion(), now=now)
    for gone in (wrote, silent):
        members.dismiss(session, COORDINATOR, gone.row.public_id, reason="Көшті.", now=now)
    assert {one.member_id for one in reviews.of_project(session, project)} == {chair.row.id, wrote.row.id}
    assert reviews.assign(session, COORDINATOR, cycle, now=now) == reviews.Assigned(1)
    assert others[0].row.id in {one.member_id for one in reviews.of_project(session, project)}


# --- interests ------------------------------------------------------------------------------------------


def test_interests_are_declared_first_and_may_grow(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    own, _ = council.submit(session, cycle, now=now)
    relatives, _ = council.submit(session, cycle, now=now)
    one, *_ = make_council(session, cycle, now=now, declared=False)
    with pytest.raises(NotDeclared):
        members.declared(session, one.actor, cycle, now=now)
    members.declare(session, one.actor, cycle, {own.public_id: ConflictKind.OWN}, now=now)
    later = now + timedelta(days=1)
    added = members.declare(
        session,
        one.actor,
        cycle,
        {own.public_id: ConflictKind.EMPLOYER, relatives.public_id: ConflictKind.RELATIVE},
        now=later,
    )
    assert [(row.project_id, row.kind, row.declared_at) for row in added] == [
        (relatives.id, ConflictKind.RELATIVE, later)
    ]
    assert members.declared(session, one.actor, cycle, now=later).declared_at == now
    assert members.recusals(session, own.id) == {one.row.id: ConflictKind.OWN}, "declared once, for good"


def test_interests_are_declared_by_members_in_projects_of_their_cycle(
    session: Session, now: datetime
) -> None:
    cycle, other = make_cycle(session, now), make_cycle(session, now)
    foreign, _ = council.submit(session, other, now=now)
    people = make_council(session, cycle, now=now)
    with pytest.raises(NotFound):
        members.declare(session, people[0].actor, cycle, {foreign.public_id: ConflictKind.OWN}, now=now)
    for stranger in (make_account(session), make_resident(session), COORDINATOR):
        with pytest.raises(NotPermitted):
            members.declare(session, stranger, cycle, {}, now=now)
    with pytest.raises(NotPermitted):
        members.declare(session, people[0].actor, other, {}, now=now)
    members.dismiss(session, COORDINATOR, people[4].row.public_id, reason="Кетті.", now=now)
    with pytest.raises(NotPermitted):
        members.declare(session, people[4].actor, cycle, {}, now=now)


@pytest.mark.race
def test_an_interest_declared_in_two_tabs_at_once_is_one(database: Database, now: datetime) -> None:
    with database.writing() as session:
        cycle = make_cycle(session, now)
        project, _ = council.submit(session, cycle, now=now)
        one, *_ = make_council(session, cycle, now=now)
    interests = {project.public_id: ConflictKind.OWN}
    refused = at_once(database, *[lambda s: members.declare(s, one.actor, cycle, interests, now=now)] * 4)
    with database.reading() as session:
        assert len(session.exec(select(Conflict)).all()) == 1
    assert refused == []


def test_a_late_interest_gives_the_project_to_somebody_else(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now, reviewers_per_project=2)
    project, _ = council.submit(session, cycle, now=now)
    make_council(session, cycle, now=now)
    council.pass_check(session, cycle, project, now=now)
    reviews.assign(session, COORDINATOR, cycle, now=now)
    before = [one.member_id for one in reviews.of_project(session, project)]
    late = session.get_one(CouncilMember, before[0])
    actor = Actor(Role.COUNCIL, late.staff_id)
    members.declare(session, actor, cycle, {project.public_id: ConflictKind.RELATIVE}, now=now)
    assert [one.member_id for one in session.exec(select(Review))] == before[1:]
    assert reviews.assign(session, COORDINATOR, cycle, now=now) == reviews.Assigned(1)
    after = {one.member_id for one in reviews.of_project(session, project)}
    assert late.id not in after
    assert len(after) == 2
    with pytest.raises(Recused) as told:
        reviews.conclude(session, actor, project.public_id, council.conclusion(), now=now)
    assert told.value.facts == {"kind": ConflictKind.RELATIVE}


def test_what_a_member_wrote_before_a_late_interest_decides_nothing(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now, Phase.SUBMISSION, reviewers_per_project=2)
    [project], people = reviewed(session, cycle, now=now)
    first, second = (one for one in people if reviews.of_member(session, project, one.row))
    fails = {**MEETS, Criterion.LAND: Answer.FAILS}
    reviews.conclude(session, first.actor, project.public_id, council.conclusion(fails), now=now)
    assert motions.proposed(session, cycle, project).criterion is Criterion.LAND
    members.declare(session, first.actor, cycle, {project.public_id: ConflictKind.EMPLOYER}, now=now)
    assert motions.proposed(session, cycle, project).criterion is None
    assert agenda.may_be_put(session, cycle) == [project]
    assert reviews.assign(session, COORDINATOR, cycle, now=now).reviews == 1
    assert agenda.may_be_put(session, cycle) == [], "a third member reads it now"
    assert second.row.id in {one.member_id for one in reviews.standing(session, project)}


def test_the_chair_stands_first_and_the_rest_as_they_came(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    people = make_council(session, cycle, now=now, size=7)
    rows = members.of_cycle(session, cycle.id or 0)
    assert [row.id for row in rows] == [one.row.id for one in people], "the chair first, then as they came"
