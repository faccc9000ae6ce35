"""A session in public: its agenda once it is announced, everything of it once it is published, and not a word before."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, select

from budget import projects as domain_projects
from budget.council import agenda, appeals, decisions, members, sessions, votes
from budget.council.motions import Word
from models.council_session import CouncilSession, Protocol
from models.cycle import Cycle
from models.database import Database
from models.enums import ConflictKind, CouncilChoice, Language, SessionKind
from models.people import Staff
from models.project import Project
from tests.harness import council
from tests.harness.client import PageClient
from tests.harness.council import COORDINATOR
from tests.harness.pages import text_of
from tests.harness.public_council import (
    DISSENT,
    NEVER,
    REASON_KK,
    REASON_RU,
    SECRETS,
    Screened,
    Step,
    counted,
    plan_second,
    screened,
)
from views.access import declared

LANGUAGES = ("kk", "ru", "en")
CONTENT = ("text/html", "application/json", "application/atom+xml", "text/plain")


def session_page(slug: str, number: int = 1, language: str = "en") -> str:
    return f"/{language}/cycles/{slug}/council/sessions/{number}"


def item(page, number: int) -> str:
    """The words under one item."""
    return text_of(page.find("section", id=f"item-{number}")).replace("\u00a0", " ")


# --- what is not public yet --------------------------------------------------------------------------------


def public_addresses(app: Flask, database: Database) -> Iterator[str]:
    """Every public page and answer of the API, for every cycle, project, session and protocol there is."""
    with database.reading() as session:
        ids = list(session.exec(select(Project.public_id)).all())
        held = list(session.exec(select(CouncilSession.public_id)).all())
        papers = list(session.exec(select(Protocol.public_id)).all())
        slugs = list(session.exec(select(Cycle.slug)).all())
    known: dict[str, list[object]] = {
        "lang": list(LANGUAGES),
        "slug": list(slugs),
        "public_id": [*ids, *held, *papers],
        "number": [1, 2],
    }
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        is_open = declared(app.view_functions[rule.endpoint]) == "public" and "GET" in (rule.methods or ())
        if is_open and rule.arguments <= known.keys():
            names = sorted(rule.arguments)
            for values in product(*(known[name] for name in names)):
                yield adapter.build(rule.endpoint, dict(zip(names, values, strict=True)))


def everything_public(app: Flask, database: Database, client: FlaskClient) -> dict[str, str]:
    """What outsiders get at each of these addresses."""
    found = {}
    for address in sorted(set(public_addresses(app, database))):
        answer = client.get(address)
        if answer.status_code == 200 and answer.mimetype in CONTENT:
            found[address] = answer.get_data(as_text=True)
    return found


def leaks(pages: dict[str, str], secrets: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(address, secret) for address, text in pages.items() for secret in secrets if secret in text]


@pytest.mark.parametrize("step", [step for step in Step if step is not Step.PUBLISHED])
def test_no_page_and_no_answer_tells_anything_before_the_publication(
    raw_client: FlaskClient, app: Flask, app_database: Database, now: datetime, step: Step
) -> None:
    with app_database.writing() as session:
        world = screened(session, now, step)
    pages = everything_public(app, app_database, raw_client)
    assert len(pages) > 30
    assert f"/en/cycles/{world.cycle.slug}/council" in pages
    assert leaks(pages, SECRETS) == []
    states = {"Admitted", "Rejected", "Іріктеп алынды", "against 1", "Мүше 7"}
    mine = [text for address, text in pages.items() if "/projects/" in address or "/sessions/" in address]
    assert [word for text in mine for word in states if word in text] == []
    api = raw_client.get(f"/api/v1/cycles/{world.cycle.slug}/projects").get_json()
    assert {(one["state"], one["decision"], one["cost_tenge"]) for one in api["projects"]} == {
        ("submitted", None, None)
    }


def test_after_it_everything_is_there_but_what_is_never_public(
    raw_client: FlaskClient, app: Flask, app_database: Database, now: datetime
) -> None:
    with app_database.writing() as session:
        world = screened(session, now)
    pages = everything_public(app, app_database, raw_client)
    told = {secret for _, secret in leaks(pages, SECRETS)}
    assert told == set(SECRETS) - set(NEVER)
    kazakh = pages[session_page(world.cycle.slug, language="kk")]
    assert all(secret in kazakh for secret in (REASON_KK, DISSENT, "27-3", "13\u00a0131\u00a0313"))


@pytest.mark.parametrize("step", ["planned", "announced", "closed"])
def test_nothing_of_the_second_session_is_told_before_its_day(
    raw_client: FlaskClient, app: Flask, app_database: Database, now: datetime, step: str
) -> None:
    with app_database.writing() as session:
        cycle = counted(session, now)
        held = plan_second(session, cycle, now=now, left_out="p202700002")
        if step != "planned":
            sessions.announce(session, COORDINATOR, held.public_id, now=now)
        if step == "closed":
            council.hold(session, held, council.members_of(session, cycle, now=now), now=now, publish=False)
    pages = everything_public(app, app_database, raw_client)
    assert leaks(pages, (REASON_KK, REASON_RU, "Not built against", "Санаққа қарамай")) == []
    results = raw_client.get("/api/v1/cycles/2027/results").get_json()
    assert results["council"] is None
    words = [one["confirmation"] for part in results["envelopes"] for one in part["projects"]]
    assert set(words) == {None}


# --- the agenda --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_agenda_names_the_projects_and_proposes_nothing(
    client: PageClient, app_database: Database, now: datetime, language: str
) -> None:
    with app_database.writing() as session:
        world = screened(session, now, Step.ANNOUNCED)
    page = client.get(session_page(world.cycle.slug, language=language))
    [agenda_list] = page.main.findall(".//ol")[1:]
    lines = [text_of(line) for line in agenda_list]
    assert [line.split("№ ")[-1] for line in lines] == [f"{n} аула: балалар алаңы" for n in (1, 2, 3, 4)]
    assert [link for link in page.links if "/projects/" in link] == [
        f"/{language}/projects/{one.public_id}" for one in world.projects
    ]


def test_a_session_is_nowhere_before_it_is_announced(
    client: PageClient, app_database: Database, now: datetime
) -> None:
    with app_database.writing() as session:
        world = screened(session, now, Step.PLANNED)
    client.get(session_page(world.cycle.slug), status=404)
    for wrong in ("2", "0", "x", "99999999999999999999"):
        client.get(f"/en/cycles/{world.cycle.slug}/council/sessions/{wrong}", status=404)


def test_a_session_under_way_and_one_that_is_over_say_so(
    client: PageClient, app_database: Database, now: datetime
) -> None:
    for step, words in ((Step.VOTING, "The session is under way."), (Step.CLOSED, "The session is over.")):
        with app_database.writing() as session:
            world = screened(session, now, step)
        assert words in client.get(session_page(world.cycle.slug)).visible


# --- what was decided --------------------------------------------------------------------------------------


@pytest.fixture
def decided(app_database: Database, now: datetime) -> Screened:
    with app_database.writing() as session:
        return screened(session, now)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_whole_in_each_language(client: PageClient, decided: Screened, language: str) -> None:
    page = client.get(session_page(decided.cycle.slug, language=language))
    assert len(page.find_all("section", class_="pb-own")) == 4
    assert (REASON_RU if language == "ru" else REASON_KK) in item(page, 2)
    marked = [text_of(one) for one in page.find_all("span", lang="kk")]
    assert (REASON_KK in marked) is (language == "en")
    assert (DISSENT in marked) is (language != "kk")


def test_an_admission_has_its_cost_with_the_reason_and_the_votes(
    client: PageClient, decided: Screened
) -> None:
    told = item(client.get(session_page(decided.cycle.slug)), 1)
    assert "Admitted to the vote" in told
    assert "13 131 313 ₸ instead of the author's estimate of 14 850 000 ₸" in told
    assert "Why the cost differs: Шамамен есептелген баға." in told
    assert "All criteria are met." in told
    assert "for 5 · against 1 · abstained 0" in told
    assert "8 may decide, 6 present, 5 needed for the quorum" in told
    assert "Stood aside: a relative's project: Мүше 2" in told


def test_a_rejection_has_criterion_clause_reasons_and_until_when_to_appeal(
    client: PageClient, decided: Screened
) -> None:
    told = item(client.get(session_page(decided.cycle.slug)), 2)
    assert "Rejected" in told
    assert "Does not meet it: on public land." in told
    assert "Rests on: On public land; clause 27-3 of the Regulation" in told
    assert f"Reasons: {REASON_KK}" in told
    assert "The author may appeal until: 9 March 2027, 24:00, Astana time" in told
    assert "For: Мүше 1, Мүше 2, Мүше 3, Мүше 4, Мүше 5, Мүше 6" in told
    assert "Against: Мүше 7" in told
    assert f"Dissenting opinion of Мүше 7{DISSENT}" in told


def test_what_was_not_carried_is_said_without_its_reasons(client: PageClient, decided: Screened) -> None:
    told = item(client.get(session_page(decided.cycle.slug)), 4)
    assert "Motion not carried" in told
    assert "Motion: Reject the project" in told
    assert "The motion is not carried; nothing is decided." in told
    assert "for 0 · against 6 · abstained 1" in told
    assert "Reasons" not in told


def test_who_was_there_and_who_was_not(
    client: PageClient, app_database: Database, decided: Screened, now: datetime
) -> None:
    with app_database.writing() as session:  # somebody who came after the session was not absent from it
        who = council.appointment(council.make_account(session), 12)
        members.appoint(session, COORDINATOR, decided.cycle.slug, who, now=now + timedelta(hours=1))
    page = client.get(session_page(decided.cycle.slug))
    facts = {
        text_of(row.find("./dt")): text_of(row.find("./dd"))
        for row in page.find_all("div")
        if row.find("./dt") is not None
    }
    assert facts["Present: 7"] == ", ".join(f"Мүше {number}" for number in range(1, 8))
    assert facts["Absent: 2"] == "Мүше 8, Мүше 9"
    assert "signed by 2 of 7" in facts["Protocol"]


def test_a_vote_that_does_not_count_is_told_apart(
    client: PageClient, app_database: Database, now: datetime
) -> None:
    """One stands aside after voting, one leaves the council: both votes are shown and none is counted."""
    with app_database.writing() as session:
        world = screened(session, now, Step.VOTING)
        third, fourth = world.council[2], world.council[3]
        interest = {world.projects[1].public_id: ConflictKind.EMPLOYER}
        members.declare(session, third.actor, world.cycle, interest, now=now)
        members.dismiss(session, COORDINATOR, fourth.row.public_id, reason="Өз еркімен", now=now)
        close(session, world.held, now)
    told = item(client.get(session_page(world.cycle.slug)), 2)
    assert "for 4 · against 1 · abstained 0" in told
    assert "Voted and does not count (stood aside or left the council later): Мүше 3, Мүше 4" in told
    assert "Stood aside: the employer's project: Мүше 3" in told
    assert "For: Мүше 1, Мүше 2, Мүше 5, Мүше 6" in told


def close(session: Session, held: CouncilSession, now: datetime) -> None:
    votes.close_items(session, COORDINATOR, held.public_id, now=now)
    sessions.close(session, COORDINATOR, held.public_id, now=now)
    decisions.publish(session, COORDINATOR, held.public_id, now=now)


def test_a_quorum_lost_on_the_way_decides_nothing(
    client: PageClient, app_database: Database, now: datetime
) -> None:
    with app_database.writing() as session:
        world = screened(session, now, Step.ANNOUNCED)
        present = world.council[:5]
        council.begin(session, world.held, present, now=now)
        votes.open_items(session, COORDINATOR, world.held.public_id, [world.items[1].public_id], now=now)
        council.vote(session, world.items[1], present[:3], now=now)
        leaving = [one.row.public_id for one in present[:3]]
        sessions.mark_present(session, COORDINATOR, world.held.public_id, leaving, now=now)
        close(session, world.held, now + timedelta(minutes=1))
    page = client.get(session_page(world.cycle.slug))
    assert "No quorum" in item(page, 2)
    assert "There was no quorum; nothing is decided." in item(page, 2)
    assert "9 may decide, 3 present, 5 needed for the quorum" in item(page, 2)
    for left in (1, 3, 4):
        assert "Not put to the vote" in item(page, left)
        assert "Who voted how" not in item(page, left)


def test_a_project_withdrawn_before_the_publication_says_that_nothing_follows(
    client: PageClient, app_database: Database, now: datetime
) -> None:
    with app_database.writing() as session:
        world = screened(session, now, Step.CLOSED)
        domain_projects.withdraw(session, world.authors[0], world.projects[0].public_id, now=now)
        decisions.publish(session, COORDINATOR, world.held.public_id, now=now)
    told = item(client.get(session_page(world.cycle.slug)), 1)
    assert "The author withdrew the project before the decision was published" in told


def test_an_appeal_is_told_as_one(client: PageClient, app_database: Database, decided: Screened, now) -> None:
    with app_database.writing() as session:
        second = decided.projects[1]
        appeals.file(
            session, decided.authors[1], second.public_id, text="Жоқ", language=Language.KK,
            wants_hearing=False, now=now,
        )  # fmt: skip
        held = council.plan_session(session, decided.cycle, now=now)
        made = agenda.put(session, COORDINATOR, held.public_id, second.public_id, now=now)
        motion = council.rejection(second, reason_kk="Бәрібір жоқ.", reason_ru="Всё равно нет.")
        agenda.change_motion(session, COORDINATOR, made.public_id, motion, revision=held.revision, now=now)
        sessions.announce(session, COORDINATOR, held.public_id, now=now)
        number = held.number
    first = item(client.get(session_page(decided.cycle.slug)), 2)
    assert "Appeal: The author appealed on 1 March 2027, 14:00." in first
    announced = client.get(session_page(decided.cycle.slug, number))
    assert "Appeal of the author of project № 2" in announced.visible
    assert "dismiss" not in announced.visible.lower()
    assert "Бәрібір" not in announced.visible
    with app_database.writing() as session:
        fresh = session.get_one(CouncilSession, held.id)
        others = [one for one in decided.council if one.row.id not in appeals.took_part(session, second.id)]
        for place in range(20, 23):
            account = council.make_account(session)
            who = council.appointment(account, place)
            row = members.appoint(session, COORDINATOR, decided.cycle.slug, who, now=now)
            members.declare(session, account, decided.cycle, {}, now=now)
            others.append(council.Member(row, account))
        council.hold(session, fresh, others, now=now)
    told = item(client.get(session_page(decided.cycle.slug, number)), 1)
    assert "Appeal dismissed" in told
    assert "Reasons: Бәрібір жоқ." in told
    assert "may appeal" not in told


# --- the second session ------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_second_session_says_what_the_count_said_and_what_the_council_says(
    client: PageClient, app_database: Database, now: datetime, language: str
) -> None:
    with app_database.writing() as session:
        cycle = counted(session, now)
        held = plan_second(session, cycle, now=now, left_out="p202700002")
        council.hold(session, held, council.members_of(session, cycle, now=now), now=now)
    page = client.get(session_page("2027", language=language))
    assert REASON_RU in page.visible if language == "ru" else REASON_KK in page.visible
    if language != "en":
        return
    assert "Confirmed" in item(page, 1)
    assert "The count says: won, place 1, 990 votes" in item(page, 1)
    assert "Not built against the count" in item(page, 2)
    assert f"Reasons: {REASON_KK}" in item(page, 2)
    order = page.find("section", id="item-5").find("./ol")
    assert [text_of(line).split(". ")[0] for line in order] == ["Project № 1", "Project № 3", "Project № 4"]


def test_its_agenda_tells_no_departure(client: PageClient, app_database: Database, now: datetime) -> None:
    with app_database.writing() as session:
        cycle = counted(session, now)
        held = plan_second(session, cycle, now=now, left_out="p202700002")
        sessions.announce(session, COORDINATOR, held.public_id, now=now)
    page = client.get(session_page("2027"))
    assert "Order of implementation" in page.visible
    for word in ("built", "Confirmed", "departs", REASON_KK):
        assert word not in text_of(page.main)


def test_a_departure_that_was_not_carried_decides_nothing(
    client: PageClient, app_database: Database, now: datetime
) -> None:
    """The council is asked to build a loser, and refuses: the count stands."""
    with app_database.writing() as session:
        cycle = counted(session, now)
        present = council.members_of(session, cycle, now=now)
        held = council.plan_session(session, cycle, SessionKind.DECISION, now=now)
        agenda.fill(session, COORDINATOR, held.public_id, now=now)
        made = agenda.put(session, COORDINATOR, held.public_id, "p202700005", now=now)
        word = Word(wins=True, reason_kk=REASON_KK, reason_ru=REASON_RU)
        agenda.change_word(session, COORDINATOR, made.public_id, word, revision=held.revision, now=now)
        council.begin(session, held, present, now=now)
        votes.open_items(
            session,
            COORDINATOR,
            held.public_id,
            [one.public_id for one in agenda.items_of(session, held) if one.project_id is not None],
            now=now,
        )
        for one in agenda.items_of(session, held):
            choice = CouncilChoice.AGAINST if one.id == made.id else CouncilChoice.FOR
            if one.project_id is not None:
                council.vote(session, one, present, choice, now=now)
        close(session, held, now)
    told = [item(client.get(session_page("2027")), position) for position in (5, 6)]
    assert "Not put to the vote" in told[0]
    assert "Motion: The project is built" in told[1]
    assert "nothing is decided" in told[1]
    assert REASON_KK not in told[1]


def test_no_account_and_no_address_of_a_member_is_on_any_public_page(
    raw_client: FlaskClient, app: Flask, app_database: Database, now: datetime
) -> None:
    with app_database.writing() as session:
        screened(session, now)
        emails = tuple(session.exec(select(Staff.email)).all())
    assert leaks(everything_public(app, app_database, raw_client), (*emails, "Test member")) == []
