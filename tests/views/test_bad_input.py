"""Bad input, as the first issue lists it: in each language a message in that language beside the right field, linked
from the summary; what was typed is kept; nothing is stored."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask

from budget.identity.codes import LIFETIME
from models.enums import Language
from tests.harness.application import Clock
from tests.harness.ballots import BALLOT, closes_at, contents, database_of, open_vote, sign_in_voter
from tests.harness.client import PageClient
from tests.harness.cycles import published
from tests.harness.forms import current_data
from tests.harness.office import typed, typed_cycle
from tests.harness.pages import PageResponse, text_of
from tests.harness.people import PHONE, add_to_roll, newest_code, test_iin
from tests.harness.projects import (
    COORDINATOR,
    make_cycle,
    make_district,
    make_resident,
    photo_file,
    sign_in,
)

DAY = timedelta(days=1)
IIN = test_iin(1)
PROJECT: Mapping[str, Any] = {
    "title": "Есенберлин 38: балалар алаңы",
    "direction": "playgrounds",
    "area": "koktal-1",
    "addresses-0-street": "Есенберлин к-сі",
    "addresses-0-house": "38",
    "description": "Ауладағы ескі алаңды жаңартып, жарық шамдарын орнатуды ұсынамыз.",
    "estimate_tenge": "14 850 000",
}
LATIN = {"JPEG", "PNG", "WebP", "IIN"}
"""Words in Latin letters that stand in Kazakh and Russian messages, too."""


@dataclass
class World:
    """What a case is set in."""

    app: Flask
    client: PageClient
    clock: Clock
    patch: pytest.MonkeyPatch
    language: str

    @property
    def now(self) -> datetime:
        return self.clock.instant

    def get(self, path: str) -> PageResponse:
        """A page in the language of the case."""
        return self.client.get(re.sub("^/en/", f"/{self.language}/", path))


@dataclass(frozen=True)
class Case:
    """`enter` leads to the page with the form and gives what is typed there, sent as by the Enter key; `message` is
    a part of the English message. A secret is not shown again."""

    field: str
    message: str
    enter: Callable[[World], tuple[PageResponse, dict[str, Any]]]
    form: int | str = 0
    is_secret: bool = False


def signing_in(**changes: str) -> Callable[[World], tuple[PageResponse, dict[str, Any]]]:
    def enter(world: World) -> tuple[PageResponse, dict[str, Any]]:
        add_to_roll(world.app, IIN)
        return world.get("/en/sign-in"), {"iin": IIN, "phone": PHONE, **changes}

    return enter


def code(wrong: bool) -> Callable[[World], tuple[PageResponse, dict[str, Any]]]:
    def enter(world: World) -> tuple[PageResponse, dict[str, Any]]:
        page, person = signing_in()(world)
        page = world.client.submit(page, person, follow_redirects=True)
        right = newest_code(world.app)
        if not wrong:
            world.clock.instant += LIFETIME
        return page, {"code": f"{(int(right) + 1) % 10**6:06}" if wrong else right}

    return enter


def submitting(**changes: Any) -> Callable[[World], tuple[PageResponse, dict[str, Any]]]:
    def enter(world: World) -> tuple[PageResponse, dict[str, Any]]:
        with database_of(world.app).writing() as session:
            cycle = make_cycle(session, world.now)
            author = make_resident(session)
        sign_in(world.patch, author)
        photo = {name: (BytesIO(content), "yard.jpg") for name, content in changes.items() if name == "photo"}
        return world.get(f"/en/cycles/{cycle.slug}/submit"), {**PROJECT, **changes, **photo}

    return enter


def planning(changes: Callable[[datetime], dict[str, str]]) -> Callable[[World], tuple[PageResponse, Any]]:
    def enter(world: World) -> tuple[PageResponse, dict[str, Any]]:
        with database_of(world.app).writing() as session:
            make_district(session)
        sign_in(world.patch, COORDINATOR)
        return world.get("/en/office/cycles/new"), typed_cycle(world.now + DAY, **changes(world.now))

    return enter


def extending(world: World) -> tuple[PageResponse, dict[str, Any]]:
    with database_of(world.app).writing() as session:
        published(session, world.now)
    sign_in(world.patch, COORDINATOR)
    page = world.get("/en/office/cycles/2027/extend/submission")
    return page, {"new_end": typed(world.now - DAY), "reason": "Аптап ыстық"}


def voting(*places: int, late: bool = False, **settings: Any) -> Callable[[World], tuple[PageResponse, Any]]:
    """The ballot of up to two votes, with the projects at these places chosen."""

    def enter(world: World) -> tuple[PageResponse, dict[str, Any]]:
        close = closes_at(world.now)
        election = open_vote(world.app, world.now, **{"votes_per_resident": 2, **settings})
        if late:
            world.clock.instant = close - timedelta(seconds=1)
        sign_in_voter(world.client, world.app)
        page = world.get(BALLOT)
        if late:
            world.clock.instant = close + timedelta(seconds=1)
        return page, {"choices": [election.projects[place].public_id for place in places]}

    return enter


REJECTED = 4
CASES = {
    "wrong IIN": Case("iin", "There is a mistake in the IIN.", signing_in(iin="990230300607")),
    "wrong code": Case("code", "This is not the code.", code(wrong=True), "#code-form", is_secret=True),
    "late code": Case("code", "no longer valid", code(wrong=False), "#code-form", is_secret=True),
    "phone of another country": Case(
        "phone", "mobile numbers of Kazakhstan only", signing_in(phone="+7 916 123 45 67")
    ),
    "cost of 0": Case("estimate_tenge", "more than zero", submitting(estimate_tenge="0")),
    "cost above the cap": Case("estimate_tenge", "at most", submitting(estimate_tenge="20 000 001")),
    "empty title": Case("title", "Write a title.", submitting(title="")),
    "photo of 10 MB": Case("photo", "too large", submitting(photo=photo_file() + b"\0" * 10 * 1024 * 1024)),
    "only claims to be a photo": Case("photo", "not a photo", submitting(photo=b"\xff\xd8\xff\xe0 no photo")),
    "an address without a house": Case(
        "addresses-0-house", "Write the house number", submitting(**{"addresses-0-house": ""})
    ),
    "a date in the past": Case(
        "announcement_ends_at",
        "over already",
        planning(
            lambda now: {
                "announcement_starts_at": typed(now - 2 * DAY),
                "announcement_ends_at": typed(now - DAY),
            }
        ),
    ),
    "a deadline in the past": Case("new_end", "later", extending),
    "phases that overlap": Case(
        "screening_starts_at",
        "has ended",
        planning(lambda now: {"screening_starts_at": typed(now + 2 * DAY)}),
    ),
    "a vote for two envelopes": Case("choices", "one envelope only", voting(0, 1, envelopes=2)),
    "a vote for n+1 projects": Case("choices", "up to 2 projects, and you chose 3", voting(0, 1, 2)),
    "a vote for a rejected project": Case("choices", "not on the ballot", voting(0, REJECTED)),
    "one second after the close": Case("choices", "Voting ended on", voting(0, 1, late=True)),
}


@pytest.fixture
def world(
    app: Flask, client: PageClient, clock: Clock, monkeypatch: pytest.MonkeyPatch, language: Language
) -> World:
    return World(app, client, clock, monkeypatch, str(language))


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("name", CASES)
def test_bad_input_is_told_beside_its_field_kept_and_not_stored(world: World, name: str) -> None:
    case = CASES[name]
    page, values = case.enter(world)
    before = contents(database_of(world.app))
    send = {"extra": values} if case.field == "choices" else {"values": values}  # past the page's own limits
    refused = closed(world.client.submit(page, form=case.form, status=422, **send))
    assert list(refused.errors) == [case.field]
    message = refused.errors[case.field]
    assert text_of(refused.find("p", id=f"{case.field}-error")).endswith(message)
    assert_points_at_the_field(refused, case.field)
    assert_in_the_language(message, case.message, world.language)
    assert contents(database_of(world.app)) == before
    if not case.is_secret:
        assert_kept(refused, values)


def test_the_list_is_whole() -> None:
    """One case or more for each item of the issue's list, in its order."""
    listed = (
        "wrong IIN", "wrong code", "phone of another country", "cost of 0", "cost above the cap", "empty title",
        "photo of 10 MB", "only claims to be a photo", "an address without a house", "a date in the past",
        "phases that overlap", "a vote for two envelopes", "a vote for n+1 projects", "a vote for a rejected project",
        "one second after the close",
    )  # fmt: skip
    assert [name for name in CASES if name in listed] == list(listed)


