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
UNTIL_FREEZE: tuple[Time, ...] = (*BEFORE_VOTE, (None, Phase.SCREENING))
"""The gap before the vote too: corrections and appeals end there."""
ANY: tuple[Time, ...] = (*GAPS, *zip(Phase, (None, *Phase), strict=False))

TABLE: dict[Action, tuple[set[Role], tuple[Time, ...]]] = {
    Action.SUBMIT_PROJECT: ({Role.RESIDENT}, (SUBMISSION,)),
    Action.CORRECT_PROJECT: ({Role.RESIDENT}, UNTIL_FREEZE),
    Action.WITHDRAW_PROJECT: ({Role.RESIDENT}, BEFORE_VOTE),
    Action.SEE_OWN_PAGE: ({Role.RESIDENT}, ANY),
    Action.CAST_BALLOT: ({Role.RESIDENT, Role.SYSTEM}, ((Phase.VOTING, Phase.SCREENING),)),
    Action.SEE_QUEUE: ({Role.COUNCIL}, ANY),
    Action.DECLARE_INTERESTS: ({Role.COUNCIL}, ANY),
    Action.REVIEW_PROJECT: ({Role.COUNCIL}, UNTIL_FREEZE),
    Action.VOTE_IN_COUNCIL: ({Role.COUNCIL}, ANY),
    Action.SIGN_PROTOCOL: ({Role.COUNCIL}, ANY),
    Action.MANAGE_COUNCIL: ({Role.COORDINATOR}, ANY),
    Action.CHECK_PROJECT: ({Role.COORDINATOR}, UNTIL_FREEZE),
    Action.MANAGE_SESSIONS: ({Role.COORDINATOR}, ANY),
    Action.SCREEN_PROJECT: ({Role.COUNCIL, Role.COORDINATOR, Role.SYSTEM}, UNTIL_FREEZE),
    Action.CONFIRM_RESULTS: ({Role.COUNCIL, Role.COORDINATOR}, AFTER_VOTE),
    Action.USE_RESERVE: ({Role.COORDINATOR}, AFTER_VOTE),
    Action.APPEAL: ({Role.RESIDENT}, UNTIL_FREEZE),
    Action.ANSWER_MERGER: ({Role.RESIDENT}, UNTIL_FREEZE),
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


def test_nobody_both_decides_on_projects_and_runs_the_count() -> None:
    """The council decides on projects; the coordinator puts them to the vote and publishes, and has no voice. One person
    with both would decide alone."""
    deciding = (Action.REVIEW_PROJECT, Action.VOTE_IN_COUNCIL, Action.SIGN_PROTOCOL)
    running = (
        Action.MANAGE_COUNCIL,
        Action.MANAGE_SESSIONS,
        Action.CHECK_PROJECT,
        Action.CLOSE_COUNT,
        Action.USE_RESERVE,
    )
    for role, (first, second) in product(Role, product(deciding, running)):
        assert not (has_role(role, first) and has_role(role, second)), (role, first, second)


def test_while_people_vote_nobody_counts_screens_or_takes_applications() -> None:
    closed = (
        Action.SUBMIT_PROJECT, Action.SCREEN_PROJECT, Action.REVIEW_PROJECT, Action.CHECK_PROJECT, Action.APPEAL,
        Action.ANSWER_MERGER, Action.CONFIRM_RESULTS, Action.USE_RESERVE, Action.CLOSE_COUNT, Action.PUBLISH_RESULTS,
    )  # fmt: skip
    assert not any(may(role, action, Phase.VOTING).allowed for role, action in product(Role, closed))


def test_the_system_is_no_person() -> None:
    assert SYSTEM.id is None
    assert VISITOR.id is None
