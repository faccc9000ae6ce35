"""The disk is full: 503 in the reader's language, nothing accepted, reading goes on, and what was typed is sent again.

On both databases: a ballot, a project with its photo, a code to sign in with. Whoever was accepted before is in the
box, whoever was refused is not, and the page that refuses holds what was sent until there is room again.
"""

import errno
import sqlite3
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from sqlmodel import SQLModel, select

from models.enums import Phase
from models.people import LoginCode
from models.project import Photo, Project
from tests.faults.full_disk import Disk
from tests.harness.ballots import (
    ballots_in,
    database_of,
    ids,
    offered,
    open_vote,
    opened,
    sign_in_voter,
)
from tests.harness.client import PageClient
from tests.harness.elections import Election, impossible_iins
from tests.harness.figures import FIGURES
from tests.harness.forms import fill
from tests.harness.pages import PageResponse
from tests.harness.people import PHONE, newest_code, test_iin
from tests.harness.projects import make_cycle, photo_file

SAYS = {
    "kk": "Қазір сервис ештеңе қабылдай алмайды",
    "ru": "Сервис сейчас ничего не может принять",
    "en": "The service cannot accept anything just now",
}
MOST_TRIES = 300
WORDS = {
    "title": "Есенберлин 38: балалар алаңы",
    "direction": "playgrounds",
    "area": "koktal-1",
    "addresses-0-street": "Есенберлин к-сі",
    "addresses-0-house": "38",
    "description": "Ауладағы ескі алаңды жаңартып,\r\nжарық шамдарын <орнатуды> ұсынамыз.",
    "estimate_tenge": "14 850 000",
}


@pytest.fixture
def app(make_app: Callable[..., Flask], database_url: str) -> Flask:
    return make_app(database_url)


@pytest.fixture
def disk(app: Flask) -> Disk:
    return Disk(database_of(app))


@pytest.fixture
def election(app: Flask, now: datetime) -> Election:
    return open_vote(app, now, votes_per_resident=3)


def browsers(app: Flask, count: int) -> list[PageClient]:
    """Browsers of voters who have all signed in while there was room."""
    made = []
    for iin in impossible_iins(count):
        browser = app.test_client()
        sign_in_voter(browser, app, iin)
        made.append(browser)
    return made


def press(browser: PageClient, lang: str, choices: list[str]) -> Any:
    """The ballot as it was filled in, sent; whatever the answer is."""
    page = browser.get(f"/{lang}/cycles/test-2027/ballot")
    return send(browser, page, {"choices": choices})


def send(browser: PageClient, page: PageResponse, values: dict[str, Any]) -> Any:
    """Press the button of a form, whatever comes of it."""
    form = fill(page, values)
    return FlaskClient.open(browser, form.address, method="POST", data=form.data)


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_a_full_disk_takes_no_ballot_says_so_and_holds_the_choices_until_there_is_room(
    app: Flask, disk: Disk, election: Election, lang: str, record_property: Callable[[str, object], None]
) -> None:
    voters = browsers(app, 80)
    disk.fill()
    accepted = 0
    for voter in voters:
        answer = press(voter, lang, ids(election)[:1])
        if answer.status_code == 503:
            break
        assert answer.status_code == 303
        accepted += 1
    else:
        raise AssertionError("the disk was never full")
    assert len(ballots_in(app)) == accepted

    page = voter.get(f"/{lang}/cycles/test-2027/ballot")
    refused = voter.submit(page, {"choices": ids(election)[1:3]}, status=503)
    assert refused.h1 == SAYS[lang]
    assert refused.headers["Retry-After"] == "60"
    assert len(ballots_in(app)) == accepted
    again = voter.submit(refused, status=503)  # pressed too early: the choices stay
    disk.free()
    done = voter.submit(again, follow_redirects=True)
    assert done.request.path == f"/{lang}/cycles/test-2027/receipt"
    assert len(ballots_in(app)) == accepted + 1
    assert frozenset(ids(election)[1:3]) in {frozenset(choice.projects) for choice in opened(app, election)}
    record_property(
        FIGURES, f"{accepted} found room, then 503; in the box {accepted}, after room {accepted + 1}"
    )


