"""The works of the winners, told by the coordinator."""

from datetime import timedelta
from typing import Any

import pytest

from models.cycle import Cycle
from models.database import Database
from models.enums import WorksStatus
from models.works import Works
from tests.harness import council
from tests.harness.client import PageClient
from tests.harness.counting import Hold, acts_of
from tests.harness.elections import Election

PAGE = "/en/office/cycles/2027"


@pytest.fixture
def winners(desk: PageClient, hold: Hold, app_database: Database, clock: Any) -> Election:
    """Three winners, confirmed by the council: their works are planned."""
    made = hold(5, 3, 2, 1)
    page = desk.submit(desk.get(f"{PAGE}/count"), button="Open and count the ballots", follow_redirects=True)
    desk.submit(page, button="Publish the results")
    with app_database.writing() as session:
        cycle = session.get_one(Cycle, made.cycle.id)
        council.confirm_results(session, cycle, now=clock.instant)
    clock.instant += timedelta(days=1)
    return made


def test_the_status_of_works_is_kept_with_its_reason(
    desk: PageClient, winners: Election, app_database: Database, clock: Any
) -> None:
    listed = desk.get(f"{PAGE}/works")
    links = [link for link in listed.links if "/works/" in link]
    assert len(links) == 3
    answer = desk.submit(desk.get(links[0]), {"status": "underway"}, button="Save", follow_redirects=True)
    assert "Works underway" in answer.visible
    values = {"status": "postponed", "reason": "Қар әлі еріген жоқ"}
    answer = desk.submit(desk.get(links[0]), values, button="Save", follow_redirects=True)
    assert "Қар әлі еріген жоқ" in answer.visible
    for language in ("kk", "ru"):
        desk.get(links[0].replace("/en/", f"/{language}/"))
        desk.get(f"/{language}/office/cycles/2027/works")
    with app_database.reading() as session:
        row = session.get_one(Works, winners.projects[0].id)
    assert (row.status, row.reason, row.changed_at) == (
        WorksStatus.POSTPONED,
        values["reason"],
        clock.instant,
    )
    assert acts_of(app_database)[-2:] == ["works.status", "works.status"]


def test_a_postponement_without_a_reason_is_refused_beside_its_field(
    desk: PageClient, winners: Election, app_database: Database
) -> None:
    page = desk.get(f"{PAGE}/works/{winners.projects[0].public_id}")
    answer = desk.submit(page, {"status": "postponed"}, button="Save", status=422)
    assert list(answer.errors) == ["reason"]
    answer = desk.submit(page, {}, extra={"status": "finished"}, button="Save", status=422)
    assert list(answer.errors) == ["status"]
    assert "works.status" not in acts_of(app_database)


def test_a_project_that_lost_has_no_works(desk: PageClient, winners: Election) -> None:
    desk.get(f"{PAGE}/works/{winners.projects[3].public_id}", status=404)
    desk.get(f"{PAGE}/works/nobody", status=404)


def test_before_the_council_has_confirmed_there_are_no_works(desk: PageClient, hold: Hold) -> None:
    hold(1, 1)
    assert "works are planned when the council has confirmed" in desk.get(f"{PAGE}/works").visible


def test_the_desk_follows_the_cycle_to_its_end(desk: PageClient, winners: Election) -> None:
    assert "Keep the works up to date: 0 of 3 completed." in desk.get("/en/office").visible
    for project in winners.projects[:3]:
        page = desk.get(f"{PAGE}/works/{project.public_id}")
        desk.submit(page, {"status": "completed"}, button="Save")
    assert "all works are completed" in desk.get(PAGE).visible
