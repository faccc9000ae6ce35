"""Who may do what, and in which phase: one table, used by pages, API and templates; pure.

Permission = role × phase (adhocracy4's "a phase is data", written once). Object rules (own project, own
queue) are checked by the use cases. A test prints the whole matrix.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from models.enums import Phase, Role


class Action(StrEnum):
    """Everything that is not public reading."""

    SUBMIT_PROJECT = "submit_project"
    CORRECT_PROJECT = "correct_project"
    WITHDRAW_PROJECT = "withdraw_project"
    SEE_OWN_PAGE = "see_own_page"
    CAST_BALLOT = "cast_ballot"
    SEE_QUEUE = "see_queue"
    SCREEN_PROJECT = "screen_project"
    SEE_OFFICE = "see_office"
    MANAGE_CYCLE = "manage_cycle"
    EDIT_SETTINGS = "edit_settings"
    EXTEND_DEADLINE = "extend_deadline"
    FREEZE = "freeze"
    CLOSE_COUNT = "close_count"
    PUBLISH_RESULTS = "publish_results"
    SET_WORKS = "set_works"


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
    """Roles that may, and the phases in which; `phases=None` means whatever the phase."""

    roles: frozenset[Role]
    phases: frozenset[Phase] | None = None


@dataclass(frozen=True)
class Decision:
    """`reason` is "" when allowed, else "role" or "phase"."""

    allowed: bool
    reason: str = ""


def _rule(*roles: Role, during: tuple[Phase, ...] | None = None) -> Rule:
    return Rule(frozenset(roles), None if during is None else frozenset(during))


_AFTER_VOTE = (Phase.DECISION, Phase.IMPLEMENTATION, Phase.ARCHIVE)

RULES: Mapping[Action, Rule] = {
    Action.SUBMIT_PROJECT: _rule(Role.RESIDENT, during=(Phase.SUBMISSION,)),
    Action.CORRECT_PROJECT: _rule(Role.RESIDENT, during=(Phase.SUBMISSION, Phase.SCREENING)),
    Action.WITHDRAW_PROJECT: _rule(Role.RESIDENT, during=(Phase.SUBMISSION, Phase.SCREENING)),
    Action.SEE_OWN_PAGE: _rule(Role.RESIDENT),
    Action.CAST_BALLOT: _rule(Role.RESIDENT, Role.SYSTEM, during=(Phase.VOTING,)),
    Action.SEE_QUEUE: _rule(Role.COUNCIL),
    Action.SCREEN_PROJECT: _rule(Role.COUNCIL, Role.SYSTEM, during=(Phase.SUBMISSION, Phase.SCREENING)),
    Action.SEE_OFFICE: _rule(Role.COORDINATOR),
    Action.MANAGE_CYCLE: _rule(Role.COORDINATOR, Role.SYSTEM),
    Action.EDIT_SETTINGS: _rule(Role.COORDINATOR, Role.SYSTEM),
    Action.EXTEND_DEADLINE: _rule(Role.COORDINATOR),
    Action.FREEZE: _rule(Role.COORDINATOR, Role.SYSTEM),
    Action.CLOSE_COUNT: _rule(Role.COORDINATOR, Role.SYSTEM, during=_AFTER_VOTE),
    Action.PUBLISH_RESULTS: _rule(Role.COORDINATOR, Role.SYSTEM, during=_AFTER_VOTE),
    Action.SET_WORKS: _rule(Role.COORDINATOR, Role.SYSTEM, during=_AFTER_VOTE),
}


def has_role(role: Role, action: Action) -> bool:
    """May this role ever do this?"""
    return role in RULES[action].roles


def may(role: Role, action: Action, phase: Phase | None) -> Decision:
    """May `role` do `action` while the cycle is in `phase` (None = between phases)?"""
    rule = RULES[action]
    if role not in rule.roles:
        return Decision(False, "role")
    if rule.phases is not None and phase not in rule.phases:
        return Decision(False, "phase")
    return Decision(True)
