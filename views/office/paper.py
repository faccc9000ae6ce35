"""Paper at the coordinator's desk: batches issued to polling points, printed, taken back, and closed when the sum is right."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import Length

from budget import cycles, paper
from budget.errors import BatchClosed, BudgetRefusal, NotFound, NotPermitted, PaperNotAccepted
from budget.paper.batches import LARGEST
from budget.permissions import Action
from budget.reading import paper as paper_reading
from budget.reading.paper import BatchLine
from models.cycle import Cycle
from models.enums import Phase
from views import documents, messages
from views.access import actor, requires
from views.forms import BaseForm, Required, WholeField
from views.office import paper_prints
from views.office.blueprint import bp
from views.office.steps import ConfirmForm, Page, of_ours
from views.refusals import attach
from views.request_scope import now, reading, writing
from views.staff.step_up import requires_step_up
from views.texts import gettext as _
from views.texts import lazy as _l

_FIRST_BATCH = 100


class IssueForm(BaseForm):
    """Which papers go where."""

    point = StringField(
        _l("Polling point"),
        description=_l("For instance: School No. 5, Abai Avenue 13."),
        validators=[
            Required(_l("Write which polling point gets the papers.")),
            Length(max=200, message=_l("Shorten this to %(max)d characters.")),
        ],
    )
    first_serial = WholeField(_l("First number"), validators=[Required(_l("Write the first number."))])
    last_serial = WholeField(_l("Last number"), validators=[Required(_l("Write the last number."))])


@bp.get("/office/cycles/<slug>/paper", endpoint="paper")
@requires(Action.MANAGE_PAPER)
def batches(slug: str) -> str:
    """All batches with how far each is, and the sums over all."""
    cycle = paper_cycle(slug)
    lines = paper_reading.lines(reading(), cycle.id or 0)
    may_issue = not cycles.calendar(reading(), cycle.id or 0).is_over(Phase.VOTING, now())
    return render_template(
        "office/paper.html", cycle=cycle, lines=lines, totals=_totals(lines), may_issue=may_issue
    )


@bp.route("/office/cycles/<slug>/paper/issue", methods=["GET", "POST"])
@requires(Action.MANAGE_PAPER)
def issue_paper(slug: str) -> Page:
    """Issue a batch; the next free number is suggested."""
    cycle = paper_cycle(slug)
    first = paper_reading.next_serial(reading(), cycle.id or 0)
    form = IssueForm(data={"first_serial": first, "last_serial": first + _FIRST_BATCH - 1})
    if form.validate_on_submit():
        try:
            public_id = _issue(slug, form)
        except (NotFound, NotPermitted):
            raise
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            flash(_("The papers are issued. Print them now."), "good")
            return redirect(url_for("office.paper_batch", slug=slug, batch=public_id), 303)
    page = render_template("office/paper_issue.html", form=form, cycle=cycle, most=LARGEST)
    return page, 422 if form.is_submitted() else 200


@bp.get("/office/cycles/<slug>/paper/batches/<batch>")
@requires(Action.MANAGE_PAPER)
def paper_batch(slug: str, batch: str) -> str:
    """One batch: print, take back, what is missing, close."""
    cycle = paper_cycle(slug)
    line = paper_reading.line(reading(), cycle.id or 0, batch)
    waiting = paper_reading.waiting(reading(), line.batch, None)
    return render_template(
        "office/paper_batch.html",
        cycle=cycle,
        batch=line.batch,
        standing=line.standing,
        faults=paper_reading.faults(reading(), line.batch),
        unread=paper_reading.ranges(waiting.unread),
        once=paper_reading.ranges(waiting.second),
        differing=paper_reading.ranges(waiting.to_settle),
        parts=_parts(line),
    )


@bp.get("/office/cycles/<slug>/paper/batches/<batch>/papers.pdf")
@requires(Action.MANAGE_PAPER)
def papers_pdf(slug: str, batch: str) -> Response:
    """The papers of a batch, at most 500 in a file: `?first=` says from which number."""
    cycle = paper_cycle(slug)
    line = paper_reading.line(reading(), cycle.id or 0, batch)
    first = _asked_first(line)
    last = min(line.batch.last_serial, first + paper_prints.AT_ONCE - 1)
    content = paper_prints.papers(reading(), cycle, first, last)
    return documents.download(content, f"{cycle.slug}-{first}-{last}.pdf")


@bp.post("/office/cycles/<slug>/paper/batches/<batch>/returned")
@requires(Action.MANAGE_PAPER)
def paper_returned(slug: str, batch: str) -> Response:
    """The papers are back."""
    cycle = paper_cycle(slug)
    paper_reading.line(reading(), cycle.id or 0, batch)
    try:
        with writing() as session:
            paper.take_back(session, actor(), batch, now=now())
    except BatchClosed as refusal:
        flash(messages.text(refusal))
    else:
        flash(_("The papers are noted as returned. Operators can enter them."), "good")
    return redirect(url_for("office.paper_batch", slug=slug, batch=batch), 303)


@bp.route("/office/cycles/<slug>/paper/batches/<batch>/close", methods=["GET", "POST"])
@requires(Action.MANAGE_PAPER)
@requires_step_up
def close_paper(slug: str, batch: str) -> Page:
    """Close a batch whose sum is right; what was typed is forgotten, the sealed ballots stay."""
    cycle = paper_cycle(slug)
    line = paper_reading.line(reading(), cycle.id or 0, batch)
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            with writing() as session:
                paper.close(session, actor(), batch, now=now())
        except BatchClosed as refusal:
            flash(messages.text(refusal))
            return redirect(url_for("office.paper_batch", slug=slug, batch=batch), 303)
        except (NotFound, NotPermitted):
            raise
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            flash(_("The batch is closed: every paper is accounted for."), "good")
            return redirect(url_for("office.paper", slug=slug), 303)
    page = render_template(
        "office/paper_close.html", form=form, cycle=cycle, batch=line.batch, standing=line.standing
    )
    return page, 422 if form.is_submitted() else 200


def paper_cycle(slug: str) -> Cycle:
    """A cycle of this service that has voting on paper. Raises NotFound, NotPermitted, PaperNotAccepted."""
    cycle = of_ours(slug, Action.MANAGE_PAPER)
    if not cycle.paper:
        raise PaperNotAccepted
    return cycle


def _issue(slug: str, form: IssueForm) -> str:
    with writing() as session:
        issued = paper.issue(
            session,
            actor(),
            slug,
            point=form.point.data or "",
            first=form.first_serial.data,
            last=form.last_serial.data,
            now=now(),
        )
        return issued.public_id


def _totals(lines: list[BatchLine]) -> dict[str, int]:
    names = ("issued", "handed", "valid", "spoiled", "unused", "open", "differing")
    return {name: sum(getattr(line.standing, name) for line in lines) for name in names}


def _parts(line: BatchLine) -> list[dict[str, Any]]:
    """The files of a batch: {first, last, href}."""
    batch = line.batch
    starts = range(batch.first_serial, batch.last_serial + 1, paper_prints.AT_ONCE)
    return [
        {"first": first, "last": min(batch.last_serial, first + paper_prints.AT_ONCE - 1)} for first in starts
    ]


def _asked_first(line: BatchLine) -> int:
    asked = request.args.get("first", "")
    first = (
        int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else line.batch.first_serial
    )
    if not line.batch.first_serial <= first <= line.batch.last_serial:
        raise NotFound(serial=first)
    return first
