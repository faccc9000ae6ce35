"""A session for a member: the motions in full, one form for many votes, each once and for ever, results after the end."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from budget.council import agenda, appeals, decisions, members, sessions, votes
from budget.permissions import Actor
from models.council_session import AgendaItem
from models.database import Database
from models.enums import (
    Answer,
    ConflictKind,
    CouncilChoice,
    Criterion,
    Language,
    Role,
    ScreeningOutcome,
    SessionKind,
)
from models.screening import Review
from tests.harness import council
from tests.harness.client import PageClient
from tests.harness.council import COORDINATOR
from tests.harness.member_pages import Sitting, choose, hall_of, offered_votes, own_votes
from tests.harness.pages import text_of
from tests.harness.projects import sign_in

Sit = Callable[..., Sitting]
FORM = {"form": "#votes-form"}
DISSENT = "Құны тым жоғары деп есептеймін."


def close(world: Sitting, row: Any, *items: AgendaItem) -> None:
    with world.database.writing() as session:
        ids = [item.public_id for item in items]
        votes.close_items(session, COORDINATOR, row.public_id, ids, now=world.now)


# --- the agenda -------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_the_motions_stand_in_full(client: PageClient, sit: Sit, lang: str) -> None:
    world = sit(reviewed=True, count=4)
    first, second, third, fourth = world.projects
    returned = council.rejection(
        third,
        Criterion.COMPLETENESS,
        outcome=ScreeningOutcome.RETURNED,
        answers={**council.MEETS, Criterion.COMPLETENESS: Answer.CORRECTABLE},
    )
    dear = council.admission(
        cost_tenge=9_300_000, cost_reason_kk="Шам арзан.", cost_reason_ru="Лампы дешевле."
    )
    motions = {0: council.admission(), 1: council.rejection(second), 2: returned, 3: dear}
    with world.database.writing() as session:
        row = world.held(session, motions, present=world.members[:2])
        row.link = "https://meet.example.kz/2"
    page = client.get(hall_of(row, lang))
    words = page.visible
    assert "14\u00a0850\u00a0000\u00a0₸" in words
    assert "9\u00a0300\u00a0000\u00a0₸" in words
    reason = f"№ {second.number}: не входит" if lang == "ru" else f"№ {second.number}: әкімдіктің"
    assert reason in words
    assert ("Лампы дешевле." if lang == "ru" else "Шам арзан.") in words
    assert ("Акимат, кабинет 214" if lang == "ru" else "Әкімдік, 214-бөлме") in words
    assert "https://meet.example.kz/2" in page.links
    for member in world.members:
        assert (member.row.name_kk if lang == "kk" else member.row.name_ru) in words
    for project in (first, second, third, fourth):
        assert f"/{lang}/council/projects/{project.public_id}" in page.links
    assert offered_votes(page) == []
    if lang == "en":
        assert "2 of 3 members" in words
        assert "does not meet: within the competence of the akimat. Clause 14 of the Regulation." in words
        assert words.count("Not put to the vote yet.") == 4


def test_a_session_is_seen_from_its_announcement_on_by_its_council_alone(
    client: PageClient, sit: Sit, monkeypatch: pytest.MonkeyPatch, app_database: Database
) -> None:
    world = sit(reviewed=True)
    with app_database.writing() as session:
        row = council.plan_session(session, world.cycle, now=world.now)
        agenda.fill(session, COORDINATOR, row.public_id, now=world.now)
        stranger = council.make_account(session)
    client.get(hall_of(row), status=404)
    client.get("/en/council/sessions/nosuchone1", status=404)
    with app_database.writing() as session:
        sessions.announce(session, COORDINATOR, row.public_id, now=world.now)
    assert "announced" in client.get(hall_of(row)).visible
    sign_in(monkeypatch, stranger)
    client.get(hall_of(row), status=403)
    for role in (Role.RESIDENT, Role.COORDINATOR, Role.OPERATOR, Role.OBSERVER):
        sign_in(monkeypatch, Actor(role, 1))
        client.get(hall_of(row), status=403)


def test_an_order_and_a_departure_say_what_they_change(
    client: PageClient, sit: Sit, app_database: Database, clock: Any
) -> None:
    world = sit(reviewed=True)
    with app_database.writing() as session:
        row = council.plan_session(session, world.cycle, SessionKind.DECISION, now=world.now)
        for position, (index, wins) in enumerate([(0, True), (1, False)], start=1):
            session.add(
                AgendaItem(
                    public_id=f"confirm{position:03}", session_id=row.id or 0, position=position, kind="confirmation",
                    project_id=world.projects[index].id, wins=wins, reason_kk="Себебі бар.", reason_ru="Есть причина.",
                )
            )  # fmt: skip
        order = [world.projects[1].public_id, world.projects[0].public_id]
        session.add(
            AgendaItem(
                public_id="order00001", session_id=row.id or 0, position=3, kind="order", content=order
            )
        )
        sessions.announce(session, COORDINATOR, row.public_id, now=world.now)
    page = client.get(hall_of(row, "ru"))
    assert "Есть причина." in page.visible
    listed = [text_of(e) for e in page.find_all("ol") if e.get("class") is None]
    assert [text.split(".")[0] for text in listed] == ["2"]


# --- voting -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["kk", "ru"])
def test_many_votes_go_in_one_form(client: PageClient, sit: Sit, app_database: Database, lang: str) -> None:
    world = sit(reviewed=True)
    with app_database.writing() as session:
        row, items = world.opened(session)
    page = client.get(hall_of(row, lang))
    assert offered_votes(page) == [item.public_id for item in items]
    values = {**choose(items[0]), **choose(items[1], choice="against"), **choose(items[2], choice="abstain")}
    done = client.submit(
        page, {**values, f"dissent-{items[1].public_id}": DISSENT}, **FORM, follow_redirects=True
    )
    assert offered_votes(done) == []
    found = own_votes(world)
    assert [found[n].choice for n in (1, 2, 3)] == list(CouncilChoice)
    assert (found[2].dissent, found[2].language) == (DISSENT, Language(lang))
    assert DISSENT in done.visible


def test_what_is_left_open_stays_open(client: PageClient, sit: Sit, app_database: Database) -> None:
    world = sit(reviewed=True)
    with app_database.writing() as session:
        row, items = world.opened(session)
    done = client.submit(client.get(hall_of(row)), choose(items[1]), **FORM, follow_redirects=True)
    assert "1 vote is cast." in done.visible
    assert offered_votes(done) == [items[0].public_id, items[2].public_id]
    assert list(own_votes(world)) == [2]


def test_without_a_choice_nothing_is_cast(client: PageClient, sit: Sit, app_database: Database) -> None:
    world = sit(reviewed=True)
    with app_database.writing() as session:
        row, _ = world.opened(session)
    refused = client.submit(client.get(hall_of(row)), **FORM, status=422)
    assert "Choose for, against or abstain" in refused.errors[""]
    assert own_votes(world) == {}


def test_the_quick_way_only_marks_and_is_looked_through_before_sending(
    client: PageClient, sit: Sit, app_database: Database
) -> None:
    world = sit(reviewed=True)
    with app_database.writing() as session:
        row, items = world.opened(session)
    page = client.get(hall_of(row))
    quick = next(link for link in page.links if "choose=for" in link)
    marked = client.get(quick)
    checked = [e.get("value") for e in marked.find_all("input", type="radio") if e.get("checked") is not None]
    assert checked == ["for"] * 3
    assert "“For” is marked everywhere." in marked.visible
    assert own_votes(world) == {}
    client.submit(marked, choose(items[2], choice="against"), **FORM, status=303)
    assert [vote.choice for vote in own_votes(world).values()] == ["for", "for", "against"]


def test_a_motion_opened_meanwhile_is_never_voted_on_unseen(
    client: PageClient, sit: Sit, app_database: Database
) -> None:
    world = sit(reviewed=True)
    with app_database.writing() as session:
        row = world.held(session, dict.fromkeys(range(3), council.admission()))
        items = agenda.items_of(session, row)
        votes.open_items(session, COORDINATOR, row.public_id, [items[0].public_id], now=world.now)
    marked = client.get(f"{hall_of(row)}?choose=for")
    with app_database.writing() as session:
        votes.open_items(session, COORDINATOR, row.public_id, now=world.now)
    client.submit(marked, **FORM, status=303)
    assert list(own_votes(world)) == [1]
    token = marked.find_all("input", name="csrf_token")[0].get("value")
    client.post(f"{hall_of(row)}?choose=for", data={"csrf_token": token}, status=422)
    assert list(own_votes(world)) == [1]


def test_a_dissenting_opinion_goes_with_a_vote(client: PageClient, sit: Sit, app_database: Database) -> None:
    world = sit(reviewed=True)
    with app_database.writing() as session:
        row, items = world.opened(session)
    typed = {**choose(items[0]), f"dissent-{items[1].public_id}": DISSENT}
    refused = client.submit(client.get(hall_of(row)), typed, **FORM, status=422)
    assert list(refused.errors) == [f"choice-{items[1].public_id}"]
    assert DISSENT in refused.visible
    long = {**choose(items[0], items[1]), f"dissent-{items[1].public_id}": "ж" * 2001}
    too_long = client.submit(refused, long, **FORM, status=422)
    assert list(too_long.errors) == [f"dissent-{items[1].public_id}"]
    assert own_votes(world) == {}


def test_a_second_vote_is_refused_beside_its_motion_and_the_others_are_cast(
    client: PageClient, sit: Sit, app_database: Database
) -> None:
    world = sit(reviewed=True)
    with app_database.writing() as session:
        row, items = world.opened(session)
    page = client.get(hall_of(row))
    client.submit(page, choose(items[0]), **FORM, status=303)
    again = {**choose(items[0], items[1], choice="against"), f"dissent-{items[0].public_id}": DISSENT}
    refused = client.submit(page, again, **FORM, status=422)
    assert list(refused.errors) == [f"choice-{items[0].public_id}"]
    assert "A vote is final." in refused.errors[f"choice-{items[0].public_id}"]
    assert "1 vote is cast." in refused.visible
    assert DISSENT in refused.visible
    assert {n: vote.choice for n, vote in own_votes(world).items()} == {1: "for", 2: "against"}


def test_a_vote_that_was_closed_meanwhile_is_told_and_loses_nothing(
    client: PageClient, sit: Sit, app_database: Database
) -> None:
    world = sit(reviewed=True)
    with app_database.writing() as session:
        row, items = world.opened(session)
    page = client.get(hall_of(row))
    close(world, row, items[0])
    typed = {**choose(*items), f"dissent-{items[0].public_id}": DISSENT}
    refused = client.submit(page, typed, **FORM, status=422)
    assert "This is not put to the vote now." in refused.errors[f"choice-{items[0].public_id}"]
    assert DISSENT in refused.visible
    assert list(own_votes(world)) == [2, 3]


# --- results ------------------------------------------------------------------------------------------


def test_results_are_shown_after_the_end_and_are_not_public_before_the_publication(
    client: PageClient, sit: Sit, app_database: Database
) -> None:
    world = sit(reviewed=True)
    with app_database.writing() as session:
        row, items = world.opened(session, 2)
        for other in world.others:
            council.vote(session, items[0], [other], CouncilChoice.AGAINST, now=world.now)
    client.submit(client.get(hall_of(row)), choose(items[0]), **FORM)
    voted = client.get(hall_of(row))
    assert "against 2" not in voted.visible
    assert "Carried" not in voted.visible
    close(world, row, items[0], items[1])
    closed = client.get(hall_of(row))
    assert "for 1, against 2, abstained 0; 3 of 3 were there, 2 were needed" in closed.visible
    assert closed.visible.count("not public yet") == 2
    assert "You did not vote." in closed.visible
    with app_database.writing() as session:
        sessions.close(session, COORDINATOR, row.public_id, now=world.now)
        decisions.publish(session, COORDINATOR, row.public_id, now=world.now)
    assert "not public yet" not in client.get(hall_of(row)).visible


# --- who may not ----------------------------------------------------------------------------------------


def test_who_stands_aside_is_not_asked_and_a_forged_vote_is_refused_whole(
    client: PageClient, sit: Sit, app_database: Database
) -> None:
    world = sit(reviewed=True)
    with app_database.writing() as session:
        row, items = world.opened(session)
    page = client.get(hall_of(row))
    with app_database.writing() as session:
        interest = {world.projects[0].public_id: ConflictKind.EMPLOYER}
        members.declare(session, world.me.actor, world.cycle, interest, now=world.now)
    shown = client.get(hall_of(row))
    assert "You stand aside: my employer's project." in shown.visible
    assert offered_votes(shown) == [items[1].public_id, items[2].public_id]
    client.submit(page, choose(*reversed(items)), **FORM, status=403)
    assert own_votes(world) == {}


def test_who_is_not_in_the_list_of_those_present_is_told(
    client: PageClient, sit: Sit, app_database: Database
) -> None:
    world = sit(reviewed=True)
    with app_database.writing() as session:
        row, items = world.opened(session)
    page = client.get(hall_of(row))
    with app_database.writing() as session:
        there = [one.row.public_id for one in world.others]
        sessions.mark_present(session, COORDINATOR, row.public_id, there, now=world.now)
    shown = client.get(hall_of(row))
    assert "You are not in the list of those present." in shown.visible
    assert offered_votes(shown) == []
    refused = client.submit(page, choose(items[0]), **FORM, status=422)
    assert "not in the list of those present" in refused.errors[f"choice-{items[0].public_id}"]
    assert own_votes(world) == {}


def test_who_has_not_declared_is_led_there(
    client: PageClient, sit: Sit, app_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = sit(reviewed=True)
    with app_database.writing() as session:
        account = council.make_account(session)
        who = council.appointment(account, 9)
        late = council.Member(
            members.appoint(session, COORDINATOR, world.cycle.slug, who, now=world.now), account
        )
        row, items = world.opened(session, present=[*world.members, late])
    page = client.get(hall_of(row))
    sign_in(monkeypatch, account)
    shown = client.get(hall_of(row))
    assert f"/en/council/{world.cycle.slug}/interests" in shown.links
    assert offered_votes(shown) == []
    refused = client.submit(page, choose(items[0]), **FORM, status=422)
    assert "Say first in which projects" in refused.errors[f"choice-{items[0].public_id}"]


def test_an_appeal_is_not_decided_by_those_who_rejected(
    client: PageClient, sit: Sit, app_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = sit(reviewed=True, size=9, reviewers_per_project=2)
    first = world.projects[0]
    with app_database.writing() as session:
        there = world.members[:5]
        row = world.held(session, {0: council.rejection(first)}, present=there)
        world.finish(session, row, present=there, publish=True)
        appeals.file(
            session, world.author(first), first.public_id, text="Жер ортақ.", language=Language.KK,
            wants_hearing=False, now=world.now,
        )  # fmt: skip
        reviewed = set(session.exec(select(Review.member_id).where(Review.project_id == first.id)).all())
        item_row = world.held(session, {0: council.admission()})
        votes.open_items(session, COORDINATOR, item_row.public_id, now=world.now)
        [item] = agenda.items_of(session, item_row)
    page = client.get(hall_of(item_row))
    assert "the others decide" in page.visible
    assert "Жер ортақ." in page.visible
    assert "Uphold the appeal: admit the project" in page.visible
    assert offered_votes(page) == []
    assert "awaited" not in client.get("/en/council").visible
    free = next(one for one in world.members[5:] if one.row.id not in reviewed)
    sign_in(monkeypatch, free.actor)
    assert "1 vote of yours is awaited." in client.get("/en/council").visible
    open_page = client.get(hall_of(item_row))
    assert offered_votes(open_page) == [item.public_id]
    sign_in(monkeypatch, world.me.actor)
    client.submit(open_page, choose(item), **FORM, status=403)
    assert own_votes(world).keys() == {1}


def test_a_motion_of_another_session_is_not_found_here(
    client: PageClient, sit: Sit, app_database: Database
) -> None:
    world = sit(reviewed=True, count=4)
    with app_database.writing() as session:
        row, _ = world.opened(session, 2)
        other = world.held(session, {2: council.admission()})
        votes.open_items(session, COORDINATOR, other.public_id, now=world.now)
        [foreign] = agenda.items_of(session, other)
    page = client.get(hall_of(row))
    client.submit(page, extra=choose(foreign), **FORM, status=404)
    client.submit(page, extra={"choice-nosuchitem": "for"}, **FORM, status=404)
    assert own_votes(world) == {}


def test_voting_ends_with_the_time_for_it(
    client: PageClient, sit: Sit, app_database: Database, clock: Any
) -> None:
    world = sit(reviewed=True)
    with app_database.writing() as session:
        row, items = world.opened(session)
    page = client.get(hall_of(row))
    clock.instant = world.now + timedelta(days=20)
    refused = client.submit(page, choose(items[0]), **FORM, status=422)
    assert list(refused.errors) == [f"choice-{items[0].public_id}"]
    assert own_votes(world) == {}
