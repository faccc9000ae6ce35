"""Protocols of sessions at the coordinator's desk: looked at as a draft, made once, corrected by another one, signed.

The document is drawn outside the write transaction: while it is drawn nobody waits, and what it is drawn from can't change
any more.
"""

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, url_for
from sqlmodel import select
from werkzeug.wrappers import Response

from budget.council import protocols, sessions
from budget.council.protocols import ProtocolFacts
from budget.council.sessions import Step, step_of
from budget.errors import AlreadyDone, BudgetRefusal, NotFound, NotPermitted, ProtocolCorrected
from budget.permissions import Action
from budget.reading import council_sessions
from models.council_session import CouncilSession, Protocol
from models.district import District
from views import documents, messages
from views import protocols as document
from views.access import actor, requires
from views.forms import BaseForm
from views.office import session_page
from views.office.blueprint import bp
from views.office.session_forms import CorrectionForm
from views.office.steps import ConfirmForm, Page
from views.refusals import attach
from views.request_scope import now, reading, writing
from views.staff.step_up import requires_step_up
from views.texts import gettext as _


@bp.get("/office/sessions/<public_id>/protocol", endpoint="protocol")
@requires(Action.MANAGE_SESSIONS)
def protocol_of(public_id: str) -> str:
    """The protocols of a session with who has signed; before there is one, what will stand in it."""
    found = council_sessions.page(reading(), public_id, now=now())
    lines = council_sessions.protocols_of(reading(), found.session)
    newest = lines[-1] if lines else None
    signed = protocols.signed_by(reading(), newest.id) if newest else []
    ids = {member.id for _signature, member in signed}
    there = [seat.member for seat in found.seats if seat.attendance is not None]
    return render_template(
        "office/protocol.html",
        found=found,
        row=found.session,
        cycle=found.cycle,
        step=found.step,
        is_ready=found.step in (Step.CLOSED, Step.PUBLISHED),
        there=there,
        absent=[seat.member for seat in found.seats if seat.attendance is None],
        states=session_page.STATES,
        about=session_page.motion_words,
        quorum=session_page.quorum(found),
        lines=lines,
        newest=newest,
        numbers={one.id: one.number for one in lines},
        signed=signed,
        unsigned=[one for one in there if one.id not in ids],
    )


@bp.get("/office/sessions/<public_id>/protocol/draft.pdf")
@requires(Action.MANAGE_SESSIONS)
def protocol_draft(public_id: str) -> Response:
    """The document as it would be made now, marked as a draft."""
    row = sessions.by_public_id(reading(), public_id)
    facts, at = protocols.facts_of(reading(), row), now()
    content = document.pdf(facts, _district(), made_at=at, is_draft=True)
    answer = documents.shown(content, f"{facts.cycle.slug}-draft-{row.number}.pdf")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.route("/office/sessions/<public_id>/protocol/make", methods=["GET", "POST"])
@requires(Action.MANAGE_SESSIONS)
@requires_step_up
def make_protocol(public_id: str) -> Page:
    """Make the protocol of a closed session, once."""
    row = sessions.by_public_id(reading(), public_id)
    form = ConfirmForm()
    if form.validate_on_submit():
        page = _make(row, form, None, {})
        if page is not None:
            return page
    return _ask("office/protocol_make.html", row, form, None)


@bp.route("/office/protocols/<public_id>/correct", methods=["GET", "POST"])
@requires(Action.MANAGE_SESSIONS)
@requires_step_up
def correct_protocol(public_id: str) -> Page:
    """Make another protocol that says what it corrects; the corrected one stays."""
    corrected = protocols.by_public_id(reading(), public_id)
    row = reading().get_one(CouncilSession, corrected.session_id)
    form = CorrectionForm()
    if form.validate_on_submit():
        said = {"correction_kk": form.correction_kk.data, "correction_ru": form.correction_ru.data}
        page = _make(row, form, corrected, said)
        if page is not None:
            return page
    return _ask("office/protocol_correct.html", row, form, corrected)


@bp.get("/office/protocols/<public_id>.pdf")
@requires(Action.MANAGE_SESSIONS)
def protocol_file(public_id: str) -> Response:
    """The document as it was made, to look at."""
    found = protocols.by_public_id(reading(), public_id)
    cycle = sessions.cycle_of(reading(), reading().get_one(CouncilSession, found.session_id))
    return documents.shown(found.content, f"{cycle.slug}-protocol-{found.number}.pdf")


def _make(
    row: CouncilSession, form: BaseForm, corrects: Protocol | None, said: dict[str, Any]
) -> Page | None:
    """Draw the document and keep it; None where it was refused."""
    try:
        facts = protocols.facts_of(reading(), row, corrects=corrects, **said)
        kept = _keep(facts, now())
    except (NotFound, NotPermitted):
        raise
    except AlreadyDone as refusal:  # pressed twice: what was made is shown
        flash(messages.text(refusal))
    except BudgetRefusal as refusal:
        attach(form, refusal)
        return None
    else:
        flash(
            _(
                "Protocol № %(number)s is made. The members who were there can sign it now.",
                number=kept.number,
            ),
            "good",
        )
    return redirect(url_for("office.protocol", public_id=row.public_id), 303)


def _keep(facts: ProtocolFacts, at: datetime) -> Protocol:
    content = document.pdf(facts, _district(), made_at=at)
    with writing() as session:
        return protocols.keep(session, actor(), facts, content, now=at)


def _ask(template: str, row: CouncilSession, form: BaseForm, corrected: Protocol | None) -> tuple[str, int]:
    newest = next(reversed(council_sessions.protocols_of(reading(), row)), None)
    later = newest is not None and corrected is not None and newest.id != corrected.id
    if later and newest is not None and not form.is_submitted():
        attach(form, ProtocolCorrected(number=newest.number))
    page = render_template(
        template,
        form=form,
        row=row,
        cycle=sessions.cycle_of(reading(), row),
        step=step_of(row),
        newest=newest,
        corrected=corrected,
        is_over=later,
    )
    return page, 422 if form.is_submitted() else 200


def _district() -> District | None:
    return reading().exec(select(District)).first()
