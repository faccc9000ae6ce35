"""Before signing in: who can vote and what it takes. And, in the demo only, the messages nobody received."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import abort, render_template

from budget import notices
from budget.identity.phone import readable
from budget.phases import Window
from budget.reading.cycles import CycleView
from models.enums import Origin, Phase
from models.service import Notice
from views import sealed_cookies
from views.access import public
from views.notice_texts import text_of
from views.page_cache import cacheable
from views.public.blueprint import bp
from views.public_facts import published_cycles
from views.request_scope import config, now, reading


@dataclass(frozen=True)
class Shown:
    """A message as the demo's page shows it. `text` is "" when the code was used or has expired."""

    at: datetime
    phone: str
    text: str
    language: str


@bp.get("/can-i-vote")
@public
@cacheable
def can_i_vote() -> str:
    """The conditions of the vote that is open, or else of the next one."""
    cycle = _voting_cycle(published_cycles(), now())
    window = cycle.calendar.window(Phase.VOTING) if cycle else None
    is_open = bool(cycle and window and window.holds(now()) and cycle.settings.frozen_at)
    return render_template("public/can_i_vote.html", cycle=cycle, window=window, is_open=is_open)


@bp.get("/messages")
@public
def messages() -> str:
    """What would have been sent to phones. There is no such page outside the demo."""
    if not config().demo:
        abort(404)
    rows = notices.recent(reading(), now=now())
    shown = [_shown(row) for row in rows]
    is_asked = sealed_cookies.read(sealed_cookies.PROOF) is not None
    return render_template("public/messages.html", messages=shown, is_asked=is_asked)


def _shown(row: Notice) -> Shown:
    is_over = row.expires_at is not None and row.expires_at <= now()
    return Shown(row.created_at, readable(row.recipient), "" if is_over else text_of(row), str(row.language))


def _voting_cycle(published: Sequence[CycleView], at: datetime) -> CycleView | None:
    """The cycle whose voting is open, else the one that votes next, else none."""

    def voting(cycle: CycleView) -> Window | None:
        return cycle.calendar.window(Phase.VOTING)

    ahead = [
        (window.starts_at, place, cycle)
        for place, cycle in enumerate(published)
        if cycle.settings.origin is Origin.SERVICE
        and (window := voting(cycle)) is not None
        and not cycle.calendar.is_over(Phase.VOTING, at)
    ]
    return min(ahead)[2] if ahead else None
