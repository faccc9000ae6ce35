"""The part of the cycle's form that is about the Expert Council: its composition, quorum, majority, and periods."""

from typing import Any

from wtforms import RadioField

from budget.cycle_drafts import COUNCIL
from budget.settings import CycleDraft
from models.enums import Majority, Quorum
from views.forms import BaseForm, Chosen, Required, WholeField
from views.labels import label
from views.texts import lazy as _l

_NUMBER = _l("Write a number.")


def _days(text: Any, description: Any = "") -> WholeField:
    return WholeField(text, description=description, validators=[Required(_NUMBER)])


class CouncilForm(BaseForm):
    """Base of the cycle's form."""

    council_akimat_percent = WholeField(
        _l("Members from the akimat, in percent at most"),
        description=_l("The composition can't be published with more."),
        validators=[Required(_NUMBER)],
    )
    council_quorum = RadioField(
        _l("Quorum of the council"), validators=[Chosen(_l("Choose the quorum."))], validate_choice=False
    )
    council_majority = RadioField(
        _l("When a motion is carried"), validators=[Chosen(_l("Choose the majority."))], validate_choice=False
    )
    reviewers_per_project = WholeField(_l("Reviewers of each project"), validators=[Required(_NUMBER)])
    review_days = _days(_l("Working days for a review"))
    correction_days = _days(
        _l("Working days for a correction"),
        _l("So long an author may correct a returned project. Who is silent is rejected, after a reminder."),
    )
    appeal_days = _days(
        _l("Working days to appeal"),
        _l("So long an author may appeal against a rejection. The ballot list is frozen after it."),
    )
    appeal_decision_days = _days(_l("Working days to answer an appeal"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.council_quorum.choices = {name.value: label(name) for name in Quorum}
        self.council_majority.choices = {name.value: label(name) for name in Majority}

    def council(self) -> dict[str, Any]:
        """What was written, by the names of the draft; the default stands in where a field has errors."""
        written = {}
        for name in COUNCIL:
            field = self[name]
            value = COUNCIL_DEFAULTS[name] if field.errors or field.data in (None, "") else field.data
            written[name] = value
        written["council_quorum"] = Quorum(written["council_quorum"])
        written["council_majority"] = Majority(written["council_majority"])
        return written


def council_values(draft: CycleDraft) -> dict[str, Any]:
    """What the form shows of a cycle that exists."""
    return {name: _plain(getattr(draft, name)) for name in COUNCIL}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Quorum | Majority) else value


COUNCIL_DEFAULTS: dict[str, Any] = {
    "council_akimat_percent": 50,
    "council_quorum": Quorum.MORE_THAN_HALF.value,
    "council_majority": Majority.OF_PRESENT.value,
    "reviewers_per_project": 2,
    "review_days": 5,
    "correction_days": 5,
    "appeal_days": 5,
    "appeal_decision_days": 15,
}
"""What a new cycle begins with: the periods of the Administrative Procedural Code and known practice."""
