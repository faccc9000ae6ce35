"""One's own account: language, password, second factor, and the browsers one is signed in with."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import SelectField

from budget import back_off, second_factor, staff, web_sessions
from budget.back_off import Guess
from budget.errors import BudgetRefusal
from budget.permissions import Action
from budget.reading import staff as reading_staff
from models.enums import Language
from models.people import Staff
from views import sessions
from views.access import actor, requires
from views.forms import BaseForm, Chosen, choice
from views.keys import keyring
from views.labels import label
from views.refusals import attach
from views.request_scope import config, now, reading, writing
from views.staff.blueprint import bp
from views.staff.fields import ConfirmForm, current_password_field, new_password_field
from views.staff.signing_in import Page
from views.texts import gettext as _
from views.texts import lazy as _l
from views.texts import ngettext


class LanguageForm(BaseForm):
    """In which language the service writes to the member."""

    language = SelectField(
        _l("Language of messages to you"),
        validators=[Chosen(_l("Choose a language."))],
        validate_choice=False,
    )


class PasswordForm(BaseForm):
    """The old password and the new one."""

    current_password = current_password_field()
    password = new_password_field(_l("New password"))


@bp.get("/staff/account")
@requires(Action.SEE_OWN_ACCOUNT)
def account() -> str:
    """Everything about the own account on one page."""
    return _page(_member(), _language_form())


@bp.post("/staff/account/language")
@requires(Action.SEE_OWN_ACCOUNT)
def change_language() -> Page:
    """Write to me in this language from now on."""
    form = _language_form()
    if not form.validate_on_submit():
        return _page(_member(), form), 422
    with writing() as session:
        row = staff.by_id(session, actor().id)
        staff.change_language(session, row, Language(form.language.data), now=now())
    flash(_("The language is changed."), "good")
    return redirect(url_for("staff.account"), 303)


@bp.route("/staff/account/password", methods=["GET", "POST"])
@requires(Action.SEE_OWN_ACCOUNT)
def change_password() -> Page:
    """A new password; every other browser is signed out."""
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            _change_password(_member(), form.current_password.data or "", form.password.data or "")
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            flash(_("The password is changed. Other browsers are signed out."), "good")
            return redirect(url_for("staff.account"), 303)
    page = render_template("staff/password.html", form=form)
    return (page, 422) if form.is_submitted() else page


@bp.post("/staff/account/sign-out-others")
@requires(Action.SEE_OWN_ACCOUNT)
def sign_out_others() -> Response:
    """End every session of the account but this one."""
    with writing() as session:
        ended = web_sessions.end_all_of(session, actor().id or 0, but=sessions.current().session_id)
    told = ngettext(
        "%(count)s other browser is signed out.",
        "%(count)s other browsers are signed out.",
        ended,
        count=ended,
    )
    flash(told, "good")
    return redirect(url_for("staff.account"), 303)


def _member() -> Staff:
    return staff.by_id(reading(), actor().id)


def _language_form() -> LanguageForm:
    form = LanguageForm(data={"language": _member().language})
    form.language.choices = [choice(language, label(language)) for language in Language]
    return form


def _page(member: Staff, form: LanguageForm) -> str:
    this = sessions.current().session_id
    return render_template(
        "staff/account.html",
        form=form,
        confirm=ConfirmForm(),
        member=member,
        codes_left=second_factor.codes_left(reading(), member),
        is_demanded=not config().demo,
        own_sessions=reading_staff.sessions_of(reading(), member.id or 0, this=this, now=now()),
    )


def _change_password(member: Staff, old: str, new: str) -> None:
    with writing() as session:
        back_off.note_attempt(session, keyring(), email=member.email, now=now(), guess=Guess.STEP_UP)
    staff.check_password(member, old)
    password_hash = staff.hashed(new)
    with writing() as session:
        back_off.forget_failures(session, keyring(), email=member.email, guess=Guess.STEP_UP)
        row = staff.by_id(session, member.id)
        keep = sessions.current().session_id
        staff.change_password(session, row, password_hash=password_hash, keep_session=keep, now=now())
