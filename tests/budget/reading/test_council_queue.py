"""The queue of a member: what is left to read, how far everybody is, what comes next, and nothing of others' thoughts."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from budget.council import members, reviews
from budget.permissions import Actor
from budget.projects import withdraw
from budget.reading import council_queue
from budget.reading.council_queue import PER_PAGE, Progress, QueueLine, Show
from models.cycle import Cycle
from models.enums import ConflictKind, ProjectState, Role
from models.project import Project
from tests.harness import council
from tests.harness.council import COORDINATOR, Member, admission, make_council, rejection
from tests.harness.projects import make_area, make_cycle
from tests.harness.queries import counted

DAY = timedelta(days=1)


def world(
    session: Session, now: datetime, number: int, **settings: Any
) -> tuple[Cycle, list[Project], list[Member]]:
    """A council of three who each have everything to read."""
    cycle = make_cycle(session, now, reviewers_per_project=3, review_days=1, **settings)
    people = make_council(session, cycle, now=now, size=3)
    projects = [council.submit(session, cycle, now=now)[0] for _ in range(number)]
    council.pass_check(session, cycle, *projects, now=now)
    reviews.assign(session, COORDINATOR, cycle, now=now)
    return cycle, projects, people


def numbers(
    session: Session, cycle: Cycle, one: Member, show: Show, now: datetime, **asked: Any
) -> list[int]:
    return [
        line.number for line in council_queue.queue(session, cycle, one.row, show, now=now, **asked).lines
    ]


def line_of(session: Session, cycle: Cycle, one: Member, project: Project, now: datetime) -> QueueLine:
    found = council_queue.queue(session, cycle, one.row, Show.UNDECIDED, now=now).lines
    return next(line for line in found if line.number == project.number)


def conclude(session: Session, project: Project, one: Member, now: datetime) -> None:
    reviews.conclude(session, one.actor, project.public_id, council.conclusion(), now=now)


def test_the_queue_tells_what_is_left_and_how_far_the_council_is(session: Session, now: datetime) -> None:
    cycle, rows, people = world(session, now, 7)
    other = make_cycle(session, now)
    council.submit(session, other, now=now)
    one, two, three = people
    first, returned, admitted, rejected, gone, untouched, half = rows
    council.send_back(session, cycle, returned, now=now)
    outcomes = {admitted.public_id: admission(), rejected.public_id: rejection(rejected)}
    council.screen(session, cycle, outcomes, now=now)
    withdraw(session, Actor(Role.RESIDENT, gone.author_id), gone.public_id, now=now)
    conclude(session, first, one, now)
    conclude(session, half, two, now)
    found = {show: numbers(session, cycle, one, show, now) for show in Show}
    assert found == {
        Show.MINE: [untouched.number, half.number],
        Show.UNDECIDED: [first.number, untouched.number, half.number],
        Show.OVERDUE: [],
        Show.RETURNED: [returned.number],
        Show.DECIDED: [admitted.number, rejected.number],
    }
    told = council_queue.progress(session, cycle, one.row, now=now)
    assert told == Progress(
        undecided=3, returned=1, admitted=1, rejected=1, reviews_written=2, reviews_assigned=9, mine_left=2,
        mine_assigned=3, mine_overdue=0,
    )  # fmt: skip
    assert (told.decided, told.total) == (2, 6)
    assert numbers(session, cycle, three, Show.MINE, now) == [first.number, untouched.number, half.number]


def test_a_line_tells_the_members_own_review_and_how_many_are_written(
    session: Session, now: datetime
) -> None:
    cycle, [project], (one, two, _) = world(session, now, 1)
    conclude(session, project, two, now)
    mine, theirs = (line_of(session, cycle, who, project, now) for who in (one, two))
    due = reviews.of_project(session, project)[0].due_at
    assert (mine.written, mine.wanted, mine.due_at, mine.concluded_at) == (1, 3, due, None)
    assert (theirs.written, theirs.concluded_at) == (1, now)
    assert (mine.title_kk, mine.area_kk, mine.estimate_tenge) == (
        project.title_kk,
        "Ауыл koktal-1",
        project.estimate_tenge,
    )


def test_what_is_overdue_is_so_for_everybody(session: Session, now: datetime) -> None:
    cycle, rows, (one, two, three) = world(session, now, 2)
    late = now + 3 * DAY
    assert numbers(session, cycle, one, Show.OVERDUE, late) == [row.number for row in rows]
    for who in (one, two, three):
        conclude(session, rows[0], who, late)
    assert numbers(session, cycle, one, Show.OVERDUE, late) == [rows[1].number]
    told = council_queue.progress(session, cycle, one.row, now=late)
    assert (told.mine_left, told.mine_overdue) == (1, 1)


def test_where_a_member_stands_aside_the_queue_shows_it_and_asks_for_nothing(
    session: Session, now: datetime
) -> None:
    cycle, rows, (one, two, _) = world(session, now, 3)
    interests = {rows[1].public_id: ConflictKind.EMPLOYER}
    members.declare(session, one.actor, cycle, interests, now=now)
    assert numbers(session, cycle, one, Show.MINE, now) == [rows[0].number, rows[2].number]
    assert line_of(session, cycle, one, rows[1], now).recused is ConflictKind.EMPLOYER
    assert line_of(session, cycle, two, rows[1], now).recused is None
    following = council_queue.next_of(session, cycle, one.row, after=rows[0].number, now=now)
    assert following is not None
    assert following.number == rows[2].number


def test_a_corrected_project_begins_anew(session: Session, now: datetime) -> None:
    cycle, [project], people = world(session, now, 1)
    for who in people:
        conclude(session, project, who, now)
    council.send_back(session, cycle, project, now=now)
    council.resubmit(session, project, Actor(Role.RESIDENT, project.author_id), now=now)
    line = line_of(session, cycle, people[0], project, now)
    assert (line.version, line.written, line.wanted, line.due_at) == (2, 0, 0, None)
    council.pass_check(session, cycle, project, now=now)
    reviews.assign(session, COORDINATOR, cycle, now=now)
    line = line_of(session, cycle, people[0], project, now)
    assert (line.written, line.wanted, line.concluded_at) == (0, 3, None)


def test_the_next_project_is_the_following_one_and_then_the_first_again(
    session: Session, now: datetime
) -> None:
    cycle, (first, second, third), (one, *_) = world(session, now, 3)

    def after(number: int) -> int | None:
        line = council_queue.next_of(session, cycle, one.row, after=number, now=now)
        return line.number if line is not None else None

    assert after(0) == first.number
    conclude(session, second, one, now)
    assert (after(first.number), after(third.number)) == (third.number, first.number)
    conclude(session, first, one, now)
    assert after(third.number) is None, "the one in hand is not the next one"
    conclude(session, third, one, now)
    assert (after(0), numbers(session, cycle, one, Show.MINE, now)) == (None, [])


def test_the_queue_is_narrowed_to_an_area(session: Session, now: datetime) -> None:
    cycle, rows, (one, *_) = world(session, now, 1)
    make_area(session, "agrogorodok")
    there, _ = council.submit(session, cycle, now=now, area="agrogorodok")
    assert numbers(session, cycle, one, Show.UNDECIDED, now, area="agrogorodok") == [there.number]
    assert numbers(session, cycle, one, Show.UNDECIDED, now, area="koktal-1") == [rows[0].number]
    assert numbers(session, cycle, one, Show.UNDECIDED, now, area="nowhere") == []


def test_a_long_queue_comes_in_pages_of_one_statement(session: Session, now: datetime) -> None:
    cycle, _, (one, *_) = world(session, now, 1)
    for _ in range(PER_PAGE + 2):
        council.submit(session, cycle, now=now)
    with counted(session.get_bind()) as statements:
        first = council_queue.queue(session, cycle, one.row, Show.UNDECIDED, now=now)
    assert len(statements) == 1
    assert (len(first.lines), first.total, first.pages) == (PER_PAGE, PER_PAGE + 3, 2)
    last, beyond, before = (
        council_queue.queue(session, cycle, one.row, Show.UNDECIDED, page=page, now=now)
        for page in (2, 99, -3)
    )
    assert [line.number for line in last.lines] == [PER_PAGE + 1, PER_PAGE + 2, PER_PAGE + 3]
    assert (beyond.page, before.page) == (2, 1)


def test_mine_stands_by_deadline_and_the_rest_by_number(session: Session, now: datetime) -> None:
    cycle, rows, (one, *_) = world(session, now, 3)
    urgent = reviews.of_member(session, rows[2], one.row)
    assert urgent is not None
    urgent.due_at = now
    session.add(urgent)
    session.flush()
    assert numbers(session, cycle, one, Show.MINE, now) == [rows[2].number, rows[0].number, rows[1].number]
    assert numbers(session, cycle, one, Show.UNDECIDED, now) == [row.number for row in rows]


def test_another_cycles_projects_are_in_no_queue(session: Session, now: datetime) -> None:
    cycle, rows, people = world(session, now, 1)
    other, foreign, _ = world(session, now, 2)
    assert numbers(session, cycle, people[0], Show.UNDECIDED, now) == [rows[0].number]
    assert council_queue.progress(session, other, people[0].row, now=now).mine_assigned == 0
    assert {one.state for one in foreign} == {ProjectState.SUBMITTED}
