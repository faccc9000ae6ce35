"""Creating a cycle and changing its settings; once settled they are shown, with the reason why they stay."""

from collections.abc import Callable, Iterator
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from sqlmodel import Session, col, select
from werkzeug.wrappers import Response

from budget import cycles
from budget.cycle_drafts import draft_of
from budget.errors import BudgetRefusal, NotFound, NotPermitted, SettingFault, SlugTaken
from budget.permissions import Action
from budget.reading import cycles as public_cycles
from budget.reading import office
from budget.settings import CycleDraft
from models.cycle import Cycle, Envelope
from models.enums import Phase
from models.project import Project
from views.access import actor, requires
from views.filters import local_day
from views.office import progress
from views.office.blueprint import bp
from views.office.cycle_form import CycleForm, default_values, phase_fields, values_of
from views.request_scope import config, now, reading, writing
from views.texts import gettext as _

Page = str | tuple[str, int] | Response


@bp.route("/office/cycles/new", methods=["GET", "POST"])
@requires(Action.MANAGE_CYCLE)
def new_cycle() -> Page:
    """A new cycle; it stays a draft until it is published."""
    form = CycleForm(data=default_values(_free_year(now())))

    def create(session: Session, draft: CycleDraft) -> Cycle:
        return cycles.create(session, actor(), draft, now=now(), is_demo=config().demo)

    slug = _stored(form, None, create)
    if slug is None:
        return _form_page(form, None)
    flash(_("The cycle is stored as a draft. Nobody sees it until you publish it."), "good")
    return redirect(url_for("office.cycle", slug=slug), 303)


@bp.route("/office/cycles/<slug>/edit", methods=["GET", "POST"])
@requires(Action.EDIT_SETTINGS)
def edit_cycle(slug: str) -> Page:
    """Change the settings; shown without a form once they can't change."""
    desk = office.desk(reading(), slug, now=now())
    standing = progress.standing(reading(), desk, now=now())
    kept = draft_of(reading(), desk.cycle)
    if request.method == "GET" and progress.is_settled(standing, now()):
        return _settled_page(standing, kept)
    form = CycleForm(data=values_of(kept))
    if desk.cycle.published_at is not None:
        form.keep_published()

    def edit(session: Session, draft: CycleDraft) -> Cycle:
        return cycles.edit(session, actor(), slug, draft, now=now())

    stored = _stored(form, kept, edit)
    if stored is None:
        return _form_page(form, desk.cycle)
    flash(_("The settings are changed."), "good")
    return redirect(url_for("office.cycle", slug=stored), 303)


def _stored(
    form: CycleForm, kept: CycleDraft | None, store: Callable[[Session, CycleDraft], Cycle]
) -> str | None:
    """The address of the cycle once it is stored; None while the form has something to say."""
    if form.adds_envelope() or not form.is_submitted():
        return None
    is_understood = form.validate()
    draft = form.draft(kept)
    if not form.accepts(draft, _clashes(draft, kept), now=now()) or not is_understood:
        return None
    try:
        with writing() as session:
            return store(session, draft).slug
    except (NotFound, NotPermitted):
        raise
    except BudgetRefusal as refusal:
        form.put(refusal)
        return None


def _clashes(draft: CycleDraft, kept: CycleDraft | None) -> Iterator[BudgetRefusal]:
    """What only the rows can say, told together with the rest; the domain has the last word when it stores."""
    own = kept.slug if kept else None
    if draft.slug != own and draft.slug in _slugs():
        yield SlugTaken(slug=draft.slug)
    dropped = {one.public_id for one in kept.envelopes} if kept else set()
    dropped -= {one.public_id for one in draft.envelopes}
    used = select(Envelope.id).join(Project, col(Project.envelope_id) == Envelope.id)
    if dropped and reading().exec(used.where(col(Envelope.public_id).in_(dropped)).limit(1)).first():
        yield SettingFault(setting="envelopes", fault="in_use")


def _form_page(form: CycleForm, cycle: Cycle | None) -> tuple[str, int]:
    is_wrong = form.is_submitted() and bool(form.errors)
    page = render_template(
        "office/cycle_form.html", form=form, cycle=cycle, phases=Phase, phase_fields=phase_fields
    )
    return page, 422 if is_wrong else 200


def _settled_page(standing: progress.Standing, kept: CycleDraft) -> str:
    cycle = standing.desk.cycle
    return render_template(
        "office/settled.html",
        cycle=cycle,
        draft=kept,
        is_ours=standing.is_ours,
        envelopes=public_cycles.envelopes(reading(), cycle.id or 0),
    )


def _free_year(at: datetime) -> int:
    """The first year from now on whose address is free."""
    taken = _slugs()
    year = local_day(at).year
    while str(year) in taken:
        year += 1
    return year


def _slugs() -> set[str]:
    return set(reading().exec(select(Cycle.slug)))
