"""The front office in the domain: whom it finds, for whom it opens a ballot, and that no way of voting comes twice."""

from datetime import date, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from budget import ballots, desk, web_sessions
from budget.ballots import Voter
from budget.errors import (
    AlreadyObjected,
    AlreadyVoted,
    BudgetRefusal,
    DocumentFault,
    NotEligible,
    NotFound,
    NothingToObject,
    NotOnRoll,
    NotPermitted,
    ObjectionsClosed,
    VotingClosed,
    VotingNotOpen,
)
from budget.keys import KeyRing
from budget.permissions import Actor
from models.case import Objection
from models.desk import DeskVisit
from models.enums import Assurance, Channel, DocumentKind, Language, Phase, Role
from models.people import Resident, Staff
from models.service import AuditEvent
from tests.harness.elections import Election, draft, impossible_iins, open_election, utc
from tests.harness.queries import asking_in
from tests.harness.voting import BORN, choose, make_keyring

NOW = utc(2027, 3, 1, 9)
IIN, STRANGER = impossible_iins(2)
WAYS = {
    "a code by SMS": (Channel.WEB, Assurance.SMS),
    "an electronic signature": (Channel.WEB, Assurance.EDS),
    "the front office": (Channel.DESK, Assurance.DESK),
}
ALL = (Assurance.SMS, Assurance.EDS, Assurance.DESK)


@pytest.fixture
def keyring(tmp_path: Path) -> KeyRing:
    return make_keyring(tmp_path)


@pytest.fixture
def election(session: Session, keyring: KeyRing) -> Election:
    return opened(session, keyring)


@pytest.fixture
def operator(session: Session) -> Actor:
    row = Staff(email="o@demo.kz", name="O", role=Role.OPERATOR, password_hash="-", created_at=NOW)
    session.add(row)
    session.flush()
    return Actor(Role.OPERATOR, row.id, row.name)


def opened(session: Session, keyring: KeyRing, **settings: Any) -> Election:
    """A vote open to every way of proof, with the person of IIN on the roll."""
    add(session, keyring, IIN)
    return open_election(session, keyring, now=NOW, **{"methods": ALL, "objection_days": 3, **settings})


def add(
    session: Session, keyring: KeyRing, iin: str, *, born: date = BORN, phone: str | None = "+77011234567"
) -> Resident:
    row = Resident(roll_key=keyring.roll_key_of(iin), birth_on=born, phone=phone, imported_at=NOW)
    session.add(row)
    session.flush()
    return row


def vote(session: Session, keyring: KeyRing, election: Election, way: str, *, now: datetime = NOW) -> None:
    box = ballots.ballot_box(session, election.cycle)
    voter = Voter(keyring.voter_key_of(election.cycle.slug, IIN), BORN, *WAYS[way])
    ballots.cast(session, box, voter, choose(election.projects[0]), on=now.date(), now=now)


def visit(
    session: Session, keyring: KeyRing, actor: Actor, iin: str = IIN, *, now: datetime = NOW, **other: Any
) -> DeskVisit:
    values = {"document_kind": DocumentKind.ID_CARD, "document_last": "1234", **other}
    return desk.open_visit(session, keyring, actor, "test-2027", iin, now=now, **values)


def closes_at() -> datetime:
    return next(w.ends_at for w in draft(NOW).windows if w.phase is Phase.VOTING and w.ends_at)


# --- one person, one vote, whatever the way ---------------------------------------------------------------


@pytest.mark.parametrize(("first", "second"), list(permutations(WAYS, 2)))
def test_who_voted_one_way_does_not_vote_another_way(
    session: Session, keyring: KeyRing, election: Election, first: str, second: str
) -> None:
    vote(session, keyring, election, first)
    with pytest.raises(AlreadyVoted) as refused:
        vote(session, keyring, election, second, now=NOW + timedelta(hours=1))
    assert refused.value.facts["channel"] is WAYS[first][0]
    assert refused.value.facts["cast_at"] == NOW


@pytest.mark.parametrize("way", WAYS)
def test_who_voted_gets_no_ballot_opened_at_the_desk(
    session: Session, keyring: KeyRing, election: Election, operator: Actor, way: str
) -> None:
    vote(session, keyring, election, way)
    with pytest.raises(AlreadyVoted):
        visit(session, keyring, operator)
    assert session.exec(select(DeskVisit)).all() == []


# --- whom the desk finds ----------------------------------------------------------------------------------


def test_nobody_on_the_roll_is_nobody(session: Session, keyring: KeyRing, election: Election) -> None:
    assert desk.find(session, keyring, "test-2027", STRANGER, now=NOW) is None


