"""The audit chain: every act of staff and system, each hashed with the one before; append-only.

`hash = SHA-256(previous_hash + "\\n" + canonical JSON of the event)`. A trigger refuses UPDATE and DELETE;
`verify` finds a changed, dropped or cut row. Ballots are not chained one by one (a chained write per ballot
serialises voters). Facts never hold an IIN, a code, a receipt or a choice.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget.permissions import Actor
from models.service import AuditEvent

GENESIS = "0" * 64
_CHAIN_LOCK = 7_110_001  # any constant: the advisory lock of this chain on PostgreSQL


def record(
    session: Session,
    actor: Actor,
    action: str,
    *,
    now: datetime,
    cycle_id: int | None = None,
    subject: str = "",
    **facts: Any,
) -> AuditEvent:
    """Append one event in the caller's transaction. `facts` are plain values (str, int, bool, None, lists)."""
    if session.get_bind().dialect.name == "postgresql":
        session.exec(select(sa.func.pg_advisory_xact_lock(_CHAIN_LOCK)))
    last = session.exec(select(AuditEvent.hash).order_by(col(AuditEvent.id).desc()).limit(1)).first()
    event = AuditEvent(
        at=now.astimezone(UTC).replace(microsecond=0),
        role=actor.role,
        actor_id=actor.id,
        action=action,
        cycle_id=cycle_id,
        subject=subject,
        facts=json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str),
        previous_hash=last or GENESIS,
        hash="",
    )
    event.hash = _hash(event)
    session.add(event)
    session.flush()
    return event


def verify(session: Session, *, expected_last: str | None = None) -> list[int]:
    """Ids of events whose hash or link to the one before is wrong; [] when the chain is whole.

    `expected_last` is a head kept elsewhere: without it a cut tail can't be seen. A cut tail gives [0].
    """
    previous, wrong = GENESIS, []
    for event in session.exec(select(AuditEvent).order_by(col(AuditEvent.id))):
        if event.previous_hash != previous or event.hash != _hash(event):
            wrong.append(event.id or 0)
        previous = event.hash
    if expected_last is not None and previous != expected_last and not wrong:
        wrong.append(0)
    return wrong


def _hash(event: AuditEvent) -> str:
    canonical = json.dumps(
        [
            event.at.astimezone(UTC).isoformat(),
            str(event.role),
            event.actor_id,
            event.action,
            event.cycle_id,
            event.subject,
            event.facts,
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hashlib.sha256(f"{event.previous_hash}\n{canonical}".encode()).hexdigest()
