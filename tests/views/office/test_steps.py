"""The cycle's page, publishing, freezing and extending: one press, one act; a second press is told politely."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlmodel import select

from budget import cycles
from budget.permissions import SYSTEM
from budget.phases import Window
from models.cycle import CalendarChange, Cycle
from models.database import Database
from models.enums import Origin, Phase, ProjectState
from models.service import AuditEvent
from tests.harness.client import PageClient
from tests.harness.council import make_council
from tests.harness.cycles import (
    LENGTH,
    add_project,
    add_resident,
    calendar_from,
    frozen,
    instant_in,
    proposal,
    published,
)
from tests.harness.office import typed
from views.keys import keyring_for

PAGE = "/en/office/cycles/2027"
DAY = timedelta(days=1)
Build = Callable[..., Any]


@pytest.fixture
def build(app_database: Database, now: datetime) -> Build:
    """Run a builder of tests.harness.cycles in a transaction of its own, begun ten days ago."""

    def made(builder: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with app_database.writing() as session:
            return builder(session, *args, **kwargs)

    return made


def draft_only(session: Any, now: datetime) -> Cycle:
    return cycles.create(session, SYSTEM, proposal(now), now=now)


def acts_of(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.exec(select(AuditEvent.action).order_by(AuditEvent.id)))


def row_of(database: Database) -> Cycle:
    with database.reading() as session:
        return cycles.by_slug(session, "2027")


# --- what the page says ---------------------------------------------------------------------------------


def test_a_draft_says_what_is_missing_and_where_it_is_mended(
    desk: PageClient, build: Build, now: datetime
) -> None:
    build(draft_only, now)
    page = desk.get(PAGE)
    assert "1 thing is missing before the cycle can be published." in page.visible
    assert "The roll of residents is empty" in page.visible
    assert "The calendar has every phase" in page.visible
    assert f"{PAGE}/edit" in page.links
    assert f"{PAGE}/publish" not in page.links


def test_a_calendar_that_grew_old_is_mended_in_the_settings(
    desk: PageClient, build: Build, now: datetime, clock: Any
) -> None:
    build(draft_only, now)
    clock.instant = now + LENGTH
    assert f"{PAGE}/edit#section-calendar" in desk.get(PAGE).links


def test_a_draft_that_lacks_nothing_is_one_press_from_publication(
    desk: PageClient, build: Build, now: datetime, app_database: Database
) -> None:
    build(add_resident, now=now)
    build(draft_only, now)
    page = desk.get(PAGE)
    assert f"{PAGE}/publish" in page.links
    question = desk.get(f"{PAGE}/publish")
    assert row_of(app_database).published_at is None
    answer = desk.submit(question, button="Publish the cycle", follow_redirects=True)
    assert "The cycle is published." in answer.visible
    assert row_of(app_database).published_at == now
    again = desk.submit(question, button="Publish the cycle", follow_redirects=True)
    assert "is done only once" in again.visible
    assert acts_of(app_database) == ["cycle.create", "cycle.publish"]
    assert not list(desk.get(f"{PAGE}/publish").main.iter("form"))


def test_an_unready_cycle_is_not_published_by_a_forged_press(
    desk: PageClient, build: Build, now: datetime, app_database: Database
) -> None:
    build(draft_only, now)
    page = desk.get(f"{PAGE}/publish")
    assert not list(page.main.iter("form"))
    token = desk.get(f"{PAGE}/edit").find("input", id="csrf_token").get("value")
    answer = desk.post(f"{PAGE}/publish", data={"csrf_token": token}, status=422)
    assert "The roll of residents is empty" in answer.errors[""]
    assert row_of(app_database).published_at is None


STAGES = [
    (Phase.ANNOUNCEMENT, "Next: Applications, from"),
    (Phase.SUBMISSION, "Residents submit projects until"),
    (Phase.SCREENING, "The council has 1 project to decide on, until"),
    (Phase.VOTING, "Voting can't open: the ballot list is not frozen."),
]


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize(("phase", "sentence"), STAGES)
def test_the_next_act_follows_the_calendar(
    desk: PageClient, build: Build, now: datetime, clock: Any, phase: Phase, sentence: str, language: str
) -> None:
    cycle = build(published, now)
    build(make_council, cycle, now=now)
    build(add_project, cycle, state=ProjectState.SUBMITTED, cost=None, now=now)
    clock.instant = instant_in(phase, now)
    page = desk.get(f"/{language}/office/cycles/2027")
    home = desk.get(f"/{language}/office")
    if language == "en":
        assert sentence in page.visible
        assert sentence in home.visible


def test_a_frozen_cycle_waits_for_its_voters(
    desk: PageClient, build: Build, app: Flask, now: datetime, clock: Any
) -> None:
    ring = keyring_for(app.extensions["config"])
    build(frozen, now, ring)
    clock.instant = instant_in(Phase.VOTING, now)
    page = desk.get(PAGE)
    assert "Residents are voting until" in page.visible
    assert "After voting ends" in page.visible
    assert "They can't change any more." in page.visible
    clock.instant = instant_in(Phase.DECISION, now)
    assert "Voting is over. The ballots can be opened and counted now." in desk.get(PAGE).visible


def test_history_offers_no_acts(desk: PageClient, build: Build, now: datetime) -> None:
    def archived(session: Any) -> None:
        cycle = published(session, now)
        cycle.origin = Origin.ARCHIVE

    build(archived)
    page = desk.get(PAGE)
    assert "This is history" in page.visible
    assert not [
        link for link in page.links if link.endswith(("/publish", "/freeze", "/count", "/extend/voting"))
    ]
    assert "nothing in it can change" in desk.get(f"{PAGE}/edit").visible
    for act in ("publish", "freeze", "extend/voting", "count", "publish-results"):
        desk.get(f"{PAGE}/{act}", status=403)


def test_the_projects_are_listed_by_state(desk: PageClient, build: Build, now: datetime) -> None:
    cycle = build(published, now)
    build(add_project, cycle, title="Жарық", now=now)
    build(add_project, cycle, title="Алаң", state=ProjectState.REJECTED, now=now)
    page = desk.get(PAGE)
    assert "Жарық 1" in page.visible
    assert "Алаң 2" in page.visible
    rejected = desk.get(f"{PAGE}?state=rejected")
    assert "Жарық 1" not in rejected.visible
    assert "Алаң 2" in rejected.visible
    assert "Жарық 1" in desk.get(f"{PAGE}?state=nonsense").visible


# --- freeze ----------------------------------------------------------------------------------------------


def test_a_ready_list_is_frozen_with_one_press(
    desk: PageClient, build: Build, now: datetime, clock: Any, app_database: Database
) -> None:
    cycle = build(published, now)
    build(add_project, cycle, now=now)
    clock.instant = instant_in(Phase.SCREENING, now)
    question = desk.get(f"{PAGE}/freeze")
    assert "1 project is put to the vote." in question.visible
    answer = desk.submit(question, button="Freeze the ballot list", follow_redirects=True)
    assert "are frozen" in answer.visible
    digest = row_of(app_database).frozen_hash
    again = desk.submit(question, button="Freeze the ballot list", follow_redirects=True)
    assert "is done only once" in again.visible
    assert row_of(app_database).frozen_hash == digest
    assert digest is not None
    assert digest in desk.get(f"{PAGE}/edit").visible


def test_an_unready_list_says_what_is_missing(
    desk: PageClient, build: Build, now: datetime, clock: Any
) -> None:
    cycle = build(published, now)
    build(add_project, cycle, state=ProjectState.SUBMITTED, cost=None, now=now)
    clock.instant = instant_in(Phase.SCREENING, now)
    page = desk.get(f"{PAGE}/freeze")
    assert not list(page.main.iter("form"))
    assert "Some projects still wait for a decision of the council." in page.visible
    assert f"{PAGE}/extend/screening" in page.links


# --- extend ------------------------------------------------------------------------------------------------


def test_a_deadline_is_moved_with_a_reason_after_a_look_at_what_moves(
    desk: PageClient, build: Build, now: datetime, clock: Any, app_database: Database
) -> None:
    build(published, now)
    clock.instant = instant_in(Phase.SUBMISSION, now)
    page = desk.get(f"{PAGE}/extend/submission")
    new_end = now + 2 * LENGTH + 3 * DAY
    values = {"new_end": typed(new_end), "reason": "Аяз болды"}
    preview = desk.submit(page, values, button="Show what moves")
    rows = [" ".join("".join(row.itertext()).split()) for row in preview.find_all("tr")][1:]
    assert [row.split(" ")[0] for row in rows] == [
        "Applications",
        "Expert",
        "Voting",
        "Results",
        "Implementation",
        "Archive",
    ]
    assert acts_of(app_database)[-1] == "cycle.publish"
    answer = desk.submit(preview, button="Extend the deadline", follow_redirects=True)
    assert "Аяз болды" in answer.visible
    with app_database.reading() as session:
        cycle = cycles.by_slug(session, "2027")
        windows = cycles.calendar(session, cycle.id or 0).windows
        changes = session.exec(select(CalendarChange)).all()
    assert windows[1] == Window(Phase.SUBMISSION, now + LENGTH, new_end)
    assert windows[3].starts_at == now + 3 * LENGTH + 3 * DAY
    assert {(change.reason, change.language) for change in changes} == {("Аяз болды", "en")}


FAULTS = [
    ({"reason": ""}, "reason", "Write the reason."),
    ({"reason": "x" * 501}, "reason", "Shorten the reason"),
    ({"new_end": ""}, "new_end", "Write the new day and time."),
    ({"new_end": "soon"}, "new_end", "that exist"),
    ({"new_end": "same"}, "new_end", "must be later"),
    ({"new_end": "earlier"}, "new_end", "must be later"),
]


@pytest.mark.parametrize("button", ["Extend the deadline", "Show what moves"])
@pytest.mark.parametrize(("changes", "field", "text"), FAULTS)
def test_faults_of_an_extension_stand_beside_their_field(
    desk: PageClient, build: Build, now: datetime, app_database: Database,
    changes: dict[str, str], field: str, text: str, button: str,
) -> None:  # fmt: skip
    build(published, now)
    end = now + 2 * LENGTH
    known = {"same": typed(end), "earlier": typed(end - DAY)}
    values = {"new_end": typed(end + DAY), "reason": "Аяз"} | changes
    values["new_end"] = known.get(values["new_end"], values["new_end"])
    answer = desk.submit(desk.get(f"{PAGE}/extend/submission"), values, button=button, status=422)
    assert list(answer.errors) == [field]
    assert text in answer.errors[field]
    assert answer.find("input", id="new_end").get("value") == values["new_end"]
    with app_database.reading() as session:
        cycle = cycles.by_slug(session, "2027")
        assert cycles.calendar(session, cycle.id or 0).windows == calendar_from(now)


def test_a_phase_that_is_over_a_draft_and_the_archive_have_nothing_to_extend(
    desk: PageClient, build: Build, now: datetime, clock: Any
) -> None:
    build(draft_only, now)
    assert "A draft is not extended" in desk.get(f"{PAGE}/extend/voting").visible
    build(add_resident, now=now)
    build(cycles.publish, SYSTEM, "2027", now=now)
    assert "This phase has no end to move." in desk.get(f"{PAGE}/extend/archive").visible
    clock.instant = instant_in(Phase.VOTING, now)
    page = desk.get(f"{PAGE}/extend/submission")
    assert "It can't be extended." in page.visible
    assert not list(page.main.iter("form"))


def test_a_late_council_is_given_time_and_voting_moves(
    desk: PageClient, build: Build, now: datetime, clock: Any, app_database: Database
) -> None:
    cycle = build(published, now)
    build(make_council, cycle, now=now)
    build(add_project, cycle, state=ProjectState.SUBMITTED, cost=None, now=now)
    clock.instant = instant_in(Phase.VOTING, now)
    page = desk.get(PAGE)
    assert f"{PAGE}/extend/screening" in page.links
    values = {"new_end": typed(clock.instant + DAY), "reason": "Кеңес үлгермеді"}
    desk.submit(desk.get(f"{PAGE}/extend/screening"), values, button="Extend the deadline")
    with app_database.reading() as session:
        row = cycles.by_slug(session, "2027")
        voting = cycles.calendar(session, row.id or 0).window(Phase.VOTING)
    assert voting is not None
    assert voting.starts_at >= clock.instant + DAY
    assert "The council has 1 project to decide on" in desk.get(PAGE).visible
