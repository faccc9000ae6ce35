"""Forms of paper at the front office: marking a person, many papers as lines, one paper by hand."""

from collections.abc import Sequence
from typing import Any

from wtforms import (
    BooleanField,
    Field,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import StopValidation

from budget.ballot_rules import Selection
from budget.identity.iin import check_iin
from budget.paper import Reading
from budget.reading.ballot import BallotLine
from models.enums import SheetFault, SheetState
from views.filters import in_language
from views.forms import BaseForm, Chosen, Required, WholeField, choice
from views.labels import label
from views.resident.signing_in_forms import ReadBy
from views.texts import lazy as _l

PROJECTS, NONE = "projects", "none"


class Ticked:
    """The box must be ticked."""

    def __init__(self, message: Any) -> None:
        self.message = message

    def __call__(self, _form: Any, field: Field) -> None:
        if not field.data:
            raise StopValidation(str(self.message))


class HandOutForm(BaseForm):
    """Who takes a paper."""

    iin = StringField(
        _l("IIN"),
        description=_l("12 digits, as in the document"),
        validators=[Required(_l("Write the IIN: 12 digits.")), ReadBy(check_iin)],
        render_kw={"inputmode": "numeric", "autocomplete": "off", "maxlength": "24"},
    )
    seen = BooleanField(
        _l("I have seen the document, or the signed stub"),
        validators=[Ticked(_l("Look at the document or the signed stub first."))],
    )


class LinesForm(BaseForm):
    """Many papers, one a line."""

    lines = TextAreaField(
        _l("Papers, one a line"),
        description=_l("The number of the paper, then the numbers of the projects that are ticked."),
        validators=[Required(_l("Write at least one line."))],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )


class ReadingForm(BaseForm):
    """What stands on one paper."""

    outcome = RadioField(
        _l("What is on the paper?"),
        validators=[Chosen(_l("Choose what is on the paper."))],
        validate_choice=False,
    )
    projects = SelectMultipleField(_l("Projects that are ticked"), validate_choice=False)
    fault = SelectField(_l("Why it is spoiled"), validate_choice=False)

    def __init__(self, listed: Sequence[BallotLine], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.outcome.choices = [
            choice(PROJECTS, _l("Projects are ticked")),
            choice(NONE, _l("“None of these projects” is ticked")),
            choice(SheetState.UNUSED, _l("Nobody used it")),
            choice(SheetState.SPOILED, _l("It is spoiled")),
        ]
        self.projects.choices = [
            choice(line.public_id, f"{line.number}. {in_language(line, 'title').text}") for line in listed
        ]
        reasons = [choice(fault, label(fault)) for fault in SheetFault]
        self.fault.choices = [choice("", _l("Choose a reason")), *reasons]

    def validate_projects(self, field: Field) -> None:
        """Ticked projects are chosen here, and only where projects are ticked."""
        if self.outcome.data == PROJECTS and not field.data:
            raise StopValidation(str(_l("Choose the projects that are ticked.")))
        if self.outcome.data != PROJECTS and field.data:
            raise StopValidation(str(_l("Projects are chosen here, but above it says something else.")))

    def validate_fault(self, field: Field) -> None:
        """Each spoiled paper has its reason."""
        if self.outcome.data == SheetState.SPOILED and field.data not in set(SheetFault):
            raise StopValidation(str(_l("Choose why the paper is spoiled.")))

    def reading(self) -> Reading:
        """What was said, for the domain."""
        match self.outcome.data:
            case "projects":
                return Reading(SheetState.VALID, Selection(tuple(self.projects.data or ())))
            case "none":
                return Reading(SheetState.VALID, Selection((), none_of_these=True))
            case SheetState.UNUSED:
                return Reading(SheetState.UNUSED)
            case _:
                return Reading(SheetState.SPOILED, fault=SheetFault(self.fault.data))


class OneForm(ReadingForm):
    """One paper and its number."""

    serial = WholeField(
        _l("Number of the paper"), validators=[Required(_l("Write the number of the paper."))]
    )
