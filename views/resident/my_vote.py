"""Was my IIN used? The owner alone learns it, after proving who they are, by any of the ways to sign in.

When, where and by what proof a ballot was cast; never how. Before the freeze there is nothing to ask for, and once the
voters' keys are destroyed nobody can tell any more.
"""

from flask import render_template

from budget import ballots, cycles
from budget.errors import KeyMissing, NotFound, NotPermitted
from budget.permissions import Action
from models.enums import Origin, Phase
from views import sessions
from views.access import requires
from views.keys import keyring
from views.request_scope import now, reading
from views.resident.blueprint import bp


@bp.get("/cycles/<slug>/my-vote")
@requires(Action.SEE_OWN_PAGE)
def my_vote(slug: str) -> str:
    """When and how a ballot was cast with this person's IIN."""
    cycle = cycles.by_slug(reading(), slug, published_only=True)
    if cycle.origin is not Origin.SERVICE:
        raise NotFound
    window = cycles.calendar(reading(), cycle.id or 0).window(Phase.VOTING)
    found, is_forgotten = None, cycle.voters_forgotten_at is not None
    iin = sessions.current().iin
    if iin is None:
        raise NotPermitted(action=Action.SEE_OWN_PAGE)
    if cycle.frozen_at is not None and not is_forgotten:
        try:
            voter_key = keyring().voter_key_of(slug, iin)
        except KeyMissing:
            is_forgotten = True
        else:
            found = ballots.find(reading(), cycle.id or 0, voter_key)
    return render_template(
        "resident/my_vote.html",
        cycle=cycle,
        found=found,
        is_forgotten=is_forgotten,
        is_open=window is not None and window.holds(now()),
        is_ahead=window is None or window.starts_at > now(),
    )
