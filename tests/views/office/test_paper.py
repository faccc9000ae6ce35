"""Paper at the coordinator's desk: issuing, the sum that must add up, closing with a step-up, the printed documents."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
import segno
import typst
from flask import Flask
from PIL import Image
from sqlmodel import select

from budget import cycles
from budget.paper import people
from models.district import Area
from models.enums import Role, SheetState
from models.people import Resident
from models.service import AuditEvent
from tests.harness import staff
from tests.harness.application import Clock, MakeApp
from tests.harness.ballots import SLUG, closes_at, database_of, open_session
from tests.harness.client import PageClient
from tests.harness.elections import Election
from tests.harness.paper import (
    OFFICE,
    POINT,
    batch_in,
    enter,
    entries_in,
    hand_out,
    issue,
    member,
    open_paper_vote,
    sheets_in,
)
from views import documents
from views.office import paper_prints

CYCLE = f"/en/office/cycles/{SLUG}"
KAZAKH = "ӘәҒғҚқҢңӨөҰұҮүҺһІі"


@pytest.fixture
def app(make_app: MakeApp, database_url: str) -> Flask:
    """The application over each database."""
    return make_app(database_url)


@pytest.fixture
def election(app: Flask, now: datetime) -> Election:
    return open_paper_vote(app, now)


@pytest.fixture
def chief(app: Flask, election: Election) -> PageClient:
    return member(app, "chief", Role.COORDINATOR)


def acts_in(app: Flask) -> list[str]:
    with database_of(app).reading() as session:
        found = session.exec(select(AuditEvent.action).order_by(AuditEvent.id)).all()  # type: ignore[arg-type]
    return [action for action in found if action.startswith("paper.")]


def read_all(app: Flask, batch: str, *lines: str) -> None:
    for name in ("ann", "bek"):
        enter(member(app, name), batch, *lines, status=303)


# --- the list and issuing -----------------------------------------------------------------------------------


def test_the_cycle_leads_to_paper_where_the_rules_have_it(app: Flask, chief: PageClient) -> None:
    assert OFFICE in chief.get(CYCLE).links
    assert "No papers are issued yet." in chief.get(OFFICE).visible


def test_a_cycle_without_paper_has_no_such_pages(app: Flask, now: datetime) -> None:
    open_paper_vote(app, now, paper=False)
    chief = member(app, "chief", Role.COORDINATOR)
    assert OFFICE not in chief.get(CYCLE).links
    for page in ("", "/issue", "/voters"):
        assert "no voting on paper" in chief.get(f"{OFFICE}{page}", status=409).visible


def test_papers_are_issued_and_the_next_free_numbers_suggested(app: Flask, chief: PageClient) -> None:
    page = chief.get(f"{OFFICE}/issue")
    assert page.find("input", id="first_serial").get("value") == "1"
    answer = chief.submit(page, {"point": POINT, "last_serial": "40"}, follow_redirects=True)
    assert "The papers are issued. Print them now." in answer.visible
    assert "40 issued = 0 valid + 0 spoiled + 0 unused + 40 still open" in answer.visible
    assert len(sheets_in(app)) == 40
    again = chief.get(f"{OFFICE}/issue")
    assert again.find("input", id="first_serial").get("value") == "41"
    assert POINT in chief.get(OFFICE).visible
    assert acts_in(app) == ["paper.issue"]


FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({"point": " "}, "point", "Write which polling point gets the papers."),
    ({"first_serial": ""}, "first_serial", "Write the first number."),
    ({"last_serial": "soon"}, "last_serial", "Write a whole number in digits."),
    ({"first_serial": "9", "last_serial": "8"}, "last_serial", "not above the last one"),
    ({"first_serial": "3", "last_serial": "9"}, "last_serial", "Some of these numbers are issued already."),
    ({"first_serial": "10", "last_serial": "9000"}, "last_serial", "A batch holds at most 5000 papers."),
]


@pytest.mark.parametrize(("changes", "field", "said"), FAULTS)
def test_what_is_wrong_with_a_batch_stands_beside_its_field(
    app: Flask, chief: PageClient, changes: dict[str, Any], field: str, said: str
) -> None:
    issue(app)
    page = chief.submit(chief.get(f"{OFFICE}/issue"), {"point": POINT, **changes}, status=422)
    assert list(page.errors) == [field]
    assert said in page.errors[field]
    assert len(sheets_in(app)) == 6


def test_no_papers_are_issued_when_the_voting_is_over(
    app: Flask, election: Election, now: datetime, clock: Clock
) -> None:
    clock.instant = closes_at(now) + timedelta(days=1)
    chief = member(app, "chief", Role.COORDINATOR)
    page = chief.submit(chief.get(f"{OFFICE}/issue"), {"point": POINT}, status=422)
    assert "" in page.errors
    assert sheets_in(app) == []
    for language in ("kk", "ru", "en"):
        page = chief.get(OFFICE.replace("/en/", f"/{language}/"))
    assert f"{OFFICE}/issue" not in page.links
    assert "No papers were issued." in page.visible


def test_the_coordinator_is_led_to_papers_that_wait_once_the_voting_is_over(
    app: Flask, chief: PageClient, election: Election, now: datetime, clock: Clock
) -> None:
    issue(app)
    waits = "Some paper ballots are not accounted for yet: close their batches first."
    assert waits not in chief.get(CYCLE).visible
    clock.instant = closes_at(now) + timedelta(days=20)
    late = member(app, "late", Role.COORDINATOR)
    assert waits in late.get(CYCLE).visible
    page = late.get(f"{CYCLE}/count")
    assert waits in page.visible
    assert not list(page.main.iter("form"))


# --- a batch ----------------------------------------------------------------------------------------------------


def test_a_batch_tells_what_is_missing_and_never_what_was_read(
    app: Flask, chief: PageClient, election: Election
) -> None:
    batch = issue(app)
    ann, bek = member(app, "ann"), member(app, "bek")
    enter(ann, batch, "1 1", "2 x late", "3 -")
    enter(bek, batch, "1 2", "2 x late")
    page = chief.get(f"{OFFICE}/batches/{batch}")
    assert "6 issued = 0 valid + 1 spoiled + 0 unused + 5 still open" in page.visible
    assert "Readings differ № 1" in page.visible
    assert "Read once № 3" in page.visible
    assert "Nobody read them yet № 4–6" in page.visible
    assert "Late: 1" in page.visible
    assert "1 difference" in chief.get(OFFICE).visible


def test_the_papers_are_noted_as_returned_once(app: Flask, chief: PageClient, now: datetime) -> None:
    batch = issue(app)
    page = chief.get(f"{OFFICE}/batches/{batch}")
    answer = chief.submit(page, button="The papers are back", follow_redirects=True)
    assert "The papers are noted as returned." in answer.visible
    assert batch_in(app).returned_at == now
    chief.submit(page, button="The papers are back", status=303)
    assert acts_in(app) == ["paper.issue", "paper.return"]


def test_a_batch_closes_when_the_sum_is_right_and_only_then(app: Flask, chief: PageClient) -> None:
    batch = issue(app)
    close = f"{OFFICE}/batches/{batch}/close"
    hand_out(member(app, "point"), batch)
    page = chief.get(close)
    assert "It can't be closed yet" in page.visible
    assert not list(page.main.iter("form"))
    token = chief.get(f"{OFFICE}/issue").find("input", id="csrf_token").get("value")
    forged = chief.post(close, data={"csrf_token": token}, status=422)
    assert "Papers without two readings: 6." in forged.errors[""]
    read_all(app, batch, "1 1", "2 -", "3 -", "4 -", "5 -", "6 -")
    question = chief.get(close)
    assert "6 issued = 1 valid + 0 spoiled + 5 unused" in question.visible
    assert "1 person is marked as having taken a paper." in question.visible
    answer = chief.submit(question, button="Close the batch", follow_redirects=True)
    assert "The batch is closed: every paper is accounted for." in answer.visible
    assert entries_in(app) == []
    assert batch_in(app).closed_at is not None
    again = chief.submit(question, button="Close the batch", follow_redirects=True)
    assert "The papers are accounted for since" in again.visible
    assert acts_in(app) == ["paper.issue", "paper.close"]


def test_closing_asks_for_the_password_again(app: Flask, election: Election, clock: Clock) -> None:
    batch, chief = issue(app), member(app, "chief", Role.COORDINATOR)
    clock.instant += timedelta(minutes=6)
    page = chief.get(f"{OFFICE}/batches/{batch}/close")
    assert page.find_all("input", name="step_up-current_password")


def test_more_ballots_than_people_are_told_on_the_page_of_the_batch(app: Flask, chief: PageClient) -> None:
    batch = issue(app, 2)
    read_all(app, batch, "1 1", "2 -")
    page = chief.get(f"{OFFICE}/batches/{batch}")
    assert "More papers came back used than people are marked." in page.visible
    assert f"{OFFICE}/batches/{batch}/close" not in page.links


@pytest.mark.parametrize("fault", ["iin_used", "not_on_roll"])
def test_a_paper_of_a_person_who_could_not_be_marked_keeps_no_batch_open(
    app: Flask, chief: PageClient, fault: str
) -> None:
    batch = issue(app, 2)
    read_all(app, batch, f"1 x {fault}", "2 -")
    assert f"{OFFICE}/batches/{batch}/close" in chief.get(f"{OFFICE}/batches/{batch}").links
    assert [sheet.state for sheet in sheets_in(app)] == [SheetState.SPOILED, SheetState.UNUSED]


def test_a_foreign_batch_is_not_found(app: Flask, chief: PageClient) -> None:
    for page in ("", "/close", "/papers.pdf"):
        chief.get(f"{OFFICE}/batches/0000000000{page}", status=404)


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_every_page_speaks_every_language(app: Flask, chief: PageClient, language: str) -> None:
    batch = issue(app)
    read_all(app, batch, "1 x damaged", *[f"{serial} -" for serial in range(2, 6)])
    enter(member(app, "cem"), batch, "6 1")
    base = f"/{language}{OFFICE.removeprefix('/en')}"
    for page in ("", "/issue", "/voters", f"/batches/{batch}", f"/batches/{batch}/close"):
        chief.get(f"{base}{page}")
    chief.submit(chief.get(f"{base}/issue"), {"point": ""}, status=422)


# --- the papers in print ------------------------------------------------------------------------------------------


@pytest.fixture
def data(app: Flask, election: Election) -> dict[str, Any]:
    """The data of papers 7 and 8."""
    return paper_data(app, 7, 8)


def paper_data(app: Flask, first: int, last: int) -> dict[str, Any]:
    with database_of(app).reading() as session:
        return paper_prints.papers_data(session, cycles.by_slug(session, SLUG), first, last)


def pictures(name: str, data: dict[str, Any]) -> list[bytes]:
    made = documents.compiled(name, data).compile(format="png", ppi=40)
    return made if isinstance(made, list) else [made]


def test_papers_come_as_a_file_to_keep(app: Flask, chief: PageClient) -> None:
    batch = issue(app)
    answer = chief.get(f"{OFFICE}/batches/{batch}/papers.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{SLUG}-1-6.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"


def test_large_batches_come_in_several_files(
    app: Flask, chief: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper_prints, "AT_ONCE", 4)
    batch = issue(app)
    links = [link for link in chief.get(f"{OFFICE}/batches/{batch}").links if ".pdf" in link]
    assert [link.rpartition("?")[2] for link in links] == ["first=1", "first=5"]
    names = [chief.get(link).headers["Content-Disposition"] for link in links]
    assert [name.split('"')[1] for name in names] == [f"{SLUG}-1-4.pdf", f"{SLUG}-5-6.pdf"]
    chief.get(f"{OFFICE}/batches/{batch}/papers.pdf?first=7", status=404)


def test_a_paper_holds_the_ballot_in_both_languages_and_its_own_number(data: dict[str, Any]) -> None:
    assert [sheet["serial"] for sheet in data["sheets"]] == [7, 8]
    assert data["sheets"][0]["qr"] == documents.qr_svg(f"{SLUG}/7") != data["sheets"][1]["qr"]
    assert segno.make(f"{SLUG}/7", error="m", micro=False).symbol_size(border=2)[0] > 20
    [part] = data["envelopes"]
    assert [row["number"] for row in part["projects"]] == [1, 2, 3, 4]
    assert part["projects"][0]["titles"] == [
        {"lang": "kk", "text": "1-аула"},
        {"lang": "ru", "text": "Двор 1"},
    ]
    assert part["projects"][0]["cost"] == "3\u00a0000\u00a0000\u00a0₸"
    assert "3" in data["words"]["rules"]["kk"][0]
    assert data["words"]["paper"] == {"kk": "Бюллетень", "ru": "Бюллетень"}
    assert data["words"]["none_of_these"]["kk"] != data["words"]["none_of_these"]["ru"]


def test_the_stub_has_no_number(data: dict[str, Any]) -> None:
    """What is drawn above the line to tear along is the same on every paper."""
    seven, eight = (picture_top(page) for page in pictures("ballot_paper", data))
    assert seven == eight
    assert pictures("ballot_paper", data)[0] != pictures("ballot_paper", data)[1]


def picture_top(page: bytes) -> bytes:
    """The first 26 mm of an A4 page: the stub."""
    picture = Image.open(BytesIO(page))
    return picture.crop((0, 0, picture.width, round(picture.height * 26 / 297))).tobytes()


def test_every_paper_begins_a_page_and_a_long_list_goes_on_with_its_number(data: dict[str, Any]) -> None:
    assert len(pictures("ballot_paper", data)) == 2
    rows = data["envelopes"][0]["projects"]
    data["envelopes"][0]["projects"] = [{**rows[0], "number": number} for number in range(1, 31)]
    assert len(pictures("ballot_paper", data)) == 4
    marks = documents.compiled("ballot_paper", data).query("metadata", field="value")
    assert json.loads(marks) == [7, 7, 8, 8]


def test_a_title_is_never_markup(app: Flask, data: dict[str, Any]) -> None:
    evil = '#panic("read as markup") *bold* $x$ \\ <label>'
    data["envelopes"][0]["projects"][0]["titles"] = [{"lang": "kk", "text": evil}]
    data["envelopes"][0]["projects"][0]["place"] = evil
    made, warnings = documents.compiled("ballot_paper", data).compile_with_warnings(format="pdf")
    assert made.startswith(b"%PDF-")
    assert warnings == []


def glyphs(characters: str) -> Iterator[bytes]:
    """Each character as the documents' fonts draw it."""
    fonts = '("Libertinus Serif", "New Computer Modern", "DejaVu Sans Mono")'
    for character in characters:
        source = f"#set page(width: 1cm, height: 1cm)\n#set text(font: {fonts})\n#sys.inputs.character"
        compiler = typst.Compiler(
            source.encode(), ignore_system_fonts=True, sys_inputs={"character": character}
        )
        yield compiler.compile(format="png", ppi=60)


