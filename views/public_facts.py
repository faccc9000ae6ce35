"""Facts of the public tables that many pages share, kept per process until a public table changes.

Cycles with their calendars and numbers, the district and its areas are the same for every visitor, language, filter
and page of a list. Each request reads the version of the public tables before anything else, so a change is seen at
once. The time is not kept: where a cycle stands is read off its calendar at each request. What nobody may see yet
is never kept.
"""

from collections.abc import Callable, Hashable
from datetime import datetime
from typing import TypeVar, cast

from flask import current_app, g

from budget.reading import cycles
from budget.reading.council_queue import Known, Progress, progress
from budget.reading.cycles import CycleView
from budget.reading.places import Places
from budget.reading.places import places as read_places
from budget.reading.rules import Regulation
from budget.reading.rules import regulation as read_regulation
from models import public_version as versions
from views.request_scope import now, reading

Fact = TypeVar("Fact")
EXTENSION = "public_facts"


def public_version() -> int:
    """The version of the public tables as this request sees it; read before anything else it reads."""
    if "public_version" not in g:
        g.public_version = versions.asked(reading().connection())
    return cast(int, g.public_version)


def places() -> Places:
    """District and areas."""
    return _kept("places", lambda: read_places(reading()))


def published_cycles() -> tuple[CycleView, ...]:
    """All published cycles with their numbers, the newest first, as they stand now."""
    found = _kept("cycles", lambda: cycles.published(reading(), now=now()))
    return tuple(cycles.at(view, now()) for view in found)


def published_cycle(slug: str, *, with_numbers: bool = True) -> CycleView:
    """One of them. Raises: NotFound, which is not kept: anybody can ask for any slug."""
    view = _kept(
        (slug, with_numbers),
        lambda: cycles.by_slug(reading(), slug, now=now(), with_numbers=with_numbers),
    )
    return cycles.at(view, now())


def regulation(cycle_id: int) -> Regulation:
    """What the projects of a published cycle are screened by."""
    return _kept(("regulation", cycle_id), lambda: read_regulation(reading(), cycle_id))


def work_of_council(cycle: Known, member: Known) -> Progress:
    """How far the council is, and one member of it; what is overdue is told to the minute."""
    minute = now().replace(second=0, microsecond=0)
    return _kept(
        ("work", cycle.id, member.id), lambda: progress(reading(), cycle, member, now=now()), good_for=minute
    )


def _kept(name: Hashable, read: Callable[[], Fact], *, good_for: datetime | None = None) -> Fact:
    version = public_version()
    kept = cast(
        tuple[int, dict[Hashable, tuple[datetime | None, object]]] | None,
        current_app.extensions.get(EXTENSION),
    )
    if kept is None or kept[0] != version:
        kept = current_app.extensions[EXTENSION] = (version, {})
    facts = kept[1]
    found = facts.get(name)
    if found is None or found[0] != good_for:
        found = facts[name] = (good_for, read())
    return cast(Fact, found[1])
