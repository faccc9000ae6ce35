"""The ballot and its receipt: one screen, one press, one "You have voted".

What the voter was shown is frozen, so the ballot box of a cycle is read once per process. The press itself costs
the session's look-up and one write transaction (on PostgreSQL one statement), which also brings the end of the session
forward.
"""

from typing import cast

from flask import current_app, flash, redirect, render_template, request
from sqlmodel import Session
from werkzeug.wrappers import Response as AnyResponse
from wtforms import SelectMultipleField

from budget import ballots, casting, cycles, web_sessions
from budget.ballot_rules import Selection, order_for
from budget.ballots import BallotBox, Cast, Voter
from budget.errors import AlreadyVoted, BudgetRefusal, NotEligible, NotFound, NotPermitted, VotingNotOpen
from budget.permissions import Action
from budget.phases import Window
from budget.reading.ballot import BallotLine, BallotPage, ballot_page
from models.cycle import Cycle, Envelope
from models.enums import Channel, KeyHolder, Origin, Phase
from views import messages, parking, sessions
from views.access import requires
from views.addresses import url_for
from views.filters import local_day
from views.forms import BaseForm
from views.refusals import attach
from views.request_scope import clock, close_reading, database, now, reading
from views.resident.blueprint import bp
from views.resident.receipts import log_links
from views.resident.voters import voter
from views.texts import gettext as _

NONE_OF_THESE = "none"


class BallotForm(BaseForm):
    """The choices as sent, to be shown again with what is wrong; what they may be is the domain's to say.

    The application checks the token of every POST: a second check by the form is a tenth of a cast.
    """

    class Meta(BaseForm.Meta):
        csrf = False

    choices = SelectMultipleField(validate_choice=False)


def _selection() -> Selection:
    """Projects and "none of these", as the domain takes them."""
    sent = request.form.getlist("choices")
    return Selection(tuple(id_ for id_ in sent if id_ != NONE_OF_THESE), NONE_OF_THESE in sent)


@bp.route("/cycles/<slug>/ballot", methods=["GET", "POST"])
@requires(Action.CAST_BALLOT)
def ballot(slug: str) -> AnyResponse | tuple[str, int]:
    """Show the ballot; cast it."""
    try:
        box = _box(slug)
    except VotingNotOpen:
        return _show_closed(_cycle(slug), is_known=False)
    who, refused = voter(box), None
    if request.method == "POST":
        try:
            _cast(box, who, _selection(), again=_again())
        except AlreadyVoted as refusal:
            return _show_first(slug, refusal.facts["channel"])
        except (NotFound, NotPermitted):
            raise
        except BudgetRefusal as refusal:
            refused = refusal
        else:
            return redirect(url_for("resident.receipt", slug=slug), 303)
    form = BallotForm()
    if refused is not None:
        attach(form, refused)
    found = ballots.find(reading(), box.cycle_id, who.voter_key)
    if found is not None and not (_again() and found.may_be_replaced(box)):
        return _show_first(slug, found.channel)
    return _show(box, who, form, earlier=found)


@bp.get("/cycles/<slug>/receipt")
@requires(Action.CAST_BALLOT)
def receipt(slug: str) -> AnyResponse | str:
    """ "You have voted", for the voter alone; without a ballot in the box, the ballot itself."""
    try:
        box = _box(slug)
    except VotingNotOpen:
        return redirect(url_for("resident.ballot", slug=slug), 303)
    found = ballots.find(reading(), box.cycle_id, voter(box).voter_key)
    if found is None:
        return redirect(url_for("resident.ballot", slug=slug), 303)
    window = _voting(box.cycle_id)
    is_over = window is None or not window.holds(now())
    return render_template(
        _receipt_page(found),
        cycle=_cycle(slug),
        cast=found,
        receipt=found.receipt.hex() if found.receipt else None,
        **log_links(slug, found.receipt),
        ends_at=window.ends_at if window else None,
        is_over=is_over,
        may_replace=found.may_be_replaced(box) and not is_over,
        minutes_left=_minutes_left(found),
    )


def _again() -> bool:
    """The voter came from the receipt, to replace the ballot; not at the desk, where the next hand is another's."""
    return "again" in request.args and parking.current() is None


