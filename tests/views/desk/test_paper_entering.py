"""Papers that came back: typed as lines or one by one, read twice, settled by a third person. On both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from models.enums import Role, SheetFault, SheetState
from models.paper import PaperEntry
from tests.harness.application import MakeApp
from tests.harness.ballots import database_of, ids
from tests.harness.client import PageClient
from tests.harness.elections import Election
from tests.harness.pages import text_of
from tests.harness.paper import DESK, enter, entries_in, issue, member, open_paper_vote, sheets_in
from views.labels import label


@pytest.fixture
def app(make_app: MakeApp, database_url: str) -> Flask:
    """The application over each database."""
    return make_app(database_url)


@pytest.fixture
def election(app: Flask, now: datetime) -> Election:
    return open_paper_vote(app, now)


def states(app: Flask) -> list[SheetState]:
    return [sheet.state for sheet in sheets_in(app)]


# --- entering papers ----------------------------------------------------------------------------------


def test_two_operators_read_each_paper_and_it_is_settled(
    app: Flask, ann: PageClient, bek: PageClient, batch: str
) -> None:
    lines = ("1 1 3", "2 0", "3 -", "4 x unsigned", "5 х Too many marks", "6 2")
    page = enter(ann, batch, *lines, follow_redirects=True)
    assert "6 papers are noted." in page.visible
    assert "You have read them; another operator must № 1–6" in page.visible
    assert states(app) == [SheetState.ISSUED] * 6
    page = bek.get(f"{DESK}/{batch}/enter")
    assert "For you to read, after somebody else № 1–6" in page.visible
    enter(bek, batch, "1 3 1", *lines[1:], status=303)
    assert states(app) == [
        SheetState.VALID, SheetState.VALID, SheetState.UNUSED, SheetState.SPOILED, SheetState.SPOILED,
        SheetState.VALID,
    ]  # fmt: skip
    assert [sheet.fault for sheet in sheets_in(app)][3:5] == [SheetFault.UNSIGNED, SheetFault.TOO_MANY]


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_reasons_may_be_typed_in_the_language_of_the_page(
    app: Flask, ann: PageClient, batch: str, language: str
) -> None:
    with app.test_request_context(f"/{language}/"):
        words = [label(fault) for fault in list(SheetFault)[:6]]
    page = ann.get(f"/{language}{DESK.removeprefix('/en')}/{batch}/enter")
    lines = "\n".join(f"{serial} x {word}" for serial, word in enumerate(words, start=1))
    ann.submit(page, {"lines": lines}, status=303)
    assert [row.fault for row in entries_in(app)] == list(SheetFault)[:6]


def test_each_line_that_fails_is_told_and_stays_and_the_others_leave(
    app: Flask, ann: PageClient, batch: str
) -> None:
    lines = ["1 1", "nonsense", "2 99", "77 1", "3 1 1", "4 1 2 3 4", "", "1 2", "5 x", "6 0"]
    page = enter(ann, batch, *lines, status=422)
    assert "2 papers are noted." in page.visible
    left = "".join(page.find("textarea", id="lines").itertext()).strip().splitlines()
    assert left == [line for line in lines if line not in ("1 1", "6 0", "")]
    rows = [list(row) for row in page.find("table").iter("tr")][1:]
    told = {text_of(row[0]): text_of(row[2]) for row in rows}
    assert list(told) == ["Line 2", "Line 3", "Line 4", "Line 5", "Line 6", "Line 8", "Line 9"]
    assert "There is no project number 99" in told["Line 3"]
    assert "There is no such number in this batch." in told["Line 4"]
    assert "A project stands here twice." in told["Line 5"]
    assert "it is spoiled: “Too many marks”" in told["Line 6"]
    assert "You have read this paper already." in told["Line 8"]
    assert [row.serial for row in entries_in(app)] == [1, 6]
    assert page.errors == {"lines": "7 lines need you."}


def test_marks_in_two_parts_of_the_budget_are_told_with_what_to_type(app: Flask, now: datetime) -> None:
    open_paper_vote(app, now, envelopes=2)
    page = enter(member(app, "ann"), issue(app), "1 1 2", status=422)
    assert "it is spoiled: “Several parts”" in page.visible


@given(st.lists(st.text("0123459 -xх;,ab\t№", max_size=10), min_size=1, max_size=12))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_no_line_is_lost(app: Flask, ann: PageClient, batch: str, lines: list[str]) -> None:
    with database_of(app).writing() as session:
        session.connection().execute(delete(PaperEntry))
    text = "\n".join(lines)
    page = ann.get(f"{DESK}/{batch}/enter")
    token = page.find("input", id="csrf_token").get("value")
    data = {"csrf_token": token, "lines": text}
    answer: Any = FlaskClient.open(ann, page.request.path, method="POST", data=data)  # whatever the status
    written = sorted(" ".join(line.split()) for line in text.splitlines() if line.strip())
    noted = len(entries_in(app))
    if answer.status_code == 303:
        assert noted == len(written)
        return
    boxes = answer.find_all("textarea", id="lines")
    left = "".join(boxes[0].itertext()).strip().splitlines()
    assert noted + len(left) == len(written)
    for line in left:
        assert " ".join(line.split()) in written


def test_nobody_reads_a_paper_twice_nor_what_the_first_one_read(
    app: Flask, ann: PageClient, bek: PageClient, batch: str
) -> None:
    enter(ann, batch, "1 x late")
    enter(ann, batch, "1 x late", status=422)
    assert len(entries_in(app)) == 1
    for page in ("enter", "one", "differences", "hand-out"):
        for row in bek.get(f"{DESK}/{batch}/{page}").find_all("option"):
            assert row.get("selected") is None or row.get("value") == ""
    page = bek.get(f"{DESK}/{batch}/one")
    assert page.find("input", id="serial").get("value") == "1"
    assert not [box for box in page.find_all("input", name="outcome") if box.get("checked") is not None]


@pytest.mark.parametrize(("ours", "theirs"), [("1 1", "1 1"), ("1 1", "1 2")])
def test_operators_who_race_for_one_paper_each_note_it_once(
    app: Flask, ann: PageClient, bek: PageClient, cem: PageClient, batch: str, ours: str, theirs: str
) -> None:
    """Three press at the same moment: two readings are noted, the third is told, and the outcome is of both."""
    typed = list(zip((ann, bek, cem), (ours, theirs, ours), strict=True))
    pages = [client.get(f"{DESK}/{batch}/enter") for client, _ in typed]
    together = Barrier(len(typed))

    def press(number: int) -> int:
        client, lines = typed[number]
        token = pages[number].find("input", id="csrf_token").get("value")
        together.wait()
        answer = FlaskClient.open(
            client, pages[number].request.path, method="POST", data={"csrf_token": token, "lines": lines}
        )
        return answer.status_code

    with ThreadPoolExecutor(len(typed)) as pool:
        statuses = sorted(pool.map(press, range(len(typed))))
    assert statuses == [303, 303, 422]
    rows = entries_in(app)
    assert [row.round for row in rows] == [1, 2]
    assert len({row.staff_id for row in rows}) == 2
    is_agreed = rows[0].content_key == rows[1].content_key
    assert states(app)[0] is (SheetState.VALID if is_agreed else SheetState.ISSUED)


# --- one paper by hand ---------------------------------------------------------------------------------


READINGS: list[tuple[dict[str, Any], SheetState]] = [
    ({"outcome": "projects", "projects": 2}, SheetState.VALID),
    ({"outcome": "none"}, SheetState.VALID),
    ({"outcome": "unused"}, SheetState.UNUSED),
    ({"outcome": "spoiled", "fault": "late"}, SheetState.SPOILED),
]


@pytest.mark.parametrize(("values", "state"), READINGS)
def test_one_paper_is_noted_with_a_form(
    app: Flask, election: Election, ann: PageClient, batch: str, values: dict[str, Any], state: SheetState
) -> None:
    chosen = {"projects": ids(election)[: values["projects"]]} if "projects" in values else {}
    page = ann.submit(
        ann.get(f"{DESK}/{batch}/one"), {"serial": "4", **values, **chosen}, follow_redirects=True
    )
    assert "Paper № 4 is noted." in page.visible
    [row] = entries_in(app)
    assert (row.serial, row.state) == (4, state)
    assert page.find("input", id="serial").get("value") == "1"


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"serial": "", "outcome": "none"}, "serial", "Write the number of the paper."),
    ({"serial": "7", "outcome": "none"}, "serial", "There is no such number in this batch."),
    ({"serial": "1"}, "outcome", "Choose what is on the paper."),
    ({"serial": "1", "outcome": "projects"}, "projects", "Choose the projects that are ticked."),
    ({"serial": "1", "outcome": "none", "projects": 1}, "projects", "above it says something else"),
    ({"serial": "1", "outcome": "spoiled"}, "fault", "Choose why the paper is spoiled."),
    ({"serial": "1", "outcome": "projects", "projects": 4}, "serial", "it is spoiled: “Too many marks”"),
]


@pytest.mark.parametrize(("values", "field", "said"), WRONG)
def test_what_is_wrong_with_one_paper_stands_beside_its_field(
    app: Flask, election: Election, ann: PageClient, batch: str, values: dict[str, Any], field: str, said: str
) -> None:
    chosen = {"projects": ids(election)[: values["projects"]]} if "projects" in values else {}
    page = ann.submit(ann.get(f"{DESK}/{batch}/one"), {**values, **chosen}, status=422)
    assert said in page.errors[field]
    assert entries_in(app) == []


# --- differences ---------------------------------------------------------------------------------------


def test_a_third_person_decides_and_sees_nothing_of_the_two(
    app: Flask, election: Election, ann: PageClient, bek: PageClient, cem: PageClient, batch: str
) -> None:
    enter(ann, batch, "1 1")
    enter(bek, batch, "1 2")
    queue = f"{DESK}/{batch}/differences"
    for client in (ann, bek):
        page = client.get(queue)
        assert "You have read these papers yourself: № 1" in page.visible
        assert client.get(f"{queue}/1", status=303).location == queue
    assert "1 difference for you" in cem.get(DESK).visible
    assert f"{queue}/1" in cem.get(queue).links
    page = cem.get(f"{queue}/1")
    assert not [box for box in page.find_all("input") if box.get("checked") is not None]
    answer = cem.submit(
        page, {"outcome": "projects", "projects": ids(election)[1:2]}, button="Decide", follow_redirects=True
    )
    assert "Paper № 1 is settled." in answer.visible
    assert "No readings differ." in answer.visible
    assert states(app)[0] is SheetState.VALID
    again = cem.submit(page, {"outcome": "none"}, button="Decide", status=422)
    assert "This paper is settled already." in again.errors[""]


def test_an_operator_of_the_two_can_not_settle_by_a_forged_post(
    app: Flask, ann: PageClient, bek: PageClient, batch: str
) -> None:
    enter(ann, batch, "1 1")
    enter(bek, batch, "1 2")
    token = ann.get(f"{DESK}/{batch}/enter").find("input", id="csrf_token").get("value")
    answer = ann.post(
        f"{DESK}/{batch}/differences/1", data={"csrf_token": token, "outcome": "none"}, status=422
    )
    assert "Another operator must read it." in answer.errors[""]
    assert states(app)[0] is SheetState.ISSUED


def test_a_closed_batch_is_told_and_takes_nothing(
    app: Flask, ann: PageClient, bek: PageClient, batch: str
) -> None:
    lines = [f"{serial} -" for serial in range(1, 7)]
    page = ann.get(f"{DESK}/{batch}/enter")
    enter(ann, batch, *lines)
    enter(bek, batch, *lines)
    office = member(app, "chief", Role.COORDINATOR)
    office.submit(
        office.get(f"/en/office/cycles/test-2027/paper/batches/{batch}/close"), button="Close the batch"
    )
    answer = ann.submit(page, {"lines": "1 1"}, status=409)
    assert "The papers are accounted for since" in answer.visible
    assert "There is no batch to work with" in ann.get(DESK).visible
