"""Facts of the public tables that many pages share, kept per process until a public table changes.

Cycles with their calendars and numbers, the district and its areas, a result, a project, a page of a list are the same for
every visitor and language. Each request reads the version of the public tables before anything else, so a change is seen at
once. The time is not kept: where a cycle stands is read off its calendar at each request. What nobody may see yet
is never kept.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar, cast

from flask import current_app, g, request

from budget.phases import stage_at
from budget.reading import cycles, project_life, projects, results
from budget.reading.council_queue import Known, Progress, progress
from budget.reading.cycles import CycleView
from budget.reading.places import Places
from budget.reading.places import places as read_places
from budget.reading.project_life import ProjectLife
from budget.reading.projects import Card, ProjectPage, Query
from budget.reading.results import Outcome
from budget.reading.rules import Regulation
from budget.reading.rules import regulation as read_regulation
from models import public_version as versions
from views.i18n import current_language
from views.request_scope import database, is_reading, now, reading

Fact = TypeVar("Fact")
EXTENSION = "public_facts"
MOST = 64
"""The largest of them, a page of a list or a result, take some 50 KB."""


def public_version() -> int:
    """The version of the public tables as this request sees it; read before anything else it reads."""
    if "public_version" not in g:
        # facts read by a session that began before a change must not be kept for what came after it
        g.public_version = (
            versions.seen_by(reading()) if is_reading() else versions.current(database().asking)
        )
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


def outcome(cycle: CycleView) -> Outcome | None:
    """The result of a cycle, None while it is not published."""
    if not cycle.has_results:
        return None
    return _kept(("outcome", cycle.settings.id), lambda: results.of_cycle(reading(), cycle))


def project(public_id: str) -> ProjectLife:
    """A project of a published cycle, as it stands now. Raises: NotFound, which is not kept."""
    life = _kept(("project", public_id), lambda: project_life.by_public_id(reading(), public_id, now=now()))
    return replace(life, stage=stage_at(life.calendar, now()))


def sample(cycle: CycleView, limit: int) -> tuple[Card, ...]:
    """A few projects of the ballot of a cycle."""
    return _kept_if_published(
        cycle,
        ("sample", cycle.settings.id, limit),
        lambda: projects.sample(reading(), cycle.settings.id, limit),
    )


def listing(cycle: CycleView, query: Query, make: Callable[[ProjectPage], Fact]) -> Fact:
    """What a view makes of a page of the projects of a cycle, which is read once for all languages. One with words in its
    question, which nobody asks twice, is not kept."""

    def read() -> ProjectPage:
        areas = {area.code: area.id for area in places().areas}
        return projects.listed(reading(), cycle.settings.id, query, areas)

    if cycle.settings.published_at is None or query.text:
        return make(read())
    of = (cycle.settings.id, query)
    return in_words("listing", of, lambda: make(_kept(("cards", of), read)))


def in_words(name: str, of: Hashable, make: Callable[[], Fact]) -> Fact:
    """What a view makes of facts alone, neither the person nor the time in it, for each language."""
    return _kept((name, of, current_language(), request.script_root), make)


def _kept_if_published(cycle: CycleView, name: Hashable, read: Callable[[], Fact]) -> Fact:
    return read() if cycle.settings.published_at is None else _kept(name, read)


def _kept(name: Hashable, read: Callable[[], Fact], *, good_for: datetime | None = None) -> Fact:
    version = public_version()
    kept = cast(_Kept | None, current_app.extensions.get(EXTENSION))
    if kept is None or kept.version != version:
        kept = current_app.extensions[EXTENSION] = _Kept(version)
    return cast(Fact, kept.fact(name, good_for, read))


class _Kept:
    """The facts of one version, the one unused for longest first to go; for the threads of a process."""

    def __init__(self, version: int) -> None:
        self.version = version
        self._facts: OrderedDict[Hashable, tuple[datetime | None, object]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._facts)

    def fact(self, name: Hashable, good_for: datetime | None, read: Callable[[], object]) -> object:
        """What is kept, if it is good for this; else what is read now."""
        with self._lock:
            found = self._facts.get(name)
            if found is not None and found[0] == good_for:
                self._facts.move_to_end(name)
                return found[1]
        told = read()
        with self._lock:
            self._facts[name] = (good_for, told)
            if len(self._facts) > MOST:
                self._facts.popitem(last=False)
        return told
