"""pabutools (GPL-3.0, tests only) as an independent opinion: its greedy rule with Cost_Sat is our `skip`."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget.allocation import NO_LOT, AllocationRule, Candidate, EnvelopeSum, allocate
from budget.tally import Ballot, count


@pytest.fixture(scope="module")
def oracle():
    from pabutools.election import ApprovalBallot, ApprovalProfile, Cost_Sat, Instance, Project
    from pabutools.rules import greedy_utilitarian_welfare

    def winners(costs: dict[str, int], budget: int, ballots: list[set[str]]) -> set[str]:
        projects = {name: Project(name, cost) for name, cost in costs.items()}
        profile = ApprovalProfile([ApprovalBallot({projects[name] for name in ballot}) for ballot in ballots])
        instance = Instance(projects.values(), budget_limit=budget)
        return {project.name for project in greedy_utilitarian_welfare(instance, profile, sat_class=Cost_Sat)}

    return winners


@settings(deadline=None)
@given(
    costs=st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 30), min_size=1),
    budget=st.integers(1, 60),
    data=st.data(),
)
def test_skip_agrees_with_greedy_utilitarian_welfare_wherever_votes_decide(oracle, costs, budget, data):
    ballots = data.draw(
        st.lists(st.sets(st.sampled_from(sorted(costs)), min_size=1), min_size=1, max_size=12)
    )
    votes = count(Ballot("", ballot) for ballot in ballots)
    if len(set(votes.values())) < len(votes):
        votes = {name: n * 100 + place for place, (name, n) in enumerate(sorted(votes.items()))}
        ballots = [{name} for name, n in votes.items() for _ in range(n)]
    candidates = [Candidate(name, cost, votes[name], "e") for name, cost in costs.items() if name in votes]
    ours = allocate(candidates, [EnvelopeSum("e", budget)], rule=AllocationRule.SKIP, order=NO_LOT)
    theirs = oracle({c.id: c.cost for c in candidates}, budget, ballots)
    assert set(ours.winners) == theirs
