"""The service with the naive way of casting: look whether the voter is in the box, then insert, without a constraint.

Nothing but the race test starts it; it shows that the test would see double ballots if there were any.
"""

from flask import Flask
from sqlalchemy import insert
from sqlmodel import Session

from budget import ballots
from budget.ballots import BallotBox, Cast, Voter
from budget.sealing import receipt_of
from models.ballot import Participation
from views.app import create_app


def _put(session: Session, box: BallotBox, voter: Voter, sealed: bytes, *, now: object) -> Cast:
    """The view has looked already; naive code trusts it."""
    values = {
        "cycle_id": box.cycle_id,
        "voter_key": voter.voter_key,
        "channel": voter.channel,
        "assurance": voter.assurance,
        "cast_at": now,
        "sealed": sealed,
        "receipt": receipt_of(sealed),
    }
    session.connection().execute(insert(Participation), values)
    return Cast(now, voter.channel, values["receipt"])  # type: ignore[arg-type]


def naive_app() -> Flask:
    """`gunicorn tests.faults.naive:naive_app()`."""
    ballots.put = _put  # type: ignore[assignment]
    return create_app()
