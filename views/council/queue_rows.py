"""The lines of the queue in words: a page draws dozens of them, so they are made here and only printed by the template."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from budget.reading.council_queue import QueueLine, Show
from models.enums import ProjectState
from views import addresses
from views.filters import Localised, in_language, last_day, tenge
from views.i18n import current_language
from views.public.project_story import standing
from views.texts import gettext as _


class Row(NamedTuple):
    """A project in the queue. `tag` with its `tone`, and `note`, say what it is to the member or what was decided."""

    href: str
    number: int
    title: Localised
    is_corrected: bool
    area: str
    cost: str
    reviews: str
    tag: str
    tone: str
    note: str


def rows(lines: Iterable[QueueLine], show: Show, *, now: datetime) -> list[Row]:
    """The lines of one part of the queue."""
    href = addresses.many("council.project", "public_id")
    area = f"area_{current_language()}"
    return [_row(line, href(line.public_id), getattr(line, area), show, now) for line in lines]


def _row(line: QueueLine, href: str, area: str | None, show: Show, now: datetime) -> Row:
    cost = line.cost_tenge or line.estimate_tenge
    tag, tone, note = ("", "", "")
    if show is Show.DECIDED:
        tag, tone = standing(line.state, None, None)
    elif show is not Show.RETURNED:
        tag, tone, note = _own(line, now)
    return Row(
        href=href,
        number=line.number,
        title=in_language(line, "title"),
        is_corrected=line.version > 1,
        area=area or "–",
        cost=tenge(cost) if cost else "–",
        reviews=f"{line.written} / {line.wanted}",
        tag=tag,
        tone=tone,
        note=note,
    )


def _own(line: QueueLine, now: datetime) -> tuple[str, str, str]:
    """What the project is to the member: a tag, its tone, a note beside it."""
    if line.recused is not None:
        return _("you stand aside"), "muted", ""
    if line.concluded_at is not None:
        return _("your conclusion is written"), "done", ""
    if line.due_at is None or line.state is not ProjectState.SUBMITTED:
        return "", "", _("not yours")
    until = _("until %(day)s", day=last_day(line.due_at))
    return (_("overdue"), "late", until) if line.due_at <= now else ("", "", until)
