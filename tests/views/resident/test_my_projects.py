"""A resident follows, corrects and withdraws a project, and sees on the own page what happens next."""

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from sqlmodel import Session, col, delete, update

from budget import projects
from budget.council import returns
from budget.permissions import Actor
from models.cycle import Cycle
from models.database import Database
from models.enums import Language, Phase, ProjectPart, ProjectState, ScreeningOutcome, WorksStatus
from models.project import Project
from models.works import Works
from tests.harness import council
from tests.harness.client import PageClient
from tests.harness.projects import make_resident, photo_file, proposal, sign_in, stored_projects
from tests.harness.second_session import decided

Enter = Callable[..., Cycle]


def returned(database: Database, author: Actor, cycle: Cycle, now: datetime, **changes: Any) -> Project:
    with database.writing() as session:
        council.make_council(session, cycle, now=now)
        project = projects.submit(session, author, cycle, proposal(**changes), None, now=now)
        send_back(session, project, now)
    return project


def send_back(session: Session, project: Project, now: datetime) -> None:
    remarks = {ProjectPart.WHOLE: "Уточните границы.", ProjectPart.PHOTO: "Приложите фото."}
    returns.send_back(session, council.COORDINATOR, project.public_id, remarks, language=Language.RU, now=now)


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_my_page_without_projects_offers_what_can_be_done(
    client: PageClient, enter: Enter, lang: str
) -> None:
    cycle = enter()
    page = client.get(f"/{lang}/my")
    assert f"/{lang}/cycles/{cycle.slug}/submit" in page.links


def test_my_page_leads_to_the_ballot_while_voting(
    client: PageClient, enter: Enter, app_database: Database
) -> None:
    cycle = enter(Phase.VOTING)
    with app_database.writing() as session:
        row = session.get_one(Cycle, cycle.id)
        row.frozen_at, row.frozen_hash = row.created_at, "0" * 64
    assert f"/en/cycles/{cycle.slug}/ballot" in client.get("/en/my").links


def test_a_returned_project_shows_the_remarks_and_is_corrected(
    client: PageClient, enter: Enter, app_database: Database, author: Actor, now: datetime
) -> None:
    project = returned(app_database, author, enter(), now)
    mine = client.get("/kk/my")
    assert "Уточните границы." in mine.visible
    assert "Приложите фото." in mine.visible
    assert f"/kk/my/projects/{project.public_id}/edit" in mine.links
    page = client.get(f"/kk/my/projects/{project.public_id}/edit")
    assert "Приложите фото." in page.visible
    assert page.find("input", name="title").get("value") == proposal().title
    assert page.find("input", name="addresses-1-house").get("value") == "7/1"
    assert page.find("input", name="estimate_tenge").get("value") == "14\u00a0850\u00a0000"
    refused = client.submit(page, {"addresses-0-house": ""}, status=422)
    assert list(refused.errors) == ["addresses-0-house"]
    done = client.submit(refused, {"addresses-0-house": "40"}, follow_redirects=True)
    assert done.request.path == "/kk/my"
    assert stored_projects(app_database)[0].state is ProjectState.SUBMITTED
    with app_database.reading() as session:
        rows = projects.addresses_of(session, project.id)
        assert [row.house for row in rows] == ["40", "7/1"]


def test_a_correction_stays_in_the_language_of_the_text_whatever_the_page(
    client: PageClient, enter: Enter, app_database: Database, author: Actor, now: datetime
) -> None:
    project = returned(app_database, author, enter(), now)
    page = client.get(f"/en/my/projects/{project.public_id}/edit")
    assert "The language of your text: Kazakh." in page.visible
    assert page.find("input", name="title").get("lang") == "kk"
    client.submit(page, {"title": "Жөнделген атау"})
    kept = stored_projects(app_database)[0]
    assert (kept.language, kept.title_kk, kept.title_en) == (Language.KK, "Жөнделген атау", None)


def test_the_photo_of_a_returned_project_is_changed_or_removed(
    client: PageClient, enter: Enter, app_database: Database, author: Actor, now: datetime
) -> None:
    project = returned(app_database, author, enter(), now)
    edit = f"/en/my/projects/{project.public_id}/edit"
    page = client.get(edit)
    assert page.find_all("input", name="remove_photo") == []
    client.submit(page, {"photo": (BytesIO(photo_file()), "a.png")}, follow_redirects=True)
    with app_database.writing() as session:
        assert projects.photo_of(session, project.id) is not None
        send_back(session, session.get_one(Project, project.id), now)
    client.submit(client.get(edit), {"remove_photo": "y"}, follow_redirects=True)
    with app_database.reading() as session:
        assert projects.photo_of(session, project.id) is None


