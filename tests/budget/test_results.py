"""Count and publication: numbers come from opened ballots only, ties need a public draw, and all is recounted."""

import random
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget import audit, ballot_log, results
from budget.allocation import VerdictKind, lot_ranks
from budget.errors import (
    AlreadyDone,
    CountsDiffer,
    NotCounted,
    NotPermitted,
    NotReady,
    SumsDiffer,
    UndecidedTie,
)
from budget.keys import KeyRing
from budget.log.merkle import root
from budget.permissions import Actor
from budget.results import Draw
from budget.sealing import receipt_of
from models.ballot import Ballot, BallotChoice, SealedBallot
from models.cycle import Cycle
from models.enums import AllocationRule, BallotStatus, ProjectState, Role, WorksStatus
from models.people import Resident
from models.project import Project
from models.result import Count, VerdictRow
from models.works import Works
from tests.harness import council
from tests.harness.elections import COORDINATOR, Election, impossible_iins, open_election
from tests.harness.opening import opened
from tests.harness.voting import cast, make_keyring

AFTER = timedelta(days=20)  # the decision phase of `open_election`


@pytest.fixture
def keyring(tmp_path: Path) -> KeyRing:
    return make_keyring(tmp_path)


def vote_and_open(
    session: Session, keyring: KeyRing, now: datetime, ballots: list[tuple[int, ...]], **settings: object
) -> Election:
    """A cycle of four projects of 3,000,000 in 10,000,000; each ballot lists places of projects from 0."""
    made = open_election(session, keyring, now=now, votes_per_resident=3, **settings)
    for iin, places in zip(impossible_iins(len(ballots)), ballots, strict=True):
        chosen = [made.projects[place] for place in places]
        cast(session, keyring, made.cycle, iin, *chosen, now=now)
    opened(session, keyring, made.cycle.slug, now=now + AFTER)
    return made


DECIDED = [(0,)] * 5 + [(0, 1)] * 3 + [(2,)] * 2 + [(3,)] + [()]


def count(session: Session, made: Election, now: datetime, draw: Draw | None = None):
    return results.count(session, COORDINATOR, made.cycle.slug, draw=draw, now=now + AFTER)


def publish(session: Session, made: Election, now: datetime) -> Cycle:
    return results.publish(session, COORDINATOR, made.cycle.slug, now=now + AFTER)


def verdicts(session: Session, made: Election) -> dict[int, VerdictRow]:
    """Verdict rows by place in the list of projects."""
    rows = {row.project_id: row for row in session.exec(select(VerdictRow)).all()}
    return {place: rows[project.id] for place, project in enumerate(made.projects) if project.id in rows}


# --- counting --------------------------------------------------------------------------------------------


