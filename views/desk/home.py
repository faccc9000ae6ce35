"""The operator's first page: the cycles the desk can serve now, and what it can do in each."""

from flask import render_template

from budget import desk
from budget.permissions import Action
from budget.reading import paper as paper_reading
from views.access import requires
from views.desk.blueprint import bp
from views.request_scope import now, reading


@bp.get("/desk")
@requires(Action.SERVE_AT_DESK)
def home() -> str:
    """Cycles whose ballot is open or may be objected to; without one, when the next voting begins.
    And the papers there is work with, whatever the calendar says."""
    served = desk.served(reading(), now=now())
    opens_at = None if served else desk.next_opening(reading(), now=now())
    papers = paper_reading.cycles_with_open_batches(reading())
    return render_template("desk/home.html", served=served, opens_at=opens_at, paper_cycles=papers)
