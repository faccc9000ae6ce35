"""An outsider follows the whole road of a project on its page: every turn with its day, its reason and its deadline."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session

from budget import projects
from budget.council import agenda, appeals, forwardings, mergers, returns, reviews
from budget.council.forwardings import Sent
from budget.permissions import Actor
from models.cycle import Cycle
from models.database import Database
from models.enums import Answer, Criterion, Language, ProjectPart
from models.project import Project
from models.screening import Appeal
from tests.harness import council
from tests.harness.application import Clock
from tests.harness.client import PageClient
from tests.harness.pages import PageResponse, text_of
from tests.harness.projects import make_cycle, make_resident, proposal, sign_in
from tests.harness.queries import counted

LANGUAGES = ("kk", "ru", "en")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SECRETS = ("ҚҰПИЯ ескерту", "ҚҰПИЯ жазба", "ҚҰПИЯ құны", "7 654 321")


class Road:
    """A cycle with a council of nine, one project and its author; `now` moves with the steps."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        self.cycle: Cycle = make_cycle(session, now, correction_days=3, appeal_days=3, appeal_decision_days=5)
        self.author: Actor = make_resident(session)
        self.members = council.make_council(session, self.cycle, now=now, size=9)
        self.project = self.submit(self.author)

    def submit(self, author: Actor) -> Project:
        return projects.submit(self.session, author, self.cycle, proposal(), None, now=self.now)

    def send_back(self) -> None:
        remarks = {ProjectPart.TITLE: "Орнын жазыңыз.", ProjectPart.WHOLE: "Толық емес."}
        returns.send_back(
            self.session, council.COORDINATOR, self.project.public_id, remarks, language=Language.KK, now=self.now
        )  # fmt: skip

    def reject(self, present: int = 6) -> None:
        council.review(self.session, self.cycle, self.project, now=self.now)
        self.decide(council.rejection(self.project, Criterion.LAND), self.members[:present])

    def decide(self, motion: council.motions.Motion, present: list[council.Member]) -> None:
        held = council.plan_session(self.session, self.cycle, now=self.now)
        public_id = self.project.public_id
        item = agenda.put(self.session, council.COORDINATOR, held.public_id, public_id, now=self.now)
        agenda.change_motion(
            self.session, council.COORDINATOR, item.public_id, motion, revision=held.revision, now=self.now
        )
        council.hold(self.session, held, present, now=self.now)

    def appeal(self) -> None:
        appeals.file(
            self.session, self.author, self.project.public_id, text="ЖЕКЕ СӨЗ", language=Language.KK,
            wants_hearing=True, now=self.now,
        )  # fmt: skip

    def answer(self, motion: council.motions.Motion) -> None:
        busy = appeals.took_part(self.session, self.project.id)
        self.decide(motion, [one for one in self.members if one.row.id not in busy])


@pytest.fixture
def road(app_database: Database, now: datetime):
    """A road in a session of its own; the pages read what it has committed."""
    engine = app_database.engine.execution_options(write=True)
    with Session(engine, expire_on_commit=False) as session:
        yield Road(session, now)


def page_of(
    client: PageClient, road: Road, language: str = "en", project: Project | None = None
) -> PageResponse:
    road.session.commit()
    page: PageResponse = client.get(f"/{language}/projects/{(project or road.project).public_id}")
    return page


def names(page: PageResponse) -> list[str]:
    """The events by name, oldest first."""
    return [text_of(event.find("./b")) for event in events(page)]


def events(page: PageResponse) -> list:
    return list(page.find("ol", class_="pb-road--told"))


def last(page: PageResponse) -> str:
    return text_of(events(page)[-1])


def test_a_return_says_what_by_whom_and_until_when(client: PageClient, road: Road) -> None:
    road.send_back()
    page = page_of(client, road)
    assert names(page) == ["Submitted", "Returned for correction"]
    told = last(page)
    assert "The coordinator sent it back after the formal check." in told
    assert "The author can correct it until the end of 4\u00a0March 2027." in told
    assert "The application as a whole (Kazakh): Толық емес." in told
    assert "Title (Kazakh): Орнын жазыңыз." in told
    assert page.find_all("li", class_="pb-road__now")


