"""The question to one of two authors: both projects side by side, what happens then, and an answer given in two steps."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from budget import projects
from budget.addresses import Address
from budget.council import mergers, returns
from budget.permissions import Actor
from models.cycle import Cycle
from models.database import Database
from models.enums import Language, ProjectPart, ProjectState
from models.screening import Merger
from tests.harness import council
from tests.harness.application import Clock
from tests.harness.client import PageClient
from tests.harness.pages import PageResponse, text_of
from tests.harness.projects import make_resident, proposal, sign_in, stored_projects

Enter = Callable[..., Cycle]


class Question:
    """Two similar projects, their authors, and the proposal; the first author is signed in."""

    def __init__(self, session: Session, cycle: Cycle, author: Actor, other: Actor, now: datetime) -> None:
        council.make_council(session, cycle, now=now)
        self.author, self.other = author, other
        self.kept = projects.submit(session, author, cycle, proposal(), None, now=now)
        text = proposal(
            title="Есенберлин 40: алаң",
            addresses=(Address("Есенберлин к-сі", "40"),),
            estimate_tenge=9_300_000,
        )
        self.joined = projects.submit(session, other, cycle, text, None, now=now)
        self.row: Merger = mergers.propose(
            session, council.COORDINATOR, self.kept.public_id, self.joined.public_id,
            note_kk="Бір аула.", note_ru="Один двор.", now=now,
        )  # fmt: skip

    def address(self, language: str = "en") -> str:
        return f"/{language}/mergers/{self.row.public_id}"


@pytest.fixture
def question(enter: Enter, app_database: Database, author: Actor, now: datetime) -> Question:
    cycle = enter()
    with app_database.writing() as session:
        return Question(session, cycle, author, make_resident(session), now)


@pytest.fixture
def as_other(question: Question, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let the other author sit down."""
    return lambda: sign_in(monkeypatch, question.other)


def answered(client: PageClient, question: Question, answer: str) -> PageResponse:
    """Both steps."""
    confirm = client.submit(client.get(question.address()), {"answer": answer})
    page: PageResponse = client.submit(confirm, follow_redirects=True)
    return page


def states(database: Database) -> list[ProjectState]:
    return [project.state for project in stored_projects(database)]


@pytest.mark.parametrize("language", list(Language))
def test_both_projects_stand_side_by_side_with_why_and_what_happens(
    client: PageClient, question: Question, language: Language
) -> None:
    page = client.get(question.address(language))
    sides = page.find_all("article", class_="pb-pair__one")
    assert len(sides) == 2
    assert question.kept.title_kk in text_of(sides[0]), "one's own first"
    assert "9\u00a0300\u00a0000\u00a0₸" in text_of(sides[1])
    note = page.find("div", class_="pb-quote")
    assert (text_of(note), note.get("lang")) == {
        "kk": ("Бір аула.", None),
        "ru": ("Один двор.", None),
        "en": ("Бір аула.", "kk"),
    }[language]
    if language is Language.EN:
        assert "The houses of project 2 are added to it." in page.visible
        assert "Project 2 keeps its number and its page, which lead to project 1." in page.visible
        assert "The other author has not answered yet." in page.visible


@pytest.mark.parametrize("language", list(Language))
def test_the_own_page_asks_first(client: PageClient, question: Question, language: Language) -> None:
    page = client.get(f"/{language}/my")
    assert question.address(language) in page.links
    assert len(page.find("ul", class_="pb-todo").findall("li")) == 1


def test_no_choice_is_told_beside_the_choice(client: PageClient, question: Question) -> None:
    refused = client.submit(client.get(question.address()), status=422)
    assert refused.errors == {"answer": "Choose yes or no."}


def test_nothing_is_answered_before_it_is_confirmed(
    client: PageClient, question: Question, app_database: Database
) -> None:
    confirm = client.submit(client.get(question.address()), {"answer": "agree"})
    assert confirm.h1 == "Agree that the two become one?"
    assert "Your answer can’t be taken back." in confirm.visible
    with app_database.reading() as session:
        assert session.get_one(Merger, question.row.id).kept_agreed_at is None
    assert "May it become one" in client.get("/en/my").visible


