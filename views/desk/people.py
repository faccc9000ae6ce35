"""Finding a person on the roll by the IIN of the document on the desk, and noting the document."""

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from budget import ballots, desk
from budget.desk import Person, last_characters
from budget.identity.iin import check_iin
from budget.permissions import Action
from models.enums import DocumentKind
from views.access import requires
from views.desk import serving, wording
from views.desk.blueprint import bp
from views.desk.forms import DocumentForm, FindForm
from views.desk.serving import Serving
from views.request_scope import reading

Page = Response | str | tuple[str, int]


@bp.route("/desk/cycles/<slug>/find", methods=["GET", "POST"])
@requires(Action.SERVE_AT_DESK)
def find(slug: str) -> Page:
    """Ask for the IIN. It is posted, so it stands in no address and no log."""
    cycle = desk.served_cycle(reading(), slug)
    ballots.ballot_box(reading(), cycle)  # before the freeze there is nobody to ask about
    form = FindForm()
    if form.validate_on_submit():
        serving.begin(slug, check_iin(form.iin.data or ""))
        return redirect(url_for("desk.person", slug=slug), 303)
    page = render_template("desk/find.html", form=form, cycle=cycle)
    return (page, 422) if form.is_submitted() else page


@bp.route("/desk/cycles/<slug>/person", methods=["GET", "POST"])
@requires(Action.SERVE_AT_DESK)
def person(slug: str) -> Page:
    """Who was found, whether they took part, and the form for the document where a ballot can be opened."""
    desk.served_cycle(reading(), slug)
    served = serving.current(slug)
    if served is None:
        return redirect(url_for("desk.find", slug=slug), 303)
    found = serving.person(served)
    form = DocumentForm()
    can_open = found is not None and found.refusal is None
    if can_open and form.validate_on_submit():
        kind, last = DocumentKind(form.document_kind.data), last_characters(form.document_last.data or "")
        serving.note_document(served, kind, last)
        return redirect(url_for("desk.hand_over", slug=slug), 303)
    return _page(served, found, form if can_open else None)


def _page(served: Serving, found: Person | None, form: DocumentForm | None) -> Page:
    page = render_template(
        "desk/person.html",
        cycle=desk.served_cycle(reading(), served.slug),
        iin=served.iin,
        found=found,
        form=form,
        why_not=wording.why_not(found.refusal) if found and found.refusal else None,
    )
    return (page, 422) if form is not None and form.is_submitted() else page
