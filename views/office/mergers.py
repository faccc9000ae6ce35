"""Two similar projects become one, when both authors agree: hints, the question, its answers, taking it back."""

from datetime import datetime

from flask import redirect, render_template, request, url_for
from sqlmodel import Session
from wtforms import SelectField

from budget.council import mergers as acts
from budget.permissions import Action
from budget.reading import council_mergers, council_office
from budget.reading.council_office import Undecided
from models.enums import Language
from models.screening import Merger
from views.access import actor, requires
from views.filters import in_language
from views.forms import BaseForm, Chosen, Required, choice
from views.office import council_standing
from views.office.acting import is_done
from views.office.blueprint import bp
from views.office.council import of_council
from views.office.council_forms import passage
from views.office.steps import ConfirmForm, Page
from views.request_scope import now, reading
from views.texts import gettext as _
from views.texts import lazy as _l


class MergerForm(BaseForm):
    """Which project goes on, which one joins it, and what the authors read."""

    kept = SelectField(
        _l("The project that goes on"),
        description=_l("Its author stays the author. The houses of the other one are added to it."),
        validators=[Chosen(_l("Choose a project."))],
        validate_choice=False,
    )
    joined = SelectField(
        _l("The project that becomes a part of it"),
        validators=[Chosen(_l("Choose a project."))],
        validate_choice=False,
    )
    note_kk = passage(
        _l("What the authors read, in Kazakh"),
        Required(_l("Write in Kazakh why the two should be one.")),
        language=Language.KK,
        description=_l("Why the two should be one, and what changes for each of them."),
    )
    note_ru = passage(
        _l("What the authors read, in Russian"),
        Required(_l("Write in Russian why the two should be one.")),
        language=Language.RU,
    )

    def offer(self, waiting: tuple[Undecided, ...]) -> "MergerForm":
        """The same form with the projects one may choose from."""
        named = [choice(one.public_id, f"№ {one.number} {in_language(one, 'title').text}") for one in waiting]
        for field in (self.kept, self.joined):
            field.choices = [choice("", _("Choose a project")), *named]
        return self


@bp.get("/office/cycles/<slug>/mergers")
@requires(Action.CHECK_PROJECT)
def mergers(slug: str) -> str:
    """The questions put to authors with their answers, and projects that look as if they could become one."""
    cycle = of_council(slug)
    rows = council_mergers.mergers(reading(), cycle.id)
    by_id = {one.id: one for one in council_office.undecided(reading(), cycle.id)}
    houses = council_mergers.same_house(reading(), cycle.id)
    kinds = council_mergers.same_kind(reading(), cycle.id)
    return render_template(
        "office/mergers.html",
        cycle=cycle,
        asked=[row for row in rows if _ended_at(row[0]) is None],
        ended=[(*row, _outcome(row[0]), _ended_at(row[0])) for row in rows if _ended_at(row[0]) is not None],
        houses=[(by_id[one.first], by_id[one.second], one) for one in houses],
        kinds=[([by_id[project] for project in one.projects], one) for one in kinds],
        is_open=council_standing.is_open(reading(), cycle, now=now()),
    )


@bp.route("/office/cycles/<slug>/mergers/propose", methods=["GET", "POST"])
@requires(Action.CHECK_PROJECT)
def propose_merger(slug: str) -> Page:
    """Ask two authors whether their projects become one."""
    cycle = of_council(slug)
    chosen = {name: request.args.get(name, "") for name in ("kept", "joined")}
    form = MergerForm(data=chosen).offer(council_office.undecided(reading(), cycle.id))

    def propose(session: Session) -> None:
        acts.propose(
            session,
            actor(),
            form.kept.data,
            form.joined.data,
            note_kk=form.note_kk.data or "",
            note_ru=form.note_ru.data or "",
            now=now(fresh=True),
        )

    if is_done(form, propose, _("Both authors are asked. They answer on their own pages.")):
        return redirect(url_for("office.mergers", slug=slug), 303)
    page = render_template("office/propose_merger.html", form=form, cycle=cycle)
    return page, 422 if form.is_submitted() else 200


@bp.route("/office/mergers/<public_id>/withdraw", methods=["GET", "POST"])
@requires(Action.CHECK_PROJECT)
def withdraw_merger(public_id: str) -> Page:
    """Take the question back: both projects go on as they are."""
    merger, kept, joined, cycle = council_mergers.merger(reading(), public_id)
    form = ConfirmForm()

    def take_back(session: Session) -> None:
        acts.withdraw(session, actor(), public_id, now=now(fresh=True))

    if is_done(form, take_back, _("The question is taken back. Both projects go on as they are.")):
        return redirect(url_for("office.mergers", slug=cycle.slug), 303)
    page = render_template(
        "office/withdraw_merger.html", form=form, cycle=cycle, merger=merger, kept=kept, joined=joined
    )
    return page, 422 if form.is_submitted() else 200


def _ended_at(row: Merger) -> datetime | None:
    return row.merged_at or row.declined_at or row.withdrawn_at


def _outcome(row: Merger) -> str:
    if row.merged_at is not None:
        return str(_("became one"))
    return str(_("declined by an author") if row.declined_at is not None else _("taken back"))
