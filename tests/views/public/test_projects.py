"""The list with its filters in the address, and a project's page for years."""

from datetime import datetime, timedelta
from urllib.parse import quote

import pytest
from sqlmodel import Session, col, select, update

from models.cycle import Cycle
from models.database import Database
from models.enums import Language, Phase, ProjectState, WorksStatus
from models.project import Project
from models.works import Works, WorksChange
from tests.harness.client import PageClient
from tests.harness.public_rows import add_cycle, add_photo

LIST = "/en/cycles/2027/projects"


@pytest.fixture
def cycle(app_database: Database, now: datetime) -> None:
    with app_database.writing() as session:
        add_cycle(session, now, phase=Phase.SCREENING, projects=45)


def numbers(page) -> list[int]:
    found = page.find_all("span", class_="pb-results__rank")
    return [int(element.text.rstrip(".")) for element in found]


def test_twenty_a_page_by_number(client: PageClient, cycle: None) -> None:
    assert numbers(client.get(LIST)) == list(range(1, 21))
    assert numbers(client.get(LIST + "?page=3")) == list(range(41, 46))
    assert numbers(client.get(LIST + "?page=99")) == list(range(1, 21))


@pytest.mark.parametrize("page", ["0", "-1", "x", "", "1e9", "١", "99999999999999999999"])
def test_a_page_that_is_no_number_is_the_first(client: PageClient, cycle: None, page: str) -> None:
    assert numbers(client.get(f"{LIST}?page={quote(page)}")) == list(range(1, 21))


def test_filters_narrow_the_list_and_stay_in_the_address(client: PageClient, cycle: None) -> None:
    page = client.get(LIST)
    page = client.submit(page, {"state": "rejected"})
    assert numbers(page) == [8, 18, 28, 38]
    chosen = [option.get("value") for option in page.find_all("option") if option.get("selected") is not None]
    assert "rejected" in chosen
    many = client.get(LIST + "?area=agro")
    assert any("area=agro" in href and "page=2" in href for href in many.links)


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_merged_project_is_found_and_told_as_such(
    client: PageClient, app_database: Database, cycle: None, language: str
) -> None:
    with app_database.writing() as session:
        onward = session.exec(select(Project.id).where(Project.public_id == "p202700002")).one()
        merged = {"state": ProjectState.MERGED, "merged_into_id": onward}
        session.exec(update(Project).where(col(Project.public_id) == "p202700001").values(**merged))
    page = client.get(f"/{language}/cycles/2027/projects")
    found = client.submit(page, {"state": "merged"})
    assert numbers(found) == [1]
    words = {
        "kk": "Басқа жобаға біріктірілді",
        "ru": "Объединён с другим проектом",
        "en": "Goes on as part of another project",
    }
    assert found.find_all("span", class_="pb-tag")[0].text == words[language]
    assert numbers(client.get(LIST + "?q=playground&state=merged")) == [1], "it is found by its words still"


def test_filters_work_together(client: PageClient, cycle: None) -> None:
    page = client.get(LIST + "?state=admitted&direction=ramps&q=playground")
    assert numbers(page) == [2, 26, 34]


@pytest.mark.parametrize("query", ["бейбитшилик", "БЕЙБІТШІЛІК", "кумисбеков 2", "алан бейбит"])
def test_a_keyboard_without_kazakh_letters_finds_kazakh_words(
    client: PageClient, cycle: None, query: str
) -> None:
    assert numbers(client.get(LIST, query_string={"q": query}))


def test_what_a_filter_does_not_know_is_ignored(client: PageClient, cycle: None) -> None:
    assert len(numbers(client.get(LIST + "?state=nonsense&direction=nonsense"))) == 20
    assert numbers(client.get(LIST + "?area=nowhere")) == []


def test_an_empty_list_says_why(client: PageClient, app_database: Database, now, cycle: None) -> None:
    assert "No project matches these words and filters." in client.get(LIST + "?q=zzz").text
    with app_database.writing() as session:
        add_cycle(session, now, slug="2030", phase=Phase.SUBMISSION, projects=0)
    assert "No project has been submitted yet." in client.get("/en/cycles/2030/projects").text


def test_a_query_is_shown_as_text_and_never_as_markup(client: PageClient, cycle: None) -> None:
    page = client.get(LIST, query_string={"q": '"><script>alert(1)</script>'})
    assert not [script for script in page.find_all("script") if not script.get("src")]


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize(
    "number", [1, 3, 8, 9, 10], ids=["admitted", "russian", "rejected", "returned", "new"]
)
def test_each_state_has_its_page(client: PageClient, cycle: None, number: int, language: str) -> None:
    client.get(f"/{language}/projects/p2027{number:05d}")


def test_a_rejected_project_tells_the_criterion_and_the_reason(client: PageClient, cycle: None) -> None:
    page = client.get("/en/projects/p202700008")
    assert "The criterion it does not meet: on public land." in page.text
    assert "Clause of the Regulation: 14." in page.text
    reasons = [e.text for e in page.find_all("span", lang="kk") if "Жер учаскесі" in (e.text or "")]
    assert len(reasons) == 1
    assert "Reasons (Kazakh):" in page.text


def test_a_text_in_the_authors_language_is_marked(client: PageClient, cycle: None) -> None:
    page = client.get("/en/projects/p202700003")
    assert page.find("h1").get("lang") == "ru"
    assert "The text is in the author's language: Russian." in page.text


