"""One act behind one form: the transaction, and a refusal beside the field it is about with everything typed kept."""

from collections.abc import Callable

from flask import flash
from flask_wtf import FlaskForm
from sqlmodel import Session

from budget.errors import AlreadyDone, BudgetRefusal, NotFound, NotPermitted
from views import messages
from views.refusals import attach
from views.request_scope import writing


def is_done(form: FlaskForm, act: Callable[[Session], object], told: str = "") -> bool:
    """Was the form sent, and is done what it asks for? Then `told` is said on the page that follows, or when somebody
    was quicker. Else the form is to be shown, with what stands against it.

    Raises: NotFound, NotPermitted.
    """
    if not form.validate_on_submit():
        return False
    try:
        with writing() as session:
            act(session)
    except (NotFound, NotPermitted):
        raise
    except AlreadyDone as refusal:
        flash(messages.text(refusal))
    except BudgetRefusal as refusal:
        attach(form, refusal)
        return False
    else:
        if told:
            flash(told, "good")
    return True
