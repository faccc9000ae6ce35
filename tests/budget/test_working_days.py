"""Working days: weekends, public holidays and moved days are passed over; periods end with their last day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session

from budget import working_days
from models.district import MovedDay

NONE: dict[date, bool] = {}


def local(day: date, hour: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=working_days.ZONE).astimezone(UTC)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2027, 3, 3), True),
        (date(2027, 3, 6), False),  # Saturday
        (date(2027, 3, 7), False),  # Sunday
        (date(2027, 3, 8), False),  # Women's Day, a Monday
        (date(2027, 3, 22), False),  # Nauryz, a Monday
        (date(2026, 3, 25), False),  # after Nauryz on a weekend
    ],
)
def test_weekends_and_holidays_do_not_work(day: date, works: bool) -> None:
    assert working_days.is_working(day, NONE) is works


def test_what_the_government_moved_has_the_last_word() -> None:
    saturday, tuesday = date(2027, 3, 6), date(2027, 3, 9)
    moved = {saturday: True, tuesday: False}
    assert working_days.is_working(saturday, moved)
    assert not working_days.is_working(tuesday, moved)


def test_three_working_days_over_a_weekend_with_a_holiday() -> None:
    closed = local(date(2027, 3, 5), 18)  # Friday; Monday is Women's Day
    assert working_days.end_of(closed, 3, NONE) == local(date(2027, 3, 12))


def test_a_moved_day_shifts_the_end() -> None:
    closed = local(date(2027, 3, 5), 18)
    assert working_days.end_of(closed, 3, {date(2027, 3, 6): True}) == local(date(2027, 3, 11))


def test_what_ends_at_midnight_belongs_to_the_day_before() -> None:
    monday, tuesday = date(2027, 4, 12), date(2027, 4, 13)
    assert working_days.end_of(local(tuesday), 1, NONE) == local(tuesday + timedelta(days=1))
    assert working_days.end_of(local(monday, 18), 1, NONE) == local(tuesday + timedelta(days=1))


def test_the_day_is_the_districts_and_not_utc() -> None:
    late = datetime(2027, 4, 12, 20, 0, tzinfo=UTC)  # already Tuesday 01:00 in the district
    assert working_days.end_of(late, 1, NONE) == local(date(2027, 4, 15))


def test_no_days_are_over_at_once() -> None:
    closed = local(date(2027, 3, 5), 18)
    assert working_days.end_of(closed, 0, NONE) == closed


def test_the_akimats_table_is_read(session: Session) -> None:
    session.add(MovedDay(on=date(2027, 3, 6), is_working=True, note="decree"))
    session.flush()
    assert working_days.moved_days(session) == {date(2027, 3, 6): True}
