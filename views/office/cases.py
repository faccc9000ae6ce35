"""Cases of the vote: objections of owners, signals of patterns, ballots set aside. Observers read, the coordinator
decides, a second person confirms on the page of annulments (`views/staff/annulments.py`).
"""

from flask import flash, redirect, render_template, url_for
from wtforms import RadioField, SelectMultipleField, TextAreaField
from wtforms.validators import Length

from budget import annulments, cycles, objections, signals
from budget.errors import AlreadyDone, BudgetRefusal, NotFound, NotPermitted
from budget.permissions import Action, has_role
from budget.reading import cases as reading_cases
from budget.reading import office
from models.enums import CaseOutcome, Channel, Role
from views import messages
from views.access import actor, requires
from views.forms import BaseForm, Chosen, Required, choice
from views.office import case_words
from views.office.blueprint import bp
from views.office.steps import Page
from views.refusals import attach
from views.request_scope import now, reading, writing
from views.texts import gettext as _
from views.texts import lazy as _l


class DecisionForm(BaseForm):
    """What becomes of a case, and why."""

    outcome = RadioField(_l("Decision"), validators=[Chosen(_l("Choose a decision."))], validate_choice=False)
    ballots = SelectMultipleField(_l("Ballots to set aside"), validate_choice=False)
    reason = TextAreaField(
        _l("Reason"),
        description=_l("What you looked at, and what follows from it. It stands in the log."),
        validators=[
            Required(_l("Write the reason.")),
            Length(max=1000, message=_l("Shorten the reason to %(max)d characters.")),
        ],
    )


@bp.get("/office/cases", endpoint="case_index")
@requires(Action.SEE_CASES)
def index() -> str:
    """The cycles whose ballots have or had a box: where an observer begins."""
    found = [desk.cycle for desk in office.desks(reading(), now=now()) if desk.cycle.frozen_at is not None]
    return render_template("office/case_index.html", cycles=found)


@bp.get("/office/cycles/<slug>/cases", endpoint="cases")
@requires(Action.SEE_CASES)
def case_list(slug: str) -> str:
    """Everything people should look at, undecided first."""
    is_coordinator = actor().role is Role.COORDINATOR
    cycle = cycles.by_slug(reading(), slug, published_only=not is_coordinator)
    cycle_id = cycle.id or 0
    return render_template(
        "office/cases.html",
        cycle=cycle,
        objections=reading_cases.objections(reading(), cycle_id),
        signals=reading_cases.signals(reading(), cycle_id),
        annulments=reading_cases.annulments(reading(), cycle_id=cycle_id),
        annulled=annulments.number_annulled(reading(), cycle_id),
        until=objections.open_until(reading(), cycle),
        words=case_words,
    )


@bp.route("/office/objections/<public_id>", methods=["GET", "POST"], endpoint="objection")
@requires(Action.SEE_CASES)
def decide_objection(public_id: str) -> Page:
    """One objection: what the owner wrote, the ballot's facts, the decision."""
    case, ballot, cycle = reading_cases.objection(reading(), public_id)
    uphold = {CaseOutcome.UPHELD: _("Uphold: propose to set the ballot aside")}
    dismiss = {CaseOutcome.DISMISSED: _("Dismiss: the ballot stays")}
    form = _form(dismiss if ballot.channel is Channel.PAPER else uphold | dismiss)
    if form.validate_on_submit():
        _refuse_readers()
        url = url_for("resident.my_vote", slug=cycle.slug, _external=True)
        try:
            with writing() as session:
                outcome = CaseOutcome(form.outcome.data)
                objections.decide(
                    session, actor(), public_id, outcome, reason=form.reason.data or "", url=url, now=now()
                )
        except AlreadyDone as refusal:
            flash(messages.text(refusal))
            return redirect(url_for("office.objection", public_id=public_id), 303)
        except (NotFound, NotPermitted):
            raise
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            return _decided(cycle.slug)
    page = render_template(
        "office/objection.html",
        case=case,
        ballot=ballot,
        cycle=cycle,
        form=form,
        may_decide=_may_decide(case.decided_at is None),
    )
    return page, 422 if form.is_submitted() else 200


@bp.route("/office/signals/<public_id>", methods=["GET", "POST"], endpoint="signal")
@requires(Action.SEE_CASES)
def decide_signal(public_id: str) -> Page:
    """One signal: the rule, its figures, its ballots, the decision."""
    case, ballots, cycle = reading_cases.signal(reading(), public_id)
    form = _form(
        {
            CaseOutcome.DISMISSED: _("Dismiss: there is an honest explanation"),
            CaseOutcome.UPHELD: _("Uphold: propose to set the ticked ballots aside"),
        }
    )
    if form.validate_on_submit():
        _refuse_readers()
        chosen = [int(one) for one in form.ballots.data or [] if one.isascii() and one.isdecimal()]
        try:
            with writing() as session:
                outcome = CaseOutcome(form.outcome.data)
                reason = form.reason.data or ""
                signals.decide(session, actor(), public_id, outcome, reason=reason, ballots=chosen, now=now())
        except AlreadyDone as refusal:
            flash(messages.text(refusal))
            return redirect(url_for("office.signal", public_id=public_id), 303)
        except (NotFound, NotPermitted):
            raise
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            return _decided(cycle.slug)
    page = render_template(
        "office/signal.html",
        case=case,
        ballots=ballots,
        cycle=cycle,
        form=form,
        chosen=set(form.ballots.data or []),
        may_decide=_may_decide(case.decided_at is None),
        words=case_words,
    )
    return page, 422 if form.is_submitted() else 200


def _form(outcomes: dict[CaseOutcome, str]) -> DecisionForm:
    form = DecisionForm()
    form.outcome.choices = [choice(outcome, text) for outcome, text in outcomes.items()]
    return form


def _may_decide(is_open: bool) -> bool:
    return is_open and has_role(actor().role, Action.DECIDE_CASES)


def _refuse_readers() -> None:
    """Observers read this page and post nothing."""
    if not has_role(actor().role, Action.DECIDE_CASES):
        raise NotPermitted(action=Action.DECIDE_CASES)


def _decided(slug: str) -> Page:
    flash(_("The decision is kept, with its reason."), "good")
    return redirect(url_for("office.cases", slug=slug), 303)