def test_the_fonts_have_every_letter_of_the_documents(data: dict[str, Any]) -> None:
    for template in documents.FOLDER.glob("*.typ"):
        assert '("Libertinus Serif", "New Computer Modern", "DejaVu Sans Mono")' in template.read_text()
    texts = json.dumps({**data, "sheets": []}, ensure_ascii=False)
    used = sorted({c for c in f"{texts}{KAZAKH}₸№«»–" if not c.isspace()})
    [missing] = glyphs("\ue123")
    assert [c for c, drawn in zip(used, glyphs("".join(used)), strict=True) if drawn == missing] == []


def test_a_whole_file_of_papers_is_made(app: Flask, election: Election) -> None:
    """As many as one file takes, of ten projects each."""
    data = paper_data(app, 1, paper_prints.AT_ONCE)
    rows = data["envelopes"][0]["projects"]
    data["envelopes"][0]["projects"] = [{**rows[0], "number": number} for number in range(1, 11)]
    assert len(documents.pdf("ballot_paper", data)) > 100_000


# --- the list of voters -------------------------------------------------------------------------------------------


@pytest.fixture
def neighbours(app: Flask, election: Election, now: datetime) -> dict[str, int]:
    """People of two areas; ids of the areas."""
    last_day = (closes_at(now) - timedelta(seconds=1)).date()
    young = last_day.replace(year=last_day.year - 18)
    with database_of(app).writing() as session:
        areas = [
            Area(code=code, name_kk=code, name_ru=code, name_en=code) for code in ("koktal-1", "agrogorodok")
        ]
        session.add_all(areas)
        session.flush()
        rows = [
            ("Абай көшесі", "10", date(1980, 1, 2), areas[0]),
            ("Абай көшесі", "9а", date(1975, 1, 1), areas[0]),
            ("Абай көшесі", "9", young, areas[0]),
            ("Абай көшесі", "9", young + timedelta(days=1), areas[0]),
            ("187-көше", "7/1", date(1960, 5, 5), areas[1]),
        ]
        for number, (street, house, born, area) in enumerate(rows):
            session.add(
                Resident(
                    roll_key=number.to_bytes(32), birth_on=born, area_id=area.id, street=street, house=house,
                    imported_at=now,
                )
            )  # fmt: skip
        return {area.code: area.id or 0 for area in areas}


