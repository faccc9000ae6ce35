"""The freeze: settings, ballot list and costs are fixed once, hashed, and can't change afterwards, on both databases."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from budget import cycles
from budget.cycle_drafts import COUNCIL
from budget.errors import (
    AlreadyDone,
    Frozen,
    NotReady,
)
from budget.keys import KeyRing
from budget.permissions import SYSTEM, Actor
from budget.settings import frozen_hash
from models.cycle import Cycle
from models.database import Database
from models.enums import Phase, ProjectState, Role
from models.service import AuditEvent
from tests.harness import council
from tests.harness.cycles import (
    LENGTH,
    add_project,
    frozen,
    instant_in,
    proposal,
    published,
)

COORDINATOR = Actor(Role.COORDINATOR, 1, "Test")
TICK = timedelta(microseconds=1)


@pytest.fixture
def keyring(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "keys", b"v" * 32, b"r" * 32)


def facts_of(session: Session, action: str) -> list[dict[str, Any]]:
    found = session.exec(select(AuditEvent.facts).where(AuditEvent.action == action).order_by(AuditEvent.id))
    return [json.loads(facts) for facts in found]


def test_what_is_missing_before_the_freeze_is_named(session: Session, now: datetime) -> None:
    cycle = cycles.create(session, COORDINATOR, proposal(now), now=now)
    assert cycles.unmet_for_freezing(session, cycle, now=now) == ("published",)
    cycle.published_at = now
    assert cycles.unmet_for_freezing(session, cycle, now=now) == ("submission_over", "admitted")
    screening, voting = instant_in(Phase.SCREENING, now), instant_in(Phase.VOTING, now)
    project = add_project(session, cycle, cost=None, state=ProjectState.SUBMITTED, now=now)
    assert cycles.unmet_for_freezing(session, cycle, now=voting) == ("undecided", "admitted")
    project.state = ProjectState.RETURNED
    for moment in (screening, voting):  # its author's time ends by itself, whatever the phase
        assert cycles.unmet_for_freezing(session, cycle, now=moment) == ("undecided", "admitted")
    project.state = ProjectState.REJECTED
    assert cycles.unmet_for_freezing(session, cycle, now=voting) == ("admitted",)
    project.state = ProjectState.ADMITTED
    assert cycles.unmet_for_freezing(session, cycle, now=voting) == ("costs",)
    project.cost_tenge = 5
    assert cycles.unmet_for_freezing(session, cycle, now=voting) == ()


def test_the_freeze_makes_the_keys_and_publishes_a_hash_anyone_can_redo(
    session: Session, now: datetime, keyring: KeyRing
) -> None:
    cycle = frozen(session, now, keyring, 1_000_000, 2_000_000)
    session.expire_all()
    assert cycle.ballot_public_key == keyring.cycle_keys("2027").ballot_public_key
    assert cycle.frozen_hash == frozen_hash(cycles.document_to_freeze(session, cycle))
    assert facts_of(session, "cycle.freeze") == [{"hash": cycle.frozen_hash}]


def test_a_freeze_is_done_once_and_never_before_it_is_ready(
    session: Session, now: datetime, keyring: KeyRing
) -> None:
    published(session, now)
    with pytest.raises(NotReady):
        cycles.freeze(session, COORDINATOR, "2027", keyring, now=now)
    assert not (keyring.key_dir / "2027.json").exists()
    session.rollback()
    cycle = frozen(session, now, keyring)
    with pytest.raises(AlreadyDone) as refusal:
        cycles.freeze(session, COORDINATOR, "2027", keyring, now=now)
    assert refusal.value.facts == {"at": cycle.frozen_at}


def test_a_freeze_repeated_after_a_crash_keeps_the_key_it_made(
    database: Database, now: datetime, keyring: KeyRing
) -> None:
    def crash() -> None:
        with database.writing() as session:
            cycles.freeze(session, COORDINATOR, "2027", keyring, now=voting)
            raise ZeroDivisionError

    with database.writing() as session:
        cycle = published(session, now)
        add_project(session, cycle, now=now)
    voting = instant_in(Phase.VOTING, now)
    with pytest.raises(ZeroDivisionError):
        crash()
    key = keyring.cycle_keys("2027").ballot_public_key
    with database.writing() as session:
        assert cycles.by_slug(session, "2027").frozen_at is None
        assert cycles.freeze(session, COORDINATOR, "2027", keyring, now=voting).ballot_public_key == key


def test_after_the_freeze_neither_settings_nor_costs_nor_the_list_change(
    database: Database, now: datetime, keyring: KeyRing
) -> None:
    with database.writing() as session:
        cycle = frozen(session, now, keyring, 1_000_000)
        draft = proposal(now, minimum_votes=50)
        add_project(session, cycle, cost=None, state=ProjectState.REJECTED, now=now)
    with pytest.raises(Frozen), database.writing() as session:
        cycles.edit(session, COORDINATOR, "2027", draft, now=now)
    for statement in (
        "UPDATE cycle SET minimum_votes = 50",
        "UPDATE cycle SET frozen_hash = 'x'",
        "UPDATE envelope SET total_tenge = 1",
        "DELETE FROM envelope",
        "INSERT INTO envelope SELECT 99, 'x', cycle_id, 9, '', '', '', 1 FROM envelope",
        "UPDATE project SET cost_tenge = 1 WHERE cost_tenge IS NOT NULL",
        "UPDATE project SET state = 'rejected' WHERE state = 'admitted'",
        "UPDATE project SET state = 'admitted' WHERE state = 'rejected'",
    ):
        with pytest.raises(sa.exc.DBAPIError, match="guard: "), database.writing() as session:
            session.execute(sa.text(statement))


def test_a_withdrawal_after_the_freeze_leaves_the_frozen_document_as_it_was(
    session: Session, now: datetime, keyring: KeyRing
) -> None:
    cycle = frozen(session, now, keyring, 1_000_000, 2_000_000)
    project = add_project_on_list(session, cycle)
    project.state, project.withdrawn_at = ProjectState.WITHDRAWN, cycle.frozen_at
    session.flush()
    assert frozen_hash(cycles.document_to_freeze(session, cycle)) == cycle.frozen_hash


def add_project_on_list(session: Session, cycle: Cycle) -> Any:
    from models.project import Project

    return session.exec(select(Project).where(Project.cycle_id == cycle.id).limit(1)).one()


def test_a_withdrawal_before_the_freeze_is_not_on_the_list(
    session: Session, now: datetime, keyring: KeyRing
) -> None:
    cycle = published(session, now)
    gone = add_project(session, cycle, state=ProjectState.WITHDRAWN, now=now)
    gone.withdrawn_at = now
    stays = add_project(session, cycle, now=now)
    cycles.freeze(session, COORDINATOR, "2027", keyring, now=instant_in(Phase.VOTING, now))
    document = json.loads(cycles.document_to_freeze(session, cycle))
    assert [line["id"] for line in document["projects"]] == [stays.public_id]


def test_the_job_freezes_what_is_ready_when_its_voting_begins(
    session: Session, now: datetime, keyring: KeyRing
) -> None:
    ready = published(session, now)
    add_project(session, ready, now=now)
    waiting = published(session, now, slug="2028")
    add_project(session, waiting, state=ProjectState.SUBMITTED, now=now)
    cycles.create(session, SYSTEM, proposal(now, slug="draft"), now=now)
    opening = instant_in(Phase.VOTING, now) - LENGTH / 2
    assert cycles.freeze_due(session, keyring, SYSTEM, now=opening - TICK) == []
    assert cycles.freeze_due(session, keyring, SYSTEM, now=opening) == ["2027"]
    assert cycles.freeze_due(session, keyring, SYSTEM, now=opening) == []


def settings_of(session: Session, cycle: Cycle) -> set[str]:
    return set(json.loads(cycles.document_to_freeze(session, cycle))["settings"])


def test_the_councils_procedure_is_fixed_with_the_rest_where_there_is_a_council(
    session: Session, now: datetime, keyring: KeyRing
) -> None:
    cycle = published(session, now)
    council.make_council(session, cycle, now=now)
    add_project(session, cycle, now=now)
    cycles.freeze(session, COORDINATOR, "2027", keyring, now=instant_in(Phase.VOTING, now))
    assert set(COUNCIL) <= settings_of(session, cycle)
    assert cycle.frozen_hash == frozen_hash(cycles.document_to_freeze(session, cycle))


def test_a_council_that_came_after_the_freeze_leaves_the_frozen_hash_as_it_was(
    session: Session, now: datetime, keyring: KeyRing
) -> None:
    """Cycles frozen before the council's procedure was kept as data stay verifiable."""
    cycle = frozen(session, now, keyring)
    assert not set(COUNCIL) & settings_of(session, cycle)
    council.make_council(session, cycle, now=instant_in(Phase.DECISION, now))
    assert cycle.council_published_at is not None
    assert frozen_hash(cycles.document_to_freeze(session, cycle)) == cycle.frozen_hash
