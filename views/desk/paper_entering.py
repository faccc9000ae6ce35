"""Entering papers that came back: many as lines, or one by hand; and the third person's decision where two differ.

Each good line is noted; each line that fails stays in the field with its reason, and is counted: none is dropped. What
somebody else read is shown to nobody.
"""

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from sqlmodel import Session

from budget import paper
from budget.errors import BudgetRefusal, NotFound, NotPermitted
from budget.paper import Reading
from budget.permissions import Action
from budget.reading import paper as paper_reading
from budget.reading.ballot import BallotLine, ballot_page
from models.enums import SheetFault
from views.access import actor, requires
from views.desk import paper_words
from views.desk.blueprint import bp
from views.desk.paper import AtWork, Page, open_batch
from views.desk.paper_forms import LinesForm, OneForm, ReadingForm
from views.keys import keyring
from views.request_scope import now, reading, writing
from views.texts import gettext as _
from views.texts import ngettext


@dataclass(frozen=True)
class Failed:
    """A line that was not noted: its number, its text, and why."""

    line: int
    text: str
    why: str


@bp.route("/desk/cycles/<slug>/paper/<batch>/enter", methods=["GET", "POST"])
@requires(Action.ENTER_PAPER)
def enter_papers(slug: str, batch: str) -> Page:
    """Papers as lines. What is noted leaves the field; what fails stays in it."""
    at_work, form = open_batch(slug, batch), LinesForm()
    failed: list[Failed] = []
    if form.validate_on_submit():
        noted, failed = _note_lines(at_work, form.lines.data or "")
        if noted:
            flash(_noted(noted), "good")
        if not failed:
            return redirect(url_for("desk.enter_papers", slug=slug, batch=batch), 303)
        form.lines.data = "\n".join(one.text for one in failed)
        form.lines.raw_data = [form.lines.data]
        form.lines.errors = [_lines_need_you(len(failed))]
    page = render_template(
        "desk/paper_enter.html",
        form=form,
        failed=failed,
        at_work=at_work,
        waiting=_waiting(at_work),
        ranges=paper_reading.ranges,
        listed=_listed(at_work),
        faults=tuple(SheetFault),
    )
    return (page, 422) if form.is_submitted() else page


@bp.route("/desk/cycles/<slug>/paper/<batch>/one", methods=["GET", "POST"])
@requires(Action.ENTER_PAPER)
def enter_one_paper(slug: str, batch: str) -> Page:
    """One paper with a form; the next one that waits for this operator is suggested."""
    at_work = open_batch(slug, batch)
    waiting = _waiting(at_work)
    form = OneForm(_listed(at_work), data={"serial": min((*waiting.second, *waiting.unread), default=None)})
    if form.validate_on_submit():
        try:
            with writing() as session:
                _note(session, at_work, form.serial.data, form.reading())
        except (NotFound, NotPermitted):
            raise
        except BudgetRefusal as refusal:
            form.serial.errors = [*form.serial.errors, paper_words.not_noted(refusal)]
        else:
            flash(_("Paper № %(serial)s is noted.", serial=form.serial.data), "good")
            return redirect(url_for("desk.enter_one_paper", slug=slug, batch=batch), 303)
    page = render_template(
        "desk/paper_one.html", form=form, at_work=at_work, waiting=waiting, ranges=paper_reading.ranges
    )
    return (page, 422) if form.is_submitted() else page


@bp.get("/desk/cycles/<slug>/paper/<batch>/differences")
@requires(Action.ENTER_PAPER)
def paper_differences(slug: str, batch: str) -> str:
    """Papers whose two readings differ: which this operator may settle."""
    at_work = open_batch(slug, batch)
    return render_template(
        "desk/paper_differences.html",
        at_work=at_work,
        waiting=_waiting(at_work),
        ranges=paper_reading.ranges,
    )


@bp.route("/desk/cycles/<slug>/paper/<batch>/differences/<int:serial>", methods=["GET", "POST"])
@requires(Action.ENTER_PAPER)
def settle_paper(slug: str, batch: str, serial: int) -> Page:
    """The third person reads the paper itself; what the two others read is not shown."""
    at_work = open_batch(slug, batch)
    waiting = _waiting(at_work)
    form = ReadingForm(_listed(at_work))
    if not form.is_submitted() and serial not in waiting.to_settle:
        flash(_("Paper № %(serial)s does not wait for you.", serial=serial))
        return redirect(url_for("desk.paper_differences", slug=slug, batch=batch), 303)
    if form.validate_on_submit():
        try:
            _settle(at_work, serial, form.reading())
        except (NotFound, NotPermitted):
            raise
        except BudgetRefusal as refusal:
            form.form_errors.append(paper_words.not_noted(refusal))
        else:
            flash(_("Paper № %(serial)s is settled.", serial=serial), "good")
            return redirect(url_for("desk.paper_differences", slug=slug, batch=batch), 303)
    page = render_template("desk/paper_settle.html", form=form, at_work=at_work, serial=serial)
    return (page, 422) if form.is_submitted() else page


def _note_lines(at_work: AtWork, text: str) -> tuple[int, list[Failed]]:
    """Note all good lines in one transaction; how many were, and the others in their order."""
    numbers = {line.number: line.public_id for line in _listed(at_work)}
    good, faulty = paper.read_lines(text, numbers, paper_words.reasons())
    failed = [Failed(one.line, one.text, paper_words.not_noted(one.refusal)) for one in faulty]
    with writing() as session:
        for line, written, serial, read in good:
            try:
                with session.begin_nested():
                    _note(session, at_work, serial, read)
            except NotPermitted:
                raise
            except BudgetRefusal as refusal:
                failed.append(Failed(line, written, paper_words.not_noted(refusal)))
    total = len(good) + len(faulty)
    return total - len(failed), sorted(failed, key=lambda one: one.line)


def _note(session: Session, at_work: AtWork, serial: int, read: Reading) -> None:
    paper.enter(
        session,
        actor(),
        at_work.box,
        at_work.batch.public_id,
        serial,
        reading=read,
        keyring=keyring(),
        now=now(),
    )


def _settle(at_work: AtWork, serial: int, read: Reading) -> None:
    with writing() as session:
        paper.settle(
            session,
            actor(),
            at_work.box,
            at_work.batch.public_id,
            serial,
            reading=read,
            keyring=keyring(),
            now=now(),
        )


def _waiting(at_work: AtWork) -> paper_reading.Waiting:
    return paper_reading.waiting(reading(), at_work.batch, actor().id)


def _listed(at_work: AtWork) -> tuple[BallotLine, ...]:
    return ballot_page(reading(), at_work.cycle.id or 0).lines


def _noted(count: int) -> str:
    return str(ngettext("%(count)s paper is noted.", "%(count)s papers are noted.", count, count=count))


def _lines_need_you(count: int) -> str:
    return str(ngettext("%(count)s line needs you.", "%(count)s lines need you.", count, count=count))
