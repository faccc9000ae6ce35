"""The queue of a member of the council."""

from flask import render_template

from budget.permissions import Action
from views.access import requires
from views.council.blueprint import bp


@bp.get("/council")
@requires(Action.SEE_QUEUE)
def queue() -> str:
    """What is left to read."""
    return render_template("council/nothing_open.html")
