"""Votes of a session from the coordinator's side: put to the vote, closed, and in the end published together.

Before a vote is closed the pages say who has voted and never how it stands.
"""

from flask import render_template, request
from sqlmodel import Session

from budget.council import decisions, votes
from budget.council.rules import Decision
from budget.permissions import Action
from budget.reading import council_sessions
from budget.reading.council_sessions import ItemLine, ItemState, SessionPage
from models.enums import ItemResult
from views.access import actor, requires
from views.office.blueprint import bp
from views.office.session_page import kept
from views.office.sessions import act, confirm
from views.office.steps import ConfirmForm, Page
from views.request_scope import now, reading
from views.staff.step_up import requires_step_up
from views.texts import gettext as _
from views.texts import ngettext

_ITEM, _SURE = "item", "sure"


@bp.post("/office/sessions/<public_id>/open-votes")
@requires(Action.MANAGE_SESSIONS)
def open_votes(public_id: str) -> Page:
    """Put motions to the vote: those named by `item`, else all that can be."""
    found = council_sessions.page(reading(), public_id, now=now())
    items = request.form.getlist(_ITEM) or [line.item.public_id for line in found.lines if line.may_be_put]
    opened: list[int] = []

    def put(session: Session) -> None:
        opened.append(votes.open_items(session, actor(), public_id, items or None, now=now(fresh=True)))

    def told() -> str:
        [count] = opened
        if not count:
            return str(_("Nothing more is left to be put to the vote."))
        return str(
            ngettext(
                "%(count)s motion is put to the vote.",
                "%(count)s motions are put to the vote.",
                count,
                count=count,
            )
        )

    return act(public_id, put, told)


@bp.post("/office/sessions/<public_id>/close-votes")
@requires(Action.MANAGE_SESSIONS)
def close_votes(public_id: str) -> Page:
    """Close votes: those named by `item`, else all that are open. Where somebody there has not voted yet, asks first."""
    found = council_sessions.page(reading(), public_id, now=now())
    named = set(request.form.getlist(_ITEM))
    open_now = [line for line in found.lines if line.state is ItemState.VOTING]
    chosen = [line for line in open_now if not named or line.item.public_id in named]
    early = [line for line in chosen if not line.is_voted_out]
    if early and _SURE not in request.form:
        return _ask(found, chosen, early)
    results: list[Decision] = []

    def close(session: Session) -> None:
        ids = [line.item.public_id for line in chosen]
        results.extend(votes.close_items(session, actor(), public_id, ids, now=now(fresh=True)))

    return act(public_id, close, lambda: _told(results))


def _ask(found: SessionPage, chosen: list[ItemLine], early: list[ItemLine]) -> str:
    waiting = {id_ for line in early for id_ in line.voters - line.voted}
    return render_template(
        "office/session_close_votes.html",
        form=ConfirmForm(formdata=None),
        cycle=found.cycle,
        row=found.session,
        early=early,
        items=[line.item.public_id for line in chosen],
        waiting=found.names(frozenset(waiting)),
        kept=kept(),
    )


def _told(results: list[Decision]) -> str:
    """What came of the votes that were closed."""
    if not results:
        return str(_("No vote was open any more."))
    counts = [one.result for one in results]
    parts = [
        ngettext(
            "%(count)s vote is closed.", "%(count)s votes are closed.", len(results), count=len(results)
        ),
        _("Carried: %(count)s.", count=counts.count(ItemResult.CARRIED)),
    ]
    if lost := counts.count(ItemResult.NOT_CARRIED):
        parts.append(_("Not carried: %(count)s.", count=lost))
    if without := counts.count(ItemResult.NO_QUORUM):
        parts.append(_("Without a quorum: %(count)s.", count=without))
    return " ".join(map(str, parts))


@bp.route("/office/sessions/<public_id>/publish", methods=["GET", "POST"])
@requires(Action.MANAGE_SESSIONS)
@requires_step_up
def publish_session(public_id: str) -> Page:
    """Publish what the session decided, all of it in one act."""

    def publish(session: Session) -> None:
        decisions.publish(session, actor(), public_id, now=now(fresh=True))

    done = _("The decisions are published. Everybody sees them now, and the authors are told.")
    return confirm(public_id, "office/session_publish.html", publish, done)