def _cast(box: BallotBox, who: Voter, selection: Selection, *, again: bool) -> None:
    sealed = ballots.prepare(box, who, selection, on=local_day(now()))
    session_id, tell_time = sessions.current().session_id, clock()

    def put(session: Session) -> None:
        done = ballots.put(session, box, who, sealed, now=tell_time(), again=again)
        if session_id is not None:
            web_sessions.end_after_ballot(session, session_id, now=done.cast_at, channel=done.channel)

    close_reading()
    if not again and session_id is not None and not database().is_sqlite:
        asking = database().asking
        if casting.cast_at_once(asking, box, who, sealed, session_id=session_id, now=tell_time()):
            return
    if again:  # a replacement that is refused leaves traces: it has a transaction of its own
        with database().writing() as session:
            put(session)
    else:
        database().write(put, traceless=BudgetRefusal)


def _receipt_page(found: Cast) -> str:
    if found.channel is Channel.PAPER:
        return "resident/paper_taken.html"
    return "resident/receipt.html" if parking.current() is None else "desk/receipt.html"


def _show_first(slug: str, channel: Channel) -> AnyResponse:
    """To the receipt; who pressed again, perhaps with other choices, is told that the first ballot stands."""
    if request.method == "POST" and channel is Channel.PAPER:
        flash(_("You have taken a paper ballot, so this one is not accepted: one person, one vote."))
    elif request.method == "POST":
        flash(_("Your first ballot stands. A second one is not accepted: one person, one vote."))
    return redirect(url_for("resident.receipt", slug=slug), 303)


def _show(box: BallotBox, who: Voter, form: BallotForm, *, earlier: Cast | None) -> tuple[str, int]:
    """The ballot, or why there is none for this person or at this time. A refused one keeps what was chosen."""
    window = _voting(box.cycle_id)
    is_open = window is not None and window.holds(now())
    if not is_open and not form.errors:
        return _show_closed(_cycle(box.slug), is_known=True)
    page = ballot_page(reading(), box.cycle_id)
    status = 422 if form.errors else 200
    try:
        ballots.check_voter(box, who, on=local_day(now()))
    except NotEligible as refusal:
        reason = messages.text(refusal)
        facts = refusal.facts
        return render_template("resident/ballot_refused.html", page=page, reason=reason, facts=facts), status
    shown = render_template(
        "resident/ballot.html",
        page=page,
        form=form,
        groups=_in_voters_order(page, who),
        earlier=earlier,
        chosen=set(form.choices.data or []),
        maximum=box.ballot_list.votes_per_resident,
        none_of_these=NONE_OF_THESE,
        is_open=is_open,
    )
    return shown, status


def _show_closed(cycle: Cycle, *, is_known: bool) -> tuple[str, int]:
    """No ballots are taken now: when they are or were. `is_known` says that the box was looked into."""
    window = _voting(cycle.id or 0)
    is_over = window is not None and window.ends_at is not None and window.ends_at <= now()
    is_ahead = window is not None and window.starts_at > now()
    opens_at = window.starts_at if window and is_ahead else None
    waits = opens_at is None and cycle.key_holder is KeyHolder.TRUSTEES and cycle.frozen_at is not None
    text = messages.text(VotingNotOpen(opens_at=opens_at, waits_for_trustees=waits))
    page = render_template(
        "resident/ballot_closed.html",
        cycle=cycle,
        ended_at=window.ends_at if window and is_over else None,
        reason=text,
        did_not_vote=is_known and is_over,
    )
    return page, 422 if request.method == "POST" else 200


def _in_voters_order(page: BallotPage, who: Voter) -> list[tuple[Envelope, list[BallotLine]]]:
    lines = {line.public_id: line for line in page.lines}
    order = [lines[public_id] for public_id in order_for(who.voter_key, lines)]
    return [
        (envelope, [line for line in order if line.envelope_id == envelope.id]) for envelope in page.envelopes
    ]


def _voting(cycle_id: int) -> Window | None:
    return cycles.calendar(reading(), cycle_id).window(Phase.VOTING)


def _minutes_left(found: Cast) -> int | None:
    """Whole minutes until this session ends because the ballot was cast in it; None when it was not."""
    ends_at = sessions.current().ends_at
    if ends_at is None or ends_at > found.cast_at + web_sessions.AFTER_BALLOT:
        return None
    return max(1, round((ends_at - now()).total_seconds() / 60))


def _cycle(slug: str) -> Cycle:
    """A cycle that votes here; those reported or imported have no ballot."""
    cycle = cycles.by_slug(reading(), slug, published_only=True)
    if cycle.origin is not Origin.SERVICE:
        raise NotFound
    return cycle


def _box(slug: str) -> BallotBox:
    """The cycle's ballot box, kept per process: nothing in it can change after the freeze."""
    kept = cast(dict[str, BallotBox], current_app.extensions.setdefault("ballot_boxes", {}))
    if slug not in kept:
        kept[slug] = ballots.ballot_box(reading(), _cycle(slug))
    return kept[slug]
