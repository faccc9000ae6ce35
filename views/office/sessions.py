"""Sessions of the council from the coordinator's side: planned, with an agenda, announced, opened, closed.

The page of a session has one thing to do at each step. A refusal of the domain stands on that page, with everything as it
was; of two coordinators who change the same thing the second is told what stands there now.
"""

from collections.abc import Callable, Sequence

from flask import flash, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.datastructures import MultiDict

from budget.council import agenda, sessions
from budget.council.sessions import Step, step_of
from budget.errors import BudgetRefusal, NotFound, NotPermitted, SessionChanged
from budget.permissions import Action
from budget.reading import council_sessions as reading_sessions
from models.council_session import CouncilSession
from models.enums import SessionKind
from views import messages
from views.access import actor, requires
from views.filters import in_language
from views.office import session_page
from views.office.blueprint import bp
from views.office.session_forms import PlanForm, PresentForm, WhenWhereForm
from views.office.steps import ConfirmForm, Page, of_ours
from views.refusals import attach
from views.request_scope import now, reading, writing
from views.staff.step_up import requires_step_up
from views.texts import gettext as _
from views.texts import ngettext


@bp.get("/office/cycles/<slug>/sessions", endpoint="sessions")
@requires(Action.MANAGE_SESSIONS)
def sessions_of(slug: str) -> str:
    """The sessions of a cycle with the step each is at."""
    cycle = of_ours(slug, Action.MANAGE_SESSIONS)
    lines = reading_sessions.of_cycle(reading(), cycle.id or 0)
    return render_template(
        "office/sessions.html", cycle=cycle, lines=lines, tones=session_page.TONES, words=session_page.STEPS
    )


@bp.route("/office/cycles/<slug>/sessions/plan", methods=["GET", "POST"])
@requires(Action.MANAGE_SESSIONS)
def plan_session(slug: str) -> Page:
    """A new session; the place of the last one is suggested."""
    cycle = of_ours(slug, Action.MANAGE_SESSIONS)
    last = next(iter(reading_sessions.of_cycle(reading(), cycle.id or 0)), None)
    kind = SessionKind.DECISION if cycle.results_published_at is not None else SessionKind.SCREENING
    places = {name: getattr(last.session, name) for name in ("place_kk", "place_ru", "link")} if last else {}
    form = PlanForm(data={"kind": str(kind), **places})
    if form.validate_on_submit():
        try:
            with writing() as session:
                planned = sessions.plan(
                    session, actor(), slug, SessionKind(form.kind.data), form.plan(), now=now(fresh=True)
                )
        except (NotFound, NotPermitted):
            raise
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            flash(_("The session is planned. Now put together its agenda."), "good")
            return redirect(url_for("office.council_session", public_id=planned.public_id), 303)
    page = render_template("office/session_plan.html", form=form, cycle=cycle, row=None, newest=None)
    return page, 422 if form.is_submitted() else 200


@bp.route("/office/sessions/<public_id>/change", methods=["GET", "POST"])
@requires(Action.MANAGE_SESSIONS)
def change_session(public_id: str) -> Page:
    """Another time or place, until the session begins."""
    row = sessions.by_public_id(reading(), public_id)
    form, newest = WhenWhereForm(obj=row, data={"seen": _seen(row)}), None
    if form.validate_on_submit():
        try:
            with writing() as session:
                revision = unchanged(row, form.seen.data, _seen(row))
                sessions.change(
                    session, actor(), public_id, form.plan(), revision=revision, now=now(fresh=True)
                )
        except (NotFound, NotPermitted):
            raise
        except SessionChanged as refusal:
            newest = sessions.by_public_id(reading(), public_id)
            seen_again(form.seen, _seen(newest))
            attach(form, refusal)
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            flash(_("Time and place are changed."), "good")
            return redirect(url_for("office.council_session", public_id=public_id), 303)
    cycle = sessions.cycle_of(reading(), row)
    page = render_template("office/session_plan.html", form=form, cycle=cycle, row=row, newest=newest)
    return page, 422 if form.is_submitted() else 200


@bp.get("/office/sessions/<public_id>")
@requires(Action.MANAGE_SESSIONS)
def council_session(public_id: str) -> str:
    """The session's page: what to do now, who is there, the agenda with its motions."""
    return session_page.show(public_id)


@bp.post("/office/sessions/<public_id>/fill")
@requires(Action.MANAGE_SESSIONS)
def fill_agenda(public_id: str) -> Page:
    """Put everything that is ready on the agenda."""
    added: list[int] = []

    def fill(session: Session) -> None:
        added.append(agenda.fill(session, actor(), public_id, now=now(fresh=True)))

    def told() -> str:
        [count] = added
        if not count:
            return str(_("Nothing more is ready."))
        return str(
            ngettext(
                "%(count)s item is put on the agenda.",
                "%(count)s items are put on the agenda.",
                count,
                count=count,
            )
        )

    return act(public_id, fill, told)


@bp.post("/office/sessions/<public_id>/put")
@requires(Action.MANAGE_SESSIONS)
def put_project(public_id: str) -> Page:
    """Put one project on the agenda; its motion is written next."""
    project_id, put = request.form.get("project", ""), []

    def put_one(session: Session) -> None:
        put.append(agenda.put(session, actor(), public_id, project_id, now=now(fresh=True)).public_id)

    if not project_id:
        sessions.by_public_id(reading(), public_id)
        return session_page.show(public_id, faults=[str(_("Choose a project."))]), 422
    page = act(public_id, put_one, lambda: _("The project is on the agenda. Look at its motion."))
    return redirect(url_for("office.motion", public_id=put[0]), 303) if put else page


