"""The motion of one item: what the council is asked to decide, written by the coordinator beside what the reviewers say.

Half a motion may be saved; the page says what is missing before it can be put to the vote. Once it is, it stands as it is.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlmodel import Session, col, select

from budget import cycles
from budget.council import agenda, appeals, criteria, reviews, votes
from budget.council import winners as after_vote
from budget.council.reviews import Said
from budget.errors import BudgetRefusal, CostAboveCap, CostNotPositive, NotFound, NotPermitted, SessionChanged
from budget.permissions import Action
from budget.reading import council_sessions, project_life
from budget.reading.council_sessions import ItemLine, ItemState, SessionPage
from models.council import CouncilMember
from models.council_session import AgendaItem, CouncilSession
from models.enums import Criterion, ItemKind
from models.project import Project
from models.screening import Review
from views import messages
from views.access import actor, requires
from views.council_messages import FIELDS
from views.forms import BaseForm
from views.office import session_page
from views.office.blueprint import bp
from views.office.session_forms import OrderForm, WordForm, motion_form, order_form
from views.office.sessions import seen_again, unchanged
from views.office.steps import Page
from views.refusals import attach
from views.request_scope import now, reading, writing
from views.texts import gettext as _


@dataclass(frozen=True)
class Conclusion:
    """What a reviewer wrote, None while it is still to be written."""

    member: CouncilMember
    review: Review
    said: dict[Criterion, Said]


@bp.route("/office/items/<public_id>", methods=["GET", "POST"])
@requires(Action.MANAGE_SESSIONS)
def motion(public_id: str) -> Page:
    """One item: its motion to write while it is not put to the vote, and afterwards what came of it."""
    item = agenda.by_public_id(reading(), public_id)
    if item.kind is ItemKind.ORDER:
        return redirect(url_for("office.order", public_id=public_id), 303)
    if item.opened_at is not None and request.method == "GET":
        return _show(item, None)
    if item.kind is ItemKind.CONFIRMATION:
        return _word(item)
    return _motion(item)


@bp.route("/office/items/<public_id>/order", methods=["GET", "POST"])
@requires(Action.MANAGE_SESSIONS)
def order(public_id: str) -> Page:
    """The order of implementation: a number for each winner."""
    item = agenda.by_public_id(reading(), public_id)
    if item.kind is not ItemKind.ORDER:
        return redirect(url_for("office.motion", public_id=public_id), 303)
    row = reading().get_one(CouncilSession, item.session_id)
    projects = after_vote.ordered(reading(), row.cycle_id, item.content)
    if item.opened_at is not None and request.method == "GET":
        return _show(item, None, template="office/session_order.html", projects=projects)
    places = {f"place_{one.public_id}": place for place, one in enumerate(projects, start=1)}
    form = order_form(projects)(data={"seen": _seen(item), **places})

    def save(session: Session, revision: int) -> None:
        wanted = _sorted(form, projects)
        agenda.change_order(session, actor(), public_id, wanted, revision=revision, now=now(fresh=True))

    page = _save(item, form, save, _("The order is saved."))
    return page or _show(item, form, template="office/session_order.html", projects=projects)


def _sorted(form: OrderForm, projects: Sequence[Project]) -> list[str]:
    """The ids in the order of their places; two with one place are no order, and the domain says so."""
    places = form.places(projects)
    if len(set(places.values())) < len(places):
        return []
    return sorted(places, key=lambda public_id: places[public_id])


def _motion(item: AgendaItem) -> Page:
    row = reading().get_one(CouncilSession, item.session_id)
    asked = criteria.of_cycle(reading(), row.cycle_id)
    envelopes = cycles.envelopes(reading(), row.cycle_id)
    answers = agenda.answers_of(reading(), [item.id or 0]).get(item.id or 0, {})
    own = next((one.public_id for one in envelopes if one.id == item.envelope_id), None)
    form = motion_form(asked)(
        obj=item,
        data={
            "seen": _seen(item),
            "outcome": str(item.outcome),
            "criterion": str(item.criterion or ""),
            "envelope": own,
            **{str(criterion): str(answer) for criterion, answer in answers.items()},
        },
    )
    form.offer(asked, envelopes, is_appeal=item.kind is ItemKind.APPEAL)

    def save(session: Session, revision: int) -> None:
        agenda.change_motion(
            session, actor(), item.public_id, form.motion(asked), revision=revision, now=now(fresh=True)
        )

    return _save(item, form, save, _("The motion is saved.")) or _show(item, form)


def _word(item: AgendaItem) -> Page:
    form = WordForm(
        data={
            "seen": _seen(item),
            "wins": "yes" if item.wins else "no",
            "reason_kk": item.reason_kk,
            "reason_ru": item.reason_ru,
        }
    )

    def save(session: Session, revision: int) -> None:
        agenda.change_word(
            session, actor(), item.public_id, form.word(), revision=revision, now=now(fresh=True)
        )

    return _save(item, form, save, _("The motion is saved.")) or _show(item, form)


def _save(
    item: AgendaItem,
    form: BaseForm,
    save: Callable[[Session, int], None],
    done: str,
) -> Page | None:
    """Save the form's motion; None where it is to be shown, again with what was typed."""
    if not form.validate_on_submit():
        return None
    row = reading().get_one(CouncilSession, item.session_id)
    revision = unchanged(row, form["seen"].data, _seen(item))
    try:
        with writing() as session:
            save(session, revision)
    except (NotFound, NotPermitted):
        raise
    except SessionChanged as refusal:
        seen_again(form["seen"], _seen(agenda.by_public_id(reading(), item.public_id)))
        attach(form, refusal)
        return None
    except (CostAboveCap, CostNotPositive) as refusal:
        form["cost_tenge"].errors = [messages.text(refusal)]
        return None
    except BudgetRefusal as refusal:
        attach(form, refusal)
        return None
    flash(done, "good")
    address = url_for("office.council_session", public_id=row.public_id, _anchor=f"item-{item.public_id}")
    return redirect(address, 303)


