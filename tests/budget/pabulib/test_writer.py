"""Our own finished cycles as `.pb` files: valid to the official checker, and the same winners when read again."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pabulib.checker import Checker

from budget.allocation import (
    Allocation,
    AllocationRule,
    Candidate,
    EnvelopeSum,
    LotOrder,
    VerdictKind,
    allocate,
)
from budget.pabulib import ExportProject, read, reallocate, recount, write
from budget.tally import Ballot, count

DAYS = {"begin_on": date(2027, 3, 1), "end_on": date(2027, 3, 15)}
NAMES = ["Жайлы аула", 'Площадка "Радуга"; двор 7/1', "Yard\nwith two lines", "Ёлка, скамейки"]


def exported(outcome: Allocation, ballots, envelope: str = "e", **settings_of_cycle) -> str:
    projects = [
        ExportProject(v.id, v.cost, v.votes, NAMES[place % len(NAMES)], v.kind)
        for place, v in enumerate(v for v in outcome.verdicts if v.envelope == envelope)
    ]
    facts = {"description": "Yards of Saryarka, 2027", "unit": "Astana", "instance": "2027", "language": "ru"}
    return write(**facts, **DAYS, projects=projects, ballots=ballots, **settings_of_cycle)


def checked(text: str) -> dict:
    """The errors the official checker finds."""
    results = Checker().process_files([text])
    return results[1]["results"]["errors"]


SMALL = [Candidate("p1", 60, 3, "e"), Candidate("p2", 60, 3, "e"), Candidate("p3", 40, 1, "e")]
BALLOTS = [["p1", "p2"], ["p2", "p1"], ["p1", "p2", "p3"], []]
TERMS = {"budget_tenge": 110, "minimum_votes": 0, "votes_per_resident": 3, "rule": AllocationRule.SKIP}


def outcome_of(candidates=SMALL, total=110, **changed) -> Allocation:
    ranks = {"p2": 1, "p1": 2, "p3": 3}
    terms = {"rule": AllocationRule.SKIP, "order": LotOrder(ranks)} | changed
    return allocate(candidates, [EnvelopeSum("e", total)], **terms)


def test_the_file_says_what_the_format_wants_and_nothing_of_the_voters():
    assert exported(outcome_of(), BALLOTS, **TERMS, subunit="North") == (
        "META\nkey;value\n"
        "description;Yards of Saryarka, 2027\ncountry;Kazakhstan\nunit;Astana\nsubunit;North\ninstance;2027\n"
        "num_projects;3\nnum_votes;3\nbudget;110\nvote_type;approval\nrule;greedy\n"
        "date_begin;01.03.2027\ndate_end;15.03.2027\nmin_length;1\nmax_length;3\nlanguage;ru\ncurrency;KZT\n"
        "comment;#1: Valid ballots that name none of these projects are not listed: 1.\n"
        "PROJECTS\nproject_id;cost;votes;name;selected\n"
        "p2;60;3;Жайлы аула;1\n"
        'p1;60;3;"Площадка ""Радуга""; двор 7/1";0\n'
        "p3;40;1;Yard with two lines;1\n"
        "VOTES\nvoter_id;vote\n1;p2,p1\n2;p2,p1\n3;p2,p1,p3\n"
    )


def test_the_order_of_the_ballots_leaves_no_trace():
    forwards, backwards = (exported(outcome_of(), box, **TERMS) for box in (BALLOTS, BALLOTS[::-1]))
    assert forwards == backwards


def test_the_lot_is_kept_in_the_order_of_the_rows():
    for ranks in ({"p1": 1, "p2": 2}, {"p1": 2, "p2": 1}):
        outcome = outcome_of(order=LotOrder(ranks))
        text = exported(outcome, BALLOTS, **TERMS)
        assert reallocate(read(text)).winners == outcome.winners
        assert checked(text) == {}


@pytest.mark.parametrize("rule", AllocationRule)
def test_a_project_withdrawn_after_the_vote_stays_in_the_file_and_out_of_the_winners(rule):
    candidates = [SMALL[0], Candidate("p2", 60, 3, "e", withdrawn=True), SMALL[2]]
    outcome = outcome_of(candidates, rule=rule)
    text = exported(outcome, BALLOTS, **TERMS | {"rule": rule})
    assert "\np2;999999999;3;" in text
    assert "Project p2 was withdrawn after the vote" in text
    assert "its cost was 60, its votes 3." in text
    assert checked(text) == {}
    assert reallocate(read(text)).winners == outcome.winners == ("p1", "p3")


def test_one_vote_per_resident_is_a_choice_of_one():
    text = exported(outcome_of(), [["p1"], ["p2"]], **TERMS | {"votes_per_resident": 1})
    assert "vote_type;choose-1\n" in text
    assert "min_length;1\nmax_length;1\n" in text


def test_where_the_cost_of_the_withdrawn_would_be_affordable_they_are_left_out():
    candidates = [SMALL[0], Candidate("p2", 60, 3, "e", withdrawn=True), Candidate("p3", 2 * 10**9, 1, "e")]
    outcome = outcome_of(candidates, total=2 * 10**9)
    text = exported(outcome, [*BALLOTS, ["p2"]], **TERMS | {"budget_tenge": 2 * 10**9})
    election = read(text)
    assert [project.id for project in election.projects] == ["p1", "p3"]
    assert "Project p2 was withdrawn after the vote and is not listed" in text
    assert "are not listed: 2." in text, "the empty ballot and the one for p2 alone"
    assert (recount(election), checked(text)) == ((), {})
    assert reallocate(election).winners == outcome.winners


def test_winners_from_leftovers_are_marked_as_won_outside_the_base_rule():
    envelopes = [EnvelopeSum("e", 50), EnvelopeSum("f", 100)]
    candidates = [Candidate("p1", 30, 3, "e"), Candidate("p2", 40, 2, "e"), Candidate("p3", 60, 1, "f")]
    outcome = allocate(candidates, envelopes, rule=AllocationRule.SKIP, leftovers=True, order=LotOrder({}))
    text = exported(outcome, [["p1"], ["p1", "p2"], ["p1", "p2"]], **TERMS | {"budget_tenge": 50})
    election = read(text)
    assert [project.selected for project in election.projects] == [1, 2]
    assert reallocate(election).winners == ("p1",)
    assert "marked 2 in the selected column" in election.meta["comment"]
    assert checked(text) == {}


def test_optional_columns_appear_where_a_project_fills_them():
    projects = [
        ExportProject(
            "p1", 60, 2, "A", VerdictKind.WON, category=("lighting", "ramps"), beneficiaries=("seniors",)
        ),
        ExportProject("p2", 60, 1, "B", VerdictKind.DOES_NOT_FIT, latitude="51.18", longitude="71.44"),
    ]
    facts = {
        "description": "Yards",
        "unit": "Astana",
        "instance": "2027",
        "language": "kk",
        "district": "Saryarka",
    }
    text = write(**facts, **DAYS, **TERMS, projects=projects, ballots=[["p1", "p2"], ["p1"]])
    assert "project_id;cost;votes;name;category;beneficiaries;selected;latitude;longitude\n" in text
    assert read(text).projects[0].fields["category"] == "lighting,ramps"
    assert checked(text) == {}


@pytest.mark.parametrize(
    ("right", "wrong", "error"),
    [
        ("rule;greedy", "rule;greedy-no-skip", "greedy-no-skip rule not followed"),
        ("p3;40;1", "p3;40;2", "different values in votes"),
        ("currency;KZT", "currency;tenge", "invalid meta field value"),
        ("01.03.2027", "2027-03-01", "invalid meta field value"),
        ("num_votes;3", "num_votes;4", "different number of votes"),
    ],
)
def test_the_checker_would_have_seen_it(right, wrong, error):
    text = exported(outcome_of(), BALLOTS, **TERMS)
    assert right in text
    assert error in checked(text.replace(right, wrong))


def test_a_ballot_for_an_unknown_project_is_an_error_of_the_caller():
    with pytest.raises(ValueError, match="not in the list"):
        exported(outcome_of(), [["p9"]], **TERMS)


@st.composite
def finished_cycles(draw):
    total = draw(st.integers(10, 200))
    ids = [f"p{n}" for n in range(draw(st.integers(1, 7)))]
    box = draw(st.lists(st.sets(st.sampled_from(ids), max_size=3), max_size=15))
    per_resident = max([1, *map(len, box)])
    votes = count(Ballot("e", ballot) for ballot in box)
    candidates = [
        Candidate(
            i, draw(st.integers(1, total)), votes.get(i, 0), "e", withdrawn=draw(st.integers(0, 6)) == 0
        )
        for i in ids
    ]
    terms = {"rule": draw(st.sampled_from(AllocationRule)), "minimum_votes": draw(st.integers(0, 3))}
    ranks = {i: rank for rank, i in enumerate(draw(st.permutations(ids)))}
    outcome = allocate(candidates, [EnvelopeSum("e", total)], **terms, order=LotOrder(ranks))
    text = exported(outcome, box, budget_tenge=total, votes_per_resident=per_resident, **terms)
    return outcome, text


@settings(deadline=None)
@given(finished_cycles())
def test_every_finished_cycle_passes_the_checker_and_gives_the_same_winners_again(cycle):
    outcome, text = cycle
    assert checked(text) == {}
    election = read(text)
    assert recount(election) == ()
    assert reallocate(election).winners == outcome.winners
    assert {p.id for p in election.projects if p.selected == 1} == set(outcome.winners)
    ours = [(v.id, v.votes) for v in outcome.verdicts]
    assert [(v.id, v.votes) for v in election.projects] == ours
