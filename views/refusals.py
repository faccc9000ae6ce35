"""From a refusal of the domain to the page: beside its field, or as a page of its own."""

from flask_wtf import FlaskForm

from budget.errors import BudgetRefusal
from views import messages


def attach(form: FlaskForm, refusal: BudgetRefusal) -> None:
    """Put the refusal's sentence beside its field, or at the form's head where the form has no such field.

    Nothing typed is lost: the caller renders the same form again.
    """
    text = messages.text(refusal)
    if refusal.field and refusal.field in form:
        field = form[refusal.field]
        field.errors = [*field.errors, text]
    else:
        form.form_errors.append(text)
