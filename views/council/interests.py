"""A member declares interests: own, a relative's or the employer's projects, or none. What was declared stays.

One form: the search, the pages of a long list and the marks go together, so that a member finds projects by words
without losing a mark, and without a script.
"""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import RadioField, StringField
from wtforms.validators import Length

from budget import cycles
from budget.council import members
from budget.errors import BudgetRefusal, NotFound, NotPermitted
from budget.permissions import Action
from budget.reading import council_interests
from models.council import CouncilMember
from models.cycle import Cycle
from models.enums import ConflictKind, Origin
from views.access import actor, requires
from views.council.blueprint import bp
from views.forms import BaseForm, Chosen, choice
from views.labels import label
from views.refusals import attach
from views.request_scope import now, reading, writing
from views.texts import gettext as _
from views.texts import lazy as _l
from views.texts import ngettext

Page = str | tuple[str, int] | AnyResponse
_NONE, _SOME = "none", "some"
_MARK = "kind-"
_BROWSING = ("find", "page", "all")
"""The buttons that only look for projects."""


class InterestsForm(BaseForm):
    """The answer and the search; the marks are one select for each project that is shown."""

    answer = RadioField(
        _l("Your answer"),
        choices=[
            choice(_NONE, _l("I have no interest in any of these projects")),
            choice(_SOME, _l("I have an interest in the projects I marked")),
        ],
        validators=[Chosen(_l("Say whether you have an interest in any project."))],
        validate_choice=False,
    )
    words = StringField(
        _l("Find a project"),
        description=_l("Words of the title, the text or the address, or the number. Your marks stay."),
        validators=[Length(max=100)],
        render_kw={"autocomplete": "off"},
    )

    def marks(self) -> dict[str, ConflictKind]:
        """The marked projects, by public id."""
        known = {str(kind): kind for kind in ConflictKind}
        return {
            name.removeprefix(_MARK): known[value]
            for name, value in request.form.items()
            if name.startswith(_MARK) and value in known
        }

    def agrees(self, marks: Mapping[str, ConflictKind]) -> bool:
        """Does the answer go with the marks? Says so beside it where it does not."""
        if "answer" in self and self.answer.data == _NONE and marks:
            self.answer.errors = [
                _("You marked projects below. Take the marks away, or choose the other answer.")
            ]
            return False
        if not marks and ("answer" not in self or self.answer.data == _SOME):
            target = self.answer if "answer" in self else self.words
            target.errors = [_("Mark at least one project: choose beside it what ties you to it.")]
            return False
        return True


@bp.route("/council/<slug>/interests", methods=["GET", "POST"])
@requires(Action.DECLARE_INTERESTS)
def declare(slug: str) -> Page:
    """Declare interests in the projects of a cycle, first before the queue opens, later whenever one appears."""
    cycle, member = _seat(slug)
    form = InterestsForm()
    if member.declared_at is not None:
        del form.answer
    if not form.is_submitted():
        return _show(cycle, member, form)
    marks = form.marks()
    if any(name in request.form for name in _BROWSING):
        return _show(cycle, member, form, marks)
    if form.validate() and form.agrees(marks):
        try:
            with writing() as session:
                members.declare(session, actor(), cycle, marks, now=now(fresh=True))
        except (NotFound, NotPermitted):
            raise
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            return _declared(cycle, len(marks))
    return _show(cycle, member, form, marks), 422


def _seat(slug: str) -> tuple[Cycle, CouncilMember]:
    cycle = cycles.by_slug(reading(), slug, published_only=True)
    if cycle.origin is not Origin.SERVICE:
        raise NotFound(slug=slug)
    return cycle, members.acting(reading(), actor(), cycle, now=now())


def _declared(cycle: Cycle, count: int) -> AnyResponse:
    told = ngettext(
        "Kept: you stand aside from %(count)s project.",
        "Kept: you stand aside from %(count)s projects.",
        count,
        count=count,
    )
    flash(told if count else _("Kept: you have no interest in any project of this cycle."), "good")
    return redirect(url_for("council.queue", cycle=cycle.slug), 303)


def _show(
    cycle: Cycle, member: CouncilMember, form: InterestsForm, marks: Mapping[str, ConflictKind] | None = None
) -> str:
    marks, words = marks or {}, form.words.data or ""
    if "all" in request.form:
        words = form.words.data = ""
        form.words.raw_data = None
    asked = request.form.get("page", "1")
    page = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 5 else 1
    found = council_interests.interests(reading(), member, words=words, marked=marks, page=page)
    return render_template(
        "council/declare.html",
        cycle=cycle,
        member=member,
        form=form,
        found=found,
        marks=marks,
        words=words,
        kinds=[(str(kind), label(kind)) for kind in ConflictKind],
    )
