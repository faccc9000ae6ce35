"""The district's list of what is not within the akimat's competence, and whose it is.

Rows of one form; "Add another line" is a button of it, so it works without a script. A row left empty is dropped.
"""

from typing import Any

from flask import redirect, render_template, request, url_for
from sqlmodel import Session
from wtforms import FormField

from budget.council import criteria
from budget.council.criteria import Body
from budget.permissions import Action
from budget.settings import Text
from models.council import CompetentBody
from models.enums import Language
from views.access import actor, requires
from views.forms import BaseForm, PartForm, RowsField
from views.office.acting import is_done
from views.office.blueprint import bp
from views.office.council_forms import line
from views.office.steps import Page
from views.request_scope import now, reading
from views.texts import gettext as _
from views.texts import lazy as _l

MOST_BODIES = 30
_ADD = "add_body"


class BodyRow(PartForm):
    """One matter and who is competent for it; all empty does not count."""

    matter_kk = line(_l("Matter in Kazakh"), language=Language.KK)
    matter_ru = line(_l("Matter in Russian"), language=Language.RU)
    matter_en = line(_l("Matter in English"), language=Language.EN)
    name_kk = line(_l("Who is competent, in Kazakh"), language=Language.KK)
    name_ru = line(_l("Who is competent, in Russian"), language=Language.RU)
    name_en = line(_l("Who is competent, in English"), language=Language.EN)
    contact = line(
        _l("How to reach them"), description=_l("A telephone number or an address: for instance 109, iKOMEK.")
    )

    def is_empty(self) -> bool:
        """Nothing typed in this row."""
        return not any(field.data for field in self)

    def missing(self) -> list[Any]:
        """The fields still to be filled: matter and name stand in three languages."""
        return [field for field in self if not field.data and field.short_name != "contact"]

    def body(self) -> Body:
        """What was written."""
        matter, name = (
            Text(*(self[f"{part}_{code}"].data or "" for code in Language)) for part in ("matter", "name")
        )
        return Body(matter, name, self.contact.data or "")


class BodiesForm(BaseForm):
    """The whole list, in its order."""

    bodies = RowsField(FormField(BodyRow), min_entries=1, max_entries=MOST_BODIES)

    def rows(self) -> list[BodyRow]:
        """The rows with something in them."""
        return [entry.form for entry in self.bodies if not entry.form.is_empty()]

    def adds(self) -> bool:
        """Was "Add another line" pressed? Then there is one more empty row."""
        if _ADD not in request.form:
            return False
        if len(self.bodies) < MOST_BODIES:
            self.bodies.append_entry()
        return True

    def validate(self, extra_validators: Any = None) -> bool:
        """Each row whole, and at least one."""
        is_right = super().validate(extra_validators)
        told = [
            (field, _("Write this in all three languages.")) for row in self.rows() for field in row.missing()
        ]
        if not self.rows():
            told = [(self.bodies[0].form.matter_kk, _("Write at least one line."))]
        for field, text in told:
            field.errors = [*field.errors, text]
        self.bodies.errors = [
            entry.form.errors for entry in self.bodies
        ]  # a list of rows keeps a copy of its own
        return is_right and not told


@bp.route("/office/bodies", methods=["GET", "POST"])
@requires(Action.MANAGE_COUNCIL)
def bodies() -> Page:
    """Who is competent for what the akimat is not."""
    form = BodiesForm(data={"bodies": [_values(row) for row in criteria.bodies(reading())]})
    if form.adds():
        return _page(form)

    def write(session: Session) -> None:
        criteria.set_bodies(session, actor(), [row.body() for row in form.rows()], now=now(fresh=True))

    if is_done(form, write, _("The list is written down.")):
        return redirect(url_for("office.bodies"), 303)
    return _page(form), 422 if form.is_submitted() else 200


def _page(form: BodiesForm) -> str:
    return render_template("office/bodies.html", form=form, most=MOST_BODIES)


def _values(row: CompetentBody) -> dict[str, str]:
    names = [f"{part}_{code}" for part in ("matter", "name") for code in Language]
    return {name: getattr(row, name) for name in (*names, "contact")}
