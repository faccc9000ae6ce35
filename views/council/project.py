"""One project on one page for a member of the council: everything about it, and the member's conclusion under it.

After a conclusion the next project is one click away. What others concluded is shown when the member's own conclusion
is written, not before (`budget.reading.council_project`).
"""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from budget.council import returns, reviews
from budget.errors import BudgetRefusal, CostAboveCap, CostNotPositive, NotFound, NotPermitted
from budget.permissions import Action
from budget.reading import council_project, council_queue
from budget.reading.council_project import ProjectFile
from budget.working_days import end_of, moved_days
from models.enums import ProjectState
from views import criterion_help, messages, public_facts
from views.access import actor, requires
from views.council.blueprint import bp
from views.council.review_forms import (
    ConclusionForm,
    SendBackForm,
    blank_criteria,
    conclusion_form,
    first_form,
    send_back_form,
)
from views.i18n import current_language
from views.public.project_story import standing
from views.public.versions import told
from views.refusals import attach
from views.request_scope import now, reading, writing
from views.texts import gettext as _

Page = str | tuple[str, int] | AnyResponse
_COSTS = (CostAboveCap, CostNotPositive)


@bp.route("/council/projects/<public_id>", methods=["GET", "POST"])
@requires(Action.REVIEW_PROJECT)
def project(public_id: str) -> Page:
    """One project on one page; the conclusion is posted here too."""
    file = _open(public_id)
    if file.member.declared_at is None:
        return _declare_first(file)
    if request.method != "POST":
        return _show(file, conclusion_form(file) if file.is_concluded else first_form(file))
    form = conclusion_form(file)
    _refuse_others(file)
    if form.validate() and _is_complete(file, form):
        try:
            with writing() as session:
                reviews.conclude(
                    session,
                    actor(),
                    public_id,
                    form.conclusion(file.clauses),
                    version=_read_version(form),
                    now=now(fresh=True),
                )
        except (NotFound, NotPermitted):
            raise
        except BudgetRefusal as refusal:
            _attach(form, refusal)
        else:
            flash(_("Your conclusion on project %(number)s is kept.", number=file.project.number), "good")
            return redirect(url_for("council.project", public_id=public_id), 303)
    return _show(_open(public_id), form), 422


@bp.route("/council/projects/<public_id>/send-back", methods=["GET", "POST"])
@requires(Action.REVIEW_PROJECT)
def send_back(public_id: str) -> Page:
    """Give a project back to its author with remarks."""
    file = _open(public_id)
    if file.member.declared_at is None:
        return _declare_first(file)
    _refuse_others(file)
    form = send_back_form(file)
    if not form.is_submitted() and not file.may_conclude:
        return redirect(url_for("council.project", public_id=public_id), 303)
    if form.validate_on_submit():
        try:
            with writing() as session:
                returns.send_back(
                    session,
                    actor(),
                    public_id,
                    form.remarks(),
                    language=current_language(),
                    version=_read_version(form),
                    now=now(fresh=True),
                )
        except (NotFound, NotPermitted):
            raise
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            flash(_("Project %(number)s is with its author now.", number=file.project.number), "good")
            return redirect(url_for("council.project", public_id=public_id), 303)
    return _ask_to_send_back(_open(public_id), form)


def _open(public_id: str) -> ProjectFile:
    return council_project.open_file(
        reading(), actor(), public_id, regulation=public_facts.regulation, now=now()
    )


def _refuse_others(file: ProjectFile) -> None:
    """Whoever stands aside, or was not asked, has nothing to write here."""
    if file.conflict is not None or file.own is None:
        raise NotPermitted(action=Action.REVIEW_PROJECT)


def _declare_first(file: ProjectFile) -> AnyResponse:
    flash(_("Say first in which projects you have an interest, or that you have none."))
    return redirect(url_for("council.declare", slug=file.cycle.slug), 303)


def _is_complete(file: ProjectFile, form: ConclusionForm) -> bool:
    """Everything that is missing, told at once beside its fields."""
    found = list(reviews.faults(reading(), file.cycle, file.project, form.conclusion(file.clauses)))
    for refusal in found:
        _attach(form, refusal)
    return not found


def _attach(form: ConclusionForm, refusal: BudgetRefusal) -> None:
    if isinstance(refusal, _COSTS):
        form.admitted_tenge.errors = [messages.text(refusal)]
    else:
        attach(form, refusal)


def _read_version(form: ConclusionForm | SendBackForm) -> int:
    """The text the member has read; 0, which no text has, where the field was tampered with."""
    value = form.version.data or ""
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 6 else 0


def _show(file: ProjectFile, form: ConclusionForm) -> str:
    form.version.data = str(file.project.version)
    writes = bool(form.errors) or (file.may_conclude and (not file.is_concluded or "change" in request.args))
    after = file.project.number
    return render_template(
        "council/project.html",
        file=file,
        form=form,
        blank=blank_criteria(file) if writes and not form.criteria else None,
        asked=form.asked(file.clauses),
        help_for=criterion_help.help_for,
        told=told,
        standing=standing(file.project.state, None, None),
        writes=writes,
        following=council_queue.next_of(reading(), file.cycle, file.member, after=after, now=now()),
        progress=None if writes else public_facts.work_of_council(file.cycle, file.member),
        waits=file.project.state is ProjectState.SUBMITTED,
        now=now(),
    )


def _ask_to_send_back(file: ProjectFile, form: SendBackForm) -> Page:
    form.version.data = str(file.project.version)
    due_at = end_of(now(), file.cycle.correction_days, moved_days(reading()))
    page = render_template("council/send_back.html", file=file, form=form, due_at=due_at)
    return (page, 422) if form.is_submitted() else page
