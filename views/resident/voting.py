"""The ballot and its receipt: one screen, one press, one "You have voted".

What the voter was shown is frozen, so the ballot box of a cycle is read once per process. The press itself costs
the session's look-up, the birth date, and one write transaction.
"""

from typing import cast

from flask import current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlmodel import col, select
from werkzeug.wrappers import Response as AnyResponse
from wtforms import SelectMultipleField

from budget import ballots, cycles
from budget.ballot_rules import Selection, order_for
from budget.ballots import BallotBox, Cast, Voter
from budget.errors import AlreadyVoted, BudgetRefusal, NotEligible, NotFound, NotPermitted
from budget.permissions import Action
from budget.reading.ballot import BallotPage, ballot_page
from budget.residents import eligibility_fault
from models.enums import Assurance, Channel, Phase
from models.people import Resident
from views import messages, sessions
from views.access import actor, requires
from views.filters import local_day
from views.forms import BaseForm
from views.keys import keyring
from views.refusals import attach
from views.request_scope import now, reading, writing
from views.resident.blueprint import bp

NONE_OF_THESE = "none"


class BallotForm(BaseForm):
    """The choices as sent; what they may be is the domain's to say."""

    choices = SelectMultipleField(validate_choice=False)

    def selection(self) -> Selection:
        """Projects and "none of these", as the domain takes them."""
        sent = self.choices.data or []
        return Selection(tuple(id_ for id_ in sent if id_ != NONE_OF_THESE), NONE_OF_THESE in sent)


@bp.route("/cycles/<slug>/ballot", methods=["GET", "POST"])
@requires(Action.CAST_BALLOT)
def ballot(slug: str) -> AnyResponse | tuple[str, int] | str:
    """Show the ballot; cast it."""
    box = _box(slug)
    voter = _voter(box)
    if ballots.find(reading(), box.cycle_id, voter.voter_key) is not None:
        return redirect(url_for("resident.receipt", slug=slug), 303)
    form = BallotForm()
    if form.validate_on_submit():
        try:
            _cast(box, voter, form.selection())
        except AlreadyVoted:
            flash(_("Your first ballot stands. A second one is not accepted: one person, one vote."))
            return redirect(url_for("resident.receipt", slug=slug), 303)
        except (NotFound, NotPermitted):
            raise
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            return redirect(url_for("resident.receipt", slug=slug), 303)
        return _show(box, voter, form), 422
    return _show(box, voter, form)


@bp.get("/cycles/<slug>/receipt")
@requires(Action.CAST_BALLOT)
def receipt(slug: str) -> AnyResponse | str:
    """ "You have voted", for the voter alone; without a ballot in the box, the ballot itself."""
    box = _box(slug)
    found = ballots.find(reading(), box.cycle_id, _voter(box).voter_key)
    if found is None:
        return redirect(url_for("resident.ballot", slug=slug), 303)
    cycle = cycles.by_slug(reading(), slug, published_only=True)
    times = cycles.calendar(reading(), box.cycle_id)
    return render_template(
        "resident/receipt.html", cycle=cycle, cast=found, receipt=_hex(found), times=times, Phase=Phase
    )


def _cast(box: BallotBox, voter: Voter, selection: Selection) -> Cast:
    sealed = ballots.prepare(box, voter, selection, on=local_day(now()))
    with writing() as session:
        return ballots.put(session, box, voter, sealed, now=now(fresh=True))


def _show(box: BallotBox, voter: Voter, form: BallotForm) -> str:
    page = ballot_page(reading(), box.cycle_id)
    fault = eligibility_fault(voter.birth_on, box.minimum_age, local_day(now()))
    if fault is not None:
        refusal = NotEligible(reason=fault, minimum_age=box.minimum_age)
        return render_template("resident/ballot_refused.html", page=page, reason=messages.text(refusal))
    return render_template(
        "resident/ballot.html",
        page=page,
        form=form,
        groups=_in_voters_order(page, voter),
        chosen=set(form.choices.data or []),
        maximum=box.ballot_list.votes_per_resident,
        none_of_these=NONE_OF_THESE,
        is_open=_is_open(box),
    )


def _in_voters_order(page: BallotPage, voter: Voter) -> list[tuple[object, list[object]]]:
    lines = {line.public_id: line for line in page.lines}
    order = [lines[public_id] for public_id in order_for(voter.voter_key, lines)]
    return [
        (envelope, [line for line in order if line.envelope_id == envelope.id]) for envelope in page.envelopes
    ]


def _is_open(box: BallotBox) -> bool:
    window = cycles.calendar(reading(), box.cycle_id).window(Phase.VOTING)
    return window is not None and window.holds(now())


def _box(slug: str) -> BallotBox:
    """The cycle's ballot box, kept per process: nothing in it can change after the freeze."""
    kept = cast(dict[str, BallotBox], current_app.extensions.setdefault("ballot_boxes", {}))
    if slug not in kept:
        cycle = cycles.by_slug(reading(), slug, published_only=True)
        kept[slug] = ballots.ballot_box(reading(), cycle)
    return kept[slug]


def _voter(box: BallotBox) -> Voter:
    """The signed-in resident as a voter of this cycle. The IIN comes out of the sealed cookie and goes nowhere."""
    iin = sessions.current().iin
    born = reading().exec(select(col(Resident.birth_on)).where(Resident.id == actor().id)).first()
    if iin is None or born is None:
        raise NotPermitted(action=Action.CAST_BALLOT)
    return Voter(keyring().voter_key_of(box.slug, iin), born, Channel.WEB, Assurance.SMS)


def _hex(found: Cast) -> str | None:
    return found.receipt.hex() if found.receipt else None
