"""The operator's first page: the cycles the desk can serve now, and what it can do in each."""

from flask import render_template

from budget import desk
from budget.permissions import Action
from views.access import requires
from views.desk.blueprint import bp
from views.request_scope import now, reading


@bp.get("/desk")
@requires(Action.SERVE_AT_DESK)
def home() -> str:
    """Cycles whose ballot is open or may be objected to; without one, when the next voting begins."""
    served = desk.served(reading(), now=now())
    opens_at = None if served else desk.next_opening(reading(), now=now())
    return render_template("desk/home.html", served=served, opens_at=opens_at)
