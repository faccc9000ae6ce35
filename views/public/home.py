"""The start page, the list of all cycles, and the pages about the service itself."""

from datetime import timedelta

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from budget.reading import cycles
from budget.reading.projects import Card
from models.enums import Phase
from views.access import public
from views.page_cache import cacheable
from views.page_context import LARGE_VIEW_COOKIE
from views.public import wording
from views.public.blueprint import bp
from views.public.cycles import some_of
from views.public_facts import published_cycles
from views.request_scope import config, now

SHOWN = 3
_YEAR = timedelta(days=365)


@bp.get("/")
@public
@cacheable
def home() -> str:
    """What happens now, in one look; the other cycles below."""
    everything = published_cycles()
    current = cycles.current(everything)
    others = [cycle for cycle in everything if cycle is not current]
    sample: tuple[Card, ...] = ()
    if current and wording.effective_phase(current) not in (Phase.ANNOUNCEMENT, Phase.SUBMISSION):
        sample = some_of(current, SHOWN)
    return render_template(
        "public/home.html", current=current, others=others, cards=sample, wording=wording, now=now()
    )


@bp.get("/archive")
@public
@cacheable
def archive() -> str:
    """All cycles with their numbers."""
    return render_template("public/archive.html", cycles=published_cycles(), wording=wording)


@bp.get("/about")
@public
@cacheable
def about() -> str:
    """What this is, how it can be checked, where the open data are."""
    return render_template("public/about.html")


@bp.get("/accessibility")
@public
@cacheable
def accessibility() -> str:
    """How the site can be used by everybody."""
    return render_template("public/accessibility.html")


@bp.get("/large-view")
@public
def large_view() -> Response:
    """Turn the version for people with weak sight on or off and go back to the page it was asked on."""
    page = request.args.get("page", "")
    is_ours = page.startswith("/") and not page.startswith(("//", "/\\"))
    response = redirect(page if is_ours else url_for("public.home"), 303)
    if LARGE_VIEW_COOKIE in request.cookies:
        response.delete_cookie(LARGE_VIEW_COOKIE)
    else:
        response.set_cookie(
            LARGE_VIEW_COOKIE,
            "1",
            max_age=_YEAR,
            httponly=True,
            samesite="Lax",
            secure=config().secure_cookies,
        )
    return response
