"""The result: a story that can be recounted, and nothing of it a moment too early."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import col, delete, select, update

from models.cycle import Cycle
from models.database import Database
from models.enums import Origin, Phase, VerdictKind
from models.people import Resident
from models.project import Project
from models.result import Count, VerdictRow
from models.works import Works
from tests.harness.application import Clock
from tests.harness.client import PageClient
from tests.harness.pages import text_of
from tests.harness.public_rows import add_cycle

PAGE = "/en/cycles/2027/results"


@pytest.fixture
def published(app_database: Database, now: datetime) -> None:
    with app_database.writing() as session:
        add_cycle(session, now, phase=Phase.IMPLEMENTATION, results=True)


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize("envelopes", [1, 3])
def test_it_is_shown_in_each_language(
    client: PageClient, app_database: Database, now, language: str, envelopes: int
) -> None:
    with app_database.writing() as session:
        add_cycle(session, now, phase=Phase.ARCHIVE, results=True, projects=40, envelopes=envelopes)
    page = client.get(f"/{language}/cycles/2027/results")
    assert len(page.find_all("table")) == envelopes


def test_every_project_has_its_line_with_place_votes_and_verdict(client: PageClient, published: None) -> None:
    page = client.get(PAGE)
    rows = [
        text_of(row)
        for row in page.find_all("tr")
        if row.find("./td[5]") is not None or row.find("./td[4]") is not None
    ]
    lines = [row for row in rows if "Peace" in row or "Мир" in row]
    assert len(lines) == 9
    assert lines[0].startswith("1.")
    assert "990" in lines[0]
    assert "Won" in lines[0]
    assert "Does not fit" in lines[-1]
    assert "With 11 more votes it would have won." in lines[-1]


def test_the_line_of_the_money_stands_after_the_last_paid_project(
    client: PageClient, published: None
) -> None:
    rows = client.get(PAGE).find("tbody").findall("{*}tr") or client.get(PAGE).find("tbody").findall("tr")
    cut = [index for index, row in enumerate(rows) if row.get("class") == "pb-results__cutline"]
    assert cut == [4]
    assert "Won" in text_of(rows[3])
    assert "Does not fit" in text_of(rows[5])


def test_the_bars_show_the_numbers_beside_them(client: PageClient, published: None) -> None:
    page = client.get(PAGE)
    cells = page.find_all("td", class_="pb-results__votes")
    widths = [int(cell.findall(".//{*}rect")[1].get("width")) for cell in cells]
    votes = [int(cell.find("./span").text) for cell in cells]
    assert widths[0] == 1000
    assert widths == [1000 * count // votes[0] for count in votes]


def test_the_ballots_and_the_share_of_the_money_are_told(client: PageClient, published: None) -> None:
    text = client.get(PAGE).text
    for told in ("880", "893", "8", "5", "80.5%", "cd" * 32):
        assert told in text


def test_the_turnout_is_of_the_roll(client: PageClient, app_database: Database, published, now) -> None:
    assert "Turnout 8" not in client.get(PAGE).text
    with app_database.writing() as session:
        session.exec(update(Count).values(roll=1000))
    assert "89.3%" in client.get(PAGE).text


def test_a_published_turnout_does_not_move_with_the_roll(
    client: PageClient, app_database: Database, published, now
) -> None:
    with app_database.writing() as session:
        session.exec(update(Count).values(roll=1000))
        for number in range(1001):
            session.add(Resident(roll_key=number.to_bytes(32), birth_on=now.date(), imported_at=now))
    assert "89.3%" in client.get(PAGE).text


def test_an_imported_election_has_its_currency_and_no_roll(
    client: PageClient, app_database: Database, now
) -> None:
    with app_database.writing() as session:
        add_cycle(
            session, now, phase=Phase.ARCHIVE, results=True, origin=Origin.PABULIB, currency="PLN", year=2024
        )
        session.add(Resident(roll_key=b"r" * 32, birth_on=now.date(), imported_at=now))
        session.exec(delete(Works))
    page = client.get(PAGE)
    assert "PLN" in page.text
    assert "₸" not in page.text
    assert "Residents on the roll" not in page.text
    rules = client.get("/en/cycles/2027/rules")
    assert "Who votes" not in rules.text
    assert "public lot" not in rules.text  # ties stand in the order of the file
    assert "₸" not in rules.text
    cycle = client.get("/en/cycles/2027")
    assert "Imported election." in cycle.text
    assert "are completed" not in cycle.text  # nobody knows what became of its winners
    assert "The works" not in cycle.text


@pytest.mark.parametrize("leftovers", [True, False])
def test_the_pass_over_the_leftovers_is_explained(
    client: PageClient, app_database: Database, now, leftovers: bool
) -> None:
    """Its money left is more than the line before says: nobody could follow the numbers without it."""
    with app_database.writing() as session:
        add_cycle(session, now, phase=Phase.IMPLEMENTATION, results=True, envelopes=2, leftovers=leftovers)
    assert ("What is left in all envelopes is put together" in client.get(PAGE).text) is leftovers


def judge(session, public_id: str, kind: VerdictKind) -> None:
    project = session.exec(select(Project.id).where(Project.public_id == public_id)).one()
    session.exec(update(VerdictRow).where(col(VerdictRow.project_id) == project).values(kind=kind))


def cut_lines(page) -> list[str]:
    return [text_of(row) for row in page.find_all("tr", class_="pb-results__cutline")]


def test_what_the_leftovers_paid_stands_below_the_line_of_the_first_pass_and_is_told_apart(
    client: PageClient, app_database: Database, now
) -> None:
    with app_database.writing() as session:
        add_cycle(session, now, phase=Phase.IMPLEMENTATION, results=True, envelopes=2, leftovers=True)
        judge(session, "p202700007", VerdictKind.WON_LEFTOVERS)
    page = client.get(PAGE)
    captions = [text_of(caption).replace("\u00a0", " ") for caption in page.find_all("caption")]
    assert captions[1].endswith(
        "goes to its winners, of this 4 070 000 ₸ from the leftovers of all envelopes"
    )
    assert "leftovers" not in captions[0]
    second = page.find_all("tbody")[1]
    rows = [text_of(row) for row in second.iter() if str(row.tag).endswith("tr")]
    paid = next(place for place, row in enumerate(rows) if "Peace 7" in row)
    assert "Paid from the leftovers of all envelopes put together" in rows[paid]
    line = next(
        place for place, row in enumerate(rows) if "The money of the first pass reaches to this line" in row
    )
    assert line < paid
    assert sum("reaches to this line" in row for row in rows) == 1


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_line_under_which_only_votes_were_short_says_so(
    client: PageClient, app_database: Database, published, language: str
) -> None:
    with app_database.writing() as session:
        lost = col(VerdictRow.kind) == VerdictKind.DOES_NOT_FIT
        session.exec(update(VerdictRow).where(lost).values(kind=VerdictKind.BELOW_MINIMUM))
    lines = cut_lines(client.get(f"/{language}/cycles/2027/results"))
    assert len(lines) == 1
    assert language != "en" or lines == ["Below this line: fewer votes than the minimum."]


def test_there_is_no_line_when_everybody_won(client: PageClient, app_database: Database, published) -> None:
    with app_database.writing() as session:
        session.exec(update(VerdictRow).values(kind=VerdictKind.WON))
    assert cut_lines(client.get(PAGE)) == []


@pytest.mark.parametrize("envelopes", [1, 2])
def test_money_that_is_not_divided_is_called_the_budget(
    client: PageClient, app_database: Database, now, envelopes: int
) -> None:
    with app_database.writing() as session:
        add_cycle(session, now, phase=Phase.IMPLEMENTATION, results=True, envelopes=envelopes)
    pages = (PAGE, "/en/cycles/2027/rules", "/en/projects/p202700001")
    said = ["envelope" in client.get(page).visible.lower().split("secrecy")[0] for page in pages]
    assert said == [envelopes > 1] * 3


def test_a_lot_is_shown_with_its_number_and_note(client: PageClient, app_database, published) -> None:
    with app_database.writing() as session:
        session.exec(
            update(Count).values(draw="4711", draw_place="Әкімдік, 2027 ж.", draw_witnesses="А. мен Б.")
        )
    page = client.get(PAGE)
    assert "4711" in page.text
    assert "Әкімдік, 2027 ж." in page.text
    assert "А. мен Б." in page.text


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_before_the_publication_it_says_when(
    client: PageClient, app_database: Database, now, clock: Clock, language: str
) -> None:
    with app_database.writing() as session:
        cycle = add_cycle(session, now, phase=Phase.DECISION, results=True)
        session.exec(update(Cycle).where(col(Cycle.id) == cycle.id).values(results_published_at=None))
    address = f"/{language}/cycles/2027/results"
    page = client.get(address)
    assert page.find_all("table") == []
    for told in ("990", "893"):
        assert told not in page.text
    clock.instant = now + timedelta(days=30)
    late = client.get(address)
    assert late.text != page.text


def test_it_appears_the_moment_it_is_published(client: PageClient, app_database: Database, now) -> None:
    with app_database.writing() as session:
        cycle = add_cycle(session, now, phase=Phase.DECISION, results=True)
        session.exec(update(Cycle).where(col(Cycle.id) == cycle.id).values(results_published_at=None))
    assert "990" not in client.get(PAGE).text
    with app_database.writing() as session:
        session.exec(update(Cycle).where(col(Cycle.id) == cycle.id).values(results_published_at=now))
    assert "990" in client.get(PAGE).text


def test_the_file_to_recount_it_is_offered_for_each_envelope(
    client: PageClient, app_database: Database, now
) -> None:
    with app_database.writing() as session:
        add_cycle(session, now, phase=Phase.ARCHIVE, results=True, projects=20, envelopes=2)
    files = [href for href in client.get(PAGE).links if ".pb" in href]
    assert files == [f"/en/cycles/2027/results.pb?envelope={position}" for position in (1, 2)]
    for file in files:
        answer = client.get(file)
        assert answer.content_type == "text/plain; charset=utf-8"
        assert "attachment" in answer.headers["Content-Disposition"]
        assert answer.get_data(as_text=True).startswith("META")
    client.get("/en/cycles/2027/results.pb", status=404)
    client.get("/en/cycles/2027/results.pb?envelope=3", status=404)


def test_there_is_no_file_before_the_publication(client: PageClient, app_database: Database, now) -> None:
    with app_database.writing() as session:
        add_cycle(session, now, phase=Phase.DECISION)
    client.get("/en/cycles/2027/results.pb", status=404)
