"""The start page: what happens now, with one thing to do, and the other cycles below."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from budget.permissions import Actor
from models.database import Database
from models.enums import Language, Origin, Phase, Role, WorksStatus
from models.works import Works
from seeds import saryarka
from tests.harness.application import Clock
from tests.harness.client import PageClient
from tests.harness.pages import text_of
from tests.harness.projects import sign_in
from tests.harness.public_rows import add_cycle

LANGUAGES = ("kk", "ru", "en")
TODO = {
    Phase.ANNOUNCEMENT: "/en/cycles/2027/rules",
    Phase.SUBMISSION: "/en/cycles/2027/submit",
    Phase.SCREENING: "/en/cycles/2027/projects",
    Phase.VOTING: "/en/cycles/2027/ballot",
    Phase.DECISION: "/en/cycles/2027/projects",
}


def gold(page) -> list[str]:
    return [
        button.get("href")
        for button in page.find_all("a", class_="govuk-button")
        if "govuk-button--secondary" not in button.get("class")
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_installation_says_that_nothing_is_announced(client: PageClient, language: str) -> None:
    page = client.get(f"/{language}/")
    assert page.h1
    assert gold(page) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("phase", list(Phase))
def test_each_phase_has_its_page(
    client: PageClient, app_database: Database, now: datetime, phase: Phase, language: str
) -> None:
    with app_database.writing() as session:
        add_cycle(session, now, phase=phase, results=phase in (Phase.IMPLEMENTATION, Phase.ARCHIVE))
    client.get(f"/{language}/")
    client.get(f"/{language}/cycles/2027")
    client.get(f"/{language}/cycles/2027/rules")
    client.get(f"/{language}/cycles/2027/results")


@pytest.mark.parametrize(("phase", "href"), TODO.items())
def test_the_one_gold_button_is_the_thing_to_do_in_the_phase(
    client: PageClient, app_database: Database, now: datetime, phase: Phase, href: str
) -> None:
    with app_database.writing() as session:
        add_cycle(session, now, phase=phase)
    assert gold(client.get("/en/")) == [href]


@pytest.mark.parametrize("role", [Role.COUNCIL, Role.COORDINATOR])
@pytest.mark.parametrize("phase", [Phase.SUBMISSION, Phase.VOTING])
def test_staff_are_offered_to_look_where_residents_act(
    client: PageClient, app_database: Database, monkeypatch: pytest.MonkeyPatch, now, role: Role, phase: Phase
) -> None:
    with app_database.writing() as session:
        add_cycle(session, now, phase=phase)
    sign_in(monkeypatch, Actor(role, 1, "Test"))
    assert gold(client.get("/en/cycles/2027")) == ["/en/cycles/2027/projects"]
    assert "/en/cycles/2027/ballot" not in client.get("/en/can-i-vote").links


def test_an_imported_election_says_that_it_is_one(client: PageClient, app_database: Database, now) -> None:
    with app_database.writing() as session:
        add_cycle(session, now, phase=Phase.ARCHIVE, origin=Origin.PABULIB)
    assert "Imported election" in client.get("/en/").visible


def test_a_published_result_is_what_there_is_to_see(client: PageClient, app_database: Database, now) -> None:
    with app_database.writing() as session:
        add_cycle(session, now, phase=Phase.IMPLEMENTATION, results=True)
    page = client.get("/en/")
    assert gold(page) == ["/en/cycles/2027/results"]
    assert "1 of 4 winning projects are completed." in page.text


def test_who_fell_out_of_the_winners_is_not_waited_for(
    client: PageClient, app_database: Database, now: datetime
) -> None:
    with app_database.writing() as session:
        add_cycle(session, now, phase=Phase.IMPLEMENTATION, results=True)
        works = session.exec(select(Works).where(Works.status == WorksStatus.PLANNED)).first()
        assert works is not None
        works.status, works.reason, works.language = WorksStatus.CANCELLED, "Жер басқаға өтті.", Language.KK
        session.add(works)
    assert "1 of 3 winning projects are completed." in client.get("/en/").text


def test_some_of_the_winners_are_not_called_all_of_them(
    client: PageClient, app_database: Database, now
) -> None:
    with app_database.writing() as session:
        add_cycle(session, now, phase=Phase.IMPLEMENTATION, results=True)
    headings = [text_of(heading) for heading in client.get("/en/").find_all("h2")]
    assert "Some of the winners" in headings
    page = client.get("/en/cycles/2027")
    assert "Winners" in [text_of(heading) for heading in page.find_all("h2")]
    assert len({href for href in page.links if href.startswith("/en/projects/")}) == 4


def test_voting_comes_before_everything_else(client: PageClient, app_database: Database, now) -> None:
    with app_database.writing() as session:
        for phase in reversed(Phase):
            add_cycle(session, now, slug=str(phase), phase=phase)
    page = client.get("/en/")
    assert gold(page) == ["/en/cycles/voting/ballot"]
    shown = {href for href in page.links if href.startswith("/en/cycles/")}
    assert {f"/en/cycles/{phase}" for phase in Phase} <= shown


def test_the_days_left_count_down_and_then_the_hours(
    client: PageClient, app_database: Database, now, clock: Clock
) -> None:
    with app_database.writing() as session:
        add_cycle(session, now, phase=Phase.VOTING)
    assert "15 days left." in client.get("/en/").text
    clock.instant = now + timedelta(days=14, hours=21)
    assert "3 hours left." in client.get("/en/").text
    clock.instant = now + timedelta(days=14, hours=23, minutes=30)
    assert "Less than an hour left." in client.get("/en/").text
    clock.instant = now + timedelta(days=15)
    assert gold(client.get("/en/")) == ["/en/cycles/2027/projects"]


def test_the_figures_lead_to_their_rows(client: PageClient, app_database: Database, now) -> None:
    with app_database.writing() as session:
        add_cycle(session, now, phase=Phase.VOTING, projects=40)
    page = client.get("/en/")
    assert "/en/cycles/2027/projects?state=rejected" in page.links
    listed = client.get("/en/cycles/2027/projects?state=rejected")
    assert "12 projects" in listed.text
    assert "12" in [element.text for element in page.find_all("dd")]


def test_an_unpublished_cycle_is_hidden(client: PageClient, app_database: Database, now) -> None:
    with app_database.writing() as session:
        add_cycle(session, now, slug="secret", published=False)
    assert "secret" not in client.get("/en/").text
    for address in ("", "/projects", "/rules", "/results"):
        client.get(f"/en/cycles/secret{address}", status=404)
    client.get("/en/projects/psecr00001", status=404)
    client.get("/api/v1/cycles/secret", status=404)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_archive_is_shown_as_reported(
    client: PageClient, app_database: Database, now, language: str
) -> None:
    with app_database.writing() as session:
        saryarka.load(session, now=now)
    for address in ("", "archive", "cycles/2019", "cycles/2020", "cycles/2020/projects", "cycles/2020/rules"):
        client.get(f"/{language}/{address}")
    page = client.get(f"/{language}/cycles/2020")
    assert "8\u00a0935" in page.text
    assert "200\u00a0000\u00a0000\u00a0₸" in page.text


def test_what_an_archive_did_not_publish_is_said_in_words(
    client: PageClient, app_database: Database, now
) -> None:
    with app_database.writing() as session:
        saryarka.load(session, now=now)
    page = client.get("/en/cycles/2019")
    assert page.text.count("as reported by the akimat") == 6
    unknown = [element for element in page.find_all("dd") if element.text == "not published"]
    assert len(unknown) == 2
    assert "how many votes each project received" in page.text
    assert "proceedings" in page.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", ["about", "accessibility", "archive"])
def test_the_pages_about_the_service(client: PageClient, language: str, address: str) -> None:
    client.get(f"/{language}/{address}")


def test_the_root_goes_to_the_language_of_the_browser(client: PageClient) -> None:
    for header, home in (("ru,en;q=0.5", "/ru/"), ("de", "/kk/"), ("", "/kk/"), ("en-GB", "/en/")):
        answer = client.get("/", headers={"Accept-Language": header})
        assert answer.headers["Location"] == home
        assert "Accept-Language" in answer.headers["Vary"]


def test_large_view_is_kept_in_a_cookie_and_switched_off_again(client: PageClient) -> None:
    answer = client.get("/en/large-view?page=/en/about")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/en/about")
    assert client.get("/en/about").root.get("class") == "pb-large"
    client.get("/en/large-view?page=/en/about")
    assert client.get("/en/about").root.get("class") is None


@pytest.mark.parametrize("page", ["//evil.example", "https://evil.example", "/\\evil.example", ""])
def test_large_view_sends_nobody_away(client: PageClient, page: str) -> None:
    assert client.get("/en/large-view", query_string={"page": page}).headers["Location"] == "/en/"
