"""The council's decision on one project: two criteria, an outcome, a reason, a cost."""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, TextAreaField
from wtforms.validators import Length

from budget.screening import Conclusion
from models.cycle import Envelope
from models.enums import ScreeningOutcome
from models.project import Project
from views.filters import in_language, tenge
from views.forms import BaseForm, Chosen, TengeField, choice
from views.i18n import current_language

REASON_MOST = 2000
_YES, _NO = "yes", "no"
_ANSWERS = [choice(_YES, _l("Yes")), choice(_NO, _l("No"))]


class DecisionForm(BaseForm):
    """What a member of the council concluded."""

    meets_competence = RadioField(
        _l("Is it within the competence of the akimat?"),
        choices=_ANSWERS,
        validators=[Chosen(_l("Answer whether it is within the competence."))],
        validate_choice=False,
    )
    meets_regulation = RadioField(
        _l("Does it conform to the Regulation?"),
        choices=_ANSWERS,
        validators=[Chosen(_l("Answer whether it conforms to the Regulation."))],
        validate_choice=False,
    )
    outcome = RadioField(
        _l("Decision"),
        choices=[
            choice(ScreeningOutcome.ADMITTED, _l("Admit to the vote")),
            choice(ScreeningOutcome.RETURNED, _l("Return to the author with remarks")),
            choice(ScreeningOutcome.REJECTED, _l("Reject")),
        ],
        validators=[Chosen(_l("Choose a decision."))],
        validate_choice=False,
    )
    reason = TextAreaField(
        _l("Reason or remarks"),
        description=_l("Required for a return and a rejection. The author and everybody else will read it."),
        validators=[Length(max=REASON_MOST, message=_l("Shorten the text to %(max)d characters."))],
    )
    cost_tenge = TengeField(_l("Cost with which it goes to the vote"))
    envelope = RadioField(
        _l("Envelope"), validators=[Chosen(_l("Choose an envelope."))], validate_choice=False
    )

    def offer(self, project: Project, envelopes: Sequence[Envelope]) -> None:
        """Fill in the author's estimate; offer the envelopes where there are several."""
        if project.estimate_tenge is not None:
            told = tenge(project.estimate_tenge)
            self.cost_tenge.description = _(
                "The author's estimate is %(money)s. Used when you admit.", money=told
            )
        self.envelope.choices = [choice(row.public_id, in_language(row, "name").text) for row in envelopes]
        if len(envelopes) < 2:
            del self.envelope

    def conclusion(self) -> Conclusion:
        """What was chosen, for the domain."""
        return Conclusion(
            outcome=ScreeningOutcome(self.outcome.data),
            meets_competence=self.meets_competence.data == _YES,
            meets_regulation=self.meets_regulation.data == _YES,
            language=current_language(),
            reason=self.reason.data or "",
            cost_tenge=self.cost_tenge.data,
            envelope=self.envelope.data if "envelope" in self else None,
        )
