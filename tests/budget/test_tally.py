"""The count of votes."""

from hypothesis import given
from hypothesis import strategies as st

from budget.tally import Ballot, count

BALLOTS = st.lists(
    st.builds(
        Ballot, st.sampled_from(["north", "south"]), st.frozensets(st.sampled_from("abcde"), max_size=3)
    )
)


def test_votes_of_a_project_are_the_ballots_that_contain_it():
    ballots = [Ballot("e", ("a", "b")), Ballot("e", ("a",)), Ballot("e", ())]
    assert count(ballots) == {"a": 2, "b": 1}


def test_a_ballot_counts_once_for_a_project_it_names_twice():
    assert count([Ballot("e", ("a", "a"))]) == {"a": 1}


def test_no_ballots_are_no_votes():
    assert count([]) == {}


@given(BALLOTS)
def test_each_count_is_what_counting_by_hand_gives(ballots):
    votes = count(ballots)
    assert votes == {p: n for p in "abcde" if (n := sum(p in ballot.projects for ballot in ballots))}


@given(BALLOTS, st.randoms(use_true_random=False))
def test_the_order_of_the_ballots_does_not_matter(ballots, dice):
    shuffled = ballots.copy()
    dice.shuffle(shuffled)
    assert count(shuffled) == count(ballots)


@given(BALLOTS, BALLOTS)
def test_two_boxes_count_the_same_together_as_apart(one, other):
    apart = count(one)
    for project, votes in count(other).items():
        apart[project] = apart.get(project, 0) + votes
    assert count([*one, *other]) == apart