def test_a_correction_leads_to_what_changed(client: PageClient, road: Road) -> None:
    road.send_back()
    text = proposal(title="Есенберлин 38: жарық")
    projects.correct(road.session, road.author, road.project.public_id, text, None, now=road.now + MINUTE)
    page = page_of(client, road)
    assert names(page)[-1] == "Corrected by the author"
    assert f"/en/projects/{road.project.public_id}/changes#version-2" in page.links
    assert "Version 1." in page.visible


def test_a_deadline_that_passed_is_red_until_the_service_has_decided(
    client: PageClient, road: Road, clock: Clock
) -> None:
    road.send_back()
    clock.instant = road.now.replace(hour=19) + timedelta(days=3)
    page = page_of(client, road)
    [late] = page.find_all("p", class_="pb-late")
    assert text_of(late) == "The time to correct it ended with 4\u00a0March 2027."
    assert page.find_all("li", class_="pb-road__late")


@pytest.mark.parametrize("language", LANGUAGES)
def test_silence_is_said_in_words(client: PageClient, road: Road, language: str) -> None:
    road.send_back()
    due = road.now.replace(hour=19) + timedelta(days=3)
    returns.remind_due(road.session, now=due - HOUR)
    returns.lapse_due(road.session, now=due)
    page = page_of(client, road, language)
    if language == "en":
        assert names(page)[-1] == "Rejected: not corrected in time"
        assert "Silence past the deadline is a rejection." in last(page)
        assert "until the end of 4\u00a0March 2027, was reminded (4\u00a0March 2027)" in last(page)
        assert "The author can appeal until the end of" in last(page)


def test_a_rejection_names_session_vote_criterion_clause_reasons_and_the_way_to_appeal(
    client: PageClient, road: Road
) -> None:
    road.reject()
    page = page_of(client, road)
    assert "/en/my" in page.links
    told = last(page)
    assert "Decided in session 1 of the Expert Council." in told
    assert "The vote: 6 for, 0 against, 0 abstained." in told
    assert "The criterion it does not meet: on public land." in told
    assert "Clause of the Regulation: 14." in told
    assert "On public land: does not meet it" in told
    assert "Of an accepted direction: meets it" in told
    assert "The author can appeal until the end of 4\u00a0March 2027: on “My page” of this site." in told
    assert "Reasons (Kazakh): № 1: әкімдіктің құзыретіне кірмейді." in told


@pytest.mark.parametrize(
    ("language", "reason"), [("kk", "кірмейді"), ("ru", "не входит"), ("en", "кірмейді")]
)
def test_reasons_are_in_the_language_of_the_page_or_marked_with_their_own(
    client: PageClient, road: Road, language: str, reason: str
) -> None:
    road.reject()
    page = page_of(client, road, language)
    said = [
        one
        for one in page.find_all("span")
        if (one.text or "").startswith("№ 1:") and reason in (one.text or "")
    ]
    assert [one.get("lang") for one in said] == ["kk" if language == "en" else None]


def test_an_appeal_is_followed_to_its_answer(client: PageClient, road: Road, clock: Clock) -> None:
    road.reject()
    road.now += HOUR
    road.appeal()
    page = page_of(client, road)
    assert names(page)[-1] == "The author appealed"
    assert "The author wishes to be heard." in last(page)
    assert "answer it until the end of 9\u00a0March 2027." in last(page)  # 8 March is a holiday
    assert "The author can appeal" not in page.visible
    assert "ЖЕКЕ СӨЗ" not in page.text
    clock.instant = road.now + timedelta(days=9)
    late = page_of(client, road)
    [told] = late.find_all("p", class_="pb-late")
    assert text_of(told) == "Late: it should have been answered by the end of 9\u00a0March 2027."
    clock.instant = road.now
    road.now += HOUR
    road.answer(council.admission())
    done = page_of(client, road)
    assert names(done)[-1] == "The appeal was upheld: admitted to the vote"
    assert "Decided in session 2 of the Expert Council." in last(done)
    assert "It meets every criterion: within the competence of the akimat, " in last(done)


