"""Phases are read off the calendar, half-open to the microsecond."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.errors import CalendarFault, ExtensionFault
from budget.phases import (
    ORDER,
    Calendar,
    Window,
    calendar_of,
    check_calendar,
    extend,
    phase_at,
    stage_at,
)
from models.enums import Phase
from tests.harness.cycles import calendar_from

START = datetime(2027, 3, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Complete calendars in order, with and without gaps between the phases."""
    at, windows = START, []
    for phase in ORDER:
        at += timedelta(minutes=draw(st.integers(0, 50_000)))
        end = at + timedelta(minutes=draw(st.integers(1, 50_000)))
        windows.append(Window(phase, at, None if phase is Phase.ARCHIVE else end))
        at = end
    return calendar_of(windows)


@given(calendars())
def test_a_phase_begins_at_its_start_and_is_over_at_its_end(calendar: Calendar) -> None:
    for window in calendar.windows:
        assert phase_at(calendar, window.starts_at) is window.phase
        assert phase_at(calendar, window.starts_at - TICK) is not window.phase
        if window.ends_at is not None:
            assert phase_at(calendar, window.ends_at - TICK) is window.phase
            assert phase_at(calendar, window.ends_at) is not window.phase
            assert calendar.is_over(window.phase, window.ends_at)
            assert not calendar.is_over(window.phase, window.ends_at - TICK)


@given(calendars(), st.integers(-100_000, 600_000))
def test_at_any_instant_at_most_one_phase_holds_and_its_neighbours_are_right(
    calendar: Calendar, minutes: int
) -> None:
    now = START + timedelta(minutes=minutes)
    stage = stage_at(calendar, now)
    holding = [window for window in calendar.windows if window.holds(now)]
    assert holding == ([stage.current] if stage.current else [])
    if stage.previous:
        assert stage.previous.ends_at is not None
        assert stage.previous.ends_at <= now
    if stage.following:
        assert stage.following.starts_at > now


def test_a_gap_has_no_phase_but_neighbours() -> None:
    windows = list(calendar_from(START))
    windows[1] = Window(Phase.SUBMISSION, windows[1].starts_at + DAY, windows[1].ends_at)
    stage = stage_at(calendar_of(windows), windows[0].ends_at or START)
    assert stage.phase is None
    assert stage.previous == windows[0]
    assert stage.following == windows[1]


def test_the_archive_has_no_end() -> None:
    calendar = calendar_of(calendar_from(START))
    assert phase_at(calendar, START + timedelta(days=40_000)) is Phase.ARCHIVE
    assert not calendar.is_over(Phase.ARCHIVE, START + timedelta(days=40_000))


def test_a_calendar_is_put_in_order_whatever_order_it_came_in() -> None:
    assert calendar_of(reversed(calendar_from(START))) == calendar_of(calendar_from(START))


@given(calendars())
def test_a_complete_calendar_in_order_is_accepted(calendar: Calendar) -> None:
    check_calendar(calendar, now=START - TICK)


@pytest.mark.parametrize("phase", ORDER)
def test_a_missing_phase_is_named(phase: Phase) -> None:
    with pytest.raises(CalendarFault) as refusal:
        check_calendar(calendar_of(w for w in calendar_from(START) if w.phase is not phase))
    assert refusal.value.facts == {"fault": "missing", "phase": phase}
    assert refusal.value.field == phase


@pytest.mark.parametrize("phase", ORDER[:-1])
def test_a_phase_that_ends_before_it_starts_is_named(phase: Phase) -> None:
    windows = [
        Window(w.phase, w.starts_at, w.starts_at) if w.phase is phase else w for w in calendar_from(START)
    ]
    with pytest.raises(CalendarFault) as refusal:
        check_calendar(calendar_of(windows))
    assert refusal.value.facts == {"fault": "reversed", "phase": phase}


