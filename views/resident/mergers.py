"""The question to one of two authors: may the two projects become one? Both side by side, and what happens then.

The answer is given in two steps: chosen, and then confirmed beside what it does. A proposal that waits for nobody any
more keeps its page, which says what came of it.
"""

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from wtforms import HiddenField, RadioField

from budget.council import mergers
from budget.council.mergers import Offered
from budget.errors import BudgetRefusal, NotFound, NotPermitted
from budget.permissions import Action
from budget.reading import project_life
from budget.reading.project_life import ProjectLife
from models.cycle import Cycle
from models.project import Project
from models.screening import Merger
from views.access import actor, requires
from views.filters import Localised, in_language
from views.forms import BaseForm, Chosen, choice
from views.refusals import attach
from views.request_scope import now, reading, writing
from views.resident.blueprint import bp
from views.resident.my import is_asked, may_become_one, why_not_answer
from views.resident.projects import Answer
from views.texts import gettext as _
from views.texts import lazy as _l

AGREE, DECLINE = "agree", "decline"


class MergerForm(BaseForm):
    """The author's answer; `confirmed` once they have read what it does."""

    answer = RadioField(
        _l("May they become one?"),
        choices=[choice(AGREE, _l("Yes, I agree")), choice(DECLINE, _l("No, my project goes on by itself"))],
        validators=[Chosen(_l("Choose yes or no."))],
        validate_choice=False,
    )
    confirmed = HiddenField()


@dataclass(frozen=True)
class Note:
    """Why the coordinator asks, in Kazakh and Russian."""

    note_kk: str
    note_ru: str
    note_en: str = ""


@dataclass(frozen=True)
class Side:
    """One of the two projects; `goes_on`: it is the one that stays."""

    life: ProjectLife
    is_own: bool
    goes_on: bool


@bp.route("/mergers/<public_id>", methods=["GET", "POST"])
@requires(Action.ANSWER_MERGER)
def merger(public_id: str) -> Answer:
    """Ask, confirm, answer; or what came of it."""
    offered = _offered(public_id)
    form = MergerForm()
    if form.validate_on_submit() and form.confirmed.data:
        row = _answered(public_id, form)
        if row is not None:
            flash(_told(row.merged_at is not None, row.declined_at is not None), "good")
            return redirect(url_for("resident.merger", public_id=public_id), 303)
    elif form.is_submitted() and not form.errors and is_asked(offered):
        return _page("resident/merger_confirm.html", offered, form)
    form.confirmed.data = form.confirmed.raw_data = None
    page = _page("resident/merger.html", _offered(public_id), form)
    return (page, 422) if form.is_submitted() else page


def _answered(public_id: str, form: MergerForm) -> Merger | None:
    """The proposal with the answer, or None with what was refused at the head of the form."""
    try:
        with writing() as session:
            agrees = form.answer.data == AGREE
            return mergers.answer(session, actor(), public_id, agrees=agrees, now=now(fresh=True))
    except (NotFound, NotPermitted):
        raise
    except BudgetRefusal as refusal:
        attach(form, refusal)
    return None


def _told(is_merged: bool, is_declined: bool) -> str:
    if is_merged:
        return str(_("Both of you agreed: the two projects are one now."))
    if is_declined:
        return str(_("You did not agree: both projects go on by themselves."))
    return str(_("You agreed. The two become one when the other author agrees too."))


def _offered(public_id: str) -> Offered:
    """The proposal, for its two authors only. Raises NotFound."""
    found = (one for one in mergers.of_author(reading(), actor()) if one.merger.public_id == public_id)
    offered = next(found, None)
    if offered is None:
        raise NotFound(merger=public_id)
    return offered


def _page(template: str, offered: Offered, form: MergerForm) -> str:
    row = offered.merger
    closed = why_not_answer(reading().get_one(Cycle, row.cycle_id))
    sides = (_side(offered.own, offered, is_own=True), _side(offered.other, offered, is_own=False))
    return render_template(
        template,
        offered=offered,
        form=form,
        sides=sides,
        kept=offered.own if offered.goes_on else offered.other,
        joined=offered.other if offered.goes_on else offered.own,
        note=_note(offered),
        is_one_author=offered.own.author_id == offered.other.author_id,
        is_asked=is_asked(offered) and not closed,
        is_over=not may_become_one(offered),
        closed=closed,
        other_agreed_at=row.joined_agreed_at if offered.goes_on else row.kept_agreed_at,
    )


def _side(project: Project, offered: Offered, *, is_own: bool) -> Side:
    life = project_life.by_public_id(reading(), project.public_id, now=now())
    return Side(life, is_own, offered.merger.kept_id == project.id)


def _note(offered: Offered) -> Localised:
    return in_language(Note(offered.merger.note_kk, offered.merger.note_ru), "note")
