"""A session as a member sits in it, and the votes: one form for all open motions, each vote once and for ever.

What can be cast is cast; what is refused meanwhile (a vote that was just closed) stays on the page with everything
typed. The quick way is a link that marks "for" wherever nothing was voted yet; nothing is sent before the button.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import RadioField, TextAreaField
from wtforms.validators import Length

from budget.council import votes
from budget.council.votes import Wanted
from budget.errors import NotFound
from budget.permissions import Action
from budget.reading import council_hall
from budget.reading.council_hall import Hall, HallItem
from models.enums import CouncilChoice
from views import messages
from views.access import actor, requires
from views.council.blueprint import bp
from views.forms import BaseForm, choice
from views.i18n import current_language
from views.request_scope import now, reading, writing
from views.texts import gettext as _
from views.texts import lazy as _l
from views.texts import ngettext

Page = str | tuple[str, int] | AnyResponse
_CHOICE, _DISSENT = "choice-", "dissent-"
DISSENT_MOST = 2000
_WORDS = {
    CouncilChoice.FOR: _l("I am for"),
    CouncilChoice.AGAINST: _l("I am against"),
    CouncilChoice.ABSTAIN: _l("I abstain"),
}


class VotesForm(BaseForm):
    """A choice and, if wished, a dissenting opinion for each motion; made for those that are open."""

    def chosen(self) -> dict[str, CouncilChoice]:
        """What was chosen, by public id of the item."""
        known = {str(one): one for one in CouncilChoice}
        return {
            name.removeprefix(_CHOICE): known[field.data]
            for name, field in self._fields.items()
            if name.startswith(_CHOICE) and field.data in known
        }

    def dissent(self, item_id: str) -> str:
        """The dissenting opinion on an item."""
        return str(self[f"{_DISSENT}{item_id}"].data or "")

    def agrees(self, chosen: Mapping[str, CouncilChoice]) -> bool:
        """Something is chosen, and every opinion goes with a vote; says so where not."""
        alone = [
            self[f"{_CHOICE}{item_id}"]
            for name in self._fields
            if (item_id := name.removeprefix(_DISSENT)) != name
            and self.dissent(item_id)
            and item_id not in chosen
        ]
        for field in alone:
            field.errors = [_("You wrote a dissenting opinion: choose your vote too.")]
        if not chosen and not alone:
            self.form_errors.append(_("Choose for, against or abstain for at least one motion."))
        return bool(chosen) and not alone


@bp.route("/council/sessions/<public_id>", methods=["GET", "POST"])
@requires(Action.VOTE_IN_COUNCIL)
def session(public_id: str) -> Page:
    """The agenda, the motions in full, and the votes of this member."""
    hall = council_hall.hall(reading(), actor(), public_id, now=now())
    form = _form(hall)
    if not form.is_submitted():
        return _show(hall, form)
    chosen = form.chosen()
    cast_now = 0
    if form.validate() and form.agrees(chosen):
        wanted = {item_id: Wanted(one, form.dissent(item_id)) for item_id, one in chosen.items()}
        with writing() as transaction:
            refused = votes.cast_several(
                transaction, actor(), public_id, wanted, language=current_language(), now=now(fresh=True)
            )
        cast_now = len(chosen) - len(refused)
        if not refused:
            return _done(public_id, cast_now)
        for item_id, refusal in refused.items():
            field = form[f"{_CHOICE}{item_id}"]
            field.errors = [messages.text(refusal)]
    hall = council_hall.hall(reading(), actor(), public_id, now=now(fresh=True))
    return _show(hall, form, cast_now), 422


def _done(public_id: str, count: int) -> AnyResponse:
    told = ngettext("%(count)s vote is cast.", "%(count)s votes are cast.", count, count=count)
    flash(told, "good")
    return redirect(url_for("council.session", public_id=public_id), 303)


def _form(hall: Hall) -> VotesForm:
    """A form of the items one may vote on, and of those somebody has sent: what came too late is told beside it."""
    known = {one.item.public_id for one in hall.items}
    sent = [name.removeprefix(_CHOICE) for name in request.form if name.startswith(_CHOICE)]
    if any(item_id not in known for item_id in sent):
        raise NotFound
    ids = dict.fromkeys([*(one.item.public_id for one in hall.to_vote), *sent])
    fields: dict[str, Any] = {}
    for item_id in ids:
        fields[f"{_CHOICE}{item_id}"] = RadioField(
            _("Your vote"),
            choices=[choice(one, words) for one, words in _WORDS.items()],
            validate_choice=False,
        )
        fields[f"{_DISSENT}{item_id}"] = TextAreaField(
            _("Dissenting opinion"),
            description=_("It stands in the protocol under your name."),
            validators=[Length(max=DISSENT_MOST, message=_l("Shorten the text to %(max)d characters."))],
        )
    made = cast(type[VotesForm], type("VotesForm", (VotesForm,), fields))
    return made(data={f"{_CHOICE}{item_id}": _preselected() for item_id in ids})


def _preselected() -> str | None:
    """Only what is shown can be marked beforehand: a motion that was opened meanwhile is never voted on unseen."""
    wanted = request.args.get("choose") if request.method == "GET" else None
    return wanted if wanted == CouncilChoice.FOR else None


def _show(hall: Hall, form: VotesForm, cast_now: int = 0) -> str:
    return render_template(
        "council/session.html",
        hall=hall,
        form=form,
        fields=_fields(hall.items, form),
        cast_now=cast_now,
        is_preselected=_preselected() is not None,
        now=now(),
    )


def _fields(items: Sequence[HallItem], form: VotesForm) -> dict[str, tuple[Any, Any]]:
    """The fields of each item that has some, by its public id."""
    return {
        one.item.public_id: (form[f"{_CHOICE}{one.item.public_id}"], form[f"{_DISSENT}{one.item.public_id}"])
        for one in items
        if f"{_CHOICE}{one.item.public_id}" in form
    }