def test_before_the_council_decides_nothing_is_said_of_it(client: PageClient, cycle: None) -> None:
    page = client.get("/en/projects/p202700010")
    assert "Being reviewed" in page.text
    assert "competence" not in page.text


def withdraw(session: Session, now: datetime) -> None:
    session.exec(
        update(Project)
        .where(col(Project.public_id) == "p202700001")
        .values(state=ProjectState.WITHDRAWN, withdrawn_at=now)
    )


def test_a_withdrawn_project_keeps_its_address_and_only_its_title(
    client: PageClient, app_database: Database, now, cycle: None
) -> None:
    with app_database.writing() as session:
        photo = add_photo(session, "p202700001", b"jpeg", now)
    assert client.get(f"/photos/{photo}.jpg").status_code == 200
    with app_database.writing() as session:
        withdraw(session, now)
    page = client.get("/en/projects/p202700001")
    assert "The author took this project back." in page.text
    assert "Ауламызға" not in page.text
    assert page.find_all("img") == []
    client.get(f"/photos/{photo}.jpg", status=404)


def test_photos_come_in_two_sizes_with_a_validator(
    client: PageClient, app_database: Database, now, cycle: None
) -> None:
    content = b"x" * 500
    with app_database.writing() as session:
        photo = add_photo(session, "p202700001", content, now)
    full, small = client.get(f"/photos/{photo}.jpg"), client.get(f"/photos/{photo}-small.jpg")
    assert (full.data, small.data) == (content, content[:100])
    assert full.content_type == "image/jpeg"
    again = client.get(f"/photos/{photo}.jpg", headers={"If-None-Match": full.headers["ETag"]})
    assert again.status_code == 304
    page = client.get("/en/projects/p202700001")
    images = [m.get("content") for m in page.find_all("meta") if m.get("property") == "og:image"]
    assert images == [f"http://localhost/photos/{photo}.jpg"]


def test_unknown_projects_and_photos_are_404(client: PageClient, cycle: None) -> None:
    client.get("/en/projects/nothing", status=404)
    client.get("/photos/nothing.jpg", status=404)


def test_the_vote_button_is_there_only_while_voting_is_open(
    client: PageClient, app_database: Database, now, clock
) -> None:
    with app_database.writing() as session:
        add_cycle(session, now, phase=Phase.VOTING)
    assert "/en/cycles/2027/ballot" in client.get("/en/projects/p202700001").links
    clock.instant = now + timedelta(days=15)
    assert "/en/cycles/2027/ballot" not in client.get("/en/projects/p202700001").links


def test_a_loser_is_told_what_was_missing(client: PageClient, app_database: Database, now) -> None:
    with app_database.writing() as session:
        add_cycle(session, now, phase=Phase.IMPLEMENTATION, results=True)
    page = client.get("/en/projects/p202700007")
    assert "With 11 more votes it would have won." in page.text
    assert "more than was left at its turn" in page.text


def test_postponed_works_tell_the_reason_in_its_language(
    client: PageClient, app_database: Database, now
) -> None:
    with app_database.writing() as session:
        add_cycle(session, now, phase=Phase.IMPLEMENTATION, results=True)
        project = session.exec(select(Project).where(Project.public_id == "p202700001")).one()
        facts = {"status": WorksStatus.POSTPONED, "reason": "Мердігер табылмады.", "language": Language.KK}
        works = session.get(Works, project.id)
        assert works is not None
        works.status, works.reason = WorksStatus.POSTPONED, "Мердігер табылмады."
        session.add(WorksChange(project_id=project.id, changed_at=now, **facts))
    page = client.get("/en/projects/p202700001")
    assert "Works postponed" in page.text
    assert "Reason (Kazakh):" in page.text
    assert any(e.text == "Мердігер табылмады." for e in page.find_all("span", lang="kk"))
    assert page.find_all("li", class_="pb-road__late")


def test_a_result_that_is_not_published_is_nowhere_on_a_project(
    client: PageClient, app_database: Database, now
) -> None:
    with app_database.writing() as session:
        cycle = add_cycle(session, now, phase=Phase.DECISION, results=True)
        session.exec(update(Cycle).where(col(Cycle.id) == cycle.id).values(results_published_at=None))
    page = client.get("/en/projects/p202700001")
    assert "990" not in page.text
    assert "Works" not in page.text
    for state in ("won", "lost"):
        assert numbers(client.get(f"{LIST}?state={state}")) == []


def test_works_that_will_not_be_built_are_told_and_are_not_late(
    client: PageClient, app_database: Database, now
) -> None:
    with app_database.writing() as session:
        add_cycle(session, now, phase=Phase.IMPLEMENTATION, results=True)
        project = session.exec(select(Project.id).where(Project.public_id == "p202700001")).one()
        gone = {"status": WorksStatus.CANCELLED, "reason": "Тұрғындар бас тартты."}
        session.exec(update(Works).where(col(Works.project_id) == project).values(**gone))
    page = client.get(f"{LIST}?state=won")
    tag = page.find_all("span", class_="pb-tag")[0]
    assert (tag.text, tag.get("class")) == ("Will not be built", "pb-tag pb-tag--muted")
    assert "How it won" in client.get("/en/projects/p202700001").text
