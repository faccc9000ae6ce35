"""Residents: the roll in the database, whose phone proves whom, and who is old enough to vote.

The roll comes from the akimat (`budget import-roll`); a person is known by `roll_key`, never by the IIN. The age is
counted from the roll's birth date on the day of voting, never from the IIN.

One phone, one person. The number on the roll is the person's. Where the roll has none, the first number that proves
itself by a code becomes it, if it is nobody else's: so a list of IINs and one telephone give one vote, not fifty.
Whom this shuts out (a couple with one telephone, a changed number), the front office helps by correcting the roll.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from budget import audit
from budget.keys import KeyRing
from budget.permissions import SYSTEM, Actor
from budget.roll import Roll, RollEntry, RollFault, area_name, read_roll
from models.district import Area
from models.people import Resident

BATCH = 2_000
_ZONE = ZoneInfo("Asia/Almaty")
_CLAIMS = 7_110_002  # any constant: the advisory lock of phone claims on PostgreSQL
_TABLE: sa.Table = Resident.__table__  # type: ignore[attr-defined]
_OF_ENTRY = tuple(entry_field.name for entry_field in fields(RollEntry))


@dataclass(frozen=True)
class RollReport:
    """How an import went. `imported` are new persons, `updated` were on the roll before."""

    imported: int
    updated: int
    faults: Sequence[RollFault]


def import_roll(
    session: Session, lines: Iterable[str], *, keyring: KeyRing, now: datetime, actor: Actor = SYSTEM
) -> RollReport:
    """Read a file and put its good lines on the roll. Raises RollUnreadable."""
    roll = read(session, lines, keyring=keyring, now=now)
    return store(session, roll, now=now, actor=actor)


def read(session: Session, lines: Iterable[str], *, keyring: KeyRing, now: datetime) -> Roll:
    """The first half of an import: reads only, so that a long file holds no lock. Raises RollUnreadable."""
    return read_roll(
        lines,
        areas=_areas(session),
        roll_key_of=keyring.roll_key_of,
        today=now.astimezone(_ZONE).date(),
    )


def store(
    session: Session,
    roll: Roll,
    *,
    now: datetime,
    actor: Actor = SYSTEM,
    progress: Callable[[int], object] = lambda _count: None,
) -> RollReport:
    """The second half: all good entries in the caller's transaction. `progress` hears the size of each batch.

    A person already on the roll gets the new line and its number; a phone the new line lacks stays.
    """
    before = _size(session)
    send = _send_arrays if session.get_bind().dialect.name == "postgresql" else _send_rows
    in_key_order = sorted(roll.entries, key=lambda entry: entry.roll_key)  # the index grows at one end
    for batch in _batches(in_key_order):
        send(session, batch, now)
        progress(len(batch))
    imported = _size(session) - before
    report = RollReport(imported, len(roll.entries) - imported, tuple(roll.faults))
    audit.record(
        session,
        actor,
        "roll.import",
        now=now,
        imported=report.imported,
        updated=report.updated,
        faults=len(report.faults),
    )
    return report


def confirmed(session: Session, keyring: KeyRing, *, iin: str, phone: str) -> Resident | None:
    """The person on the roll whom this proven phone (E.164) confirms; None when nobody is.

    Ask only after the code was right, and commit its use first: the answer is what an outsider wants to know.
    """
    resident = session.exec(select(Resident).where(Resident.roll_key == keyring.roll_key_of(iin))).first()
    if resident is None:
        return None
    if resident.phone is None and _claim(session, resident.id or 0, phone):
        return resident
    return resident if resident.phone == phone else None


def by_iin(session: Session, keyring: KeyRing, iin: str) -> Resident | None:
    """The person on the roll with this IIN, proven by their own signature or seen at the desk; None when nobody is."""
    return session.exec(select(Resident).where(Resident.roll_key == keyring.roll_key_of(iin))).first()


def age_on(birth_on: date, day: date) -> int:
    """Full years on `day`; who was born on 29 February completes a year on 1 March of a common year."""
    return day.year - birth_on.year - ((day.month, day.day) < (birth_on.month, birth_on.day))


def eligibility_fault(birth_on: date, minimum_age: int, on: date) -> str | None:
    """Why the person may not vote on the day `on` (in the district's zone), or None when they may."""
    return "too_young" if age_on(birth_on, on) < minimum_age else None


def _claim(session: Session, resident_id: int, phone: str) -> bool:
    """Make `phone` the person's, unless it is somebody's. Not through the ORM: no public page shows it."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_CLAIMS)))
    other = sa.orm.aliased(Resident)
    taken = sa.select(sa.literal(1)).where(col(other.phone) == phone).exists()
    claim = sa.update(Resident).where(col(Resident.id) == resident_id, col(Resident.phone).is_(None), ~taken)
    return connection.execute(claim.values(phone=phone)).rowcount == 1


def _areas(session: Session) -> dict[str, int]:
    return {
        area_name(name): area.id or 0
        for area in session.exec(select(Area))
        for name in (area.code, area.name_kk, area.name_ru, area.name_en)
    }


def _size(session: Session) -> int:
    return session.exec(select(sa.func.count()).select_from(Resident)).one()


def _or_updating(insert: Any) -> Any:
    """The insert, which for a person on the roll takes the new values instead; never loses a phone."""
    replaced = {name: insert.excluded[name] for name in (*_OF_ENTRY, "imported_at") if name != "roll_key"}
    kept = sa.func.coalesce(insert.excluded.phone, _TABLE.c.phone)
    return insert.on_conflict_do_update(index_elements=["roll_key"], set_={**replaced, "phone": kept})


def _from_arrays() -> Any:
    """One statement for a whole batch, an array for each column: rows sent one by one took twice as long."""
    arrays = [sa.bindparam(name, type_=postgresql.ARRAY(_TABLE.c[name].type)) for name in _OF_ENTRY]
    rows = sa.func.unnest(*arrays).table_valued(*_OF_ENTRY).render_derived("entry")
    now = sa.bindparam("now", type_=_TABLE.c.imported_at.type)
    insert = postgresql.insert(_TABLE)
    return _or_updating(insert.from_select([*_OF_ENTRY, "imported_at"], sa.select(*rows.c, now)))


_ROWS = _or_updating(sqlite.insert(_TABLE))
_ARRAYS = _from_arrays()


def _send_rows(session: Session, batch: Sequence[RollEntry], now: datetime) -> None:
    rows = [{name: getattr(entry, name) for name in _OF_ENTRY} | {"imported_at": now} for entry in batch]
    session.exec(_ROWS, params=rows)


def _send_arrays(session: Session, batch: Sequence[RollEntry], now: datetime) -> None:
    columns = {name: [getattr(entry, name) for entry in batch] for name in _OF_ENTRY}
    session.exec(_ARRAYS, params={**columns, "now": now})


def _batches(entries: Sequence[RollEntry]) -> Iterator[Sequence[RollEntry]]:
    for start in range(0, len(entries), BATCH):
        yield entries[start : start + BATCH]
