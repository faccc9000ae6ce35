"""Forms of signing in as a resident. The shape is checked by the domain's own readers of IIN and phone."""

from collections.abc import Callable

from wtforms import Field, StringField, TelField
from wtforms.validators import Regexp, ValidationError

from budget.errors import BudgetRefusal
from budget.identity.iin import check_iin
from budget.identity.phone import kz_mobile
from views import messages
from views.forms import BaseForm, Required
from views.texts import lazy as _l


class ReadBy:
    """The text must be readable by a function of the domain; its refusal becomes the field's message."""

    def __init__(self, reader: Callable[[str], str]) -> None:
        self.reader = reader

    def __call__(self, _form: object, field: Field) -> None:
        try:
            self.reader(field.data)
        except BudgetRefusal as refusal:
            raise ValidationError(messages.text(refusal)) from refusal


class SignInForm(BaseForm):
    """Who you are and where the code goes. What was typed stays as typed; `person()` gives it as we keep it."""

    iin = StringField(
        _l("IIN"),
        description=_l("12 digits, as in the identity card"),
        validators=[Required(_l("Write your IIN: 12 digits.")), ReadBy(check_iin)],
        render_kw={"inputmode": "numeric", "autocomplete": "off", "maxlength": "24"},
    )
    phone = TelField(
        _l("Mobile phone"),
        description=_l("A number of Kazakhstan, for example +7 701 123 45 67"),
        validators=[Required(_l("Write the number of your mobile phone.")), ReadBy(kz_mobile)],
        render_kw={"autocomplete": "tel", "maxlength": "40"},
    )

    def person(self) -> tuple[str, str]:
        """(IIN, phone in E.164)."""
        return check_iin(self.iin.data or ""), kz_mobile(self.phone.data or "")


class CodeForm(BaseForm):
    """The six digits."""

    code = StringField(
        _l("Code"),
        description=_l("6 digits"),
        filters=[lambda text: "".join(text.split()) if text else text],
        validators=[
            Required(_l("Write the code from the message.")),
            Regexp(r"[0-9]{6}\Z", message=_l("The code has 6 digits.")),
        ],
        render_kw={"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": "10"},
    )