def test_reading_goes_on_while_the_disk_is_full(app: Flask, disk: Disk, election: Election) -> None:
    voter, other = browsers(app, 2)
    assert press(other, "kk", ids(election)[:1]).status_code == 303
    disk.fill()
    for path in ("/kk/", "/kk/cycles/test-2027", "/kk/cycles/test-2027/ballot", "/kk/my"):
        voter.get(path, status=200)
    assert len(offered(voter.get("/kk/cycles/test-2027/ballot"))) == 5
    other.get("/kk/cycles/test-2027/receipt", status=200)


def test_a_project_and_its_photo_wait_on_the_page_until_there_is_room(
    app: Flask, disk: Disk, now: datetime
) -> None:
    with database_of(app).writing() as session:
        cycle = make_cycle(session, now, Phase.SUBMISSION)
    author = app.test_client()
    sign_in_voter(author, app)
    page = author.get(f"/kk/cycles/{cycle.slug}/submit")
    disk.fill()
    refused = author.submit(page, {**WORDS, "photo": (BytesIO(photo_file()), "yard.jpg")}, status=503)
    assert refused.h1 == SAYS["kk"]
    assert stored(app, Project) == []
    disk.free()
    author.submit(refused, {"photo": (BytesIO(photo_file()), "yard.jpg")}, follow_redirects=True)
    (project,) = stored(app, Project)
    assert (project.title_kk, project.estimate_tenge) == (WORDS["title"], 14_850_000)
    assert project.description_kk.splitlines() == WORDS["description"].splitlines()
    assert len(stored(app, Photo)) == 1


def test_no_code_is_sent_that_could_not_be_stored_and_the_person_asks_again(app: Flask, disk: Disk) -> None:
    """A code takes little room, so many people ask before the last one is refused."""
    disk.fill()
    asked = 0
    while asked < MOST_TRIES:
        person = app.test_client()
        typed = {"iin": test_iin(1), "phone": f"{PHONE[:-4]}{asked:04d}"}
        refused = send(person, person.get("/ru/sign-in"), typed)
        if refused.status_code == 503:
            break
        assert refused.status_code == 303
        asked += 1
    assert refused.h1 == SAYS["ru"]
    assert len(stored(app, LoginCode)) == asked
    disk.free()
    page = person.submit(refused, follow_redirects=True)
    assert page.request.path == "/ru/sign-in/code"
    assert len(stored(app, LoginCode)) == asked + 1
    assert newest_code(app)


def stored(app: Flask, kind: type[SQLModel]) -> list[Any]:
    with database_of(app).reading() as session:
        return list(session.exec(select(kind)).all())


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_an_upload_that_finds_no_room_on_its_way_is_told_the_same(
    app: Flask, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    fails_with(monkeypatch, number)
    page = app.test_client().post("/en/sign-in", data={"iin": "1"}, status=503)
    assert page.h1 == SAYS["en"]
    assert page.find_all("button", class_="govuk-button") == []  # nobody knows how much of it was read


def test_any_other_failure_of_the_system_is_a_bug(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    fails_with(monkeypatch, errno.EACCES)
    app.testing = False
    app.test_client().post("/en/sign-in", data={"iin": "1"}, status=500)


def fails_with(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, "while the form was read")

    monkeypatch.setattr("werkzeug.formparser.FormDataParser.parse", fail)


def test_no_password_is_put_into_a_page(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The forms of staff are not held: there are passwords and words of trustees among them."""
    cause = sqlite3.OperationalError("database or disk is full")
    cause.sqlite_errorcode = sqlite3.SQLITE_FULL

    def no_room(*_: object) -> None:
        raise OperationalError("INSERT", {}, cause)

    monkeypatch.setattr("views.staff.signing_in._authenticate", no_room)
    person = app.test_client()
    typed = {"email": "a@example.kz", "password": "correct horse battery"}
    page = person.submit(person.get("/en/staff/sign-in"), typed, status=503)
    assert page.h1 == SAYS["en"]
    assert "correct horse" not in page.get_data(as_text=True)
