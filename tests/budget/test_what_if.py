"""Would the same projects win without the ballots by SMS? By the rule of the result, and never about a few people."""

from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, col

from budget import results
from budget.allocation import Allocation, AllocationRule, Candidate, EnvelopeSum, LotOrder, allocate
from budget.keys import KeyRing
from budget.results import Draw
from budget.what_if import LEAST, Outcome, WhatIf, compared, question
from models.ballot import Ballot, BallotChoice
from models.enums import BallotStatus
from models.result import Count
from tests.harness.elections import COORDINATOR
from tests.harness.mixed import AFTER, annul, count, mixed_vote, vote_again
from tests.harness.opening import opened
from tests.harness.voting import make_keyring

IDS = ("a", "b", "c", "d", "e")
COSTS = (3, 5, 4, 2, 6)
BALLOTS = st.lists(st.lists(st.sampled_from(IDS), unique=True, max_size=3), max_size=30)


def winners_of(ballots: list[list[str]], rule: AllocationRule, minimum: int) -> Allocation:
    votes = Counter(project for ballot in ballots for project in ballot)
    projects = [Candidate(one, cost, votes[one], "all") for one, cost in zip(IDS, COSTS, strict=True)]
    order = LotOrder({one: rank for rank, one in enumerate(IDS, start=1)})
    return allocate(projects, [EnvelopeSum("all", 9)], rule=rule, minimum_votes=minimum, order=order)


@given(BALLOTS, st.sampled_from(AllocationRule), st.integers(0, 3))
def test_removing_nothing_changes_nothing(
    ballots: list[list[str]], rule: AllocationRule, minimum: int
) -> None:
    official = winners_of(ballots, rule, minimum)
    found = compared(official.winners, lambda: winners_of(ballots, rule, minimum), len(ballots))
    assert found == WhatIf(Outcome.SAME, len(ballots), official.winners)


@given(BALLOTS, BALLOTS, st.sampled_from(AllocationRule), st.integers(0, 3))
def test_it_says_same_exactly_when_the_others_alone_give_the_same_winners(
    by_sms: list[list[str]], others: list[list[str]], rule: AllocationRule, minimum: int
) -> None:
    official = winners_of(by_sms + others, rule, minimum)
    again = winners_of(others, rule, minimum)
    found = compared(official.winners, lambda: again, len(others))
    assert set(found.winners) == set(again.winners)
    assert (found.outcome is Outcome.SAME) is (set(official.winners) == set(again.winners))


BY_STATUS = st.dictionaries(st.sampled_from(BallotStatus), st.integers(0, 25))


@given(BY_STATUS, BY_STATUS)
def test_it_is_never_asked_about_few_people(
    by_sms: dict[BallotStatus, int], others: dict[BallotStatus, int]
) -> None:
    valid = [ballots.get(BallotStatus.VALID, 0) for ballots in (by_sms, others)]
    assert (question(by_sms, others) is None) is all(number >= LEAST for number in valid)


@pytest.mark.parametrize("found", [WhatIf(Outcome.NO_SMS), WhatIf(Outcome.DIFFERENT, 12, ("a", "b"))])
def test_what_is_kept_is_read_back(found: WhatIf) -> None:
    assert WhatIf.from_json(found.as_json()) == found
    assert WhatIf.from_json(None) is None


# --- of a cycle, on both databases ---------------------------------------------------------------------------


@pytest.fixture
def keyring(tmp_path: Path) -> KeyRing:
    return make_keyring(tmp_path)


def kept(session: Session, cycle_id: int | None) -> WhatIf | None:
    session.flush()
    session.expire_all()
    row = session.get(Count, cycle_id)
    assert row is not None
    return WhatIf.from_json(row.without_sms)


