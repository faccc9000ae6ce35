"""What open data tells of the council: its composition in numbers, its decisions, its word on the result.

Reasons are in Kazakh and Russian alone (law on languages); instants are UTC.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from budget.council.rules import Share
from budget.reading.confirmed import Confirmed
from budget.reading.cycles import Settings
from budget.reading.decisions import Decision
from budget.reading.results import FellOut, Word


def council(settings: Settings, shares: Sequence[Share]) -> dict[str, Any] | None:
    """The council of a cycle; None before its composition is published."""
    if settings.council_published_at is None:
        return None
    return {
        "members": {share.kind.value: share.members for share in shares},
        "akimat_percent_at_most": settings.council_akimat_percent,
        "quorum": settings.council_quorum,
        "majority": settings.council_majority,
        "published_at": instant(settings.council_published_at),
    }


def decision(found: Decision | None) -> dict[str, Any] | None:
    """The newest published decision on a project before the vote."""
    if found is None:
        return None
    return {
        "outcome": found.outcome,
        "decided_by": found.decided_by,
        "criterion": found.criterion,
        "clause": found.clause,
        "reason": reason(found),
        "decided_at": instant(found.decided_at),
        "appeal_until": instant(found.appeal_until) if found.appeal_until is not None else None,
    }


def confirmation(word: Word | None) -> dict[str, Any] | None:
    """The council's word on a project after the vote."""
    if word is None:
        return None
    return {
        "wins": word.wins,
        "departs": word.departs,
        "reason": reason(word),
        "order": word.place,
        "decided_at": instant(word.decided_at),
    }


def decided(found: Confirmed | None) -> dict[str, Any] | None:
    """What the council made of a result, by public ids; None before that is published."""
    if found is None:
        return None
    return {
        "order": [line.public_id for line in found.order],
        "fallen_out": [
            {
                "id": exchange.out.public_id,
                "came_in": exchange.came_in.public_id if exchange.came_in is not None else None,
                "reason": reason(exchange.act),
                "document": exchange.act.document,
                "recorded_at": instant(exchange.act.recorded_at),
            }
            for exchange in found.exchanges
        ],
        "reserve": [place.line.public_id for place in found.waiting],
    }


def reason(row: Decision | Word | FellOut) -> dict[str, str]:
    """Reasons in the two languages of the law; empty where none were needed."""
    return {"kk": row.reason_kk, "ru": row.reason_ru}


def instant(at: datetime) -> str:
    """`2027-03-01T09:00:00Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
