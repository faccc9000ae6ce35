"""The Expert Council in public: who is in it, when it meets, what it decided and how everybody voted.

Nothing is shown a moment too early: no composition before its publication, of an announced session only its agenda,
decisions, votes and who was there once they are published, all of a session together.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask import render_template

from budget.council import statistics
from budget.council.statistics import Line, Statistics
from budget.phases import Window
from budget.reading import council_public, council_record
from budget.reading.council_public import Council, SessionLine
from budget.working_days import moved_days
from models.enums import Role, SessionKind
from views.access import actor, public
from views.addresses import url_for
from views.filters import Localised, deadline, in_language, number, opening, span
from views.labels import label
from views.page_cache import cacheable
from views.public import council_words
from views.public.blueprint import bp
from views.public.wording import Figure
from views.request_scope import now, reading
from views.texts import gettext as _
from views.texts import ngettext


@dataclass(frozen=True)
class Due:
    """A line of the calendar. `place` and `link` are of a session; `is_late`: nobody answered the appeal in time."""

    what: str
    when: str
    href: str = ""
    place: Localised | None = None
    link: str = ""
    is_late: bool = False


@bp.get("/cycles/<slug>/council")
@public
@cacheable
def council(slug: str) -> str:
    """Composition, calendar, sessions, numbers and appeals; why there is nothing, before the publication."""
    is_hidden_shown = actor().role is Role.COORDINATOR
    found = council_public.of_cycle(reading(), slug, hidden=is_hidden_shown)
    title = in_language(found.home, "title").text
    if not found.is_published:
        return render_template("public/no_council.html", home=found.home, title=title)
    at, cycle_id = now(), found.home.cycle_id
    sessions = council_public.sessions_of(reading(), cycle_id)
    work = statistics.work_of(reading(), cycle_id, now=at)
    numbers = statistics.of_work(work, moved_days(reading()), now=at)
    coming = [one for one in sessions if one.opened_at is None]
    return render_template(
        "public/council.html",
        council=found,
        title=title,
        now=at,
        members=found.in_office(at),
        coming_members=found.coming(at),
        shares=found.shares(at),
        calendar=_calendar(found, coming, work.appeals, at),
        held=[one for one in reversed(sessions) if one.opened_at is not None],
        numbers=numbers,
        figures=_figures(numbers, slug),
        appeals=work.appeals,
        words=council_words,
    )


@bp.get("/cycles/<slug>/council/sessions/<int(max=9999):number>")
@public
@cacheable
def council_session(slug: str, number: int) -> str:
    """An announced session with its agenda; a published one with its decisions."""
    held = council_record.session_of(reading(), slug, number)
    title = in_language(held, "title").text
    if held.published_at is None:
        agenda = [council_words.about(one) for one in council_record.agenda_of(reading(), held)]
        return render_template("public/council_agenda.html", held=held, title=title, agenda=agenda, now=now())
    record = council_record.record_of(reading(), held)
    return render_template(
        "public/council_session.html",
        held=held,
        title=title,
        entries=council_words.entries(record, held.currency),
        present=council_words.names(record.present),
        absent=council_words.names(record.absent),
        counts=(len(record.present), len(record.absent)),
    )


def _calendar(
    found: Council, coming: list[SessionLine], appeals: tuple[Line, ...], at: datetime
) -> list[Due]:
    """What the council has to do when, in the order of time: its two windows, sessions, the most urgent appeal."""
    lines = [*_windows(found), *(_meeting(one, found.home.slug) for one in coming)]
    waiting = [line for line in appeals if line.answered_at is None]
    if waiting and waiting[0].decide_by is not None:
        urgent = waiting[0].decide_by
        words = _("Answer to the appeal about project № %(number)s", number=waiting[0].number)
        lines.append((urgent, Due(words, deadline(urgent), "#appeals", is_late=urgent <= at)))
    return [due for _at, due in sorted(lines, key=lambda pair: pair[0])]


def _windows(found: Council) -> Iterator[tuple[datetime, Due]]:
    for kind, window in ((SessionKind.SCREENING, found.screening), (SessionKind.DECISION, found.decision)):
        if window is not None:
            yield window.starts_at, Due(label(kind), _span(window))


def _span(window: Window) -> str:
    dates = span(window.starts_at, window.ends_at)
    if window.ends_at is None:
        return dates
    return _("%(dates)s; until %(deadline)s", dates=dates, deadline=deadline(window.ends_at))


def _meeting(one: SessionLine, slug: str) -> tuple[datetime, Due]:
    words = _("Session %(number)s: %(kind)s", number=one.number, kind=label(one.kind))
    href = url_for("public.council_session", slug=slug, number=one.number)
    place = in_language(one, "place")
    return one.starts_at, Due(words, opening(one.starts_at), href, place, one.link)


def _figures(numbers: Statistics, slug: str) -> list[Figure]:
    lists = {
        state: url_for("public.projects", slug=slug, state=state or None)
        for state in ("", "admitted", "rejected")
    }
    found = [
        Figure(number(numbers.received), _("applications received"), lists[""]),
        Figure(number(numbers.admitted), _("admitted to the vote"), lists["admitted"]),
        Figure(number(numbers.rejected), _("rejected, with reasons"), lists["rejected"]),
    ]
    if numbers.median_days is not None:
        words = ngettext(
            "working day until the decision (median)",
            "working days until the decision (median)",
            numbers.median_days,
        )
        found.append(Figure(number(numbers.median_days), words, "#numbers"))
    overdue = numbers.reviews_overdue + numbers.appeals_overdue
    if overdue:
        words = ngettext("review or appeal is overdue", "reviews and appeals are overdue", overdue)
        found.append(Figure(number(overdue), words, "#numbers", late=True))
    return found
