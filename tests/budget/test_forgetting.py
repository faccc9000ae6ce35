"""Forgetting the voters: after the appeal period and not before, for good, and finished after a crash."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from budget import audit, ballots, forgetting, results, working_days
from budget.errors import AppealOpen, KeyMissing, NotPermitted, VotingNotOpen
from budget.keys import KeyRing
from budget.permissions import SYSTEM, Actor
from models.ballot import Participation
from models.case import Annulment, Objection
from models.cycle import Cycle
from models.database import Database
from models.desk import DeskVisit
from models.enums import CaseOutcome, Channel, DocumentKind, Language, Role
from models.people import Resident, Staff
from models.service import AuditEvent
from tests.harness.elections import COORDINATOR, impossible_iins, open_election
from tests.harness.opening import opened
from tests.harness.voting import cast, make_keyring

AFTER = timedelta(days=20)
IIN = impossible_iins(1)[0]


@pytest.fixture
def keyring(tmp_path: Path) -> KeyRing:
    return make_keyring(tmp_path)


def published(session: Session, keyring: KeyRing, now: datetime) -> Cycle:
    made = open_election(session, keyring, now=now, projects=1)
    cast(session, keyring, made.cycle, IIN, made.projects[0], now=now)
    opened(session, keyring, made.cycle.slug, now=now + AFTER)
    results.count(session, COORDINATOR, made.cycle.slug, now=now + AFTER)
    results.publish(session, COORDINATOR, made.cycle.slug, now=now + AFTER)
    clerk = Staff(
        email="o@example.kz", name="T", role=Role.OPERATOR, language=Language.KK, password_hash="-", created_at=now
    )  # fmt: skip
    session.add(clerk)
    session.flush()
    person = session.exec(select(Resident)).first()
    assert person is not None
    session.add(
        DeskVisit(
            cycle_id=made.cycle.id or 0, resident_id=person.id or 0, staff_id=clerk.id or 0,
            document_kind=DocumentKind.ID_CARD, document_last="1234", opened_at=now,
        )
    )  # fmt: skip
    session.flush()
    return made.cycle


def end_of_appeal(cycle: Cycle) -> datetime:
    assert cycle.results_published_at is not None
    return working_days.end_of(cycle.results_published_at, 15, {})


def forget(session: Session, cycle: Cycle, keyring: KeyRing, at: datetime, actor: Actor = SYSTEM) -> bool:
    return forgetting.forget_voters(session, actor, cycle.slug, keyring, now=at)


def test_nobody_is_forgotten_before_the_appeal_period_is_over(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    cycle = published(session, keyring, now)
    until = end_of_appeal(cycle)
    with pytest.raises(AppealOpen) as refused:
        forget(session, cycle, keyring, until - timedelta(seconds=1))
    assert refused.value.facts["until"] == until
    assert keyring.voter_key_of(cycle.slug, IIN)


def test_without_results_there_is_no_appeal_to_wait_for_and_nothing_is_forgotten(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    made = open_election(session, keyring, now=now)
    with pytest.raises(AppealOpen) as refused:
        forget(session, made.cycle, keyring, now + timedelta(days=900))
    assert refused.value.facts["until"] is None


def test_after_it_no_iin_leads_to_a_participation(session: Session, keyring: KeyRing, now: datetime) -> None:
    cycle = published(session, keyring, now)
    until = end_of_appeal(cycle)
    other_process = make_keyring(keyring.key_dir.parent)
    assert other_process.voter_key_of(cycle.slug, IIN) == keyring.voter_key_of(cycle.slug, IIN)
    assert forget(session, cycle, keyring, until)
    assert cycle.voters_forgotten_at == until
    assert session.exec(select(DeskVisit)).all() == []
    for ring in (keyring, other_process):  # a web server that goes on running has forgotten too
        with pytest.raises(KeyMissing):
            ring.voter_key_of(cycle.slug, IIN)
    with pytest.raises(VotingNotOpen):
        ballots.ballot_box(session, cycle)
    acts = session.exec(select(AuditEvent.action).order_by(col(AuditEvent.id))).all()
    assert acts.count("cycle.forget_voters") == 1
    assert audit.verify(session) == []


def test_cases_keep_their_decisions_and_lose_the_person(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    cycle = published(session, keyring, now)
    ballot = session.exec(select(Participation)).one()
    clerk = session.exec(select(Staff)).one()
    about = {"cycle_id": cycle.id or 0, "participation_id": ballot.id or 0}
    session.add(
        Objection(
            public_id="object0001", channel=Channel.WEB, text="Мен емес едім", phone="+77011234567",
            language=Language.KK, created_at=now, outcome=CaseOutcome.DISMISSED, reason="Құжат көрді",
            decided_at=now, **about,
        )
    )  # fmt: skip
    session.add(
        Annulment(
            public_id="annul00001", voter_key=b"v" * 32, reason="x", proposed_by=clerk.id or 0,
            proposed_at=now, **about,
        )
    )  # fmt: skip
    session.flush()
    forget(session, cycle, keyring, end_of_appeal(cycle))
    session.expire_all()
    objection = session.exec(select(Objection)).one()
    assert (objection.text, objection.phone, objection.reason) == ("", None, "Құжат көрді")
    assert session.exec(select(Annulment)).one().voter_key is None


def test_done_twice_it_is_done_once(session: Session, keyring: KeyRing, now: datetime) -> None:
    cycle = published(session, keyring, now)
    until = end_of_appeal(cycle)
    assert forget(session, cycle, keyring, until)
    assert not forget(session, cycle, keyring, until + timedelta(days=1))
    assert cycle.voters_forgotten_at == until


def test_a_crash_between_file_and_database_is_finished_by_the_next_call(
    database: Database, keyring: KeyRing, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing() as session:
        cycle = published(session, keyring, now)

    def crash(*_: object, **__: object) -> None:
        raise OSError("power cut")

    with monkeypatch.context() as patched:
        patched.setattr(audit, "record", crash)
        with pytest.raises(OSError, match="power cut"), database.writing() as session:
            forget(session, cycle, keyring, end_of_appeal(cycle))
    with database.writing() as session:
        assert forget(session, cycle, keyring, end_of_appeal(cycle))
        assert session.exec(select(DeskVisit)).all() == []


@pytest.mark.parametrize("role", [Role.VISITOR, Role.RESIDENT, Role.COUNCIL, Role.OPERATOR, Role.OBSERVER])
def test_others_make_nobody_forgotten(session: Session, keyring: KeyRing, now: datetime, role: Role) -> None:
    cycle = published(session, keyring, now)
    with pytest.raises(NotPermitted):
        forget(session, cycle, keyring, end_of_appeal(cycle), Actor(role, 1))
