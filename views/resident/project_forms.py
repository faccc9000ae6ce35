"""The form of a project: one page, any number of houses, a photo by the telephone's camera.

Addresses are rows of street and house; "Add another address" is a submit button of the same form, so it works
without a script and keeps everything typed. A row left empty does not count.
"""

from collections.abc import Sequence
from typing import Any

from flask import request
from flask_wtf.file import FileField
from wtforms import BooleanField, FormField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from budget import addresses, photos
from budget.addresses import MOST_ADDRESSES, Address
from budget.errors import AddressFault, AddressMissing, AddressWithoutHouse, BudgetRefusal
from budget.photos import Picture
from budget.projects import Proposal, check_cost, cost_limit
from budget.reading.places import AreaFacts
from models.cycle import Cycle, Envelope
from models.enums import Direction, Language
from views import messages
from views.filters import in_language, tenge
from views.forms import BaseForm, Chosen, PartForm, Required, RowsField, TengeField, choice
from views.labels import label
from views.texts import gettext as _
from views.texts import lazy as _l

TITLE_MOST = 120
DESCRIPTION_LEAST, DESCRIPTION_MOST = 30, 4000
ROWS = 3
UPLOAD_LIMIT_BYTES = 24 * 1024 * 1024
"""Three times the photo's limit: what is above it is not read at all (page 413)."""
_ADD = "add_address"


class AddressRow(PartForm):
    """One house; `address` is there once a filled row was read."""

    street = StringField(_l("Street"), render_kw={"autocomplete": "off"})
    house = StringField(_l("House"), render_kw={"autocomplete": "off"})
    address: Address | None = None

    def is_empty(self) -> bool:
        """Nothing typed in this row."""
        return not (self.street.data or self.house.data)

    def validate(self, extra_validators: Any = None) -> bool:
        """Read the row; a complaint goes beside the field it is about."""
        super().validate(extra_validators)
        if self.is_empty():
            return True
        try:
            self.address = addresses.parse(self.street.data or "", self.house.data or "")
        except AddressWithoutHouse as refusal:
            self.house.errors = [messages.text(refusal)]
        except AddressFault as refusal:
            field = self.street if refusal.facts["part"] == "street" else self.house
            field.errors = [messages.text(refusal)]
        return not self.errors


class ProjectForm(BaseForm):
    """What an author writes; also for the correction of a returned project."""

    title = StringField(
        _l("Title"),
        description=_l(
            "The place and what should be there: for example “Kenesary 8: a sports ground and lights”."
        ),
        validators=[
            Required(_l("Write a title.")),
            Length(max=TITLE_MOST, message=_l("Shorten the title to %(max)d characters.")),
        ],
    )
    direction = RadioField(
        _l("Direction"),
        description=_l("What kind of work it is mostly."),
        validators=[Chosen(_l("Choose a direction."))],
        validate_choice=False,
    )
    area = SelectField(
        _l("Residential area"), validators=[Chosen(_l("Choose a residential area."))], validate_choice=False
    )
    addresses = RowsField(FormField(AddressRow), min_entries=ROWS, max_entries=MOST_ADDRESSES)
    description = TextAreaField(
        _l("Description"),
        description=_l("What is wrong now, what should be done, and whom it will help."),
        validators=[
            Required(_l("Describe the project.")),
            Length(min=DESCRIPTION_LEAST, message=_l("Tell a little more: at least %(min)d characters.")),
            Length(max=DESCRIPTION_MOST, message=_l("Shorten the description to %(max)d characters.")),
        ],
    )
    envelope = RadioField(
        _l("Part of the budget"),
        validators=[Chosen(_l("Choose a part of the budget."))],
        validate_choice=False,
    )
    estimate_tenge = TengeField(_l("Cost"), validators=[Required(_l("Write what the project costs."))])
    photo = FileField(_l("Photo"), render_kw={"accept": "image/*"})
    remove_photo = BooleanField(_l("Remove the photo that is there now"))

    def offer(
        self,
        cycle: Cycle,
        areas: Sequence[AreaFacts],
        envelopes: Sequence[Envelope],
        *,
        has_photo: bool = False,
    ) -> None:
        """Offer what this cycle accepts."""
        self.direction.choices = [choice(name, label(Direction(name))) for name in cycle.directions]
        self.area.choices = [
            choice("", _("Choose…")),
            *(choice(area.code, in_language(area, "name").text) for area in areas),
        ]
        self.envelope.choices = [
            choice(row.public_id, f"{in_language(row, 'name').text}, {tenge(row.total_tenge)}")
            for row in envelopes
        ]
        if len(envelopes) < 2:
            del self.envelope
        if not has_photo:
            del self.remove_photo
        self.estimate_tenge.description = cost_hint(cycle, envelopes)
        self._cycle, self._envelopes = cycle, envelopes

    def adds_address(self) -> bool:
        """Was "Add another address" pressed? Then there is one more empty row."""
        if _ADD not in request.form or len(self.addresses) >= MOST_ADDRESSES:
            return False
        self.addresses.append_entry()
        return True

    def validate_addresses(self, field: RowsField) -> None:
        """At least one row is filled; the complaint stands beside the first."""
        if all(entry.form.is_empty() for entry in field):
            field[0].form.street.errors = [messages.text(AddressMissing())]
            field.errors = [entry.errors for entry in field]

    def validate_estimate_tenge(self, field: TengeField) -> None:
        """Ask the domain at once, so that this is told together with everything else."""
        if field.data is None:
            return
        public_id = self.envelope.data if "envelope" in self else None
        chosen = [row for row in self._envelopes if public_id in (None, row.public_id)] or self._envelopes
        largest = max(chosen, key=lambda row: row.total_tenge)
        try:
            check_cost(self._cycle, largest, field.data)
        except BudgetRefusal as refusal:
            raise ValidationError(messages.text(refusal)) from None

    def houses(self) -> tuple[Address, ...]:
        """The rows that were read."""
        return tuple(entry.form.address for entry in self.addresses if entry.form.address is not None)

    def picture(self) -> Picture | None:
        """The photo, made ready; None without one, and None with a complaint when it is not acceptable."""
        if self.photo.data is None:
            return None
        try:
            return photos.prepare(self.photo.data.stream.read(photos.LIMIT_BYTES + 1))
        except BudgetRefusal as refusal:
            self.photo.errors = [messages.text(refusal)]
            return None

    def removes_photo(self) -> bool:
        """Shall the photo that is there go?"""
        return "remove_photo" in self and bool(self.remove_photo.data)

    def proposal(self, language: Language) -> Proposal:
        """What was written, for the domain."""
        return Proposal(
            language=language,
            title=self.title.data or "",
            description=self.description.data or "",
            addresses=self.houses(),
            area=self.area.data,
            direction=Direction(self.direction.data),
            estimate_tenge=self.estimate_tenge.data,
            envelope=self.envelope.data if "envelope" in self else None,
        )


def cost_hint(cycle: Cycle, envelopes: Sequence[Envelope]) -> str:
    """What a project may cost at most."""
    most = tenge(highest_cost(cycle, envelopes))
    return str(
        _("Your own estimate in whole tenge, at most %(money)s. The council may correct it.", money=most)
    )


def highest_cost(cycle: Cycle, envelopes: Sequence[Envelope]) -> int:
    """The cap, and never more than the largest envelope holds."""
    return max((cost_limit(cycle, row) for row in envelopes), default=0)
