"""Paper at the front office: the batches, marking who takes a paper, and entering what comes back.

A person is marked and a paper is read on different pages, and nothing of the one is known on the other.
"""

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from budget import ballots, desk
from budget.ballots import BallotBox
from budget.errors import BatchClosed, BudgetRefusal, NotFound, NotPermitted, PaperNotAccepted
from budget.identity.iin import check_iin
from budget.paper import people
from budget.permissions import Action
from budget.reading import paper as paper_reading
from budget.reading.paper import BatchLine
from models.cycle import Cycle
from models.enums import SheetFault
from models.paper import PaperBatch
from views.access import actor, requires
from views.desk import paper_words
from views.desk.blueprint import bp
from views.desk.paper_forms import HandOutForm
from views.i18n import current_language
from views.keys import keyring
from views.request_scope import now, reading, writing
from views.texts import gettext as _

Page = Response | str | tuple[str, int]


@dataclass(frozen=True)
class AtWork:
    """The batch an operator works with."""

    cycle: Cycle
    box: BallotBox
    line: BatchLine

    @property
    def batch(self) -> PaperBatch:
        """Its row."""
        return self.line.batch


@bp.get("/desk/cycles/<slug>/paper")
@requires(Action.ENTER_PAPER)
def paper(slug: str) -> str:
    """The batches of a cycle, and what waits for this operator in each."""
    cycle = paper_cycle(slug)
    lines = [line for line in paper_reading.lines(reading(), cycle.id or 0) if line.batch.closed_at is None]
    waiting = {
        line.batch.public_id: paper_reading.waiting(reading(), line.batch, actor().id) for line in lines
    }
    return render_template("desk/paper.html", cycle=cycle, lines=lines, waiting=waiting)


@bp.route("/desk/cycles/<slug>/paper/<batch>/hand-out", methods=["GET", "POST"])
@requires(Action.ENTER_PAPER)
def hand_out_paper(slug: str, batch: str) -> Page:
    """Mark a person on the roll; which paper they take is known to nobody. The IIN is posted and kept nowhere."""
    at_work = open_batch(slug, batch)
    form = HandOutForm()
    if form.validate_on_submit():
        try:
            _mark(at_work, check_iin(form.iin.data or ""))
        except (NotFound, NotPermitted):
            raise
        except BudgetRefusal as refusal:
            form.iin.errors = [*form.iin.errors, paper_words.not_marked(refusal)]
        else:
            flash(_("The person is marked. Give any paper of this batch from the shuffled pile."), "good")
            return redirect(url_for("desk.hand_out_paper", slug=slug, batch=batch), 303)
    page = render_template("desk/paper_hand_out.html", form=form, at_work=at_work, faults=SheetFault)
    return (page, 422) if form.is_submitted() else page


def paper_cycle(slug: str) -> Cycle:
    """A published cycle that has voting on paper. Raises NotFound, PaperNotAccepted."""
    cycle = desk.served_cycle(reading(), slug)
    if not cycle.paper:
        raise PaperNotAccepted
    return cycle


def open_batch(slug: str, public_id: str) -> AtWork:
    """A batch that is not closed. Raises NotFound, PaperNotAccepted, VotingNotOpen, BatchClosed."""
    cycle = paper_cycle(slug)
    line = paper_reading.line(reading(), cycle.id or 0, public_id)
    if line.batch.closed_at is not None:
        raise BatchClosed(at=line.batch.closed_at)
    return AtWork(cycle, ballots.ballot_box(reading(), cycle), line)


def _mark(at_work: AtWork, iin: str) -> None:
    url = url_for("resident.my_vote", slug=at_work.cycle.slug, _external=True)
    with writing() as session:
        people.mark(
            session,
            keyring(),
            actor(),
            at_work.box,
            at_work.batch.public_id,
            iin=iin,
            language=current_language(),
            url=url,
            now=now(fresh=True),
        )
