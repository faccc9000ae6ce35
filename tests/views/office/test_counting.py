"""Closing the count: steps that may be repeated after a crash, the public draw, the preview, publication, works."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlmodel import select

from budget import ballot_log, cycles, opening, results
from budget.permissions import SYSTEM, Actor
from models.ballot import Ballot, BallotChoice, Participation
from models.cycle import Cycle
from models.database import Database
from models.enums import BallotStatus, Phase, Role
from models.project import Project
from models.result import Count, VerdictRow
from models.works import Works
from tests.harness.application import MakeApp
from tests.harness.client import PageClient
from tests.harness.counting import AFTER, Hold, acts_of
from tests.harness.elections import Election, impossible_iins, open_election, windows_around
from tests.harness.projects import make_district, sign_in
from tests.harness.voting import cast
from views.keys import keyring_for

PAGE = "/en/office/cycles/2027"


def row_of(database: Database) -> Cycle:
    with database.reading() as session:
        return cycles.by_slug(session, "2027")


def test_the_count_is_closed_with_one_press_and_shown_before_it_is_published(
    desk: PageClient, hold: Hold, app_database: Database
) -> None:
    hold(5, 3, 2, 1)
    page = desk.get(f"{PAGE}/count")
    assert row_of(app_database).separated_at is None
    answer = desk.submit(page, button="Open and count the ballots", follow_redirects=True)
    assert answer.h1 == "Publish the results?"
    assert acts_of(app_database) == ["count.close_log", "count.separate", "count.open", "count.tally"]
    assert "9\u00a0000\u00a0000\u00a0₸" in answer.visible
    [result] = answer.find_all("table", class_="pb-results")
    rows = [row for row in result.iter() if str(row.tag).endswith("tr")]
    verdicts = [" ".join("".join(row.itertext()).split()) for row in rows][1:]
    assert [row.split(" ")[0] for row in verdicts if not row.startswith("The money")] == [
        "1.",
        "2.",
        "3.",
        "4.",
    ]
    assert "It cost 2\u00a0000\u00a0000\u00a0₸ more than was left at its turn." in answer.visible
    for language in ("kk", "ru"):
        desk.get(f"/{language}/office/cycles/2027/publish-results")


def test_the_count_is_closed_on_postgresql_too(
    make_app: MakeApp, postgresql_url: str, monkeypatch: pytest.MonkeyPatch, now: datetime, clock: Any
) -> None:
    app = make_app(postgresql_url)
    database, ring = app.extensions["database"], keyring_for(app.extensions["config"])
    with database.writing() as session:
        make_district(session)
        made = open_election(session, ring, now=now, projects=2, slug="2027")
        for iin in impossible_iins(3):
            cast(session, ring, made.cycle, iin, made.projects[0], now=now)
    clock.instant = now + AFTER
    sign_in(monkeypatch, Actor(Role.COORDINATOR, 1))
    client = app.test_client()
    page = client.submit(
        client.get(f"{PAGE}/count"), button="Open and count the ballots", follow_redirects=True
    )
    client.submit(page, button="Publish the results")
    assert acts_of(database) == [
        "count.close_log",
        "count.separate",
        "count.open",
        "count.tally",
        "results.publish",
    ]


def test_a_gap_before_the_decision_keeps_nobody_from_counting_and_publishing(
    desk: PageClient, hold: Hold, app_database: Database, now: datetime, clock: Any
) -> None:
    *before, decision, implementation, archive = windows_around(now, Phase.VOTING)
    late = [replace(decision, starts_at=now + timedelta(days=25)), implementation, archive]
    hold(5, 3, windows=(*before, *late))
    clock.instant = before[-1].ends_at
    assert f"{PAGE}/count" in desk.get(PAGE).links
    answer = desk.submit(
        desk.get(f"{PAGE}/count"), button="Open and count the ballots", follow_redirects=True
    )
    desk.submit(answer, button="Publish the results")
    assert acts_of(app_database) == [
        "count.close_log",
        "count.separate",
        "count.open",
        "count.tally",
        "results.publish",
    ]


def test_nobody_else_sees_the_result_before_it_is_published(
    desk: PageClient, hold: Hold, app_database: Database
) -> None:
    hold(5, 3)
    desk.submit(desk.get(f"{PAGE}/count"), button="Open and count the ballots")
    assert "9\u00a0000\u00a0000" not in desk.get("/en/cycles/2027/results").visible
    with app_database.reading() as session:
        assert session.exec(select(Works)).all() == []


def test_a_second_press_leads_to_the_result(desk: PageClient, hold: Hold, app_database: Database) -> None:
    hold(5, 3)
    page = desk.get(f"{PAGE}/count")
    desk.submit(page, button="Open and count the ballots")
    again = desk.submit(page, button="Open and count the ballots", follow_redirects=True)
    assert again.h1 == "Publish the results?"
    assert "is done only once" in again.visible
    assert acts_of(app_database) == ["count.close_log", "count.separate", "count.open", "count.tally"]


@pytest.mark.parametrize("crash", ["rewrite_storage", "open_ballots", "count"])
def test_a_count_that_broke_off_goes_on_where_it_was(
    desk: PageClient,
    hold: Hold,
    app_database: Database,
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    crash: str,
) -> None:
    hold(5, 3)
    page = desk.get(f"{PAGE}/count")
    holder = {"rewrite_storage": app_database, "open_ballots": opening, "count": results}[crash]

    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(holder, crash, broken)
        app.testing = False
        desk.submit(page, button="Open and count the ballots", status=500)
    assert row_of(app_database).separated_at is not None
    page = desk.get(f"{PAGE}/count")
    assert "Continue the count" in page.visible
    desk.submit(page, button="Continue the count")
    assert acts_of(app_database) == ["count.close_log", "count.separate", "count.open", "count.tally"]
    with app_database.reading() as session:
        count = session.exec(select(Count)).one()
    assert (count.participations, count.valid) == (8, 8)


def test_the_storage_is_rewritten_after_the_separation_and_before_the_opening(
    desk: PageClient, hold: Hold, app_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold(2, 1)
    seen = []
    rewrite = app_database.rewrite_storage

    def watched() -> None:
        row = row_of(app_database)
        seen.append((row.separated_at is not None, row.opened_at is not None))
        rewrite()

    monkeypatch.setattr(app_database, "rewrite_storage", watched)
    desk.submit(desk.get(f"{PAGE}/count"), button="Open and count the ballots")
    assert seen == [(True, False)]


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_while_something_reads_on_the_ballots_stay_closed_and_it_is_told(
    desk: PageClient, hold: Hold, app_database: Database, language: str
) -> None:
    hold(2, 1)
    app_database.rewrite_seconds = 0.1
    page = desk.get(f"/{language}/office/cycles/2027/count")
    with app_database.reading() as reader:
        reader.exec(select(Participation)).all()
        answer = desk.submit(page, status=422)
    told = {"kk": "қайта жазылмады", "ru": "не переписано", "en": "could not be rewritten"}[language]
    assert told in answer.visible
    assert row_of(app_database).opened_at is None
    desk.submit(desk.get(f"{PAGE}/count"), button="Continue the count")
    assert acts_of(app_database) == ["count.close_log", "count.separate", "count.open", "count.tally"]


def test_no_receipt_is_left_beside_a_voter_in_the_files_after_the_count(
    desk: PageClient, hold: Hold, app_database: Database
) -> None:
    hold(3, 2)
    with app_database.reading() as session:
        rows = session.exec(select(Participation.voter_key, Participation.receipt)).all()
    assert len(rows) == 5
    path = Path(app_database.url.removeprefix("sqlite:///"))
    assert linked(path, rows)
    desk.submit(desk.get(f"{PAGE}/count"), button="Open and count the ballots")
    assert not linked(path, rows)


def linked(path: Path, rows: Any) -> bool:
    """Has a page of the database's file or of its log a voter and a receipt together? The public log has the
    receipts alone."""
    stored = b"".join(one.read_bytes() for one in (path, path.with_name(path.name + "-wal")) if one.exists())
    pages = [stored[start : start + 4096] for start in range(0, len(stored), 4096)]
    return any(
        any(voter in page for voter, _ in rows) and any(receipt in page for _, receipt in rows)
        for page in pages
    )


def test_before_the_close_the_count_is_refused(
    desk: PageClient, hold: Hold, app_database: Database, now: datetime, clock: Any
) -> None:
    hold(2, 1)
    page = desk.get(f"{PAGE}/count")
    clock.instant = now
    early = desk.get(f"{PAGE}/count")
    assert not list(early.main.iter("form"))
    assert "After voting ends" in early.visible
    answer = desk.submit(page, button="Open and count the ballots", status=422)
    assert "only after voting is over" in answer.errors[""]
    assert row_of(app_database).separated_at is None


# --- the public draw ------------------------------------------------------------------------------------


def tied(desk: PageClient, hold: Hold) -> tuple[Election, Any]:
    """Projects 2 and 3 are equal, and only one of them fits."""
    made = hold(5, 3, 3, 0, allotted_tenge=7_000_000, envelopes=one_envelope(7_000_000))
    answer = desk.submit(
        desk.get(f"{PAGE}/count"), button="Open and count the ballots", follow_redirects=True
    )
    return made, answer


def one_envelope(total: int) -> Any:
    from budget.settings import EnvelopeDraft, Text

    return (EnvelopeDraft(Text("Аулалар", "Дворы", "Yards"), total),)


def test_equal_projects_are_named_and_the_draw_is_asked_for(
    desk: PageClient, hold: Hold, app_database: Database
) -> None:
    made, page = tied(desk, hold)
    assert page.h1 == "Equal projects: the public draw"
    assert "3 votes each, 3\u00a0000\u00a0000\u00a0₸ each" in page.visible
    listed = [link for link in page.links if "/projects/" in link]
    assert {link.rsplit("/", 1)[1] for link in listed} == {p.public_id for p in made.projects[1:3]}
    with app_database.reading() as session:
        final = ballot_log.final_head(session, made.cycle.id or 0)
        assert final is not None
        assert final.root in page.visible
    assert row_of(app_database).counted_at is None
    assert acts_of(app_database) == ["count.close_log", "count.separate", "count.open"]
    for language in ("kk", "ru"):
        desk.get(f"/{language}/office/cycles/2027/count")


@pytest.mark.parametrize(
    ("changes", "field", "text"),
    [
        ({"draw": ""}, "draw", "Write the number drawn."),
        ({"draw": "4 17"}, "draw", "in digits"),
        ({"draw": "٣"}, "draw", "in digits"),
        ({"place": " "}, "place", "Write where"),
        ({"place": "x" * 201}, "place", "Shorten this"),
        ({"witnesses": " "}, "witnesses", "Write who saw"),
        ({"witnesses": "x" * 501}, "witnesses", "Shorten this"),
    ],
)
def test_a_draw_without_a_number_or_witnesses_counts_nothing(
    desk: PageClient, hold: Hold, app_database: Database, changes: dict[str, str], field: str, text: str
) -> None:
    _, page = tied(desk, hold)
    values = {"draw": "0417", "place": "Акимат", "witnesses": "А., Б."} | changes
    answer = desk.submit(page, values, button="Count with this draw", status=422)
    assert list(answer.errors) == [field]
    assert text in answer.errors[field]
    assert row_of(app_database).counted_at is None


def test_the_draw_decides_and_is_kept_as_announced(
    desk: PageClient, hold: Hold, app_database: Database
) -> None:
    made, page = tied(desk, hold)
    values = {"draw": "0417", "place": "Акимат", "witnesses": "А., екі куәгер"}
    answer = desk.submit(page, values, button="Count with this draw", follow_redirects=True)
    assert answer.h1 == "Publish the results?"
    with app_database.reading() as session:
        count = session.exec(select(Count)).one()
        kinds = {row.project_id: str(row.kind) for row in session.exec(select(VerdictRow))}
    assert (count.draw, count.draw_place, count.draw_witnesses) == ("0417", "Акимат", "А., екі куәгер")
    pair = [kinds[project.id or 0] for project in made.projects[1:3]]
    assert sorted(pair) == ["lost_lot", "won"]


def test_a_draw_is_made_once(desk: PageClient, hold: Hold, app_database: Database, clock: Any) -> None:
    _, page = tied(desk, hold)
    desk.submit(page, {"draw": "0417", "place": "Акимат", "witnesses": "А."}, button="Count with this draw")
    desk.submit(
        page,
        {"draw": "9", "place": "Акимат", "witnesses": "А."},
        button="Count with this draw",
        follow_redirects=True,
    )
    with app_database.writing() as session:
        from budget.errors import AlreadyDone

        with pytest.raises(AlreadyDone):
            results.count(session, SYSTEM, "2027", draw=results.Draw("9", "", ""), now=clock.instant)
        again = results.count(session, SYSTEM, "2027", now=clock.instant)
        count = session.exec(select(Count)).one()
    assert count.draw == "0417"
    assert len(again.winners) == 2


# --- publication -----------------------------------------------------------------------------


def test_results_are_published_once_and_the_council_is_next(
    desk: PageClient, hold: Hold, app_database: Database
) -> None:
    hold(5, 3, 2, 1)
    page = desk.submit(desk.get(f"{PAGE}/count"), button="Open and count the ballots", follow_redirects=True)
    answer = desk.submit(page, button="Publish the results", follow_redirects=True)
    assert "The results are published." in answer.visible
    assert "Now the council confirms them in its second session." in answer.visible
    with app_database.reading() as session:
        assert session.exec(select(Works)).all() == []
    again = desk.submit(page, button="Publish the results", follow_redirects=True)
    assert "is done only once" in again.visible
    assert acts_of(app_database)[4:] == ["results.publish"]
    shown = desk.get(f"{PAGE}/publish-results")
    assert shown.h1 == "The result"
    assert f"{PAGE}/sessions" in shown.links
    assert not list(shown.main.iter("form"))
    assert desk.get("/en/cycles/2027/results").h1


def test_numbers_that_differ_at_the_second_count_stop_the_publication(
    desk: PageClient, hold: Hold, app_database: Database
) -> None:
    made = hold(5, 3)
    page = desk.submit(desk.get(f"{PAGE}/count"), button="Open and count the ballots", follow_redirects=True)
    with app_database.writing() as session:  # somebody with the database's password adds a ballot
        highest = session.execute(sa.text("SELECT max(id) FROM ballot")).scalar_one()
        cycle_id, project_id = made.cycle.id or 0, made.projects[1].id or 0
        envelope = session.get_one(Project, project_id).envelope_id
        session.add(
            Ballot(id=highest + 1, cycle_id=cycle_id, envelope_id=envelope, status=BallotStatus.VALID)
        )
        session.flush()
        session.add(BallotChoice(ballot_id=highest + 1, project_id=project_id))
    answer = desk.submit(page, button="Publish the results", status=422)
    assert list(answer.errors) == [""]
    assert row_of(app_database).results_published_at is None


def test_before_the_count_there_is_nothing_to_publish(desk: PageClient, hold: Hold) -> None:
    hold(1, 1)
    page = desk.get(f"{PAGE}/publish-results")
    assert f"{PAGE}/count" in page.links
    assert not list(page.main.iter("form"))
