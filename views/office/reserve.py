"""After the second session: the winners in the order of implementation, the reserve, and a winner that falls out.

Nobody chooses from the reserve: who comes in follows from the ranking, and the page says who it will be before the act.
"""

from flask import flash, redirect, render_template, url_for

from budget.council import reserve
from budget.errors import BudgetRefusal, NotFound, NotPermitted
from budget.permissions import Action
from budget.reading import building
from models.enums import WorksStatus
from models.project import Project
from views.access import actor, requires
from views.filters import in_language
from views.office.blueprint import bp
from views.office.session_forms import FallOutForm
from views.office.steps import Page, of_ours
from views.office.works import TONES
from views.refusals import attach
from views.request_scope import now, reading, writing
from views.staff.step_up import requires_step_up
from views.texts import gettext as _


@bp.get("/office/cycles/<slug>/reserve", endpoint="reserve")
@requires(Action.USE_RESERVE)
def reserve_of(slug: str) -> str:
    """What is built in its order, who waits, and every act of the reserve."""
    cycle = of_ours(slug, Action.USE_RESERVE)
    waiting = reserve.listed(reading(), cycle)
    uses = reserve.uses(reading(), cycle.id)
    ids = {one.id for one in waiting} | {one.out_id for one in uses} | {one.in_id for one in uses}
    return render_template(
        "office/reserve.html",
        cycle=cycle,
        built=building.in_order(reading(), cycle.id or 0),
        waiting=waiting,
        uses=uses,
        projects=building.by_ids(reading(), ids),
        tones=TONES,
        may_fall={WorksStatus.PLANNED, WorksStatus.UNDERWAY, WorksStatus.POSTPONED},
        decision=building.decision_session(reading(), cycle.id or 0),
    )


@bp.route("/office/projects/<public_id>/fall-out", methods=["GET", "POST"])
@requires(Action.USE_RESERVE)
@requires_step_up
def fall_out(public_id: str) -> Page:
    """A winner falls out, and the next of the reserve comes in; asked twice, because it can't be undone."""
    line = building.one(reading(), public_id)
    form = FallOutForm()
    if form.validate_on_submit():
        try:
            came_in = _use(public_id, form)
        except (NotFound, NotPermitted):
            raise
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            flash(_told(line.project, came_in), "good")
            return redirect(url_for("office.reserve", slug=line.cycle.slug), 303)
    following = reserve.would_come_in(reading(), line.cycle, line.project)
    page = render_template(
        "office/reserve_fall_out.html",
        form=form,
        cycle=line.cycle,
        line=line,
        following=following,
        comes_in=building.by_ids(reading(), {following.id})[following.id] if following else None,
        may_fall=line.status in (WorksStatus.PLANNED, WorksStatus.UNDERWAY, WorksStatus.POSTPONED),
    )
    return page, 422 if form.is_submitted() else 200


def _use(public_id: str, form: FallOutForm) -> Project | None:
    """Record it; the project that comes in, if any."""
    with writing() as session:
        act = reserve.use(
            session,
            actor(),
            public_id,
            reason_kk=form.reason_kk.data or "",
            reason_ru=form.reason_ru.data or "",
            document=form.document.data or "",
            now=now(fresh=True),
        )
        return session.get(Project, act.in_id) if act.in_id is not None else None


def _told(out: Project, came_in: Project | None) -> str:
    if came_in is None:
        return str(
            _("Project № %(number)s fell out. Nobody on the reserve list can be paid.", number=out.number)
        )
    return str(
        _(
            "Project № %(out)s fell out, project № %(number)s comes in: %(title)s.",
            out=out.number,
            number=came_in.number,
            title=in_language(came_in, "title"),
        )
    )