def test_an_answer_that_came_late_stays_late(client: PageClient, road: Road) -> None:
    road.reject()
    road.appeal()
    road.session.exec(sa.update(Appeal).values(decide_by=road.now - HOUR))
    road.now += HOUR
    road.answer(council.admission())
    assert "It was answered late: the deadline was the end of" in page_of(client, road).visible


def test_a_dismissed_appeal_leads_to_the_court(client: PageClient, road: Road) -> None:
    road.reject()
    road.appeal()
    road.now += HOUR
    road.answer(council.rejection(road.project, Criterion.LAND))
    page = page_of(client, road)
    assert names(page)[-1] == "The appeal was dismissed: the rejection stands"
    assert "This is the last decision of the council. The author can go to court." in last(page)
    assert "can appeal" not in last(page)


def test_a_hearing_is_told_with_its_time_and_without_its_place(client: PageClient, road: Road) -> None:
    road.reject()
    road.appeal()
    filed = appeals.of_project(road.session, road.project.id)
    assert filed is not None
    appeals.set_hearing(
        road.session, council.COORDINATOR, filed.public_id, at=road.now + HOUR, place_kk="214-бөлме",
        place_ru="кабинет 214", now=road.now,
    )  # fmt: skip
    told = last(page_of(client, road))
    assert "Hearing of the author: 1\u00a0March 2027, 15:00, Astana time." in told
    assert "214" not in told
    appeals.note_heard(road.session, council.COORDINATOR, filed.public_id, now=road.now + 2 * HOUR)
    assert "The author was heard: 1\u00a0March 2027." in last(page_of(client, road))


def test_when_the_time_to_appeal_is_over_the_page_says_so(
    client: PageClient, road: Road, clock: Clock
) -> None:
    road.reject()
    clock.instant = road.now + timedelta(days=4)
    page = page_of(client, road)
    assert "The author could appeal until the end of 4\u00a0March 2027 and did not." in last(page)
    assert "/en/my" not in page.links
    assert not page.find_all("li", class_="pb-road__now")


