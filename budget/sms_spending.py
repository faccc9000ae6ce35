"""The hourly money cap of messages by SMS: what was set aside in the last hour, and whether there is room for more.

Codes for signing in are what strangers can make us send ("SMS pumping": thousands of numbers, each within its own
limits), so money is the only limit that ends it. The sum is counted from the rows of the outbox inside the transaction
that adds to it; on PostgreSQL these transactions queue at an advisory lock (on SQLite every writer is alone anyway), so
the cap holds across threads and processes. A fifth of it is kept for codes: a busy voting day must not lock people out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.service import Notice

WINDOW = timedelta(hours=1)
_LOCK = 0x534D53  # "SMS"; the numbers' own locks (`identity.codes`) are 64-bit hashes


@dataclass(frozen=True)
class Tariff:
    """What a part of a message costs, and what may be spent in an hour, in tenge."""

    price_tenge: int
    hourly_cap_tenge: int

    def limit(self, *, is_code: bool) -> int:
        """The cap for codes; other messages leave a fifth of it to them."""
        return self.hourly_cap_tenge if is_code else self.hourly_cap_tenge - self.hourly_cap_tenge // 5


def lock(session: Session) -> None:
    """Until the end of the transaction nobody else adds to the sum. Take it after all other locks."""
    if session.get_bind().dialect.name == "postgresql":
        session.exec(select(sa.func.pg_advisory_xact_lock(_LOCK)))


def spent(session: Session, *, now: datetime) -> int:
    """Tenge set aside in the last hour."""
    query = select(sa.func.coalesce(sa.func.sum(Notice.cost_tenge), 0)).where(*_counted(now))
    return int(session.exec(query).one())


def full_until(
    session: Session, tariff: Tariff, *, now: datetime, tenge: int | None = None, is_code: bool = True
) -> datetime | None:
    """None while `tenge` more (one part when not told) fit under the cap, else the instant when they will."""
    wanted = tariff.price_tenge if tenge is None else tenge
    excess = spent(session, now=now) + wanted - tariff.limit(is_code=is_code)
    if excess <= 0:
        return None
    running = sa.func.sum(Notice.cost_tenge).over(order_by=(col(Notice.charged_at), col(Notice.id)))
    oldest = (
        select(col(Notice.charged_at).label("at"), running.label("freed")).where(*_counted(now)).subquery()
    )
    freed_at = session.exec(select(sa.func.min(oldest.c.at)).where(oldest.c.freed >= excess)).one()
    return (freed_at or now) + WINDOW


def _counted(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Rows whose money is spent, or still may be: what expired before any try went out costs nothing."""
    may_be_sent = sa.or_(
        col(Notice.sendings) > 0, col(Notice.expires_at).is_(None), col(Notice.expires_at) > now
    )
    return (col(Notice.charged_at) > now - WINDOW, may_be_sent)
