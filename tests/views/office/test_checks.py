"""The formal check: ticked in one go or read one by one, sent back with remarks, assigned evenly."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from budget import projects
from budget.addresses import Address
from budget.council import formal, members, mergers, returns
from models.database import Database
from models.enums import ConflictKind, Language, ProjectPart, ProjectState
from models.screening import Correction, CorrectionRemark, FormalCheck, Review
from tests.harness import council
from tests.harness.application import Clock
from tests.harness.client import PageClient
from tests.harness.council_desk import PAGE, Desk, make_desk
from tests.harness.pages import text_of
from tests.harness.projects import proposal
from tests.harness.queries import counted

CHECKS = f"{PAGE}/checks"
COORDINATOR = council.COORDINATOR
TICKED = "The ticked ones are complete"


@pytest.fixture
def app(make_app: Callable[..., Flask], database_url: str) -> Flask:
    return make_app(database_url)


@pytest.fixture
def world(desk: PageClient, app_database: Database, now: datetime) -> Desk:
    return make_desk(app_database, now)


def of(world: Desk, place: int, act: str = "check") -> str:
    return f"/en/office/projects/{world.projects[place]}/{act}"


def pass_all(world: Desk, *places: int) -> None:
    wanted = [world.projects[place] for place in places] or world.projects
    world.do(lambda s, c: formal.pass_all(s, COORDINATOR, c, wanted, now=world.now))


def send_back(world: Desk, place: int, *, at: datetime | None = None) -> None:
    remarks = {ProjectPart.ESTIMATE: "Сметаны түзетіңіз."}
    world.do(
        lambda s, _: returns.send_back(
            s, COORDINATOR, world.projects[place], remarks, language=Language.KK, now=at or world.now
        )
    )


# --- many at once --------------------------------------------------------------------------------


def test_many_are_found_complete_in_one_form(desk: PageClient, world: Desk) -> None:
    page = desk.get(CHECKS)
    assert "3 applications wait." in page.visible
    assert "Есенберлин к-сі, 38; Есенберлин к-сі, 7/1 · Area koktal-1" in page.visible
    assert "without a photo · 64 characters" in page.visible
    assert "14\u00a0850\u00a0000\u00a0₸" in page.visible
    ticks = [f"{world.projects[place]}:1" for place in (0, 2)]
    answer = desk.submit(page, {"projects": ticks}, button=TICKED, follow_redirects=True)
    assert "2 applications are complete." in answer.visible
    assert "1 application waits." in answer.visible
    assert [row.is_complete for row in world.rows(FormalCheck)] == [True, True]
    assert world.acts()[-2:] == ["screening.formal_check"] * 2
    for language in ("kk", "ru"):
        desk.get(CHECKS.replace("/en/", f"/{language}/"))


def test_nothing_ticked_is_said_above_the_list(desk: PageClient, world: Desk) -> None:
    answer = desk.submit(desk.get(CHECKS), button=TICKED, status=422)
    assert answer.errors == {"projects": "Tick at least one application."}
    forged = desk.submit(desk.get(CHECKS), extra={"projects": ["nobody:1", "x"]}, follow_redirects=True)
    assert "2 applications changed or were checked meanwhile." in forged.visible
    assert world.rows(FormalCheck) == []


def test_what_changed_or_went_meanwhile_is_not_passed_unread(desk: PageClient, world: Desk) -> None:
    page = desk.get(CHECKS)
    merger = world.do(
        lambda s, _: mergers.propose(
            s, COORDINATOR, *world.projects[:2], note_kk="Бір аула.", note_ru="Один двор.", now=world.now
        )
    )
    for author in world.authors[:2]:
        world.do(lambda s, _, a=author: mergers.answer(s, a, merger.public_id, agrees=True, now=world.now))
    ticks = [f"{one}:1" for one in world.projects]
    answer = desk.submit(page, {"projects": ticks}, button=TICKED, follow_redirects=True)
    assert "1 application is complete." in answer.visible
    assert "2 applications changed or were checked meanwhile." in answer.visible
    assert "corrected: version 2" in answer.visible
    assert [row.project_id for row in world.rows(FormalCheck)] == [world.project(2).id]


def test_ticks_stay_when_the_time_is_over(desk: PageClient, world: Desk, clock: Clock) -> None:
    page = desk.get(CHECKS)
    clock.instant += timedelta(days=6)
    ticks = [f"{world.projects[1]}:1"]
    answer = desk.submit(page, {"projects": ticks}, button=TICKED, status=422)
    assert list(answer.errors) == [""]
    assert "are not checked or reviewed now" in answer.visible
    assert not answer.main.findall(".//form")
    assert world.rows(FormalCheck) == []


def test_before_the_composition_is_published_nothing_is_checked(
    desk: PageClient, app_database: Database, now: datetime
) -> None:
    world = make_desk(app_database, now, size=0)
    page = desk.get(CHECKS)
    assert "not published yet" in page.visible
    assert not page.main.findall(".//form")
    check = desk.get(of(world, 0))
    assert "It can't be checked now." in check.visible
    ask = desk.get(f"{PAGE}/assign")
    assert not ask.main.findall(".//form")


def test_the_list_asks_the_same_of_the_database_however_long_it_is(
    desk: PageClient, app_database: Database, now: datetime
) -> None:
    world = make_desk(app_database, now, projects_=12)
    pass_all(world, 0, 1)
    send_back(world, 2)
    desk.get(CHECKS)
    with counted(app_database.engine) as statements:
        desk.get(CHECKS)
    assert len(statements) <= 6, [one[:90] for one in statements]


# --- one in full ---------------------------------------------------------------------------------


def test_one_is_read_in_full_and_the_next_follows(desk: PageClient, world: Desk) -> None:
    page = desk.get(of(world, 0))
    assert page.h1 == "Есенберлин 38: балалар алаңы мен жарық"
    assert "Ауладағы ескі алаңды" in page.visible
    assert "20\u00a0000\u00a0000\u00a0₸" in page.visible
    answer = desk.submit(page, button="The application is complete", follow_redirects=True)
    assert answer.request.path == of(world, 1)
    answer = desk.submit(desk.get(of(world, 2)), button="The application is complete", follow_redirects=True)
    assert answer.request.path == of(world, 1)
    answer = desk.submit(answer, button="The application is complete", follow_redirects=True)
    assert answer.request.path == CHECKS
    assert "Every application was looked at." in answer.visible
    assert "This text was found complete." in desk.get(of(world, 0)).visible
    for language in ("kk", "ru"):
        desk.get(of(world, 0).replace("/en/", f"/{language}/"))


def test_a_corrected_one_shows_what_was_asked_and_what_changed(desk: PageClient, world: Desk) -> None:
    send_back(world, 0, at=world.now - timedelta(days=2))
    again = proposal(title="Жаңа атау", addresses=(Address("Абай даңғ.", "8"),))
    world.do(
        lambda s, _: projects.correct(s, world.authors[0], world.projects[0], again, None, now=world.now)
    )
    page = desk.get(of(world, 0))
    assert "Сметаны түзетіңіз." in page.visible
    assert "Changed since the version before: Title, Addresses." in page.visible
    stale = desk.submit(page, extra={"version": "1"}, follow_redirects=True)
    assert "1 application changed or was checked meanwhile." in stale.visible
    assert not any(row.is_complete for row in world.rows(FormalCheck))
    desk.submit(page, status=303)
    assert [row.version for row in world.rows(FormalCheck) if row.is_complete] == [2]


def test_unknown_projects_are_not_there(desk: PageClient, world: Desk) -> None:
    for act in ("check", "send-back", "forward"):
        desk.get(f"/en/office/projects/0000000000/{act}", status=404)
    for page in ("checks", "assign", "mergers", "mergers/propose", "appeals", "criteria"):
        desk.get(f"/en/office/cycles/nowhere/{page}", status=404)


# --- back to the author --------------------------------------------------------------------------


def test_a_project_goes_back_with_remarks_and_its_deadline_is_told_before(
    desk: PageClient, world: Desk
) -> None:
    page = desk.get(of(world, 1, "send-back"))
    assert "The author has 5 working days: until 9\u00a0March 2027, 24:00, Astana time." in page.visible
    chosen = [
        one.get("value") for one in page.find_all("input", name="language") if one.get("checked") is not None
    ]
    assert chosen == ["kk"]
    values = {"estimate": "Сметаны түзетіңіз.", "photo": "Ауланың суретін қосыңыз."}
    answer = desk.submit(page, values, button="Send it back", follow_redirects=True)
    assert "Project 2 is with its author." in answer.visible
    assert "1 project to be corrected" in answer.visible
    assert world.project(1).state is ProjectState.RETURNED
    told = {row.part: row.text for row in world.rows(CorrectionRemark)}
    assert told == {ProjectPart.ESTIMATE: values["estimate"], ProjectPart.PHOTO: values["photo"]}
    assert [row.is_complete for row in world.rows(FormalCheck)] == [False]
    assert world.acts()[-2:] == ["screening.returned", "screening.formal_check"]
    again = desk.get(of(world, 1, "send-back"), follow_redirects=True)
    assert again.request.path == of(world, 1)
    for language in ("kk", "ru"):
        desk.get(of(world, 0, "send-back").replace("/en/", f"/{language}/"))


def test_a_return_without_remarks_is_refused_beside_the_field(desk: PageClient, world: Desk) -> None:
    page = desk.get(of(world, 0, "send-back"))
    answer = desk.submit(page, {"language": "ru", "title": "   "}, status=422)
    assert list(answer.errors) == ["whole"]
    assert [
        one.get("value")
        for one in answer.find_all("input", name="language")
        if one.get("checked") is not None
    ] == ["ru"]
    answer = desk.submit(page, {"title": "ә" * 1001, "whole": "Толықтырыңыз"}, status=422)
    assert list(answer.errors) == ["title"]
    assert "Толықтырыңыз" in text_of(answer.find("textarea", id="whole"))
    assert world.rows(Correction) == []


def test_a_return_of_a_project_that_is_put_to_the_vote_is_refused_with_everything_kept(
    desk: PageClient, world: Desk, app_database: Database
) -> None:
    page = desk.get(of(world, 0, "send-back"))
    with app_database.writing() as session:
        cycle, project = world.cycle(), world.project(0)
        council.review(session, cycle, project, now=world.now)
        held = council.plan_session(session, cycle, now=world.now)
        council.agenda.fill(session, COORDINATOR, held.public_id, now=world.now)
        council.begin(session, held, world.members, now=world.now)
        council.votes.open_items(session, COORDINATOR, held.public_id, now=world.now)
    answer = desk.submit(page, {"whole": "Толықтырыңыз"}, status=422)
    assert list(answer.errors) == [""]
    assert "session 1" in answer.errors[""]
    assert "Толықтырыңыз" in text_of(answer.find("textarea", id="whole"))


def test_remarks_are_kept_when_the_author_took_the_project_back_meanwhile(
    desk: PageClient, world: Desk
) -> None:
    page = desk.get(of(world, 0, "send-back"))
    world.do(lambda s, _: projects.withdraw(s, world.authors[0], world.projects[0], now=world.now))
    answer = desk.submit(page, {"whole": "Толықтырыңыз"}, status=422)
    assert "withdrawn by the author" in answer.errors[""]
    assert "Толықтырыңыз" in text_of(answer.find("textarea", id="whole"))


def test_authors_are_listed_with_deadline_and_reminder_and_late_ones_in_red(
    desk: PageClient, world: Desk, clock: Clock
) -> None:
    send_back(world, 0, at=world.now - timedelta(days=7))
    send_back(world, 1)
    page = desk.get(CHECKS)
    assert "2 projects to be corrected" in page.visible
    assert page.visible.count("not yet") == 2
    assert not page.find_all("span", class_="pb-tag--late")
    world.do(lambda s, _: returns.remind_due(s, now=world.now))
    clock.instant += timedelta(days=1)
    page = desk.get(CHECKS)
    assert [text_of(one) for one in page.find_all("span", class_="pb-tag--late")] == ["overdue"]
    assert page.visible.count("not yet") == 1
    assert "1 overdue" in desk.get(f"{PAGE}/council").visible


# --- reviewers -----------------------------------------------------------------------------------


def test_assigning_says_before_how_many_each_member_will_have(desk: PageClient, world: Desk) -> None:
    pass_all(world)
    listed = desk.get(CHECKS)
    assert "3 complete applications have fewer than 2 reviewers:" in listed.visible
    assert f"{PAGE}/assign" in listed.links
    page = desk.get(f"{PAGE}/assign")
    assert "3 projects get their reviewers, 2 each." in page.visible
    rows = page.find_all("tbody")[0].findall("./tr")
    assert sum(int(text_of(row.findall("./td")[2])) for row in rows) == 6
    answer = desk.submit(page, button="Assign 3 projects to reviewers", follow_redirects=True)
    assert "6 reviews are assigned." in answer.visible
    assert "All 3 complete applications have their reviewers." in answer.visible
    assert len(world.rows(Review)) == 6
    assert world.acts()[-1] == "screening.assign"
    told = desk.get(f"{PAGE}/assign")
    assert "There is nobody to add" in told.visible
    assert not told.main.findall(".//form")
    for language in ("kk", "ru"):
        desk.get(f"{PAGE}/assign".replace("/en/", f"/{language}/"))


def test_projects_short_of_reviewers_are_named_with_what_to_do(desk: PageClient, world: Desk) -> None:
    aside: dict[str, Any] = {world.projects[0]: ConflictKind.EMPLOYER}
    for member in world.members[:4]:
        world.do(lambda s, c, m=member: members.declare(s, m.actor, c, aside, now=world.now))
    pass_all(world)
    page = desk.get(f"{PAGE}/assign")
    assert "This project will have fewer than 2 reviewers: № 1." in page.visible
    assert f"{PAGE}/council/appoint" in page.links
    answer = desk.submit(page, follow_redirects=True)
    assert "Fewer than 2 reviewers: projects 1." in answer.visible
    assert "1 complete application has fewer than 2 reviewers:" in answer.visible


def test_after_the_time_of_the_council_nothing_is_assigned(
    desk: PageClient, world: Desk, clock: Clock
) -> None:
    pass_all(world)
    page = desk.get(f"{PAGE}/assign")
    clock.instant += timedelta(days=6)
    answer = desk.submit(page, status=422)
    assert list(answer.errors) == [""]
    assert world.rows(Review) == []
