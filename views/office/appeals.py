"""Appeals of authors: how urgent each is, what it says, when the author is heard, and who may decide it."""

from flask import redirect, render_template, url_for
from sqlmodel import Session

from budget.council import appeals as council_appeals
from budget.council import members
from budget.permissions import Action
from budget.reading import council_office
from models.council import CouncilMember
from models.cycle import Cycle
from models.enums import Language
from models.project import Project
from views.access import actor, requires
from views.forms import BaseForm, LocalDateTimeField, Required
from views.office import council_standing
from views.office.acting import is_done
from views.office.blueprint import bp
from views.office.council import of_council
from views.office.council_forms import line
from views.office.steps import ConfirmForm, Page
from views.request_scope import now, reading
from views.texts import gettext as _
from views.texts import lazy as _l


class HearingForm(BaseForm):
    """When and where the author is heard."""

    hearing_at = LocalDateTimeField(_l("Day and time"), validators=[Required(_l("Write the day and time."))])
    hearing_place_kk = line(
        _l("Place in Kazakh"), Required(_l("Write the place in Kazakh.")), language=Language.KK
    )
    hearing_place_ru = line(
        _l("Place in Russian"), Required(_l("Write the place in Russian.")), language=Language.RU
    )


@bp.get("/office/cycles/<slug>/appeals")
@requires(Action.CHECK_PROJECT)
def appeals(slug: str) -> str:
    """Every appeal of the cycle, the most urgent first."""
    cycle = of_council(slug)
    lines = council_office.appeals(reading(), cycle.id)
    return render_template("office/appeals.html", cycle=cycle, lines=lines, now=now())


@bp.route("/office/appeals/<public_id>", methods=["GET", "POST"])
@requires(Action.CHECK_PROJECT)
def appeal(public_id: str) -> Page:
    """One appeal: its text, the rejection, the hearing, the members who may decide it."""
    found, project, rejection, cycle = council_office.appeal(reading(), public_id)
    form = HearingForm(obj=found)

    def invite(session: Session) -> None:
        council_appeals.set_hearing(
            session,
            actor(),
            public_id,
            at=form.hearing_at.data,
            place_kk=form.hearing_place_kk.data or "",
            place_ru=form.hearing_place_ru.data or "",
            now=now(fresh=True),
        )

    if is_done(
        form,
        invite,
        _("The author sees the invitation on My page, and is told by SMS where the number is known."),
    ):
        return redirect(url_for("office.appeal", public_id=public_id), 303)
    page = render_template(
        "office/appeal.html",
        form=form,
        cycle=cycle,
        appeal=found,
        project=project,
        rejection=rejection,
        session_number=council_office.session_of(reading(), project.id),
        is_open=council_standing.is_open(reading(), cycle, now=now()),
        now=now(),
        **_deciders(cycle, project),
    )
    return page, 422 if form.is_submitted() else 200


@bp.route("/office/appeals/<public_id>/heard", methods=["GET", "POST"])
@requires(Action.CHECK_PROJECT)
def appeal_heard(public_id: str) -> Page:
    """Note that the author was heard."""
    found, project, _rejection, cycle = council_office.appeal(reading(), public_id)
    form = ConfirmForm()

    def note(session: Session) -> None:
        council_appeals.note_heard(session, actor(), public_id, now=now(fresh=True))

    if is_done(form, note, _("It is noted that the author was heard.")):
        return redirect(url_for("office.appeal", public_id=public_id), 303)
    page = render_template("office/appeal_heard.html", form=form, cycle=cycle, appeal=found, project=project)
    return page, 422 if form.is_submitted() else 200


def _deciders(cycle: Cycle, project: Project) -> dict[str, list[CouncilMember]]:
    """The members in office who may decide the appeal, and those who may not: they rejected, or they stand aside."""
    rejected = council_appeals.took_part(reading(), project.id)
    aside = members.recusals(reading(), project.id).keys()
    office = members.in_office(reading(), cycle.id or 0, now=now())
    return {
        "may_decide": [one for one in office if one.id not in rejected | aside],
        "took_part": [one for one in office if one.id in rejected],
        "stand_aside": [one for one in office if one.id in aside - rejected],
    }
