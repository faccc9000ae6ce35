"""Beside the result: the council's word on each verdict, the order of implementation, and the reserve."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, select

from budget.council import reserve, sessions
from budget.reading import confirmed, cycles, results
from models.cycle import Cycle
from models.database import Database
from models.enums import Origin, Phase, SessionKind
from models.project import Project
from tests.harness import council
from tests.harness.application import Clock
from tests.harness.client import PageClient
from tests.harness.council import COORDINATOR
from tests.harness.pages import text_of
from tests.harness.public_council import REASON_KK, REASON_RU, counted, plan_second
from tests.harness.public_rows import add_cycle

LANGUAGES = ("kk", "ru", "en")
PAGE = "/en/cycles/2027/results"
DOCUMENT = "№ 55 өкім"
WHY_KK, WHY_RU = "Су құбыры табылды.", "Обнаружен водопровод."


def decide(session: Session, cycle: Cycle, now: datetime, *, left_out: str = "") -> None:
    held = plan_second(session, cycle, now=now, left_out=left_out)
    council.hold(session, held, council.members_of(session, cycle, now=now), now=now)


def fall_out(session: Session, public_id: str, now: datetime) -> None:
    reserve.use(
        session, COORDINATOR, public_id, reason_kk=WHY_KK, reason_ru=WHY_RU, document=DOCUMENT, now=now
    )


def seen(client: PageClient, address: str) -> str:
    return client.get(address).visible.replace("\u00a0", " ")


def verdicts(page) -> dict[str, str]:
    """What stands in the last cell of each project."""
    found = {}
    for table in page.find_all("table", class_="pb-results"):
        for row in table.find("./tbody"):
            link = row.find("./th/a")
            if link is not None:
                said = text_of(row[-1]).replace("\u00a0", " ")
                found[link.get("href").rsplit("/", 1)[1]] = said
    return found


def part(page, after: str, tag: str = "ol") -> list[str]:
    """The items of the list after this heading."""
    inside = list(page.main.iter())
    place = next(index for index, one in enumerate(inside) if one.get("id") == after)
    found = next(one for one in inside[place:] if one.tag == tag)
    return [text_of(item).replace("\u00a0", " ") for item in found]


def test_before_the_councils_session_the_result_says_that_it_is_not_confirmed(
    client: PageClient, app_database: Database, now: datetime
) -> None:
    with app_database.writing() as session:
        counted(session, now)
    page = client.get(PAGE)
    assert "The Expert Council has not confirmed the results yet." in page.visible
    assert "What stands here is what the count computed." in page.visible
    assert "Council:" not in page.visible
    assert page.find_all("h2", id="council") == []
    assert "The Expert Council has still to confirm the winners." in client.get("/en/").visible


def test_the_announced_session_is_named_until_it_begins(
    client: PageClient, app_database: Database, now: datetime, clock: Clock
) -> None:
    with app_database.writing() as session:
        cycle = counted(session, now)
        held = plan_second(session, cycle, now=now)
    assert "Its session" not in client.get(PAGE).visible
    with app_database.writing() as session:
        sessions.announce(session, COORDINATOR, held.public_id, now=now)
    assert "Its session: 1 March 2027, 15:00, Astana time" in seen(client, PAGE)
    assert "/en/cycles/2027/council/sessions/1" in client.get(PAGE).links
    assert "Its session: 1 March 2027, 15:00, Astana time." in seen(client, "/en/cycles/2027")
    clock.instant = now + timedelta(hours=2)
    assert "Its session" not in client.get(PAGE).visible


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("envelopes", [1, 2])
def test_the_page_is_whole_in_each_language(
    client: PageClient, app_database: Database, now: datetime, language: str, envelopes: int
) -> None:
    with app_database.writing() as session:
        cycle = counted(session, now, projects=20, envelopes=envelopes)
        decide(session, cycle, now, left_out="p202700002")
        fall_out(session, "p202700001", now)
    page = client.get(f"/{language}/cycles/2027/results")
    said = (REASON_RU, WHY_RU) if language == "ru" else (REASON_KK, WHY_KK)
    assert all(reason in page.visible for reason in (*said, DOCUMENT))
    marked = {text_of(one) for one in page.find_all("span", lang="kk")}
    assert ({REASON_KK, WHY_KK} <= marked) is (language == "en")


def test_each_winner_has_the_councils_word_beside_the_verdict(
    client: PageClient, app_database: Database, now: datetime
) -> None:
    with app_database.writing() as session:
        decide(session, counted(session, now), now, left_out="p202700002")
    page = client.get(PAGE)
    said = verdicts(page)
    assert said["p202700001"] == "WonCouncil: Confirmed№ 1 in the order of works"
    assert said["p202700002"] == "WonCouncil: Not built against the count"
    assert said["p202700003"] == "WonCouncil: Confirmed№ 2 in the order of works"
    assert said["p202700005"] == "Does not fit"
    assert f"Why the council departed from the count: {REASON_KK}" in page.visible
    assert "3 projects are built. It departed from the count at 1 project" in page.visible
    assert part(page, "order") == [
        "Peace 1: a playground",
        "Мир 3: детская площадка",
        "Peace 4: a playground",
    ]
    assert "/en/cycles/2027/council/sessions/1" in page.links


def test_a_decision_that_departs_nowhere_says_so(
    client: PageClient, app_database: Database, now: datetime
) -> None:
    with app_database.writing() as session:
        decide(session, counted(session, now), now)
    page = client.get(PAGE)
    assert "4 projects are built. It departed nowhere from the count." in page.visible
    assert "fell out" not in page.visible
    assert "has not confirmed" not in page.visible


def test_who_fell_out_and_who_came_in_stands_with_reasons_and_document(
    client: PageClient, app_database: Database, now: datetime
) -> None:
    with app_database.writing() as session:
        decide(session, counted(session, now), now)
        fall_out(session, "p202700001", now)
    page = client.get(PAGE)
    [told] = part(page, "fell-out", "ul")
    assert "Peace 1: a playground fell out on 1 March 2027." in told
    assert "From the reserve came in: Peace 5: a playground." in told
    assert f"Reasons: {WHY_KK} Document: {DOCUMENT}" in told
    assert part(page, "order")[0] == "Peace 1: a playground fell out"
    assert part(page, "order")[-1] == "Peace 5: a playground from the reserve"
    assert verdicts(page)["p202700001"].startswith("WonCouncil: Confirmed")  # the count and the word stay


def test_nobody_came_in_is_said_where_the_money_suffices_for_nobody(
    client: PageClient, app_database: Database, now: datetime
) -> None:
    with app_database.writing() as session:
        cycle = counted(session, now, projects=4)
        decide(session, cycle, now)
        fall_out(session, "p202700001", now)
    page = client.get(PAGE)
    assert "Nobody came in" in part(page, "fell-out", "ul")[0]
    assert "No project waits in reserve" in page.visible


def test_the_reserve_stands_in_its_order_with_the_money_it_lacks(
    client: PageClient, app_database: Database, now: datetime
) -> None:
    with app_database.writing() as session:
        decide(session, counted(session, now), now)
    page = client.get(PAGE)
    table = next(one for one in page.find_all("table") if "in reserve" in text_of(one.find("./caption")))
    lines = [" ".join(text_of(cell) for cell in row).replace("\u00a0", " ") for row in table.find("./tbody")]
    assert lines[0] == "1. Peace 5: a playground 4 050 000 ₸ 150 000 ₸ is missing"
    assert [line.split(".")[0] for line in lines] == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize("leftovers", [False, True])
@pytest.mark.parametrize("moment", ["confirmed", "departed", "fallen", "again"])
def test_the_reserve_on_the_page_is_the_reserve_of_the_domain(
    session: Session, now: datetime, leftovers: bool, moment: str
) -> None:
    """Both databases; the page reads it off the lines of the result, the act of the reserve off the tables."""
    cycle = counted(session, now, projects=20, envelopes=2, leftovers=leftovers)
    decide(session, cycle, now, left_out="p202700002" if moment == "departed" else "")
    if moment in ("fallen", "again"):
        fall_out(session, "p202700001", now)
    if moment == "again":  # what came in from the reserve falls out as well, and does not come back
        [act] = reserve.uses(session, cycle.id)
        fall_out(session, session.get_one(Project, act.in_id).public_id, now)
    outcome = results.stored(session, cycle.id or 0)
    assert outcome is not None
    found = confirmed.of_outcome(outcome, leftovers=leftovers)
    assert found is not None
    assert found.waiting
    assert tuple(place.waiting for place in found.waiting) == reserve.listed(session, cycle)
    acts = [(one.out_id, one.in_id) for one in reserve.uses(session, cycle.id)]
    assert [(one.out.id, one.came_in.id if one.came_in else None) for one in found.exchanges] == acts


def test_an_old_result_whose_works_were_planned_without_a_council_waits_for_nobody(
    client: PageClient, app_database: Database, now: datetime
) -> None:
    with app_database.writing() as session:
        add_cycle(session, now, phase=Phase.IMPLEMENTATION, results=True)
        add_cycle(session, now, slug="pab", phase=Phase.ARCHIVE, results=True, origin=Origin.PABULIB)
    for slug in ("2027", "pab"):
        page = client.get(f"/en/cycles/{slug}/results")
        assert "has not confirmed" not in page.visible
        assert "Council:" not in page.visible


# --- the start page ----------------------------------------------------------------------------------------


def test_the_start_page_says_what_the_council_has_before_it_and_when_it_meets(
    client: PageClient, app_database: Database, now: datetime, clock: Clock
) -> None:
    with app_database.writing() as session:
        cycle = add_cycle(session, now, phase=Phase.SCREENING, projects=20)
    assert "20 applications were received" in client.get("/en/").visible
    with app_database.writing() as session:
        council.make_council(session, cycle, now=now)
        held = council.plan_session(session, cycle, now=now)
        other = council.plan_session(session, cycle, SessionKind.DECISION, now=now)
        for row in (held, other):
            row.announced_at = now
            session.add(row)
    for address in ("/en/", "/en/cycles/2027"):
        told = seen(client, address)
        assert "The Expert Council reviews 4 projects; each gets a decision with a reason." in told
        assert told.count("Its session: 1 March 2027, 15:00, Astana time.") == 1
    clock.instant = now + timedelta(hours=1)
    assert "Its session" not in client.get("/en/").visible


def test_a_session_that_is_only_planned_is_not_on_the_start_page(
    client: PageClient, app_database: Database, now: datetime
) -> None:
    with app_database.writing() as session:
        cycle = add_cycle(session, now, phase=Phase.SCREENING)
        council.make_council(session, cycle, now=now)
        council.plan_session(session, cycle, now=now)
    assert "Its session" not in client.get("/en/").visible


def test_the_earliest_of_the_sessions_ahead_is_the_next_one(session: Session, now: datetime) -> None:
    cycle = add_cycle(session, now, phase=Phase.SCREENING)
    council.make_council(session, cycle, now=now)
    for days in (9, 2, 5):
        held = council.plan_session(session, cycle, now=now)
        held.starts_at, held.announced_at = now + timedelta(days=days), now
        session.add(held)
    session.flush()
    view = cycles.by_slug(session, cycle.slug, now=now)
    assert [one.number for one in view.meetings] == [1, 2, 3]
    for at, number in ((0, 2), (3, 3), (6, 1)):
        meeting = view.next_meeting(SessionKind.SCREENING, now + timedelta(days=at))
        assert meeting is not None
        assert meeting.number == number
    assert view.next_meeting(SessionKind.SCREENING, now + timedelta(days=10)) is None
    assert view.next_meeting(SessionKind.DECISION, now) is None


def test_the_start_page_stays_small(raw_client: FlaskClient, app_database: Database, now: datetime) -> None:
    with app_database.writing() as session:
        cycle = add_cycle(session, now, phase=Phase.SCREENING, projects=40)
        council.make_council(session, cycle, now=now)
        held = council.plan_session(session, cycle, now=now)
        held.announced_at = now
        session.add(held)
        assert session.exec(select(Project.id)).first()
    assert all(len(raw_client.get(f"/{language}/").data) <= 14 * 1024 for language in LANGUAGES)
