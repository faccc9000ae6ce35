"""The formal check: is an application complete? Complete ones go to reviewers, evenly (`views/office/assigning.py`), others
back to their authors with remarks part by part.
"""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlmodel import Session
from wtforms import HiddenField, RadioField, SelectMultipleField

from budget import corrections, cycles, projects, screening, versions
from budget.council import formal, returns
from budget.differences import differences
from budget.errors import NotThisState
from budget.permissions import Action
from budget.reading import council_office, project_life
from budget.reading.council_office import Undecided
from budget.reading.projects import Address, addresses_of
from budget.working_days import end_of, moved_days
from models.cycle import Cycle
from models.enums import Language, ProjectPart, ProjectState
from models.project import Project
from views import messages
from views.access import actor, requires
from views.filters import in_language, number
from views.forms import BaseForm, Chosen, Required, choice
from views.labels import label
from views.office import council_standing
from views.office.acting import is_done
from views.office.blueprint import bp
from views.office.council import of_council
from views.office.council_forms import passage
from views.office.steps import Page
from views.request_scope import now, reading
from views.texts import gettext as _
from views.texts import lazy as _l
from views.texts import ngettext


class TicksForm(BaseForm):
    """The applications found complete, as `public id:version`: what was read is what is passed."""

    projects = SelectMultipleField(
        _l("Complete applications"),
        validators=[Required(_l("Tick at least one application."))],
        validate_choice=False,
    )

    def seen(self) -> dict[str, int]:
        """The version of each that was read, by public id."""
        pairs = (one.partition(":") for one in self.projects.data or ())
        return {public_id: _number(version) for public_id, _colon, version in pairs}


class SeenForm(BaseForm):
    """One application found complete: the version that was read."""

    version = HiddenField()