def test_votes_are_the_valid_ballots_that_contain_the_project(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    made = vote_and_open(session, keyring, now, DECIDED)
    allocation = count(session, made, now)
    found = verdicts(session, made)
    assert {place: row.votes for place, row in found.items()} == {0: 8, 1: 3, 2: 2, 3: 1}
    assert [row.kind for _, row in sorted(found.items())] == [
        VerdictKind.WON,
        VerdictKind.WON,
        VerdictKind.WON,
        VerdictKind.DOES_NOT_FIT,
    ]
    assert list(allocation.winners) == [project.public_id for project in made.projects[:3]]
    assert (found[3].remaining_before_tenge, found[3].missing_tenge) == (1_000_000, 2_000_000)


def test_a_count_of_random_ballots_is_that_of_the_ballots_cast(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    random_ = random.Random(2020)
    ballots = [tuple(random_.sample(range(4), random_.randint(0, 3))) for _ in range(60)]
    made = vote_and_open(session, keyring, now, ballots)
    found = results.tally(session, made.cycle.id or 0)
    expected = Counter(place for ballot in ballots for place in ballot)
    assert found == {made.projects[place].id: votes for place, votes in expected.items()}


@pytest.mark.parametrize("status", [BallotStatus.EMPTY, BallotStatus.INVALID])
def test_choices_of_a_ballot_that_is_not_valid_are_no_votes(
    session: Session, keyring: KeyRing, now: datetime, status: BallotStatus
) -> None:
    made = vote_and_open(session, keyring, now, [(0, 1), (0,)])
    reason = "nobody" if status is BallotStatus.INVALID else ""
    chosen = sa.select(col(BallotChoice.ballot_id)).where(col(BallotChoice.project_id) == made.projects[1].id)
    session.exec(sa.update(Ballot).where(col(Ballot.id).in_(chosen)).values(status=status, reason=reason))
    assert results.tally(session, made.cycle.id or 0) == {made.projects[0].id: 1}


def test_every_ballot_is_accounted_for(session: Session, keyring: KeyRing, now: datetime) -> None:
    made = vote_and_open(session, keyring, now, DECIDED)
    count(session, made, now)
    row = session.get(Count, made.cycle.id)
    assert row is not None
    assert (row.participations, row.valid, row.empty, row.invalid) == (12, 11, 1, 0)
    assert row.participations == row.valid + row.empty + row.invalid


def test_ballots_of_another_cycle_are_not_counted(session: Session, keyring: KeyRing, now: datetime) -> None:
    vote_and_open(session, keyring, now, [(3,)] * 4, slug="another")
    made = vote_and_open(session, keyring, now, DECIDED)
    count(session, made, now)
    assert {place: row.votes for place, row in verdicts(session, made).items()} == {0: 8, 1: 3, 2: 2, 3: 1}


def test_the_rule_and_the_minimum_of_the_cycle_decide(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    made = vote_and_open(session, keyring, now, DECIDED, rule=AllocationRule.STOP, minimum_votes=3)
    assert len(count(session, made, now).winners) == 2
    assert verdicts(session, made)[2].kind is VerdictKind.BELOW_MINIMUM


def test_a_project_withdrawn_after_the_vote_is_passed_over_and_shown(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    made = vote_and_open(session, keyring, now, DECIDED)
    row = session.get(Project, made.projects[0].id)
    assert row is not None
    row.state, row.withdrawn_at = ProjectState.WITHDRAWN, now + AFTER
    session.flush()
    count(session, made, now)
    found = verdicts(session, made)
    assert found[0].kind is VerdictKind.WITHDRAWN
    assert found[0].votes == 8
    assert found[3].kind is VerdictKind.WON


def test_nothing_is_counted_before_the_ballots_are_opened(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    made = open_election(session, keyring, now=now)
    with pytest.raises(NotReady) as refused:
        count(session, made, now)
    assert refused.value.facts == {"unmet": ("opened",)}
    assert session.exec(select(Count)).all() == []


@pytest.mark.parametrize("role", [Role.VISITOR, Role.RESIDENT, Role.COUNCIL])
def test_only_the_coordinator_counts_and_publishes(
    session: Session, keyring: KeyRing, now: datetime, role: Role
) -> None:
    made = vote_and_open(session, keyring, now, DECIDED)
    for act in (results.count, results.publish):
        with pytest.raises(NotPermitted):
            act(session, Actor(role, 1), made.cycle.slug, now=now + AFTER)


def test_a_count_may_be_repeated_until_it_is_published_and_gives_the_same(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    made = vote_and_open(session, keyring, now, DECIDED)
    assert count(session, made, now) == count(session, made, now)
    assert len(session.exec(select(VerdictRow)).all()) == 4
    publish(session, made, now)
    with pytest.raises(AlreadyDone):
        count(session, made, now)


# --- the lot ----------------------------------------------------------------------------------------------

TIED = [(0,)] * 3 + [(1,), (2,), (3,)] * 2


def test_a_tie_at_equal_cost_waits_for_the_draw(session: Session, keyring: KeyRing, now: datetime) -> None:
    made = vote_and_open(session, keyring, now, TIED)
    with pytest.raises(UndecidedTie) as refused:
        count(session, made, now)
    [group] = refused.value.facts["groups"]
    assert set(group) == {project.public_id for project in made.projects[1:]}
    assert made.cycle.counted_at is None


def test_the_draw_orders_the_tied_and_anybody_can_redo_it(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    made = vote_and_open(session, keyring, now, TIED)
    count(session, made, now, Draw("047 312", "Әкімдік залы", "А., Б."))
    stored = session.get(Count, made.cycle.id)
    assert stored is not None
    assert (stored.draw, stored.draw_place, stored.draw_witnesses) == ("047 312", "Әкімдік залы", "А., Б.")
    assert stored.drawn_at == now + AFTER
    sealed = session.exec(select(SealedBallot.sealed)).all()
    published_root = root(sorted(receipt_of(ballot) for ballot in sealed))
    assert stored.ballots_root == published_root.hex()
    final = ballot_log.final_head(session, made.cycle.id or 0)
    assert final is not None
    ranks = lot_ranks(bytes.fromhex(final.root), "047 312", [project.public_id for project in made.projects])
    places = {made.projects[place].public_id: row.place for place, row in verdicts(session, made).items()}
    tied = sorted((project.public_id for project in made.projects[1:]), key=lambda one: ranks[one])
    assert sorted(tied, key=lambda one: places[one] or 0) == tied
    assert {row.kind for row in verdicts(session, made).values()} == {VerdictKind.WON, VerdictKind.LOST_LOT}


def test_no_lot_is_drawn_before_the_final_head(session: Session, keyring: KeyRing, now: datetime) -> None:
    made = open_election(session, keyring, now=now)
    with pytest.raises(NotReady) as refused:
        results.ranks_by_draw(session, made.cycle, "417")
    assert refused.value.facts == {"unmet": ("log_closed",)}


# --- publication --------------------------------------------------------------------------------------------


def test_publication_shows_the_count_and_leaves_the_works_to_the_council(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    made = vote_and_open(session, keyring, now, DECIDED)
    count(session, made, now)
    assert publish(session, made, now).results_published_at == now + AFTER
    assert session.exec(select(Works)).all() == []


def test_works_of_the_winners_are_planned_when_the_council_has_confirmed_them(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    made = vote_and_open(session, keyring, now, DECIDED)
    count(session, made, now)
    publish(session, made, now)
    council.confirm_results(session, made.cycle, now=now + AFTER)
    works = session.exec(select(Works)).all()
    assert {row.project_id for row in works} == {project.id for project in made.projects[:3]}
    assert {row.status for row in works} == {WorksStatus.PLANNED}


def test_results_are_not_published_before_the_count_nor_twice(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    made = vote_and_open(session, keyring, now, DECIDED)
    with pytest.raises(NotCounted):
        publish(session, made, now)
    count(session, made, now)
    publish(session, made, now)
    with pytest.raises(AlreadyDone):
        publish(session, made, now)


def spoil_votes(session: Session, made: Election) -> None:
    session.exec(sa.update(VerdictRow).where(col(VerdictRow.votes) == 8).values(votes=9))


def drop_a_choice(session: Session, made: Election) -> None:
    first = session.exec(select(BallotChoice)).first()
    session.delete(first)


def add_a_valid_ballot(session: Session, made: Election) -> None:
    session.add(Ballot(id=9999, cycle_id=made.cycle.id or 0, status=BallotStatus.VALID))


def spoil_a_sum(session: Session, made: Election) -> None:
    session.exec(sa.update(Count).values(participations=13))


def swap_a_sealed_ballot(session: Session, made: Election) -> None:
    row = session.exec(select(SealedBallot)).first()
    assert row is not None
    row.sealed = b"another"


def forget_the_verdicts(session: Session, made: Election) -> None:
    session.exec(sa.delete(VerdictRow))


@pytest.mark.parametrize(
    "tamper",
    [spoil_votes, drop_a_choice, add_a_valid_ballot, spoil_a_sum, swap_a_sealed_ballot, forget_the_verdicts],
)
def test_what_was_changed_after_the_count_is_not_published(
    session: Session, keyring: KeyRing, now: datetime, tamper
) -> None:
    made = vote_and_open(session, keyring, now, DECIDED)
    count(session, made, now)
    tamper(session, made)
    session.flush()
    session.expire_all()
    with pytest.raises((CountsDiffer, SumsDiffer)):
        publish(session, made, now)
    assert session.exec(select(Works)).all() == []


def test_every_step_stands_in_the_audit_chain(session: Session, keyring: KeyRing, now: datetime) -> None:
    made = vote_and_open(session, keyring, now, DECIDED)
    count(session, made, now)
    publish(session, made, now)
    acts = session.exec(select(audit.AuditEvent.action).order_by(col(audit.AuditEvent.id))).all()
    assert acts[-4:] == ["count.separate", "count.open", "count.tally", "results.publish"]
    assert audit.verify(session) == []


def test_the_roll_is_counted_with_the_ballots_and_may_grow_before_the_publication(
    session, keyring, now
) -> None:
    made = vote_and_open(session, keyring, now, DECIDED)
    resident = {"birth_on": now.date(), "imported_at": now}
    session.add(Resident(roll_key=b"1" * 32, **resident))
    count(session, made, now)
    on_roll = session.exec(select(sa.func.count()).select_from(Resident)).one()
    session.add(Resident(roll_key=b"2" * 32, **resident))
    results.publish(session, COORDINATOR, made.cycle.slug, now=now + AFTER)
    assert session.exec(select(Count.roll)).one() == on_roll >= 1
