"""A vote that is counted and published, and waits for the council's second session."""

from datetime import datetime

from sqlmodel import Session

from budget import results
from budget.keys import KeyRing
from tests.harness.counting import AFTER
from tests.harness.elections import COORDINATOR, Election, impossible_iins, open_election
from tests.harness.opening import opened
from tests.harness.voting import cast


def counted_vote(
    session: Session, keyring: KeyRing, now: datetime, *votes: int, **settings: object
) -> Election:
    """Project n gets `votes[n]` ballots; opened, counted and published `AFTER` the instant of voting. Of the 10,000,000 ₸
    three projects of the usual cost are paid."""
    people = iter(impossible_iins(sum(votes)))
    made = open_election(session, keyring, now=now, projects=len(votes), **settings)
    for project, count in zip(made.projects, votes, strict=True):
        for _ in range(count):
            cast(session, keyring, made.cycle, next(people), project, now=now)
    at, slug = now + AFTER, made.cycle.slug
    opened(session, keyring, slug, now=at)
    results.count(session, COORDINATOR, slug, now=at)
    results.publish(session, COORDINATOR, slug, now=at)
    session.flush()
    return made
