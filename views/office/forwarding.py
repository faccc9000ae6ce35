"""A rejected project is sent on to the body that is competent: whom, on what ground, under which number, when."""

from flask import redirect, render_template, url_for
from sqlmodel import Session
from wtforms import DateField, RadioField

from budget import screening
from budget.council import criteria, forwardings
from budget.council.forwardings import Sent
from budget.permissions import Action
from models.council import CompetentBody
from models.enums import Language
from views.access import actor, requires
from views.filters import in_language, local_day
from views.forms import BaseForm, Chosen, Required, choice
from views.office.acting import is_done
from views.office.blueprint import bp
from views.office.council_forms import line
from views.office.steps import Page
from views.request_scope import now, reading
from views.texts import gettext as _
from views.texts import lazy as _l

OTHER = "other"


class ForwardForm(BaseForm):
    """To whom a project goes: a body of the list, or one written here."""

    body = RadioField(
        _l("Whom is it sent to?"),
        validators=[Chosen(_l("Choose whom it is sent to."))],
        validate_choice=False,
    )
    body_kk = line(_l("Name of the body in Kazakh"), language=Language.KK)
    body_ru = line(_l("Name of the body in Russian"), language=Language.RU)
    contact = line(_l("How to reach them"))
    ground = line(
        _l("Legal ground"),
        Required(_l("Write the legal ground.")),
        most=300,
        description=_l(
            "Why it is theirs: the law and its article. Everybody reads it on the page of the project."
        ),
    )
    number = line(_l("Outgoing number"), most=40, description=_l("Of the letter. May be left empty."))
    forwarded_on = DateField(_l("Sent on"), validators=[Required(_l("Write the day it was sent on."))])

    def offer(self, listed: list[CompetentBody]) -> "ForwardForm":
        """The same form with the bodies of the district's list, and another one."""
        named = [
            choice(one.public_id, f"{in_language(one, 'name').text} – {in_language(one, 'matter').text}")
            for one in listed
        ]
        self.body.choices = [*named, choice(OTHER, _("Another one, written below"))]
        return self

    def sent(self, listed: list[CompetentBody]) -> Sent:
        """What was written; names from the list where a body of it was chosen."""
        chosen = next((one for one in listed if one.public_id == self.body.data), None)
        return Sent(
            body_kk=chosen.name_kk if chosen else self.body_kk.data or "",
            body_ru=chosen.name_ru if chosen else self.body_ru.data or "",
            contact=chosen.contact if chosen else self.contact.data or "",
            ground=self.ground.data or "",
            forwarded_on=self["forwarded_on"].data,
            number=self.number.data or "",
        )


@bp.route("/office/projects/<public_id>/forward", methods=["GET", "POST"])
@requires(Action.MANAGE_COUNCIL)
def forward(public_id: str) -> Page:
    """Write down to whom a rejected project went; once written it is shown."""
    project, cycle = screening.found(reading(), public_id)
    listed = list(criteria.bodies(reading()))
    form = ForwardForm(data={"forwarded_on": local_day(now()), "body": "" if listed else OTHER}).offer(listed)

    def send(session: Session) -> None:
        forwardings.record(session, actor(), public_id, form.sent(listed), now=now(fresh=True))

    done = _("Project %(number)s is sent on. Its page says to whom.", number=project.number)
    if is_done(form, send, done):
        return redirect(url_for("office.forward", public_id=public_id), 303)
    decisions = screening.decisions_of(reading(), project.id)
    page = render_template(
        "office/forward.html",
        form=form,
        cycle=cycle,
        project=project,
        rejection=decisions[0] if decisions else None,
        sent=forwardings.of_project(reading(), project.id),
    )
    return page, 422 if form.is_submitted() else 200
