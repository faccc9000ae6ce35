"""Sixty-eight motions in one session: one form, one press, and a page that asks no more of the database."""

from collections.abc import Callable

from flask.testing import FlaskClient

from models.database import Database
from tests.harness.client import PageClient
from tests.harness.member_pages import Sitting, choose, hall_of, offered_votes, own_votes
from tests.harness.queries import counted

Sit = Callable[..., Sitting]
FORM = {"form": "#votes-form"}


def test_sixty_eight_motions_are_voted_on_in_one_press(
    client: PageClient, sit: Sit, app_database: Database
) -> None:
    world = sit(reviewed=True, count=68)
    with app_database.writing() as session:
        row, items = world.opened(session, 68)
    marked = client.get(f"{hall_of(row)}?choose=for")
    assert len(offered_votes(marked)) == 68
    done = client.submit(marked, choose(items[67], choice="against"), **FORM, follow_redirects=True)
    assert "68 votes are cast." in done.visible
    assert len(own_votes(world)) == 68


def test_the_number_of_statements_does_not_grow_with_the_agenda(
    raw_client: FlaskClient, sit: Sit, app_database: Database
) -> None:
    found = set()
    for count in (3, 30):
        world = sit(count=count, reviewed=True)
        with app_database.writing() as session:
            row, _ = world.opened(session, count)
        raw_client.get(hall_of(row))
        with counted(app_database.engine) as statements:
            assert raw_client.get(hall_of(row)).status_code == 200
        found.add(len(statements))
    assert len(found) == 1, found
    assert max(found) <= 11, found
