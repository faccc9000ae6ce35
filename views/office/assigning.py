"""Reviewers for everything that is complete, evenly: first who would get how many, then the button."""

from flask import flash, redirect, render_template, url_for
from sqlmodel import Session

from budget.council import reviews
from budget.council.reviews import Assigned
from budget.errors import NotReady
from budget.permissions import Action
from budget.working_days import end_of, moved_days
from views.access import actor, requires
from views.office import council_standing
from views.office.acting import is_done
from views.office.blueprint import bp
from views.office.council import of_council
from views.office.steps import ConfirmForm, Page
from views.request_scope import now, reading
from views.texts import gettext as _
from views.texts import ngettext


@bp.route("/office/cycles/<slug>/assign", methods=["GET", "POST"])
@requires(Action.CHECK_PROJECT)
def assign(slug: str) -> Page:
    """Who would get how many projects, and the button that gives them."""
    cycle = of_council(slug)
    form = ConfirmForm()
    found: list[Assigned] = []

    def give_out(session: Session) -> None:
        if cycle.published_at is None:
            raise NotReady(unmet=("published",))
        found.append(reviews.assign(session, actor(), cycle, now=now(fresh=True)))

    if is_done(form, give_out):
        _tell(found[0], cycle.reviewers_per_project)
        return redirect(url_for("office.checks", slug=slug, _anchor="reviewers"), 303)
    page = render_template(
        "office/assign.html",
        form=form,
        cycle=cycle,
        proposal=reviews.proposed(reading(), cycle, now=now()),
        due_at=end_of(now(), cycle.review_days, moved_days(reading())),
        is_open=council_standing.is_open(reading(), cycle, now=now()),
    )
    return page, 422 if form.is_submitted() else 200


def _tell(assigned: Assigned, wanted: int) -> None:
    count = assigned.reviews
    told = ngettext("%(count)s review is assigned.", "%(count)s reviews are assigned.", count, count=count)
    flash(told, "good")
    if assigned.short:
        numbers = ", ".join(map(str, assigned.short))
        short = _(
            "Fewer than %(wanted)s reviewers: projects %(numbers)s. Wait for more declarations or appoint more members, then assign again.",
            wanted=wanted,
            numbers=numbers,
        )
        flash(short)
