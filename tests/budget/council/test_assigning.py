"""Even assignment: for any council, any list and any conflicts."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from budget.council.assigning import Task, evenly

MEMBERS = st.lists(st.integers(1, 30), unique=True, max_size=9)
EACH = st.integers(1, 4)


@st.composite
def assignments(draw: st.DrawFn) -> tuple[list[Task], list[int], int, dict[int, int]]:
    """(tasks, members, how many each, loads): some tasks are taken by or barred to members, or to people who left."""
    members = draw(MEMBERS)
    people = st.frozensets(st.sampled_from([*members, 99]), max_size=4)
    tasks = [Task(project, draw(people), draw(people)) for project in range(1, draw(st.integers(0, 12)) + 1)]
    loads = draw(st.dictionaries(st.sampled_from([*members, 99]), st.integers(0, 5)))
    return tasks, members, draw(EACH), loads


@given(MEMBERS, st.integers(0, 40), EACH)
def test_without_conflicts_no_two_loads_differ_by_more_than_one(
    members: list[int], projects: int, each: int
) -> None:
    pairs = evenly([Task(project) for project in range(projects)], members, each=each)
    loads = Counter(dict.fromkeys(members, 0))
    loads.update(member for _, member in pairs)
    assert not members or max(loads.values()) - min(loads.values()) <= 1
    assert len(pairs) == projects * min(each, len(members))


@given(assignments())
def test_nobody_gets_what_is_barred_to_them_or_theirs_already(
    given_: tuple[list[Task], list[int], int, dict[int, int]],
) -> None:
    tasks, members, each, loads = given_
    by_project = {task.project: task for task in tasks}
    for project, member in evenly(tasks, members, each=each, load=loads):
        assert member in members
        assert member not in by_project[project].barred | by_project[project].taken_by


@given(assignments())
def test_every_project_has_as_many_readers_as_it_should_or_all_who_may(
    given_: tuple[list[Task], list[int], int, dict[int, int]],
) -> None:
    tasks, members, each, loads = given_
    pairs = evenly(tasks, members, each=each, load=loads)
    assert len(set(pairs)) == len(pairs)
    for task in tasks:
        had = task.taken_by - task.barred  # who stands aside meanwhile reads nothing; who left has read
        may_get = set(members) - task.barred - task.taken_by
        got = [member for project, member in pairs if project == task.project]
        assert len(got) == min(max(each - len(had), 0), len(may_get))


@given(assignments())
def test_the_same_council_and_list_give_the_same_assignment(
    given_: tuple[list[Task], list[int], int, dict[int, int]],
) -> None:
    tasks, members, each, loads = given_
    assert evenly(tasks, members, each=each, load=loads) == evenly(tasks, members, each=each, load=loads)


@given(assignments())
def test_a_project_goes_to_those_who_have_least(
    given_: tuple[list[Task], list[int], int, dict[int, int]],
) -> None:
    tasks, members, each, loads = given_
    now = Counter({member: loads.get(member, 0) for member in members})
    pairs = evenly(tasks, members, each=each, load=loads)
    for task in tasks:
        chosen = [member for project, member in pairs if project == task.project]
        passed_over = set(members) - set(chosen) - task.barred - task.taken_by
        for member in chosen:
            assert all(now[member] <= now[other] for other in passed_over)
        now.update(chosen)


def test_who_begins_with_less_gets_more() -> None:
    pairs = evenly([Task(number) for number in range(4)], [1, 2], each=1, load={1: 4})
    assert [member for _, member in pairs] == [2, 2, 2, 2]


def test_of_equals_the_one_whose_turn_is_longest_past_comes_first() -> None:
    assert [member for _, member in evenly([Task(n) for n in range(6)], [1, 2, 3], each=1)] == [1, 2, 3] * 2


def test_where_nobody_may_read_nobody_is_assigned() -> None:
    assert evenly([Task(1, barred=frozenset({1, 2}))], [1, 2], each=2) == []
    assert evenly([Task(1)], [], each=2) == []
