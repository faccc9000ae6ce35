"""The printed voter list for a polling point without internet, by area; taking it is an act in the log."""

from flask import render_template, request
from wtforms import HiddenField

from budget.errors import NotFound
from budget.paper import people
from budget.permissions import Action
from budget.reading import paper as paper_reading
from models.district import Area
from views import documents
from views.access import actor, requires
from views.filters import in_language
from views.forms import BaseForm, WholeField
from views.office import paper_prints
from views.office.blueprint import bp
from views.office.paper import paper_cycle
from views.office.steps import Page
from views.request_scope import now, reading, writing

_LARGEST_WHOLE = 20_000
"""A list of more people is printed area by area."""


class PrintForm(BaseForm):
    """Which list is taken: an area's ("" for all), and which part of it."""

    area = HiddenField()
    part = WholeField()


@bp.route("/office/cycles/<slug>/paper/voters", methods=["GET", "POST"])
@requires(Action.MANAGE_PAPER)
def voters(slug: str) -> Page:
    """How many people the list has, and why it has no names; each button gives a PDF."""
    cycle = paper_cycle(slug)
    areas = {area.code: area for area in paper_reading.areas(reading())}
    form = PrintForm()
    code = (form.area.data if form.is_submitted() else request.args.get("area")) or ""
    if code and code not in areas:
        raise NotFound(area=code)
    area = areas.get(code)
    count = people.how_many(reading(), cycle, area_id=area.id if area else None)
    parts = -(-count // people.PART)
    is_whole_too_large = area is None and count > _LARGEST_WHOLE
    if form.validate_on_submit() and not is_whole_too_large and 1 <= (form.part.data or 0) <= parts:
        return _list(slug, area, form.part.data)
    return render_template(
        "office/paper_voters.html",
        cycle=cycle,
        options=[(one.code, in_language(one, "name").text) for one in areas.values()],
        code=code,
        count=count,
        parts=0 if is_whole_too_large else parts,
        is_whole_too_large=is_whole_too_large,
    )


def _list(slug: str, area: Area | None, part: int) -> Page:
    with writing() as session:
        rows = people.voter_list(
            session, actor(), slug, area_id=area.id if area else None, part=part, now=now()
        )
    content = paper_prints.voters(paper_cycle(slug), area, rows)
    return documents.download(content, f"{slug}-{area.code if area else 'voters'}-{part}.pdf")
