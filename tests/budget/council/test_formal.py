"""The formal check: once for each text of a project, before anybody reads it."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from budget.council import formal, returns
from budget.errors import CouncilMissing, NotFound, NotPermitted, NotThisState, WrongPhase
from budget.permissions import Actor
from models.enums import Language, Role
from models.screening import FormalCheck
from models.service import AuditEvent
from tests.harness import council
from tests.harness.council import COORDINATOR, REMARKS, make_council
from tests.harness.projects import make_cycle


def test_many_are_found_complete_at_once_and_each_once(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    make_council(session, cycle, now=now)
    projects = [council.submit(session, cycle, now=now)[0] for _ in range(3)]
    ids = [one.public_id for one in projects]
    assert list(formal.waiting(session, cycle.id)) == projects
    assert formal.pass_all(session, COORDINATOR, cycle, ids[:2] + ids[:1], now=now) == 2
    assert formal.pass_all(session, COORDINATOR, cycle, ids, now=now) == 1
    assert formal.waiting(session, cycle.id) == []
    assert all(formal.is_passed(session, one) for one in projects)
    assert len(session.exec(select(FormalCheck)).all()) == 3
    acts = session.exec(select(AuditEvent).where(AuditEvent.action == "screening.formal_check")).all()
    assert {act.subject for act in acts} == set(ids)


def test_an_incomplete_one_goes_back_and_is_looked_at_again_when_corrected(
    session: Session, now: datetime
) -> None:
    cycle = make_cycle(session, now)
    make_council(session, cycle, now=now)
    project, author = council.submit(session, cycle, now=now)
    returns.send_back(session, COORDINATOR, project.public_id, REMARKS, language=Language.KK, now=now)
    assert formal.is_noted(session, project)
    assert not formal.is_passed(session, project)
    assert formal.waiting(session, cycle.id) == [], "it is with its author"
    council.resubmit(session, project, author, now=now)
    assert list(formal.waiting(session, cycle.id)) == [project]
    assert not formal.is_noted(session, project)
    formal.pass_all(session, COORDINATOR, cycle, [project.public_id], now=now)
    checks = session.exec(select(FormalCheck.version, FormalCheck.is_complete)).all()
    assert sorted(checks) == [(1, False), (2, True)]


def test_one_that_is_not_waiting_is_refused_and_nothing_of_the_list_is_noted(
    session: Session, now: datetime
) -> None:
    cycle, other = make_cycle(session, now), make_cycle(session, now)
    make_council(session, cycle, now=now)
    good, _ = council.submit(session, cycle, now=now)
    returned, _ = council.submit(session, cycle, now=now)
    foreign, _ = council.submit(session, other, now=now)
    council.send_back(session, cycle, returned, now=now)
    for bad, refusal in (
        (returned.public_id, NotThisState),
        (foreign.public_id, NotFound),
        ("nosuch", NotFound),
    ):
        with pytest.raises(refusal), session.begin_nested():
            formal.pass_all(session, COORDINATOR, cycle, [good.public_id, bad], now=now)
    assert not formal.is_noted(session, good)


def test_without_a_published_council_nothing_is_checked(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    make_council(session, cycle, now=now, publish=False)
    project, _ = council.submit(session, cycle, now=now)
    with pytest.raises(CouncilMissing):
        formal.pass_all(session, COORDINATOR, cycle, [project.public_id], now=now)


def test_the_check_is_the_coordinators_until_the_vote(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    make_council(session, cycle, now=now)
    project, _ = council.submit(session, cycle, now=now)
    for role in (Role.COUNCIL, Role.RESIDENT, Role.OPERATOR, Role.SYSTEM):
        with pytest.raises(NotPermitted):
            formal.pass_all(session, Actor(role, 1), cycle, [project.public_id], now=now)
    with pytest.raises(WrongPhase):
        formal.pass_all(session, COORDINATOR, cycle, [project.public_id], now=now + timedelta(days=16))