def test_when_both_agree_the_two_are_one(
    client: PageClient, question: Question, app_database: Database, as_other: Callable[[], None]
) -> None:
    first = answered(client, question, "agree")
    assert "You agreed. The two become one when the other author agrees too." in first.visible
    assert "The other author has not answered yet." in first.visible
    assert not first.find_all("input", name="answer")
    assert states(app_database) == [ProjectState.SUBMITTED] * 2
    as_other()
    page = client.get(question.address())
    assert "The other author agreed on 1\u00a0March 2027." in page.visible
    confirm = client.submit(page, {"answer": "agree"})
    assert "with your answer the two become one at once" in confirm.visible
    done = client.submit(confirm, follow_redirects=True)
    assert "Both of you agreed: the two projects are one now." in done.visible
    assert f"/en/projects/{question.kept.public_id}" in done.links
    assert states(app_database) == [ProjectState.SUBMITTED, ProjectState.MERGED]
    mine = client.get("/en/my")
    assert "It goes on as part of another project, as both authors agreed." in mine.visible
    assert f"/en/projects/{question.kept.public_id}" in mine.links


def test_one_no_ends_it_and_both_see_it(
    client: PageClient, question: Question, app_database: Database, as_other: Callable[[], None]
) -> None:
    confirm = client.submit(client.get(question.address()), {"answer": "decline"})
    assert confirm.h1 == "Keep your project by itself?"
    done = client.submit(confirm, follow_redirects=True)
    assert "You did not agree: both projects go on by themselves." in done.visible
    as_other()
    page = client.get(question.address())
    assert "One of you did not agree (1\u00a0March 2027): both projects go on by themselves." in page.visible
    assert not page.find_all("input", name="answer")
    assert not client.get("/en/my").find_all("ul", class_="pb-todo")
    assert states(app_database) == [ProjectState.SUBMITTED] * 2


def test_an_answer_is_given_once(client: PageClient, question: Question) -> None:
    confirm = client.submit(client.get(question.address()), {"answer": "agree"})
    client.submit(confirm, follow_redirects=True)
    again = client.submit(confirm, status=422)
    assert list(again.errors) == [""]
    assert not again.find_all("input", name="answer")


def test_a_question_that_was_taken_back_says_so(
    client: PageClient, question: Question, app_database: Database, now: datetime
) -> None:
    with app_database.writing() as session:
        mergers.withdraw(session, council.COORDINATOR, question.row.public_id, now=now)
    assert "The coordinator took the question back" in client.get(question.address()).visible


def test_a_project_that_was_returned_meanwhile_can_not_become_one(
    client: PageClient, question: Question, app_database: Database, now: datetime
) -> None:
    page = client.get(question.address())
    with app_database.writing() as session:
        remarks = {ProjectPart.WHOLE: "Түзетіңіз."}
        returns.send_back(
            session, council.COORDINATOR, question.joined.public_id, remarks, language=Language.KK, now=now
        )
    told = client.get(question.address())
    assert "they can’t become one now" in told.visible
    assert not client.get("/en/my").find_all("ul", class_="pb-todo")
    assert client.submit(page, {"answer": "agree"}, status=422).h1 == "May two projects become one?"
    assert states(app_database) == [ProjectState.SUBMITTED, ProjectState.RETURNED]


def test_after_the_screening_nobody_answers_any_more(
    client: PageClient, question: Question, clock: Clock, now: datetime, app_database: Database
) -> None:
    confirm = client.submit(client.get(question.address()), {"answer": "agree"})
    clock.instant = now + timedelta(days=20)
    refused = client.submit(confirm, status=422)
    assert list(refused.errors) == [""]
    with app_database.reading() as session:
        assert session.get_one(Merger, question.row.id).kept_agreed_at is None
    told = client.get(question.address())
    assert "It is too late for this" in told.visible
    assert not told.find_all("input", name="answer")
    assert question.address() not in client.get("/en/my").links


def test_two_projects_of_one_author_are_asked_about_without_another_author(
    client: PageClient, enter: Enter, app_database: Database, author: Actor, now: datetime
) -> None:
    cycle = enter(projects_per_author=2)
    with app_database.writing() as session:
        asked = Question(session, cycle, author, author, now)
    page = client.get(asked.address())
    assert "The coordinator found two of your projects similar, and asks you." in page.visible
    assert "other author" not in page.visible


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_question_to_others_is_not_found(
    client: PageClient,
    question: Question,
    app_database: Database,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
) -> None:
    page = client.get(question.address())
    data = {
        "csrf_token": page.find_all("input", name="csrf_token")[0].get("value"),
        "answer": "agree",
        "confirmed": "1",
    }
    with app_database.writing() as session:
        sign_in(monkeypatch, make_resident(session))
    client.open(question.address(), method=method, data=data, status=404)
    client.open("/en/mergers/nothing", method=method, data=data, status=404)
    assert states(app_database) == [ProjectState.SUBMITTED] * 2
