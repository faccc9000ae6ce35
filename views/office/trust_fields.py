"""The part of the cycle's form that is about secrecy and trust: the key, objections, voting again, paper."""

from typing import Any

from wtforms import BooleanField, RadioField

from budget.settings import CycleDraft
from models.enums import KeyHolder, Opening
from views.forms import BaseForm, Chosen, Required, WholeField
from views.labels import label
from views.texts import lazy as _l


class TrustForm(BaseForm):
    """Base of the cycle's form."""

    revote = BooleanField(
        _l(
            "A resident may vote again until voting ends, and the last ballot counts: whoever was pressed can vote anew"
        )
    )
    paper = BooleanField(
        _l("Paper ballots are accepted too: numbered, handed out at polling points, entered by two operators")
    )
    key_holder = RadioField(
        _l("Who holds the key that opens the ballots"),
        validators=[Chosen(_l("Choose who holds the key."))],
        validate_choice=False,
    )
    objection_days = WholeField(
        _l("Working days for objections after voting"),
        description=_l(
            "“It was not me”: so long an owner may object to a ballot. The count begins after it."
        ),
        validators=[Required(_l("Write how many working days; 0 when there are none."))],
    )
    opening = RadioField(
        _l("Who can open the ballots anew after the count"),
        validators=[Chosen(_l("Choose who can open them."))],
        validate_choice=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.key_holder.choices = {name.value: label(name) for name in KeyHolder}
        self.opening.choices = {name.value: label(name) for name in Opening}

    def trust(self) -> dict[str, Any]:
        """What was written, by the names of the draft; stand-ins where a field has errors."""
        days, holder, opening = self.objection_days, self.key_holder, self.opening
        return {
            "revote": self.revote.data,
            "paper": self.paper.data,
            "objection_days": 0 if days.errors or days.data is None else days.data,
            "key_holder": KeyHolder.TRUSTEES if holder.errors or not holder.data else KeyHolder(holder.data),
            "opening": Opening.COMMISSION if opening.errors or not opening.data else Opening(opening.data),
        }


def trust_values(draft: CycleDraft) -> dict[str, Any]:
    """What the form shows of a cycle that exists."""
    names = ("revote", "paper", "objection_days")
    chosen = {"key_holder": str(draft.key_holder), "opening": str(draft.opening)}
    return {name: getattr(draft, name) for name in names} | chosen


DEFAULTS: dict[str, Any] = {
    "objection_days": 3,
    "key_holder": KeyHolder.TRUSTEES.value,
    "opening": Opening.COMMISSION.value,
}
"""What a new cycle begins with."""