def test_the_list_counts_who_is_old_enough_on_the_last_day(
    app: Flask, chief: PageClient, neighbours: dict[str, int]
) -> None:
    page = chief.get(f"{OFFICE}/voters?area=koktal-1")
    assert "3 people old enough to vote" in page.visible
    assert "The list has no names and no IINs" in page.visible
    assert "1 person old enough" in chief.get(f"{OFFICE}/voters?area=agrogorodok").visible
    chief.get(f"{OFFICE}/voters?area=nowhere", status=404)


def test_the_list_is_in_the_order_of_the_houses_and_its_taking_in_the_log(
    app: Flask, chief: PageClient, neighbours: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, Any]] = []
    monkeypatch.setattr(
        documents, "pdf", lambda name, data: seen.append({**data, "name": name}) or b"%PDF-"  # type: ignore[func-returns-value]
    )  # fmt: skip
    page = chief.get(f"{OFFICE}/voters?area=koktal-1")
    answer = chief.submit(page, form=1, button="Take the list (PDF)")
    assert answer.mimetype == "application/pdf"
    [data] = seen
    assert data["name"] == "voter_list"
    [street] = data["streets"]
    assert (street["name"], [row["house"] for row in street["rows"]]) == ("Абай көшесі", ["9", "9а", "10"])
    assert data["people"]["ru"] == "3 человека"
    assert acts_in(app) == ["paper.voters"]


