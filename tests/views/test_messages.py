"""Sentences of refusals: the ones that depend on their facts. (That each refusal has one: tests/architecture.)"""

from datetime import UTC, datetime

import pytest

from budget.errors import (
    AlreadyVoted,
    BudgetRefusal,
    CalendarFault,
    CostAboveCap,
    NotReady,
    ReasonRequired,
    SettingFault,
    TooManyChoices,
    TooManyCodes,
    VotingNotOpen,
    WrongPhase,
)
from budget.permissions import RULES, Action
from models.enums import Channel, Phase, ScreeningOutcome, WorksStatus
from views import messages

AT = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def text(app):
    """The English sentence of a refusal, with plain spaces."""

    def sentence(refusal, language="en"):
        with app.test_request_context(f"/{language}/"):
            return messages.text(refusal).replace("\u00a0", " ")

    return sentence


def test_a_code_without_a_sentence_is_an_error(text):
    class Nameless(BudgetRefusal):
        code = "nameless"

    with pytest.raises(KeyError):
        text(Nameless())


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("phase", [None, *Phase])
def test_every_act_in_a_wrong_phase_is_told(text, action, phase):
    if RULES[action].phases is not None and phase in RULES[action].phases:
        return
    said = text(WrongPhase(action=action, phase=phase, opens_at=AT, closed_at=AT))
    assert said.endswith((".", "!"))


@pytest.mark.parametrize(
    ("phase", "said"),
    [
        (Phase.ANNOUNCEMENT, "Applications are not accepted yet."),
        (Phase.SCREENING, "Applications are closed for this cycle."),
        (
            None,
            "This can't be done now: the cycle is between two phases. The next one begins on 1 March 2027",
        ),
    ],
)
def test_too_early_and_too_late_are_different(text, phase, said):
    refusal = WrongPhase(action=Action.SUBMIT_PROJECT, phase=phase, opens_at=AT, closed_at=None)
    assert text(refusal).startswith(said)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (1, "Wait 1 second"), (59, "Wait 59 seconds"), (60, "Wait 1 minute"), (61, "Wait 2 minutes"),
        (3600, "Wait 1 hour"), (3601, "Wait 2 hours"), (86_400, "Wait 24 hours"),
    ],
)  # fmt: skip
def test_a_wait_is_told_in_its_unit_rounded_up(text, seconds, said):
    assert said in text(TooManyCodes(wait_seconds=seconds))


def test_money_days_and_channels_are_written_as_on_pages(text):
    assert (
        text(CostAboveCap(cap_tenge=25_000_000)) == "A project in this cycle may cost 25 000 000 ₸ at most."
    )
    said = text(AlreadyVoted(cast_at=AT, channel=Channel.DESK, receipt=None))
    assert said.startswith("You voted on 1 March 2027, 14:00 (at the front office).")


def test_plurals_follow_the_number(text):
    assert "1 project, and" in text(TooManyChoices(allowed=1, chosen=2))
    assert "up to 3 projects" in text(TooManyChoices(allowed=3, chosen=5))


def test_all_unmet_conditions_are_told(text):
    assert text(NotReady(unmet=("calendar", "roll"))).count(".") == 2


def test_a_calendar_names_both_phases(text):
    said = text(CalendarFault(fault="overlap", phase=Phase.VOTING, other=Phase.SCREENING))
    assert "“Voting”" in said
    assert "“Expert Council”" in said


@pytest.mark.parametrize(
    ("setting", "low", "high", "said"),
    [
        ("year", 2019, 2100, "from 2019 to 2100"),
        ("allotted_tenge", 1, 1_000_000, "from 1 ₸ to 1 000 000 ₸"),
        ("minimum_votes", 0, 1_000_000, "from 0 to 1 000 000"),
    ],
)
def test_ranges_are_written_as_what_they_are(text, setting, low, high, said):
    assert said in text(SettingFault(setting=setting, fault="range", low=low, high=high))


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, "Write the reason."),
        ({"outcome": ScreeningOutcome.RETURNED}, "Write what the author must correct."),
        ({"outcome": ScreeningOutcome.REJECTED}, "Write the reason: it is shown to everybody."),
        ({"status": WorksStatus.POSTPONED}, "Write the reason: it is shown to everybody."),
    ],
)
def test_a_missing_reason_is_asked_for_by_what_it_is_for(text, facts, said):
    assert text(ReasonRequired(**facts)) == said


def test_what_begins_at_midnight_begins_on_its_own_day(text):
    midnight = datetime(2027, 3, 1, 19, 0, tzinfo=UTC)
    assert text(VotingNotOpen(opens_at=midnight)) == "Voting begins on 2 March 2027, 00:00, Astana time."
    between = WrongPhase(action=Action.SUBMIT_PROJECT, phase=None, opens_at=midnight, closed_at=None)
    assert text(between).endswith("2 March 2027, 00:00, Astana time.")
