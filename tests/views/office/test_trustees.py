"""The trustees' pages: from the names to the opened ballots, as the coordinator and the trustees walk through them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlmodel import select

from budget import ballots, cycles
from models.cycle import Cycle
from models.database import Database
from models.enums import KeyHolder, Opening
from models.result import Count
from models.trustee import Trustee
from tests.harness.client import PageClient
from tests.harness.elections import impossible_iins
from tests.harness.office import typed_cycle
from tests.harness.trustees import THREE, before_voting, frozen_by_trustees, waiting_cycle
from tests.harness.voting import cast
from views.keys import keyring_for

PAGE = "/en/office/cycles/2027"
NAMES = {f"name_{n}": one.name for n, one in enumerate(THREE, start=1)} | {
    f"organisation_{n}": one.organisation for n, one in enumerate(THREE, start=1)
}
AFTER = timedelta(days=20)


def row_of(database: Database) -> Cycle:
    with database.reading() as session:
        return cycles.by_slug(session, "2027")


def rows_of(database: Database) -> list[Trustee]:
    with database.reading() as session:
        return list(session.exec(select(Trustee).order_by(Trustee.position)))


@pytest.fixture
def waiting(app_database: Database, now: datetime, clock: Any) -> Cycle:
    """An hour before voting, everything but the trustees and the freeze is done."""
    with app_database.writing() as session:
        cycle, _ = waiting_cycle(session, now=now, slug="2027")
        clock.instant = before_voting(cycle, session)
    return cycle


def links_of(page: Any) -> list[str]:
    found = [page.find(id=f"link-{n}") for n in (1, 2, 3)]
    return ["/" + "".join(one.itertext()).strip().split("/", 3)[3] for one in found]


def words_of(page: Any) -> str:
    lists = [one for one in page.find_all("ol") if "pb-codes" in (one.get("class") or "")]
    return " ".join("".join(item.itertext()).strip() for item in lists[0])


def name_and_freeze(desk: PageClient) -> list[str]:
    desk.submit(desk.get(f"{PAGE}/trustees"), NAMES, button="Save the names")
    page = desk.submit(desk.get(f"{PAGE}/freeze"), button="Freeze the ballot list", follow_redirects=True)
    assert page.h1 == "Links for the trustees"
    return links_of(page)


def shares(desk: PageClient, links: list[str]) -> dict[str, str]:
    found = {}
    for n, link in enumerate(links, start=1):
        shown = desk.submit(desk.get(link), button="Show my share")
        found[f"share_{n}"] = words_of(shown)
    return found


def test_the_office_says_what_voting_waits_for(
    desk: PageClient, waiting: Cycle, app_database: Database
) -> None:
    office = desk.get(PAGE)
    assert "Voting can't open: name the three trustees of the key" in office.visible
    assert "The three trustees of the key are not named yet." in office.visible
    desk.submit(desk.get(f"{PAGE}/trustees"), NAMES, button="Save the names")
    office = desk.get(PAGE)
    assert "until you freeze the ballot list and the trustees rehearse" in office.visible
    assert "Not by itself: you hand the trustees their links." in office.visible
    desk.submit(desk.get(f"{PAGE}/freeze"), button="Freeze the ballot list")
    office = desk.get(PAGE)
    assert "Voting can't open: the trustees have not rehearsed" in office.visible
    assert [one.get("class") for one in office.find_all("p") if "pb-now__late" in (one.get("class") or "")]


def test_from_the_names_to_the_counted_result(
    desk: PageClient, waiting: Cycle, app: Flask, app_database: Database, now: datetime, clock: Any
) -> None:
    links = name_and_freeze(desk)
    entered = shares(desk, links)
    page = desk.get(f"{PAGE}/trustees/rehearsal")
    answer = desk.submit(page, entered, button="Open the test ballot", follow_redirects=True)
    assert "The rehearsal succeeded" in answer.visible
    clock.instant = now
    ring = keyring_for(app.extensions["config"])
    with app_database.writing() as session:
        cycle = cycles.by_slug(session, "2027")
        chosen = cycles.projects_on_ballot(session, cycle)[:1]
        for iin in impossible_iins(4):
            cast(session, ring, cycle, iin, *chosen, now=now)
    clock.instant = now + AFTER
    page = desk.get(f"{PAGE}/count")
    page = desk.submit(page, button="Separate the ballots from the voters", follow_redirects=True)
    assert "Now two trustees enter their shares." in page.visible
    assert row_of(app_database).separated_at is not None
    assert row_of(app_database).opened_at is None
    alone = desk.submit(
        page, {"share_2": entered["share_2"]}, button="Open and count the ballots", status=422
    )
    assert "Two trustees must enter their shares." in alone.visible
    two = {"share_1": entered["share_1"], "share_3": entered["share_3"], "share_2": ""}
    page = desk.submit(page, two, button="Open and count the ballots")
    assert row_of(app_database).opened_at is not None
    with app_database.reading() as session:
        assert session.exec(select(Count.valid)).all() in ([], [4])  # [] where a draw must decide


def test_a_link_that_is_only_looked_at_shows_nothing_and_a_second_visit_says_when(
    desk: PageClient, waiting: Cycle, app_database: Database
) -> None:
    link = name_and_freeze(desk)[0]
    for _ in range(2):  # a messenger's preview, and the trustee
        page = desk.get(link)
        assert THREE[0].name in page.visible
    assert rows_of(app_database)[0].shown_at is None
    shown = desk.submit(page, button="Show my share")
    assert len(words_of(shown).split()) == 12
    assert "<svg " in shown.text
    for language in ("kk", "ru", "en"):
        over = desk.get(link.replace("/en/", f"/{language}/"), status=410)
        assert not over.find_all(class_="pb-codes")
        assert "<svg " not in over.text
        assert not set(words_of(shown).split()) <= set(over.visible.split())
    assert "This share was shown already" in over.visible
    desk.submit(page, button="Show my share", status=410)
    desk.get("/en/shares/" + "x" * 43, status=404)


def test_words_follow_the_language_of_the_page(desk: PageClient, waiting: Cycle) -> None:
    first, second, _third = name_and_freeze(desk)
    kazakh = desk.submit(desk.get(first.replace("/en/", "/kk/")), button=None)
    assert all("а" <= letter <= "я" or letter == " " for letter in words_of(kazakh))
    english = desk.submit(desk.get(second), button=None)
    assert words_of(english).replace(" ", "").isascii()


def test_the_links_are_shown_to_the_coordinator_who_froze_and_to_nobody_later(
    desk: PageClient, waiting: Cycle, clock: Any
) -> None:
    links = name_and_freeze(desk)
    assert links_of(desk.get(f"{PAGE}/trustees/links")) == links, "a reload loses nothing"
    clock.instant += timedelta(minutes=11)
    assert desk.get(f"{PAGE}/trustees/links", status=303).location == f"{PAGE}/trustees"


def test_a_mistyped_word_is_named_beside_its_trustee_and_nothing_typed_is_lost(
    desk: PageClient, waiting: Cycle, app_database: Database
) -> None:
    entered = shares(desk, name_and_freeze(desk))
    wrong = entered | {"share_2": entered["share_2"].replace(entered["share_2"].split()[4], "qqqq", 1)}
    page = desk.submit(
        desk.get(f"{PAGE}/trustees/rehearsal"), wrong, button="Open the test ballot", status=422
    )
    assert "“qqqq” is not a word of a share" in page.errors["share_2"]
    assert THREE[1].name in page.errors["share_2"]
    assert row_of(app_database).keys_proven_at is None
    assert "qqqq" in "".join(page.find(id="share_2").itertext())


def test_lost_links_are_mended_by_a_new_key_before_the_rehearsal(
    desk: PageClient, waiting: Cycle, app_database: Database
) -> None:
    old = name_and_freeze(desk)
    before = row_of(app_database).frozen_hash
    page = desk.submit(desk.get(f"{PAGE}/trustees/new-key"), button="Make a new key", follow_redirects=True)
    fresh = links_of(page)
    assert not set(fresh) & set(old)
    desk.get(old[0], status=404)
    assert row_of(app_database).frozen_hash != before


def test_a_lost_share_is_replaced_and_the_office_asks_for_a_rehearsal(
    desk: PageClient, app: Flask, app_database: Database, now: datetime
) -> None:
    with app_database.writing() as session:
        _, _, typed = frozen_by_trustees(session, keyring_for(app.extensions["config"]), now=now, slug="2027")
    two = {"share_1": typed[1], "share_2": "", "share_3": typed[3]}
    page = desk.submit(
        desk.get(f"{PAGE}/trustees/replace"), two, button="Make new shares", follow_redirects=True
    )
    links = links_of(page)
    assert "The new shares of the trustees are not proven yet" in desk.get(PAGE).visible
    with app_database.reading() as session:
        ballots.ballot_box(session, cycles.by_slug(session, "2027"))  # voting goes on
    desk.submit(desk.get(f"{PAGE}/trustees/rehearsal"), shares(desk, links), button="Open the test ballot")
    assert "not proven yet" not in desk.get(PAGE).visible


def test_a_cycle_with_the_key_in_a_file_has_no_such_pages(
    desk: PageClient, app: Flask, app_database: Database, now: datetime
) -> None:
    from tests.harness.elections import open_election

    with app_database.writing() as session:
        open_election(session, keyring_for(app.extensions["config"]), now=now, slug="2027")
    for page in ("", "/links", "/rehearsal", "/replace", "/new-key"):
        desk.get(f"{PAGE}/trustees{page}", status=404)
    assert "Trustees" not in desk.get(PAGE).visible


def test_the_rules_name_the_trustees_and_say_what_voting_waits_for(
    desk: PageClient, waiting: Cycle, clock: Any
) -> None:
    rules: Callable[[], str] = lambda: desk.get("/en/cycles/2027/rules").visible  # noqa: E731
    assert "They are not named yet" in rules()
    links = name_and_freeze(desk)
    clock.instant += timedelta(minutes=2)
    told = rules()
    for one in THREE:
        assert f"{one.name}, {one.organisation}" in told
    assert "Voting can't open yet: the trustees have not yet proven" in told
    desk.submit(desk.get(f"{PAGE}/trustees/rehearsal"), shares(desk, links), button="Open the test ballot")
    clock.instant += timedelta(minutes=2)
    assert "Voting can't open yet" not in rules()


def test_the_share_on_paper_does_not_tell_the_address_it_came_from(desk: PageClient, waiting: Cycle) -> None:
    link = name_and_freeze(desk)[0]
    shown = desk.submit(desk.get(link), button="Show my share")
    assert not shown.find_all(class_="pb-print-address")
    assert link.rsplit("/", 1)[1] not in shown.visible


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (
            {
                "key_holder": "trustees",
                "opening": "public",
                "objection_days": "5",
                "revote": "y",
                "paper": "y",
            },
            (KeyHolder.TRUSTEES, Opening.PUBLIC, 5, True, True),
        ),
        (
            {"key_holder": "file", "opening": "commission", "objection_days": "0"},
            (KeyHolder.FILE, Opening.COMMISSION, 0, False, False),
        ),
    ],
)
def test_the_settings_of_trust_are_stored_as_typed_and_shown_again(
    desk: PageClient, app_database: Database, now: datetime, typed: dict[str, str], kept: tuple[object, ...]
) -> None:
    page = desk.get("/en/office/cycles/new")
    desk.submit(page, typed_cycle(now + timedelta(days=1), **typed), button="Create the draft")
    row = row_of(app_database)
    assert (row.key_holder, row.opening, row.objection_days, row.revote, row.paper) == kept
    again = desk.submit(desk.get(f"{PAGE}/edit"), {}, button="Save the settings")
    assert again.status_code == 303
    row = row_of(app_database)
    assert (row.key_holder, row.opening, row.objection_days, row.revote, row.paper) == kept


def test_a_new_cycle_begins_with_trustees_and_three_days_for_objections(desk: PageClient) -> None:
    page = desk.get("/en/office/cycles/new")
    assert page.find(id="objection_days").get("value") == "3"
    chosen = [
        one.get("value")
        for one in page.find_all("input", name="key_holder")
        if one.get("checked") is not None
    ]
    assert chosen == ["trustees"]


@pytest.mark.parametrize("days", ["31", "-1", "", "x"])
def test_days_out_of_range_are_refused_beside_their_field(
    desk: PageClient, app_database: Database, now: datetime, days: str
) -> None:
    typed = typed_cycle(now + timedelta(days=1), objection_days=days)
    page = desk.submit(desk.get("/en/office/cycles/new"), typed, button="Create the draft", status=422)
    assert page.errors["objection_days"]
