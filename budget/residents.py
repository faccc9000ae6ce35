"""Residents: the roll in the database, whose phone proves whom, and who is old enough to vote.

The roll comes from the akimat (`budget import-roll`); a person is known by `roll_key`, never by the IIN. The age is
counted from the roll's birth date on the day of voting, never from the IIN.

One phone, one person. The number on the roll is the person's. Where the roll has none, the first number that proves
itself by a code becomes it, if it is nobody else's: so a list of IINs and one telephone give one vote, not fifty.
Whom this shuts out (a couple with one telephone, a changed number), the front office helps by correcting the roll.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
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
_UPSERT: dict[str, Callable[..., Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


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

    A person already on the roll gets the new line; a phone the new line lacks stays.
    """
    before = _size(session)
    insert = _UPSERT[session.get_bind().dialect.name](Resident)
    columns = ("birth_on", "area_id", "street", "house", "imported_at")
    statement = insert.on_conflict_do_update(
        index_elements=["roll_key"],
        set_={name: insert.excluded[name] for name in columns}
        | {"phone": sa.func.coalesce(insert.excluded.phone, col(Resident.phone))},
    )
    in_key_order = sorted(roll.entries, key=lambda entry: entry.roll_key)  # the index grows at one end
    for batch in _batches(in_key_order):
        rows = [
            {
                "roll_key": entry.roll_key,
                "birth_on": entry.birth_on,
                "area_id": entry.area_id,
                "street": entry.street,
                "house": entry.house,
                "phone": entry.phone,
                "imported_at": now,
            }
            for entry in batch
        ]
        session.exec(statement, params=rows)
        progress(len(rows))
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


def _batches(entries: Sequence[RollEntry]) -> Iterator[Sequence[RollEntry]]:
    for start in range(0, len(entries), BATCH):
        yield entries[start : start + BATCH]
