"""Was my IIN used? The owner alone learns it, after proving who they are, by any of the ways to sign in, and objects.

When, where and by what proof a ballot was cast; never how. Before the freeze there is nothing to ask for, and once the
voters' keys are destroyed nobody can tell any more.
"""

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import TextAreaField
from wtforms.validators import Length

from budget import annulments, ballots, cycles, objections
from budget.ballots import Cast
from budget.errors import BudgetRefusal, KeyMissing, NotFound, NotPermitted
from budget.permissions import Action
from models.cycle import Cycle
from models.enums import Channel, Origin, Phase
from views import sessions
from views.access import requires
from views.forms import BaseForm, Required
from views.i18n import current_language
from views.keys import keyring
from views.refusals import attach
from views.request_scope import now, reading, writing
from views.resident.blueprint import bp
from views.texts import gettext as _
from views.texts import lazy as _l


class ObjectionForm(BaseForm):
    """What the owner has to say."""

    text = TextAreaField(
        _l("What happened?"),
        description=_l("For instance: I was abroad on that day; I gave nobody a code."),
        validators=[
            Required(_l("Write what happened.")),
            Length(max=2000, message=_l("Shorten the text to %(max)d characters.")),
        ],
    )


@dataclass(frozen=True)
class Own:
    """The cycle, and this person's part in it. `voter_key` is None before the freeze and once it is forgotten."""

    cycle: Cycle
    voter_key: bytes | None
    found: Cast | None
    is_forgotten: bool


@bp.get("/cycles/<slug>/my-vote")
@requires(Action.SEE_OWN_PAGE)
def my_vote(slug: str) -> str:
    """When and how a ballot was cast with this person's IIN."""
    own = _own(slug)
    cycle_id = own.cycle.id or 0
    window = cycles.calendar(reading(), cycle_id).window(Phase.VOTING)
    mine = own.voter_key
    return render_template(
        "resident/my_vote.html",
        cycle=own.cycle,
        found=own.found,
        is_forgotten=own.is_forgotten,
        is_open=window is not None and window.holds(now()),
        is_ahead=window is None or window.starts_at > now(),
        objection=objections.of_voter(reading(), cycle_id, mine) if mine else None,
        annulled=annulments.of_voter(reading(), cycle_id, mine) if mine else (),
        until=objections.open_until(reading(), own.cycle),
        may_object=objections.may_object(reading(), own.cycle, now()),
    )


@bp.route("/cycles/<slug>/my-vote/object", methods=["GET", "POST"], endpoint="object")
@requires(Action.SEE_OWN_PAGE)
def object_to_ballot(slug: str) -> Response | str | tuple[str, int]:
    """ "It was not me": the owner's words, for the coordinator."""
    own = _own(slug)
    if own.found is None or own.voter_key is None:
        return redirect(url_for("resident.my_vote", slug=slug), 303)
    form = ObjectionForm()
    if not form.is_submitted() and not objections.may_object(reading(), own.cycle, now()):
        return redirect(url_for("resident.my_vote", slug=slug), 303)  # where it says why
    if form.validate_on_submit():
        try:
            _submit(slug, own.voter_key, form.text.data or "")
        except (NotFound, NotPermitted):
            raise
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            flash(_("Your objection is received. What becomes of it is shown on this page."), "good")
            return redirect(url_for("resident.my_vote", slug=slug), 303)
    page = render_template("resident/object.html", cycle=own.cycle, found=own.found, form=form)
    return page, 422 if form.is_submitted() else 200


def _submit(slug: str, voter_key: bytes, text: str) -> None:
    who = sessions.current().signed_in
    with writing() as session:
        objections.submit(
            session,
            slug,
            voter_key,
            text=text,
            channel=(who.channel if who else None) or Channel.WEB,
            language=current_language(),
            phone=who.phone if who else None,
            now=now(),
        )


def _own(slug: str) -> Own:
    cycle = cycles.by_slug(reading(), slug, published_only=True)
    iin = sessions.current().iin
    if cycle.origin is not Origin.SERVICE:
        raise NotFound
    if iin is None:
        raise NotPermitted(action=Action.SEE_OWN_PAGE)
    if cycle.frozen_at is None or cycle.voters_forgotten_at is not None:
        return Own(cycle, None, None, cycle.voters_forgotten_at is not None)
    try:
        voter_key = keyring().voter_key_of(slug, iin)
    except KeyMissing:
        return Own(cycle, None, None, is_forgotten=True)
    return Own(cycle, voter_key, ballots.find(reading(), cycle.id or 0, voter_key), is_forgotten=False)
