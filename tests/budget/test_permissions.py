"""Permission = role × phase: the whole matrix, generated, against a table written here by hand.

A change of the rules must be made twice, and is then seen in the difference of this file.
"""

from itertools import product

import pytest

from budget.permissions import RULES, SYSTEM, VISITOR, Action, has_role, may
from models.enums import Phase, Role

Time = tuple[Phase | None, Phase | None]
"""The phase, and the last that is over: None and voting are the gap before the decision."""
GAPS: tuple[Time, ...] = ((None, None), *((None, phase) for phase in Phase))
AFTER_VOTE: tuple[Time, ...] = (
    (None, Phase.VOTING), (Phase.DECISION, Phase.VOTING),
    (None, Phase.DECISION), (Phase.IMPLEMENTATION, Phase.DECISION),
    (None, Phase.IMPLEMENTATION), (Phase.ARCHIVE, Phase.IMPLEMENTATION),
    (None, Phase.ARCHIVE),
)  # fmt: skip
SUBMISSION: Time = (Phase.SUBMISSION, Phase.ANNOUNCEMENT)
BEFORE_VOTE = (SUBMISSION, (Phase.SCREENING, Phase.SUBMISSION))
ANY: tuple[Time, ...] = (*GAPS, *zip(Phase, (None, *Phase), strict=False))

TABLE: dict[Action, tuple[set[Role], tuple[Time, ...]]] = {
    Action.SUBMIT_PROJECT: ({Role.RESIDENT}, (SUBMISSION,)),
    Action.CORRECT_PROJECT: ({Role.RESIDENT}, BEFORE_VOTE),
    Action.WITHDRAW_PROJECT: ({Role.RESIDENT}, BEFORE_VOTE),
    Action.SEE_OWN_PAGE: ({Role.RESIDENT}, ANY),
    Action.CAST_BALLOT: ({Role.RESIDENT, Role.SYSTEM}, ((Phase.VOTING, Phase.SCREENING),)),
    Action.SEE_QUEUE: ({Role.COUNCIL}, ANY),
    Action.SCREEN_PROJECT: ({Role.COUNCIL, Role.SYSTEM}, BEFORE_VOTE),
    Action.SEE_OFFICE: ({Role.COORDINATOR}, ANY),
    Action.MANAGE_CYCLE: ({Role.COORDINATOR, Role.SYSTEM}, ANY),
    Action.EDIT_SETTINGS: ({Role.COORDINATOR, Role.SYSTEM}, ANY),
    Action.EXTEND_DEADLINE: ({Role.COORDINATOR}, ANY),
    Action.FREEZE: ({Role.COORDINATOR, Role.SYSTEM}, ANY),
    Action.CLOSE_COUNT: ({Role.COORDINATOR, Role.SYSTEM}, AFTER_VOTE),
    Action.PUBLISH_RESULTS: ({Role.COORDINATOR, Role.SYSTEM}, AFTER_VOTE),
    Action.SET_WORKS: ({Role.COORDINATOR, Role.SYSTEM}, AFTER_VOTE),
    Action.MANAGE_STAFF: ({Role.COORDINATOR, Role.SYSTEM}, ANY),
    Action.SEE_LOG: ({Role.COORDINATOR, Role.OBSERVER}, ANY),
    Action.SEE_CASES: ({Role.COORDINATOR, Role.OBSERVER}, ANY),
    Action.DECIDE_CASES: ({Role.COORDINATOR}, ANY),
    Action.CONFIRM_ANNULMENT: ({Role.COORDINATOR, Role.COUNCIL}, ANY),
    Action.SERVE_AT_DESK: ({Role.OPERATOR}, ANY),
    Action.MANAGE_PAPER: ({Role.COORDINATOR}, ANY),
    Action.ENTER_PAPER: ({Role.OPERATOR}, ANY),
    Action.SEE_OWN_ACCOUNT: ({Role.COUNCIL, Role.COORDINATOR, Role.OPERATOR, Role.OBSERVER}, ANY),
}
MATRIX = list(product(Role, Action))


def test_the_table_here_knows_every_action() -> None:
    assert set(TABLE) == set(Action) == set(RULES)


@pytest.mark.parametrize(("role", "action"), MATRIX)
def test_the_matrix_of_roles_actions_and_phases(role: Role, action: Action) -> None:
    roles, times = TABLE[action]
    assert has_role(role, action) == (role in roles)
    for phase, ended in ANY:
        expected = "role" if role not in roles else "phase" if (phase, ended) not in times else ""
        decision = may(role, action, phase, ended=ended)
        assert (decision.allowed, decision.reason) == (expected == "", expected), (phase, ended)


def test_a_visitor_may_do_nothing() -> None:
    assert not any(
        may(VISITOR.role, action, phase, ended=ended).allowed
        for action, (phase, ended) in product(Action, ANY)
    )


def test_nobody_both_screens_and_runs_the_count() -> None:
    """The council decides on projects, the coordinator on the calendar: one person with both would decide alone."""
    for role in (Role.COUNCIL, Role.COORDINATOR, Role.RESIDENT):
        assert not (has_role(role, Action.SCREEN_PROJECT) and has_role(role, Action.CLOSE_COUNT))


def test_while_people_vote_nobody_counts_screens_or_takes_applications() -> None:
    closed = (Action.SUBMIT_PROJECT, Action.SCREEN_PROJECT, Action.CLOSE_COUNT, Action.PUBLISH_RESULTS)
    assert not any(may(role, action, Phase.VOTING).allowed for role, action in product(Role, closed))


def test_the_system_is_no_person() -> None:
    assert SYSTEM.id is None
    assert VISITOR.id is None
