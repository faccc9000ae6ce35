"""Forwarding: a rejected project is sent on, with its body, ground and date, once."""

import json
from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlmodel import Session, select

from budget.council import agenda, forwardings
from budget.council.forwardings import Sent
from budget.errors import AlreadyDone, MotionIncomplete, NotFound, NotThisState
from budget.errors import NotPermitted as Refused
from budget.permissions import Actor
from models.enums import ProjectState, Role
from models.project import Project
from models.service import AuditEvent
from tests.harness import council
from tests.harness.council import COORDINATOR, rejection
from tests.harness.sittings import underway

SENT = Sent(
    " Қалалық көлік басқармасы ",
    "Управление транспорта города",
    "ӘРПК 65-бап",
    date(2027, 3, 2),
    "109",
    "12-3/45",
)


def rejected(session: Session, now: datetime) -> Project:
    held = underway(session, now)
    item, [project] = held.items(session)[0], held.projects
    agenda.change_motion(
        session, COORDINATOR, item.public_id, rejection(project), revision=held.row.revision, now=now
    )
    council.finish(session, held.row, held.members, now=now)
    return project


def test_a_forwarding_is_kept_as_sent_and_told_to_the_log(session: Session, now: datetime) -> None:
    project = rejected(session, now)
    forwardings.record(session, COORDINATOR, project.public_id, SENT, now=now)
    session.commit()
    session.expire_all()
    row = forwardings.of_project(session, project.id)
    assert row is not None
    assert (row.body_kk, row.body_ru, row.contact) == ("Қалалық көлік басқармасы", SENT.body_ru, "109")
    assert (row.ground, row.number, row.forwarded_on, row.recorded_at) == (
        SENT.ground, SENT.number, SENT.forwarded_on, now,
    )  # fmt: skip
    assert project.state is ProjectState.REJECTED, "it stays rejected here"
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "project.forward")).one()
    assert json.loads(event.facts)["number"] == "12-3/45"


@pytest.mark.parametrize("left_out", ["body_kk", "body_ru", "ground"])
def test_body_and_legal_ground_are_named(session: Session, now: datetime, left_out: str) -> None:
    project = rejected(session, now)
    with pytest.raises(MotionIncomplete) as told:
        forwardings.record(session, COORDINATOR, project.public_id, replace(SENT, **{left_out: " "}), now=now)
    assert told.value.facts == {"number": project.number, "missing": (left_out,)}
    assert forwardings.of_project(session, project.id) is None


def test_a_project_is_sent_on_once_after_its_rejection_by_the_coordinator(
    session: Session, now: datetime
) -> None:
    project = rejected(session, now)
    for role in (Role.COUNCIL, Role.RESIDENT, Role.OPERATOR):
        with pytest.raises(Refused):
            forwardings.record(session, Actor(role, 1), project.public_id, SENT, now=now)
    with pytest.raises(NotFound):
        forwardings.record(session, COORDINATOR, "nosuchproj", SENT, now=now)
    forwardings.record(session, COORDINATOR, project.public_id, SENT, now=now)
    with pytest.raises(AlreadyDone):
        forwardings.record(session, COORDINATOR, project.public_id, SENT, now=now)
    held = underway(session, now)
    with pytest.raises(NotThisState):
        forwardings.record(session, COORDINATOR, held.projects[0].public_id, SENT, now=now)
