"""People and paper: marking a person of the roll by the IIN, and the printed list of a polling point without internet.

The roll has no names and no IINs, so a printed list can only say who may come from which house; who has voted on the
site already is found when the signed stubs are entered.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget import audit, cycles, residents
from budget.ballots import BallotBox, Cast, Tell, Traces, Voter
from budget.errors import NotEligible, NotOnRoll, PaperNotAccepted
from budget.keys import KeyRing
from budget.paper.batches import counts_at, hand_out
from budget.permissions import Action, Actor, require_role
from budget.residents import age_on, eligibility_fault
from models.cycle import Cycle
from models.enums import Assurance, Channel, Language, Phase
from models.people import Resident

PART = 5_000
"""People in one file of the printed list."""
_ZONE = ZoneInfo("Asia/Almaty")


@dataclass(frozen=True)
class Listed:
    """A line of the printed list."""

    street: str
    house: str
    birth_on: date = field(repr=False)


def mark(
    session: Session,
    keyring: KeyRing,
    actor: Actor,
    box: BallotBox,
    public_id: str,
    *,
    iin: str,
    language: Language,
    url: str,
    now: datetime,
) -> Cast:
    """Mark the person with this IIN as having taken a paper of this batch, and tell them, in `language`, with `url` to
    object at.

    Paper is a way of its own: the cycle's setting allows it, not its list of ways to sign in.
    Raises: NotOnRoll, NotEligible(reason="too_young"), and the refusals of `hand_out`.
    """
    require_role(actor, Action.ENTER_PAPER)
    resident = residents.by_iin(session, keyring, iin)
    if resident is None:
        raise NotOnRoll
    on = counts_at(session, box, now).astimezone(_ZONE).date()
    fault = eligibility_fault(resident.birth_on, box.minimum_age, on)
    if fault is not None:
        raise NotEligible(reason=fault, minimum_age=box.minimum_age)
    voter = Voter(
        keyring.voter_key_of(box.slug, iin),
        resident.birth_on,
        Channel.PAPER,
        Assurance.DESK,
        area_id=resident.area_id,
        traces=Traces(roll_line=resident.line, age=age_on(resident.birth_on, on)),
        tell=Tell(resident.phone, language, url) if resident.phone else None,
    )
    return hand_out(session, actor, box, public_id, voter, now=now)


def how_many(session: Session, cycle: Cycle, *, area_id: int | None = None) -> int:
    """How many people the printed list of an area, or of all, would have."""
    query = select(sa.func.count(col(Resident.id))).where(*_of_age(session, cycle, area_id))
    return session.exec(query).one()


def voter_list(
    session: Session, actor: Actor, slug: str, *, area_id: int | None = None, part: int = 1, now: datetime
) -> Sequence[Listed]:
    """A part of the list to print: who is old enough on the last day of voting, by street, house and birth date. The log
    says who took it. Raises: NotPermitted, NotFound, PaperNotAccepted.
    """
    require_role(actor, Action.MANAGE_PAPER)
    cycle = cycles.by_slug(session, slug)
    if not cycle.paper:
        raise PaperNotAccepted
    query = select(col(Resident.street), col(Resident.house), col(Resident.birth_on))
    found = [Listed(*row) for row in session.exec(query.where(*_of_age(session, cycle, area_id)))]
    found.sort(key=lambda one: (one.street, _house_order(one.house), one.birth_on))
    rows = found[(part - 1) * PART : part * PART]
    audit.record(
        session,
        actor,
        "paper.voters",
        now=now,
        cycle_id=cycle.id,
        subject=f"area:{area_id or 'all'}",
        people=len(rows),
    )
    return rows


def _of_age(session: Session, cycle: Cycle, area_id: int | None) -> list[Any]:
    """As `residents.eligibility_fault` on the last day of voting, for the database."""
    window = cycles.calendar(session, cycle.id or 0).window(Phase.VOTING)
    ends_at = (window.ends_at if window else None) or cycle.created_at
    last_day = (ends_at - timedelta(microseconds=1)).astimezone(_ZONE).date()
    is_leap_day = (last_day.month, last_day.day) == (2, 29)
    born = last_day.replace(year=last_day.year - cycle.minimum_age, day=28 if is_leap_day else last_day.day)
    conditions = [col(Resident.birth_on) <= born]
    return conditions if area_id is None else [*conditions, col(Resident.area_id) == area_id]


def _house_order(house: str) -> list[tuple[int, str]]:
    """7/1 after 7 and before 10."""
    parts = re.findall(r"[0-9]+|[^0-9]+", house.casefold())
    return [(int(part), "") if part.isascii() and part.isdecimal() else (0, part) for part in parts]
