"""The page of a cycle and its rules."""

from flask import Response, render_template

from budget import cycles as domain_cycles
from budget.errors import NotFound
from budget.reading import cycles, projects
from budget.reading import rules as reading_rules
from budget.reading.cycles import CycleView
from budget.reading.projects import Card
from models.enums import WINNING, KeyHolder, Origin, Phase, Role
from views.access import actor, public
from views.page_cache import cacheable
from views.public import council_words, wording
from views.public.blueprint import bp
from views.public_facts import published_cycle, sample
from views.request_scope import now, reading

SHOWN = 6


@bp.get("/cycles/<slug>")
@public
@cacheable
def cycle(slug: str) -> str:
    """What the cycle is about now; an archive with its reported figures, known yards and gaps."""
    found = visible(slug)
    if found.reported:
        yards = projects.everything(reading(), found.settings.id)
        return render_template("public/reported_cycle.html", cycle=found, yards=yards, wording=wording)
    return render_template("public/cycle.html", cycle=found, cards=_sample(found), wording=wording, now=now())


@bp.get("/cycles/<slug>/rules")
@public
@cacheable
def rules(slug: str) -> str:
    """The rules in plain words, out of the settings; the frozen hash once they are frozen."""
    found = visible(slug, with_numbers=False)
    settings = found.settings
    printed = reading_rules.printed(reading(), settings.id)
    return render_template(
        "public/rules.html",
        cycle=found,
        settings=settings,
        envelopes=cycles.envelopes(reading(), settings.id),
        is_ours=settings.origin is Origin.SERVICE,
        title=wording.title_of(found),
        criteria=[council_words.asked(one) for one in printed.criteria],
        bodies=printed.bodies,
        trustees=printed.trustees if settings.key_holder is KeyHolder.TRUSTEES else (),
    )


@bp.get("/cycles/<slug>/frozen.json")
@public
def frozen_document(slug: str) -> Response:
    """Exactly the bytes the frozen hash covers: anybody can hash the file and compare. Raises NotFound before."""
    cycle = domain_cycles.by_slug(reading(), slug, published_only=True)
    if cycle.frozen_hash is None:
        raise NotFound(slug=slug)
    response = Response(domain_cycles.document_to_freeze(reading(), cycle), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}-frozen.json"'
    return response


def visible(slug: str, *, with_numbers: bool = True) -> CycleView:
    """The cycle at this address; an unpublished one for a coordinator only. Raises NotFound."""
    if actor().role is Role.COORDINATOR:
        return cycles.by_slug(reading(), slug, now=now(), hidden=True, with_numbers=with_numbers)
    return published_cycle(slug, with_numbers=with_numbers)


def _sample(found: CycleView) -> tuple[Card, ...]:
    if wording.effective_phase(found) in (Phase.ANNOUNCEMENT, Phase.SUBMISSION):
        return ()
    return some_of(found, SHOWN)


def some_of(found: CycleView, limit: int) -> tuple[Card, ...]:
    """A few projects of the ballot; once the result is published, of the winners only."""
    cards = sample(found, limit)
    return tuple(card for card in cards if card.verdict in WINNING) if found.has_results else cards
