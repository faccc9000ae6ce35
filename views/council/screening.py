"""The council's queue, and one project on one page with the decision under it.

After a decision the next project is one click away. What is not decided is seen by nobody outside: there are no
drafts of decisions here, and the public pages read decided rows only.
"""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from budget import cycles, screening
from budget.errors import BudgetRefusal, CostAboveCap, CostNotPositive, NotFound, NotPermitted
from budget.permissions import Action, may
from budget.reading import project_life
from budget.reading.project_life import ProjectLife
from budget.screening import Progress, Show
from models.cycle import Cycle
from models.enums import Phase, ProjectState
from models.project import Project
from views import messages
from views.access import actor, requires
from views.council.blueprint import bp
from views.council.forms import DecisionForm
from views.filters import deadline, in_language
from views.public.project_story import standing
from views.public_facts import places
from views.refusals import attach
from views.request_scope import now, reading, writing

_LARGEST_PAGE = 1000


@dataclass(frozen=True)
class Filters:
    """What of the queue is shown; kept in the address."""

    show: Show
    area: str
    page: int


@dataclass(frozen=True)
class Tab:
    """A part of the queue with its number of projects."""

    text: str
    count: int
    href: str
    is_current: bool


@bp.get("/council")
@requires(Action.SEE_QUEUE)
def queue() -> str:
    """What is left to read, and how far the council is."""
    opened = screening.open_cycles(reading(), now=now())
    if not opened:
        return render_template("council/nothing_open.html")
    slug = request.args.get("cycle", "")
    cycle = next((one for one in opened if one.slug == slug), opened[0])
    filters, progress = _filters(), screening.progress(reading(), cycle)
    found = screening.queue(reading(), cycle, filters.show, area=filters.area or None, page=filters.page)

    def page_href(page: int) -> str:
        return _href(cycle, filters.show, filters.area, page)

    return render_template(
        "council/queue.html",
        cycle=cycle,
        cycles=opened,
        progress=progress,
        until=_until(cycle),
        tabs=_tabs(cycle, filters, progress),
        filters=filters,
        found=found,
        rows=[(row, area, standing(row.state, None, None)) for row, area in found.rows],
        area_options=[(area.code, in_language(area, "name").text) for area in places().areas],
        first=screening.first_waiting(reading(), cycle),
        page_href=page_href,
    )


@bp.route("/council/projects/<public_id>", methods=["GET", "POST"])
@requires(Action.SEE_QUEUE)
def project(public_id: str) -> AnyResponse | tuple[str, int] | str:
    """One project on one page; the decision is posted here too."""
    row, cycle = screening.found(reading(), public_id)
    form = _form(row, cycle)
    if not form.is_submitted():
        return _show(row, cycle, form)
    if form.validate():
        try:
            with writing() as session:
                screening.decide(session, actor(), row, form.conclusion(), now=now(fresh=True))
        except (NotFound, NotPermitted):
            raise
        except (CostAboveCap, CostNotPositive) as refusal:
            form.cost_tenge.errors = [messages.text(refusal)]
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            flash(_("The decision is recorded: project %(number)s.", number=row.number), "good")
            return redirect(url_for("council.project", public_id=public_id), 303)
    row, cycle = screening.found(reading(), public_id)
    return _show(row, cycle, form), 422


def _form(row: Project, cycle: Cycle) -> DecisionForm:
    envelopes = cycles.envelopes(reading(), cycle.id or 0)
    current = next((one.public_id for one in envelopes if one.id == row.envelope_id), None)
    form = DecisionForm(data={"cost_tenge": row.estimate_tenge, "envelope": current})
    form.offer(row, envelopes)
    return form


def _show(row: Project, cycle: Cycle, form: DecisionForm) -> str:
    life = project_life.by_public_id(reading(), row.public_id, now=now())
    return render_template(
        "council/project.html",
        life=life,
        cycle=cycle,
        form=form,
        standing=standing(row.state, None, None),
        is_open=_is_open(life),
        decides=_is_open(life) and (row.state is ProjectState.SUBMITTED or bool(form.errors)),
        progress=screening.progress(reading(), cycle),
        following=screening.next_waiting(reading(), row),
    )


def _is_open(life: ProjectLife) -> bool:
    return life.cycle.frozen_at is None and may(actor().role, Action.SCREEN_PROJECT, life.stage.phase).allowed


def _filters() -> Filters:
    values = request.args
    show, page = values.get("show", ""), values.get("page", "1")
    known = show if show in set(Show) else Show.WAITING
    number = int(page) if page.isascii() and page.isdecimal() and len(page) < 5 else 1
    return Filters(Show(known), values.get("area", "")[:40], min(number, _LARGEST_PAGE))


def _tabs(cycle: Cycle, filters: Filters, progress: Progress) -> list[Tab]:
    parts = (
        (Show.WAITING, _("To decide"), progress.waiting),
        (Show.RETURNED, _("With the authors"), progress.returned),
        (Show.DECIDED, _("Decided"), progress.decided),
    )
    return [
        Tab(text, count, _href(cycle, show, filters.area), show is filters.show)
        for show, text, count in parts
    ]


def _href(cycle: Cycle, show: Show, area: str, page: int = 1) -> str:
    return url_for(
        "council.queue",
        cycle=cycle.slug,
        show=None if show is Show.WAITING else show.value,
        area=area or None,
        page=page if page > 1 else None,
    )


def _until(cycle: Cycle) -> str:
    window = cycles.calendar(reading(), cycle.id or 0).window(Phase.SCREENING)
    return deadline(window.ends_at) if window and window.ends_at else ""