def assert_points_at_the_field(page: PageResponse, name: str) -> None:
    """The link of the summary leads to something one can fill in, and that is described by the message."""
    target = page.find(id=name)
    assert target.tag in ("input", "textarea", "select")
    described = target.get("aria-describedby", "")
    groups = [
        group.get("aria-describedby", "") for group in page.find_all("fieldset") if target in group.iter()
    ]
    assert f"{name}-error" in " ".join([described, *groups])


def assert_in_the_language(message: str, english: str, language: str) -> None:
    if language == "en":
        assert english in message
        return
    assert re.search("[а-яәіңғүұқөһ]", message, re.IGNORECASE)
    assert set(re.findall(r"[A-Za-z]{3,}", message)) <= LATIN
    has_kazakh = re.search("[әіңғүұқөһ]", re.sub("«[^»]*»|Есенберлин к-сі", "", message), re.IGNORECASE)
    assert bool(has_kazakh) == (language == "kk"), message


def assert_kept(page: PageResponse, values: Mapping[str, Any]) -> None:
    """Every text, option and mark is as it was sent; a file has to be chosen again, and a choice that is not on the
    page can't be marked."""
    form = next(iter(page.main.iter("form")))
    shown = current_data(form)
    for name, value in values.items():
        if isinstance(value, tuple):
            continue
        sent = value if isinstance(value, list) else [value]
        offered = [
            box.get("value") for box in page.find_all("input", name=name) if box.get("type") == "checkbox"
        ]
        assert sorted(shown[name]) == sorted(one for one in sent if not offered or one in offered), name


def closed(page: PageResponse) -> PageResponse:
    """Werkzeug's client leaves the temporary file of a large body open."""
    page.request.environ["wsgi.input"].close()
    return page
