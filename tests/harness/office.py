"""What the coordinator types: a whole cycle as the form of settings takes it."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from models.enums import Phase
from tests.harness.cycles import LENGTH

ZONE = ZoneInfo("Asia/Almaty")


def typed(moment: datetime) -> str:
    """As a browser sends a day and a time."""
    return moment.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")


def typed_calendar(start: datetime, length: timedelta = LENGTH) -> dict[str, str]:
    """Seven phases, one after the other; beginnings but the first left empty."""
    ends = {
        f"{phase}_ends_at": typed(start + length * (place + 1))
        for place, phase in enumerate(Phase)
        if phase is not Phase.ARCHIVE
    }
    return {"announcement_starts_at": typed(start), **ends}


def typed_cycle(start: datetime, **changes: Any) -> dict[str, Any]:
    """The whole form, filled in right."""
    return {
        "title_kk": "2027 жылғы кезең",
        "title_ru": "Цикл 2027 года",
        "title_en": "The cycle of 2027",
        "year": "2027",
        "slug": "2027",
        "allotted_tenge": "10 000 000",
        "objection_days": "0",
        "key_holder": "file",
        "opening": "commission",
        **typed_calendar(start),
        **changes,
    }
