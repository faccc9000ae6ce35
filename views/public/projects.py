"""Projects: the list with its filters kept in the address, and the page of one."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from flask import render_template, request
from markupsafe import Markup

from budget.reading.projects import Card, ProjectPage, Query, Standing
from models.enums import Direction, ProjectState, VerdictKind
from views import addresses
from views.access import public
from views.addresses import url_for
from views.filters import Localised, in_language, place_of, tenge
from views.labels import label
from views.page_cache import cacheable
from views.public import wording
from views.public.blueprint import bp
from views.public.cycles import visible
from views.public.project_story import standing, story
from views.public_facts import listing, places
from views.public_facts import project as facts_of
from views.request_scope import now
from views.templating import drawn
from views.texts import gettext as _

_LONGEST_TEXT = 100
_LARGEST_PAGE = 10_000
Member = TypeVar("Member", bound=StrEnum)


@dataclass(frozen=True)
class Row:
    """A line of the list, in words. `place` is the first house, and how many more there are."""

    number: int
    href: str
    title: Localised
    place: str
    place_lang: str
    direction: str
    cost: str
    state: str
    tone: str


@dataclass(frozen=True)
class Listing:
    """A page of the list, its table as drawn."""

    total: int
    page: int
    pages: int
    table: Markup


@bp.get("/cycles/<slug>/projects", endpoint="projects")
@public
@cacheable
def listed(slug: str) -> str:
    """The cycle's projects, twenty a page."""
    cycle = visible(slug, with_numbers=False)
    areas = places().areas
    query = query_of_request()
    found = listing(cycle, query, lambda page: _drawn(page, cycle.settings.currency))

    def page_href(page: int) -> str:
        return url_for("public.projects", **{"slug": slug, **_kept(query)}, page=page if page > 1 else None)

    return render_template(
        "public/projects.html",
        cycle=cycle,
        title=wording.title_of(cycle),
        found=found,
        query=query,
        is_filtered=bool(_kept(query)),
        areas=areas,
        area_options=[(area.code, in_language(area, "name").text) for area in areas],
        direction_options=[(member, label(member)) for member in Direction],
        standing_options=[
            (member, _standing_words(member)) for member in standings(has_results=cycle.has_results)
        ],
        page_href=page_href,
    )


@bp.get("/projects/<public_id>")
@public
@cacheable
def project(public_id: str) -> str:
    """One project for years under one address."""
    life = facts_of(public_id)
    return render_template("public/project.html", life=life, story=story(life, now()))


def query_of_request() -> Query:
    """The filters of the address; what is not understood is as if it were not there."""
    values = request.args
    page = values.get("page", "1")
    return Query(
        text=values.get("q", "").strip()[:_LONGEST_TEXT],
        area=values.get("area", "")[:40],
        direction=_member(Direction, values.get("direction", "")),
        standing=_member(Standing, values.get("state", "")),
        page=min(int(page), _LARGEST_PAGE) if page.isascii() and page.isdecimal() and len(page) < 6 else 1,
    )


def standings(*, has_results: bool) -> tuple[Standing, ...]:
    """What the list of this cycle can be filtered by: winners only once they are published."""
    after = (Standing.WON, Standing.LOST)
    return tuple(standing for standing in Standing if has_results or standing not in after)


def _kept(query: Query) -> dict[str, Any]:
    values = {"q": query.text, "area": query.area, "direction": query.direction, "state": query.standing}
    return {name: str(value) for name, value in values.items() if value}


def _member(kind: type[Member], value: str) -> Member | None:
    try:
        return kind(value)
    except ValueError:
        return None


def _drawn(page: ProjectPage, currency: str) -> Listing:
    table = drawn("public/_project_table.html", "project_table", _rows(page.cards, currency))
    return Listing(page.total, page.page, page.pages, table)


def _rows(cards: Iterable[Card], currency: str) -> list[Row]:
    href = addresses.many("public.project", "public_id")
    return [_row(card, currency, href(card.public_id)) for card in cards]


def _row(card: Card, currency: str, href: str) -> Row:
    place = place_of(card.addresses if card.state is not ProjectState.WITHDRAWN else ())
    state, tone = standing(card.state, card.verdict, card.works, is_left_out=bool(card.is_left_out))
    return Row(
        number=card.number,
        href=href,
        title=in_language(card, "title"),
        place=place.text,
        place_lang=place.lang,
        direction=label(card.direction) if card.direction else "–",
        cost=tenge(card.shown_tenge, currency) if card.shown_tenge else _("not published"),
        state=state,
        tone=tone,
    )


def _standing_words(member: Standing) -> str:
    match member:
        case Standing.WON:
            return label(VerdictKind.WON)
        case Standing.LOST:
            return _("Did not win")
        case Standing.REVIEWED:
            return label(ProjectState.SUBMITTED)
        case _:
            return label(ProjectState(member.value))
