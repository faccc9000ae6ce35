"""Every refusal of the domain has a sentence in every language, for each of the facts it can carry."""

import importlib
import pkgutil
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

import budget
from budget.council import sessions
from budget.errors import BudgetRefusal
from budget.pabulib.elections import Fault
from models.enums import (
    Assurance,
    Channel,
    ConflictKind,
    Criterion,
    Direction,
    Phase,
    ProjectState,
    ScreeningOutcome,
    WorksStatus,
)
from tests.harness.checks import ENGLISH, LEAKS
from tests.harness.texts import recorded_misses

AT = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
LANGUAGES = ("kk", "ru", "en")
Facts = dict[str, Any]


def each(name: str, values: Any, **more: Any) -> list[Facts]:
    """One set of facts for each value of a fact."""
    return [{name: value, **more} for value in values]


RANGES = (
    "year", "allotted_tenge", "votes_per_resident", "projects_per_author", "minimum_age", "minimum_votes",
    "cost_cap_tenge", "build_year", "council_akimat_percent", "reviewers_per_project", "review_days", "correction_days",
    "appeal_days", "appeal_decision_days",
)  # fmt: skip

# code: the facts its raisers give, in all their kinds; no facts where nothing stands.
FACTS: dict[str, list[Facts]] = {
    "wrong_phase": [*each("phase", [None, *Phase], action="submit_project", opens_at=AT, closed_at=AT), {"action": "cast_ballot", "phase": None, "opens_at": None, "closed_at": None}],
    "voting_closed": each("closed_at", [AT]),
    "voting_not_open": [*each("opens_at", [AT, None]), {"opens_at": None, "waits_for_trustees": True}],
    "already_voted": [*each("channel", Channel, cast_at=AT, receipt="ab" * 32), {"channel": Channel.PAPER, "cast_at": AT, "receipt": None}],
    "sheet_faulty": [
        *each("fault", ["serial", "same_person", "settled", "third_person", "shape"], serial=7),
        {"fault": "project", "serial": 7, "number": 99},
    ],
    "serials_fault": each("fault", ["order", "taken", "too_many"], most=5000),
    "batch_closed": each("at", [AT]),
    "batch_unsettled": [
        {"missing": 2, "differing": 1, "papers": 3, "handed": 3},
        {"missing": 0, "differing": 0, "papers": 3, "handed": 2},
    ],
    "already_objected": each("at", [AT]),
    "objections_closed": each("until", [AT, None]),
    "document_fault": each("count", [4]),
    "not_eligible": [{"reason": "method", "method": method, "accepted": ("desk", "eds")} for method in Assurance]
    + each("reason", ["too_young"], minimum_age=18),
    "too_many_choices": [{"allowed": 1, "chosen": 2}, {"allowed": 3, "chosen": 5}],
    "calendar_fault": [
        {"fault": fault, "phase": phase, "other": Phase.VOTING}
        for fault in ("missing", "reversed", "overlap", "past")
        for phase in Phase
    ],
    "setting_fault": [
        {"setting": "slug", "fault": "shape"},
        *each("setting", ["title", "directions", "methods", "envelopes"], fault="missing"),
        {"setting": "envelopes", "fault": "unnamed"},
        {"setting": "envelopes", "fault": "in_use"},
        {"setting": "envelopes", "fault": "sum", "total": 3_000_000, "allotted": 10_000_000},
        *each("setting", RANGES, fault="range", low=1, high=20),
    ],
    "frozen": each("frozen_at", [AT]),
    "not_ready": each(
        "unmet",
        [
            (code,)
            for code in ["calendar", "envelopes", "directions", "methods", "roll", "undecided", "appeals", "admitted", "costs", "separated", "opened", "trustees", "frozen", "shares", "papers", "log_closed"]
        ]
        + [("calendar", "roll")],
    ),
    "slug_taken": each("slug", ["2027"]),
    "extension_fault": [*each("fault", ["over", "not_later"], current=AT), {"fault": "no_end", "current": None}],
    "reason_required": [{}, *each("outcome", ScreeningOutcome), *each("status", WorksStatus)],
    "voting_underway": each("closes_at", [AT, None]),
    "already_done": each("at", [AT]),
    "trustees_fault": each("why", ["missing", "twice"]),
    "share_shown": each("at", [AT]),
    "share_wrong": [
        {"why": why, "position": 2, "name": "Берік", "word": "алма", "count": 11, "other": "Айгүл"}
        for why in ("empty", "word", "count", "checksum", "foreign", "other", "pair")
    ],
    "objections_open": each("until", [AT]),
    "cases_open": [{"objections": 2, "signals": 1, "annulments": 0}],
    "sums_differ": each("term", ["electronic", "leaves", "opened"], said=5, found=4),
    "appeal_open": each("until", [AT, None]),
    "key_missing": each("slug", ["2027"]),
    "log_differs": each("number", [0, 12]),
    "undecided_tie": each("groups", [(("a2", "b3"),), (("a2", "b3"), ("c4", "d5"))]),
    "too_many_projects": each("allowed", [1, 2]),
    "cost_above_cap": each("cap_tenge", [25_000_000]),
    "direction_not_accepted": each("direction", Direction),
    "unknown_area": each("area", ["nowhere"]),
    "unknown_envelope": each("envelope", ["a2b3c4d5e6"]),
    "address_without_house": each("street", ["Кенесары"]),
    "address_fault": [
        {"part": "street", "street": "", "house": "7"},
        {"part": "house", "street": "Кенесары", "house": "сегіз"},
        {"part": "number", "street": "", "house": "", "allowed": 20},
    ],
    "not_this_state": [
        {"state": state, "wanted": (ProjectState.SUBMITTED, ProjectState.RETURNED)} for state in ProjectState
    ]
    + [{"state": status, "wanted": (WorksStatus.PLANNED,)} for status in WorksStatus],
    "photo_too_large": each("by", ["bytes", "pixels"], limit_bytes=8 * 1024 * 1024, limit_pixels=40_000_000),
    "criteria_contradict": each("outcome", ScreeningOutcome),
    "composition_fault": each("why", ["too_few", "no_chair", "several_chairs", "too_many_akimat"], count=4, limit=3),
    "recused": each("kind", ConflictKind),
    "correction_over": each("due_at", [AT]),
    "answer_missing": each("criterion", Criterion),
    "remark_required": each("criterion", Criterion),
    "cost_reason_required": each("estimate_tenge", [5_000_000]),
    "on_agenda": each("number", [2]),
    "merger_fault": each("why", ["same", "cycle", "state", "open", "agenda"]),
    "merger_open": each("number", [12]),
    "not_reviewed": each("number", [12]),
    "motion_outdated": each("number", [12]),
    "appeal_over": each("until", [AT]),
    "already_appealed": each("at", [AT]),
    "hearing_fault": each("decide_by", [AT]),
    "session_fault": each("why", ["past", "place", "empty", "undecided", "votes"]),
    "session_step": [
        {"step": sessions.Step.DRAFT, "wanted": wanted, "last": last}
        for wanted, last in (*zip(sessions.Step, sessions.Step, strict=True), ("draft", "announced"), ("draft", "underway"), ("closed", "published"))
    ],
    "motion_incomplete": [
        *each("number", [12, None], missing=("criterion", "clause", "reason_kk", "reason_ru")),
        *each("number", [12], missing=("cost_reason_kk", "cost_reason_ru", "body_kk", "body_ru", "ground", "document")),
        *each("number", [None], missing=("correction_kk", "correction_ru")),
    ],
    "nobody_entitled": each("number", [12, None]),
    "no_quorum": [*each("number", [12, None], present=3, needed=5), {"number": 12, "present": 1, "needed": 2}],
    "item_voted": each("at", [AT]),
    "over_budget": [{"cost_tenge": 12_000_000, "total_tenge": 10_000_000}],
    "winners_undecided": each("numbers", [(3,), (3, 8)]),
    "protocol_corrected": each("number", [3]),
    "already_signed": each("at", [AT]),
    "phone_invalid": each("fault", ["unreadable", "foreign", "not_mobile"]),
    "eds_expired": each("what", ["certificate", "challenge"]),
    "code_wrong": each("tries_left", [4, 1, 0]),
    "too_many_codes": each("wait_seconds", [30, 3600]),
    "sms_paused": each("retry_at", [AT]),
    "too_many_sign_ins": each("wait_seconds", [30, 3600]),
    "weak_password": each("minimum", [12]),
    "second_factor_refused": each("why", ["wrong", "used"]),
    "invitation_over": each("why", ["used", "withdrawn", "expired"]),
    "malformed_file": each("fault", Fault, line=7, **dict.fromkeys(("key", "column", "value", "project", "voter"), "x")),
    "rule_not_supported": [{"line": 3, "rule": "phragmen"}],
    "roll_unreadable": [{"fault": fault, "line": 1, "missing": ("iin", "phone")} for fault in ("empty", "header", "encoding")],
}  # fmt: skip


