"""A resident submits a project; wrong input is told beside its field and nothing typed is lost."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlmodel import select

from budget.permissions import VISITOR, Actor
from models.cycle import Cycle, Envelope
from models.database import Database
from models.enums import Phase, ProjectState, Role
from models.project import Photo, ProjectAddress
from tests.harness.client import PageClient
from tests.harness.pages import PageResponse
from tests.harness.projects import (
    photo_file,
    sign_in,
    stored_projects,
)

Enter = Callable[..., Cycle]
WORDS = {
    "title": "Есенберлин 38: балалар алаңы",
    "direction": "playgrounds",
    "area": "koktal-1",
    "addresses-0-street": "Есенберлин к-сі",
    "addresses-0-house": "38",
    "description": "Ауладағы ескі алаңды жаңартып, жарық шамдарын орнатуды ұсынамыз.",
    "estimate_tenge": "14 850 000",
}


def closed(page: PageResponse) -> PageResponse:
    """Werkzeug's client leaves the temporary file of a large body open."""
    page.request.environ["wsgi.input"].close()
    return page


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_a_project_is_submitted_in_the_language_of_the_page(
    client: PageClient, enter: Enter, app_database: Database, lang: str
) -> None:
    cycle = enter()
    page = client.get(f"/{lang}/cycles/{cycle.slug}/submit")
    photo = (BytesIO(photo_file()), "yard.jpg")
    done = client.submit(page, {**WORDS, "photo": photo}, follow_redirects=True)
    (project,) = stored_projects(app_database)
    assert done.request.path == f"/{lang}/my/projects/{project.public_id}/submitted"
    assert f"/{lang}/projects/{project.public_id}" in done.links
    assert (project.language, getattr(project, f"title_{lang}")) == (lang, WORDS["title"])
    assert (project.estimate_tenge, project.state, project.number) == (14_850_000, ProjectState.SUBMITTED, 1)
    with app_database.reading() as session:
        assert session.exec(select(Photo.project_id)).one() == project.id
        address = session.exec(select(ProjectAddress)).one()
    assert (getattr(address, f"street_{lang}"), address.house) == ("Есенберлин к-сі", "38")


def test_the_page_says_beforehand_who_may_what_until_when(client: PageClient, enter: Enter) -> None:
    page = client.get(f"/en/cycles/{enter().slug}/submit")
    assert page.h1 == "Submit a project"
    assert "until 6\u00a0March 2027, 14:00, Astana time" in page.visible
    assert "20\u00a0000\u00a0000\u00a0₸" in page.visible
    assert "one project each" in page.visible
    for direction in (
        "Landscaping",
        "Lighting of common places".lower(),
        "Benches and play equipment".lower(),
    ):
        assert direction in page.visible
    assert page.find("input", name="photo").get("accept") == "image/*"


def test_the_choice_of_an_envelope_is_offered_where_there_are_several(
    client: PageClient, enter: Enter, app_database: Database
) -> None:
    cycle = enter(envelopes=2)
    page = client.get(f"/en/cycles/{cycle.slug}/submit")
    refused = client.submit(page, WORDS, status=422)
    assert refused.errors == {"envelope": "Choose a part of the budget."}
    with app_database.reading() as session:
        second = session.exec(
            select(Envelope).where(Envelope.cycle_id == cycle.id, Envelope.position == 2)
        ).one()
    client.submit(refused, {"envelope": second.public_id}, follow_redirects=True)
    assert stored_projects(app_database)[0].envelope_id == second.id


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"title": ""}, "title", "Write a title."),
        ({"title": " \u00a0 "}, "title", "Write a title."),
        ({"title": "ж" * 121}, "title", "Shorten the title to 120 characters."),
        ({"description": ""}, "description", "Describe the project."),
        ({"description": "Қысқа."}, "description", "Tell a little more: at least 30 characters."),
        ({"description": "ж" * 4001}, "description", "Shorten the description to 4000 characters."),
        ({"direction": None}, "direction", "Choose a direction."),
        ({"area": ""}, "area", "Choose a residential area."),
        ({"estimate_tenge": ""}, "estimate_tenge", "Write what the project costs."),
        ({"estimate_tenge": "0"}, "estimate_tenge", "The cost must be more than zero."),
        ({"estimate_tenge": "-5"}, "estimate_tenge", "The cost must be more than zero."),
        ({"estimate_tenge": "20 000 001 ₸"}, "estimate_tenge", "at most"),
        ({"estimate_tenge": "1500,50"}, "estimate_tenge", "Write whole tenge, without a point or a comma"),
        ({"estimate_tenge": "көп"}, "estimate_tenge", "Write the sum in digits"),
        ({"estimate_tenge": "9" * 40}, "estimate_tenge", "This sum is too large."),
        (
            {"addresses-0-house": ""},
            "addresses-0-house",
            "Write the house number for the street Есенберлин к-сі",
        ),
        ({"addresses-0-house": "үлкен"}, "addresses-0-house", "can't be read"),
        ({"addresses-0-street": ""}, "addresses-0-street", "Write the name of the street."),
        (
            {"addresses-0-street": "", "addresses-0-house": ""},
            "addresses-0-street",
            "Write at least one address: street and house.",
        ),
        (
            {"addresses-2-street": "Кенесары"},
            "addresses-2-house",
            "Write the house number for the street Кенесары",
        ),
    ],
)
def test_wrong_input_is_told_beside_its_field_and_nothing_typed_is_lost(
    client: PageClient,
    enter: Enter,
    app_database: Database,
    changes: dict[str, Any],
    field: str,
    message: str,
) -> None:
    page = client.get(f"/en/cycles/{enter().slug}/submit")
    refused = client.submit(page, {**WORDS, **changes}, status=422)
    assert list(refused.errors) == [field]
    assert message in refused.errors[field]
    beside = refused.find("p", id=f"{field}-error")
    assert message in "".join(beside.itertext())
    for name, value in {**WORDS, **changes}.items():
        if name in ("title", "estimate_tenge") or name.startswith("addresses"):
            assert (refused.find("input", name=name).get("value") or "").strip() == (value or "").strip()
    assert stored_projects(app_database) == []