@bp.post("/office/items/<public_id>/take-off")
@requires(Action.MANAGE_SESSIONS)
def take_off(public_id: str) -> Page:
    """Take an item off the agenda; its project may be put on another one."""
    item = agenda.by_public_id(reading(), public_id)
    row = reading().get_one(CouncilSession, item.session_id)

    def take(session: Session) -> None:
        agenda.take_off(session, actor(), public_id, now=now(fresh=True))

    return act(row.public_id, take, lambda: _("The item is taken off the agenda."))


@bp.route("/office/sessions/<public_id>/announce", methods=["GET", "POST"])
@requires(Action.MANAGE_SESSIONS)
@requires_step_up
def announce_session(public_id: str) -> Page:
    """Show the session and its agenda to everybody."""

    def announce(session: Session) -> None:
        sessions.announce(session, actor(), public_id, now=now(fresh=True))

    done = _("The session is announced. Everybody sees its time, place and agenda now.")
    return confirm(public_id, "office/session_announce.html", announce, done)


@bp.route("/office/sessions/<public_id>/begin", methods=["GET", "POST"])
@requires(Action.MANAGE_SESSIONS)
def begin_session(public_id: str) -> Page:
    """Open the session with those who are there."""

    def begin(session: Session, present: Sequence[str]) -> None:
        sessions.begin(session, actor(), public_id, present, now=now(fresh=True))

    return _present(public_id, Step.ANNOUNCED, begin, _("The session is open."))


@bp.route("/office/sessions/<public_id>/attendance", methods=["GET", "POST"])
@requires(Action.MANAGE_SESSIONS)
def attendance(public_id: str) -> Page:
    """Somebody came later, or left before the end."""

    def mark(session: Session, present: Sequence[str]) -> None:
        sessions.mark_present(session, actor(), public_id, present, now=now(fresh=True))

    return _present(public_id, Step.UNDERWAY, mark, _("It is noted who is there."))


@bp.route("/office/sessions/<public_id>/close", methods=["GET", "POST"])
@requires(Action.MANAGE_SESSIONS)
def close_session(public_id: str) -> Page:
    """End the session."""

    def close(session: Session) -> None:
        sessions.close(session, actor(), public_id, now=now(fresh=True))

    done = _("The session is closed. Make its protocol and publish the decisions.")
    return confirm(public_id, "office/session_close.html", close, done)


def act(public_id: str, do: Callable[[Session], object], told: Callable[[], str]) -> Page:
    """One act on a session; what is refused stands on the session's page."""
    try:
        with writing() as session:
            do(session)
    except (NotFound, NotPermitted):
        raise
    except BudgetRefusal as refusal:
        return session_page.show(public_id, faults=[messages.text(refusal)]), 422
    flash(told(), "good")
    return redirect(url_for("office.council_session", public_id=public_id, show=session_page.shown()), 303)


def confirm(public_id: str, template: str, do: Callable[[Session], object], done: str) -> Page:
    """A page that says what will happen, and the button; the refusal stands on it."""
    sessions.by_public_id(reading(), public_id)
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            with writing() as session:
                do(session)
        except (NotFound, NotPermitted):
            raise
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            flash(done, "good")
            return redirect(url_for("office.council_session", public_id=public_id), 303)
    found = reading_sessions.page(reading(), public_id, now=now())
    page = render_template(
        template,
        form=form,
        cycle=found.cycle,
        row=found.session,
        step=found.step,
        found=found,
        outcomes=reading_sessions.outcomes(found.lines),
    )
    return page, 422 if form.is_submitted() else 200


def unchanged(row: CouncilSession, seen: str | None, stands: str) -> int:
    """The revision to change: the newest where what this person saw still stands, else one that never was, so that
    the domain refuses. Somebody else's change of another thing in the session hinders nobody."""
    return row.revision if seen == stands else 0


def seen_again(field: object, stands: str) -> None:
    """The form shows the newest state now; whoever saves it again has seen that."""
    field.process(MultiDict({field.name: stands}))  # type: ignore[attr-defined]


def _seen(row: CouncilSession) -> str:
    return f"{row.starts_at.isoformat()}|{row.place_kk}|{row.place_ru}|{row.link}"


def _present(public_id: str, step: Step, do: Callable[[Session, Sequence[str]], object], done: str) -> Page:
    found = reading_sessions.page(reading(), public_id, now=now())
    there = [seat.member.public_id for seat in found.seats if seat.is_there]
    form = PresentForm(data={"present": there})
    form.offer(seat.member for seat in found.seats if seat.member.left_at is None)
    if form.validate_on_submit():
        try:
            with writing() as session:
                do(session, form.present.data or [])
        except NotPermitted:
            raise
        except NotFound:  # a box of somebody who is in the council no longer
            form.form_errors.append(_("The composition of the council changed meanwhile. Look again."))
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            flash(done, "good")
            return redirect(url_for("office.council_session", public_id=public_id), 303)
    page = render_template(
        "office/session_present.html",
        form=form,
        cycle=found.cycle,
        row=found.session,
        step=step_of(found.session),
        begins=step is Step.ANNOUNCED,
        title=in_language(found.cycle, "title").text,
    )
    return page, 422 if form.is_submitted() else 200
