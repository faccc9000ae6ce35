"""The calendar of a cycle on the coordinator's desk: every phase, and whether its end may still move."""

from dataclasses import dataclass
from datetime import datetime

from budget import cycles
from models.enums import Phase
from views.office.progress import Standing


@dataclass(frozen=True)
class PhaseRow:
    """A phase in the coordinator's calendar; `can_extend` where its end may still move."""

    phase: Phase
    starts_at: datetime
    ends_at: datetime | None
    state: str
    can_extend: bool


def calendar_rows(standing: Standing, *, now: datetime) -> list[PhaseRow]:
    """The calendar; `state` is done, now or ahead. Only a published calendar is extended; a draft's is edited."""
    cycle, rows = standing.desk.cycle, []
    for window in standing.desk.calendar.windows:
        over = window.ends_at is not None and window.ends_at <= now
        may_move = window.ends_at is not None and (not over or cycles.may_reopen(cycle, window.phase))
        state = "done" if over else "now" if window.holds(now) else "ahead"
        can_extend = standing.is_ours and cycle.published_at is not None and may_move
        rows.append(PhaseRow(window.phase, window.starts_at, window.ends_at, state, can_extend))
    return rows
