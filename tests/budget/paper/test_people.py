"""Marking people by the IIN, and whom the printed list of a point without internet has. On both databases."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from budget import ballots
from budget.errors import NotEligible, NotOnRoll, NotPermitted, PaperNotAccepted
from budget.keys import KeyRing
from budget.paper import batches, people
from budget.permissions import Actor
from budget.residents import eligibility_fault
from models.ballot import Participation
from models.cycle import Cycle, PhaseWindow
from models.enums import Language, Phase, Role
from models.people import Resident, Staff
from models.service import AuditEvent
from tests.harness.elections import Election, add_residents, impossible_iins, open_election
from tests.harness.voting import make_keyring

IIN, OTHER = impossible_iins(2)


@pytest.fixture
def keyring(tmp_path: Path) -> KeyRing:
    return make_keyring(tmp_path)


@pytest.fixture
def election(session: Session, keyring: KeyRing, now: datetime) -> Election:
    return open_election(session, keyring, now=now, paper=True, methods=("sms",))


def staff_of(session: Session, role: Role, now: datetime) -> Actor:
    row = Staff(email=f"{role}@example.kz", name="Test", role=role, password_hash="-", created_at=now)
    session.add(row)
    session.flush()
    return Actor(role, row.id)


def mark(
    session: Session,
    keyring: KeyRing,
    election: Election,
    iin: str,
    now: datetime,
    role: Role = Role.OPERATOR,
) -> ballots.Cast:
    chief = staff_of(session, Role.COORDINATOR, now)
    slug = election.cycle.slug
    batch = batches.issue(session, chief, slug, point="School", first=1, last=2, now=now)
    return people.mark(
        session,
        keyring,
        staff_of(session, role, now),
        ballots.ballot_box(session, election.cycle),
        batch.public_id,
        iin=iin,
        language=Language.KK,
        url="https://example.kz/",
        now=now,
    )


def test_the_roll_says_where_a_person_lives_and_how_old_they_are(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    [resident] = add_residents(session, keyring, [IIN], now=now)
    resident.line = 12
    session.flush()
    mark(session, keyring, election, IIN, now)
    row = session.exec(select(Participation)).one()
    assert (row.roll_line, row.age, row.network_key, row.phone_key) == (12, 40, None, None)


def test_nobody_is_marked_who_is_not_on_the_roll_or_too_young(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    with pytest.raises(NotOnRoll):
        mark(session, keyring, election, IIN, now)
    [resident] = add_residents(session, keyring, [OTHER], now=now)
    resident.birth_on = date(now.year - 17, 1, 1)
    session.flush()
    box = ballots.ballot_box(session, election.cycle)
    batch = batches.of_cycle(session, election.cycle.id or 0)[0]
    operator = Actor(Role.OPERATOR, batch.issued_by)
    with pytest.raises(NotEligible) as refusal:
        people.mark(
            session, keyring, operator, box, batch.public_id, iin=OTHER, language=Language.KK, url="", now=now
        )
    assert refusal.value.facts["reason"] == "too_young"
    assert session.exec(select(Participation)).all() == []


def test_only_an_operator_marks_people_and_only_a_coordinator_takes_the_list(
    session: Session, keyring: KeyRing, election: Election, now: datetime
) -> None:
    add_residents(session, keyring, [IIN], now=now)
    with pytest.raises(NotPermitted):
        mark(session, keyring, election, IIN, now, role=Role.COUNCIL)
    with pytest.raises(NotPermitted):
        people.voter_list(session, Actor(Role.OPERATOR, 1), election.cycle.slug, now=now)


def test_a_cycle_without_paper_has_no_list(session: Session, keyring: KeyRing, now: datetime) -> None:
    election = open_election(session, keyring, now=now)
    with pytest.raises(PaperNotAccepted):
        people.voter_list(session, Actor(Role.COORDINATOR), election.cycle.slug, now=now)


def ends_on(session: Session, cycle: Cycle, day: date) -> None:
    """Voting ends at midnight after `day` in the district (UTC+5)."""
    window = session.get_one(PhaseWindow, (cycle.id, Phase.VOTING))
    window.ends_at = datetime(day.year, day.month, day.day, 19, tzinfo=UTC)
    window.starts_at = window.ends_at - timedelta(days=3)
    session.flush()


@pytest.mark.parametrize(
    "last_day", [date(2027, 3, 14), date(2028, 2, 29), date(2027, 2, 28), date(2028, 3, 1)]
)
def test_the_list_holds_whom_the_rule_of_age_lets_vote_on_the_last_day(
    session: Session, keyring: KeyRing, election: Election, now: datetime, last_day: date
) -> None:
    """The condition for the database against the rule itself, day by day around the limit, over leap days."""
    ends_on(session, election.cycle, last_day)
    first = date(last_day.year - 18, last_day.month, 1) - timedelta(days=3)
    days = [first + timedelta(days=n) for n in range(40)]
    days += [date(2008, 2, 28), date(2008, 2, 29), date(2008, 3, 1), date(2012, 2, 29)]
    session.connection().execute(Resident.__table__.delete())  # type: ignore[attr-defined]
    for number, born in enumerate(days):
        session.add(Resident(roll_key=number.to_bytes(32), birth_on=born, imported_at=now))
    session.flush()
    expected = sorted(day for day in days if eligibility_fault(day, 18, last_day) is None)
    listed = people.voter_list(session, Actor(Role.COORDINATOR), election.cycle.slug, now=now)
    assert [one.birth_on for one in listed] == expected
    assert people.how_many(session, election.cycle) == len(expected)


def test_the_taking_of_a_list_is_an_act_that_names_nobody(
    session: Session, election: Election, now: datetime
) -> None:
    people.voter_list(session, Actor(Role.COORDINATOR), election.cycle.slug, now=now)
    [event] = session.exec(select(AuditEvent).where(AuditEvent.action == "paper.voters")).all()
    assert event.facts == '{"people":1}'
