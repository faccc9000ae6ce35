"""Winners and the reserve at the coordinator's desk: the order, who waits, a winner that falls out, for ever."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlmodel import select

from budget import works
from models.confirmation import ReserveUse
from models.cycle import Cycle
from models.database import Database
from models.enums import Language, SessionKind, WorksStatus
from models.project import Project
from models.works import Works
from tests.harness import council
from tests.harness.application import Clock, MakeApp
from tests.harness.client import PageClient
from tests.harness.counting import AFTER
from tests.harness.deciding import counted_vote
from tests.harness.elections import Election
from tests.harness.projects import make_district
from tests.harness.voting import make_keyring

SLUG = "2027"
PAGE = f"/en/office/cycles/{SLUG}"
REASONS = {"reason_kk": "Жер дауы", "reason_ru": "Спор о земле", "document": "№ 45 бұйрық, 12.05.2027"}


@pytest.fixture
def app(make_app: MakeApp, database_url: str) -> Flask:
    """The application over each database."""
    return make_app(database_url)


@pytest.fixture
def made(app_database: Database, now: datetime, clock: Clock, tmp_path: Path) -> Election:
    """A published count: three of four projects won, the fourth did not fit."""
    with app_database.writing() as session:
        make_district(session)
        found = counted_vote(session, make_keyring(tmp_path), now, 5, 3, 2, 1, slug=SLUG)
    clock.instant = now + AFTER
    return found


@pytest.fixture
def confirmed(app_database: Database, made: Election, clock: Clock) -> Election:
    """The same, confirmed by the council."""
    with app_database.writing() as session:
        cycle = session.get_one(Cycle, made.cycle.id)
        council.make_council(session, cycle, now=clock.instant)
        council.confirm_results(session, cycle, now=clock.instant)
    return made


def fall_out(made: Election, place: int, language: str = "en") -> str:
    return f"/{language}/office/projects/{made.projects[place].public_id}/fall-out"


def status_of(database: Database, project: Project) -> WorksStatus | None:
    with database.reading() as session:
        row = session.get(Works, project.id)
        return row.status if row is not None else None


def test_before_the_second_session_the_desk_leads_to_it(
    desk: PageClient, app_database: Database, made: Election, clock: Clock
) -> None:
    page = desk.get(PAGE)
    assert "Now the council confirms them in its second session." in page.visible
    assert f"{PAGE}/sessions/plan" in page.links
    assert "has not confirmed the results yet" in desk.get(f"{PAGE}/reserve").visible
    assert "works are planned when the council has confirmed" in desk.get(f"{PAGE}/works").visible
    with app_database.writing() as session:
        cycle = session.get_one(Cycle, made.cycle.id)
        council.make_council(session, cycle, now=clock.instant)
        row = council.plan_session(session, cycle, SessionKind.DECISION, now=clock.instant)
    page = desk.get(PAGE)
    assert "The council confirms the results in session 1." in page.visible
    assert f"/en/office/sessions/{row.public_id}" in page.links
    assert desk.get(f"{PAGE}/sessions/plan").find_all("input", value="decision")[0].get("checked") is not None


def test_winners_stand_in_their_order_and_the_reserve_with_its_money(
    desk: PageClient, confirmed: Election
) -> None:
    page = desk.get(f"{PAGE}/reserve")
    assert "1. № 1 Yard 1" in page.visible
    assert "1 project waits" in page.visible
    assert "no, 2\u00a0000\u00a0000\u00a0₸ are missing" in page.visible
    assert "No winner has fallen out." in page.visible
    assert f"{PAGE}/reserve" in desk.get(PAGE).links
    assert "0 of 3 completed" in desk.get(PAGE).visible


def test_a_winner_falls_out_and_the_next_one_comes_in_for_ever(
    desk: PageClient, app_database: Database, confirmed: Election
) -> None:
    page = desk.get(fall_out(confirmed, 1))
    assert "From the reserve comes in: № 4 Yard 4" in page.visible
    answer = desk.submit(page, REASONS, follow_redirects=True)
    assert "Project № 2 fell out, project № 4 comes in: Yard 4." in answer.visible
    assert "came in from the reserve" in answer.visible
    assert "№ 45 бұйрық, 12.05.2027" in answer.visible
    assert "Жер дауы" in answer.visible
    assert status_of(app_database, confirmed.projects[1]) is WorksStatus.CANCELLED
    assert status_of(app_database, confirmed.projects[3]) is WorksStatus.PLANNED
    works_page = desk.get(f"{PAGE}/works")
    assert "Yard 4" in works_page.visible
    assert "0 of 3 completed" in desk.get(PAGE).visible
    again = desk.submit(page, REASONS, status=422)
    assert "only once" in again.visible
    with app_database.reading() as session:
        assert len(session.exec(select(ReserveUse)).all()) == 1


def test_when_the_money_suffices_for_nobody_the_page_says_so(
    desk: PageClient, app_database: Database, confirmed: Election
) -> None:
    desk.submit(desk.get(fall_out(confirmed, 0)), REASONS, status=303)
    page = desk.get(fall_out(confirmed, 1))
    assert "Nobody comes in" in page.visible
    answer = desk.submit(page, REASONS, follow_redirects=True)
    assert "Nobody on the reserve list can be paid." in answer.visible
    assert "nobody, the money suffices for none" in answer.visible


@pytest.mark.parametrize("missing", list(REASONS))
def test_reasons_and_document_are_asked_for_and_the_rest_is_kept(
    desk: PageClient, app_database: Database, confirmed: Election, missing: str
) -> None:
    page = desk.submit(desk.get(fall_out(confirmed, 0)), {**REASONS, missing: " "}, status=422)
    assert list(page.errors) == [missing]
    kept = next(name for name in REASONS if name != missing and name != "document")
    assert page.find("textarea", id=kept).text.strip() == REASONS[kept]
    assert status_of(app_database, confirmed.projects[0]) is WorksStatus.PLANNED


def test_completed_works_do_not_fall_out(
    desk: PageClient, app_database: Database, confirmed: Election, clock: Clock
) -> None:
    with app_database.writing() as session:
        project = session.get_one(Project, confirmed.projects[0].id)
        works.set_status(
            session, council.COORDINATOR, project, WorksStatus.COMPLETED, reason="", language=Language.KK,
            now=clock.instant,
        )  # fmt: skip
    page = desk.get(fall_out(confirmed, 0))
    assert "nothing can be recorded here" in page.visible
    token = desk.get(fall_out(confirmed, 1)).find_all("input", name="csrf_token")[0].get("value")
    told = desk.post(fall_out(confirmed, 0), data={"csrf_token": token, **REASONS}, status=422)
    assert "Only a project that is to be built can fall out" in told.visible


def test_a_project_that_is_not_built_has_no_such_page(desk: PageClient, confirmed: Election) -> None:
    desk.get(fall_out(confirmed, 3), status=404)
    desk.get("/en/office/projects/0000000000/fall-out", status=404)
    desk.get("/en/office/cycles/nowhere/reserve", status=404)


def test_a_departure_that_wins_is_built_and_listed_among_the_works(
    desk: PageClient, app_database: Database, made: Election, clock: Clock
) -> None:
    from budget.council import agenda

    at = clock.instant
    with app_database.writing() as session:
        cycle = session.get_one(Cycle, made.cycle.id)
        council.make_council(session, cycle, now=at)
        row = council.plan_session(session, cycle, SessionKind.DECISION, now=at)
        agenda.fill(session, council.COORDINATOR, row.public_id, now=at)
        lost = agenda.items_of(session, row)[1]
        for item_id, wins in ((lost.public_id, False),):
            word = council.motions.Word(wins=wins, reason_kk="Жер дауы", reason_ru="Спор о земле")
            agenda.change_word(session, council.COORDINATOR, item_id, word, revision=row.revision, now=at)
        put = agenda.put(session, council.COORDINATOR, row.public_id, made.projects[3].public_id, now=at)
        word = council.motions.Word(wins=True, reason_kk="Ақша жетеді", reason_ru="Денег хватает")
        agenda.change_word(session, council.COORDINATOR, put.public_id, word, revision=row.revision, now=at)
        council.hold(session, row, council.members_of(session, cycle, now=at), now=at)
    page = desk.get(f"{PAGE}/reserve")
    assert "departure from the count" in page.visible
    assert "3. № 4 Yard 4" in page.visible
    assert "Yard 4" in desk.get(f"{PAGE}/works").visible


def test_too_early_or_too_late_is_refused_on_the_page(
    desk: PageClient, confirmed: Election, clock: Clock, now: datetime
) -> None:
    page = desk.get(fall_out(confirmed, 0))
    clock.instant = now - timedelta(days=1)
    told = desk.submit(page, REASONS, status=422)
    assert told.errors[""]


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_every_page_speaks_every_language(desk: PageClient, confirmed: Election, language: str) -> None:
    own = f"/{language}/office/cycles/{SLUG}/reserve"
    desk.get(own)
    page = desk.get(fall_out(confirmed, 0, language))
    desk.submit(page, {}, status=422)
    desk.submit(page, REASONS, status=303)
    desk.get(own)
    desk.get(fall_out(confirmed, 0, language))
