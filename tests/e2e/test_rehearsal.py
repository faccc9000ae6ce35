"""Chromium walks the rehearsal of 68 projects through the council, by roles and in Kazakh and Russian.

Composition, interests with three members who stand aside, one merger, two returns that come back, reviews, a session on
everything, an appeal won and one lost in a second session, the vote, and the session that confirms; protocols signed.
The people of even seats work in Kazakh, those of odd ones in Russian; authors use the language they wrote in.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

from models.enums import ConflictKind, SessionKind
from seeds.council import SEATS
from seeds.rehearsal_plan import Rejection
from tests.e2e import council_steps as council
from tests.e2e import rehearsal_world as world
from tests.e2e.rehearsal_world import COORDINATOR, MEMBERS, SLUG, Rehearsal
from tests.e2e.walker import DAY, GOLD, Walker, walking

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

ASIDE, MISSING_FIRST, MISSING_LAST = (3, 4, 5), (6, 7, 8), (8,)
"""Places of the members who stand aside from one project each, and of those who miss the first and the last session."""
REMARK = "Сметаға жеткізу құнын қосыңыз."


@pytest.fixture
def rehearsal(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, new_page: Callable[..., Page]
) -> Iterator[Rehearsal]:
    begun = tmp_path_factory.mktemp("rehearsal")
    plan = world.seed(begun)
    with walking(begun, tmp_path, new_page, "kk", scripts=True) as walk:
        yield Rehearsal(walk, plan)


@dataclass(frozen=True)
class People:
    """Who works on it the whole time: the coordinator, and the members by seat."""

    coordinator: Walker
    members: tuple[Walker, ...]

    def but(self, places: tuple[int, ...]) -> list[Walker]:
        """The members without those of these places."""
        return [member for place, member in enumerate(self.members) if place not in places]

    def come_back(self) -> None:
        """Everybody signs in again: hours have passed."""
        self.coordinator.sign_in_staff(COORDINATOR)
        for member, account in zip(self.members, MEMBERS, strict=True):
            member.sign_in_staff(account)


def test_sixty_eight_projects_go_the_whole_road_of_the_council(rehearsal: Rehearsal) -> None:
    with at_work(rehearsal) as people:
        everybody_declares(rehearsal, people)
        two_similar_ones_become_one(rehearsal, people)
        two_are_sent_back_and_come_back(rehearsal, people)
        assert sum(reviews(rehearsal, member) for member in people.members) == 68
        the_first_session_decides_on_everything(rehearsal, people)
        two_authors_appeal(rehearsal, people)
        the_second_session_answers_the_appeals(rehearsal, people)
        the_vote_is_held_and_counted(rehearsal, people)
        the_last_session_confirms_the_winners(people)
    an_outsider_follows_every_road(rehearsal)


@contextmanager
def at_work(rehearsal: Rehearsal) -> Iterator[People]:
    with ExitStack() as stack:
        walk = rehearsal.walk
        coordinator = stack.enter_context(walk.browser_of())
        coordinator.sign_in_staff(COORDINATOR)
        council.compose(coordinator, SLUG, zip(MEMBERS, SEATS, strict=True))
        members = []
        for place, account in enumerate(MEMBERS):
            member = stack.enter_context(walk.browser_of("ru" if place % 2 else "kk"))
            member.sign_in_staff(account)
            members.append(member)
        yield People(coordinator, tuple(members))


def everybody_declares(rehearsal: Rehearsal, people: People) -> None:
    interests = {
        seat: (str(place + 1), kind)
        for seat, place, kind in zip(ASIDE, rehearsal.plan.road.recused, ConflictKind, strict=True)
    }
    for place, member in enumerate(people.members):
        council.declare(member, SLUG, interests.get(place))


def two_similar_ones_become_one(rehearsal: Rehearsal, people: People) -> None:
    kept, last = rehearsal.plan.road.merged_into, len(rehearsal.plan.projects)
    coordinator = people.coordinator
    coordinator.open(f"/office/cycles/{SLUG}/mergers/propose")
    coordinator.fill(
        kept=rehearsal.ids[kept],
        joined=rehearsal.ids[last],
        note_kk="Екі өтінім бір аула туралы.",
        note_ru="Обе заявки об одном дворе.",
    )
    coordinator.press()
    for place in (kept, last):
        with author_of(rehearsal, place) as author:
            author.follow("main a[href*='/mergers/']")
            author.fill(answer="agree")
            author.press()
            author.press()
    with author_of(rehearsal, last) as author:
        author.open(f"/projects/{rehearsal.ids[last]}")
        assert author.sees("Both authors agreed. Its houses were added there; this page and its number stay.")


def two_are_sent_back_and_come_back(rehearsal: Rehearsal, people: People) -> None:
    """The coordinator sends one back at the formal check, a reviewer another one; both are checked anew."""
    by_coordinator, by_reviewer = rehearsal.plan.road.returned
    coordinator = people.coordinator
    coordinator.open(f"/office/projects/{rehearsal.ids[by_coordinator]}/send-back")
    coordinator.fill(language="kk", estimate=REMARK)
    coordinator.press()
    council.pass_checks(coordinator, SLUG)
    reviewer = next(member for member in people.members if has_to_review(member, rehearsal.ids[by_reviewer]))
    reviewer.open(f"/council/projects/{rehearsal.ids[by_reviewer]}/send-back")
    reviewer.fill(estimate=REMARK)
    reviewer.press()
    for place in (by_coordinator, by_reviewer):
        with author_of(rehearsal, place) as author:
            author.follow("main a[href$='/edit']")
            assert REMARK in author.main()
            text = author.page.locator("main [name='description']").input_value()
            author.fill(description=f"{text} Жеткізу құны сметаға қосылды.")
            author.press()
    council.pass_checks(coordinator, SLUG)


def has_to_review(member: Walker, public_id: str) -> bool:
    member.open(f"/council/projects/{public_id}")
    return member.page.locator("#conclusion-form").count() > 0


def reviews(rehearsal: Rehearsal, member: Walker) -> int:
    """The member concludes what the plan says; the one that wins its appeal is found wanting at first."""

    def conclude(member: Walker) -> None:
        public_id = member.path().rsplit("/", 1)[-1]
        council.meets_all(member)
        planned, said = rehearsal.planned(public_id), first_rejection(rehearsal, public_id)
        if said is not None:
            reason = said.reason_ru if member.language == "ru" else said.reason_kk
            member.fill(**{str(said.criterion): "fails", f"{said.criterion}_remark": reason})
        elif planned.cost != planned.estimate:
            member.fill(admitted_tenge=str(planned.cost), cost_reason="Баға бойынша есеп / расчёт")
        member.is_hurried = True  # one of each kind was looked at

    written = council.review_all(member, SLUG, conclude)
    member.is_hurried = False
    return written


def first_rejection(rehearsal: Rehearsal, public_id: str) -> Rejection | None:
    """Why the first session rejects a project; None where it admits it."""
    road = rehearsal.plan.road
    if public_id == rehearsal.ids[road.appeal_won]:
        return rehearsal.plan.projects[road.appeal_lost].rejection
    return rehearsal.planned(public_id).rejection


def the_first_session_decides_on_everything(rehearsal: Rehearsal, people: People) -> None:
    path = council.plan_session(people.coordinator, SLUG, SessionKind.SCREENING)
    finish_motions(rehearsal, people.coordinator, path)
    absent = [name for place in MISSING_FIRST for name in SEATS[place].name]
    council.open_session(people.coordinator, path, absent=absent)
    asked = [council.vote(member, path, somebody_dissents) for member in people.but(MISSING_FIRST)]
    assert asked == [68, 68, 68, 67, 67, 67]
    with rehearsal.walk.browser_of() as outsider:
        outsider.open(f"/projects/{rehearsal.ids[rehearsal.plan.road.appeal_lost]}")
        assert not outsider.sees("Reasons")
    council.end_session(people.coordinator, path)
    assert [council.sign(member) for member in people.but(MISSING_FIRST)] == [1] * 6
    assert [council.sign(people.members[place]) for place in MISSING_FIRST] == [0] * 3


def finish_motions(rehearsal: Rehearsal, coordinator: Walker, path: str) -> None:
    """The coordinator adds to each motion what reviewers do not write: clause, and reasons in both languages."""
    link = ".pb-agenda__acts a[href*='/office/items/']"
    finished = 0
    while coordinator.page.locator(link).count():
        coordinator.follow(link)
        title = coordinator.page.locator("h1").inner_text()
        public_id = rehearsal.ids[int(title.removeprefix("№ ").split(".", 1)[0]) - 1]
        said = first_rejection(rehearsal, public_id)
        if said is not None:
            coordinator.fill(clause=said.clause, reason_kk=said.reason_kk, reason_ru=said.reason_ru)
        else:
            coordinator.fill(cost_reason_kk="Маманның есебімен.", cost_reason_ru="По расчёту специалиста.")
        coordinator.press()
        coordinator.is_hurried = True
        coordinator.open(path)
        finished += 1
    coordinator.is_hurried = False
    assert finished == 28 + 1 + 1, "the rejected ones, the one that appeals, and the one at another cost"


def somebody_dissents(member: Walker) -> None:
    """The chair is against the first motion and says why."""
    if member.password == MEMBERS[0].password:
        first = member.page.locator(".pb-motions > li:has([value='against'])").first
        first.locator("[value='against']").check()
        first.locator("details:has(textarea) summary").click()
        first.locator("textarea").fill("Ереже бұл жағдайды анық айтпайды.")


def two_authors_appeal(rehearsal: Rehearsal, people: People) -> None:
    """One of them is heard."""
    road = rehearsal.plan.road
    for place, heard in ((road.appeal_won, True), (road.appeal_lost, False)):
        with author_of(rehearsal, place) as author:
            author.follow("main a[href$='/appeal']")
            author.fill(text="Учаске жалпыға ортақ, құжатын тапсырамын.")
            if heard:
                author.fill(wants_hearing="y")
            author.press()
    coordinator = people.coordinator
    coordinator.open(f"/office/cycles/{SLUG}/appeals")
    links = coordinator.page.locator("main th a[href*='/office/appeals/']")
    assert links.count() == 2
    wanted = coordinator.page.locator(
        f"main tr:has-text('№ {road.appeal_won + 1}') a[href*='/office/appeals/']"
    ).first
    appeal = f"/office/appeals/{(wanted.get_attribute('href') or '').rsplit('/', 1)[-1]}"
    coordinator.open(appeal)
    hour = (rehearsal.walk.now() + timedelta(hours=2)).astimezone(council.ALMATY)
    coordinator.fill(
        hearing_at=hour.strftime("%Y-%m-%dT%H:%M"),
        hearing_place_kk="Әкімдік, 101-бөлме",
        hearing_place_ru="Акимат, кабинет 101",
    )
    coordinator.press()
    rehearsal.walk.let_pass(timedelta(hours=3))
    people.come_back()
    coordinator.open(f"{appeal}/heard")
    coordinator.press()


def the_second_session_answers_the_appeals(rehearsal: Rehearsal, people: People) -> None:
    """Only those decide who did not decide before."""
    path = council.plan_session(people.coordinator, SLUG, SessionKind.SCREENING)
    coordinator = people.coordinator
    coordinator.open(path)
    assert coordinator.page.locator(".pb-agenda tbody tr").count() == 2
    uphold(coordinator, path, number=rehearsal.plan.road.appeal_won + 1)
    council.open_session(coordinator, path)
    people.members[0].open(path.replace("/office/", "/council/"))
    assert people.members[0].page.locator("#votes-form").count() == 0
    assert sum(votes_on_appeals(people.members[place], path) for place in MISSING_FIRST) >= 2 * 2
    council.end_session(coordinator, path)
    assert [council.sign(member) for member in people.members] == [1] * 9


def votes_on_appeals(member: Walker, path: str) -> int:
    """On those the member has not reviewed; how many."""
    member.open(path.replace("/office/", "/council/"))
    return council.vote(member, path) if member.page.locator("#votes-form").count() else 0


def uphold(coordinator: Walker, path: str, *, number: int) -> None:
    """The motions came with what the council had said; the coordinator writes that one appeal is upheld."""
    coordinator.follow(f".pb-agenda th:has-text('№ {number} ') a[href*='/office/items/']")
    council.meets_all(coordinator)
    coordinator.fill(outcome="admitted", criterion="")
    coordinator.press()
    coordinator.open(path)


def the_vote_is_held_and_counted(rehearsal: Rehearsal, people: People) -> None:
    coordinator, walk = people.coordinator, rehearsal.walk
    walk.let_pass(30 * DAY)  # nobody else appeals
    people.come_back()
    coordinator.open(f"/office/cycles/{SLUG}/freeze")
    assert coordinator.page.locator(GOLD).count(), coordinator.main()
    coordinator.press()
    walk.let_pass(11 * DAY)
    world.cast_ballots(rehearsal)
    walk.let_pass(15 * DAY)
    people.come_back()
    coordinator.open(f"/office/cycles/{SLUG}/count")
    while coordinator.page.locator(GOLD).count():  # separate, open, count, publish
        coordinator.press()
        coordinator.open(f"/office/cycles/{SLUG}/count")


def the_last_session_confirms_the_winners(people: People) -> None:
    present = people.but(MISSING_LAST)
    path = council.plan_session(people.coordinator, SLUG, SessionKind.DECISION)
    absent = [name for place in MISSING_LAST for name in SEATS[place].name]
    council.open_session(people.coordinator, path, absent=absent)
    for member in present:
        council.vote(member, path)
    council.end_session(people.coordinator, path)
    assert [council.sign(member) for member in present] == [1] * 8


def an_outsider_follows_every_road(rehearsal: Rehearsal) -> None:
    """From the public page of a project, in both languages."""
    road, ids = rehearsal.plan.road, rehearsal.ids
    told = {
        ids[road.returned[0]]: "The coordinator sent it back after the formal check.",
        ids[road.returned[1]]: "A member of the Expert Council who reads it sent it back.",
        ids[-1]: "Both authors agreed. Its houses were added there; this page and its number stay.",
        ids[road.merged_into]: "Another project became part of this one",
        ids[road.appeal_won]: "The appeal was upheld: admitted to the vote",
        ids[road.appeal_lost]: "The appeal was dismissed: the rejection stands",
    }
    for language in ("kk", "ru"):
        with rehearsal.walk.browser_of(language) as outsider:
            for public_id, sentence in told.items():
                outsider.open(f"/projects/{public_id}")
                assert outsider.sees(sentence), f"{language}: {sentence}"
            outsider.open(f"/cycles/{SLUG}/results")
            outsider.follow("main table a[href*='/projects/']")
            assert outsider.sees("The council confirmed it as a winner")
            outsider.open(f"/cycles/{SLUG}/council")
            for number in (1, 2, 3):
                outsider.open(f"/cycles/{SLUG}/council/sessions/{number}")
                outsider.follow("main a[href*='/protocols/']")
                file = outsider.page.locator("main a[href$='.pdf']").first.get_attribute("href") or ""
                assert outsider.page.request.get(file).body().startswith(b"%PDF-")


@contextmanager
def author_of(rehearsal: Rehearsal, place: int) -> Iterator[Walker]:
    """The author at "My page", in the language of the application."""
    rehearsal.walk.let_pass(timedelta(minutes=2))  # the next code to one telephone
    planned = rehearsal.plan.projects[min(place, len(rehearsal.plan.projects) - 1)]
    with rehearsal.walk.browser_of(str(planned.language)) as author:
        author.sign_in_resident(rehearsal.author(place))
        author.open("/my")
        yield author
