"""Motions at the coordinator's desk: written beside the reviews, saved by half, complete before they are put to the vote."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from budget.council import agenda, appeals, reviews, sessions, votes
from models.council_session import AgendaItem
from models.cycle import Cycle
from models.database import Database
from models.enums import Answer, Criterion, ItemKind, Language, Phase, ScreeningOutcome, SessionKind
from tests.harness import council
from tests.harness.application import Clock, MakeApp
from tests.harness.client import PageClient
from tests.harness.council_pages import items_of, page_of, planned, reviewed, submit
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


def item_page(item: AgendaItem, language: str = "en") -> str:
    return f"/{language}/office/items/{item.public_id}"


def one_item(database: Database, cycle: Cycle, now: datetime, **settings: Any) -> tuple[str, AgendaItem]:
    """A session with one project on its agenda."""
    reviewed(database, cycle, 1, now=now)
    public_id = planned(database, cycle, now=now)
    return public_id, items_of(database, public_id)[0]


REJECTION = {
    "outcome": "rejected",
    "competence": "fails",
    "criterion": "competence",
    "clause": "14.2",
    "reason_kk": "Құзыретке кірмейді",
    "reason_ru": "Не входит в компетенцию",
}


def test_a_motion_stands_beside_what_the_reviewers_conclude(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    with app_database.writing() as session:
        council.make_council(session, cycle, now=now)
        [project] = submit(session, cycle, "Аула", now=now)
        council.pass_check(session, cycle, project, now=now)
        reviews.assign(session, council.COORDINATOR, cycle, now=now)
        answers = {**council.MEETS, Criterion.LAND: Answer.FAILS}
        council.review_all(session, project, answers=answers, now=now)
    public_id = planned(app_database, cycle, now=now)
    page = desk.get(item_page(items_of(app_database, public_id)[0]))
    assert "Ескерту: land" in page.visible
    assert "nothing of it is ever public" in page.visible
    assert page.find("textarea", id="reason_kk").text.strip() == "Ескерту: land"
    assert "Missing before it can be put to the vote" in page.visible
    assert "the reasons in Russian" in page.visible
    assert "the clause of the Regulation" in page.visible


def test_a_rejection_is_written_with_criterion_clause_and_reasons(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    public_id, item = one_item(app_database, cycle, now)
    answer = desk.submit(desk.get(item_page(item)), REJECTION, follow_redirects=True)
    assert "The motion is saved." in answer.visible
    assert answer.h1 == "Session 1"
    [saved] = items_of(app_database, public_id)
    assert (saved.outcome, saved.criterion, saved.clause) == (
        ScreeningOutcome.REJECTED, Criterion.COMPETENCE, "14.2",
    )  # fmt: skip
    assert saved.reason_ru == "Не входит в компетенцию"
    assert "it can be put to the vote" in desk.get(item_page(item)).visible


def test_half_a_motion_is_saved_and_cannot_be_put_to_the_vote(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    public_id, item = one_item(app_database, cycle, now)
    half = {**REJECTION, "reason_ru": "", "clause": ""}
    answer = desk.submit(desk.get(item_page(item)), half, follow_redirects=True)
    assert "1 motion is to finish." in answer.visible
    page = desk.get(item_page(item))
    assert "the reasons in Russian" in page.visible
    with app_database.writing() as session:
        row = sessions.by_public_id(session, public_id)
        council.begin(session, row, council.members_of(session, cycle, now=now), now=now)
    page = desk.get(page_of(public_id))
    assert "can't be put to the vote as it stands" in page.visible
    token = page.find_all("input", name="csrf_token")[0].get("value")
    told = desk.post(
        f"{page_of(public_id)}/open-votes", data={"csrf_token": token, "item": item.public_id}, status=422
    )
    assert "Project 1: still to be written" in told.visible
    assert items_of(app_database, public_id)[0].opened_at is None


FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({"outcome": "rejected"}, "outcome", "every criterion"),
    ({"land": "fails"}, "outcome", "does not meet every criterion"),
    ({"cost_tenge": "99 000 000"}, "cost_tenge", "may cost"),
    ({"cost_tenge": "much"}, "cost_tenge", "Write the sum in digits"),
]


@pytest.mark.parametrize(("changes", "field", "said"), FAULTS)
def test_what_contradicts_stands_beside_its_field_and_what_was_typed_is_kept(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime, changes: Any, field: str, said: str
) -> None:
    _, item = one_item(app_database, cycle, now)
    page = desk.submit(desk.get(item_page(item)), {"reason_kk": "Жазылғаны", **changes}, status=422)
    assert list(page.errors) == [field]
    assert said in page.errors[field]
    assert page.find("textarea", id="reason_kk").text.strip() == "Жазылғаны"


def test_another_cost_needs_its_reasons_and_several_envelopes_a_choice(
    desk: PageClient, app_database: Database, now: datetime
) -> None:
    with app_database.writing() as session:
        cycle = make_cycle(session, now, Phase.SUBMISSION, slug=SLUG, envelopes=2)
        council.make_council(session, cycle, now=now)
        from budget import cycles, projects
        from tests.harness.projects import make_resident, proposal

        parts = cycles.envelopes(session, cycle.id or 0)
        project = projects.submit(
            session, make_resident(session), cycle, proposal(envelope=parts[0].public_id), None, now=now
        )
        council.review(session, cycle, project, now=now)
    public_id = planned(app_database, cycle, now=now)
    [item] = items_of(app_database, public_id)
    values = {"cost_tenge": "12 000 000", "envelope": parts[1].public_id}
    desk.submit(desk.get(item_page(item)), values, status=303)
    page = desk.get(item_page(item))
    assert "in Kazakh why the cost differs from the estimate" in page.visible
    [saved] = items_of(app_database, public_id)
    assert (saved.cost_tenge, saved.envelope_id) == (12_000_000, parts[1].id)


def test_an_empty_clause_is_the_one_of_the_criterion(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    from budget.council import criteria
    from budget.council.criteria import Clause

    with app_database.writing() as session:
        clauses = [Clause(one, clause=f"п. {place}") for place, one in enumerate(Criterion, start=1)]
        criteria.set_criteria(session, council.COORDINATOR, SLUG, clauses, now=now)
    public_id, item = one_item(app_database, cycle, now)
    page = desk.get(item_page(item))
    assert "Within the competence of the akimat (п. 1)" in page.visible
    desk.submit(page, {**REJECTION, "clause": ""}, status=303)
    assert items_of(app_database, public_id)[0].clause == "п. 1"


def test_of_two_coordinators_on_one_motion_the_second_sees_the_newest_and_loses_nothing(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    public_id, item = one_item(app_database, cycle, now)
    first, second = (desk.get(item_page(item)) for _ in range(2))
    desk.submit(first, REJECTION, status=303)
    told = desk.submit(second, {"cost_tenge": "12 000 000"}, status=422)
    assert "Somebody else changed this meanwhile" in told.visible
    assert "Не входит в компетенцию" in told.visible
    assert told.find("input", id="cost_tenge").get("value") == "12 000 000"
    assert items_of(app_database, public_id)[0].outcome is ScreeningOutcome.REJECTED
    desk.submit(told, status=303)
    assert items_of(app_database, public_id)[0].outcome is ScreeningOutcome.ADMITTED


def test_two_coordinators_on_two_motions_hinder_each_other_not(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    reviewed(app_database, cycle, 2, now=now)
    public_id = planned(app_database, cycle, now=now)
    first, second = items_of(app_database, public_id)
    pages = [desk.get(item_page(item)) for item in (first, second)]
    desk.submit(pages[0], REJECTION, status=303)
    desk.submit(pages[1], REJECTION, status=303)
    assert all(item.outcome is ScreeningOutcome.REJECTED for item in items_of(app_database, public_id))


def test_a_motion_that_is_put_to_the_vote_stands_as_it_is_and_tells_no_counts(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    public_id, item = one_item(app_database, cycle, now)
    form = desk.get(item_page(item))
    with app_database.writing() as session:
        row = sessions.by_public_id(session, public_id)
        five = council.members_of(session, cycle, now=now)
        council.begin(session, row, five, now=now)
        votes.open_items(session, council.COORDINATOR, public_id, now=now)
        council.vote(session, agenda.by_public_id(session, item.public_id), five[:3], now=now)
    page = desk.get(item_page(item))
    assert "3 of 5 have voted" in page.visible
    assert "Not voted yet: Мүше 4 , Мүше 5" in page.visible
    assert "against" not in page.visible
    assert not page.find_all("textarea")
    told = desk.submit(form, REJECTION, status=422)
    assert "Nothing about it changes until that session is over." in told.visible
    assert "Не входит в компетенцию" in told.visible
    assert items_of(app_database, public_id)[0].outcome is ScreeningOutcome.ADMITTED
    with app_database.writing() as session:
        votes.close_items(session, council.COORDINATOR, public_id, now=now)
    page = desk.get(item_page(item))
    assert "3 for, 0 against, 0 abstained" in page.visible
    assert "Votes by name" in page.visible


def test_an_appeal_is_upheld_or_dismissed_and_never_returned(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime
) -> None:
    from budget import projects
    from tests.harness.projects import make_resident, proposal

    with app_database.writing() as session:
        council.make_council(session, cycle, now=now, size=9)
        author = make_resident(session)
        project = projects.submit(session, author, cycle, proposal(), None, now=now)
        council.screen(session, cycle, {project.public_id: council.rejection(project)}, now=now)
        appeals.file(
            session, author, project.public_id, text="Жер ортақ.", language=Language.KK, wants_hearing=True, now=now
        )  # fmt: skip
        row = council.plan_session(session, cycle, now=now)
        item = agenda.put(session, council.COORDINATOR, row.public_id, project.public_id, now=now)
        assert item.kind is ItemKind.APPEAL
    page = desk.get(item_page(item))
    assert "The author wishes to be heard." in page.visible
    offered = [box.get("value") for box in page.find_all("input", name="outcome")]
    assert offered == ["admitted", "rejected"]
    told = desk.submit(page, {"land": "correctable"}, extra={"outcome": "returned"}, status=422)
    assert "outcome" in told.errors


# --- after the vote -----------------------------------------------------------------------------------------------


@pytest.fixture
def decision(app_database: Database, now: datetime, clock: Clock, tmp_path: Path) -> str:
    """A decision session with everything on its agenda: three of four projects won."""
    with app_database.writing() as session:
        make_district(session)
        made = counted_vote(session, make_keyring(tmp_path), now, 5, 3, 2, 1, slug=SLUG)
        clock.instant = now + AFTER
        council.make_council(session, made.cycle, now=clock.instant)
        row = council.plan_session(session, made.cycle, SessionKind.DECISION, now=clock.instant)
        agenda.fill(session, council.COORDINATOR, row.public_id, now=clock.instant)
        return row.public_id


def test_a_winner_is_confirmed_or_departed_from_beside_the_numbers_of_the_count(
    desk: PageClient, app_database: Database, decision: str
) -> None:
    item = items_of(app_database, decision)[0]
    page = desk.get(item_page(item))
    assert "The count says Won" in page.visible
    assert "Votes 5" in page.visible
    answer = desk.submit(page, {"wins": "no"}, follow_redirects=True)
    assert "depart: it is not built" in answer.visible
    assert "1 motion is to finish." in answer.visible
    page = desk.get(item_page(item))
    assert "the reasons in Kazakh" in page.visible
    desk.submit(page, {"reason_kk": "Жер дауы", "reason_ru": "Спор о земле"}, status=303)
    assert "it can be put to the vote" in desk.get(item_page(item)).visible


def test_a_loser_put_on_the_agenda_is_a_departure(
    desk: PageClient, app_database: Database, decision: str
) -> None:
    page = desk.get(page_of(decision))
    [option] = [one.get("value") for one in page.find("select", id="project") if one.get("value")]
    answer = desk.submit(page, {"project": option}, form="#put-form", follow_redirects=True)
    assert answer.h1 == "№ 4. Yard 4"
    assert "The count says Does not fit" in answer.visible
    item = items_of(app_database, decision)[-1]
    assert item.wins is True
    assert (
        len(next(one for one in items_of(app_database, decision) if one.kind is ItemKind.ORDER).content) == 4
    )


def test_the_order_is_written_with_a_number_for_each_winner(
    desk: PageClient, app_database: Database, decision: str
) -> None:
    order = next(one for one in items_of(app_database, decision) if one.kind is ItemKind.ORDER)
    first, second, third = order.content
    page = desk.get(item_page(order), follow_redirects=True)
    assert [page.find("input", id=f"place_{one}").get("value") for one in order.content] == ["1", "2", "3"]
    told = desk.submit(page, {f"place_{first}": "2"}, status=422)
    assert "each place once" in told.visible
    assert told.find("input", id=f"place_{first}").get("value") == "2"
    told = desk.submit(page, {f"place_{first}": ""}, status=422)
    assert "Write a place for each project." in told.visible
    desk.submit(page, {f"place_{first}": "3", f"place_{third}": "1"}, status=303)
    again = next(one for one in items_of(app_database, decision) if one.kind is ItemKind.ORDER)
    assert again.content == [third, second, first]


def test_the_order_follows_the_winners_until_it_is_put_to_the_vote(
    desk: PageClient, app_database: Database, decision: str, clock: Clock
) -> None:
    items = items_of(app_database, decision)
    order = next(one for one in items if one.kind is ItemKind.ORDER)
    departure = {"wins": "no", "reason_kk": "Жер", "reason_ru": "Земля"}
    desk.submit(desk.get(item_page(items[0])), departure, status=303)
    assert (
        next(one for one in items_of(app_database, decision) if one.kind is ItemKind.ORDER).content
        == order.content[1:]
    )
    page = desk.get(item_page(items[1]))
    with app_database.writing() as session:
        row = sessions.by_public_id(session, decision)
        cycle = session.get_one(Cycle, row.cycle_id)
        council.begin(session, row, council.members_of(session, cycle, now=clock.instant), now=clock.instant)
        votes.open_items(session, council.COORDINATOR, decision, [order.public_id], now=clock.instant)
    told = desk.submit(page, departure, status=422)
    assert "The order of implementation is put to the vote already" in told.visible


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_every_page_of_the_second_session_speaks_every_language(
    desk: PageClient, app_database: Database, decision: str, language: str
) -> None:
    items = items_of(app_database, decision)
    order = next(one for one in items if one.kind is ItemKind.ORDER)
    desk.get(f"/{language}/office/sessions/{decision}")
    desk.get(item_page(items[0], language))
    desk.get(f"{item_page(order, language)}/order")
    desk.submit(desk.get(item_page(items[0], language)), {"wins": "no"}, status=303)
    desk.get(item_page(items[0], language))


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_every_page_speaks_every_language(
    desk: PageClient, app_database: Database, cycle: Cycle, now: datetime, language: str
) -> None:
    _, item = one_item(app_database, cycle, now)
    page = desk.get(item_page(item, language))
    desk.submit(page, {"outcome": "rejected"}, status=422)
    desk.submit(page, {**REJECTION, "reason_kk": ""}, status=303)
    desk.get(item_page(item, language))


def test_foreign_items_are_not_found(desk: PageClient, cycle: Cycle) -> None:
    for path in ("", "/order"):
        desk.get(f"/en/office/items/0000000000{path}", status=404)
