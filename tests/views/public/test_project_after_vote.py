"""After the vote a project's page tells the council's word beside the count, and who fell out or came in from the reserve."""

from datetime import datetime

import pytest
import sqlalchemy as sa

from models.database import Database
from models.works import Works
from tests.harness.client import PageClient
from tests.harness.pages import PageResponse, text_of
from tests.harness.second_session import decided

LANGUAGES = ("kk", "ru", "en")


def names(page: PageResponse) -> list[str]:
    """The events of the road by name."""
    return [text_of(event.find("./b")) for event in page.find("ol", class_="pb-road--told")]


@pytest.fixture
def voted(app_database: Database, now: datetime) -> None:
    """The council left out project 1, project 2 fell out, project 7 came in for it."""
    with app_database.writing() as session:
        decided(session, now)


def test_a_departure_stands_beside_what_the_count_says(client: PageClient, voted: None) -> None:
    page = client.get("/en/projects/p202700001")
    assert "The council left it out of the winners" in names(page)
    assert "The council departed from the count, which says: “Won”." in page.visible
    assert "What the count and the council say" in page.visible
    assert "Reasons (Kazakh): Жер сатылды." in page.visible
    assert "Decided in session 3 of the Expert Council." in page.visible


def test_a_confirmed_winner_has_its_place_in_the_order(client: PageClient, voted: None) -> None:
    page = client.get("/en/projects/p202700002")
    assert "The council confirmed it as a winner" in names(page)
    assert "Place 2 in the order of implementation." in page.visible


@pytest.mark.parametrize("language", LANGUAGES)
def test_falling_out_and_coming_in_lead_to_each_other(client: PageClient, voted: None, language: str) -> None:
    out = client.get(f"/{language}/projects/p202700002")
    assert f"/{language}/projects/p202700007" in out.links
    came = client.get(f"/{language}/projects/p202700007")
    assert f"/{language}/projects/p202700002" in came.links
    for page in (out, came):
        assert "№ 5 бұйрық" in page.visible
        assert ("Тұрғындар бас тартты." in page.visible) is (language != "ru")


def test_the_list_says_left_out_and_not_won(client: PageClient, app_database: Database, voted: None) -> None:
    with app_database.writing() as session:
        session.exec(sa.delete(Works))
    page = client.get("/en/cycles/2027/projects")
    tags = [text_of(one) for one in page.find_all("span", class_="pb-tag")]
    assert tags[:2] == ["Left out by the council", "Won"]
