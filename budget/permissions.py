"""Who may do what, and in which phase: one table, used by pages, API and templates; pure.

Permission = role × phase (adhocracy4's "a phase is data", written once). Object rules (own project, own
queue) are checked by the use cases. A test prints the whole matrix.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from budget.errors import NotPermitted
from models.enums import Phase, Role


class Action(StrEnum):
    """Everything that is not public reading."""

    SUBMIT_PROJECT = "submit_project"
    CORRECT_PROJECT = "correct_project"
    WITHDRAW_PROJECT = "withdraw_project"
    SEE_OWN_PAGE = "see_own_page"
    CAST_BALLOT = "cast_ballot"
    SEE_QUEUE = "see_queue"
    DECLARE_INTERESTS = "declare_interests"
    REVIEW_PROJECT = "review_project"
    VOTE_IN_COUNCIL = "vote_in_council"
    SIGN_PROTOCOL = "sign_protocol"
    MANAGE_COUNCIL = "manage_council"
    CHECK_PROJECT = "check_project"
    MANAGE_SESSIONS = "manage_sessions"
    SCREEN_PROJECT = "screen_project"
    CONFIRM_RESULTS = "confirm_results"
    USE_RESERVE = "use_reserve"
    APPEAL = "appeal"
    ANSWER_MERGER = "answer_merger"
    SEE_OFFICE = "see_office"
    MANAGE_CYCLE = "manage_cycle"
    EDIT_SETTINGS = "edit_settings"
    EXTEND_DEADLINE = "extend_deadline"
    FREEZE = "freeze"
    CLOSE_COUNT = "close_count"
    PUBLISH_RESULTS = "publish_results"
    SET_WORKS = "set_works"
    SEE_CASES = "see_cases"
    DECIDE_CASES = "decide_cases"
    CONFIRM_ANNULMENT = "confirm_annulment"
    SERVE_AT_DESK = "serve_at_desk"
    MANAGE_PAPER = "manage_paper"
    ENTER_PAPER = "enter_paper"
    MANAGE_STAFF = "manage_staff"
    SEE_LOG = "see_log"
    SEE_OWN_ACCOUNT = "see_own_account"


@dataclass(frozen=True)
class Actor:
    """Who acts in this request. `id` is the row of staff or resident; None for a visitor or the system."""

    role: Role
    id: int | None = None
    name: str = ""


VISITOR = Actor(Role.VISITOR)
SYSTEM = Actor(Role.SYSTEM)


@dataclass(frozen=True)
class Rule:
    """Roles that may, and the phases in which; `phases=None` means whatever the phase.

    `gaps_after`: a gap of the calendar does too, when one of these phases was the last that ended.
    """

    roles: frozenset[Role]
    phases: frozenset[Phase] | None = None
    gaps_after: frozenset[Phase] = frozenset()

    def covers(self, phase: Phase | None, ended: Phase | None) -> bool:
        """Is it the time for it?"""
        if self.phases is None:
            return True
        return phase in self.phases if phase is not None else ended in self.gaps_after


@dataclass(frozen=True)
class Decision:
    """`reason` is "" when allowed, else "role" or "phase"."""

    allowed: bool
    reason: str = ""


def _rule(*roles: Role, during: tuple[Phase, ...] | None = None) -> Rule:
    return Rule(frozenset(roles), None if during is None else frozenset(during))


def _until_freeze(*roles: Role) -> Rule:
    """While applications are taken and screened, and in a gap after that: corrections and appeals end there."""
    return Rule(
        frozenset(roles),
        frozenset({Phase.SUBMISSION, Phase.SCREENING}),
        gaps_after=frozenset({Phase.SCREENING}),
    )


def _after_vote(*roles: Role) -> Rule:
    """From the end of voting on, whatever gaps the calendar has: nothing more can be cast."""
    later = frozenset({Phase.DECISION, Phase.IMPLEMENTATION, Phase.ARCHIVE})
    return Rule(frozenset(roles), later, gaps_after=later | {Phase.VOTING})


RULES: Mapping[Action, Rule] = {
    Action.SUBMIT_PROJECT: _rule(Role.RESIDENT, during=(Phase.SUBMISSION,)),
    Action.CORRECT_PROJECT: _until_freeze(Role.RESIDENT),
    Action.WITHDRAW_PROJECT: _rule(Role.RESIDENT, during=(Phase.SUBMISSION, Phase.SCREENING)),
    Action.SEE_OWN_PAGE: _rule(Role.RESIDENT),
    Action.CAST_BALLOT: _rule(Role.RESIDENT, Role.SYSTEM, during=(Phase.VOTING,)),
    Action.SEE_QUEUE: _rule(Role.COUNCIL),
    Action.DECLARE_INTERESTS: _rule(Role.COUNCIL),
    Action.REVIEW_PROJECT: _until_freeze(Role.COUNCIL),
    Action.VOTE_IN_COUNCIL: _rule(Role.COUNCIL),
    Action.SIGN_PROTOCOL: _rule(Role.COUNCIL),
    Action.MANAGE_COUNCIL: _rule(Role.COORDINATOR),
    Action.CHECK_PROJECT: _until_freeze(Role.COORDINATOR),
    Action.MANAGE_SESSIONS: _rule(Role.COORDINATOR),
    Action.SCREEN_PROJECT: _until_freeze(Role.COUNCIL, Role.COORDINATOR, Role.SYSTEM),
    Action.CONFIRM_RESULTS: _after_vote(Role.COUNCIL, Role.COORDINATOR),
    Action.USE_RESERVE: _after_vote(Role.COORDINATOR),
    Action.APPEAL: _until_freeze(Role.RESIDENT),
    Action.ANSWER_MERGER: _until_freeze(Role.RESIDENT),
    Action.SEE_OFFICE: _rule(Role.COORDINATOR),
    Action.MANAGE_CYCLE: _rule(Role.COORDINATOR, Role.SYSTEM),
    Action.EDIT_SETTINGS: _rule(Role.COORDINATOR, Role.SYSTEM),
    Action.EXTEND_DEADLINE: _rule(Role.COORDINATOR),
    Action.FREEZE: _rule(Role.COORDINATOR, Role.SYSTEM),
    Action.CLOSE_COUNT: _after_vote(Role.COORDINATOR, Role.SYSTEM),
    Action.PUBLISH_RESULTS: _after_vote(Role.COORDINATOR, Role.SYSTEM),
    Action.SET_WORKS: _after_vote(Role.COORDINATOR, Role.SYSTEM),
    Action.SEE_CASES: _rule(Role.COORDINATOR, Role.OBSERVER),
    Action.DECIDE_CASES: _rule(Role.COORDINATOR),
    Action.CONFIRM_ANNULMENT: _rule(Role.COORDINATOR, Role.COUNCIL),
    Action.SERVE_AT_DESK: _rule(Role.OPERATOR),
    Action.MANAGE_PAPER: _rule(Role.COORDINATOR),
    Action.ENTER_PAPER: _rule(Role.OPERATOR),
    Action.MANAGE_STAFF: _rule(Role.COORDINATOR, Role.SYSTEM),
    Action.SEE_LOG: _rule(Role.COORDINATOR, Role.OBSERVER),
    Action.SEE_OWN_ACCOUNT: _rule(Role.COUNCIL, Role.COORDINATOR, Role.OPERATOR, Role.OBSERVER),
}


def has_role(role: Role, action: Action) -> bool:
    """May this role ever do this?"""
    return role in RULES[action].roles


def require_role(actor: Actor, action: Action) -> None:
    """Refuse whoever may never do this, for acts outside a cycle's phases. Raises NotPermitted."""
    if not has_role(actor.role, action):
        raise NotPermitted(action=action)


def may(role: Role, action: Action, phase: Phase | None, *, ended: Phase | None = None) -> Decision:
    """May `role` do `action` while the cycle is in `phase` (None = between phases, `ended` the last that is over)?"""
    rule = RULES[action]
    if role not in rule.roles:
        return Decision(False, "role")
    if not rule.covers(phase, ended):
        return Decision(False, "phase")
    return Decision(True)
