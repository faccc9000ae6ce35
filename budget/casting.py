"""A whole cast in one statement, where the database can do that: the ballot, the owner's notice, the end of the session.

PostgreSQL writes in the parts of one statement; each part is done for the ballot that this statement put in and for no
other. So the statement is the transaction: no BEGIN, no COMMIT, three exchanges with the server less
(`decisions/0023-one-statement.md`). What it does not put in, `ballots.put` refuses with its reason, or does by its rules.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from budget import ballots, web_sessions
from budget.ballots import BallotBox, Voter
from models.asking import Asking
from models.people import WebSession
from models.service import Notice

_S = WebSession.__table__  # type: ignore[attr-defined]
_N = Notice.__table__  # type: ignore[attr-defined]
_BALLOT, _NOTICE = "ballot_", "notice_"
"""Before the names of parameters: a parameter can't have the name of a column that is written."""


def _statement(*, tells: bool) -> sa.Select[Any]:
    put = ballots.inserting("postgresql", _BALLOT).returning(sa.literal(1).label("one")).cte("put")
    is_in = sa.exists(sa.select(put.c.one))
    ended = (
        sa.update(_S)
        .where(_S.c.id == sa.bindparam("of_session"), _S.c.expires_at > sa.bindparam("last"), is_in)
        .values(expires_at=sa.bindparam("last"))
        .cte("ended")
    )
    parts = [ended]
    if tells:
        told = sa.insert(_N).from_select(list(ballots.TOLD), ballots.telling(_NOTICE).where(is_in))
        parts.append(told.cte("told"))
    return sa.select(sa.func.count().label("ballots")).select_from(put).add_cte(*parts)


_CAST = {tells: _statement(tells=tells) for tells in (True, False)}


def cast_at_once(
    asking: Asking, box: BallotBox, voter: Voter, sealed: bytes, *, session_id: int, now: datetime
) -> bool:
    """Put a prepared ballot into the box, tell its owner, and bring the end of the session forward: all or nothing, for
    PostgreSQL. False where nothing was written."""
    values: dict[str, Any] = {
        f"{_BALLOT}{name}": value for name, value in ballots.values_of(box, voter, sealed, now=now).items()
    }
    values |= {"of_session": session_id, "last": web_sessions.last_moment(voter.channel, now=now)}
    if voter.tell is not None:
        told = ballots.notice_of(voter.tell, voter.channel, now)
        values |= {f"{_NOTICE}{name}": value for name, value in told.items()}
    return bool(asking.first(_CAST[voter.tell is not None], **values).ballots)
