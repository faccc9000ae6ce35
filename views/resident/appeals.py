"""An author's appeal against a rejection: written beside its reasons, and then followed until it is answered."""

from flask import flash, redirect, render_template, url_for
from wtforms import BooleanField, TextAreaField
from wtforms.validators import Length

from budget import projects
from budget.council import appeals
from budget.errors import BudgetRefusal, NotFound, NotPermitted
from budget.permissions import Action
from budget.reading import project_life
from budget.reading.project_facts import Decision
from budget.reading.project_life import ProjectLife
from models.cycle import Cycle
from models.enums import ScreeningOutcome
from models.screening import Appeal
from views import messages
from views.access import actor, requires
from views.filters import Localised, in_language
from views.forms import BaseForm, Required
from views.i18n import current_language
from views.public import project_screening
from views.public.project_events import last_day, said_in
from views.refusals import attach
from views.request_scope import now, reading, writing
from views.resident.blueprint import bp
from views.resident.projects import Answer
from views.texts import gettext as _
from views.texts import lazy as _l

TEXT_MOST = 4000


class AppealForm(BaseForm):
    """What the author has to say, and whether they wish to be heard."""

    text = TextAreaField(
        _l("Why do you not agree?"),
        description=_l(
            "What the council overlooked or got wrong, and what shows it. Members of the council read it; it is not published."
        ),
        validators=[
            Required(_l("Write why you do not agree.")),
            Length(max=TEXT_MOST, message=_l("Shorten the text to %(max)d characters.")),
        ],
    )
    wants_hearing = BooleanField(_l("I wish to be heard in person"))


class _Place:
    """Where the author is heard, in Kazakh and Russian."""

    def __init__(self, row: Appeal) -> None:
        self.place_kk, self.place_ru, self.place_en = row.hearing_place_kk, row.hearing_place_ru, ""


@bp.route("/projects/<public_id>/appeal", methods=["GET", "POST"])
@requires(Action.APPEAL)
def appeal(public_id: str) -> Answer:
    """File an appeal, or see where it stands."""
    project = projects.own(reading(), actor(), public_id)
    life = project_life.by_public_id(reading(), public_id, now=now())
    filed = appeals.of_project(reading(), project.id)
    form = AppealForm()
    if form.is_submitted():
        return _filed(life, form)
    if filed is not None:
        return _state(life, filed)
    try:
        appeals.check_may_file(reading(), actor(), public_id, now=now())
    except (NotFound, NotPermitted):
        raise
    except BudgetRefusal as refusal:
        return render_template("resident/appeal_closed.html", life=life, reason=messages.text(refusal))
    return _form(life, form)


def _filed(life: ProjectLife, form: AppealForm) -> Answer:
    public_id = life.facts.public_id
    if form.validate():
        try:
            with writing() as session:
                appeals.file(
                    session,
                    actor(),
                    public_id,
                    text=form.text.data or "",
                    language=current_language(),
                    wants_hearing=bool(form.wants_hearing.data),
                    now=now(fresh=True),
                )
        except (NotFound, NotPermitted):
            raise
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            flash(_("Your appeal is filed."), "good")
            return redirect(url_for("resident.appeal", public_id=public_id), 303)
    return _form(life, form), 422


def _form(life: ProjectLife, form: AppealForm) -> str:
    rejection = _rejection(life)
    until = rejection.appeal_until if rejection else None
    cycle = reading().get_one(Cycle, life.cycle.cycle_id)
    return render_template(
        "resident/appeal.html",
        life=life,
        form=form,
        last_day=last_day(until) if until else "",
        days=cycle.appeal_decision_days,
        **_words(rejection),
    )


def _state(life: ProjectLife, filed: Appeal) -> str:
    place: Localised = in_language(_Place(filed), "place")
    answered = life.decisions[-1] if filed.decided_at is not None and life.decisions else None
    rejection = next((one for one in life.decisions if one.appeal is not None), None)
    return render_template(
        "resident/appeal_state.html",
        life=life,
        filed=filed,
        text=said_in(filed.text, filed.language),
        place=place,
        last_day=last_day(filed.decide_by),
        is_late=filed.decided_at is None and filed.decide_by <= now(),
        answer=_words(answered) if answered is not None else None,
        **_words(rejection),
    )


def _rejection(life: ProjectLife) -> Decision | None:
    found = (one for one in reversed(life.decisions) if one.outcome is ScreeningOutcome.REJECTED)
    return next(found, None)


def _words(decision: Decision | None) -> dict[str, object]:
    """A decision for the page: what it rests on, its reasons, its session."""
    if decision is None:
        return {"rests_on": (), "reasons": (), "decision": None}
    return {
        "rests_on": project_screening.rests_on(decision),
        "reasons": project_screening.reasons(decision),
        "decision": decision,
    }
