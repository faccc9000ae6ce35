"""The service that answers before it commits: ballots wait in memory and are written a moment later, all at once.

Nothing but the kill test starts it; it shows that the test would see lost ballots if there were any.
"""

import threading
import time
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy import insert
from sqlmodel import Session

from budget.ballots import BallotBox, Cast, Voter
from budget.sealing import receipt_of
from models.ballot import Participation
from models.database import Database
from tests.faults.planted import service_that_puts
from views.request_scope import database

_EVERY_SECONDS = 0.2
_waiting: list[dict[str, Any]] = []
_start = threading.Lock()
_writers: list[threading.Thread] = []


def _put(
    _session: Session, box: BallotBox, voter: Voter, sealed: bytes, *, now: datetime, again: bool
) -> Cast:
    """Say yes; write later."""
    receipt = receipt_of(sealed)
    _waiting.append(
        {
            "cycle_id": box.cycle_id,
            "voter_key": voter.voter_key,
            "channel": voter.channel,
            "assurance": voter.assurance,
            "cast_at": now,
            "sealed": sealed,
            "receipt": receipt,
        }
    )
    with _start:
        if not _writers:  # after the fork, with the first ballot of this process
            _writers.append(threading.Thread(target=_write, args=(database(),), daemon=True))
            _writers[0].start()
    return Cast(now, voter.channel, receipt)


def _write(to: Database) -> None:
    while True:
        time.sleep(_EVERY_SECONDS)
        with to.writing() as session:
            while _waiting:
                session.connection().execute(insert(Participation), _waiting.pop())


def forgetful_app() -> Flask:
    """`gunicorn tests.faults.forgetful:forgetful_app()`."""
    return service_that_puts(_put)
