"""Accounts of staff: the coordinator's list, invitations, and what is done with the accounts of others."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response
from wtforms import EmailField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from budget import invitations, staff, staff_care
from budget.errors import AlreadyDone, BudgetRefusal, InvitationOver, NotFound, NotPermitted
from budget.permissions import Action
from budget.reading import staff as reading_staff
from models.enums import Language, Role
from models.people import Staff
from views import messages
from views.access import actor, requires
from views.forms import BaseForm, Chosen, Required, choice
from views.labels import label
from views.office.blueprint import bp
from views.refusals import attach
from views.request_scope import now, reading, writing
from views.staff import shown_once
from views.staff.fields import ConfirmForm
from views.staff.step_up import requires_step_up
from views.texts import gettext as _
from views.texts import lazy as _l

Page = str | tuple[str, int] | Response


def _looks_like_email(_form: Any, field: Any) -> None:
    if not staff.is_email(field.data or ""):
        raise ValidationError(_("This is not an e-mail address. Write it like name@example.kz."))


class InviteForm(BaseForm):
    """Who is invited."""

    name = StringField(
        _l("Name"),
        description=_l("As the log and the protocols show it."),
        validators=[Required(_l("Write the name.")), Length(max=120)],
    )
    email = EmailField(
        _l("E-mail"),
        description=_l("The person signs in with it."),
        validators=[
            Required(_l("Write the e-mail.")),
            Length(max=254),
            _looks_like_email,
        ],
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )
    role = RadioField(_l("Role"), validators=[Chosen(_l("Choose a role."))], validate_choice=False)
    language = SelectField(
        _l("Language"), validators=[Chosen(_l("Choose a language."))], validate_choice=False
    )


class ReasonForm(BaseForm):
    """Why, for the log."""

    reason = TextAreaField(
        _l("Reason"),
        description=_l("It stands in the log: for example how you made sure who asks."),
        validators=[
            Required(_l("Write the reason.")),
            Length(max=500, message=_l("Shorten the reason to %(max)d characters.")),
        ],
    )


@bp.get("/office/staff")
@requires(Action.MANAGE_STAFF)
def members() -> str:
    """Every account and every open invitation."""
    return render_template(
        "office/staff.html",
        accounts=reading_staff.accounts(reading()),
        invitations=reading_staff.open_invitations(reading(), now=now()),
    )


@bp.route("/office/staff/invite", methods=["GET", "POST"])
@requires(Action.MANAGE_STAFF)
@requires_step_up
def invite() -> Page:
    """Make an invitation; the next page shows its link."""
    form = InviteForm(data={"language": Language.KK})
    form.role.choices = [choice(role, label(role)) for role in staff.ROLES]
    form.language.choices = [choice(language, label(language)) for language in Language]
    if form.validate_on_submit():
        try:
            link = _invite(form)
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            shown_once.keep(shown_once.INVITATION, actor().id, [form.name.data or "", link])
            return redirect(url_for("office.invited"), 303)
    page = render_template("office/staff_invite.html", form=form)
    return page, 422 if form.is_submitted() else 200


@bp.get("/office/staff/invited")
@requires(Action.MANAGE_STAFF)
def invited() -> Page:
    """The link of a fresh invitation, to be handed over."""
    kept = shown_once.kept(shown_once.INVITATION, actor().id)
    if kept is None:
        return redirect(url_for("office.members"), 303)
    name, link = kept
    return render_template("office/staff_invited.html", name=name, link=link, days=invitations.LIFETIME.days)


@bp.route("/office/staff/invitations/<int:invitation_id>/withdraw", methods=["GET", "POST"])
@requires(Action.MANAGE_STAFF)
@requires_step_up
def withdraw_invitation(invitation_id: int) -> Page:
    """Make the link worthless."""
    opened = reading_staff.open_invitations(reading(), now=now())
    row = next((one for one in opened if one.id == invitation_id), None)
    if row is None:
        raise NotFound(invitation=invitation_id)
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            with writing() as session:
                invitations.withdraw(session, actor(), invitation_id, now=now())
        except InvitationOver as refusal:
            flash(messages.text(refusal))
        else:
            flash(_("The invitation is withdrawn. Its link opens nothing any more."), "good")
        return redirect(url_for("office.members"), 303)
    return render_template("office/staff_withdraw.html", form=form, invitation=row)


@bp.route("/office/staff/<int:member_id>/disable", methods=["GET", "POST"])
@requires(Action.MANAGE_STAFF)
@requires_step_up
def disable_member(member_id: int) -> Page:
    """Take away the right to sign in."""

    def act(session: Session, _form: BaseForm) -> None:
        staff_care.disable(session, actor(), member_id, now=now())

    done = _("The account is disabled, and its browsers are signed out.")
    return _confirm(member_id, "office/staff_disable.html", ConfirmForm(), act, done)


@bp.route("/office/staff/<int:member_id>/enable", methods=["GET", "POST"])
@requires(Action.MANAGE_STAFF)
@requires_step_up
def enable_member(member_id: int) -> Page:
    """Give it back."""

    def act(session: Session, _form: BaseForm) -> None:
        staff_care.enable(session, actor(), member_id, now=now())

    return _confirm(
        member_id, "office/staff_enable.html", ConfirmForm(), act, _("The account can sign in again.")
    )


@bp.route("/office/staff/<int:member_id>/reset-second-factor", methods=["GET", "POST"])
@requires(Action.MANAGE_STAFF)
@requires_step_up
def reset_second_factor(member_id: int) -> Page:
    """Somebody lost the phone and the recovery codes."""

    def act(session: Session, form: BaseForm) -> None:
        reason = form["reason"].data or ""
        staff_care.reset_second_factor(session, actor(), member_id, reason=reason, now=now())

    done = _("The second factor is taken away. The next sign-in sets it up anew.")
    return _confirm(member_id, "office/staff_reset.html", ReasonForm(), act, done)


def _confirm(
    member_id: int, template: str, form: BaseForm, act: Callable[[Session, BaseForm], None], done: str
) -> Page:
    member: Staff = staff.by_id(reading(), member_id)
    if form.validate_on_submit():
        try:
            with writing() as session:
                act(session, form)
        except AlreadyDone as refusal:
            flash(messages.text(refusal))
            return redirect(url_for("office.members"), 303)
        except (NotFound, NotPermitted):
            raise
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            flash(done, "good")
            return redirect(url_for("office.members"), 303)
    page = render_template(template, form=form, member=member, is_own=member.id == actor().id)
    return page, 422 if form.is_submitted() else 200


def _invite(form: InviteForm) -> str:
    language = Language(form.language.data)
    with writing() as session:
        _row, token = invitations.invite(
            session,
            actor(),
            email=form.email.data or "",
            name=form.name.data or "",
            role=Role(form.role.data),
            language=language,
            now=now(),
        )
    return url_for("staff.accept_invitation", lang=str(language), token=token, _external=True)
