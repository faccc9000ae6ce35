"""The Expert Council of a cycle on the coordinator's desk: what to do next, the composition, and its publication."""

from flask import redirect, render_template, url_for

from budget.council import members
from budget.permissions import Action
from models.cycle import Cycle
from views import messages
from views.access import actor, requires
from views.office import council_standing
from views.office.acting import is_done
from views.office.blueprint import bp
from views.office.steps import ConfirmForm, Page, of_ours
from views.request_scope import now, reading
from views.staff.step_up import requires_step_up
from views.texts import gettext as _


@bp.get("/office/cycles/<slug>/council")
@requires(Action.MANAGE_COUNCIL)
def council(slug: str) -> str:
    """Where the council stands, who is in it, what each member has to do."""
    found = council_standing.standing(reading(), of_council(slug), now=now())
    return render_template(
        "office/council.html",
        council=found,
        cycle=found.cycle,
        faults=[messages.text(fault) for fault in found.faults],
        next_act=council_standing.next_act(found),
        steps=council_standing.road(found),
        is_in_office=council_standing.is_in_office,
    )


@bp.route("/office/cycles/<slug>/council/publish", methods=["GET", "POST"])
@requires(Action.MANAGE_COUNCIL)
@requires_step_up
def publish_council(slug: str) -> Page:
    """Show the composition to everybody; the council may work from then on."""
    cycle = of_council(slug)
    form = ConfirmForm()
    done = _("The composition is published. The members can declare their interests now.")
    if is_done(form, lambda session: members.publish(session, actor(), slug, now=now(fresh=True)), done):
        return redirect(url_for("office.council", slug=slug), 303)
    found = council_standing.standing(reading(), cycle, now=now())
    page = render_template(
        "office/council_publish.html",
        form=form,
        cycle=cycle,
        council=found,
        faults=[messages.text(fault) for fault in found.faults],
    )
    return page, 422 if form.is_submitted() else 200


def of_council(slug: str) -> Cycle:
    """The cycle, if it is run in this service. Raises NotFound, NotPermitted."""
    return of_ours(slug, Action.MANAGE_COUNCIL)