def test_a_long_list_comes_in_parts_and_the_whole_roll_by_area(
    app: Flask, chief: PageClient, neighbours: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "PART", 2)
    page = chief.get(f"{OFFICE}/voters?area=koktal-1")
    assert "Part 2 of 2 (PDF)" in page.visible
    chief.submit(page, form=1, button="Part 2 of 2 (PDF)")
    monkeypatch.setattr("views.office.paper_voters._LARGEST_WHOLE", 3)
    assert "Choose an area." in chief.get(f"{OFFICE}/voters").visible
    assert acts_in(app) == ["paper.voters"]


def test_a_list_of_thousands_is_laid_out(app: Flask, election: Election) -> None:
    rows = [people.Listed(f"{n // 200}-көше", str(n % 200), date(1980, 1, 1)) for n in range(2_000)]
    with database_of(app).reading() as session:
        data = paper_prints.voters_data(cycles.by_slug(session, SLUG), None, rows)
    made, warnings = documents.compiled("voter_list", data).compile_with_warnings(format="pdf")
    assert made.startswith(b"%PDF-")
    assert warnings == []


def test_other_staff_gets_no_papers_and_no_list(app: Flask, election: Election) -> None:
    batch = issue(app)
    for name, role in (("ann", Role.OPERATOR), ("council", Role.COUNCIL), ("watch", Role.OBSERVER)):
        client: Any = app.test_client()
        person = staff.add(app, f"{name}@other.kz", role)
        open_session(client, app, staff_id=person.id)
        for page in ("", "/voters", f"/batches/{batch}/papers.pdf", f"/batches/{batch}/close"):
            client.get(f"{OFFICE}{page}", status=403)
