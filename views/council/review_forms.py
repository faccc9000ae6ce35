"""A reviewer's conclusion: an answer for each criterion of the cycle, a cost, notes; and what to send back with.

The forms are made for what the cycle asks. Their shape is checked here, what a conclusion needs by
`budget.council.reviews.faults`.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple, cast

from markupsafe import Markup
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.validators import Length

from budget.council.criteria import Clause
from budget.council.reviews import Conclusion, Said
from budget.reading.council_project import Opinion, ProjectFile
from models.enums import Answer, Criterion, Language, ProjectPart
from models.project import Project
from views import public_facts
from views.criterion_help import help_for
from views.filters import tenge
from views.forms import BaseForm, Chosen, TengeField, choice
from views.i18n import current_language
from views.labels import label, named_criterion
from views.templating import drawn
from views.texts import gettext as _
from views.texts import lazy as _l

TEXT_MOST = 2000
_TOO_LONG = _l("Shorten the text to %(max)d characters.")


class Asked(NamedTuple):
    """A criterion with its fields, for the template."""

    clause: Clause
    answer: Any
    remark: Any


class ConclusionForm(BaseForm):
    """What does not depend on the criteria. `version` is the text the member has read.

    `criteria` are those it has fields for: none where the form begins (`first_form`).
    """

    criteria: tuple[Criterion, ...] = ()
    version = HiddenField()
    admitted_tenge = TengeField(_l("Cost you would admit"))
    cost_reason = TextAreaField(
        _l("Why it differs from the estimate"),
        validators=[Length(max=TEXT_MOST, message=_TOO_LONG)],
    )
    notes = TextAreaField(
        _l("Notes for the council"),
        description=_l("Only the council reads this, now and later."),
        validators=[Length(max=TEXT_MOST, message=_TOO_LONG)],
    )

    def asked(self, clauses: Sequence[Clause]) -> list[Asked]:
        """The criteria with their fields."""
        return [
            Asked(one, self[str(one.criterion)], self[f"{one.criterion}_remark"])
            for one in clauses
            if one.criterion in self.criteria
        ]

    def offer(self, project: Project) -> None:
        """Say what the author wrote."""
        if project.estimate_tenge is not None:
            self.admitted_tenge.description = _(
                "The author's estimate is %(money)s. Leave it as it is, or correct it with a reason.",
                money=tenge(project.estimate_tenge),
            )

    def conclusion(self, clauses: Sequence[Clause]) -> Conclusion:
        """What was answered, for the domain; a criterion without an answer is left out."""
        answers = set(Answer)
        said = {
            one.clause.criterion: Said(Answer(one.answer.data), one.remark.data or "")
            for one in self.asked(clauses)
            if one.answer.data in answers
        }
        return Conclusion(
            said=said,
            language=current_language(),
            admitted_tenge=self.admitted_tenge.data,
            cost_reason=self.cost_reason.data or "",
            notes=self.notes.data or "",
        )


def conclusion_form(file: ProjectFile) -> ConclusionForm:
    """The form of this cycle's criteria, filled with what the member concluded before."""
    return _filled(_form_of(file), file)


def first_form(file: ProjectFile) -> ConclusionForm:
    """The form before anything is answered: its criteria are the same for all projects of the cycle, and stay drawn
    (`blank_criteria`)."""
    return _filled(ConclusionForm, file)


def blank_criteria(file: ProjectFile) -> Markup:
    """The criteria of the cycle, drawn once for each language until something public changes."""

    def draw() -> Markup:
        asked = _form_of(file)(formdata=None).asked(file.clauses)
        return drawn("council/_criteria.html", "criteria", asked, file.bodies, help_for)

    return public_facts.in_words("blank_criteria", file.project.cycle_id, draw)


def _filled(kind: type[ConclusionForm], file: ProjectFile) -> ConclusionForm:
    form = kind(data=_before(file))
    form.offer(file.project)
    return form


def _form_of(file: ProjectFile) -> type[ConclusionForm]:
    return _form_about(tuple(one.criterion for one in file.clauses), current_language())


@lru_cache(maxsize=32)
def _form_about(criteria: tuple[Criterion, ...], _language: Language) -> type[ConclusionForm]:
    """The class for these criteria in the language of the page: to make it takes as long as to fill it."""
    fields: dict[str, Any] = {"criteria": criteria}
    for criterion in criteria:
        fields[str(criterion)] = RadioField(
            label(criterion),
            choices=[choice(answer, label(answer)) for answer in Answer],
            validators=[Chosen(_("Answer this: %(criterion)s.", criterion=named_criterion(criterion)))],
            validate_choice=False,
        )
        fields[f"{criterion}_remark"] = TextAreaField(
            _("What is wrong"), validators=[Length(max=TEXT_MOST, message=_TOO_LONG)]
        )
    return cast(type[ConclusionForm], type("ConclusionForm", (ConclusionForm,), fields))


def _before(file: ProjectFile) -> dict[str, Any]:
    own = file.own
    if own is None or not file.is_concluded:
        return {"admitted_tenge": file.project.estimate_tenge}
    found: dict[str, Any] = {
        "admitted_tenge": own.review.admitted_tenge,
        "cost_reason": own.review.cost_reason,
        "notes": own.review.notes,
    }
    for criterion, said in own.said.items():
        found[str(criterion)], found[f"{criterion}_remark"] = str(said.answer), said.remark
    return found


class SendBackForm(BaseForm):
    """A remark for each part of the application, at least one."""

    version = HiddenField()

    def remarks(self) -> dict[ProjectPart, str]:
        """What was written, by part."""
        return {part: self[str(part)].data or "" for part in ProjectPart}


def send_back_form(file: ProjectFile) -> SendBackForm:
    """The form, filled with the remarks of the member's own conclusion on what can be corrected."""
    fields = {
        str(part): TextAreaField(label(part), validators=[Length(max=TEXT_MOST, message=_TOO_LONG)])
        for part in ProjectPart
    }
    made = cast(type[SendBackForm], type("SendBackForm", (SendBackForm,), fields))
    return made(data=_correctable(file.own))


_PART_OF = {
    Criterion.COST: ProjectPart.ESTIMATE,
    Criterion.DIRECTION: ProjectPart.DIRECTION,
    Criterion.LAND: ProjectPart.ADDRESSES,
}


def _correctable(own: Opinion | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for criterion, said in own.said.items() if own is not None else ():
        if said.answer is Answer.CORRECTABLE:
            part = str(_PART_OF.get(criterion, ProjectPart.WHOLE))
            found[part] = "\n".join(filter(None, (found.get(part), said.remark)))
    return found