@pytest.mark.parametrize("place", range(1, len(ORDER)))
def test_phases_that_overlap_by_a_moment_are_named(place: int) -> None:
    windows = list(calendar_from(START))
    later = windows[place]
    windows[place] = Window(later.phase, later.starts_at - TICK, later.ends_at)
    with pytest.raises(CalendarFault) as refusal:
        check_calendar(calendar_of(windows))
    assert refusal.value.facts == {"fault": "overlap", "phase": ORDER[place], "other": ORDER[place - 1]}


def test_a_phase_that_would_be_over_already_is_named() -> None:
    calendar = calendar_of(calendar_from(START))
    ends_at = calendar.windows[0].ends_at or START
    check_calendar(calendar, now=ends_at - TICK)
    with pytest.raises(CalendarFault) as refusal:
        check_calendar(calendar, now=ends_at)
    assert refusal.value.facts == {"fault": "past", "phase": Phase.ANNOUNCEMENT}


@given(calendars(), st.sampled_from(ORDER[:-1]), st.integers(1, 80_000))
def test_an_extension_keeps_the_calendar_sound_and_shortens_nothing(
    calendar: Calendar, phase: Phase, minutes: int
) -> None:
    window = calendar.window(phase)
    assert window is not None
    assert window.ends_at is not None
    new_end = window.ends_at + timedelta(minutes=minutes)
    longer = extend(calendar, phase, new_end, now=window.starts_at)
    check_calendar(longer)
    place = calendar.windows.index(window)
    assert longer.windows[:place] == calendar.windows[:place]
    assert longer.windows[place] == Window(phase, window.starts_at, new_end)
    for before, after in zip(calendar.windows[place + 1 :], longer.windows[place + 1 :], strict=True):
        moved = after.starts_at - before.starts_at
        assert moved in (timedelta(0), timedelta(minutes=minutes))
        if before.ends_at is not None:
            assert after.ends_at == before.ends_at + moved


def test_a_later_phase_with_room_before_it_does_not_move() -> None:
    windows = list(calendar_from(START))
    windows[2] = Window(Phase.SCREENING, windows[2].starts_at + DAY, windows[2].ends_at)
    calendar = calendar_of(windows)
    longer = extend(calendar, Phase.SUBMISSION, windows[2].starts_at, now=START)
    assert longer.windows[2:] == calendar.windows[2:]


def test_a_deadline_only_moves_later() -> None:
    calendar = calendar_of(calendar_from(START))
    end = calendar.windows[0].ends_at or START
    for new_end in (end, end - TICK):
        with pytest.raises(ExtensionFault) as refusal:
            extend(calendar, Phase.ANNOUNCEMENT, new_end, now=START)
        assert refusal.value.facts == {"fault": "not_later", "current": end}


def test_a_phase_that_is_over_is_extended_only_when_it_may_be_reopened() -> None:
    calendar = calendar_of(calendar_from(START))
    end = calendar.windows[0].ends_at or START
    with pytest.raises(ExtensionFault) as refusal:
        extend(calendar, Phase.ANNOUNCEMENT, end + DAY, now=end)
    assert refusal.value.facts["fault"] == "over"
    with pytest.raises(ExtensionFault, match="extension_fault"):
        extend(calendar, Phase.ANNOUNCEMENT, end + DAY, now=end + DAY, reopen=True)
    reopened = extend(calendar, Phase.ANNOUNCEMENT, end + DAY, now=end, reopen=True)
    assert phase_at(reopened, end) is Phase.ANNOUNCEMENT


def test_what_has_no_end_is_not_extended() -> None:
    with pytest.raises(ExtensionFault) as refusal:
        extend(calendar_of(calendar_from(START)), Phase.ARCHIVE, START + 99 * DAY, now=START)
    assert refusal.value.facts["fault"] == "no_end"
    with pytest.raises(ExtensionFault):
        extend(calendar_of([]), Phase.VOTING, START, now=START)
