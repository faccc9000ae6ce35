"""Addresses without a language: the root, the health check, photos, our own files, robots."""

from flask import Blueprint, Response, abort, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from budget.errors import NotFound
from budget.reading import photos
from models import public_version
from models.enums import Language
from views import sms_watch, static_files
from views.access import public
from views.request_scope import config, database, now, reading

bp = Blueprint("service", __name__)
_ROBOTS = "User-agent: *\n" + "".join(
    f"Disallow: /{language}/{part}\n"
    for language in Language
    for part in ("my", "sign-in", "council", "desk", "office", "staff", "messages")
)


@bp.get("/")
@public
def root() -> AnyResponse:
    """Send a visitor to the start page in the browser's language, Kazakh when it asks for none of ours."""
    language = request.accept_languages.best_match(list(Language)) or Language.KK
    response = redirect(url_for("public.home", lang=str(language)))
    response.headers["Vary"] = "Accept-Language"
    return response


@bp.get("/healthz")
@public
def healthz() -> Response:
    """200 when the service answers and its database can be read; 503 by the error handler otherwise. `sms` says how
    codes are doing (off, ok, paused, failing): without them the rest goes on, so they change no status."""
    public_version.current(database().asking)
    return jsonify(status="ok", sms=sms_watch.health(reading(), config(), now=now()).state)


@bp.get("/robots.txt")
@public
def robots() -> Response:
    """Public pages may be indexed; personal and staff pages need not be."""
    return Response(_ROBOTS, content_type="text/plain; charset=utf-8")


@bp.get("/favicon.ico")
@public
def favicon() -> AnyResponse:
    """Where browsers look by habit."""
    return redirect(static_files.asset_url("favicon.svg"), 301)


@bp.get(f"{static_files.PREFIX}<name>")
@public
def static_file(name: str) -> Response:
    """A built file, immutable under its name."""
    return static_files.respond(name) or abort(404)


@bp.get("/photos/<public_id>.jpg")
@public
def photo(public_id: str) -> Response:
    """A photo of a yard."""
    return _picture(public_id.removesuffix("-small"), small=public_id.endswith("-small"))


def _picture(public_id: str, *, small: bool) -> Response:
    content = photos.content(reading(), public_id, small=small)
    if content is None:
        raise NotFound
    response = Response(content, content_type="image/jpeg")
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.set_etag(f"{public_id}{'-small' if small else ''}")
    response.make_conditional(request)
    return response