def test_who_has_not_voted_can_get_a_ballot(session: Session, keyring: KeyRing, election: Election) -> None:
    found = desk.find(session, keyring, "test-2027", IIN, now=NOW)
    assert found is not None
    assert (found.taken_part, found.refusal, found.may_object) == (None, None, True)
    assert found.resident.birth_on == BORN


@pytest.mark.parametrize("way", WAYS)
def test_of_who_voted_when_and_where_is_known_and_no_more(
    session: Session, keyring: KeyRing, election: Election, way: str
) -> None:
    vote(session, keyring, election, way)
    found = desk.find(session, keyring, "test-2027", IIN, now=NOW)
    assert found is not None
    assert found.taken_part == desk.TakenPart(NOW, WAYS[way][0], None)
    assert isinstance(found.refusal, AlreadyVoted)
    assert found.refusal.facts["receipt"] is None


def test_an_unknown_cycle_and_a_hidden_one_are_not_found(
    session: Session, keyring: KeyRing, election: Election
) -> None:
    election.cycle.published_at = None
    session.add(election.cycle)
    for slug in ("test-2027", "nowhere"):
        with pytest.raises(NotFound):
            desk.find(session, keyring, slug, IIN, now=NOW)


# --- for whom it opens a ballot ---------------------------------------------------------------------------


def test_a_visit_says_who_checked_which_document_of_whom(
    session: Session, keyring: KeyRing, election: Election, operator: Actor
) -> None:
    made = visit(session, keyring, operator, document_kind=DocumentKind.DIGITAL, document_last=" 12 a4 ")
    [row] = session.exec(select(DeskVisit)).all()
    resident = session.get(Resident, row.resident_id)
    assert (row.id, row.cycle_id, row.staff_id) == (made.id, election.cycle.id, operator.id)
    assert resident is not None
    assert resident.roll_key == keyring.roll_key_of(IIN)
    assert (row.document_kind, row.document_last, row.opened_at) == (DocumentKind.DIGITAL, "12A4", NOW)


def test_the_log_has_neither_the_iin_nor_the_document(
    session: Session, keyring: KeyRing, election: Election, operator: Actor
) -> None:
    made = visit(session, keyring, operator, document_last="9876")
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "desk.visit")).one()
    assert (event.actor_id, event.cycle_id, event.subject) == (
        operator.id,
        election.cycle.id,
        f"visit:{made.id}",
    )
    assert event.facts == "{}"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OPERATOR])
def test_nobody_else_opens_a_ballot_or_objects_for_others(
    session: Session, keyring: KeyRing, election: Election, role: Role
) -> None:
    with pytest.raises(NotPermitted):
        visit(session, keyring, Actor(role, 1))
    with pytest.raises(NotPermitted):
        object_for(session, keyring, Actor(role, 1))


def test_who_is_not_on_the_roll_gets_no_ballot(
    session: Session, keyring: KeyRing, election: Election, operator: Actor
) -> None:
    with pytest.raises(NotOnRoll):
        visit(session, keyring, operator, STRANGER)


@pytest.mark.parametrize("last", ["", "123", "12345", "12 4", "12-4"])
def test_four_letters_and_digits_are_noted_of_a_document(
    session: Session, keyring: KeyRing, election: Election, operator: Actor, last: str
) -> None:
    with pytest.raises(DocumentFault):
        visit(session, keyring, operator, document_last=last)


@pytest.mark.parametrize(
    ("moment", "refusal"),
    [
        (timedelta(days=-1, microseconds=-1), VotingNotOpen),
        (timedelta(days=13), VotingClosed),
        (timedelta(days=13, microseconds=-1), None),
    ],
)
def test_a_ballot_is_opened_only_while_voting_is(
    session: Session,
    keyring: KeyRing,
    election: Election,
    operator: Actor,
    moment: timedelta,
    refusal: type[BudgetRefusal] | None,
) -> None:
    if refusal is None:
        assert visit(session, keyring, operator, now=NOW + moment).id is not None
        return
    with pytest.raises(refusal):
        visit(session, keyring, operator, now=NOW + moment)


def test_a_cycle_that_does_not_accept_the_desk_opens_no_ballot_there(
    session: Session, keyring: KeyRing, operator: Actor
) -> None:
    opened(session, keyring, methods=(Assurance.SMS,))
    with pytest.raises(NotEligible) as refused:
        visit(session, keyring, operator)
    assert refused.value.facts["reason"] == "method"


@pytest.mark.parametrize(
    ("born", "may"), [(date(2009, 3, 1), True), (date(2009, 3, 2), False), (date(2012, 1, 1), False)]
)
def test_the_age_is_the_rolls_on_this_day(
    session: Session, keyring: KeyRing, election: Election, operator: Actor, born: date, *, may: bool
) -> None:
    add(session, keyring, STRANGER, born=born, phone=None)
    if may:
        assert visit(session, keyring, operator, STRANGER).id is not None
        return
    with pytest.raises(NotEligible) as refused:
        visit(session, keyring, operator, STRANGER)
    assert refused.value.facts["reason"] == "too_young"


