"""Members of the council: appointed by an act, replaced or ended with a reason, taken back before anybody read of it."""

from datetime import date

from flask import redirect, render_template, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from budget.council import members
from budget.permissions import Action
from budget.reading import council_office
from models.council import CouncilMember
from models.cycle import Cycle
from models.people import Staff
from views.access import actor, requires
from views.filters import local_day
from views.office.acting import is_done
from views.office.blueprint import bp
from views.office.council import of_council
from views.office.council_forms import AppointForm, DismissForm, ReplaceForm, instead_of
from views.office.steps import ConfirmForm, Page
from views.request_scope import now, reading
from views.texts import gettext as _


@bp.route("/office/cycles/<slug>/council/appoint", methods=["GET", "POST"])
@requires(Action.MANAGE_COUNCIL)
def appoint(slug: str) -> Page:
    """Take somebody into the council."""
    cycle = of_council(slug)
    form = AppointForm(data={"appointed_by": _newest_act(cycle), "from_on": _today()}).offer(_free(cycle))

    def take_in(session: Session) -> None:
        members.appoint(session, actor(), slug, form.appointment(), now=now(fresh=True))

    if is_done(form, take_in, _("The member is appointed.")):
        return _to_council(cycle)
    page = render_template("office/council_appoint.html", form=form, cycle=cycle, accounts=_free(cycle))
    return page, 422 if form.is_submitted() else 200


@bp.route("/office/council/<public_id>/replace", methods=["GET", "POST"])
@requires(Action.MANAGE_COUNCIL)
def replace_member(public_id: str) -> Page:
    """Somebody leaves and somebody else comes instead, in one act."""
    member, cycle = _of_ours(public_id)
    form = ReplaceForm(data={**instead_of(member), "from_on": _today()}).offer(_free(cycle))

    def put_in_place(session: Session) -> None:
        who, reason = form.appointment(), form.reason.data or ""
        members.replace(session, actor(), public_id, who, reason=reason, now=now(fresh=True))

    if is_done(form, put_in_place, _("The member is replaced.")):
        return _to_council(cycle)
    page = render_template(
        "office/council_replace.html", form=form, cycle=cycle, member=member, accounts=_free(cycle)
    )
    return page, 422 if form.is_submitted() else 200


@bp.route("/office/council/<public_id>/dismiss", methods=["GET", "POST"])
@requires(Action.MANAGE_COUNCIL)
def dismiss_member(public_id: str) -> Page:
    """A membership ends, with its reason."""
    member, cycle = _of_ours(public_id)
    form = DismissForm()

    def end(session: Session) -> None:
        reason = form.reason.data or ""
        members.dismiss(session, actor(), public_id, reason=reason, now=now(fresh=True))

    if is_done(form, end, _("The membership is ended.")):
        return _to_council(cycle)
    page = render_template("office/council_dismiss.html", form=form, cycle=cycle, member=member)
    return page, 422 if form.is_submitted() else 200


@bp.route("/office/council/<public_id>/take-back", methods=["GET", "POST"])
@requires(Action.MANAGE_COUNCIL)
def take_back_member(public_id: str) -> Page:
    """Undo an appointment nobody has read of."""
    member, cycle = _of_ours(public_id)
    form = ConfirmForm()

    def undo(session: Session) -> None:
        members.take_back(session, actor(), public_id, now=now(fresh=True))

    if is_done(form, undo, _("The appointment is taken back.")):
        return _to_council(cycle)
    page = render_template("office/council_take_back.html", form=form, cycle=cycle, member=member)
    return page, 422 if form.is_submitted() else 200


def _to_council(cycle: Cycle) -> Response:
    return redirect(url_for("office.council", slug=cycle.slug, _anchor="composition"), 303)


def _of_ours(public_id: str) -> tuple[CouncilMember, Cycle]:
    """Raises NotFound, NotPermitted."""
    member, cycle = council_office.membership(reading(), public_id)
    return member, of_council(cycle.slug)


def _free(cycle: Cycle) -> list[Staff]:
    return list(council_office.free_accounts(reading(), cycle.id))


def _newest_act(cycle: Cycle) -> str:
    """One order mostly appoints many members."""
    rows = members.of_cycle(reading(), cycle.id or 0)
    return max(rows, key=lambda row: row.id or 0).appointed_by if rows else ""


def _today() -> date:
    return local_day(now())
