"""Votes at the coordinator's desk: put to the vote with a quorum, never a count before the close, published in one act."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlmodel import select

from budget.council import agenda, members, sessions, votes
from models.confirmation import Confirmation
from models.cycle import Cycle
from models.database import Database
from models.enums import ConflictKind, ItemResult, Phase, ProjectState, SessionKind
from models.project import Project
from models.works import Works
from tests.harness import council
from tests.harness.application import Clock, MakeApp
from tests.harness.client import PageClient
from tests.harness.council_pages import gold, items_of, page_of, planned, reviewed, row_of, token_of
from tests.harness.counting import AFTER
from tests.harness.deciding import counted_vote
from tests.harness.projects import make_cycle, make_district
from tests.harness.voting import make_keyring

SLUG = "2027"


@pytest.fixture
def app(make_app: MakeApp, database_url: str) -> Flask:
    """The application over each database."""
    return make_app(database_url)


@pytest.fixture
def cycle(app_database: Database, now: datetime) -> Cycle:
    with app_database.writing() as session:
        return make_cycle(session, now, Phase.SUBMISSION, slug=SLUG)


def underway(
    database: Database, cycle: Cycle, count: int, *, now: datetime, there: int = 5, size: int = 5
) -> str:
    """A session that is open with `there` of its members, and `count` projects on its agenda."""
    reviewed(database, cycle, count, now=now, size=size)
    public_id = planned(database, cycle, now=now)
    with database.writing() as session:
        row = sessions.by_public_id(session, public_id)
        council.begin(session, row, council.members_of(session, cycle, now=now)[:there], now=now)
    return public_id


def vote(
    database: Database, cycle: Cycle, public_id: str, voters: int, *, now: datetime, only: int = 99
) -> None:
    """The first `voters` members vote for every open item, the first `only` of them."""
    with database.writing() as session:
        row = sessions.by_public_id(session, public_id)
        five = council.members_of(session, cycle, now=now)
        for item in agenda.items_of(session, row)[:only]:
            if item.opened_at is not None and item.closed_at is None:
                council.vote(session, item, five[:voters], now=now)


def test_all_motions_are_put_to_the_vote_and_closed_with_one_button_each(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    public_id = underway(app_database, cycle, 3, now=now)
    page = desk.get(page_of(public_id))
    assert gold(page) == "Put 3 motions to the vote"
    page = desk.submit(page, button="Put 3 motions to the vote", follow_redirects=True)
    assert "3 motions are put to the vote." in page.visible
    assert "0 of 3 open votes are complete" in page.visible
    assert "0 of 5 have voted" in page.visible
    vote(app_database, cycle, public_id, 5, now=now)
    page = desk.get(page_of(public_id))
    assert "3 of 3 open votes are complete" in page.visible
    assert " for," not in page.visible
    answer = desk.submit(page, button="Close 3 votes", follow_redirects=True)
    assert "3 votes are closed. Carried: 3." in answer.visible
    assert "5 for, 0 against, 0 abstained" in answer.visible
    assert gold(answer) == "Close the session"


def test_one_motion_at_a_time(desk: PageClient, app_database: Database, cycle: Cycle, now: datetime) -> None:
    public_id = underway(app_database, cycle, 2, now=now)
    first, second = items_of(app_database, public_id)
    page = desk.get(page_of(public_id))
    desk.post(
        f"{page_of(public_id)}/open-votes", data={**token_of(page), "item": first.public_id}, status=303
    )
    assert [one.opened_at is not None for one in items_of(app_database, public_id)] == [True, False]
    vote(app_database, cycle, public_id, 5, now=now)
    page = desk.get(page_of(public_id))
    assert "Put 1 motion to the vote" in page.visible
    desk.post(
        f"{page_of(public_id)}/close-votes", data={**token_of(page), "item": first.public_id}, status=303
    )
    assert [one.result for one in items_of(app_database, public_id)] == [ItemResult.CARRIED, None]
    again = desk.post(
        f"{page_of(public_id)}/close-votes",
        data={**token_of(page), "item": first.public_id},
        follow_redirects=True,
    )
    assert "No vote was open any more." in again.visible
    assert second.opened_at is None


def test_a_vote_that_somebody_there_has_not_cast_is_closed_only_knowingly(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    public_id = underway(app_database, cycle, 2, now=now)
    page = desk.submit(
        desk.get(page_of(public_id)), button="Put 2 motions to the vote", follow_redirects=True
    )
    vote(app_database, cycle, public_id, 4, now=now)
    question = desk.submit(page, button="Close 2 votes")
    assert question.h1 == "Close the vote before everybody has voted?"
    assert "On 2 motions" in question.visible
    assert "Мүше 5" in question.visible
    assert gold(question) == "Wait for them"
    assert all(one.result is None for one in items_of(app_database, public_id))
    answer = desk.submit(question, button="Close now", follow_redirects=True)
    assert "2 votes are closed. Carried: 2." in answer.visible


def test_without_a_quorum_nothing_is_put_to_the_vote_and_the_page_says_why(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    public_id = underway(app_database, cycle, 1, now=now, there=2)
    page = desk.get(page_of(public_id))
    assert "2 of 5 there, 3 needed" in page.visible
    [item] = items_of(app_database, public_id)
    for data in ({}, {"item": item.public_id}):
        told = desk.post(f"{page_of(public_id)}/open-votes", data={**token_of(page), **data}, status=422)
        assert "no quorum. 2 members who may decide are there, 3 are needed." in told.visible
    assert items_of(app_database, public_id)[0].opened_at is None


def test_a_late_recusal_that_breaks_the_quorum_leaves_nothing_decided(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    public_id = underway(app_database, cycle, 1, now=now, there=3)
    page = desk.submit(desk.get(page_of(public_id)), button="Put 1 motion to the vote", follow_redirects=True)
    vote(app_database, cycle, public_id, 3, now=now)
    with app_database.writing() as session:
        five = council.members_of(session, cycle, now=now)
        project = session.exec(select(Project)).one()
        members.declare(session, five[0].actor, cycle, {project.public_id: ConflictKind.RELATIVE}, now=now)
    page = desk.get(page_of(public_id))
    assert "2 of 4 there, 3 needed" in page.visible
    assert "Stand aside: Мүше 1 (a relative's project)" in page.visible
    answer = desk.submit(page, button="Close 1 vote", follow_redirects=True)
    assert "Without a quorum: 1." in answer.visible
    assert "No quorum" in answer.visible


def test_a_member_removed_in_mid_session_no_longer_counts(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime, clock: Clock
) -> None:
    public_id = underway(app_database, cycle, 1, now=now, there=6, size=7)
    desk.submit(desk.get(page_of(public_id)), button="Put 1 motion to the vote", follow_redirects=True)
    vote(app_database, cycle, public_id, 6, now=now)
    with app_database.writing() as session:
        gone = council.members_of(session, cycle, now=now)[5]
        members.dismiss(session, council.COORDINATOR, gone.row.public_id, reason="Өз өтініші", now=now)
    clock.instant = now + timedelta(minutes=1)
    page = desk.get(page_of(public_id))
    assert "5 of 6 there, 4 needed" in page.visible
    answer = desk.submit(page, button="Close 1 vote", follow_redirects=True)
    assert "5 for, 0 against, 0 abstained" in answer.visible


def test_a_session_with_an_open_vote_is_not_closed(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    public_id = underway(app_database, cycle, 1, now=now)
    desk.submit(desk.get(page_of(public_id)), button="Put 1 motion to the vote", follow_redirects=True)
    told = desk.submit(desk.get(f"{page_of(public_id)}/close"), button="Close the session", status=422)
    assert "A vote is still open." in told.visible


# --- published together -------------------------------------------------------------------------------------------


def closed(database: Database, cycle: Cycle, *, now: datetime) -> str:
    """A closed session: one project to admit, one to reject, one not carried."""
    public_id = underway(database, cycle, 3, now=now)
    with database.writing() as session:
        row = sessions.by_public_id(session, public_id)
        items, five = agenda.items_of(session, row), council.members_of(session, cycle, now=now)
        project = session.get_one(Project, items[1].project_id)
        motion = council.rejection(project)
        agenda.change_motion(
            session, council.COORDINATOR, items[1].public_id, motion, revision=row.revision, now=now
        )
        votes.open_items(session, council.COORDINATOR, public_id, now=now)
        for item in items[:2]:
            council.vote(session, item, five, now=now)
        votes.close_items(session, council.COORDINATOR, public_id, now=now)
        sessions.close(session, council.COORDINATOR, public_id, now=now)
    return public_id


def test_the_page_says_what_becomes_public_and_everything_does_in_one_act(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    public_id = closed(app_database, cycle, now=now)
    page = desk.get(f"{page_of(public_id)}/publish")
    for said in (
        "Projects admitted to the vote 1",
        "Projects rejected, each with its criterion, clause and reasons 1",
        "Motions not carried: nothing is decided 1",
        "may appeal within 5 working days",
    ):
        assert said in page.visible
    with app_database.reading() as session:
        assert set(session.exec(select(Project.state))) == {ProjectState.SUBMITTED}
    answer = desk.submit(page, button="Publish the decisions", follow_redirects=True)
    assert "The decisions are published." in answer.visible
    with app_database.reading() as session:
        states = session.exec(select(Project.state).order_by(Project.number)).all()  # type: ignore[arg-type]
    assert states == [ProjectState.ADMITTED, ProjectState.REJECTED, ProjectState.SUBMITTED]
    again = desk.submit(page, button="Publish the decisions", status=422)
    assert "only after the session is closed, and once" in again.visible


def test_publishing_asks_for_the_password_again(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from views.access import declared
    from views.staff.step_up import is_demanded

    app = desk.application
    for name in ("publish_session", "announce_session", "make_protocol", "correct_protocol", "fall_out"):
        view = app.view_functions[f"office.{name}"]
        assert is_demanded(view) or is_demanded(view.__wrapped__)  # type: ignore[attr-defined]
        assert declared(view)


def test_what_is_frozen_is_refused_on_the_page(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime, clock: Clock
) -> None:
    public_id = closed(app_database, cycle, now=now)
    page = desk.get(f"{page_of(public_id)}/publish")
    clock.instant = now + timedelta(days=40)
    told = desk.submit(page, button="Publish the decisions", status=422)
    assert told.errors[""]
    assert row_of(app_database, public_id).published_at is None


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_every_page_speaks_every_language(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime, language: str
) -> None:
    public_id = underway(app_database, cycle, 2, now=now)
    own = f"/{language}/office/sessions/{public_id}"
    page = desk.get(own)
    page = desk.submit(page, follow_redirects=True)
    desk.submit(page)  # asks, for nobody has voted
    vote(app_database, cycle, public_id, 5, now=now, only=1)
    desk.get(own)
    token = token_of(desk.get(own))
    desk.post(f"{own}/close-votes", data={**token, "sure": "1"}, follow_redirects=True)
    desk.submit(desk.get(f"{own}/close"), follow_redirects=True)
    desk.get(f"{own}/publish")
    desk.get(own)
    desk.submit(desk.get(f"{own}/publish"), follow_redirects=True)
    desk.get(f"{own}/publish")


# --- the second session ---------------------------------------------------------------------------------------------


def second(database: Database, ring: object, now: datetime, clock: Clock) -> str:
    with database.writing() as session:
        make_district(session)
        made = counted_vote(session, ring, now, 5, 3, 2, 1, slug=SLUG)  # type: ignore[arg-type]
        clock.instant = now + AFTER
        council.make_council(session, made.cycle, now=clock.instant)
        row = council.plan_session(session, made.cycle, SessionKind.DECISION, now=clock.instant)
        agenda.fill(session, council.COORDINATOR, row.public_id, now=clock.instant)
        return row.public_id


def test_the_second_session_confirms_the_winners_and_plans_their_works(
    desk: PageClient, app_database: Database, now: datetime, clock: Clock, tmp_path: Path
) -> None:
    public_id = second(app_database, make_keyring(tmp_path), now, clock)
    dropped = items_of(app_database, public_id)[2]
    with app_database.writing() as session:
        row = sessions.by_public_id(session, public_id)
        word = council.motions.Word(wins=False, reason_kk="Жер дауы", reason_ru="Спор о земле")
        agenda.change_word(
            session, council.COORDINATOR, dropped.public_id, word, revision=row.revision, now=clock.instant
        )
        cycle = session.get_one(Cycle, row.cycle_id)
        council.hold(
            session,
            row,
            council.members_of(session, cycle, now=clock.instant),
            now=clock.instant,
            publish=False,
        )
    page = desk.get(f"{page_of(public_id)}/publish")
    assert "Results of the vote confirmed 2" in page.visible
    assert "Departures from the count, each with its reasons 1" in page.visible
    assert "it is not built" in page.visible
    answer = desk.submit(page, button="Publish the decisions", follow_redirects=True)
    assert "Winners and the reserve" in answer.visible
    with app_database.reading() as session:
        assert [
            one.place for one in session.exec(select(Confirmation).order_by(Confirmation.project_id))
        ] == [1, 2, None]  # type: ignore[arg-type]
        assert len(session.exec(select(Works)).all()) == 2


def test_a_winner_that_is_not_decided_holds_the_publication_up(
    desk: PageClient, app_database: Database, now: datetime, clock: Clock, tmp_path: Path
) -> None:
    public_id = second(app_database, make_keyring(tmp_path), now, clock)
    with app_database.writing() as session:
        row = sessions.by_public_id(session, public_id)
        cycle, at = session.get_one(Cycle, row.cycle_id), clock.instant
        five = council.members_of(session, cycle, now=at)
        council.begin(session, row, five, now=at)
        votes.open_items(session, council.COORDINATOR, public_id, now=at)
        for item in agenda.items_of(session, row):
            if item.position != 2:
                council.vote(session, item, five, now=at)
        votes.close_items(session, council.COORDINATOR, public_id, now=at)
        sessions.close(session, council.COORDINATOR, public_id, now=at)
    told = desk.submit(desk.get(f"{page_of(public_id)}/publish"), button="Publish the decisions", status=422)
    assert "has not decided on these winners yet: projects 2" in told.visible


def test_before_the_results_are_published_there_is_nothing_to_confirm(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    reviewed(app_database, cycle, 0, now=now)
    with app_database.writing() as session:
        public_id = council.plan_session(session, cycle, SessionKind.DECISION, now=now).public_id
    told = desk.post(
        f"{page_of(public_id)}/fill",
        data=token_of(desk.get("/en/office/cycles/2027/sessions/plan")),
        status=422,
    )
    assert "The results of the vote are not published yet" in told.visible