def test_the_day_is_the_districts(
    session: Session, keyring: KeyRing, election: Election, operator: Actor
) -> None:
    """At 19:00 UTC it is the next day in the district already, on which the person is eighteen."""
    add(session, keyring, STRANGER, born=date(2009, 3, 2), phone=None)
    with pytest.raises(NotEligible):
        visit(session, keyring, operator, STRANGER, now=utc(2027, 3, 1, 18, 59))
    assert visit(session, keyring, operator, STRANGER, now=utc(2027, 3, 1, 19)).id is not None


# --- "it was not me" --------------------------------------------------------------------------------------


def object_for(
    session: Session, keyring: KeyRing, actor: Actor, iin: str = IIN, *, now: datetime = NOW, **other: Any
) -> Objection:
    values = {"text": "Мен емес.", "language": Language.KK, "phone": None, **other}
    return desk.file_objection(session, keyring, actor, "test-2027", iin, now=now, **values)


def test_the_owner_objects_and_is_told_by_the_number_given_or_the_rolls(
    session: Session, keyring: KeyRing, election: Election, operator: Actor
) -> None:
    vote(session, keyring, election, "a code by SMS")
    made = object_for(session, keyring, operator)
    assert (made.channel, made.phone, made.text) == (Channel.DESK, "+77011234567", "Мен емес.")
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "desk.objection")).one()
    assert (event.subject, event.facts) == (f"objection:{made.public_id}", "{}")
    found = desk.find(session, keyring, "test-2027", IIN, now=NOW)
    assert found is not None
    assert found.taken_part is not None
    assert found.taken_part.objected_at == NOW
    with pytest.raises(AlreadyObjected):
        object_for(session, keyring, operator)


def test_another_number_takes_the_place_of_the_rolls(
    session: Session, keyring: KeyRing, election: Election, operator: Actor
) -> None:
    vote(session, keyring, election, "the front office")
    assert object_for(session, keyring, operator, phone="+77027654321").phone == "+77027654321"


def test_an_objection_needs_a_person_a_ballot_and_time(
    session: Session, keyring: KeyRing, election: Election, operator: Actor
) -> None:
    with pytest.raises(NotOnRoll):
        object_for(session, keyring, operator, STRANGER)
    with pytest.raises(NothingToObject):
        object_for(session, keyring, operator)
    vote(session, keyring, election, "a code by SMS")
    with pytest.raises(ObjectionsClosed):
        object_for(session, keyring, operator, now=closes_at() + timedelta(days=20))
    assert object_for(session, keyring, operator, now=closes_at() + timedelta(hours=1)).id is not None


# --- what it serves ---------------------------------------------------------------------------------------


def test_it_serves_an_open_vote_and_after_it_the_objections(
    session: Session, keyring: KeyRing, election: Election
) -> None:
    def served(moment: datetime) -> list[tuple[bool, bool, bool]]:
        return [(one.is_open, one.may_object, one.accepts_desk) for one in desk.served(session, now=moment)]

    assert served(NOW - timedelta(days=1, microseconds=1)) == []
    assert served(NOW) == [(True, True, True)]
    assert served(closes_at()) == [(False, True, True)]
    assert served(closes_at() + timedelta(days=20)) == []


def test_the_next_vote_is_the_next_one_that_begins(
    session: Session, keyring: KeyRing, election: Election
) -> None:
    opens_at = next(w.starts_at for w in draft(NOW).windows if w.phase is Phase.VOTING)
    assert desk.next_opening(session, now=NOW) is None
    assert desk.next_opening(session, now=opens_at - timedelta(days=3)) == opens_at


# --- the session on the device ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "idle", "after"),
    [
        (Channel.DESK, timedelta(minutes=10), timedelta(minutes=2)),
        (Channel.WEB, timedelta(minutes=20), timedelta(minutes=5)),
    ],
)
def test_a_session_at_the_desk_is_shorter(
    session: Session, keyring: KeyRing, channel: Channel, idle: timedelta, after: timedelta
) -> None:
    resident = add(session, keyring, IIN)
    token = web_sessions.start(session, now=NOW, resident_id=resident.id, channel=channel)

    def good(moment: datetime) -> web_sessions.SignedIn | None:
        return web_sessions.find(asking_in(session), token, now=moment)

    instant = timedelta(microseconds=1)
    assert good(NOW + idle) is None
    found = good(NOW + idle - instant)
    assert found is not None
    web_sessions.end_after_ballot(session, found.session_id, now=NOW, channel=channel)
    assert good(NOW + after - instant) is not None
    assert good(NOW + after) is None
