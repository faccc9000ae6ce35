"""Working days of Kazakhstan: the ends of the objection window and of the appeal period. Pure core.

A day works unless it is a weekend or a public holiday (package `holidays`, country KZ, which knows the days off that
follow a holiday on a weekend); `moved` has the last word: the government moves days off by decree each year, and the
akimat edits the table `moved_day` after it. Periods are counted from the day after the event and end when their last
day ends, in the district's time (Administrative Procedural Code, the rule of periods in days).
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from models.district import MovedDay

ZONE = ZoneInfo("Asia/Almaty")
_DAY = timedelta(days=1)
_SATURDAY = 5


def is_working(day: date, moved: Mapping[date, bool]) -> bool:
    """Is `day` a working day? `moved` tells the days that differ from the calendar: True where they work."""
    if day in moved:
        return moved[day]
    return day.weekday() < _SATURDAY and day not in _holidays(day.year)


def end_of(event: datetime, days: int, moved: Mapping[date, bool]) -> datetime:
    """When a period of `days` working days after `event` is over: the midnight after the last of them, in UTC.

    With no days it is the event itself. What ended at midnight belongs to the day before.
    """
    if days == 0:
        return event
    day = (event - timedelta(microseconds=1)).astimezone(ZONE).date()
    left = days
    while left:
        day += _DAY
        left -= is_working(day, moved)
    return datetime.combine(day + _DAY, datetime.min.time(), ZONE).astimezone(UTC)


def working_days_between(since: datetime, until: datetime, moved: Mapping[date, bool]) -> int:
    """Working days after the day of `since` up to the day of `until`, in the district's time; 0 within one day."""
    day, last = since.astimezone(ZONE).date(), until.astimezone(ZONE).date()
    count = 0
    while day < last:
        day += _DAY
        count += is_working(day, moved)
    return count


def moved_days(session: Session) -> dict[date, bool]:
    """The table of moved days."""
    return {row.on: row.is_working for row in session.exec(select(MovedDay))}


@lru_cache(maxsize=8)
def _holidays(year: int) -> frozenset[date]:
    import holidays  # heavy, and few requests of an office need it

    return frozenset(holidays.country_holidays("KZ", years=year))