def test_staff_are_not_sent_to_a_page_that_is_not_theirs(
    client: PageClient, road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    road.reject()
    sign_in(monkeypatch, council.COORDINATOR)
    page = page_of(client, road)
    assert "The author can appeal until" in last(page)
    assert "/en/my" not in page.links


def test_an_admitted_cost_that_differs_tells_why(client: PageClient, road: Road) -> None:
    council.review(road.session, road.cycle, road.project, now=road.now)
    motion = council.admission(
        cost_tenge=9_300_000, cost_reason_kk="Шамдар арзан.", cost_reason_ru="Фонари дешевле."
    )
    road.decide(motion, road.members)
    told = last(page_of(client, road, "ru"))
    assert "9\u00a0300\u00a0000\u00a0₸" in told
    assert "14\u00a0850\u00a0000\u00a0₸" in told
    assert "Фонари дешевле." in told


def test_where_it_was_sent_on_to_and_on_what_ground(client: PageClient, road: Road) -> None:
    road.reject()
    sent = Sent("Су арнасы", "Водоканал", "ӘРПК 65-бап", date(2027, 3, 2), "109, iKOMEK", "03-12/7")
    forwardings.record(road.session, council.COORDINATOR, road.project.public_id, sent, now=road.now)
    page = page_of(client, road, "en")
    assert names(page)[-1] == "Sent on to the body that is competent"
    for told in (
        "To whom (Kazakh): Су арнасы",
        "Legal ground: ӘРПК 65-бап",
        "109, iKOMEK",
        "03-12/7",
        "2\u00a0March",
    ):
        assert told in last(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_merged_projects_lead_to_each_other(client: PageClient, road: Road, language: str) -> None:
    second = make_resident(road.session)
    other = road.submit(second)
    asked = mergers.propose(
        road.session, council.COORDINATOR, road.project.public_id, other.public_id, note_kk="ЖАБЫҚ СЕБЕП",
        note_ru="ЗАКРЫТАЯ ПРИЧИНА", now=road.now,
    )  # fmt: skip
    assert "ЖАБЫҚ" not in page_of(client, road, language).text
    mergers.answer(road.session, road.author, asked.public_id, agrees=True, now=road.now + MINUTE)
    mergers.answer(road.session, second, asked.public_id, agrees=True, now=road.now + MINUTE)
    gone = page_of(client, road, language, other)
    assert f"/{language}/projects/{road.project.public_id}" in gone.links
    assert proposal().description in gone.visible, "its page stays"
    here = page_of(client, road, language)
    assert f"/{language}/projects/{other.public_id}" in here.links
    assert f"/{language}/projects/{road.project.public_id}/changes#version-2" in here.links


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_of_an_undecided_review_or_motion_is_on_the_page(
    client: PageClient, road: Road, language: str
) -> None:
    remark, notes, cost, _ = SECRETS
    council.pass_check(road.session, road.cycle, road.project, now=road.now)
    reviews.assign(road.session, council.COORDINATOR, road.cycle, now=road.now)
    answers = {**council.MEETS, Criterion.COST: Answer.CORRECTABLE}
    said = {
        one: reviews.Said(what, remark if what is not Answer.MEETS else "") for one, what in answers.items()
    }
    conclusion = reviews.Conclusion(said, Language.KK, 7_654_321, cost, notes)
    for review in reviews.of_project(road.session, road.project):
        reader = next(one for one in road.members if one.row.id == review.member_id)
        reviews.conclude(road.session, reader.actor, road.project.public_id, conclusion, now=road.now)
    before = page_of(client, road, language)
    held = council.plan_session(road.session, road.cycle, now=road.now)
    agenda.fill(road.session, council.COORDINATOR, held.public_id, now=road.now)
    item = agenda.items_of(road.session, held)[0]
    motion = council.rejection(road.project, Criterion.LAND)
    agenda.change_motion(
        road.session, council.COORDINATOR, item.public_id, motion, revision=held.revision, now=road.now
    )
    council.hold(road.session, held, road.members, now=road.now, publish=False)
    after = page_of(client, road, language)
    for page in (before, after):
        assert not [one for one in SECRETS if one in page.text.replace("\u00a0", " ")]
        assert "құзыретіне кірмейді" not in page.text
        assert len(names(page)) == 2, "submitted and checked"
    assert after.text == before.text, "a decided session that is not published changes nothing"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_withdrawn_project_shows_its_title_and_nothing_of_its_road(
    client: PageClient, road: Road, language: str
) -> None:
    road.send_back()
    projects.withdraw(road.session, road.author, road.project.public_id, now=road.now + MINUTE)
    page = page_of(client, road, language)
    assert page.h1 == proposal().title
    assert not page.find_all("ol", class_="pb-road--told")
    assert "Орнын жазыңыз." not in page.text


def test_the_longest_road_asks_at_most_six_things_of_the_database(
    raw_client: FlaskClient, app: Flask, road: Road
) -> None:
    road.send_back()
    road.now += MINUTE
    projects.correct(road.session, road.author, road.project.public_id, proposal(), None, now=road.now)
    road.reject()
    road.appeal()
    road.now += HOUR
    road.answer(council.admission())
    road.session.commit()
    with counted(app.extensions["database"].engine) as statements:
        page = raw_client.get(f"/kk/projects/{road.project.public_id}")
    assert page.status_code == 200
    assert len(statements) <= 6
