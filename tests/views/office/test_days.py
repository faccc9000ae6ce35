"""Moved days: written down, changed, taken back; periods follow."""

from datetime import UTC, date, datetime

import pytest
from sqlmodel import Session, select

from budget import moved_days, working_days
from budget.errors import NotFound, NotPermitted
from budget.permissions import Actor
from models.enums import Role
from models.service import AuditEvent
from tests.harness.client import PageClient

DAYS = "/kk/office/days"
COORDINATOR = Actor(Role.COORDINATOR, None)
FRIDAY = datetime(2027, 4, 2, 13, tzinfo=UTC)


def test_a_day_off_that_was_moved_shifts_a_deadline(session: Session, now: datetime) -> None:
    before = working_days.end_of(FRIDAY, 1, working_days.moved_days(session))
    moved_days.put(session, COORDINATOR, date(2027, 4, 5), is_working=False, note="№ 1", now=now)
    after = working_days.end_of(FRIDAY, 1, working_days.moved_days(session))
    assert (after - before).days == 1
    moved_days.put(session, COORDINATOR, date(2027, 4, 3), is_working=True, note="№ 1", now=now)
    assert working_days.end_of(FRIDAY, 1, working_days.moved_days(session)) < before
    moved_days.take_back(session, COORDINATOR, date(2027, 4, 3), now=now)
    moved_days.take_back(session, COORDINATOR, date(2027, 4, 5), now=now)
    assert working_days.end_of(FRIDAY, 1, working_days.moved_days(session)) == before
    assert len(session.exec(select(AuditEvent)).all()) == 4


def test_only_the_akimat_moves_days(session: Session, now: datetime) -> None:
    for role in (Role.COUNCIL, Role.OPERATOR, Role.OBSERVER, Role.RESIDENT):
        with pytest.raises(NotPermitted):
            moved_days.put(session, Actor(role), date(2027, 4, 5), is_working=False, note="", now=now)
    with pytest.raises(NotFound):
        moved_days.take_back(session, COORDINATOR, date(2027, 4, 5), now=now)


def test_the_page_takes_a_day_and_gives_it_back(desk: PageClient) -> None:
    page = desk.get(DAYS)
    assert "Ешбір күн" in page.visible
    wrong = desk.submit(page, {"note": "№ 7"}, status=422)
    assert len(wrong.errors) == 2
    assert "№ 7" in wrong.get_data(as_text=True)
    desk.submit(page, {"on": "2027-04-05", "kind": "off", "note": "№ 7"}, status=303)
    shown = desk.get(DAYS)
    assert "№ 7" in shown.visible
    assert f"{DAYS}/2027-04-05/take-back" in shown.links
    ask = desk.get(f"{DAYS}/2027-04-05/take-back")
    desk.submit(ask, status=303)
    assert "Ешбір күн" in desk.get(DAYS).visible
    desk.get(f"{DAYS}/2027-04-05/take-back", status=404)
    desk.get(f"{DAYS}/nonsense/take-back", status=404)
