"""The service with the naive way of casting: look whether the voter is in the box, then insert, without a constraint.

Nothing but the race test starts it; it shows that the test would see double ballots if there were any.
"""

from datetime import date, datetime

from flask import Flask
from sqlalchemy import insert
from sqlmodel import Session

from budget import ballots
from budget.ballot_rules import Selection
from budget.ballots import BallotBox, Cast, Voter
from budget.errors import AlreadyVoted
from budget.sealing import receipt_of
from models.ballot import Participation
from tests.faults.planted import service_that_puts
from views.request_scope import reading

_seal = ballots.prepare


def _look(box: BallotBox, voter: Voter, selection: Selection, *, on: date) -> bytes:
    """The look of check-then-insert."""
    earlier = ballots.find(reading(), box.cycle_id, voter.voter_key)
    if earlier is not None:
        raise AlreadyVoted(cast_at=earlier.cast_at, channel=earlier.channel, receipt=earlier.receipt)
    return _seal(box, voter, selection, on=on)


def _put(
    session: Session, box: BallotBox, voter: Voter, sealed: bytes, *, now: datetime, again: bool = False
) -> Cast:
    """The insert, trusting the look."""
    receipt = receipt_of(sealed)
    values = {
        "cycle_id": box.cycle_id,
        "voter_key": voter.voter_key,
        "channel": voter.channel,
        "assurance": voter.assurance,
        "cast_at": now,
        "sealed": sealed,
        "receipt": receipt,
    }
    session.connection().execute(insert(Participation), values)
    return Cast(now, voter.channel, receipt)


def naive_app() -> Flask:
    """`gunicorn tests.faults.naive:naive_app()`."""
    ballots.prepare = _look
    return service_that_puts(_put)
