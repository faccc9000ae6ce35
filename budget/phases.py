"""Phases of a cycle, derived from its calendar of half-open intervals; pure.

A phase is never stored or switched: `stage_at(calendar, now)` reads it off, so a dead scheduler can't keep
voting open. Source: the course of a cycle in the akimat's report (announce, apply, screen, vote, decide,
implement), and `start <= now < end` everywhere.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from budget.errors import CalendarFault, ExtensionFault
from models.enums import Phase

ORDER: tuple[Phase, ...] = tuple(Phase)


@dataclass(frozen=True)
class Window:
    """When a phase lasts, `[starts_at, ends_at)`, aware instants; the archive has no end."""

    phase: Phase
    starts_at: datetime
    ends_at: datetime | None

    def holds(self, now: datetime) -> bool:
        """Is `now` within the window?"""
        return self.starts_at <= now and (self.ends_at is None or now < self.ends_at)


@dataclass(frozen=True)
class Calendar:
    """The windows of a cycle in the order of phases. May be incomplete while a cycle is prepared."""

    windows: tuple[Window, ...]

    def window(self, phase: Phase) -> Window | None:
        """The window of `phase`, or None where the calendar has none."""
        return next((w for w in self.windows if w.phase is phase), None)

    def is_over(self, phase: Phase, now: datetime) -> bool:
        """Has `phase` ended by `now`? False where it has no window."""
        window = self.window(phase)
        return window is not None and window.ends_at is not None and window.ends_at <= now


@dataclass(frozen=True)
class Stage:
    """Where a cycle stands: the phase it is in, or None in a gap, before the first and without a calendar."""

    current: Window | None
    previous: Window | None
    following: Window | None

    @property
    def phase(self) -> Phase | None:
        """The current phase, or None in a gap."""
        return self.current.phase if self.current else None

    @property
    def ended(self) -> Phase | None:
        """The last phase that is over, or None before that."""
        return self.previous.phase if self.previous else None


def calendar_of(windows: Iterable[Window]) -> Calendar:
    """A calendar in the order of phases."""
    return Calendar(tuple(sorted(windows, key=lambda w: ORDER.index(w.phase))))


def stage_at(calendar: Calendar, now: datetime) -> Stage:
    """Read the stage off the calendar at `now`."""
    current = next((w for w in calendar.windows if w.holds(now)), None)
    over = [w for w in calendar.windows if w.ends_at is not None and w.ends_at <= now]
    ahead = [w for w in calendar.windows if w.starts_at > now]
    return Stage(current, over[-1] if over else None, ahead[0] if ahead else None)


def phase_at(calendar: Calendar, now: datetime) -> Phase | None:
    """The phase at `now`, or None in a gap."""
    return stage_at(calendar, now).phase


def check_calendar(calendar: Calendar, *, now: datetime | None = None) -> None:
    """Refuse a calendar with a missing phase, a window that ends before it starts, an overlap, or,
    when `now` is given, a phase that would already be over.

    Raises: CalendarFault(fault="missing"|"reversed"|"overlap"|"past", phase=…, other=…): the first one.
    """
    for fault in calendar_faults(calendar, now=now):
        raise fault


def calendar_faults(calendar: Calendar, *, now: datetime | None = None) -> Iterator[CalendarFault]:
    """Everything that is wrong with a calendar, so that a page can say it all at once."""
    for phase in ORDER:
        if calendar.window(phase) is None:
            yield CalendarFault(fault="missing", phase=phase)
    for window in calendar.windows:
        if window.ends_at is None:
            if window.phase is not Phase.ARCHIVE:
                yield CalendarFault(fault="missing", phase=window.phase)
        elif window.ends_at <= window.starts_at:
            yield CalendarFault(fault="reversed", phase=window.phase)
        elif now is not None and window.ends_at <= now:
            yield CalendarFault(fault="past", phase=window.phase)
    for before, after in zip(calendar.windows, calendar.windows[1:], strict=False):
        if before.ends_at is not None and after.starts_at < before.ends_at:
            yield CalendarFault(fault="overlap", phase=after.phase, other=before.phase)


def extend(
    calendar: Calendar, phase: Phase, new_end: datetime, *, now: datetime, reopen: bool = False
) -> Calendar:
    """The calendar with `phase` ending at `new_end`; later phases that it would overlap move by the same time.

    With `reopen` a phase that is over may be taken up again, its new end being still to come.
    Raises: ExtensionFault(fault="no_end"|"over"|"not_later", current=…).
    """
    window = calendar.window(phase)
    if window is None or window.ends_at is None:
        raise ExtensionFault(fault="no_end", current=None)
    if window.ends_at <= now and not reopen:
        raise ExtensionFault(fault="over", current=window.ends_at)
    if new_end <= max(window.ends_at, now):
        raise ExtensionFault(fault="not_later", current=window.ends_at)
    delta = new_end - window.ends_at
    moved = [Window(phase, window.starts_at, new_end)]
    for later in calendar.windows[calendar.windows.index(window) + 1 :]:
        end = moved[-1].ends_at
        moved.append(_shifted(later, delta) if end is not None and later.starts_at < end else later)
    before = calendar.windows[: calendar.windows.index(window)]
    return Calendar((*before, *moved))


def _shifted(window: Window, delta: timedelta) -> Window:
    ends_at = window.ends_at + delta if window.ends_at else None
    return Window(window.phase, window.starts_at + delta, ends_at)
