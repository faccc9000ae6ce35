"""Where a member of the council begins: what is left to read, how far everybody is, sessions, protocols to sign.

The queue opens once the member has declared interests. What is shown of it is kept in the address.
"""

from dataclasses import dataclass

from flask import render_template, request

from budget.permissions import Action
from budget.reading import council_home, council_queue
from budget.reading.council_home import Seat
from budget.reading.council_queue import Following, Progress, QueuePage, Show
from views.access import actor, requires
from views.addresses import url_for
from views.council import queue_rows
from views.council.blueprint import bp
from views.filters import in_language
from views.public_facts import places, work_of_council
from views.request_scope import now, reading
from views.texts import gettext as _


@dataclass(frozen=True)
class Filters:
    """What of the queue is shown."""

    show: Show
    area: str
    page: int

    @property
    def is_front(self) -> bool:
        """The first page of one's own projects: the most urgent one stands at its top."""
        return self.show is Show.MINE and not self.area and self.page == 1


@dataclass(frozen=True)
class Tab:
    """A part of the queue with its number of projects; `is_late` puts the number in red."""

    text: str
    count: int
    href: str
    is_current: bool
    is_late: bool = False


@bp.get("/council")
@requires(Action.SEE_QUEUE)
def queue() -> str:
    """What waits for the member."""
    found = council_home.home(reading(), actor(), now=now())
    meetings = council_home.meetings(reading(), actor(), found.seats) if found.seats else ()
    screened = [seat for seat in found.seats if seat.is_screened]
    slug = request.args.get("cycle", "")
    seat = next((one for one in screened if one.cycle.slug == slug), screened[0] if screened else None)
    around = {"home": found, "meetings": meetings, "screened": screened, "seat": seat}
    if seat is None:
        return render_template("council/nothing_open.html", **around)
    if seat.member.declared_at is None:
        return render_template("council/not_declared.html", **around)
    filters = _filters()
    progress = work_of_council(seat.cycle, seat.member)
    lines = council_queue.queue(
        reading(), seat.cycle, seat.member, filters.show, area=filters.area or None, page=filters.page, now=now()
    )  # fmt: skip

    def page_href(page: int) -> str:
        return _href(seat, filters.show, filters.area, page)

    return render_template(
        "council/queue.html",
        **around,
        cycle=seat.cycle,
        progress=progress,
        tabs=_tabs(seat, filters, progress),
        filters=filters,
        found=lines,
        rows=queue_rows.rows(lines.lines, filters.show, now=now()),
        first=_first(seat, filters, lines),
        area_options=[(area.code, in_language(area, "name").text) for area in places().areas],
        page_href=page_href,
    )


def _first(seat: Seat, filters: Filters, found: QueuePage) -> Following | None:
    if filters.is_front:
        free = (Following(line.public_id, line.number) for line in found.lines if line.recused is None)
        return next(free, None)
    return council_queue.first_of(reading(), seat.cycle, seat.member, now=now())


def _filters() -> Filters:
    values = request.args
    show, page = values.get("show", ""), values.get("page", "1")
    known = show if show in set(Show) else Show.MINE
    number = int(page) if page.isascii() and page.isdecimal() and len(page) < 5 else 1
    return Filters(Show(known), values.get("area", "")[:40], max(number, 1))


def _tabs(seat: Seat, filters: Filters, progress: Progress) -> list[Tab]:
    parts = (
        (Show.MINE, _("Yours"), progress.mine_left),
        (Show.UNDECIDED, _("Undecided"), progress.undecided),
        (Show.OVERDUE, _("Overdue"), progress.overdue),
        (Show.RETURNED, _("With the authors"), progress.returned),
        (Show.DECIDED, _("Decided"), progress.decided),
    )
    return [
        Tab(
            text,
            count,
            _href(seat, show, filters.area),
            show is filters.show,
            is_late=show is Show.OVERDUE and count > 0,
        )
        for show, text, count in parts
    ]


def _href(seat: Seat, show: Show, area: str, page: int = 1) -> str:
    return url_for(
        "council.queue",
        cycle=seat.cycle.slug,
        show=None if show is Show.MINE else show.value,
        area=area or None,
        page=page if page > 1 else None,
    )