def test_all_faults_are_told_at_once(client: PageClient, enter: Enter) -> None:
    page = client.get(f"/en/cycles/{enter().slug}/submit")
    wrong = {"photo": (BytesIO(b"text"), "yard.jpg"), "estimate_tenge": "0"}
    refused = client.submit(page, wrong, status=422)
    assert set(refused.errors) == {
        "title", "direction", "area", "addresses-0-street", "description", "estimate_tenge", "photo"
    }  # fmt: skip


def test_what_somebody_sends_without_the_page_is_refused_the_same_way(
    client: PageClient, enter: Enter, app_database: Database
) -> None:
    page = client.get(f"/en/cycles/{enter().slug}/submit")
    forged = {"direction": "weapons", "area": "moon", "addresses-²-street": "x", "addresses-99999-house": "1"}
    refused = client.submit(page, WORDS, extra=forged, status=422)
    assert set(refused.errors) == {"direction", "area"}
    refused = client.submit(page, WORDS, extra={"direction": "sports"}, status=422)
    assert refused.errors == {"direction": "Choose a direction."}
    client.submit(page, WORDS, extra={"title": "Сөз\0дер", "author_id": "999", "state": "admitted"})
    (project,) = stored_projects(app_database)
    assert (project.title_en, project.state) == ("Сөздер", ProjectState.SUBMITTED)


def test_text_comes_out_as_text(client: PageClient, enter: Enter, app_database: Database) -> None:
    page = client.get(f"/kk/cycles/{enter().slug}/submit")
    markup = "<script>alert(1)</script> & 'quotes'"
    client.submit(page, {**WORDS, "title": markup, "description": markup * 3})
    shown = client.get("/kk/my")
    assert markup in shown.visible
    assert len(stored_projects(app_database)) == 1


def test_another_address_is_added_without_a_script_and_everything_stays(
    client: PageClient, enter: Enter, app_database: Database
) -> None:
    page = client.get(f"/en/cycles/{enter().slug}/submit")
    assert len(page.find_all("div", class_="pb-address-row")) == 3
    more = client.submit(page, {**WORDS, "addresses-2-house": "9а"}, button="Add another address")
    assert len(more.find_all("div", class_="pb-address-row")) == 4
    assert more.find("input", name="addresses-3-street").get("autofocus") is not None
    assert more.errors == {}
    for name in ("title", "addresses-0-street", "addresses-2-house"):
        assert more.find("input", name=name).get("value") == {**WORDS, "addresses-2-house": "9а"}[name]
    assert stored_projects(app_database) == []
    rows = {"addresses-2-street": "Кенесары", "addresses-3-street": "187-көше", "addresses-3-house": "21"}
    client.submit(more, rows, follow_redirects=True)
    with app_database.reading() as session:
        houses = session.exec(select(ProjectAddress.house).order_by(ProjectAddress.position)).all()  # type: ignore[arg-type]
    assert houses == ["38", "9а", "21"]


def test_there_is_an_end_to_the_rows(client: PageClient, enter: Enter) -> None:
    page = client.get(f"/en/cycles/{enter().slug}/submit")
    for _ in range(17):
        page = client.submit(page, button="Add another address")
    assert len(page.find_all("div", class_="pb-address-row")) == 20
    assert page.find_all("button", name="add_address") == []
    again = client.submit(page, extra={"add_address": "1"}, status=422)
    assert len(again.find_all("div", class_="pb-address-row")) == 20


