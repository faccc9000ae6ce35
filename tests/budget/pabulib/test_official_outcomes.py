"""52 real elections: every one reads, and every greedy one gives its official winners.

The data has no licence file, so it is read where it lies, beside the project, and none of it is copied here.
"""

from pathlib import Path

import pytest

from budget.pabulib import RuleNotSupported, official_rule, read, reallocate, recount, repeated_choices
from models.enums import AllocationRule

FILES = sorted((Path(__file__).parents[4] / "shared/data/pabulib").glob("*.pb"))
RULES = ("greedy", "greedy-threshold", "greedy-no-skip")

# Files whose official outcome our rule does not give: name -> the reason in the file's own comment.
# None of the 42 needs one. A name listed here without need fails the test.
EXCEPTIONS: dict[str, str] = {}

# The published votes of these count one voter's choice twice, who named a project twice.
RECOUNT_DIFFERS = {
    "Poland_Warszawa_2026_Blonia_Wilanowskie": ("1481", 190, 189),
    "Poland_Warszawa_2026_Nadwisle_Miedzeszyn_Aleksandrow_Falenica": ("1441", 286, 285),
    "Poland_Warszawa_2026_Natolin_Kabaty": ("1178", 494, 492),
    "Poland_Warszawa_2026_Srodmiescie_Poludniowe": ("174", 39, 38),
}


def test_the_52_elections_are_there():
    assert len(FILES) == 52


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_official_winners_come_out(path):
    election = read(path)
    if election.rule not in RULES:
        with pytest.raises(RuleNotSupported) as refused:
            official_rule(election)
        assert refused.value.facts["rule"] == election.rule
        return
    official = {project.id for project in election.projects if project.selected == 1}
    outcome = reallocate(election)
    if path.stem in EXCEPTIONS:
        assert EXCEPTIONS[path.stem] in election.meta["comment"]
        assert set(outcome.winners) != official, "an exception that is not needed"
    else:
        assert set(outcome.winners) == official
    assert outcome.spent + outcome.remaining == election.budget


def test_all_three_greedy_rules_and_all_kinds_of_votes_are_among_them():
    elections = [read(path) for path in FILES]
    assert sum(election.rule in RULES for election in elections) == 42
    assert {election.rule for election in elections} > set(RULES)
    assert {election.vote_type.value for election in elections} == {
        "approval",
        "choose-1",
        "ordinal",
        "cumulative",
    }


def test_the_other_rule_would_not_give_the_official_winners_everywhere():
    """Seen red: with the rules exchanged, most outcomes differ, so the test above does test the rule."""
    other = {AllocationRule.SKIP: AllocationRule.STOP, AllocationRule.STOP: AllocationRule.SKIP}
    differing = 0
    for path in FILES:
        election = read(path)
        if election.rule in RULES:
            exchanged = reallocate(election, other[official_rule(election).rule])
            differing += set(exchanged.winners) != {p.id for p in election.projects if p.selected == 1}
    assert differing > 25


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_published_votes_are_recounted_from_the_ballots(path):
    election = read(path)
    expected = RECOUNT_DIFFERS.get(path.stem)
    found = [(d.project, d.published, d.counted) for d in recount(election)]
    assert found == ([expected] if expected else [])
    if expected:
        assert repeated_choices(election) == expected[1] - expected[2]
        assert reallocate(election, recounted=True).winners == reallocate(election).winners
