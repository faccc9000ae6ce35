"""Where the money is not divided, nobody meets the word "envelope" but the coordinator, where it can be divided."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from budget import cycles
from budget.keys import KeyRing
from budget.permissions import SYSTEM
from budget.settings import EnvelopeDraft, Text
from models.database import Database
from tests.harness.client import PageClient
from tests.harness.cycles import add_project, add_resident, proposal
from tests.harness.elections import Election, impossible_iins, open_election
from tests.harness.pages import LANGUAGES, PageResponse
from tests.harness.voting import cast
from views.keys import keyring_for

WORD = re.compile(r"envelope|бюджет\w* бөлі[гк]\w*|част\w+ бюджета", re.IGNORECASE)
OF_BALLOTS = re.compile(r"one envelope says who took part|the inner envelopes are taken out")
"""The rules speak of ballots as of letters; Kazakh and Russian have another word there."""
TOO_SMALL = {"allotted_tenge": 2_000_000, "envelopes": (EnvelopeDraft(Text("", "", ""), 2_000_000),)}
"""A budget that none of the projects of `open_election` fits into: each costs 3,000,000."""


def met(page: PageResponse) -> list[str]:
    """The word as it is met on a page, with what stands around it."""
    text = OF_BALLOTS.sub("", page.visible)
    return [text[max(0, one.start() - 60) : one.end() + 30] for one in WORD.finditer(text)]


def hints(page: PageResponse) -> str:
    """What the form says of the settings for which the money's division matters."""
    hints = [page.find("div", id=f"{name}-hint") for name in ("cost_cap_tenge", "votes_per_resident")]
    label = next(one for one in page.find_all("label") if (one.get("for") or "").startswith("leftovers"))
    return " ".join("".join(one.itertext()) for one in (*hints, label))


@pytest.fixture
def ring(app: Flask) -> KeyRing:
    return keyring_for(app.extensions["config"])


def vote(database: Database, ring: KeyRing, now: datetime) -> Election:
    """A vote with two ballots for a project that costs more than the whole budget."""
    with database.writing() as session:
        made = open_election(session, ring, now=now, projects=2, slug="2027", leftovers=True, **TOO_SMALL)
        for iin in impossible_iins(2):
            cast(session, ring, made.cycle, iin, made.projects[0], now=now)
    return made


@pytest.mark.parametrize("language", LANGUAGES)
def test_on_the_pages_of_a_cycle_in_preparation(
    desk: PageClient, app_database: Database, now: datetime, language: str
) -> None:
    with app_database.writing() as session:
        draft = proposal(now, **TOO_SMALL)
        cycles.create(session, SYSTEM, draft, now=now)
    assert not WORD.search(hints(desk.get(f"/{language}/office/cycles/new")))
    assert not WORD.search(hints(desk.get(f"/{language}/office/cycles/2027/edit")))
    assert met(desk.get(f"/{language}/office/cycles/2027")) == []
    assert met(desk.get(f"/{language}/office/cycles/2027/publish")) == []
    with app_database.writing() as session:
        add_resident(session, now=now)
        cycle = cycles.publish(session, SYSTEM, "2027", now=now)
        add_project(session, cycle, cost=None, now=now)
    for page in ("office/cycles/2027", "office/cycles/2027/freeze", "cycles/2027/rules"):
        assert met(desk.get(f"/{language}/{page}")) == [], page


@pytest.mark.parametrize("language", LANGUAGES)
def test_from_the_vote_to_the_results(
    desk: PageClient, app_database: Database, ring: KeyRing, now: datetime, clock: Any, language: str
) -> None:
    made = vote(app_database, ring, now)
    for page in ("office/cycles/2027", "office/cycles/2027/edit", "cycles/2027", "cycles/2027/rules"):
        assert met(desk.get(f"/{language}/{page}")) == [], page
    clock.instant = now + timedelta(days=20)
    counted = desk.submit(desk.get(f"/{language}/office/cycles/2027/count"), follow_redirects=True)
    assert met(counted) == []
    desk.submit(counted)
    for page in ("cycles/2027/results", f"projects/{made.projects[0].public_id}"):
        shown = desk.get(f"/{language}/{page}")
        assert met(shown) == [], page
        assert "1\u00a0000\u00a0000\u00a0₸" in shown.visible, "what it costs more than the whole budget"


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_it_is_divided_the_form_speaks_of_it(
    desk: PageClient, app_database: Database, now: datetime, language: str
) -> None:
    two = tuple(EnvelopeDraft(Text(name, name, name), 5_000_000) for name in ("А", "Б"))
    with app_database.writing() as session:
        cycles.create(session, SYSTEM, proposal(now, envelopes=two), now=now)
    assert len(WORD.findall(hints(desk.get(f"/{language}/office/cycles/2027/edit")))) == 3