def _seen(item: AgendaItem) -> str:
    """What of a motion one person may change and another must not overwrite unseen."""
    answers = agenda.answers_of(reading(), [item.id or 0]).get(item.id or 0, {})
    names = (
        "outcome", "wins", "criterion", "clause", "reason_kk", "reason_ru", "cost_tenge", "cost_reason_kk",
        "cost_reason_ru", "envelope_id", "content",
    )  # fmt: skip
    values = [*(str(getattr(item, name)) for name in names), *map(str, sorted(answers.items()))]
    return hashlib.sha256("|".join(values).encode()).hexdigest()[:16]


def _show(
    item: AgendaItem, form: BaseForm | None, *, template: str = "office/motion.html", **more: Any
) -> tuple[str, int]:
    """The page with what stands there now, which after somebody else's change is not what is typed in the form."""
    row = reading().get_one(CouncilSession, item.session_id)
    found = council_sessions.page(reading(), row.public_id, now=now())
    line = next(one for one in found.lines if one.item.public_id == item.public_id)
    page = render_template(
        template,
        form=form,
        found=found,
        row=found.session,
        cycle=found.cycle,
        line=line,
        item=line.item,
        project=line.project,
        state=session_page.states_at(found.step)[line.state],
        quorum=session_page.quorum(found)(line),
        moved=session_page.motion_words(line),
        lacking=[FIELDS[name] for name in line.missing],
        is_changed=form is not None and any(_is_changed(text) for text in form.form_errors),
        waiting=found.names(line.voters - line.voted) if line.state is ItemState.VOTING else [],
        following=_following(found, line),
        cast=_cast(found, line),
        answers=agenda.answers_of(reading(), [line.item.id or 0]).get(line.item.id or 0, {}),
        **_about(line),
        **more,
    )
    return page, 422 if form is not None and form.is_submitted() else 200


def _is_changed(text: str) -> bool:
    return text == messages.text(SessionChanged())


def _about(line: ItemLine) -> dict[str, Any]:
    """The project with what its reviewers and its author say."""
    if line.project is None or line.item.kind is ItemKind.CONFIRMATION:
        return {"life": None, "conclusions": [], "appeal": None}
    written = reviews.of_project(reading(), line.project)
    said = reviews.answers_of(reading(), [one.id or 0 for one in written])
    ids = [one.member_id for one in written]
    rows = reading().exec(select(CouncilMember).where(col(CouncilMember.id).in_(ids)))
    members = {one.id: one for one in rows}
    return {
        "life": project_life.by_public_id(reading(), line.project.public_id, now=now()),
        "conclusions": [
            Conclusion(members[one.member_id], one, said.get(one.id or 0, {})) for one in written
        ],
        "appeal": appeals.waiting(reading(), line.project.id) if line.item.kind is ItemKind.APPEAL else None,
    }


def _cast(found: SessionPage, line: ItemLine) -> list[tuple[CouncilMember, Any]]:
    """The votes by name, once the vote is closed."""
    if line.item.closed_at is None:
        return []
    cast = votes.votes_of(reading(), [line.item.id or 0]).get(line.item.id or 0, [])
    people = {seat.member.id: seat.member for seat in found.seats}
    return [(people[vote.member_id], vote) for vote in cast if vote.member_id in people]


def _following(found: SessionPage, line: ItemLine) -> ItemLine | None:
    """The next item that is still to be finished, from here and then from the top."""
    place = found.lines.index(line)
    others = [*found.lines[place + 1 :], *found.lines[:place]]
    return next((one for one in others if one.state is ItemState.INCOMPLETE), None)