def refusals(kind: type[BudgetRefusal] = BudgetRefusal) -> Iterator[type[BudgetRefusal]]:
    """All refusals, the base among them, from every module of the domain."""
    for module in pkgutil.walk_packages(budget.__path__, "budget."):
        importlib.import_module(module.name)
    yield kind
    for child in kind.__subclasses__():
        yield from refusals(child)


def carries_facts(kind: type[BudgetRefusal]) -> bool:
    """Whether its docstring announces facts."""
    return "Facts:" in (kind.__doc__ or "")


def sentence(app: Flask, refusal: BudgetRefusal, language: str) -> str:
    """What people read."""
    from views import messages

    with app.test_request_context(f"/{language}/"):
        return str(messages.text(refusal))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_has_a_sentence(app: Flask, language: str) -> None:
    faults = []
    with recorded_misses() as missing:
        for kind in refusals():
            for facts in FACTS.get(kind.code, [{}]):
                text = sentence(app, kind(**facts), language)
                if not text.strip() or text == kind.code or LEAKS.search(text):
                    faults.append(f"{kind.__name__} {facts}: {text!r}")
                if language != "en" and ENGLISH.search(text):
                    faults.append(f"{kind.__name__} {facts} is in English: {text!r}")
    faults += [f"not in the {language} catalog: {msgid!r}" for msgid in sorted(set(missing))]
    assert not faults, "\n".join(faults)


def test_different_refusals_say_different_things(app: Flask) -> None:
    own = {kind.code: sentence(app, kind(**FACTS.get(kind.code, [{}])[0]), "en") for kind in refusals()}
    assert len(set(own.values())) == len(own), own


def test_every_refusal_that_carries_facts_has_examples_here() -> None:
    assert {kind.code for kind in refusals() if carries_facts(kind)} <= set(FACTS)


def test_no_example_is_left_of_a_refusal_that_is_gone() -> None:
    assert set(FACTS) <= {kind.code for kind in refusals()}


def test_codes_are_unique() -> None:
    codes = [kind.code for kind in refusals()]
    assert len(set(codes)) == len(codes)


def test_a_refusal_without_a_sentence_would_be_found(app: Flask) -> None:
    class Nameless(BudgetRefusal):
        code = "nameless_for_this_test"

    try:
        assert Nameless in set(refusals())
        try:
            text = sentence(app, Nameless(), "en")
        except (KeyError, LookupError):
            return
        assert text == "" or text == Nameless.code or text == sentence(app, BudgetRefusal(), "en")
    finally:
        del Nameless
