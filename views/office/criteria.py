"""The criteria as a cycle's regulation has them: which of the six, under which clause, with whose help text."""

from typing import Any

from flask import redirect, render_template, url_for
from sqlmodel import Session
from wtforms import BooleanField

from budget.council import criteria as council_criteria
from budget.council.criteria import Clause
from budget.permissions import Action
from models.enums import Criterion, Language
from views.access import actor, requires
from views.criterion_help import OURS
from views.forms import BaseForm
from views.office.acting import is_done
from views.office.blueprint import bp
from views.office.council import of_council
from views.office.council_forms import line, passage
from views.office.steps import Page
from views.request_scope import now, reading
from views.texts import gettext
from views.texts import gettext as _
from views.texts import lazy as _l

ALWAYS = (Criterion.COMPETENCE, Criterion.CONFORMITY)
_HELP = {
    Language.KK: _l("Help text in Kazakh"),
    Language.RU: _l("Help text in Russian"),
    Language.EN: _l("Help text in English"),
}


class CriteriaForm(BaseForm):
    """A mark, a clause and three help texts for each criterion: `land`, `land_clause`, `land_help_kk` … added below."""

    def clauses(self) -> list[Clause]:
        """What stands in the regulation."""
        return [self._clause(one) for one in Criterion if one in ALWAYS or self[one.value].data]

    def _clause(self, criterion: Criterion) -> Clause:
        texts = {f"help_{code}": self[f"{criterion}_help_{code}"].data or "" for code in Language}
        return Clause(criterion, self[f"{criterion}_clause"].data or "", **texts)


for _criterion in Criterion:
    if _criterion not in ALWAYS:
        setattr(CriteriaForm, _criterion.value, BooleanField(_l("The Regulation has this criterion")))
    setattr(
        CriteriaForm,
        f"{_criterion}_clause",
        line(_l("Clause of the Regulation"), most=40, description=_l("For instance: 14, or 3.2.")),
    )
    for _language, _text in _HELP.items():
        setattr(
            CriteriaForm,
            f"{_criterion}_help_{_language}",
            passage(_text, language=_language, most=500, description=_l("Empty means: our text.")),
        )


@bp.route("/office/cycles/<slug>/criteria", methods=["GET", "POST"])
@requires(Action.MANAGE_COUNCIL)
def criteria(slug: str) -> Page:
    """What projects of this cycle are held against."""
    cycle = of_council(slug)
    form = CriteriaForm(data=_values(council_criteria.of_cycle(reading(), cycle.id or 0)))

    def write(session: Session) -> None:
        council_criteria.set_criteria(session, actor(), slug, form.clauses(), now=now(fresh=True))

    if is_done(form, write, _("The criteria are written down.")):
        return redirect(url_for("office.council", slug=slug), 303)
    page = render_template(
        "office/criteria.html",
        form=form,
        cycle=cycle,
        criteria=list(Criterion),
        always=ALWAYS,
        languages_of_help=list(Language),
        ours={one: gettext(text) for one, text in OURS.items()},
    )
    return page, 422 if form.is_submitted() else 200


def _values(clauses: tuple[Clause, ...]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for clause in clauses:
        name = str(clause.criterion)
        values |= {name: True, f"{name}_clause": clause.clause}
        values |= {f"{name}_help_{code}": getattr(clause, f"help_{code}") for code in Language}
    return values
