"""An author appeals beside the reasons of the rejection, and follows the appeal until it is answered, late or not."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from budget import projects
from budget.council import agenda, appeals
from budget.permissions import Actor
from models.cycle import Cycle
from models.database import Database
from models.enums import Criterion, Language
from models.project import Project
from models.screening import Appeal
from tests.harness import council
from tests.harness.application import Clock
from tests.harness.client import PageClient
from tests.harness.pages import text_of
from tests.harness.projects import make_resident, proposal, sign_in

Enter = Callable[..., Cycle]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WORDS = "Жер үш үйге ортақ.\nАктісі бар."


class Case:
    """A project that six of nine members rejected, and its author."""

    def __init__(self, session: Session, cycle: Cycle, author: Actor, now: datetime) -> None:
        self.cycle, self.author, self.now = cycle, author, now
        self.members = council.make_council(session, cycle, now=now, size=9)
        self.project: Project = projects.submit(session, author, cycle, proposal(), None, now=now)
        council.review(session, cycle, self.project, now=now)
        self.decide(session, council.rejection(self.project, Criterion.LAND), self.members[:6])

    def decide(self, session: Session, motion: council.motions.Motion, present: list[council.Member]) -> None:
        held = council.plan_session(session, self.cycle, now=self.now)
        public_id = self.project.public_id
        item = agenda.put(session, council.COORDINATOR, held.public_id, public_id, now=self.now)
        agenda.change_motion(
            session, council.COORDINATOR, item.public_id, motion, revision=held.revision, now=self.now
        )
        council.hold(session, held, present, now=self.now)

    def answer(self, session: Session, motion: council.motions.Motion) -> None:
        """By those who took no part, an hour later."""
        self.now += HOUR
        busy = appeals.took_part(session, self.project.id)
        self.decide(session, motion, [one for one in self.members if one.row.id not in busy])

    def address(self, language: str = "en") -> str:
        return f"/{language}/projects/{self.project.public_id}/appeal"


@pytest.fixture
def case(enter: Enter, app_database: Database, author: Actor, now: datetime) -> Case:
    cycle = enter(appeal_days=3, appeal_decision_days=5)
    with app_database.writing() as session:
        return Case(session, cycle, author, now)


@pytest.fixture
def filed(client: PageClient, case: Case, app_database: Database) -> Appeal:
    """The appeal, filed on the page."""
    page = client.get(case.address())
    client.submit(page, {"text": WORDS, "wants_hearing": "y"}, follow_redirects=True)
    return stored(app_database, case)


def stored(database: Database, case: Case) -> Appeal:
    with database.reading() as session:
        row = appeals.of_project(session, case.project.id)
        assert row is not None
        return row


# --- filing -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", list(Language))
def test_the_rejection_and_its_reasons_stand_beside_the_form(
    client: PageClient, case: Case, language: Language
) -> None:
    page = client.get(case.address(language))
    told = text_of(page.find("aside", class_="pb-aside"))
    assert ("не входит" if language is Language.RU else "кірмейді") in told
    days = {"kk": "2027\u00a0ж. 4\u00a0наурыз", "ru": "4\u00a0марта 2027\u00a0г.", "en": "4\u00a0March 2027"}
    assert days[language] in page.visible
    if language is Language.EN:
        assert "Decided in session 1 of the Expert Council." in told
        assert "The criterion it does not meet: on public land." in told
        assert "Clause of the Regulation: 14." in told
        assert "within 5 working days" in page.visible
        assert "who took no part in the rejection decide on it, in a session." in page.visible


def test_the_own_page_leads_there_without_making_it_a_duty(client: PageClient, case: Case) -> None:
    page = client.get("/en/my")
    [task] = page.find("ul", class_="pb-todo").findall("li")
    button = task.find(".//a")
    assert (button.get("href"), "secondary" in button.get("class")) == (case.address(), True)
    assert "Until the end of 4\u00a0March 2027." in text_of(task)
    assert "It does not go to the vote." in page.visible
    assert "кірмейді" in page.visible, "the reasons stand there too"


def test_an_empty_appeal_is_refused_beside_its_field(client: PageClient, case: Case) -> None:
    page = client.get(case.address())
    refused = client.submit(page, {"text": " \n ", "wants_hearing": "y"}, status=422)
    assert refused.errors == {"text": "Write why you do not agree."}
    assert refused.find("input", name="wants_hearing").get("checked") is not None
    long = client.submit(page, {"text": "ә" * 4001}, status=422)
    assert long.errors == {"text": "Shorten the text to 4000 characters."}
    assert len(text_of(long.find("textarea", name="text"))) == 4001


def test_a_filed_appeal_shows_who_decides_and_until_when(
    client: PageClient, case: Case, app_database: Database
) -> None:
    done = client.submit(
        client.get(case.address()), {"text": WORDS, "wants_hearing": "y"}, follow_redirects=True
    )
    assert done.request.path == case.address()
    assert "Your appeal is filed." in done.visible
    assert "9\u00a0March 2027" in done.visible  # 8 March is a holiday
    assert "You wished to be heard." in done.visible
    assert "Being decided" in done.visible
    assert [text_of(p) for p in done.find_all("div", class_="pb-quote")[0]] == WORDS.split("\n")
    row = stored(app_database, case)
    assert (row.text, row.wants_hearing, row.language) == (WORDS, True, Language.EN)


def test_what_was_sent_too_late_is_refused_and_kept(
    client: PageClient, case: Case, clock: Clock, app_database: Database
) -> None:
    page = client.get(case.address())
    clock.instant = case.now + 4 * DAY
    refused = client.submit(page, {"text": WORDS}, status=422)
    assert "The time to appeal ended: 4\u00a0March 2027, 24:00, Astana time." in refused.errors[""]
    assert text_of(refused.find("textarea", name="text")) == WORDS.replace("\n", " ")
    with app_database.reading() as session:
        assert appeals.of_project(session, case.project.id) is None
    plain = client.get(case.address())
    assert (plain.h1, plain.find_all("textarea")) == ("You can’t appeal now", [])
    assert "The time to appeal ended: 4\u00a0March 2027, 24:00, Astana time." in plain.visible
    assert "The time to appeal ended with 4\u00a0March 2027." in client.get("/en/my").visible


def test_an_appeal_is_filed_once(client: PageClient, case: Case) -> None:
    page = client.get(case.address())
    client.submit(page, {"text": WORDS}, follow_redirects=True)
    again = client.submit(page, {"text": "Тағы бір рет"}, status=422)
    assert "You appealed on" in again.errors[""]
    assert text_of(again.find("textarea", name="text")) == "Тағы бір рет"
    assert not client.get(case.address()).find_all("textarea")


@pytest.mark.parametrize("language", list(Language))
def test_only_a_rejection_can_be_appealed(
    client: PageClient, enter: Enter, app_database: Database, author: Actor, now: datetime, language: Language
) -> None:
    cycle = enter()
    with app_database.writing() as session:
        project = projects.submit(session, author, cycle, proposal(), None, now=now)
    page = client.get(f"/{language}/projects/{project.public_id}/appeal")
    assert not page.find_all("textarea")
    if language is Language.EN:
        assert "Only a rejection can be appealed, and only once." in page.visible


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_project_of_somebody_else_is_not_found(
    client: PageClient, case: Case, app_database: Database, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    page = client.get(case.address())
    data = {"csrf_token": page.find_all("input", name="csrf_token")[0].get("value"), "text": WORDS}
    with app_database.writing() as session:
        sign_in(monkeypatch, make_resident(session))
    client.open(case.address(), method=method, data=data, status=404)
    client.open("/en/projects/nothing/appeal", method=method, data=data, status=404)
    with app_database.reading() as session:
        assert appeals.of_project(session, case.project.id) is None


# --- following ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", list(Language))
def test_the_hearing_is_told_with_time_and_place(
    client: PageClient, case: Case, filed: Appeal, app_database: Database, language: Language
) -> None:
    with app_database.writing() as session:
        appeals.set_hearing(
            session, council.COORDINATOR, filed.public_id, at=case.now + DAY, place_kk="214-бөлме",
            place_ru="кабинет 214", now=case.now,
        )  # fmt: skip
    page = client.get(case.address(language))
    assert ("кабинет 214" if language is Language.RU else "214-бөлме") in page.visible
    assert "14:00" in page.visible
    invited = client.get(f"/{language}/my")
    [task] = invited.find("ul", class_="pb-todo").findall("li")
    assert case.address(language) == task.find(".//a").get("href")
    with app_database.writing() as session:
        appeals.note_heard(session, council.COORDINATOR, filed.public_id, now=case.now + HOUR)
    assert not client.get(f"/{language}/my").find_all("ul", class_="pb-todo")


def test_a_hearing_that_is_over_invites_nobody(
    client: PageClient, case: Case, filed: Appeal, app_database: Database, clock: Clock
) -> None:
    with app_database.writing() as session:
        appeals.set_hearing(
            session, council.COORDINATOR, filed.public_id, at=case.now + HOUR, place_kk="-", place_ru="-",
            now=case.now,
        )  # fmt: skip
    assert "You are invited to be heard on your appeal." in client.get("/en/my").visible
    clock.instant = case.now + HOUR
    assert "You are invited" not in client.get("/en/my").visible


def test_a_late_answer_is_red_everywhere(client: PageClient, case: Case, filed: Appeal, clock: Clock) -> None:
    assert "Your appeal is answered until the end of 9\u00a0March 2027." in client.get("/en/my").visible
    clock.instant = filed.decide_by
    late = "Late: your appeal should have been answered by the end of 9\u00a0March 2027."
    for address in (case.address(), "/en/my"):
        assert text_of(client.get(address).find("p", class_="pb-late")) == late
    assert client.get(case.address()).find_all("span", class_="pb-tag--late")


@pytest.mark.parametrize("language", list(Language))
def test_an_appeal_that_was_won(
    client: PageClient, case: Case, filed: Appeal, app_database: Database, language: Language
) -> None:
    with app_database.writing() as session:
        case.answer(session, council.admission())
    page = client.get(case.address(language))
    assert page.find_all("span", class_="pb-tag--good")
    if language is Language.EN:
        assert "The council agreed with you: your project goes to the vote." in page.visible
        assert "Decided in session 2 of the Expert Council." in page.visible
        assert "It goes to the vote" in client.get("/en/my").visible
    assert filed.outcome is None


@pytest.mark.parametrize("language", list(Language))
def test_an_appeal_that_was_lost_tells_its_own_reasons_and_the_court(
    client: PageClient, case: Case, filed: Appeal, app_database: Database, language: Language
) -> None:
    motion = council.rejection(
        case.project, Criterion.LAND, reason_kk="Құжат жоқ.", reason_ru="Документа нет."
    )
    with app_database.writing() as session:
        case.answer(session, motion)
    page = client.get(case.address(language))
    assert ("Документа нет." if language is Language.RU else "Құжат жоқ.") in page.visible
    assert ("не входит" if language is Language.RU else "кірмейді") in page.visible, "the first reasons too"
    if language is Language.EN:
        assert "The rejection stands. You can go to court." in page.visible
        mine = client.get("/en/my")
        assert "Your appeal was dismissed. You can go to court." in mine.visible
        assert not mine.find_all("ul", class_="pb-todo")
    assert filed.id
