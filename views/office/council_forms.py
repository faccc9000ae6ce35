"""Forms of the council's composition, and the texts in Kazakh and Russian that many forms of the council ask for."""

from typing import Any

from wtforms import BooleanField, DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from budget.council.members import Appointment
from models.council import CouncilMember
from models.enums import Language, MemberKind
from models.people import Staff
from views.forms import BaseForm, Chosen, Required, choice
from views.labels import label
from views.texts import gettext as _
from views.texts import lazy as _l

TOO_LONG = _l("Shorten this to %(max)d characters.")


def line(
    text: Any, *validators: Any, language: Language | None = None, most: int = 160, **kwargs: Any
) -> Any:
    """One line of text; `language` where it is not the page's."""
    return StringField(
        text,
        validators=[*validators, Length(max=most, message=TOO_LONG)],
        render_kw={"autocomplete": "off", **({"lang": language.value} if language else {})},
        **kwargs,
    )


def passage(
    text: Any, *validators: Any, language: Language | None = None, most: int = 1000, **kwargs: Any
) -> Any:
    """Several lines of text; `language` where it is not the page's."""
    return TextAreaField(
        text,
        validators=[*validators, Length(max=most, message=TOO_LONG)],
        render_kw={"lang": language.value} if language else {},
        **kwargs,
    )


class AppointForm(BaseForm):
    """Whom the akimat appoints: the account that votes, and what everybody reads."""

    staff = SelectField(
        _l("Account"),
        description=_l("With it the member signs in, reads, votes and signs."),
        validators=[Chosen(_l("Choose an account."))],
        validate_choice=False,
    )
    kind = RadioField(
        _l("Whom does the member come from?"),
        validators=[Chosen(_l("Choose whom the member comes from."))],
        validate_choice=False,
    )
    name_kk = line(
        _l("Full name in Kazakh"), Required(_l("Write the full name in Kazakh.")), language=Language.KK
    )
    name_ru = line(
        _l("Full name in Russian"), Required(_l("Write the full name in Russian.")), language=Language.RU
    )
    organisation_kk = line(_l("Organisation in Kazakh"), language=Language.KK)
    organisation_ru = line(_l("Organisation in Russian"), language=Language.RU)
    field_kk = line(
        _l("Field in Kazakh"),
        language=Language.KK,
        description=_l("What the member knows about: for instance roads, trees, children’s playgrounds."),
    )
    field_ru = line(_l("Field in Russian"), language=Language.RU)
    is_chair = BooleanField(_l("This member is the chair"))
    appointed_by = line(
        _l("Appointed by which act"),
        Required(_l("Write the act: for instance the number and date of the akim’s order.")),
        description=_l("For instance: order № 12 of 15 January 2027."),
    )
    from_on = DateField(_l("Member from"), validators=[Required(_l("Write the day the membership begins."))])

    def offer(self, accounts: list[Staff]) -> "AppointForm":
        """The same form with the accounts one may choose from."""
        named = [choice(str(one.id), f"{one.name} ({one.email})") for one in accounts]
        self.staff.choices = [choice("", _("Choose an account")), *named]
        self.kind.choices = [choice(kind, label(kind)) for kind in MemberKind]
        return self

    def appointment(self) -> Appointment:
        """What was written, once it is valid."""
        texts = ("name", "organisation", "field")
        return Appointment(
            staff_id=int(self.staff.data),
            kind=MemberKind(self.kind.data),
            appointed_by=self.appointed_by.data or "",
            from_on=self["from_on"].data,
            is_chair=self.is_chair.data,
            **{
                f"{name}_{code}": self[f"{name}_{code}"].data or "" for name in texts for code in ("kk", "ru")
            },
        )


class ReplaceForm(AppointForm):
    """Who comes instead, and why the other one leaves."""

    reason = passage(
        _l("Why the member leaves"),
        Required(_l("Write the reason.")),
        most=500,
        description=_l("Everybody reads it in the history of the council."),
    )


class DismissForm(BaseForm):
    """Why a membership ends."""

    reason = passage(
        _l("Reason"),
        Required(_l("Write the reason.")),
        most=500,
        description=_l("Everybody reads it in the history of the council."),
    )


def instead_of(member: CouncilMember) -> dict[str, Any]:
    """What whoever comes instead has in common with the one who leaves."""
    return {"kind": member.kind, "is_chair": member.is_chair}
