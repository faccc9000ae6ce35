"""The log of ballots in public: its signed heads, the look-up of a receipt, and the feed.

Heads are for copying: what protects against a swapped log are copies outside the akimat. The service has no mail,
so the Atom feed is how observers get every head.
"""

from typing import Any, cast

import flask
from flask import Response, current_app, render_template, request

from budget.ballot_log import last_head
from budget.errors import NotFound
from budget.log.heads import head_time
from budget.reading import log
from budget.reading.cycles import CycleView
from models.enums import Origin, Phase
from models.log import LogHead
from views.access import public
from views.addresses import url_for
from views.page_cache import cacheable
from views.public import wording
from views.public.blueprint import bp
from views.public_facts import published_cycle
from views.request_scope import now, reading

IN_FEED = 100
_LONGEST_NUMBER = 6


@bp.get("/cycles/<slug>/log")
@public
@cacheable
def ballot_log(slug: str) -> str:
    """What the log is, its heads, and the look-up."""
    cycle = with_log(slug)
    asked = request.args.get("page", "")
    page = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < _LONGEST_NUMBER else 1
    found = log.heads_page(reading(), cycle.settings.id, page)
    last = found.heads[0] if found.heads and found.page == 1 else None
    return render_template(
        "public/log.html",
        cycle=cycle,
        title=wording.title_of(cycle),
        found=found,
        next_at=_next_at(cycle, last) if found.page == 1 else None,
        page_href=lambda number: flask.url_for("public.ballot_log", slug=slug, page=number),
        feed_href=url_for("public.ballot_log_feed", slug=slug),
    )


@bp.get("/cycles/<slug>/log/receipt")
@public
def ballot_log_receipt(slug: str) -> tuple[str, int]:
    """Where a receipt is in the log, with the proof; why not, otherwise."""
    cycle = with_log(slug)
    typed = request.args.get("receipt", "")
    leaf = log.receipt_in(typed)
    found = log.inclusion(reading(), cycle.settings.id, leaf, stretches()) if leaf else None
    page = render_template(
        "public/log_receipt.html",
        cycle=cycle,
        title=wording.title_of(cycle),
        typed=typed.strip(),
        is_shaped=leaf is not None,
        found=found,
        next_at=_next_at(cycle, last_head(reading(), cycle.settings.id)),
        proof_href=flask.url_for("api_log.proof", slug=slug, leaf=leaf.hex()) if leaf and found else "",
    )
    return page, 422 if typed.strip() and leaf is None else 200


@bp.get("/cycles/<slug>/log.atom")
@public
@cacheable
def ballot_log_feed(slug: str) -> Response:
    """The newest heads as an Atom feed (RFC 4287); an entry never changes."""
    cycle = with_log(slug)
    heads = log.all_heads(reading(), cycle.settings.id)[-IN_FEED:]
    text = render_template(
        "public/log_feed.xml",
        instant=head_time,
        cycle=cycle,
        title=wording.title_of(cycle),
        heads=list(reversed(heads)),
        updated=heads[-1].at if heads else cycle.settings.frozen_at or cycle.settings.published_at,
        page=url_for("public.ballot_log", slug=slug, _external=True),
        feed=url_for("public.ballot_log_feed", slug=slug, _external=True),
    )
    return Response(text, content_type="application/atom+xml; charset=utf-8")


def with_log(slug: str) -> CycleView:
    """A published cycle that keeps a log. Raises NotFound for archives and imported elections."""
    cycle = published_cycle(slug, with_numbers=False)
    if cycle.settings.origin is not Origin.SERVICE:
        raise NotFound(slug=slug)
    return cycle


def stretches() -> log.Stretches:
    """What this process keeps from one proof to the next; it never becomes wrong."""
    return cast(log.Stretches, current_app.extensions.setdefault("log_stretches", {}))


def _next_at(cycle: CycleView, last: LogHead | None) -> Any:
    """When the next batch may close, while voting lasts and that is still ahead."""
    window = cycle.calendar.window(Phase.VOTING)
    if window is None or not window.holds(now()):
        return None
    due = log.next_batch_at(last, window.starts_at)
    return due if due and due > now() else None
