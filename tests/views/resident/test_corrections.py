"""A project that came back: what to do is the first thing seen, each remark stands beside its field, late is late."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlmodel import Session

from budget import projects
from budget.council import returns
from budget.permissions import Actor
from models.cycle import Cycle
from models.database import Database
from models.enums import Answer, Criterion, Language, ProjectPart, ProjectState, ScreeningOutcome
from models.project import Project
from tests.harness import council
from tests.harness.application import Clock
from tests.harness.client import PageClient
from tests.harness.pages import PageResponse, text_of
from tests.harness.projects import make_resident, photo_file, proposal, sign_in, stored_projects

Enter = Callable[..., Cycle]
REMARKS = {part: f"Ескерту: {part}." for part in ProjectPart}
DAY = timedelta(days=1)
BESIDE = {
    "title": ProjectPart.TITLE,
    "direction": ProjectPart.DIRECTION,
    "area": ProjectPart.AREA,
    "addresses": ProjectPart.ADDRESSES,
    "description": ProjectPart.DESCRIPTION,
    "estimate_tenge": ProjectPart.ESTIMATE,
    "photo": ProjectPart.PHOTO,
}
DUE = "4\u00a0March 2027"


@pytest.fixture
def returned(enter: Enter, app_database: Database, author: Actor, now: datetime) -> Callable[..., Project]:
    """A project of the author that came back with these remarks, to be corrected within three working days."""

    def made(remarks: Mapping[ProjectPart, str] = REMARKS, **changes: Any) -> Project:
        cycle = enter(correction_days=3)
        with app_database.writing() as session:
            council.make_council(session, cycle, now=now)
            project = projects.submit(session, author, cycle, proposal(**changes), None, now=now)
            send_back(session, project, remarks, now)
        return project

    return made


def send_back(session: Session, project: Project, remarks: Mapping[ProjectPart, str], now: datetime) -> None:
    returns.send_back(session, council.COORDINATOR, project.public_id, remarks, language=Language.KK, now=now)


def edit_of(project: Project, language: str = "en") -> str:
    return f"/{language}/my/projects/{project.public_id}/edit"


def notes(page: PageResponse) -> dict[str, str]:
    """The remarks by the name of their field."""
    found = page.find_all("div", class_="pb-note")
    return {one.get("id", "").removesuffix("-note"): text_of(one.find("span")) for one in found}


# --- the own page -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", list(Language))
def test_the_first_thing_seen_is_what_to_correct_and_until_when(
    client: PageClient, returned: Callable[..., Project], language: Language
) -> None:
    project = returned()
    page = client.get(f"/{language}/my")
    [task] = page.find("ul", class_="pb-todo").findall("li")
    assert task.find(".//a").get("href") == edit_of(project, language)
    days = {"kk": "2027\u00a0ж. 4\u00a0наурыз", "ru": "4\u00a0марта 2027\u00a0г.", "en": DUE}
    assert days[language] in text_of(task)
    assert page.visible.index(days[language]) < page.visible.index(proposal().title)
    [gold] = [
        one for one in page.find_all("a", class_="govuk-button") if "secondary" not in one.get("class", "")
    ]
    assert gold.get("href") == edit_of(project, language), "before a new project"


def test_the_most_urgent_stands_first_and_what_is_no_duty_last(
    client: PageClient, enter: Enter, app_database: Database, author: Actor, now: datetime
) -> None:
    cycle = enter(correction_days=3, projects_per_author=3, appeal_days=1)
    with app_database.writing() as session:
        council.make_council(session, cycle, now=now)
        late, soon, rejected = (
            projects.submit(session, author, cycle, proposal(), None, now=now) for _ in range(3)
        )
        send_back(session, soon, REMARKS, now)
        send_back(session, late, REMARKS, now + DAY)
        council.screen(session, cycle, {rejected.public_id: council.rejection(rejected)}, now=now)
    page = client.get("/en/my")
    hrefs = [task.find(".//a").get("href") for task in page.find("ul", class_="pb-todo").findall("li")]
    assert hrefs == [edit_of(soon), edit_of(late), f"/en/projects/{rejected.public_id}/appeal"]
    gold = [
        one for one in page.find_all("a", class_="govuk-button") if "secondary" not in one.get("class", "")
    ]
    assert [one.get("href") for one in gold] == [edit_of(soon)]


def test_the_whole_is_said_before_its_parts(client: PageClient, returned: Callable[..., Project]) -> None:
    returned()
    said = [text_of(one) for one in client.get("/en/my").find_all("p", class_="pb-said")]
    assert said[0] == "The application as a whole (Kazakh): Ескерту: whole."
    assert len(said) == len(ProjectPart)


def test_a_deadline_that_passed_is_red_and_offers_nothing(
    client: PageClient, returned: Callable[..., Project], clock: Clock, now: datetime
) -> None:
    project = returned()
    clock.instant = now + 4 * DAY
    page = client.get("/en/my")
    assert text_of(page.find("p", class_="pb-late")) == f"The time to correct it ended with {DUE}."
    assert edit_of(project) not in page.links


def test_silence_is_told_as_such_with_the_way_to_appeal(
    client: PageClient, returned: Callable[..., Project], app_database: Database, clock: Clock, now: datetime
) -> None:
    project = returned()
    with app_database.writing() as session:
        returns.remind_due(session, now=now + 3 * DAY)
        returns.lapse_due(session, now=now + 4 * DAY)
    clock.instant = now + 4 * DAY
    page = client.get("/en/my")
    assert "It does not go to the vote: it was not corrected in time." in page.visible
    assert f"/en/projects/{project.public_id}/appeal" in page.links


# --- the form -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", list(Language))
def test_each_remark_stands_beside_its_field_and_the_general_one_on_top(
    client: PageClient, returned: Callable[..., Project], language: Language
) -> None:
    page = client.get(edit_of(returned(), language))
    assert notes(page) == {name: REMARKS[part] for name, part in BESIDE.items()}
    general = page.find("div", class_="pb-quote")
    assert text_of(general) == REMARKS[ProjectPart.WHOLE]
    for name in BESIDE:
        described = [
            one for one in page.find_all() if f"{name}-note" in one.get("aria-describedby", "").split()
        ]
        assert described, f"{name} is read out with its remark"
        assert f"#{name}-note" in page.links
    own = "kk" if language is not Language.KK else None
    assert {one.find("span").get("lang") for one in page.find_all("div", class_="pb-note")} == {own}


def test_every_part_of_an_application_has_its_field() -> None:
    assert {*BESIDE.values(), ProjectPart.WHOLE} == set(ProjectPart)


def test_only_what_is_to_be_changed_is_marked(client: PageClient, returned: Callable[..., Project]) -> None:
    page = client.get(edit_of(returned({ProjectPart.ADDRESSES: "Үйлерді жазыңыз."})))
    assert notes(page) == {"addresses": "Үйлерді жазыңыз."}
    assert not page.find_all("div", class_="pb-quote")
    only_whole = {ProjectPart.WHOLE: "Толық емес."}
    page = client.get(edit_of(returned(only_whole)))
    assert (notes(page), "beside each part" in page.visible) == ({}, False)


def test_the_deadline_is_said_in_words(client: PageClient, returned: Callable[..., Project]) -> None:
    told = client.get(edit_of(returned())).visible
    assert f"Correct it and submit it again until the end of {DUE}. Otherwise it is rejected." in told


def test_a_refusal_stands_beside_its_field_with_everything_typed_and_every_remark(
    client: PageClient, returned: Callable[..., Project], app_database: Database
) -> None:
    page = client.get(edit_of(returned()))
    typed = {
        "title": "Жаңа атау",
        "description": "Қысқа",
        "addresses-0-house": "",
        "estimate_tenge": "99 000 000",
    }
    refused = client.submit(page, typed, status=422)
    assert list(refused.errors) == ["addresses-0-house", "description", "estimate_tenge"]
    assert refused.find("input", name="title").get("value") == "Жаңа атау"
    assert refused.find("input", name="estimate_tenge").get("value") == "99 000 000"
    assert notes(refused) == notes(page)
    more = client.submit(refused, {"title": "Тағы"}, button="Add another address")
    assert (notes(more), more.find("input", name="title").get("value")) == (notes(page), "Тағы")
    right = {"description": proposal().description, "addresses-0-house": "40", "estimate_tenge": "9 000 000"}
    done = client.submit(more, right, follow_redirects=True)
    assert done.request.path == "/en/my"
    assert not done.find_all("ul", class_="pb-todo")
    [kept] = stored_projects(app_database)
    assert (kept.state, kept.title_kk, kept.version) == (ProjectState.SUBMITTED, "Тағы", 2)


def test_a_photo_asked_for_is_added(
    client: PageClient, returned: Callable[..., Project], app_database: Database
) -> None:
    project = returned({ProjectPart.PHOTO: "Фото қосыңыз."})
    page = client.get(edit_of(project))
    client.submit(page, {"photo": (BytesIO(photo_file()), "a.png")}, follow_redirects=True)
    with app_database.reading() as session:
        assert projects.photo_of(session, project.id) is not None


def test_what_the_council_itself_asks_for_is_in_the_language_of_the_page(
    client: PageClient, enter: Enter, app_database: Database, author: Actor, now: datetime
) -> None:
    cycle = enter()
    with app_database.writing() as session:
        project = projects.submit(session, author, cycle, proposal(), None, now=now)
        motion = council.motions.Motion(
            ScreeningOutcome.RETURNED,
            {**council.MEETS, Criterion.LAND: Answer.CORRECTABLE},
            criterion=Criterion.LAND,
            clause="7",
            reason_kk="Шекарасын көрсетіңіз.",
            reason_ru="Укажите границы.",
        )
        council.screen(session, cycle, {project.public_id: motion}, now=now)
    for language, said, mark in (
        ("kk", "Шекарасын", None),
        ("ru", "Укажите", None),
        ("en", "Шекарасын", "kk"),
    ):
        page = client.get(edit_of(project, language))
        quote = page.find("div", class_="pb-quote")
        assert text_of(quote).startswith(said)
        assert quote.get("lang") == mark
        assert said in client.get(f"/{language}/my").visible


# --- too late, and not one's own ----------------------------------------------------------------------------


@pytest.mark.parametrize("language", list(Language))
def test_too_late_is_a_plain_page(
    client: PageClient, returned: Callable[..., Project], app_database: Database, clock: Clock, now: datetime,
    language: Language,
) -> None:  # fmt: skip
    project = returned()
    with app_database.writing() as session:
        returns.remind_due(session, now=now + 3 * DAY)
    clock.instant = now + 4 * DAY
    page = client.get(edit_of(project, language))
    assert not page.find_all("input", name="title")
    if language is Language.EN:
        assert page.h1 == "The time to correct it is over"
        assert f"It ended: {DUE}, 24:00, Astana time." in page.visible
        assert "rejected because it was not corrected in time" in page.visible


def test_who_was_not_reminded_gets_a_day_more_and_is_told_so(
    client: PageClient, returned: Callable[..., Project], clock: Clock, now: datetime
) -> None:
    project = returned()
    clock.instant = now + 4 * DAY
    assert "so you get one working day more" in client.get(edit_of(project)).visible


def test_what_is_sent_too_late_is_refused_and_kept(
    client: PageClient, returned: Callable[..., Project], app_database: Database, clock: Clock, now: datetime
) -> None:
    page = client.get(edit_of(returned()))
    clock.instant = now + 4 * DAY
    refused = client.submit(page, {"title": "Кеш жазылған"}, status=422)
    assert "The time to correct this project ended" in refused.errors[""]
    assert refused.find("input", name="title").get("value") == "Кеш жазылған"
    assert text_of(refused.find("p", class_="pb-late")) == f"The time to correct it ended with {DUE}."
    assert stored_projects(app_database)[0].state is ProjectState.RETURNED


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_correction_of_somebody_else_is_not_found(
    client: PageClient, returned: Callable[..., Project], app_database: Database, method: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    project = returned()
    page = client.get(edit_of(project))
    token = page.find_all("input", name="csrf_token")[0].get("value")
    with app_database.writing() as session:
        sign_in(monkeypatch, make_resident(session))
    client.open(edit_of(project), method=method, data={"csrf_token": token}, status=404)
    assert stored_projects(app_database)[0].state is ProjectState.RETURNED
