"""Forms of the front office. The shape is checked by the domain's own readers."""

from typing import Any

from wtforms import RadioField, SelectField, StringField, TelField, TextAreaField
from wtforms.validators import Length, Optional

from budget.desk import last_characters
from budget.identity.iin import check_iin
from budget.identity.phone import kz_mobile
from models.enums import DocumentKind, Language
from views.forms import BaseForm, Chosen, Required, choice
from views.labels import label
from views.resident.signing_in_forms import ReadBy
from views.staff.fields import current_password_field
from views.texts import lazy as _l

_LONGEST_OBJECTION = 2000


class FindForm(BaseForm):
    """Whose document lies on the desk."""

    iin = StringField(
        _l("IIN"),
        description=_l("12 digits, as in the document"),
        validators=[Required(_l("Write the IIN: 12 digits.")), ReadBy(check_iin)],
        render_kw={"inputmode": "numeric", "autocomplete": "off", "maxlength": "24"},
    )


class DocumentForm(BaseForm):
    """What the operator has seen."""

    document_kind = RadioField(
        _l("Document"), validators=[Chosen(_l("Choose the document you have seen."))], validate_choice=False
    )
    document_last = StringField(
        _l("Last 4 characters of its number"),
        description=_l("Only these are kept, and only until the keys of the voters are destroyed."),
        validators=[
            Required(_l("Write the last 4 characters of the document's number.")),
            ReadBy(last_characters),
        ],
        render_kw={"autocomplete": "off", "spellcheck": "false", "maxlength": "8"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.document_kind.choices = [choice(kind, label(kind)) for kind in DocumentKind]


class ObjectionForm(BaseForm):
    """What the person says, and where the decision is told."""

    text = TextAreaField(
        _l("What the person says"),
        description=_l("In the person's own words: for example that nobody of the family voted for them."),
        validators=[
            Required(_l("Write down what the person says.")),
            Length(max=_LONGEST_OBJECTION, message=_l("Shorten this to %(max)d characters.")),
        ],
    )
    phone = TelField(
        _l("Mobile phone for the answer"),
        description=_l("Leave it empty to use the number on the roll, if there is one."),
        validators=[Optional(), ReadBy(kz_mobile)],
        render_kw={"autocomplete": "off", "maxlength": "40"},
    )
    language = SelectField(
        _l("Language of the answer"), validators=[Chosen(_l("Choose a language."))], validate_choice=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language.choices = [choice(language, label(language)) for language in Language]

    def number(self) -> str | None:
        """The phone in E.164; None when none was written."""
        return kz_mobile(self.phone.data) if self.phone.data else None


class UnlockForm(BaseForm):
    """The operator's password. A browser that kept it must not fill it in: the device comes out of another's hand."""

    current_password = current_password_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.current_password.render_kw = {"autocomplete": "off"}
