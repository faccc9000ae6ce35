"""The days the government moved: the table the akimat edits once a year."""

from datetime import date

from flask import flash, redirect, render_template, url_for
from wtforms import DateField, RadioField, StringField
from wtforms.validators import Length

from budget import moved_days
from budget.errors import NotFound
from budget.permissions import Action
from views.access import actor, requires
from views.forms import BaseForm, Chosen, Required, choice
from views.office.blueprint import bp
from views.office.steps import ConfirmForm, Page
from views.request_scope import now, reading, writing
from views.texts import gettext as _
from views.texts import lazy as _l


class DayForm(BaseForm):
    """One day, and what it is."""

    on = DateField(_l("Day"), validators=[Required(_l("Write the day."))])
    kind = RadioField(_l("What is it?"), validators=[Chosen(_l("Choose one."))], validate_choice=False)
    note = StringField(
        _l("Ground"),
        description=_l("The decree that moved it, for instance its number."),
        validators=[Length(max=200)],
    )


@bp.route("/office/days", methods=["GET", "POST"], endpoint="days")
@requires(Action.MANAGE_CYCLE)
def days() -> Page:
    """The table, and the form that adds to it."""
    form = DayForm()
    form.kind.choices = [choice("off", _("A day off")), choice("working", _("A working day"))]
    if form.validate_on_submit() and form.on.data:
        with writing() as session:
            is_working = form.kind.data == "working"
            note = form.note.data or ""
            moved_days.put(session, actor(), form.on.data, is_working=is_working, note=note, now=now())
        flash(_("The day is written down. Periods in working days follow it at once."), "good")
        return redirect(url_for("office.days"), 303)
    page = render_template("office/days.html", form=form, days=moved_days.all_days(reading()))
    return page, 422 if form.is_submitted() else 200


@bp.route("/office/days/<on>/take-back", methods=["GET", "POST"], endpoint="take_back_day")
@requires(Action.MANAGE_CYCLE)
def take_back(on: str) -> Page:
    """Ask, then leave the day to the calendar again."""
    try:
        day = date.fromisoformat(on)
    except ValueError:
        raise NotFound(on=on) from None
    if day not in {row.on for row in moved_days.all_days(reading())}:
        raise NotFound(on=on)
    form = ConfirmForm()
    if form.validate_on_submit():
        with writing() as session:
            moved_days.take_back(session, actor(), day, now=now())
        flash(_("The day is again what the calendar says."), "good")
        return redirect(url_for("office.days"), 303)
    return render_template("office/day_take_back.html", form=form, day=day)
