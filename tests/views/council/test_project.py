"""One project on one page for a member: everything about it, and who may only read."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from budget import projects
from budget.council import appeals, criteria, members, mergers, returns, reviews
from budget.council.criteria import Body, Clause
from budget.settings import Text
from models.cycle import Cycle
from models.database import Database
from models.enums import Answer, ConflictKind, Criterion, Language, ProjectPart, ProjectState
from models.project import Project
from models.screening import Review
from tests.harness import council
from tests.harness.client import PageClient
from tests.harness.council import COORDINATOR
from tests.harness.member_pages import (
    FULL,
    MEETS,
    Sitting,
    chosen,
    others_conclude,
    path_of,
)
from tests.harness.pages import text_of
from tests.harness.projects import proposal, sign_in
from tests.harness.queries import counted

Sit = Callable[..., Sitting]
FORM = {"form": "#conclusion-form"}


# --- reading ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_everything_about_a_project_stands_on_one_page(client: PageClient, sit: Sit, lang: str) -> None:
    world = sit()
    page = client.get(path_of(world.projects[0], lang))
    assert page.h1 == proposal().title
    for words in (
        proposal().description,
        "Есенберлин к-сі, 7/1",
        "14\u00a0850\u00a0000\u00a0₸",
        "20\u00a0000\u00a0000\u00a0₸",
    ):
        assert words in page.visible
    assert page.find("input", name="admitted_tenge").get("value") == "14\u00a0850\u00a0000"
    for criterion in Criterion:
        assert len(page.find_all("input", name=str(criterion))) == 3
    assert page.find("p", class_="pb-actions").find("a").get("href") == path_of(world.projects[1], lang)


def test_a_criterion_has_its_clause_and_the_help_of_the_cycle_before_ours(
    client: PageClient, sit: Sit
) -> None:
    world = sit()
    ours = client.get(path_of(world.projects[0]))
    assert "May the district akimat pay for this work" in ours.visible
    with world.database.writing() as session:
        own = [
            Clause(Criterion.COMPETENCE, "12.3", "Өз мәтініміз", "Свой текст", ""),
            Clause(Criterion.CONFORMITY, "14"),
        ]
        criteria.set_criteria(session, COORDINATOR, world.cycle.slug, own, now=world.now)
        bodies = [Body(Text("Жол", "Дорога", "Roads"), Text("iKOMEK", "iKOMEK", "iKOMEK"), "109")]
        criteria.set_bodies(session, COORDINATOR, bodies, now=world.now)
    page = client.get(path_of(world.projects[0]))
    assert "Clause 12.3 of the Regulation." in page.visible
    assert [text_of(e) for e in page.find_all("span", lang="kk") if "мәтін" in text_of(e)] == ["Өз мәтініміз"]
    assert "May the district akimat pay" not in page.visible
    assert "Does the project keep to the Regulation" in page.visible
    assert "Roads" in page.visible
    assert "109" in page.visible
    assert page.find_all("input", name="land") == []
    assert "Свой текст" in client.get(path_of(world.projects[0], "ru")).visible


def test_the_check_a_merger_and_the_deadline_are_told(client: PageClient, sit: Sit) -> None:
    world = sit()
    with world.database.writing() as session:
        mergers.propose(
            session, COORDINATOR, world.projects[0].public_id, world.projects[1].public_id,
            note_kk="Ұқсас.", note_ru="Похожи.", now=world.now,
        )  # fmt: skip
    page = client.get(path_of(world.projects[0]))
    assert "found complete on 1\u00a0March 2027" in page.visible
    assert "whether this project and project 2 become one" in page.visible
    third = client.get(path_of(world.projects[2]))
    assert "Your conclusion is awaited until 9\u00a0March 2027, 24:00, Astana time." in third.visible


def test_a_corrected_project_shows_what_was_asked_and_what_changed(client: PageClient, sit: Sit) -> None:
    world = sit()
    remarks = {ProjectPart.TITLE: "Атауын нақтылаңыз.", ProjectPart.ESTIMATE: "Қымбат."}
    first = world.projects[0]
    with world.database.writing() as session:
        said = council.conclusion({**council.MEETS, Criterion.COMPLETENESS: Answer.CORRECTABLE})
        reviews.conclude(session, world.me.actor, first.public_id, said, now=world.now)
        returns.send_back(
            session, world.me.actor, first.public_id, remarks, language=Language.KK, now=world.now
        )
    returned = client.get(path_of(first))
    assert "Returned for correction" in returned.visible
    assert "The author has until" in returned.visible
    assert returned.find_all("form", id="conclusion-form") == []
    with world.database.writing() as session:
        changed = proposal(title="Есенберлин 38: спорт алаңы", estimate_tenge=9_300_000)
        projects.correct(session, world.author(first), first.public_id, changed, None, now=world.now)
        row = session.get_one(Project, first.id)
        council.pass_check(session, world.cycle, row, now=world.now)
        reviews.assign(session, COORDINATOR, session.get_one(Cycle, world.cycle.id), now=world.now)
    page = client.get(path_of(first))
    assert "Атауын нақтылаңыз." in page.visible
    removed = " ".join(text_of(e) for e in page.find_all("del"))
    added = " ".join(text_of(e) for e in page.find_all("ins"))
    for word in ("балалар", "мен жарық", "14\u00a0850\u00a0000\u00a0₸"):
        assert word in removed
    for word in ("спорт", "9\u00a0300\u00a0000\u00a0₸"):
        assert word in added
    assert "алаңы" not in removed + added
    assert "What you wrote about the text before" in page.visible
    assert chosen(page, "completeness") == []
    assert page.find("input", name="version").get("value") == "2"


def test_an_appeal_is_shown_in_the_authors_words(client: PageClient, sit: Sit) -> None:
    world = sit(reviewed=True)
    with world.database.writing() as session:
        row = world.held(session, {0: council.rejection(world.projects[0])})
        world.finish(session, row, publish=True)
        appeals.file(
            session, world.author(world.projects[0]), world.projects[0].public_id,
            text="Жер ортақ, құжаты бар.", language=Language.KK, wants_hearing=False, now=world.now,
        )  # fmt: skip
    page = client.get(path_of(world.projects[0], "kk"))
    assert "Жер ортақ, құжаты бар." in page.visible
    assert "№ 1: әкімдіктің құзыретіне кірмейді." in page.visible
    assert page.find_all("form", id="conclusion-form") == []


def test_a_withdrawn_project_keeps_its_text_to_itself(client: PageClient, sit: Sit) -> None:
    world = sit()
    with world.database.writing() as session:
        projects.withdraw(
            session, world.author(world.projects[0]), world.projects[0].public_id, now=world.now
        )
    page = client.get(path_of(world.projects[0]))
    assert proposal().description not in page.visible
    assert page.find_all("form", id="conclusion-form") == []


# --- who may not -----------------------------------------------------------------------------------------


def test_who_stands_aside_reads_but_gets_no_conclusions_and_no_form(client: PageClient, sit: Sit) -> None:
    world = sit()
    page = client.get(path_of(world.projects[0]))
    back = client.get(f"{path_of(world.projects[0])}/send-back")
    others_conclude(world, 0, 1)
    with world.database.writing() as session:
        said = council.conclusion()
        reviews.conclude(session, world.me.actor, world.projects[0].public_id, said, now=world.now)
        interest = {world.projects[0].public_id: ConflictKind.RELATIVE}
        members.declare(session, world.me.actor, world.cycle, interest, now=world.now)
    aside = client.get(f"{path_of(world.projects[0])}?change=1")
    assert "You stand aside: a relative's project." in aside.visible
    assert proposal().description in aside.visible
    assert "Басқаның ескертпесі" not in aside.text
    assert aside.find_all("form", id="conclusion-form") == []
    client.submit(page, FULL, **FORM, status=403)
    client.submit(page, **FORM, status=403)
    client.get(f"{path_of(world.projects[0])}/send-back", status=403)
    client.submit(back, {"whole": "Түзетіңіз."}, status=403)
    with world.database.reading() as session:
        assert session.get_one(Project, world.projects[0].id).state is ProjectState.SUBMITTED


def test_who_is_not_assigned_reads_only(
    client: PageClient, sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = sit()
    page = client.get(path_of(world.projects[0]))
    back = client.get(f"{path_of(world.projects[0])}/send-back")
    with world.database.writing() as session:
        late = council.make_account(session)
        who = council.appointment(late, 9)
        row = members.appoint(session, COORDINATOR, world.cycle.slug, who, now=world.now)
        row.declared_at = world.now
    sign_in(monkeypatch, late)
    shown = client.get(path_of(world.projects[0]))
    assert "not assigned to you" in shown.visible
    assert shown.find_all("form", id="conclusion-form") == []
    client.submit(page, FULL, **FORM, status=403)
    client.submit(page, **FORM, status=403)
    client.submit(back, {"whole": "Түзетіңіз."}, status=403)


def test_before_the_declaration_every_page_leads_there(client: PageClient, sit: Sit) -> None:
    world = sit(declared=False, assigned=False)
    for path in (path_of(world.projects[0]), f"{path_of(world.projects[0])}/send-back"):
        assert client.get(path, status=303).location == f"/en/council/{world.cycle.slug}/interests"


def test_a_foreign_council_and_unknown_projects_stay_closed(
    client: PageClient, sit: Sit, monkeypatch: pytest.MonkeyPatch, app_database: Database
) -> None:
    world = sit()
    with app_database.writing() as session:
        stranger = council.make_account(session)
    paths = (path_of(world.projects[0]), f"{path_of(world.projects[0])}/send-back")
    sign_in(monkeypatch, stranger)
    for path in paths:
        client.get(path, status=403)
    sign_in(monkeypatch, world.me.actor)
    for path in ("/en/council/projects/nosuchproj", "/en/council/projects/nosuchproj/send-back"):
        client.get(path, status=404)
    with app_database.writing() as session:
        session.get_one(Cycle, world.cycle.id).published_at = None
    for path in paths:
        client.get(path, status=404)


# --- speed ---------------------------------------------------------------------------------------------------


def test_the_number_of_statements_is_the_same_whatever_happened(
    raw_client: FlaskClient, sit: Sit, app_database: Database, now: datetime
) -> None:
    found = set()
    for count in (3, 12):
        world = sit(count=count, size=3 if count == 3 else 9)
        others_conclude(world, *range(len(world.others)))
        path = path_of(world.projects[0], "kk")
        raw_client.get(path)
        with counted(app_database.engine) as statements:
            assert raw_client.get(path).status_code == 200
        found.add(len(statements))
    assert len(found) == 1, found
    assert max(found) <= 16, found


def test_the_reviews_of_another_project_are_nobodys_here(client: PageClient, sit: Sit) -> None:
    world = sit()
    others_conclude(world, 0)
    with world.database.reading() as session:
        assert len(session.exec(select(Review).where(Review.project_id == world.projects[1].id)).all()) == 3
    client.submit(client.get(path_of(world.projects[1])), MEETS, **FORM)
    assert "Басқаның ескертпесі" not in client.get(path_of(world.projects[1])).text