def test_only_a_returned_project_can_be_corrected(
    client: PageClient, enter: Enter, app_database: Database, author: Actor, now: datetime
) -> None:
    project = returned(app_database, author, enter(), now)
    edit = f"/en/my/projects/{project.public_id}/edit"
    page = client.get(edit)
    client.submit(page)
    again = client.submit(page, status=422)
    assert "This can't be done any more." in again.errors[""]
    told = client.get(edit, follow_redirects=True)
    assert told.request.path == "/en/my"
    assert "This can't be done any more." in told.visible


def test_a_project_is_withdrawn_after_one_more_question(
    client: PageClient, enter: Enter, app_database: Database, author: Actor, now: datetime
) -> None:
    project = returned(app_database, author, enter(), now)
    withdraw = f"/en/my/projects/{project.public_id}/withdraw"
    question = client.get(withdraw)
    assert question.h1 == "Withdraw your project?"
    assert stored_projects(app_database)[0].state is ProjectState.RETURNED, "looking changes nothing"
    done = client.submit(question, follow_redirects=True)
    assert "Your project is withdrawn." in done.visible
    assert stored_projects(app_database)[0].state is ProjectState.WITHDRAWN
    assert withdraw not in done.links
    assert "This can't be done any more." in client.submit(question, follow_redirects=True).visible


@pytest.mark.parametrize("act", ["edit", "withdraw", "submitted"])
def test_the_project_of_somebody_else_is_not_found(
    client: PageClient, enter: Enter, app_database: Database, author: Actor, now: datetime,
    monkeypatch: pytest.MonkeyPatch, act: str,
) -> None:  # fmt: skip
    project = returned(app_database, author, enter(), now)
    with app_database.writing() as session:
        stranger = make_resident(session)
    sign_in(monkeypatch, stranger)
    client.get(f"/kk/my/projects/{project.public_id}/{act}", status=404)
    client.get(f"/kk/my/projects/nosuchproj/{act}", status=404)
    assert proposal().title not in client.get("/kk/my").visible


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        (ScreeningOutcome.ADMITTED, "It goes to the vote"),
        (ScreeningOutcome.REJECTED, "It does not go to the vote."),
    ],
)
def test_my_page_says_in_words_what_happens_next(
    client: PageClient, enter: Enter, app_database: Database, author: Actor, now: datetime,
    outcome: ScreeningOutcome, sentence: str,
) -> None:  # fmt: skip
    cycle = enter()
    with app_database.writing() as session:
        project = projects.submit(session, author, cycle, proposal(), None, now=now)
    assert "You get the answer here before" in client.get("/en/my").visible
    is_in = outcome is ScreeningOutcome.ADMITTED
    with app_database.writing() as session:
        said = council.admission() if is_in else council.rejection(project, reason_kk="Жеке меншік.")
        council.screen(session, cycle, {project.public_id: said}, now=now)
    page = client.get("/en/my")
    assert sentence in page.visible
    assert ("Жеке меншік." in page.visible) is (not is_in)


def test_who_was_left_out_or_fell_out_reads_so_on_the_own_page(
    client: PageClient, app_database: Database, author: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app_database.writing() as session:
        _, rows = decided(session, now)
        mine = [row.id for row in rows[:2]]
        session.exec(update(Project).where(col(Project.id).in_(mine)).values(author_id=author.id))
        session.exec(delete(Works).where(col(Works.project_id) == mine[0]))
        gone = {"status": WorksStatus.CANCELLED, "reason": "Тұрғындар бас тартты."}
        session.exec(update(Works).where(col(Works.project_id) == mine[1]).values(**gone))
    sign_in(monkeypatch, author)
    page = client.get("/en/my")
    assert "It won the vote, and the council left it out." in page.visible
    assert "It fell out of the winners and will not be built." in page.visible
    assert [one.text for one in page.find_all("span", class_="pb-tag")] == [
        "Will not be built",
        "Left out by the council",
    ]