@pytest.mark.parametrize(
    ("votes", "outcome"),
    [
        ({"sms": [0] * 12, "eds": [0, 0] + [1] * 6 + [2] * 4}, Outcome.SAME),
        ({"sms": [0] * 12 + [1] * 3, "desk": [2] * 6 + [3] * 5 + [1] * 4}, Outcome.DIFFERENT),
        ({"sms": [0] * 12, "papers": [0, 0] + [1] * 6 + [2] * 4}, Outcome.SAME),
        ({"sms": [0, 0, 0, 1, 1, 2], "eds": [0] * 12}, Outcome.TOO_FEW),
        ({"sms": [0] * 12 + [1, 1, 2], "eds": [3] * 9}, Outcome.TOO_FEW),
        ({"sms": [0, 0, 0, 1, 1, 2]}, Outcome.ONLY_SMS),
        ({"eds": [0, 0, 0, 1, 1, 2]}, Outcome.NO_SMS),
    ],
)
def test_a_count_keeps_what_would_be_without_the_ballots_by_sms(
    session: Session, keyring: KeyRing, now: datetime, votes: dict[str, list[int]], outcome: Outcome
) -> None:
    made = mixed_vote(session, keyring, now, **votes)
    count(session, keyring, made, now)
    found = kept(session, made.cycle.id)
    assert found is not None
    assert found.outcome is outcome
    ids = [project.public_id for project in made.projects]
    if outcome is Outcome.SAME:
        assert (found.ballots, set(found.winners)) == (12, set(ids[:3]))
    elif outcome is Outcome.DIFFERENT:
        assert (found.ballots, set(found.winners)) == (15, set(ids[1:]))
    else:
        assert (found.ballots, found.winners) == (None, ())


def test_the_minimum_of_the_cycle_holds_there_too(session: Session, keyring: KeyRing, now: datetime) -> None:
    made = mixed_vote(session, keyring, now, minimum_votes=5, sms=[0] * 12, eds=[0] * 4 + [1] * 6)
    count(session, keyring, made, now)
    found = kept(session, made.cycle.id)
    assert found == WhatIf(Outcome.DIFFERENT, 10, (made.projects[1].public_id,))


def test_a_tie_that_only_this_question_has_waits_for_no_draw(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    made = mixed_vote(session, keyring, now, sms=[0] * 5 + [1] * 3 + [2] * 2, eds=[0] * 5 + [1] * 5)
    count(session, keyring, made, now)
    assert kept(session, made.cycle.id) == WhatIf(Outcome.UNDECIDED, 10)


def test_a_lot_that_was_drawn_orders_it_too_and_a_repeated_count_replaces_it(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    made = mixed_vote(session, keyring, now, sms=[0] * 5 + [1] * 3 + [2] * 2, eds=[0] * 5 + [1] * 5)
    count(session, keyring, made, now)
    draw = Draw("417", "Hall", "A. and B.")
    results.count(session, COORDINATOR, made.cycle.slug, draw=draw, now=now + AFTER)
    found = kept(session, made.cycle.id)
    assert found is not None
    assert found.outcome is Outcome.DIFFERENT
    assert set(found.winners) == {project.public_id for project in made.projects[:2]}


def test_what_was_replaced_or_set_aside_is_in_neither(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    made = mixed_vote(session, keyring, now, sms=[0] * 11, desk=[1] * 11 + [3] * 2)
    vote_again(session, keyring, made, made.projects[2], now=now)
    annul(session, made, 2, now=now)
    count(session, keyring, made, now)
    found = kept(session, made.cycle.id)
    assert found == WhatIf(Outcome.DIFFERENT, 11, (made.projects[1].public_id,))


def test_choices_of_a_ballot_that_is_not_valid_are_no_votes_there_either(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    made = mixed_vote(session, keyring, now, sms=[0] * 11, desk=[0] * 10 + [1] * 2)
    opened(session, keyring, made.cycle.slug, now=now + AFTER)
    chosen = sa.select(col(BallotChoice.ballot_id)).where(col(BallotChoice.project_id) == made.projects[1].id)
    spoiled = {"status": BallotStatus.INVALID, "reason": "nobody"}
    session.exec(sa.update(Ballot).where(col(Ballot.id).in_(chosen)).values(**spoiled))
    results.count(session, COORDINATOR, made.cycle.slug, now=now + AFTER)
    assert kept(session, made.cycle.id) == WhatIf(Outcome.SAME, 10, (made.projects[0].public_id,))
