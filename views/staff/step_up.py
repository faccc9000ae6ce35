"""Step-up: who publishes, closes or changes accounts shows password and code again, if that was over five minutes ago.

`@requires_step_up` stands under `@requires`. It answers in the place of the page: the address stays, and a form that
was posted is carried along in hidden fields, so nothing typed is lost. After the right answer a page that was asked
for is shown, and a form that was posted goes on as it was sent. An account without a second factor (demo only) shows
the password alone.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from flask import redirect, render_template, request

from budget import back_off, second_factor, staff, web_sessions
from budget.back_off import Guess
from budget.errors import BudgetRefusal
from models.people import Staff
from views import sessions
from views.forms import BaseForm
from views.keys import keyring, totp_key
from views.refusals import attach
from views.request_scope import now, reading, writing
from views.staff.fields import code_field, current_password_field
from views.staff.first_pages import first_page
from views.texts import lazy as _l

View = TypeVar("View", bound=Callable[..., Any])
GOOD_FOR = timedelta(minutes=5)
_PREFIX = "step_up-"
_METHOD = "step_up-asked"
_MARK = "__step_up__"


class StepUpForm(BaseForm):
    """Password and code once more; its names have a prefix, beside the fields of the form it holds up."""

    current_password = current_password_field()
    code = code_field(
        _l("Code"),
        description=_l("6 digits from the app: one that you have not used yet. Or a recovery code."),
    )


def requires_step_up(view: View) -> View:
    """The view runs only within five minutes of a step-up; before that it is held up by the question."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if _is_fresh():
            return view(*args, **kwargs)
        page = _ask()
        if page is not None:
            return page
        if request.form.get(_METHOD) == "GET":
            return redirect(request.full_path.rstrip("?"), 303)
        return view(*args, **kwargs)

    setattr(guarded, _MARK, True)
    return cast(View, guarded)


def is_demanded(view: Callable[..., Any]) -> bool:
    """Does this view function demand a step-up?"""
    return getattr(view, _MARK, False)


def _is_fresh() -> bool:
    shown_at = sessions.current().stepped_up_at
    return shown_at is not None and now() - shown_at < GOOD_FOR


def _ask() -> tuple[str, int] | None:
    """The page that asks; None once the answer is right."""
    member = staff.by_id(reading(), sessions.current().actor.id)
    form = StepUpForm(prefix=_PREFIX)
    if member.totp_secret is None:
        del form.code
    is_answer = _METHOD in request.form
    if is_answer and form.validate():
        try:
            _check(member, form)
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            return None
    elif not is_answer:
        form.process(None)
    page = render_template(
        "staff/step_up.html",
        form=form,
        carried=_carried(),
        asked=request.form.get(_METHOD, request.method),
        back=first_page(member.role),
    )
    return page, 200 if request.method == "GET" else 422


def _check(member: Staff, form: StepUpForm) -> None:
    with writing() as session:
        back_off.note_attempt(session, keyring(), email=member.email, now=now(), guess=Guess.STEP_UP)
    staff.check_password(member, form.current_password.data or "")
    with writing() as session:
        if "code" in form:
            row = staff.by_id(session, member.id)
            second_factor.check(session, keyring(), totp_key(), row, form.code.data or "", now=now())
        back_off.forget_failures(session, keyring(), email=member.email, guess=Guess.STEP_UP)
        web_sessions.step_up(session, sessions.current().session_id or 0, now=now())
    sessions.forget_current()


def _carried() -> list[tuple[str, str]]:
    """What the form held up says, without the token and the answers here."""
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name != "csrf_token" and not name.startswith(_PREFIX)
    ]
