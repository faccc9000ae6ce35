"""The audit chain: only grows, and whoever changes, drops or cuts it is found."""

import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from budget import audit
from budget.permissions import SYSTEM, Actor
from models.database import Database
from models.enums import Role
from models.service import AuditEvent

ACTS = ("cycle.create", "cycle.edit", "cycle.publish", "cycle.freeze", "count.tally")
COORDINATOR = Actor(Role.COORDINATOR, 7, "Test")


@pytest.fixture
def chain(session: Session, now: datetime) -> list[int]:
    """Five acts; their ids."""
    return [
        audit.record(session, SYSTEM, act, now=now, subject="2027", note=f"№{place}").id or 0
        for place, act in enumerate(ACTS)
    ]


@pytest.fixture
def unguarded(session: Session, chain: list[int]) -> Session:
    """The session of somebody with the database's own password: the triggers are off."""
    for trigger in ("audit_event_no_update", "audit_event_no_delete"):
        where = " ON audit_event" if session.get_bind().dialect.name == "postgresql" else ""
        session.execute(sa.text(f"DROP TRIGGER {trigger}{where}"))
    return session


def test_a_whole_chain_is_whole(session: Session, chain: list[int]) -> None:
    assert audit.verify(session) == []
    last = session.exec(select(AuditEvent.hash).where(AuditEvent.id == chain[-1])).one()
    assert audit.verify(session, expected_last=last) == []


def test_an_empty_chain_is_whole(session: Session) -> None:
    assert audit.verify(session, expected_last=audit.GENESIS) == []


def test_each_act_is_chained_to_the_one_before(session: Session, chain: list[int]) -> None:
    events = session.exec(select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [event.previous_hash for event in events] == [
        audit.GENESIS,
        *(event.hash for event in events[:-1]),
    ]
    assert len({event.hash for event in events}) == len(ACTS)


def test_who_did_what_is_kept(session: Session, now: datetime) -> None:
    event = audit.record(
        session, COORDINATOR, "cycle.edit", now=now, subject="2027", reason="Ауа райы", changed=[1]
    )
    assert (event.role, event.actor_id, event.at) == (Role.COORDINATOR, 7, now)
    assert event.facts == '{"changed":[1],"reason":"Ауа райы"}'


@pytest.mark.parametrize("statement", ["UPDATE audit_event SET subject = '2028'", "DELETE FROM audit_event"])
def test_the_database_refuses_to_change_or_drop_an_act(
    session: Session, chain: list[int], statement: str
) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="guard: audit_event"):
        session.execute(sa.text(statement))


@pytest.mark.parametrize(
    "change",
    [
        "subject = '2028'",
        "facts = '{}'",
        "actor_id = 3",
        "role = 'coordinator'",
        "action = 'cycle.extend'",
        "at = '2020-01-01 00:00:00'",
        "previous_hash = hash",
    ],
)
def test_a_changed_act_is_found(unguarded: Session, chain: list[int], change: str) -> None:
    unguarded.execute(sa.text(f"UPDATE audit_event SET {change} WHERE id = :id"), {"id": chain[2]})
    unguarded.expire_all()
    assert chain[2] in audit.verify(unguarded)


def test_an_act_rewritten_with_a_hash_of_its_own_breaks_the_next_link(
    unguarded: Session, chain: list[int]
) -> None:
    event = unguarded.get(AuditEvent, chain[2])
    assert event is not None
    event.subject = "2028"
    event.hash = audit._hash(event)
    unguarded.flush()
    assert audit.verify(unguarded) == [chain[3]]


@pytest.mark.parametrize("place", [0, 2])
def test_a_dropped_act_is_found(unguarded: Session, chain: list[int], place: int) -> None:
    unguarded.execute(sa.text("DELETE FROM audit_event WHERE id = :id"), {"id": chain[place]})
    assert audit.verify(unguarded) == [chain[place + 1]]


def test_two_acts_that_changed_places_are_found(unguarded: Session, chain: list[int]) -> None:
    swap = sa.text("UPDATE audit_event SET id = :to WHERE id = :of")
    for of, to in ((chain[1], 9999), (chain[2], chain[1]), (9999, chain[2])):
        unguarded.execute(swap, {"of": of, "to": to})
    unguarded.expire_all()
    assert audit.verify(unguarded)


def test_a_cut_tail_is_found_by_a_head_kept_elsewhere(unguarded: Session, chain: list[int]) -> None:
    kept = unguarded.exec(select(AuditEvent.hash).where(AuditEvent.id == chain[-1])).one()
    unguarded.execute(sa.text("DELETE FROM audit_event WHERE id = :id"), {"id": chain[-1]})
    assert audit.verify(unguarded) == []
    assert audit.verify(unguarded, expected_last=kept) == [0]


def test_acts_of_many_at_once_make_one_chain(database: Database) -> None:
    def act(place: int) -> None:
        for step in range(5):
            with database.writing() as session:
                audit.record(session, SYSTEM, "test.act", now=datetime.now(UTC), place=place, step=step)

    threads = [threading.Thread(target=act, args=(place,)) for place in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert audit.verify(session) == []
        previous = session.exec(select(AuditEvent.previous_hash)).all()
        assert len(previous) == len(set(previous)) == 30


def test_an_act_rolled_back_with_its_transaction_leaves_no_trace(database: Database, now: datetime) -> None:
    def crash() -> None:
        with database.writing() as session:
            audit.record(session, SYSTEM, "cycle.publish", now=now)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        crash()
    with database.writing() as session:
        audit.record(session, SYSTEM, "cycle.create", now=now)
        assert audit.verify(session) == []
        assert session.exec(select(AuditEvent.action)).all() == ["cycle.create"]
