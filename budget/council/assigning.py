"""Who reviews what: as evenly as conflicts of interest allow; pure.

Projects are taken in their order. Each goes to the members who have the least so far, of those who may read it; of
equals the one whose turn is longest past, so the same council and list always give the same assignment.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """A project to assign: who has it already, or has read it and left; who may not have it, whether they have it or not."""

    project: int
    taken_by: frozenset[int] = frozenset()
    barred: frozenset[int] = frozenset()


def evenly(
    tasks: Sequence[Task], members: Sequence[int], *, each: int, load: Mapping[int, int] | None = None
) -> list[tuple[int, int]]:
    """(project, member) pairs so that every project has `each` reviewers, or all who may read it where they are fewer.

    `load` is what the members have already.
    """
    loads = {member: (load or {}).get(member, 0) for member in members}
    turns = dict.fromkeys(members, 0)
    pairs = []
    for turn, task in enumerate(tasks, start=1):
        for member in _least(loads, turns, task, each):
            loads[member] += 1
            turns[member] = turn
            pairs.append((task.project, member))
    return pairs


def _least(loads: Mapping[int, int], turns: Mapping[int, int], task: Task, each: int) -> Collection[int]:
    missing = each - len(task.taken_by - task.barred)
    free = [member for member in loads if member not in task.taken_by | task.barred]
    return sorted(free, key=lambda member: (loads[member], turns[member]))[: max(missing, 0)]
