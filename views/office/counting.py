"""Opening and counting, in steps that each commit and may be repeated: separate, rewrite the storage, open, count.

A crash between two steps loses nothing: what is done is skipped when the button is pressed again. The storage is
rewritten before every opening, so that the link between voters and ballots is not left in freed pages.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, url_for
from sqlmodel import Session
from wtforms import StringField, TextAreaField
from wtforms.validators import Length, Regexp

from budget import ballot_log, opening, results, trustees
from budget.errors import (
    AlreadyDone,
    BudgetRefusal,
    NotFound,
    NotPermitted,
    StorageNotRewritten,
    UndecidedTie,
)
from budget.permissions import Action
from budget.reading import office
from budget.reading import results as reading_results
from budget.reading.results import EnvelopeOutcome, Outcome
from budget.results import Draw
from models.cycle import Cycle
from models.database import StorageBusy
from models.enums import KeyHolder
from models.project import Project
from views import messages
from views.access import actor, requires
from views.filters import in_language
from views.forms import BaseForm, Required
from views.keys import keyring
from views.labels import label
from views.office import progress
from views.office.blueprint import bp
from views.office.share_fields import SharesForm
from views.office.steps import ConfirmForm, Page, of_ours
from views.public import count_parts, result_words
from views.public.wording import verdict_reason
from views.refusals import attach
from views.request_scope import close_reading, database, now, reading, writing
from views.staff.step_up import requires_step_up
from views.texts import gettext as _
from views.texts import lazy as _l


class DrawForm(BaseForm):
    """The public draw, as announced."""

    draw = StringField(
        _l("Number drawn"),
        description=_l("Digits only, exactly as announced: 0417 and 417 are different numbers."),
        validators=[
            Required(_l("Write the number drawn.")),
            Regexp(r"^[0-9]{1,40}$", message=_l("Write the number in digits, up to 40.")),
        ],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    place = StringField(
        _l("Place of the draw"),
        description=_l("For instance: the hall of the akimat, Abai Avenue 13."),
        validators=[
            Required(_l("Write where the number was drawn.")),
            Length(max=200, message=_l("Shorten this to %(max)d characters.")),
        ],
    )
    witnesses = TextAreaField(
        _l("Witnesses"),
        description=_l(
            "Names and whom they are there for. Shown with the result, so that anybody can ask those who saw the draw."
        ),
        validators=[
            Required(_l("Write who saw the draw.")),
            Length(max=500, message=_l("Shorten this to %(max)d characters.")),
        ],
    )

    def drawn(self) -> Draw:
        """What was written, for the domain."""
        return Draw(self.draw.data or "", self.place.data or "", self.witnesses.data or "")


@dataclass(frozen=True)
class Step:
    """A step of the count and when it was done."""

    text: str
    done_at: datetime | None


@dataclass(frozen=True)
class Tied:
    """Projects of equal votes and equal cost."""

    projects: tuple[Project, ...]
    votes: int
    cost_tenge: int


@bp.route("/office/cycles/<slug>/count", methods=["GET", "POST"])
@requires(Action.CLOSE_COUNT)
@requires_step_up
def count(slug: str) -> Page:
    """Open and count the ballots; with projects that are equal in votes and cost, take the number of the public draw."""
    cycle = of_ours(slug, Action.CLOSE_COUNT)
    if cycle.counted_at is not None:
        flash(messages.text(AlreadyDone(at=cycle.counted_at)))
        return redirect(url_for("office.publish_results", slug=slug), 303)
    tied = _tied(cycle)
    form = _form(cycle, tied)
    if form.validate_on_submit():
        try:
            is_whole = _run(cycle, form)
        except (NotFound, NotPermitted):
            raise
        except UndecidedTie:
            flash(_("Some projects are equal: a public draw decides between them."))
            return redirect(url_for("office.count", slug=slug), 303)
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            if not is_whole:
                flash(
                    _("The ballots are separated from the voters. Now two trustees enter their shares."),
                    "good",
                )
                return redirect(url_for("office.count", slug=slug), 303)
            flash(_("The ballots are counted. Look at the result before you publish it."), "good")
            return redirect(url_for("office.publish_results", slug=slug), 303)
    return _count_page(slug, form, tied), 422 if form.is_submitted() else 200


def _form(cycle: Cycle, tied: tuple[Tied, ...]) -> BaseForm:
    """What the next step asks for: the shares once the link is deleted, the number of the draw after a tie."""
    if tied:
        return DrawForm()
    if _waits_for_shares(cycle):
        return SharesForm().named(trustees.of_cycle(reading(), cycle.id or 0))
    return ConfirmForm()


def _waits_for_shares(cycle: Cycle) -> bool:
    is_next = cycle.separated_at is not None and cycle.opened_at is None
    return is_next and cycle.key_holder is KeyHolder.TRUSTEES


def _count_page(slug: str, form: BaseForm, tied: tuple[Tied, ...]) -> str:
    desk = office.desk(reading(), slug, now=now())
    cycle = desk.cycle
    return render_template(
        "office/count.html",
        form=form,
        cycle=cycle,
        steps=_steps(cycle),
        row=progress.count_row(progress.standing(reading(), desk, now=now()), now()),
        tied=tied,
        head=ballot_log.final_head(reading(), cycle.id or 0) if tied else None,
    )


def _steps(cycle: Cycle) -> list[Step]:
    return [
        Step(_("The log of ballots is closed: nothing can be added any more."), cycle.log_closed_at),
        Step(
            _("The sealed ballots are taken out, shuffled, and separated from the voters."),
            cycle.separated_at,
        ),
        Step(
            _("The traces of the link are erased from the storage, and the ballots are opened."),
            cycle.opened_at,
        ),
        Step(_("The votes are counted and the money is allocated by the rules."), cycle.counted_at),
    ]


def _run(cycle: Cycle, form: BaseForm) -> bool:
    """All steps from the first that is not done, each in a transaction of its own; False where the shares are asked
    for next: nobody holds the key while the link is there."""
    slug = cycle.slug
    draw = form.drawn() if isinstance(form, DrawForm) else None
    entered = form.entered() if isinstance(form, SharesForm) else None

    def close_log(session: Session) -> None:
        opening.close_log(session, actor(), slug, keyring(), now=now())

    def separate(session: Session) -> None:
        opening.separate(session, actor(), slug, now=now())

    def open_ballots(session: Session) -> None:
        opening.open_ballots(session, actor(), slug, keyring(), now=now(), entered=entered)

    def tally(session: Session) -> None:
        results.count(session, actor(), slug, draw=draw, now=now())

    _once(close_log)
    _once(separate)
    found = of_ours(slug, Action.CLOSE_COUNT)
    if found.opened_at is None:
        close_reading()
        _rewrite_storage()
        if _waits_for_shares(found) and entered is None:
            return False
        _once(open_ballots)
    _once(tally)
    return True


def _rewrite_storage() -> None:
    try:
        database().rewrite_storage()
    except StorageBusy as error:
        raise StorageNotRewritten from error


def _once(step: Callable[[Session], None]) -> None:
    try:
        with writing() as session:
            step(session)
    except AlreadyDone:
        return


def _tied(cycle: Cycle) -> tuple[Tied, ...]:
    """The groups that only a lot can order; () when there is none, and before the ballots are opened."""
    if cycle.opened_at is None:
        return ()
    groups = results.undecided(reading(), cycle)
    rows = office.titles(reading(), [public_id for group in groups for public_id in group])
    votes = results.tally(reading(), cycle.id or 0)
    found = []
    for group in groups:
        projects = tuple(rows[public_id] for public_id in group)
        found.append(Tied(projects, votes.get(projects[0].id or 0, 0), projects[0].cost_tenge or 0))
    return tuple(found)


@bp.route("/office/cycles/<slug>/publish-results", methods=["GET", "POST"])
@requires(Action.PUBLISH_RESULTS)
@requires_step_up
def publish_results(slug: str) -> Page:
    """The result as it will be published, and the button that publishes it."""
    cycle = of_ours(slug, Action.CLOSE_COUNT)
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            with writing() as session:
                results.publish(session, actor(), slug, now=now())
        except AlreadyDone as refusal:
            flash(messages.text(refusal))
            return redirect(url_for("office.cycle", slug=slug), 303)
        except (NotFound, NotPermitted):
            raise
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            flash(_("The results are published. Everybody sees them now."), "good")
            return redirect(url_for("office.cycle", slug=slug), 303)
    outcome = reading_results.stored(reading(), cycle.id or 0)
    page = render_template(
        "office/publish_results.html",
        form=form,
        cycle=cycle,
        outcome=outcome,
        tables=_tables(cycle, outcome),
        parts=count_parts.of_outcome(outcome, cycle.minimum_votes) if outcome else None,
        log_href=url_for("public.ballot_log", slug=slug),
        archive_href="",
    )
    return page, 422 if form.is_submitted() else 200


def _tables(cycle: Cycle, outcome: Outcome | None) -> list[tuple[EnvelopeOutcome, str, list[dict[str, Any]]]]:
    """Each envelope with the caption and the rows of its table."""
    parts = outcome.envelopes if outcome else ()
    return [
        (
            part,
            result_words.caption(part, cycle.currency, is_divided=len(parts) > 1),
            _rows(cycle, part, is_divided=len(parts) > 1),
        )
        for part in parts
    ]


def _rows(cycle: Cycle, part: EnvelopeOutcome, *, is_divided: bool) -> list[dict[str, Any]]:
    rows, cut = [], part.cut
    for line in part.lines:
        title = in_language(line, "title")
        why = verdict_reason(
            line.kind, line.missing_votes, line.missing_tenge, cycle.currency, is_divided=is_divided
        )
        rows.append(
            {
                "rank": line.place,
                "title": title.text,
                "title_lang": title.lang,
                "href": url_for("public.project", public_id=line.public_id),
                "votes": line.votes,
                "cost_tenge": line.cost_tenge,
                "left_tenge": line.remaining_before_tenge,
                "verdict": label(line.kind),
                "won": line.is_won,
                "why": " ".join([*why, *result_words.from_leftovers(line, is_divided=is_divided)]),
                "cut": result_words.cut(part) if line is cut else "",
            }
        )
    return rows
