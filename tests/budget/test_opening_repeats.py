"""Every step from the close to the publication may break off and be done again: the result is the same to the byte."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from budget import audit, opening, results
from budget.keys import KeyRing
from budget.log.merkle import root
from models.ballot import Participation
from models.database import Database
from models.result import Count, VerdictRow
from tests.harness.elections import COORDINATOR, impossible_iins
from tests.harness.trustees import frozen_by_trustees
from tests.harness.voting import cast, make_keyring

AFTER = timedelta(days=20)
STEPS = ("close_log", "separate", "open", "count", "publish")
VOTES = (6, 3, 2, 1)
EXPECTED = json.dumps(
    {
        "votes": list(VOTES),
        "kinds": ["won", "won", "won", "does_not_fit"],
        "sums": [12, 12, 0, 0, 12, 0, 0, 0],
    }
).encode()


def published(session: Session) -> bytes:
    """The published result: verdicts in their order, and the sums."""
    rows = session.exec(select(VerdictRow).order_by(col(VerdictRow.position))).all()
    count = session.exec(select(Count)).one()
    names = ("participations", "valid", "empty", "invalid", "leaves", "replaced", "annulled", "papers")
    return json.dumps(
        {
            "votes": [row.votes for row in rows],
            "kinds": [str(row.kind) for row in rows],
            "sums": [getattr(count, name) for name in names],
        }
    ).encode()


@pytest.mark.parametrize("crash", [None, *STEPS, "after rewriting"])
def test_a_step_that_broke_off_is_done_again(
    database: Database, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch, crash: str | None
) -> None:
    keyring = make_keyring(tmp_path)
    with database.writing() as session:
        cycle, projects, shares = frozen_by_trustees(session, keyring, now=now)
        people = iter(impossible_iins(sum(VOTES)))
        for project, votes in zip(projects, VOTES, strict=True):
            for _ in range(votes):
                cast(session, keyring, cycle, next(people), project, now=now)
        receipts = [receipt for receipt in session.exec(select(Participation.receipt)) if receipt]
    for name, step in steps(cycle.slug, keyring, dict(shares), now + AFTER):
        if name == crash:
            with monkeypatch.context() as patched:
                patched.setattr(audit, "record", _power_cut)  # the last act of every step, before its commit
                with pytest.raises(OSError, match="power cut"):
                    run(database, step)
        run(database, step)
        if name == "separate":
            database.rewrite_storage()
            if crash == "after rewriting":
                database.rewrite_storage()
    with database.reading() as session:
        assert published(session) == EXPECTED
        assert session.exec(select(Count.ballots_root)).one() == root(sorted(receipts)).hex()
        assert audit.verify(session) == []


def steps(
    slug: str, keyring: KeyRing, shares: dict[int, str], at: datetime
) -> list[tuple[str, Callable[[Session], object]]]:
    two = {1: shares[1], 3: shares[3]}
    return [
        ("close_log", lambda s: opening.close_log(s, COORDINATOR, slug, keyring, now=at)),
        ("separate", lambda s: opening.separate(s, COORDINATOR, slug, now=at)),
        ("open", lambda s: opening.open_ballots(s, COORDINATOR, slug, keyring, now=at, entered=two)),
        ("count", lambda s: results.count(s, COORDINATOR, slug, now=at)),
        ("publish", lambda s: results.publish(s, COORDINATOR, slug, now=at)),
    ]


def run(database: Database, step: Callable[[Session], object]) -> None:
    with database.writing() as session:
        step(session)


def _power_cut(*_: object, **__: object) -> None:
    raise OSError("power cut")
