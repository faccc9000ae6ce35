"""Forms of the coordinator's pages of the council: a session, who is there, motions, corrections, a winner that falls out.

Long texts come in Kazakh and in Russian. What is missing in a motion the domain says when it is put to the vote: half a
motion may be saved.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Length, Optional, Regexp

from budget.council.criteria import Clause
from budget.council.motions import Motion, Word
from budget.council.sessions import Plan
from models.council import CouncilMember
from models.cycle import Envelope
from models.enums import Answer, Criterion, ScreeningOutcome, SessionKind
from models.project import Project
from views.filters import in_kk_or_ru, in_language
from views.forms import BaseForm, Chosen, LocalDateTimeField, Required, TengeField, WholeField, choice
from views.labels import LABELS, label
from views.texts import gettext as _
from views.texts import lazy as _l

MOST = 4000
_TOO_LONG = _l("Shorten the text to %(max)d characters.")
_OUTCOMES = {
    ScreeningOutcome.ADMITTED: _l("Admit to the vote"),
    ScreeningOutcome.RETURNED: _l("Return to the author for correction"),
    ScreeningOutcome.REJECTED: _l("Reject"),
}
_ANSWERS_TO_APPEALS = {
    ScreeningOutcome.ADMITTED: _l("Uphold the appeal: admit to the vote"),
    ScreeningOutcome.REJECTED: _l("Dismiss the appeal: it stays rejected"),
}


def text_field(words: Any, language: str, *, required: Any = None) -> TextAreaField:
    """A long text in one language."""
    needed = [Required(required)] if required is not None else []
    return TextAreaField(
        words, validators=[*needed, Length(max=MOST, message=_TOO_LONG)], render_kw={"lang": language}
    )


def _line(words: Any, language: str, required: Any) -> StringField:
    return StringField(
        words,
        validators=[Required(required), Length(max=200, message=_TOO_LONG)],
        render_kw={"lang": language},
    )


class WhenWhereForm(BaseForm):
    """Time and place. `seen` is what stood there when the form was opened."""

    seen = HiddenField()
    starts_at = LocalDateTimeField(
        _l("Day and time"),
        description=_l("Time of Astana."),
        validators=[Required(_l("Write the day and time of the session."))],
    )
    place_kk = _line(_l("Place, in Kazakh"), "kk", _l("Write the place in Kazakh."))
    place_ru = _line(_l("Place, in Russian"), "ru", _l("Write the place in Russian."))
    link = StringField(
        _l("Link for those who take part from afar"),
        description=_l("May stay empty. Everybody sees it with the agenda."),
        validators=[
            Optional(),
            Length(max=300, message=_TOO_LONG),
            Regexp(r"^https?://[^\s<>\"]+$", message=_l("Write a whole address that begins with https://.")),
        ],
        render_kw={"inputmode": "url", "autocomplete": "off"},
    )

    def plan(self) -> Plan:
        """What was written, for the domain."""
        return Plan(
            self.starts_at.data, self.place_kk.data or "", self.place_ru.data or "", self.link.data or ""
        )


class PlanForm(WhenWhereForm):
    """A new session."""

    kind = RadioField(
        _l("What does it decide?"),
        choices=[choice(kind, _l(LABELS[SessionKind][kind])) for kind in SessionKind],
        validators=[Chosen(_l("Choose what the session decides."))],
        validate_choice=False,
    )


class PresentForm(BaseForm):
    """Who is there now."""

    present = SelectMultipleField(_l("Who is there?"), validate_choice=False)

    def offer(self, members: Iterable[CouncilMember]) -> None:
        """A box for each member in office."""
        self.present.choices = [choice(one.public_id, _who(one)) for one in members]


def _who(member: CouncilMember) -> str:
    organisation = in_kk_or_ru(member, "organisation").text
    return f"{in_kk_or_ru(member, 'name')}, {organisation or label(member.kind)}"


class MotionForm(BaseForm):
    """A motion on a project. The fields of the criteria are added by `motion_form`."""

    seen = HiddenField()
    outcome = RadioField(
        _l("What is the council asked to decide?"),
        validators=[Chosen(_l("Choose what the council is asked to decide."))],
        validate_choice=False,
    )
    criterion = SelectField(_l("The criterion it rests on"), validate_choice=False)
    clause = StringField(
        _l("Clause of the Regulation"),
        description=_l("Left empty, the clause of the criterion is taken."),
        validators=[Length(max=100, message=_TOO_LONG)],
    )
    reason_kk = text_field(_l("Reasons, in Kazakh"), "kk")
    reason_ru = text_field(_l("Reasons, in Russian"), "ru")
    cost_tenge = TengeField(_l("Cost with which it goes to the vote"))
    cost_reason_kk = text_field(_l("Why it differs from the estimate, in Kazakh"), "kk")
    cost_reason_ru = text_field(_l("Why it differs from the estimate, in Russian"), "ru")
    envelope = RadioField(_l("Envelope"), validate_choice=False)

    def offer(self, asked: Sequence[Clause], envelopes: Sequence[Envelope], *, is_appeal: bool) -> None:
        """What can be chosen; no envelopes where there is only one."""
        outcomes = _ANSWERS_TO_APPEALS if is_appeal else _OUTCOMES
        self.outcome.choices = [choice(outcome, words) for outcome, words in outcomes.items()]
        named = [choice(clause.criterion, _with_clause(clause)) for clause in asked]
        self.criterion.choices = [choice("", "–"), *named]
        if len(envelopes) < 2:
            del self.envelope
        else:
            self.envelope.choices = [
                choice(one.public_id, in_language(one, "name").text) for one in envelopes
            ]

    def motion(self, asked: Sequence[Clause]) -> Motion:
        """What was written, for the domain; an empty clause is the one of the criterion."""
        criterion = Criterion(self.criterion.data) if self.criterion.data in set(Criterion) else None
        clause = next((one.clause for one in asked if one.criterion is criterion), "")
        answers = {
            one.criterion: Answer(self[one.criterion].data)
            for one in asked
            if self[one.criterion].data in set(Answer)
        }
        return Motion(
            outcome=ScreeningOutcome(self.outcome.data),
            answers=answers,
            criterion=criterion,
            clause=self.clause.data or clause,
            reason_kk=self.reason_kk.data or "",
            reason_ru=self.reason_ru.data or "",
            cost_tenge=self.cost_tenge.data,
            cost_reason_kk=self.cost_reason_kk.data or "",
            cost_reason_ru=self.cost_reason_ru.data or "",
            envelope=self.envelope.data if "envelope" in self else None,
        )


def motion_form(asked: Sequence[Clause]) -> type[MotionForm]:
    """The form with a question for each criterion of the cycle, named by its value."""
    answers = [choice(answer, _l(LABELS[Answer][answer])) for answer in Answer]
    fields = {
        str(clause.criterion): RadioField(
            _l(LABELS[Criterion][clause.criterion]), choices=answers, validate_choice=False
        )
        for clause in asked
    }
    return type("MotionFormOfCycle", (MotionForm,), fields)


def _with_clause(clause: Clause) -> str:
    words = label(clause.criterion)
    return f"{words} ({clause.clause})" if clause.clause else words


class WordForm(BaseForm):
    """What is proposed of a project after the vote."""

    seen = HiddenField()
    wins = RadioField(
        _l("What is the council asked to decide?"),
        choices=[choice("yes", _l("It is built")), choice("no", _l("It is not built"))],
        validators=[Chosen(_l("Choose what the council is asked to decide."))],
        validate_choice=False,
    )
    reason_kk = text_field(_l("Reasons, in Kazakh"), "kk")
    reason_ru = text_field(_l("Reasons, in Russian"), "ru")

    def word(self) -> Word:
        """What was chosen, for the domain."""
        return Word(self.wins.data == "yes", self.reason_kk.data or "", self.reason_ru.data or "")


class OrderForm(BaseForm):
    """The order of implementation; a number for each winner is added by `order_form`."""

    seen = HiddenField()

    def places(self, projects: Sequence[Project]) -> Mapping[str, int]:
        """The place of each, by public id."""
        return {one.public_id: self[f"place_{one.public_id}"].data for one in projects}


def order_form(projects: Sequence[Project]) -> type[OrderForm]:
    """The form with a number for each winner."""
    fields = {
        f"place_{one.public_id}": WholeField(
            _("Place of project № %(number)s", number=one.number),
            validators=[Required(_l("Write a place for each project."))],
        )
        for one in projects
    }
    return type("OrderFormOfSession", (OrderForm,), fields)


class CorrectionForm(BaseForm):
    """What a correction of a protocol corrects."""

    correction_kk = text_field(
        _l("What is corrected, in Kazakh"), "kk", required=_l("Write in Kazakh what is corrected.")
    )
    correction_ru = text_field(
        _l("What is corrected, in Russian"), "ru", required=_l("Write in Russian what is corrected.")
    )


class FallOutForm(BaseForm):
    """A winner falls out."""

    reason_kk = text_field(_l("Reasons, in Kazakh"), "kk", required=_l("Write the reasons in Kazakh."))
    reason_ru = text_field(_l("Reasons, in Russian"), "ru", required=_l("Write the reasons in Russian."))
    document = StringField(
        _l("Document"),
        description=_l("Its kind, number and date: for instance, order № 45 of 12.05.2027."),
        validators=[
            Required(_l("Write the document it rests on.")),
            Length(max=200, message=_TOO_LONG),
        ],
    )
