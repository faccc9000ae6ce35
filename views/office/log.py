"""The log of what staff and the service did: the audit chain, and whether it is whole."""

from flask import render_template, request

from budget import audit
from budget.permissions import Action
from budget.reading import office
from views.access import requires
from views.office import facts, wording
from views.office.blueprint import bp
from views.request_scope import now, reading


@bp.get("/office/log")
@requires(Action.SEE_LOG)
def log() -> str:
    """The latest acts, of all cycles or of one; the whole chain is checked each time."""
    slugs = [desk.cycle.slug for desk in office.desks(reading(), now=now())]
    slug = request.args.get("cycle", "")
    page = request.args.get("page", "1")
    found = office.log(
        reading(),
        cycle_slug=slug if slug in slugs else "",
        page=int(page) if page.isascii() and page.isdecimal() and len(page) < 9 else 1,
    )
    return render_template(
        "office/log.html",
        log=found,
        cycle_options=[(one, one) for one in slugs],
        slug=slug,
        wrong=audit.verify(reading()),
        act_name=wording.act,
        in_words=facts.in_words,
    )
