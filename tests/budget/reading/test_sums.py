"""The sums of a count add up for everybody, with ballots replaced, set aside and on paper; and say so when not."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import Session, select

from budget.errors import CountsDiffer
from budget.keys import KeyRing
from budget.reading import results, sums
from budget.reading.sums import Sums
from budget.results import publish as publish_results
from models.ballot import Participation
from models.enums import Channel
from models.result import Turnout
from tests.harness.elections import COORDINATOR
from tests.harness.mixed import AFTER, annul, count, mixed_vote, publish, vote_again
from tests.harness.voting import make_keyring

RIGHT = Sums(
    leaves=48, replaced=1, annulled=2, papers=4, valid=45, empty=0, invalid=0, electronic=43, on_paper=4
)


@pytest.fixture
def keyring(tmp_path: Path) -> KeyRing:
    return make_keyring(tmp_path)


def found_in(session: Session, cycle_id: int) -> Sums | None:
    outcome = results.stored(session, cycle_id)
    assert outcome is not None
    return sums.of_outcome(outcome)


def test_every_term_is_there_and_adds_up(session: Session, keyring: KeyRing, now: datetime) -> None:
    made = mixed_vote(session, keyring, now, sms=[0] * 20, eds=[1] * 11, desk=[2] * 12, papers=[1] * 4)
    vote_again(session, keyring, made, made.projects[1], now=now)
    annul(session, made, 2, now=now)
    publish(session, keyring, made, now)
    found = found_in(session, made.cycle.id or 0)
    assert found == RIGHT
    assert (found.opened, found.from_leaves) == (45, 43)
    assert found.leaves_add_up
    assert found.people_add_up


def test_nobody_whose_ballot_was_set_aside_is_counted_as_a_person_who_voted(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    made = mixed_vote(session, keyring, now, sms=[0] * 20, papers=[1] * 4)
    annul(session, made, 2, now=now)
    publish(session, keyring, made, now)
    outcome = results.stored(session, made.cycle.id or 0)
    assert outcome is not None
    assert outcome.turnout.participations == 22


@pytest.mark.parametrize(
    ("change", "adds_up"),
    [
        ({"leaves": 49}, (False, False)),
        ({"replaced": 0}, (False, False)),
        ({"annulled": 1}, (False, True)),
        ({"valid": 44}, (False, True)),
        ({"electronic": 44}, (True, False)),
        ({"papers": 3}, (True, False)),
    ],
)
def test_a_term_that_is_wrong_is_seen(change: dict[str, int], adds_up: tuple[bool, bool]) -> None:
    assert (RIGHT.leaves_add_up, RIGHT.people_add_up) == (True, True)
    wrong = replace(RIGHT, **change)
    assert (wrong.leaves_add_up, wrong.people_add_up) == adds_up


def test_a_count_from_before_these_numbers_has_no_sums(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    made = mixed_vote(session, keyring, now, sms=[0] * 12)
    count(session, keyring, made, now)
    outcome = results.stored(session, made.cycle.id or 0)
    assert outcome is not None
    assert sums.of_outcome(outcome) is not None
    assert sums.of_outcome(replace(outcome, took_part=None)) is None
    assert sums.of_outcome(replace(outcome, turnout=replace(outcome.turnout, leaves=0))) is None


@pytest.mark.parametrize("table", [Participation, Turnout])
def test_a_participation_moved_after_the_count_keeps_it_from_being_published(
    session: Session, keyring: KeyRing, now: datetime, table: type
) -> None:
    made = mixed_vote(session, keyring, now, sms=[0] * 12, desk=[1] * 13)
    count(session, keyring, made, now)
    if table is Participation:
        by_web = select(Participation).where(Participation.channel == Channel.WEB)
        session.exec(by_web.limit(1)).one().channel = Channel.DESK
    else:
        session.exec(select(Turnout).limit(1)).one().voters += 1
    session.flush()
    session.expire_all()
    with pytest.raises(CountsDiffer):
        publish_results(session, COORDINATOR, made.cycle.slug, now=now + AFTER)
