"""The open data at /api/v1: cycles, their projects, their published results; described by OpenAPI.

Read-only and public. A count that is not published is not there: results answer 404 until the day.

The schemas describe the answers, and the tests hold every answer against its schema; at each request they would
cost a seventh of it, so the facts are written as `content` makes them.
"""

from typing import Any

from flask import Flask, Response, jsonify
from flask_smorest import Api, Blueprint

from budget import cycles as domain_cycles
from budget.council.rules import Share
from budget.reading import council_public, decisions
from budget.reading import projects as reading_projects
from budget.reading.cycles import CycleView
from budget.reading.projects import Query
from views.access import declared, public
from views.api import content, log
from views.api.schemas import (
    CycleSchema,
    CyclesSchema,
    ProblemSchema,
    ProjectsQuerySchema,
    ProjectsSchema,
    ResultsSchema,
)
from views.errors import problem
from views.page_cache import cacheable
from views.public_facts import outcome as public_outcome
from views.public_facts import places, published_cycle, published_cycles
from views.request_scope import now, reading

bp = Blueprint("api", __name__, url_prefix="/api/v1", description="Open data of the participation budget")


class QuietApi(Api):  # type: ignore[misc]  # flask-smorest has no types
    """Leaves error handling to views/errors.py, which answers pages and programs alike."""

    def _register_error_handlers(self) -> None:
        pass


@bp.get("/cycles", endpoint="cycles")
@public
@cacheable
@bp.response(200, CyclesSchema)
def list_cycles() -> Response:
    """All published cycles."""
    views = published_cycles()
    shares = _shares(*views)
    return jsonify({"cycles": [content.cycle(view, shares.get(view.settings.id, ())) for view in views]})


@bp.get("/cycles/<slug>")
@public
@cacheable
@bp.response(200, CycleSchema)
@bp.alt_response(404, schema=ProblemSchema, content_type=ProblemSchema.media_type)
def cycle(slug: str) -> Response:
    """One cycle."""
    view = published_cycle(slug)
    return jsonify(content.cycle(view, _shares(view).get(view.settings.id, ())))


@bp.get("/cycles/<slug>/projects")
@public
@cacheable
@bp.arguments(ProjectsQuerySchema, location="query")
@bp.response(200, ProjectsSchema)
@bp.alt_response(404, schema=ProblemSchema, content_type=ProblemSchema.media_type)
def projects(query: dict[str, int], slug: str) -> Response:
    """The projects of a cycle, twenty a page."""
    cycle_id = domain_cycles.by_slug(reading(), slug, published_only=True).id or 0
    found = reading_projects.listed(reading(), cycle_id, Query(page=query["page"]), {})
    decided = decisions.of_projects(reading(), [card.id for card in found.cards])
    areas = {area.id: area for area in places().areas}
    cards = [content.project(card, areas, decided[card.id]) for card in found.cards]
    return jsonify({"projects": cards, "total": found.total, "page": found.page, "pages": found.pages})


@bp.get("/cycles/<slug>/results")
@public
@cacheable
@bp.response(200, ResultsSchema)
@bp.alt_response(404, schema=ProblemSchema, content_type=ProblemSchema.media_type)
def results(slug: str) -> Any:
    """The published result of a cycle; 404 with the code `not_published` before."""
    view = published_cycle(slug, with_numbers=False)
    outcome = public_outcome(view)
    if outcome is None:
        return problem(404, "not_published")
    return jsonify(content.results(view, outcome))


def _shares(*views: CycleView) -> dict[int, tuple[Share, ...]]:
    """The kinds in the published councils of these cycles; no question where there is none."""
    ids = [view.settings.id for view in views if view.settings.council_published_at is not None]
    return council_public.shares_of(reading(), ids, now=now()) if ids else {}


def register_api(app: Flask) -> None:
    """Register the open data and its description at /api/v1/openapi.json."""
    app.config.update(
        API_TITLE="Participation budget",
        API_VERSION="v1",
        OPENAPI_VERSION="3.0.3",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # Kazakh as itself, half the bytes
    api = QuietApi(app)
    api.register_blueprint(bp)
    api.register_blueprint(log.bp)
    for name, view in app.view_functions.items():
        if name.startswith("api-docs.") and declared(view) is None:
            app.view_functions[name] = _opened(view)


def _opened(view: Any) -> Any:
    """flask-smorest's own view, declared public (a bound method takes no attribute)."""

    def shown(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    return public(shown)
