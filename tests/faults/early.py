"""The service that looks at the calendar too early: before the write transaction, with the time of the arrival.

Nothing but the test of the closing second starts it; it shows that the test would see ballots accepted after the
close if there were any. The pause stands for a queue before the lock, so that the fault shows on both databases.
"""

import time
from datetime import date, datetime

from flask import Flask
from sqlalchemy import insert
from sqlmodel import Session

from budget import ballots, cycles
from budget.ballot_rules import Selection
from budget.ballots import BallotBox, Cast, Voter
from budget.errors import VotingClosed
from budget.sealing import receipt_of
from models.ballot import Participation
from models.enums import Phase
from tests.faults.planted import service_that_puts
from views.request_scope import now as now_of_request
from views.request_scope import reading

_QUEUE_SECONDS = 0.1
_seal = ballots.prepare


def _look(box: BallotBox, voter: Voter, selection: Selection, *, on: date) -> bytes:
    """Voting is open at the arrival; then the ballot waits."""
    window = cycles.calendar(reading(), box.cycle_id).window(Phase.VOTING)
    if window is None or not window.holds(now_of_request()):
        raise VotingClosed(closed_at=window.ends_at if window else None)
    time.sleep(_QUEUE_SECONDS)
    return _seal(box, voter, selection, on=on)


def _put(
    session: Session, box: BallotBox, voter: Voter, sealed: bytes, *, now: datetime, again: bool
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


def early_looking_app() -> Flask:
    """`gunicorn tests.faults.early:early_looking_app()`."""
    ballots.prepare = _look
    return service_that_puts(_put)
