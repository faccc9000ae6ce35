"""Sessions at the coordinator's desk: planned, with an agenda, announced, opened, closed; two coordinators at once."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlmodel import select

from budget import projects
from budget.council import agenda, appeals, members, sessions
from models.council_session import Attendance
from models.cycle import Cycle
from models.database import Database
from models.enums import ConflictKind, Criterion, Language, Phase
from models.project import Project
from tests.harness import council
from tests.harness.application import MakeApp
from tests.harness.client import PageClient
from tests.harness.council_pages import gold, items_of, page_of, planned, reviewed, row_of, submit, token_of
from tests.harness.office import typed
from tests.harness.projects import make_cycle, make_resident, proposal
from tests.harness.queries import counted

SLUG = "2027"
SESSIONS = f"/en/office/cycles/{SLUG}/sessions"


@pytest.fixture
def app(make_app: MakeApp, database_url: str) -> Flask:
    """The application over each database."""
    return make_app(database_url)


@pytest.fixture
def cycle(app_database: Database, now: datetime) -> Cycle:
    """A cycle in which applications are taken and screened."""
    with app_database.writing() as session:
        return make_cycle(session, now, Phase.SUBMISSION, slug=SLUG)


# --- the list and planning ------------------------------------------------------------------------------------


def test_the_list_leads_to_planning_once_the_council_is_published(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    page = desk.get(SESSIONS)
    assert "once the composition of the council is published" in page.visible
    assert f"{SESSIONS}/plan" not in page.links
    with app_database.writing() as session:
        council.make_council(session, cycle, now=now)
    page = desk.get(SESSIONS)
    assert "No session is planned yet." in page.visible
    assert gold(page) == "Plan a session"


def test_a_session_is_planned_and_the_next_one_gets_its_place(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    reviewed(app_database, cycle, 1, now=now)
    values = {
        "starts_at": typed(now + timedelta(days=2)),
        "place_kk": "Әкімдік, 214-бөлме",
        "place_ru": "Акимат, кабинет 214",
        "link": "https://meet.example.kz/council",
    }
    answer = desk.submit(desk.get(f"{SESSIONS}/plan"), values, follow_redirects=True)
    assert answer.h1 == "Session 1"
    assert "The session is planned." in answer.visible
    assert "Astana time" in answer.visible
    assert gold(answer) == "Put everything that is ready on the agenda"
    assert "Session 1" in desk.get(SESSIONS).visible
    again = desk.get(f"{SESSIONS}/plan")
    assert again.find("input", id="place_kk").get("value") == "Әкімдік, 214-бөлме"
    assert again.find("input", id="kind").get("checked") is not None


FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({"starts_at": ""}, "starts_at", "Write the day and time"),
    ({"starts_at": "2020-01-01T10:00"}, "starts_at", "Choose a time to come."),
    ({"place_kk": " "}, "place_kk", "Write the place in Kazakh."),
    ({"place_ru": " "}, "place_ru", "Write the place in Russian."),
    ({"link": "javascript:alert(1)"}, "link", "begins with https://"),
]


@pytest.mark.parametrize(("changes", "field", "said"), FAULTS)
def test_what_is_wrong_with_a_plan_stands_beside_its_field_and_nothing_typed_is_lost(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime, changes: Any, field: str, said: str
) -> None:
    reviewed(app_database, cycle, 0, now=now)
    values = {"starts_at": typed(now + timedelta(days=2)), "place_kk": "Зал", "place_ru": "Зал", **changes}
    page = desk.submit(desk.get(f"{SESSIONS}/plan"), values, status=422)
    assert list(page.errors) == [field]
    assert said in page.errors[field]
    if "place_kk" not in changes:
        assert page.find("input", id="place_kk").get("value") == "Зал"


def test_without_a_published_council_nothing_is_planned(
    desk: PageClient, cycle: Cycle, now: datetime
) -> None:
    values = {"starts_at": typed(now + timedelta(days=2)), "place_kk": "Зал", "place_ru": "Зал"}
    page = desk.submit(desk.get(f"{SESSIONS}/plan"), values, status=422)
    assert "The composition of the council is not published yet." in page.errors[""]


# --- the agenda -----------------------------------------------------------------------------------------------


def test_everything_ready_is_put_on_the_agenda_with_one_button(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    reviewed(app_database, cycle, 3, now=now)
    public_id = planned(app_database, cycle, now=now, fill=False)
    answer = desk.submit(
        desk.get(page_of(public_id)),
        button="Put everything that is ready on the agenda",
        follow_redirects=True,
    )
    assert "3 items are put on the agenda." in answer.visible
    assert "All motions are complete." in answer.visible
    assert gold(answer) == "Announce the session"
    assert "5 may decide, 3 needed" in answer.visible
    assert len(items_of(app_database, public_id)) == 3


def test_one_project_is_put_and_taken_off_again(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    ids = reviewed(app_database, cycle, 2, now=now)
    public_id = planned(app_database, cycle, now=now, fill=False)
    answer = desk.submit(
        desk.get(page_of(public_id)), {"project": ids[1]}, form="#put-form", follow_redirects=True
    )
    assert answer.h1 == "№ 2. Аула 2"
    assert "The project is on the agenda." in answer.visible
    page = desk.get(page_of(public_id))
    assert [option.get("value") for option in page.find("select", id="project")] == ["", ids[0]]
    [item] = items_of(app_database, public_id)
    answer = desk.post(
        f"/en/office/items/{item.public_id}/take-off", data=token_of(page), follow_redirects=True
    )
    assert "The item is taken off the agenda." in answer.visible
    assert items_of(app_database, public_id) == []


def test_nothing_chosen_and_what_is_taken_meanwhile_are_told_in_place(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    ids = reviewed(app_database, cycle, 1, now=now)
    public_id = planned(app_database, cycle, now=now, fill=False)
    page = desk.get(page_of(public_id))
    assert "Choose a project." in desk.submit(page, form="#put-form", status=422).visible
    planned(app_database, cycle, now=now)
    answer = desk.submit(page, {"project": ids[0]}, form="#put-form", status=422)
    assert "on the agenda of session 2" in answer.visible
    assert items_of(app_database, public_id) == []


def test_a_project_whose_author_appealed_may_be_put(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    with app_database.writing() as session:
        council.make_council(session, cycle, now=now, size=9)
        author = make_resident(session)
        project = projects.submit(session, author, cycle, proposal(title="Аула"), None, now=now)
        council.screen(
            session, cycle, {project.public_id: council.rejection(project, Criterion.LAND)}, now=now
        )
        appeals.file(
            session, author, project.public_id, text="Жер ортақ.", language=Language.KK, wants_hearing=False, now=now
        )  # fmt: skip
    public_id = planned(app_database, cycle, now=now, fill=False)
    page = desk.get(page_of(public_id))
    assert "the author appeals" in page.visible
    answer = desk.submit(page, {"project": project.public_id}, form="#put-form", follow_redirects=True)
    assert "Жер ортақ." in answer.visible
    assert "Uphold the appeal: admit to the vote" in answer.visible
    assert "nobody may decide it" in answer.visible


# --- time and place -------------------------------------------------------------------------------------------


def test_time_and_place_change_until_the_session_begins(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    reviewed(app_database, cycle, 1, now=now)
    public_id = planned(app_database, cycle, now=now)
    page = desk.get(f"{page_of(public_id)}/change")
    answer = desk.submit(page, {"place_kk": "Мектеп № 5"}, follow_redirects=True)
    assert "Time and place are changed." in answer.visible
    assert row_of(app_database, public_id).place_kk == "Мектеп № 5"
    with app_database.writing() as session:
        row = sessions.by_public_id(session, public_id)
        council.begin(session, row, council.members_of(session, cycle, now=now), now=now)
    late = desk.submit(desk.get(f"{page_of(public_id)}/change"), {"place_kk": "Басқа"}, status=422)
    assert "only before the session begins" in late.visible


def test_of_two_coordinators_the_second_sees_what_stands_there_and_loses_nothing(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    reviewed(app_database, cycle, 1, now=now)
    public_id = planned(app_database, cycle, now=now)
    first, second = (desk.get(f"{page_of(public_id)}/change") for _ in range(2))
    desk.submit(first, {"place_ru": "Школа № 5"}, status=303)
    told = desk.submit(second, {"place_ru": "Дом культуры"}, status=422)
    assert "Somebody else changed this meanwhile" in told.visible
    assert "Школа № 5" in told.visible
    assert told.find("input", id="place_ru").get("value") == "Дом культуры"
    assert row_of(app_database, public_id).place_ru == "Школа № 5"
    desk.submit(told, status=303)
    assert row_of(app_database, public_id).place_ru == "Дом культуры"


def test_somebody_elses_change_of_the_agenda_does_not_hinder_another_place(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    reviewed(app_database, cycle, 1, now=now)
    public_id = planned(app_database, cycle, now=now, fill=False)
    page = desk.get(f"{page_of(public_id)}/change")
    with app_database.writing() as session:
        agenda.fill(session, council.COORDINATOR, public_id, now=now)
    desk.submit(page, {"place_kk": "Мектеп"}, status=303)
    assert row_of(app_database, public_id).place_kk == "Мектеп"


# --- announced, opened, closed ----------------------------------------------------------------------------------


def test_a_session_is_announced_opened_with_those_present_and_closed(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    reviewed(app_database, cycle, 2, now=now)
    public_id = planned(app_database, cycle, now=now)
    question = desk.get(f"{page_of(public_id)}/announce")
    assert "the 2 items of its agenda" in question.visible
    answer = desk.submit(question, button="Announce the session", follow_redirects=True)
    assert gold(answer) == "Open the session"
    again = desk.submit(question, button="Announce the session", status=422)
    assert "only before the session is announced" in again.visible
    opening = desk.get(f"{page_of(public_id)}/begin")
    with app_database.reading() as session:
        ids = [one.public_id for one in members.of_cycle(session, cycle.id or 0)]
    answer = desk.submit(opening, {"present": ids[:3]}, button="Open the session", follow_redirects=True)
    assert gold(answer) == "Put 2 motions to the vote"
    assert "3 of 5 there, 3 needed" in answer.visible
    page = desk.get(f"{page_of(public_id)}/attendance")
    checked = [
        box.get("value") for box in page.find_all("input", name="present") if box.get("checked") is not None
    ]
    assert checked == ids[:3]
    answer = desk.submit(page, {"present": ids[:2]}, follow_redirects=True)
    assert "2 of 5 there, 3 needed" in answer.visible
    assert "2 motions can't be put to the vote as they stand" in answer.visible
    assert gold(answer) == "Close the session"
    closing = desk.get(f"{page_of(public_id)}/close")
    assert "2 items were not put to the vote." in closing.visible
    answer = desk.submit(closing, button="Close the session", follow_redirects=True)
    assert gold(answer) == "Make the protocol"
    assert "Closed, not published" in answer.visible
    with app_database.reading() as session:
        kept = session.exec(select(Attendance)).all()
    assert [line.left_at is None for line in kept].count(True) == 2


def test_an_empty_agenda_is_not_announced(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    reviewed(app_database, cycle, 0, now=now)
    public_id = planned(app_database, cycle, now=now, fill=False)
    assert "Nothing is ready for the agenda yet" in desk.get(page_of(public_id)).visible
    page = desk.submit(desk.get(f"{page_of(public_id)}/announce"), button="Announce the session", status=422)
    assert "The agenda is empty." in page.visible


def test_a_member_who_left_the_council_meanwhile_is_told_and_nothing_is_noted(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    reviewed(app_database, cycle, 1, now=now, size=7)
    public_id = planned(app_database, cycle, now=now)
    with app_database.writing() as session:
        sessions.announce(session, council.COORDINATOR, public_id, now=now)
        last = members.of_cycle(session, cycle.id or 0)[-1].public_id
    page = desk.get(f"{page_of(public_id)}/begin")
    with app_database.writing() as session:
        members.dismiss(
            session, council.COORDINATOR, last, reason="Өз өтініші", now=now - timedelta(minutes=1)
        )
    told = desk.submit(page, {"present": [last]}, status=422)
    assert "The composition of the council changed meanwhile." in told.visible
    assert row_of(app_database, public_id).opened_at is None


# --- many items --------------------------------------------------------------------------------------------------


def test_sixty_eight_items_take_no_more_statements_than_three(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    reviewed(app_database, cycle, 3, now=now)
    public_id = planned(app_database, cycle, now=now)
    few = statements(desk, app_database, page_of(public_id))
    with app_database.writing() as session:
        [first] = session.exec(select(Project).where(Project.number == 1)).all()
        row = sessions.by_public_id(session, public_id)
        for project in submit(session, cycle, *(f"Аула {number}" for number in range(65)), now=now):
            agenda._put(session, row, project, council.admission())
        five = council.members_of(session, cycle, now=now)
        members.declare(session, five[0].actor, cycle, {first.public_id: ConflictKind.OWN}, now=now)
        council.begin(session, row, five, now=now)
    many = statements(desk, app_database, page_of(public_id))
    assert len(few) <= 6
    assert len(many) <= 6
    page = desk.get(page_of(public_id))
    assert "68 items" in page.visible
    assert "Stand aside: Мүше 1 (own project)" in page.visible
    assert "4 of 4 there, 3 needed" in page.visible
    assert gold(page) == "Put 68 motions to the vote"
    assert len(page.data) < 150_000


def statements(desk: PageClient, database: Database, path: str) -> list[str]:
    desk.get(path)
    with counted(database.engine) as found:
        desk.get(path)
    return found


def test_a_part_of_the_agenda_is_shown_by_its_state(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    reviewed(app_database, cycle, 2, now=now)
    public_id = planned(app_database, cycle, now=now)
    with app_database.writing() as session:
        row = sessions.by_public_id(session, public_id)
        item, project = agenda.items_of(session, row)[0], session.exec(select(Project)).first()
        assert project is not None
        motion = council.rejection(project, reason_ru="")
        agenda.change_motion(
            session, council.COORDINATOR, item.public_id, motion, revision=row.revision, now=now
        )
    page = desk.get(page_of(public_id))
    assert "1 motion is to finish." in page.visible
    assert "To finish (1)" in page.visible
    [table] = desk.get(page_of(public_id, show="incomplete")).find_all("table")
    assert "Аула 1" in "".join(table.itertext())
    assert "Аула 2" not in "".join(table.itertext())
    assert "Nothing in this part of the agenda." in desk.get(page_of(public_id, show="voting")).visible


# --- languages, foreign objects ------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_every_page_speaks_every_language(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime, language: str
) -> None:
    reviewed(app_database, cycle, 2, now=now)
    public_id = planned(app_database, cycle, now=now)
    base, own = f"/{language}/office/cycles/{SLUG}/sessions", f"/{language}/office/sessions/{public_id}"
    for path in (base, f"{base}/plan", own, f"{own}/change", f"{own}/announce"):
        desk.get(path)
    desk.submit(desk.get(f"{base}/plan"), {"place_kk": ""}, status=422)
    with app_database.writing() as session:
        row = sessions.by_public_id(session, public_id)
        council.begin(session, row, council.members_of(session, cycle, now=now), now=now)
    for path in (own, f"{own}/attendance", f"{own}/close", f"{own}/begin"):
        desk.get(path)


def test_foreign_sessions_are_not_found(desk: PageClient, cycle: Cycle) -> None:
    for path in ("", "/change", "/announce", "/begin", "/attendance", "/close", "/protocol", "/publish"):
        desk.get(f"/en/office/sessions/0000000000{path}", status=404)
    token = token_of(desk.get(f"{SESSIONS}/plan"))
    for path in ("/fill", "/put", "/open-votes", "/close-votes"):
        data = {**token, "project": "x", "item": "x"}
        desk.post(f"/en/office/sessions/0000000000{path}", data=data, status=404)
    desk.post("/en/office/items/0000000000/take-off", data=token, status=404)