def test_the_enter_key_submits_and_does_not_add_a_row(client: PageClient, enter: Enter) -> None:
    page = client.get(f"/en/cycles/{enter().slug}/submit")
    form = next(iter(page.main.iter("form")))
    first = next(form.iter("button"))
    assert first.get("name") is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"this only claims to be a photo", "This file is not a photo we can read."),
        (photo_file() + b"\0" * 10 * 1024 * 1024, "The photo is too large. Choose one of up to 8 MB."),
    ],
    ids=["claims", "ten megabytes"],
)
def test_a_photo_that_is_none_or_too_large_is_told_beside_its_field(
    client: PageClient, enter: Enter, app_database: Database, content: bytes, message: str
) -> None:
    page = client.get(f"/en/cycles/{enter().slug}/submit")
    refused = closed(client.submit(page, {**WORDS, "photo": (BytesIO(content), "yard.jpg")}, status=422))
    assert list(refused.errors) == ["photo"]
    assert message in refused.errors["photo"]
    assert refused.find("input", name="title").get("value") == WORDS["title"]
    assert stored_projects(app_database) == []


def test_a_good_photo_must_be_chosen_again_when_something_else_is_wrong(
    client: PageClient, enter: Enter
) -> None:
    page = client.get(f"/en/cycles/{enter().slug}/submit")
    refused = client.submit(
        page, {**WORDS, "title": "", "photo": (BytesIO(photo_file()), "a.jpg")}, status=422
    )
    assert "Choose the photo again" in refused.visible


def test_what_is_far_too_large_gets_the_page_that_says_so(client: PageClient, enter: Enter) -> None:
    page = client.get(f"/en/cycles/{enter().slug}/submit")
    huge = (BytesIO(b"\0" * 25 * 1024 * 1024), "yard.jpg")
    closed(client.submit(page, {**WORDS, "photo": huge}, status=413))


def test_other_pages_take_no_large_bodies(client: PageClient, enter: Enter) -> None:
    page = client.get(f"/en/cycles/{enter().slug}/submit")
    token = page.find_all("input", name="csrf_token")[0].get("value")
    huge = (BytesIO(b"\0" * 9 * 1024 * 1024), "yard.jpg")
    forged = {"csrf_token": token, "x": huge}
    closed(client.post("/en/my/projects/aaaaaaaaaa/withdraw", data=forged, status=413))


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase is not Phase.SUBMISSION])
def test_out_of_time_the_page_says_so_instead_of_showing_a_form(
    client: PageClient, enter: Enter, phase: Phase
) -> None:
    page = client.get(f"/en/cycles/{enter(phase).slug}/submit")
    assert page.h1 == "You can’t submit a project now"
    assert page.find_all("input", name="title") == []


def test_one_second_after_the_close_nothing_is_stored_and_nothing_typed_is_lost(
    client: PageClient, enter: Enter, app_database: Database, clock: Any
) -> None:
    page = client.get(f"/en/cycles/{enter().slug}/submit")
    clock.instant += timedelta(days=5)
    refused = client.submit(page, WORDS, status=422)
    assert "Applications are closed for this cycle." in refused.errors[""]
    assert refused.find("input", name="title").get("value") == WORDS["title"]
    assert stored_projects(app_database) == []


def test_a_second_project_is_refused_politely_before_and_after_writing_it(
    client: PageClient, enter: Enter, app_database: Database
) -> None:
    cycle = enter()
    page = client.get(f"/en/cycles/{cycle.slug}/submit")
    client.submit(page, WORDS)
    refused = client.submit(page, WORDS, status=422)
    assert "One resident may submit 1 project in this cycle" in refused.errors[""]
    told = client.get(f"/en/cycles/{cycle.slug}/submit")
    assert "One resident may submit 1 project" in told.visible
    assert len(stored_projects(app_database)) == 1


def test_a_hidden_or_unknown_cycle_is_not_found(client: PageClient, enter: Enter) -> None:
    hidden = enter(publish=False)
    client.get(f"/en/cycles/{hidden.slug}/submit", status=404)
    client.get("/en/cycles/nowhere/submit", status=404)


def test_a_visitor_is_sent_to_sign_in_and_staff_may_not(
    client: PageClient, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    cycle = enter()
    for path in (f"/kk/cycles/{cycle.slug}/submit", "/kk/my", "/kk/my/projects/aaaaaaaaaa/edit"):
        sign_in(monkeypatch, VISITOR)
        assert "/kk/sign-in?next=" in client.get(path, status=303).location
        for role in (Role.COUNCIL, Role.COORDINATOR):
            sign_in(monkeypatch, Actor(role, 1))
            client.get(path, status=403)