class RemarksForm(BaseForm):
    """What the author is asked to change, part by part. The fields of the parts are added below."""

    version = HiddenField()
    language = RadioField(
        _l("Language of the remarks"),
        validators=[Chosen(_l("Choose a language."))],
        validate_choice=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language.choices = [choice(language, label(language)) for language in Language]
        for part in ProjectPart:
            self[part.value].label.text = label(part)

    def remarks(self) -> dict[ProjectPart, str]:
        """What was written, by part."""
        return {part: self[part.value].data or "" for part in ProjectPart}


for _part in ProjectPart:
    setattr(RemarksForm, _part.value, passage(_part.value))


@bp.route("/office/cycles/<slug>/checks", methods=["GET", "POST"])
@requires(Action.CHECK_PROJECT)
def checks(slug: str) -> Page:
    """What waits for the check, to be ticked in one go; who has too few reviewers; what is with authors."""
    cycle = of_council(slug)
    form = TicksForm()
    passed: list[int] = []

    def pass_ticked(session: Session) -> None:
        waiting = {one.public_id for one in formal.waiting(session, cycle.id)}
        seen = {name: version for name, version in form.seen().items() if name in waiting}
        passed.append(formal.pass_all(session, actor(), cycle, seen, seen=seen, now=now(fresh=True)))

    if is_done(form, pass_ticked):
        _tell_passed(passed[0], len(form.seen()) - passed[0])
        return redirect(url_for("office.checks", slug=slug), 303)
    undecided = council_office.undecided(reading(), cycle.id)
    waiting = [one for one in undecided if one.is_complete is None]
    houses = addresses_of(reading(), [one.id for one in waiting])
    page = render_template(
        "office/checks.html",
        form=form,
        cycle=cycle,
        lines=[(one, _glance(one, houses.get(one.id, ()))) for one in waiting],
        ticked=set(form.projects.data or ()),
        short=[one for one in undecided if one.is_complete and one.readers < cycle.reviewers_per_project],
        complete=sum(bool(one.is_complete) for one in undecided),
        returned=council_office.with_authors(reading(), cycle.id),
        is_open=council_standing.is_open(reading(), cycle, now=now()),
        now=now(),
    )
    return page, 422 if form.is_submitted() else 200


@bp.route("/office/projects/<public_id>/check", methods=["GET", "POST"])
@requires(Action.CHECK_PROJECT)
def check_project(public_id: str) -> Page:
    """One application in full; found complete, the next one follows."""
    project, cycle = screening.found(reading(), public_id)
    form = SeenForm(data={"version": project.version})
    passed: list[int] = []

    def find_complete(session: Session) -> None:
        seen = {public_id: _number(form.version.data)}
        passed.append(formal.pass_all(session, actor(), cycle, seen, seen=seen, now=now(fresh=True)))

    if is_done(form, find_complete):
        _tell_passed(passed[0], 1 - passed[0])
        following = _following(cycle, project) if passed[0] else project.public_id
        if following is None:
            return redirect(url_for("office.checks", slug=cycle.slug), 303)
        return redirect(url_for("office.check_project", public_id=following), 303)
    page = render_template(
        "office/check_project.html",
        form=form,
        cycle=cycle,
        project=project,
        life=project_life.by_public_id(reading(), public_id, now=now()),
        limit=_cost_limit(cycle, project),
        is_noted=formal.is_noted(reading(), project),
        is_open=council_standing.is_open(reading(), cycle, now=now()),
        following=_following(cycle, project),
        **_before(project),
    )
    return page, 422 if form.is_submitted() else 200


@bp.route("/office/projects/<public_id>/send-back", methods=["GET", "POST"])
@requires(Action.CHECK_PROJECT)
def send_back(public_id: str) -> Page:
    """Back to its author: what to change, and until when."""
    project, cycle = screening.found(reading(), public_id)
    if request.method == "GET" and project.state is not ProjectState.SUBMITTED:
        flash(messages.text(NotThisState(state=project.state, wanted=ProjectState.RETURNED)))
        return redirect(url_for("office.check_project", public_id=public_id), 303)
    form = RemarksForm(data={"language": project.language, "version": project.version})

    def give_back(session: Session) -> None:
        returns.send_back(
            session,
            actor(),
            public_id,
            form.remarks(),
            language=Language(form.language.data),
            version=_number(form.version.data),
            now=now(fresh=True),
        )

    if is_done(form, give_back):
        flash(_("Project %(number)s is with its author.", number=project.number), "good")
        return redirect(url_for("office.checks", slug=cycle.slug, _anchor="with-authors"), 303)
    page = render_template(
        "office/send_back.html",
        form=form,
        cycle=cycle,
        project=project,
        parts=[form[part.value] for part in ProjectPart],
        life=project_life.by_public_id(reading(), public_id, now=now()),
        due_at=end_of(now(), cycle.correction_days, moved_days(reading())),
    )
    return page, 422 if form.is_submitted() else 200


def _tell_passed(passed: int, missed: int) -> None:
    if passed:
        told = ngettext(
            "%(count)s application is complete.", "%(count)s applications are complete.", passed, count=passed
        )
        flash(told, "good")
    if missed:
        told = ngettext(
            "%(count)s application changed or was checked meanwhile. Look at it again.",
            "%(count)s applications changed or were checked meanwhile. Look at them again.",
            missed,
            count=missed,
        )
        flash(told)


def _glance(one: Undecided, addresses: Sequence[Address]) -> str:
    """Where, what, with a photo or not, how long a text: in one line."""
    houses = [f"{in_language(house, 'street').text}, {house.house}" for house in addresses]
    length = ngettext("%(shown)s character", "%(shown)s characters", one.letters, shown=number(one.letters))
    parts = [
        "; ".join(houses) or _("no address"),
        in_language(one, "name").text,
        label(one.direction) if one.direction else "",
        _("with a photo") if one.has_photo else _("without a photo"),
        length,
        _("corrected: version %(number)s", number=one.version) if one.version > 1 else "",
    ]
    return " · ".join(filter(None, parts))


def _following(cycle: Cycle, project: Project) -> str | None:
    """The next application to check, by number, then from the first again."""
    others = [one for one in formal.waiting(reading(), cycle.id) if one.id != project.id]
    later = [one for one in others if one.number > project.number]
    return (later or others)[0].public_id if others else None


def _before(project: Project) -> dict[str, Any]:
    """What the author was asked to change the last time, and which parts differ since."""
    earlier = corrections.of_project(reading(), project.id)
    texts = versions.of_project(reading(), project.id)
    asked = corrections.remarks_of(reading(), [earlier[-1].id or 0]) if earlier else {}
    changed = differences(texts[-2].content, texts[-1].content) if len(texts) > 1 else ()
    return {
        "correction": earlier[-1] if earlier else None,
        "remarks": next(iter(asked.values()), {}),
        "changed": [one.part for one in changed],
    }


def _cost_limit(cycle: Cycle, project: Project) -> int | None:
    own = next(
        (one for one in cycles.envelopes(reading(), cycle.id or 0) if one.id == project.envelope_id), None
    )
    return projects.cost_limit(cycle, own) if own is not None else cycle.cost_cap_tenge


def _number(version: object) -> int:
    """A version as the page sent it; 0, which is none, for anything that is no number."""
    text = str(version)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0
