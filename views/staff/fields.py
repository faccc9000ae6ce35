"""Fields and parts of forms that several pages of accounts share."""

from typing import Any

from wtforms import PasswordField, StringField
from wtforms.validators import Length

from budget.staff import MINIMUM_PASSWORD
from views.forms import BaseForm, Required
from views.texts import lazy as _l

LONGEST_PASSWORD = 1000


def code_field(label: Any, **kwargs: Any) -> Any:
    """A code of the app, or a recovery code: digits, with or without spaces."""
    return StringField(
        label,
        validators=[Required(_l("Write the code.")), Length(max=40)],
        render_kw={"inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false"},
        **kwargs,
    )


def new_password_field(label: Any) -> Any:
    """A new password; its length is the domain's to check."""
    return PasswordField(
        label,
        description=_l(
            "At least %(count)s characters. Several words that do not belong together are easy to keep in mind.",
            count=MINIMUM_PASSWORD,
        ),
        validators=[Required(_l("Write your new password.")), Length(max=LONGEST_PASSWORD)],
        render_kw={"autocomplete": "new-password"},
    )


def current_password_field() -> Any:
    """The password the person signs in with now."""
    return PasswordField(
        _l("Your password"),
        validators=[Required(_l("Write your password.")), Length(max=LONGEST_PASSWORD)],
        render_kw={"autocomplete": "current-password"},
    )


class CodeForm(BaseForm):
    """The second factor."""

    code = code_field(
        _l("Code"),
        description=_l(
            "6 digits from the app on your phone. Without the phone: a recovery code of 12 digits."
        ),
    )


class AppCodeForm(BaseForm):
    """The first code of an app that was just set up."""

    code = code_field(_l("Code from the app"), description=_l("6 digits"))


class ConfirmForm(BaseForm):
    """Nothing but the button."""
