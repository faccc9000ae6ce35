"""Acts that can't be undone, each with its own page that says what will happen; and moving a deadline."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response
from wtforms import TextAreaField
from wtforms.validators import Length

from budget import cycles, phases, trustees
from budget.errors import AlreadyDone, BudgetRefusal, NotFound, NotPermitted
from budget.permissions import Action
from budget.phases import Calendar
from budget.reading import office
from models.cycle import Cycle
from models.enums import KeyHolder, Origin, Phase
from views import messages
from views.access import actor, requires
from views.forms import BaseForm, LocalDateTimeField, Required
from views.i18n import current_language
from views.keys import keyring
from views.office import phase_rows, progress, wording
from views.office.blueprint import bp
from views.office.share_fields import keep_links
from views.refusals import attach
from views.request_scope import now, reading, writing
from views.staff.step_up import requires_step_up
from views.texts import gettext as _
from views.texts import lazy as _l

Page = str | tuple[str, int] | Response
_PREVIEW = "preview"


class ConfirmForm(BaseForm):
    """Nothing but the button."""


class ExtendForm(BaseForm):
    """A new end and why."""

    new_end = LocalDateTimeField(_l("New end"), validators=[Required(_l("Write the new day and time."))])
    reason = TextAreaField(
        _l("Reason"),
        description=_l("Residents read it beside the calendar, in the language you write it in."),
        validators=[
            Required(_l("Write the reason.")),
            Length(max=500, message=_l("Shorten the reason to %(max)d characters.")),
        ],
    )


@dataclass(frozen=True)
class Moved:
    """A phase that an extension moves."""

    phase: Phase
    before: phases.Window
    after: phases.Window


@bp.route("/office/cycles/<slug>/publish", methods=["GET", "POST"])
@requires(Action.MANAGE_CYCLE)
@requires_step_up
def publish_cycle(slug: str) -> Page:
    """Show the cycle to everybody."""
    of_ours(slug, Action.MANAGE_CYCLE)

    def publish(session: Session) -> Cycle:
        return cycles.publish(session, actor(), slug, now=now())

    return _confirm(slug, "office/publish.html", publish, _("The cycle is published. Everybody sees it now."))


@bp.route("/office/cycles/<slug>/freeze", methods=["GET", "POST"])
@requires(Action.FREEZE)
@requires_step_up
def freeze(slug: str) -> Page:
    """Fix the settings and the ballot list before voting begins by itself; trustees get the links to their shares."""
    by_trustees = of_ours(slug, Action.FREEZE).key_holder is KeyHolder.TRUSTEES

    def freeze_list(session: Session) -> None:
        if by_trustees:
            keep_links(slug, trustees.freeze(session, actor(), slug, keyring(), now=now()))
        else:
            cycles.freeze(session, actor(), slug, keyring(), now=now())

    done = _("The settings and the ballot list are frozen. Their hash stands on the page of the rules.")
    then = "office.trustee_links" if by_trustees else "office.cycle"
    return _confirm(slug, "office/freeze.html", freeze_list, done, then=then)


def of_ours(slug: str, action: Action) -> Cycle:
    """The cycle, if it is run in this service: history knows no acts. Raises NotFound, NotPermitted."""
    cycle = cycles.by_slug(reading(), slug)
    if cycle.origin is not Origin.SERVICE:
        raise NotPermitted(action=action)
    return cycle


def _confirm(
    slug: str, template: str, act: Callable[[Session], object], done: str, *, then: str = "office.cycle"
) -> Page:
    """GET asks, POST acts once; a second press is told politely when it was done."""
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            with writing() as session:
                act(session)
        except AlreadyDone as refusal:
            flash(messages.text(refusal))
            return redirect(url_for("office.cycle", slug=slug), 303)
        except (NotFound, NotPermitted):
            raise
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            flash(done, "good")
            return redirect(url_for(then, slug=slug), 303)
    desk = office.desk(reading(), slug, now=now())
    standing = progress.standing(reading(), desk, now=now())
    missing = [
        *wording.conditions(slug, standing.unmet_publishing, standing.unmet_publishing),
        *wording.conditions(slug, standing.unmet_freezing, standing.unmet_freezing),
    ]
    page = render_template(
        template, form=form, cycle=desk.cycle, desk=desk, standing=standing, missing=missing, phases=Phase
    )
    return page, 422 if form.is_submitted() else 200


@bp.route(f"/office/cycles/<slug>/extend/<any({', '.join(Phase)}):phase>", methods=["GET", "POST"])
@requires(Action.EXTEND_DEADLINE)
def extend(slug: str, phase: str) -> Page:
    """Move the end of a phase later; first shows what moves along."""
    of_ours(slug, Action.EXTEND_DEADLINE)
    desk = office.desk(reading(), slug, now=now())
    window = desk.calendar.window(Phase(phase))
    form = ExtendForm(data={"new_end": window.ends_at if window else None})
    moved: list[Moved] = []
    if form.validate_on_submit():
        try:
            moved = _moved(desk.calendar, Phase(phase), form.new_end.data, cycle=desk.cycle)
            if _PREVIEW not in request.form:
                _extend(slug, Phase(phase), form)
                flash(_("The deadline is moved, and the reason is published."), "good")
                return redirect(url_for("office.cycle", slug=slug, _anchor="calendar"), 303)
        except (NotFound, NotPermitted):
            raise
        except BudgetRefusal as refusal:
            attach(form, refusal)
    page = render_template(
        "office/extend.html", form=form, cycle=desk.cycle, window=window, phase=Phase(phase), moved=moved,
        is_possible=_is_possible(desk, Phase(phase)),
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _extend(slug: str, phase: Phase, form: ExtendForm) -> None:
    with writing() as session:
        cycles.extend_phase(
            session,
            actor(),
            slug,
            phase,
            form.new_end.data,
            reason=form.reason.data or "",
            language=current_language(),
            now=now(),
        )


def _moved(calendar: Calendar, phase: Phase, new_end: datetime, *, cycle: Cycle) -> list[Moved]:
    """The phases that differ after the extension. Raises ExtensionFault."""
    after = phases.extend(calendar, phase, new_end, now=now(), reopen=cycles.may_reopen(cycle, phase))
    pairs = zip(calendar.windows, after.windows, strict=True)
    return [Moved(old.phase, old, new) for old, new in pairs if old != new]


def _is_possible(desk: office.Desk, phase: Phase) -> bool:
    standing = progress.standing(reading(), desk, now=now())
    return any(row.can_extend for row in phase_rows.calendar_rows(standing, now=now()) if row.phase is phase)
